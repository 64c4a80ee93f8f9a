package intercept

import (
	"context"
	"errors"

	"google.golang.org/grpc"

	"github.com/rudder-clevertap/rudder-clevertap/internal/apierr"
	"github.com/rudder-clevertap/rudder-clevertap/internal/budget"
	"github.com/rudder-clevertap/rudder-clevertap/server/wire"
)

// receive receives a message, and says why it can't be read as callers are told: it is the message that is
// wrong, or too much for the server's memory.
func receive(into any, from func(any) error) error {
	checked := wire.Checked{Into: into}
	if err := from(&checked); err != nil {
		return err
	}
	switch err := checked.Err; {
	case err == nil:
		return nil
	case errors.Is(err, budget.ErrFull), errors.Is(err, budget.ErrNever):
		return apierr.NoMemory(err)
	default:
		return &apierr.Error{
			Reason: apierr.InvalidRequest, Message: apierr.Clean("the message can't be read: " + err.Error()),
		}
	}
}

// Readable returns the unary methods of a service so that they say why a message can't be read.
func Readable(methods []grpc.MethodDesc) []grpc.MethodDesc {
	told := make([]grpc.MethodDesc, len(methods))
	for i, method := range methods {
		handler := method.Handler
		method.Handler = func(
			service any, ctx context.Context, decode func(any) error, around grpc.UnaryServerInterceptor,
		) (any, error) {
			return handler(service, ctx, func(into any) error { return receive(into, decode) }, around)
		}
		told[i] = method
	}
	return told
}

// ReadableStream returns an interceptor so that its streams say why a message can't be read.
func ReadableStream(around grpc.StreamServerInterceptor) grpc.StreamServerInterceptor {
	return func(service any, stream grpc.ServerStream, info *grpc.StreamServerInfo, handler grpc.StreamHandler) error {
		return around(service, readableStream{stream}, info, handler)
	}
}

// readableStream is a stream that says why a message can't be read.
type readableStream struct{ grpc.ServerStream }

// RecvMsg receives a message.
func (s readableStream) RecvMsg(m any) error { return receive(m, s.ServerStream.RecvMsg) }
