package mapping

import (
	"fmt"

	"github.com/rudder-clevertap/rudder-clevertap/mapping/document"
)

// How GUIDE reads an event: keys are literal, a value is present when it is neither absent nor null nor "", and a value of
// the wrong JSON type is an error that names it.

// present reports whether a value is neither absent nor null nor the empty string.
func present(v document.Value) bool {
	switch v.Kind() {
	case document.Invalid, document.Null:
		return false
	case document.String:
		return len(v.Bytes()) > 0
	default:
		return true
	}
}

// wrongType is the error of a value of the wrong JSON type.
func wrongType(field string, v document.Value, wanted string) *Error {
	return &Error{
		Reason: InvalidFieldType, Field: field, Kind: v.Kind(),
		Message: fmt.Sprintf("%s must be %s, not %s", field, wanted, v.Kind()),
	}
}

// object reads an object under a key; absent and null are an absent value. The prefix is the path of in.
func object(in document.Value, prefix, key string) (document.Value, *Error) {
	v := in.Get(key)
	switch v.Kind() {
	case document.Object:
		return v, nil
	case document.Invalid, document.Null:
		return document.Value{}, nil
	default:
		return document.Value{}, wrongType(prefix+key, v, "an object")
	}
}

// container reads `traits`, `context.traits` or the event itself.
func (m *Mapper) container(name string) (document.Value, *Error) {
	switch name {
	case "":
		return m.event, nil
	case "context.traits":
		context, err := object(m.event, "", "context")
		if err != nil {
			return document.Value{}, err
		}
		return object(context, contextPath, "traits")
	default:
		return object(m.event, "", name)
	}
}

// contextPath leads to what is in an event's context.
const contextPath = "context."

// textOf reads a text under a key; one that is not present is nothing.
func textOf(in document.Value, prefix, key string) ([]byte, *Error) {
	v := in.Get(key)
	if !present(v) {
		return nil, nil
	}
	if v.Kind() != document.String {
		return nil, wrongType(prefix+key, v, "a string")
	}
	return v.Bytes(), nil
}

// guidePrepare makes sure that an event is an object.
func guidePrepare(m *Mapper) *Error {
	if kind := m.event.Kind(); kind != document.Object {
		return &Error{Reason: InvalidFieldType, Kind: kind, Message: "an event must be an object, not " + kind.String()}
	}
	return nil
}

// guideCallType reads an event's type; letter case does not count.
func guideCallType(m *Mapper) (string, *Error) {
	v := m.event.Get("type")
	if !present(v) {
		return "", &Error{
			Reason: MissingMessageType, Field: "type", Kind: v.Kind(),
			Message: "the event has no type: give identify, track, page, screen or alias",
		}
	}
	if v.Kind() != document.String {
		return "", wrongType("type", v, "a string")
	}
	if name, ok := m.to.rules.callNamed(v.Bytes()); ok {
		return name, nil
	}
	return "", &Error{
		Reason: UnsupportedMessageType, Field: "type", Kind: v.Kind(),
		Message: fmt.Sprintf("CleverTap has no counterpart for type %s: send identify, track, page, screen or alias", quote(v.Bytes())),
	}
}

// callNamed finds the call type that text spells in any letter case of ASCII.
func (r *ruleset) callNamed(text []byte) (string, bool) {
	for name := range r.calls {
		if equalFold(text, name) {
			return name, true
		}
	}
	return "", false
}

// equalFold compares with letters of ASCII in any case; lower is in lower case.
func equalFold(text []byte, lower string) bool {
	if len(text) != len(lower) {
		return false
	}
	for i, c := range text {
		if c >= 'A' && c <= 'Z' {
			c |= 0x20
		}
		if c != lower[i] {
			return false
		}
	}
	return true
}

// quote shows a text in a message, cut when it is long.
func quote(text []byte) string {
	const most = 64
	if len(text) > most {
		return fmt.Sprintf("%q…", text[:most])
	}
	return fmt.Sprintf("%q", text)
}
