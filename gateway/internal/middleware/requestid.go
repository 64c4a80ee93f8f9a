package middleware

import (
	"crypto/rand"
	"net/http"

	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/trace"

	"github.com/rudder-clevertap/rudder-clevertap/internal/apierr"
)

// RequestIDHeader carries a request's id, in and out.
const RequestIDHeader = "X-Request-Id"

// RequestID returns the id of a request: the caller's, if it can travel, or a new one. The request's span has it
// too.
func RequestID(r *http.Request) string {
	id := r.Header.Get(RequestIDHeader)
	if !isRequestID(id) {
		id = rand.Text()
	}
	if span := trace.SpanFromContext(r.Context()); span.IsRecording() {
		span.SetAttributes(attribute.String(apierr.RequestIDAttribute, id))
	}
	return id
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
