package main

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strconv"
	"time"

	"github.com/rudder-clevertap/rudder-clevertap/internal/genevents"
	"github.com/rudder-clevertap/rudder-clevertap/mapping"
)

// other is something to measure that is no path of a server.
type other struct {
	name, key string
	expected  func(*compareCmd) time.Duration
	measure   func(context.Context, *compareCmd) (otherRow, error)
}

const (
	// engineTarget is how fast the engine must be, of encoding/json.Valid.
	engineTarget = 1.0
	// commandTarget is how fast the command line must be, of jq.
	commandTarget = 20.0
	// startTarget is how long the process may take until it is healthy.
	startTarget = 150 * time.Millisecond
	// starts is how often that is measured.
	starts = 10
	// fileEvents is how many events the command line gets: about 120 MB.
	fileEvents = 100_000
)

// others returns what is measured apart from the paths.
func others() []other {
	rounds := func(c *compareCmd) time.Duration { return time.Duration(c.Rounds) }
	return []other{
		{name: "engine, JSON event to payload JSON, one core, against encoding/json.Valid", key: "engine",
			expected: func(c *compareCmd) time.Duration { return 2 * rounds(c) * min(c.Time, time.Second) }, measure: measureEngine},
		{name: "transform --output payloads, against jq -c .", key: "command",
			expected: func(c *compareCmd) time.Duration { return rounds(c) * 6 * time.Second }, measure: measureCommand},
		{name: "Deliver, against BatchTransform", key: "deliver",
			expected: func(c *compareCmd) time.Duration { return 2 * (c.Warmup + rounds(c)*c.Time) }, measure: measureDeliver},
		{name: "process start to healthy", key: "start",
			expected: func(*compareCmd) time.Duration { return starts * 200 * time.Millisecond }, measure: measureStart},
	}
}

// engineCmd measures the engine in a process of its own, on one core.
type engineCmd struct {
	Time   time.Duration
	Rounds int
}

// engineFigures are what engineCmd prints.
type engineFigures struct {
	// Ours and Valid are nanoseconds per event, round by round.
	Ours, Valid []float64
	// Allocations and Diagnostics are means per event.
	Allocations, Diagnostics float64
}

// Run measures and prints figures in JSON.
func (c *engineCmd) Run() error {
	runtime.GOMAXPROCS(1)
	to, failed := mapping.ParseDestination([]byte(destination))
	if failed != nil {
		return failed
	}
	events := genevents.New(1).Batch(1000)
	var (
		f       engineFigures
		m       mapping.Mapper
		payload []byte
	)
	transform := func(event []byte) int {
		result := m.TransformJSON(event, to)
		for _, r := range result.Records {
			payload = r.AppendJSON(payload[:0])
		}
		return len(result.Diagnostics)
	}
	diagnostics := 0
	for _, event := range events {
		diagnostics += transform(event)
	}
	f.Diagnostics = float64(diagnostics) / float64(len(events))
	f.Allocations = allocations(events, func(event []byte) { transform(event) })
	for range c.Rounds {
		f.Valid = append(f.Valid, perEvent(events, c.Time, func(event []byte) { json.Valid(event) }))
		f.Ours = append(f.Ours, perEvent(events, c.Time, func(event []byte) { transform(event) }))
	}
	return json.NewEncoder(os.Stdout).Encode(f)
}

// perEvent does something with one event after the other for a while, and returns how many nanoseconds that took for each.
func perEvent(events [][]byte, lasting time.Duration, do func([]byte)) float64 {
	began, done := time.Now(), 0
	for time.Since(began) < lasting {
		for _, event := range events {
			do(event)
		}
		done += len(events)
	}
	return float64(time.Since(began)) / float64(done)
}

// allocations returns how many allocations an event takes.
func allocations(events [][]byte, do func([]byte)) float64 {
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	for _, event := range events {
		do(event)
	}
	runtime.ReadMemStats(&after)
	return float64(after.Mallocs-before.Mallocs) / float64(len(events))
}

// measureEngine holds the engine against encoding/json.Valid.
func measureEngine(ctx context.Context, c *compareCmd) (otherRow, error) {
	program, err := os.Executable()
	if err != nil {
		return otherRow{}, err
	}
	text, err := exec.CommandContext(ctx, program, "engine", "--time", min(c.Time, time.Second).String(), "--rounds", strconv.Itoa(c.Rounds)).Output()
	if err != nil {
		return otherRow{}, err
	}
	var f engineFigures
	if err := json.Unmarshal(text, &f); err != nil {
		return otherRow{}, err
	}
	ratios := make([]float64, len(f.Ours))
	for i := range ratios {
		ratios[i] = f.Valid[i] / f.Ours[i]
	}
	ratio := median(ratios)
	return otherRow{
		Name: "engine, JSON event to payload JSON, one core", Key: "engine",
		Ours:    fmt.Sprintf("%.2f µs/event, %.2f allocations and %.2f diagnostics", median(f.Ours)/1000, f.Allocations, f.Diagnostics),
		Against: fmt.Sprintf("encoding/json.Valid: %.2f µs/event", median(f.Valid)/1000),
		Value:   ratio, Target: fmt.Sprintf("%.1f", engineTarget), Pass: ratio >= engineTarget && f.Allocations <= 2+f.Diagnostics,
	}, nil
}

