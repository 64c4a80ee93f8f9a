package javascript

import (
	"unicode"
	"unicode/utf8"
)

// ToLower returns s.toLowerCase() (Unicode's default case conversion, no locale). Other than Go's strings.ToLower it
// maps İ to two code points, a capital sigma that ends a word to ς, and keeps surrogates without partner.
func ToLower(s string) string {
	start := 0
	for start < len(s) && s[start] < utf8.RuneSelf && !isUpperASCII(s[start]) {
		start++
	}
	if start == len(s) {
		return s
	}
	lower := append(make([]byte, 0, len(s)+len(s)/4), s[:start]...)
	for i := start; i < len(s); {
		r, size := utf8.DecodeRuneInString(s[i:])
		switch {
		case r == utf8.RuneError && size == 1:
			lower = append(lower, s[i])
		case r == 'İ':
			lower = append(lower, "i\u0307"...)
		case r == 'Σ' && isFinalSigma(s[:i], s[i+size:]):
			lower = utf8.AppendRune(lower, 'ς')
		default:
			lower = utf8.AppendRune(lower, unicode.ToLower(r))
		}
		i += size
	}
	return string(lower)
}

func isUpperASCII(c byte) bool { return 'A' <= c && c <= 'Z' }

// isFinalSigma is Unicode's Final_Sigma: a cased letter comes before and none after, case-ignorable characters between
// them set aside. A character that is both cased and ignorable counts as ignorable, as in ICU.
func isFinalSigma(before, after string) bool {
	for {
		r, size := utf8.DecodeLastRuneInString(before)
		if size == 0 {
			return false
		}
		if !isCaseIgnorable(r) {
			if !isCased(r) {
				return false
			}
			break
		}
		before = before[:len(before)-size]
	}
	for {
		r, size := utf8.DecodeRuneInString(after)
		if size == 0 {
			return true
		}
		if !isCaseIgnorable(r) {
			return !isCased(r)
		}
		after = after[size:]
	}
}

// isCased is Unicode's property Cased.
func isCased(r rune) bool {
	return unicode.In(r, unicode.Lu, unicode.Ll, unicode.Lt, unicode.Other_Lowercase, unicode.Other_Uppercase)
}

// isCaseIgnorable is Unicode's property Case_Ignorable: marks, format characters, modifiers, and the punctuation that
// may stand within a word.
func isCaseIgnorable(r rune) bool {
	switch r {
	case '\'', '.', ':', '\u00B7', '\u0387', '\u055F', '\u05F4', '\u2018', '\u2019', '\u2024', '\u2027', '\uFE13',
		'\uFE52', '\uFE55', '\uFF07', '\uFF0E', '\uFF1A':
		return true
	}
	return unicode.In(r, unicode.Mn, unicode.Me, unicode.Cf, unicode.Lm, unicode.Sk)
}
