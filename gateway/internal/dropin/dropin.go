package gateway

import (
	"context"
	"crypto/rand"
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

	transformerv1 "github.com/rudder-clevertap/rudder-clevertap/gen/transformer/v1"
	"github.com/rudder-clevertap/rudder-clevertap/mapping/document"
)

// DefaultMaxTransformerBodyBytes is the longest body that rudder-transformer's routes take unless options say otherwise.
const DefaultMaxTransformerBodyBytes = 200 << 20

// TransformerOptions say what rudder-transformer's routes are made of.
type TransformerOptions struct {
	// Conn leads to the gRPC server, under the same terms as that of Options. Required.
	Conn grpc.ClientConnInterface
	// TracerProvider, MeterProvider and Propagator are those of Options.
	TracerProvider trace.TracerProvider
	MeterProvider  metric.MeterProvider
	Propagator     propagation.TextMapPropagator
	// MaxBodyBytes is the longest request body, decompressed, that is read; DefaultMaxTransformerBodyBytes unless positive.
	MaxBodyBytes int64
	// MaxMessageBytes is the longest body of calls that travel in one message: the proxy's and deletion. It is
	// DefaultMaxBodyBytes unless positive.
	MaxMessageBytes int64
	// IdleTimeout is that of Options.
	IdleTimeout time.Duration
	// Upstream is the address of a rudder-transformer that all is forwarded to which is not CleverTap's. Nothing is forwarded
	// when it is nil.
	Upstream *url.URL
	// Version is what the routes about versions say; nothing is said when it is empty, or Go's name for no version.
	Version string
	// Logger is told of failures that callers are not told of. Nothing is logged when it is nil.
	Logger *slog.Logger
}

// transformerHandler serves rudder-transformer's routes. It knows paths and headers; what is in the bodies is the server's.
type transformerHandler struct {
	service transformerv1.RudderTransformerServiceClient
	health  grpc_health_v1.HealthClient
	// limit is how long a body may be, callLimit how long one that travels in one message.
	limit, callLimit int64

	version  string
	upstream *upstream // nil when nothing is forwarded
	logger   *slog.Logger
	// pieces are buffers for the pieces of bodies, answers pairs of them for those of answers.
	pieces, answers sync.Pool
}

// NewTransformer returns the handler of rudder-transformer's routes, for a listener of their own: rudder-server calls them
// and has no credentials to show. It starts nothing and holds nothing that needs closing; idle connections to the upstream
// close by themselves.
func NewTransformer(options TransformerOptions) (http.Handler, error) {
	if options.Conn == nil {
		return nil, errors.New("transformer routes: no connection to the gRPC server")
	}
	common := Options{
		TracerProvider: options.TracerProvider, MeterProvider: options.MeterProvider, Propagator: options.Propagator,
		IdleTimeout: options.IdleTimeout, Logger: options.Logger,
	}.withDefaults()
	h := &transformerHandler{
		service:   transformerv1.NewRudderTransformerServiceClient(options.Conn),
		health:    grpc_health_v1.NewHealthClient(options.Conn),
		limit:     options.MaxBodyBytes,
		callLimit: options.MaxMessageBytes,
		version:   options.Version,
		logger:    common.Logger,
	}
	if h.version == "(devel)" {
		h.version = ""
	}
	if h.limit <= 0 {
		h.limit = DefaultMaxTransformerBodyBytes
	}
	if h.callLimit <= 0 {
		h.callLimit = DefaultMaxBodyBytes
	}
	h.callLimit = min(h.callLimit, h.limit)
	h.pieces.New = func() any {
		piece := make([]byte, min(pieceBytes, h.callLimit))
		return &piece
	}
	h.answers.New = func() any { return new([2][]byte) }
	if options.Upstream != nil {
		if options.Upstream.Host == "" || options.Upstream.Scheme != "http" && options.Upstream.Scheme != "https" {
			return nil, fmt.Errorf("transformer routes: the upstream %q is no address such as http://rudder-transformer:9090", options.Upstream.Redacted())
		}
		h.upstream = newUpstream(options.Upstream, common, h)
	}
	return patient(observed(h, common), common.IdleTimeout), nil
}

// transformerRoute is one of rudder-transformer's routes that is served here.
type transformerRoute struct {
	// pattern names it in telemetry.
	pattern string
	method  string
	serve   func(h *transformerHandler, w http.ResponseWriter, r *http.Request, found *transformerRoute)
	// destination and version are what the path says; the destination is empty on routes whose body may name it.
	destination string
	version     uint32
}

// ServeHTTP leads a request to its route, or to the upstream.
func (h *transformerHandler) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	route := findRoute(r.URL)
	if route == nil || route.method != r.Method && (route.method != http.MethodGet || r.Method != http.MethodHead) {
		nameTransformerSpan(r, "")
		if h.upstream != nil {
			h.upstream.ServeHTTP(w, r)
			return
		}
		writeText(w, http.StatusNotFound, "Not Found")
		return
	}
	nameTransformerSpan(r, route.pattern)
	if h.upstream != nil && route.destination != "" && !isCleverTap(route.destination) {
		h.upstream.ServeHTTP(w, r)
		return
	}
	id := r.Header.Get(requestIDHeader)
	if !isRequestID(id) {
		id = rand.Text()
	}
	w.Header().Set(requestIDHeader, id)
	route.serve(h, w, r.WithContext(metadata.AppendToOutgoingContext(r.Context(), requestIDHeader, id)), route)
}

