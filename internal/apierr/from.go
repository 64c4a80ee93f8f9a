package apierr

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"time"

	"google.golang.org/genproto/googleapis/rpc/errdetails"
	spb "google.golang.org/genproto/googleapis/rpc/status"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"

	"github.com/rudder-clevertap/rudder-clevertap/internal/budget"
	"github.com/rudder-clevertap/rudder-clevertap/mapping"
	"github.com/rudder-clevertap/rudder-clevertap/mapping/document"
)

// From returns any error that a call ended with as an *Error. What it does not know is a fault of ours.
func From(ctx context.Context, err error) error { return from(ctx, err) }

func from(ctx context.Context, err error) *Error {
	if known, ok := errors.AsType[*Error](err); ok {
		return known.named(ctx)
	}
	st, isStatus := status.FromError(err)
	ended := errors.Is(err, context.Canceled) || st.Code() == codes.Canceled
	expired := errors.Is(err, context.DeadlineExceeded) || st.Code() == codes.DeadlineExceeded
	switch {
	// Whoever ended the context said more than what came of it.
	case (ended || expired) && Is(context.Cause(ctx)):
		return from(ctx, context.Cause(ctx))
	case expired:
		return &Error{
			Reason: CallEnded, Code: codes.DeadlineExceeded, Message: "the call's deadline passed",
			Cause: err,
		}
	case ended:
		return &Error{Reason: CallEnded, Message: "the caller ended the call", Cause: err}
	case isStatus && OfCode(st.Code()) != Internal:
		return &Error{Reason: OfCode(st.Code()), Code: st.Code(), Message: st.Message()}
	}
	return internal(ctx, err)
}

// named returns a fault of ours with the request's id.
func (e *Error) named(ctx context.Context) *Error {
	if e.Reason != Internal || e.RequestID != "" {
		return e
	}
	named := *e
	named.RequestID = RequestID(ctx)
	return &named
}

// Is reports whether an error is an *Error, or wraps one.
func Is(err error) bool {
	_, ok := errors.AsType[*Error](err)
	return ok
}

// ReasonOf returns the reason of an error, or nothing for none and for one that is not an *Error.
func ReasonOf(err error) Reason {
	if known, ok := errors.AsType[*Error](err); ok {
		return known.Reason
	}
	return ""
}

// Status returns an error as the google.rpc.Status that batches and streams answer with.
func Status(err error) *spb.Status { return from(context.Background(), err).proto() }

// OfStatus returns the reason that a status of this service carries, and whether there is one.
func OfStatus(st *status.Status) (Reason, bool) {
	for _, detail := range st.Details() {
		if info, ok := detail.(*errdetails.ErrorInfo); ok && info.GetDomain() == Domain {
			return Reason(info.GetReason()), true
		}
	}
	return "", false
}

// Mapping returns an error of the mapping.
func Mapping(e *mapping.Error) error {
	out := &Error{Reason: e.Reason, Message: Clean(e.Error()), Kind: e.Kind, Line: e.Line, Column: e.Column}
	if e.Field != "" {
		out.Violations = []Violation{{Clean(e.Field), Clean(e.Message)}}
	}
	return out
}

// Destination returns an error of the mapping about the settings in a request's field `destination`.
func Destination(e *mapping.Error) error {
	const field = "destination"
	path := field
	if e.Field != "" && e.Field != field {
		path = field + "." + e.Field
	}
	message := Clean(e.Message)
	return &Error{
		Reason: e.Reason, Message: message, Violations: []Violation{{Clean(path), message}},
		Kind: e.Kind, Line: e.Line, Column: e.Column,
	}
}

// Syntax returns an error about a body that is not JSON.
func Syntax(e *document.SyntaxError) error {
	return &Error{Reason: InvalidJSON, Message: e.Error(), Line: e.Line, Column: e.Column}
}

// Field returns an error about one field of a request. The message names the field.
func Field(reason Reason, field, message string) error {
	return &Error{Reason: reason, Message: message, Violations: []Violation{{field, message}}}
}

// TooManyEvents refuses a batch for the number of its events.
func TooManyEvents(actual, limit int) error {
	message := fmt.Sprintf("the batch has %d events: send at most %d at once", actual, limit)
	return &Error{
		Reason: BatchTooLarge, Message: message, Violations: []Violation{{"events", message}},
		Limit: int64(limit), Actual: int64(actual),
	}
}

// AnswerTooLarge refuses an answer for its size in bytes, that of a batch most often.
func AnswerTooLarge(actual, limit int) error {
	return &Error{
		Reason: RequestTooLarge,
		Message: fmt.Sprintf(
			"the answer has %d bytes, where clients take %d: send fewer events at once, or raise the server's "+
				"--max-answer-bytes and the size of message that the client takes", actual, limit),
		Limit: int64(limit), Actual: int64(actual),
	}
}

// retryAfter is when calls that found no memory may find some.
const retryAfter = time.Second

// NoMemory refuses what a budget has no memory for. Another error is returned as it is.
func NoMemory(err error) error {
	switch {
	case errors.Is(err, budget.ErrFull):
		return &Error{
			Reason: Overloaded, HTTP: http.StatusServiceUnavailable, RetryAfter: retryAfter,
			Message: "the calls under way take all the memory that the server has for them: try again",
		}
	case errors.Is(err, budget.ErrNever):
		return &Error{
			Reason: RequestTooLarge, HTTP: http.StatusRequestEntityTooLarge,
			Message: "the request takes more memory than the server has for all calls: send fewer events at once",
		}
	}
	return err
}

// Stopping ends calls because the server stops.
func Stopping() error {
	return &Error{
		Reason: Unavailable, Message: "the server is stopping: send what has no answer yet to another one",
	}
}

// Aged ends streams that have lasted for as long as one may.
func Aged() error {
	const message = "the stream has lasted for as long as one may: open another and send there what has no answer yet"
	return &Error{Reason: Unavailable, Message: message}
}

// Idle ends streams on which nothing moved for too long.
func Idle(timeout time.Duration) error {
	message := fmt.Sprintf("the stream was idle for %s: open it again when there is more to send", timeout)
	return &Error{Reason: Unavailable, Message: message}
}

// NoSuchCall answers calls that no service here knows.
func NoSuchCall(method string) error {
	return &Error{Reason: UnknownCall, Message: "no such call: " + method}
}
