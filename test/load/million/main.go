// Command million transforms many generated events with the real program and shows how fast that was and how much memory
// it took. It fails when the memory is more than it should be.
package main

import (
	"bufio"
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"runtime"
	"syscall"
	"time"

	"github.com/rudder-clevertap/rudder-clevertap/internal/genevents"
)

// options are what the command line says.
type options struct {
	program, destination string
	events               int
	seed                 uint64
	limit                int64 // of memory, in megabytes
}

func main() {
	var o options
	flag.StringVar(&o.program, "program", "bin/rudder-clevertap", "the program")
	flag.StringVar(&o.destination, "destination", "examples/destinations/plain.json", "the destination's settings")
	flag.IntVar(&o.events, "events", 1_000_000, "how many events")
	flag.Uint64Var(&o.seed, "seed", 1, "decides the events")
	flag.Int64Var(&o.limit, "limit", 200, "how many megabytes of memory are allowed")
	flag.Parse()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	err := run(ctx, o, os.Stdout)
	stop()
	if err != nil {
		fmt.Fprintln(os.Stderr, "million:", err)
		os.Exit(1)
	}
}

// run makes the events and transforms them to each form of output.
func run(ctx context.Context, o options, out io.Writer) (err error) {
	folder, err := os.MkdirTemp("", "rudder-clevertap-")
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, os.RemoveAll(folder)) }()
	file := filepath.Join(folder, "events.jsonl")
	size, err := generate(file, o)
	if err != nil {
		return err
	}
	fmt.Fprintf(out, "%d events, %.0f MB\n", o.events, float64(size)/1e6)
	for _, form := range []string{"results", "payloads"} {
		took, peak, err := transform(ctx, o, file, form)
		if err != nil {
			return fmt.Errorf("transform --output %s: %w", form, err)
		}
		fmt.Fprintf(out, "transform --output %-8s  %5.2f s  %9.0f events/s  %6.1f MB/s  peak memory %d MB\n",
			form, took.Seconds(), float64(o.events)/took.Seconds(), float64(size)/1e6/took.Seconds(), peak)
		if peak > o.limit {
			return fmt.Errorf("transform --output %s took %d MB of memory, more than %d MB", form, peak, o.limit)
		}
	}
	return nil
}

// generate writes the events and returns how many bytes they take.
func generate(file string, o options) (size int64, err error) {
	to, err := os.Create(file)
	if err != nil {
		return 0, err
	}
	defer func() { err = errors.Join(err, to.Close()) }()
	buffered := bufio.NewWriterSize(to, 1<<20)
	size, err = genevents.New(o.seed).Write(buffered, o.events)
	return size, errors.Join(err, buffered.Flush())
}

// transform runs the program and returns how long it took, and its peak memory in megabytes.
func transform(ctx context.Context, o options, file, form string) (time.Duration, int64, error) {
	command := exec.CommandContext(ctx, o.program, "transform", file, "--destination", o.destination, "--output", form)
	command.Stderr = os.Stderr
	began := time.Now()
	if err := command.Run(); err != nil {
		return 0, 0, err
	}
	took := time.Since(began)
	usage, ok := command.ProcessState.SysUsage().(*syscall.Rusage)
	if !ok {
		return 0, 0, errors.New("this system does not tell how much memory a process took")
	}
	if runtime.GOOS == "darwin" {
		return took, usage.Maxrss / 1e6, nil
	}
	return took, usage.Maxrss * 1024 / 1e6, nil
}
