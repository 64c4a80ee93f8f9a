package intercept

import (
	"context"
	"sync/atomic"
	"time"

	"google.golang.org/grpc"

	"github.com/rudder-clevertap/rudder-clevertap/internal/apierr"
	"github.com/rudder-clevertap/rudder-clevertap/server/wire"
)

// checkBatch refuses a batch with more events than limit.
func checkBatch(request any, limit int) error {
	batch, ok := request.(*wire.Request)
	if !ok {
		return nil
	}
	actual := batch.EventCount()
	if actual <= limit {
		return nil
	}
	return apierr.TooManyEvents(actual, limit)
}

// checkAnswer refuses an answer that gRPC clients would refuse: those outside the process take messages up to a
// limit of their own, and a stream ends with one beyond it.
func (c *Chain) checkAnswer(ctx context.Context, answer any) error {
	response, ok := answer.(*wire.Response)
	if !ok {
		return nil
	}
	size, exceeds := response.Exceeds(c.options.MaxAnswerBytes)
	if !exceeds || c.options.IsInside(ctx) {
		return nil
	}
	return apierr.AnswerTooLarge(size, c.options.MaxAnswerBytes)
}

// limits keeps batches and answers within the server's limits, ends streams on which nothing moves, and ends the watchers
// of the server's health when it stops. A stream's handler gets an *apierr.Error from RecvMsg, with the
// message, for a batch that is too large, and may go on receiving; what ends the stream is its context's
// cause.
func (c *Chain) limits() interceptor {
	return interceptor{
		name:  "limits",
		check: func(request any) error { return checkBatch(request, c.options.MaxBatchEvents) },
		reply: c.checkAnswer,
		stream: func(srv any, ss grpc.ServerStream, info *grpc.StreamServerInfo, handler grpc.StreamHandler) error {
			ctx, cancel := context.WithCancelCause(ss.Context())
			defer cancel(nil)
			if IsInfrastructure(info.FullMethod) {
				go c.cancelWhenStopping(ctx, cancel)
			}
			if isHealth(info.FullMethod) {
				return handler(srv, &watchedUntilFirst{ss, ctx}) // who watches health waits for long
			}
			arrived(ctx)
			limited := &limitedStream{
				ServerStream: ss, ctx: ctx, maxBatch: c.options.MaxBatchEvents,
				idle: c.options.StreamIdleTimeout, checkAnswer: c.checkAnswer,
			}
			defer limited.watch(cancel, c.options.Disconnect)()
			return handler(srv, limited)
		},
	}
}

// cancelWhenStopping cancels a stream's context when the server stops. It returns when the context has ended.
func (c *Chain) cancelWhenStopping(ctx context.Context, cancel context.CancelCauseFunc) {
	select {
	case <-c.options.Stopping:
		cancel(apierr.Stopping())
	case <-ctx.Done():
	}
}

// limitedStream is a stream with a limit on its batches and on how long nothing may move.
type limitedStream struct {
	grpc.ServerStream
	ctx      context.Context
	maxBatch int
	idle     time.Duration
	// checkAnswer says why an answer can't be sent, if it can't.
	checkAnswer func(ctx context.Context, answer any) error
	// moved says that a message has come or gone since the watch looked last. Setting it costs less than a
	// timer for each message.
	moved atomic.Bool
	// receiving and sending count those who wait for the client, and unanswered the messages that each get an
	// answer and have none: while nobody waits, or answers are being made, it is the server that takes its time.
	receiving, sending, unanswered atomic.Int32
}

// waits reports whether the server waits for the client.
func (l *limitedStream) waits() bool {
	return l.sending.Load() > 0 || l.receiving.Load() > 0 && l.unanswered.Load() <= 0
}

// looks is how often the watch looks before it calls a stream idle, so that one is idle for at most a part
// more than allowed.
const looks = 16

// watch cancels the stream's context when nothing has moved for too long, until it is stopped.
// Disconnect closes the connection of one whose client does not read: what was to be sent would stay for ever.
func (l *limitedStream) watch(
	cancel context.CancelCauseFunc, disconnect func(context.Context, time.Duration),
) (stop func()) {
	silent, interval := 0, l.idle/looks
	var timer *time.Timer
	armed := make(chan struct{})
	timer = time.AfterFunc(interval, func() {
		<-armed
		switch {
		case l.ctx.Err() != nil:
			return
		case l.moved.Swap(false), !l.waits():
			silent = 0
		default:
			silent++
		}
		if silent == looks {
			unread := l.sending.Load() > 0
			cancel(apierr.Idle(l.idle))
			if unread {
				disconnect(l.ctx, l.idle)
			}
			return
		}
		timer.Reset(interval)
	})
	close(armed)
	return func() { timer.Stop() }
}

// Context ends, with the reason as its cause, when the stream has been idle for too long.
func (l *limitedStream) Context() context.Context { return l.ctx }

// RecvMsg receives a message and checks the size of its batch.
func (l *limitedStream) RecvMsg(m any) error {
	l.receiving.Add(1)
	err := l.ServerStream.RecvMsg(m)
	l.receiving.Add(-1)
	if err != nil {
		return err
	}
	l.moved.Store(true)
	if _, answered := m.(*wire.Request); answered {
		l.unanswered.Add(1)
	}
	return checkBatch(m, l.maxBatch)
}

// SendMsg sends a message. Of an answer that is too large it sends that instead, and the stream goes on.
func (l *limitedStream) SendMsg(m any) error {
	if err := l.checkAnswer(l.ctx, m); err != nil {
		m.(*wire.Response).Refuse(apierr.Status(err)) //nolint:forcetypeassert // Nothing else is refused.
	}
	l.unanswered.Add(-1)
	l.sending.Add(1)
	err := l.ServerStream.SendMsg(m)
	l.sending.Add(-1)
	if err != nil {
		return err
	}
	l.moved.Store(true)
	return nil
}
