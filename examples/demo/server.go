package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"os"
	"os/exec"
	"time"
)

// serverProcess is the server under demonstration.
type serverProcess struct {
	grpc, http string
	log        bytes.Buffer
	cancel     context.CancelFunc
	exited     chan error
}

// start starts the server on free loopback ports, with a stand-in for CleverTap, and waits until it is healthy.
func start(ctx context.Context, program, clevertap string) (*serverProcess, error) {
	s := &serverProcess{exited: make(chan error, 1)}
	for _, address := range []*string{&s.grpc, &s.http} {
		var err error
		if *address, err = freeAddress(ctx); err != nil {
			return nil, err
		}
	}
	ctx, s.cancel = context.WithCancel(ctx)
	command := exec.CommandContext(ctx, program, "serve", "--grpc-addr", s.grpc, "--http-addr", s.http, "--transformer-addr", "",
		"--clevertap-base-url", clevertap)
	command.Stdout, command.Stderr = &s.log, &s.log
	command.Cancel = func() error { return command.Process.Signal(os.Interrupt) }
	command.WaitDelay = 15 * time.Second
	if err := command.Start(); err != nil {
		return nil, fmt.Errorf("start the server: %w", err)
	}
	go func() { s.exited <- command.Wait() }()
	if err := s.healthy(ctx); err != nil {
		return nil, errors.Join(err, s.stop())
	}
	return s, nil
}

// freeAddress returns a loopback address that nobody listens on.
func freeAddress(ctx context.Context) (string, error) {
	var config net.ListenConfig
	listener, err := config.Listen(ctx, "tcp", "127.0.0.1:0")
	if err != nil {
		return "", fmt.Errorf("find a free port: %w", err)
	}
	return listener.Addr().String(), listener.Close()
}

// healthy waits until the server answers its health check.
func (s *serverProcess) healthy(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, 15*time.Second)
	defer cancel()
	for {
		request, err := http.NewRequestWithContext(ctx, http.MethodGet, "http://"+s.http+"/healthz", http.NoBody)
		if err != nil {
			return err
		}
		if answer, err := http.DefaultClient.Do(request); err == nil {
			_ = answer.Body.Close()
			if answer.StatusCode == http.StatusOK {
				return nil
			}
		}
		select {
		case err := <-s.exited:
			s.exited <- err
			return errors.New("the server ended before it was healthy")
		case <-ctx.Done():
			return fmt.Errorf("the server did not become healthy: %w", ctx.Err())
		case <-time.After(20 * time.Millisecond):
		}
	}
}

// stop stops the server in good order. The error holds what the server logged.
func (s *serverProcess) stop() error {
	s.cancel()
	// An orderly end after the interrupt shows as the context's own error.
	if err := <-s.exited; err != nil && !errors.Is(err, context.Canceled) {
		return fmt.Errorf("the server ended with %w:\n%s", err, s.log.String())
	}
	return nil
}
