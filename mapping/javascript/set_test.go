package javascript

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/rudder-clevertap/rudder-clevertap/mapping/document"
)

// spelled returns the n-th spelling of a key: a backslash before a letter changes nothing.
func spelled(key string, n int) string {
	var text strings.Builder
	for i := range len(key) {
		if n>>i&1 == 1 {
			text.WriteByte('\\')
		}
		text.WriteByte(key[i])
	}
	return text.String()
}

// TestResizingStaysInProportion: one array whose length is set as often as it has elements.
func TestResizingStaysInProportion(t *testing.T) {
	t.Parallel()
	const count = 10_000
	var d document.Document
	require.NoError(t, d.Parse([]byte(`{"a":[`+strings.Repeat("0,", count)+`0],"lengths":[`+strings.Repeat("9000,", count)+`1]}`), document.Options{}))
	into, setter := d.NewObject(), NewSetter()
	require.NoError(t, setter.Set(into, "aaaaaaa", d.Root().Get("a")))
	n := 0
	for length := d.Root().Get("lengths").First(); length.Exists(); length = length.Next() {
		require.NoError(t, setter.Set(into, spelled("aaaaaaa", n%128)+"."+spelled("length", n/128%64), length))
		require.NoError(t, setter.Set(into, "aaaaaaa."+spelled("x", n)+"y", length), "a name that no array shows")
		n++
	}
	require.Equal(t, `{"aaaaaaa":[0]}`, string(into.AppendJSON(nil)))
	require.Equal(t, `[0]`, string(d.Root().Get("a").AppendJSON(nil)), "it is shared")
	require.LessOrEqual(t, setter.walked+d.Effort(), 2*count)
}

// FuzzSet: whatever the keys, what is made is in proportion to what came in, not deeper than a key has steps, and no list is
// walked often. The keys are those of an object, set into another one twice, as if there were two containers.
func FuzzSet(f *testing.F) {
	for _, seed := range []string{
		`{"a":{"x":1},"a.b":1,"a.0":[],"b.5":2,"b.length":3,"\\b.length":"2","c.d.e":{},"c\\.d":1}`,
		`{"a":[1,2,3],"a.length":1,"a.length.":3,"a.7.x":1,"a.7.y.0":2,"007":{},"7":[]}`,
		`{"a.4000":1,"b.4000":1}`, `{"a.constructor.b":1,"u/v":2,".":3,"..":4}`,
	} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, text []byte) {
		var d document.Document
		if d.Parse(text, document.Options{DuplicateKeys: true, LoneSurrogates: true, MaxDepth: 50}) != nil || d.Root().Kind() != document.Object {
			return
		}
		nodes, memory := d.Size()
		into, setter := d.NewObject(), NewSetter()
		var err error
		for range 2 {
			for m := d.Root().First(); m.Exists() && err == nil; m = m.Next() {
				err = setter.Set(into, m.Key(), m)
			}
		}
		after, more := d.Size()
		const least = 128 << 10
		require.LessOrEqual(t, after-nodes, 8*len(text)+least/holeBytes)
		require.LessOrEqual(t, more-memory, (2*24*8+32)*len(text)+least)
		require.LessOrEqual(t, setter.walked, 8*len(text)+2*least/holeBytes)
		if err == nil {
			written := into.AppendJSON(nil)
			require.LessOrEqual(t, len(written), 64*len(text)+2*least)
			var again document.Document
			require.NoError(t, again.Parse(written, document.Options{LoneSurrogates: true, DuplicateKeys: true, MaxDepth: MaxSteps + 51}))
		}
	})
}
