// Package budget bounds the memory that all calls under way take together. What is small is not counted: a
// server that makes room for all that it may be sent at once can do no more than refuse it.
package budget

import (
	"context"
	"errors"
	"time"

	"golang.org/x/sync/semaphore"
)

// Small is up to how many bytes a text, an event or a message costs nothing: counting it would cost more than
// it could do harm, as what is made of it takes a few hundred kilobytes at most.
const Small = 16 << 10

// maxWait is how long to wait for memory before giving up. Whoever waits for longer is better told to try
// again.
const maxWait = 5 * time.Second

// ErrFull says that calls under way take all the memory that there is for them. It may be free again soon.
var ErrFull = errors.New("calls under way take all the memory that there is for them")

// ErrNever says that something is larger than the whole budget.
var ErrNever = errors.New("it takes more memory than there is for all calls together")

// Budget is the memory for calls under way. A nil Budget is without bounds. It is safe for use by many
// goroutines.
type Budget struct {
	bytes int64
	free  *semaphore.Weighted
	// maxWait is how long to wait.
	maxWait time.Duration
}

// New returns a budget of so many bytes; nil, which is without bounds, unless positive.
func New(bytes int64) *Budget {
	if bytes <= 0 {
		return nil
	}
	return &Budget{bytes: bytes, free: semaphore.NewWeighted(bytes), maxWait: maxWait}
}

// Lease is what one call has of a budget. Its zero value has nothing of none. It belongs to one goroutine at
// a time.
type Lease struct {
	budget *Budget
	held   int64
}

// Lease returns a lease of nothing yet.
func (b *Budget) Lease() Lease { return Lease{budget: b} }

// Reserve makes the lease hold at least so many bytes, and waits for a while if they are not free. The error is
// ErrFull, ErrNever, or why ctx ended; the lease is as before then.
func (l *Lease) Reserve(ctx context.Context, bytes int64) error {
	more := bytes - l.held
	if l.budget == nil || more <= 0 || bytes <= Small {
		return nil
	}
	if !l.budget.free.TryAcquire(more) {
		if err := l.budget.wait(ctx, bytes, more); err != nil {
			return err
		}
	}
	l.held = bytes
	return nil
}

// wait waits until so many more bytes are free, for a lease of so many in all.
func (b *Budget) wait(ctx context.Context, all, more int64) error {
	if all > b.bytes {
		return ErrNever
	}
	limited, cancel := context.WithTimeout(ctx, b.maxWait)
	defer cancel()
	if b.free.Acquire(limited, more) == nil {
		return nil
	}
	if ctx.Err() != nil {
		return context.Cause(ctx)
	}
	return ErrFull
}

// Shrink gives back what the lease holds beyond so many bytes.
func (l *Lease) Shrink(bytes int64) {
	if bytes = max(bytes, 0); l.held > bytes {
		l.budget.free.Release(l.held - bytes)
		l.held = bytes
	}
}

// Release gives all back. The lease can be used again.
func (l *Lease) Release() {
	l.Shrink(0)
}