// nameTransformerSpan gives the span and the metrics of a request their route; none, for one that is forwarded.
func nameTransformerSpan(r *http.Request, pattern string) {
	if pattern == "" {
		trace.SpanFromContext(r.Context()).SetName(r.Method)
		return
	}
	nameRoute(r, pattern)
}

// isCleverTap reports whether a destination's name is ours, in whatever letters.
func isCleverTap(name string) bool { return strings.EqualFold(strings.TrimSpace(name), "clevertap") }

// findRoute finds the route of a path, or nil. Letter case counts nowhere, and neither does one slash at the end.
func findRoute(u *url.URL) *transformerRoute {
	path := strings.TrimSuffix(strings.TrimPrefix(u.EscapedPath(), "/"), "/")
	parts := strings.Split(path, "/")
	first := strings.ToLower(parts[0])
	if len(parts) == 1 {
		return findPlainRoute(first)
	}
	if (first != "v0" && first != "v1") || strings.ToLower(parts[1]) != "destinations" || len(parts) < 3 || len(parts) > 4 {
		return nil
	}
	name, err := url.PathUnescape(parts[2])
	if err != nil || name == "" {
		return nil
	}
	route := &transformerRoute{
		pattern: "/" + first + "/destinations/:destination", method: http.MethodPost, serve: (*transformerHandler).processor, destination: name,
	}
	if first == "v1" {
		route.version = 1
	}
	if len(parts) == 4 {
		if strings.ToLower(parts[3]) != "proxy" {
			return nil
		}
		route.pattern += "/proxy"
		route.serve = (*transformerHandler).proxy
	}
	return route
}

// findPlainRoute finds the route of a path of one part, in lower case.
func findPlainRoute(name string) *transformerRoute {
	switch name {
	case "routertransform":
		return &transformerRoute{pattern: "/routerTransform", method: http.MethodPost, serve: (*transformerHandler).router}
	case "batch":
		return &transformerRoute{pattern: "/batch", method: http.MethodPost, serve: (*transformerHandler).batch}
	case "deleteusers":
		return &transformerRoute{pattern: "/deleteUsers", method: http.MethodPost, serve: (*transformerHandler).deleteUsers}
	case "features":
		return &transformerRoute{pattern: "/features", method: http.MethodGet, serve: (*transformerHandler).features}
	case "health":
		return &transformerRoute{pattern: "/health", method: http.MethodGet, serve: (*transformerHandler).state}
	case "version":
		return &transformerRoute{pattern: "/version", method: http.MethodGet, serve: (*transformerHandler).versionText}
	case "buildversion":
		return &transformerRoute{pattern: "/buildVersion", method: http.MethodGet, serve: (*transformerHandler).versionText}
	case "transformerbuildversion":
		return &transformerRoute{pattern: "/transformerBuildVersion", method: http.MethodGet, serve: (*transformerHandler).versionText}
	default:
		return nil
	}
}

// features answers what this service does, and what the upstream does besides.
func (h *transformerHandler) features(w http.ResponseWriter, r *http.Request, _ *transformerRoute) {
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

// state tells load balancers whether the server serves.
func (h *transformerHandler) state(w http.ResponseWriter, r *http.Request, _ *transformerRoute) {
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
	h.answer(w, r, &transformerv1.ResponseHead{StatusCode: uint32(code), ContentType: "application/json; charset=utf-8"}, []byte(body+"}"))
}

// versionText answers the version as text.
func (h *transformerHandler) versionText(w http.ResponseWriter, _ *http.Request, _ *transformerRoute) {
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
func (h *transformerHandler) answer(w http.ResponseWriter, r *http.Request, head *transformerv1.ResponseHead, body []byte) {
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

// fail answers a call that failed without an answer of the server's. What may go well another time is a 503 that
// rudder-server's processor repeats for as long as it takes.
func (h *transformerHandler) fail(w http.ResponseWriter, r *http.Request, err error) {
	if p := (*problem)(nil); errors.As(err, &p) {
		h.refuse(w, r, p.http, http.StatusText(p.http), p.message)
		return
	}
	switch status.Code(err) {
	case codes.Unavailable, codes.ResourceExhausted, codes.Canceled, codes.DeadlineExceeded:
		h.logger.Log(r.Context(), levelOf(r), "a call could not be served", slog.Any("error", err))
		w.Header().Set("X-Rudder-Should-Retry", "true")
		w.Header().Set("X-Rudder-Error-Reason", "overloaded-or-stopping")
		h.refuse(w, r, http.StatusServiceUnavailable, "Service Unavailable", "the service is overloaded or stopping: try again")
	default:
		id := w.Header().Get(requestIDHeader)
		h.logger.ErrorContext(r.Context(), "a call failed", slog.String("request_id", id), slog.Any("error", err))
		h.refuse(w, r, http.StatusInternalServerError, "Internal Server Error", "internal error; the server's log has the request "+id)
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
func (h *transformerHandler) refuse(w http.ResponseWriter, r *http.Request, code int, name, message string) {
	body := document.AppendString([]byte(`{"error":`), name)
	body = append(document.AppendString(append(body, `,"message":`...), message), '}')
	h.answer(w, r, &transformerv1.ResponseHead{StatusCode: uint32(code), ContentType: "application/json; charset=utf-8"}, body)
}
