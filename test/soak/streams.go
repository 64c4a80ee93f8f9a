package main

import (
	"context"
	"errors"
	"fmt"
	"net"
	"sync/atomic"
	"time"

	"golang.org/x/sync/errgroup"
	"google.golang.org/grpc"
	"google.golang.org/grpc/backoff"
	"google.golang.org/grpc/credentials/insecure"

	transformerv1 "github.com/rudder-clevertap/rudder-clevertap/gen/transformer/v1"
)

// driveStreams delivers all events through streams of a server that is killed and started again.
func driveStreams(ctx context.Context, o options, to *cleverTap) (*report, error) {
	address, err := freeAddress(ctx)
	if err != nil {
		return nil, err
	}
	conn, err := grpc.NewClient(address, grpc.WithTransportCredentials(insecure.NewCredentials()),
		grpc.WithConnectParams(grpc.ConnectParams{Backoff: backoff.Config{BaseDelay: 50 * time.Millisecond, Multiplier: 1, MaxDelay: 50 * time.Millisecond}}))
	if err != nil {
		return nil, err
	}
	defer func() { _ = conn.Close() }()
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	var peak atomic.Int64
	kills := &killer{options: o, to: to}
	serving := make(chan error, 1)
	go func() { serving <- serve(ctx, o, to.base, address, &peak, kills) }()

	r := newReport(o.events)
	feeds, feeding := errgroup.WithContext(ctx)
	for stream := range o.streams {
		f := &feed{options: o, report: r, stream: stream, client: transformerv1.NewDeliveryServiceClient(conn)}
		f.events = f.mine()
		feeds.Go(func() error { return f.run(feeding) })
	}
	err = feeds.Wait()
	cancel()
	err = errors.Join(err, <-serving)
	r.kills, r.peak = kills.kills, peak.Load()
	return r, err
}

// freeAddress returns a loopback address that nobody listens on.
func freeAddress(ctx context.Context) (string, error) {
	listener, err := (&net.ListenConfig{}).Listen(ctx, "tcp", "127.0.0.1:0")
	if err != nil {
		return "", err
	}
	return listener.Addr().String(), listener.Close()
}

// serve runs the server until ctx ends, and kills it now and then.
func serve(ctx context.Context, o options, base, address string, peak *atomic.Int64, kills *killer) error {
	for {
		p, err := start(ctx, nil, peak, o.program, "serve",
			"--grpc-addr", address, "--http-addr", "127.0.0.1:0", "--transformer-addr", "", "--clevertap-base-url", base)
		if err != nil {
			return err
		}
		killed, stop := make(chan bool, 1), make(chan struct{})
		waiting, cancel := context.WithCancel(ctx)
		go func() {
			killed <- kills.due(waiting)
			close(stop)
		}()
		select {
		case err := <-p.ended:
			cancel()
			<-stop
			if ctx.Err() != nil {
				return nil //nolint:nilerr // All is done.
			}
			return fmt.Errorf("the server ended: %w\n%s", err, p.said.String())
		case again := <-killed:
			cancel()
			if !again {
				err := <-p.ended
				if ctx.Err() != nil {
					return nil //nolint:nilerr // All is done.
				}
				return fmt.Errorf("the server ended: %w\n%s", err, p.said.String())
			}
			p.kill()
			kills.to.forget()
		}
	}
}

// feed delivers the events of an account through one stream after the other.
type feed struct {
	options
	*report

	stream int
	client transformerv1.DeliveryServiceClient
	events []int
	// next is the first event without a result, of events.
	next int
}

// mine are the events of an account: each user is one account's.
func (f *feed) mine() (mine []int) {
	for n := range f.options.events {
		if n%f.users%f.streams == f.stream {
			mine = append(mine, n)
		}
	}
	return mine
}

// run delivers all events. What has no result when a stream breaks is sent again over the next one.
func (f *feed) run(ctx context.Context) error {
	for f.next < len(f.events) {
		if err := f.once(ctx); err != nil {
			return err
		}
		if ctx.Err() != nil {
			return ctx.Err()
		}
	}
	return nil
}

// once delivers over one stream, until it breaks or all events have results. The error is one that no kill explains.
func (f *feed) once(ctx context.Context) error {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	stream, err := f.client.StreamDeliver(ctx, grpc.WaitForReady(true))
	if err != nil {
		return ctx.Err() // the server is gone again
	}
	from, upTo := f.next, make(chan int, 1)
	go func() { upTo <- f.send(stream, from) }()
	err = f.receive(stream)
	cancel()
	sent := <-upTo
	for _, n := range f.events[f.next:sent] {
		f.resent[n] = true
	}
	return err
}

// send sends events until there are no more or the stream breaks, and returns how many were sent.
func (f *feed) send(stream transformerv1.DeliveryService_StreamDeliverClient, from int) int {
	for from < len(f.events) {
		end := min(from+f.messageSize, len(f.events))
		request := &transformerv1.StreamDeliverRequest{
			Sequence: uint64(from),
			Target:   &transformerv1.StreamDeliverRequest_DestinationJson{DestinationJson: []byte(settings(account(f.stream)))},
		}
		for _, n := range f.events[from:end] {
			request.EventsJson = append(request.EventsJson, event(f.options, n))
		}
		if stream.Send(request) != nil {
			return end
		}
		from = end
	}
	_ = stream.CloseSend()
	return from
}

// receive takes results until the stream breaks or ends.
func (f *feed) receive(stream transformerv1.DeliveryService_StreamDeliverClient) error {
	for {
		response, err := stream.Recv()
		if err != nil {
			return nil //nolint:nilerr // What has no result is sent again.
		}
		if failed := response.GetError(); failed != nil {
			return fmt.Errorf("a message failed: %s", failed.GetMessage())
		}
		if response.GetSequence() != uint64(f.next) {
			return fmt.Errorf("the answer to %d came where that to %d was due", response.GetSequence(), f.next)
		}
		for i, result := range response.GetResults() {
			n := f.events[f.next+i]
			if result.GetOutcome() != transformerv1.Outcome_OUTCOME_DELIVERED {
				return fmt.Errorf("event %d: %s: %s", n, result.GetOutcome(), result.GetError().GetMessage())
			}
			f.acked[n]++
			f.flagged[n] = f.flagged[n] || result.GetPossiblyDelivered()
		}
		f.next += len(response.GetResults())
	}
}
