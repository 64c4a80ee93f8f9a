// Package apierr is what callers are told of what went wrong: one error type and one table of reasons, for
// gRPC, REST and the command line. Positions, fields and limits stay data until an error is written, which
// happens in one place.
package apierr

import (
	"context"
	"fmt"
	"runtime/debug"
	"strconv"
	"strings"
	"time"

	"google.golang.org/genproto/googleapis/rpc/errdetails"
	spb "google.golang.org/genproto/googleapis/rpc/status"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/types/known/anypb"
	"google.golang.org/protobuf/types/known/durationpb"

	"github.com/rudder-clevertap/rudder-clevertap/mapping/document"
)

// Domain is the domain of each google.rpc.ErrorInfo that this service gives.
const Domain = "rudder-clevertap"

// Error says what became of a call, of one message of a stream, or of one event of a batch. Zero fields are
// not told.
type Error struct {
	// Reason is why, one of the contract's ErrorReason. Without one, an error is told by its HTTP status and
	// Message alone, as rudder-transformer's routes do.
	Reason Reason
	// Code is the gRPC code where that of the reason does not fit.
	Code codes.Code
	// HTTP is the HTTP status where that of the reason and the code does not fit.
	HTTP int
	// Message is a sentence for a person, without secrets. It may be empty when Violations say it all.
	Message string
	// Violations are the fields of the request that are at fault; the metadata name the first one.
	Violations []Violation
	// Kind is the JSON kind of the value at fault.
	Kind document.Kind
	// Line and Column say where JSON text is malformed, both from 1.
	Line, Column int
	// Limit is the limit that was exceeded, Actual what exceeds it.
	Limit, Actual int64
	// Metadata are told besides those that the other fields give.
	Metadata map[string]string
	// RetryAfter is when to try again.
	RetryAfter time.Duration
	// RequestID finds the call in the server's log. It is told of INTERNAL alone.
	RequestID string
	// Cause is for the log; callers do not see it.
	Cause error
}

// Violation is one field of a request that breaks a rule.
type Violation struct {
	// Field is the path of the field, as JSON spells it.
	Field string
	// Message says what is wrong with it.
	Message string
}

// maxText is how many bytes a text of an error may have. Over gRPC they travel in trailers, and one that a
// client finds too large ends its connection, with all other calls on it.
const maxText = 512

// maxQuoted is how many bytes of what a request says are repeated to it.
const maxQuoted = 64

// Quote returns what a request says as an error may repeat it: so much of it that an answer never grows with
// what was sent.
func Quote(text string) string { return cut(text, maxQuoted) }

// Clean returns text as a protobuf string can hold it: what is not UTF-8 is replaced.
func Clean(text string) string { return strings.ToValidUTF8(text, "\uFFFD") }

// cut shortens a text that holds something of a request's.
func cut(text string, limit int) string {
	if len(text) <= limit {
		return text
	}
	return strings.ToValidUTF8(text[:limit], "") + "…"
}

// Error returns the sentence, and the cause if there is one.
func (e *Error) Error() string {
	if e.Cause != nil {
		return fmt.Sprintf("%s: %v", e.sentence(), e.Cause)
	}
	return e.sentence()
}

// Unwrap returns the cause.
func (e *Error) Unwrap() error { return e.Cause }

// GRPCStatus returns the error as the status that callers see.
func (e *Error) GRPCStatus() *status.Status { return status.FromProto(e.proto()) }

// sentence returns what the error says to a person.
func (e *Error) sentence() string {
	text := e.Message
	if text == "" {
		texts := make([]string, len(e.Violations))
		for i, v := range e.Violations {
			texts[i] = v.Field + ": " + v.Message
			if v.Field == "" {
				texts[i] = v.Message
			}
		}
		text = strings.Join(texts, "; ")
	}
	if e.RequestID != "" {
		text += "; the server's log has the request " + e.RequestID
	}
	return cut(text, maxText)
}

// code returns the gRPC code.
func (e *Error) code() codes.Code {
	if e.Code != codes.OK {
		return e.Code
	}
	code, _ := codeOf(e.Reason)
	return code
}

// proto returns the error as a google.rpc.Status with its details.
func (e *Error) proto() *spb.Status {
	st := &spb.Status{Code: int32(e.code()), Message: e.sentence(), Details: make([]*anypb.Any, 0, 2)}
	addDetail(st, &errdetails.ErrorInfo{Reason: string(e.Reason), Domain: Domain, Metadata: e.metadata()})
	bad := &errdetails.BadRequest{}
	for _, v := range e.Violations {
		if v.Field != "" {
			bad.FieldViolations = append(bad.FieldViolations, &errdetails.BadRequest_FieldViolation{
				Field: cut(v.Field, maxText), Description: cut(v.Message, maxText), Reason: string(e.Reason),
			})
		}
	}
	if len(bad.FieldViolations) > 0 {
		addDetail(st, bad)
	}
	if e.RetryAfter > 0 {
		addDetail(st, &errdetails.RetryInfo{RetryDelay: durationpb.New(e.RetryAfter)})
	}
	return st
}

// addDetail adds a detail to a status. Only invalid UTF-8 can fail here; a status without the detail still
// says the code and the message.
func addDetail(st *spb.Status, detail proto.Message) {
	if packed, err := anypb.New(detail); err == nil {
		st.Details = append(st.Details, packed)
	}
}

// metadata returns those of the ErrorInfo.
func (e *Error) metadata() map[string]string {
	m := map[string]string{}
	for name, text := range e.Metadata {
		m[name] = cut(Clean(text), maxText)
	}
	for _, v := range e.Violations {
		if v.Field != "" {
			m["field"] = cut(v.Field, maxText)
			break
		}
	}
	if e.Kind != document.Invalid {
		m["kind"] = e.Kind.Name()
	}
	if e.Line > 0 {
		m["line"], m["column"] = strconv.Itoa(e.Line), strconv.Itoa(e.Column)
	}
	if e.Limit > 0 {
		m["limit"] = strconv.FormatInt(e.Limit, 10)
	}
	if e.Actual > 0 {
		m["actual"] = strconv.FormatInt(e.Actual, 10)
	}
	if e.RequestID != "" {
		m["requestId"] = e.RequestID
	}
	return m
}

// Recovered returns the error that a recovered panic becomes. Its stack goes to the log.
func Recovered(ctx context.Context, recovered any) error {
	return internal(ctx, fmt.Errorf("panic: %v\n%s", recovered, debug.Stack()))
}

// RecoverTo puts the error that a panic becomes into err. It is for deferred calls, one in each goroutine of
// a call.
func RecoverTo(ctx context.Context, err *error) {
	if r := recover(); r != nil {
		*err = Recovered(ctx, r)
	}
}

// internal returns a fault of ours: callers see no more of it than the request's id.
func internal(ctx context.Context, cause error) *Error {
	return &Error{Reason: Internal, Message: "internal error", Cause: cause, RequestID: RequestID(ctx)}
}

// RequestIDAttribute is the attribute of spans that holds a request's id.
const RequestIDAttribute = "rudder_clevertap.request_id"

// requestIDKey is the context's key of the request id.
type requestIDKey struct{}

// WithRequestID returns a context whose errors name a request. The id is not copied and may be set until it
// is read.
func WithRequestID(ctx context.Context, id *string) context.Context {
	return context.WithValue(ctx, requestIDKey{}, id)
}

// RequestID returns the id of the request that a context belongs to, or nothing.
func RequestID(ctx context.Context) string {
	if id, ok := ctx.Value(requestIDKey{}).(*string); ok {
		return *id
	}
	return ""
}
