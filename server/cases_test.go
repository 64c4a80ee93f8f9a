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
func requireCase(t *testing.T, c cases.Case, uploads []*clevertapv1.Upload, result *transformerv1.EventResult) {
	t.Helper()
	if c.Error != "" {
		require.Equal(t, transformerv1.Status_STATUS_FAILED, result.GetStatus())
		info := reasonOfStatus(t, result.GetError())
		require.Equal(t, c.Error, info.GetReason()+" "+info.GetMetadata()["field"])
		require.Empty(t, uploads)
		return
	}
	require.Nil(t, result.GetError())
	var diagnostics []string
	for _, d := range result.GetDiagnostics() {
		diagnostics = append(diagnostics, d.GetCode()+" "+d.GetPath())
	}
	if c.Filtered {
		require.Equal(t, transformerv1.Status_STATUS_FILTERED, result.GetStatus())
		require.Empty(t, uploads)
		return
	}
	require.Equal(t, transformerv1.Status_STATUS_TRANSFORMED, result.GetStatus())
	require.ElementsMatch(t, c.Diagnostics, diagnostics)
	got := records(t, uploads)
	require.Len(t, got, len(c.Records))
	for i := range got {
		require.JSONEq(t, c.Records[i], got[i])
	}
}

// TestTheGuideOverGRPC runs every rule of the guide through unary calls, batches and a stream, in both forms
// of events.
func TestTheGuideOverGRPC(t *testing.T) {
	t.Parallel()
	r := start(t, Options{})
	for i, c := range cases.All() {
		forms := map[string]*transformerv1.BatchTransformRequest{"json": {EventsJson: [][]byte{[]byte(c.Event)}}}
		if !c.JSONOnly {
			forms["typed"] = &transformerv1.BatchTransformRequest{Events: []*rudderstackv1.Event{typedEvent(t, c.Event)}}
		}
		for form, req := range forms {
			t.Run(c.Rule+"/"+form, func(t *testing.T) {
				t.Parallel()
				req.Target = &transformerv1.BatchTransformRequest_DestinationJson{DestinationJson: c.Destination()}
				batch, err := r.client().BatchTransform(t.Context(), req)
				require.NoError(t, err)
				require.Len(t, batch.GetResults(), 1)
				requireCase(t, c, batch.GetUploads(), batch.GetResults()[0])

				message := &transformerv1.StreamTransformRequest{
					Sequence: uint64(i), Events: req.GetEvents(), EventsJson: req.GetEventsJson(),
					Target: &transformerv1.StreamTransformRequest_DestinationJson{DestinationJson: c.Destination()},
				}
				streamed := exchange(t, r.open(t), message)
				require.Len(t, streamed.GetResults(), 1)
				requireCase(t, c, streamed.GetUploads(), streamed.GetResults()[0])

				single := jsonRequest(c.Event)
				if len(req.GetEvents()) > 0 {
					single.EventForm = &transformerv1.TransformRequest_Event{Event: req.GetEvents()[0]}
				}
				single.Target = &transformerv1.TransformRequest_DestinationJson{DestinationJson: c.Destination()}
				one, err := r.client().Transform(t.Context(), single)
				result := &transformerv1.EventResult{Status: one.GetStatus(), Diagnostics: one.GetDiagnostics()}
				if err != nil {
					result.Status, result.Error = transformerv1.Status_STATUS_FAILED, status.Convert(err).Proto()
				}
				requireCase(t, c, one.GetUploads(), result)
			})
		}
	}
}
