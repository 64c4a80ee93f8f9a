package main

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"sync/atomic"
)

// driveCommand delivers all events of a file on the command line, in runs of which all but the last are killed.
func driveCommand(ctx context.Context, o options, to *cleverTap) (r *report, err error) {
	folder, err := os.MkdirTemp("", "soak-")
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, os.RemoveAll(folder)) }()
	input := filepath.Join(folder, "events.jsonl")
	if err := write(input, o); err != nil {
		return nil, err
	}
	out, err := os.OpenFile(filepath.Join(folder, "results.jsonl"), os.O_CREATE|os.O_RDWR|os.O_APPEND, 0o600)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, out.Close()) }()
	var peak atomic.Int64
	kills := &killer{options: o, to: to}
	args := []string{"deliver", input, "--destination", settings(account(0)), "--clevertap-base-url", to.base,
		"--checkpoint", filepath.Join(folder, "checkpoint"), "--failed", filepath.Join(folder, "failed.jsonl")}
	for again := true; again; {
		if again, err = runOnce(ctx, o, out, &peak, kills, args); err != nil {
			return nil, err
		}
	}
	r = newReport(o.events)
	r.kills, r.peak = kills.kills, peak.Load()
	return r, read(out, r)
}

// write writes the events.
func write(name string, o options) (err error) {
	file, err := os.Create(name)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, file.Close()) }()
	buffered := bufio.NewWriter(file)
	for n := range o.events {
		_, _ = buffered.Write(append(event(o, n), '\n')) // Flush has the error.
	}
	return buffered.Flush()
}

// runOnce runs the program once, and reports whether it was killed.
func runOnce(ctx context.Context, o options, out *os.File, peak *atomic.Int64, kills *killer, args []string) (killed bool, err error) {
	p, err := start(ctx, out, peak, o.program, args...)
	if err != nil {
		return false, err
	}
	waiting, cancel := context.WithCancel(ctx)
	due := make(chan bool, 1)
	go func() { due <- kills.due(waiting) }()
	select {
	case err = <-p.ended:
		cancel()
		if <-due {
			return true, nil // It ended while it was to be killed; another run has nothing to do.
		}
	case again := <-due:
		cancel()
		if again {
			p.kill()
			kills.to.forget()
			return true, nil
		}
		err = <-p.ended
	}
	if err != nil {
		return false, fmt.Errorf("%w\n%s", err, p.said.String())
	}
	return false, nil
}

// read reads the results of all runs.
func read(out *os.File, r *report) error {
	if _, err := out.Seek(0, 0); err != nil {
		return err
	}
	lines := bufio.NewScanner(out)
	for lines.Scan() {
		var result struct {
			Line              int
			Outcome           string
			PossiblyDelivered bool
		}
		if err := json.Unmarshal(lines.Bytes(), &result); err != nil {
			return fmt.Errorf("%w: %s", err, lines.Text())
		}
		if result.Line < 1 || result.Line > len(r.acked) || result.Outcome != "OUTCOME_DELIVERED" {
			return fmt.Errorf("a line that should not be: %s", lines.Text())
		}
		r.acked[result.Line-1]++
		r.flagged[result.Line-1] = result.PossiblyDelivered
	}
	return lines.Err()
}
