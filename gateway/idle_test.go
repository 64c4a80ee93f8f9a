package gateway_test

import (
	"bufio"
	"fmt"
	"net"
	"net/http"
	"net/url"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/rudder-clevertap/rudder-clevertap/gateway"
)

func TestABodyThatNobodyReadsIsNotAwaited(t *testing.T) {
	t.Parallel()
	rest := start(t, &backend{}, gateway.Options{IdleTimeout: 50 * time.Millisecond}).URL
	for _, test := range []struct {
		method, url, content string
		status               int
	}{
		{http.MethodPost, rest + "/v1/transform", "application/json", http.StatusRequestTimeout},
		{http.MethodPost, rest + "/v1/transform", "text/plain", http.StatusUnsupportedMediaType},
		{http.MethodPost, rest + "/nope", "application/json", http.StatusNotFound},
		{http.MethodGet, rest + "/v1/destinations/definition", "application/json", http.StatusOK},
		{http.MethodGet, rest + "/healthz", "application/json", http.StatusOK},
	} {
		address, err := url.Parse(test.url)
		require.NoError(t, err)
		connection, err := net.Dial("tcp", address.Host)
		require.NoError(t, err)
		_, err = fmt.Fprintf(connection, "%s %s HTTP/1.1\r\nHost: x\r\nContent-Type: %s\r\nContent-Length: 10\r\n\r\n[",
			test.method, address.Path, test.content)
		require.NoError(t, err)
		answer, err := http.ReadResponse(bufio.NewReader(connection), nil)
		require.NoError(t, err, test.url)
		require.Equal(t, test.status, answer.StatusCode, test.url)
		require.NoError(t, answer.Body.Close())
		require.NoError(t, connection.Close())
	}
}

func TestAnAnswerThatNobodyReadsIsCutOff(t *testing.T) {
	t.Parallel()
	rest := start(t, &backend{}, gateway.Options{IdleTimeout: time.Millisecond})
	address, err := url.Parse(rest.URL)
	require.NoError(t, err)
	connection, err := net.Dial("tcp", address.Host)
	require.NoError(t, err)
	defer connection.Close()
	// Many answers, none of which is read, until the server has no room for another.
	for start := time.Now(); err == nil && time.Since(start) < 20*time.Second; {
		if err = connection.SetWriteDeadline(time.Now().Add(10 * time.Second)); err != nil {
			break
		}
		_, err = connection.Write([]byte(strings.Repeat("GET /openapi.json HTTP/1.1\r\nHost: x\r\n\r\n", 100)))
		time.Sleep(time.Millisecond)
	}
	require.Error(t, err, "the server goes on reading requests whose answers nobody reads")
	require.NotErrorIs(t, err, os.ErrDeadlineExceeded, "the connection is kept open")
}
