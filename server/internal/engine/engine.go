// Package engine runs batches of events through the mapping, in memory that is used again, and tells
// telemetry about them.
package engine

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"sync"
	"time"

	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/codes"
	"go.opentelemetry.io/otel/metric"
	"go.opentelemetry.io/otel/trace"

	transformerv1 "github.com/rudder-clevertap/rudder-clevertap/gen/transformer/v1"
	"github.com/rudder-clevertap/rudder-clevertap/internal/apierr"
	"github.com/rudder-clevertap/rudder-clevertap/internal/budget"
	"github.com/rudder-clevertap/rudder-clevertap/mapping"
	"github.com/rudder-clevertap/rudder-clevertap/mapping/document"
	"github.com/rudder-clevertap/rudder-clevertap/server/wire"
)

// CheckEvery is after how many events a batch looks whether its caller is still there.
const CheckEvery = 128

// Engine runs batches through the mapping, many at once.
type Engine struct {
	tracer     trace.Tracer
	metrics    *instruments
	logger     *slog.Logger
	workspaces sync.Pool
	responses  sync.Pool
}

// New returns an engine that tells a tracer, a meter and a logger, and takes memory for large events of a
// budget. The error says which instrument can't be made.
func New(
	tracer trace.Tracer, meter metric.Meter, logger *slog.Logger, memory *budget.Budget,
) (*Engine, error) {
	metrics, err := newInstruments(meter)
	if err != nil {
		return nil, err
	}
	e := &Engine{tracer: tracer, metrics: metrics, logger: logger}
	e.workspaces.New = func() any {
		return &Workspace{engine: e, tally: metrics.newTally(), lease: memory.Lease()}
	}
	e.responses.New = func() any { return newResponse(&e.responses) }
	return e, nil
}

// Target is where events go.
type Target struct {
	*mapping.Destination

	// Envelope is that of its uploads.
	Envelope *wire.Envelope
	// Name is the name under which the configuration registers it; empty when it does not.
	Name string
}

// Batch is what to transform: events in one of two forms, and where they go.
type Batch struct {
	// To is where the events go.
	To Target
	// MinSeverity is the least severity of diagnostics to report.
	MinSeverity transformerv1.Severity
	// Explain asks for what became of each value of the events.
	Explain bool
	// Events are typed events, each in protobuf's wire form; EventsJSON are JSON events. There are some of
	// one form at most.
	Events, EventsJSON [][]byte
	// Single tells the one event of a Transform call from a batch of one, for telemetry.
	Single bool
}

// size returns how many events the batch has.
func (b *Batch) size() int { return len(b.Events) + len(b.EventsJSON) }

// bytes returns how long the events are together.
func (b *Batch) bytes() int {
	size := 0
	for _, event := range b.Events {
		size += len(event)
	}
	for _, event := range b.EventsJSON {
		size += len(event)
	}
	return size
}

// typed reports whether the events are typed, and the answer with them.
func (b *Batch) typed() bool { return len(b.Events) > 0 }

// Transform runs a batch through the mapping, in a span of its own, and returns the answer, whose Kind is
// still to be set. The error says that the caller went away, or that the server did something wrong; what is
// wrong with an event is in its result. Of the first event that failed, it is in the answer's Failed as well.
func (e *Engine) Transform(ctx context.Context, b Batch) (answer *Response, err error) {
	ctx, w := e.Begin(ctx, mapping.Severity(b.MinSeverity)) // The contract has the same numbers.
	defer w.Release()
	w.single = b.Single
	w.mapper.Explain = b.Explain
	answer = e.responses.Get().(*Response) //nolint:forcetypeassert // The pool makes nothing else.
	err = w.run(ctx, &b, answer)
	w.Finish(ctx, b.To.RulesetName(), err)
	if b.Single && w.span.IsRecording() {
		w.span.SetAttributes(attrCallType.String(w.callType))
		if w.reason != "" {
			w.span.SetAttributes(attrReason.String(string(w.reason)))
		}
	}
	return answer, err
}

