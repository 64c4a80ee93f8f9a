package gateway

import (
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/stretchr/testify/require"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/testing/protocmp"

	transformerv1 "github.com/rudder-clevertap/rudder-clevertap/gen/transformer/v1"
	"github.com/rudder-clevertap/rudder-clevertap/internal/apierr"
	"github.com/rudder-clevertap/rudder-clevertap/mapping/document"
)

// newTestMarshaler returns the marshaler of all requests.
func newTestMarshaler(tb testing.TB, maxEvents int) marshaler {
	tb.Helper()
	m, err := newMarshaler(maxEvents)
	require.NoError(tb, err)
	return m
}

func jsonTransform(event, destination string) *transformerv1.TransformRequest {
	return &transformerv1.TransformRequest{
		EventForm: &transformerv1.TransformRequest_EventJson{EventJson: []byte(event)},
		Target:    &transformerv1.TransformRequest_DestinationJson{DestinationJson: []byte(destination)},
	}
}

func namedTransform(event, id string, severity transformerv1.Severity) *transformerv1.TransformRequest {
	return &transformerv1.TransformRequest{
		EventForm:   &transformerv1.TransformRequest_EventJson{EventJson: []byte(event)},
		Target:      &transformerv1.TransformRequest_DestinationId{DestinationId: id},
		MinSeverity: severity,
	}
}

func jsonBatch(destination string, events ...string) *transformerv1.BatchTransformRequest {
	request := &transformerv1.BatchTransformRequest{
		Target: &transformerv1.BatchTransformRequest_DestinationJson{DestinationJson: []byte(destination)},
	}
	for _, event := range events {
		request.EventsJson = append(request.EventsJson, []byte(event))
	}
	return request
}

// explained asks for an explanation.
func explained(request *transformerv1.TransformRequest) *transformerv1.TransformRequest {
	request.Explain = true
	return request
}

func TestRequestsAreCutOutOfTheBody(t *testing.T) {
	t.Parallel()
	const info, warning = transformerv1.Severity_SEVERITY_INFO, transformerv1.Severity_SEVERITY_WARNING
	tests := map[string]struct {
		body string
		want proto.Message
	}{
		"event and destination, verbatim": {
			` { "event" : { "b": 1.0,  "a":"\u00e9", "b": 2 } , "destination":{"x" :1}}` + "\n",
			jsonTransform(`{ "b": 1.0,  "a":"\u00e9", "b": 2 }`, `{"x" :1}`),
		},
		"event of the wrong shape, for the engine to refuse": {
			`{"event": [1, "x"], "destination": "y"}`, jsonTransform(`[1, "x"]`, `"y"`),
		},
		"registered destination": {`{"destinationId": "shop", "event": {}}`, namedTransform(`{}`, "shop", 0)},
		"escapes in keys and names": {
			`{"\u0065vent": {}, "destinationId": "sh\u006fp \"eu\""}`, namedTransform(`{}`, `shop "eu"`, 0),
		},
		"severity by name": {
			`{"event": {}, "destinationId": "x", "minSeverity": "SEVERITY_WARNING"}`, namedTransform(`{}`, "x", warning),
		},
		"severity by number": {`{"event": {}, "destinationId": "x", "minSeverity": 1.0e0}`, namedTransform(`{}`, "x", info)},
		"severity unknown to us, for the server to refuse": {
			`{"event": {}, "destinationId": "x", "minSeverity": 9}`, namedTransform(`{}`, "x", 9),
		},
		"null is absence": {
			`{"event": {}, "destination": null, "destinationId": "x", "minSeverity": null}`, namedTransform(`{}`, "x", 0),
		},
		"with an explanation": {
			`{"event": {}, "destinationId": "x", "explain": true}`, explained(namedTransform(`{}`, "x", 0)),
		},
		"batch": {
			`{"events": [ {"a": [1, 2]} ,{} ], "destination": {}}`, jsonBatch(`{}`, `{"a": [1, 2]}`, `{}`),
		},
		"batch with elements that are no events": {
			`{"destination": {}, "events": ["x", 1e3, null, false, [[]]]}`, jsonBatch(`{}`, `"x"`, `1e3`, `null`, `false`, `[[]]`),
		},
		"empty batch":          {`{"events": [], "destination": {}}`, jsonBatch(`{}`)},
		"batch without events": {`{"destination": {}}`, jsonBatch(`{}`)},
		"batch of null":        {`{"destination": {}, "events": null}`, jsonBatch(`{}`)},
		"settings to check": {`{"destination": {"a": 1}}`, &transformerv1.ValidateDestinationRequest{
			Settings: &transformerv1.ValidateDestinationRequest_DestinationJson{DestinationJson: []byte(`{"a": 1}`)},
		}},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got := test.want.ProtoReflect().New().Interface()
			require.NoError(t, newTestMarshaler(t, 0).Unmarshal([]byte(test.body), got))
			require.Empty(t, cmp.Diff(test.want, got, protocmp.Transform()))
		})
	}
}

