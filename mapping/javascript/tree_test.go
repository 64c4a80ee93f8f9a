package javascript_test

import (
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/rudder-clevertap/rudder-clevertap/mapping/document"
	"github.com/rudder-clevertap/rudder-clevertap/mapping/javascript"
)

// parse reads a text as JavaScript does.
func parse(t *testing.T, text string) (document.Value, bool) {
	t.Helper()
	var d document.Document
	require.NoError(t, d.Parse([]byte(text), document.Options{DuplicateKeys: true, LoneSurrogates: true}))
	infinite := javascript.Normalize(&d)
	return d.Root(), infinite
}

func TestNormalizeIsParseAndStringify(t *testing.T) {
	t.Parallel()
	for in, out := range map[string]string{
		`{"b":1.0,"a":1e2,"x":12345678901234567890,"y":-0}`:                      `{"b":1,"a":100,"x":12345678901234567000,"y":0}`,
		`{"b":1,"10":2,"a":3,"9":4,"01":5,"4294967294":6,"4294967295":7,"-1":8}`: `{"9":4,"10":2,"4294967294":6,"b":1,"a":3,"01":5,"4294967295":7,"-1":8}`,
		`[{"2":{"1":0,"0":0},"1":[]}]`:                                           `[{"1":[],"2":{"0":0,"1":0}}]`,
		`{"a":1,"b":2,"a":3}`:                                                    `{"a":3,"b":2}`,
		`"\ud83d \u2028 \u007f /"`:                                               "\"\\ud83d \u2028 \u007f /\"",
	} {
		v, infinite := parse(t, in)
		require.False(t, infinite)
		require.Equal(t, out, string(v.AppendJSON(nil)))
	}
	v, infinite := parse(t, `{"a":[1e999,-1e999],"b":1}`)
	require.True(t, infinite)
	javascript.Finite(v)
	require.Equal(t, `{"a":[null,null],"b":1}`, string(v.AppendJSON(nil)))
}

func TestTruthy(t *testing.T) {
	t.Parallel()
	for _, text := range []string{`null`, `false`, `0`, `-0`, `0.0`, `1e-400`, `""`} {
		v, _ := parse(t, text)
		require.False(t, javascript.Truthy(v), text)
	}
	require.False(t, javascript.Truthy(document.Value{}))
	for _, text := range []string{`true`, `1`, `-1`, `1e400`, `" "`, `"0"`, `[]`, `{}`} {
		v, _ := parse(t, text)
		require.True(t, javascript.Truthy(v), text)
	}
	for text, zero := range map[string]bool{`0`: true, `false`: true, `null`: false, `""`: false, `1`: false, `true`: false, `[]`: false} {
		v, _ := parse(t, text)
		require.Equal(t, zero, javascript.Zero(v), text)
	}
}

func TestTextAndNumber(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		in, text string
		number   float64
	}{
		{`"x"`, "x", 0}, {`5`, "5", 5}, {`1e21`, "1e+21", 1e21}, {`true`, "true", 1}, {`false`, "false", 0}, {`null`, "null", 0},
		{`[]`, "", 0}, {`[5]`, "5", 5}, {`[1,[2,null],"a"]`, "1,2,,a", 0}, {`{}`, "[object Object]", 0}, {`"0x10"`, "0x10", 16}, {`"valueOf"`, "valueOf", 0}, {`{"valueOf":1}`, "[object Object]", 0},
	} {
		v, _ := parse(t, c.in)
		text, err := javascript.AppendText(nil, v)
		require.NoError(t, err)
		require.Equal(t, c.text, string(text))
		number, err := javascript.Number(v)
		require.NoError(t, err)
		if number == number { // not NaN
			require.InDelta(t, c.number, number, 0, c.in)
		} else {
			require.Zero(t, c.number, c.in)
		}
	}
	for _, in := range []string{`{"toString":1}`, `[{"toString":null}]`} {
		v, _ := parse(t, in)
		_, err := javascript.AppendText(nil, v)
		require.ErrorIs(t, err, javascript.ErrThrows)
		_, err = javascript.Number(v)
		require.ErrorIs(t, err, javascript.ErrThrows)
	}
}

// TestGet: get-value 3, by the places that the semantics name.
func TestGet(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ in, path, wanted string }{
		{`{"a":{"b":{"c":1}}}`, "a.b.c", `1`},
		{`{"a.b.c":2,"a":{"b":{"c":1}}}`, "a.b.c", `2`},
		{`{"context":{"traits.name":"dn"}}`, "context.traits.name", `"dn"`},
		{`{"context":{"traits":{"x":1},"traits.name":"dn"}}`, "context.traits.name", `absent`},
		{`{"context.traits":{"name":"n"}}`, "context.traits.name", `"n"`},
		{`{"a":{"b":null}}`, "a.b", `null`},
		{`{"a":null}`, "a.b", `absent`},
		{`{"a":"text"}`, "a.b", `absent`},
		{`{"a":[{"b":3}]}`, "a.0.b", `3`},
		{`{"a":[1]}`, "a.b", `absent`},
		{`"abc"`, "0", `"abc"`},
		{`null`, "a", `null`},
	} {
		v, _ := parse(t, c.in)
		got := javascript.Get(v, c.path)
		if c.wanted == "absent" {
			require.False(t, got.Exists(), c.in+" "+c.path)
			continue
		}
		require.Equal(t, c.wanted, string(got.AppendJSON(nil)), c.in+" "+c.path)
	}
}

