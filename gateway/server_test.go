package gateway_test

import (
	"bytes"
	"context"
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"google.golang.org/grpc"
	"google.golang.org/grpc/metadata"
	"google.golang.org/grpc/test/bufconn"
	"google.golang.org/protobuf/encoding/protojson"

	"github.com/rudder-clevertap/rudder-clevertap/gateway"
	transformerv1 "github.com/rudder-clevertap/rudder-clevertap/gen/transformer/v1"
	"github.com/rudder-clevertap/rudder-clevertap/internal/cases"
	"github.com/rudder-clevertap/rudder-clevertap/internal/config"
	"github.com/rudder-clevertap/rudder-clevertap/server"
)

// service is the real server with the gateway in front of it.
type service struct {
	rest
	// grpc calls the server over a connection from outside.
	grpc transformerv1.TransformServiceClient
	conn *grpc.ClientConn
}

// startService serves gRPC and REST until the test ends.
func startService(t *testing.T, options server.Options) service {
	t.Helper()
	srv, err := server.New(options)
	require.NoError(t, err)
	handler, err := gateway.New(t.Context(), gateway.Options{Conn: srv.Conn()})
	require.NoError(t, err)
	listener := bufconn.Listen(1 << 20)
	ctx, cancel := context.WithCancel(context.Background())
	ended := make(chan error, 1)
	go func() { ended <- srv.Run(ctx, listener) }()
	t.Cleanup(func() {
		cancel()
		require.NoError(t, <-ended)
	})
	conn := dial(t, listener)
	web := httptest.NewServer(handler)
	t.Cleanup(web.Close)
	return service{rest: rest{Server: web}, grpc: transformerv1.NewTransformServiceClient(conn), conn: conn}
}

// answer is a transform call's answer, as a REST client reads it.
type answer struct {
	Status       string
	FilterReason string
	Uploads      []struct {
		Method, Endpoint string
		Headers          map[string]string
		Payload          json.RawMessage
	}
	Results     []result
	Diagnostics []diagnostic
}

type result struct {
	Index        *int
	MessageID    string
	Status       string
	FilterReason string
	Records      []struct{ Upload, Record *int }
	Error        *failure
	Diagnostics  []diagnostic
}

type diagnostic struct{ Code, Path string }

func (r reply) answer(t *testing.T) answer {
	t.Helper()
	require.Equal(t, http.StatusOK, r.status, r.body)
	var a answer
	require.NoError(t, json.Unmarshal([]byte(r.body), &a))
	return a
}

// TestCasesOverREST runs every rule of both rulesets through both transform calls.
func TestCasesOverREST(t *testing.T) {
	t.Parallel()
	api := startService(t, server.Options{})
	for _, ruleset := range cases.Rulesets() {
		for _, c := range cases.All() {
			if !json.Valid([]byte(c.Event)) {
				continue // the text can't be a part of a body
			}
			t.Run(string(ruleset)+"/"+c.Rule, func(t *testing.T) {
				t.Parallel()
				destination, wanted := string(c.DestinationUnder(ruleset)), c.Under(ruleset)
				batch := api.do(t, "POST", batchPath, `{"events": [`+c.Event+`], "destination": `+destination+`}`).answer(t)
				require.Len(t, batch.Results, 1)
				requireCase(t, wanted, batch, batch.Results[0])

				one := api.do(t, "POST", transformPath, `{"event": `+c.Event+`, "destination": `+destination+`}`)
				if wanted.Error != "" {
					require.Equal(t, http.StatusBadRequest, one.status, one.body)
					got := one.failure(t)
					if strings.TrimSpace(c.Event) == "null" {
						require.Equal(t, "INVALID_REQUEST", got.Details[0].Reason, "null is no event at all")
						return
					}
					want := wanted.Error
					if strings.HasSuffix(want, " ") && got.Details[0].Metadata["kind"] != "" {
						want += "event" // It is not an object, and the request's field is at fault.
					}
					require.Equal(t, want, got.Details[0].Reason+" "+got.Details[0].Metadata["field"])
					return
				}
				single := one.answer(t)
				requireCase(t, wanted, single, result{Status: single.Status, FilterReason: single.FilterReason, Diagnostics: single.Diagnostics})
			})
		}
	}
}

