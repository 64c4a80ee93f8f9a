package gateway

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"net/url"
	"time"

	"github.com/grpc-ecosystem/grpc-gateway/v2/runtime"
	"github.com/rs/cors"
	"go.opentelemetry.io/otel/metric"
	"go.opentelemetry.io/otel/propagation"
	"go.opentelemetry.io/otel/trace"
	"google.golang.org/grpc"
	"google.golang.org/grpc/health/grpc_health_v1"

	"github.com/rudder-clevertap/rudder-clevertap/gateway/internal/middleware"
	transformerv1 "github.com/rudder-clevertap/rudder-clevertap/gen/transformer/v1"
	"github.com/rudder-clevertap/rudder-clevertap/internal/budget"
	"github.com/rudder-clevertap/rudder-clevertap/internal/contract"
)

// DefaultMaxBodyBytes is the longest body that is read unless Options say otherwise: the server's default
// message limit of 32 MiB, less what the message around the events takes.
const DefaultMaxBodyBytes = 32<<20 - 64<<10

// DefaultIdleTimeout is how long nothing may move in a request's body or in the answer to it.
const DefaultIdleTimeout = middleware.DefaultIdleTimeout

// Options say what a gateway is made of.
type Options struct {
	// Conn leads to the gRPC server. The caller owns it: it closes it after the handler's last request,
	// instruments it for telemetry, and lets it receive messages as long as the server sends. Required.
	Conn grpc.ClientConnInterface
	// TracerProvider, MeterProvider and Propagator record a span and metrics for each REST call and continue
	// the caller's trace. What is nil is not done.
	TracerProvider trace.TracerProvider
	MeterProvider  metric.MeterProvider
	Propagator     propagation.TextMapPropagator
	// MaxBodyBytes is the longest request body, decompressed, that is read; DefaultMaxBodyBytes unless
	// positive.
	MaxBodyBytes int64
	// MaxBatchEvents is the most events that are taken out of one body, which should be the server's own
	// limit: a body with more is refused here, before they take memory. 0 leaves it all to the server.
	MaxBatchEvents int
	// IdleTimeout is how long nothing may move in a request's body or in the answer; DefaultIdleTimeout
	// unless positive.
	IdleTimeout time.Duration
	// Admit says why the server will refuse a call with these Authorization headers, or nil. It is asked before
	// a body is read, and the server itself asks again. Nil leaves it all to the server.
	Admit func(authorization []string) error
	// Memory is what bodies may take together; nil is without bounds.
	Memory *budget.Budget
	// AllowedOrigins are the web origins (`https://app.example.com`, `https://*.example.com`) whose pages may
	// call the API. None may unless named; there is no name for all.
	AllowedOrigins []string
	// Logger gets a line for each call that is refused before it comes to the server, and of failures that have
	// no documented reason. Nothing is logged when it is nil.
	Logger *slog.Logger
}

// withDefaults returns the options with something in each place.
func (o Options) withDefaults() Options {
	if o.MaxBodyBytes <= 0 {
		o.MaxBodyBytes = DefaultMaxBodyBytes
	}
	if o.IdleTimeout <= 0 {
		o.IdleTimeout = DefaultIdleTimeout
	}
	if o.Logger == nil {
		o.Logger = slog.New(slog.DiscardHandler)
	}
	return o
}

// New returns the handler of the REST API: the calls of the contract, /healthz and /openapi.json. It starts
// nothing and holds nothing that needs closing. The error says which option is missing or wrong.
func New(ctx context.Context, options Options) (http.Handler, error) {
	if options.Conn == nil {
		return nil, errors.New("gateway: no connection to the gRPC server")
	}
	for _, origin := range options.AllowedOrigins {
		if err := checkOrigin(origin); err != nil {
			return nil, err
		}
	}
	options = options.withDefaults()
	errs := &errorWriter{logger: options.Logger, allowed: allowedMethods()}
	calls, err := newCalls(ctx, options, errs)
	if err != nil {
		return nil, err
	}
	root := &root{
		calls:   calls,
		health:  withRequestID(&healthHandler{client: grpc_health_v1.NewHealthClient(options.Conn), errors: errs}),
		openAPI: withRequestID(newOpenAPIHandler(errs)),
	}
	handler, err := middleware.Compress(middleware.Pretty(root))
	if err != nil {
		return nil, fmt.Errorf("gateway: %w", err)
	}
	handler = middleware.IdleTimeout(handler, options.IdleTimeout)
	if len(options.AllowedOrigins) == 0 {
		return handler, nil
	}
	return withCORS(handler, options.AllowedOrigins), nil
}

