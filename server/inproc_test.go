package server

import (
	"context"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/stretchr/testify/require"
	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/propagation"
	sdkmetric "go.opentelemetry.io/otel/sdk/metric"
	"go.opentelemetry.io/otel/sdk/metric/metricdata"
	sdktrace "go.opentelemetry.io/otel/sdk/trace"
	"go.opentelemetry.io/otel/sdk/trace/tracetest"
	"go.opentelemetry.io/otel/trace"
	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/metadata"
	"google.golang.org/grpc/status"
	"google.golang.org/protobuf/testing/protocmp"

	rudderstackv1 "github.com/rudder-clevertap/rudder-clevertap/gen/rudderstack/v1"
	transformerv1 "github.com/rudder-clevertap/rudder-clevertap/gen/transformer/v1"
	"github.com/rudder-clevertap/rudder-clevertap/internal/telemetry"
	"github.com/rudder-clevertap/rudder-clevertap/server/internal/intercept"
)

// seen is what telemetry saw of a call.
type seen struct {
	spans   []string
	metrics map[string][]string
}

// observe makes a call over one of a server's two connections inside the process, and returns what telemetry
// saw, but for what tells connections apart: addresses.
func observe(t *testing.T, overHTTP2 bool, call func(ctx context.Context, conn grpc.ClientConnInterface)) seen {
	t.Helper()
	spans, reader := tracetest.NewSpanRecorder(), sdkmetric.NewManualReader()
	r := start(t, Options{Telemetry: &telemetry.Telemetry{
		TracerProvider: sdktrace.NewTracerProvider(sdktrace.WithSpanProcessor(spans)),
		MeterProvider:  sdkmetric.NewMeterProvider(sdkmetric.WithReader(reader)),
		Propagator:     propagation.TraceContext{},
	}})
	conn := r.Conn()
	if overHTTP2 {
		conn = r.remote
	}
	call(t.Context(), conn)
	got := seen{metrics: map[string][]string{}}
	require.Eventually(t, func() bool {
		return slices.ContainsFunc(spans.Ended(), func(s sdktrace.ReadOnlySpan) bool { return s.SpanKind() == trace.SpanKindServer })
	}, 5*time.Second, time.Millisecond, "the server's side may end after the client's")
	names := map[string]string{"0000000000000000": "nothing"}
	for _, span := range spans.Ended() {
		names[span.SpanContext().SpanID().String()] = span.SpanKind().String() + " " + span.Name()
	}
	for _, span := range spans.Ended() {
		got.spans = append(got.spans, span.SpanKind().String()+" "+span.Name()+" under "+names[span.Parent().SpanID().String()]+" "+
			span.Status().Code.String()+" "+texts(span.Attributes()))
	}
	slices.Sort(got.spans)
	require.Eventually(t, func() bool {
		clear(got.metrics)
		collectHistograms(t, reader, got.metrics)
		return got.metrics["rpc.server.call.duration"] != nil
	}, 5*time.Second, time.Millisecond, "so may its metrics")
	return got
}

// collectHistograms adds the attributes of all histograms to into, by the name of the metric.
func collectHistograms(t *testing.T, reader *sdkmetric.ManualReader, into map[string][]string) {
	t.Helper()
	var collected metricdata.ResourceMetrics
	require.NoError(t, reader.Collect(t.Context(), &collected))
	for _, scope := range collected.ScopeMetrics {
		for _, m := range scope.Metrics {
			if data, ok := m.Data.(metricdata.Histogram[float64]); ok {
				for _, point := range data.DataPoints {
					into[m.Name] = append(into[m.Name], texts(point.Attributes.ToSlice()))
				}
			}
		}
	}
}

// texts writes attributes as text, without addresses.
func texts(attributes []attribute.KeyValue) string {
	var kept []string
	for _, a := range attributes {
		if key := string(a.Key); !strings.HasPrefix(key, "server.") && !strings.HasPrefix(key, "network.") && !strings.HasPrefix(key, "client.") {
			kept = append(kept, key+"="+a.Value.String())
		}
	}
	return strings.Join(kept, " ")
}

// typedBatch is a batch of n typed events.
func typedBatch(n int) *transformerv1.BatchTransformRequest {
	req := &transformerv1.BatchTransformRequest{Target: toJSON()}
	for range n {
		req.Events = append(req.Events, &rudderstackv1.Event{
			Type: "track", UserId: "u", Event: "x",
			Context: &rudderstackv1.Context{App: &rudderstackv1.App{Name: "shop"}, Locale: "en"},
		})
	}
	return req
}

