package dropin_test

import (
	"context"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"

	"github.com/rudder-clevertap/rudder-clevertap/gateway/internal/dropin"
	"github.com/rudder-clevertap/rudder-clevertap/server"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// reply is an answer that was read.
type reply struct {
	status int
	header http.Header
	body   string
}

// serveDropin serves rudder-transformer's routes in front of the real server until the test ends, and returns
// their address.
func serveDropin(tb testing.TB, options dropin.Options, serverOptions server.Options) string {
	tb.Helper()
	srv, err := server.New(serverOptions)
	require.NoError(tb, err)
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(tb, err)
	ctx, cancel := context.WithCancel(context.Background())
	ended := make(chan error, 1)
	go func() { ended <- srv.Run(ctx, listener) }()
	options.Conn = srv.Conn()
	handler, err := dropin.New(options)
	require.NoError(tb, err)
	web := httptest.NewServer(handler)
	tb.Cleanup(func() {
		web.Close()
		cancel()
		require.NoError(tb, <-ended)
	})
	return web.URL
}

// ask sends a request. Headers come in pairs of name and value.
func ask(tb testing.TB, method, url, body string, headers ...string) reply {
	tb.Helper()
	request, err := http.NewRequestWithContext(tb.Context(), method, url, strings.NewReader(body))
	require.NoError(tb, err)
	request.Header.Set("Content-Type", "application/json")
	for i := 0; i < len(headers); i += 2 {
		if headers[i+1] == "" {
			request.Header.Del(headers[i])
		} else {
			request.Header.Set(headers[i], headers[i+1])
		}
	}
	answer, err := http.DefaultClient.Do(request)
	require.NoError(tb, err)
	defer answer.Body.Close()
	text, err := io.ReadAll(answer.Body)
	require.NoError(tb, err)
	return reply{answer.StatusCode, answer.Header, string(text)}
}
