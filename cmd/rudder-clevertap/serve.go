package main

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"time"

	"github.com/go-logr/logr"
	"go.opentelemetry.io/otel"

	"github.com/rudder-clevertap/rudder-clevertap/gateway"
	"github.com/rudder-clevertap/rudder-clevertap/internal/config"
	"github.com/rudder-clevertap/rudder-clevertap/internal/telemetry"
	"github.com/rudder-clevertap/rudder-clevertap/server"
)

// flushTimeout is how long telemetry may take to send what is left at the end.
const flushTimeout = 5 * time.Second

// headerTimeout is how long an HTTP client may take to send a request's headers.
const headerTimeout = 10 * time.Second

// idleTimeout is how long an HTTP connection stays open between requests.
const idleTimeout = 2 * time.Minute

// serveCmd serves gRPC, REST and rudder-transformer's routes.
type serveCmd struct {
	config.Settings
}

// Run serves until ctx ends.
func (c *serveCmd) Run(ctx context.Context, std stdio, reader *config.Reader) error {
	if err := reader.Finish(&c.Settings); err != nil {
		return usageError{err}
	}
	defer reserveHeap()()
	version, _ := buildVersion()
	// What goes wrong with telemetry, its set-up included, is not sent by telemetry.
	lines := telemetry.NewLogger(std.Err, c.logFormat(std.Err), c.LogLevel, nil)
	otel.SetErrorHandler(otel.ErrorHandlerFunc(func(err error) { lines.WarnContext(ctx, "telemetry failed", "error", err.Error()) }))
	otel.SetLogger(logr.FromSlogHandler(lines.Handler()))
	signals, err := telemetry.New(ctx, version)
	if err != nil {
		return err
	}
	logger := telemetry.NewLogger(std.Err, c.logFormat(std.Err), c.LogLevel, signals)
	defer func() {
		// What happened last is sent last, even though ctx has ended.
		flush, cancel := context.WithTimeout(context.WithoutCancel(ctx), flushTimeout)
		defer cancel()
		if err := signals.Shutdown(flush); err != nil {
			lines.WarnContext(ctx, "telemetry was not all sent", "error", err.Error())
		}
	}()
	options, err := c.options(logger, signals)
	if err != nil {
		return err
	}
	srv, err := server.New(options)
	if err != nil {
		return err
	}
	return c.serve(ctx, srv, options, version)
}

// options says what the server is made of.
func (c *serveCmd) options(logger *slog.Logger, signals *telemetry.Telemetry) (server.Options, error) {
	options := server.Options{
		Logger:                  logger,
		Telemetry:               signals,
		MaxMessageBytes:         c.MaxMessageBytes,
		MaxBatchEvents:          c.MaxBatchEvents,
		MaxTransformerBodyBytes: c.TransformerMaxBody,
		ProxyStrict:             c.TransformerProxyStrict,
		CleverTapBaseURL:        c.CleverTapBaseURL,
		MaxConcurrentStreams:    c.MaxConcurrentStreams,
		StreamIdleTimeout:       c.StreamIdleTimeout,
		StreamInFlight:          c.StreamInFlight,
		MaxConnectionAge:        c.MaxConnectionAge,
		DrainDelay:              c.DrainDelay,
		ShutdownTimeout:         c.ShutdownTimeout,
		NoReflection:            !c.Reflection,
	}
	var err error
	options.Destinations = c.Destinations.Compiled()
	if c.AuthTokensFile != "" {
		if options.Tokens, err = server.LoadTokens(c.AuthTokensFile); err != nil {
			return options, err
		}
	}
	if c.Certificate != nil {
		options.TLS = c.Certificate.TLS(logger)
	}
	return options, nil
}

