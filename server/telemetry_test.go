package server

import (
	"context"
	"encoding/hex"
	"encoding/json"
	"io"
	"log/slog"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/metric"
	sdkmetric "go.opentelemetry.io/otel/sdk/metric"
	"go.opentelemetry.io/otel/sdk/metric/metricdata"
	metricsv1 "go.opentelemetry.io/proto/otlp/metrics/v1"
	tracev1 "go.opentelemetry.io/proto/otlp/trace/v1"
	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	healthgrpc "google.golang.org/grpc/health/grpc_health_v1"
	"google.golang.org/grpc/metadata"
	"google.golang.org/grpc/status"
	"google.golang.org/protobuf/types/known/emptypb"

	transformerv1 "github.com/rudder-clevertap/rudder-clevertap/gen/transformer/v1"
	"github.com/rudder-clevertap/rudder-clevertap/internal/apierr"
	"github.com/rudder-clevertap/rudder-clevertap/internal/otlptest"
	"github.com/rudder-clevertap/rudder-clevertap/internal/telemetry"
	"github.com/rudder-clevertap/rudder-clevertap/mapping"
)

const (
	traceID     = "4bf92f3577b34da6a3ce929d0e0e4736"
	parentID    = "00f067aa0ba902b7"
	traceparent = "00-" + traceID + "-" + parentID + "-01"
)

// traced returns a context whose calls continue a trace.
func traced(t *testing.T) context.Context {
	t.Helper()
	return metadata.AppendToOutgoingContext(t.Context(), "traceparent", traceparent)
}

// instrumented runs calls against a server whose telemetry reaches a receiver, and returns once all of it is
// there.
func instrumented(t *testing.T, calls func(r *running)) (*otlptest.Receiver, *logBuffer) {
	t.Helper()
	receiver := otlptest.Start(t)
	signals, err := telemetry.New(t.Context(), "v1.2.3")
	require.NoError(t, err)
	logs := &logBuffer{}
	r := start(t, Options{Telemetry: signals, Logger: telemetry.NewLogger(logs, telemetry.LogJSON, slog.LevelDebug, signals), Destinations: registered(t)})
	calls(r)
	r.stop()
	require.NoError(t, <-r.ended)
	require.NoError(t, signals.Shutdown(t.Context()))
	return receiver, logs
}

// requireSpan demands that a span has a parent in the trace, and returns its attributes.
func requireSpan(t *testing.T, span *tracev1.Span, parent string) map[string]string {
	t.Helper()
	require.NotNil(t, span)
	require.Equal(t, traceID, hex.EncodeToString(span.GetTraceId()), span.GetName())
	require.Equal(t, parent, hex.EncodeToString(span.GetParentSpanId()), span.GetName())
	return otlptest.Attributes(span.GetAttributes())
}

func TestTheCallersTraceIsContinuedToTheMapping(t *testing.T) {
	receiver, logs := instrumented(t, func(r *running) {
		named := metadata.AppendToOutgoingContext(traced(t), "x-request-id", "r-1")
		_, err := r.client().Transform(named, jsonRequest(string(track("m"))))
		require.NoError(t, err)
		_, err = healthgrpc.NewHealthClient(r.conn).Check(traced(t), &healthgrpc.HealthCheckRequest{})
		require.NoError(t, err)
	})
	require.Len(t, receiver.AllSpans(), 2, "health checks are not traced")
	spans := receiver.Spans()
	serverSpan, mappingSpan := spans["transformer.v1.TransformService/Transform"], spans["mapping"]
	require.Equal(t, tracev1.Span_SPAN_KIND_SERVER, serverSpan.GetKind())
	require.Equal(t, "OK", requireSpan(t, serverSpan, parentID)["rpc.response.status_code"])
	require.Equal(t, "r-1", requireSpan(t, serverSpan, parentID)["rudder_clevertap.request_id"])
	require.Equal(t, map[string]string{
		"rudder_clevertap.ruleset": "guide", "rudder_clevertap.call_type": "track", "rudder_clevertap.outcome": "transformed",
		"rudder_clevertap.events": "1", "rudder_clevertap.transformed": "1", "rudder_clevertap.filtered": "0",
		"rudder_clevertap.failed": "0", "rudder_clevertap.records": "1",
		"rudder_clevertap.request_id": "r-1",
	}, requireSpan(t, mappingSpan, hex.EncodeToString(serverSpan.GetSpanId())))
	require.Equal(t, "rudder-clevertap", receiver.Resource()["service.name"])
	require.Equal(t, "v1.2.3", receiver.Resource()["service.version"])
	lines := logs.calls(t, "transformer.v1.TransformService/Transform")
	require.Len(t, lines, 1)
	require.Equal(t, traceID, lines[0]["trace_id"])
	require.Equal(t, hex.EncodeToString(serverSpan.GetSpanId()), lines[0]["span_id"])
	found := false
	for _, record := range receiver.Logs() {
		method := otlptest.Attributes(record.GetAttributes())["rpc.method"]
		if record.GetBody().GetStringValue() == "call" && method == "transformer.v1.TransformService/Transform" {
			found = true
			require.Equal(t, serverSpan.GetSpanId(), record.GetSpanId())
			require.Equal(t, traceID, hex.EncodeToString(record.GetTraceId()))
		}
	}
	require.True(t, found, "the log record reaches the receiver as well")
}

