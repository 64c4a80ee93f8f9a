package gateway

import (
	"bytes"
	"fmt"
	"math"
	"strconv"
	"strings"
	"unicode/utf8"

	transformerv1 "github.com/rudder-clevertap/rudder-clevertap/gen/transformer/v1"
	"github.com/rudder-clevertap/rudder-clevertap/mapping/document"
)

// The keys of request bodies.
const (
	keyEvent         = "event"
	keyEvents        = "events"
	keyDestination   = "destination"
	keyDestinationID = "destinationId"
	keyMinSeverity   = "minSeverity"
)

// envelope is a request body, cut into its parts. Each part is the text of a value, nil when the body has none or null. The
// parts share the body's memory.
type envelope struct {
	event, events, destination, destinationID, minSeverity []byte
	// batch holds the text of each of the events, up to maxBatch unless that is 0; count counts all.
	batch           [][]byte
	maxBatch, count int
}

// part returns the place for a key's value, nil when there is no such key.
func (e *envelope) part(key string) *[]byte {
	switch key {
	case keyEvent:
		return &e.event
	case keyEvents:
		return &e.events
	case keyDestination:
		return &e.destination
	case keyDestinationID:
		return &e.destinationID
	case keyMinSeverity:
		return &e.minSeverity
	default:
		return nil
	}
}

// envelopeReader reads an envelope. A body that is not JSON is refused as such; only if it is JSON does what else is wrong
// with it count.
type envelopeReader struct {
	document.Scanner

	into *envelope
	// keys are the keys that the body may have.
	keys []string
	// seen has a bit for each of them, set when it has come.
	seen uint
	// refusal is the first thing wrong with a body that is JSON.
	refusal error
}

// read cuts a body that may have the given keys. The error is a *document.SyntaxError or a *problem.
func (e *envelope) read(body []byte, keys ...string) error {
	r := envelopeReader{Scanner: document.Scanner{Text: body}, into: e, keys: keys}
	switch first := r.Peek(); {
	case bytes.HasPrefix(body, []byte("\ufeff")):
		r.Fail("a byte order mark: leave it out")
	case first == 0 && r.At == len(body):
		r.Fail("the body is empty where a JSON object is expected")
	case first == '{':
		r.Object(r.member)
	case r.Value():
		r.refuse(wrongKind("the body", "a JSON object", document.KindAt(body)))
	}
	if e.count > len(e.batch) {
		r.refuse(e.tooMany())
	}
	if r.Problem == "" {
		r.End()
	}
	if err := r.Err(); err != nil {
		return err
	}
	return r.refusal
}

// tooMany refuses a body for the number of its events, as the server does.
func (e *envelope) tooMany() *problem {
	return &problem{
		reason:  transformerv1.ErrorReason_ERROR_REASON_BATCH_TOO_LARGE,
		field:   keyEvents,
		message: fmt.Sprintf("the batch has %d events: send at most %d at once", e.count, e.maxBatch),
		limit:   int64(e.maxBatch),
		actual:  int64(e.count),
	}
}

// refuse notes what is wrong with a body that is JSON.
func (r *envelopeReader) refuse(p *problem) {
	if r.refusal == nil {
		r.refusal = p
	}
}

// member takes one member of the body in.
func (r *envelopeReader) member(quoted []byte, at int) bool {
	key := document.Unquote(quoted)
	part := r.place(key, at)
	kind := document.KindAt(r.Text[r.At:])
	r.Peek()
	start := r.At
	if key == keyEvents && part != nil && kind == document.Array {
		if !r.Array(r.element) {
			return false
		}
	} else if !r.Value() {
		return false
	}
	if part == nil {
		return true
	}
	if key == keyEvents && kind != document.Array && kind != document.Null {
		r.refuse(wrongKind(keyEvents, "an array of events", kind))
	}
	if kind != document.Null {
		*part = r.Text[start:r.At:r.At]
	}
	return true
}

// element takes one of the events in.
func (r *envelopeReader) element() bool {
	text, ok := r.Part()
	// A list of millions of empty events takes far more memory than the body.
	if r.into.count++; r.into.maxBatch == 0 || r.into.count <= r.into.maxBatch {
		r.into.batch = append(r.into.batch, text)
	}
	return ok
}

