package javascript

import (
	"encoding/json"
	"fmt"
	"strconv"
	"strings"
	"testing"
	"unicode"
	"unicode/utf8"

	"github.com/stretchr/testify/require"
)

// Halves of the character 😀 in WTF-8.
const (
	halfHigh = "\xed\xa0\xbd"
	halfLow  = "\xed\xb8\x80"
)

func TestTrim(t *testing.T) {
	t.Parallel()
	require.Equal(t, "a b", Trim("\t\n\v\f\r \u00a0\u1680\u2000\u200a\u2028\u2029\u202f\u205f\u3000\ufeffa b\ufeff\u00a0 \n"))
	for _, kept := range []string{"", "a", "\u0085a\u0085", "\u180ea", "\u200ba", "\x1ca", "\x00a", halfHigh} {
		require.Equal(t, kept, Trim(kept), "%q", kept)
	}
	require.Empty(t, Trim(" \u3000\n"))
}

func TestToLower(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		"":                      "",
		"order completed":       "order completed",
		"Order COMPLETED":       "order completed",
		"ÀÉ ÇA":                 "àé ça",
		"İ":                     "i\u0307",
		"\u212a\u212b":          "k\u00e5",
		"ΟΔΟΣ":                  "οδος",
		"ΟΔΟΣ ΣΑΣ":              "οδος σας",
		"Σ":                     "σ",
		"ΑΣ.":                   "ας.",
		"ΑΣ.Α":                  "ασ.α",
		"Α\u0301Σ\u0301":        "α\u0301ς\u0301",
		"ǅ":                     "ǆ",
		"ẞ":                     "ß",
		"A" + halfHigh + "B":    "a" + halfHigh + "b",
		"A\xff":                 "a\xff",
		"\U00010400 Deseret":    "\U00010428 deseret",
		"ORDER COMPLETED\u00a0": "order completed\u00a0",
	} {
		require.Equal(t, want, ToLower(text), "%q", text)
	}
}

func TestTrimAndToLowerOverAllCodePointsAsInNode(t *testing.T) {
	t.Parallel()
	var inputs []string
	for r := rune(0); r <= unicode.MaxRune; r++ {
		if utf8.ValidRune(r) && isAssigned(r) {
			inputs = append(inputs, string(r)+"a"+string(r))
		}
	}
	want := askNode(t, `(text) => text.trim() + '|' + text.toLowerCase()`, inputs)
	requireSame(t, inputs, want, func(text string) string { return Trim(text) + "|" + ToLower(text) })
}

// isAssigned reports whether r is a character in Go's Unicode tables. Node may know a later Unicode.
func isAssigned(r rune) bool {
	return unicode.In(r, unicode.L, unicode.M, unicode.N, unicode.P, unicode.S, unicode.Z, unicode.Cc, unicode.Cf, unicode.Co)
}

func TestFinalSigmaAsInNode(t *testing.T) {
	t.Parallel()
	r := seeded(5)
	atoms := []string{
		"Σ", "Σ", "Σ", "A", "b", "ǅ", "1", " ", "'", ".", ":", "-", "_", "\u00ad", "\u0301", "\u0345", "ʰ", "ª", "中", "Ⓐ", "ⅷ", "’", "ー", "^", "`",
		"\u200d", "\U0001F130", "\U00010400", halfHigh, "😀", "\u0e31", "\u180e", "ⁿ", "𝐀",
	}
	inputs := make([]string, 40_000)
	for i := range inputs {
		for range 1 + r.IntN(8) {
			inputs[i] += pick(r, atoms...)
		}
	}
	want := askNode(t, `(text) => text.toLowerCase()`, inputs)
	requireSame(t, inputs, want, func(text string) string { return joinSurrogates(ToLower(text)) })
}

func TestAppendEscapedHTML(t *testing.T) {
	t.Parallel()
	require.Equal(t, "x", string(AppendEscapedHTML(nil, "x")))
	require.Equal(t, "<a&amp;&lt;b&gt; &quot;c&quot; &#x27;d&#x27; &#x60;e&#x60; f&#x3D;g / é {{value}}",
		string(AppendEscapedHTML([]byte("<a"), "&<b> \"c\" 'd' `e` f=g / é {{value}}")))
	require.Equal(t, "&amp;amp;", string(AppendEscapedHTML(nil, "&amp;")), "references are escaped again")
}

func TestAppendJSONString(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		"":                              `""`,
		"plain é 中 😀":                   `"plain é 中 😀"`,
		"\"\\/":                         `"\"\\/"`,
		"\b\t\n\f\r":                    `"\b\t\n\f\r"`,
		"\x00\x1f\x0b":                  `"\u0000\u001f\u000b"`,
		"<>&\x7f\u2028\u2029\ufeff":     "\"<>&\x7f\u2028\u2029\ufeff\"",
		"a" + halfHigh + "b":            `"a\ud83db"`,
		halfLow + "x":                   `"\ude00x"`,
		halfHigh + halfHigh + halfLow:   `"\ud83d😀"`,
		halfHigh + halfLow:              `"😀"`,
		halfLow + halfHigh:              `"\ude00\ud83d"`,
		"\ud7ff\ue000":                  "\"\ud7ff\ue000\"",
		"\xed\x9f\xbf":                  "\"\xed\x9f\xbf\"",
		"\xed\xaf\xbf\xed\xbf\xbf rest": "\"\U0010ffff rest\"",
	} {
		require.Equal(t, want, string(AppendJSONString(nil, text)), "%+q", text)
	}
	require.Equal(t, `x"y"`, string(AppendJSONString([]byte("x"), "y")))
}

