package intercept

import (
	"context"

	"github.com/grpc-ecosystem/go-grpc-middleware/v2/interceptors/auth"
	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/trace"

	"github.com/rudder-clevertap/rudder-clevertap/internal/apierr"
)

// Callers know who bearer tokens belong to.
type Callers interface {
	// Caller returns the name of whoever has a token, and whether there is such a token.
	Caller(token string) (name string, known bool)
}

// authenticate lets calls pass that show a known bearer token. Health checks need none.
func (c *Chain) authenticate(ctx context.Context, call *call) error {
	if c.options.Callers == nil || isHealth(call.method) || c.options.NeedsNoToken(ctx, call.method) {
		return call.next(ctx)
	}
	token, err := auth.AuthFromMD(ctx, "bearer")
	if err != nil {
		return &apierr.Error{
			Reason: apierr.Unauthenticated, Message: "send a bearer token: authorization: Bearer <token>",
		}
	}
	name, known := c.options.Callers.Caller(token)
	if !known {
		return &apierr.Error{
			Reason: apierr.Unauthenticated, Message: "the bearer token is not known to the server",
		}
	}
	call.caller = name
	trace.SpanFromContext(ctx).SetAttributes(attribute.String("rudder_clevertap.caller", name))
	return call.next(ctx)
}
