package transformer

import (
	"bytes"

	"github.com/rudder-clevertap/rudder-clevertap/mapping/document"
	"github.com/rudder-clevertap/rudder-clevertap/mapping/internal/rules"
	"github.com/rudder-clevertap/rudder-clevertap/mapping/javascript"
)

// decode reads text as a request body is read: bytes that are not UTF-8 become U+FFFD, and a byte-order mark
// goes.
func decode(text []byte) []byte {
	return javascript.ToValidUTF8(bytes.TrimPrefix(text, []byte("\xef\xbb\xbf")))
}

// prepare makes numbers and key order those of JavaScript.
func (r run) prepare() *rules.Error {
	r.Infinite = javascript.Normalize(&r.Doc)
	return nil
}

// callType reads an event's type.
func (r run) callType() (string, *rules.Error) {
	v := r.Event.Get("type")
	if !javascript.Truthy(v) {
		return "", &rules.Error{
			Reason: rules.MissingMessageType, Field: "type", Kind: v.Kind(),
			Message: "Message Type is not present. Aborting message.",
		}
	}
	if v.Kind() != document.String {
		return "", throws("type", v, "type must be a string, not "+v.Kind().String())
	}
	name := javascript.ToLower(v.Text())
	if _, ok := r.Rules.Calls[name]; !ok {
		return "", &rules.Error{
			Reason: rules.UnsupportedMessageType, Field: "type", Kind: v.Kind(), Message: "Message type not supported",
		}
	}
	if r.To.NoConfig {
		return "", &rules.Error{
			Reason: rules.InvalidDestination, Field: "destination.Config", Message: "the destination has no Config",
		}
	}
	return name, nil
}

// firstTrait returns the first value that counts of some traits, and its path.
func (r run) firstTrait(keys []string) (document.Value, string) {
	for _, in := range []string{"traits.", "context.traits."} {
		for _, key := range keys {
			if v := javascript.Get(r.Event, in+key); javascript.Truthy(v) || javascript.Zero(v) {
				return v, in + key
			}
		}
	}
	return document.Value{}, ""
}

// throws is the error for what throws an exception in rudder-transformer.
func throws(field string, v document.Value, message string) *rules.Error {
	return &rules.Error{Reason: rules.InvalidFieldType, Field: field, Kind: v.Kind(), Message: message}
}

// entries returns the own properties of a value as an object.
func (r run) entries(v document.Value) document.Value {
	entries := javascript.Entries(v)
	if v.Kind() == document.String {
		r.Derive(entries, v) // its characters
	}
	return entries
}

// emit adds a record whose numbers are written as JSON.stringify writes them.
func (r run) emit(record document.Value, token bool) {
	r.Emit(r.finite(record), token)
}

// finite returns a value as JSON.stringify writes it: a copy, since numbers beyond a double are themselves
// until they are written.
func (r run) finite(v document.Value) document.Value {
	if !r.Infinite {
		return v
	}
	written := r.Doc.Copy(v)
	javascript.Finite(written)
	return written
}
