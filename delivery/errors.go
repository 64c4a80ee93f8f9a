package delivery

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"syscall"
)

// RefusedError says that a request was not sent, since it can't be made or names a host that is not CleverTap's.
type RefusedError struct {
	// Code is the name that Node.js has for what is wrong; empty when it would have sent the request.
	Code string
	// Message is the sentence for a person. It holds no value of a header.
	Message string
}

// Error returns the message.
func (e *RefusedError) Error() string { return e.Message }

// StatusError says that CleverTap refused a call by its HTTP status.
type StatusError struct {
	// Status is the HTTP status.
	Status int
}

// Error names the status.
func (e *StatusError) Error() string {
	return fmt.Sprintf("CleverTap answered with status %d", e.Status)
}

// ConnectionError says that no reply came.
type ConnectionError struct {
	// Code is the system's name of the fault: ECONNREFUSED, ECONNRESET, ETIMEDOUT, EAI_AGAIN, ECONNABORTED and ENOTFOUND.
	// ERR_BAD_RESPONSE is a reply that can't be read, ERR_NETWORK anything else.
	Code string
	// Text says it in words.
	Text string
	// Retryable tells faults that may pass from those that stay.
	Retryable bool
	// Sent tells that the request may have arrived, whole, before the connection failed.
	Sent bool

	cause error
}

// Error returns the code and the text.
func (e *ConnectionError) Error() string { return "[" + e.Code + "] :: " + e.Text }

// Unwrap returns what the system said; nil when CleverTap's reply is at fault.
func (e *ConnectionError) Unwrap() error { return e.cause }

// Two faults that stand for several.
const (
	codeReset, textReset = "ECONNRESET", "Connection reset by peer"
	codeNetwork          = "ERR_NETWORK"
)

// connectionFaults name what may go wrong with a connection; of several that match, the first counts. A connection that ends
// too early counts as reset, and a request that took too long as aborted, as Node.js has it.
//
//nolint:gochecknoglobals // A table; nothing writes to it.
var connectionFaults = []struct {
	cause      error
	code, text string
}{
	{syscall.ECONNREFUSED, "ECONNREFUSED", "Connection refused"},
	{syscall.ECONNRESET, codeReset, textReset},
	{syscall.EPIPE, codeReset, textReset},
	{io.EOF, codeReset, textReset},
	{io.ErrUnexpectedEOF, codeReset, textReset},
	{syscall.ETIMEDOUT, "ETIMEDOUT", "Operation timed out"},
	{context.DeadlineExceeded, "ECONNABORTED", "Connection aborted"},
	{syscall.ECONNABORTED, "ECONNABORTED", "Connection aborted"},
	// net/http closes a connection that was reset, and may still be writing to it.
	{net.ErrClosed, codeReset, textReset},
}

// connectionError says why no reply came.
func connectionError(err error) *ConnectionError {
	if dns, ok := errors.AsType[*net.DNSError](err); ok && !errors.Is(err, context.DeadlineExceeded) {
		if dns.IsNotFound {
			return &ConnectionError{Code: "ENOTFOUND", Text: "DNS lookup failed", cause: err}
		}
		return &ConnectionError{Code: "EAI_AGAIN", Text: "Temporary failure in name resolution", Retryable: true, cause: err}
	}
	for _, fault := range connectionFaults {
		if errors.Is(err, fault.cause) {
			return &ConnectionError{Code: fault.code, Text: fault.text, Retryable: true, cause: err}
		}
	}
	if timeout, ok := errors.AsType[net.Error](err); ok && timeout.Timeout() {
		return &ConnectionError{Code: "ETIMEDOUT", Text: "Operation timed out", Retryable: true, cause: err}
	}
	return &ConnectionError{Code: codeNetwork, Text: "Network error", cause: err}
}
