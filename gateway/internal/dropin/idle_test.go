package dropin_test

import (
	"bufio"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/rudder-clevertap/rudder-clevertap/gateway/internal/dropin"
	"github.com/rudder-clevertap/rudder-clevertap/server"
)

func TestABodyThatStopsComingIsNotAwaitedForEver(t *testing.T) {
	t.Parallel()
	upstream, requests := serveUpstream(t, theirs)
	options := dropin.Options{IdleTimeout: 400 * time.Millisecond}
	plain := serveDropin(t, options, server.Options{})
	options.Upstream = upstream
	sorting := serveDropin(t, options, server.Options{})
	for _, url := range []string{
		plain + "/v0/destinations/clevertap", plain + "/routerTransform", plain + "/deleteUsers", sorting + "/routerTransform",
	} {
		body, more := io.Pipe()
		go func() { _, _ = more.Write([]byte("[")) }()
		answer, err := http.Post(url, "application/json", body)
		require.NoError(t, err)
		require.Equal(t, http.StatusRequestTimeout, answer.StatusCode, url)
		require.NoError(t, answer.Body.Close())
		require.NoError(t, more.Close())
	}
	require.Empty(t, requests)
	slow := io.MultiReader(strings.NewReader("["), pause(250*time.Millisecond), strings.NewReader("{}"), pause(250*time.Millisecond), strings.NewReader("]"))
	answer, err := http.Post(plain+"/v0/destinations/clevertap", "application/json", slow)
	require.NoError(t, err)
	require.Equal(t, http.StatusOK, answer.StatusCode, "only pauses count, not how long it takes in all")
	require.NoError(t, answer.Body.Close())
}

func TestABodyThatNobodyReadsIsNotAwaited(t *testing.T) {
	t.Parallel()
	upstream, _ := serveUpstream(t, theirs)
	options := dropin.Options{IdleTimeout: 400 * time.Millisecond}
	plain := serveDropin(t, options, server.Options{})
	options.Upstream = upstream
	forwarding := serveDropin(t, options, server.Options{})
	for _, test := range []struct {
		method, url, content, encoding string
		status                         int
	}{
		{http.MethodPost, plain + "/nope", "application/json", "", http.StatusNotFound},
		{http.MethodPost, plain + "/v0/destinations/clevertap", "text/plain", "", http.StatusBadRequest},
		{http.MethodPost, plain + "/v0/destinations/clevertap", "application/json", "zstd", http.StatusUnsupportedMediaType},
		{http.MethodGet, plain + "/features", "application/json", "", http.StatusOK},
		{http.MethodPost, forwarding + "/nope", "application/json", "", http.StatusRequestTimeout},
	} {
		address, err := url.Parse(test.url)
		require.NoError(t, err)
		connection, err := net.Dial("tcp", address.Host)
		require.NoError(t, err)
		_, err = fmt.Fprintf(connection, "%s %s HTTP/1.1\r\nHost: x\r\nContent-Type: %s\r\nContent-Encoding: %s\r\nContent-Length: 10\r\n\r\n[",
			test.method, address.Path, test.content, test.encoding)
		require.NoError(t, err)
		answer, err := http.ReadResponse(bufio.NewReader(connection), nil)
		require.NoError(t, err, test.url)
		require.Equal(t, test.status, answer.StatusCode, test.url)
		require.NoError(t, answer.Body.Close())
		require.NoError(t, connection.Close())
	}
}

// pause is a reader of nothing that takes its time.
type pause time.Duration

// Read waits.
func (p pause) Read([]byte) (int, error) {
	time.Sleep(time.Duration(p))
	return 0, io.EOF
}