// CountStreams adds to the number of open transform streams.
func (e *Engine) CountStreams(ctx context.Context, more int64) { e.metrics.streams.Add(ctx, more) }

// Workspace is the memory that transforming a batch needs.
type Workspace struct {
	engine *Engine
	mapper mapping.Mapper
	tally  tally
	span   trace.Span
	start  time.Time
	// lease is the memory of the event at hand.
	lease budget.Lease
	// callType and reason are those of the last event.
	callType string
	reason   mapping.Reason
	// single tells a call of one event, whose own log line says why it failed.
	single bool
}

// Begin opens a span for the events of one request and returns it in a context, and a workspace for them.
// Diagnostics below a severity are left out. Release the workspace in any case.
func (e *Engine) Begin(ctx context.Context, minSeverity mapping.Severity) (context.Context, *Workspace) {
	w := e.workspaces.Get().(*Workspace)         //nolint:forcetypeassert // The pool makes nothing else.
	ctx, w.span = e.tracer.Start(ctx, "mapping") //nolint:spancheck // Release ends it.
	if id := apierr.RequestID(ctx); id != "" && w.span.IsRecording() {
		w.span.SetAttributes(attribute.String(apierr.RequestIDAttribute, id))
	}
	w.tally.reset()
	w.single = false
	w.mapper.MinSeverity = minSeverity
	w.mapper.MinSeverity, w.mapper.Explain = minSeverity, false
	w.start = e.metrics.now(ctx)
	return ctx, w
}

// Finish tells telemetry what became of the events, and the log how many failed. The error is why the request
// was not finished, or nil.
func (w *Workspace) Finish(ctx context.Context, ruleset string, err error) {
	t := &w.tally
	if t.failed > 0 && !w.single {
		w.engine.logger.LogAttrs(ctx, slog.LevelInfo, "events failed",
			slog.Int("failed", t.failed), slog.Int("events", t.total()),
			slog.String("request_id", apierr.RequestID(ctx)))
	}
	t.record(ctx, w.start, w.engine.metrics.byRuleset(ruleset))
	if !w.span.IsRecording() {
		return
	}
	w.span.SetAttributes(
		attrRuleset.String(ruleset),
		attrEvents.Int(t.total()),
		attrTransformed.Int(t.transformed),
		attrFiltered.Int(t.filtered),
		attrFailed.Int(t.failed),
		attrRecords.Int(t.records),
		attrOutcome.String(t.outcome()),
	)
	if err != nil {
		w.span.SetStatus(codes.Error, "the request was not finished")
	}
}

// Release ends the span and gives the workspace back.
func (w *Workspace) Release() {
	w.span.End()
	w.span = nil
	w.engine.workspaces.Put(w)
}

// Count adds what became of an event. Failed is the reason why it failed, and cause what there is to say about
// that; both are nothing when it did not.
func (w *Workspace) Count(
	ctx context.Context, result *mapping.Result, failed mapping.Reason, cause error,
) {
	if failed != "" && !w.single && w.engine.logger.Enabled(ctx, slog.LevelDebug) {
		w.engine.logger.LogAttrs(ctx, slog.LevelDebug, "an event failed",
			slog.Int("event", w.tally.total()), slog.String("message_id", string(result.MessageID)),
			slog.String("reason", string(failed)), slog.Any("error", cause),
			slog.String("request_id", apierr.RequestID(ctx)))
	}
	w.callType, w.reason = result.CallType, failed
	w.tally.count(result, failed)
}

// Event is one event of a request: JSON, or typed in protobuf's wire form.
type Event struct {
	// Text is the event.
	Text []byte
	// Typed says that it is in protobuf's wire form.
	Typed bool
	// Index tells it from the others, in the log.
	Index int
}

