package document_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/rudder-clevertap/rudder-clevertap/mapping/document"
)

func TestWithin(t *testing.T) {
	t.Parallel()
	avoid := [256]bool{'%': true}
	b := &document.Bounds{Key: 3, Text: 5, Avoid: &avoid}
	for text, ordinary := range map[string]bool{
		`{}`: true, `{"abc":"12345"}`: true, `{"a":true}`: true, `{"a":-1.5}`: true, `{"a":false,"b":""}`: true,
		`{"":1}`: false, `{"abcd":1}`: false, `{"a":"123456"}`: false, `{"a":123456}`: false, `{"a":1e4}`: false, `{"a":1E4}`: false,
		`{"a":null}`: false, `{"a":[]}`: false, `{"a":{}}`: false, `{"a%":1}`: false, `{"a":1,"b":null}`: false,
	} {
		var d document.Document
		require.NoError(t, d.Parse([]byte(text), document.Options{}))
		members, got := d.Root().Within(b)
		require.Equal(t, ordinary, got, text)
		require.Equal(t, d.Root().Len(), members, text)
		all := true
		for m := d.Root().First(); m.Exists(); m = m.Next() {
			all = all && m.IsOrdinary(b)
		}
		require.Equal(t, ordinary, all, text)
	}
	_, got := document.Value{}.Within(b)
	require.False(t, got)
	require.False(t, document.Value{}.IsOrdinary(b))
}
