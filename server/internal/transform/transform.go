// Package transform is transformer.v1.TransformService: one event, a batch, and a stream of batches.
package transform

import (
	"bytes"
	"context"
	"errors"
	"log/slog"
	"sync/atomic"
	"time"

	"github.com/rudder-clevertap/rudder-clevertap/clevertap"
	clevertapv1 "github.com/rudder-clevertap/rudder-clevertap/gen/clevertap/v1"
	"github.com/rudder-clevertap/rudder-clevertap/internal/apierr"
	"github.com/rudder-clevertap/rudder-clevertap/mapping"
	"github.com/rudder-clevertap/rudder-clevertap/mapping/document"
	"github.com/rudder-clevertap/rudder-clevertap/server/internal/engine"
	"github.com/rudder-clevertap/rudder-clevertap/server/wire"
)

// Service is transformer.v1.TransformService.
type Service struct {
	options Options
	// last is the last destination that came as JSON. Most callers have one, so compiling it anew for each
	// call is work lost.
	last atomic.Pointer[compiled]
}

var _ wire.Handler = (*Service)(nil)

// Options say what a Service is made of.
type Options struct {
	// Engine transforms. Required.
	Engine *engine.Engine
	// Destinations are those that requests may name.
	Destinations map[string]*mapping.Destination
	// InFlight limits the messages of one stream that are read and not yet answered.
	InFlight int
	// MaxAge is about how long a stream lasts before its client has to open another; zero lets it last.
	MaxAge time.Duration
	// Stopping is closed when open streams are to end.
	Stopping <-chan struct{}
	// Logger is told of faults of ours.
	Logger *slog.Logger
}

// New returns a service.
func New(options Options) *Service { return &Service{options: options} }

// compiled is where events go, and the settings that it was compiled from.
type compiled struct {
	settings []byte
	to       engine.Target
}

// newTarget returns where events go. A registered destination, one of the server's configuration, has no
// header for its passcode, which no answer shows.
func newTarget(to *mapping.Destination, registered bool) engine.Target {
	headers := make(map[string]string)
	for _, header := range to.Headers() {
		if !registered || header.Name != clevertap.PasscodeHeader {
			headers[header.Name] = header.Value
		}
	}
	return engine.Target{Destination: to, Envelope: wire.NewEnvelope(to.Endpoint(), headers)}
}

// targeted is a request that names where its events go, in one of three ways.
type targeted interface {
	GetDestination() *clevertapv1.Destination
	GetDestinationJson() []byte
	GetDestinationId() string
}

// target finds or compiles the destination that a request names.
func (s *Service) target(req targeted) (engine.Target, error) {
	if id := req.GetDestinationId(); id != "" {
		if to := s.options.Destinations[id]; to != nil {
			return newTarget(to, true), nil
		}
		return engine.Target{}, apierr.Field(apierr.UnknownDestination, "destinationId",
			"no destination is registered as "+apierr.Quote(id)+": the server's configuration file names them")
	}
	if settings := req.GetDestination(); settings != nil {
		to, failed := mapping.NewDestination(settings)
		if failed != nil {
			return engine.Target{}, apierr.Destination(failed)
		}
		return newTarget(to, false), nil
	}
	return s.parse(req.GetDestinationJson())
}

// parse compiles a destination's settings, unless they are those of the last call.
func (s *Service) parse(settings []byte) (engine.Target, error) {
	if last := s.last.Load(); last != nil && bytes.Equal(last.settings, settings) {
		return last.to, nil
	}
	to, failed := mapping.ParseDestination(settings)
	if failed != nil {
		return engine.Target{}, apierr.Destination(failed)
	}
	next := &compiled{settings: bytes.Clone(settings), to: newTarget(to, false)}
	s.last.Store(next)
	return next.to, nil
}

// Transform transforms one event.
func (s *Service) Transform(ctx context.Context, r *wire.Request) (*wire.Response, error) {
	answer, err := s.transform(ctx, r, true)
	if err != nil {
		return nil, err
	}
	if failed := answer.Failed; failed != nil {
		answer.Release()
		return nil, ofField(failed)
	}
	return &answer.Response, nil
}

// ofField returns why an event failed: of one that is not an object, with the request's field as the field at
// fault, and where several events go.
func ofField(failed error) error {
	known, ok := errors.AsType[*apierr.Error](failed)
	if !ok || known.Reason != apierr.InvalidFieldType || len(known.Violations) > 0 {
		return failed
	}
	told := *known
	switch known.Kind {
	case document.Array:
		told.Message += "; several events go to BatchTransform, POST /v1/transform:batch"
	case document.String:
		told.Message += "; give the event itself, not as text"
	}
	told.Violations = []apierr.Violation{{Field: "event", Message: told.Message}}
	return &told
}

// BatchTransform transforms a batch of events.
func (s *Service) BatchTransform(ctx context.Context, r *wire.Request) (*wire.Response, error) {
	answer, err := s.transform(ctx, r, false)
	if err != nil {
		return nil, err
	}
	return &answer.Response, nil
}

// transform transforms the events of a request; single says that there is one.
func (s *Service) transform(ctx context.Context, r *wire.Request, single bool) (*engine.Response, error) {
	to, failed := s.target(r)
	if failed != nil {
		return nil, failed
	}
	answer, err := s.options.Engine.Transform(ctx, engine.Batch{
		To: to, MinSeverity: r.MinSeverity, Events: r.Events, EventsJSON: r.EventsJSON, Single: single,
	})
	answer.Kind = r.Kind
	return answer, err
}
