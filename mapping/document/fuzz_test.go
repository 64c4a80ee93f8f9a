package document_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"testing"

	"github.com/go-json-experiment/json/jsontext"
	"github.com/stretchr/testify/require"
	"google.golang.org/protobuf/encoding/protojson"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/types/known/structpb"

	"github.com/rudder-clevertap/rudder-clevertap/mapping/document"
)

// seeds are texts that a fuzzer would take long to find.
func seeds(f *testing.F) {
	f.Helper()
	for _, text := range []string{
		identify, `{"a":1,"a":2}`, `{"\ud800":"\udc00"}`, `"\ud83d\ude00"`, "\"\xed\xa0\x80\"", `[1e999,-0.0,1E+5]`, "\ufeff{}", `{"a":[{"b":[{}]}],"":null}`, `"퀀\u0000"`, "[\"\xff\"]",
	} {
		f.Add([]byte(text))
	}
}

// FuzzParse: we take a text in strict mode exactly when jsontext does, and what we write has the tokens that jsontext reads, in
// their order and with the digits of their numbers; in tolerant mode, exactly when encoding/json does, but for invalid UTF-8.
func FuzzParse(f *testing.F) {
	seeds(f)
	f.Fuzz(func(t *testing.T, text []byte) {
		if bytes.Count(text, []byte{'['})+bytes.Count(text, []byte{'{'}) > document.DefaultMaxDepth {
			return // the others nest deeper than we do
		}
		var strict, tolerant document.Document
		strictErr := strict.Parse(text, document.Options{})
		tolerantErr := tolerant.Parse(text, document.Options{DuplicateKeys: true, LoneSurrogates: true})
		theirs := jsontext.Value(text)
		require.Equal(t, theirs.IsValid(), strictErr == nil, "strict: %v", strictErr)
		loose := theirs.IsValid(jsontext.AllowDuplicateNames(true), jsontext.AllowInvalidUTF8(true))
		require.Equal(t, json.Valid(text), loose)
		if !bytes.ContainsRune(text, 0xfffd) && bytes.Equal(bytes.ToValidUTF8(text, nil), text) {
			require.Equal(t, json.Valid(text), tolerantErr == nil, "tolerant: %v", tolerantErr)
		}
		if tolerantErr == nil {
			again := tolerant.Root().AppendJSON(nil)
			require.True(t, json.Valid(again), "%s", again)
			var second document.Document
			require.NoError(t, second.Parse(again, document.Options{LoneSurrogates: true}))
			require.Equal(t, string(again), string(second.Root().AppendJSON(nil)))
		}
		if strictErr != nil {
			return
		}
		require.Equal(t, tokens(t, text), tokens(t, strict.Root().AppendJSON(nil)))
	})
}

// tokens are what jsontext reads in a text: numbers as they are written, strings as what they say.
func tokens(t *testing.T, text []byte) []string {
	t.Helper()
	var all []string
	for decoder := jsontext.NewDecoder(bytes.NewReader(text)); ; {
		token, err := decoder.ReadToken()
		if errors.Is(err, io.EOF) {
			return all
		}
		require.NoError(t, err)
		all = append(all, token.Kind().String()+" "+token.String())
	}
}

// FuzzStruct: what has a protobuf form comes back from it the same.
func FuzzStruct(f *testing.F) {
	seeds(f)
	f.Fuzz(func(t *testing.T, text []byte) {
		var d document.Document
		if d.Parse(text, document.Options{}) != nil {
			return
		}
		s, err := d.Root().Struct()
		if err != nil {
			require.ErrorIs(t, err, document.ErrNotRepresentable)
			return
		}
		v, err := d.NewStruct(s)
		require.NoError(t, err)
		again, err := v.Struct()
		require.NoError(t, err)
		require.True(t, proto.Equal(s, again))
	})
}

// FuzzStructWire: the wire codec reads and writes what the messages do, or says that a message is unusual.
func FuzzStructWire(f *testing.F) {
	seeds(f)
	for _, text := range []string{identify, `{"a":[1,{"b":null}],"c":{"d":"e"}}`, `{}`} {
		var s structpb.Struct
		require.NoError(f, protojson.Unmarshal([]byte(text), &s))
		wire, err := proto.Marshal(&s)
		require.NoError(f, err)
		f.Add(wire)
	}
	f.Fuzz(func(t *testing.T, wire []byte) {
		var ours, theirs document.Document
		ours.Reset()
		theirs.Reset()
		v, err := ours.NewStructWire(wire)
		if errors.Is(err, document.ErrUnusual) {
			return
		}
		var s structpb.Struct
		if unmarshalErr := proto.Unmarshal(wire, &s); unmarshalErr != nil {
			require.Error(t, err)
			return
		}
		wanted, wantedErr := theirs.NewStruct(&s)
		require.Equal(t, wantedErr == nil, err == nil, "%v, %v", wantedErr, err)
		if err != nil {
			return
		}
		require.Equal(t, string(wanted.AppendJSON(nil)), string(v.AppendJSON(nil)))
		again, err := v.AppendStructWire(nil)
		require.NoError(t, err)
		var back structpb.Struct
		require.NoError(t, proto.Unmarshal(again, &back))
		wantedBack, err := wanted.Struct()
		require.NoError(t, err)
		require.True(t, proto.Equal(wantedBack, &back))
	})
}
