package server

import (
	"context"
	"io"
	"net"
	"testing"

	"github.com/stretchr/testify/require"
	"google.golang.org/grpc"
	"google.golang.org/grpc/credentials/insecure"
	"google.golang.org/protobuf/encoding/protojson"

	clevertapv1 "github.com/rudder-clevertap/rudder-clevertap/gen/clevertap/v1"
	rudderstackv1 "github.com/rudder-clevertap/rudder-clevertap/gen/rudderstack/v1"
	transformerv1 "github.com/rudder-clevertap/rudder-clevertap/gen/transformer/v1"
	"github.com/rudder-clevertap/rudder-clevertap/internal/genevents"
)

// benchmarkClient returns a client of a server on this machine.
func benchmarkClient(b *testing.B) transformerv1.TransformServiceClient {
	b.Helper()
	srv, err := New(Options{})
	require.NoError(b, err)
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(b, err)
	ctx, cancel := context.WithCancel(context.Background())
	ended := make(chan error, 1)
	go func() { ended <- srv.Run(ctx, listener) }()
	conn, err := grpc.NewClient(listener.Addr().String(), grpc.WithTransportCredentials(insecure.NewCredentials()))
	require.NoError(b, err)
	b.Cleanup(func() {
		conn.Close()
		cancel()
		require.NoError(b, <-ended)
	})
	return transformerv1.NewTransformServiceClient(conn)
}

// report adds events per second to a benchmark's figures.
func report(b *testing.B, events int) {
	b.Helper()
	b.ReportMetric(float64(b.N*events)/b.Elapsed().Seconds(), "events/s")
}

func BenchmarkTransform(b *testing.B) {
	client := benchmarkClient(b)
	req := jsonRequest(string(genevents.New(1).Batch(1)[0]))
	b.ReportAllocs()
	b.RunParallel(func(pb *testing.PB) {
		for pb.Next() {
			if _, err := client.Transform(b.Context(), req); err != nil {
				b.Error(err)
			}
		}
	})
	report(b, 1)
}

func BenchmarkBatchTransform(b *testing.B) {
	const events = 1000
	client := benchmarkClient(b)
	asJSON := &transformerv1.BatchTransformRequest{Target: toJSON(), EventsJson: genevents.New(1).Batch(events)}
	typed := &transformerv1.BatchTransformRequest{Target: toJSON()}
	for _, text := range asJSON.GetEventsJson() {
		event := &rudderstackv1.Event{}
		if (protojson.UnmarshalOptions{DiscardUnknown: true}).Unmarshal(text, event) == nil {
			typed.Events = append(typed.Events, event)
		}
	}
	for name, req := range map[string]*transformerv1.BatchTransformRequest{"json": asJSON, "typed": typed} {
		b.Run(name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				_, err := client.BatchTransform(b.Context(), req, grpc.MaxCallRecvMsgSize(DefaultMaxMessageBytes))
				require.NoError(b, err)
			}
			report(b, len(req.GetEvents())+len(req.GetEventsJson()))
		})
	}
}

func BenchmarkStreamTransform(b *testing.B) {
	const events = 1000
	client := benchmarkClient(b)
	message := &transformerv1.StreamTransformRequest{
		Target:     &transformerv1.StreamTransformRequest_Destination{Destination: &clevertapv1.Destination{AccountId: "A", Passcode: "P", TrackAnonymous: true}},
		EventsJson: genevents.New(1).Batch(events),
	}
	stream, err := client.StreamTransform(b.Context(), grpc.MaxCallRecvMsgSize(DefaultMaxMessageBytes))
	require.NoError(b, err)
	b.ReportAllocs()
	b.ResetTimer()
	go func() {
		for range b.N {
			if stream.Send(message) != nil {
				return
			}
		}
		stream.CloseSend()
	}()
	received := 0
	for ; ; received++ {
		if _, err := stream.Recv(); err != nil {
			require.ErrorIs(b, err, io.EOF)
			break
		}
	}
	require.Equal(b, b.N, received)
	report(b, events)
}
