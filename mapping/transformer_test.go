package mapping_test

import (
	"bufio"
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/rudder-clevertap/rudder-clevertap/mapping"
)

// recordings returns the folder of recorded answers of rudder-transformer, or skips the test.
func recordings(t *testing.T) string {
	t.Helper()
	dir := os.Getenv("TRANSFORMER_CASES")
	if dir == "" {
		dir = filepath.Join("..", "..", "shared", "cases", "transformer")
	}
	if _, err := os.Stat(dir); err != nil {
		t.Skipf("no recordings of rudder-transformer: set TRANSFORMER_CASES to their folder (%v)", err)
	}
	return dir
}

// lines reads a file of JSON lines.
func lines(t *testing.T, name string, each func(line []byte)) {
	t.Helper()
	file, err := os.Open(filepath.Join(recordings(t), name))
	require.NoError(t, err)
	defer func() { require.NoError(t, file.Close()) }()
	scanner := bufio.NewScanner(file)
	scanner.Buffer(nil, 64<<20)
	for scanner.Scan() {
		each(scanner.Bytes())
	}
	require.NoError(t, scanner.Err())
}

// answer is one item of an answer of rudder-transformer.
type answer struct {
	StatusCode int    `json:"statusCode"`
	Error      string `json:"error"`
	StatTags   map[string]string
	Output     struct {
		Endpoint string          `json:"endpoint"`
		Headers  json.RawMessage `json:"headers"`
		Body     struct {
			JSON struct {
				D []json.RawMessage `json:"d"`
			} `json:"JSON"`
		} `json:"body"`
	} `json:"output"`
}

// replay transforms the message of a recorded item and compares what comes out with what the reference gave.
func replay(t *testing.T, message, config []byte, wanted []answer) {
	t.Helper()
	to, problem := mapping.ParseTransformerConfig(config)
	require.Nil(t, problem)
	var m mapping.Mapper
	got := m.TransformJSON(message, to)
	if code := wanted[0].StatusCode; code != 200 {
		require.NotNil(t, got.Err)
		if code == 400 {
			require.Equal(t, wanted[0].Error, got.Err.Message)
		}
		return
	}
	require.Nil(t, got.Err)
	require.Len(t, got.Records, len(wanted))
	for i, r := range got.Records {
		require.JSONEq(t, string(wanted[i].Output.Body.JSON.D[0]), string(r.AppendJSON(nil)))
		require.Equal(t, wanted[i].Output.Endpoint, to.Endpoint())
		require.JSONEq(t, string(wanted[i].Output.Headers), string(to.AppendHeadersJSON(nil)))
	}
}

func TestTransformerGivesWhatTheReferenceGave(t *testing.T) {
	t.Parallel()
	count := 0
	lines(t, "differential.jsonl", func(line []byte) {
		var row struct {
			Message     json.RawMessage
			Destination struct{ Config json.RawMessage }
			Expect      []answer
		}
		require.NoError(t, json.Unmarshal(line, &row))
		count++
		replay(t, row.Message, row.Destination.Config, row.Expect)
	})
	require.Positive(t, count)
}

func TestTransformerGivesWhatTheReferenceGaveToEdgeCases(t *testing.T) {
	t.Parallel()
	lines(t, "probes.jsonl", func(line []byte) {
		var row struct{ Name, Input, Expect string }
		require.NoError(t, json.Unmarshal(line, &row))
		if strings.HasPrefix(row.Name, "dyn ") {
			return // dynamic config is the server's
		}
		t.Run(row.Name, func(t *testing.T) {
			t.Parallel()
			var input struct {
				Message     json.RawMessage
				Destination struct{ Config json.RawMessage }
			}
			require.NoError(t, json.Unmarshal([]byte(row.Input), &input))
			var wanted []answer
			require.NoError(t, json.Unmarshal([]byte(row.Expect), &wanted))
			if len(input.Message) == 0 {
				input.Message = []byte("null")
			}
			replay(t, input.Message, input.Destination.Config, wanted)
		})
	})
}

