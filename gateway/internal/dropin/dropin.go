// Package dropin is rudder-transformer's routes for CleverTap destinations. It knows paths and headers; what
// is in the bodies is the server's.
package dropin

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"sync"
	"time"

	"go.opentelemetry.io/otel/metric"
	"go.opentelemetry.io/otel/propagation"
	"go.opentelemetry.io/otel/trace"
	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/health/grpc_health_v1"
	"google.golang.org/grpc/metadata"
	"google.golang.org/grpc/status"

	"github.com/rudder-clevertap/rudder-clevertap/gateway/internal/middleware"
	transformerv1 "github.com/rudder-clevertap/rudder-clevertap/gen/transformer/v1"
	"github.com/rudder-clevertap/rudder-clevertap/internal/apierr"
	"github.com/rudder-clevertap/rudder-clevertap/internal/budget"
	"github.com/rudder-clevertap/rudder-clevertap/mapping/document"
)

const (
	// DefaultMaxBodyBytes is the longest body that is read unless options say otherwise.
	DefaultMaxBodyBytes = 200 << 20
	// DefaultMaxMessageBytes is the longest body that travels in one message unless options say otherwise:
	// the server's default message limit of 32 MiB, less what the message around the body takes.
	DefaultMaxMessageBytes = 32<<20 - 64<<10
)

// Options say what rudder-transformer's routes are made of. Zero fields take their defaults.
type Options struct {
	// Conn leads to the gRPC server. The caller owns it: it closes it after the handler's last request,
	// instruments it for telemetry, and lets it receive messages as long as the server sends. Required.
	Conn grpc.ClientConnInterface
	// TracerProvider, MeterProvider and Propagator record a span and metrics for each request and continue
	// the caller's trace. What is nil is not done.
	TracerProvider trace.TracerProvider
	MeterProvider  metric.MeterProvider
	Propagator     propagation.TextMapPropagator
	// MaxBodyBytes is the longest request body, decompressed, that is read; DefaultMaxBodyBytes unless
	// positive.
	MaxBodyBytes int64
	// MaxMessageBytes is the longest body of calls that travel in one message: the proxy's and deletion. It
	// is DefaultMaxMessageBytes unless positive.
	MaxMessageBytes int64
	// ProxyTimeout gives CleverTap the time that a proxy call's RdProxy-Timeout header says, if it has one. Else
	// the header counts for nothing, as with rudder-transformer.
	ProxyTimeout bool
	// IdleTimeout is how long nothing may move in a request's body or in the answer;
	// middleware.DefaultIdleTimeout unless positive.
	IdleTimeout time.Duration
	// Memory is what bodies may take together; nil is without bounds.
	Memory *budget.Budget
	// Upstream is the address of a rudder-transformer that all is forwarded to which is not CleverTap's.
	// Nothing is forwarded when it is nil.
	Upstream *url.URL
	// Version is what the routes about versions say; nothing is said when it is empty, or Go's name for no
	// version.
	Version string
	// Logger is told of failures that callers are not told of. Nothing is logged when it is nil.
	Logger *slog.Logger
}

// handler serves rudder-transformer's routes. It knows paths and headers; what is in the bodies is the
// server's.
type handler struct {
	service transformerv1.RudderTransformerServiceClient
	health  grpc_health_v1.HealthClient
	// limit is how long a body may be, callLimit how long one that travels in one message.
	limit, callLimit int64

	proxyTimeout bool
	memory       *budget.Budget

	version  string
	upstream *upstream // nil when nothing is forwarded
	logger   *slog.Logger
	// pieces are buffers for the pieces of bodies, shorts for bodies that are small, answers pairs of them for
	// those of answers.
	pieces, shorts, answers sync.Pool
}

// withDefaults returns the options with their defaults in place.
func (o Options) withDefaults() Options {
	if o.MaxBodyBytes <= 0 {
		o.MaxBodyBytes = DefaultMaxBodyBytes
	}
	if o.MaxMessageBytes <= 0 {
		o.MaxMessageBytes = DefaultMaxMessageBytes
	}
	if o.IdleTimeout <= 0 {
		o.IdleTimeout = middleware.DefaultIdleTimeout
	}
	if o.Logger == nil {
		o.Logger = slog.New(slog.DiscardHandler)
	}
	if o.Version == "(devel)" {
		o.Version = ""
	}
	return o
}

