package engine

import (
	"slices"
	"sync"
	"unicode/utf8"

	transformerv1 "github.com/rudder-clevertap/rudder-clevertap/gen/transformer/v1"
	"github.com/rudder-clevertap/rudder-clevertap/internal/apierr"
	"github.com/rudder-clevertap/rudder-clevertap/mapping"
	"github.com/rudder-clevertap/rudder-clevertap/server/wire"
)

// Response is an answer in the making, with memory that is used again when the answer is sent. It shares none
// with the mapping.
type Response struct {
	wire.Response

	// Failed is why the first event that failed did; nil when none failed.
	Failed error
	packer mapping.Packer
	// Of all events: the places of their records, in the packer and in the answer, and after each event how
	// many there are; their messageIds; their diagnostics.
	places      []mapping.Place
	resolved    []wire.Place
	ends        []int
	ids         []byte
	diagnostics []mapping.Diagnostic
	// explained is how long the texts of their explanations are.
	explained int
}

// A response that took unusually much memory is not used again: one of more results than maxKeptResults,
// which is the default limit of a batch and some, of more diagnostics than maxKeptDiagnostics, or of
// messageIds of more than maxKeptIDs bytes.
const (
	maxKeptResults     = 4 << 10
	maxKeptDiagnostics = 16 << 10
	maxKeptIDs         = 1 << 20
)

// newResponse returns a response that goes to the pool when it is released.
func newResponse(pool *sync.Pool) *Response {
	r := &Response{}
	r.Recycle = func() {
		if cap(r.Results) <= maxKeptResults && cap(r.diagnostics) <= maxKeptDiagnostics &&
			cap(r.ids) <= maxKeptIDs {
			pool.Put(r)
		}
	}
	return r
}

// recordsPerInput is how many bytes the records of a batch take, per hundred bytes of its events: what the
// context of an event takes is left out.
const recordsPerInput = 75

// begin empties the response for the answer to a batch.
func (r *Response) begin(b *Batch) {
	clear(r.Results) // so that nothing of the last answer is kept alive
	clear(r.diagnostics)
	r.Response = wire.Response{
		Envelope: b.To.Envelope, Typed: b.typed(), Bodies: r.Bodies[:0], Recycle: r.Recycle,
		Results: slices.Grow(r.Results[:0], b.size()),
	}
	r.Failed, r.places, r.ends, r.ids, r.diagnostics = nil, r.places[:0], r.ends[:0], r.ids[:0], r.diagnostics[:0]
	r.explained = 0
	r.packer.Reset(b.To.Destination)
	r.packer.Reserve(b.bytes() * recordsPerInput / 100)
}

// pack packs the records of one event: all, or none and why not.
func (r *Response) pack(records []mapping.Record, typed bool) error {
	if !typed {
		r.places = r.packer.AddJSON(records, r.places)
		return nil
	}
	places, err := r.packer.AddWire(records, r.places)
	if err != nil {
		return apierr.Mapping(err)
	}
	r.places = places
	return nil
}

// add adds an event's result.
func (r *Response) add(from *mapping.Result, failed error) {
	to := wire.Result{MessageID: r.keepID(from.MessageID), Diagnostics: r.keepDiagnostics(from.Diagnostics)}
	switch {
	case failed != nil:
		if r.Failed == nil {
			r.Failed = failed
		}
		to.Status = transformerv1.Status_STATUS_FAILED
		to.Failure = apierr.Status(failed)
	case from.Status == mapping.Filtered:
		to.FilterReason = transformerv1.FilterReason(from.FilterReason)
		to.Status, to.Lineage = transformerv1.Status_STATUS_FILTERED, cleanLineage(from.Lineage)
	default:
		to.Status, to.Lineage = transformerv1.Status_STATUS_TRANSFORMED, cleanLineage(from.Lineage)
	}
	for i := range to.Lineage {
		e := &to.Lineage[i]
		r.explained += len(e.Target) + len(e.Source) + len(e.Rule) + len(e.Note)
	}
	r.Results = append(r.Results, to)
	r.ends = append(r.ends, len(r.places))
}

// keepID returns a copy of a messageId. What was kept before stays where it is when the room for it grows.
func (r *Response) keepID(id []byte) []byte {
	if len(id) == 0 {
		return nil
	}
	start := len(r.ids)
	if utf8.Valid(id) {
		r.ids = append(r.ids, id...)
	} else {
		r.ids = append(r.ids, apierr.Clean(string(id))...)
	}
	return r.ids[start:len(r.ids):len(r.ids)]
}

// keepDiagnostics returns a copy of an event's diagnostics.
func (r *Response) keepDiagnostics(found []mapping.Diagnostic) []mapping.Diagnostic {
	if len(found) == 0 {
		return nil
	}
	start := len(r.diagnostics)
	for _, d := range found {
		d.Path, d.Message = apierr.Clean(d.Path), apierr.Clean(d.Message)
		r.diagnostics = append(r.diagnostics, d)
	}
	return r.diagnostics[start:len(r.diagnostics):len(r.diagnostics)]
}

// cleanLineage makes the texts of an explanation UTF-8, in their place: an explanation is nobody else's.
func cleanLineage(entries []mapping.Lineage) []mapping.Lineage {
	for i := range entries {
		e := &entries[i]
		e.Target, e.Source, e.Note = apierr.Clean(e.Target), apierr.Clean(e.Source), apierr.Clean(e.Note)
	}
	return entries
}

// finish adds the uploads, and says in the results where their records are, now that all are packed.
func (r *Response) finish(b *Batch) {
	if b.typed() {
		r.Bodies = r.packer.Wire(r.Bodies)
	} else {
		r.Bodies = r.packer.JSON(r.Bodies)
	}
	r.resolved = slices.Grow(r.resolved[:0], len(r.places))
	for _, place := range r.places {
		upload, record := r.packer.Resolve(place)
		r.resolved = append(r.resolved, wire.Place{Upload: uint32(upload), Record: uint32(record)})
	}
	start := 0
	for i, end := range r.ends {
		r.Results[i].Records = r.resolved[start:end:end]
		start = end
	}
}
