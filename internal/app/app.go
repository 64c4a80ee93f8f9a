// Package app is the composition root: it makes the parts of the server from its configuration, starts them in
// order, and ends them in the opposite one. New reads from top to bottom: what is shared is made first, and
// handed to those who need it.
package app

import (
	"context"
	"crypto/tls"
	"errors"
	"io"
	"log/slog"
	"net/http"
	"time"

	"github.com/go-logr/logr"
	"go.opentelemetry.io/otel"

	"github.com/rudder-clevertap/rudder-clevertap/delivery"
	"github.com/rudder-clevertap/rudder-clevertap/gateway"
	"github.com/rudder-clevertap/rudder-clevertap/internal/budget"
	"github.com/rudder-clevertap/rudder-clevertap/internal/config"
	"github.com/rudder-clevertap/rudder-clevertap/internal/telemetry"
	"github.com/rudder-clevertap/rudder-clevertap/server"
)

const (
	// flushTimeout is how long telemetry may take to send what is left at the end.
	flushTimeout = 5 * time.Second
	// headerTimeout is how long an HTTP client may take to send a request's headers.
	headerTimeout = 10 * time.Second
	// maxHeaderBytes is how long the header of an HTTP request may be.
	maxHeaderBytes = 64 << 10
	// memoryEighths is how many eighths of the memory that the process may take are for what calls hold, by their
	// own count: the rest is for what that leaves out, for connections, and for what the garbage collector has
	// not seen yet.
	memoryEighths = 3
	// idleTimeout is how long an HTTP connection stays open between requests.
	idleTimeout = 2 * time.Minute
)

// Options say what an App is made of. All are required.
type Options struct {
	// Settings are the configuration. They must be checked.
	Settings *config.Settings
	// Blame makes an error that names the way in which a setting came in; field points to it.
	Blame func(field any, message string) error
	// Version is the program's.
	Version string
	// Log is where log lines go, and LogFormat their form.
	Log       io.Writer
	LogFormat telemetry.LogFormat
}

// App is the server with all that belongs to it.
type App struct {
	options  Options
	settings *config.Settings
	logger   *slog.Logger
	parts    parts
	// drain makes the server look like one that stops, while it serves as ever; finish tells what is open to
	// come to an end.
	drain, finish func()
}

// New makes the parts of the server. Nothing runs until Run.
func New(ctx context.Context, options Options) (*App, error) {
	a := &App{options: options, settings: options.Settings, drain: func() {}, finish: func() {}}
	if err := a.compose(ctx); err != nil {
		return nil, errors.Join(err, a.parts.stop(ctx))
	}
	return a, nil
}

// compose makes the parts, in the order in which they start. Each ends after those that were made later.
func (a *App) compose(ctx context.Context) error {
	s := a.settings

	signals, err := a.telemetry(ctx)
	if err != nil {
		return err
	}
	a.logger = a.newLogger(signals)

	memory := budget.New(int64(s.MaxMemory) / 8 * memoryEighths)

	clevertap := delivery.New(delivery.Options{
		BaseURL:        s.CleverTapBaseURL,
		TracerProvider: signals.TracerProvider,
		MeterProvider:  signals.MeterProvider,
	})
	a.parts.add(&part{name: "delivery", stop: closing(clevertap.Close)})

	sender, err := delivery.NewSender(clevertap, a.senderOptions(signals))
	if err != nil {
		return err
	}
	a.parts.add(&part{name: "sender", stop: sender.Stop})

	var encrypted *tls.Config
	if s.Certificate != nil {
		encrypted = s.Certificate.TLS(a.logger)
	}

	srv, err := server.New(a.serverOptions(signals, clevertap, sender, encrypted, memory))
	if err != nil {
		return err
	}
	a.drain, a.finish = srv.Drain, srv.Finish
	a.parts.add(&part{name: "grpc", addr: &s.GRPCAddr, serve: srv.Serve, stop: srv.Stop})

	rest, err := gateway.New(ctx, a.restOptions(signals, srv, memory))
	if err != nil {
		return err
	}
	fronts := []*part{a.front("http", &s.HTTPAddr, rest, encrypted)}

	if s.TransformerAddr != "" {
		dropin, err := gateway.NewDropin(a.dropinOptions(signals, srv, memory))
		if err != nil {
			return err
		}
		if config.Loopback(s.TransformerAddr) {
			// On the same machine rudder-server speaks plain HTTP, and nobody listens in.
			encrypted = nil
		}
		fronts = append(fronts, a.front("transformer", &s.TransformerAddr, dropin, encrypted))
	}
	a.parts.add(fronts...)
	return nil
}