func TestRequestsThatAreRefused(t *testing.T) {
	t.Parallel()
	const invalid, wrongType = apierr.InvalidRequest, apierr.InvalidFieldType
	single, batch, validate := &transformerv1.TransformRequest{}, &transformerv1.BatchTransformRequest{}, &transformerv1.ValidateDestinationRequest{}
	tests := map[string]struct {
		into    proto.Message
		body    string
		reason  apierr.Reason
		field   string
		message string
	}{
		"no object":                        {single, `[]`, wrongType, "", `the body must be a JSON object, but is an array; several events go to POST /v1/transform:batch as {"events": [{…}, …], "destination": {…}}`},
		"several events without a wrapper": {batch, ` [{"type": "track"}]`, wrongType, "", `the body must be a JSON object, but is an array; post {"events": [{…}, …], "destination": {…}}`},
		"text":                             {single, `"{}"`, wrongType, "", `the body must be a JSON object, but is a string; post {"event": {…}, "destination": {…}}`},
		"RudderStack's batch": {
			single, `{"batch": [{"type": "track"}]}`, invalid, "batch",
			`unknown key "batch": the body may have event, destination, destinationId, minSeverity, explain; several events go to POST /v1/transform:batch as {"events": [{…}, …], "destination": {…}}`,
		},
		"RudderStack's batch in a batch": {
			batch, `{"batch": [{"type": "track"}], "sentAt": "2026-11-23"}`, invalid, "batch",
			`unknown key "batch": the body may have events, destination, destinationId, minSeverity, explain; post {"events": [{…}, …], "destination": {…}}`,
		},
		"rudder-transformer's wrapper": {
			single, `{"message": {"type": "track"}, "destination": {"Config": {}}}`, invalid, "message",
			`unknown key "message": the body may have event, destination, destinationId, minSeverity, explain; post {"event": {…}, "destination": {…}}`,
		},
		"an event without a wrapper": {
			single, `{"type": "track", "userId": "u", "event": "E"}`, invalid, "type",
			`unknown key "type": the body may have event, destination, destinationId, minSeverity, explain; an event goes into a wrapper: post {"event": {…}, "destination": {…}}`,
		},
		"an event without a wrapper that begins with its name": {
			single, `{"event": "E", "userId": "u", "type": "track"}`, invalid, "userId",
			`unknown key "userId": the body may have event, destination, destinationId, minSeverity, explain; an event goes into a wrapper: post {"event": {…}, "destination": {…}}`,
		},
		"several events in the call for one": {
			single, `{"events": [], "destination": {}}`, invalid, "events",
			`unknown key "events": the body may have event, destination, destinationId, minSeverity, explain; several events go to POST /v1/transform:batch as {"events": [{…}, …], "destination": {…}}`,
		},
		"settings without a wrapper": {
			single, `{"event": {}, "accountId": "A"}`, invalid, "accountId",
			`unknown key "accountId": the body may have event, destination, destinationId, minSeverity, explain; a destination's settings go into a wrapper: post {"event": {…}, "destination": {…}}`,
		},
		"settings to check without a wrapper": {
			validate, `{"ID": "x", "Config": {}}`, invalid, "ID",
			`unknown key "ID": the body may have destination; a destination's settings go into a wrapper: post {"destination": {…}}`,
		},
		"misspelt key": {
			single, `{"event": {}, "destinaton": {}}`, invalid, "destinaton",
			`unknown key "destinaton": the body may have event, destination, destinationId, minSeverity, explain`,
		},
		"name of the typed form": {
			single, `{"eventJson": "e30=", "destination": {}}`, invalid, "eventJson",
			`unknown key "eventJson": the body may have event, destination, destinationId, minSeverity, explain`,
		},
		"name of the typed form in a batch": {
			batch, `{"eventsJson": [], "destination": {}}`, invalid, "eventsJson",
			`unknown key "eventsJson": the body may have events, destination, destinationId, minSeverity, explain`,
		},
		"name of the typed form of a destination": {
			validate, `{"destinationJson": {}}`, invalid, "destinationJson", `unknown key "destinationJson": the body may have destination`,
		},
		"event in a batch": {
			batch, `{"event": {}, "destination": {}}`, invalid, "event",
			`unknown key "event": the body may have events, destination, destinationId, minSeverity, explain; post {"events": [{…}, …], "destination": {…}}`,
		},
		"long key": {
			validate, `{"` + strings.Repeat("k", 100) + `": 1}`, invalid, strings.Repeat("k", 64) + "…",
			`unknown key "` + strings.Repeat("k", 64) + `…": the body may have destination`,
		},
		"key that is not UTF-8": {
			validate, "{\"\xff\": 1}", invalid, "\ufffd", "unknown key \"\ufffd\": the body may have destination",
		},
		"key twice": {
			single, "{\"event\": {},\n\"destination\": {}, \"\\u0065vent\": {}}", apierr.InvalidJSON,
			"event", `the key "event" comes twice: again at line 2, column 20`,
		},
		"key twice, first null": {
			single, `{"event": null, "event": {}, "destination": {}}`, apierr.InvalidJSON,
			"event", `the key "event" comes twice: again at line 1, column 17`,
		},
		"no event":       {single, `{"destination": {}}`, invalid, "event", "event is missing: give the RudderStack event"},
		"null event":     {single, `{"event": null, "destination": {}}`, invalid, "event", "event is missing: give the RudderStack event"},
		"no destination": {single, `{"event": {}}`, invalid, "destination", "destination is missing: give the destination's settings, or the name of a registered one as destinationId"},
		"no destination for a batch": {
			batch, `{"events": []}`, invalid, "destination",
			"destination is missing: give the destination's settings, or the name of a registered one as destinationId",
		},
		"two destinations": {
			single, `{"event": {}, "destination": {}, "destinationId": "x"}`, invalid, "destinationId", "give destination or destinationId, not both",
		},
		"destinationId that is no text": {
			single, `{"event": {}, "destinationId": 7}`, wrongType, "destinationId", "destinationId must be a string, but is a number",
		},
		"destinationId that is not UTF-8": {
			single, "{\"event\": {}, \"destinationId\": \"\xff\"}", apierr.InvalidJSON, "destinationId", "destinationId is not UTF-8",
		},
		"events that are no array": {batch, `{"events": {}, "destination": {}}`, wrongType, "events", "events must be an array of events, but is an object"},
		"unknown severity": {
			single, `{"event": {}, "destination": {}, "minSeverity": "WARNING"}`, invalid, "minSeverity",
			`minSeverity "WARNING" is unknown: use SEVERITY_INFO, SEVERITY_WARNING or SEVERITY_ERROR`,
		},
		"fractional severity": {
			batch, `{"events": [], "destination": {}, "minSeverity": 1.5}`, invalid, "minSeverity",
			`minSeverity 1.5 is unknown: use SEVERITY_INFO, SEVERITY_WARNING or SEVERITY_ERROR`,
		},
		"huge severity": {
			single, `{"event": {}, "destination": {}, "minSeverity": 1e999}`, invalid, "minSeverity",
			`minSeverity 1e999 is unknown: use SEVERITY_INFO, SEVERITY_WARNING or SEVERITY_ERROR`,
		},
		"severity of the wrong type": {
			single, `{"event": {}, "destination": {}, "minSeverity": true}`, wrongType, "minSeverity", "minSeverity must be a string, but is a boolean",
		},
		"no settings to check": {validate, `{}`, invalid, "destination", "destination is missing: give the destination's settings"},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var got *apierr.Error
			require.ErrorAs(t, newTestMarshaler(t, 0).Unmarshal([]byte(test.body), test.into.ProtoReflect().New().Interface()), &got)
			require.Equal(t, test.message, got.Error())
			require.Equal(t, test.reason, got.Reason)
			field := ""
			if len(got.Violations) > 0 {
				field = got.Violations[0].Field
			}
			require.Equal(t, test.field, field)
		})
	}
}