// serve opens the listeners and runs the server with the gateway in front of it.
func (c *serveCmd) serve(ctx context.Context, srv *server.Server, options server.Options, version string) error {
	fronts, err := c.fronts(ctx, srv, options, version)
	if err != nil {
		return errors.Join(err, srv.Close())
	}
	grpcListener, err := listen(ctx, c.GRPCAddr, nil)
	if err != nil {
		return errors.Join(err, srv.Close())
	}
	attrs := []any{"version", version, "grpc", grpcListener.Addr().String()}
	listeners := make([]server.Listener, len(fronts))
	for i, f := range fronts {
		listener, err := listen(ctx, f.addr, f.tls)
		if err != nil {
			err = errors.Join(err, grpcListener.Close(), srv.Close())
			for _, opened := range listeners[:i] {
				err = errors.Join(err, opened.Close())
			}
			return err
		}
		listeners[i] = server.Listener{Listener: listener, Name: f.name, Front: newHTTPServer(f.handler, options.Logger)}
		attrs = append(attrs, f.name, listener.Addr().String())
	}
	options.Logger.InfoContext(ctx, "serving", append(attrs,
		"tls", options.TLS != nil, "authentication", options.Tokens != nil, "destinations", len(options.Destinations))...)
	return srv.Run(ctx, grpcListener, listeners...)
}

// front is a handler of HTTP requests and where it is to listen; without TLS settings, for plain HTTP.
type front struct {
	name, addr string
	handler    http.Handler
	tls        *tls.Config
}

// fronts makes the handlers in front of the server: REST, and rudder-transformer's routes.
func (c *serveCmd) fronts(ctx context.Context, srv *server.Server, options server.Options, version string) ([]front, error) {
	rest, err := gateway.New(ctx, gateway.Options{
		Conn:           srv.Conn(),
		TracerProvider: options.Telemetry.TracerProvider,
		MeterProvider:  options.Telemetry.MeterProvider,
		Propagator:     options.Telemetry.Propagator,
		MaxBodyBytes:   c.maxBodyBytes(),
		MaxBatchEvents: c.MaxBatchEvents,
		IdleTimeout:    c.StreamIdleTimeout,
		AllowedOrigins: c.AllowedOrigins,
		Logger:         options.Logger,
	})
	if err != nil {
		// The origins are all that it can find wrong here.
		return nil, usageError{fmt.Errorf("--allowed-origins: %w", err)}
	}
	fronts := []front{{"http", c.HTTPAddr, rest, options.TLS}}
	if c.TransformerAddr == "" {
		return fronts, nil
	}
	transformer, err := gateway.NewDropin(gateway.DropinOptions{
		Conn:            srv.Conn(),
		TracerProvider:  options.Telemetry.TracerProvider,
		MeterProvider:   options.Telemetry.MeterProvider,
		Propagator:      options.Telemetry.Propagator,
		MaxBodyBytes:    int64(c.TransformerMaxBody),
		MaxMessageBytes: c.maxBodyBytes(),
		IdleTimeout:     c.StreamIdleTimeout,
		Upstream:        c.UpstreamTransformer,
		Version:         version,
		Logger:          options.Logger,
	})
	// On the same machine rudder-server speaks plain HTTP, and nobody listens in.
	settings := options.TLS
	if config.Loopback(c.TransformerAddr) {
		settings = nil
	}
	return append(fronts, front{"transformer", c.TransformerAddr, transformer, settings}), err
}

// maxBodyBytes is how long a REST request's body may be, so that the message made of it passes the server's limit.
func (c *serveCmd) maxBodyBytes() int64 {
	const envelope = server.DefaultMaxMessageBytes - gateway.DefaultMaxBodyBytes
	return int64(max(c.MaxMessageBytes-envelope, c.MaxMessageBytes/2))
}

// newHTTPServer returns an HTTP server for a handler.
func newHTTPServer(handler http.Handler, logger *slog.Logger) *http.Server {
	return &http.Server{
		Handler:           handler,
		ReadHeaderTimeout: headerTimeout,
		IdleTimeout:       idleTimeout,
		ErrorLog:          slog.NewLogLogger(logger.Handler(), slog.LevelWarn),
	}
}

// listen opens a listener, with TLS when there are settings for it.
func listen(ctx context.Context, addr string, settings *tls.Config) (net.Listener, error) {
	listener, err := (&net.ListenConfig{}).Listen(ctx, "tcp", addr)
	if err != nil {
		return nil, err
	}
	if settings == nil {
		return listener, nil
	}
	return tls.NewListener(listener, settings), nil
}

// logFormat decides the form of log lines: text for a person at a terminal, JSON otherwise, unless told.
func (c *serveCmd) logFormat(w io.Writer) telemetry.LogFormat {
	if c.LogFormat != "auto" {
		return telemetry.LogFormat(c.LogFormat)
	}
	if isTerminal(w) {
		return telemetry.LogText
	}
	return telemetry.LogJSON
}
