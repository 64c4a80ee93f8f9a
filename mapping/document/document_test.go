package document_test

import (
	"fmt"
	"math"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"google.golang.org/protobuf/types/known/structpb"

	"github.com/rudder-clevertap/rudder-clevertap/mapping/document"
)

// write parses a text and writes it again.
func write(t *testing.T, text string, options document.Options) string {
	t.Helper()
	var d document.Document
	require.NoError(t, d.Parse([]byte(text), options))
	return string(d.Root().AppendJSON(nil))
}

func TestParseKeepsWhatItReads(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ name, in, out string }{
		{"key order", `{"b":1,"a":{"d":2,"c":3}}`, `{"b":1,"a":{"d":2,"c":3}}`},
		{"number digits", `[1.0,1e2,-0,12345678901234567890,0.1E-7]`, `[1.0,1e2,-0,12345678901234567890,0.1E-7]`},
		{"white space goes", " \t\r\n{ \"a\" : [ 1 , 2 ] } ", `{"a":[1,2]}`},
		{"empty containers", `{"a":{},"b":[]}`, `{"a":{},"b":[]}`},
		{"literals", `[true,false,null]`, `[true,false,null]`},
		{"empty text and key", `{"":""}`, `{"":""}`},
		{"escapes are written canonically", `"\u0041\/\"\\\b\f\n\r\t\u001f"`, `"A/\"\\\b\f\n\r\t\u001f"`},
		{"escapes in keys", `{"a\nb":1,"\u00e9":2}`, `{"a\nb":1,"é":2}`},
		{"characters beyond ASCII", `{"ключ":"значение 😀"}`, `{"ключ":"значение 😀"}`},
		{"a pair of surrogates", `"\ud83d\ude00"`, `"😀"`},
		{"a Hangul syllable that begins like a surrogate", `"퀀\n"`, `"퀀\n"`},
		{"markup is left alone", `"<a href='x'>&</a>"`, `"<a href='x'>&</a>"`},
		{"a scalar", `5`, `5`},
		{"long plain text", `"` + strings.Repeat("abcdefgh", 40) + `xyz"`, `"` + strings.Repeat("abcdefgh", 40) + `xyz"`},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			require.Equal(t, c.out, write(t, c.in, document.Options{}))
		})
	}
}

func TestParseRefuses(t *testing.T) {
	t.Parallel()
	deep := strings.Repeat("[", 513) + strings.Repeat("]", 513)
	large := make([]string, 40)
	for i := range large {
		large[i] = fmt.Sprintf(`"key %d":%d`, i, i)
	}
	for _, c := range []struct {
		name, in     string
		line, column int
		problem      string
	}{
		{"nothing", ``, 1, 1, "the text ends where a value is expected"},
		{"blanks", "\n\n ", 3, 2, "the text ends where a value is expected"},
		{"an open object", `{"a":1`, 1, 7, "the text ends where a comma or the end of the object is expected"},
		{"an open array", `[1,`, 1, 4, "the text ends where a value is expected"},
		{"an open string", "{\n\"a\": \"b", 2, 8, "the text ends within a string"},
		{"an open escaped string", `"a\n`, 1, 5, "the text ends within a string"},
		{"a trailing comma", `{"a":1,}`, 1, 8, `'}' where a key is expected`},
		{"a missing colon", `{"a" 1}`, 1, 6, `'1' where a colon is expected`},
		{"a missing comma", `[1 2]`, 1, 4, `'2' where a comma or the end of the array is expected`},
		{"a bare word", `{"a":undefined}`, 1, 6, `'u' where a value is expected`},
		{"half a word", `tru`, 1, 1, `'t' where a value is expected`},
		{"single quotes", `{'a':1}`, 1, 2, `'\'' where a key is expected`},
		{"a leading zero", `01`, 1, 2, "text after the end of the value"},
		{"a leading plus", `+1`, 1, 1, `'+' where a value is expected`},
		{"a bare minus", `-`, 1, 2, "the text ends where a digit is expected"},
		{"a bare point", `1.`, 1, 3, "the text ends where a digit is expected"},
		{"a bare exponent", `1e+`, 1, 4, "the text ends where a digit is expected"},
		{"two values", `{} {}`, 1, 4, "text after the end of the value"},
		{"a control character", "\"a\tb\"", 1, 3, `the control character '\t' within a string; write it as an escape`},
		{"a control character after an escape", "\"\\na\x01\"", 1, 5, "a control character within a string; write it as an escape"},
		{"an unknown escape", `"\x41"`, 1, 2, "an unknown escape within a string"},
		{"a short escape", `"\u12"`, 1, 2, "an unknown escape within a string"},
		{"bytes that are not UTF-8", "\"ab\xff\"", 1, 4, "bytes that are not UTF-8 within a string"},
		{"such bytes after an escape", "\"\\n\xc3\"", 1, 4, "bytes that are not UTF-8 within a string"},
		{"half a surrogate pair", `"a\ud800"`, 1, 3, "half a surrogate pair within a string"},
		{"the lower half first", `"\ude00\ud83d"`, 1, 2, "half a surrogate pair within a string"},
		{"a repeated key", `{"a":1,"b":2,"a":3}`, 1, 14, `the key "a" is there twice`},
		{"a repeated escaped key", `{"a":1,"\u0061":3}`, 1, 8, `the key "a" is there twice`},
		{"a repeated key among many", "{" + strings.Join(large, ",") + `,"key 7":0}`, 1, 5 + 10*10 + 30*12 - 3, `the key "key 7" is there twice`},
		{"nesting", deep, 1, 513, "values are nested too deep"},
		{"a byte-order mark", "\ufeff{}", 1, 1, "'ï' where a value is expected"},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			var d document.Document
			err := d.Parse([]byte(c.in), document.Options{})
			var syntax *document.SyntaxError
			require.ErrorAs(t, err, &syntax)
			require.Equal(t, c.problem, syntax.Problem)
			if c.name != "a repeated key among many" {
				require.Equal(t, []int{c.line, c.column}, []int{syntax.Line, syntax.Column})
			} else {
				require.Equal(t, `"key 7":0}`, c.in[syntax.Offset:])
			}
			require.False(t, d.Root().Exists())
		})
	}
}

