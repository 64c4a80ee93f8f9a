package server

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"strconv"
	"strings"

	"google.golang.org/genproto/googleapis/rpc/errdetails"
	spb "google.golang.org/genproto/googleapis/rpc/status"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/types/known/anypb"

	"github.com/rudder-clevertap/rudder-clevertap/mapping"
	"github.com/rudder-clevertap/rudder-clevertap/mapping/document"
)

// ErrorDomain is the domain of each google.rpc.ErrorInfo that this service gives.
const ErrorDomain = "rudder-clevertap"

// The reasons that the server itself gives. The mapping gives the others.
const (
	// UnknownDestination: no destination is registered under that name.
	UnknownDestination mapping.Reason = "UNKNOWN_DESTINATION"
	// BatchTooLarge: the batch has more events than the server takes at once.
	BatchTooLarge mapping.Reason = "BATCH_TOO_LARGE"
	// InvalidRequest: the request breaks a rule of the contract.
	InvalidRequest mapping.Reason = "INVALID_REQUEST"
	// Unauthenticated: the call has no bearer token that the server knows.
	Unauthenticated mapping.Reason = "UNAUTHENTICATED"
	// RequestTooLarge: the message is longer than the server takes or sends.
	RequestTooLarge mapping.Reason = "REQUEST_TOO_LARGE"
	// Unavailable: the server is stopping, or the stream has come to its end.
	Unavailable mapping.Reason = "UNAVAILABLE"
	// Internal: a fault of ours.
	Internal mapping.Reason = "INTERNAL"
	// CallEnded: the caller's deadline passed or the caller went away.
	CallEnded mapping.Reason = "CALL_ENDED"
	// UnknownCall: there is no such call.
	UnknownCall mapping.Reason = "UNKNOWN_CALL"
)

// reasonCode returns the canonical gRPC code of a reason, and whether the reason is known. It is the one table of codes; a
// reason that is not in it is a fault of ours.
func reasonCode(reason mapping.Reason) (code codes.Code, known bool) {
	switch reason {
	case mapping.MissingMessageType, mapping.UnsupportedMessageType, mapping.MissingIdentity, mapping.InvalidIdentity,
		mapping.AnonymousTrackingDisabled, mapping.MissingEventName, mapping.InvalidProducts, mapping.MissingPreviousID,
		mapping.InvalidFieldType, mapping.InvalidJSON, mapping.InvalidDestination, mapping.NotRepresentable,
		BatchTooLarge, InvalidRequest:
		return codes.InvalidArgument, true
	case UnknownDestination:
		return codes.NotFound, true
	case Unauthenticated:
		return codes.Unauthenticated, true
	case RequestTooLarge:
		return codes.ResourceExhausted, true
	case Unavailable:
		return codes.Unavailable, true
	case CallEnded:
		return codes.Canceled, true
	case UnknownCall:
		return codes.Unimplemented, true
	case Internal:
		return codes.Internal, true
	default:
		return codes.Internal, false
	}
}

// The keys of an ErrorInfo's metadata.
const (
	metaField     = "field"
	metaKind      = "kind"
	metaLine      = "line"
	metaColumn    = "column"
	metaLimit     = "limit"
	metaActual    = "actual"
	metaRequestID = "requestId"
)

// violation is one field of a request that breaks a rule.
type violation struct{ field, message string }

// failure is an error of the server's own: it says what became of a call, or of one message of a stream.
type failure struct {
	reason     mapping.Reason
	code       codes.Code // that of the reason when OK
	message    string     // for a person; never a secret
	metadata   map[string]string
	violations []violation
	cause      error // for the log; the caller does not see it
}

// Error returns the message, and the cause if there is one.
func (f *failure) Error() string {
	if f.cause != nil {
		return fmt.Sprintf("%s: %v", cut(f.message, maxErrorText), f.cause)
	}
	return cut(f.message, maxErrorText)
}

// Unwrap returns the cause.
func (f *failure) Unwrap() error { return f.cause }

// GRPCStatus returns the failure as the status that the caller sees.
func (f *failure) GRPCStatus() *status.Status { return status.FromProto(f.proto()) }

// maxErrorText is how long the texts of an error may be. Over gRPC they travel in trailers, and one that a client finds too large
// ends its connection, with all other calls on it.
const maxErrorText = 512

// maxQuoted is how much of what a request says is repeated to it.
const maxQuoted = 64

// cut shortens a text that holds something of a request's.
func cut(text string, limit int) string {
	if len(text) <= limit {
		return text
	}
	return strings.ToValidUTF8(text[:limit], "") + "…"
}

