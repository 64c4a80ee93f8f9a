package server

import (
	"bytes"

	"github.com/rudder-clevertap/rudder-clevertap/mapping/document"
	"github.com/rudder-clevertap/rudder-clevertap/mapping/javascript"
)

// forbiddenKey is the key that rudder-transformer's parser refuses wherever it is.
const forbiddenKey = "__proto__"

// rudderBody is a request's body, cut into its parts, each the text of a value or nothing.
type rudderBody struct {
	// array tells that the body is the array of events itself.
	array bool
	// input are the events; destType, destinations and connections are the other members of a body that is an object.
	input, destType, destinations, connections []byte
	// count is how many events there are.
	count int
}

// readBody cuts a body into its parts. All of it is checked, so that nothing is answered to half a body: JSON as a JavaScript
// parser takes it, with duplicate keys, a byte order mark and bytes that are not UTF-8. No body at all is an empty object.
func readBody(text []byte) (*rudderBody, *refusal) {
	text = javascript.ToValidUTF8(bytes.TrimPrefix(text, []byte("\ufeff")))
	body := &rudderBody{}
	s := document.Scanner{Text: text, RefuseKey: forbiddenKey}
	switch first := s.Peek(); {
	case first == '[':
		body.array = true
		body.input = body.readArray(&s)
	case first == '{':
		s.Object(func(key []byte, _ int) bool { return body.member(&s, key) })
	case first == 0 && s.At == len(text):
		return body, nil
	case s.Value():
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
	return body, nil
}

// member takes one member of an object in; of several with one key the last counts.
func (b *rudderBody) member(s *document.Scanner, key []byte) bool {
	var part *[]byte
	switch {
	case document.QuotedIs(key, "input"):
		part, b.count = &b.input, 0
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

// readArray steps over the array of events and counts them.
func (b *rudderBody) readArray(s *document.Scanner) []byte {
	start := s.At
	s.Array(func([]byte) bool {
		b.count++
		return true
	})
	return s.Text[start:s.At:s.At]
}

// each visits the texts of the events, with the places where they begin in the input, until visit returns false.
func (b *rudderBody) each(visit func(event []byte, at int) bool) {
	s := document.Scanner{Text: b.input}
	s.Array(func(event []byte) bool { return visit(event, s.At-len(event)) })
}

// parts visits the members of an object, keys with their quotes, or of nothing if the text is none. The text is well-formed.
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

// member returns a member of an object, or nothing. Of several the last counts.
func member(object []byte, name string) (found []byte) {
	parts(object, func(key, value []byte) {
		if document.QuotedIs(key, name) {
			found = value
		}
	})
	return found
}
