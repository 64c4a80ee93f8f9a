package middleware

import (
	"net/http"
	"slices"

	"go.opentelemetry.io/contrib/instrumentation/net/http/otelhttp"
	"go.opentelemetry.io/otel/metric"
	metricnoop "go.opentelemetry.io/otel/metric/noop"
	"go.opentelemetry.io/otel/propagation"
	semconv "go.opentelemetry.io/otel/semconv/v1.43.0"
	"go.opentelemetry.io/otel/trace"
	tracenoop "go.opentelemetry.io/otel/trace/noop"
)

// Telemetry is what requests are told to. Nil fields take their defaults, which do nothing.
type Telemetry struct {
	// TracerProvider gets a span for each request.
	TracerProvider trace.TracerProvider
	// MeterProvider gets its metrics.
	MeterProvider metric.MeterProvider
	// Propagator continues the caller's trace.
	Propagator propagation.TextMapPropagator
}

// WithDefaults returns the telemetry with something in each place.
func (t Telemetry) WithDefaults() Telemetry {
	if t.TracerProvider == nil {
		t.TracerProvider = tracenoop.NewTracerProvider()
	}
	if t.MeterProvider == nil {
		t.MeterProvider = metricnoop.NewMeterProvider()
	}
	if t.Propagator == nil {
		t.Propagator = propagation.NewCompositeTextMapPropagator()
	}
	return t
}

// Observe gives each request a span and counts it. Where neither is recorded, that would cost a tenth of a
// REST call: then all that is left to do is to take the caller's trace context over, for the log and for
// calls that are made in turn.
func (t Telemetry) Observe(next http.Handler) http.Handler {
	_, noSpans := t.TracerProvider.(tracenoop.TracerProvider)
	_, noMetrics := t.MeterProvider.(metricnoop.MeterProvider)
	if !noSpans || !noMetrics {
		return otelhttp.NewHandler(next, "",
			otelhttp.WithTracerProvider(t.TracerProvider),
			otelhttp.WithMeterProvider(t.MeterProvider),
			otelhttp.WithPropagators(t.Propagator),
		)
	}
	fields := t.Propagator.Fields()
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if slices.ContainsFunc(fields, func(field string) bool { return r.Header.Get(field) != "" }) {
			r = r.WithContext(t.Propagator.Extract(r.Context(), propagation.HeaderCarrier(r.Header)))
		}
		next.ServeHTTP(w, r)
	})
}

// NameRoute gives a request's span and metrics, where there are any, their route, which otelhttp can't see.
func NameRoute(r *http.Request, pattern string) {
	span := trace.SpanFromContext(r.Context())
	labeler, measured := otelhttp.LabelerFromContext(r.Context())
	if !measured && !span.IsRecording() {
		return
	}
	route := semconv.HTTPRoute(pattern)
	span.SetName(r.Method + " " + pattern)
	span.SetAttributes(route)
	labeler.Add(route)
}
