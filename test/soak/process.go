package main

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"os/exec"
	"strconv"
	"sync/atomic"
	"time"
)

// process is the program at work.
type process struct {
	command *exec.Cmd
	said    bytes.Buffer
	ended   chan error
}

// start starts the program; out, unless nil, takes its output.
func start(ctx context.Context, out *os.File, peak *atomic.Int64, program string, args ...string) (*process, error) {
	p := &process{command: exec.CommandContext(ctx, program, args...), ended: make(chan error, 1)}
	p.command.Stderr = &p.said
	if out != nil {
		p.command.Stdout = out
	}
	if err := p.command.Start(); err != nil {
		return nil, err
	}
	done := make(chan struct{})
	go func() {
		err := p.command.Wait()
		close(done)
		p.ended <- err
	}()
	go watch(p.command.Process.Pid, done, peak)
	return p, nil
}

// kill kills the program.
func (p *process) kill() {
	_ = p.command.Process.Kill()
	<-p.ended //nolint:errcheck // It says that it was killed.
}

// watch notes the most memory that a process has at a time, in megabytes, as the system tells it.
func watch(pid int, done <-chan struct{}, peak *atomic.Int64) {
	for {
		select {
		case <-done:
			return
		case <-time.After(50 * time.Millisecond):
		}
		text, err := os.ReadFile(fmt.Sprintf("/proc/%d/statm", pid))
		fields := bytes.Fields(text)
		if err != nil || len(fields) < 2 {
			continue // It has ended, or this system does not tell.
		}
		if pages, err := strconv.ParseInt(string(fields[1]), 10, 64); err == nil {
			peak.Store(max(peak.Load(), pages*int64(os.Getpagesize())/1e6))
		}
	}
}

// killer kills the program each time so many events more have arrived.
type killer struct {
	options

	to    *cleverTap
	kills int
}

// due waits until it is time to kill, and reports false when ctx has ended or there are no more kills to come.
func (k *killer) due(ctx context.Context) bool {
	if k.kills >= k.options.kills {
		return false
	}
	for k.to.arrived() < (k.kills+1)*k.events/(k.options.kills+1) {
		select {
		case <-ctx.Done():
			return false
		case <-time.After(5 * time.Millisecond):
		}
	}
	k.kills++
	return true
}
