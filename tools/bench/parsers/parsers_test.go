package parsers

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"runtime"
	"testing"

	"github.com/bytedance/sonic"
	jsonv2 "github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"
	"github.com/stretchr/testify/require"
	"github.com/valyala/fastjson"
	"google.golang.org/protobuf/encoding/protojson"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/types/known/structpb"

	"github.com/rudder-clevertap/rudder-clevertap/internal/genevents"
	"github.com/rudder-clevertap/rudder-clevertap/mapping/document"
)

// parser is one way to read an event and to write it again.
type parser struct {
	name string
	// encode makes what rewrite reads of an event's JSON; nil where it reads JSON.
	encode func(text []byte) ([]byte, error)
	// rewrite reads a text whole, and writes what it read over dst.
	rewrite func(dst, text []byte) ([]byte, error)
	// ordered and exact say whether the keys of objects stay in order, and the digits of numbers as they are.
	ordered, exact bool
	// accepts are the texts of notJSON that it takes all the same.
	accepts []string
}

// The texts that RFC 8259 or its need of UTF-8 forbids, or that mean different things to different readers.
const (
	leadingZero   = `{"a":01}`
	trailingComma = `{"a":1,}`
	trailingText  = `{"a":1}]`
	rawControl    = "{\"a\":\"\x01\"}"
	badEscape     = `{"a":"\q"}`
	notUTF8       = "{\"a\":\"\xff\"}"
	repeatedKey   = `{"a":1,"a":2}`
)

// notJSON are all of them.
func notJSON() []string {
	return []string{leadingZero, trailingComma, trailingText, rawControl, badEscape, notUTF8, repeatedKey}
}

// parsers are all of them, with nothing kept between two benchmarks but what a server would keep between two events.
func parsers() []parser {
	return []parser{
		{name: "document", rewrite: rewriteDocument(), ordered: true, exact: true},
		{name: "fastjson", rewrite: rewriteFastJSON(), ordered: true, exact: true, accepts: []string{leadingZero, rawControl, badEscape, notUTF8, repeatedKey}},
		{name: "sonic AST", rewrite: rewriteSonicTree, ordered: true, exact: true, accepts: []string{trailingText, rawControl, notUTF8, repeatedKey}},
		{name: "jsontext tokens", rewrite: rewriteTokens(), ordered: true, exact: true},
		{name: "sonic map", rewrite: rewriteMap(sonic.Unmarshal, sonic.Marshal), accepts: []string{rawControl, notUTF8, repeatedKey}},
		{name: "json/v2 map", rewrite: rewriteMap(unmarshalV2, marshalV2)},
		{name: "encoding/json map", rewrite: rewriteMap(json.Unmarshal, json.Marshal), accepts: []string{notUTF8, repeatedKey}},
		{name: "protobuf Struct", encode: structWire, rewrite: rewriteStructWire},
		{name: "protojson Struct", rewrite: rewriteProtoJSON},
	}
}

func rewriteDocument() func(dst, text []byte) ([]byte, error) {
	var d document.Document
	return func(dst, text []byte) ([]byte, error) {
		if err := d.Parse(text, document.Options{}); err != nil {
			return nil, err
		}
		return d.Root().AppendJSON(dst[:0]), nil
	}
}

func rewriteFastJSON() func(dst, text []byte) ([]byte, error) {
	var p fastjson.Parser
	return func(dst, text []byte) ([]byte, error) {
		root, err := p.ParseBytes(text)
		if err != nil {
			return nil, err
		}
		return root.MarshalTo(dst[:0]), nil
	}
}

func rewriteSonicTree(_, text []byte) ([]byte, error) {
	root, err := sonic.Get(text)
	if err != nil {
		return nil, err
	}
	if err := root.LoadAll(); err != nil {
		return nil, err
	}
	return root.MarshalJSON()
}

// rewriteTokens copies token by token: the least that a tree built of jsontext's tokens would cost.
func rewriteTokens() func(dst, text []byte) ([]byte, error) {
	var (
		in  bytes.Reader
		out bytes.Buffer
	)
	from, to := jsontext.NewDecoder(&in), jsontext.NewEncoder(&out)
	return func(_, text []byte) ([]byte, error) {
		in.Reset(text)
		out.Reset()
		from.Reset(&in)
		to.Reset(&out)
		for {
			token, err := from.ReadToken()
			if errors.Is(err, io.EOF) {
				return bytes.TrimSuffix(out.Bytes(), []byte("\n")), nil
			}
			if err != nil {
				return nil, err
			}
			if err := to.WriteToken(token); err != nil {
				return nil, err
			}
		}
	}
}

