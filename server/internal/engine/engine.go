package server

import (
	"context"
	"log/slog"
	"sync"

	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/codes"
	"go.opentelemetry.io/otel/trace"

	transformerv1 "github.com/rudder-clevertap/rudder-clevertap/gen/transformer/v1"
	"github.com/rudder-clevertap/rudder-clevertap/mapping"
)

// checkEvery is after how many events a batch looks whether its caller is still there.
const checkEvery = 128

// engine runs batches through the mapping, each with memory of its own that is reused, and tells telemetry about them.
type engine struct {
	tracer     trace.Tracer
	metrics    *instruments
	logger     *slog.Logger
	workspaces sync.Pool
	responses  sync.Pool
}

// newEngine returns an engine.
func newEngine(tracer trace.Tracer, metrics *instruments, logger *slog.Logger) *engine {
	e := &engine{tracer: tracer, metrics: metrics, logger: logger}
	e.workspaces.New = func() any { return &workspace{tally: metrics.newTally(), logger: logger} }
	e.responses.New = func() any { return newResponse(&e.responses) }
	return e
}

// batch is what to transform: events in one of two forms, and where they go.
type batch struct {
	to          target
	minSeverity transformerv1.Severity
	// events are typed events, each in protobuf's wire form; eventsJSON are JSON events.
	events, eventsJSON [][]byte
	// single tells the one event of a Transform call from a batch of one, for telemetry.
	single bool
}

// size returns how many events the batch has.
func (b *batch) size() int { return len(b.events) + len(b.eventsJSON) }

// bytes returns how long the events are together.
func (b *batch) bytes() int {
	size := 0
	for _, event := range b.events {
		size += len(event)
	}
	for _, event := range b.eventsJSON {
		size += len(event)
	}
	return size
}

// typed reports whether the events are typed, and the answer with them.
func (b *batch) typed() bool { return len(b.events) > 0 }

// transform runs a batch through the mapping, in a span of its own, and returns the answer, whose Kind is still to be set. The
// error says that the caller went away, or that the server did something wrong; what is wrong with an event is in its result.
// Of a single event, it is in the failure as well.
func (e *engine) transform(ctx context.Context, b batch) (answer *response, err error) {
	ctx, span := e.tracer.Start(ctx, "mapping")
	defer span.End()
	w := e.workspaces.Get().(*workspace) //nolint:forcetypeassert // The pool makes nothing else.
	defer e.workspaces.Put(w)
	answer = e.responses.Get().(*response) //nolint:forcetypeassert // Nor this one.
	start := e.metrics.now(ctx)
	err = w.run(ctx, &b, answer)
	w.tally.record(ctx, start, e.metrics.byRuleset(b.to.RulesetName()))
	if span.IsRecording() {
		span.SetAttributes(spanAttributes(&b, w)...)
		if err != nil {
			span.SetStatus(codes.Error, "the batch was not finished")
		}
	}
	return answer, err
}

// spanAttributes says what a batch was and what became of it.
func spanAttributes(b *batch, w *workspace) []attribute.KeyValue {
	t := &w.tally
	attrs := make([]attribute.KeyValue, 0, 9)
	attrs = append(attrs,
		attrRuleset.String(b.to.RulesetName()),
		attrEvents.Int(b.size()),
		attrTransformed.Int(t.transformed),
		attrFiltered.Int(t.filtered),
		attrFailed.Int(t.failed),
		attrRecords.Int(t.records),
		attrOutcome.String(t.outcome()),
	)
	if b.single {
		attrs = append(attrs, attrCallType.String(w.callType))
		if w.reason != "" {
			attrs = append(attrs, attrReason.String(string(w.reason)))
		}
	}
	return attrs
}

// workspace is the memory that transforming a batch needs.
type workspace struct {
	mapper mapping.Mapper
	tally  tally
	logger *slog.Logger
	// callType and reason are those of the last event.
	callType string
	reason   mapping.Reason
}

// run transforms a batch and fills its answer in.
func (w *workspace) run(ctx context.Context, b *batch, answer *response) error {
	w.tally.reset()
	w.mapper.MinSeverity = mapping.Severity(b.minSeverity) // The contract has the same numbers.
	answer.begin(b)
	for i := range b.size() {
		if i%checkEvery == checkEvery-1 && ctx.Err() != nil {
			return context.Cause(ctx)
		}
		result, failed := w.transformEvent(ctx, b, i)
		if failed == nil {
			failed = answer.pack(result.Records, b.typed())
		}
		w.callType, w.reason = result.CallType, ""
		if failed != nil {
			w.reason = failed.reason
		}
		w.tally.count(result, w.reason)
		answer.add(result, failed)
	}
	answer.finish(b)
	return nil
}

// transformEvent transforms one event. A panic fails that event alone.
func (w *workspace) transformEvent(ctx context.Context, b *batch, i int) (result *mapping.Result, failed *failure) {
	defer func() {
		if r := recover(); r != nil {
			failed = panicError(r).withRequestID(callInfoFrom(ctx).requestID)
			w.logger.ErrorContext(ctx, "an event failed for a fault of the server", "event", i, "error", failed.Error())
			// What the panic left behind can't be trusted.
			result, w.mapper = &mapping.Result{}, mapping.Mapper{MinSeverity: w.mapper.MinSeverity}
		}
	}()
	if b.typed() {
		result = w.mapper.TransformWire(b.events[i], b.to.Destination)
	} else {
		result = w.mapper.TransformJSON(b.eventsJSON[i], b.to.Destination)
	}
	if result.Err != nil {
		failed = mappingFailure(result.Err)
	}
	return result, failed
}
