package document_test

import (
	"fmt"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/stretchr/testify/require"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/types/known/structpb"

	"github.com/rudder-clevertap/rudder-clevertap/mapping/document"
)

func TestParseLimitsHowManyValuesThereAre(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		text   string
		values int
	}{
		{`1`, 1},
		{`[]`, 1},
		{`[[]]`, 2},
		{`[1,2,3]`, 4},
		{` { "a" : { } , "b" : [ ] } `, 3},
		{`{"a, b":"[{,,,"}`, 2},
		{`{"a\",":"\\,","b":[1,{"c":2}]}`, 6},
	} {
		var d document.Document
		require.NoError(t, d.Parse([]byte(c.text), document.Options{MaxNodes: c.values}), c.text)
		nodes, _ := d.Size()
		require.Equal(t, c.values, nodes, c.text)
		err := d.Parse([]byte(c.text), document.Options{MaxNodes: c.values - 1})
		if c.values > 1 { // 0 stands for the default
			require.EqualError(t, err, fmt.Sprintf("malformed JSON at line 1, column 1: it holds more than %d values", c.values-1))
		}
	}
	many := "[" + strings.Repeat("1,", document.DefaultMaxNodes) + "1]"
	var d document.Document
	require.ErrorContains(t, d.Parse([]byte(many), document.Options{}), "it holds more than 2097152 values")
	_, memory := d.Size()
	require.Less(t, memory, 100, "no memory is taken for what is refused")
	prose := `["` + strings.Repeat("and, [so, {on", document.DefaultMaxNodes/2) + `"]`
	require.NoError(t, d.Parse([]byte(prose), document.Options{}), "commas within strings are none")
}

func TestALongTextIsHeldOnce(t *testing.T) {
	t.Parallel()
	for _, element := range []string{`1,`, `"a\n\n\n\n\n\n\n\n",`, `{"a":[]},`, `"plain text",`} {
		text := []byte("[" + strings.Repeat(element, 3<<20/len(element)) + "1]")
		nodes, memory := document.Cost(text)
		var d document.Document
		require.NoError(t, d.Parse(text, document.Options{}))
		gotNodes, gotMemory := d.Size()
		require.LessOrEqual(t, gotNodes, nodes)
		require.LessOrEqual(t, gotMemory, memory)
		gotNodes, gotMemory = d.Held()
		require.LessOrEqual(t, gotNodes, nodes+nodes/8, "growing left no room unused: %s", element)
		require.LessOrEqual(t, gotMemory, memory+memory/8, element)
	}
}

// FuzzCost: a parsed text takes no more than it was said to cost, and no member is visited often.
func FuzzCost(f *testing.F) {
	seeds(f)
	f.Add([]byte(`[{"a":{},"b":[1,2,[[]]]},{},"\n,[{"]`))
	f.Fuzz(func(t *testing.T, text []byte) {
		nodes, memory := document.Cost(text)
		var d document.Document
		if d.Parse(text, document.Options{DuplicateKeys: true, LoneSurrogates: true}) != nil {
			return
		}
		gotNodes, gotMemory := d.Size()
		require.LessOrEqual(t, gotNodes, nodes)
		require.LessOrEqual(t, gotMemory, memory)
		require.LessOrEqual(t, d.Effort(), gotNodes)
		require.NoError(t, d.Parse(text, document.Options{DuplicateKeys: true, LoneSurrogates: true, MaxNodes: gotNodes}))
		if gotNodes > 1 {
			require.Error(t, d.Parse(text, document.Options{DuplicateKeys: true, LoneSurrogates: true, MaxNodes: gotNodes - 1}))
		}
	})
}

func TestSpendingIsInProportionToWhatCameIn(t *testing.T) {
	t.Parallel()
	const least = 128 << 10
	var d document.Document
	d.Reset()
	require.True(t, d.Spend(least))
	require.NoError(t, d.Err())
	require.False(t, d.Spend(1))
	require.ErrorIs(t, d.Err(), document.ErrGrowth)
	require.False(t, d.Spend(0), "it stays so")
	text := []byte(`["` + strings.Repeat("x", 996) + `"]`)
	require.NoError(t, d.Parse(text, document.Options{}))
	require.NoError(t, d.Err())
	require.True(t, d.Spend(least+32*1000))
	require.False(t, d.Spend(1))
	s, err := structpb.NewStruct(map[string]any{"key": "text", "n": []any{1}})
	require.NoError(t, err)
	d.Reset()
	_, err = d.NewStruct(s)
	require.NoError(t, err)
	require.True(t, d.Spend(least+32*len(`keytextn`)))
	wire, err := proto.Marshal(s)
	require.NoError(t, err)
	d.Reset()
	_, err = d.NewStructWire(wire)
	require.NoError(t, err)
	require.True(t, d.Spend(least+32*len(wire)))
	require.False(t, d.Spend(1))
}

