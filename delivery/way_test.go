package delivery_test

import (
	"crypto/x509"
	"errors"
	"fmt"
	"io"
	"log"
	"net/http"
	"net/http/httptest"
	"net/url"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/rudder-clevertap/rudder-clevertap/delivery"
)

// encrypted returns a client of a server that speaks TLS and offers HTTP/2.
func encrypted(t *testing.T, handler http.Handler) *delivery.Client {
	t.Helper()
	server := httptest.NewUnstartedServer(handler)
	server.EnableHTTP2 = true
	server.StartTLS()
	base, err := url.Parse(server.URL)
	require.NoError(t, err)
	trusted := x509.NewCertPool()
	trusted.AddCert(server.Certificate())
	client := delivery.New(delivery.Options{BaseURL: base, RootCAs: trusted})
	t.Cleanup(func() {
		client.Close()
		server.Close()
	})
	return client
}

func TestHTTP2IsSpokenWhereItIsOffered(t *testing.T) {
	t.Parallel()
	client := encrypted(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { fmt.Fprint(w, r.Proto) }))
	reply, err := client.Do(t.Context(), upload(uploadEndpoint))
	require.NoError(t, err)
	require.Equal(t, "HTTP/2.0", string(reply.Body))
}

func TestFaultsOverHTTP2AreThoseOfAConnection(t *testing.T) {
	t.Parallel()
	client := encrypted(t, http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		_, _ = io.Copy(io.Discard, r.Body)
		panic(http.ErrAbortHandler) // the stream is reset
	}))
	_, err := client.Do(t.Context(), upload(uploadEndpoint))
	requireFault(t, err, "[ECONNRESET] :: Connection reset by peer", true)
	fault, _ := errors.AsType[*delivery.ConnectionError](err)
	require.True(t, fault.Sent)
}

func TestCertificatesAreVerified(t *testing.T) {
	t.Parallel()
	server := httptest.NewUnstartedServer(http.NotFoundHandler())
	server.Config.ErrorLog = log.New(io.Discard, "", 0)
	server.StartTLS()
	defer server.Close()
	base, err := url.Parse(server.URL)
	require.NoError(t, err)
	client := delivery.New(delivery.Options{BaseURL: base})
	defer client.Close()
	_, err = client.Do(t.Context(), upload(uploadEndpoint))
	requireFault(t, err, "[ERR_NETWORK] :: Network error", false)
	fault, _ := errors.AsType[*delivery.ConnectionError](err)
	require.False(t, fault.Sent, "the passcode went nowhere")
}

func TestWhetherARequestMayHaveArrivedIsTold(t *testing.T) {
	t.Parallel()
	_, err := relayed(t, raw("HTTP/1.1 200 OK\r\nContent-Length: 50\r\n\r\n{"), "", delivery.Options{}).Do(t.Context(), upload(uploadEndpoint))
	fault, ok := errors.AsType[*delivery.ConnectionError](err)
	require.True(t, ok)
	require.True(t, fault.Sent)

	server := httptest.NewServer(http.NotFoundHandler())
	base, err := url.Parse(server.URL)
	require.NoError(t, err)
	server.Close()
	client := delivery.New(delivery.Options{BaseURL: base})
	defer client.Close()
	_, err = client.Do(t.Context(), upload(uploadEndpoint))
	fault, ok = errors.AsType[*delivery.ConnectionError](err)
	require.True(t, ok)
	require.False(t, fault.Sent, "nobody listens there")
}

func TestRetryAfterIsRead(t *testing.T) {
	t.Parallel()
	for text, wanted := range map[string]time.Duration{
		"": 0, "7": 7 * time.Second, "-1": 0, "soon": 0, "99999999999999999999": 0, "Mon, 02 Jan 2006 15:04:05 GMT": 0,
	} {
		reply, err := relayed(t, http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Retry-After", text)
			w.WriteHeader(http.StatusTooManyRequests)
		}), "", delivery.Options{}).Do(t.Context(), upload(uploadEndpoint))
		require.NoError(t, err)
		require.Equal(t, wanted, reply.RetryAfter, text)
	}
	in := time.Now().Add(time.Hour).UTC().Format(http.TimeFormat)
	reply, err := relayed(t, http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Retry-After", in)
		w.WriteHeader(http.StatusTooManyRequests)
	}), "", delivery.Options{}).Do(t.Context(), upload(uploadEndpoint))
	require.NoError(t, err)
	require.InDelta(t, time.Hour, reply.RetryAfter, float64(time.Minute))
}
