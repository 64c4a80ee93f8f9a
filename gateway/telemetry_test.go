package gateway_test

import (
	"context"
	"testing"

	"github.com/stretchr/testify/require"
	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/propagation"
	sdkmetric "go.opentelemetry.io/otel/sdk/metric"
	"go.opentelemetry.io/otel/sdk/metric/metricdata"
	sdktrace "go.opentelemetry.io/otel/sdk/trace"
	"go.opentelemetry.io/otel/sdk/trace/tracetest"

	"github.com/rudder-clevertap/rudder-clevertap/gateway"
)

func TestCallsAreTracedAndMeasuredByRoute(t *testing.T) {
	t.Parallel()
	spans := tracetest.NewSpanRecorder()
	metrics := sdkmetric.NewManualReader()
	api := start(t, &backend{transform: echo}, gateway.Options{
		TracerProvider: sdktrace.NewTracerProvider(sdktrace.WithSpanProcessor(spans)),
		MeterProvider:  sdkmetric.NewMeterProvider(sdkmetric.WithReader(metrics)),
		Propagator:     propagation.TraceContext{},
	})
	api.do(t, "GET", "/healthz", "")
	api.do(t, "GET", "/openapi.json", "")
	api.do(t, "POST", transformPath, `{"event": {}, "destination": {}}`,
		"Traceparent", "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01", "X-Request-Id", "r-1")
	api.do(t, "POST", batchPath, `{`)
	api.do(t, "GET", "/v1/nothing/7", "")

	ended := spans.Ended()
	names := make([]string, len(ended))
	for i, span := range ended {
		names[i] = span.Name()
	}
	require.Equal(t, []string{"POST /v1/transform", "POST /v1/transform:batch", "GET"}, names)
	require.Equal(t, "0af7651916cd43dd8448eb211c80319c", ended[0].SpanContext().TraceID().String())
	require.Equal(t, "b7ad6b7169203331", ended[0].Parent().SpanID().String())
	require.Contains(t, ended[0].Attributes(), attribute.String("http.route", "/v1/transform"))
	require.Contains(t, ended[0].Attributes(), attribute.Int("http.response.status_code", 200))
	require.Contains(t, ended[0].Attributes(), attribute.String("rudder_clevertap.request_id", "r-1"))
	require.Contains(t, ended[1].Attributes(), attribute.Int("http.response.status_code", 400))

	var got metricdata.ResourceMetrics
	require.NoError(t, metrics.Collect(context.Background(), &got))
	routes := map[string]uint64{}
	for _, metric := range got.ScopeMetrics[0].Metrics {
		if duration, ok := metric.Data.(metricdata.Histogram[float64]); ok && metric.Name == "http.server.request.duration" {
			for _, point := range duration.DataPoints {
				route, _ := point.Attributes.Value("http.route")
				routes[route.AsString()] += point.Count
			}
		}
	}
	require.Equal(t, map[string]uint64{"/v1/transform": 1, "/v1/transform:batch": 1, "": 1}, routes)
}