// telemetry makes the providers of telemetry. What goes wrong with it, its making included, is logged, and not
// sent by telemetry; so is what gRPC says.
func (a *App) telemetry(ctx context.Context) (*telemetry.Telemetry, error) {
	lines := a.newLogger(nil)
	otel.SetErrorHandler(otel.ErrorHandlerFunc(func(err error) {
		lines.WarnContext(ctx, "telemetry failed", "error", err.Error())
	}))
	otel.SetLogger(logr.FromSlogHandler(lines.Handler()))
	telemetry.SetGRPCLogger(lines)
	signals, err := telemetry.New(ctx, a.options.Version)
	if err != nil {
		return nil, err
	}
	a.parts.add(&part{name: "telemetry", stop: func(ctx context.Context) error {
		// What happened last is sent last, even though the time for all the others is up.
		ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), flushTimeout)
		defer cancel()
		if err := signals.Shutdown(ctx); err != nil {
			lines.WarnContext(ctx, "telemetry was not all sent", "error", err.Error())
		}
		return nil
	}})
	return signals, nil
}

// newLogger returns a logger of lines that hands them to telemetry as well, if there is any.
func (a *App) newLogger(signals *telemetry.Telemetry) *slog.Logger {
	return telemetry.NewLogger(a.options.Log, a.options.LogFormat, a.settings.LogLevel, signals)
}

// senderOptions say how records are sent.
func (a *App) senderOptions(signals *telemetry.Telemetry) delivery.SenderOptions {
	return delivery.SenderOptions{
		MaxUploads:      a.settings.DeliveryUploads,
		Linger:          a.settings.DeliveryLinger,
		MaxAccountBytes: a.settings.DeliveryMaxAccountBytes,
		MaxBytes:        a.settings.DeliveryMaxBytes,
		TracerProvider:  signals.TracerProvider,
		MeterProvider:   signals.MeterProvider,
	}
}

// serverOptions say what the gRPC server is made of.
func (a *App) serverOptions(
	signals *telemetry.Telemetry, clevertap *delivery.Client, sender *delivery.Sender, encrypted *tls.Config,
	memory *budget.Budget,
) server.Options {
	s := a.settings
	options := server.Options{
		Logger:                  a.logger,
		Telemetry:               signals,
		Destinations:            s.Destinations.Compiled(),
		CleverTap:               clevertap,
		Sender:                  sender,
		DeliveryTimeout:         s.DeliveryTimeout,
		DeliveryStreamLinger:    s.DeliveryStreamLinger,
		DeliveryInFlight:        s.DeliveryInFlight,
		TLS:                     encrypted,
		MaxMessageBytes:         s.MaxMessageBytes,
		MaxBatchEvents:          s.MaxBatchEvents,
		MaxAnswerBytes:          s.MaxAnswerBytes,
		MaxTransformerBodyBytes: s.TransformerMaxBody,
		ProxyStrict:             s.TransformerProxyStrict,
		MaxConcurrentStreams:    s.MaxConcurrentStreams,
		StreamIdleTimeout:       s.StreamIdleTimeout,
		StreamInFlight:          s.StreamInFlight,
		MaxConnectionAge:        s.MaxConnectionAge,
		ShutdownTimeout:         s.ShutdownTimeout,
		NoReflection:            !s.Reflection,
		Memory:                  memory,
	}
	if s.Tokens != nil {
		options.Callers = s.Tokens
	}
	return options
}