func TestSpansOfABatchAndOfAFailureSayWhatBecameOfIt(t *testing.T) {
	receiver, _ := instrumented(t, func(r *running) {
		_, err := r.client().Transform(traced(t), jsonRequest(`{"type":"track","userId":"u"}`))
		requireFailure(t, err, codes.InvalidArgument, mapping.MissingEventName)
		_, err = r.client().BatchTransform(traced(t), &transformerv1.BatchTransformRequest{
			EventsJson: [][]byte{track("m"), []byte(`{}`)}, Target: &transformerv1.BatchTransformRequest_DestinationId{DestinationId: "shop"},
		})
		require.NoError(t, err)
	})
	spans := receiver.Spans()
	var failed, batch map[string]string
	for _, span := range receiver.AllSpans() {
		attributes := otlptest.Attributes(span.GetAttributes())
		switch {
		case span.GetName() != "mapping":
		case attributes["rudder_clevertap.events"] == "1":
			failed = attributes
		default:
			batch = requireSpan(t, span, hex.EncodeToString(spans["transformer.v1.TransformService/BatchTransform"].GetSpanId()))
		}
	}
	require.Equal(t, "failed", failed["rudder_clevertap.outcome"])
	require.Equal(t, "MISSING_EVENT_NAME", failed["error.type"])
	require.Equal(t, "track", failed["rudder_clevertap.call_type"])
	require.Equal(t, "partial", batch["rudder_clevertap.outcome"])
	require.Equal(t, "2", batch["rudder_clevertap.events"])
	require.Equal(t, "1", batch["rudder_clevertap.failed"])
	require.NotContains(t, batch, "rudder_clevertap.call_type", "a batch has many")
}

// sums returns the values of a counter by its attributes, written as JSON.
func sums(t *testing.T, metric *metricsv1.Metric) map[string]int64 {
	t.Helper()
	require.NotNil(t, metric)
	values := map[string]int64{}
	for _, point := range metric.GetSum().GetDataPoints() {
		key, err := json.Marshal(otlptest.Attributes(point.GetAttributes()))
		require.NoError(t, err)
		values[string(key)] = point.GetAsInt()
	}
	return values
}

func TestMetricsTellEventsDiagnosticsBatchesAndCalls(t *testing.T) {
	receiver, _ := instrumented(t, func(r *running) {
		_, err := r.client().BatchTransform(t.Context(), &transformerv1.BatchTransformRequest{Target: toJSON(), EventsJson: [][]byte{
			track("1"), track("2"), []byte(`{"type":"group"}`), []byte(`{"type":"page","properties":{}}`),
			[]byte(`{"type":"Identify","userId":7,"traits":{"a":{},"b":[]}}`),
		}})
		require.NoError(t, err)
		stream := r.open(t)
		exchange(t, stream, firstMessage(1, track("3")))
		_, err = r.client().Transform(t.Context(), &transformerv1.TransformRequest{})
		requireFailure(t, err, codes.InvalidArgument, apierr.InvalidRequest)
	})
	found := receiver.Metrics()
	require.Equal(t, map[string]int64{
		`{"rudder_clevertap.call_type":"track","rudder_clevertap.result":"transformed"}`:                                    3,
		`{"rudder_clevertap.call_type":"identify","rudder_clevertap.result":"transformed"}`:                                 1,
		`{"error.type":"UNSUPPORTED_MESSAGE_TYPE","rudder_clevertap.call_type":"group","rudder_clevertap.result":"failed"}`: 1,
		`{"error.type":"MISSING_IDENTITY","rudder_clevertap.call_type":"page","rudder_clevertap.result":"failed"}`:          1,
	}, sums(t, found["rudder_clevertap.events"]))
	require.Equal(t, int64(2), sums(t, found["rudder_clevertap.diagnostics"])[`{"rudder_clevertap.code":"NESTED_VALUE_STRINGIFIED"}`])
	require.Equal(t, map[string]int64{`{}`: 0}, sums(t, found["rudder_clevertap.streams.active"]))
	size := found["rudder_clevertap.batch.size"].GetHistogram().GetDataPoints()[0]
	require.EqualValues(t, 2, size.GetCount())
	require.InDelta(t, 6, size.GetSum(), 0)
	require.EqualValues(t, 2, found["rudder_clevertap.mapping.duration"].GetHistogram().GetDataPoints()[0].GetCount())
	codesSeen := map[string]string{}
	for _, point := range found["rpc.server.call.duration"].GetHistogram().GetDataPoints() {
		attributes := otlptest.Attributes(point.GetAttributes())
		codesSeen[attributes["rpc.method"]] = attributes["rpc.response.status_code"]
	}
	require.Equal(t, map[string]string{
		"transformer.v1.TransformService/BatchTransform":  "OK",
		"transformer.v1.TransformService/Transform":       "INVALID_ARGUMENT",
		"transformer.v1.TransformService/StreamTransform": "UNAVAILABLE", // it was open when the server stopped
	}, codesSeen)
}

