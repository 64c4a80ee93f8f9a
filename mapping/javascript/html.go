package javascript

import "strings"

// AppendEscapedHTML appends s as Handlebars writes {{value}}: the characters & < > " ' ` = as character references, all
// else as it is.
func AppendEscapedHTML(dst []byte, s string) []byte {
	for {
		i := strings.IndexAny(s, "&<>\"'`=")
		if i < 0 {
			return append(dst, s...)
		}
		dst = append(dst, s[:i]...)
		dst = append(dst, htmlReference(s[i])...)
		s = s[i+1:]
	}
}

// htmlReference returns the character reference that Handlebars writes for c, one of the seven that it escapes.
func htmlReference(c byte) string {
	switch c {
	case '&':
		return "&amp;"
	case '<':
		return "&lt;"
	case '>':
		return "&gt;"
	case '"':
		return "&quot;"
	case '\'':
		return "&#x27;"
	case '`':
		return "&#x60;"
	default:
		return "&#x3D;"
	}
}