// proto returns the failure as a google.rpc.Status with its details.
func (f *failure) proto() *spb.Status {
	code := f.code
	if code == codes.OK {
		code, _ = reasonCode(f.reason)
	}
	info := &errdetails.ErrorInfo{Reason: string(f.reason), Domain: ErrorDomain, Metadata: f.metadata}
	if field := f.metadata[metaField]; len(field) > maxErrorText {
		info.Metadata = maps.Clone(f.metadata)
		info.Metadata[metaField] = cut(field, maxErrorText)
	}
	details := []proto.Message{info}
	if len(f.violations) > 0 {
		bad := &errdetails.BadRequest{FieldViolations: make([]*errdetails.BadRequest_FieldViolation, len(f.violations))}
		for i, v := range f.violations {
			bad.FieldViolations[i] = &errdetails.BadRequest_FieldViolation{
				Field: cut(v.field, maxErrorText), Description: cut(v.message, maxErrorText), Reason: string(f.reason),
			}
		}
		details = append(details, bad)
	}
	st := &spb.Status{Code: int32(code), Message: cut(f.message, maxErrorText), Details: make([]*anypb.Any, 0, len(details))}
	for _, detail := range details {
		// Only invalid UTF-8 can fail here; a status without the detail still says the code and the message.
		if packed, err := anypb.New(detail); err == nil {
			st.Details = append(st.Details, packed)
		}
	}
	return st
}

// mappingFailure returns an error of the mapping as the server's own.
func mappingFailure(e *mapping.Error) *failure {
	f := &failure{reason: e.Reason, message: clean(e.Error()), metadata: map[string]string{}}
	if e.Field != "" {
		field := clean(e.Field)
		f.metadata[metaField] = field
		f.violations = []violation{{field: field, message: clean(e.Message)}}
	}
	if e.Kind != document.Invalid {
		f.metadata[metaKind] = e.Kind.Name()
	}
	if e.Line > 0 {
		f.metadata[metaLine] = strconv.Itoa(e.Line)
		f.metadata[metaColumn] = strconv.Itoa(e.Column)
	}
	return f
}

// ErrorStatus returns an error of the mapping as the google.rpc.Status that batches and streams answer it with, so that
// whoever uses the mapping without a server says the same.
func ErrorStatus(e *mapping.Error) *spb.Status { return mappingFailure(e).proto() }

// clean returns text as a protobuf string can hold it: what is not UTF-8 is replaced.
func clean(text string) string { return strings.ToValidUTF8(text, "\uFFFD") }

// asFailure returns any error that a call ended with as the server's own. What it does not know is a fault of ours: the
// caller sees no more of it than the request's id.
func asFailure(ctx context.Context, err error) *failure {
	if known, ok := errors.AsType[*failure](err); ok {
		return known
	}
	st, isStatus := status.FromError(err)
	ended := errors.Is(err, context.Canceled) || st.Code() == codes.Canceled
	expired := errors.Is(err, context.DeadlineExceeded) || st.Code() == codes.DeadlineExceeded
	switch {
	// Whoever ended the context said more than what came of it.
	case (ended || expired) && isFailure(context.Cause(ctx)):
		return asFailure(ctx, context.Cause(ctx))
	case expired:
		return &failure{reason: CallEnded, code: codes.DeadlineExceeded, message: "the call's deadline passed", cause: err}
	case ended:
		return &failure{reason: CallEnded, message: "the caller ended the call", cause: err}
	case isStatus:
		return statusFailure(st)
	}
	return &failure{reason: Internal, message: "internal error", cause: err}
}

// isFailure reports whether an error is the server's own.
func isFailure(err error) bool {
	_, ok := errors.AsType[*failure](err)
	return ok
}

// statusFailure returns a status that a library gave as the server's own.
func statusFailure(st *status.Status) *failure {
	f := &failure{code: st.Code(), message: st.Message()}
	switch st.Code() {
	case codes.ResourceExhausted:
		f.reason = RequestTooLarge
	case codes.Unimplemented:
		f.reason = UnknownCall
	case codes.Unauthenticated:
		f.reason = Unauthenticated
	case codes.Unavailable:
		f.reason = Unavailable
	case codes.InvalidArgument:
		f.reason = InvalidRequest
	default:
		return &failure{reason: Internal, message: "internal error", cause: st.Err()}
	}
	return f
}

// withRequestID returns the failure with the id of its request, by which the server's log knows it.
func (f *failure) withRequestID(id string) *failure {
	if f.reason != Internal || id == "" {
		return f
	}
	named := *f
	named.metadata = map[string]string{metaRequestID: id}
	maps.Copy(named.metadata, f.metadata)
	named.message = f.message + "; the server's log has the request " + id
	return &named
}

// errStopping ends calls because the server stops.
func errStopping() *failure {
	return &failure{reason: Unavailable, message: "the server is stopping: send what has no answer yet to another one"}
}

// errAged ends streams that have lasted for as long as one may.
func errAged() *failure {
	return &failure{reason: Unavailable, message: "the stream has lasted for as long as one may: open another and send there what has no answer yet"}
}

// errUnknownCall answers calls that no service here knows.
func errUnknownCall(method string) *failure {
	return &failure{reason: UnknownCall, message: "no such call: " + method}
}