// TestCallersMakeNoSeriesOfTheirOwn: whoever has no token can name methods and hosts all the same.
func TestCallersMakeNoSeriesOfTheirOwn(t *testing.T) {
	receiver, _ := instrumented(t, func(r *running) {
		for _, method := range []string{"/made.up.Service/A", "/made.up.Service/B", "/transformer.v1.TransformService/C"} {
			err := r.conn.Invoke(t.Context(), method, &emptypb.Empty{}, &emptypb.Empty{})
			require.Equal(t, codes.Unimplemented, status.Code(err))
		}
		_, err := r.client().Transform(t.Context(), jsonRequest(string(track("m"))))
		require.NoError(t, err)
		// As the gateway's instrumentation records it.
		duration, err := r.options.Telemetry.MeterProvider.Meter("test").Float64Histogram("http.server.request.duration",
			metric.WithExplicitBucketBoundaries(1, 2, 3))
		require.NoError(t, err)
		for _, host := range []string{"a", "b"} {
			duration.Record(t.Context(), 1, metric.WithAttributes(attribute.String("server.address", host), attribute.Int("server.port", 1), attribute.String("http.route", "/r")))
		}
	})
	calls := map[string]uint64{}
	for _, point := range receiver.Metrics()["rpc.server.call.duration"].GetHistogram().GetDataPoints() {
		calls[otlptest.Attributes(point.GetAttributes())["rpc.method"]] = point.GetCount()
	}
	require.Equal(t, map[string]uint64{"": 3, "transformer.v1.TransformService/Transform": 1}, calls)
	require.Contains(t, receiver.Spans(), "made.up.Service/A", "spans show the method")
	points := receiver.Metrics()["http.server.request.duration"].GetHistogram().GetDataPoints()
	require.Len(t, points, 1)
	require.Equal(t, map[string]string{"http.route": "/r"}, otlptest.Attributes(points[0].GetAttributes()))
	require.Equal(t, []float64{1, 2, 3}, points[0].GetExplicitBounds())
}

// TestStreamsThatAreOpenAreCounted: an autoscaler may go by them.
func TestStreamsThatAreOpenAreCounted(t *testing.T) {
	t.Parallel()
	signals, reader := telemetry.None(), sdkmetric.NewManualReader()
	signals.MeterProvider = sdkmetric.NewMeterProvider(sdkmetric.WithReader(reader))
	open := func() (streams int64) {
		var all metricdata.ResourceMetrics
		require.NoError(t, reader.Collect(t.Context(), &all))
		for _, scope := range all.ScopeMetrics {
			for _, m := range scope.Metrics {
				if sum, ok := m.Data.(metricdata.Sum[int64]); ok && m.Name == "rudder_clevertap.streams.active" {
					streams = sum.DataPoints[0].Value
				}
			}
		}
		return streams
	}
	client := start(t, Options{Telemetry: signals}).client()
	var streams []grpc.BidiStreamingClient[transformerv1.StreamTransformRequest, transformerv1.StreamTransformResponse]
	for i := range 3 {
		stream, err := client.StreamTransform(t.Context())
		require.NoError(t, err)
		require.NoError(t, stream.Send(&transformerv1.StreamTransformRequest{Target: &transformerv1.StreamTransformRequest_DestinationJson{DestinationJson: []byte(settingsJSON)}}))
		_, err = stream.Recv()
		require.NoError(t, err)
		streams = append(streams, stream)
		require.EqualValues(t, i+1, open())
	}
	for _, stream := range streams {
		require.NoError(t, stream.CloseSend())
		_, err := stream.Recv()
		require.ErrorIs(t, err, io.EOF)
	}
	// The client may learn of the end before the server's goroutine has counted it.
	require.Eventually(t, func() bool { return open() == 0 }, 5*time.Second, time.Millisecond)
}
