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
	"net/url"
	"os"
	"time"

	"github.com/go-logr/logr"
	"github.com/mattn/go-isatty"
	"go.opentelemetry.io/otel"

	"github.com/rudder-clevertap/rudder-clevertap/gateway"
	"github.com/rudder-clevertap/rudder-clevertap/internal/telemetry"
	"github.com/rudder-clevertap/rudder-clevertap/server"
)

// flushTimeout is how long telemetry may take to send what is left at the end.
const flushTimeout = 5 * time.Second

// headerTimeout is how long an HTTP client may take to send a request's headers.
const headerTimeout = 10 * time.Second

// idleTimeout is how long an HTTP connection stays open between requests.
const idleTimeout = 2 * time.Minute

// maxTransformerBody is the most that --transformer-max-body may be.
const maxTransformerBody = 1 << 30

// serveCmd serves gRPC, REST and rudder-transformer's routes.
type serveCmd struct {
	Config   string `type:"existingfile" placeholder:"FILE" help:"Configuration in YAML: the destinations that requests may name."`
	GRPCAddr string `name:"grpc-addr" default:"127.0.0.1:50051" placeholder:"HOST:PORT" help:"Where gRPC listens."`
	HTTPAddr string `name:"http-addr" default:"127.0.0.1:8080" placeholder:"HOST:PORT" help:"Where REST, /healthz and /openapi.json listen."`

	TransformerAddr        string   `name:"transformer-addr" default:"127.0.0.1:9090" placeholder:"HOST:PORT" help:"Where rudder-transformer's routes listen, for rudder-server, which shows no bearer token; plain HTTP on loopback; empty for nowhere."`
	UpstreamTransformer    *url.URL `placeholder:"URL" help:"The rudder-transformer that serves all other destinations and routes of that listener."`
	TransformerMaxBody     int      `default:"209715200" placeholder:"N" help:"Longest body of rudder-transformer's routes, in bytes."`
	TransformerProxyStrict bool     `help:"Answer rudder-transformer's delivery proxy as that program does: one refused record fails the whole request."`
	CleverTapBaseURL       *url.URL `name:"clevertap-base-url" placeholder:"URL" help:"Where calls to CleverTap go instead of its own hosts: for tests and private relays."`

	TLSCert        string   `name:"tls-cert" type:"existingfile" placeholder:"FILE" help:"TLS certificate, in PEM, for all listeners but a --transformer-addr on loopback; a changed file is read again."`
	TLSKey         string   `name:"tls-key" type:"existingfile" placeholder:"FILE" help:"The certificate's private key, in PEM."`
	AuthTokensFile string   `type:"existingfile" placeholder:"FILE" help:"Bearer tokens that calls need, one NAME:TOKEN a line."`
	AllowInsecure  bool     `help:"Listen where others can reach the server without TLS and bearer tokens."`
	AllowedOrigins []string `placeholder:"ORIGIN" help:"Web origins whose pages may call the REST API."`

	MaxMessageBytes      int           `default:"33554432" placeholder:"N" help:"Longest message, each way."`
	MaxBatchEvents       int           `default:"2000" placeholder:"N" help:"Most events in one batch."`
	MaxConcurrentStreams uint32        `default:"256" placeholder:"N" help:"Most calls at once on one gRPC connection."`
	StreamInFlight       int           `default:"4" placeholder:"N" help:"Most messages of one stream that are read and not yet answered."`
	StreamIdleTimeout    time.Duration `default:"5m" placeholder:"TIME" help:"How long nothing may move on a stream, or in the body or the answer of an HTTP request."`
	MaxConnectionAge     time.Duration `default:"0s" placeholder:"TIME" help:"About how long a gRPC connection or stream lasts before its client has to open another, so that load comes to new replicas too; 0s is for ever."`
	Reflection           bool          `default:"true" negatable:"" help:"Serve gRPC reflection, by which tools read the contract."`

	DrainDelay      time.Duration `default:"0s" placeholder:"TIME" help:"How long to go on serving after health says NOT_SERVING, for load balancers to notice."`
	ShutdownTimeout time.Duration `default:"25s" placeholder:"TIME" help:"How long open calls may take to end when the server stops."`

	LogLevel  slog.Level `default:"info" placeholder:"LEVEL" help:"Least level of log lines: debug, info, warn or error."`
	LogFormat string     `default:"auto" enum:"auto,json,text" placeholder:"FORMAT" help:"Form of log lines: json, text, or auto: text on a terminal."`
}