// Transform transforms one event. What is wrong with it is in the result; the error is a fault of ours, or an
// *apierr.Error with the reason OVERLOADED, which is no fault of the event: Overloaded tells. A panic fails that
// event alone.
func (w *Workspace) Transform(
	ctx context.Context, event Event, to *mapping.Destination,
) (result *mapping.Result, fault error) {
	defer func() {
		if r := recover(); r != nil {
			fault = apierr.Recovered(ctx, r)
			w.engine.logger.ErrorContext(
				ctx, "an event failed for a fault of the server", "event", event.Index, "error",
				fault.Error(),
			)
			// What the panic left behind can't be trusted.
			result = &mapping.Result{}
			w.mapper = mapping.Mapper{MinSeverity: w.mapper.MinSeverity, Explain: w.mapper.Explain}
		}
	}()
	if len(event.Text) > budget.Small {
		defer w.lease.Release()
		bytes := memoryOf(event)
		if w.mapper.Explain {
			bytes += explainedEach * int64(len(event.Text))
		}
		switch err := w.lease.Reserve(ctx, bytes); {
		case errors.Is(err, budget.ErrNever):
			return &mapping.Result{Err: tooLarge()}, nil
		case err != nil:
			return &mapping.Result{}, apierr.NoMemory(err)
		}
	}
	if event.Typed {
		result = w.mapper.TransformWire(event.Text, to)
	} else {
		result = w.mapper.TransformJSON(event.Text, to)
	}
	return result, nil
}

// nodesEach is how many bytes a tree takes for each of a text that is all brackets and commas, apart from the
// text: a value takes two at least.
const nodesEach = document.NodeBytes / 2

// memoryOf returns how much memory transforming an event takes at most: its tree, and records made of it. To
// look at a text that is not long costs more than assuming the worst.
func memoryOf(event Event) int64 {
	const long, records = 256 << 10, 2
	if size := len(event.Text); event.Typed || size < long {
		return int64(size*(1+records) + min(size*nodesEach, document.DefaultMaxNodes*document.NodeBytes))
	}
	_, tree := document.Cost(event.Text)
	most := 3*len(event.Text) + document.DefaultMaxNodes*document.NodeBytes
	return int64(min(tree, most) + records*len(event.Text))
}

// explainedEach is how many bytes an explanation takes for each of an event that is all small values.
const explainedEach = 100

// mostExplained is how many bytes of explanations an answer may have. They may take dozens of times as much as
// the events, so the limit on requests does not bound them.
const mostExplained = 16 << 20

// explainsTooMuch refuses to explain so many events at once.
func explainsTooMuch() error {
	return &apierr.Error{
		Reason:  apierr.RequestTooLarge,
		Message: fmt.Sprintf("explaining the events takes more than %d bytes: explain fewer at once", mostExplained),
		Limit:   mostExplained,
	}
}

// tooLarge is what is wrong with an event for which the server will never have the memory.
func tooLarge() *mapping.Error {
	return &mapping.Error{
		Reason:  apierr.RequestTooLarge,
		Message: "the event takes more memory than the server has for all calls: send a smaller one",
	}
}

// Overloaded reports whether an event was not transformed because calls under way take all memory, or because
// its caller has gone: the request is over then, and may be sent again.
func Overloaded(ctx context.Context, err error) bool {
	return apierr.ReasonOf(err) == apierr.Overloaded || err != nil && ctx.Err() != nil
}

// run transforms a batch and fills its answer in.
func (w *Workspace) run(ctx context.Context, b *Batch, answer *Response) error {
	answer.begin(b)
	event := Event{Typed: b.typed()}
	events := b.EventsJSON
	if event.Typed {
		events = b.Events
	}
	for event.Index, event.Text = range events {
		if event.Index%CheckEvery == CheckEvery-1 && ctx.Err() != nil {
			return context.Cause(ctx)
		}
		result, failed := w.Transform(ctx, event, b.To.Destination)
		if failed != nil && Overloaded(ctx, failed) {
			return failed
		}
		switch {
		case failed != nil:
		case result.Err != nil:
			failed = apierr.Mapping(result.Err)
		default:
			failed = answer.pack(result.Records, event.Typed)
		}
		w.Count(ctx, result, apierr.ReasonOf(failed), failed)
		answer.add(result, failed)
		if answer.explained > mostExplained {
			return explainsTooMuch()
		}
	}
	answer.finish(b)
	return nil
}
