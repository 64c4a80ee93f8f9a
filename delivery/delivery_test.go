package delivery_test

import (
	"context"
	"encoding/json"
	"fmt"
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"

	"github.com/rudder-clevertap/rudder-clevertap/delivery"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// relayed returns a client whose calls go to a handler.
func relayed(t *testing.T, handler http.HandlerFunc) *delivery.Client {
	t.Helper()
	stand := httptest.NewServer(handler)
	base, err := url.Parse(stand.URL + "/relay")
	require.NoError(t, err)
	client := delivery.New(delivery.Options{BaseURL: base})
	t.Cleanup(func() {
		client.Close()
		stand.Close()
	})
	return client
}

func TestOnlyCleverTapsHostsAreAddressed(t *testing.T) {
	t.Parallel()
	client := delivery.New(delivery.Options{})
	defer client.Close()
	for _, endpoint := range []string{"", "http://api.clevertap.com/1/upload", "https://api.clevertap.com:1/", "https://x@api.clevertap.com/", "https://example.com/", "https://API.clevertap.com.example.com"} {
		_, err := client.Do(t.Context(), delivery.Request{Method: http.MethodPost, Endpoint: endpoint, Header: http.Header{"X-Clevertap-Passcode": {"SECRET"}}})
		var refused *delivery.RefusedError
		require.ErrorAs(t, err, &refused, endpoint)
		require.NotContains(t, err.Error(), "SECRET")
	}
}

func TestABaseTakesAllCalls(t *testing.T) {
	t.Parallel()
	client := relayed(t, func(w http.ResponseWriter, r *http.Request) {
		fmt.Fprintf(w, "%s %s", r.Method, r.URL)
	})
	reply, err := client.Do(t.Context(), delivery.Request{Method: http.MethodPost, Endpoint: "https://in1.api.clevertap.com/1/upload?dryRun=1", Query: url.Values{"a": {"b"}}})
	require.NoError(t, err)
	require.True(t, reply.OK())
	require.Equal(t, "POST /relay/1/upload?a=b&dryRun=1", string(reply.Body))
}

func TestFaultsOfTheConnection(t *testing.T) {
	t.Parallel()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	closed, err := url.Parse("http://" + listener.Addr().String())
	require.NoError(t, err)
	require.NoError(t, listener.Close())
	client := delivery.New(delivery.Options{BaseURL: closed})
	defer client.Close()
	_, err = client.Do(t.Context(), delivery.Request{Method: http.MethodPost, Endpoint: "https://api.clevertap.com/1/upload"})
	var fault *delivery.ConnectionError
	require.ErrorAs(t, err, &fault)
	require.Equal(t, "[ECONNREFUSED] :: Connection refused", fault.Error())
	require.True(t, fault.Retryable)

	release := make(chan struct{})
	slow := relayed(t, func(http.ResponseWriter, *http.Request) { <-release })
	defer close(release)
	_, err = slow.Do(t.Context(), delivery.Request{Method: http.MethodPost, Endpoint: "https://api.clevertap.com/1/upload", Timeout: 20 * time.Millisecond})
	require.ErrorAs(t, err, &fault)
	require.Equal(t, "ECONNABORTED", fault.Code)
	require.ErrorIs(t, err, context.DeadlineExceeded)
}

func TestRefusals(t *testing.T) {
	t.Parallel()
	reply, ok := delivery.ParseUploadReply([]byte(`{"status":"partial","processed":1,"unprocessed":[{"status":"fail","code":515,"error":"Email is invalid.Skipped record number:2","record":{}},{"code":555,"error":"Skipped record number : 1"}]}`))
	require.True(t, ok)
	refused, ok := reply.ByRecord(2)
	require.True(t, ok)
	require.False(t, refused[1].Retryable())
	require.True(t, refused[0].Retryable(), "555 is a fault of CleverTap's own")
	_, ok = reply.ByRecord(1)
	require.False(t, ok, "there is no second record")
	for _, text := range []string{``, `[]`, `{}`, `"OK"`, `{"status":5}`, `{"status":"fail","unprocessed":{}}`} {
		_, ok := delivery.ParseUploadReply([]byte(text))
		require.False(t, ok, text)
	}
}

func TestDeletionStopsAtTheFirstFailure(t *testing.T) {
	t.Parallel()
	calls := 0
	client := relayed(t, func(w http.ResponseWriter, _ *http.Request) {
		if calls++; calls == 2 {
			w.WriteHeader(http.StatusTooManyRequests)
		}
	})
	ids := make([]json.RawMessage, 300)
	for i := range ids {
		ids[i] = json.RawMessage(`"u"`)
	}
	err := client.DeleteProfiles(t.Context(), delivery.Account{Host: "api.clevertap.com", ID: "A", Passcode: "SECRET"}, ids)
	var status *delivery.StatusError
	require.ErrorAs(t, err, &status)
	require.Equal(t, http.StatusTooManyRequests, status.Status)
	require.Equal(t, 2, calls)
	require.NotContains(t, err.Error(), "SECRET")
}

// FuzzParseUploadReply: whatever CleverTap sends, refusals name records that are there.
func FuzzParseUploadReply(f *testing.F) {
	f.Add([]byte(`{"status":"partial","unprocessed":[{"code":512,"error":"Skipped record number : 2"}]}`), 3)
	f.Add([]byte(`{"status":"fail","unprocessed":[{"error":"Skipped record number : 0"},null]}`), 1)
	f.Fuzz(func(t *testing.T, body []byte, records int) {
		reply, ok := delivery.ParseUploadReply(body)
		if !ok {
			return
		}
		refused, ok := reply.ByRecord(records)
		require.True(t, ok || refused == nil)
		for at := range refused {
			require.True(t, at >= 0 && at < records)
		}
	})
}
