package javascript

import (
	"unicode"
	"unicode/utf8"
)

// Trim returns s without the white space and line terminators at both ends, as String.prototype.trim does
// (TrimString). Other than Go's strings.TrimSpace it takes U+FEFF and leaves U+0085.
func Trim(s string) string {
	for len(s) > 0 {
		n := leadingSpace(s)
		if n == 0 {
			break
		}
		s = s[n:]
	}
	for len(s) > 0 {
		n := trailingSpace(s)
		if n == 0 {
			break
		}
		s = s[:len(s)-n]
	}
	return s
}

// leadingSpace returns the length in bytes of the white space character that s begins with, 0 if there is none. s isn't
// empty.
func leadingSpace(s string) int {
	if c := s[0]; c < utf8.RuneSelf {
		return asciiSpace(c)
	}
	r, n := utf8.DecodeRuneInString(s)
	if isWideSpace(r) {
		return n
	}
	return 0
}

// trailingSpace is leadingSpace for the end of s.
func trailingSpace(s string) int {
	if c := s[len(s)-1]; c < utf8.RuneSelf {
		return asciiSpace(c)
	}
	r, n := utf8.DecodeLastRuneInString(s)
	if isWideSpace(r) {
		return n
	}
	return 0
}

// asciiSpace returns 1 for an ASCII character that is white space or a line terminator, else 0.
func asciiSpace(c byte) int {
	if c == ' ' || '\t' <= c && c <= '\r' {
		return 1
	}
	return 0
}

// isWideSpace reports whether r, beyond ASCII, is WhiteSpace or LineTerminator: the space separators of Unicode, the
// line and paragraph separator and the byte order mark.
func isWideSpace(r rune) bool {
	switch r {
	case '\u2028', '\u2029', '\uFEFF':
		return true
	}
	return unicode.Is(unicode.Zs, r)
}
