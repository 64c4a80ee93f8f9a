package gateway

import (
	"context"
	"crypto/rand"
	"mime"
	"net/http"
	"slices"
	"strings"

	"github.com/grpc-ecosystem/grpc-gateway/v2/runtime"
	"go.opentelemetry.io/contrib/instrumentation/net/http/otelhttp"
	metricnoop "go.opentelemetry.io/otel/metric/noop"
	"go.opentelemetry.io/otel/propagation"
	semconv "go.opentelemetry.io/otel/semconv/v1.43.0"
	"go.opentelemetry.io/otel/trace"
	tracenoop "go.opentelemetry.io/otel/trace/noop"
	"google.golang.org/grpc/metadata"
	"google.golang.org/protobuf/proto"

	transformerv1 "github.com/rudder-clevertap/rudder-clevertap/gen/transformer/v1"
)

// noHeader forwards no header.
func noHeader(string) (string, bool) { return "", false }

// observed gives each request a span and counts it. Where neither is recorded, that would cost a tenth of a REST call: then all that
// is left to do is to take the caller's trace context over, for the log and for calls that are made in turn.
func observed(next http.Handler, o Options) http.Handler {
	_, noSpans := o.TracerProvider.(tracenoop.TracerProvider)
	_, noMetrics := o.MeterProvider.(metricnoop.MeterProvider)
	if !noSpans || !noMetrics {
		return otelhttp.NewHandler(next, "",
			otelhttp.WithTracerProvider(o.TracerProvider),
			otelhttp.WithMeterProvider(o.MeterProvider),
			otelhttp.WithPropagators(o.Propagator),
		)
	}
	fields := o.Propagator.Fields()
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if slices.ContainsFunc(fields, func(field string) bool { return r.Header.Get(field) != "" }) {
			r = r.WithContext(o.Propagator.Extract(r.Context(), propagation.HeaderCarrier(r.Header)))
		}
		next.ServeHTTP(w, r)
	})
}

// nameSpan gives the call's span and metrics its route, which otelhttp cannot see.
func nameSpan(next runtime.HandlerFunc) runtime.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request, params map[string]string) {
		if pattern, ok := runtime.HTTPPattern(r.Context()); ok {
			nameRoute(r, pattern.String())
		}
		next(w, r, params)
	}
}

// nameRoute gives a request's span and metrics, where there are any, their route.
func nameRoute(r *http.Request, pattern string) {
	span := trace.SpanFromContext(r.Context())
	labeler, measured := otelhttp.LabelerFromContext(r.Context())
	if !measured && !span.IsRecording() {
		return
	}
	route := semconv.HTTPRoute(pattern)
	span.SetName(r.Method + " " + pattern)
	span.SetAttributes(route)
	labeler.Add(route)
}

// takeBody makes a request's body ready for the decoder, and refuses what is not JSON.
func takeBody(limit int64, errs *errorWriter) runtime.Middleware {
	return func(next runtime.HandlerFunc) runtime.HandlerFunc {
		return func(w http.ResponseWriter, r *http.Request, params map[string]string) {
			if r.Method != http.MethodPost {
				r.Body = http.NoBody // whatever came: nobody wants it, and its end may be far
				next(w, r, params)
				return
			}
			body := &requestBody{ReadCloser: r.Body, declared: r.ContentLength, limit: limit}
			switch encoding := strings.ToLower(r.Header.Get("Content-Encoding")); encoding {
			case "", "identity":
			case "gzip", "x-gzip":
				body.zipped = true
			default:
				w.Header().Set("Accept-Encoding", "gzip, identity")
				errs.write(r.Context(), w, unsupported("Content-Encoding "+shorten(encoding), "gzip, or leave the body as it is"))
				return
			}
			if given := r.Header.Get("Content-Type"); !isJSON(given) {
				errs.write(r.Context(), w, unsupported("Content-Type "+shorten(given), contentType))
				return
			}
			r.Body = body
			next(w, r, params)
		}
	}
}

func unsupported(given, use string) *problem {
	return &problem{
		reason:  transformerv1.ErrorReason_ERROR_REASON_INVALID_REQUEST,
		http:    http.StatusUnsupportedMediaType,
		message: given + " is not supported: use " + use,
	}
}

// isJSON tells whether a Content-Type is JSON's, or not given.
func isJSON(given string) bool {
	if given == "" || given == contentType {
		return true
	}
	media, _, err := mime.ParseMediaType(given)
	return err == nil && media == contentType
}

const requestIDHeader = "X-Request-Id"

// withRequestID sees to it that each call and its answer have a request id: the caller's, if it can travel, or a new one.
func withRequestID(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		id := r.Header.Get(requestIDHeader)
		if !isRequestID(id) {
			id = rand.Text()
		}
		r.Header.Set(requestIDHeader, id)
		w.Header().Set(requestIDHeader, id)
		next.ServeHTTP(w, r)
	})
}

// isRequestID tells whether an id is printable ASCII and of a sensible length.
func isRequestID(id string) bool {
	const longest = 128
	if id == "" || len(id) > longest {
		return false
	}
	for i := range len(id) {
		if id[i] <= ' ' || id[i] > '~' {
			return false
		}
	}
	return true
}

// requestIDMetadata hands the request id on to the server.
func requestIDMetadata(_ context.Context, r *http.Request) metadata.MD {
	return metadata.Pairs(requestIDHeader, r.Header.Get(requestIDHeader))
}

// answerRequestID is the mux's option by which answers carry the id under which the server logged the call.
func answerRequestID(ctx context.Context, w http.ResponseWriter, _ proto.Message) error {
	takeRequestID(ctx, w)
	return nil
}

// takeRequestID puts the server's id of the call into the answer, when the server said one.
func takeRequestID(ctx context.Context, w http.ResponseWriter) {
	if md, ok := runtime.ServerMetadataFromContext(ctx); ok {
		if ids := md.HeaderMD.Get(requestIDHeader); len(ids) > 0 {
			w.Header().Set(requestIDHeader, ids[0])
		}
	}
}
