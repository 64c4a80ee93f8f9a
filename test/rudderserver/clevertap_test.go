package rudderserver_test

import (
	"io"
	"net/http"
	"net/http/httptest"
	"sync"
	"testing"
	"time"
)

// accepted is CleverTap's reply when it takes a whole upload, of at most three records.
const accepted = `{"status": "success", "processed": 3, "unprocessed": []}`

// reply is what the stand-in answers.
type reply struct {
	Status int
	Body   string
	Delay  time.Duration
}

// call is a request that CleverTap got.
type call struct {
	Method, Path, Account, Passcode, ContentType, Body string
}

// cleverTap stands in for CleverTap's API: it gives one answer to every call, and remembers the calls.
type cleverTap struct {
	URL string

	mu    sync.Mutex
	reply reply
	calls []call
}

// newCleverTap starts a stand-in that accepts every upload.
func newCleverTap(t *testing.T) *cleverTap {
	t.Helper()
	c := &cleverTap{reply: reply{Status: http.StatusOK, Body: accepted}}
	server := httptest.NewServer(c)
	t.Cleanup(server.Close)
	c.URL = server.URL
	return c
}

// ServeHTTP answers a call.
func (c *cleverTap) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	body, _ := io.ReadAll(r.Body)
	c.mu.Lock()
	answer := c.reply
	c.calls = append(c.calls, call{
		r.Method, r.URL.RequestURI(), r.Header.Get("X-CleverTap-Account-Id"), r.Header.Get("X-CleverTap-Passcode"),
		r.Header.Get("Content-Type"), string(body),
	})
	c.mu.Unlock()
	select {
	case <-time.After(answer.Delay):
	case <-r.Context().Done():
	}
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(answer.Status)
	_, _ = io.WriteString(w, answer.Body)
}

// answer sets the answer to all later calls.
func (c *cleverTap) answer(r reply) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.reply = r
}

// take returns the calls since the last take.
func (c *cleverTap) take() []call {
	c.mu.Lock()
	defer c.mu.Unlock()
	calls := c.calls
	c.calls = nil
	return calls
}