// requireCase demands that an event became what its case says.
func requireCase(t *testing.T, wanted cases.Outcome, all answer, got result) {
	t.Helper()
	if wanted.Error != "" {
		require.Equal(t, "STATUS_FAILED", got.Status)
		require.Equal(t, wanted.Error, got.Error.Details[0].Reason+" "+got.Error.Details[0].Metadata["field"])
		require.Empty(t, all.Uploads)
		return
	}
	require.Nil(t, got.Error)
	if wanted.Filtered {
		require.Equal(t, "STATUS_FILTERED", got.Status)
		require.Contains(t, got.FilterReason, "FILTER_REASON_"+wanted.FilterReason)
		require.Empty(t, all.Uploads)
		return
	}
	require.Equal(t, "STATUS_TRANSFORMED", got.Status)
	var diagnostics []string
	for _, d := range got.Diagnostics {
		diagnostics = append(diagnostics, d.Code+" "+d.Path)
	}
	require.ElementsMatch(t, wanted.Diagnostics, wanted.Told(diagnostics))
	var records []string
	for _, upload := range all.Uploads {
		var body struct{ D []json.RawMessage }
		require.NoError(t, json.Unmarshal(upload.Payload, &body))
		for _, record := range body.D {
			records = append(records, string(record))
		}
	}
	require.Len(t, records, len(wanted.Records))
	for i := range records {
		require.Equal(t, wanted.Records[i], records[i])
	}
}

// TestRESTAndGRPCGiveTheSameBytes sends all cases' events at once, good and bad, over both.
func TestRESTAndGRPCGiveTheSameBytes(t *testing.T) {
	t.Parallel()
	api := startService(t, server.Options{})
	request := &transformerv1.BatchTransformRequest{
		Target: &transformerv1.BatchTransformRequest_DestinationJson{DestinationJson: cases.Case{}.Destination()},
	}
	for _, c := range cases.All() {
		if json.Valid([]byte(c.Event)) {
			request.EventsJson = append(request.EventsJson, []byte(c.Event))
		}
	}
	overGRPC, err := api.grpc.BatchTransform(t.Context(), request)
	require.NoError(t, err)
	body := `{"destination": ` + string(cases.Case{}.Destination()) + `, "events": [` + string(bytes.Join(request.GetEventsJson(), []byte(","))) + `]}`
	overREST := api.do(t, "POST", batchPath, body)
	got := overREST.answer(t)

	require.Len(t, got.Uploads, len(overGRPC.GetUploads()))
	for i, upload := range overGRPC.GetUploads() {
		require.Equal(t, string(upload.GetPayloadJson()), string(got.Uploads[i].Payload))
		require.Equal(t, upload.GetHeaders(), got.Uploads[i].Headers)
		require.Equal(t, upload.GetMethod()+" "+upload.GetEndpoint(), got.Uploads[i].Method+" "+got.Uploads[i].Endpoint)
		require.Contains(t, overREST.body, `"payload":`+string(upload.GetPayloadJson())+"}")
	}
	require.Len(t, got.Results, len(overGRPC.GetResults()))
	failed := 0
	for i, want := range overGRPC.GetResults() {
		text, err := protojson.MarshalOptions{EmitUnpopulated: true}.Marshal(want)
		require.NoError(t, err)
		var result result
		require.NoError(t, json.Unmarshal(text, &result))
		if want.GetFilterReason() == 0 {
			result.FilterReason = ""
		}
		if len(result.Records) == 0 {
			result.Records = nil
		}
		if len(result.Diagnostics) == 0 {
			result.Diagnostics = nil
		}
		require.Equal(t, result, got.Results[i])
		require.Equal(t, i, *got.Results[i].Index)
		if got.Results[i].Error != nil {
			failed++
		}
	}
	require.Positive(t, failed, "some of the events are bad")
	require.Less(t, failed, len(got.Results), "and their neighbours are not harmed")
}

func TestAnExplanationOverREST(t *testing.T) {
	t.Parallel()
	api := startService(t, server.Options{})
	const event, destination = `{"type":"page","userId":"u","name":"N","messageId":"m"}`, `"destination": {"accountId": "A", "passcode": "P"}`
	const lineage = `"lineage":[{"record":0,"target":"/type","source":"/type","rule":"type","note":"converted"},` +
		`{"record":0,"target":"/evtName","source":"/name","rule":"event.name","note":"converted"},` +
		`{"record":0,"target":"/evtData","rule":"property.custom","note":"constant"},` +
		`{"record":0,"target":"/identity","source":"/userId","rule":"identity.user"},` +
		`{"record":0,"source":"/messageId","note":"internal"}]`
	one := api.do(t, "POST", transformPath, `{"event": `+event+`, "explain": true, `+destination+`}`)
	require.Contains(t, one.body, lineage)
	batch := api.do(t, "POST", batchPath, `{"events": [`+event+`], "explain": true, `+destination+`}`)
	require.Contains(t, batch.body, lineage)
	silent := api.do(t, "POST", transformPath, `{"event": `+event+`, "explain": false, `+destination+`}`)
	require.NotContains(t, silent.body, "lineage")
}

