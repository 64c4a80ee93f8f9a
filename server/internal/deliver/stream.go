package deliver

import (
	"context"
	"errors"
	"io"
	"math/rand/v2"
	"sync"
	"sync/atomic"
	"time"

	spb "google.golang.org/genproto/googleapis/rpc/status"
	"google.golang.org/grpc"

	"github.com/rudder-clevertap/rudder-clevertap/delivery"
	transformerv1 "github.com/rudder-clevertap/rudder-clevertap/gen/transformer/v1"
	"github.com/rudder-clevertap/rudder-clevertap/internal/apierr"
	"github.com/rudder-clevertap/rudder-clevertap/internal/receipt"
	"github.com/rudder-clevertap/rudder-clevertap/server/internal/engine"
	"github.com/rudder-clevertap/rudder-clevertap/server/wire"
)

// deliverStream is one open stream. One goroutine reads, transforms and hands to the sender, in the order in which
// messages come, and one writes. While the sender has no room, or as many messages as may be are unanswered, no more is
// read: so memory stays flat while CleverTap is slow, and while the client does not read its answers.
type deliverStream struct {
	service *Service
	stream  grpc.ServerStream
	// waits is the context in which events wait for their outcome.
	waits context.Context

	// slots holds one entry per message in flight; its capacity is their limit.
	slots chan struct{}
	// answers has room for all in flight, so that putting one in never waits.
	answers chan *answer
	// unanswered counts the messages that were read and not yet answered.
	unanswered atomic.Int64
	// overtakers wait for the messages whose answers may overtake others.
	overtakers sync.WaitGroup
	// aged is closed when the stream has lasted for as long as it may.
	aged chan struct{}

	// What follows belongs to the reader. readErr may be read once answers is closed.
	first      bool
	overtaking bool
	to         engine.Target
	known      bool
	readErr    error
}

// answer is a message on its way: it is under way in a delivery, or has failed.
type answer struct {
	sequence uint64
	batch    *receipt.Batch
	under    *delivery.Delivery
	failure  *spb.Status
}

// stream delivers batches until the client has no more, goes away or stays silent for too long, until the stream is
// old, or until the server stops.
func (s *Service) stream(stream grpc.ServerStream) error {
	ctx := stream.Context()
	waits, release := s.waiting(ctx, 0)
	t := &deliverStream{
		service: s, stream: stream, waits: waits,
		slots: make(chan struct{}, s.options.InFlight), answers: make(chan *answer, s.options.InFlight),
		aged: make(chan struct{}), first: true,
	}
	if s.options.MaxAge > 0 {
		// Streams that began together do not end together.
		age := s.options.MaxAge - s.options.MaxAge/10 + rand.N(s.options.MaxAge/5+1) //nolint:gosec // It is no secret.
		defer time.AfterFunc(age, func() { close(t.aged) }).Stop()
	}
	go t.read(ctx)
	written := make(chan error, 1)
	go func() {
		var err error
		defer func() { written <- err }()
		defer t.abandon(release)
		defer apierr.RecoverTo(ctx, &err)
		err = t.write(ctx)
	}()
	select {
	case err := <-written:
		return err
	case <-ctx.Done():
		// Sending or receiving may be waiting for the client. Both end when this returns.
		return context.Cause(ctx)
	}
}

// abandon gives up what nobody waits for any more.
func (t *deliverStream) abandon(release func()) {
	release()
	go func() {
		for a := range t.answers {
			a.wait(t.waits)
		}
	}()
}

// leaving returns why no more messages are taken in, or nil when they are.
func (t *deliverStream) leaving() error {
	select {
	case <-t.aged:
		return apierr.Aged()
	case <-t.waits.Done():
		return t.over()
	default:
		return t.service.leaving()
	}
}

// over says why nothing is waited for any more.
func (t *deliverStream) over() error { return receipt.Refused(context.Cause(t.waits)) }

