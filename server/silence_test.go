package server

import (
	"context"
	"log/slog"
	"testing"

	"github.com/stretchr/testify/require"
	"go.opentelemetry.io/otel/propagation"
	"google.golang.org/grpc/metadata"

	transformerv1 "github.com/rudder-clevertap/rudder-clevertap/gen/transformer/v1"
	"github.com/rudder-clevertap/rudder-clevertap/internal/telemetry"
)

// TestWithoutExportersTheTraceContextIsPassedOn: whoever collects logs alone still finds a caller's trace in
// them.
func TestWithoutExportersTheTraceContextIsPassedOn(t *testing.T) {
	t.Parallel()
	carrier := propagation.MapCarrier{"traceparent": traceparent}
	for name, c := range map[string]struct {
		inside bool
		ctx    func(context.Context) context.Context
		wanted any
	}{
		"none, over HTTP/2":        {false, func(ctx context.Context) context.Context { return ctx }, nil},
		"none, inside the process": {true, func(ctx context.Context) context.Context { return ctx }, nil},
		"a trace, over HTTP/2": {false, func(ctx context.Context) context.Context {
			return metadata.AppendToOutgoingContext(ctx, "traceparent", traceparent)
		}, traceID},
		"a trace, inside": {true, func(ctx context.Context) context.Context { return telemetry.None().Propagator.Extract(ctx, carrier) }, traceID},
		"no trace id, over HTTP/2": {false, func(ctx context.Context) context.Context {
			return metadata.AppendToOutgoingContext(ctx, "traceparent", "x")
		}, nil},
		"baggage alone, over HTTP2": {false, func(ctx context.Context) context.Context {
			return metadata.AppendToOutgoingContext(ctx, "baggage", "a=b")
		}, nil},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			logs := &logBuffer{}
			r := start(t, Options{Logger: telemetry.NewLogger(logs, telemetry.LogJSON, slog.LevelDebug, nil)})
			client := r.client()
			if c.inside {
				client = transformerv1.NewTransformServiceClient(r.Conn())
			}
			_, err := client.Transform(c.ctx(t.Context()), jsonRequest(string(track("m"))))
			require.NoError(t, err)
			lines := logs.calls(t, "transformer.v1.TransformService/Transform")
			require.Len(t, lines, 1)
			require.Equal(t, c.wanted, lines[0]["trace_id"])
		})
	}
}
