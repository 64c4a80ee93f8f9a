package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"sync"
	"time"

	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/peer"
	"google.golang.org/grpc/status"

	transformerv1 "github.com/rudder-clevertap/rudder-clevertap/gen/transformer/v1"
)

const (
	// eventsPerMessage is how many events each message of a sender has.
	eventsPerMessage = 10
	// senderWindow is how many messages of a sender are unanswered at most.
	senderWindow = 8
	// reopenDelay is how long a sender waits before it opens its stream again.
	reopenDelay = 10 * time.Millisecond
)

// ledger accounts for the messages of all senders.
type ledger struct {
	mu                       sync.Mutex
	sent, answered, repeated int
	// What follows is since it was last taken: answers by the replica's address, streams that were opened again, and messages that
	// had no answer then.
	answers          map[string]int
	reopened, resent int
}

// sender sends numbered messages over one stream, as a client does that must lose none: when the stream ends because a replica
// goes, it opens another and sends what has no answer yet once more.
type sender struct {
	client transformerv1.TransformServiceClient
	ledger *ledger
	stream int
	pace   time.Duration

	mu sync.Mutex
	// next is the sequence of the next message; unanswered are those sent and not answered, in order.
	next       uint64
	unanswered []*transformerv1.StreamTransformRequest
}

// run sends until there is enough, and returns when all is answered.
func (s *sender) run(ctx context.Context, enough <-chan struct{}) error {
	for {
		err := s.session(ctx, enough)
		if status.Code(err) != codes.Unavailable {
			return err
		}
		s.ledger.mu.Lock()
		s.ledger.reopened++
		s.ledger.resent += len(s.unanswered)
		s.ledger.mu.Unlock()
		select {
		case <-time.After(reopenDelay):
		case <-ctx.Done():
			return ctx.Err()
		}
	}
}

// session opens a stream and uses it until it ends.
func (s *sender) session(ctx context.Context, enough <-chan struct{}) error {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	stream, err := s.client.StreamTransform(ctx, grpc.WaitForReady(true))
	if err != nil {
		return err
	}
	ended := make(chan error, 1)
	go func() { ended <- s.receive(stream) }()
	// A stream that has ended refuses what is sent; why it ended is what the receiver learns.
	if err := s.sendAgain(stream); err != nil {
		return <-ended
	}
	tick := time.NewTicker(s.pace)
	defer tick.Stop()
	for {
		select {
		case err := <-ended:
			return err
		case <-enough:
			if err := stream.CloseSend(); err != nil {
				return err
			}
			return <-ended
		case <-tick.C:
			if m := s.message(); m != nil && stream.Send(m) != nil {
				return <-ended
			}
		}
	}
}

// sendAgain sends what has no answer yet. The first message of a stream names the destination, and so does each of these.
func (s *sender) sendAgain(stream grpc.ClientStream) error {
	s.mu.Lock()
	again := append([]*transformerv1.StreamTransformRequest(nil), s.unanswered...)
	s.mu.Unlock()
	for _, m := range again {
		if err := stream.SendMsg(m); err != nil {
			return err
		}
	}
	return nil
}

// message makes the next message, or returns nil when too many have no answer yet.
func (s *sender) message() *transformerv1.StreamTransformRequest {
	s.mu.Lock()
	defer s.mu.Unlock()
	if len(s.unanswered) >= senderWindow {
		return nil
	}
	m := &transformerv1.StreamTransformRequest{
		Sequence: s.next,
		Target:   &transformerv1.StreamTransformRequest_DestinationJson{DestinationJson: []byte(destination)},
	}
	for i := range eventsPerMessage {
		m.EventsJson = append(m.EventsJson,
			fmt.Appendf(nil, `{"type":"track","messageId":"%s","userId":"u","event":"Checked Out","properties":{"total":%d}}`, s.id(s.next, i), i))
	}
	s.next++
	s.unanswered = append(s.unanswered, m)
	s.ledger.mu.Lock()
	defer s.ledger.mu.Unlock()
	s.ledger.sent++
	return m
}

// id returns the messageId of an event, which no other event has.
func (s *sender) id(sequence uint64, event int) string {
	return fmt.Sprintf("%d-%d-%d", s.stream, sequence, event)
}

// receive takes answers until the stream ends. The end is without error only when all was answered.
func (s *sender) receive(stream transformerv1.TransformService_StreamTransformClient) error {
	for {
		answer, err := stream.Recv()
		if errors.Is(err, io.EOF) {
			s.mu.Lock()
			defer s.mu.Unlock()
			if len(s.unanswered) > 0 {
				return fmt.Errorf("stream %d ended in good order with %d messages unanswered", s.stream, len(s.unanswered))
			}
			return nil
		}
		if err != nil {
			return err
		}
		if err := s.settle(answer); err != nil {
			return fmt.Errorf("stream %d, message %d: %w", s.stream, answer.GetSequence(), err)
		}
		if from, known := peer.FromContext(stream.Context()); known {
			s.ledger.mu.Lock()
			s.ledger.answers[from.Addr.String()]++
			s.ledger.mu.Unlock()
		}
	}
}

// settle checks an answer and crosses its message out.
func (s *sender) settle(answer *transformerv1.StreamTransformResponse) error {
	if failed := answer.GetError(); failed != nil {
		return errors.New(failed.GetMessage())
	}
	if err := checkResults(answer.GetResults(), eventsPerMessage); err != nil {
		return err
	}
	for i, result := range answer.GetResults() {
		if want := s.id(answer.GetSequence(), i); result.GetMessageId() != want {
			return fmt.Errorf("result %d is of event %s, not %s", i, result.GetMessageId(), want)
		}
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.ledger.mu.Lock()
	defer s.ledger.mu.Unlock()
	switch {
	case len(s.unanswered) > 0 && s.unanswered[0].GetSequence() == answer.GetSequence():
		s.unanswered = s.unanswered[1:]
		s.ledger.answered++
		return nil
	case answer.GetSequence() < s.next:
		// Answers come in order, so this one has come before, or the one that was due never will.
		s.ledger.repeated++
		return nil
	default:
		return errors.New("it was never sent")
	}
}
