package server

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/stretchr/testify/require"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"
	"google.golang.org/protobuf/encoding/protojson"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/testing/protocmp"
	"google.golang.org/protobuf/types/known/structpb"

	clevertapv1 "github.com/rudder-clevertap/rudder-clevertap/gen/clevertap/v1"
	rudderstackv1 "github.com/rudder-clevertap/rudder-clevertap/gen/rudderstack/v1"
	transformerv1 "github.com/rudder-clevertap/rudder-clevertap/gen/transformer/v1"
	"github.com/rudder-clevertap/rudder-clevertap/internal/apierr"
	"github.com/rudder-clevertap/rudder-clevertap/mapping"
)

// jsonRequest is a Transform call with a JSON event.
func jsonRequest(event string) *transformerv1.TransformRequest {
	return &transformerv1.TransformRequest{
		EventForm: &transformerv1.TransformRequest_EventJson{EventJson: []byte(event)},
		Target:    &transformerv1.TransformRequest_DestinationJson{DestinationJson: []byte(settingsJSON)},
	}
}

// typedEvent reads a typed event of its JSON form.
func typedEvent(t *testing.T, text string) *rudderstackv1.Event {
	t.Helper()
	event := &rudderstackv1.Event{}
	require.NoError(t, protojson.UnmarshalOptions{DiscardUnknown: true}.Unmarshal([]byte(text), event))
	return event
}

func TestOneJSONEventIsAnsweredWithTheBytesToSend(t *testing.T) {
	t.Parallel()
	r := start(t, Options{})
	resp, err := r.client().Transform(t.Context(),
		jsonRequest(`{"type":"track","userId":"u-1","event":"Checked Out","properties":{"z":1.50,"a":{"b":2}}}`))
	require.NoError(t, err)
	want := &transformerv1.TransformResponse{
		Status: transformerv1.Status_STATUS_TRANSFORMED,
		Uploads: []*clevertapv1.Upload{{
			Method: "POST", Endpoint: "https://in1.api.clevertap.com/1/upload",
			Headers: map[string]string{
				"X-CleverTap-Account-Id": "ACCOUNT-1", "X-CleverTap-Passcode": secret, "Content-Type": "application/json",
			},
			Body: &clevertapv1.Upload_PayloadJson{PayloadJson: []byte(
				`{"d":[{"type":"event","evtName":"Checked Out","evtData":{"z":1.50,"a":"{\"b\":2}"},"identity":"u-1"}]}`)},
		}},
		Diagnostics: []*transformerv1.Diagnostic{{
			Severity: transformerv1.Severity_SEVERITY_WARNING, Code: string(mapping.NestedValueStringified), Path: "properties.a",
			ClevertapCode: 512, Action: transformerv1.Action_ACTION_CONVERTED,
		}},
	}
	require.Empty(t, cmp.Diff(want, resp, protocmp.Transform(), protocmp.IgnoreFields(&transformerv1.Diagnostic{}, "message")))
	require.NotEmpty(t, resp.GetDiagnostics()[0].GetMessage())
}

func TestOneTypedEventIsAnsweredWithTypedRecords(t *testing.T) {
	t.Parallel()
	r := start(t, Options{})
	resp, err := r.client().Transform(t.Context(), &transformerv1.TransformRequest{
		EventForm: &transformerv1.TransformRequest_Event{
			Event: typedEvent(t, `{"type":"track","userId":"u-1","event":"Checked Out","properties":{"total":2,"ts":1571043797}}`),
		},
		Target: &transformerv1.TransformRequest_Destination{Destination: settings()},
	})
	require.NoError(t, err)
	require.Len(t, resp.GetUploads(), 1)
	data, err := structpb.NewStruct(map[string]any{"total": 2, "ts": 1571043797})
	require.NoError(t, err)
	require.Empty(t, cmp.Diff(&clevertapv1.Payload{D: []*clevertapv1.Record{{
		Type: "event", EvtName: "Checked Out", EvtData: data, Identity: "u-1", Ts: proto.Uint32(1571043797),
	}}}, resp.GetUploads()[0].GetPayload(), protocmp.Transform()))
}