// place returns where a key's value goes, or nil after noting why it goes nowhere.
func (r *envelopeReader) place(key string, at int) *[]byte {
	for i, known := range r.keys {
		if key != known {
			continue
		}
		if r.seen&(1<<i) != 0 {
			line, column := document.Locate(r.Text, at)
			r.refuse(&problem{
				reason:  transformerv1.ErrorReason_ERROR_REASON_INVALID_JSON,
				field:   key,
				message: fmt.Sprintf("the key %q comes twice: again at line %d, column %d", key, line, column),
				line:    line,
				column:  column,
			})
			return nil
		}
		r.seen |= 1 << i
		return r.into.part(key)
	}
	name := shorten(key)
	r.refuse(&problem{
		reason:  transformerv1.ErrorReason_ERROR_REASON_INVALID_REQUEST,
		field:   name,
		message: fmt.Sprintf("unknown key %q: the body may have %s", name, strings.Join(r.keys, ", ")),
	})
	return nil
}

// target returns the destination's settings or its name: one of the two, else a *problem.
func (e *envelope) target() (settings []byte, id string, err error) {
	switch {
	case e.destination == nil && e.destinationID == nil:
		return nil, "", &problem{
			reason:  transformerv1.ErrorReason_ERROR_REASON_INVALID_REQUEST,
			field:   keyDestination,
			message: "destination is missing: give the destination's settings, or the name of a registered one as destinationId",
		}
	case e.destination != nil && e.destinationID != nil:
		return nil, "", &problem{
			reason:  transformerv1.ErrorReason_ERROR_REASON_INVALID_REQUEST,
			field:   keyDestinationID,
			message: "give destination or destinationId, not both",
		}
	case e.destination != nil:
		return e.destination, "", nil
	case document.KindAt(e.destinationID) != document.String:
		return nil, "", wrongKind(keyDestinationID, "a string", document.KindAt(e.destinationID))
	case !utf8.Valid(e.destinationID):
		return nil, "", &problem{
			reason:  transformerv1.ErrorReason_ERROR_REASON_INVALID_JSON,
			field:   keyDestinationID,
			message: "destinationId is not UTF-8",
		}
	default:
		return nil, document.Unquote(e.destinationID), nil
	}
}

// severity returns the least severity wanted, given by name or number as protojson takes it.
func (e *envelope) severity() (transformerv1.Severity, error) {
	switch kind := document.KindAt(e.minSeverity); kind {
	case document.Invalid:
		return transformerv1.Severity_SEVERITY_UNSPECIFIED, nil
	case document.String:
		name := document.Unquote(e.minSeverity)
		if number, ok := transformerv1.Severity_value[name]; ok {
			return transformerv1.Severity(number), nil
		}
		return 0, unknownSeverity(strconv.Quote(shorten(name)))
	case document.Number:
		number, err := strconv.ParseFloat(string(e.minSeverity), 64)
		if err != nil || number != math.Trunc(number) || math.Abs(number) > math.MaxInt32 {
			return 0, unknownSeverity(shorten(string(e.minSeverity)))
		}
		return transformerv1.Severity(number), nil
	default:
		return 0, wrongKind(keyMinSeverity, "a string", kind)
	}
}

func unknownSeverity(given string) *problem {
	return &problem{
		reason:  transformerv1.ErrorReason_ERROR_REASON_INVALID_REQUEST,
		field:   keyMinSeverity,
		message: "minSeverity " + given + " is unknown: use SEVERITY_INFO, SEVERITY_WARNING or SEVERITY_ERROR",
	}
}

// wrongKind refuses a value for its kind. what is its key, or a phrase for the body itself.
func wrongKind(what, want string, got document.Kind) *problem {
	field := what
	if strings.Contains(what, " ") {
		field = ""
	}
	return &problem{
		reason:  transformerv1.ErrorReason_ERROR_REASON_INVALID_FIELD_TYPE,
		field:   field,
		kind:    got,
		message: what + " must be " + want + ", but is " + got.String(),
	}
}

// shorten cuts text from a request that goes into a message, so that an answer never grows with what was sent.
func shorten(text string) string {
	const most = 64
	if len(text) <= most {
		return text
	}
	return strings.ToValidUTF8(text[:most], "") + "…"
}
