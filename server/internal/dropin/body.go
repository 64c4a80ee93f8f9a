package dropin

import (
	"bytes"
	"fmt"

	"github.com/rudder-clevertap/rudder-clevertap/mapping/document"
	"github.com/rudder-clevertap/rudder-clevertap/mapping/javascript"
)

// forbiddenKey is the key that rudder-transformer's parser refuses wherever it is.
const forbiddenKey = "__proto__"

// maxMarked is up to how many events of a body are marked when it is read. The events of a longer one are
// found again when their turn comes, so that no memory but the body's own grows with them.
const maxMarked = 4096

// maxEvents is how many events a body may have, and maxIndexed how many destinations or connections by id: far
// more than rudder-server sends, and not so many that a body of empty ones takes memory out of proportion.
const (
	maxEvents  = 500_000
	maxIndexed = 100_000
)

// requestBody is a request's body, cut into its parts, each the text of a value or nothing.
type requestBody struct {
	// array tells that the body is the array of events itself.
	array bool
	// input are the events; destType, destinations and connections are the other members of a body that is an
	// object.
	input, destType, destinations, connections []byte
	// count is how many events there are.
	count int
	// marks say where their parts are, in text, unless there are too many.
	marks []eventMark
	text  []byte
	// inputAt is where the array of events begins in text.
	inputAt int
	// last is the destination that was marked last, an object. Most events of a body have the same, and so
	// its text need not be looked at again.
	last []byte
}

// eventMark says where an event of a body and its parts are.
type eventMark struct{ raw, message, metadata, destination span }

// span is a part of a text, nothing when it ends at 0.
type span struct{ at, end uint32 }

// of returns the part of a text.
func (p span) of(text []byte) []byte {
	if p.end == 0 {
		return nil
	}
	return text[p.at:p.end:p.end]
}

// readBody cuts a body into its parts. All of it is checked, so that nothing is answered to half a body: JSON
// as a JavaScript parser takes it, with duplicate keys, a byte order mark and bytes that are not UTF-8. No
// body at all is an empty object; one of blanks alone is not JSON. Marks is memory to use.
func readBody(text []byte, marks []eventMark) (*requestBody, *refusal) {
	text = javascript.ToValidUTF8(bytes.TrimPrefix(text, []byte("\ufeff")))
	body := &requestBody{text: text, marks: marks[:0]}
	if len(text) == 0 {
		return body, nil
	}
	s := document.Scanner{Text: text, RefuseKey: forbiddenKey}
	switch s.Peek() {
	case '[':
		body.array = true
		body.input = body.readArray(&s)
	case '{':
		s.Object(func(key []byte, _ int) bool { return body.member(&s, key) })
	default:
		return nil, refuseBody("invalid JSON, only supports object and array")
	}
	if s.Problem == "" {
		s.End()
	}
	if s.Refused {
		return nil, refuseBody("Object contains forbidden prototype property")
	}
	if err := s.Err(); err != nil {
		return nil, refuseBody(err.Error())
	}
	if body.count > maxEvents {
		return nil, refuseCount(body.count, "events", maxEvents)
	}
	return body, nil
}

// refuseCount refuses a body for how many of something it has.
func refuseCount(count int, of string, limit int) *refusal {
	return &refusal{
		statusTooLarge, "Payload Too Large",
		fmt.Sprintf("the body has %d %s: send at most %d at once", count, of, limit),
	}
}

// member takes one member of an object in; of several with one key the last counts.
func (b *requestBody) member(s *document.Scanner, key []byte) bool {
	var part *[]byte
	switch {
	case document.QuotedIs(key, "input"):
		part, b.count, b.marks = &b.input, 0, b.marks[:0]
		if s.Peek() == '[' {
			b.input = b.readArray(s)
			return s.Problem == ""
		}
	case document.QuotedIs(key, "destType"):
		part = &b.destType
	case document.QuotedIs(key, "destinations"):
		part = &b.destinations
	case document.QuotedIs(key, "connections"):
		part = &b.connections
	default:
		return s.Value()
	}
	value, ok := s.Part()
	*part = value
	return ok
}

// readArray steps over the array of events, counts and marks them.
func (b *requestBody) readArray(s *document.Scanner) []byte {
	b.inputAt = s.At
	s.Array(func() bool {
		mark, ok := b.mark(s)
		if b.count++; b.count <= maxMarked {
			b.marks = append(b.marks, mark)
		}
		return ok
	})
	return s.Text[b.inputAt:s.At:s.At]
}

// mark steps over an event and says where it and its parts are. Of several members with one key the last
// counts.
func (b *requestBody) mark(s *document.Scanner) (mark eventMark, ok bool) {
	mark.raw.at = uint32(s.At)
	if s.Peek() != '{' {
		ok = s.Value()
		mark.raw.end = uint32(s.At)
		return mark, ok
	}
	ok = s.Object(func(key []byte, _ int) bool {
		switch {
		case document.QuotedIs(key, "message"):
			return markPart(s, &mark.message)
		case document.QuotedIs(key, "metadata"):
			return markPart(s, &mark.metadata)
		case document.QuotedIs(key, "destination"):
			return b.markDestination(s, &mark.destination)
		default:
			return s.Value()
		}
	})
	mark.raw.end = uint32(s.At)
	return mark, ok
}

// markPart steps over a value and says where it is.
func markPart(s *document.Scanner, part *span) bool {
	s.Peek()
	part.at = uint32(s.At)
	ok := s.Value()
	part.end = uint32(s.At)
	return ok
}

// markDestination steps over a destination and says where it is.
func (b *requestBody) markDestination(s *document.Scanner, part *span) bool {
	if s.Peek() == '{' && b.last != nil && bytes.HasPrefix(s.Text[s.At:], b.last) {
		*part = span{uint32(s.At), uint32(s.At + len(b.last))}
		s.At += len(b.last)
		return true
	}
	ok := markPart(s, part)
	if text := part.of(s.Text); ok && text[0] == '{' {
		b.last = text
	}
	return ok
}

// each visits the events until visit returns false.
func (b *requestBody) each(visit func(event eventMark) bool) {
	if b.count <= len(b.marks) {
		for _, mark := range b.marks {
			if !visit(mark) {
				return
			}
		}
		return
	}
	s := document.Scanner{Text: b.text, At: b.inputAt}
	s.Array(func() bool {
		mark, _ := b.mark(&s)
		return visit(mark)
	})
}

// parts visits the members of an object, keys with their quotes, or nothing if the text is not an object. The
// text is well-formed.
func parts(object []byte, visit func(key, value []byte)) {
	s := document.Scanner{Text: object}
	if s.Peek() != '{' {
		return
	}
	s.Object(func(key []byte, _ int) bool {
		value, ok := s.Part()
		visit(key, value)
		return ok
	})
}
