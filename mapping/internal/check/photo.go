package check

import (
	"bytes"
	"net/url"
	"strings"
	"unicode"

	"github.com/rudder-clevertap/rudder-clevertap/mapping/document"
)

// validPhoto: an http or https URL.
func validPhoto(_ *Checker, v document.Value) bool {
	return v.Kind() == document.String && isURL(v.Bytes())
}

// isURL reports whether a text is the URL of a picture. Most are of the plainest kind, which is told without
// the library, since that allocates.
func isURL(text []byte) bool {
	rest, found := bytes.CutPrefix(text, []byte("https://"))
	if !found {
		rest, found = bytes.CutPrefix(text, []byte("http://"))
	}
	if found && isPlainURL(rest) {
		return true
	}
	if bytes.ContainsFunc(text, unicode.IsSpace) {
		return false
	}
	parsed, err := url.Parse(string(text))
	return err == nil && (parsed.Scheme == "http" || parsed.Scheme == "https") && parsed.Host != ""
}

// isPlainURL reports whether what is behind the scheme has a plain host, and a path or query of plain
// characters.
func isPlainURL(rest []byte) bool {
	host := bytes.IndexAny(rest, "/?#")
	if host < 0 {
		host = len(rest)
	}
	for i, char := range rest {
		plain := isLetterOrDigit(char) || char == '.' || char == '-'
		if i >= host {
			plain = plain || strings.IndexByte("_~/?#=&+,;@!$'()*:", char) >= 0
		}
		if !plain {
			return false
		}
	}
	return host > 0
}

// onlyURL returns the only URL in a value: a text, or a list or object of texts.
func onlyURL(c *Checker, v document.Value) (document.Value, bool) {
	var found onlyOne
	eachText(v, func(text string) {
		if text = strings.TrimSpace(text); isURL([]byte(text)) {
			found.add(text)
		}
	})
	return found.value(c)
}
