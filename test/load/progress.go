package main

import (
	"fmt"
	"os"
	"time"

	"github.com/mattn/go-isatty"
)

// progress shows a person at a terminal what is being measured. Elsewhere it is silent.
type progress struct {
	to          *os.File
	shown       bool
	step, steps int
	name        string
	end         time.Time
}

// newProgress returns the progress of some steps, and says how long they will take.
func newProgress(to *os.File, steps int, expected time.Duration) *progress {
	p := &progress{to: to, shown: isatty.IsTerminal(to.Fd()), steps: steps, end: time.Now().Add(expected)}
	if p.shown {
		fmt.Fprintf(to, "This takes about %s.\n", expected.Round(time.Second))
	}
	return p
}

// next begins the next step.
func (p *progress) next(name string) {
	p.step++
	p.name = name
	p.say("starting")
}

// say says where in the step it is.
func (p *progress) say(format string, args ...any) {
	if p.shown {
		left := max(time.Until(p.end), 0).Round(time.Second)
		fmt.Fprintf(p.to, "\r\x1b[K%d of %d, %s: %s (%s left)", p.step, p.steps, p.name, fmt.Sprintf(format, args...), left)
	}
}

// done takes the progress off the screen.
func (p *progress) done() {
	if p.shown {
		fmt.Fprint(p.to, "\r\x1b[K")
	}
}
