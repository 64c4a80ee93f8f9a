package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"os/exec"
	"slices"
	"strings"
	"time"
)

const (
	// startTimeout is how long a server may take to answer.
	startTimeout = 15 * time.Second
	// stopTimeout is how long a server may take to end.
	stopTimeout = 30 * time.Second
)

// process is a server in a process of its own.
type process struct {
	command *exec.Cmd
	// grpc, http and transformer are where it listens; an echo server has one address.
	grpc, http, transformer string
	stdin                   io.Closer
	log                     bytes.Buffer
	// exited is closed when it has ended, and err then says how.
	exited chan struct{}
	err    error
}

// startEcho starts one of the echo servers, and waits until it takes connections.
func startEcho(ctx context.Context, kind string) (*process, error) {
	program, err := os.Executable()
	if err != nil {
		return nil, err
	}
	addr, err := freeAddress(ctx)
	if err != nil {
		return nil, err
	}
	p := &process{grpc: addr, http: addr, transformer: addr}
	if err := p.start(ctx, nil, program, "echo", kind, addr); err != nil {
		return nil, err
	}
	return p, p.await(ctx, 20*time.Millisecond, func(ctx context.Context) bool {
		conn, err := (&net.Dialer{}).DialContext(ctx, "tcp", addr)
		if err != nil {
			return false
		}
		return conn.Close() == nil
	})
}

// serveOptions say how ours is started.
type serveOptions struct {
	program string
	// transformer says that it serves rudder-transformer's routes.
	transformer bool
	env, args   []string
	// every is how often to ask whether it is healthy.
	every time.Duration
}

// startServe starts ours with default settings on free addresses, and waits until it is healthy.
func startServe(ctx context.Context, o serveOptions) (*process, error) {
	p := &process{}
	args := append([]string{"serve"}, o.args...)
	flags := []struct {
		name string
		to   *string
	}{{"--grpc-addr", &p.grpc}, {"--http-addr", &p.http}, {"--transformer-addr", &p.transformer}}
	if !o.transformer {
		// Its default address is one for all.
		flags, args = flags[:2], append(args, "--transformer-addr", "")
	}
	for _, flag := range flags {
		addr, err := freeAddress(ctx)
		if err != nil {
			return nil, err
		}
		*flag.to = addr
		args = append(args, flag.name, addr)
	}
	if err := p.start(ctx, o.env, o.program, args...); err != nil {
		return nil, err
	}
	return p, p.await(ctx, max(o.every, time.Millisecond), func(ctx context.Context) bool { return healthy(ctx, p.http) })
}

// start starts the process.
func (p *process) start(ctx context.Context, env []string, program string, args ...string) error {
	p.command = exec.CommandContext(ctx, program, args...)
	p.command.Env = append(slices.DeleteFunc(os.Environ(), configures), env...)
	p.command.Stdout, p.command.Stderr = &p.log, &p.log
	p.command.Cancel = func() error { return p.command.Process.Signal(os.Interrupt) }
	p.command.WaitDelay = stopTimeout
	stdin, err := p.command.StdinPipe()
	if err != nil {
		return err
	}
	p.stdin = stdin
	if err := p.command.Start(); err != nil {
		return fmt.Errorf("start %s: %w", program, err)
	}
	p.exited = make(chan struct{})
	go func() {
		defer close(p.exited)
		p.err = p.command.Wait()
	}()
	return nil
}

// configures reports whether a variable of the environment would change how ours is set up.
func configures(variable string) bool {
	return strings.HasPrefix(variable, "OTEL_") || strings.HasPrefix(variable, "RUDDER_CLEVERTAP_")
}

// await asks again and again whether the process is ready. One that is not in time is stopped.
func (p *process) await(ctx context.Context, every time.Duration, ready func(context.Context) bool) error {
	ctx, cancel := context.WithTimeout(ctx, startTimeout)
	defer cancel()
	for !ready(ctx) {
		select {
		case <-p.exited:
			return fmt.Errorf("%v ended before it was ready: %w\n%s", p.command.Args, p.err, p.log.String())
		case <-ctx.Done():
			return errors.Join(fmt.Errorf("%v was not ready in time", p.command.Args), p.stop())
		case <-time.After(every):
		}
	}
	return nil
}

// stop ends the process in good order.
func (p *process) stop() error {
	// An echo server ends with its input, ours by the signal.
	_ = p.stdin.Close()
	if err := p.command.Process.Signal(os.Interrupt); err != nil && !errors.Is(err, os.ErrProcessDone) {
		return err
	}
	select {
	case <-p.exited:
	case <-time.After(stopTimeout):
		return errors.Join(fmt.Errorf("%v did not stop in time", p.command.Args), p.command.Process.Kill())
	}
	if p.err != nil && !errors.Is(p.err, context.Canceled) {
		return fmt.Errorf("%v: %w\n%s", p.command.Args, p.err, p.log.String())
	}
	return nil
}

// kill ends the process at once, as a crash does.
func (p *process) kill() error {
	err := p.command.Process.Kill()
	<-p.exited
	return err
}

// cpu returns the processor time that the process has taken so far.
func (p *process) cpu() (time.Duration, error) { return cpuTime(p.command.Process.Pid) }

// peak returns the most memory that the process has had, in bytes.
func (p *process) peak() (int64, error) { return peakMemory(p.command.Process.Pid) }

// freeAddress returns a loopback address that nobody listens on.
func freeAddress(ctx context.Context) (string, error) {
	listener, err := (&net.ListenConfig{}).Listen(ctx, "tcp", "127.0.0.1:0")
	if err != nil {
		return "", fmt.Errorf("find a free port: %w", err)
	}
	return listener.Addr().String(), listener.Close()
}

// healthy reports whether ours answers its health check.
func healthy(ctx context.Context, addr string) bool {
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, "http://"+addr+"/healthz", http.NoBody)
	if err != nil {
		return false
	}
	answer, err := http.DefaultClient.Do(request)
	if err != nil {
		return false
	}
	_, _ = io.Copy(io.Discard, answer.Body)
	return answer.Body.Close() == nil && answer.StatusCode == http.StatusOK
}
