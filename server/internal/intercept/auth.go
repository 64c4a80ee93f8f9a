package intercept

import (
	"context"
	"strings"

	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/trace"
	"google.golang.org/grpc/metadata"

	"github.com/rudder-clevertap/rudder-clevertap/internal/apierr"
)

// authorization is the metadata that holds the bearer token.
const authorization = "authorization"

// Callers know who bearer tokens belong to.
type Callers interface {
	// Caller returns the name of whoever has a token, and whether there is such a token.
	Caller(token string) (name string, known bool)
}

// authenticate lets calls pass that show a known bearer token. Health checks need none.
func (c *Chain) authenticate(ctx context.Context, call *call) error {
	if !c.needsToken(ctx, call.method) {
		return call.next(ctx)
	}
	name, err := c.caller(metadata.ValueFromIncomingContext(ctx, authorization))
	if err != nil {
		return err
	}
	call.caller = name
	trace.SpanFromContext(ctx).SetAttributes(attribute.String("rudder_clevertap.caller", name))
	return call.next(ctx)
}

// needsToken reports whether a call must show a token.
func (c *Chain) needsToken(ctx context.Context, method string) bool {
	return c.options.Callers != nil && !isHealth(method) && !c.options.NeedsNoToken(ctx, method)
}

// caller returns whose token a call shows in its values of authorization, of which the first counts.
func (c *Chain) caller(values []string) (name string, err error) {
	token, shown := "", false
	if len(values) > 0 {
		var scheme string
		scheme, token, shown = strings.Cut(values[0], " ")
		shown = shown && strings.EqualFold(scheme, "bearer")
	}
	if !shown {
		return "", &apierr.Error{
			Reason: apierr.Unauthenticated, Message: "send a bearer token: authorization: Bearer <token>",
		}
	}
	name, known := c.options.Callers.Caller(token)
	if !known {
		return "", &apierr.Error{
			Reason: apierr.Unauthenticated, Message: "the bearer token is not known to the server",
		}
	}
	return name, nil
}

// Admit says why a call with these values of authorization will be refused, or nil, for those who want to know
// before they read it. The call itself is asked again.
func (c *Chain) Admit(values []string) error {
	if c.options.Callers == nil {
		return nil
	}
	_, err := c.caller(values)
	return err
}
