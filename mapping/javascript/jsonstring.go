package javascript

import "unicode/utf8"

// AppendJSONString appends s, in WTF-8, between quotes as JSON.stringify writes it (QuoteJSONString): \b \t \n \f \r \"
// and \\, other control characters below 0x20 and surrogates without partner as \u and four lower-case digits, all else
// as it is (no escape of / < > & U+007F U+2028). Two surrogate halves side by side are written as the one character that
// they are.
func AppendJSONString(dst []byte, s string) []byte {
	dst = append(dst, '"')
	copied := 0
	for i := 0; i < len(s); {
		c := s[i]
		if c >= ' ' && c != '"' && c != '\\' && c != 0xED {
			i++
			continue
		}
		unit := rune(c)
		if c == 0xED {
			unit = surrogateAt(s, i)
			if unit == 0 {
				i++
				continue
			}
		}
		dst = append(dst, s[copied:i]...)
		if r := pairAt(s, i); r != 0 {
			dst = utf8.AppendRune(dst, r)
			i += 2 * surrogateBytes
		} else {
			dst = appendEscape(dst, unit)
			i++
			if unit >= highSurrogate {
				i += surrogateBytes - 1
			}
		}
		copied = i
	}
	dst = append(dst, s[copied:]...)
	return append(dst, '"')
}

// appendEscape appends the escape sequence of a UTF-16 code unit that JSON.stringify doesn't write as it is.
func appendEscape(dst []byte, unit rune) []byte {
	const digits = "0123456789abcdef"
	switch unit {
	case '"', '\\':
		return append(dst, '\\', byte(unit))
	case '\b':
		return append(dst, `\b`...)
	case '\t':
		return append(dst, `\t`...)
	case '\n':
		return append(dst, `\n`...)
	case '\f':
		return append(dst, `\f`...)
	case '\r':
		return append(dst, `\r`...)
	}
	return append(dst, '\\', 'u', digits[unit>>12&15], digits[unit>>8&15], digits[unit>>4&15], digits[unit&15])
}
