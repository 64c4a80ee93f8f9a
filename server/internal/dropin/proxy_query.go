package dropin

import (
	"fmt"
	"strconv"
	"strings"

	"github.com/rudder-clevertap/rudder-clevertap/mapping/document"
	"github.com/rudder-clevertap/rudder-clevertap/mapping/javascript"
)

// The characters beside letters and digits that stand in a query, or a form, as they are.
const (
	plainInQuery = "-_.!~*'():$,"
	plainInForm  = "*-._"
)

// maxQuery is how long a query may be, escaped: many times what web servers take in a request line, and
// little enough that params within params, each of which repeats all names around it, can't become more than
// they were.
const maxQuery = 64 << 10

// query returns the query of the request's params, escaped. What is null is left out; arrays and objects are
// written with brackets, as rudder-transformer's HTTP client does.
func (p *proxyRequest) query() (string, error) {
	if document.KindAt(p.params) != document.Object {
		return "", nil
	}
	doc, err := parseJavaScript(p.params)
	if err != nil {
		return "", fmt.Errorf("params: %w", err)
	}
	var q queryWriter
	for param := doc.Root().First(); param.Exists() && !q.tooLong(); param = param.Next() {
		q.within(param.Key(), param)
	}
	if q.tooLong() {
		return "", fmt.Errorf("params make a query of more than %d bytes: nothing was sent", maxQuery)
	}
	return string(q.text), nil
}

// queryWriter writes a query.
type queryWriter struct {
	text []byte
	// name is that of the value being written, with the names around it.
	name []byte
}

// tooLong reports whether the query has become too long, and needs no more of it.
func (q *queryWriter) tooLong() bool { return len(q.text) > maxQuery }

// within writes a value under a name that is added to those around it.
func (q *queryWriter) within(name string, v document.Value) {
	around := len(q.name)
	q.name = append(q.name, name...)
	q.value(v)
	q.name = q.name[:around]
}

// value writes `name=value` for a value, or for each value within it.
func (q *queryWriter) value(v document.Value) {
	switch v.Kind() {
	case document.Array:
		index := 0
		flat := isFlat(v)
		for e := v.First(); e.Exists() && !q.tooLong(); e = e.Next() {
			at := "[]"
			if !flat {
				at = "[" + strconv.Itoa(index) + "]"
			}
			q.within(at, e)
			index++
		}
	case document.Object:
		for m := v.First(); m.Exists() && !q.tooLong(); m = m.Next() {
			q.within("["+m.Key()+"]", m)
		}
	case document.Null, document.Invalid:
	default:
		if len(q.text) > 0 {
			q.text = append(q.text, '&')
		}
		q.text = appendEscaped(q.text, q.name, plainInQuery)
		q.text = appendEscaped(append(q.text, '='), []byte(scalarText(v)), plainInQuery)
	}
}

// isFlat reports whether an array has no arrays and objects in it.
func isFlat(array document.Value) bool {
	for e := array.First(); e.Exists(); e = e.Next() {
		if e.Kind() >= document.Array {
			return false
		}
	}
	return true
}

// scalarText returns the text of a string, number or boolean, and of null.
func scalarText(v document.Value) string {
	text, err := javascript.AppendText(nil, v)
	if err != nil {
		return ""
	}
	return string(text)
}

// form returns an object as a form. Arrays and objects in it are JSON text.
func form(content document.Value) []byte {
	text := []byte{}
	for m := content.First(); m.Exists(); m = m.Next() {
		value := []byte(scalarText(m))
		if m.Kind() >= document.Array {
			value = m.AppendJSON(nil)
		}
		if len(text) > 0 {
			text = append(text, '&')
		}
		text = appendEscaped(text, []byte(m.Key()), plainInForm)
		text = appendEscaped(append(text, '='), value, plainInForm)
	}
	return text
}

// appendEscaped appends a blank as a plus sign, and letters, digits and the characters in plain as they are;
// all else is escaped.
func appendEscaped(dst, text []byte, plain string) []byte {
	const digits = "0123456789ABCDEF"
	for _, c := range text {
		switch {
		case 'a' <= c && c <= 'z', 'A' <= c && c <= 'Z', '0' <= c && c <= '9',
			strings.IndexByte(plain, c) >= 0:
			dst = append(dst, c)
		case c == ' ':
			dst = append(dst, '+')
		default:
			dst = append(dst, '%', digits[c>>4], digits[c&15])
		}
	}
	return dst
}
