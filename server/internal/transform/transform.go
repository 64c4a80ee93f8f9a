// Package transform is transformer.v1.TransformService: one event, a batch, and a stream of batches.
package transform

import (
	"context"
	"errors"
	"log/slog"
	"time"

	"github.com/rudder-clevertap/rudder-clevertap/internal/apierr"
	"github.com/rudder-clevertap/rudder-clevertap/mapping/document"
	"github.com/rudder-clevertap/rudder-clevertap/server/internal/engine"
	"github.com/rudder-clevertap/rudder-clevertap/server/wire"
)

// Service is transformer.v1.TransformService.
type Service struct {
	options Options
}

var _ wire.Handler = (*Service)(nil)

// Options say what a Service is made of.
type Options struct {
	// Engine transforms. Required.
	Engine *engine.Engine
	// Targets finds where events go. Required.
	Targets *engine.Targets
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
	to, failed := s.options.Targets.Find(r)
	if failed != nil {
		return nil, failed
	}
	answer, err := s.options.Engine.Transform(ctx, engine.Batch{
		To: to, MinSeverity: r.MinSeverity, Explain: r.Explain,
		Events: r.Events, EventsJSON: r.EventsJSON, Single: single,
	})
	answer.Kind = r.Kind
	return answer, err
}
