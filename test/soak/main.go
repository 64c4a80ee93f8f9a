// Command soak delivers many events with the real program, through streams and through its command line, while a part of
// CleverTap's calls fails in every way and the program is killed and started again. Then it holds what arrived against what
// was promised: no event that has a result is lost; one that is there twice is flagged, or was sent again by who knew that the
// program had been killed; each user's events came in order; there were never more calls at once than the limit; and memory
// stayed flat.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"
	"syscall"
	"time"
)

// options are what the command line says.
type options struct {
	program     string
	events      int
	users       int
	kills       int
	failing     float64 // of CleverTap's calls, from 0 to 1
	limit       int64   // of memory, in megabytes
	maxUploads  int     // at once, of an account
	streams     int
	messageSize int
}

func main() {
	var o options
	flag.StringVar(&o.program, "program", "bin/rudder-clevertap", "the program")
	flag.IntVar(&o.events, "events", 200_000, "how many events, each way")
	flag.IntVar(&o.users, "users", 2_000, "how many users they are of")
	flag.IntVar(&o.kills, "kills", 5, "how often the program is killed, each way")
	flag.Float64Var(&o.failing, "failing", 0.2, "how many of CleverTap's calls fail")
	flag.Int64Var(&o.limit, "limit", 200, "how many megabytes of memory are allowed")
	flag.IntVar(&o.streams, "streams", 4, "how many streams there are, each to an account of its own")
	flag.IntVar(&o.messageSize, "message", 100, "how many events a message holds")
	flag.Parse()
	o.maxUploads = 3 // the program's default
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	err := run(ctx, o, os.Stdout)
	stop()
	if err != nil {
		fmt.Fprintln(os.Stderr, "soak:", err)
		os.Exit(1)
	}
}

// way is a way to deliver all events.
type way struct {
	name  string
	drive func(ctx context.Context, o options, to *cleverTap) (*report, error)
}

// report is what became of a run, as the program says.
type report struct {
	// acked counts the results of each event, and flagged are those that say that it may be there twice.
	acked   []int
	flagged []bool
	// resent are the events that were sent again by who knew that the program had been killed.
	resent []bool
	kills  int
	peak   int64 // of memory, in megabytes
}

// newReport returns a report of nothing.
func newReport(events int) *report {
	return &report{acked: make([]int, events), flagged: make([]bool, events), resent: make([]bool, events)}
}

// run delivers all events in each way.
func run(ctx context.Context, o options, out io.Writer) error {
	var errs []error
	for _, w := range []way{{"StreamDeliver", driveStreams}, {"deliver FILE", driveCommand}} {
		to, err := startCleverTap(ctx, o)
		if err != nil {
			return err
		}
		began := time.Now()
		got, err := w.drive(ctx, o, to)
		to.stop()
		if err != nil {
			return fmt.Errorf("%s: %w", w.name, err)
		}
		took := time.Since(began)
		fmt.Fprintf(out, "%-14s %d events in %.0f s (%.0f/s), %d kills, %d calls of which %d failed, %d events twice, peak memory %d MB\n",
			w.name, o.events, took.Seconds(), float64(o.events)/took.Seconds(), got.kills, to.calls, to.failed, to.twice(), got.peak)
		if err := to.judge(o, got); err != nil {
			errs = append(errs, fmt.Errorf("%s: %w", w.name, err))
		}
	}
	if len(errs) == 0 {
		fmt.Fprintln(out, "Nothing lost, nothing twice but what is flagged, each user in order, limits kept.")
	}
	return errors.Join(errs...)
}