func TestNeighboursOfWhatIsNoEventAreNotHarmed(t *testing.T) {
	t.Parallel()
	api := startService(t, server.Options{})
	const good = `{"type": "identify", "userId": "u-1"}`
	tooDeep := strings.Repeat("[", 600) + strings.Repeat("]", 600)
	bad := []string{
		`"x"`, `7`, `null`, `[]`, `{}`, `{"type": {}}`, `{"type": "identify", "userId": "a", "userId": "b"}`, tooDeep,
		`{"type": "\ud800"}`, "{\"type\": \"\xff\"}", "{\"type\": \"track\", \"event\": \"\xff\"}",
	}
	got := api.do(t, "POST", batchPath, `{"events": [`+good+`,`+strings.Join(bad, ",")+`,`+good+`],
		"destination": {"accountId": "a", "passcode": "p"}}`).answer(t)
	require.Len(t, got.Results, len(bad)+2)
	for i, result := range got.Results {
		if i == 0 || i == len(bad)+1 {
			require.Equal(t, "STATUS_TRANSFORMED", result.Status)
			continue
		}
		require.Equal(t, "STATUS_FAILED", result.Status, bad[i-1])
		require.NotEmpty(t, result.Error.Details[0].Reason)
	}
	require.JSONEq(t, `{"d": [{"type": "profile", "identity": "u-1", "profileData": {}}, {"type": "profile", "identity": "u-1", "profileData": {}}]}`, string(got.Uploads[0].Payload))
}

// TestLongAnswersAreForREST: its callers have no limit as gRPC's clients have.
func TestLongAnswersAreForREST(t *testing.T) {
	t.Parallel()
	api := startService(t, server.Options{MaxAnswerBytes: 10_000})
	event := `{"type": "track", "userId": "u", "event": "E", "properties": {"text": "` + strings.Repeat("x", 3000) + `"}}`
	got := api.do(t, "POST", batchPath, `{"events": [`+event+strings.Repeat(","+event, 9)+`], "destination": {"accountId": "a", "passcode": "p"}}`).answer(t)
	require.Len(t, got.Results, 10)
}

// TestAnEventThatIsNotAnObjectIsNamed: in the call for one event there is a field at fault, and where several go.
func TestAnEventThatIsNotAnObjectIsNamed(t *testing.T) {
	t.Parallel()
	api := startService(t, server.Options{})
	for event, message := range map[string]string{
		`[{"type": "track", "userId": "u", "event": "E"}]`: "an event must be an object, not an array; several events go to BatchTransform, POST /v1/transform:batch",
		`"{\"type\": \"track\"}"`:                          "an event must be an object, not a string; give the event itself, not as text",
		`7`:                                                "an event must be an object, not a number",
	} {
		got := api.do(t, "POST", transformPath, `{"event": `+event+`, "destination": {"accountId": "a", "passcode": "p"}}`)
		require.Equal(t, http.StatusBadRequest, got.status, got.body)
		failed := got.failure(t)
		require.Equal(t, message, failed.Message)
		require.Equal(t, "INVALID_FIELD_TYPE", failed.Details[0].Reason)
		require.Equal(t, "event", failed.Details[0].Metadata["field"])
		require.Equal(t, "event", failed.Details[1].FieldViolations[0].Field)
	}
}

// TestADestinationMayBeRudderStacksWholeObject: its Config is used, and what is wrong with it is named there.
func TestADestinationMayBeRudderStacksWholeObject(t *testing.T) {
	t.Parallel()
	api := startService(t, server.Options{})
	const event = `{"event": {"type": "track", "userId": "u", "event": "E"}, "destination": `
	got := api.do(t, "POST", transformPath, event+`{"ID": "x", "Name": "CleverTap", "Config": {"accountId": "A", "passcode": "P", "region": "in1"}}}`).answer(t)
	require.Equal(t, "https://in1.api.clevertap.com/1/upload", got.Uploads[0].Endpoint)
	require.Equal(t, "A", got.Uploads[0].Headers["X-CleverTap-Account-Id"])
	failed := api.do(t, "POST", transformPath, event+`{"ID": "x", "Config": {"accountId": "A", "passcode": "P", "region": "mars1"}}}`).failure(t)
	require.Equal(t, "destination.Config.region", failed.Details[0].Metadata["field"])
	valid := api.do(t, "POST", "/v1/destinations:validate", `{"destination": {"ID": "x", "Config": {"accountId": "A", "passcode": "P"}}}`)
	require.JSONEq(t, `{"valid": true, "problems": []}`, valid.body)
}

