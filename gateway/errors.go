package gateway

import (
	"context"
	"errors"
	"log/slog"
	"net/http"
	"strconv"
	"strings"

	"github.com/grpc-ecosystem/grpc-gateway/v2/runtime"
	"google.golang.org/genproto/googleapis/rpc/errdetails"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"
	"google.golang.org/protobuf/protoadapt"

	transformerv1 "github.com/rudder-clevertap/rudder-clevertap/gen/transformer/v1"
	"github.com/rudder-clevertap/rudder-clevertap/mapping/document"
)

// errorDomain is the domain of each ErrorInfo, here as in the gRPC API.
const errorDomain = "rudder-clevertap"

// problem is why a request was answered here, or how a failure of the gRPC stack is told to the caller.
type problem struct {
	reason transformerv1.ErrorReason
	// code is INVALID_ARGUMENT when OK.
	code codes.Code
	// http is the HTTP status where the code's own does not fit, else 0.
	http    int
	field   string
	kind    document.Kind
	message string
	// line and column locate a fault in the body, limit is the one exceeded and actual what exceeds it, requestID finds the call in
	// the log: 0 or empty when there is none.
	line, column  int
	limit, actual int64
	requestID     string
}

// Error returns the message.
func (p *problem) Error() string { return p.message }

// status returns the problem in the form in which the gRPC API tells errors.
func (p *problem) status() *status.Status {
	code := p.code
	if code == codes.OK {
		code = codes.InvalidArgument
	}
	reason := strings.TrimPrefix(p.reason.String(), "ERROR_REASON_")
	details := []protoadapt.MessageV1{&errdetails.ErrorInfo{Reason: reason, Domain: errorDomain, Metadata: p.metadata()}}
	if p.field != "" {
		details = append(details, &errdetails.BadRequest{FieldViolations: []*errdetails.BadRequest_FieldViolation{
			{Field: p.field, Description: p.message, Reason: reason},
		}})
	}
	plain := status.New(code, p.message)
	if detailed, err := plain.WithDetails(details...); err == nil {
		return detailed
	}
	return plain
}

func (p *problem) metadata() map[string]string {
	m := map[string]string{}
	if p.field != "" {
		m["field"] = p.field
	}
	if p.kind != document.Invalid {
		m["kind"] = p.kind.Name()
	}
	if p.line > 0 {
		m["line"], m["column"] = strconv.Itoa(p.line), strconv.Itoa(p.column)
	}
	if p.limit > 0 {
		m["limit"] = strconv.FormatInt(p.limit, 10)
	}
	if p.actual > 0 {
		m["actual"] = strconv.FormatInt(p.actual, 10)
	}
	if p.requestID != "" {
		m["requestId"] = p.requestID
	}
	return m
}

// errorWriter answers requests with errors.
type errorWriter struct {
	logger *slog.Logger
	// allowed is the Allow header of each path.
	allowed map[string]string
}

// handle is the mux's error handler.
func (e *errorWriter) handle(ctx context.Context, _ *runtime.ServeMux, _ runtime.Marshaler, w http.ResponseWriter, r *http.Request, err error) {
	// Generated handlers keep only the text of a decoder's error; the body remembers the error itself.
	if body, ok := r.Body.(*requestBody); ok && body.err != nil {
		err = body.err
	}
	takeRequestID(ctx, w)
	e.write(ctx, w, err)
}

// handleRouting is the mux's handler for requests that fit no call.
func (e *errorWriter) handleRouting(ctx context.Context, _ *runtime.ServeMux, _ runtime.Marshaler, w http.ResponseWriter, r *http.Request, httpStatus int) {
	path := shorten(r.URL.Path)
	switch httpStatus {
	case http.StatusMethodNotAllowed:
		e.methodNotAllowed(ctx, w, r, e.allowed[r.URL.Path])
	case http.StatusNotFound:
		e.write(ctx, w, &problem{
			reason:  transformerv1.ErrorReason_ERROR_REASON_UNKNOWN_CALL,
			code:    codes.NotFound,
			message: "there is no " + path + ": /openapi.json lists the calls",
		})
	default:
		e.write(ctx, w, &problem{
			reason:  transformerv1.ErrorReason_ERROR_REASON_INVALID_REQUEST,
			http:    httpStatus,
			message: "the path " + strconv.Quote(path) + " is malformed",
		})
	}
}

