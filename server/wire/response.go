package wire

import (
	"maps"
	"slices"

	spb "google.golang.org/genproto/googleapis/rpc/status"
	"google.golang.org/protobuf/encoding/protowire"
	"google.golang.org/protobuf/proto"

	transformerv1 "github.com/rudder-clevertap/rudder-clevertap/gen/transformer/v1"
	"github.com/rudder-clevertap/rudder-clevertap/mapping"
)

// Response is the answer to a Request: a TransformResponse, BatchTransformResponse or
// StreamTransformResponse, by its Kind. The codec writes it in wire form; Message makes the generated message
// of it, for callers inside the process. What a Response holds is used again after Release.
type Response struct {
	// Kind says which message it is.
	Kind Kind
	// Sequence is that of a StreamTransformResponse.
	Sequence uint64
	// Failure is why a StreamTransformResponse has neither uploads nor results.
	Failure *spb.Status
	// Envelope is what the uploads have in common, and Bodies are their bodies: typed ones, in the wire form
	// of a clevertap.v1.Payload, when Typed is set, and JSON otherwise.
	Envelope *Envelope
	// Bodies are described with Envelope.
	Bodies [][]byte
	// Typed is described with Envelope.
	Typed bool
	// Results say what became of each event. A TransformResponse is made of the first one.
	Results []Result
	// Recycle, unless nil, is what Release calls: it may fill the Response in again.
	Recycle func()
}

// Result is what became of one event: an EventResult. Its texts must be UTF-8.
type Result struct {
	// MessageID is the event's messageId, or nothing.
	MessageID []byte
	// Status is what became of it.
	Status transformerv1.Status
	// FilterReason is why it was filtered, if it was.
	FilterReason transformerv1.FilterReason
	// Records are the places of its records.
	Records []Place
	// Failure is why it failed; nil when it did not.
	Failure *spb.Status
	// Diagnostics are what was changed or left out.
	Diagnostics []mapping.Diagnostic
	// Lineage is what became of each value, if that was asked for.
	Lineage []mapping.Lineage
}

// Place is where a record is: which upload, and which of its records, both from 0.
type Place struct{ Upload, Record uint32 }

// Release gives the Response back to whoever made it, with all its memory.
func (r *Response) Release() {
	if r.Recycle != nil {
		r.Recycle()
	}
}

// Envelope is what all uploads to a destination have in common: method, endpoint and headers.
type Envelope struct {
	endpoint string
	headers  map[string]string
	packed   []byte
}

// method is the HTTP method of each upload.
const method = "POST"

// NewEnvelope returns the envelope of uploads to an endpoint. Nobody may change the headers afterwards.
func NewEnvelope(endpoint string, headers map[string]string) *Envelope {
	e := &Envelope{endpoint: endpoint, headers: headers}
	e.packed = appendString(e.packed, uploadMethod, method)
	e.packed = appendString(e.packed, uploadEndpoint, endpoint)
	for _, name := range slices.Sorted(maps.Keys(headers)) {
		var start int
		e.packed, start = open(e.packed, uploadHeaders)
		e.packed = appendString(e.packed, 1, name)
		e.packed = appendString(e.packed, 2, headers[name])
		e.packed = closeAt(e.packed, start)
	}
	return e
}

// The field numbers of the messages that answers have in them. A test compares them with the contract's.
const (
	uploadMethod, uploadEndpoint, uploadHeaders, uploadPayload, uploadPayloadJSON protowire.Number = 1, 2, 3, 4, 5

	resultIndex, resultMessageID, resultStatus, resultRecords, resultError protowire.Number = 1, 2, 3, 4, 5

	resultDiagnostics, resultFilterReason, resultLineage protowire.Number = 6, 7, 8

	placeUpload, placeRecord protowire.Number = 1, 2

	diagnosticSeverity, diagnosticCode, diagnosticPath, diagnosticMessage, diagnosticCleverTap, diagnosticAction protowire.Number = 1, 2, 3, 4, 5, 6

	lineageRecord, lineageTarget, lineageSource, lineageRule, lineageNote protowire.Number = 1, 2, 3, 4, 5
)

