package main

import (
	"fmt"
	"io"
	"os"
	"time"

	"github.com/mattn/go-isatty"
)

// progressInterval is how often the progress line is drawn anew.
const progressInterval = 200 * time.Millisecond

// screen is what a person sees on standard error: failures always; a line of progress on a terminal; and a summary on a
// terminal or when it is asked for.
type screen struct {
	out    io.Writer
	inputs *inputs
	began  time.Time
	// ticker and tick say when to draw the line of progress; nil when there is none.
	ticker *time.Ticker
	tick   <-chan time.Time
	// drawn is whether a line of progress is showing.
	drawn   bool
	summary bool
	// timed tells that the line of progress says how long it will take.
	timed bool
}

// newScreen returns the screen of a run that begins now. A nil summary leaves it to the terminal whether there is one.
func newScreen(std stdio, in *inputs, summary *bool) *screen {
	s := &screen{out: std.Err, inputs: in, began: time.Now(), summary: isTerminal(std.Err)}
	// Where results go to a terminal themselves, they are the progress.
	if isTerminal(std.Err) && !isTerminal(std.Out) {
		s.ticker = time.NewTicker(progressInterval)
		s.tick = s.ticker.C
	}
	if summary != nil {
		s.summary = *summary
	}
	return s
}

// isTerminal says whether a person is looking.
func isTerminal(w io.Writer) bool {
	file, ok := w.(*os.File)
	return ok && isatty.IsTerminal(file.Fd())
}

// print prints lines, in place of the line of progress.
func (s *screen) print(lines []byte) {
	if len(lines) == 0 {
		return
	}
	s.wipe()
	_, _ = s.out.Write(lines)
}

// counts are what a screen shows.
type counts interface {
	// progress says them in a line, and print in full.
	progress(took time.Duration) string
	print(w io.Writer, took time.Duration)
}

// draw draws the line of progress.
func (s *screen) draw(t counts) {
	took := time.Since(s.began)
	line := t.progress(took)
	if size, read := s.inputs.size, s.inputs.read.Load(); size > 0 {
		line += fmt.Sprintf("  %d%%", 100*read/size)
		if here := read - s.inputs.passed.Load(); here > 0 && s.timed {
			left := time.Duration(float64(took) * float64(size-read) / float64(here))
			line += "  " + left.Round(time.Second).String() + " left"
		}
	}
	fmt.Fprintf(s.out, "\r%s\x1b[K", line)
	s.drawn = true
}

// wipe takes the line of progress away.
func (s *screen) wipe() {
	if s.drawn {
		fmt.Fprint(s.out, "\r\x1b[K")
		s.drawn = false
	}
}

// finish ends the screen with the summary, when it is wanted.
func (s *screen) finish(t counts) {
	if s.ticker != nil {
		s.ticker.Stop()
	}
	s.wipe()
	if s.summary {
		t.print(s.out, time.Since(s.began))
	}
}
