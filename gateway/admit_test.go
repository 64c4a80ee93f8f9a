package gateway_test

import (
	"errors"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/rudder-clevertap/rudder-clevertap/gateway"
	"github.com/rudder-clevertap/rudder-clevertap/internal/apierr"
	"github.com/rudder-clevertap/rudder-clevertap/internal/budget"
	"github.com/rudder-clevertap/rudder-clevertap/internal/config"
	"github.com/rudder-clevertap/rudder-clevertap/server"
)

// unread is a body that nobody may read.
type unread struct{ t *testing.T }

func (u unread) Read([]byte) (int, error) {
	assertion := errors.New("the body was read")
	u.t.Error(assertion)
	return 0, assertion
}

func TestACallerIsKnownBeforeTheBodyIsRead(t *testing.T) {
	t.Parallel()
	tokens, err := config.ParseTokens(strings.NewReader("billing:good"))
	require.NoError(t, err)
	srv, err := server.New(server.Options{Callers: tokens})
	require.NoError(t, err)
	defer srv.Close()
	handler, err := gateway.New(t.Context(), gateway.Options{Conn: srv.Conn(), Admit: srv.Admit})
	require.NoError(t, err)
	for _, shown := range []string{"", "Bearer bad", "Basic good", "good"} {
		answer := httptest.NewRecorder()
		r := httptest.NewRequest(http.MethodPost, batchPath, unread{t})
		r.Header.Set("Content-Encoding", "gzip")
		r.Header.Set("Authorization", shown)
		handler.ServeHTTP(answer, r)
		require.Equal(t, http.StatusUnauthorized, answer.Code)
		require.Equal(t, "Bearer", answer.Header().Get("WWW-Authenticate"))
		require.Contains(t, answer.Body.String(), string(apierr.Unauthenticated))
	}
}

func TestABodyForWhichThereIsNoMemoryIsRefused(t *testing.T) {
	t.Parallel()
	srv, err := server.New(server.Options{})
	require.NoError(t, err)
	defer srv.Close()
	memory := budget.New(1 << 20)
	handler, err := gateway.New(t.Context(), gateway.Options{Conn: srv.Conn(), Memory: memory})
	require.NoError(t, err)
	post := func(body string) *httptest.ResponseRecorder {
		answer := httptest.NewRecorder()
		handler.ServeHTTP(answer, httptest.NewRequest(http.MethodPost, batchPath, strings.NewReader(body)))
		return answer
	}
	long := `{"events":[{"x":"` + strings.Repeat("x", 100<<10) + `"}],"destination":{}}`
	for range 10 {
		require.Equal(t, http.StatusBadRequest, post(long).Code, "what one takes is the next one's")
	}
	require.Equal(t, http.StatusRequestEntityTooLarge, post(strings.Repeat(" ", 1<<20)).Code)
	lease := memory.Lease()
	require.NoError(t, lease.Reserve(t.Context(), 1<<20))
	answer := post(long)
	require.Equal(t, http.StatusServiceUnavailable, answer.Code)
	require.Equal(t, "1", answer.Header().Get("Retry-After"))
	require.Contains(t, answer.Body.String(), string(apierr.Overloaded))
	require.Equal(t, http.StatusBadRequest, post(`{}`).Code, "small bodies need none")
}