func TestFirstStopsAtFalseAndZero(t *testing.T) {
	t.Parallel()
	v, _ := parse(t, `{"e":"","n":null,"f":false,"z":0,"t":"x"}`)
	require.Equal(t, "false", string(javascript.First(v, []string{"e", "n", "f", "t"}).AppendJSON(nil)))
	require.Equal(t, "0", string(javascript.First(v, []string{"missing", "z", "t"}).AppendJSON(nil)))
	require.Equal(t, `"x"`, string(javascript.First(v, []string{"e", "t"}).AppendJSON(nil)))
	require.False(t, javascript.First(v, []string{"e", "n"}).Exists())
}

// TestSet: set-value 4; members are set in order, under keys that are paths.
func TestSet(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ name, in, out string }{
		{"plain keys", `{"b":1,"a":2}`, `{"b":1,"a":2}`},
		{"a path makes objects", `{"a.b.c":1,"a.b.d":2}`, `{"a":{"b":{"c":1,"d":2}}}`},
		{"numbers make arrays", `{"arr.1":"x"}`, `{"arr":[null,"x"]}`},
		{"an array that is there is filled", `{"l.0":"q","l.2":"r"}`, `{"l":["q",null,"r"]}`},
		{"a number replaces an object by an array", `{"a":{"x":1},"a.0":"q"}`, `{"a":["q"]}`},
		{"a scalar in the way is replaced", `{"a":"str","a.b":1}`, `{"a":{"b":1}}`},
		{"an object that is there is extended", `{"a":{"x":1},"a.b":1}`, `{"a":{"x":1,"b":1}}`},
		{"the other way round it wins whole", `{"a.b":1,"a":{"x":1}}`, `{"a":{"x":1}}`},
		{"a negative number is no index", `{"neg.-1":1}`, `{"neg":[]}`},
		{"a name on an array is lost", `{"a.0":1,"a.b":2,"a.b.c":3}`, `{"a":[1]}`},
		{"within an array", `{"a.0.b":1,"a.0.c":2}`, `{"a":[{"b":1,"c":2}]}`},
		{"a slash makes the key literal", `{"u/v.w":1}`, `{"u/v.w":1}`},
		{"a backslash takes a dot literally", `{"esc\\.dot":1}`, `{"esc.dot":1}`},
		{"number-like keys are renamed", `{"007":1,"1e3":2," 5 ":3,"0x10":4}`, `{"5":3,"7":1,"16":4,"1000":2}`},
		{"prototype names make it literal", `{"a.constructor":1}`, `{"a.constructor":1}`},
		{"a length drops elements", `{"a":["x","y"],"a.length":1}`, `{"a":["x"]}`},
		{"a length makes holes", `{"a":["x"],"a.length":"3"}`, `{"a":["x",null,null]}`},
		{"the empty key is dropped", `{"":1}`, `{}`},
		{"empty segments are keys", `{"x..y":1,"end.":2}`, `{"x":{"":{"y":1}},"end":2}`},
	} {
		from, _ := parse(t, c.in)
		into := from.Document().NewObject()
		setter := javascript.NewSetter()
		for m := from.First(); m.Exists(); m = m.Next() {
			require.NoError(t, setter.Set(into, m.Key(), m))
		}
		javascript.Order(into)
		require.Equal(t, c.out, string(into.AppendJSON(nil)), c.name)
	}
}

// TestSetSharesWhatItPutsIn: what is set into a container that was put in shows where it came from.
func TestSetSharesWhatItPutsIn(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		in   string
		keys []string
		out  string
	}{
		{`{"a":{},"a.b":1}`, []string{"a", "a.b", "a"}, `{"a":{"b":1}}`},
		{`{"a":{"x":1},"a.b":1,"a.c":2}`, []string{"a", "a.b", "a", "a.c"}, `{"a":{"x":1,"b":1,"c":2}}`},
		{`{"a":["q"],"a.1":1,"a.2":3}`, []string{"a", "a.1", "a", "a.2"}, `{"a":["q",1,3]}`},
		{`{"a":["q","r"],"a.length":1,"a.1":3}`, []string{"a", "a.length", "a", "a.1"}, `{"a":["q",3]}`},
		{`{"a":{"x":1},"a.0":1,"b":2}`, []string{"a", "a.0", "a", "b"}, `{"a":{"x":1},"b":2}`},
	} {
		from, _ := parse(t, c.in)
		into, setter := from.Document().NewObject(), javascript.NewSetter()
		for _, key := range c.keys {
			require.NoError(t, setter.Set(into, key, from.Get(key)))
		}
		require.Equal(t, c.out, string(into.AppendJSON(nil)), c.in)
	}
}

