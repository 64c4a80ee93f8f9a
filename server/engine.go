package server

import (
	"context"
	"log/slog"
	"strings"
	"sync"
	"time"

	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/codes"
	"go.opentelemetry.io/otel/trace"

	clevertapv1 "github.com/rudder-clevertap/rudder-clevertap/gen/clevertap/v1"
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
}

// newEngine returns an engine.
func newEngine(tracer trace.Tracer, metrics *instruments, logger *slog.Logger) *engine {
	e := &engine{tracer: tracer, metrics: metrics, logger: logger}
	e.workspaces.New = func() any { return &workspace{tally: metrics.newTally(), logger: logger} }
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

// recordsPerInput is how many bytes the records of a batch take, per hundred bytes of its events: what the context of an event
// takes is left out.
const recordsPerInput = 75

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

// transformed is what a batch became. It shares no memory with the engine.
type transformed struct {
	uploads []*clevertapv1.Upload
	results []*transformerv1.EventResult
	// first is why the first event that failed did; nil when none failed.
	first *failure
}

// transform runs a batch through the mapping, in a span of its own. The error says that the caller went away, or that the
// server did something wrong; what is wrong with an event is in its result.
func (e *engine) transform(ctx context.Context, b batch) (*transformed, error) {
	ctx, span := e.tracer.Start(ctx, "mapping")
	defer span.End()
	w := e.workspaces.Get().(*workspace) //nolint:forcetypeassert // The pool makes nothing else.
	defer e.workspaces.Put(w)
	start := time.Now()
	out, err := w.run(ctx, &b)
	w.tally.record(ctx, time.Since(start), e.metrics.byRuleset(b.to.RulesetName()))
	if span.IsRecording() {
		span.SetAttributes(spanAttributes(&b, w)...)
		if err != nil {
			span.SetStatus(codes.Error, "the batch was not finished")
		}
	}
	return out, err
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
	places []mapping.Place
	logger *slog.Logger
	// callType and reason are those of the last event.
	callType string
	reason   mapping.Reason
}

// run transforms a batch.
func (w *workspace) run(ctx context.Context, b *batch) (*transformed, error) {
	w.tally.reset()
	w.places = w.places[:0]
	w.mapper.MinSeverity = mapping.Severity(b.minSeverity) // The contract has the same numbers.
	packer := mapping.NewPacker(b.to.Destination)
	packer.Reserve(b.bytes() * recordsPerInput / 100)
	out := newResults(b.size())
	for i := range b.size() {
		if i%checkEvery == checkEvery-1 && ctx.Err() != nil {
			return nil, context.Cause(ctx)
		}
		result, failed := w.transformEvent(ctx, b, i)
		if failed == nil {
			failed = w.pack(packer, result.Records, b.typed())
		}
		w.callType, w.reason = result.CallType, ""
		if failed != nil {
			w.reason = failed.reason
		}
		w.tally.count(result, w.reason)
		out.add(result, failed, len(w.places))
	}
	out.uploads = uploads(packer, b.to, b.typed())
	out.resolve(packer, w.places)
	return &out.transformed, nil
}

// pack packs the records of one event: all, or none and why not.
func (w *workspace) pack(packer *mapping.Packer, records []mapping.Record, typed bool) *failure {
	if !typed {
		w.places = packer.AddJSON(records, w.places)
		return nil
	}
	places, err := packer.AddWire(records, w.places)
	if err != nil {
		return mappingFailure(err)
	}
	w.places = places
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

// results gathers the results of a batch in memory that is handed over to the answer: one slab of each kind.
type results struct {
	transformed

	slab []transformerv1.EventResult
	ends []int // after each event, how many records there are
}

// newResults returns room for the results of n events.
func newResults(n int) *results {
	return &results{
		transformed: transformed{results: make([]*transformerv1.EventResult, 0, n)},
		slab:        make([]transformerv1.EventResult, n),
		ends:        make([]int, 0, n),
	}
}

// add adds an event's result. Count is how many records all events so far have given.
func (r *results) add(result *mapping.Result, failed *failure, count int) {
	i := len(r.results)
	to := &r.slab[i]
	to.Index = uint32(i)
	to.MessageId = clean(string(result.MessageID))
	to.Diagnostics = diagnostics(result.Diagnostics)
	switch {
	case failed != nil:
		if r.first == nil {
			r.first = failed
		}
		to.Status = transformerv1.Status_STATUS_FAILED
		to.Error = failed.proto()
	case result.Status == mapping.Filtered:
		to.Status = transformerv1.Status_STATUS_FILTERED
	default:
		to.Status = transformerv1.Status_STATUS_TRANSFORMED
	}
	r.results = append(r.results, to)
	r.ends = append(r.ends, count)
}

// resolve says in the results where the records are, now that all are packed.
func (r *results) resolve(packer *mapping.Packer, places []mapping.Place) {
	refs := make([]transformerv1.RecordRef, len(places))
	list := make([]*transformerv1.RecordRef, len(places))
	for i, place := range places {
		upload, record := packer.Resolve(place)
		refs[i].Upload, refs[i].Record = uint32(upload), uint32(record)
		list[i] = &refs[i]
	}
	start := 0
	for i, end := range r.ends {
		if end > start {
			r.results[i].Records = list[start:end:end]
		}
		start = end
	}
}

// diagnostics returns a copy of an event's diagnostics in the contract's form.
func diagnostics(found []mapping.Diagnostic) []*transformerv1.Diagnostic {
	if len(found) == 0 {
		return nil
	}
	slab := make([]transformerv1.Diagnostic, len(found))
	list := make([]*transformerv1.Diagnostic, len(found))
	for i := range found {
		slab[i].Severity = transformerv1.Severity(found[i].Severity)
		slab[i].Code = strings.Clone(string(found[i].Code))
		slab[i].Path = clean(found[i].Path)
		slab[i].Message = clean(found[i].Message)
		list[i] = &slab[i]
	}
	return list
}
