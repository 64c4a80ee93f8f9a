package gateway

import (
	"context"
	"errors"
	"log/slog"
	"math"
	"net/http"
	"strconv"
	"time"

	"github.com/grpc-ecosystem/grpc-gateway/v2/runtime"
	"google.golang.org/genproto/googleapis/rpc/errdetails"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"

	"github.com/rudder-clevertap/rudder-clevertap/internal/apierr"
	"github.com/rudder-clevertap/rudder-clevertap/mapping/document"
)

// errorWriter answers requests with errors.
type errorWriter struct {
	logger *slog.Logger
	// allowed is the Allow header of each path.
	allowed map[string]string
}

// handle is the mux's error handler.
func (e *errorWriter) handle(
	ctx context.Context, _ *runtime.ServeMux, _ runtime.Marshaler, w http.ResponseWriter, r *http.Request,
	err error,
) {
	// Generated handlers keep only the text of a decoder's error; the body remembers the error itself.
	if body, ok := r.Body.(*requestBody); ok && body.err != nil {
		err = body.err
	}
	takeRequestID(ctx, w)
	e.write(ctx, w, r, err)
}

// handleRouting is the mux's handler for requests that fit no call.
func (e *errorWriter) handleRouting(
	ctx context.Context, _ *runtime.ServeMux, _ runtime.Marshaler, w http.ResponseWriter, r *http.Request,
	httpStatus int,
) {
	path := apierr.Quote(r.URL.Path)
	switch httpStatus {
	case http.StatusMethodNotAllowed:
		e.methodNotAllowed(ctx, w, r, e.allowed[r.URL.Path])
	case http.StatusNotFound:
		e.write(ctx, w, r, &apierr.Error{
			Reason:  apierr.UnknownCall,
			Code:    codes.NotFound,
			Message: "there is no " + path + ": /openapi.json lists the calls",
		})
	default:
		e.write(ctx, w, r, &apierr.Error{
			Reason:  apierr.InvalidRequest,
			HTTP:    httpStatus,
			Message: "the path " + strconv.Quote(path) + " is malformed",
		})
	}
}

// methodNotAllowed answers a request whose path takes other methods, the ones allowed.
func (e *errorWriter) methodNotAllowed(
	ctx context.Context, w http.ResponseWriter, r *http.Request, allowed string,
) {
	w.Header().Set("Allow", allowed)
	e.write(ctx, w, r, &apierr.Error{
		Reason:  apierr.UnknownCall,
		Code:    codes.Unimplemented,
		HTTP:    http.StatusMethodNotAllowed,
		Message: apierr.Quote(r.URL.Path) + " does not take " + apierr.Quote(r.Method) + ": use " + allowed,
	})
}

// write answers a request with an error, and leaves a line in the log, unless the server has done so.
func (e *errorWriter) write(ctx context.Context, w http.ResponseWriter, r *http.Request, err error) {
	st, httpStatus, logged := e.public(w, err)
	if !logged {
		e.log(ctx, w, r, st, httpStatus, err)
	}
	header := w.Header()
	header.Set("Content-Type", contentType)
	if httpStatus == http.StatusUnauthorized {
		header.Set("WWW-Authenticate", "Bearer")
	}
	if after := retryAfter(st); after > 0 {
		header.Set("Retry-After", strconv.Itoa(int(math.Ceil(after.Seconds()))))
	}
	text := appendStatus(nil, st.Proto())
	header.Set("Content-Length", strconv.Itoa(len(text)))
	w.WriteHeader(httpStatus)
	if _, err := w.Write(text); err != nil {
		e.logger.DebugContext(ctx, "the answer could not be written", slog.Any("error", err))
	}
}

// log leaves a line about a refused request in the log.
func (e *errorWriter) log(
	ctx context.Context, w http.ResponseWriter, r *http.Request, st *status.Status, httpStatus int, err error,
) {
	level := slog.LevelInfo
	switch {
	case st.Code() == codes.Internal:
		level = slog.LevelError
	case httpStatus >= http.StatusInternalServerError:
		level = slog.LevelWarn
	}
	reason, _ := apierr.OfStatus(st)
	e.logger.LogAttrs(ctx, level, "a REST call was refused",
		slog.String("http.request.method", apierr.Clean(apierr.Quote(r.Method))),
		slog.String("url.path", apierr.Clean(apierr.Quote(r.URL.Path))),
		slog.Int("http.response.status_code", httpStatus),
		slog.String("request_id", w.Header().Get(requestIDHeader)),
		slog.String("reason", string(reason)), slog.Any("error", err))
}

// retryAfter is when the call may be made again, as the error says; 0 when it says nothing.
func retryAfter(st *status.Status) time.Duration {
	for _, detail := range st.Details() {
		if info, ok := detail.(*errdetails.RetryInfo); ok {
			return info.GetRetryDelay().AsDuration()
		}
	}
	return 0
}

// public returns what the caller is told of an error, and whether the server has logged it: all of it when this
// service made it, else only what its code says, because the texts of libraries hold addresses and other things
// of ours.
func (*errorWriter) public(w http.ResponseWriter, err error) (st *status.Status, httpStatus int, logged bool) {
	var known *apierr.Error
	if syntax, ok := errors.AsType[*document.SyntaxError](err); ok {
		err = apierr.Syntax(syntax)
	}
	if !errors.As(err, &known) {
		st := status.Convert(err)
		if reason, ok := apierr.OfStatus(st); ok {
			return st, httpStatusOf(st.Code(), reason), true
		}
		if known = foreign(st); known.Reason == apierr.Internal {
			known.RequestID = w.Header().Get(requestIDHeader)
		}
	}
	st = known.GRPCStatus()
	if known.HTTP != 0 {
		return st, known.HTTP, false
	}
	return st, httpStatusOf(st.Code(), known.Reason), false
}

// httpStatusOf returns the HTTP status of an error.
func httpStatusOf(code codes.Code, reason apierr.Reason) int {
	if own := apierr.HTTPStatus(reason); own != 0 {
		return own
	}
	return runtime.HTTPStatusFromCode(code)
}

// foreign tells a status that the gRPC stack or the gateway's runtime made in our own words.
func foreign(st *status.Status) *apierr.Error {
	told := &apierr.Error{Reason: apierr.OfCode(st.Code()), Code: st.Code()}
	switch told.Reason {
	case apierr.InvalidRequest:
		// Only the runtime gives this, for request headers; its text is about nothing else.
		told.Message = apierr.Quote(st.Message())
	case apierr.RequestTooLarge:
		told.Message = "the request, or the answer to it, is larger than a message may be: send fewer events at once"
	case apierr.Unavailable:
		told.Message = "the service is not available: try again"
	case apierr.CallEnded:
		told.Message = "the call was cancelled"
		if st.Code() == codes.DeadlineExceeded {
			told.Message = "the call's deadline passed"
		}
	case apierr.Unauthenticated:
		told.Message = "send a bearer token that the server knows"
	case apierr.UnknownCall:
		told.Message = "the server does not offer this call"
	default:
		told.Code, told.Message = codes.Internal, "internal error"
	}
	return told
}