func TestAFilteredEventHasNoUploads(t *testing.T) {
	t.Parallel()
	r := start(t, Options{})
	to := settings()
	to.EventFilteringOption = "whitelistedEvents"
	to.WhitelistedEvents = []*clevertapv1.FilteredEvent{{EventName: "Something Else"}}
	req := jsonRequest(string(track("m-1")))
	req.Target = &transformerv1.TransformRequest_Destination{Destination: to}
	resp, err := r.client().Transform(t.Context(), req)
	require.NoError(t, err)
	require.Empty(t, cmp.Diff(&transformerv1.TransformResponse{
		Status: transformerv1.Status_STATUS_FILTERED, FilterReason: transformerv1.FilterReason_FILTER_REASON_EVENT_LIST,
	}, resp, protocmp.Transform()))
}

func TestDiagnosticsBelowTheSeverityThatIsAskedForAreLeftOut(t *testing.T) {
	t.Parallel()
	r := start(t, Options{})
	req := jsonRequest(`{"type":"track","userId":42,"event":"x","properties":{"a":{}}}`)
	for severity, want := range map[transformerv1.Severity]int{
		transformerv1.Severity_SEVERITY_UNSPECIFIED: 2,
		transformerv1.Severity_SEVERITY_INFO:        2,
		transformerv1.Severity_SEVERITY_WARNING:     1,
		transformerv1.Severity_SEVERITY_ERROR:       0,
	} {
		req.MinSeverity = severity
		resp, err := r.client().Transform(t.Context(), req)
		require.NoError(t, err)
		require.Len(t, resp.GetDiagnostics(), want, severity)
	}
}

// TestAnExplanationComesWithEachAnswerThatAsksForIt: of one event, of a batch and of a stream, JSON and typed.
func TestAnExplanationComesWithEachAnswerThatAsksForIt(t *testing.T) {
	t.Parallel()
	r := start(t, Options{})
	const event = `{"type":"track","messageId":"m","userId":"u","event":"E","properties":{"a":{"b":"x"}}}`
	want := []*transformerv1.Lineage{
		{Target: "/type", Source: "/type", Rule: "type", Note: "converted"},
		{Target: "/evtName", Source: "/event", Rule: "event.name"},
		{Target: "/evtData/a", Source: "/properties/a/b", Rule: "property.custom", Note: "as JSON text"},
		{Target: "/identity", Source: "/userId", Rule: "identity.user"},
		{Source: "/messageId", Note: "internal"},
	}
	requireLineage := func(got []*transformerv1.Lineage) {
		t.Helper()
		require.Empty(t, cmp.Diff(want, got, protocmp.Transform()))
	}
	one := jsonRequest(event)
	silent, err := r.client().Transform(t.Context(), one)
	require.NoError(t, err)
	require.Empty(t, silent.GetLineage())
	one.Explain = true
	told, err := r.client().Transform(t.Context(), one)
	require.NoError(t, err)
	requireLineage(told.GetLineage())
	one.EventForm = &transformerv1.TransformRequest_Event{Event: typedEvent(t, event)}
	told, err = r.client().Transform(t.Context(), one)
	require.NoError(t, err)
	requireLineage(told.GetLineage())

	batch, err := r.client().BatchTransform(t.Context(), &transformerv1.BatchTransformRequest{
		EventsJson: [][]byte{[]byte(event), []byte(`{"type":"track"}`), []byte(event)}, Explain: true,
		Target: &transformerv1.BatchTransformRequest_Destination{Destination: settings()},
	})
	require.NoError(t, err)
	requireLineage(batch.GetResults()[0].GetLineage())
	require.Empty(t, batch.GetResults()[1].GetLineage(), "it failed")
	requireLineage(batch.GetResults()[2].GetLineage())

	stream := r.open(t)
	first := firstMessage(1, []byte(event))
	first.Explain = true
	requireLineage(exchange(t, stream, first).GetResults()[0].GetLineage())
	require.Empty(t, exchange(t, stream, message(2, []byte(event))).GetResults()[0].GetLineage(), "each message asks for itself")
}

