package document_test

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/stretchr/testify/require"

	"github.com/rudder-clevertap/rudder-clevertap/mapping/document"
)

// mended lists what was mended in a document.
func mended(d *document.Document) (all []string) {
	d.Mended(func(path []byte, repeated bool) bool {
		what := "text "
		if repeated {
			what = "key "
		}
		all = append(all, what+string(path))
		return true
	})
	return all
}

func TestMend(t *testing.T) {
	t.Parallel()
	large := strings.TrimSuffix(object("k", 40), "}")
	for _, c := range []struct {
		name, text, want string
		mends            []string
	}{
		{"nothing to mend", `{"a":"é","b":[{"c":"\ud83d\ude00\ufffd"}]}`, `{"a":"é","b":[{"c":"😀�"}]}`, nil},
		{"half a surrogate pair", `{"a":"x\ud83d"}`, "{\"a\":\"x�\"}", []string{"text a"}},
		{"the other half, and both the wrong way round", `["\ude00","\ude00\ud83d"]`, "[\"�\",\"��\"]", []string{"text [0]", "text [1]"}},
		{"Latin-1", "{\"a\":{\"b\":\"Z\xfcrich\"}}", "{\"a\":{\"b\":\"Z�rich\"}}", []string{"text a.b"}},
		{"Latin-1 and escapes", "[{\"a\":\"\xfc\\n\xfc\\\"\"}]", "[{\"a\":\"�\\n�\\\"\"}]", []string{"text [0].a"}},
		{"a character cut short", "[\"a\xf0\x9f\x98\"]", "[\"a�\"]", []string{"text [0]"}},
		{"a key", "{\"o\":{\"\xfc\":\"\xfc\"}}", "{\"o\":{\"�\":\"�\"}}", []string{"text o.�"}},
		{"a repeated key", `{"o":{"a":1,"b":2,"a":{"c":3}}}`, `{"o":{"a":{"c":3},"b":2}}`, []string{"key o.a"}},
		{"thrice, and within itself", `{"o":{"a":1,"a":2,"a":{"b":1,"b":2}}}`, `{"o":{"a":{"b":2}}}`, []string{"key o.a", "key o.a.b"}},
		{"keys that are the same once mended", "{\"o\":{\"\xfc\":1,\"\xe4\":2}}", "{\"o\":{\"�\":2}}", []string{"text o.�", "key o.�"}},
		{"of many", `{"o":` + large + `,"k3":"x"}}`, `{"o":` + strings.Replace(large, `"k3":3`, `"k3":"x"`, 1) + `}}`, []string{"key o.k3"}},
	} {
		var d document.Document
		require.NoError(t, d.Parse([]byte(c.text), document.Options{Mend: true}), c.name)
		require.Equal(t, c.want, string(d.Root().AppendJSON(nil)), c.name)
		require.Equal(t, c.mends, mended(&d), c.name)
		if c.mends != nil {
			require.Error(t, d.Parse([]byte(c.text), document.Options{}), c.name)
		}
		require.Empty(t, mended(&d), "it is forgotten")
	}
}

func TestWhatIsNotMended(t *testing.T) {
	t.Parallel()
	for text, problem := range map[string]string{
		`{"a":1,"a":2}`: `line 1, column 8: the key "a" is there twice`,
		strings.Replace(object("k", 40), `"k39"`, `"k1"`, 1): `the key "k1" is there twice`,
		"{\"a\":1\xff}": "where a comma or the end of the object is expected",
		"\"\xfc":        "the text ends within a string",
		"[\"\xfc\n\"]":  "control character",
		`["\ud83d\x"]`:  "an unknown escape",
	} {
		var d document.Document
		require.ErrorContains(t, d.Parse([]byte(text), document.Options{Mend: true}), problem)
	}
}

func TestMendedStopsWhenItIsTold(t *testing.T) {
	t.Parallel()
	var d document.Document
	require.NoError(t, d.Parse([]byte(`["\ud83d",{"a":"\ud83d"},"\ud83d"]`), document.Options{Mend: true}))
	var paths []string
	d.Mended(func(path []byte, _ bool) bool {
		paths = append(paths, string(path))
		return len(paths) < 2
	})
	require.Equal(t, []string{"[0]", "[1].a"}, paths)
}

// FuzzMend: what is mended reads as the standard library reads it, which mends as well; what needs no mending stays as it is.
func FuzzMend(f *testing.F) {
	seeds(f)
	for _, text := range []string{`{"o":{"a":1,"b":"\ud800","a":"\udc00\ud800"}}`, "[\"\xfc\\n\xf0\x9f\"]", "{\"o\":{\"\xfc\":1,\"\xe4\":2}}", fmt.Sprintf(`[%s]`, object("k", 30))} {
		f.Add([]byte(text))
	}
	f.Fuzz(func(t *testing.T, text []byte) {
		var strict, d document.Document
		refused, err := strict.Parse(text, document.Options{}), d.Parse(text, document.Options{Mend: true})
		if refused == nil {
			require.NoError(t, err)
			require.Empty(t, mended(&d))
			require.Equal(t, string(strict.Root().AppendJSON(nil)), string(d.Root().AppendJSON(nil)))
			return
		}
		if err != nil {
			return
		}
		require.NotEmpty(t, mended(&d))
		out := d.Root().AppendJSON(nil)
		require.True(t, utf8.Valid(out))
		require.NoError(t, strict.Parse(out, document.Options{}))
		var want, got any
		if json.Unmarshal(document.AppendUTF8(nil, text), &want) != nil {
			return // numbers beyond a double
		}
		require.NoError(t, json.Unmarshal(out, &got))
		require.Equal(t, want, got)
	})
}
