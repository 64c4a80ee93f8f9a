package middleware

import (
	"crypto/rand"
	"net/http"
)

// RequestIDHeader carries a request's id, in and out.
const RequestIDHeader = "X-Request-Id"

// RequestID returns the id of a request: the caller's, if it can travel, or a new one.
func RequestID(r *http.Request) string {
	if id := r.Header.Get(RequestIDHeader); isRequestID(id) {
		return id
	}
	return rand.Text()
}

// isRequestID tells whether an id is printable ASCII and of a sensible length.
func isRequestID(id string) bool {
	const longest = 128
	if id == "" || len(id) > longest {
		return false
	}
	for i := range len(id) {
		if id[i] <= ' ' || id[i] > '~' {
			return false
		}
	}
	return true
}
