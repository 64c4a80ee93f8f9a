package dropin

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"maps"
	"net/http"
	"net/http/httputil"
	"net/url"
	"slices"
	"time"

	"go.opentelemetry.io/contrib/instrumentation/net/http/otelhttp"

	"github.com/rudder-clevertap/rudder-clevertap/gateway/internal/middleware"
	"github.com/rudder-clevertap/rudder-clevertap/internal/apierr"
	"github.com/rudder-clevertap/rudder-clevertap/internal/plainurl"
)

// upstream is a rudder-transformer that serves what is not CleverTap's.
type upstream struct {
	*httputil.ReverseProxy

	address *url.URL
	client  *http.Client
}

// featuresTimeout bounds how long the upstream may take to say what it does; rudder-server waits 30 seconds
// for both of us.
const featuresTimeout = 20 * time.Second

// maxFeatures is how long the upstream's features may be.
const maxFeatures = 1 << 20

// newUpstream returns a rudder-transformer at an address.
func newUpstream(address *url.URL, told middleware.Telemetry, h *handler) *upstream {
	plain := http.DefaultTransport.(*http.Transport).Clone() //nolint:forcetypeassert // The library's own.
	// Answers pass as they are, compressed or not.
	plain.DisableCompression = true
	plain.MaxIdleConnsPerHost = 100
	transport := plainurl.Transport(plain, func(transport http.RoundTripper) http.RoundTripper {
		return otelhttp.NewTransport(transport, otelhttp.WithTracerProvider(told.TracerProvider),
			otelhttp.WithMeterProvider(told.MeterProvider), otelhttp.WithPropagators(told.Propagator))
	})
	return &upstream{
		address: address,
		client:  &http.Client{Transport: transport},
		ReverseProxy: &httputil.ReverseProxy{
			Rewrite: func(r *httputil.ProxyRequest) {
				r.SetURL(address)
				r.Out.URL.RawQuery = r.In.URL.RawQuery // as it came, even what is not a query by the book
				// Nothing says that the request has passed through here, as nothing did before.
				for _, name := range []string{
					"Forwarded", "X-Forwarded-For", "X-Forwarded-Host", "X-Forwarded-Proto",
				} {
					if values := r.In.Header[name]; values != nil {
						r.Out.Header[name] = values
					}
				}
			},
			Transport:     transport,
			FlushInterval: -1,
			ErrorLog:      slog.NewLogLogger(h.logger.Handler(), slog.LevelWarn),
			ErrorHandler:  h.unreachable,
		},
	}
}

// unreachable answers a request that the upstream could not be asked for.
func (h *handler) unreachable(w http.ResponseWriter, r *http.Request, err error) {
	if r.Context().Err() != nil {
		// net/http ends it when it can't read on from the client, who has gone or has stopped sending.
		h.fail(
			w, r,
			&apierr.Error{HTTP: http.StatusRequestTimeout, Message: "the body could not be read to its end"},
		)
		return
	}
	h.logger.WarnContext(r.Context(), "the upstream transformer can't be reached", slog.Any("error", err))
	w.Header().Set("X-Rudder-Should-Retry", "true")
	w.Header().Set("X-Rudder-Error-Reason", "upstream-unreachable")
	h.refuse(
		w, r, http.StatusServiceUnavailable, "Service Unavailable",
		"the upstream transformer can't be reached: try again",
	)
}

// mergeFeatures returns the upstream's features with ours among them. Those that are about one destination or
// another are added up; of the others the upstream's hold, since they are about its destinations too.
func (u *upstream) mergeFeatures(r *http.Request, ours []byte) ([]byte, error) {
	ctx, cancel := context.WithTimeout(r.Context(), featuresTimeout)
	defer cancel()
	request, err := http.NewRequestWithContext(
		ctx, http.MethodGet, u.address.JoinPath("features").String(), http.NoBody,
	)
	if err != nil {
		return nil, fmt.Errorf("ask for features: %w", err)
	}
	answer, err := u.client.Do(request)
	if failed, ok := errors.AsType[*url.Error](err); ok {
		err = failed.Err // without the address, which may name who asks
	}
	if err != nil {
		return nil, fmt.Errorf("ask for features: %w", err)
	}
	defer answer.Body.Close() //nolint:errcheck // It was only read.
	if answer.StatusCode != http.StatusOK {
		return nil, fmt.Errorf("ask for features: status %d", answer.StatusCode)
	}
	theirs, err := io.ReadAll(io.LimitReader(answer.Body, maxFeatures))
	if err != nil {
		return nil, fmt.Errorf("read features: %w", err)
	}
	return mergeFeatures(theirs, ours)
}

// mergeFeatures adds ours to theirs.
func mergeFeatures(theirs, ours []byte) ([]byte, error) {
	type perDestination struct {
		RouterTransform map[string]json.RawMessage `json:"routerTransform"`
		Regulations     []string                   `json:"regulations"`
	}
	var (
		merged     map[string]json.RawMessage
		own, given perDestination
	)
	if err := errors.Join(
		json.Unmarshal(theirs, &merged), json.Unmarshal(theirs, &given), json.Unmarshal(ours, &own),
	); err != nil {
		return nil, fmt.Errorf("read features: %w", err)
	}
	if merged == nil {
		return nil, errors.New("read features: they are null")
	}
	if given.RouterTransform == nil {
		given.RouterTransform = map[string]json.RawMessage{}
	}
	maps.Copy(given.RouterTransform, own.RouterTransform)
	for _, name := range own.Regulations {
		if !slices.Contains(given.Regulations, name) {
			given.Regulations = append(given.Regulations, name)
		}
	}
	for name, value := range map[string]any{
		"routerTransform": given.RouterTransform, "regulations": given.Regulations,
	} {
		text, err := json.Marshal(value)
		if err != nil {
			return nil, fmt.Errorf("write features: %w", err)
		}
		merged[name] = text
	}
	return json.Marshal(merged)
}
