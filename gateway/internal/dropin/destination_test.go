package dropin

import (
	"bytes"
	"encoding/json"
	"io"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/rudder-clevertap/rudder-clevertap/internal/budget"
)

func TestFinderFindsTheDestination(t *testing.T) {
	t.Parallel()
	for body, want := range map[string]bool{
		`{"destType":"clevertap"}`:                                         true,
		`{"destType" : " CleverTap " , "input" : [] }`:                     true,
		`{"input":[{"destType":"am"}],"destType":"CLEVERTAP"}`:             true,
		`{"input":{"a":"\"}],\\"},"destType":"clevertap"}`:                 true,
		`{"destType":"am","destType":"clevertap"}`:                         true,
		`{"dest\u0054ype":"cl\u0065vertap"}`:                               true,
		`[{"destType":"clevertap"},{"destType":"am"}]`:                     true,
		`{"destType":"clevertap","destType":null}`:                         false,
		`{"destType":["clevertap"]}`:                                       false,
		`{"destType":{"a":"clevertap"}}`:                                   false,
		`{"destType":{"destType":"clevertap"}}`:                            false,
		`{"clevertap":"destType"}`:                                         false,
		`{"a":"destType","b":"clevertap"}`:                                 false,
		`[[{"destType":"clevertap"}]]`:                                     false,
		`{"destType":"` + strings.Repeat("clevertap", 100) + `"}`:          false,
		`"destType":"clevertap"`:                                           false,
		`[{"destType":"am"},{"destType":"clevertap"}]`:                     false,
		`{"` + strings.Repeat("k", 1000) + `":1,"destType":"clevertap"}`:   true,
		`{"input":["` + strings.Repeat("é", 999) + `"],"destType":"am"}`:   false,
		`{"x":"` + strings.Repeat(`\"`, 999) + `","destType":"clevertap"}`: true,
		``: false,
	} {
		for _, size := range []int{1, 3, 1 << 20} {
			var f destinationFinder
			for part := range chunks(body, size) {
				_, err := f.Write(part)
				require.NoError(t, err)
			}
			require.Equal(t, want, f.ours(), "%s in parts of %d", body, size)
		}
	}
}

// chunks cuts a text into parts.
func chunks(text string, size int) func(func([]byte) bool) {
	return func(yield func([]byte) bool) {
		for len(text) > 0 {
			n := min(size, len(text))
			if !yield([]byte(text[:n])) {
				return
			}
			text = text[n:]
		}
	}
}

// FuzzFinder holds the finder against a parser.
func FuzzFinder(f *testing.F) {
	for _, seed := range []string{
		`{"input":[{"a":"b\\"}],"destType":"clevertap"}`, `[{"destType":"clevertap"}]`, `{"destType":{"destType":"clevertap"},"a":1}`, `[`, `{"a":}`,
	} {
		f.Add([]byte(seed), 5)
	}
	f.Fuzz(func(t *testing.T, body []byte, size int) {
		var finder destinationFinder
		for part := range chunks(string(body), max(1, size)) {
			_, err := finder.Write(part)
			require.NoError(t, err)
		}
		ours := finder.ours()
		if !json.Valid(body) || bytes.Contains(body, []byte(`\`)) {
			return
		}
		var object map[string]json.RawMessage
		text := bytes.TrimSpace(body)
		if text[0] == '[' {
			var list []json.RawMessage
			require.NoError(t, json.Unmarshal(text, &list))
			for _, element := range list { // the finder takes the first object
				if element[0] == '{' {
					text = element
					break
				}
			}
		}
		var name string
		if text[0] == '{' {
			require.NoError(t, json.Unmarshal(text, &object))
			if json.Unmarshal(object["destType"], &name) != nil || len(name) > longestName-2 {
				name = ""
			}
		}
		require.Equal(t, isCleverTap(name), ours, "%q", body)
	})
}

func TestAKeptBodyIsReadOnceAndLetGoOf(t *testing.T) {
	t.Parallel()
	text := strings.Repeat("0123456789", 100_000)
	kept := &keptBody{ctx: t.Context(), lease: &budget.Lease{}}
	for part := range chunks(text, 7777) {
		_, err := kept.Write(part)
		require.NoError(t, err)
	}
	half := make([]byte, len(text)/2)
	_, err := io.ReadFull(kept, half)
	require.NoError(t, err)
	held := 0
	for _, piece := range kept.pieces {
		held += cap(piece)
	}
	require.Less(t, held, len(text)/2+2*pieceBytes)
	rest, err := io.ReadAll(kept)
	require.NoError(t, err)
	require.Equal(t, text, string(half)+string(rest))
}
