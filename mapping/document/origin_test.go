package document_test

import (
	"testing"

	"github.com/stretchr/testify/require"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/types/known/structpb"

	"github.com/rudder-clevertap/rudder-clevertap/mapping/document"
)

// alike is an object whose values can be told apart by nothing but where they are.
const alike = `{"a":true,"b":true,"c":null,"d":null,"e":"","f":"","g":{},"h":{},"i":[],"j":[""],"k":[""],"l":1,"m":1,"n":"x","o":"x"}`

// TestOrigins: no two values that were read have the same origin, and copies have that of what they are copies of.
func TestOrigins(t *testing.T) {
	t.Parallel()
	for name, read := range map[string]func(t *testing.T, d *document.Document) document.Value{
		"JSON": func(t *testing.T, d *document.Document) document.Value {
			t.Helper()
			require.NoError(t, d.Parse([]byte(alike), document.Options{}))
			return d.Root()
		},
		"message": func(t *testing.T, d *document.Document) document.Value {
			t.Helper()
			v, err := d.NewStruct(message(t))
			require.NoError(t, err)
			return v
		},
		"wire": func(t *testing.T, d *document.Document) document.Value {
			t.Helper()
			wire, err := proto.Marshal(message(t))
			require.NoError(t, err)
			v, err := d.NewStructWire(wire)
			require.NoError(t, err)
			return v
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var d document.Document
			d.Reset()
			from := read(t, &d)
			into := d.NewObject()
			require.Zero(t, into.Origin(), "what was made empty has none")
			keys := map[document.Origin]string{}
			for m := from.First(); m.Exists(); m = m.Next() {
				require.NotZero(t, m.Origin(), m.Key())
				require.Empty(t, keys[m.Origin()], m.Key())
				keys[m.Origin()] = m.Key()
				into.Set("copy of "+m.Key(), m)
				require.Equal(t, m.Origin(), into.Last().Origin())
				if m.First().Exists() {
					require.NotEqual(t, m.Origin(), m.First().Origin())
					require.Empty(t, keys[m.First().Origin()], m.Key())
				}
			}
			require.NotEqual(t, into.Origin(), from.Origin())
		})
	}
}

// message is alike as a message.
func message(t *testing.T) *structpb.Struct {
	t.Helper()
	s := &structpb.Struct{}
	require.NoError(t, s.UnmarshalJSON([]byte(alike)))
	return s
}

func TestCopy(t *testing.T) {
	t.Parallel()
	var d document.Document
	require.NoError(t, d.Parse([]byte(`{"a":{"b":[1,{"c":"x"},{}]}}`), document.Options{}))
	a := d.Root().Get("a")
	made := d.Copy(a)
	require.Equal(t, `{"b":[1,{"c":"x"},{}]}`, string(made.AppendJSON(nil)))
	list := made.Get("b")
	for i := range 3 {
		if i != 1 { // what is in a copied container is its own
			require.Equal(t, a.Get("b").At(i).Origin(), list.At(i).Origin())
		}
	}
	one := list.At(0).Origin()
	list.At(0).Nullify()
	list.At(1).Nullify()
	list.At(2).Nullify()
	require.Equal(t, one, list.At(0).Origin(), "a number that became null comes from where it was")
	require.Equal(t, `{"b":[null,null,null]}`, string(made.AppendJSON(nil)))
	require.Equal(t, `{"a":{"b":[1,{"c":"x"},{}]}}`, string(d.Root().AppendJSON(nil)))
}
