package check

import (
	"bytes"
	"net/mail"
	"strings"
	"unicode"

	"github.com/rudder-clevertap/rudder-clevertap/mapping/document"
)

// validEmail: one address, by the standard library, with a domain of at least two labels. What an address may
// hold besides (a name, comments, quotes, an IP address for a domain) CleverTap does not take.
func validEmail(_ *Checker, v document.Value) bool {
	return v.Kind() == document.String && isEmail(v.Bytes())
}

// isEmail reports whether a text is an address. Most are of the plainest kind, which is told without the
// library, since that allocates.
func isEmail(text []byte) bool {
	at := bytes.IndexByte(text, '@')
	if at < 1 || !isDomain(text[at+1:]) {
		return false
	}
	local := text[:at]
	if isPlainLocal(local) {
		return true
	}
	if bytes.ContainsAny(local, `"()<>`) || bytes.ContainsFunc(local, unicode.IsSpace) {
		return false
	}
	address, err := mail.ParseAddress(string(text))
	return err == nil && address.Name == "" && address.Address == string(text)
}

// isPlainLocal reports whether what stands before the @ is a dot-atom of ASCII: with dots only between others.
func isPlainLocal(local []byte) bool {
	dot := true
	for _, char := range local {
		switch {
		case char == '.':
			if dot {
				return false
			}
			dot = true
		case isLetterOrDigit(char), strings.IndexByte("!#$%&'*+-/=?^_`{|}~", char) >= 0:
			dot = false
		default:
			return false
		}
	}
	return !dot
}

// isDomain reports whether a text is a domain of two labels or more: letters, digits and hyphens, of any
// script.
func isDomain(text []byte) bool {
	label, dots := 0, 0
	for _, char := range string(text) { // the compiler makes no copy
		switch {
		case char == '.':
			if label == 0 {
				return false
			}
			label = 0
			dots++
		case char < unicode.MaxASCII && (isLetterOrDigit(byte(char)) || char == '-'),
			char > unicode.MaxASCII && char != unicode.ReplacementChar && (unicode.IsLetter(char) || unicode.IsDigit(char) || unicode.IsMark(char)):
			label++
		default:
			return false
		}
	}
	return label > 0 && dots > 0
}

// onlyEmail returns the only valid address in a value: a text, or a list or object of texts.
func onlyEmail(c *Checker, v document.Value) (document.Value, bool) {
	var found onlyOne
	eachText(v, func(text string) {
		for word := range strings.FieldsFuncSeq(text, isBetweenEmails) {
			word = strings.TrimPrefix(word, "mailto:")
			if isEmail([]byte(word)) {
				found.add(word)
			} else if strings.Contains(word, "@") {
				found.other = true // which might have been meant
			}
		}
	})
	return found.value(c)
}

// isBetweenEmails reports whether a character stands between addresses, or around one.
func isBetweenEmails(char rune) bool {
	return unicode.IsSpace(char) || strings.ContainsRune(`,;<>"`, char)
}

// eachText visits the texts in a value.
func eachText(v document.Value, visit func(text string)) {
	if v.Kind() == document.String {
		visit(v.Text())
	}
	for m := v.First(); m.Exists(); m = m.Next() {
		eachText(m, visit)
	}
}

// onlyOne looks for the only text of some.
type onlyOne struct {
	text         string
	found, other bool
}

// add takes down a text.
func (o *onlyOne) add(text string) {
	o.other = o.other || o.found && text != o.text
	o.text, o.found = text, true
}

// value returns the only text; false when there are more, or none.
func (o *onlyOne) value(c *Checker) (document.Value, bool) {
	if !o.found || o.other {
		return document.Value{}, false
	}
	return c.Doc.NewString(o.text), true
}