// TestExamplesOfTheOpenAPIDocument posts each example as it stands in the document, and holds the document's
// answer against the server's.
func TestExamplesOfTheOpenAPIDocument(t *testing.T) {
	t.Parallel()
	document := readDocument(t)
	api := startService(t, server.Options{})
	example := func(name string) json.RawMessage { return document.Definitions[name].Example }
	for _, call := range []struct{ path, request, response string }{
		{transformPath, "TransformRequest", "TransformResponse"},
		{batchPath, "BatchTransformRequest", "BatchTransformResponse"},
		{"/v1/destinations:validate", "ValidateDestinationRequest", "ValidateDestinationResponse"},
	} {
		require.Contains(t, document.Paths, call.path)
		require.NotEmpty(t, example(call.request), call.request)
		got := api.do(t, "POST", call.path, string(example(call.request)), "Content-Type", "application/json")
		require.Equal(t, http.StatusOK, got.status, got.body)
		if want := example(call.response); want != nil {
			requireExample(t, want, got.body)
		}
	}
	require.Len(t, document.Paths, 4+3, "each call is here, but the three of DeliveryService, which need a CleverTap")
	got := api.do(t, "GET", "/v1/destinations/definition", "")
	require.Equal(t, http.StatusOK, got.status, got.body)
}

// requireExample demands that an answer is the example of it. Problems of settings come in no promised order.
func requireExample(t *testing.T, example json.RawMessage, answer string) {
	t.Helper()
	var want, got map[string]any
	require.NoError(t, json.Unmarshal(example, &want))
	require.NoError(t, json.Unmarshal([]byte(answer), &got))
	require.ElementsMatch(t, want["problems"], got["problems"])
	delete(want, "problems")
	delete(got, "problems")
	require.Equal(t, want, got)
}

// TestLimitsOfTheServerOverREST shows limits that only the server knows.
func TestLimitsOfTheServerOverREST(t *testing.T) {
	t.Parallel()
	tokens, err := config.ParseTokens(strings.NewReader("tests:token-1"))
	require.NoError(t, err)
	api := startService(t, server.Options{MaxBatchEvents: 2, MaxMessageBytes: 1000, Callers: tokens})
	const destination = `"destination": {"accountId": "a", "passcode": "p"}`
	const token = "Bearer token-1"

	got := api.do(t, "POST", batchPath, `{"events": [{}, {}, {}], `+destination+`}`, "Authorization", token)
	require.Equal(t, http.StatusBadRequest, got.status, got.body)
	require.Equal(t, "BATCH_TOO_LARGE", got.failure(t).Details[0].Reason)
	require.Contains(t, got.body, "the batch has 3 events: send at most 2 at once")

	got = api.do(t, "POST", transformPath, `{"event": "`+strings.Repeat("x", 2000)+`", `+destination+`}`, "Authorization", token)
	require.Equal(t, http.StatusRequestEntityTooLarge, got.status, got.body)
	require.Equal(t, "REQUEST_TOO_LARGE", got.failure(t).Details[0].Reason)

	got = api.do(t, "POST", transformPath, `{"event": {}, "destinationId": "nowhere"}`, "Authorization", token)
	require.Equal(t, http.StatusNotFound, got.status, got.body)
	require.Equal(t, "UNKNOWN_DESTINATION", got.failure(t).Details[0].Reason)

	for _, given := range []string{"", "Bearer wrong"} {
		got = api.do(t, "POST", transformPath, `{"event": {}, `+destination+`}`, "Authorization", given)
		require.Equal(t, http.StatusUnauthorized, got.status, got.body)
		require.Equal(t, "UNAUTHENTICATED", got.failure(t).Details[0].Reason)
		require.Equal(t, "Bearer", got.header.Get("WWW-Authenticate"))
		require.NotContains(t, got.body, "token-1")
	}
	require.Equal(t, http.StatusOK, api.do(t, "GET", "/healthz", "").status, "health needs no token")

	_, err = api.grpc.Transform(metadata.AppendToOutgoingContext(t.Context(), "authorization", token), &transformerv1.TransformRequest{})
	require.ErrorContains(t, err, "InvalidArgument", "the same token opens gRPC")
}