func TestParseLimits(t *testing.T) {
	t.Parallel()
	var d document.Document
	require.NoError(t, d.Parse([]byte(`[[1]]`), document.Options{MaxDepth: 2}))
	require.ErrorContains(t, d.Parse([]byte(`[[[1]]]`), document.Options{MaxDepth: 2}), "nested too deep")
	require.NoError(t, d.Parse([]byte(`[1]`), document.Options{MaxBytes: 3}))
	require.ErrorContains(t, d.Parse([]byte(`[10]`), document.Options{MaxBytes: 3}), "longer than 3 bytes")
}

func TestParseTolerates(t *testing.T) {
	t.Parallel()
	many := make([]string, 60)
	for i := range many {
		many[i] = fmt.Sprintf(`"k%d":%d`, i%50, i)
	}
	var wanted strings.Builder
	for i := range 50 {
		n := i
		if i < 10 {
			n = i + 50
		}
		fmt.Fprintf(&wanted, `,"k%d":%d`, i, n)
	}
	tolerant := document.Options{DuplicateKeys: true, LoneSurrogates: true}
	for _, c := range []struct{ name, in, out string }{
		{"the last duplicate counts, in the first's place", `{"a":1,"b":2,"a":{"c":[3]}}`, `{"a":{"c":[3]},"b":2}`},
		{"duplicates among many", "{" + strings.Join(many, ",") + "}", "{" + wanted.String()[1:] + "}"},
		{"a lone surrogate", `{"\ud83d":"\uDE00 \ud83d"}`, `{"\ud83d":"\ude00 \ud83d"}`},
		{"a lone surrogate before a pair", `"\ud800\ud83d\ude00"`, `"\ud800😀"`},
		{"a lone surrogate before another character", `"\ud800\u0041"`, `"\ud800A"`},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			require.Equal(t, c.out, write(t, c.in, tolerant))
		})
	}
}

func TestGetFindsMembersOfSmallAndLargeObjects(t *testing.T) {
	t.Parallel()
	for _, size := range []int{0, 1, 24, 25, 26, 1000} {
		var text strings.Builder
		for i := range size {
			fmt.Fprintf(&text, `,"key %d":%d`, i, i)
		}
		var d document.Document
		require.NoError(t, d.Parse([]byte(`{"o":{`+strings.TrimPrefix(text.String(), ",")+`},"z":"end"}`), document.Options{}))
		object := d.Root().Get("o")
		require.Equal(t, size, object.Len())
		for i := range size {
			require.Equal(t, fmt.Sprint(i), object.Get(fmt.Sprintf("key %d", i)).Text())
		}
		require.False(t, object.Get("key").Exists())
		require.True(t, d.Root().Get("z").Is("end"))
		object.Set("late", d.NewBool(true))
		require.True(t, object.Get("late").True())
	}
}

func TestBuild(t *testing.T) {
	t.Parallel()
	var d document.Document
	require.NoError(t, d.Parse([]byte(`{"a":"x","b":[1,{"c":"d\n"}],"n":null}`), document.Options{}))
	in := d.Root()
	out := d.NewObject()
	out.Add(in.Get("b"))
	out.Set("A", in.Get("a"))
	out.Set("text", d.JSONText(in.Get("b")))
	out.Set("q\"", d.NewString("tab\t"))
	out.Set("yes", d.NewBool(true))
	out.Set("no", d.NewNull())
	out.Set("n", d.NewNumber("1.50"))
	list := d.NewArray()
	list.Add(in.Get("a"))
	list.Add(d.NewObject())
	out.Set("list", list)
	out.Set("built", d.Build(func(dst []byte) []byte { return append(dst, "Screen Viewed: x"...) }))
	require.Equal(t, `{"b":[1,{"c":"d\n"}],"A":"x","text":"[1,{\"c\":\"d\\n\"}]","q\"":"tab\t","yes":true,"no":null,`+
		`"n":1.50,"list":["x",{}],"built":"Screen Viewed: x"}`, string(out.AppendJSON(nil)))
	require.Equal(t, `{"a":"x","b":[1,{"c":"d\n"}],"n":null}`, string(in.AppendJSON(nil)), "the parsed value is as it was")

	out.Remove(out.Get("b"))
	out.Remove(out.Get("built"))
	out.Remove(out.Get("text"))
	out.Get("A").Replace(in.Get("b").At(1))
	out.Sort(func(members []document.Value) { members[0], members[1] = members[1], members[0] })
	require.Equal(t, `{"q\"":"tab\t","A":{"c":"d\n"},"yes":true,"no":null,"n":1.50,"list":["x",{}]}`, string(out.AppendJSON(nil)))
}