// measureCommand holds the command line against jq.
func measureCommand(ctx context.Context, c *compareCmd) (row otherRow, err error) {
	row = otherRow{Name: "transform --output payloads, wall time", Key: "command", Target: fmt.Sprintf("%.0f", commandTarget)}
	if _, err := exec.LookPath("jq"); err != nil {
		row.Skipped = "jq is not installed"
		return row, nil
	}
	folder, err := os.MkdirTemp("", "rudder-clevertap-")
	if err != nil {
		return row, err
	}
	defer func() { err = errors.Join(err, os.RemoveAll(folder)) }()
	file := filepath.Join(folder, "events.jsonl")
	size, err := writeEvents(file)
	if err != nil {
		return row, err
	}
	var ratios, ours, jq []float64
	for range c.Rounds {
		jqTook, _, err := timeCommand(ctx, "jq", "-c", ".", file)
		if err != nil {
			return row, err
		}
		took, peak, err := timeCommand(ctx, c.Program, "transform", file, "--destination", destination, "--output", "payloads")
		if err != nil {
			return row, err
		}
		ratios = append(ratios, float64(jqTook)/float64(took))
		ours = append(ours, float64(size)/1e6/took.Seconds())
		jq = append(jq, float64(size)/1e6/jqTook.Seconds())
		row.PeakMB = max(row.PeakMB, float64(peak)/1e6)
	}
	row.Value = median(ratios)
	row.Ours, row.Against = fmt.Sprintf("%.0f MB/s", median(ours)), fmt.Sprintf("jq -c .: %.1f MB/s", median(jq))
	row.Pass = row.Value >= commandTarget && row.PeakMB <= maxPeak
	return row, nil
}

// writeEvents writes the file that the command line and jq get, and returns its size.
func writeEvents(file string) (size int64, err error) {
	to, err := os.Create(file)
	if err != nil {
		return 0, err
	}
	defer func() { err = errors.Join(err, to.Close()) }()
	buffered := bufio.NewWriterSize(to, 1<<20)
	size, err = genevents.New(1).Write(buffered, fileEvents)
	return size, errors.Join(err, buffered.Flush())
}

// timeCommand runs a program, whose output goes nowhere, and returns how long it took and the most memory it was seen to have, in
// bytes. (What the system tells of a process that has ended includes the memory of its parent: it ran in that for a moment.)
func timeCommand(ctx context.Context, program string, args ...string) (took time.Duration, peak int64, err error) {
	command := exec.CommandContext(ctx, program, args...)
	command.Stderr = os.Stderr
	began := time.Now()
	if err := command.Start(); err != nil {
		return 0, 0, fmt.Errorf("%s: %w", program, err)
	}
	ended := make(chan error, 1)
	go func() { ended <- command.Wait() }()
	look := time.NewTicker(5 * time.Millisecond)
	defer look.Stop()
	for {
		select {
		case err := <-ended:
			if err != nil {
				return 0, 0, fmt.Errorf("%s: %w", program, err)
			}
			return time.Since(began), peak, nil
		case <-look.C:
			// It may be gone by now, and its memory with it.
			if now, err := peakMemory(command.Process.Pid); err == nil {
				peak = max(peak, now)
			}
		}
	}
}

// measureStart measures how long the process takes until it is healthy.
func measureStart(ctx context.Context, c *compareCmd) (otherRow, error) {
	var took []time.Duration
	var peak int64
	for range starts {
		began := time.Now()
		p, err := startServe(ctx, serveOptions{program: c.Program})
		if err != nil {
			return otherRow{}, err
		}
		took = append(took, time.Since(began))
		idle, err := p.peak()
		if err := errors.Join(err, p.stop()); err != nil {
			return otherRow{}, err
		}
		peak = max(peak, idle)
	}
	middle := millis(median(took))
	return otherRow{
		Name: "process start to healthy", Key: "start", Ours: fmt.Sprintf("%.0f ms (median of %d)", middle, starts),
		Value: middle, Target: fmt.Sprintf("%.0f ms", millis(startTarget)), PeakMB: float64(peak) / 1e6, Pass: middle <= millis(startTarget),
	}, nil
}
