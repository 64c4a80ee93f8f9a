package javascript

import (
	"errors"
	"math"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/rudder-clevertap/rudder-clevertap/mapping/document"
)

// ErrThrows says that JavaScript throws an exception where this is asked: an object that hides toString has no text.
var ErrThrows = errors.New("an object with a member toString has no text")

// Truthy is ToBoolean: false for what is absent, null, false, 0 and the empty string.
func Truthy(v document.Value) bool {
	switch v.Kind() {
	case document.Invalid, document.Null:
		return false
	case document.Bool:
		return v.True()
	case document.Number:
		return ParseJSONNumber(v.Bytes()) != 0
	case document.String:
		return len(v.Bytes()) > 0
	default:
		return true
	}
}

// Nullish reports whether a value is undefined (absent) or null.
func Nullish(v document.Value) bool { return v.Kind() <= document.Null }

// Zero reports whether a value is exactly false or the number 0: falsy, but a value.
func Zero(v document.Value) bool {
	return v.Kind() == document.Bool && !v.True() || v.Kind() == document.Number && !Truthy(v)
}

// AppendText appends String(v), or ErrThrows. An absent value is "undefined".
func AppendText(dst []byte, v document.Value) ([]byte, error) {
	switch v.Kind() {
	case document.Invalid:
		return append(dst, undefinedText...), nil
	case document.Bool:
		return append(dst, BoolText(v.True())...), nil
	case document.Number:
		return AppendNumber(dst, ParseJSONNumber(v.Bytes())), nil
	case document.String:
		return append(dst, v.Bytes()...), nil
	case document.Array:
		for e := v.First(); e.Exists(); e = e.Next() {
			if e != v.First() {
				dst = append(dst, ',')
			}
			if Nullish(e) {
				continue
			}
			var err error
			if dst, err = AppendText(dst, e); err != nil {
				return dst, err
			}
		}
		return dst, nil
	case document.Object:
		if v.Get("toString").Exists() {
			return dst, ErrThrows
		}
		return append(dst, ObjectText...), nil
	default:
		return append(dst, NullText...), nil
	}
}

// Number is Number(v), or NaN and ErrThrows.
func Number(v document.Value) (float64, error) {
	switch v.Kind() {
	case document.Invalid:
		return math.NaN(), nil
	case document.Null:
		return 0, nil
	case document.Bool:
		if v.True() {
			return 1, nil
		}
		return 0, nil
	case document.Number:
		return ParseJSONNumber(v.Bytes()), nil
	default:
		text, err := AppendText(nil, v)
		if err != nil {
			return math.NaN(), err
		}
		return ToNumber(string(text)), nil
	}
}

// Own returns a member of an object, or an element of an array by its index as text.
func Own(v document.Value, key string) document.Value {
	if v.Kind() == document.Object {
		return v.Get(key)
	}
	if index, ok := ArrayIndex(key); ok && v.Kind() == document.Array {
		return v.At(int(index))
	}
	return document.Value{}
}

// isContainer reports whether a value is an object or array.
func isContainer(v document.Value) bool { return v.Kind() >= document.Array }

// Get is get-value 3: a value by a path of keys with dots between them. What is no object or array is its own answer; the
// whole path may be one key; and a key that is not there is joined with those after it until one is. It never goes back. Since it
// tries so many keys, a path that a caller sends must have a limit on its dots.
func Get(from document.Value, path string) document.Value {
	if !isContainer(from) {
		return from
	}
	if v := Own(from, path); v.Exists() {
		return v
	}
	for at, rest := from, path; ; {
		v, left := step(at, rest)
		if left == "" || !v.Exists() {
			return v
		}
		if !isContainer(v) {
			return document.Value{}
		}
		at, rest = v, left
	}
}

// step finds the shortest run of leading keys of a path that is a member, and returns it and what is left of the path.
func step(at document.Value, path string) (document.Value, string) {
	for end := 0; ; end++ {
		dot := strings.IndexByte(path[end:], '.')
		if dot < 0 {
			return Own(at, path), ""
		}
		end += dot
		if v := Own(at, path[:end]); v.Exists() {
			return v, path[end+1:]
		}
	}
}

// First returns the first value by these paths that is truthy, or exactly false or 0; else an absent one.
func First(from document.Value, paths []string) document.Value {
	for _, path := range paths {
		if v := Get(from, path); Truthy(v) || Zero(v) {
			return v
		}
	}
	return document.Value{}
}

