package rules

import (
	"strconv"
	"unicode/utf8"

	"github.com/rudder-clevertap/rudder-clevertap/clevertap"
	"github.com/rudder-clevertap/rudder-clevertap/mapping/document"
)

// What becomes of arrays and objects where CleverTap takes none: a destination's nestedValues.

// AddNested adds a nested value to the data of a record, as the destination asks for: under a key, or under its
// own where that is empty. Beside is what the data is made of: the members of an object get keys that are new
// there, too. What was done is a code and a sentence; neither when the value stays nested.
func (r *Run) AddNested(data document.Value, key string, v document.Value, beside ...document.Value) (Code, string) {
	policy := r.To.Checks.Nested
	switch {
	case policy == Drop:
		return NestedValueDropped, NestedDropped
	case policy == Flatten && v.Kind() == document.Object:
		if key == "" {
			key = v.Key()
		}
		r.Flatten(data, []byte(key), v, beside...)
		return NestedValueFlattened, NestedFlattened
	}
	if key == "" {
		data.Add(v)
	} else {
		data.Set(key, v)
	}
	if policy == Keep && r.Keeps(v) {
		return "", ""
	}
	data.Last().Replace(r.JSONText(v))
	return NestedValueStringified, Stringified(v.Kind())
}

// JSONText makes a string of a value's JSON text.
func (r *Run) JSONText(v document.Value) document.Value {
	text := r.Doc.JSONText(v)
	r.Derive(text, v)
	return text
}

// What is said of nested values.
const (
	// NestedDropped is the message of NESTED_VALUE_DROPPED.
	NestedDropped = "CleverTap takes no nested values here, so it was left out, as nestedValues asks for"
	// NestedFlattened is the message of NESTED_VALUE_FLATTENED.
	NestedFlattened = "CleverTap takes no nested values here, so its members were sent as fields of their own"
)

// Stringified is the message of NESTED_VALUE_STRINGIFIED.
func Stringified(kind document.Kind) string {
	if kind == document.Array {
		return "CleverTap takes no nested values here, so the array was sent as JSON text"
	}
	return "CleverTap takes no nested values here, so the object was sent as JSON text"
}

// Flatten adds the members of an object to the data of a record, under the key of the object, `_` and their
// own. Arrays become JSON text, and nulls are left out.
func (r *Run) Flatten(data document.Value, key []byte, object document.Value, beside ...document.Value) {
	for m := object.First(); m.Exists(); m = m.Next() {
		name := append(append(append([]byte(nil), key...), '_'), m.KeyBytes()...)
		switch m.Kind() {
		case document.Null:
		case document.Object:
			r.Flatten(data, name, m, beside...)
		case document.Array:
			data.Set(r.NewKey(string(name), data, beside), r.JSONText(m))
		default:
			data.Set(r.NewKey(string(name), data, beside), m)
		}
	}
}

// NewKey returns a key that neither an object nor the others have: with a number behind it where it must be.
func (r *Run) NewKey(key string, object document.Value, others []document.Value) string {
	name := key
	for object.Get(name).Exists() || taken(name, others) {
		name = key + "_" + strconv.Itoa(r.NextNumber())
	}
	return name
}

// NextNumber returns a number that no key of the event has got yet, from 2: thousands of keys may be alike.
func (r *Run) NextNumber() int {
	r.numbered++
	return r.numbered + 1
}

// taken reports whether one of the objects has a key.
func taken(key string, objects []document.Value) bool {
	for _, o := range objects {
		if o.Get(key).Exists() {
			return true
		}
	}
	return false
}

// nestedKept counts the objects and arrays that a record keeps.
type nestedKept struct{ objects, arrays int }

// Keeps reports whether a nested value is within the limits of CleverTap's beta, together with those that the
// record has already.
func (r *Run) Keeps(v document.Value) bool {
	count := &r.kept.objects
	if v.Kind() == document.Array {
		count = &r.kept.arrays
	}
	if *count >= clevertap.MaxNestedKeys || !IsShallow(v, clevertap.MaxNestedLevels) || !r.IsPlain(v) {
		return false
	}
	*count++
	return true
}

// IsShallow reports whether a value has at most so many levels of arrays and objects, and no array of more
// elements than the beta takes. Whether CleverTap counts levels so is not documented: by its examples it may
// take more.
func IsShallow(v document.Value, levels int) bool {
	if v.Kind() < document.Array {
		return true
	}
	if levels == 0 {
		return false
	}
	elements := 0
	for m := v.First(); m.Exists(); m = m.Next() {
		if elements++; elements > clevertap.MaxNestedArray && v.Kind() == document.Array || !IsShallow(m, levels-1) {
			return false
		}
	}
	return true
}

// IsPlain reports whether all keys and values in a value are such as CleverTap takes where nothing is nested.
func (r *Run) IsPlain(v document.Value) bool {
	switch v.Kind() {
	case document.Number:
		_, err := v.Double()
		return err == nil
	case document.String:
		return len(v.Bytes()) <= r.Limits.ValueBytes
	default:
	}
	for m := v.First(); m.Exists(); m = m.Next() {
		key := m.KeyBytes()
		isKey := len(key) > 0 && utf8.RuneCount(key) <= r.Limits.KeyCharacters
		if !isKey && v.Kind() == document.Object || !r.IsPlain(m) {
			return false
		}
	}
	return true
}