// TestBothConnectionsInsideTheProcessAreTheSame: answers, headers, errors, limits, deadlines and telemetry of
// unary calls are the same with and without HTTP/2 in between.
func TestBothConnectionsInsideTheProcessAreTheSame(t *testing.T) {
	t.Parallel()
	many := &transformerv1.BatchTransformRequest{Target: toJSON(), EventsJson: make([][]byte, 3000)}
	for name, call := range map[string]func(ctx context.Context, client transformerv1.TransformServiceClient, header *metadata.MD) (any, error){
		"an event": func(ctx context.Context, client transformerv1.TransformServiceClient, header *metadata.MD) (any, error) {
			return client.Transform(ctx, jsonRequest(string(track("m"))), grpc.Header(header))
		},
		"a bad event": func(ctx context.Context, client transformerv1.TransformServiceClient, header *metadata.MD) (any, error) {
			return client.Transform(ctx, jsonRequest(`{`), grpc.Header(header))
		},
		"nothing": func(ctx context.Context, client transformerv1.TransformServiceClient, header *metadata.MD) (any, error) {
			return client.Transform(ctx, &transformerv1.TransformRequest{}, grpc.Header(header))
		},
		"a batch": func(ctx context.Context, client transformerv1.TransformServiceClient, header *metadata.MD) (any, error) {
			return client.BatchTransform(ctx, &transformerv1.BatchTransformRequest{Target: toJSON(), EventsJson: [][]byte{track("m"), {}}}, grpc.Header(header))
		},
		"a typed batch": func(ctx context.Context, client transformerv1.TransformServiceClient, header *metadata.MD) (any, error) {
			return client.BatchTransform(ctx, typedBatch(3), grpc.Header(header))
		},
		"too large a batch": func(ctx context.Context, client transformerv1.TransformServiceClient, header *metadata.MD) (any, error) {
			return client.BatchTransform(ctx, many, grpc.Header(header))
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var answers [2]any
			var errs [2]error
			var headers [2]metadata.MD
			var told [2]seen
			for i, overHTTP2 := range []bool{false, true} {
				told[i] = observe(t, overHTTP2, func(ctx context.Context, conn grpc.ClientConnInterface) {
					ctx = metadata.AppendToOutgoingContext(ctx, intercept.RequestIDHeader, "r-1")
					answers[i], errs[i] = call(ctx, transformerv1.NewTransformServiceClient(conn), &headers[i])
				})
			}
			require.Empty(t, cmp.Diff(answers[1], answers[0], protocmp.Transform()))
			require.Empty(t, cmp.Diff(status.Convert(errs[1]).Proto(), status.Convert(errs[0]).Proto(), protocmp.Transform()))
			require.Equal(t, headers[1].Get(intercept.RequestIDHeader), headers[0].Get(intercept.RequestIDHeader))
			require.Equal(t, told[1], told[0])
		})
	}
}

func TestTheConnectionInsideTheProcessHasLimits(t *testing.T) {
	t.Parallel()
	r := start(t, Options{MaxMessageBytes: 4096})
	client := transformerv1.NewTransformServiceClient(r.Conn())
	_, err := client.Transform(t.Context(), jsonRequest(`{"type":"track","event":"`+strings.Repeat("x", 5000)+`"}`))
	require.Equal(t, codes.ResourceExhausted, status.Code(err))
	small := `{"type":"page","userId":"u","properties":{"a":"` + strings.Repeat("x", 3500) + `"}}`
	_, err = client.Transform(t.Context(), jsonRequest(small))
	require.NoError(t, err)
	_, err = client.Transform(t.Context(), jsonRequest(strings.Replace(small, `"a"`, `"`+strings.Repeat("\\u0000", 60)+`"`, 1)))
	require.Equal(t, codes.ResourceExhausted, status.Code(err), "the answer is larger than the request")

	expired, cancel := context.WithDeadline(t.Context(), time.Now().Add(-time.Second))
	defer cancel()
	_, err = client.Transform(expired, jsonRequest(small))
	require.Equal(t, codes.DeadlineExceeded, status.Code(err))
	gone, cancel := context.WithCancel(t.Context())
	cancel()
	_, err = client.Transform(gone, jsonRequest(small))
	require.Equal(t, codes.Canceled, status.Code(err))
}