func TestWhatIsWrongWithARequestFailsTheCall(t *testing.T) {
	t.Parallel()
	r := start(t, Options{Destinations: registered(t)})
	event := &transformerv1.TransformRequest_EventJson{EventJson: track("m")}
	unknownSeverity := jsonRequest(string(track("m")))
	unknownSeverity.MinSeverity = 77
	for name, c := range map[string]struct {
		req    *transformerv1.TransformRequest
		code   codes.Code
		reason mapping.Reason
		field  string
	}{
		"no event": {
			&transformerv1.TransformRequest{Target: jsonRequest("").Target}, codes.InvalidArgument, apierr.InvalidRequest, "event",
		},
		"no destination": {
			&transformerv1.TransformRequest{EventForm: event}, codes.InvalidArgument, apierr.InvalidRequest, "destination",
		},
		"a name that is not registered": {
			&transformerv1.TransformRequest{EventForm: event, Target: &transformerv1.TransformRequest_DestinationId{DestinationId: "nowhere"}},
			codes.NotFound, apierr.UnknownDestination, "destinationId",
		},
		"an empty name": {
			&transformerv1.TransformRequest{EventForm: event, Target: &transformerv1.TransformRequest_DestinationId{}},
			codes.InvalidArgument, apierr.InvalidRequest, "destinationId",
		},
		"an unknown region": {
			&transformerv1.TransformRequest{EventForm: event, Target: &transformerv1.TransformRequest_Destination{
				Destination: &clevertapv1.Destination{AccountId: "a", Passcode: secret, Region: "mars1"},
			}},
			codes.InvalidArgument, mapping.InvalidDestination, "destination.region",
		},
		"an empty destination": {
			&transformerv1.TransformRequest{EventForm: event, Target: &transformerv1.TransformRequest_Destination{}},
			codes.InvalidArgument, mapping.InvalidDestination, "destination.accountId",
		},
		"a destination that is not JSON": {
			&transformerv1.TransformRequest{EventForm: event, Target: &transformerv1.TransformRequest_DestinationJson{DestinationJson: []byte(`{"accountId`)}},
			codes.InvalidArgument, mapping.InvalidJSON, "destination",
		},
		"a destination of no bytes": {
			&transformerv1.TransformRequest{EventForm: event, Target: &transformerv1.TransformRequest_DestinationJson{}},
			codes.InvalidArgument, mapping.InvalidJSON, "destination",
		},
		"an event that is not JSON":    {jsonRequest(`{"type":`), codes.InvalidArgument, mapping.InvalidJSON, ""},
		"an event of no bytes":         {jsonRequest(``), codes.InvalidArgument, mapping.InvalidJSON, ""},
		"an event without a type":      {jsonRequest(`{"event":"x"}`), codes.InvalidArgument, mapping.MissingMessageType, "type"},
		"an event of an unknown type":  {jsonRequest(`{"type":"group"}`), codes.InvalidArgument, mapping.UnsupportedMessageType, "type"},
		"an event of the wrong shape":  {jsonRequest(`{"type":"track","userId":"u","event":"x","properties":"x"}`), codes.InvalidArgument, mapping.InvalidFieldType, "properties"},
		"an event that names nobody":   {jsonRequest(`{"type":"track","event":"x"}`), codes.InvalidArgument, mapping.MissingIdentity, "userId"},
		"a severity that is not known": {unknownSeverity, codes.InvalidArgument, apierr.InvalidRequest, "minSeverity"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			_, err := r.client().Transform(t.Context(), c.req)
			info := requireFailure(t, err, c.code, c.reason)
			require.Equal(t, c.field, info.GetMetadata()["field"], "%v", err)
		})
	}
}