// restOptions say what the REST API is made of.
func (a *App) restOptions(
	signals *telemetry.Telemetry, srv *server.Server, memory *budget.Budget,
) gateway.Options {
	return gateway.Options{
		Conn:           srv.Conn(),
		TracerProvider: signals.TracerProvider,
		MeterProvider:  signals.MeterProvider,
		Propagator:     signals.Propagator,
		MaxBodyBytes:   maxBodyBytes(a.settings.MaxMessageBytes),
		MaxBatchEvents: a.settings.MaxBatchEvents,
		IdleTimeout:    a.settings.StreamIdleTimeout,
		Admit:          srv.Admit,
		Memory:         memory,
		AllowedOrigins: a.settings.AllowedOrigins,
		Logger:         a.logger,
	}
}

// dropinOptions say what rudder-transformer's routes are made of.
func (a *App) dropinOptions(
	signals *telemetry.Telemetry, srv *server.Server, memory *budget.Budget,
) gateway.DropinOptions {
	return gateway.DropinOptions{
		Conn:            srv.Conn(),
		TracerProvider:  signals.TracerProvider,
		MeterProvider:   signals.MeterProvider,
		Propagator:      signals.Propagator,
		MaxBodyBytes:    int64(a.settings.TransformerMaxBody),
		MaxMessageBytes: maxBodyBytes(a.settings.MaxMessageBytes),
		ProxyTimeout:    a.settings.TransformerProxyTimeout,
		IdleTimeout:     a.settings.StreamIdleTimeout,
		Memory:          memory,
		Upstream:        a.settings.UpstreamTransformer,
		Version:         a.options.Version,
		Logger:          a.logger,
	}
}

// maxBodyBytes is how long a REST request's body may be, so that the message made of it passes the server's
// limit.
func maxBodyBytes(maxMessageBytes int) int64 {
	const envelope = server.DefaultMaxMessageBytes - gateway.DefaultMaxBodyBytes
	return int64(max(maxMessageBytes-envelope, maxMessageBytes/2))
}

// front is an HTTP server in front of the gRPC server. It may take most of the time that there is to end, but
// not what the calls of others need.
func (a *App) front(name string, addr *string, handler http.Handler, encrypted *tls.Config) *part {
	web := &http.Server{
		Handler:           handler,
		ReadHeaderTimeout: headerTimeout,
		MaxHeaderBytes:    maxHeaderBytes,
		IdleTimeout:       idleTimeout,
		ErrorLog:          slog.NewLogLogger(a.logger.Handler(), slog.LevelWarn),
	}
	return &part{name: name, addr: addr, tls: encrypted, serve: web.Serve, stop: func(ctx context.Context) error {
		ctx, cancel := context.WithTimeout(ctx, a.settings.ShutdownTimeout/5*4)
		defer cancel()
		if err := web.Shutdown(ctx); err != nil {
			return errors.Join(err, web.Close())
		}
		return nil
	}}
}

// Run starts the parts in order, and ends them in the opposite one when ctx ends or one of them fails: health
// says NOT_SERVING, DrainDelay passes, what is open is told to come to an end, calls at hand end for at most
// ShutdownTimeout, and what is left is cut off. It returns why it failed, or nil when ctx ended it.
func (a *App) Run(ctx context.Context) error {
	if err := a.parts.start(ctx, a.options.Blame); err != nil {
		return errors.Join(err, a.parts.stop(context.WithoutCancel(ctx)))
	}
	a.logger.InfoContext(ctx, "serving", append(a.parts.addresses(),
		"version", a.options.Version, "tls", a.settings.Certificate != nil,
		"authentication", a.settings.Tokens != nil, "destinations", len(a.settings.Destinations))...)
	failed := a.parts.wait(ctx)
	return errors.Join(failed, a.stop(context.WithoutCancel(ctx)))
}

// stop ends the parts in order.
func (a *App) stop(ctx context.Context) error {
	delay, limit := a.settings.DrainDelay, a.settings.ShutdownTimeout
	a.logger.InfoContext(ctx, "stopping", "drain_delay", delay.String(), "timeout", limit.String())
	a.drain()
	time.Sleep(delay)
	ctx, cancel := context.WithTimeout(ctx, limit)
	defer cancel()
	a.finish()
	return a.parts.stop(ctx)
}

// Health is nil while all parts that serve do, else it names those that don't.
func (a *App) Health() error { return a.parts.health() }