// TestTransformerValuesAreThemselves: what is done to one of an event's values shows where JavaScript shows
// it, and nowhere else.
func TestTransformerValuesAreThemselves(t *testing.T) {
	t.Parallel()
	const on = `{"enableObjectIdMapping":true,"trackAnonymous":true}`
	for _, c := range []struct{ name, event, records string }{
		{
			"a container that is set twice keeps what a path put into it",
			`{"type":"identify","userId":"u","traits":{"address":{"city":"A"}},"context":{"traits":{"address.city":"B","address":{}}}}`,
			`{"type":"profile","profileData":{"address":"{\"city\":\"B\"}"},"identity":"u"}`,
		},
		{
			"cleaning a device token leaves the profile alone",
			`{"type":"identify","anonymousId":{"a":null,"c":1},"context":{"device":{"token":"t"},"os":{"name":"ios"}}}`,
			`{"type":"profile","profileData":{},"objectId":{"a":null,"c":1}}` +
				`{"type":"token","tokenData":{"id":"t","type":"apns"},"objectId":{"c":1}}`,
		},
		{
			"an infinite number is one until it is written",
			`{"type":"track","event":"E","userId":"u","properties":{"ts":[1e400]}}`,
			`{"evtName":"E","evtData":{"ts":"[null]"},"ts":[null],"type":"event","identity":"u"}`,
		},
		{
			"an array's length is a property",
			`{"type":"identify","userId":"u","traits":{"tags":["a"],"tags.length":3,"length":5},"context":{"traits":["x","y"]}}`,
			`{"type":"profile","profileData":{"0":"x","1":"y","tags":"[\"a\",null,null]","length":2},"identity":"u"}`,
		},
		{
			"a text has functions for properties, and is itself what is found there",
			`{"type":"identify","userId":"u","traits":{"toString":1},"context":{"traits":"é"}}`,
			`{"type":"profile","profileData":{"0":"é","toString":"é"},"identity":"u"}`,
		},
		{
			"overrideFields is read plainly",
			`{"type":"identify","userId":"u","traits.overrideFields":{"x":1},"context.traits":{"overrideFields":{"y":1}}}`,
			`{"type":"profile","profileData":{},"identity":"u"}`,
		},
		{
			"the system is read before anything is known of a token",
			`{"type":"identify","userId":"u","context":{"os":{"name":5}}}`,
			`INVALID_FIELD_TYPE context.os.name`,
		},
		{
			"a key asks for an array that is too long",
			`{"type":"identify","userId":"u","traits":{"a.3000000":1}}`,
			`INVALID_FIELD_TYPE a.3000000`,
		},
		{
			"no array has such a length",
			`{"type":"identify","userId":"u","traits":{"tags":["a"],"tags.length":"x"}}`,
			`INVALID_FIELD_TYPE tags.length`,
		},
	} {
		to, problem := mapping.ParseTransformerConfig([]byte(on))
		require.Nil(t, problem)
		var m mapping.Mapper
		require.Equal(t, c.records, text(m.TransformJSON([]byte(c.event), to)), c.name)
	}
	to, problem := mapping.ParseTransformerConfig([]byte(`{"region":{"toString":1}}`))
	require.Nil(t, problem)
	var m mapping.Mapper
	require.Equal(t, "INVALID_DESTINATION destination.Config.region", text(m.TransformJSON([]byte(`{"type":"alias"}`), to)))
	require.Equal(t, "UNSUPPORTED_MESSAGE_TYPE type", text(m.TransformJSON([]byte(`{"type":"group"}`), to)), "its own fault first")
}

// text is an event's records, or the reason and the field of its error.
func text(r *mapping.Result) string {
	if r.Err != nil {
		return string(r.Err.Reason) + " " + r.Err.Field
	}
	var records []byte
	for _, record := range r.Records {
		records = record.AppendJSON(records)
	}
	return string(records)
}
