package transform

import (
	"context"
	"errors"
	"io"
	"math/rand/v2"
	"sync"
	"sync/atomic"
	"time"

	"google.golang.org/grpc"

	"github.com/rudder-clevertap/rudder-clevertap/internal/apierr"
	"github.com/rudder-clevertap/rudder-clevertap/server/internal/engine"
	"github.com/rudder-clevertap/rudder-clevertap/server/wire"
)

// transformStream is one open stream. One goroutine reads, one writes, and each large message in flight has
// one that transforms it; a small one that comes alone is answered by the reader. A message is in flight from
// before it is read until its answer is sent, so a client that stops reading its answers is soon not read
// from either, and no more memory is needed than that of the messages in flight.
type transformStream struct {
	service *Service
	stream  grpc.ServerStream

	// slots holds one entry per message in flight; its capacity is their limit.
	slots chan struct{}
	// answers are sent in the order in which they stand here. It has room for all in flight, so that putting
	// one in never waits.
	answers chan *answer
	// unanswered counts the messages that were read and not yet answered.
	unanswered atomic.Int64
	// work are the goroutines that transform.
	work sync.WaitGroup
	// aged is closed when the stream has lasted for as long as it may.
	aged chan struct{}

	// What follows belongs to the reader. readErr may be read once answers is closed.
	first       bool
	overtaking  bool
	destination engine.Target
	known       bool
	readErr     error
}

// answer is what a message will be answered with, once it is ready.
type answer struct {
	ready    chan struct{}
	response *wire.Response
}