// New returns the handler of the routes. The error says which option is missing or wrong.
func New(options Options) (http.Handler, error) {
	if options.Conn == nil {
		return nil, errors.New("transformer routes: no connection to the gRPC server")
	}
	options = options.withDefaults()
	h := &handler{
		service:   transformerv1.NewRudderTransformerServiceClient(options.Conn),
		health:    grpc_health_v1.NewHealthClient(options.Conn),
		limit:     options.MaxBodyBytes,
		callLimit: min(options.MaxMessageBytes, options.MaxBodyBytes),
		version:   options.Version,
		logger:    options.Logger,

		proxyTimeout: options.ProxyTimeout,
		memory:       options.Memory,
	}
	h.shorts.New = func() any {
		piece := make([]byte, min(budget.Small+1, h.callLimit))
		return &piece
	}
	h.pieces.New = func() any {
		piece := make([]byte, min(pieceBytes, h.callLimit))
		return &piece
	}
	h.answers.New = func() any { return new([2][]byte) }
	told := middleware.Telemetry{
		TracerProvider: options.TracerProvider, MeterProvider: options.MeterProvider,
		Propagator: options.Propagator,
	}.WithDefaults()
	if address := options.Upstream; address != nil {
		if address.Host == "" || address.Scheme != "http" && address.Scheme != "https" {
			return nil, fmt.Errorf("transformer routes: the upstream %q is not an address such as "+
				"http://rudder-transformer:9090", address.Redacted())
		}
		h.upstream = newUpstream(address, told, h)
	}
	return middleware.IdleTimeout(told.Observe(h), options.IdleTimeout), nil
}

// route is one of rudder-transformer's routes that is served here.
type route struct {
	// pattern names it in telemetry.
	pattern string
	method  string
	serve   func(h *handler, w http.ResponseWriter, r *http.Request, found *route)
	// destination and version are what the path says; the destination is empty on routes whose body may name
	// it.
	destination string
	version     uint32
}

// ServeHTTP leads a request to its route, or to the upstream.
func (h *handler) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	found := findRoute(r.URL)
	if found == nil ||
		found.method != r.Method && (found.method != http.MethodGet || r.Method != http.MethodHead) {
		nameSpan(r, "")
		if h.upstream != nil {
			h.upstream.ServeHTTP(w, r)
			return
		}
		writeText(w, http.StatusNotFound, "Not Found")
		return
	}
	nameSpan(r, found.pattern)
	if h.upstream != nil && found.destination != "" && !isCleverTap(found.destination) {
		h.upstream.ServeHTTP(w, r)
		return
	}
	id := middleware.RequestID(r)
	w.Header().Set(middleware.RequestIDHeader, id)
	found.serve(
		h, w, r.WithContext(metadata.AppendToOutgoingContext(r.Context(), middleware.RequestIDHeader, id)),
		found,
	)
}

// nameSpan gives the span and the metrics of a request their route; none, for one that is forwarded.
func nameSpan(r *http.Request, pattern string) {
	if pattern == "" {
		trace.SpanFromContext(r.Context()).SetName(r.Method)
		return
	}
	middleware.NameRoute(r, pattern)
}

// isCleverTap reports whether a destination's name is ours, in whatever letters.
func isCleverTap(name string) bool { return strings.EqualFold(strings.TrimSpace(name), "clevertap") }

// findRoute finds the route of a path, or nil. Letter case counts nowhere, and neither does one slash at the
// end.
func findRoute(u *url.URL) *route {
	path := strings.TrimSuffix(strings.TrimPrefix(u.EscapedPath(), "/"), "/")
	parts := strings.Split(path, "/")
	first := strings.ToLower(parts[0])
	if len(parts) == 1 {
		return findPlainRoute(first)
	}
	if (first != "v0" && first != "v1") || strings.ToLower(parts[1]) != "destinations" || len(parts) < 3 ||
		len(parts) > 4 {
		return nil
	}
	name, err := url.PathUnescape(parts[2])
	if err != nil || name == "" {
		return nil
	}
	found := &route{
		pattern: "/" + first + "/destinations/:destination", method: http.MethodPost,
		serve: (*handler).processor, destination: name,
	}
	if first == "v1" {
		found.version = 1
	}
	if len(parts) == 4 {
		if strings.ToLower(parts[3]) != "proxy" {
			return nil
		}
		found.pattern += "/proxy"
		found.serve = (*handler).proxy
	}
	return found
}

// findPlainRoute finds the route of a path of one part, in lower case.
func findPlainRoute(name string) *route {
	switch name {
	case "routertransform":
		return &route{pattern: "/routerTransform", method: http.MethodPost, serve: (*handler).router}
	case "batch":
		return &route{pattern: "/batch", method: http.MethodPost, serve: (*handler).batch}
	case "deleteusers":
		return &route{pattern: "/deleteUsers", method: http.MethodPost, serve: (*handler).deleteUsers}
	case "features":
		return &route{pattern: "/features", method: http.MethodGet, serve: (*handler).features}
	case "health":
		return &route{pattern: "/health", method: http.MethodGet, serve: (*handler).state}
	case "version":
		return &route{pattern: "/version", method: http.MethodGet, serve: (*handler).versionText}
	case "buildversion":
		return &route{pattern: "/buildVersion", method: http.MethodGet, serve: (*handler).versionText}
	case "transformerbuildversion":
		return &route{
			pattern: "/transformerBuildVersion", method: http.MethodGet, serve: (*handler).versionText,
		}
	default:
		return nil
	}
}

