package server

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

// query returns the query of the request's params, escaped. What is null is left out; arrays and objects are written with
// brackets, as rudder-transformer's HTTP client does.
func (p *proxyRequest) query() (string, error) {
	if document.KindAt(p.params) != document.Object {
		return "", nil
	}
	doc, err := parseJavaScript(p.params)
	if err != nil {
		return "", fmt.Errorf("params: %w", err)
	}
	var pairs []string
	for param := doc.Root().First(); param.Exists(); param = param.Next() {
		pairs = appendParam(pairs, param.Key(), param)
	}
	return strings.Join(pairs, "&"), nil
}

// appendParam appends `name=value` for a value, or for each value within it.
func appendParam(pairs []string, name string, v document.Value) []string {
	switch v.Kind() {
	case document.Array:
		index := 0
		flat := isFlat(v)
		for e := v.First(); e.Exists(); e = e.Next() {
			at := "[]"
			if !flat {
				at = "[" + strconv.Itoa(index) + "]"
			}
			pairs = appendParam(pairs, name+at, e)
			index++
		}
		return pairs
	case document.Object:
		for m := v.First(); m.Exists(); m = m.Next() {
			pairs = appendParam(pairs, name+"["+m.Key()+"]", m)
		}
		return pairs
	case document.Null, document.Invalid:
		return pairs
	default:
		return append(pairs, escape(name, plainInQuery)+"="+escape(scalarText(v), plainInQuery))
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
	var pairs []string
	for m := content.First(); m.Exists(); m = m.Next() {
		text := scalarText(m)
		if m.Kind() >= document.Array {
			text = string(m.AppendJSON(nil))
		}
		pairs = append(pairs, escape(m.Key(), plainInForm)+"="+escape(text, plainInForm))
	}
	return []byte(strings.Join(pairs, "&"))
}

// escape writes a blank as a plus sign, and letters, digits and the characters in plain as they are; all else is escaped.
func escape(text, plain string) string {
	const digits = "0123456789ABCDEF"
	var out strings.Builder
	for i := range len(text) {
		switch c := text[i]; {
		case 'a' <= c && c <= 'z', 'A' <= c && c <= 'Z', '0' <= c && c <= '9', strings.IndexByte(plain, c) >= 0:
			out.WriteByte(c)
		case c == ' ':
			out.WriteByte('+')
		default:
			out.WriteByte('%')
			out.WriteByte(digits[c>>4])
			out.WriteByte(digits[c&15])
		}
	}
	return out.String()
}