// StreamTransform transforms batches until the client has no more, goes away or stays silent for too long,
// until the stream is old, or until the server stops.
func (s *Service) StreamTransform(stream grpc.ServerStream) error {
	ctx := stream.Context()
	s.options.Engine.CountStreams(ctx, 1)
	defer s.options.Engine.CountStreams(ctx, -1)
	t := &transformStream{
		service: s,
		stream:  stream,
		slots:   make(chan struct{}, s.options.InFlight),
		answers: make(chan *answer, s.options.InFlight),
		aged:    make(chan struct{}),
		first:   true,
	}
	if s.options.MaxAge > 0 {
		defer time.AfterFunc(spread(s.options.MaxAge), func() { close(t.aged) }).Stop()
	}
	go t.read(ctx)
	written := make(chan error, 1)
	go func() {
		var err error
		defer func() { written <- err }()
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

// spread returns a time up to a tenth less or more than another, so that streams that began together do not
// end together.
func spread(about time.Duration) time.Duration {
	return about - about/10 + rand.N(about/5+1) //nolint:gosec // Nothing about it is secret.
}

// leaving returns why no more messages are taken in, or nil when they are.
func (t *transformStream) leaving() error {
	select {
	case <-t.service.options.Stopping:
		return apierr.Stopping()
	case <-t.aged:
		return apierr.Aged()
	default:
		return nil
	}
}

// read takes messages in until there are no more.
func (t *transformStream) read(ctx context.Context) {
	defer close(t.answers)
	defer t.work.Wait()
	defer apierr.RecoverTo(ctx, &t.readErr)
	req := &wire.Request{}
	for room := false; ; {
		if !room {
			select {
			case t.slots <- struct{}{}:
			case <-ctx.Done():
				return
			}
		}
		req.Reset(wire.StreamTransform)
		err := t.stream.RecvMsg(req)
		// A fault of the message is told in its answer; any other error is the end of the stream, as is a message
		// that can't be read: it has no sequence to answer with.
		if err != nil && (!apierr.Is(err) || !req.Came()) {
			if !errors.Is(err, io.EOF) {
				t.readErr = err
			}
			return
		}
		// It is counted before leaving is asked for: then the writer either waits for its answer, or this
		// learns that the stream ends.
		only := t.unanswered.Add(1) == 1
		if t.readErr = t.leaving(); t.readErr != nil {
			return // the message gets no answer, and the status says so
		}
		fault := err
		if failed := t.settle(req); fault == nil {
			fault = failed
		}
		// The room of a message that was answered at once is the next one's.
		if room = only && req.EventCount() <= fewEvents; !room {
			t.accept(ctx, req, fault)
			req = &wire.Request{}
		} else if t.readErr = t.reply(ctx, req, fault); t.readErr != nil {
			return
		}
	}
}

// fewEvents is how many events of a message the reader transforms by itself: handing them to another
// goroutine would take longer.
const fewEvents = 8

// reply answers a message at once, without the writer, which has nothing to send: no other message waits for
// an answer. That spares small messages the way through two more goroutines.
func (t *transformStream) reply(ctx context.Context, req *wire.Request, fault error) error {
	answer := t.service.answer(ctx, req, t.destination, fault)
	req.Release()
	if err := t.stream.SendMsg(answer); err != nil {
		return err
	}
	t.unanswered.Add(-1)
	// The writer may have seen that the stream is to end, and wait for this message.
	return t.leaving()
}

// accept lets a message be transformed while others are read. Its destination is settled, since the next
// message may have the same.
func (t *transformStream) accept(ctx context.Context, req *wire.Request, fault error) {
	a := &answer{ready: make(chan struct{})}
	overtaking := t.overtaking
	if !overtaking {
		t.answers <- a
	}
	to := t.destination
	transform := func() {
		a.response = t.service.answer(ctx, req, to, fault)
		req.Release()
		close(a.ready)
		if overtaking {
			t.answers <- a
		}
	}
	if req.EventCount() <= fewEvents {
		transform()
		return
	}
	t.work.Go(transform)
}

// settle finds out where a message goes, and of the first, whether answers may overtake one another. After a
// destination that can't be used, messages need to name one again: they must not go where an earlier message
// went.
func (t *transformStream) settle(req *wire.Request) error {
	if t.first {
		t.first, t.overtaking = false, req.AllowOutOfOrder
	}
	if req.Target != wire.NoTarget {
		var failed error
		t.destination, failed = t.service.options.Targets.Find(req)
		t.known = failed == nil
		return failed
	}
	if t.known {
		return nil
	}
	return engine.NoTarget()
}

// answer transforms one message. A fault is what is wrong with the whole message, if anything is.
func (s *Service) answer(
	ctx context.Context, req *wire.Request, to engine.Target, fault error,
) (answer *wire.Response) {
	defer func() {
		if r := recover(); r != nil {
			failed := apierr.Recovered(ctx, r)
			s.options.Logger.ErrorContext(
				ctx, "a message failed for a fault of the server", "sequence", req.Sequence, "error",
				failed.Error(),
			)
			answer = &wire.Response{
				Kind: wire.StreamTransform, Sequence: req.Sequence, Failure: apierr.Status(failed),
			}
		}
	}()
	if fault == nil {
		out, err := s.options.Engine.Transform(ctx, engine.Batch{
			To: to, MinSeverity: req.MinSeverity, Explain: req.Explain,
			Events: req.Events, EventsJSON: req.EventsJSON,
		})
		if err == nil {
			out.Kind, out.Sequence = wire.StreamTransform, req.Sequence
			return &out.Response
		}
		fault = err
	}
	return &wire.Response{
		Kind: wire.StreamTransform, Sequence: req.Sequence, Failure: apierr.Status(apierr.From(ctx, fault)),
	}
}

// write sends answers until the last is sent. When no more messages are taken in, those of the messages that
// were read are sent first.
func (t *transformStream) write(ctx context.Context) error {
	var leaving error
	stopping, aged := t.service.options.Stopping, (<-chan struct{})(t.aged)
	for {
		select {
		case a, more := <-t.answers:
			if !more {
				return t.end(ctx, leaving)
			}
			if err := t.send(ctx, a); err != nil {
				return err
			}
			<-t.slots
			t.unanswered.Add(-1)
		case <-stopping:
			stopping, leaving = nil, apierr.Stopping()
		case <-aged:
			aged, leaving = nil, apierr.Aged()
		case <-ctx.Done():
			return context.Cause(ctx)
		}
		if leaving != nil && t.unanswered.Load() == 0 {
			return leaving
		}
	}
}

// send sends an answer when it is ready.
func (t *transformStream) send(ctx context.Context, a *answer) error {
	select {
	case <-a.ready:
		return t.stream.SendMsg(a.response)
	case <-ctx.Done():
		return context.Cause(ctx)
	}
}

// end returns what the stream ends with when there are no more answers.
func (t *transformStream) end(ctx context.Context, leaving error) error {
	switch {
	case ctx.Err() != nil:
		return context.Cause(ctx)
	case t.readErr != nil:
		return t.readErr
	case leaving != nil:
		return leaving
	default:
		return nil
	}
}
