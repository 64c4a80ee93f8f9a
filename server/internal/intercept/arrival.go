package intercept

import (
	"context"
	"log/slog"
	"strings"
	"sync"
	"time"

	"google.golang.org/grpc"
	"google.golang.org/grpc/status"
	"google.golang.org/grpc/tap"

	"github.com/rudder-clevertap/rudder-clevertap/internal/apierr"
)

// Arrivals looks at calls before gRPC reads anything of their messages: those without a token that the server
// knows are refused, and those whose first message does not come in time are ended. All that is read of a
// refused call is its header.
type Arrivals struct {
	chain *Chain
	idle  time.Duration
	stop  chan struct{}
	ended sync.WaitGroup
	once  sync.Once

	mu sync.Mutex
	// first and last are the calls whose message has not come, in the order in which they came.
	first, last *arrival
}

// arrival is a call on its way in: its context, until its first message has come.
type arrival struct {
	context.Context //nolint:containedctx // It is the context.

	of             *Arrivals
	cancel         context.CancelFunc
	since          time.Time
	waiting        bool
	previous, next *arrival
}

// arrivalKey is the context's key of the arrival.
type arrivalKey struct{}

// Value returns the arrival for its key.
func (a *arrival) Value(key any) any {
	if key == (arrivalKey{}) {
		return a
	}
	return a.Context.Value(key)
}

// Arrivals watches the calls that come in, until Stop.
func (c *Chain) Arrivals() *Arrivals {
	a := &Arrivals{chain: c, idle: c.options.StreamIdleTimeout, stop: make(chan struct{})}
	a.ended.Go(a.watch)
	return a
}

// Stop ends the watch.
func (a *Arrivals) Stop() {
	a.once.Do(func() { close(a.stop) })
	a.ended.Wait()
}

// Admit is gRPC's tap: it refuses a call, or returns the context that it is to have.
func (a *Arrivals) Admit(ctx context.Context, info *tap.Info) (context.Context, error) {
	if a.chain.needsToken(ctx, info.FullMethodName) {
		if _, err := a.chain.caller(info.Header[authorization]); err != nil {
			err = status.Convert(err).Err()
			a.chain.options.Logger.LogAttrs(ctx, slog.LevelInfo, "call",
				slog.String("rpc.method", apierr.Quote(strings.TrimPrefix(info.FullMethodName, "/"))),
				slog.String("rpc.response.status_code", status.Code(err).String()),
				slog.String("error", err.Error()))
			return nil, err
		}
	}
	ctx, cancel := context.WithCancel(ctx)
	arriving := &arrival{Context: ctx, of: a, cancel: cancel, since: time.Now(), waiting: true}
	a.mu.Lock()
	defer a.mu.Unlock()
	if arriving.previous = a.last; a.last == nil {
		a.first = arriving
	} else {
		a.last.next = arriving
	}
	a.last = arriving
	return arriving, nil
}

// arrived notes that the first message of a call has come, or that something else watches the call from now on.
func arrived(ctx context.Context) {
	if a, ok := ctx.Value(arrivalKey{}).(*arrival); ok {
		a.of.mu.Lock()
		defer a.of.mu.Unlock()
		a.of.remove(a)
	}
}

// remove forgets a call.
func (a *Arrivals) remove(gone *arrival) {
	if !gone.waiting {
		return
	}
	if gone.previous == nil {
		a.first = gone.next
	} else {
		gone.previous.next = gone.next
	}
	if gone.next == nil {
		a.last = gone.previous
	} else {
		gone.next.previous = gone.previous
	}
	gone.waiting, gone.previous, gone.next = false, nil, nil
}

// watch ends the calls whose message does not come in time.
func (a *Arrivals) watch() {
	looking := time.NewTicker(max(min(a.idle/looks, time.Second), time.Millisecond))
	defer looking.Stop()
	for {
		select {
		case <-a.stop:
			return
		case now := <-looking.C:
			a.sweep(now)
		}
	}
}

// sweep ends the calls that have waited for too long, and forgets those that have ended.
func (a *Arrivals) sweep(now time.Time) {
	a.mu.Lock()
	defer a.mu.Unlock()
	for next := a.first; next != nil; {
		waiting := next
		next = waiting.next
		switch late := now.Sub(waiting.since) >= a.idle; {
		case late:
			waiting.cancel()
			a.remove(waiting)
		case waiting.Err() != nil:
			a.remove(waiting)
		}
	}
}

// watchedUntilFirst is a stream whose first message is waited for by Arrivals.
type watchedUntilFirst struct {
	grpc.ServerStream
	ctx context.Context //nolint:containedctx // It is the stream's.
}

// Context returns the stream's context.
func (w *watchedUntilFirst) Context() context.Context { return w.ctx }

// RecvMsg receives a message.
func (w *watchedUntilFirst) RecvMsg(m any) error {
	err := w.ServerStream.RecvMsg(m)
	arrived(w.ctx)
	return err
}