func TestMalformedJSONIsPointedAt(t *testing.T) {
	t.Parallel()
	r := start(t, Options{})
	_, err := r.client().Transform(t.Context(), jsonRequest("{\"type\":\"track\",\n  oops}"))
	info := requireFailure(t, err, codes.InvalidArgument, mapping.InvalidJSON)
	require.Equal(t, "2", info.GetMetadata()["line"])
	require.Equal(t, "3", info.GetMetadata()["column"])
}

func TestAnEventThatFailsHarmsNoNeighbour(t *testing.T) {
	t.Parallel()
	r := start(t, Options{})
	resp, err := r.client().BatchTransform(t.Context(), &transformerv1.BatchTransformRequest{
		EventsJson: [][]byte{
			track("m-0"), []byte(`{"type":"group","messageId":"m-1"}`), []byte(`{]`), []byte(`7`), track("m-4"),
		},
		Target: toJSON(),
	})
	require.NoError(t, err)
	require.Len(t, resp.GetUploads(), 1)
	var body struct{ D []json.RawMessage }
	require.NoError(t, json.Unmarshal(resp.GetUploads()[0].GetPayloadJson(), &body))
	require.Len(t, body.D, 2)
	want := []struct {
		id     string
		status transformerv1.Status
		reason mapping.Reason
		refs   []*transformerv1.RecordRef
	}{
		{"m-0", transformerv1.Status_STATUS_TRANSFORMED, "", []*transformerv1.RecordRef{{Record: 0}}},
		{"m-1", transformerv1.Status_STATUS_FAILED, mapping.UnsupportedMessageType, nil},
		{"", transformerv1.Status_STATUS_FAILED, mapping.InvalidJSON, nil},
		{"", transformerv1.Status_STATUS_FAILED, mapping.InvalidFieldType, nil},
		{"m-4", transformerv1.Status_STATUS_TRANSFORMED, "", []*transformerv1.RecordRef{{Record: 1}}},
	}
	require.Len(t, resp.GetResults(), len(want))
	for i, result := range resp.GetResults() {
		require.EqualValues(t, i, result.GetIndex())
		require.Equal(t, want[i].id, result.GetMessageId())
		require.Equal(t, want[i].status, result.GetStatus())
		require.Empty(t, cmp.Diff(want[i].refs, result.GetRecords(), protocmp.Transform()))
		if want[i].reason == "" {
			require.Nil(t, result.GetError())
			continue
		}
		require.EqualValues(t, codes.InvalidArgument, result.GetError().GetCode())
		require.Equal(t, string(want[i].reason), reasonOfStatus(t, result.GetError()).GetReason())
	}
}

func TestAnEmptyBatchHasAnEmptyAnswer(t *testing.T) {
	t.Parallel()
	r := start(t, Options{})
	resp, err := r.client().BatchTransform(t.Context(), &transformerv1.BatchTransformRequest{Target: toJSON()})
	require.NoError(t, err)
	require.Empty(t, cmp.Diff(&transformerv1.BatchTransformResponse{}, resp, protocmp.Transform()))
}

func TestABatchWithMoreEventsThanTheLimitIsRefused(t *testing.T) {
	t.Parallel()
	r := start(t, Options{MaxBatchEvents: 3})
	batch := &transformerv1.BatchTransformRequest{Target: toJSON(), EventsJson: [][]byte{track("1"), track("2"), track("3")}}
	_, err := r.client().BatchTransform(t.Context(), batch)
	require.NoError(t, err)
	batch.EventsJson = append(batch.EventsJson, track("4"))
	_, err = r.client().BatchTransform(t.Context(), batch)
	info := requireFailure(t, err, codes.InvalidArgument, apierr.BatchTooLarge)
	require.Equal(t, map[string]string{"field": "events", "limit": "3", "actual": "4"}, info.GetMetadata())
}

func TestABatchOfBothFormsIsRefused(t *testing.T) {
	t.Parallel()
	r := start(t, Options{})
	_, err := r.client().BatchTransform(t.Context(), &transformerv1.BatchTransformRequest{
		Events: []*rudderstackv1.Event{{}}, EventsJson: [][]byte{track("1")}, Target: toJSON(),
	})
	requireFailure(t, err, codes.InvalidArgument, apierr.InvalidRequest)
	require.ErrorContains(t, err, "give events or events_json, not both")
}

