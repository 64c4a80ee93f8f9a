package mapping_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/rudder-clevertap/rudder-clevertap/mapping"
)

// TestLittleDoesNotBecomeMuch: what follows the content of an event fails it before it takes memory out of proportion.
func TestLittleDoesNotBecomeMuch(t *testing.T) {
	t.Parallel()
	transformer, problem := mapping.ParseTransformerConfig([]byte(`{"trackAnonymous":true}`))
	require.Nil(t, problem)
	guide, problem := mapping.ParseDestination([]byte(`{"accountId":"A","passcode":"P","region":"in1","trackAnonymous":true}`))
	require.Nil(t, problem)
	identify := func(traits string) string { return `{"type":"identify","userId":"u","traits":` + traits + `}` }
	long := func(unit string) string { return strings.Repeat(unit, 1_000_000) }
	for _, c := range []struct {
		name, event, err string
		to               *mapping.Destination
	}{
		{"a key of two million steps", identify(`{"a` + long(".a") + `":1}`), "a key has more than 2000 steps", transformer},
		{"dots alone", identify(`{"` + long("..") + `":1}`), "a key has more than 2000 steps", transformer},
		{"holes", identify(`{"a.65000":1}`), "an index in a key is too large", transformer},
		{"a string for each of its characters", identify(`"` + long("a") + `"`), "more would be made of it than its size allows", transformer},
		{
			"the same for what all objects have", `{"type":"identify","userId":"u","traits":{"1.5":1,"a.b":2},"context":{"traits":"` + long("a") + `"}}`,
			"more would be made of it than its size allows", transformer,
		},
		{"more values than there may be", identify(`[` + long("1,") + `1]`), "it holds more than 262144 values", guide},
		{"the same", identify(`[` + long("1,") + `1]`), "it holds more than 262144 values", transformer},
		{"nesting", identify(strings.Repeat("[", 100_000) + strings.Repeat("]", 100_000)), "values are nested too deep", guide},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			var m mapping.Mapper
			got := m.TransformJSON([]byte(c.event), c.to)
			require.NotNil(t, got.Err)
			require.ErrorContains(t, got.Err, c.err)
			require.Less(t, len(got.Err.Message), 500)
			require.Less(t, len(got.Err.Field), 300)
			got = m.TransformJSON([]byte(identify(`{"plan":"p"}`)), c.to)
			require.Nil(t, got.Err, "the next one is as it should be")
		})
	}
}

// TestLongStringsForObjects: what has a property for each of its characters says so, if it can't have that many.
func TestLongStringsForObjects(t *testing.T) {
	t.Parallel()
	to, problem := mapping.ParseTransformerConfig([]byte(`{}`))
	require.Nil(t, problem)
	long := strings.Repeat("a", 1_000_000)
	for event, message := range map[string]string{
		`{"type":"identify","userId":"u","traits":"` + long + `"}`:                            "traits and properties can't be a long string: ",
		`{"type":"track","event":"E","userId":"u","properties":"` + long + long + long + `"}`: "the event can't be transformed: ",
	} {
		var m mapping.Mapper
		got := m.TransformJSON([]byte(event), to)
		require.NotNil(t, got.Err)
		require.Equal(t, mapping.InvalidFieldType, got.Err.Reason)
		require.Equal(t, message+"more would be made of it than its size allows", got.Err.Message)
		require.Empty(t, got.Err.Field)
	}
}
