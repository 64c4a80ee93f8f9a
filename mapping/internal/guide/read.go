package guide

import (
	"fmt"

	"github.com/rudder-clevertap/rudder-clevertap/mapping/document"
	"github.com/rudder-clevertap/rudder-clevertap/mapping/internal/rules"
)

// How GUIDE reads an event: keys are literal, a value is present when it is neither absent nor null nor "",
// and a value of the wrong JSON type is an error that names it.

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
func wrongType(field string, v document.Value, wanted string) *rules.Error {
	return &rules.Error{
		Reason: rules.InvalidFieldType, Field: field, Kind: v.Kind(),
		Message: fmt.Sprintf("%s must be %s, not %s", field, wanted, v.Kind()),
	}
}

// object reads an object under a key; absent and null are an absent value. The prefix is the path of in.
func object(in document.Value, prefix, key string) (document.Value, *rules.Error) {
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

// container reads `traits` or `context.traits`.
func (r run) container(name string) (document.Value, *rules.Error) {
	if name == rootTraits {
		return object(r.Event, "", name)
	}
	context, err := object(r.Event, "", "context")
	if err != nil {
		return document.Value{}, err
	}
	return object(context, contextPath, "traits")
}

// contextPath leads to what is in an event's context.
const contextPath = "context."

// textOf reads a text under a key; one that is not present is nothing.
func textOf(in document.Value, prefix, key string) ([]byte, *rules.Error) {
	v := in.Get(key)
	if !present(v) {
		return nil, nil
	}
	if v.Kind() != document.String {
		return nil, wrongType(prefix+key, v, "a string")
	}
	return v.Bytes(), nil
}

// prepare makes sure that an event is an object.
func (r run) prepare() *rules.Error {
	if kind := r.Event.Kind(); kind != document.Object {
		return &rules.Error{
			Reason: rules.InvalidFieldType, Kind: kind, Message: "an event must be an object, not " + kind.String(),
		}
	}
	return nil
}

// callType reads an event's type; letter case does not count.
func (r run) callType() (string, *rules.Error) {
	v := r.Event.Get("type")
	if !present(v) {
		return "", &rules.Error{
			Reason: rules.MissingMessageType, Field: "type", Kind: v.Kind(),
			Message: "the event has no type: give identify, track, page, screen or alias",
		}
	}
	if v.Kind() != document.String {
		return "", wrongType("type", v, "a string")
	}
	if name, ok := r.callNamed(v.Bytes()); ok {
		return name, nil
	}
	return "", &rules.Error{
		Reason: rules.UnsupportedMessageType, Field: "type", Kind: v.Kind(),
		Message: "CleverTap has no counterpart for type " + rules.Quote(v.Bytes()) +
			": send identify, track, page, screen or alias",
	}
}

// callNamed finds the call type that text spells in any letter case of ASCII.
func (r run) callNamed(text []byte) (string, bool) {
	for name := range r.Rules.Calls {
		if rules.EqualFold(text, name) {
			return name, true
		}
	}
	return "", false
}
