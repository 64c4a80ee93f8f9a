package javascript

import (
	"strings"
	"unicode/utf8"

	"github.com/rudder-clevertap/rudder-clevertap/mapping/document"
)

// The ranges of UTF-16 code units that come in pairs, and the first code point that takes a pair.
const (
	highSurrogate  = 0xD800
	lowSurrogate   = 0xDC00
	surrogateEnd   = 0xE000
	firstPaired    = 0x10000
	surrogateBytes = 3
)

// surrogateAt returns the surrogate code unit whose three WTF-8 bytes stand at position i of s, 0 if there is none.
func surrogateAt(s string, i int) rune {
	if len(s)-i < surrogateBytes || s[i] != 0xED || s[i+1] < 0xA0 || s[i+1] > 0xBF || s[i+2]&0xC0 != 0x80 {
		return 0
	}
	return 0xD000 | rune(s[i+1]&0x3F)<<6 | rune(s[i+2]&0x3F)
}

// pairAt returns the code point whose two surrogate halves stand, three bytes each, at position i of s, 0 if there is no
// such pair. In JavaScript two halves that come to stand side by side are one character.
func pairAt(s string, i int) rune {
	high := surrogateAt(s, i)
	if high == 0 || high >= lowSurrogate {
		return 0
	}
	low := surrogateAt(s, i+surrogateBytes)
	if low < lowSurrogate {
		return 0
	}
	return firstPaired + (high-highSurrogate)<<10 + (low - lowSurrogate)
}

// joinSurrogates returns s with each pair of adjacent surrogate halves replaced by the character it stands for.
func joinSurrogates(s string) string {
	i := 0
	for ; i < len(s); i++ {
		if pairAt(s, i) != 0 {
			break
		}
	}
	if i == len(s) {
		return s
	}
	var joined strings.Builder
	joined.WriteString(s[:i])
	for i < len(s) {
		if r := pairAt(s, i); r != 0 {
			joined.WriteRune(r)
			i += 2 * surrogateBytes
			continue
		}
		joined.WriteByte(s[i])
		i++
	}
	return joined.String()
}

// ToValidUTF8 returns what a text decoder of the WHATWG Encoding Standard reads from src (and Node's Buffer.toString,
// with which request bodies are read): each maximal subpart of an ill-formed sequence becomes one U+FFFD. Valid input is
// returned as it is, not copied. A byte order mark is kept.
func ToValidUTF8(src []byte) []byte {
	if utf8.Valid(src) {
		return src
	}
	return document.AppendUTF8(make([]byte, 0, len(src)+len(src)/8+utf8.UTFMax), src)
}

// encodeSurrogate writes a surrogate code unit in WTF-8.
func encodeSurrogate(r rune) string {
	return string([]byte{0xE0 | byte(r>>12), 0x80 | byte(r>>6)&0x3F, 0x80 | byte(r)&0x3F})
}
