package delivery

import (
	"cmp"
	"context"
	"errors"
	"hash/maphash"
	"sync"
	"sync/atomic"
	"time"

	"go.opentelemetry.io/otel/metric"
	metricnoop "go.opentelemetry.io/otel/metric/noop"
	"go.opentelemetry.io/otel/trace"
	tracenoop "go.opentelemetry.io/otel/trace/noop"

	"github.com/rudder-clevertap/rudder-clevertap/clevertap"
)

// The defaults of SenderOptions.
const (
	DefaultLinger          = 5 * time.Millisecond
	DefaultMaxAttempts     = 10
	DefaultRetryBase       = 500 * time.Millisecond
	DefaultRetryMax        = 30 * time.Second
	DefaultMaxAccountBytes = 64 << 20
	DefaultMaxBytes        = 512 << 20
	DefaultBreakerFailures = 5
	DefaultBreakerPause    = 5 * time.Second
	DefaultCooldown        = 30 * time.Second
	DefaultCredentialPause = 5 * time.Second
)

const (
	// ownBytes is what an account may keep however much the others do.
	ownBytes = 1 << 20
	// maxCredentialPause is the longest time between two tries of credentials that CleverTap does not take.
	maxCredentialPause = time.Minute
	// roomAfter is when to try again where there was no room.
	roomAfter = time.Second
	// idleAfter is when an account without records is forgotten, and what was learned of it with it.
	idleAfter = 5 * time.Minute
)

// SenderOptions say how a Sender works. Zero fields take their defaults.
type SenderOptions struct {
	// MaxUploads is how many uploads of an account may be under way at once: clevertap.SafeConcurrentUploads unless given, and
	// clevertap.MaxConcurrentUploads at most.
	MaxUploads int
	// Linger is how long a record waits for others to share its upload, unless its batch says otherwise.
	Linger time.Duration
	// MaxAttempts is how often an upload that CleverTap does not take is sent before its records are given up.
	MaxAttempts int
	// RetryBase and RetryMax bound the wait before an upload is sent again: a random time of up to RetryBase after the first
	// attempt, twice that after each further one, and RetryMax at most.
	RetryBase, RetryMax time.Duration
	// MaxAccountBytes bounds the memory of an account's records, and MaxBytes that of all accounts together. An account with few
	// records has room however many the others have.
	MaxAccountBytes, MaxBytes int
	// BreakerFailures is after how many failures in a row an account's uploads stop, and BreakerPause for how long, until one
	// tries again.
	BreakerFailures int
	BreakerPause    time.Duration
	// Cooldown is how long an account that was answered 429 has fewer uploads at once; then one more each time it passes again.
	Cooldown time.Duration
	// CredentialPause is how long nothing is sent with credentials that CleverTap does not take; then twice that, and so on up to
	// a minute.
	CredentialPause time.Duration
	// TracerProvider and MeterProvider get a span of each upload and the sender's metrics. Nil is none.
	TracerProvider trace.TracerProvider
	MeterProvider  metric.MeterProvider
}

// withDefaults returns the options with their defaults in place.
func (o SenderOptions) withDefaults() SenderOptions {
	o.MaxUploads = min(cmp.Or(o.MaxUploads, clevertap.SafeConcurrentUploads), clevertap.MaxConcurrentUploads)
	o.Linger = cmp.Or(o.Linger, DefaultLinger)
	o.MaxAttempts = cmp.Or(o.MaxAttempts, DefaultMaxAttempts)
	o.RetryBase = cmp.Or(o.RetryBase, DefaultRetryBase)
	o.RetryMax = cmp.Or(o.RetryMax, DefaultRetryMax)
	o.MaxAccountBytes = cmp.Or(o.MaxAccountBytes, DefaultMaxAccountBytes)
	o.MaxBytes = cmp.Or(o.MaxBytes, DefaultMaxBytes)
	o.BreakerFailures = cmp.Or(o.BreakerFailures, DefaultBreakerFailures)
	o.BreakerPause = cmp.Or(o.BreakerPause, DefaultBreakerPause)
	o.Cooldown = cmp.Or(o.Cooldown, DefaultCooldown)
	o.CredentialPause = cmp.Or(o.CredentialPause, DefaultCredentialPause)
	if o.TracerProvider == nil {
		o.TracerProvider = tracenoop.NewTracerProvider()
	}
	if o.MeterProvider == nil {
		o.MeterProvider = metricnoop.NewMeterProvider()
	}
	return o
}

// ErrStopping refuses what comes when the sender stops, or before it has started.
var ErrStopping = errors.New("the sender is stopping")

