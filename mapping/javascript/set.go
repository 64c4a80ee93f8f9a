package javascript

import (
	"errors"

	"github.com/rudder-clevertap/rudder-clevertap/mapping/document"
)

// ErrTooLong says that a key like `a.999999999` asks for an array of more elements than MaxElements.
var ErrTooLong = errors.New("an index in a key is too large")

// MaxElements limits the arrays that Set makes: JavaScript would, and die of it.
const MaxElements = 4 << 20

// Set is set-value 4: it puts a value into an object under a key that is a path (SplitPath), and makes or replaces what
// stands in the way. v becomes shared, not copied.
func Set(object document.Value, key string, v document.Value) error {
	if IsPlainKey(key) {
		put(object, key, v)
		return nil
	}
	segments := SplitPath(key, nil)
	at := object
	for i, s := range segments {
		if i == len(segments)-1 {
			return place(at, s, v)
		}
		next := Own(at, s.Key)
		array := segments[i+1].Index
		if array && next.Kind() != document.Array || !isContainer(next) {
			made := object.Document().NewObject()
			if array {
				made = object.Document().NewArray()
			}
			if err := place(at, s, made); err != nil {
				return err
			}
			if next = Own(at, s.Key); !next.Exists() {
				return nil // a name on an array is not written to JSON, nor is what is under it
			}
		}
		at = next
	}
	return nil
}

// put sets a member of an object: in its place if the key is there, else at the end.
func put(object document.Value, key string, v document.Value) {
	if had := object.Get(key); had.Exists() {
		had.Replace(v)
		return
	}
	object.Set(key, v)
}

// place sets what one segment names, in an object or array. Holes of an array are nulls.
func place(at document.Value, s Segment, v document.Value) error {
	if at.Kind() == document.Object {
		put(at, s.Key, v)
		return nil
	}
	index, ok := ArrayIndex(s.Key)
	if !ok {
		return nil
	}
	if index >= MaxElements {
		return ErrTooLong
	}
	if had := at.At(int(index)); had.Exists() {
		had.Replace(v)
		return nil
	}
	hole := at.Document().NewNull()
	for length := at.Len(); length < int(index); length++ {
		at.Add(hole)
	}
	at.Add(v)
	return nil
}
