package server

import (
	"cmp"
	"crypto/tls"
	"log/slog"
	"time"

	"github.com/rudder-clevertap/rudder-clevertap/delivery"
	"github.com/rudder-clevertap/rudder-clevertap/internal/budget"
	"github.com/rudder-clevertap/rudder-clevertap/internal/telemetry"
	"github.com/rudder-clevertap/rudder-clevertap/mapping"
	"github.com/rudder-clevertap/rudder-clevertap/server/internal/intercept"
)

// The defaults of Options.
const (
	// DefaultMaxMessageBytes is 32 MiB.
	DefaultMaxMessageBytes = 32 << 20
	// DefaultMaxBatchEvents lets the answer to a full batch of most events fit DefaultMaxAnswerBytes.
	DefaultMaxBatchEvents = 2000
	// DefaultMaxAnswerBytes is what generated clients accept by default: 4 MiB.
	DefaultMaxAnswerBytes = 4 << 20
	// DefaultMaxTransformerBodyBytes is 200 MiB, as rudder-transformer has it.
	DefaultMaxTransformerBodyBytes = 200 << 20
	// DefaultMaxConcurrentStreams is per connection.
	DefaultMaxConcurrentStreams = 256
	// DefaultStreamIdleTimeout is how long nothing may move on a stream.
	DefaultStreamIdleTimeout = 5 * time.Minute
	// DefaultStreamInFlight is per stream.
	DefaultStreamInFlight = 4
	// DefaultDeliveryTimeout is how long a call that delivers may take when it has no deadline.
	DefaultDeliveryTimeout = 30 * time.Second
	// DefaultDeliveryStreamLinger is how long a record of a stream waits for others to share its upload.
	DefaultDeliveryStreamLinger = 50 * time.Millisecond
	// DefaultDeliveryInFlight is per stream. CleverTap takes long to answer, so it is more than for a stream that
	// transforms.
	DefaultDeliveryInFlight = 64
	// DefaultShutdownTimeout is how long an orderly end may take.
	DefaultShutdownTimeout = 25 * time.Second
)

// Destinations are the destinations that requests may name instead of giving settings.
type Destinations map[string]*mapping.Destination

// Callers know who bearer tokens belong to.
type Callers = intercept.Callers

// Options say what a Server is made of. Zero fields take their defaults.
type Options struct {
	// Logger gets a line for each call. Nothing is logged when it is nil.
	Logger *slog.Logger
	// Telemetry gets traces and metrics; telemetry.None when it is nil.
	Telemetry *telemetry.Telemetry
	// Destinations are those that requests may name.
	Destinations Destinations
	// Callers know who the bearer tokens belong to that calls need; nil lets everybody call.
	Callers Callers
	// TLS encrypts connections from outside the process; nil leaves them plain.
	TLS *tls.Config
	// MaxMessageBytes limits one message, each way.
	MaxMessageBytes int
	// MaxBatchEvents limits the events of one batch.
	MaxBatchEvents int
	// MaxAnswerBytes limits the answer to one transform call, or to one message of a stream, from outside the
	// process: a client that takes less fails with a larger one, and so does its stream.
	MaxAnswerBytes int
	// MaxTransformerBodyBytes limits the body of a call of rudder-transformer's routes, which comes in many
	// messages.
	MaxTransformerBodyBytes int
	// ProxyStrict makes the delivery proxy answer as rudder-transformer does: one refused record fails all
	// jobs of a request.
	ProxyStrict bool
	// CleverTap sends what the delivery proxy and the deletion of users send. Whoever hands it in closes it; a
	// client of CleverTap's own hosts when it is nil.
	CleverTap *delivery.Client
	// Sender delivers events. Whoever hands it in stops it, after the server; one of its own, which sends by CleverTap,
	// when it is nil.
	Sender *delivery.Sender
	// DeliveryTimeout is how long a call that delivers may take when it has no deadline.
	DeliveryTimeout time.Duration
	// DeliveryStreamLinger is how long a record of a stream waits for others to share its upload.
	DeliveryStreamLinger time.Duration
	// DeliveryInFlight limits the messages of one stream of deliveries that are read and not yet answered.
	DeliveryInFlight int
	// MaxConcurrentStreams limits the calls that are open at once on one connection.
	MaxConcurrentStreams uint32
	// MaxConnectionAge is about how long a gRPC connection or a transform stream lasts before its client has
	// to open another, so that load comes to new replicas too; zero lets them last.
	MaxConnectionAge time.Duration
	// StreamIdleTimeout ends a stream on which no message has come or gone for so long.
	StreamIdleTimeout time.Duration
	// StreamInFlight limits the messages of one stream that are read and not yet answered.
	StreamInFlight int
	// ShutdownTimeout is how long open calls may take to end once Run stops; then they are cut off.
	ShutdownTimeout time.Duration
	// Memory is what the calls under way may take together; nil is without bounds.
	Memory *budget.Budget
	// NoReflection leaves out gRPC reflection, by which tools read the contract.
	NoReflection bool
}

// withDefaults returns the options with their defaults in place.
func (o Options) withDefaults() Options {
	if o.Logger == nil {
		o.Logger = slog.New(slog.DiscardHandler)
	}
	if o.Telemetry == nil {
		o.Telemetry = telemetry.None()
	}
	if o.CleverTap == nil {
		o.CleverTap = delivery.New(delivery.Options{
			TracerProvider: o.Telemetry.TracerProvider, MeterProvider: o.Telemetry.MeterProvider,
		})
	}
	o.MaxMessageBytes = cmp.Or(o.MaxMessageBytes, DefaultMaxMessageBytes)
	o.MaxBatchEvents = cmp.Or(o.MaxBatchEvents, DefaultMaxBatchEvents)
	o.MaxAnswerBytes = min(cmp.Or(o.MaxAnswerBytes, DefaultMaxAnswerBytes), o.MaxMessageBytes)
	o.MaxTransformerBodyBytes = cmp.Or(o.MaxTransformerBodyBytes, DefaultMaxTransformerBodyBytes)
	o.MaxConcurrentStreams = cmp.Or(o.MaxConcurrentStreams, DefaultMaxConcurrentStreams)
	o.StreamIdleTimeout = cmp.Or(o.StreamIdleTimeout, DefaultStreamIdleTimeout)
	o.StreamInFlight = cmp.Or(o.StreamInFlight, DefaultStreamInFlight)
	o.DeliveryTimeout = cmp.Or(o.DeliveryTimeout, DefaultDeliveryTimeout)
	o.DeliveryStreamLinger = cmp.Or(o.DeliveryStreamLinger, DefaultDeliveryStreamLinger)
	o.DeliveryInFlight = cmp.Or(o.DeliveryInFlight, DefaultDeliveryInFlight)
	o.ShutdownTimeout = cmp.Or(o.ShutdownTimeout, DefaultShutdownTimeout)
	return o
}