func TestMalformedBodiesAreRefusedAsSuchWhateverElseIsWrong(t *testing.T) {
	t.Parallel()
	tests := map[string]struct {
		body, message string
	}{
		"empty":                       {"", "malformed JSON at line 1, column 1: the body is empty where a JSON object is expected"},
		"blank":                       {" \n", "malformed JSON at line 2, column 1: the body is empty where a JSON object is expected"},
		"byte order mark":             {"\ufeff{}", "malformed JSON at line 1, column 1: a byte order mark: leave it out"},
		"after an unknown key":        {`{"x": 1, `, "malformed JSON at line 1, column 10: the text ends where a key is expected"},
		"inside the event":            {"{\"event\":\n  {\"a\": tru}}", "malformed JSON at line 2, column 12: '}' where true is expected"},
		"inside the destination":      {`{"destination":{"a":1,}}`, "malformed JSON at line 1, column 23: '}' where a key is expected"},
		"after the end":               {`{"event":{},"destination":{}} }`, "malformed JSON at line 1, column 31: text after the end of the value"},
		"no object, and more than it": {`[] []`, "malformed JSON at line 1, column 4: text after the end of the value"},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var got *document.SyntaxError
			require.ErrorAs(t, newTestMarshaler(t, 0).Unmarshal([]byte(test.body), &transformerv1.TransformRequest{}), &got)
			require.Equal(t, test.message, got.Error())
		})
	}
}

