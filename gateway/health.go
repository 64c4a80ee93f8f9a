package gateway

import (
	"context"
	"log/slog"
	"net/http"
	"time"

	"google.golang.org/grpc/health/grpc_health_v1"
)

const healthPath = "/healthz"

// healthHandler tells load balancers whether the gRPC server serves.
type healthHandler struct {
	client grpc_health_v1.HealthClient
	errors *errorWriter
}

// healthTimeout bounds how long an answer about health may take.
const healthTimeout = 2 * time.Second

// ServeHTTP answers 200 when the server serves, else 503.
func (h *healthHandler) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if !isRead(r) {
		h.errors.methodNotAllowed(r.Context(), w, r, readMethods)
		return
	}
	ctx, cancel := context.WithTimeout(r.Context(), healthTimeout)
	defer cancel()
	state, httpStatus := grpc_health_v1.HealthCheckResponse_NOT_SERVING, http.StatusServiceUnavailable
	answer, err := h.client.Check(ctx, &grpc_health_v1.HealthCheckRequest{})
	switch {
	case err != nil:
		h.errors.logger.WarnContext(ctx, "the health check failed", slog.Any("error", err))
	case answer.GetStatus() == grpc_health_v1.HealthCheckResponse_SERVING:
		state, httpStatus = answer.GetStatus(), http.StatusOK
	}
	w.Header().Set("Content-Type", contentType)
	w.Header().Set("Cache-Control", "no-store")
	w.WriteHeader(httpStatus)
	if _, err := w.Write([]byte(`{"status":"` + state.String() + `"}`)); err != nil {
		h.errors.logger.DebugContext(ctx, "the answer could not be written", slog.Any("error", err))
	}
}