func TestSetMakesFewHoles(t *testing.T) {
	t.Parallel()
	from, _ := parse(t, `{"a":1,"n":-1}`)
	setter, into := javascript.NewSetter(), from.Document().NewObject()
	require.NoError(t, setter.Set(into, "a.4000", from.First()))
	require.NoError(t, setter.Set(into, "a.4001", from.First()), "no hole")
	require.NoError(t, setter.Set(into, "b.500", from.First()))
	require.ErrorContains(t, setter.Set(into, "a.length", from.Get("n")), "invalid array length")
	require.NoError(t, from.Document().Err())
	require.ErrorIs(t, setter.Set(into, "c.100", from.First()), javascript.ErrTooLong, "all arrays share the limit")
	require.ErrorIs(t, setter.Set(into, "a.999999999", from.First()), javascript.ErrTooLong)
	require.ErrorIs(t, from.Document().Err(), document.ErrGrowth)

	from, _ = parse(t, `{"a":"`+strings.Repeat("x", 100_000)+`"}`)
	require.NoError(t, javascript.NewSetter().Set(from.Document().NewObject(), "a.100000", from.First()), "more in a large event")
}

func TestSetTakesKeysOfSomeDepth(t *testing.T) {
	t.Parallel()
	from, _ := parse(t, `{"a":1}`)
	setter, into := javascript.NewSetter(), from.Document().NewObject()
	require.NoError(t, setter.Set(into, strings.Repeat("a.", javascript.MaxSteps), from.First()))
	require.Len(t, into.AppendJSON(nil), javascript.MaxSteps*6+1)
	require.ErrorIs(t, setter.Set(into, strings.Repeat("b.", javascript.MaxSteps)+"c", from.First()), javascript.ErrTooDeep)
	require.ErrorIs(t, setter.Set(into, strings.Repeat(".", 2_000_000), from.First()), javascript.ErrTooDeep)
	require.Equal(t, 1, into.Len(), "what is refused sets nothing")
	literal := strings.Repeat("a.", javascript.MaxSteps) + "constructor"
	require.NoError(t, setter.Set(into, literal, from.First()))
	require.True(t, into.Get(literal).Exists(), "one key, not a path")
}

func TestEntriesAndClean(t *testing.T) {
	t.Parallel()
	for in, out := range map[string]string{
		`{"b":1}`: `{"b":1}`, `["x",{"a":1}]`: `{"0":"x","1":{"a":1}}`, `"aé😀"`: `{"0":"a","1":"é","2":"\ud83d","3":"\ude00"}`, `"\ud800"`: `{"0":"\ud800"}`, `5`: `{}`, `null`: `{}`,
	} {
		v, _ := parse(t, in)
		require.Equal(t, out, string(javascript.Entries(v).AppendJSON(nil)), in)
	}
	v, _ := parse(t, `"`+strings.Repeat("a", 10_000)+`"`)
	require.Equal(t, 10_000, javascript.Entries(v).Len())
	require.NoError(t, v.Document().Err())
	for range 50 {
		javascript.Entries(v)
	}
	require.ErrorIs(t, v.Document().Err(), document.ErrGrowth)
	v, _ = parse(t, `{"a":null,"b":{"c":null,"d":[]},"e":["",null,{}],"f":0,"g":false}`)
	javascript.Clean(v)
	require.Equal(t, `{"e":[""],"f":0,"g":false}`, string(v.AppendJSON(nil)))
}

func TestSettingManyKeysIsNotQuadratic(t *testing.T) {
	t.Parallel()
	const count = 20000
	text := strings.Builder{}
	text.WriteString(`{"k":0`)
	for i := range count {
		text.WriteString(`,"k` + strings.Repeat("x", i%5) + string(rune('a'+i%26)) + strings.Repeat("y", i/26%40) + strings.Repeat("z", i/1040) + `":1`)
	}
	from, _ := parse(t, text.String()+"}")
	into, setter := from.Document().NewObject(), javascript.NewSetter()
	for m := from.First(); m.Exists(); m = m.Next() {
		require.NoError(t, setter.Set(into, m.Key(), m))
	}
	require.Equal(t, from.Len(), into.Len())
	require.Equal(t, string(from.AppendJSON(nil)), string(into.AppendJSON(nil)))
	// Elements of an array are found at once, too, and taken out in one walk.
	for i := range count {
		require.NoError(t, setter.Set(into, "list."+strconv.Itoa(i), from.First()))
		require.NoError(t, setter.Set(into, "list."+strconv.Itoa(i/2)+".x", from.Document().NewNull()))
	}
	require.Equal(t, count, into.Get("list").Len())
	javascript.Clean(into)
	require.Equal(t, count/2, into.Get("list").Len())
}