// TestTheBrokenEventOfABatchIsNamed: a batch is one line most often, and its column says little.
func TestTheBrokenEventOfABatchIsNamed(t *testing.T) {
	t.Parallel()
	good := strings.Repeat(`{"type":"track"},`, 17)
	for name, test := range map[string]struct{ events, field, message string }{
		"a number that JSON does not have": {good + `{"properties":{"revenue":NaN}}`, "events[17]", "events[17]: malformed JSON at line 1, column 326: 'N' where a value is expected"},
		"single quotes":                    {`{'type':'track'}`, "events[0]", `events[0]: malformed JSON at line 1, column 13: '\'' where a key is expected`},
		"a word of Python's":               {good + `None`, "events[17]", "events[17]: malformed JSON at line 1, column 301: 'N' where a value is expected"},
		"cut short":                        {good + `{"type":`, "events[17]", "events[17]: malformed JSON at line 1, column 309: ']' where a value is expected"},
		"no comma between two":             {`{} {}`, "events[0]", "after events[0]: malformed JSON at line 1, column 15: '{' where a comma or a closing bracket is expected"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var got *apierr.Error
			body := []byte(`{"events":[` + test.events + `],"destination":{}}`)
			require.ErrorAs(t, newTestMarshaler(t, 0).Unmarshal(body, &transformerv1.BatchTransformRequest{}), &got)
			require.Equal(t, apierr.InvalidJSON, got.Reason)
			require.Equal(t, test.message, got.Error())
			require.Equal(t, test.field, got.Violations[0].Field)
			require.Positive(t, got.Column)
		})
	}
	// The limit on events does not hide it.
	var got *apierr.Error
	require.ErrorAs(t, newTestMarshaler(t, 2).Unmarshal([]byte(`{"events":[{},{},{},{},nul]}`), &transformerv1.BatchTransformRequest{}), &got)
	require.Equal(t, "events[4]", got.Violations[0].Field)
}

// FuzzRequests holds the reading of requests against encoding/json: a body is malformed for one exactly when
// it is for the other, and what is taken is what encoding/json finds under the same keys.
func FuzzRequests(f *testing.F) {
	for _, seed := range []string{
		`{"event": {"a": [1, {"b": null}]}, "destination": {"x": 1}, "minSeverity": 2}`,
		`{"events": [{"a": 1}, "x", 5, null, []], "destinationId": "shop"}`,
		`{"events": [], "events": []}`, `{"\u0065vent": {} , "destination":null}`, `[`, `{"event": tru}`, "{\"event\":1,\"destinationId\":\"\xff\"}",
	} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, body []byte) {
		single, batch := &transformerv1.TransformRequest{}, &transformerv1.BatchTransformRequest{}
		for _, request := range []proto.Message{single, batch} {
			err := newTestMarshaler(t, 0).Unmarshal(body, request)
			require.Equal(t, !json.Valid(body), isMalformed(err), "%v", err)
			if err != nil {
				proto.Reset(request)
			}
		}
		if single.GetEventForm() != nil {
			members := membersOf(t, body)
			require.Equal(t, string(members["event"]), string(single.GetEventJson()))
			requireTarget(t, members, single.GetDestinationJson(), single.GetDestinationId())
		}
		if batch.GetTarget() != nil {
			members := membersOf(t, body)
			var events []json.RawMessage
			if members["events"] != nil {
				require.NoError(t, json.Unmarshal(members["events"], &events))
			}
			require.Len(t, batch.GetEventsJson(), len(events))
			for i, event := range events {
				require.Equal(t, string(event), string(batch.GetEventsJson()[i]))
			}
			requireTarget(t, members, batch.GetDestinationJson(), batch.GetDestinationId())
		}
	})
}

