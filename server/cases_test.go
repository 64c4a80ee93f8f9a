package server

import (
	"encoding/json"
	"testing"

	"github.com/stretchr/testify/require"
	"google.golang.org/grpc/status"
	"google.golang.org/protobuf/encoding/protojson"

	clevertapv1 "github.com/rudder-clevertap/rudder-clevertap/gen/clevertap/v1"
	rudderstackv1 "github.com/rudder-clevertap/rudder-clevertap/gen/rudderstack/v1"
	transformerv1 "github.com/rudder-clevertap/rudder-clevertap/gen/transformer/v1"
	"github.com/rudder-clevertap/rudder-clevertap/internal/cases"
)

// records returns the records of uploads as JSON texts.
func records(t *testing.T, uploads []*clevertapv1.Upload) []string {
	t.Helper()
	var texts []string
	for _, upload := range uploads {
		if typed := upload.GetPayload(); typed != nil {
			for _, record := range typed.GetD() {
				text, err := protojson.Marshal(record)
				require.NoError(t, err)
				texts = append(texts, string(text))
			}
			continue
		}
		var body struct{ D []json.RawMessage }
		require.NoError(t, json.Unmarshal(upload.GetPayloadJson(), &body))
		for _, record := range body.D {
			texts = append(texts, string(record))
		}
	}
	return texts
}

// requireCase demands that an event became what its case says. The result is one of a batch of one event.
func requireCase(t *testing.T, wanted cases.Outcome, uploads []*clevertapv1.Upload, result *transformerv1.EventResult) {
	t.Helper()
	if wanted.Error != "" {
		require.Equal(t, transformerv1.Status_STATUS_FAILED, result.GetStatus())
		info := reasonOfStatus(t, result.GetError())
		require.Equal(t, wanted.Error, info.GetReason()+" "+info.GetMetadata()["field"])
		require.Empty(t, uploads)
		return
	}
	require.Nil(t, result.GetError())
	var diagnostics []string
	for _, d := range result.GetDiagnostics() {
		diagnostics = append(diagnostics, d.GetCode()+" "+d.GetPath())
	}
	if wanted.Filtered {
		require.Equal(t, transformerv1.Status_STATUS_FILTERED, result.GetStatus())
		require.NotZero(t, result.GetFilterReason())
		require.Contains(t, result.GetFilterReason().String(), "FILTER_REASON_"+wanted.FilterReason)
		require.Empty(t, uploads)
		return
	}
	require.Equal(t, transformerv1.Status_STATUS_TRANSFORMED, result.GetStatus())
	require.ElementsMatch(t, wanted.Diagnostics, wanted.Told(diagnostics))
	got := records(t, uploads)
	require.Len(t, got, len(wanted.Records))
	for i := range got {
		if typed := uploads[0].GetPayload() != nil; typed {
			require.JSONEq(t, wanted.Records[i], got[i])
			continue
		}
		require.Equal(t, wanted.Records[i], got[i])
	}
}

// TestCasesOverGRPC runs every rule of both rulesets through unary calls, batches and a stream, in both forms of events.
func TestCasesOverGRPC(t *testing.T) {
	t.Parallel()
	r := start(t, Options{})
	for _, ruleset := range cases.Rulesets() {
		for _, c := range cases.All() {
			settings, wanted := c.DestinationUnder(ruleset), c.Under(ruleset)
			t.Run(string(ruleset)+"/"+c.Rule+"/json", func(t *testing.T) {
				t.Parallel()
				runCase(t, r, &transformerv1.BatchTransformRequest{EventsJson: [][]byte{[]byte(c.Event)}}, settings, wanted)
			})
			if c.JSONOnly {
				continue
			}
			t.Run(string(ruleset)+"/"+c.Rule+"/typed", func(t *testing.T) {
				t.Parallel()
				typed := []*rudderstackv1.Event{typedEvent(t, c.Event)}
				runCase(t, r, &transformerv1.BatchTransformRequest{Events: typed}, settings, wanted.Typed())
			})
		}
	}
}

// runCase sends the one event of a batch in all three calls.
func runCase(t *testing.T, r *running, req *transformerv1.BatchTransformRequest, settings []byte, wanted cases.Outcome) {
	t.Helper()
	req.Target = &transformerv1.BatchTransformRequest_DestinationJson{DestinationJson: settings}
	batch, err := r.client().BatchTransform(t.Context(), req)
	require.NoError(t, err)
	require.Len(t, batch.GetResults(), 1)
	requireCase(t, wanted, batch.GetUploads(), batch.GetResults()[0])

	const sequence = 7
	streamed := exchange(t, r.open(t), &transformerv1.StreamTransformRequest{
		Sequence: sequence, Events: req.GetEvents(), EventsJson: req.GetEventsJson(),
		Target: &transformerv1.StreamTransformRequest_DestinationJson{DestinationJson: settings},
	})
	require.Equal(t, uint64(sequence), streamed.GetSequence())
	require.Len(t, streamed.GetResults(), 1)
	requireCase(t, wanted, streamed.GetUploads(), streamed.GetResults()[0])

	single := &transformerv1.TransformRequest{Target: &transformerv1.TransformRequest_DestinationJson{DestinationJson: settings}}
	if typed := req.GetEvents(); len(typed) > 0 {
		single.EventForm = &transformerv1.TransformRequest_Event{Event: typed[0]}
	} else {
		single.EventForm = &transformerv1.TransformRequest_EventJson{EventJson: req.GetEventsJson()[0]}
	}
	one, err := r.client().Transform(t.Context(), single)
	result := &transformerv1.EventResult{Status: one.GetStatus(), Diagnostics: one.GetDiagnostics(), FilterReason: one.GetFilterReason()}
	if err != nil {
		result.Status, result.Error = transformerv1.Status_STATUS_FAILED, status.Convert(err).Proto()
		if wanted.Error == "INVALID_FIELD_TYPE " {
			wanted.Error += "event" // The event is not an object, and the request's field is at fault.
		}
	}
	requireCase(t, wanted, one.GetUploads(), result)
}
