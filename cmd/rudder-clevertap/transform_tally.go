package main

import (
	"cmp"
	"fmt"
	"io"
	"maps"
	"slices"
	"strconv"
	"time"

	"github.com/rudder-clevertap/rudder-clevertap/mapping"
)

// tally counts what became of events.
type tally struct {
	// bytes is how long the lines were, unpacked.
	bytes                                 int64
	events, transformed, filtered, failed int64
	filters                               map[string]int64
	reasons                               map[mapping.Reason]int64
	codes                                 map[mapping.Code]int64
}

// newTally returns a tally of nothing.
func newTally() *tally {
	return &tally{filters: map[string]int64{}, reasons: map[mapping.Reason]int64{}, codes: map[mapping.Code]int64{}}
}

// count adds one result.
func (t *tally) count(result *mapping.Result) {
	t.events++
	switch result.Status {
	case mapping.Transformed:
		t.transformed++
	case mapping.Filtered:
		t.filtered++
		t.filters[result.FilterReason.String()]++
	default:
		t.failed++
	}
	if result.Err != nil {
		t.reasons[result.Err.Reason]++
	}
	for i := range result.Diagnostics {
		t.codes[result.Diagnostics[i].Code]++
	}
}

// add adds another tally.
func (t *tally) add(other *tally) {
	t.bytes += other.bytes
	t.events += other.events
	t.transformed += other.transformed
	t.filtered += other.filtered
	t.failed += other.failed
	for reason, n := range other.filters {
		t.filters[reason] += n
	}
	for reason, n := range other.reasons {
		t.reasons[reason] += n
	}
	for code, n := range other.codes {
		t.codes[code] += n
	}
}

// reset makes it a tally of nothing.
func (t *tally) reset() {
	clear(t.filters)
	clear(t.reasons)
	clear(t.codes)
	*t = tally{filters: t.filters, reasons: t.reasons, codes: t.codes}
}

// progress says in a line how far it is.
func (t *tally) progress(took time.Duration) string {
	line := fmt.Sprintf("%s events  %s  %s events/s", grouped(t.events), megabytes(t.bytes), grouped(perSecond(t.events, took)))
	if t.failed > 0 {
		line += "  " + grouped(t.failed) + " failed"
	}
	return line
}

// print prints the tally for a person.
func (t *tally) print(w io.Writer, took time.Duration) {
	fmt.Fprintf(w, "%s events (%s) in %s: %s events/s\n",
		grouped(t.events), megabytes(t.bytes), took.Round(10*time.Millisecond), grouped(perSecond(t.events, took)))
	row := func(indent, name string, n int64) {
		fmt.Fprintf(w, "%s%-*s %14s\n", indent, 32-len(indent), name, grouped(n))
	}
	row("  ", "transformed", t.transformed)
	row("  ", "filtered", t.filtered)
	for _, reason := range byCount(t.filters) {
		row("    ", reason, t.filters[reason])
	}
	row("  ", "failed", t.failed)
	for _, reason := range byCount(t.reasons) {
		row("    ", string(reason), t.reasons[reason])
	}
	if len(t.codes) > 0 {
		fmt.Fprintln(w, "  diagnostics")
	}
	for _, code := range byCount(t.codes) {
		row("    ", string(code), t.codes[code])
	}
}

// byCount returns the keys, the most frequent first.
func byCount[K cmp.Ordered](counts map[K]int64) []K {
	return slices.SortedFunc(maps.Keys(counts), func(a, b K) int {
		return cmp.Or(cmp.Compare(counts[b], counts[a]), cmp.Compare(a, b))
	})
}

// perSecond returns a rate.
func perSecond(n int64, took time.Duration) int64 {
	return int64(float64(n) / max(took, time.Millisecond).Seconds())
}

// megabytes writes a number of bytes as megabytes.
func megabytes(n int64) string { return strconv.FormatFloat(float64(n)/1e6, 'f', 1, 64) + " MB" }

// grouped writes a number that is not negative with its digits in groups of three: 1,234,567.
func grouped(n int64) string {
	digits := strconv.FormatInt(n, 10)
	for i := len(digits) - 3; i > 0; i -= 3 {
		digits = digits[:i] + "," + digits[i:]
	}
	return digits
}
