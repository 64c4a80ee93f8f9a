package gateway_test

import (
	"bytes"
	"context"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"
	"google.golang.org/grpc/test/bufconn"

	"github.com/rudder-clevertap/rudder-clevertap/gateway"
	"github.com/rudder-clevertap/rudder-clevertap/internal/telemetry"
	"github.com/rudder-clevertap/rudder-clevertap/server"
)

// lockedBuffer is a log.
type lockedBuffer struct {
	mu   sync.Mutex
	text bytes.Buffer
}

// Write adds to the log.
func (b *lockedBuffer) Write(p []byte) (int, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.text.Write(p)
}

// String returns the log.
func (b *lockedBuffer) String() string {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.text.String()
}

// TestWithoutExportersTheTraceContextIsPassedOn: a caller's trace is in the log even where nothing is traced.
func TestWithoutExportersTheTraceContextIsPassedOn(t *testing.T) {
	t.Parallel()
	const traceID = "4bf92f3577b34da6a3ce929d0e0e4736"
	log := &lockedBuffer{}
	signals := telemetry.None()
	srv, err := server.New(server.Options{Logger: telemetry.NewLogger(log, telemetry.LogJSON, slog.LevelDebug, nil), Telemetry: signals})
	require.NoError(t, err)
	ctx, cancel := context.WithCancel(context.Background())
	ended := make(chan error, 1)
	go func() { ended <- srv.Run(ctx, bufconn.Listen(1<<10)) }()
	t.Cleanup(func() {
		cancel()
		require.NoError(t, <-ended)
	})
	rest, err := gateway.New(t.Context(), gateway.Options{
		Conn: srv.Conn(), TracerProvider: signals.TracerProvider, MeterProvider: signals.MeterProvider, Propagator: signals.Propagator,
	})
	require.NoError(t, err)
	transformer, err := gateway.NewDropin(gateway.DropinOptions{
		Conn: srv.Conn(), TracerProvider: signals.TracerProvider, MeterProvider: signals.MeterProvider, Propagator: signals.Propagator,
	})
	require.NoError(t, err)
	for path, handler := range map[string]http.Handler{"/v1/destinations:validate": rest, "/v0/destinations/clevertap": transformer} {
		request := httptest.NewRequestWithContext(t.Context(), http.MethodPost, path, strings.NewReader(`{"destination":{}}`))
		request.Header.Set("Content-Type", "application/json")
		before := strings.Count(log.String(), traceID)
		handler.ServeHTTP(httptest.NewRecorder(), request)
		require.Equal(t, before, strings.Count(log.String(), traceID), path)
		request = httptest.NewRequestWithContext(t.Context(), http.MethodPost, path, strings.NewReader(`{"destination":{}}`))
		request.Header.Set("Content-Type", "application/json")
		request.Header.Set("Traceparent", "00-"+traceID+"-00f067aa0ba902b7-01")
		handler.ServeHTTP(httptest.NewRecorder(), request)
		require.Greater(t, strings.Count(log.String(), traceID), before, path)
	}
}
