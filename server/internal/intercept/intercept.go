// Package intercept is what surrounds each call: trace context, request id, log, error mapping, recovery,
// authentication, limits and validation, in one list for unary calls and streams.
package intercept

import (
	"context"
	"crypto/rand"
	"fmt"
	"log/slog"
	"slices"
	"strings"
	"time"

	middleware "github.com/grpc-ecosystem/go-grpc-middleware/v2"
	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/trace"
	"google.golang.org/genproto/googleapis/rpc/code"
	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/metadata"
	"google.golang.org/grpc/status"

	"github.com/rudder-clevertap/rudder-clevertap/internal/apierr"
)

// RequestIDHeader names the metadata that carries a request's id, in and out. The server makes one up when a
// call brings none.
const RequestIDHeader = "x-request-id"

// maxRequestID is how long a caller's request id may be; the server makes up its own instead of a longer one.
const maxRequestID = 128

// Options say how calls are treated.
type Options struct {
	// Logger gets a line for each call.
	Logger *slog.Logger
	// ContinueTrace takes the trace context of a call's metadata over.
	ContinueTrace func(ctx context.Context) context.Context
	// Callers know the bearer tokens that calls need; nil lets everybody call.
	Callers Callers
	// NeedsNoToken tells calls apart that need no token all the same.
	NeedsNoToken func(ctx context.Context, method string) bool
	// MaxBatchEvents limits the events of one batch.
	MaxBatchEvents int
	// MaxAnswerBytes limits the answer to a transform call from outside the process.
	MaxAnswerBytes int
	// IsInside tells calls from within the process apart.
	IsInside func(ctx context.Context) bool
	// StreamIdleTimeout ends a stream on which no message has come or gone for so long.
	StreamIdleTimeout time.Duration
	// Disconnect closes the connection that a call came over, unless its client reads from it within so much time.
	Disconnect func(ctx context.Context, within time.Duration)
	// Stopping is closed when the server stops.
	Stopping <-chan struct{}
}

// Chain is all that surrounds a call.
type Chain struct {
	options   Options
	validator *validator
}

// New returns a chain. The error says why the contract's rules can't be compiled.
func New(options Options) (*Chain, error) {
	validator, err := newValidator()
	if err != nil {
		return nil, err
	}
	return &Chain{options: options, validator: validator}, nil
}

// Unary returns the chain as the interceptor of unary calls.
func (c *Chain) Unary() grpc.UnaryServerInterceptor { return unaryChain(c.interceptors()) }

// Stream returns the chain as the interceptor of streams.
func (c *Chain) Stream() grpc.StreamServerInterceptor { return streamChain(c.interceptors()) }

// interceptor is one concern of every call, unary or a stream. It has one of two forms.
type interceptor struct {
	name string
	// around runs around the call, and goes on with call.next.
	around func(ctx context.Context, call *call) error
	// check looks at each request message, that of a unary call and those of a stream, and reply at the answer
	// of a unary call; stream makes the stream that does so.
	check  func(request any) error
	reply  func(ctx context.Context, answer any) error
	stream grpc.StreamServerInterceptor
}

// interceptors returns the concerns of every call, outermost first. It is the one list for unary calls and
// streams. Those that look at messages come last.
func (c *Chain) interceptors() []interceptor {
	return []interceptor{
		{name: "trace context", around: c.continueTrace},
		{name: "request id", around: identify},
		{name: "log", around: c.logCall},
		{name: "errors", around: mapErrors},
		{name: "recovery", around: recoverPanic},
		{name: "authentication", around: c.authenticate},
		c.limits(),
		c.validation(),
	}
}

// call is one call on its way through the interceptors. One for all of them costs less than a function for
// each.
type call struct {
	method string
	// rest are the concerns that are still to come, and last is what they are around.
	rest []interceptor
	last func(ctx context.Context) error

	requestID string
	caller    string // who the bearer token belongs to; empty without one
}

// next goes on with what is within the current concern.
func (c *call) next(ctx context.Context) error {
	if len(c.rest) == 0 || c.rest[0].around == nil {
		return c.last(ctx)
	}
	around := c.rest[0].around
	c.rest = c.rest[1:]
	return around(ctx, c)
}

// unaryChain makes one interceptor of the list, for unary calls.
func unaryChain(list []interceptor) grpc.UnaryServerInterceptor {
	return func(ctx context.Context, req any, info *grpc.UnaryServerInfo, handler grpc.UnaryHandler) (resp any, err error) {
		arrived(ctx)
		c := &call{method: info.FullMethod, rest: list}
		c.last = func(ctx context.Context) (err error) {
			for i := range list {
				if check := list[i].check; check != nil {
					if err := check(req); err != nil {
						return err
					}
				}
			}
			if resp, err = handler(ctx, req); err != nil {
				return err
			}
			for i := range list {
				if reply := list[i].reply; reply != nil {
					if err := reply(ctx, resp); err != nil {
						return err
					}
				}
			}
			return nil
		}
		if err := c.next(ctx); err != nil {
			return nil, err
		}
		return resp, nil
	}
}