// Entries returns the own enumerable properties of a value as an object: of an object itself, of an array its elements by
// index, of a string its characters by index (of UTF-16), of anything else none. A string that is too long for its document to
// hold so many values has none either, and then the document's Err says so.
func Entries(v document.Value) document.Value {
	if v.Kind() == document.Object {
		return v
	}
	object := v.Document().NewObject()
	switch v.Kind() {
	case document.Array:
		index := 0
		for e := v.First(); e.Exists(); e = e.Next() {
			object.Set(strconv.Itoa(index), e)
			index++
		}
	case document.String:
		if text := v.Text(); v.Document().Spend(len(text) * entryBytes) {
			setUnits(object, text)
		}
	}
	return object
}

// entryBytes is what a character takes as a property, without the digits of its index.
const entryBytes = document.NodeBytes + 1

// setUnits sets the UTF-16 code units of a text, each in WTF-8, by their indexes.
func setUnits(object document.Value, text string) {
	index := 0
	set := func(unit string) {
		object.SetText(strconv.Itoa(index), unit)
		index++
	}
	for i := 0; i < len(text); {
		if surrogateAt(text, i) != 0 {
			set(text[i : i+surrogateBytes])
			i += surrogateBytes
			continue
		}
		r, size := utf8.DecodeRuneInString(text[i:])
		if r < firstPaired {
			set(text[i : i+size])
		} else {
			set(encodeSurrogate(highSurrogate + (r-firstPaired)>>10))
			set(encodeSurrogate(lowSurrogate + (r-firstPaired)&0x3ff))
		}
		i += size
	}
}

// Normalize makes a parsed document what JSON.parse makes of its text: numbers are doubles, written as JSON.stringify writes
// them, and keys that are array indexes come first. Numbers beyond a double keep their literal, since JavaScript knows them
// as Infinity until it writes null: Normalize reports whether there are any, for Finite.
func Normalize(d *document.Document) (infinite bool) {
	d.All(func(v document.Value) {
		switch v.Kind() {
		case document.Number:
			if IsCanonicalNumber(v.Bytes()) {
				return
			}
			if math.IsInf(ParseJSONNumber(v.Bytes()), 0) {
				infinite = true
				return
			}
			v.Rewrite(NormalizeJSONNumber)
		case document.Object:
			Order(v)
		}
	})
	return infinite
}

// Order puts an object's members into the order in which JavaScript lists them: array indexes by value, before all others.
func Order(object document.Value) {
	for m := object.First(); m.Exists(); m = m.Next() {
		if key := m.KeyBytes(); len(key) > 0 && isDigit(key[0]) {
			object.Sort(func(members []document.Value) { SortProperties(members, document.Value.KeyBytes) })
			return
		}
	}
}

// Finite writes null for every number within v that is beyond a double, as JSON.stringify does.
func Finite(v document.Value) {
	if v.Kind() == document.Number && math.IsInf(ParseJSONNumber(v.Bytes()), 0) {
		v.Nullify()
		return
	}
	for m := v.First(); m.Exists(); m = m.Next() {
		Finite(m)
	}
}

// Clean is removeUndefinedNullValuesAndEmptyObjectArray: it takes nulls and empty containers out of v, also those that
// become empty by that.
func Clean(v document.Value) {
	if !isContainer(v) {
		return
	}
	v.Filter(func(m document.Value) bool {
		Clean(m)
		return !Nullish(m) && (!isContainer(m) || !m.Empty())
	})
}

// Inherited returns what get-value finds under a key that a value has by its prototype, or that JavaScript gives it without writing
// it to JSON: false when there is no such key, an absent value for a function.
func Inherited(v document.Value, key string) (document.Value, bool) {
	switch key {
	case "toString", "toLocaleString", "valueOf", "hasOwnProperty", "isPrototypeOf", "propertyIsEnumerable",
		"__defineGetter__", "__defineSetter__", "__lookupGetter__", "__lookupSetter__":
	case "length":
		if v.Kind() == document.Array {
			return v.Document().NewNumber(strconv.Itoa(v.Len())), true
		}
		if v.Kind() != document.String {
			return document.Value{}, false
		}
	default:
		return document.Value{}, false
	}
	if !isContainer(v) {
		return v, v.Exists() // get-value's answer for a path into what is no object
	}
	return document.Value{}, true
}

// ParseSeconds is Math.floor(new Date(s).getTime() / 1000); false for an invalid date.
func ParseSeconds(s string) (float64, bool) {
	milliseconds, ok := ParseDate(s)
	return math.Floor(milliseconds / 1000), ok
}