// features answers what this service does, and what the upstream does besides.
func (h *handler) features(w http.ResponseWriter, r *http.Request, _ *route) {
	ours, err := h.service.Features(r.Context(), &transformerv1.FeaturesRequest{})
	if err != nil {
		h.fail(w, r, err)
		return
	}
	body := ours.GetBody()
	if h.upstream != nil {
		if body, err = h.upstream.mergeFeatures(r, body); err != nil {
			h.unreachable(w, r, err)
			return
		}
	}
	h.answer(w, r, ours.GetHead(), body)
}

// healthTimeout bounds how long an answer about health may take.
const healthTimeout = 2 * time.Second

// state tells load balancers whether the server serves.
func (h *handler) state(w http.ResponseWriter, r *http.Request, _ *route) {
	ctx, cancel := context.WithTimeout(r.Context(), healthTimeout)
	defer cancel()
	state, code := "DOWN", http.StatusServiceUnavailable
	answer, err := h.health.Check(ctx, &grpc_health_v1.HealthCheckRequest{})
	if err != nil {
		h.logger.WarnContext(ctx, "the health check failed", slog.Any("error", err))
	} else if answer.GetStatus() == grpc_health_v1.HealthCheckResponse_SERVING {
		state, code = "UP", http.StatusOK
	}
	body := `{"service":"` + state + `"`
	if h.version != "" {
		body += `,"version":` + strconv.Quote(h.version)
	}
	h.answer(
		w, r,
		&transformerv1.ResponseHead{StatusCode: uint32(code), ContentType: "application/json; charset=utf-8"},
		[]byte(body+"}"),
	)
}

// versionText answers the version as text.
func (h *handler) versionText(w http.ResponseWriter, _ *http.Request, _ *route) {
	text := h.version
	if text == "" {
		text = "Version Info not found"
	}
	writeText(w, http.StatusOK, text)
}

// writeText answers with text.
func writeText(w http.ResponseWriter, code int, text string) {
	w.Header().Set("Content-Type", "text/plain; charset=utf-8")
	w.Header().Set("Content-Length", strconv.Itoa(len(text)))
	w.WriteHeader(code)
	_, _ = w.Write([]byte(text)) // whoever asked may have gone
}

// answer writes an answer that is one piece.
func (h *handler) answer(
	w http.ResponseWriter, r *http.Request, head *transformerv1.ResponseHead, body []byte,
) {
	w.Header().Set("Content-Length", strconv.Itoa(len(body)))
	writeHead(w, head)
	if _, err := w.Write(body); err != nil {
		h.logger.DebugContext(r.Context(), "the answer could not be written", slog.Any("error", err))
	}
}

// writeHead writes an answer's status line and headers.
func writeHead(w http.ResponseWriter, head *transformerv1.ResponseHead) {
	w.Header().Set("Content-Type", head.GetContentType())
	if version := head.GetApiVersion(); version != 0 {
		// As rudder-transformer spells it; the letters' case means nothing to clients.
		w.Header().Set("Apiversion", strconv.FormatUint(uint64(version), 10))
	}
	w.WriteHeader(int(head.GetStatusCode()))
}

// fail answers a call that failed without an answer of the server's. What may go well another time is a 503
// that rudder-server's processor repeats for as long as it takes.
func (h *handler) fail(w http.ResponseWriter, r *http.Request, err error) {
	if known, ok := errors.AsType[*apierr.Error](err); ok && known.Reason != apierr.Overloaded {
		h.refuse(w, r, known.HTTP, http.StatusText(known.HTTP), known.Message)
		return
	}
	switch status.Code(err) {
	case codes.Unavailable, codes.ResourceExhausted, codes.Canceled, codes.DeadlineExceeded:
		h.logger.Log(r.Context(), levelOf(r), "a call could not be served", slog.Any("error", err))
		w.Header().Set("X-Rudder-Should-Retry", "true")
		w.Header().Set("X-Rudder-Error-Reason", "overloaded-or-stopping")
		w.Header().Set("Retry-After", "1")
		h.refuse(
			w, r, http.StatusServiceUnavailable, "Service Unavailable",
			"the service is overloaded or stopping: try again",
		)
	default:
		id := w.Header().Get(middleware.RequestIDHeader)
		h.logger.ErrorContext(
			r.Context(), "a call failed", slog.String("request_id", id), slog.Any("error", err),
		)
		h.refuse(
			w, r, http.StatusInternalServerError, "Internal Server Error",
			"internal error; the server's log has the request "+id,
		)
	}
}

// levelOf says how much it matters that a request was not served: not at all when its client has gone.
func levelOf(r *http.Request) slog.Level {
	if r.Context().Err() != nil {
		return slog.LevelDebug
	}
	return slog.LevelWarn
}

// refuse answers with an error.
func (h *handler) refuse(w http.ResponseWriter, r *http.Request, code int, name, message string) {
	body := document.AppendString([]byte(`{"error":`), name)
	body = append(document.AppendString(append(body, `,"message":`...), message), '}')
	h.answer(
		w, r,
		&transformerv1.ResponseHead{StatusCode: uint32(code), ContentType: "application/json; charset=utf-8"},
		body,
	)
}