// object writes an object with many members, whose keys begin with a name.
func object(name string, members int) string {
	var text strings.Builder
	for i := range members {
		fmt.Fprintf(&text, `,"%s%d":%d`, name, i, i)
	}
	return "{" + strings.TrimPrefix(text.String(), ",") + "}"
}

func TestEditingLargeObjectsStaysInProportion(t *testing.T) {
	t.Parallel()
	const members = 5000
	names := []string{"a", "b", "c", "d", "e"}
	var text strings.Builder
	for _, name := range names {
		fmt.Fprintf(&text, `,"%s":%s`, name, object(name, members))
	}
	var d document.Document
	require.NoError(t, d.Parse([]byte("{"+text.String()[1:]+"}"), document.Options{}))
	nodes, _ := d.Size()
	for i := range members { // in turns, so that each object is asked while others were asked last
		for _, name := range names {
			require.True(t, d.Root().Get(name).Get(fmt.Sprint(name, i)).Exists())
			require.False(t, d.Root().Get(name).Get(fmt.Sprint(i, name)).Exists())
		}
	}
	require.LessOrEqual(t, d.Effort(), 2*nodes, "each object is walked once when it is parsed, once when it is asked")
	for i := range members - 1 {
		for _, name := range names {
			o := d.Root().Get(name)
			o.Remove(o.Get(fmt.Sprint(name, (i*7)%members)))
		}
	}
	require.LessOrEqual(t, d.Effort(), 4*nodes)
	require.Equal(t, 1, d.Root().Get("e").Len())
	for i := range members {
		for _, name := range names {
			d.Root().Get(name).Put(fmt.Sprint(name, i), d.Root())
		}
	}
	require.LessOrEqual(t, d.Effort(), 8*nodes)
	require.Equal(t, members, d.Root().Get("e").Len())
}

func TestManyLargeObjectsEachKeepAnIndex(t *testing.T) {
	t.Parallel()
	const objects = 1<<16 + 100 // more than there are numbers for
	text := "[" + strings.Repeat(object("key", 26)+",", objects) + "1]"
	var d document.Document
	require.NoError(t, d.Parse([]byte(text), document.Options{}))
	for range 3 {
		for o := d.Root().First(); o.Kind() == document.Object; o = o.Next() {
			if got := o.Get("key25").Text(); got != "25" {
				require.Equal(t, "25", got)
			}
		}
	}
	require.NoError(t, d.Parse([]byte(object("k", 30)), document.Options{}))
	require.Equal(t, "29", d.Root().Get("k29").Text())
}

// FuzzEdit: an object that is edited holds what a list would. Each byte is an edit of one of 64 members.
func FuzzEdit(f *testing.F) {
	f.Add([]byte{0, 1, 2, 3, 64, 65, 128, 129, 192, 193}, 40)
	f.Fuzz(func(t *testing.T, edits []byte, members int) {
		members = min(max(members, 0), 60)
		var d document.Document
		require.NoError(t, d.Parse([]byte(object("k", members)), document.Options{}))
		o, list := d.Root(), make([]string, members)
		for i := range list {
			list[i] = fmt.Sprintf(`"k%d":%d`, i, i)
		}
		find := func(key string) int {
			for i, member := range list {
				if strings.HasPrefix(member, `"`+key+`":`) {
					return i
				}
			}
			return -1
		}
		for n, edit := range edits[:min(len(edits), 500)] {
			key := fmt.Sprintf("k%d", edit&63)
			at := find(key)
			had := o.Get(key)
			require.Equal(t, at >= 0, had.Exists(), "%s after %d edits", key, n)
			switch edit >> 6 {
			case 0:
				o.Remove(had)
				if at >= 0 {
					list = append(list[:at:at], list[at+1:]...)
				}
			case 1:
				o.Put(key, d.NewNumber(fmt.Sprint(n)))
				if at < 0 {
					at, list = len(list), append(list, "")
				}
				list[at] = fmt.Sprintf(`"%s":%d`, key, n)
			case 2:
				o.Filter(func(m document.Value) bool { return m != had })
				if at >= 0 {
					list = append(list[:at:at], list[at+1:]...)
				}
			case 3: // what is replaced keeps nothing of what it was
				copied := d.NewObject()
				for m := o.First(); m.Exists(); m = m.Next() {
					copied.Add(m)
				}
				o.Replace(copied)
			}
		}
		require.Equal(t, "{"+strings.Join(list, ",")+"}", string(o.AppendJSON(nil)))
		if len(list) > 0 {
			require.Equal(t, list[len(list)-1], strings.Trim(fmt.Sprintf("%q:%s", o.Last().Key(), o.Last().Text()), " "))
		}
	})
}

