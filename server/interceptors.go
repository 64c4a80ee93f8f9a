package server

import (
	"context"
	"crypto/rand"
	"fmt"
	"log/slog"
	"runtime/debug"
	"strings"
	"time"

	middleware "github.com/grpc-ecosystem/go-grpc-middleware/v2"
	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/metadata"
	"google.golang.org/grpc/status"
)

// RequestIDHeader names the metadata that carries a request's id, in and out. The server makes one up when a call brings none.
const RequestIDHeader = "x-request-id"

// maxRequestID is how long a caller's request id may be; the server makes up its own instead of a longer one.
const maxRequestID = 128

// interceptor is one concern of every call, in the two forms that gRPC asks for.
type interceptor struct {
	name   string
	unary  grpc.UnaryServerInterceptor
	stream grpc.StreamServerInterceptor
}

// around makes both forms from one function, which runs around the call that next stands for.
func around(name string, f func(ctx context.Context, method string, next func(context.Context) error) error) interceptor {
	return interceptor{
		name: name,
		unary: func(ctx context.Context, req any, info *grpc.UnaryServerInfo, handler grpc.UnaryHandler) (resp any, err error) {
			err = f(ctx, info.FullMethod, func(ctx context.Context) error {
				var err error
				resp, err = handler(ctx, req)
				return err
			})
			if err != nil {
				return nil, err
			}
			return resp, nil
		},
		stream: func(srv any, ss grpc.ServerStream, info *grpc.StreamServerInfo, handler grpc.StreamHandler) error {
			return f(ss.Context(), info.FullMethod, func(ctx context.Context) error {
				wrapped := middleware.WrapServerStream(ss)
				wrapped.WrappedContext = ctx
				return handler(srv, wrapped)
			})
		},
	}
}

// interceptors returns the concerns of every call, outermost first. It is the one list for unary calls and streams.
func (s *Server) interceptors() []interceptor {
	return []interceptor{
		around("request id", identify),
		around("log", s.logCall),
		around("errors", mapErrors),
		around("recovery", recoverPanic),
		around("authentication", s.authenticate),
		s.limits(),
		s.validation(),
	}
}

// isInfrastructure reports whether a method belongs to gRPC's own services (health, reflection), whose errors are theirs.
func isInfrastructure(method string) bool { return strings.HasPrefix(method, "/grpc.") }

// isHealth reports whether a method belongs to the health service.
func isHealth(method string) bool { return strings.HasPrefix(method, "/grpc.health.") }

// callInfo is what the interceptors tell one another about a call.
type callInfo struct {
	requestID string
	caller    string // who the bearer token belongs to; empty without one
}

// callInfoKey is the context's key of the callInfo.
type callInfoKey struct{}

// callInfoFrom returns what is known of the call that ctx belongs to.
func callInfoFrom(ctx context.Context) *callInfo {
	if info, ok := ctx.Value(callInfoKey{}).(*callInfo); ok {
		return info
	}
	return &callInfo{}
}

// identify gives the call its request id, the caller's own if it is fit to print, and sends it back.
func identify(ctx context.Context, _ string, next func(context.Context) error) error {
	info := &callInfo{}
	if ids := metadata.ValueFromIncomingContext(ctx, RequestIDHeader); len(ids) > 0 && isPrintable(ids[0]) {
		info.requestID = ids[0]
	} else {
		info.requestID = rand.Text()
	}
	// It fails only when the headers are out already, and nothing has been sent yet.
	if err := grpc.SetHeader(ctx, metadata.Pairs(RequestIDHeader, info.requestID)); err != nil {
		return fmt.Errorf("set the header %s: %w", RequestIDHeader, err)
	}
	return next(context.WithValue(ctx, callInfoKey{}, info))
}

// isPrintable reports whether a caller's request id can go into a header and a log: visible ASCII, and not too long.
func isPrintable(id string) bool {
	if id == "" || len(id) > maxRequestID {
		return false
	}
	for i := range len(id) {
		if id[i] <= ' ' || id[i] > '~' {
			return false
		}
	}
	return true
}

// logCall writes a line about the call when it has ended. Faults of ours are errors; calls that went well, and health checks, show
// when debugging only: metrics count them, and a line for each costs more than transforming an event does.
func (s *Server) logCall(ctx context.Context, method string, next func(context.Context) error) error {
	start := time.Now()
	err := next(ctx)
	code := status.Code(err)
	level := logLevel(code)
	if isHealth(method) && level < slog.LevelError {
		level = slog.LevelDebug
	}
	if !s.logger.Enabled(ctx, level) {
		return err
	}
	info := callInfoFrom(ctx)
	attrs := []slog.Attr{
		slog.String("rpc.method", strings.TrimPrefix(method, "/")),
		slog.String("rpc.response.status_code", code.String()),
		slog.Float64("duration_ms", float64(time.Since(start).Microseconds())/1e3),
		slog.String("request_id", info.requestID),
	}
	if info.caller != "" {
		attrs = append(attrs, slog.String("caller", info.caller))
	}
	if err != nil {
		attrs = append(attrs, slog.String("error", err.Error()))
	}
	s.logger.LogAttrs(ctx, level, "call", attrs...)
	return err
}

// logLevel says how much a code matters to whoever runs the server: what callers do wrong is no fault of the server.
func logLevel(code codes.Code) slog.Level {
	switch code {
	case codes.OK:
		return slog.LevelDebug
	case codes.Internal, codes.Unknown, codes.DataLoss:
		return slog.LevelError
	case codes.Unavailable, codes.DeadlineExceeded, codes.ResourceExhausted:
		return slog.LevelWarn
	default:
		return slog.LevelInfo
	}
}

// mapErrors turns whatever a call ended with into a status with its reason and details.
func mapErrors(ctx context.Context, method string, next func(context.Context) error) error {
	err := next(ctx)
	if err == nil || isInfrastructure(method) {
		return err
	}
	return asFailure(ctx, err).withRequestID(callInfoFrom(ctx).requestID)
}

// recoverPanic turns a panic of a call into an error with its stack, so that the other calls live on.
func recoverPanic(ctx context.Context, _ string, next func(context.Context) error) (err error) {
	defer func() {
		if r := recover(); r != nil {
			err = panicError(r)
		}
	}()
	return next(ctx)
}

// panicError is the failure that a recovered panic becomes. Its stack goes to the log.
func panicError(recovered any) *failure {
	return &failure{reason: Internal, message: "internal error", cause: fmt.Errorf("panic: %v\n%s", recovered, debug.Stack())}
}
