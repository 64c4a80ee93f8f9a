package delivery

import (
	"context"
	"errors"
	"hash/maphash"
	"time"

	"go.opentelemetry.io/otel/trace"
)

// Account says where records go, and who sends them.
type Account struct {
	// Host is the host of the account's region: `in1.api.clevertap.com`.
	Host string
	// ID and Passcode are the account's credentials.
	ID, Passcode string
	// Label names the destination in telemetry: the name under which it is registered, or `inline`. It tells no secret.
	Label string
}

// Event is what is to be delivered together: the records of one RudderStack event.
type Event struct {
	// Users are the ids of the user whom the event is about, three at most. Events that have one in common keep their order. An
	// event without any keeps no order.
	Users [][]byte
	// Records are its records, in order. The sender keeps them, so nobody may change their memory.
	Records []Record
}

// Record is one record of CleverTap's.
type Record struct {
	// JSON is its text.
	JSON []byte
	// Token tells device tokens from profiles and events. They have uploads of their own.
	Token bool
}

// Batch is what a caller hands over at once.
type Batch struct {
	// To is where it goes.
	To Account
	// Events are the events, in order. One without records is delivered as it is.
	Events []Event
	// DryRun has CleverTap check the records and keep none.
	DryRun bool
	// Linger is how long a record waits for others to share its upload; the sender's own unless positive.
	Linger time.Duration
	// Wait waits for room where there is none, instead of failing.
	Wait bool
}

// size is what a batch counts for where memory is bounded.
func (b *Batch) size() (records, bytes int) {
	for i := range b.Events {
		for j := range b.Events[i].Records {
			bytes += (&record{json: b.Events[i].Records[j].JSON}).size()
		}
		records += len(b.Events[i].Records)
	}
	return records, bytes
}

// Delivery is a batch on its way.
type Delivery struct {
	account *account
	label   string
	caller  trace.SpanContext
	done    chan struct{}

	// What follows is the account's, until done is closed.
	results []Result
	records []record
	left    int // records without an outcome
}

// Done is closed when each event has an outcome.
func (d *Delivery) Done() <-chan struct{} { return d.done }

// Wait waits until each event has an outcome, or until ctx ends: then what has none is undelivered, and what was not sent is
// not sent any more. The cause ErrStopping tells that the server ends. Results are in the order of the events.
func (d *Delivery) Wait(ctx context.Context) []Result {
	select {
	case <-d.done:
	case <-ctx.Done():
		why := cutShort("the caller went away before CleverTap had taken the event")
		switch {
		case errors.Is(context.Cause(ctx), ErrStopping):
			why = stopped()
		case errors.Is(ctx.Err(), context.DeadlineExceeded):
			why = cutShort("the deadline passed before CleverTap had taken the event: send it again")
		}
		d.account.abandon(d, why)
		<-d.done
	}
	return d.results
}

// Deliver delivers a batch, as Submit and Wait do.
func (s *Sender) Deliver(ctx context.Context, b Batch) ([]Result, error) {
	d, err := s.Submit(ctx, b)
	if err != nil {
		return nil, err
	}
	return d.Wait(ctx), nil
}

// Submit takes a batch in. The error says that nothing of it will be sent: an *OverloadedError, ErrStopping, or the cause of ctx
// when that ends before there is room.
func (s *Sender) Submit(ctx context.Context, b Batch) (*Delivery, error) {
	count, bytes := b.size()
	d := &Delivery{
		label: b.To.Label, caller: trace.SpanContextFromContext(ctx), done: make(chan struct{}),
		results: make([]Result, len(b.Events)), records: make([]record, count), left: count,
	}
	for i := range d.results {
		if len(b.Events[i].Records) == 0 {
			d.results[i].Outcome = Delivered
		}
	}
	if count == 0 {
		close(d.done)
		return d, nil
	}
	if !s.opened() {
		return nil, ErrStopping
	}
	a, err := s.room(ctx, &b, bytes)
	if err != nil {
		s.closed()
		return nil, err
	}
	defer a.mu.Unlock()
	d.account = a
	a.take(d, &b)
	return d, nil
}

// room finds room for a batch, and returns its account, locked. The error is why there is none.
func (s *Sender) room(ctx context.Context, b *Batch, bytes int) (*account, error) {
	if a := s.reserve(b, bytes); a != nil {
		return a, nil
	}
	if !b.Wait {
		return nil, &OverloadedError{RetryAfter: roomAfter}
	}
	s.crowded.Add(1)
	defer s.crowded.Add(-1)
	for {
		space := s.spaceLater() // before looking, so that what is freed meanwhile is not missed
		if a := s.reserve(b, bytes); a != nil {
			return a, nil
		}
		select {
		case <-space:
		case <-ctx.Done():
			return nil, context.Cause(ctx)
		case <-s.stopping:
			return nil, ErrStopping
		}
	}
}

// reserve returns the account of a batch, locked, if it has room for it; else nil.
func (s *Sender) reserve(b *Batch, bytes int) *account {
	a := s.account(accountKey{b.To.Host, b.To.ID}, b.To.Label)
	if a.reserve(bytes) {
		return a
	}
	a.mu.Unlock()
	return nil
}

// keys appends the keys by which an event's users are told apart.
func (s *Sender) keys(e *Event, to []uint64) []uint64 {
	for _, id := range e.Users {
		to = append(to, maphash.Bytes(s.seed, id))
	}
	return to
}
