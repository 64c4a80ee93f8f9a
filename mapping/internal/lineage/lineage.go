package lineage

import (
	"iter"
	"strings"

	"github.com/rudder-clevertap/rudder-clevertap/mapping/internal/rules"
)

// Entry says where one value of a record comes from, or what became of one value of the event.
type Entry struct {
	// Record is which of the event's records Target is in: 0, or 1 for a device token's.
	Record int
	// Target is the JSON Pointer of a value in the record; empty for a value of the event that went nowhere.
	Target string
	// Source is the JSON Pointer of a value in the event; empty for what comes from nowhere in it.
	Source string
	// Rule is the name of the rule, as Rules lists it; empty where none writes the value.
	Rule string
	// Note says what was done to the value, or why it went nowhere. Empty: it was sent as it is.
	Note string
}

// The notes.
const (
	// Of values that were sent.
	noteConstant  = "constant"
	noteConverted = "converted"
	noteJSONText  = "as JSON text"
	// Of values that went nowhere.
	noteNull       = "null"
	noteEmpty      = "empty"
	noteNotMapped  = "not mapped"
	noteInternal   = "internal"
	noteFiltered   = "filtered"
	noteUnknown    = "not a known value"
	noteDropped    = "dropped: "
	noteOverridden = "overridden by "
	// Of the last entry of an explanation that is not complete.
	noteCut = "cut: the event is too deeply nested to be explained in full"
)

// An explanation takes a few times the text of its event, since every value has the whole way to it beside it.
// One of values in ever deeper containers could take any number of times: it ends where it has taken so much.
const (
	maxText   = 16 << 10
	perByte   = 32
	entrySize = 16
)

// Explain explains what became of an event that a run has transformed, or filtered. The run's Explain must be
// set. Leaves are the JSON Pointers of all that the event holds; nil says that all of it is in the run's
// document.
func Explain(r *rules.Run, leaves iter.Seq[string]) []Entry {
	x := &explanation{
		run: r, used: map[string]bool{}, fields: map[string]string{}, dropped: droppedBy(r),
		room: maxText + perByte*r.Doc.Len(),
	}
	x.records()
	if leaves == nil {
		r.Leaves(func(p rules.Place) {
			if !x.full() {
				x.unused(p.Pointer(), p)
			}
		})
	} else {
		x.unusedTyped(leaves)
	}
	if x.full() {
		x.entries = append(x.entries, Entry{Note: noteCut})
	}
	return x.entries
}

// unusedTyped is unused for all of an event of which the document holds only what the rules read.
func (x *explanation) unusedTyped(leaves iter.Seq[string]) {
	places, room := map[string]rules.Place{}, x.room
	x.run.Leaves(func(p rules.Place) {
		if room >= 0 {
			pointer := p.Pointer()
			places[pointer], room = p, room-len(pointer)-entrySize
		}
	})
	for pointer := range leaves {
		if x.full() {
			return
		}
		x.unused(pointer, places[pointer])
	}
}

// explanation is an explanation in the making.
type explanation struct {
	run     *rules.Run
	entries []Entry
	// used are the pointers of the sources that have an entry.
	used map[string]bool
	// fields are where the members of the records come from: by their place, the path of a trait, property or
	// field of the event.
	fields map[string]string
	// dropped says by which diagnostic a value was left out, by the paths that diagnostics name.
	dropped map[string]rules.Code
	// room is how much text there may still be.
	room int
}

// add adds an entry.
func (x *explanation) add(e Entry) {
	x.used[e.Source] = true
	x.entries = append(x.entries, e)
	x.room -= len(e.Target) + len(e.Source) + len(e.Note) + entrySize
}

// full reports that no more fits.
func (x *explanation) full() bool { return x.room < 0 }

// pointer returns the place as a JSON Pointer.
func (p place) pointer() string {
	var b strings.Builder
	for _, step := range p {
		b.WriteByte('/')
		b.WriteString(rules.EscapePointer(step))
	}
	return b.String()
}

// member returns the place of the field of a record that a place in it is in.
func (p place) member() string { return strings.Join(p[:min(2, len(p))], "/") }