// methodNotAllowed answers a request whose path takes other methods, the ones allowed.
func (e *errorWriter) methodNotAllowed(ctx context.Context, w http.ResponseWriter, r *http.Request, allowed string) {
	w.Header().Set("Allow", allowed)
	e.write(ctx, w, &problem{
		reason:  transformerv1.ErrorReason_ERROR_REASON_UNKNOWN_CALL,
		code:    codes.Unimplemented,
		http:    http.StatusMethodNotAllowed,
		message: shorten(r.URL.Path) + " does not take " + shorten(r.Method) + ": use " + allowed,
	})
}

// write answers with an error.
func (e *errorWriter) write(ctx context.Context, w http.ResponseWriter, err error) {
	st, httpStatus := e.public(ctx, w, err)
	header := w.Header()
	header.Set("Content-Type", contentType)
	if httpStatus == http.StatusUnauthorized {
		header.Set("WWW-Authenticate", "Bearer")
	}
	text := appendStatus(nil, st.Proto())
	header.Set("Content-Length", strconv.Itoa(len(text)))
	w.WriteHeader(httpStatus)
	if _, err := w.Write(text); err != nil {
		e.logger.DebugContext(ctx, "the answer could not be written", slog.Any("error", err))
	}
}

// public returns what the caller is told of an error: all of it when this service made it, else only what its code says,
// because the texts of libraries hold addresses and other things of ours.
func (e *errorWriter) public(ctx context.Context, w http.ResponseWriter, err error) (*status.Status, int) {
	var p *problem
	var syntax *document.SyntaxError
	switch {
	case errors.As(err, &p):
	case errors.As(err, &syntax):
		p = &problem{
			reason:  transformerv1.ErrorReason_ERROR_REASON_INVALID_JSON,
			message: syntax.Error(),
			line:    syntax.Line,
			column:  syntax.Column,
		}
	default:
		st := status.Convert(err)
		if reason, ok := reasonOf(st); ok {
			return st, httpStatusOf(st.Code(), reason)
		}
		if p = foreign(st); p.code == codes.Internal {
			p.requestID = w.Header().Get(requestIDHeader)
			e.logger.ErrorContext(ctx, "a call failed for no known reason",
				slog.String("request_id", p.requestID), slog.Any("error", err))
		}
	}
	st := p.status()
	if p.http != 0 {
		return st, p.http
	}
	return st, httpStatusOf(st.Code(), p.reason)
}

// reasonOf returns the reason that a status of this service carries.
func reasonOf(st *status.Status) (transformerv1.ErrorReason, bool) {
	for _, detail := range st.Details() {
		if info, ok := detail.(*errdetails.ErrorInfo); ok && info.GetDomain() == errorDomain {
			return transformerv1.ErrorReason(transformerv1.ErrorReason_value["ERROR_REASON_"+info.GetReason()]), true
		}
	}
	return 0, false
}

// httpStatusOf returns the HTTP status of an error.
func httpStatusOf(code codes.Code, reason transformerv1.ErrorReason) int {
	if reason == transformerv1.ErrorReason_ERROR_REASON_REQUEST_TOO_LARGE {
		return http.StatusRequestEntityTooLarge
	}
	return runtime.HTTPStatusFromCode(code)
}

// foreign tells a status that the gRPC stack or the gateway's runtime made in our own words.
func foreign(st *status.Status) *problem {
	p := &problem{code: st.Code()}
	switch st.Code() {
	case codes.InvalidArgument:
		// Only the runtime gives this, for request headers; its text is about nothing else.
		p.reason, p.message = transformerv1.ErrorReason_ERROR_REASON_INVALID_REQUEST, shorten(st.Message())
	case codes.ResourceExhausted:
		p.reason = transformerv1.ErrorReason_ERROR_REASON_REQUEST_TOO_LARGE
		p.message = "the request, or the answer to it, is larger than a message may be: send fewer events at once"
	case codes.Unavailable:
		p.reason, p.message = transformerv1.ErrorReason_ERROR_REASON_UNAVAILABLE, "the service is not available: try again"
	case codes.DeadlineExceeded:
		p.reason, p.message = transformerv1.ErrorReason_ERROR_REASON_CALL_ENDED, "the call's deadline passed"
	case codes.Canceled:
		p.reason, p.message = transformerv1.ErrorReason_ERROR_REASON_CALL_ENDED, "the call was cancelled"
	case codes.Unauthenticated:
		p.reason, p.message = transformerv1.ErrorReason_ERROR_REASON_UNAUTHENTICATED, "send a bearer token that the server knows"
	case codes.Unimplemented:
		p.reason, p.message = transformerv1.ErrorReason_ERROR_REASON_UNKNOWN_CALL, "the server does not offer this call"
	default:
		p.code = codes.Internal
		p.reason, p.message = transformerv1.ErrorReason_ERROR_REASON_INTERNAL, "internal error"
	}
	return p
}
