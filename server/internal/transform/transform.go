package server

import (
	"bytes"
	"context"
	"log/slog"
	"strings"
	"sync/atomic"
	"time"

	clevertapv1 "github.com/rudder-clevertap/rudder-clevertap/gen/clevertap/v1"
	"github.com/rudder-clevertap/rudder-clevertap/mapping"
	"github.com/rudder-clevertap/rudder-clevertap/server/wire"
)

// transformService is transformer.v1.TransformService.
type transformService struct {
	destinations Destinations
	engine       *engine
	inFlight     int
	maxAge       time.Duration
	stopping     <-chan struct{}
	logger       *slog.Logger
	// last is the last destination that came as JSON. Most callers have one, so compiling it anew for each call is work lost.
	last atomic.Pointer[compiled]
}

// compiled is where events go, and the settings that it was compiled from.
type compiled struct {
	settings []byte
	to       target
}

// target is where events go.
type target struct {
	*mapping.Destination

	// envelope is that of its uploads. A destination of the server's configuration has no header for its passcode, which no answer
	// shows.
	envelope *wire.Envelope
}

// newTarget returns where events go; registered tells a destination of the server's configuration.
func newTarget(to *mapping.Destination, registered bool) target {
	headers := make(map[string]string)
	for _, header := range to.Headers() {
		if !registered || header.Name != mapping.PasscodeHeader {
			headers[header.Name] = header.Value
		}
	}
	return target{to, wire.NewEnvelope(to.Endpoint(), headers)}
}

// targeted is a request that names where its events go, in one of three ways.
type targeted interface {
	GetDestination() *clevertapv1.Destination
	GetDestinationJson() []byte
	GetDestinationId() string
}

// target finds or compiles the destination that a request names.
func (s *transformService) target(req targeted) (target, *failure) {
	if id := req.GetDestinationId(); id != "" {
		if to := s.destinations[id]; to != nil {
			return newTarget(to, true), nil
		}
		const field = "destinationId"
		message := "no destination is registered as " + cut(id, maxQuoted) + ": the server's configuration file names them"
		return target{}, &failure{
			reason: UnknownDestination, message: message, metadata: map[string]string{metaField: field},
			violations: []violation{{field: field, message: message}},
		}
	}
	if settings := req.GetDestination(); settings != nil {
		to, failed := mapping.NewDestination(settings)
		if failed != nil {
			return target{}, destinationFailure(failed)
		}
		return newTarget(to, false), nil
	}
	return s.parse(req.GetDestinationJson())
}

// parse compiles a destination's settings, unless they are those of the last call.
func (s *transformService) parse(settings []byte) (target, *failure) {
	if last := s.last.Load(); last != nil && bytes.Equal(last.settings, settings) {
		return last.to, nil
	}
	to, failed := mapping.ParseDestination(settings)
	if failed != nil {
		return target{}, destinationFailure(failed)
	}
	next := &compiled{settings: bytes.Clone(settings), to: newTarget(to, false)}
	s.last.Store(next)
	return next.to, nil
}

// destinationFailure returns what is wrong with a request's destination, with the field's path in the request.
func destinationFailure(e *mapping.Error) *failure {
	const field = "destination"
	named := *e
	switch e.Field {
	case "", field:
		named.Field = field
	default:
		named.Field = field + "." + e.Field
	}
	if !strings.HasPrefix(e.Message, field) {
		named.Message = field + ": " + e.Message
	}
	f := mappingFailure(&named)
	f.message = clean(named.Message)
	return f
}

// Transform transforms one event.
func (s *transformService) Transform(ctx context.Context, r *wire.Request) (*wire.Response, error) {
	answer, err := s.transform(ctx, r, true)
	if err != nil {
		return nil, err
	}
	if failed := answer.first; failed != nil {
		answer.Release()
		return nil, failed
	}
	return &answer.Response, nil
}

// BatchTransform transforms a batch of events.
func (s *transformService) BatchTransform(ctx context.Context, r *wire.Request) (*wire.Response, error) {
	answer, err := s.transform(ctx, r, false)
	if err != nil {
		return nil, err
	}
	return &answer.Response, nil
}

// transform transforms the events of a request; single says that there is one.
func (s *transformService) transform(ctx context.Context, r *wire.Request, single bool) (*response, error) {
	to, failed := s.target(r)
	if failed != nil {
		return nil, failed
	}
	answer, err := s.engine.transform(ctx, batch{
		to: to, minSeverity: r.MinSeverity, events: r.Events, eventsJSON: r.EventsJSON, single: single,
	})
	answer.Kind = r.Kind
	return answer, err
}
