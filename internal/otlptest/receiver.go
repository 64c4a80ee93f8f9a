// Package otlptest is an OTLP receiver for tests: it speaks gRPC as an OpenTelemetry collector does, and keeps what it gets.
package otlptest

import (
	"context"
	"net"
	"strconv"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"
	collectorlogs "go.opentelemetry.io/proto/otlp/collector/logs/v1"
	collectormetrics "go.opentelemetry.io/proto/otlp/collector/metrics/v1"
	collectortrace "go.opentelemetry.io/proto/otlp/collector/trace/v1"
	common "go.opentelemetry.io/proto/otlp/common/v1"
	logs "go.opentelemetry.io/proto/otlp/logs/v1"
	metrics "go.opentelemetry.io/proto/otlp/metrics/v1"
	resource "go.opentelemetry.io/proto/otlp/resource/v1"
	trace "go.opentelemetry.io/proto/otlp/trace/v1"
	"google.golang.org/grpc"
)

// Receiver keeps the spans, metrics and log records that reach it.
type Receiver struct {
	mu       sync.Mutex
	spans    []*trace.Span
	metrics  []*metrics.Metric
	logs     []*logs.LogRecord
	resource *resource.Resource
}

// Start starts a receiver that ends with the test, and sets the OTEL_* variables so that telemetry reaches it.
func Start(t *testing.T) *Receiver {
	t.Helper()
	listener, err := (&net.ListenConfig{}).Listen(t.Context(), "tcp", "127.0.0.1:0")
	require.NoError(t, err)
	r := &Receiver{}
	server := grpc.NewServer()
	collectortrace.RegisterTraceServiceServer(server, traceService{receiver: r})
	collectormetrics.RegisterMetricsServiceServer(server, metricsService{receiver: r})
	collectorlogs.RegisterLogsServiceServer(server, logsService{receiver: r})
	served := make(chan error, 1)
	go func() { served <- server.Serve(listener) }()
	t.Cleanup(func() {
		server.Stop()
		require.NoError(t, <-served)
	})
	t.Setenv("OTEL_EXPORTER_OTLP_ENDPOINT", "http://"+listener.Addr().String())
	t.Setenv("OTEL_EXPORTER_OTLP_PROTOCOL", "grpc")
	return r
}

// Spans returns the spans so far, by name. Of spans with one name, it keeps the last.
func (r *Receiver) Spans() map[string]*trace.Span {
	r.mu.Lock()
	defer r.mu.Unlock()
	byName := make(map[string]*trace.Span, len(r.spans))
	for _, span := range r.spans {
		byName[span.GetName()] = span
	}
	return byName
}

// AllSpans returns the spans so far, in the order of their arrival.
func (r *Receiver) AllSpans() []*trace.Span {
	r.mu.Lock()
	defer r.mu.Unlock()
	return append([]*trace.Span(nil), r.spans...)
}

// Metrics returns the metrics so far, by name. Of several reports, it keeps the last.
func (r *Receiver) Metrics() map[string]*metrics.Metric {
	r.mu.Lock()
	defer r.mu.Unlock()
	byName := make(map[string]*metrics.Metric, len(r.metrics))
	for _, metric := range r.metrics {
		byName[metric.GetName()] = metric
	}
	return byName
}

// Logs returns the log records so far.
func (r *Receiver) Logs() []*logs.LogRecord {
	r.mu.Lock()
	defer r.mu.Unlock()
	return append([]*logs.LogRecord(nil), r.logs...)
}

// Resource returns the attributes of what sent the spans.
func (r *Receiver) Resource() map[string]string {
	r.mu.Lock()
	defer r.mu.Unlock()
	return Attributes(r.resource.GetAttributes())
}

// Attributes returns attributes as texts, numbers in decimal.
func Attributes(list []*common.KeyValue) map[string]string {
	texts := make(map[string]string, len(list))
	for _, kv := range list {
		texts[kv.GetKey()] = text(kv.GetValue())
	}
	return texts
}

// text returns a text, a number or a boolean as text, and anything else as protobuf's own.
func text(value *common.AnyValue) string {
	switch v := value.GetValue().(type) {
	case *common.AnyValue_StringValue:
		return v.StringValue
	case *common.AnyValue_IntValue:
		return strconv.FormatInt(v.IntValue, 10)
	case *common.AnyValue_BoolValue:
		return strconv.FormatBool(v.BoolValue)
	default:
		return value.String()
	}
}

// traceService receives spans.
type traceService struct {
	collectortrace.UnimplementedTraceServiceServer

	receiver *Receiver
}

// Export keeps spans.
func (s traceService) Export(
	_ context.Context, req *collectortrace.ExportTraceServiceRequest,
) (*collectortrace.ExportTraceServiceResponse, error) {
	s.receiver.mu.Lock()
	defer s.receiver.mu.Unlock()
	for _, group := range req.GetResourceSpans() {
		s.receiver.resource = group.GetResource()
		for _, scope := range group.GetScopeSpans() {
			s.receiver.spans = append(s.receiver.spans, scope.GetSpans()...)
		}
	}
	return &collectortrace.ExportTraceServiceResponse{}, nil
}

// metricsService receives metrics.
type metricsService struct {
	collectormetrics.UnimplementedMetricsServiceServer

	receiver *Receiver
}

// Export keeps metrics.
func (s metricsService) Export(
	_ context.Context, req *collectormetrics.ExportMetricsServiceRequest,
) (*collectormetrics.ExportMetricsServiceResponse, error) {
	s.receiver.mu.Lock()
	defer s.receiver.mu.Unlock()
	for _, group := range req.GetResourceMetrics() {
		for _, scope := range group.GetScopeMetrics() {
			s.receiver.metrics = append(s.receiver.metrics, scope.GetMetrics()...)
		}
	}
	return &collectormetrics.ExportMetricsServiceResponse{}, nil
}

// logsService receives log records.
type logsService struct {
	collectorlogs.UnimplementedLogsServiceServer

	receiver *Receiver
}

// Export keeps log records.
func (s logsService) Export(
	_ context.Context, req *collectorlogs.ExportLogsServiceRequest,
) (*collectorlogs.ExportLogsServiceResponse, error) {
	s.receiver.mu.Lock()
	defer s.receiver.mu.Unlock()
	for _, group := range req.GetResourceLogs() {
		for _, scope := range group.GetScopeLogs() {
			s.receiver.logs = append(s.receiver.logs, scope.GetLogRecords()...)
		}
	}
	return &collectorlogs.ExportLogsServiceResponse{}, nil
}