func TestAbsentValues(t *testing.T) {
	t.Parallel()
	var v document.Value
	require.Equal(t, document.Invalid, v.Kind())
	require.False(t, v.Exists() || v.True() || v.Is(""))
	require.True(t, v.Empty())
	require.Zero(t, v.Len())
	require.False(t, v.Get("a").Exists() || v.First().Exists() || v.Next().Exists() || v.At(0).Exists())
	require.Empty(t, v.Text()+v.Key())
	require.Equal(t, "null", string(v.AppendJSON(nil)))
	require.Equal(t, "a number, nothing", fmt.Sprintf("%v, %v", document.Number, v.Kind()))
}

func TestStructs(t *testing.T) {
	t.Parallel()
	s, err := structpb.NewStruct(map[string]any{
		"z": 1, "a": "té\"xt", "n": nil, "f": 0.25, "big": 1e21, "whole": 1e20, "tiny": 1e-7, "o": map[string]any{"y": true, "x": false}, "l": []any{1, "2", nil},
	})
	require.NoError(t, err)
	var d document.Document
	d.Reset()
	v, err := d.NewStruct(s)
	require.NoError(t, err)
	require.Equal(t, `{"a":"té\"xt","big":1e+21,"f":0.25,"l":[1,"2",null],"n":null,"o":{"x":false,"y":true},"tiny":1e-7,"whole":100000000000000000000,"z":1}`,
		string(v.AppendJSON(nil)), "keys in sorted order")
	back, err := v.Struct()
	require.NoError(t, err)
	require.Equal(t, s.AsMap(), back.AsMap())
}

func TestStructsThatCannotBe(t *testing.T) {
	t.Parallel()
	var d document.Document
	for _, text := range []string{`{"a":{"b":1e999}}`, `{"a":["\ud800"]}`, `{"\ud800":1}`, `[1]`} {
		require.NoError(t, d.Parse([]byte(text), document.Options{LoneSurrogates: true}))
		_, err := d.Root().Struct()
		require.ErrorIs(t, err, document.ErrNotRepresentable, text)
	}
	d.Reset()
	infinite := structpb.NewNumberValue(1)
	infinite.GetKind().(*structpb.Value_NumberValue).NumberValue *= 1e308
	infinite.GetKind().(*structpb.Value_NumberValue).NumberValue *= 1e308
	_, err := d.NewStruct(&structpb.Struct{Fields: map[string]*structpb.Value{"a": infinite}})
	require.ErrorIs(t, err, document.ErrNotRepresentable)
	deep := structpb.NewNullValue()
	for range document.DefaultMaxDepth + 1 {
		deep = structpb.NewListValue(&structpb.ListValue{Values: []*structpb.Value{deep}})
	}
	_, err = d.NewStruct(&structpb.Struct{Fields: map[string]*structpb.Value{"a": deep}})
	require.ErrorContains(t, err, "nested deeper")
	v, err := d.NewStruct(nil)
	require.NoError(t, err)
	require.False(t, v.Exists())
}

func TestAReusedDocumentDoesNotAllocate(t *testing.T) {
	var d document.Document
	var dst []byte
	text := []byte(identify)
	round := func() {
		if d.Parse(text, document.Options{}) != nil {
			t.Fatal("the event does not parse")
		}
		dst = d.Root().AppendJSON(dst[:0])
	}
	round()
	require.Zero(t, testing.AllocsPerRun(100, round))
	require.JSONEq(t, identify, string(dst))
}

// TestDoublesComeBack: a number of a message is written with digits that give it back, however many its exponent has.
func TestDoublesComeBack(t *testing.T) {
	t.Parallel()
	for _, f := range []float64{0, 1, -2.5, 1e20, 1e21, 1e100, 1.5e105, -1.5e308, math.MaxFloat64, 1e-6, 1e-7, 1e-10, 1e-100, math.SmallestNonzeroFloat64} {
		var d document.Document
		d.Reset()
		v, err := d.NewDouble(f)
		require.NoError(t, err)
		got, err := strconv.ParseFloat(v.Text(), 64)
		require.NoError(t, err)
		require.Equal(t, f, got, v.Text())
	}
}