func rewriteMap(unmarshal func([]byte, any) error, marshal func(any) ([]byte, error)) func(dst, text []byte) ([]byte, error) {
	return func(_, text []byte) ([]byte, error) {
		var tree map[string]any
		if err := unmarshal(text, &tree); err != nil {
			return nil, err
		}
		return marshal(tree)
	}
}

func unmarshalV2(text []byte, to any) error           { return jsonv2.Unmarshal(text, to) }
func marshalV2(tree any) ([]byte, error)              { return jsonv2.Marshal(tree, jsonv2.Deterministic(true)) }
func structWire(text []byte) ([]byte, error)          { return structOf(text, proto.Marshal) }
func rewriteProtoJSON(_, text []byte) ([]byte, error) { return structOf(text, protojson.Marshal) }

func structOf(text []byte, marshal func(proto.Message) ([]byte, error)) ([]byte, error) {
	var tree structpb.Struct
	if err := protojson.Unmarshal(text, &tree); err != nil {
		return nil, err
	}
	return marshal(&tree)
}

func rewriteStructWire(_, wire []byte) ([]byte, error) {
	var tree structpb.Struct
	if err := proto.Unmarshal(wire, &tree); err != nil {
		return nil, err
	}
	return proto.Marshal(&tree)
}

// identify is an identify event of 1.5 KB.
func identify() []byte { return genevents.New(1).Batch(1)[0] }

func BenchmarkRewrite(b *testing.B) {
	for _, p := range parsers() {
		b.Run(p.name, func(b *testing.B) {
			text := identify()
			if p.encode != nil {
				var err error
				text, err = p.encode(text)
				require.NoError(b, err)
			}
			var dst []byte
			b.ReportAllocs()
			for b.Loop() {
				var err error
				if dst, err = p.rewrite(dst, text); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

// BenchmarkCheck is what a look at every byte costs, without a tree.
func BenchmarkCheck(b *testing.B) {
	for _, c := range []struct {
		name  string
		valid func(text []byte) bool
	}{
		{"sonic", sonic.Valid},
		{"fastjson", func(text []byte) bool { return fastjson.ValidateBytes(text) == nil }},
		{"jsontext", func(text []byte) bool { return jsontext.Value(text).IsValid() }},
		{"encoding/json", json.Valid},
	} {
		b.Run(c.name, func(b *testing.B) {
			text := identify()
			b.ReportAllocs()
			for b.Loop() {
				if !c.valid(text) {
					b.Fatal("the event is not valid")
				}
			}
		})
	}
}

func TestWhatParsersKeep(t *testing.T) {
	t.Parallel()
	if runtime.GOARCH != "amd64" {
		t.Skip("sonic is another program on each architecture")
	}
	// A map of a few keys may come out in their order by chance.
	const keys, digits = `{"z":1,"y":1,"x":1,"w":1,"v":1,"u":1,"t":1,"s":1,"r":1,"q":1,"p":1,"o":1,"n":1,"m":1,"l":1,"k":1}`, `{"a":12345678901234567890.10}`
	for _, p := range parsers() {
		t.Run(p.name, func(t *testing.T) {
			t.Parallel()
			if p.encode == nil {
				require.Equal(t, p.ordered, keeps(t, p, keys), "order of keys")
				require.Equal(t, p.exact, keeps(t, p, digits), "digits of numbers")
			}
			var accepts []string
			for _, text := range notJSON() {
				if p.encode != nil {
					break
				}
				if _, err := p.rewrite(nil, []byte(text)); err == nil {
					accepts = append(accepts, text)
				}
			}
			require.Equal(t, p.accepts, accepts)
		})
	}
}

// keeps reports whether a text comes out as it went in.
func keeps(t *testing.T, p parser, text string) bool {
	t.Helper()
	got, err := p.rewrite(nil, []byte(text))
	require.NoError(t, err)
	return string(got) == text
}
