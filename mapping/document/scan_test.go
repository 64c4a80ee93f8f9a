package document_test

import (
	"bytes"
	"encoding/json"
	"runtime"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/rudder-clevertap/rudder-clevertap/mapping/document"
)

// scan checks a whole text, without cutting it.
func scan(text []byte) error {
	s := document.Scanner{Text: text}
	if s.Value() {
		s.End()
	}
	return s.Err()
}

func TestScannerSaysWhereTextIsNoJSON(t *testing.T) {
	t.Parallel()
	tests := map[string]struct {
		text         string
		line, column int
		problem      string
	}{
		"nothing":                 {"", 1, 1, "the text ends where a value is expected"},
		"only space":              {" \n ", 2, 2, "the text ends where a value is expected"},
		"end inside an object":    {`{"a":`, 1, 6, "the text ends where a value is expected"},
		"no value":                {`{"a":}`, 1, 6, `'}' where a value is expected`},
		"no colon":                {`{"a" 1}`, 1, 6, `'1' where a colon is expected`},
		"no comma":                {`[1 2]`, 1, 4, `'2' where a comma or a closing bracket is expected`},
		"no comma between fields": {"{\n\"a\": 1\n\"b\": 2}", 3, 1, `'"' where a comma or a closing brace is expected`},
		"trailing comma":          {`{"a":1,}`, 1, 8, `'}' where a key is expected`},
		"trailing comma in array": {`[1,]`, 1, 4, `']' where a value is expected`},
		"bare key":                {`{a:1}`, 1, 2, `'a' where a key is expected`},
		"single quotes":           {`{'a':1}`, 1, 2, `'\'' where a key is expected`},
		"trailing garbage":        {`{"a":1} x`, 1, 9, "text after the end of the value"},
		"two values":              {`{}{}`, 1, 3, "text after the end of the value"},
		"NUL after the end":       {"{}\x00", 1, 3, "text after the end of the value"},
		"open string":             {`"abc`, 1, 5, "the text ends where a closing quote is expected"},
		"open string, long":       {`"abcdefghijklmnop`, 1, 18, "the text ends where a closing quote is expected"},
		"newline in a string":     {"\"ab\ncd\"", 1, 4, `control character '\n' inside a string: write it as an escape`},
		"unknown escape":          {`"\x"`, 1, 3, `'x' where an escape is expected`},
		"end after backslash":     {`"\`, 1, 3, "the text ends where an escape is expected"},
		"short unicode escape":    {`"\u12"`, 1, 6, `'"' where a hexadecimal digit is expected`},
		"leading zero":            {`01`, 1, 2, "text after the end of the value"},
		"bare minus":              {`-`, 1, 2, "the text ends where a digit is expected"},
		"no digit after point":    {`1.`, 1, 3, "the text ends where a digit is expected"},
		"no digit in exponent":    {`1e+x`, 1, 4, `'x' where a digit is expected`},
		"plus sign":               {`+1`, 1, 1, `'+' where a value is expected`},
		"misspelt literal":        {`trve`, 1, 3, `'v' where true is expected`},
		"NaN":                     {`NaN`, 1, 1, `'N' where a value is expected`},
		"comment":                 {"// no\n1", 1, 1, `'/' where a value is expected`},
		"end far within":          {strings.Repeat("[", 100_000), 1, 100_001, "the text ends where a value is expected"},
		"a bracket for a brace":   {strings.Repeat(`[{"a":`, 100) + "1]", 1, 602, `']' where a comma or a closing brace is expected`},
		"a brace for a bracket":   {strings.Repeat(`[`, 100) + "1}", 1, 102, `'}' where a comma or a closing bracket is expected`},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var got *document.SyntaxError
			require.ErrorAs(t, scan([]byte(test.text)), &got)
			require.Equal(t, test.problem, got.Problem)
			require.Equal(t, [2]int{test.line, test.column}, [2]int{got.Line, got.Column})
		})
	}
}

func TestScannerTakesJSON(t *testing.T) {
	t.Parallel()
	for _, text := range []string{
		`{}`, `[]`, `""`, `0`, `-0.5e-7`, `1E5`, `true`, `false`, `null`, " \t\r\n{ } ", `{"":{"":[[],{}]}}`,
		`"\"\\\/\b\f\n\r\t\u0000\uD800\ue9AF"`, `"ünïcödé 😀 and a long tail"`, "\"\xff\x7f\"",
	} {
		require.NoError(t, scan([]byte(text)), "%.40q", text)
	}
}

// TestScannerTakesAnyDepth: what is nested too deep for a parser is cut out like anything else.
func TestScannerTakesAnyDepth(t *testing.T) {
	t.Parallel()
	for _, depth := range []int{1, 63, 64, 65, 128, 129, 10_000, 1_000_000} {
		for _, around := range [][2]string{{"[", "]"}, {`{"a":`, "}"}, {`[{"b":[],"a":`, `},{"c":{}}]`}} {
			deep := strings.Repeat(around[0], depth) + "1" + strings.Repeat(around[1], depth)
			s := document.Scanner{Text: []byte(`[` + deep + `,2]`), RefuseKey: "z"}
			var parts []string
			require.True(t, s.Array(func() bool {
				part, ok := s.Part()
				parts = append(parts, string(part))
				return ok
			}))
			require.Len(t, parts[0], len(deep), "the deep one is whole")
			require.Equal(t, []string{"2"}, parts[1:])
			s = document.Scanner{Text: []byte(strings.Repeat(around[0], depth) + `{"z":1`), RefuseKey: "z"}
			require.False(t, s.Value())
			require.True(t, s.Refused)
		}
	}
}

func TestScannerTakesNextToNoMemoryForDepth(t *testing.T) {
	text := []byte(strings.Repeat("[", 1<<20) + strings.Repeat("]", 1<<20))
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	s := document.Scanner{Text: text}
	require.True(t, s.Value())
	runtime.ReadMemStats(&after)
	require.Less(t, after.TotalAlloc-before.TotalAlloc, uint64(len(text)), "a bit for each level, and what growing leaves behind")
}

// FuzzScanner holds the scanner against encoding/json: a text is JSON for one exactly when it is for the other.
func FuzzScanner(f *testing.F) {
	for _, seed := range []string{
		`{"event":{"type":"track","properties":{"a":[1,2.5e3,null,true]}},"destinationId":"x"}`, `"\u00e9\\"`, `[`, `-`,
		`{"a":1,}`, "\"a long string with a control character at its end\x1f\"", `1.e5`, "\ufeff1", "\"12345678\\\"1234567\"",
	} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, text []byte) {
		if bytes.Count(text, []byte{'['})+bytes.Count(text, []byte{'{'}) > 10_000 {
			return // encoding/json nests no deeper
		}
		require.Equal(t, json.Valid(text), scan(text) == nil, "%q", text)
	})
}

func TestScannerFindsTheEndOfAStringWhereverItIs(t *testing.T) {
	t.Parallel()
	for special := range 256 {
		for at := range 20 {
			text := []byte(`"` + strings.Repeat("é", 10) + `"`)
			text[1+at] = byte(special)
			s := document.Scanner{Text: text}
			ok := s.Value()
			switch {
			case special == '"':
				require.True(t, ok)
				require.Equal(t, at+2, s.At)
			case special < 0x20:
				require.False(t, ok, "byte %#x", special)
				require.Equal(t, at+1, s.At)
			case special != '\\':
				require.True(t, ok, "byte %#x", special)
				require.Equal(t, len(text), s.At)
			}
		}
	}
}

func TestScannerRefusesAKeyAtAnyDepth(t *testing.T) {
	t.Parallel()
	for text, at := range map[string]int{
		`{"__proto__":1}`:                      1,
		`[{"a":[{"b":{"__proto__":{}}}]}]`:     13,
		`{"a":1,"\u005f_proto_\u005F" : null}`: 7,
		`{"__proto":1,"_proto__":2,"a":"__proto__","__proto__ ":["__proto__"],"\\u005f_proto__":1}`: -1,
	} {
		s := document.Scanner{Text: []byte(text), RefuseKey: "__proto__"}
		require.Equal(t, at < 0, s.Value(), text)
		require.Equal(t, at >= 0, s.Refused, text)
		if at >= 0 {
			require.Equal(t, at, s.At, text)
			require.ErrorContains(t, s.Err(), `the key "__proto__" is not allowed`)
		}
	}
}

func TestScannerCutsATextIntoParts(t *testing.T) {
	t.Parallel()
	s := document.Scanner{Text: []byte(` { "a" : [ 1 , "x" ] , "b\u0021":{} } `)}
	require.Equal(t, byte('{'), s.Peek())
	parts := map[string]string{}
	require.True(t, s.Object(func(key []byte, at int) bool {
		require.Equal(t, string(key), string(s.Text[at:at+len(key)]))
		value, ok := s.Part()
		parts[document.Unquote(key)] = string(value)
		return ok
	}))
	require.True(t, s.End())
	require.Equal(t, map[string]string{"a": `[ 1 , "x" ]`, "b!": `{}`}, parts)

	s = document.Scanner{Text: []byte(`[1,2,3]`)}
	var seen []string
	require.False(t, s.Array(func() bool {
		text, ok := s.Part()
		seen = append(seen, string(text))
		return ok && len(seen) < 2
	}), "whoever is told may stop it")
	require.Equal(t, []string{"1", "2"}, seen)
	require.NoError(t, s.Err())
}

func TestKindAtGoesByTheFirstByte(t *testing.T) {
	t.Parallel()
	for text, kind := range map[string]document.Kind{
		"": document.Invalid, " \t": document.Invalid, ` "`: document.String, "{": document.Object, "\n[": document.Array,
		"true": document.Bool, "false": document.Bool, "null": document.Null, "-1": document.Number, "7": document.Number,
	} {
		require.Equal(t, kind, document.KindAt([]byte(text)), "%q", text)
	}
}

func TestQuotedTextIsCompared(t *testing.T) {
	t.Parallel()
	require.True(t, document.QuotedIs([]byte(`"abc"`), "abc"))
	require.True(t, document.QuotedIs([]byte(`"\u0061bc"`), "abc"))
	require.False(t, document.QuotedIs([]byte(`"\\u0061bc"`), "abc"))
	require.Equal(t, "a\ufffdb\n", document.Unquote([]byte("\"a\xffb\\n\"")))
	require.Equal(t, "\ufffd", document.Unquote([]byte(`"\ud800"`)))
	require.Equal(t, "a\ufffd", document.Unquote([]byte("\"a\xff\"")))
}
