package apierr

import (
	"net/http"

	"google.golang.org/grpc/codes"

	"github.com/rudder-clevertap/rudder-clevertap/mapping"
)

// Reason is the name of one of the contract's ErrorReason without its prefix, where each is documented with
// an example.
type Reason = mapping.Reason

// The reasons that the server itself gives. The mapping gives the others.
const (
	// UnknownDestination: no destination is registered under that name.
	UnknownDestination Reason = "UNKNOWN_DESTINATION"
	// BatchTooLarge: the batch has more events than the server takes at once.
	BatchTooLarge Reason = "BATCH_TOO_LARGE"
	// InvalidRequest: the request breaks a rule of the contract.
	InvalidRequest Reason = "INVALID_REQUEST"
	// Unauthenticated: the call has no bearer token that the server knows.
	Unauthenticated Reason = "UNAUTHENTICATED"
	// RequestTooLarge: the message is longer than the server takes, or the answer than it sends.
	RequestTooLarge Reason = "REQUEST_TOO_LARGE"
	// Unavailable: the server is stopping, or the stream has come to its end.
	Unavailable Reason = "UNAVAILABLE"
	// Internal: a fault of ours.
	Internal Reason = "INTERNAL"
	// CallEnded: the caller's deadline passed or the caller went away.
	CallEnded Reason = "CALL_ENDED"
	// UnknownCall: there is no such call.
	UnknownCall Reason = "UNKNOWN_CALL"
	// CleverTapRefused: CleverTap refused a record of the event.
	CleverTapRefused Reason = "CLEVERTAP_REFUSED"
	// CleverTapUnreachable: CleverTap gave no answer that can be read.
	CleverTapUnreachable Reason = "CLEVERTAP_UNREACHABLE"
	// CleverTapOverloaded: CleverTap went on answering that the account has too many requests under way.
	CleverTapOverloaded Reason = "CLEVERTAP_OVERLOADED"
	// CredentialsRefused: CleverTap does not know the account in this region or does not take the passcode.
	CredentialsRefused Reason = "CREDENTIALS_REFUSED"
	// DeliveryCutShort: the server stopped, or the deadline passed, before CleverTap was asked or had answered.
	DeliveryCutShort Reason = "DELIVERY_CUT_SHORT"
	// Overloaded: more events wait for CleverTap than the server keeps, or calls take all the memory there is.
	Overloaded Reason = "OVERLOADED"
)

// Reasons of the mapping that are also given for what surrounds an event.
const (
	// InvalidJSON is mapping.InvalidJSON.
	InvalidJSON = mapping.InvalidJSON
	// InvalidFieldType is mapping.InvalidFieldType.
	InvalidFieldType = mapping.InvalidFieldType
)

// row is what follows from a reason.
type row struct {
	code codes.Code
	// http is the HTTP status where that of the code does not fit, else 0.
	http int
}

// reasons is the one table of codes. A reason that is not in it is a fault of ours.
//
//nolint:gochecknoglobals // A table; nothing writes to it.
var reasons = map[Reason]row{
	mapping.MissingMessageType:        {code: codes.InvalidArgument},
	mapping.UnsupportedMessageType:    {code: codes.InvalidArgument},
	mapping.MissingIdentity:           {code: codes.InvalidArgument},
	mapping.InvalidIdentity:           {code: codes.InvalidArgument},
	mapping.AnonymousTrackingDisabled: {code: codes.InvalidArgument},
	mapping.MissingEventName:          {code: codes.InvalidArgument},
	mapping.InvalidProducts:           {code: codes.InvalidArgument},
	mapping.MissingPreviousID:         {code: codes.InvalidArgument},
	mapping.InvalidFieldType:          {code: codes.InvalidArgument},
	mapping.InvalidJSON:               {code: codes.InvalidArgument},
	mapping.InvalidDestination:        {code: codes.InvalidArgument},
	mapping.NotRepresentable:          {code: codes.InvalidArgument},
	mapping.CleverTapWouldRefuse:      {code: codes.InvalidArgument},

	UnknownDestination: {code: codes.NotFound},
	BatchTooLarge:      {code: codes.InvalidArgument},
	InvalidRequest:     {code: codes.InvalidArgument},
	Unauthenticated:    {code: codes.Unauthenticated},
	RequestTooLarge:    {code: codes.ResourceExhausted, http: 413},
	Unavailable:        {code: codes.Unavailable},
	Internal:           {code: codes.Internal},
	CallEnded:          {code: codes.Canceled},
	UnknownCall:        {code: codes.Unimplemented},

	CleverTapRefused:     {code: codes.InvalidArgument},
	CleverTapUnreachable: {code: codes.Unavailable},
	CleverTapOverloaded:  {code: codes.ResourceExhausted},
	CredentialsRefused:   {code: codes.FailedPrecondition},
	DeliveryCutShort:     {code: codes.Unavailable},
	Overloaded:           {code: codes.ResourceExhausted, http: http.StatusServiceUnavailable},
}

// codeOf returns the gRPC code of a reason, and whether the reason is known.
func codeOf(reason Reason) (code codes.Code, known bool) {
	if row, known := reasons[reason]; known {
		return row.code, true
	}
	return codes.Internal, false
}

// HTTPStatus returns the HTTP status of a reason, or 0 when it is that of the error's code.
func HTTPStatus(reason Reason) int { return reasons[reason].http }

// OfCode returns the reason that stands for a code when a library gives it without one.
func OfCode(code codes.Code) Reason {
	switch code {
	case codes.InvalidArgument:
		return InvalidRequest
	case codes.ResourceExhausted:
		return RequestTooLarge
	case codes.Unavailable:
		return Unavailable
	case codes.Canceled, codes.DeadlineExceeded:
		return CallEnded
	case codes.Unauthenticated:
		return Unauthenticated
	case codes.Unimplemented:
		return UnknownCall
	default:
		return Internal
	}
}
