package main

import (
	"cmp"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"slices"
	"time"

	"github.com/mattn/go-isatty"
)

// report is what came out.
type report struct {
	// Mutants are how many there were. Each was killed, survived, or is known to be equivalent.
	Mutants    int `json:"mutants"`
	Killed     int `json:"killed"`
	Equivalent int `json:"equivalent"`
	// Survivors are those that no test noticed, by file and line.
	Survivors []survivor `json:"survivors"`
	// Stale are entries of the list of equivalents that are no mutants any more; only a whole run knows.
	Stale []equivalent `json:"stale,omitempty"`
	// Seconds is how long it took.
	Seconds float64 `json:"seconds"`

	begin time.Time
	known []equivalent
	used  map[equivalent]bool
	shown bool
	done  int
}

// survivor is a mutant that survived.
type survivor struct {
	mutant

	// Reached: tests run the place, and don't look at what it does.
	Reached bool `json:"reached"`
}

// newReport begins a report.
func newReport(mutants int, known []equivalent, begin time.Time) *report {
	return &report{
		Mutants: mutants, Survivors: []survivor{}, begin: begin, known: known, used: map[equivalent]bool{}, shown: isatty.IsTerminal(os.Stderr.Fd()),
	}
}

// isKnown reports whether a mutant is known to be equivalent, and notes it.
func (r *report) isKnown(m *mutant) bool {
	for _, e := range r.known {
		if e.of(m) {
			r.used[e] = true
			r.Equivalent++
			return true
		}
	}
	return false
}

// unreached notes a mutant that no test runs.
func (r *report) unreached(m *mutant) { r.Survivors = append(r.Survivors, survivor{*m, false}) }

// tell notes what became of a mutant, and shows a person at a terminal how far it is.
func (r *report) tell(m *mutant, got outcome) {
	switch got {
	case killed:
		r.Killed++
	case survived:
		r.Survivors = append(r.Survivors, survivor{*m, true})
	}
	if r.done++; r.shown {
		rest := r.Mutants - r.Equivalent - r.done
		left := time.Since(r.begin) / time.Duration(r.done) * time.Duration(rest)
		fmt.Fprintf(os.Stderr, "\r\x1b[K%d of %d, %d survived (%s left)", r.done, r.done+rest, len(r.Survivors), left.Round(time.Second))
	}
}

// print prints the report, and returns the program's status.
func (r *report) print(o *options, out io.Writer) int {
	if r.shown {
		fmt.Fprint(os.Stderr, "\r\x1b[K")
	}
	r.Seconds = time.Since(r.begin).Round(time.Second / 10).Seconds()
	slices.SortFunc(r.Survivors, func(a, b survivor) int {
		return cmp.Or(cmp.Compare(a.File, b.File), cmp.Compare(a.id, b.id))
	})
	if o.sample == 0 && o.only.String() == "" {
		for _, e := range r.known {
			if !r.used[e] {
				r.Stale = append(r.Stale, e)
			}
		}
	}
	if o.json {
		encoder := json.NewEncoder(out)
		encoder.SetEscapeHTML(false)
		encoder.SetIndent("", "  ")
		if err := encoder.Encode(r); err != nil {
			fmt.Fprintln(os.Stderr, "mutate:", err)
			return 2
		}
	} else {
		r.printText(out)
	}
	if len(r.Survivors)+len(r.Stale) > 0 {
		return 1
	}
	return 0
}

// printText prints the report for a person.
func (r *report) printText(out io.Writer) {
	for _, s := range r.Survivors {
		why := ""
		if !s.Reached {
			why = " (no test runs it)"
		}
		fmt.Fprintf(out, "%s:%d: %s survived in %s%s\n\t%s\n", s.File, s.Line, s.Change, s.In, why, s.Source)
	}
	for _, e := range r.Stale {
		fmt.Fprintf(out, "equivalents.go: there is no such mutant any more: %s, %s: %s\n\t%s\n", e.File, e.In, e.Change, e.Source)
	}
	fmt.Fprintf(out, "%d mutants in %.0f s: %d killed, %d survived, %d known to be equivalent\n",
		r.Mutants, r.Seconds, r.Killed, len(r.Survivors), r.Equivalent)
}
