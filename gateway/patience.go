package gateway

import (
	"errors"
	"io"
	"net/http"
	"sync"
	"time"
)

// DefaultIdleTimeout is how long nothing may move in a request's body or in the answer to it.
const DefaultIdleTimeout = 5 * time.Minute

// unreadPatience is how long a body is awaited that nobody reads: net/http wants to see its end before it answers.
const unreadPatience = 2 * time.Second

// patient ends requests whose clients stop sending, or stop reading, for longer than idle. How long they take in all does not
// matter.
func patient(next http.Handler, idle time.Duration) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		connection := http.NewResponseController(w)
		// Deadlines outlive the request that they were set for. Where there are none, all is awaited.
		if connection.SetWriteDeadline(time.Time{}) != nil {
			next.ServeHTTP(w, r)
			return
		}
		if r.Body != nil && r.Body != http.NoBody && connection.SetReadDeadline(time.Now().Add(min(idle, unreadPatience))) == nil {
			body := &awaitedBody{ReadCloser: r.Body, connection: connection, idle: idle}
			defer body.end()
			r.Body = body
		}
		next.ServeHTTP(&awaitedAnswer{ResponseWriter: w, connection: connection, idle: idle}, r)
	})
}

// awaitedBody is a body that may not pause for too long.
type awaitedBody struct {
	io.ReadCloser
	connection *http.ResponseController
	idle       time.Duration

	mu sync.Mutex
	// until is the deadline that holds.
	until time.Time
	// ended says that the connection may be another request's.
	ended bool
}

// Read reads on, and moves the deadline when a quarter of the time has passed.
func (b *awaitedBody) Read(into []byte) (int, error) {
	if now := time.Now(); b.until.Sub(now) < b.idle-b.idle/4 {
		if err := b.await(now.Add(b.idle)); err != nil {
			return 0, err
		}
	}
	n, err := b.ReadCloser.Read(into)
	if errors.Is(err, io.EOF) {
		// What comes next on the connection has time.
		if failed := b.await(time.Time{}); failed != nil {
			return n, failed
		}
	}
	return n, err
}

// await moves the deadline.
func (b *awaitedBody) await(until time.Time) error {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.ended {
		return http.ErrBodyReadAfterClose
	}
	b.until = until
	return b.connection.SetReadDeadline(until)
}

// end leaves the connection alone from now on: a body that was forwarded may still be read.
func (b *awaitedBody) end() {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.ended = true
}

// awaitedAnswer is an answer that may not be left unread for too long.
type awaitedAnswer struct {
	http.ResponseWriter
	connection *http.ResponseController
	idle       time.Duration
}

// Write writes on, and moves the deadline. The first waits for a body that nobody reads.
func (a *awaitedAnswer) Write(part []byte) (int, error) {
	if err := a.connection.SetWriteDeadline(time.Now().Add(a.idle + unreadPatience)); err != nil {
		return 0, err
	}
	return a.ResponseWriter.Write(part)
}

// Unwrap returns the answer itself, for http.ResponseController.
func (a *awaitedAnswer) Unwrap() http.ResponseWriter { return a.ResponseWriter }

// Flush sends what was written. The instrumentation offers it only of writers that have it.
func (a *awaitedAnswer) Flush() {
	_ = a.connection.Flush() // who asks is told of a failure by the next Write
}
