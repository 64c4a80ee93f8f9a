package javascript

import (
	"encoding/json"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestArrayIndex(t *testing.T) {
	t.Parallel()
	for key, want := range map[string]uint32{"0": 0, "7": 7, "10": 10, "4294967294": 4294967294} {
		got, ok := ArrayIndex(key)
		require.True(t, ok, key)
		require.Equal(t, want, got)
	}
	for _, key := range []string{"", "-1", "-0", "+1", "01", "00", "1.5", "1e3", " 1", "1 ", "4294967295", "99999999999", "a", "٣"} {
		_, ok := ArrayIndex(key)
		require.False(t, ok, key)
	}
}

func TestSortPropertiesPutsArrayIndexesFirst(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ added, listed string }{
		{"b a c", "b a c"},
		{"b 10 2 a -1 01 4294967294 4294967295 1.5 0", "0 2 10 4294967294 b a -1 01 4294967295 1.5"},
		{"1 2 x", "1 2 x"},
		{"2 1", "1 2"},
	} {
		keys := strings.Fields(c.added)
		SortProperties(keys, func(key string) string { return key })
		require.Equal(t, strings.Fields(c.listed), keys)
	}
}

func TestSortPropertiesIsNodesKeyOrder(t *testing.T) {
	t.Parallel()
	r := seeded(4)
	pool := []string{"b", "a", "0", "1", "2", "10", "9", "01", "-1", "1.5", "4294967294", "4294967295", "4294967296", "99999999999", "1e3", "z"}
	inputs := make([]string, 5000)
	for i := range inputs {
		keys := append([]string{strconv.Itoa(r.IntN(1 << 20)), strconv.FormatUint(uint64(r.Uint32()), 10)}, pool...)
		r.Shuffle(len(keys), func(i, j int) { keys[i], keys[j] = keys[j], keys[i] })
		inputs[i] = strings.Join(keys[:1+r.IntN(len(keys)-1)], " ")
	}
	want := askNode(t, `(keys) => Object.keys(Object.fromEntries(keys.split(' ').map((k) => [k, 1]))).join(' ')`, inputs)
	requireSame(t, inputs, want, func(keys string) string {
		var members []string
		seen := map[string]bool{}
		for key := range strings.SplitSeq(keys, " ") {
			if !seen[key] {
				members = append(members, key)
			}
			seen[key] = true
		}
		SortProperties(members, func(key string) string { return key })
		return strings.Join(members, " ")
	})
}

func FuzzArrayIndex(f *testing.F) {
	for _, seed := range []string{"0", "01", "4294967294", "4294967295", "-1", ""} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, key string) {
		index, ok := ArrayIndex(key)
		n, err := strconv.ParseUint(key, 10, 64)
		require.Equal(t, err == nil && n <= maxArrayIndex && strconv.FormatUint(n, 10) == key, ok)
		if ok {
			require.EqualValues(t, n, index)
		}
	})
}

func FuzzSortProperties(f *testing.F) {
	f.Add(`["b","10","2","a","01"]`)
	f.Fuzz(func(t *testing.T, text string) {
		var keys []string
		if json.Unmarshal([]byte(text), &keys) != nil {
			t.Skip("not a list of keys")
		}
		var want []string
		for _, key := range keys {
			if _, ok := ArrayIndex(key); !ok {
				want = append(want, key)
			}
		}
		SortProperties(keys, func(key string) string { return key })
		require.Subset(t, keys, want)
		indexes := keys[:len(keys)-len(want)]
		for i := 1; i < len(indexes); i++ {
			before, _ := ArrayIndex(indexes[i-1])
			index, ok := ArrayIndex(indexes[i])
			require.True(t, ok && before <= index)
		}
		require.Equal(t, want, append([]string(nil), keys[len(indexes):]...), "the others keep their order")
	})
}
