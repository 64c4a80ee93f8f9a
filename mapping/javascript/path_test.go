package javascript

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

func keySegment(key string) Segment { return Segment{Key: key} }

func indexSegment(key string) Segment { return Segment{Key: key, Index: true} }

func TestSplitPath(t *testing.T) {
	t.Parallel()
	k, n := keySegment, indexSegment
	for _, c := range []struct {
		why, key string
		want     []Segment
	}{
		{"a plain key is itself", "favourite colour", []Segment{k("favourite colour")}},
		{"the empty key sets nothing", "", nil},
		{"dots separate", "a.b.c", []Segment{k("a"), k("b"), k("c")}},
		{"a slash makes the whole key literal", "u/v.w", []Segment{k("u/v.w")}},
		{"even beside escapes and reserved names", `a\.b/constructor`, []Segment{k(`a\.b/constructor`)}},
		{"a backslash takes the next character literally", `esc\.dot`, []Segment{k("esc.dot")}},
		{"whatever it is", `a\b\\c.d`, []Segment{k(`ab\c`), k("d")}},
		{"a trailing backslash is undefined", `trail\`, []Segment{k("trailundefined")}},
		{"alone too", `\`, []Segment{k("undefined")}},
		{"a trailing dot is ignored", "end.", []Segment{k("end")}},
		{"but only one", "end..", []Segment{k("end"), k("")}},
		{"a leading dot is an empty key", ".lead", []Segment{k(""), k("lead")}},
		{"an inner one too", "x..y", []Segment{k("x"), k(""), k("y")}},
		{"one dot is an empty key", ".", []Segment{k("")}},
		{"integers become numbers", "arr.1", []Segment{k("arr"), n("1")}},
		{"leading zeros go", "007", []Segment{n("7")}},
		{"exponents are worked out", "1e3", []Segment{n("1000")}},
		{"white space goes", " 5 ", []Segment{n("5")}},
		{"hexadecimal is worked out", "0x10", []Segment{n("16")}},
		{"minus zero is zero", "-0", []Segment{n("0")}},
		{"negative integers are numbers", "neg.-1", []Segment{k("neg"), n("-1")}},
		{"huge ones as JavaScript writes them", "1e21", []Segment{n("1e+21")}},
		{"a fraction splits at its point", "f.1.5", []Segment{k("f"), n("1"), n("5")}},
		{"an escaped fraction is text", `1\.5`, []Segment{k("1.5")}},
		{"an escaped whole one is a number", `1\.0`, []Segment{n("1")}},
		{"blanks are text", "  ", []Segment{k("  ")}},
		{"so are dates", "2021-03-03", []Segment{k("2021-03-03")}},
		{"and Infinity", "Infinity.-Infinity.1e999", []Segment{k("Infinity"), k("-Infinity"), k("1e999")}},
		{"a reserved part makes the joined parts literal", "a.constructor", []Segment{k("a.constructor")}},
		{"the numbers among them as numbers", "007.prototype.x.", []Segment{k("7.prototype.x")}},
		{"an escape doesn't hide it", `__pro\to__`, []Segment{k("__proto__")}},
		{"parts that only hold it are harmless", "constructor1.x", []Segment{k("constructor1"), k("x")}},
		{"halves of a character join", halfHigh + `\` + halfLow, []Segment{k("😀")}},
	} {
		require.Equal(t, c.want, SplitPath(c.key, nil), c.why)
		before := []Segment{k("x")}
		require.Equal(t, append(before, c.want...), SplitPath(c.key, before), "appends: %s", c.why)
	}
}

func TestIsPlainKey(t *testing.T) {
	t.Parallel()
	for _, key := range []string{"a", "favourite colour", "_id", "é", "e5", "Infinity", "constructor", "x1"} {
		require.True(t, IsPlainKey(key), key)
	}
	for _, key := range []string{"", "a.b", "u/v", `a\b`, "1", "-1", "+1", " 5", "\u00a05", "007", ".", "1x"} {
		require.False(t, IsPlainKey(key), key)
	}
}

func FuzzSplitPath(f *testing.F) {
	for _, seed := range []string{"", "a.b", `esc\.dot`, `trail\`, "end.", "x..y", "007", "u/v.w", "a.constructor", " 5 ", "1e21"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, key string) {
		segments := SplitPath(key, nil)
		require.Equal(t, key == "", len(segments) == 0)
		require.LessOrEqual(t, len(segments), strings.Count(key, ".")+1)
		size := 0
		for _, segment := range segments {
			size += len(segment.Key)
		}
		require.LessOrEqual(t, size, 8*len(key)+len(undefinedText), "1e20 has 21 digits, a key without them no more than it had")
		if IsPlainKey(key) {
			require.Equal(t, []Segment{keySegment(key)}, segments)
		}
		for _, segment := range segments {
			if segment.Index {
				require.Equal(t, segment.Key, string(AppendNumber(nil, ToNumber(segment.Key))))
			}
		}
	})
}

func BenchmarkSplitPath(b *testing.B) {
	segments := make([]Segment, 0, 8)
	for _, key := range []string{"favourite_colour", "address.lines.0"} {
		b.Run(key, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				segments = SplitPath(key, segments[:0])
			}
		})
	}
}