func TestTruncate(t *testing.T) {
	t.Parallel()
	var d document.Document
	require.NoError(t, d.Parse([]byte(`[1,2,3]`), document.Options{}))
	d.Root().Truncate(d.Root().At(1))
	d.Root().Add(d.NewNull())
	require.Equal(t, `[1,2,null]`, string(d.Root().AppendJSON(nil)))
	d.Root().Truncate(document.Value{})
	require.Equal(t, `[]`, string(d.Root().AppendJSON(nil)))
	d.Root().Add(d.NewNull())
	require.Equal(t, `[null]`, string(d.Root().AppendJSON(nil)))
}

func TestErrorsCutLongKeys(t *testing.T) {
	t.Parallel()
	long := strings.Repeat("k", 1<<20)
	var d document.Document
	err := d.Parse([]byte(`{"`+long+`":1,"`+long+`":2}`), document.Options{})
	require.ErrorContains(t, err, "kkk…\" is there twice")
	require.Less(t, len(err.Error()), 200)
	for _, text := range []string{
		`{"a` + strings.Repeat("é", 50) + `":1e999}`, `{"` + long + `":{"a":1e999}}`, `{"` + long + `\ud800":1}`, `{"a":1` + strings.Repeat("0", 1<<20) + `}`,
		strings.Repeat(`{"`+strings.Repeat("k", 1000)+`":`, 500) + "1e999" + strings.Repeat("}", 500),
	} {
		require.NoError(t, d.Parse([]byte(text), document.Options{LoneSurrogates: true}))
		_, err = d.Root().Struct()
		require.ErrorIs(t, err, document.ErrNotRepresentable)
		require.Less(t, len(err.Error()), 40_000, "500 steps of 64 bytes at most")
		require.True(t, utf8.ValidString(err.Error()))
		_, wireErr := d.Root().AppendStructWire(nil)
		require.EqualError(t, wireErr, err.Error())
	}
}

// TestDeepStructs: a long text far within is written once, not moved at each level around it, and what is nested too deep for
// those who read messages is refused.
func TestDeepStructs(t *testing.T) {
	t.Parallel()
	for _, text := range []string{`{"a":`, `{"a":[`} {
		closing := map[string]string{`{"a":`: "}", `{"a":[`: "]}"}[text]
		levels := document.DefaultMaxDepth / len(closing)
		long := `"` + strings.Repeat("long text ", 1000) + `"`
		var d document.Document
		require.NoError(t, d.Parse([]byte(strings.Repeat(text, levels)+long+strings.Repeat(closing, levels)), document.Options{}))
		wire, err := d.Root().AppendStructWire(nil)
		require.NoError(t, err)
		var s structpb.Struct
		require.NoError(t, proto.Unmarshal(wire, &s))
		wanted, err := d.Root().Struct()
		require.NoError(t, err)
		require.True(t, proto.Equal(wanted, &s))

		levels++
		deep := strings.Repeat(text, levels) + "{}" + strings.Repeat(closing, levels)
		require.NoError(t, d.Parse([]byte(deep), document.Options{MaxDepth: 2000}))
		_, err = d.Root().Struct()
		require.ErrorIs(t, err, document.ErrNotRepresentable)
		require.ErrorContains(t, err, "nested deeper than 512")
		_, wireErr := d.Root().AppendStructWire(nil)
		require.EqualError(t, wireErr, err.Error())
	}
}
