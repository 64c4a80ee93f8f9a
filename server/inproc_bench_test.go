package server

import (
	"testing"

	"github.com/stretchr/testify/require"
	"google.golang.org/protobuf/proto"

	transformerv1 "github.com/rudder-clevertap/rudder-clevertap/gen/transformer/v1"
	"github.com/rudder-clevertap/rudder-clevertap/internal/genevents"
)

// BenchmarkCallInside measures what the server does for a call besides the transport: all interceptors, the
// mapping and the answer.
func BenchmarkCallInside(b *testing.B) {
	srv, err := New(Options{})
	require.NoError(b, err)
	b.Cleanup(func() { require.NoError(b, srv.Close()) })
	client := transformerv1.NewTransformServiceClient(srv.Conn())
	events := genevents.New(1).Batch(100)
	b.Run("unary", func(b *testing.B) {
		b.ReportAllocs()
		for i := 0; b.Loop(); i++ {
			_, err := client.Transform(b.Context(), &transformerv1.TransformRequest{
				EventForm: &transformerv1.TransformRequest_EventJson{EventJson: events[i%len(events)]},
				Target:    &transformerv1.TransformRequest_DestinationJson{DestinationJson: []byte(settingsJSON)},
			})
			require.NoError(b, err)
		}
	})
	b.Run("batch of 100", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			answer, err := client.BatchTransform(b.Context(), &transformerv1.BatchTransformRequest{EventsJson: events, Target: toJSON()})
			require.NoError(b, err)
			_, err = proto.Marshal(answer)
			require.NoError(b, err)
		}
	})
}
