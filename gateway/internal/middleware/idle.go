package middleware

import (
	"errors"
	"io"
	"net/http"
	"sync"
	"time"
)

// DefaultIdleTimeout is how long nothing may move in a request's body or in the answer to it.
const DefaultIdleTimeout = 5 * time.Minute

// unreadTimeout is how long to wait for a body that nobody reads: net/http wants to see its end before it
// answers.
const unreadTimeout = 2 * time.Second

// IdleTimeout ends requests whose clients stop sending, or stop reading, for longer than idle. How long they
// take in all does not matter, which is why net/http's own timeouts, which bound that, don't do; its
// deadlines do.
func IdleTimeout(next http.Handler, idle time.Duration) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		answer := &idleAnswer{ResponseWriter: w, connection: http.NewResponseController(w), idle: idle}
		if r.Body != nil && r.Body != http.NoBody {
			answer.body = &idleBody{ReadCloser: r.Body, connection: answer.connection, idle: idle}
			defer answer.body.end()
			r.Body = answer.body
		}
		next.ServeHTTP(answer, r)
	})
}

// idleBody is a body that may not pause for too long.
type idleBody struct {
	io.ReadCloser
	connection *http.ResponseController
	idle       time.Duration

	mu sync.Mutex
	// until is the deadline that holds.
	until time.Time
	// ended says that the body is read to its end, or that the connection may be another request's.
	ended bool
}

// Read reads on.
func (b *idleBody) Read(into []byte) (int, error) {
	if err := b.extend(time.Now()); err != nil {
		return 0, err
	}
	n, err := b.ReadCloser.Read(into)
	if errors.Is(err, io.EOF) {
		// What comes next on the connection has time.
		if failed := b.leave(time.Time{}); failed != nil {
			return n, failed
		}
	}
	return n, err
}

// extend moves the deadline when a quarter of the time has passed.
func (b *idleBody) extend(now time.Time) error {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.ended || b.until.Sub(now) >= b.idle-b.idle/4 {
		return nil
	}
	b.until = now.Add(b.idle)
	return supported(b.connection.SetReadDeadline(b.until))
}

// leave sets a last deadline.
func (b *idleBody) leave(until time.Time) error {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.ended {
		return nil
	}
	b.ended = true
	return supported(b.connection.SetReadDeadline(until))
}

// end leaves the connection alone from now on, since a body that was forwarded may still be read. What nobody
// has read of the body is not waited for.
func (b *idleBody) end() {
	_ = b.leave(time.Now().Add(min(b.idle, unreadTimeout))) // if it fails, so does the connection
}

// supported passes over that a connection has no deadlines: then there is no timeout.
func supported(err error) error {
	if errors.Is(err, http.ErrNotSupported) {
		return nil
	}
	return err
}

// idleAnswer is an answer that may not be left unread for too long.
type idleAnswer struct {
	http.ResponseWriter
	connection *http.ResponseController
	idle       time.Duration
	// body is the request's; nil when it has none.
	body *idleBody
}

// Write writes on, and moves the deadline. The first ends the request's body, and waits for what nobody reads
// of it.
func (a *idleAnswer) Write(part []byte) (int, error) {
	if a.body != nil {
		a.body.end()
	}
	if err := supported(a.connection.SetWriteDeadline(time.Now().Add(a.idle + unreadTimeout))); err != nil {
		return 0, err
	}
	return a.ResponseWriter.Write(part)
}

// Unwrap returns the answer itself, for http.ResponseController.
func (a *idleAnswer) Unwrap() http.ResponseWriter { return a.ResponseWriter }

// Flush sends what was written. The instrumentation offers it only of writers that have it.
func (a *idleAnswer) Flush() {
	_ = a.connection.Flush() // who asks is told of a failure by the next Write
}
