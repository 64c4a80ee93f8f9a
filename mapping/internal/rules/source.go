package rules

import (
	"cmp"
	"slices"
	"strconv"
	"strings"

	"github.com/rudder-clevertap/rudder-clevertap/mapping/document"
)

// Where in the event a value of a record comes from is not kept while the rules run: what passes as it is has
// the origin that it has in the event, and for what is made of other values a rule leaves a note. So nothing
// is computed until somebody asks.

// Derive notes that a value was made of others of the document, for those who ask for its source. A container
// that was made of another of the same shape, or of a text, is noted as a whole; so is the text that was made
// of a container.
func (r *Run) Derive(made document.Value, from ...document.Value) {
	for _, v := range from {
		if v.Exists() {
			r.sources.notes = append(r.sources.notes, note{made, v})
		}
	}
}

// Source returns the place in the event of what a value of a record was made of: the first where it was made
// of several, a container's where the whole of it was. False says that it comes from nowhere in the event: a
// constant, say.
func (r *Run) Source(v document.Value) (Place, bool) {
	r.sources.read(r.Doc.Root())
	var first Place
	r.sources.resolve(v, true, func(p Place) {
		if first.in == nil {
			first = p
		}
	}, 0)
	return first, first.in != nil
}

// Sources visits the places in the event of all that a value of a record was made of: of scalars and of empty
// containers.
func (r *Run) Sources(v document.Value, use func(Place)) {
	r.sources.read(r.Doc.Root())
	r.sources.resolve(v, false, use, 0)
}

// MadeOf returns the values that a value was noted to be made of; nil where there is no note.
func (r *Run) MadeOf(v document.Value) []document.Value {
	if of := v.Origin(); of != 0 {
		return r.sources.madeOf(of)
	}
	return nil
}

// At returns the place that keys, and indices, lead to.
func (r *Run) At(steps ...string) (Place, bool) {
	r.sources.read(r.Doc.Root())
	p := Place{&r.sources, 0}
	for _, step := range steps {
		if p = p.child(step); p.in == nil {
			return p, false
		}
	}
	return p, true
}

// child returns the place in a container that one step leads to.
func (p Place) child(step string) Place {
	for at := p.at + 1; p.in != nil && int(at) < len(p.in.places); at++ {
		switch child := &p.in.places[at]; {
		case child.in < p.at:
			return Place{}
		case child.in > p.at:
		case p.Value().Kind() == document.Object && string(child.value.KeyBytes()) == step,
			p.Value().Kind() == document.Array && strconv.Itoa(int(child.index)) == step:
			return Place{p.in, at}
		}
	}
	return Place{}
}

// Place is where in the event a value is.
type Place struct {
	in *sources
	at int32
}

// Value returns the value that was there when the event was read.
func (p Place) Value() document.Value {
	if p.in == nil {
		return document.Value{}
	}
	return p.in.places[p.at].value
}

// Pointer returns the place as a JSON Pointer (RFC 6901): `/traits/email`.
func (p Place) Pointer() string { return string(p.in.appendPointer(nil, p.at)) }

// Path returns the place as diagnostics name it: `properties.products[1].sku`. Keys are written as they are,
// dots and all.
func (p Place) Path() string {
	if p.in == nil {
		return ""
	}
	var room [64]byte // most are shorter, and made in one piece
	return string(p.in.appendPath(room[:0], p.at))
}

// Leaves visits the places of all scalars and empty containers of the event, in order.
func (r *Run) Leaves(use func(Place)) {
	r.sources.read(r.Doc.Root())
	for at := range r.sources.places {
		// A rule may have put something into a container since, but not into one that was not read.
		p := Place{&r.sources, int32(at)}
		if next := at + 1; next == len(r.sources.places) || r.sources.places[next].in != p.at {
			use(p)
		}
	}
}

// sources are the places of an event's values, and the notes of what was made of them.
type sources struct {
	// places are those of the event, once they are read, each after the container that it is in.
	places []place
	// byOrigin are the places in the order of the origins of their values.
	byOrigin []origin
	// notes are those that the rules left; of the first few, links are by the origins of what was made.
	notes  []note
	linked int
	links  map[document.Origin][]document.Value
}

// place is where a value is: in which container, -1 being none, and which of its elements if that is an array.
type place struct {
	value     document.Value
	in, index int32
}

// origin is the origin of the value at a place.
type origin struct {
	of document.Origin
	at int32
}

// note says what a value was made of.
type note struct{ made, from document.Value }

