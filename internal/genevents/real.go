package genevents

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"time"
)

// RealEvents makes events as people really send them, one after the other: every spelling of phones, dates, genders and
// booleans, values that are too long, nested or of the wrong type, ids that name nobody, names that CleverTap reserves, the
// contexts of all SDKs, and settings of destinations to go with them. One goroutine at a time may use it.
type RealEvents struct {
	rand  *rand.Rand
	clock time.Time
	kinds []kind
}

// Real returns a generator of events as people really send them, which are decided by the seed alone.
func Real(seed uint64) *RealEvents {
	return &RealEvents{
		rand:  rand.New(rand.NewPCG(seed, 1)),
		clock: time.Date(2026, 11, 23, 9, 0, 0, 0, time.UTC),
		kinds: kinds(),
	}
}

// kind is a kind of events: what is odd about them.
type kind struct {
	// name is the kind's label.
	name string
	// calls are the calls that it is about, between blanks; empty for all.
	calls string
	// odd makes a draft one of the kind.
	odd func(*RealEvents, *draft)
	// malformed tells that the event's text is not JSON.
	malformed bool
}

// Plain is the label of events that have nothing odd about them.
const Plain = "plain"

// Kinds returns the labels of all kinds, Plain first, and which of them are not valid JSON.
func Kinds() (all []string, malformed map[string]bool) {
	all, malformed = []string{Plain}, map[string]bool{}
	for _, k := range kinds() {
		all = append(all, k.name)
		malformed[k.name] = k.malformed
	}
	return all, malformed
}

// kinds returns all kinds but Plain.
func kinds() []kind {
	return slices.Concat(personKinds(), idKinds(), nameKinds(), valueKinds(), orderKinds(), tokenKinds(),
		shapeKinds(), textKinds())
}

// Next returns the next event, what kind it is of, and the settings of a destination for it, as JSON. Of ten events about
// one has nothing odd about it, and three have two or three oddities, whose labels are then joined by `+`.
func (r *RealEvents) Next() (event []byte, label string, settings []byte) {
	r.clock = r.clock.Add(time.Duration(r.rand.IntN(90_000)) * time.Millisecond)
	if r.odds(10) {
		d := r.draft(r.pick(strings.Fields(allCalls)...))
		return d.event(), Plain, []byte(d.settings.json())
	}
	first := r.kinds[r.rand.IntN(len(r.kinds))]
	calls := first.calls
	if calls == "" {
		calls = allCalls
	}
	d := r.draft(r.pick(strings.Fields(calls)...))
	first.odd(r, d)
	labels := []string{first.name}
	for !first.malformed && r.odds(3) && len(labels) < 3 {
		more := r.kinds[r.rand.IntN(len(r.kinds))]
		fits := more.calls == "" || slices.Contains(strings.Fields(more.calls), d.call)
		if fits && !more.malformed && !slices.Contains(labels, more.name) {
			more.odd(r, d)
			labels = append(labels, more.name)
		}
	}
	return d.event(), strings.Join(labels, "+"), []byte(d.settings.json())
}

// The calls that kinds are about.
const (
	allCalls   = "identify identify track track page screen alias"
	eventCalls = "track page screen"
)

// odds is true once in n times.
func (r *RealEvents) odds(n int) bool { return r.rand.IntN(n) == 0 }

// between returns a number from low to high.
func (r *RealEvents) between(low, high int) int { return low + r.rand.IntN(high-low+1) }

// pick picks one of the texts.
func (r *RealEvents) pick(texts ...string) string { return texts[r.rand.IntN(len(texts))] }

// digits returns as many random digits.
func (r *RealEvents) digits(count int) string {
	text := make([]byte, count)
	for i := range text {
		text[i] = byte('0' + r.rand.IntN(10))
	}
	return string(text)
}

// uuid returns a random UUID.
func (r *RealEvents) uuid() string {
	high, low := r.rand.Uint64(), r.rand.Uint64()
	return fmt.Sprintf("%08x-%04x-4%03x-9%03x-%012x", high>>32, high>>16&0xffff, high&0xfff, low>>48&0xfff,
		low&0xffff_ffff_ffff)
}
