package telemetry

import (
	"context"
	"io"
	"log/slog"

	"go.opentelemetry.io/otel/trace"
)

// LogFormat is how log lines look.
type LogFormat string

// The formats of log lines.
const (
	// LogJSON is one JSON object a line.
	LogJSON LogFormat = "json"
	// LogText is key=value pairs, for people.
	LogText LogFormat = "text"
)

// NewLogger returns a logger that writes lines to w, each with the ids of the trace and the span that it
// belongs to, and hands records to telemetry's logs exporter when there is one.
func NewLogger(w io.Writer, format LogFormat, level slog.Level, telemetry *Telemetry) *slog.Logger {
	options := &slog.HandlerOptions{Level: level}
	var lines slog.Handler = slog.NewJSONHandler(w, options)
	if format == LogText {
		lines = slog.NewTextHandler(w, options)
	}
	lines = traceHandler{lines}
	if telemetry == nil || telemetry.LogHandler == nil {
		return slog.New(lines)
	}
	return slog.New(slog.NewMultiHandler(lines, levelHandler{telemetry.LogHandler, level}))
}

// traceHandler adds trace_id and span_id to records that belong to a span.
type traceHandler struct{ slog.Handler }

// Handle adds the ids.
func (h traceHandler) Handle(ctx context.Context, record slog.Record) error {
	if span := trace.SpanContextFromContext(ctx); span.IsValid() {
		record.AddAttrs(
			slog.String("trace_id", span.TraceID().String()), slog.String("span_id", span.SpanID().String()),
		)
	}
	return h.Handler.Handle(ctx, record)
}

// WithAttrs returns the handler with attributes.
func (h traceHandler) WithAttrs(attrs []slog.Attr) slog.Handler {
	return traceHandler{h.Handler.WithAttrs(attrs)}
}

// WithGroup returns the handler with a group.
func (h traceHandler) WithGroup(name string) slog.Handler {
	return traceHandler{h.Handler.WithGroup(name)}
}

// levelHandler leaves out records below a level; the bridge to OpenTelemetry has none of its own.
type levelHandler struct {
	slog.Handler
	level slog.Level
}

// Enabled reports whether a level is wanted.
func (h levelHandler) Enabled(ctx context.Context, level slog.Level) bool {
	return level >= h.level && h.Handler.Enabled(ctx, level)
}

// WithAttrs returns the handler with attributes.
func (h levelHandler) WithAttrs(attrs []slog.Attr) slog.Handler {
	return levelHandler{h.Handler.WithAttrs(attrs), h.level}
}

// WithGroup returns the handler with a group.
func (h levelHandler) WithGroup(name string) slog.Handler {
	return levelHandler{h.Handler.WithGroup(name), h.level}
}
