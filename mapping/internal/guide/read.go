package guide

import (
	"bytes"
	"fmt"

	"github.com/rudder-clevertap/rudder-clevertap/mapping/document"
	"github.com/rudder-clevertap/rudder-clevertap/mapping/internal/rules"
)

// How GUIDE reads an event: keys are literal, and a value is present when it is neither absent nor null nor "".
// What the call is about must have the right JSON type; else it is an error that names it. What is beside that
// is ignored when its type is wrong, and a diagnostic says so.

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

// blank reports whether a text holds nothing but blanks.
func blank(text []byte) bool { return len(bytes.TrimSpace(text)) == 0 }

// same reports whether two values say the same in the same way.
func same(a, b document.Value) bool {
	if a.Kind() != b.Kind() || a.True() != b.True() || !bytes.Equal(a.Bytes(), b.Bytes()) {
		return false
	}
	a, b = a.First(), b.First()
	for a.Exists() && b.Exists() {
		if !bytes.Equal(a.KeyBytes(), b.KeyBytes()) || !same(a, b) {
			return false
		}
		a, b = a.Next(), b.Next()
	}
	return a.Exists() == b.Exists()
}

// wrongType is the error of a value of the wrong JSON type.
func wrongType(field string, v document.Value, wanted string) *rules.Error {
	return &rules.Error{
		Reason: rules.InvalidFieldType, Field: field, Kind: v.Kind(),
		Message: fmt.Sprintf("%s must be %s, not %s", field, wanted, v.Kind()),
	}
}

// ignore says, once, that a value was ignored for its type.
func (r run) ignore(container, key string, v document.Value, wanted string) {
	path := rules.Path(container, key)
	for i := range r.Diagnostics {
		if d := &r.Diagnostics[i]; d.Code == rules.FieldIgnored && d.Path == path {
			return
		}
	}
	r.Diagnose(rules.SeverityWarning, rules.FieldIgnored, "", path,
		"it was ignored: it must be "+wanted+", not "+v.Kind().String())
}

// asObject returns an object. Absent, null and an empty array are an absent value: PHP writes empty maps as
// arrays. False for all else.
func asObject(v document.Value) (document.Value, bool) {
	switch v.Kind() {
	case document.Object:
		return v, true
	case document.Invalid, document.Null:
		return document.Value{}, true
	case document.Array:
		return document.Value{}, v.Empty()
	default:
		return document.Value{}, false
	}
}

// needed reads an object of the event that the call is about.
func (r run) needed(key string) (document.Value, *rules.Error) {
	v := r.Event.Get(key)
	object, ok := asObject(v)
	if !ok {
		return object, wrongType(key, v, "an object")
	}
	return object, nil
}

// optional returns an object that is under a key of a container, beside what the call is about.
func (r run) optional(v document.Value, container, key string) document.Value {
	object, ok := asObject(v)
	if !ok {
		r.ignore(container, key, v, "an object")
	}
	return object
}

// optionalText reads a text beside what the call is about; one that is not present is nothing.
func (r run) optionalText(in document.Value, container, key string) []byte {
	v := in.Get(key)
	if !present(v) {
		return nil
	}
	if v.Kind() != document.String {
		r.ignore(container, key, v, "a string")
		return nil
	}
	return v.Bytes()
}

// numberAsText makes a text of a number.
func (r run) numberAsText(v document.Value, container, key string) document.Value {
	text, ok := decimal(v.Text())
	if !ok {
		text = v.Text()
	}
	r.Diagnose(rules.SeverityInfo, rules.NumberAsText, container, key, "the number was sent as its decimal text")
	made := r.Doc.NewString(text)
	r.Derive(made, v)
	return made
}

// prepare makes sure that an event is an object, and reads what is beside it.
func (r run) prepare() *rules.Error {
	if kind := r.Event.Kind(); kind != document.Object {
		return &rules.Error{
			Reason: rules.InvalidFieldType, Kind: kind, Message: "an event must be an object, not " + kind.String(),
		}
	}
	r.diagnoseMends(&r.Doc, "")
	p := &r.Parts
	p.Integrations = r.optional(r.Event.Get("integrations"), "", "integrations")
	p.Context = r.optional(r.Event.Get("context"), "", "context")
	for m := p.Context.First(); m.Exists(); m = m.Next() {
		switch string(m.KeyBytes()) {
		case "traits":
			p.Traits = r.optional(m, "context", "traits")
		case "device":
			p.Device = r.optional(m, "context", "device")
		case "os":
			p.OS = r.optional(m, "context", "os")
		case "library":
			p.Library = r.optional(m, "context", "library")
		}
	}
	return nil
}

// What is said about texts and keys that were mended is bounded, since a broken encoding breaks them all: how many
// are named, and how many bytes of a path are looked at.
const (
	maxMends    = 64
	maxMendPath = 1 << 10
)

// diagnoseMends says what was mended in a text while it was parsed. The container is what the text is.
func (r run) diagnoseMends(doc *document.Document, container string) {
	count := 0
	doc.Mended(func(path []byte, repeated bool) bool {
		code, message := rules.TextRepaired, "what is not UTF-8, or half a character, was sent as U+FFFD"
		if repeated {
			code, message = rules.DuplicateKey, "the key is there more than once; the last value was sent"
		}
		at := rules.Cut(string(path[:min(len(path), maxMendPath)]))
		if container != "" {
			at = document.Join(container, at)
		}
		r.Diagnose(rules.SeverityWarning, code, "", at, message)
		count++
		return count < maxMends
	})
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