func TestJSONStringsAsInNode(t *testing.T) {
	t.Parallel()
	r := seeded(6)
	inputs := make([]string, 30_000)
	for i := range inputs {
		for range r.IntN(10) {
			switch r.IntN(4) {
			case 0:
				inputs[i] += string(rune(r.IntN(128)))
			case 1:
				inputs[i] += string(rune(r.IntN(0x3000)))
			case 2:
				inputs[i] += pick(r, halfHigh, halfLow, "\xed\xa0\x80", "\xed\xbf\xbf", "\ud7ff", "\ue000")
			default:
				inputs[i] += pick(r, "\"", "\\", "/", "\u2028", "😀", "text")
			}
		}
	}
	want := askNode(t, `(text) => JSON.stringify(text)`, inputs)
	requireSame(t, inputs, want, func(text string) string { return string(AppendJSONString(nil, text)) })
}

func TestToValidUTF8(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		"":                     "",
		"é😀\ufeff":             "é😀\ufeff",
		"a\xffb":               "a\ufffdb",
		"\xc0\xaf":             "\ufffd\ufffd",
		"\xe2\x82":             "\ufffd",
		"\xe2\x82x":            "\ufffdx",
		"\xf0\x9f\x98":         "\ufffd",
		"\xf0\x9f\x98\xf0":     "\ufffd\ufffd",
		"\xf0\x80\x80\x80":     "\ufffd\ufffd\ufffd\ufffd",
		"\xed\xa0\xbd":         "\ufffd\ufffd\ufffd",
		"\xf4\x90\x80\x80":     "\ufffd\ufffd\ufffd\ufffd",
		"\xf5\x80":             "\ufffd\ufffd",
		"\x80\xbf":             "\ufffd\ufffd",
		"\xe0\x80\x80\xe0\xa0": "\ufffd\ufffd\ufffd\ufffd",
	} {
		require.Equal(t, want, string(ToValidUTF8([]byte(text))), "%q", text)
	}
	valid := []byte("as it is")
	require.Same(t, &valid[0], &ToValidUTF8(valid)[0], "valid input is not copied")
}

func TestInvalidUTF8IsReplacedAsByNode(t *testing.T) {
	t.Parallel()
	r := seeded(7)
	inputs := make([]string, 40_000)
	for i := range inputs {
		var text []byte
		for range r.IntN(9) {
			text = append(text, pick(r, byte(r.IntN(256)), 'a', 0x80, 0xBF, 0x9F, 0xA0, 0x8F, 0x90, 0xC2, 0xE0, 0xED, 0xEF, 0xF0, 0xF4, 0xF5))
		}
		inputs[i] = fmt.Sprintf("%x", text)
	}
	want := askNode(t, `(hex) => Buffer.from(hex, 'hex').toString('utf8')`, inputs)
	requireSame(t, inputs, want, func(hex string) string {
		var text []byte
		for i := 0; i < len(hex); i += 2 {
			c, err := strconv.ParseUint(hex[i:i+2], 16, 8)
			require.NoError(t, err)
			text = append(text, byte(c))
		}
		return string(ToValidUTF8(text))
	})
}

func FuzzAppendJSONString(f *testing.F) {
	for _, seed := range []string{"", "a\"\\\n\x00", "é😀", halfHigh, halfHigh + halfLow, "\xed\xa0", "\xff"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		quoted := AppendJSONString(nil, text)
		if !utf8.ValidString(text) {
			return
		}
		var back string
		require.NoError(t, json.Unmarshal(quoted, &back))
		require.Equal(t, text, back)
	})
}

func FuzzToValidUTF8(f *testing.F) {
	for _, seed := range []string{"", "ok", "\xf0\x9f\x98", "\xed\xa0\xbd", "\xc0\xaf", "é\xff"} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, src []byte) {
		got := ToValidUTF8(src)
		require.True(t, utf8.Valid(got))
		require.Equal(t, string(got), string(ToValidUTF8(got)))
		if utf8.Valid(src) {
			require.Equal(t, string(src), string(got))
		}
	})
}

func FuzzText(f *testing.F) {
	for _, seed := range []string{"", " Order COMPLETED ", "ΟΔΟΣ", "İ&<", halfHigh, "\xff"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		trimmed := Trim(text)
		require.Equal(t, trimmed, Trim(trimmed))
		require.Contains(t, text, trimmed)
		lower := ToLower(text)
		require.Equal(t, lower, ToLower(lower))
		require.Equal(t, joinSurrogates(text), joinSurrogates(joinSurrogates(text)))
		require.False(t, strings.ContainsAny(string(AppendEscapedHTML(nil, text)), "<>\"'`="))
	})
}