// identifyWithToken is an identify call that gives two records: a profile and a device token.
const identifyWithToken = `{"type":"identify","messageId":"m-%d","userId":"u-%[1]d","anonymousId":"a-%[1]d","traits":{"name":"Ada"},
	"context":{"device":{"token":"t-%[1]d"},"os":{"name":"android"}}}`

func TestRecordsArePackedWithinCleverTapsLimits(t *testing.T) {
	t.Parallel()
	const events = 1050
	r := start(t, Options{})
	to := settings()
	to.EnableObjectIdMapping = true
	target := &transformerv1.BatchTransformRequest_Destination{Destination: to}
	asJSON := &transformerv1.BatchTransformRequest{Target: target}
	typed := &transformerv1.BatchTransformRequest{Target: target}
	for i := range events {
		text := fmt.Sprintf(identifyWithToken, i)
		asJSON.EventsJson = append(asJSON.EventsJson, []byte(text))
		typed.Events = append(typed.Events, typedEvent(t, text))
	}
	// 1050 profiles in two uploads, then 1050 device tokens in eleven.
	sizes := []int{1000, 50}
	for range 10 {
		sizes = append(sizes, 100)
	}
	sizes = append(sizes, 50)
	for name, req := range map[string]*transformerv1.BatchTransformRequest{"json": asJSON, "typed": typed} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			resp, err := r.client().BatchTransform(t.Context(), req)
			require.NoError(t, err)
			payloads := make([]*clevertapv1.Payload, 0, len(sizes))
			for _, upload := range resp.GetUploads() {
				payload := upload.GetPayload()
				if name == "json" {
					payload = &clevertapv1.Payload{}
					require.NoError(t, protojson.Unmarshal(upload.GetPayloadJson(), payload))
				}
				payloads = append(payloads, payload)
			}
			require.Len(t, payloads, len(sizes))
			for i, size := range sizes {
				require.Len(t, payloads[i].GetD(), size)
			}
			for i, result := range resp.GetResults() {
				refs := result.GetRecords()
				require.Len(t, refs, 2)
				profile := payloads[refs[0].GetUpload()].GetD()[refs[0].GetRecord()]
				token := payloads[refs[1].GetUpload()].GetD()[refs[1].GetRecord()]
				require.Equal(t, fmt.Sprintf("a-%d", i), profile.GetObjectId())
				require.Equal(t, fmt.Sprintf("t-%d", i), token.GetTokenData().GetId())
			}
		})
	}
}

func TestARegisteredDestinationKeepsItsPasscode(t *testing.T) {
	t.Parallel()
	r := start(t, Options{Destinations: registered(t)})
	want := map[string]string{"X-CleverTap-Account-Id": "ACCOUNT-1", "Content-Type": "application/json"}
	one, err := r.client().Transform(t.Context(), &transformerv1.TransformRequest{
		EventForm: &transformerv1.TransformRequest_EventJson{EventJson: track("m")},
		Target:    &transformerv1.TransformRequest_DestinationId{DestinationId: "shop"},
	})
	require.NoError(t, err)
	require.Equal(t, want, one.GetUploads()[0].GetHeaders())
	require.NotContains(t, one.String(), secret)
	many, err := r.client().BatchTransform(t.Context(), &transformerv1.BatchTransformRequest{
		EventsJson: [][]byte{track("m")}, Target: &transformerv1.BatchTransformRequest_DestinationId{DestinationId: "shop"},
	})
	require.NoError(t, err)
	require.Equal(t, want, many.GetUploads()[0].GetHeaders())
}

func TestAMessageAboveTheLimitIsRefused(t *testing.T) {
	t.Parallel()
	r := start(t, Options{MaxMessageBytes: 4096})
	_, err := r.client().Transform(t.Context(), jsonRequest(`{"type":"track","event":"`+strings.Repeat("x", 5000)+`"}`))
	require.Equal(t, codes.ResourceExhausted, status.Code(err))
}