// answerFields are the field numbers of an answer; 0 where it has no such field.
type answerFields struct {
	sequence, status, uploads, results, failure, diagnostics, filterReason, lineage protowire.Number
}

// answerFieldsOf returns the field numbers of the answer to a kind of request.
func answerFieldsOf(kind Kind) answerFields {
	switch kind {
	case BatchTransform:
		return answerFields{uploads: 1, results: 2}
	case StreamTransform:
		return answerFields{sequence: 1, uploads: 2, results: 3, failure: 4}
	default:
		return answerFields{status: 1, uploads: 2, diagnostics: 3, filterReason: 4, lineage: 5}
	}
}

// size is how many bytes the answer takes in wire form at most, and not many more than it does.
func (r *Response) size() int {
	// What surrounds texts: tags, lengths, numbers.
	const answer, perUpload, perResult, perPlace, perDiagnostic, perLineage = 64, 32, 48, 16, 32, 40
	size := answer
	for _, body := range r.Bodies {
		size += perUpload + len(r.Envelope.packed) + len(body)
	}
	if r.Failure != nil {
		size += proto.Size(r.Failure)
	}
	for i := range r.Results {
		result := &r.Results[i]
		size += perResult + len(result.MessageID) + perPlace*len(result.Records)
		if result.Failure != nil {
			size += proto.Size(result.Failure)
		}
		for j := range result.Diagnostics {
			d := &result.Diagnostics[j]
			size += perDiagnostic + len(d.Code) + len(d.Path) + len(d.Message)
		}
		for j := range result.Lineage {
			e := &result.Lineage[j]
			size += perLineage + len(e.Target) + len(e.Source) + len(e.Rule) + len(e.Note)
		}
	}
	return size
}

// Exceeds reports whether the answer takes more bytes in wire form than a limit, and if so, how many.
func (r *Response) Exceeds(limit int) (size int, exceeds bool) {
	if r.size() <= limit {
		return 0, false
	}
	written, err := r.append(nil)
	return len(written), err == nil && len(written) > limit
}

// Refuse puts why it can't be sent in place of all that a StreamTransformResponse says.
func (r *Response) Refuse(why *spb.Status) { r.Failure, r.Bodies, r.Results = why, nil, nil }

// append appends the answer in wire form.
func (r *Response) append(b []byte) ([]byte, error) {
	f := answerFieldsOf(r.Kind)
	b = appendUint(b, f.sequence, r.Sequence)
	if r.Kind == Transform && len(r.Results) > 0 {
		b = appendUint(b, f.status, uint64(r.Results[0].Status))
	}
	for _, body := range r.Bodies {
		b = r.appendUpload(b, f.uploads, body)
	}
	if r.Kind == Transform {
		if len(r.Results) > 0 {
			b = appendDiagnostics(b, f.diagnostics, r.Results[0].Diagnostics)
			b = appendUint(b, f.filterReason, uint64(r.Results[0].FilterReason))
			b = appendLineage(b, f.lineage, r.Results[0].Lineage)
		}
		return b, nil
	}
	var err error
	for i := range r.Results {
		if b, err = appendResult(b, f.results, i, &r.Results[i]); err != nil {
			return b, err
		}
	}
	return appendStatus(b, f.failure, r.Failure)
}

// appendUpload appends one upload.
func (r *Response) appendUpload(b []byte, field protowire.Number, body []byte) []byte {
	kind := uploadPayloadJSON
	if r.Typed {
		kind = uploadPayload
	}
	b = protowire.AppendTag(b, field, protowire.BytesType)
	b = protowire.AppendVarint(
		b, uint64(len(r.Envelope.packed)+protowire.SizeTag(kind)+protowire.SizeBytes(len(body))),
	)
	b = append(b, r.Envelope.packed...)
	b = protowire.AppendTag(b, kind, protowire.BytesType)
	return protowire.AppendBytes(b, body)
}