// Validate refuses flags that make no sense together.
func (c *serveCmd) Validate() error {
	if (c.TLSCert == "") != (c.TLSKey == "") {
		return errors.New("--tls-cert and --tls-key need one another")
	}
	for _, limit := range []struct {
		flag  string
		value int64
	}{
		{"max-message-bytes", int64(c.MaxMessageBytes)},
		{"max-batch-events", int64(c.MaxBatchEvents)},
		{"transformer-max-body", int64(c.TransformerMaxBody)},
		{"max-concurrent-streams", int64(c.MaxConcurrentStreams)},
		{"stream-in-flight", int64(c.StreamInFlight)},
		{"stream-idle-timeout", int64(c.StreamIdleTimeout)},
		{"shutdown-timeout", int64(c.ShutdownTimeout)},
	} {
		if limit.value <= 0 {
			return fmt.Errorf("--%s must be more than zero", limit.flag)
		}
	}
	if c.DrainDelay < 0 || c.MaxConnectionAge < 0 {
		return errors.New("--drain-delay and --max-connection-age must not be less than zero")
	}
	if c.TransformerMaxBody > maxTransformerBody {
		return fmt.Errorf("--transformer-max-body must be at most %d", maxTransformerBody)
	}
	if err := validateURL("upstream-transformer", c.UpstreamTransformer); err != nil {
		return err
	}
	if err := validateURL("clevertap-base-url", c.CleverTapBaseURL); err != nil {
		return err
	}
	return c.validateAddresses()
}

// validateURL refuses what is no address of a server. What stands behind its path would be left out of each request.
func validateURL(flag string, address *url.URL) error {
	switch {
	case address == nil:
		return nil
	case address.Host == "" || address.Scheme != "http" && address.Scheme != "https":
		return fmt.Errorf("--%s %q is no address: write it as http://HOST:PORT or https://HOST", flag, address.Redacted())
	case address.RawQuery != "" || address.ForceQuery || address.Fragment != "":
		return fmt.Errorf("--%s must end with the path: a query or a fragment would not be sent", flag)
	}
	return nil
}

// validateAddresses refuses what is no address, and addresses that others can reach, where callers need not be known. The routes
// of rudder-transformer know nobody.
func (c *serveCmd) validateAddresses() error {
	if c.TransformerAddr != "" {
		if err := validateAddress("transformer-addr", c.TransformerAddr); err != nil {
			return err
		}
		if err := server.RequireSecure(c.TransformerAddr, false, false); err != nil && !c.AllowInsecure {
			return fmt.Errorf("--transformer-addr: others could reach %s, and these routes know nobody: use a loopback address, "+
				"or --allow-insecure where only rudder-server can connect", c.TransformerAddr)
		}
	}
	for _, a := range []struct{ flag, addr string }{{"grpc-addr", c.GRPCAddr}, {"http-addr", c.HTTPAddr}} {
		if err := validateAddress(a.flag, a.addr); err != nil {
			return err
		}
		if err := server.RequireSecure(a.addr, c.TLSCert != "", c.AuthTokensFile != ""); err != nil && !c.AllowInsecure {
			return fmt.Errorf("--%s: %w, or --allow-insecure", a.flag, err)
		}
	}
	return nil
}

// validateAddress refuses what is no address to listen on.
func validateAddress(flag, addr string) error {
	_, port, err := net.SplitHostPort(addr)
	if err == nil {
		_, err = net.DefaultResolver.LookupPort(context.Background(), "tcp", port)
	}
	if err != nil {
		return fmt.Errorf("--%s %q is no address: write it as HOST:PORT: %w", flag, addr, err)
	}
	return nil
}

// Run serves until ctx ends.
func (c *serveCmd) Run(ctx context.Context, std stdio) error {
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
	if c.Config != "" {
		config, err := server.LoadConfig(c.Config)
		if err != nil {
			return options, err
		}
		options.Destinations = config.Destinations
	}
	if c.AuthTokensFile != "" {
		if options.Tokens, err = server.LoadTokens(c.AuthTokensFile); err != nil {
			return options, err
		}
	}
	if c.TLSCert != "" {
		if options.TLS, err = server.LoadTLS(c.TLSCert, c.TLSKey, logger); err != nil {
			return options, err
		}
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
	if loopback, _ := server.Loopback(c.TransformerAddr); loopback {
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
	if file, ok := w.(*os.File); ok && isatty.IsTerminal(file.Fd()) {
		return telemetry.LogText
	}
	return telemetry.LogJSON
}