// Sender delivers records to CleverTap, within the limits of each account, and says of each event what became of it. There is
// one for a process, so that all who deliver share an account's limits. It is safe for use by many goroutines.
type Sender struct {
	client  *Client
	options SenderOptions
	tracer  trace.Tracer
	metrics *instruments
	seed    maphash.Seed
	start   time.Time
	// held is the memory of all records, and crowded counts the callers who wait for some of it.
	held    atomic.Int64
	crowded atomic.Int64
	// ending tells that what comes in is cut short at once.
	ending atomic.Bool

	// deletions let one deletion of an account through at a time.
	deletions gates

	// requests is the context of all requests, which end when it does; work are the goroutines that wait for them.
	requests context.Context
	cancel   context.CancelFunc
	work     sync.WaitGroup

	mu       sync.Mutex
	accounts map[accountKey]*account
	// open counts the deliveries without an outcome; drained is closed when there are none any more, and the sender stops.
	open    int
	drained chan struct{}
	// stopping is closed when the sender stops, and space, for another one, whenever memory is freed that somebody waits for.
	stopping chan struct{}
	stopped  bool
	space    chan struct{}
}

// NewSender returns a sender that sends by a client, which the caller closes after Stop. The error is OpenTelemetry's.
func NewSender(client *Client, options SenderOptions) (*Sender, error) {
	options = options.withDefaults()
	metrics, err := newInstruments(options.MeterProvider.Meter(scopeName))
	if err != nil {
		return nil, err
	}
	s := &Sender{
		client: client, options: options, tracer: options.TracerProvider.Tracer(scopeName), metrics: metrics,
		seed: maphash.MakeSeed(), start: time.Now(), accounts: map[accountKey]*account{},
		drained: make(chan struct{}), stopping: make(chan struct{}), space: make(chan struct{}),
	}
	s.requests, s.cancel = context.WithCancel(context.Background())
	return s, nil
}

// now is the time since the sender was made.
func (s *Sender) now() time.Duration { return time.Since(s.start) }

// Stop ends the sender: nothing more is taken in, what waits is sent at once, and when ctx ends, what has no outcome yet is
// undelivered. It returns when all is settled; the error says that some of it was cut short.
func (s *Sender) Stop(ctx context.Context) error {
	s.mu.Lock()
	if s.stopped {
		s.mu.Unlock()
		<-s.requests.Done()
		s.work.Wait()
		return nil
	}
	s.stopped = true
	close(s.stopping)
	if s.open == 0 {
		close(s.drained)
	}
	s.mu.Unlock()
	for _, a := range s.all() {
		a.flush()
	}
	var err error
	select {
	case <-s.drained:
	case <-ctx.Done():
		err = errors.New("the sender was stopped before all was delivered")
		s.ending.Store(true)
		for _, a := range s.all() {
			a.cutShort()
		}
		s.cancel() // which ends deletions
		<-s.drained
	}
	s.cancel()
	s.work.Wait()
	for _, a := range s.all() {
		a.close()
	}
	return err
}

// all returns the accounts.
func (s *Sender) all() []*account {
	s.mu.Lock()
	defer s.mu.Unlock()
	list := make([]*account, 0, len(s.accounts))
	for _, a := range s.accounts {
		list = append(list, a)
	}
	return list
}

// opened counts a delivery; false when the sender stops.
func (s *Sender) opened() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.stopped {
		return false
	}
	s.open++
	return true
}

// closed tells that a delivery has an outcome.
func (s *Sender) closed() {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.open--; s.open == 0 && s.stopped {
		close(s.drained)
	}
}

// free gives memory back, and wakes those who wait for it.
func (s *Sender) free(bytes int) {
	s.held.Add(-int64(bytes))
	if s.crowded.Load() == 0 {
		return
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	close(s.space)
	s.space = make(chan struct{})
}

// spaceLater returns what is closed when memory is freed.
func (s *Sender) spaceLater() <-chan struct{} {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.space
}

// account returns an account, locked.
func (s *Sender) account(key accountKey, label string) *account {
	for {
		s.mu.Lock()
		a := s.accounts[key]
		if a == nil {
			a = s.newAccount(key, label)
			s.accounts[key] = a
		}
		s.mu.Unlock()
		if a.mu.Lock(); !a.forgotten {
			return a
		}
		a.mu.Unlock()
	}
}

// forget drops an account that is idle.
func (s *Sender) forget(a *account) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.accounts[a.key] == a {
		delete(s.accounts, a.key)
	}
}