// root leads each request to its handler. Only the calls are traced and measured.
type root struct{ calls, health, openAPI http.Handler }

// ServeHTTP answers a request.
func (h *root) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	w.Header().Set("X-Content-Type-Options", "nosniff")
	switch r.URL.Path {
	case healthPath:
		h.health.ServeHTTP(w, r)
	case openAPIPath:
		h.openAPI.ServeHTTP(w, r)
	default:
		h.calls.ServeHTTP(w, r)
	}
}

// newCalls returns the handler of the contract's calls.
func newCalls(ctx context.Context, options Options, errs *errorWriter) (http.Handler, error) {
	json, err := newMarshaler(options.MaxBatchEvents)
	if err != nil {
		return nil, err
	}
	mux := runtime.NewServeMux(
		runtime.WithMarshalerOption(runtime.MIMEWildcard, json),
		runtime.WithErrorHandler(errs.handle),
		runtime.WithRoutingErrorHandler(errs.handleRouting),
		// authorization and x-forwarded-for are forwarded without asking; the trace goes by way of the
		// propagator.
		runtime.WithIncomingHeaderMatcher(noHeader),
		runtime.WithMetadata(requestIDMetadata),
		runtime.WithOutgoingHeaderMatcher(noHeader),
		runtime.WithOutgoingTrailerMatcher(noHeader),
		runtime.WithForwardResponseOption(answerRequestID),
		runtime.WithMiddlewares(
			nameSpan, admit(options.Admit, errs), takeBody(options.MaxBodyBytes, options.Memory, errs),
		),
		runtime.WithDisablePathLengthFallback(),
		runtime.WithDisableHTTPMethodOverride(),
		runtime.WithWriteContentLength(),
	)
	err = errors.Join( // a line for each service
		transformerv1.RegisterTransformServiceHandlerClient(
			ctx, mux, transformerv1.NewTransformServiceClient(options.Conn),
		),
		transformerv1.RegisterDestinationServiceHandlerClient(
			ctx, mux, transformerv1.NewDestinationServiceClient(options.Conn),
		),
		transformerv1.RegisterDeliveryServiceHandlerClient(
			ctx, mux, transformerv1.NewDeliveryServiceClient(options.Conn),
		),
	)
	if err != nil {
		return nil, fmt.Errorf("gateway: register the calls: %w", err)
	}
	told := middleware.Telemetry{
		TracerProvider: options.TracerProvider, MeterProvider: options.MeterProvider,
		Propagator: options.Propagator,
	}
	return told.WithDefaults().Observe(withRequestID(middleware.Head(mux))), nil
}

// allowedMethods returns the Allow header of each path of the contract.
func allowedMethods() map[string]string {
	allowed := map[string]string{}
	for call := range contract.Methods() {
		method, path := contract.REST(call)
		if method == http.MethodGet {
			method = readMethods
		}
		switch {
		case path == "":
		case allowed[path] == "":
			allowed[path] = method
		default:
			allowed[path] += ", " + method
		}
	}
	return allowed
}

// checkOrigin refuses what is not a web origin.
func checkOrigin(origin string) error {
	u, err := url.Parse(origin)
	if err != nil || u.Scheme != "http" && u.Scheme != "https" || u.Host == "" || u.Host == "*" ||
		u.Scheme+"://"+u.Host != origin {
		return fmt.Errorf("gateway: %q is not a web origin such as https://app.example.com", origin)
	}
	return nil
}

// withCORS lets pages of the given origins call the API. Cookies play no part in it.
func withCORS(next http.Handler, origins []string) http.Handler {
	return cors.New(cors.Options{
		AllowedOrigins: origins,
		AllowedMethods: []string{http.MethodGet, http.MethodHead, http.MethodPost},
		// All headers, because browsers differ in which of their own they ask leave for.
		AllowedHeaders: []string{"*"},
		ExposedHeaders: []string{requestIDHeader, "WWW-Authenticate"},
		MaxAge:         600,
	}).Handler(next)
}