// streamChain makes one interceptor of the list, for streams.
func streamChain(list []interceptor) grpc.StreamServerInterceptor {
	return func(service any, stream grpc.ServerStream, info *grpc.StreamServerInfo, handler grpc.StreamHandler) error {
		for i := range slices.Backward(list) {
			if inner, around := handler, list[i].stream; around != nil {
				handler = func(service any, stream grpc.ServerStream) error { return around(service, stream, info, inner) }
			}
		}
		c := &call{method: info.FullMethod, rest: list}
		c.last = func(ctx context.Context) error {
			wrapped := middleware.WrapServerStream(stream)
			wrapped.WrappedContext = ctx
			return handler(service, wrapped)
		}
		return c.next(stream.Context())
	}
}

// IsInfrastructure reports whether a method belongs to gRPC's own services (health, reflection), whose errors
// are theirs.
func IsInfrastructure(method string) bool { return strings.HasPrefix(method, "/grpc.") }

// isHealth reports whether a method belongs to the health service.
func isHealth(method string) bool { return strings.HasPrefix(method, "/grpc.health.") }

// continueTrace takes the caller's trace context over.
func (c *Chain) continueTrace(ctx context.Context, call *call) error {
	return call.next(c.options.ContinueTrace(ctx))
}

// identify gives the call its request id, the caller's own if it is fit to print, and sends it back.
func identify(ctx context.Context, call *call) error {
	if ids := metadata.ValueFromIncomingContext(ctx, RequestIDHeader); len(ids) > 0 && isPrintable(ids[0]) {
		call.requestID = ids[0]
	} else {
		call.requestID = rand.Text()
	}
	if span := trace.SpanFromContext(ctx); span.IsRecording() {
		span.SetAttributes(attribute.String(apierr.RequestIDAttribute, call.requestID))
	}
	// It fails only when the headers are out already, and nothing has been sent yet.
	if err := grpc.SetHeader(ctx, metadata.Pairs(RequestIDHeader, call.requestID)); err != nil {
		return fmt.Errorf("set the header %s: %w", RequestIDHeader, err)
	}
	return call.next(apierr.WithRequestID(ctx, &call.requestID))
}

// isPrintable reports whether a caller's request id can go into a header and a log: visible ASCII, and not
// too long.
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

// logCall writes a line about the call when it has ended. Faults of ours are errors; calls that went well,
// and health checks, show when debugging only: metrics count them, and a line for each costs more than
// transforming an event does.
func (c *Chain) logCall(ctx context.Context, call *call) error {
	start := time.Now()
	err := call.next(ctx)
	ended := status.Code(err)
	level := logLevel(ended)
	if isHealth(call.method) && level < slog.LevelError {
		level = slog.LevelDebug
	}
	if !c.options.Logger.Enabled(ctx, level) {
		return err
	}
	attrs := []slog.Attr{
		slog.String("rpc.method", strings.TrimPrefix(call.method, "/")),
		slog.String("rpc.response.status_code", codeName(ended)),
		slog.Float64("duration_ms", float64(time.Since(start).Microseconds())/1e3),
		slog.String("request_id", call.requestID),
	}
	if call.caller != "" {
		attrs = append(attrs, slog.String("caller", call.caller))
	}
	if err != nil {
		attrs = append(attrs, slog.String("reason", string(apierr.ReasonOf(err))), slog.String("error", err.Error()))
	}
	c.options.Logger.LogAttrs(ctx, level, "call", attrs...)
	return err
}

// codeName spells a code as the contract of gRPC and OpenTelemetry do, `INVALID_ARGUMENT`; gRPC's own package
// spells it another way.
func codeName(c codes.Code) string {
	if name, known := code.Code_name[int32(c)]; known {
		return name
	}
	return c.String()
}

// logLevel says how much a code matters to whoever runs the server: what callers do wrong is not a fault of
// the server.
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
func mapErrors(ctx context.Context, call *call) error {
	err := call.next(ctx)
	if err == nil || IsInfrastructure(call.method) {
		return err
	}
	return apierr.From(ctx, err)
}

// recoverPanic turns a panic of a call into an error with its stack, so that the other calls live on.
func recoverPanic(ctx context.Context, call *call) (err error) {
	defer apierr.RecoverTo(ctx, &err)
	return call.next(ctx)
}
