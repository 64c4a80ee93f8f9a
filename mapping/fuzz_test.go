package mapping_test

import (
	"encoding/json"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/rudder-clevertap/rudder-clevertap/internal/cases"
	"github.com/rudder-clevertap/rudder-clevertap/mapping"
)

// FuzzTransform: whatever comes in, the engine answers with a result that holds together.
func FuzzTransform(f *testing.F) {
	for i, c := range cases.All() {
		if i%3 == 0 {
			f.Add([]byte(c.Event), c.Settings["enableObjectIdMapping"] == true)
		}
	}
	f.Fuzz(func(t *testing.T, event []byte, objectID bool) {
		to, err := mapping.ParseDestination(cases.Case{Settings: cases.Settings{"enableObjectIdMapping": objectID, "useEventTimestamp": true}}.Destination())
		require.Nil(t, err)
		var m mapping.Mapper
		got := m.TransformJSON(event, to)
		require.Equal(t, got.Status == mapping.Failed, got.Err != nil)
		require.Equal(t, got.Status == mapping.Transformed, len(got.Records) > 0)
		for _, r := range got.Records {
			text := r.AppendJSON(nil)
			var record map[string]json.RawMessage // a number beyond a double is one here
			require.NoError(t, json.Unmarshal(text, &record), "%s", text)
			_, identity := record["identity"]
			_, object := record["objectId"]
			require.NotEqual(t, identity, object, "exactly one id at the root of %s", text)
		}
	})
}

// FuzzParseDestination: settings never crash the parser, and what it takes has no error among its problems.
func FuzzParseDestination(f *testing.F) {
	f.Add(cases.Case{}.Destination())
	f.Add([]byte(`{"useNativeSDK":{"web":1},"connectionMode":[],"whitelistedEvents":[{"eventName":{}}],"ruleset":1e9,"trackAnonymous":0}`))
	f.Fuzz(func(t *testing.T, settings []byte) {
		to, err := mapping.ParseDestination(settings)
		require.Equal(t, to == nil, err != nil)
		problems, checkErr := mapping.CheckDestinationJSON(settings)
		if checkErr != nil {
			require.NotNil(t, err)
			return
		}
		for _, p := range problems {
			require.False(t, to != nil && p.Severity == mapping.SeverityError)
		}
	})
}
