package gateway

import (
	"context"
	"mime"
	"net/http"

	"github.com/grpc-ecosystem/grpc-gateway/v2/runtime"
	"google.golang.org/grpc/metadata"
	"google.golang.org/protobuf/proto"

	"github.com/rudder-clevertap/rudder-clevertap/gateway/internal/middleware"
	"github.com/rudder-clevertap/rudder-clevertap/internal/apierr"
	"github.com/rudder-clevertap/rudder-clevertap/internal/budget"
)

// noHeader forwards no header.
func noHeader(string) (string, bool) { return "", false }

// nameSpan gives the call's span and metrics its route, which otelhttp cannot see.
func nameSpan(next runtime.HandlerFunc) runtime.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request, params map[string]string) {
		if pattern, ok := runtime.HTTPPattern(r.Context()); ok {
			middleware.NameRoute(r, pattern.String())
		}
		next(w, r, params)
	}
}

// admit refuses the calls of those whom the server does not know, before their bodies are read and unpacked.
func admit(known func(authorization []string) error, errs *errorWriter) runtime.Middleware {
	return func(next runtime.HandlerFunc) runtime.HandlerFunc {
		if known == nil {
			return next
		}
		return func(w http.ResponseWriter, r *http.Request, params map[string]string) {
			if err := known(r.Header["Authorization"]); err != nil {
				errs.write(r.Context(), w, r, err)
				return
			}
			next(w, r, params)
		}
	}
}

// takeBody makes a request's body ready for the decoder, and refuses what is not JSON.
func takeBody(limit int64, memory *budget.Budget, errs *errorWriter) runtime.Middleware {
	return func(next runtime.HandlerFunc) runtime.HandlerFunc {
		return func(w http.ResponseWriter, r *http.Request, params map[string]string) {
			if r.Method != http.MethodPost {
				r.Body = http.NoBody // whatever came: nobody wants it, and its end may be far
				next(w, r, params)
				return
			}
			body, err := newRequestBody(r, limit, memory)
			if err != nil {
				w.Header().Set("Accept-Encoding", middleware.Gzip+", identity")
				errs.write(r.Context(), w, r, err)
				return
			}
			if given := r.Header.Get("Content-Type"); given == "" {
				r.Header.Del("Content-Type") // An empty one says as much as none, but the runtime would log it.
			} else if !isJSON(given) {
				errs.write(
					r.Context(), w, r, middleware.Unsupported("Content-Type "+apierr.Quote(given), contentType),
				)
				return
			}
			r.Body = body
			defer body.lease.Release()
			next(w, r, params)
		}
	}
}

// isJSON tells whether a Content-Type is JSON's.
func isJSON(given string) bool {
	if given == contentType {
		return true
	}
	media, _, err := mime.ParseMediaType(given)
	return err == nil && media == contentType
}

const requestIDHeader = middleware.RequestIDHeader

// withRequestID sees to it that each call and its answer have a request id: the caller's, if it can travel,
// or a new one.
func withRequestID(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		id := middleware.RequestID(r)
		r.Header.Set(requestIDHeader, id)
		w.Header().Set(requestIDHeader, id)
		next.ServeHTTP(w, r)
	})
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
