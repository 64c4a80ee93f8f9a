// Package telemetry sets OpenTelemetry and the log up, and knows how to do without.
package telemetry

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"slices"
	"strconv"
	"strings"

	"go.opentelemetry.io/contrib/bridges/otelslog"
	"go.opentelemetry.io/contrib/exporters/autoexport"
	"go.opentelemetry.io/contrib/propagators/autoprop"
	"go.opentelemetry.io/otel"
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

	"github.com/rudder-clevertap/rudder-clevertap/internal/contract"
)

// ServiceName is the resource's service.name unless OTEL_SERVICE_NAME or OTEL_RESOURCE_ATTRIBUTES say
// otherwise.
const ServiceName = "rudder-clevertap"

// scope names the instrumentation of the server.
const scope = "github.com/rudder-clevertap/rudder-clevertap/server"

// Telemetry holds the OpenTelemetry providers of a process. Each is one that does nothing when no exporter is
// configured for its signal.
type Telemetry struct {
	// TracerProvider makes tracers.
	TracerProvider trace.TracerProvider
	// MeterProvider makes meters.
	MeterProvider metric.MeterProvider
	// Propagator reads and writes trace context and baggage: W3C's, unless OTEL_PROPAGATORS says otherwise.
	Propagator propagation.TextMapPropagator
	// LogHandler hands log records to the logs exporter; nil when none is configured.
	LogHandler slog.Handler

	shutdown []func(context.Context) error
}

// None returns providers that do nothing. Trace context is passed on all the same.
func None() *Telemetry {
	return &Telemetry{
		TracerProvider: nooptrace.NewTracerProvider(),
		MeterProvider:  noopmetric.NewMeterProvider(),
		Propagator: propagation.NewCompositeTextMapPropagator(
			propagation.TraceContext{}, propagation.Baggage{},
		),
	}
}

// New sets telemetry up as the standard OTEL_* variables say. A signal has an exporter when its
// OTEL_<SIGNAL>_EXPORTER names one, or when an OTLP endpoint is given; otherwise, or with
// OTEL_SDK_DISABLED=true, it is silent. The version becomes the resource's service.version. What is wrong and
// does no harm goes to OpenTelemetry's error handler.
func New(ctx context.Context, version string) (*Telemetry, error) {
	t := None()
	t.setPropagator()
	if disabled, err := strconv.ParseBool(os.Getenv("OTEL_SDK_DISABLED")); err == nil && disabled {
		return t, nil
	}
	// What comes later wins, so the environment may say otherwise.
	about, err := resource.New(ctx, resource.WithTelemetrySDK(), resource.WithHost(),
		resource.WithAttributes(
			attribute.String("service.name", ServiceName), attribute.String("service.version", version),
		),
		resource.WithFromEnv())
	if errors.Is(err, resource.ErrPartialResource) {
		// An entry that is not an attribute is left out, and the others stand.
		otel.Handle(fmt.Errorf("OTEL_RESOURCE_ATTRIBUTES: %w", err))
		err = nil
	}
	if err != nil {
		return nil, fmt.Errorf("telemetry: resource: %w", err)
	}
	for _, set := range []func(context.Context, *resource.Resource) error{
		t.setTraces, t.setMetrics, t.setLogs,
	} {
		if err := set(ctx, about); err != nil {
			return nil, errors.Join(fmt.Errorf("telemetry: %w", err), t.Shutdown(ctx))
		}
	}
	return t, nil
}

// setPropagator reads OTEL_PROPAGATORS. Unknown names are reported and left out; without a known one the
// default stays.
func (t *Telemetry) setPropagator() {
	var names []string
	for name := range strings.SplitSeq(os.Getenv("OTEL_PROPAGATORS"), ",") {
		if name = strings.TrimSpace(name); name != "" && !slices.Contains(names, name) {
			names = append(names, name)
		}
	}
	if len(names) == 0 {
		return
	}
	known, err := autoprop.TextMapPropagator(names...)
	if err != nil {
		otel.Handle(fmt.Errorf("OTEL_PROPAGATORS: %w", err))
	}
	if known != nil {
		t.Propagator = known
	}
}

// Tracer returns the server's tracer.
func (t *Telemetry) Tracer() trace.Tracer { return t.TracerProvider.Tracer(scope) }

// Meter returns the server's meter.
func (t *Telemetry) Meter() metric.Meter { return t.MeterProvider.Meter(scope) }

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
func configured(signal string) (bool, error) {
	exporter := os.Getenv("OTEL_" + signal + "_EXPORTER")
	if strings.Contains(exporter, ",") {
		return false, fmt.Errorf(
			"OTEL_%s_EXPORTER=%s: name one exporter: lists are not supported", signal, exporter,
		)
	}
	if exporter != "" {
		return exporter != "none", nil
	}
	return os.Getenv("OTEL_EXPORTER_OTLP_ENDPOINT") != "" ||
		os.Getenv("OTEL_EXPORTER_OTLP_"+signal+"_ENDPOINT") != "", nil
}

// setTraces makes the tracer provider.
func (t *Telemetry) setTraces(ctx context.Context, about *resource.Resource) error {
	if wanted, err := configured("TRACES"); err != nil || !wanted {
		return err
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
	if wanted, err := configured("METRICS"); err != nil || !wanted {
		return err
	}
	reader, err := autoexport.NewMetricReader(ctx)
	if err != nil {
		return fmt.Errorf("metrics: OTEL_METRICS_EXPORTER=%s: %w", os.Getenv("OTEL_METRICS_EXPORTER"), err)
	}
	provider := sdkmetric.NewMeterProvider(
		sdkmetric.WithReader(reader), sdkmetric.WithResource(about), sdkmetric.WithView(boundedSeries()...),
	)
	t.MeterProvider = provider
	t.shutdown = append(t.shutdown, provider.Shutdown)
	return nil
}

// boundedSeries keeps callers from making series of their own, as they need no token to do so: what they name
// freely, the Host header and methods that do not exist, has no part in the metrics of the servers. Spans
// show it.
func boundedSeries() []sdkmetric.View {
	methods := rpcMethods()
	bounded := sdkmetric.Stream{AttributeFilter: func(kv attribute.KeyValue) bool {
		switch kv.Key {
		case "server.address", "server.port":
			return false
		case "rpc.method":
			return slices.Contains(methods, kv.Value.AsString())
		}
		return true
	}}
	return []sdkmetric.View{
		sdkmetric.NewView(sdkmetric.Instrument{Name: "http.server.*"}, bounded),
		sdkmetric.NewView(sdkmetric.Instrument{Name: "rpc.server.*"}, bounded),
	}
}

// rpcMethods returns the methods of our services, as rpc.method names them.
func rpcMethods() []string {
	var names []string
	for method := range contract.Methods() {
		names = append(names, contract.Name(method))
	}
	return names
}

// setLogs makes the handler of log records.
func (t *Telemetry) setLogs(ctx context.Context, about *resource.Resource) error {
	if wanted, err := configured("LOGS"); err != nil || !wanted {
		return err
	}
	exporter, err := autoexport.NewLogExporter(ctx)
	if err != nil {
		return fmt.Errorf("logs: OTEL_LOGS_EXPORTER=%s: %w", os.Getenv("OTEL_LOGS_EXPORTER"), err)
	}
	provider := sdklog.NewLoggerProvider(
		sdklog.WithProcessor(sdklog.NewBatchProcessor(exporter)), sdklog.WithResource(about),
	)
	t.LogHandler = otelslog.NewHandler(scope, otelslog.WithLoggerProvider(provider))
	t.shutdown = append(t.shutdown, provider.Shutdown)
	return nil
}
