// Command demo starts the server, transforms the examples over REST and gRPC, shows what came out, delivers some events to a
// sandbox, shows what arrived, and stops the server.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"os"
	"os/signal"
	"path/filepath"
	"syscall"
	"time"

	"github.com/rudder-clevertap/rudder-clevertap/examples"
)

// timeout is how long the whole demonstration may take.
const timeout = 2 * time.Minute

func main() {
	server := flag.String("server", "bin/rudder-clevertap", "the program")
	folder := flag.String("examples", "examples", "the folder of examples")
	flag.Parse()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	err := run(ctx, *server, *folder, newPrinter(os.Stdout))
	stop()
	if err != nil {
		fmt.Fprintln(os.Stderr, "demo:", err)
		os.Exit(1)
	}
}

// run starts the server, shows all examples and stops the server.
func run(ctx context.Context, program, folder string, p *printer) error {
	ctx, cancel := context.WithTimeout(ctx, timeout)
	defer cancel()
	clevertap, err := startSandbox(ctx)
	if err != nil {
		return err
	}
	defer func() { _ = clevertap.stop() }()
	running, err := start(ctx, program, clevertap.base)
	if err != nil {
		return err
	}
	p.linef("", "The server listens on %s (gRPC) and %s (REST).", running.grpc, running.http)
	if err := errors.Join(showAll(ctx, p, running, clevertap, folder), running.stop()); err != nil {
		return err
	}
	p.linef("", "\nREST and gRPC gave the same bodies, byte for byte. The server has stopped.")
	return nil
}

// showAll shows all examples with a running server.
func showAll(ctx context.Context, p *printer, running *serverProcess, clevertap *localCleverTap, folder string) error {
	rest := &restClient{base: "http://" + running.http}
	rpc, err := dial(running.grpc)
	if err != nil {
		return err
	}
	for _, s := range examples.Showcases() {
		if err := show(ctx, p, rest, rpc, folder, s); err != nil {
			return errors.Join(fmt.Errorf("%s: %w", s.Events, err), rpc.close())
		}
	}
	if err := errors.Join(showTyped(ctx, p, rpc), rpc.close()); err != nil {
		return err
	}
	return showDelivery(ctx, p, rest, clevertap)
}

// show sends the events of one showcase over REST, in a batch and those that are no JSON alone, prints the answers, and
// makes sure that a gRPC stream gives the same bodies.
func show(ctx context.Context, p *printer, rest *restClient, rpc *rpcClient, folder string, s examples.Showcase) error {
	lines, err := readLines(filepath.Join(folder, s.Events))
	if err != nil {
		return err
	}
	destination, err := os.ReadFile(filepath.Join(folder, s.Destination))
	if err != nil {
		return err
	}
	p.title(s.Title, s.Events+" → "+s.Destination)
	batch, broken := separate(lines)
	answer, err := rest.batch(ctx, batch, destination)
	if err != nil {
		return err
	}
	for i, event := range batch {
		p.result(event, answer, answer.Results[i])
	}
	for _, event := range broken {
		refusal, err := rest.refused(ctx, event, destination)
		if err != nil {
			return err
		}
		p.event(event)
		p.fault(refusal)
	}
	bodies, err := rpc.bodies(ctx, batch, destination)
	if err != nil {
		return err
	}
	return same(answer, bodies)
}
