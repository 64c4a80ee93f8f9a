package mapping_test

import (
	"bufio"
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/rudder-clevertap/rudder-clevertap/internal/cases"
	"github.com/rudder-clevertap/rudder-clevertap/mapping"
	"github.com/rudder-clevertap/rudder-clevertap/mapping/document"
)

// lines reads a file of JSON lines.
func lines(t *testing.T, name string, each func(line []byte)) {
	t.Helper()
	file, err := os.Open(filepath.Join(cases.Recordings(t), name))
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

// TestConfigsOfRudderTransformer: what a destination's Config becomes there, whatever is in it.
func TestConfigsOfRudderTransformer(t *testing.T) {
	t.Parallel()
	const api, json = "https://api.clevertap.com/1/upload", `"Content-Type":"application/json"`
	for _, c := range []struct{ config, endpoint, headers string }{
		{`{}`, api, `{` + json + `}`},
		{`5`, api, `{` + json + `}`},
		{"\ufeff" + ` {"accountId":"A","passcode":"P"} `, api, `{"X-CleverTap-Account-Id":"A","X-CleverTap-Passcode":"P",` + json + `}`},
		{`{"passcode":"P","accountId":"A"}`, api, `{"X-CleverTap-Account-Id":"A","X-CleverTap-Passcode":"P",` + json + `}`},
		{`{"accountId":null,"passcode":5.0}`, api, `{"X-CleverTap-Account-Id":null,"X-CleverTap-Passcode":5,` + json + `}`},
		{`{"accountId":["A"],"passcode":1e400}`, api, `{"X-CleverTap-Account-Id":["A"],"X-CleverTap-Passcode":null,` + json + `}`},
		{`{"accountId":"","passcode":"P","passcode":"Q"}`, api, `{"X-CleverTap-Account-Id":"","X-CleverTap-Passcode":"Q",` + json + `}`},
		{`{"region":"none"}`, api, `{` + json + `}`},
		{`{"region":""}`, api, `{` + json + `}`},
		{`{"region":0}`, api, `{` + json + `}`},
		{`{"region":null}`, api, `{` + json + `}`},
		{`{"region":"eu1"}`, "https://eu1.api.clevertap.com/1/upload", `{` + json + `}`},
		{`{"region":"NONE"}`, "https://NONE.api.clevertap.com/1/upload", `{` + json + `}`},
		{`{"region":" us1 "}`, "https:// us1 .api.clevertap.com/1/upload", `{` + json + `}`},
		{`{"region":["x",null,1.0]}`, "https://x,,1.api.clevertap.com/1/upload", `{` + json + `}`},
		{`{"region":{}}`, "https://[object Object].api.clevertap.com/1/upload", `{` + json + `}`},
		{`{"region":true}`, "https://true.api.clevertap.com/1/upload", `{` + json + `}`},
		{`{"region":"\ud800"}`, "https://\ufffd.api.clevertap.com/1/upload", `{` + json + `}`},
	} {
		to, problem := mapping.ParseTransformerConfig([]byte(c.config))
		require.Nil(t, problem, c.config)
		require.Equal(t, c.endpoint, to.Endpoint(), c.config)
		require.Equal(t, c.headers, string(to.AppendHeadersJSON(nil)), c.config)
		require.Equal(t, "transformer", to.RulesetName())
	}
}

// TestHeadersOfRudderTransformer: those that can be sent as they are; what is neither text nor a number can't.
func TestHeadersOfRudderTransformer(t *testing.T) {
	t.Parallel()
	contentType := mapping.Header{Name: "Content-Type", Value: "application/json"}
	for config, wanted := range map[string][]mapping.Header{
		`{"accountId":"A","passcode":"P"}`:       {{Name: "X-CleverTap-Account-Id", Value: "A"}, {Name: "X-CleverTap-Passcode", Value: "P"}, contentType},
		`{"accountId":42,"passcode":1e2}`:        {{Name: "X-CleverTap-Account-Id", Value: "42"}, {Name: "X-CleverTap-Passcode", Value: "100"}, contentType},
		`{"accountId":null,"passcode":["P"]}`:    {contentType},
		`{"accountId":true,"passcode":"\ud800"}`: {contentType},
		`{}`:                                     {contentType},
	} {
		to, problem := mapping.ParseTransformerConfig([]byte(config))
		require.Nil(t, problem, config)
		require.Equal(t, wanted, to.Headers(), config)
	}
}

// TestSwitchesOfRudderTransformer: a switch is on when JavaScript takes its value for true.
func TestSwitchesOfRudderTransformer(t *testing.T) {
	t.Parallel()
	for value, on := range map[string]bool{
		`true`: true, `"false"`: true, `"0"`: true, `1`: true, `{}`: true, `[]`: true, `-1`: true,
		`false`: false, `""`: false, `0`: false, `null`: false,
	} {
		to, problem := mapping.ParseTransformerConfig([]byte(`{"trackAnonymous":` + value + `}`))
		require.Nil(t, problem)
		var m mapping.Mapper
		got := text(m.TransformJSON([]byte(`{"type":"track","event":"E","anonymousId":"a"}`), to))
		if on {
			require.Equal(t, `{"evtName":"E","evtData":{},"type":"event","identity":"a"}`, got, value)
		} else {
			require.Equal(t, "ANONYMOUS_TRACKING_DISABLED userId", got, value)
		}
		to, problem = mapping.ParseTransformerConfig([]byte(`{"enableObjectIdMapping":` + value + `}`))
		require.Nil(t, problem)
		got = text(m.TransformJSON([]byte(`{"type":"identify","anonymousId":"a"}`), to))
		if on {
			require.Equal(t, `{"type":"profile","profileData":{},"objectId":"a"}`, got, value)
		} else {
			require.Equal(t, `{"type":"profile","profileData":{},"identity":"a"}`, got, value)
		}
	}
}

// TestDepthOfRudderTransformer: events nest deeper there than GUIDE allows, and not without end.
func TestDepthOfRudderTransformer(t *testing.T) {
	t.Parallel()
	to, problem := mapping.ParseTransformerConfig([]byte(`{}`))
	require.Nil(t, problem)
	var m mapping.Mapper
	for depth, wanted := range map[int]mapping.Status{document.DefaultMaxDepth + 1: mapping.Transformed, 2000: mapping.Transformed, 2001: mapping.Failed} {
		arrays := depth - 2 // within the event and its traits
		got := m.TransformJSON([]byte(`{"type":"identify","userId":"u","traits":{"a":`+strings.Repeat("[", arrays)+strings.Repeat("]", arrays)+`}}`), to)
		require.Equal(t, wanted, got.Status, depth)
	}
}

// TestUnusableConfigsOfRudderTransformer: events fail there, but for those that have a fault of their own.
func TestUnusableConfigsOfRudderTransformer(t *testing.T) {
	t.Parallel()
	for config, wanted := range map[string]struct{ reason, message string }{
		``:       {"INVALID_DESTINATION destination.Config", "the destination has no Config"},
		" \n":    {"INVALID_DESTINATION destination.Config", "the destination has no Config"},
		" null ": {"INVALID_DESTINATION destination.Config", "the destination has no Config"},
		`{"region":{"toString":1}}`: {
			"INVALID_DESTINATION destination.Config.region",
			"the region can't be read as text: an object with a member toString has no text",
		},
	} {
		to, problem := mapping.ParseTransformerConfig([]byte(config))
		require.Nil(t, problem)
		var m mapping.Mapper
		got := m.TransformJSON([]byte(`{"type":"alias"}`), to)
		require.Equal(t, wanted.reason, text(got), config)
		require.Equal(t, wanted.message, got.Err.Message)
		require.Equal(t, strings.Contains(config, "{"), got.Err.Kind == document.Object)
		require.Equal(t, "UNSUPPORTED_MESSAGE_TYPE type", text(m.TransformJSON([]byte(`{"type":"group"}`), to)))
		require.Equal(t, "MISSING_MESSAGE_TYPE type", text(m.TransformJSON([]byte(`{}`), to)))
	}
	_, problem := mapping.ParseTransformerConfig([]byte(`{"a"`))
	require.Equal(t, mapping.InvalidJSON, problem.Reason)
	require.Equal(t, "destination", problem.Field)
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