// read takes messages in until there are no more.
func (t *deliverStream) read(ctx context.Context) {
	defer close(t.answers)
	defer t.overtakers.Wait()
	defer apierr.RecoverTo(ctx, &t.readErr)
	req := &wire.Request{}
	for {
		select {
		case t.slots <- struct{}{}:
		case <-t.waits.Done():
			t.readErr = t.over()
			return
		}
		req.Reset(wire.StreamDeliver)
		err := t.stream.RecvMsg(req)
		// A fault of the message is told in its answer; any other error is the end of the stream.
		if err != nil && !apierr.Is(err) {
			if !errors.Is(err, io.EOF) {
				t.readErr = err
			}
			return
		}
		// It is counted before leaving is asked for: then the writer either waits for its answer, or this learns that
		// the stream ends.
		t.unanswered.Add(1)
		if t.readErr = t.leaving(); t.readErr != nil {
			return // the message gets no answer, and the status says so
		}
		fault := err
		if failed := t.settle(req); fault == nil {
			fault = failed
		}
		t.accept(ctx, req, fault)
		req.Release()
	}
}

// settle finds out where a message goes, and of the first, whether answers may overtake one another. After a
// destination that can't be used, messages need to name one again: they must not go where an earlier message went.
func (t *deliverStream) settle(req *wire.Request) error {
	if t.first {
		t.first, t.overtaking = false, req.AllowOutOfOrder
	}
	if req.Target != wire.NoTarget {
		var failed error
		t.to, failed = t.service.options.Targets.Find(req)
		t.known = failed == nil
		return failed
	}
	if t.known {
		return nil
	}
	return engine.NoTarget()
}

// accept hands a message to the sender, and puts what will be its answer in its place.
func (t *deliverStream) accept(ctx context.Context, req *wire.Request, fault error) {
	a := &answer{sequence: req.Sequence}
	if fault == nil {
		fault = t.submit(ctx, req, a)
	}
	if apierr.ReasonOf(fault) == apierr.Internal {
		t.service.options.Logger.ErrorContext(
			ctx, "a message failed for a fault of the server", "sequence", req.Sequence, "error", fault.Error(),
		)
	}
	if fault != nil {
		a.failure = apierr.Status(apierr.From(ctx, fault))
	}
	if !t.overtaking {
		t.answers <- a
		return
	}
	t.overtakers.Go(func() {
		a.wait(t.waits)
		t.answers <- a
	})
}

// submit hands the events of a message to the sender. It waits for room.
func (t *deliverStream) submit(ctx context.Context, req *wire.Request, a *answer) (fault error) {
	defer apierr.RecoverTo(ctx, &fault)
	batch, err := t.service.transform(ctx, t.to, req)
	if err != nil {
		return err
	}
	under, err := t.service.options.Sender.Submit(t.waits, delivery.Batch{
		To: account(t.to), Events: batch.Events(), DryRun: req.DryRun,
		Linger: t.service.options.StreamLinger, Wait: true,
	})
	if err != nil {
		return receipt.Refused(err)
	}
	a.batch, a.under = batch, under
	return nil
}

// wait waits until each event of the message has an outcome.
func (a *answer) wait(ctx context.Context) {
	if a.under != nil {
		a.batch.Settle(a.under.Wait(ctx))
		a.under = nil
	}
}

// response is the answer, when it is there.
func (a *answer) response() *transformerv1.StreamDeliverResponse {
	response := &transformerv1.StreamDeliverResponse{Sequence: a.sequence, Error: a.failure}
	if a.batch != nil {
		response.Results, response.Summary = a.batch.Results(), a.batch.Summary()
	}
	return response
}

// write sends answers until the last is sent. When no more messages are taken in, those of the messages that were
// read are sent first.
func (t *deliverStream) write(ctx context.Context) error {
	var leaving error
	stopping, aged, late := t.service.options.Stopping, (<-chan struct{})(t.aged), t.waits.Done()
	for {
		select {
		case a, more := <-t.answers:
			if !more {
				return t.end(ctx, leaving)
			}
			a.wait(t.waits)
			if err := t.stream.SendMsg(a.response()); err != nil {
				return err
			}
			<-t.slots
			t.unanswered.Add(-1)
		case <-stopping:
			stopping, leaving = nil, apierr.Stopping()
		case <-aged:
			aged, leaving = nil, apierr.Aged()
		case <-late:
			late, leaving = nil, t.over()
		}
		if leaving != nil && t.unanswered.Load() == 0 {
			return leaving
		}
	}
}

// end returns what the stream ends with when there are no more answers.
func (t *deliverStream) end(ctx context.Context, leaving error) error {
	switch {
	case ctx.Err() != nil:
		return context.Cause(ctx)
	case t.readErr != nil:
		return t.readErr
	default:
		return leaving
	}
}
