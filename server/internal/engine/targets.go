package engine

import (
	"bytes"
	"sync/atomic"

	"github.com/rudder-clevertap/rudder-clevertap/clevertap"
	clevertapv1 "github.com/rudder-clevertap/rudder-clevertap/gen/clevertap/v1"
	"github.com/rudder-clevertap/rudder-clevertap/internal/apierr"
	"github.com/rudder-clevertap/rudder-clevertap/mapping"
	"github.com/rudder-clevertap/rudder-clevertap/server/wire"
)

// Targets finds where the events of requests go. One serves all services.
type Targets struct {
	registered map[string]*mapping.Destination
	// last is the last destination that came as JSON. Most callers have one, so compiling it anew for each
	// call is work lost.
	last atomic.Pointer[compiled]
}

// NewTargets returns a finder that knows the destinations which requests may name.
func NewTargets(registered map[string]*mapping.Destination) *Targets {
	return &Targets{registered: registered}
}

// compiled is where events go, and the settings that it was compiled from.
type compiled struct {
	settings []byte
	to       Target
}

// newTarget returns where events go. A registered destination, one of the server's configuration, has no
// header for its passcode, which no answer shows.
func newTarget(to *mapping.Destination, name string) Target {
	headers := make(map[string]string)
	for _, header := range to.Headers() {
		if name == "" || header.Name != clevertap.PasscodeHeader {
			headers[header.Name] = header.Value
		}
	}
	return Target{Destination: to, Envelope: wire.NewEnvelope(to.Endpoint(), headers), Name: name}
}

// Targeted is a request that names where its events go, in one of three ways.
type Targeted interface {
	GetDestination() *clevertapv1.Destination
	GetDestinationJson() []byte
	GetDestinationId() string
}

// Find finds or compiles the destination that a request names.
func (t *Targets) Find(req Targeted) (Target, error) {
	if id := req.GetDestinationId(); id != "" {
		if to := t.registered[id]; to != nil {
			return newTarget(to, id), nil
		}
		return Target{}, apierr.Field(apierr.UnknownDestination, "destinationId",
			"no destination is registered as "+apierr.Quote(id)+": the server's configuration file names them")
	}
	if settings := req.GetDestination(); settings != nil {
		to, failed := mapping.NewDestination(settings)
		if failed != nil {
			return Target{}, apierr.Destination(failed)
		}
		return newTarget(to, ""), nil
	}
	return t.parse(req.GetDestinationJson())
}

// parse compiles a destination's settings, unless they are those of the last call.
func (t *Targets) parse(settings []byte) (Target, error) {
	if last := t.last.Load(); last != nil && bytes.Equal(last.settings, settings) {
		return last.to, nil
	}
	to, failed := mapping.ParseDestination(settings)
	if failed != nil {
		return Target{}, apierr.Destination(failed)
	}
	next := &compiled{settings: bytes.Clone(settings), to: newTarget(to, "")}
	t.last.Store(next)
	return next.to, nil
}

// NoTarget refuses a message of a stream that does not say where its events go, when no earlier one has.
func NoTarget() error {
	return &apierr.Error{Reason: apierr.InvalidRequest, Violations: []apierr.Violation{{
		Field:   "destination",
		Message: "is missing: give destination or destinationId in the stream's first message, and again after one that can't be used",
	}}}
}
