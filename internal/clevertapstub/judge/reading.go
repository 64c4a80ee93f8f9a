package judge

import (
	"bytes"
	"encoding/json"
	"slices"
	"strconv"

	"github.com/go-json-experiment/json/jsontext"
)

// member is a member of an object, as it is written.
type member struct {
	key   string
	value jsontext.Value
}

// object is an object's members in their order, repeated ones included.
type object []member

// lenient takes what a server may well take.
//
//nolint:gochecknoglobals // A table; nothing writes to it.
var lenient = []jsontext.Options{jsontext.AllowDuplicateNames(true), jsontext.AllowInvalidUTF8(true)}

// parseObject reads an object of a valid text, one level deep. Its values are parts of the text: a decoder of a bytes.Buffer
// copies nothing.
func parseObject(text jsontext.Value) (object, bool) {
	if text.Kind() != jsontext.KindBeginObject {
		return nil, false
	}
	members := object{}
	decoder := jsontext.NewDecoder(bytes.NewBuffer(text), lenient...)
	for _, err := decoder.ReadToken(); err == nil && decoder.PeekKind() == jsontext.KindString; {
		key, _ := decoder.ReadToken()
		name := key.String()
		var value jsontext.Value
		value, err = decoder.ReadValue()
		members = append(members, member{name, value})
	}
	return members, true
}

// parseArray reads an array of a valid text, one level deep.
func parseArray(text jsontext.Value) ([]jsontext.Value, bool) {
	if text.Kind() != jsontext.KindBeginArray {
		return nil, false
	}
	values := []jsontext.Value{}
	decoder := jsontext.NewDecoder(bytes.NewBuffer(text), lenient...)
	for _, err := decoder.ReadToken(); err == nil && decoder.PeekKind() != jsontext.KindEndArray; {
		var value jsontext.Value
		value, err = decoder.ReadValue()
		values = append(values, value)
	}
	return values, true
}

// get returns the last member of a name; nothing when there is none.
func (o object) get(key string) jsontext.Value {
	for _, m := range slices.Backward(o) {
		if m.key == key {
			return m.value
		}
	}
	return nil
}

// textOf returns what a string says.
func textOf(value jsontext.Value) (text string, ok bool) {
	if value.Kind() != jsontext.KindString {
		return "", false
	}
	return text, json.Unmarshal(value, &text) == nil
}

// numberOf returns a number; false when it is none or beyond a double.
func numberOf(value jsontext.Value) (float64, bool) {
	if value.Kind() != jsontext.KindNumber {
		return 0, false
	}
	number, err := strconv.ParseFloat(string(value), 64)
	return number, err == nil
}

// isNested reports whether a value is an array or an object.
func isNested(value jsontext.Value) bool {
	return value.Kind() == jsontext.KindBeginArray || value.Kind() == jsontext.KindBeginObject
}

// isGiven reports whether a value is there, and neither null nor "".
func isGiven(value jsontext.Value) bool {
	return value != nil && value.Kind() != jsontext.KindNull && string(value) != `""`
}

// depth returns how many levels of arrays and objects a value has.
func depth(value jsontext.Value) int {
	deepest := 0
	decoder := jsontext.NewDecoder(bytes.NewBuffer(value), lenient...)
	for _, err := decoder.ReadToken(); err == nil; _, err = decoder.ReadToken() {
		deepest = max(deepest, decoder.StackDepth())
	}
	return deepest
}

// entry is a member of evtData or profileData, or of an item of a purchase.
type entry struct {
	member

	path   string
	inItem bool
}

// reading is a record as it is judged.
type reading struct {
	rules  Rules
	size   int
	record object
	kind   string
	// data is what evtData, profileData or tokenData holds; entries are its members, those of items behind them.
	data    object
	hasData bool
	entries []entry
}

// read reads what is in a record of a known kind.
func (r *reading) read() {
	name := map[string]string{"event": "evtData", "profile": "profileData", "token": "tokenData"}[r.kind]
	r.data, r.hasData = parseObject(r.record.get(name))
	for _, m := range r.data {
		r.entries = append(r.entries, entry{m, name + "." + m.key, false})
	}
	for i, item := range r.items() {
		members, _ := parseObject(item)
		for _, m := range members {
			r.entries = append(r.entries, entry{m, "evtData.Items[" + strconv.Itoa(i) + "]." + m.key, true})
		}
	}
}

// items returns the items of a purchase.
func (r *reading) items() []jsontext.Value {
	if name, _ := textOf(r.record.get("evtName")); r.kind != "event" || name != "Charged" {
		return nil
	}
	items, _ := parseArray(r.data.get("Items"))
	return items
}