// reset forgets an event.
func (s *sources) reset() {
	if cap(s.places) > maxKept {
		s.places, s.byOrigin = nil, nil
	}
	if cap(s.notes) > maxKept {
		s.notes = nil
	}
	s.places, s.notes, s.linked, s.links = s.places[:0], s.notes[:0], 0, nil
}

// read takes down the places of all values of an event, unless that is done.
func (s *sources) read(event document.Value) {
	if len(s.places) > 0 {
		return
	}
	s.add(event, -1, 0)
	s.byOrigin = s.byOrigin[:0]
	for at := range s.places {
		if of := s.places[at].value.Origin(); of != 0 {
			s.byOrigin = append(s.byOrigin, origin{of, int32(at)})
		}
	}
	slices.SortFunc(s.byOrigin, func(a, b origin) int {
		return cmp.Or(cmp.Compare(a.of, b.of), cmp.Compare(a.at, b.at))
	})
}

// add takes down the place of a value, and of what is in it.
func (s *sources) add(v document.Value, in, index int32) {
	at := int32(len(s.places))
	s.places = append(s.places, place{v, in, index})
	index = 0
	for m := v.First(); m.Exists(); m = m.Next() {
		s.add(m, at, index)
		index++
	}
}

// find returns the place of the value with an origin.
func (s *sources) find(of document.Origin) (Place, bool) {
	i, found := slices.BinarySearchFunc(s.byOrigin, of, func(o origin, of document.Origin) int {
		return cmp.Compare(o.of, of)
	})
	if !found {
		return Place{}, false
	}
	return Place{s, s.byOrigin[i].at}, true
}

// maxSteps bounds how many notes are followed, one from the other.
const maxSteps = 16

// resolve visits the places of what a value was made of. Whole says that the place of a container will do for
// all that is in it.
func (s *sources) resolve(v document.Value, whole bool, use func(Place), steps int) {
	of := v.Origin()
	if p, found := s.find(of); found && (whole || v.Empty()) {
		use(p)
		return
	}
	if from := s.madeOf(of); v.Empty() && from != nil {
		for _, f := range from {
			if steps < maxSteps {
				s.resolve(f, whole, use, steps+1)
			}
		}
		return
	}
	for m := v.First(); m.Exists(); m = m.Next() {
		s.resolve(m, whole, use, steps)
	}
}

// madeOf returns what the value with an origin was made of.
func (s *sources) madeOf(of document.Origin) []document.Value {
	for ; s.linked < len(s.notes); s.linked++ {
		if s.links == nil {
			s.links = make(map[document.Origin][]document.Value, len(s.notes))
		}
		s.link(s.notes[s.linked].made, s.notes[s.linked].from)
	}
	return s.links[of]
}

// link links a value, and all that is in it, with what it was made of.
func (s *sources) link(made, from document.Value) {
	if of := made.Origin(); of != 0 {
		s.links[of] = append(s.links[of], from)
	}
	element := from.First()
	for m := made.First(); m.Exists(); m = m.Next() {
		part := from.Find(m.KeyBytes())
		if made.Kind() == document.Array {
			part, element = element, element.Next()
		}
		if !part.Exists() {
			part = from
		}
		s.link(m, part)
	}
}

// appendPointer appends the JSON Pointer of a place.
func (s *sources) appendPointer(dst []byte, at int32) []byte {
	p := &s.places[at]
	if p.in < 0 {
		return dst
	}
	dst = append(s.appendPointer(dst, p.in), '/')
	if s.places[p.in].value.Kind() == document.Array {
		return strconv.AppendInt(dst, int64(p.index), 10)
	}
	return append(dst, EscapePointer(p.value.Key())...)
}

// EscapePointer escapes a key as a part of a JSON Pointer.
func EscapePointer(key string) string {
	if !strings.ContainsAny(key, "~/") {
		return key
	}
	return strings.ReplaceAll(strings.ReplaceAll(key, "~", "~0"), "/", "~1")
}

// appendPath appends the path of a place.
func (s *sources) appendPath(dst []byte, at int32) []byte {
	p := &s.places[at]
	if p.in < 0 {
		return dst
	}
	dst = s.appendPath(dst, p.in)
	if s.places[p.in].value.Kind() == document.Array {
		return append(strconv.AppendInt(append(dst, '['), int64(p.index), 10), ']')
	}
	if len(dst) > 0 {
		dst = append(dst, '.')
	}
	return append(dst, p.value.KeyBytes()...)
}