// isMalformed reports whether a body was refused for not being JSON: as a whole, or within one of its events.
func isMalformed(err error) bool {
	var whole *document.SyntaxError
	var part *apierr.Error
	return errors.As(err, &whole) ||
		errors.As(err, &part) && part.Reason == apierr.InvalidJSON && strings.HasPrefix(part.Violations[0].Field, "events[")
}

func membersOf(t *testing.T, body []byte) map[string]json.RawMessage {
	t.Helper()
	var members map[string]json.RawMessage
	require.NoError(t, json.Unmarshal(body, &members))
	return members
}

func requireTarget(t *testing.T, members map[string]json.RawMessage, settings []byte, id string) {
	t.Helper()
	if settings != nil {
		require.Equal(t, string(members["destination"]), string(settings))
		return
	}
	var want string
	require.NoError(t, json.Unmarshal(members["destinationId"], &want))
	require.Equal(t, want, id)
}

// requestBodyOf returns a request's body.
func requestBodyOf(tb testing.TB, text string) *requestBody {
	tb.Helper()
	body, err := newRequestBody(httptest.NewRequest(http.MethodPost, "/", strings.NewReader(text)), DefaultMaxBodyBytes, nil)
	require.NoError(tb, err)
	return body
}

func TestDecoderReadsTheBodyOnceAndRemembersItsError(t *testing.T) {
	t.Parallel()
	body := requestBodyOf(t, `{"event": {`)
	err := newTestMarshaler(t, 0).NewDecoder(body).Decode(&transformerv1.TransformRequest{})
	require.ErrorContains(t, err, "line 1, column 12")
	require.Same(t, err, body.err)

	// Any other reader will do as well.
	request := &transformerv1.ValidateDestinationRequest{}
	require.NoError(t, newTestMarshaler(t, 0).NewDecoder(strings.NewReader(`{"destination": {}}`)).Decode(request))
	require.Equal(t, `{}`, string(request.GetDestinationJson()))
}

func TestABodyOfTooManyEventsIsRefusedAsTheServerDoes(t *testing.T) {
	t.Parallel()
	body := []byte(`{"events": [` + strings.Repeat("0,", 999_999) + `0], "destinationId": "shop"}`)
	request := &transformerv1.BatchTransformRequest{}
	var got *apierr.Error
	require.ErrorAs(t, newTestMarshaler(t, 2000).Unmarshal(body, request), &got)
	require.Equal(t, apierr.BatchTooLarge, got.Reason)
	require.Equal(t, "the batch has 1000000 events: send at most 2000 at once", got.Message)
	require.EqualValues(t, 2000, got.Limit)
	require.EqualValues(t, 1_000_000, got.Actual)
	require.Equal(t, "events", got.Violations[0].Field)
	require.Less(t, cap(request.GetEventsJson()), 4000)

	require.NoError(t, newTestMarshaler(t, 2).Unmarshal([]byte(`{"events": [{}, {}], "destinationId": "shop"}`), request))
	require.Len(t, request.GetEventsJson(), 2)
	var syntax *document.SyntaxError
	require.ErrorAs(t, newTestMarshaler(t, 1).Unmarshal([]byte(`{"events": [{}, {}], "destinationId": "shop"`), request), &syntax,
		"what is no JSON is told first")
}

func TestOnlyMessagesHaveAJSONForm(t *testing.T) {
	t.Parallel()
	_, err := marshaler{}.Marshal(7)
	require.Error(t, err)
	require.Error(t, marshaler{}.NewEncoder(io.Discard).Encode(7))
	require.Error(t, newTestMarshaler(t, 0).Unmarshal([]byte(`{}`), &transformerv1.DescribeDestinationRequest{}))
}
