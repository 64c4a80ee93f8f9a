package javascript

import (
	"errors"
	"math"
	"strconv"

	"github.com/rudder-clevertap/rudder-clevertap/mapping/document"
)

// MaxSteps is how many steps a key may have that is a path: as deep as a text is parsed. JavaScript takes more, and then runs out
// of stack when it writes the result.
const MaxSteps = 2000

// Errors of a Setter.
var (
	// ErrTooLong says that keys like `a.999999999` ask for arrays with more holes than what came in allows: some thousands, and
	// more in a large event. JavaScript would make any number, and die of it.
	ErrTooLong = errors.New("an index in a key is too large")
	// ErrTooDeep says that a key has more than MaxSteps steps.
	ErrTooDeep = errors.New("a key has more than " + strconv.Itoa(MaxSteps) + " steps")
)

// Setter puts values into objects under keys that are paths (SplitPath), as set-value 4 does: it makes or replaces what
// stands in the way, and what it puts in is shared, not copied. Make one for each event with NewSetter.
type Setter struct {
	// segments is memory for those of a key.
	segments []Segment
	// elements are those of arrays that were asked for by an index: finding one again takes no walk.
	elements map[document.Value][]document.Value
	// sources are the containers that were put in, by the values that stand for them where they were put.
	sources map[document.Value]document.Value
	// walked counts the elements that were visited to find them.
	walked int
}

// NewSetter returns a setter.
func NewSetter() *Setter {
	return &Setter{elements: map[document.Value][]document.Value{}, sources: map[document.Value]document.Value{}}
}

// Set puts a value into an object under a key.
func (s *Setter) Set(object document.Value, key string, v document.Value) error {
	s.segments = SplitPath(key, s.segments[:0])
	if len(s.segments) > MaxSteps {
		return ErrTooDeep
	}
	at := object
	for i, segment := range s.segments {
		if i == len(s.segments)-1 {
			return s.place(at, segment, v)
		}
		next := s.own(at, segment.Key)
		array := s.segments[i+1].Index
		if array && next.Kind() != document.Array || !isContainer(next) {
			made := object.Document().NewObject()
			if array {
				made = object.Document().NewArray()
			}
			if err := s.place(at, segment, made); err != nil {
				return err
			}
			if next = s.own(at, segment.Key); !next.Exists() {
				return nil // a name on an array is not written to JSON, nor is what is under it
			}
			delete(s.sources, next) // nobody else has what was made
		}
		at = next
	}
	return nil
}

// own is Own.
func (s *Setter) own(v document.Value, key string) document.Value {
	if v.Kind() != document.Array {
		return v.Get(key)
	}
	if elements := s.elementsOf(v); len(elements) > 0 {
		if index, ok := ArrayIndex(key); ok && int64(index) < int64(len(elements)) {
			return elements[index]
		}
	}
	return document.Value{}
}

// elementsOf returns the elements of an array.
func (s *Setter) elementsOf(array document.Value) []document.Value {
	known := s.elements[array]
	if last := len(known) - 1; last >= 0 && known[0] == array.First() && known[last] == array.Last() {
		return known
	}
	known = known[:0]
	for e := array.First(); e.Exists(); e = e.Next() {
		known = append(known, e)
	}
	s.walked += len(known)
	s.elements[array] = known
	return known
}

// place sets what one segment names, in an object or array.
func (s *Setter) place(at document.Value, segment Segment, v document.Value) error {
	if had := s.own(at, segment.Key); had.Exists() {
		had.Replace(v)
		s.sourced(had, v)
		return nil
	}
	if at.Kind() == document.Object {
		at.Set(segment.Key, v)
		s.added(at, v)
		return nil
	}
	if segment.Key == "length" {
		return s.resize(at, v)
	}
	index, ok := ArrayIndex(segment.Key)
	if !ok {
		return nil
	}
	if err := s.fill(at, int64(index)); err != nil {
		return err
	}
	s.append(at, v)
	return nil
}

// holeBytes is what a hole takes: a value, and null and a comma when it is written.
const holeBytes = document.NodeBytes + len("null,")

// fill makes an array as long as that, at least. Holes are nulls.
func (s *Setter) fill(array document.Value, length int64) error {
	missing := length - int64(len(s.elementsOf(array)))
	if missing <= 0 {
		return nil
	}
	if !array.Document().Spend(int(missing) * holeBytes) {
		return ErrTooLong
	}
	hole := array.Document().NewNull()
	for range missing {
		s.append(array, hole)
	}
	return nil
}

// errLength is what JavaScript says of a length that no array has.
var errLength = errors.New("invalid array length")

// resize sets the length of an array, which drops elements or makes holes.
func (s *Setter) resize(array, length document.Value) error {
	number, err := Number(length)
	if err != nil {
		return err
	}
	if number != math.Trunc(number) || number < 0 || number > maxArrayIndex+1 {
		return errLength
	}
	elements := s.elementsOf(array)
	if number >= float64(len(elements)) {
		return s.fill(array, int64(number))
	}
	left := elements[:int(number)]
	var last document.Value
	if len(left) > 0 {
		last = left[len(left)-1]
	}
	array.Truncate(last)
	s.elements[array] = left
	s.changed(array)
	return nil
}

// append adds an element.
func (s *Setter) append(array, v document.Value) {
	elements := s.elementsOf(array)
	array.Add(v)
	s.elements[array] = append(elements, array.Last())
	s.added(array, v)
}

// added notes that a container has a new last value, which stands for v.
func (s *Setter) added(container, v document.Value) {
	s.changed(container)
	s.sourced(container.Last(), v)
}

// changed lets the container that was put in show what became of the value that stands for it.
func (s *Setter) changed(container document.Value) {
	if source, ok := s.sources[container]; ok {
		source.Replace(container)
	}
}

// sourced notes what a value stands for now.
func (s *Setter) sourced(value, source document.Value) {
	if isContainer(source) {
		s.sources[value] = source
	} else {
		delete(s.sources, value)
	}
}