// appendResult appends the result of the event with an index.
func appendResult(b []byte, field protowire.Number, index int, r *Result) ([]byte, error) {
	b, start := open(b, field)
	b = appendUint(b, resultIndex, uint64(index))
	if len(r.MessageID) > 0 {
		b = protowire.AppendTag(b, resultMessageID, protowire.BytesType)
		b = protowire.AppendBytes(b, r.MessageID)
	}
	b = appendUint(b, resultStatus, uint64(r.Status))
	for _, place := range r.Records {
		var inner int
		b, inner = open(b, resultRecords)
		b = appendUint(b, placeUpload, uint64(place.Upload))
		b = appendUint(b, placeRecord, uint64(place.Record))
		b = closeAt(b, inner)
	}
	b, err := appendStatus(b, resultError, r.Failure)
	if err != nil {
		return b, err
	}
	b = appendDiagnostics(b, resultDiagnostics, r.Diagnostics)
	b = appendUint(b, resultFilterReason, uint64(r.FilterReason))
	b = appendLineage(b, resultLineage, r.Lineage)
	return closeAt(b, start), nil
}

// appendDiagnostics appends diagnostics.
func appendDiagnostics(b []byte, field protowire.Number, list []mapping.Diagnostic) []byte {
	for i := range list {
		d := &list[i]
		var start int
		b, start = open(b, field)
		b = appendUint(b, diagnosticSeverity, uint64(d.Severity))
		b = appendString(b, diagnosticCode, string(d.Code))
		b = appendString(b, diagnosticPath, d.Path)
		b = appendString(b, diagnosticMessage, d.Message)
		b = appendUint(b, diagnosticCleverTap, uint64(d.CleverTapCode))
		b = appendUint(b, diagnosticAction, uint64(d.Action))
		b = closeAt(b, start)
	}
	return b
}

// appendLineage appends an explanation.
func appendLineage(b []byte, field protowire.Number, entries []mapping.Lineage) []byte {
	for i := range entries {
		e := &entries[i]
		var start int
		b, start = open(b, field)
		b = appendUint(b, lineageRecord, uint64(e.Record))
		b = appendString(b, lineageTarget, e.Target)
		b = appendString(b, lineageSource, e.Source)
		b = appendString(b, lineageRule, e.Rule)
		b = appendString(b, lineageNote, e.Note)
		b = closeAt(b, start)
	}
	return b
}

// appendStatus appends a status, unless there is none. Statuses are rare, and left to the standard codec.
func appendStatus(b []byte, field protowire.Number, s *spb.Status) ([]byte, error) {
	if s == nil {
		return b, nil
	}
	b, start := open(b, field)
	b, err := proto.MarshalOptions{}.MarshalAppend(b, s)
	return closeAt(b, start), err
}

// appendUint appends a number, unless it is 0.
func appendUint(b []byte, field protowire.Number, n uint64) []byte {
	if n == 0 {
		return b
	}
	return protowire.AppendVarint(protowire.AppendTag(b, field, protowire.VarintType), n)
}

// appendString appends a text, unless it is empty.
func appendString(b []byte, field protowire.Number, s string) []byte {
	if s == "" {
		return b
	}
	return protowire.AppendString(protowire.AppendTag(b, field, protowire.BytesType), s)
}

// open begins a message within a message: closeAt writes its length when all of it is there. Nearly all are
// short, so one byte is left for that.
func open(b []byte, field protowire.Number) (opened []byte, start int) {
	b = append(protowire.AppendTag(b, field, protowire.BytesType), 0)
	return b, len(b)
}

// closeAt ends the message that open began at start.
func closeAt(b []byte, start int) []byte {
	size := len(b) - start
	if size < 0x80 {
		b[start-1] = byte(size)
		return b
	}
	more := protowire.SizeVarint(uint64(size)) - 1
	b = slices.Grow(b, more)[:len(b)+more]
	copy(b[start+more:], b[start:len(b)-more])
	protowire.AppendVarint(b[:start-1], uint64(size))
	return b
}
