package server

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"strconv"

	"go.opentelemetry.io/contrib/bridges/otelslog"
	"go.opentelemetry.io/contrib/exporters/autoexport"
	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/metric"
	noopmetric "go.opentelemetry.io/otel/metric/noop"
	"go.opentelemetry.io/otel/propagation"
	sdklog "go.opentelemetry.io/otel/sdk/log"
	sdkmetric "go.opentelemetry.io/otel/sdk/metric"
	"go.opentelemetry.io/otel/sdk/resource"
	sdktrace "go.opentelemetry.io/otel/sdk/trace"
	"go.opentelemetry.io/otel/trace"
	nooptrace "go.opentelemetry.io/otel/trace/noop"
)

// serviceName is the resource's service.name unless OTEL_SERVICE_NAME or OTEL_RESOURCE_ATTRIBUTES say otherwise.
const serviceName = "rudder-clevertap"

// Telemetry holds the OpenTelemetry providers of a process. Each is one that does nothing when no exporter is configured for
// its signal.
type Telemetry struct {
	// TracerProvider makes tracers.
	TracerProvider trace.TracerProvider
	// MeterProvider makes meters.
	MeterProvider metric.MeterProvider
	// Propagator reads and writes W3C trace context and baggage.
	Propagator propagation.TextMapPropagator
	// LogHandler hands log records to the logs exporter; nil when none is configured.
	LogHandler slog.Handler

	shutdown []func(context.Context) error
}

// NoTelemetry returns providers that do nothing. Trace context is passed on all the same.
func NoTelemetry() *Telemetry {
	return &Telemetry{
		TracerProvider: nooptrace.NewTracerProvider(),
		MeterProvider:  noopmetric.NewMeterProvider(),
		Propagator:     propagation.NewCompositeTextMapPropagator(propagation.TraceContext{}, propagation.Baggage{}),
	}
}

// NewTelemetry sets telemetry up as the standard OTEL_* variables say. A signal has an exporter when its
// OTEL_<SIGNAL>_EXPORTER names one, or when an OTLP endpoint is given; otherwise, or with OTEL_SDK_DISABLED=true, it is silent.
// The version becomes the resource's service.version.
func NewTelemetry(ctx context.Context, version string) (*Telemetry, error) {
	t := NoTelemetry()
	if disabled, err := strconv.ParseBool(os.Getenv("OTEL_SDK_DISABLED")); err == nil && disabled {
		return t, nil
	}
	// What comes later wins, so the environment may say otherwise.
	about, err := resource.New(ctx, resource.WithTelemetrySDK(), resource.WithHost(),
		resource.WithAttributes(attribute.String("service.name", serviceName), attribute.String("service.version", version)),
		resource.WithFromEnv())
	if err != nil {
		return nil, fmt.Errorf("telemetry: resource: %w", err)
	}
	for _, set := range []func(context.Context, *resource.Resource) error{t.setTraces, t.setMetrics, t.setLogs} {
		if err := set(ctx, about); err != nil {
			return nil, errors.Join(fmt.Errorf("telemetry: %w", err), t.Shutdown(ctx))
		}
	}
	return t, nil
}

// Shutdown sends what is still to be sent and ends the exporters, within the time that ctx allows.
func (t *Telemetry) Shutdown(ctx context.Context) error {
	var errs []error
	for _, shutdown := range t.shutdown {
		errs = append(errs, shutdown(ctx))
	}
	t.shutdown = nil
	return errors.Join(errs...)
}

// configured reports whether the environment asks for an exporter of a signal: `TRACES`, `METRICS` or `LOGS`.
func configured(signal string) bool {
	if exporter := os.Getenv("OTEL_" + signal + "_EXPORTER"); exporter != "" {
		return exporter != "none"
	}
	return os.Getenv("OTEL_EXPORTER_OTLP_ENDPOINT") != "" || os.Getenv("OTEL_EXPORTER_OTLP_"+signal+"_ENDPOINT") != ""
}

// setTraces makes the tracer provider.
func (t *Telemetry) setTraces(ctx context.Context, about *resource.Resource) error {
	if !configured("TRACES") {
		return nil
	}
	exporter, err := autoexport.NewSpanExporter(ctx)
	if err != nil {
		return fmt.Errorf("traces: OTEL_TRACES_EXPORTER=%s: %w", os.Getenv("OTEL_TRACES_EXPORTER"), err)
	}
	provider := sdktrace.NewTracerProvider(sdktrace.WithBatcher(exporter), sdktrace.WithResource(about))
	t.TracerProvider = provider
	t.shutdown = append(t.shutdown, provider.Shutdown)
	return nil
}

// setMetrics makes the meter provider.
func (t *Telemetry) setMetrics(ctx context.Context, about *resource.Resource) error {
	if !configured("METRICS") {
		return nil
	}
	reader, err := autoexport.NewMetricReader(ctx)
	if err != nil {
		return fmt.Errorf("metrics: OTEL_METRICS_EXPORTER=%s: %w", os.Getenv("OTEL_METRICS_EXPORTER"), err)
	}
	provider := sdkmetric.NewMeterProvider(sdkmetric.WithReader(reader), sdkmetric.WithResource(about))
	t.MeterProvider = provider
	t.shutdown = append(t.shutdown, provider.Shutdown)
	return nil
}

// setLogs makes the handler of log records.
func (t *Telemetry) setLogs(ctx context.Context, about *resource.Resource) error {
	if !configured("LOGS") {
		return nil
	}
	exporter, err := autoexport.NewLogExporter(ctx)
	if err != nil {
		return fmt.Errorf("logs: OTEL_LOGS_EXPORTER=%s: %w", os.Getenv("OTEL_LOGS_EXPORTER"), err)
	}
	provider := sdklog.NewLoggerProvider(sdklog.WithProcessor(sdklog.NewBatchProcessor(exporter)), sdklog.WithResource(about))
	t.LogHandler = otelslog.NewHandler(scopeName, otelslog.WithLoggerProvider(provider))
	t.shutdown = append(t.shutdown, provider.Shutdown)
	return nil
}
