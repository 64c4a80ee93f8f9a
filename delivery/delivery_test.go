package delivery_test

import (
	"bytes"
	"compress/gzip"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	sdktrace "go.opentelemetry.io/otel/sdk/trace"
	"go.opentelemetry.io/otel/sdk/trace/tracetest"
	"go.uber.org/goleak"

	"github.com/rudder-clevertap/rudder-clevertap/clevertap"
	"github.com/rudder-clevertap/rudder-clevertap/delivery"
	"github.com/rudder-clevertap/rudder-clevertap/internal/clevertapstub"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// secret is a passcode that must not show.
const secret = "PASSCODE-7f3a"

// uploadEndpoint is an endpoint of CleverTap.
const uploadEndpoint = "https://in1.api.clevertap.com/1/upload"

// upload is a request as rudder-server asks for it.
func upload(endpoint string) delivery.Request {
	return delivery.Request{
		Method: http.MethodPost, Endpoint: endpoint, Body: []byte(`{"d":[{"type":"event","evtName":"E","evtData":{},"identity":"u"}]}`),
		Headers: []delivery.Header{{Name: "X-CleverTap-Account-Id", Value: "ACCOUNT"}, {Name: "X-CleverTap-Passcode", Value: secret}, {Name: "Content-Type", Value: "application/json"}},
	}
}

// relayed returns a client whose calls go to a handler, under a path.
func relayed(tb testing.TB, handler http.Handler, path string, options delivery.Options) *delivery.Client {
	tb.Helper()
	server := httptest.NewServer(handler)
	base, err := url.Parse(server.URL + path)
	require.NoError(tb, err)
	options.BaseURL = base
	client := delivery.New(options)
	tb.Cleanup(func() {
		client.Close()
		server.Close()
	})
	return client
}

// requireFault demands that a call failed for the connection.
func requireFault(t *testing.T, err error, text string, retryable bool) {
	t.Helper()
	fault, ok := errors.AsType[*delivery.ConnectionError](err)
	require.True(t, ok, "%v", err)
	require.Equal(t, text, fault.Error())
	require.Equal(t, retryable, fault.Retryable)
}

func TestARequestArrivesAsItIs(t *testing.T) {
	t.Parallel()
	stub := clevertapstub.New(clevertapstub.Options{Accounts: map[string]string{"ACCOUNT": secret}})
	client := relayed(t, stub, "", delivery.Options{})
	request := upload("https://anything.example.com:8443/1/upload?a=1&b=%20#c")
	request.Query = "c=d+e"
	request.Headers = append(request.Headers,
		delivery.Header{Name: "host", Value: "evil.example.com"}, delivery.Header{Name: "content-length", Value: "3"},
		delivery.Header{Name: "accept-encoding", Value: "br"}, delivery.Header{Name: "Content-Type", Value: "application/json; charset=utf-8"})
	reply, err := client.Do(t.Context(), request)
	require.NoError(t, err)
	require.True(t, reply.OK())
	require.JSONEq(t, `{"status":"success","processed":1,"unprocessed":[]}`, string(reply.Body))
	call := stub.Calls()[0]
	require.Equal(t, "POST /1/upload a=1&b=%20&c=d+e", call.Method+" "+call.Path+" "+call.Query)
	require.Equal(t, string(request.Body), string(call.Body))
	require.Equal(t, "application/json; charset=utf-8", call.Header.Get("Content-Type"), "the last of one name counts")
	require.Equal(t, "gzip", call.Header.Get("Accept-Encoding"))
	require.NotContains(t, call.Header, "Traceparent", "CleverTap is told no trace")
}

func TestABaseKeepsPathsAndQueries(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ base, endpoint, wanted string }{
		{"", uploadEndpoint, "/1/upload"},
		{"/", uploadEndpoint, "/1/upload"},
		{"/relay", uploadEndpoint, "/relay/1/upload"},
		{"/relay/", "http://127.0.0.1:1/1/upload?x=1", "/relay/1/upload?x=1"},
		{"/a%2Fb", "https://api.clevertap.com/1/c%2Fd", "/a%2Fb/1/c%2Fd"},
		{"/relay", "https://user:pw@api.clevertap.com", "/relay"},
	} {
		client := relayed(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { fmt.Fprint(w, r.URL) }), c.base, delivery.Options{})
		reply, err := client.Do(t.Context(), upload(c.endpoint))
		require.NoError(t, err)
		require.Equal(t, c.wanted, string(reply.Body), c.base+" "+c.endpoint)
	}
}

func TestOnlyCleverTapsHostsAreAddressed(t *testing.T) {
	t.Parallel()
	var got []string
	client := delivery.New(delivery.Options{})
	defer client.Close()
	cancelled, cancel := context.WithCancel(t.Context())
	cancel()
	hosts := []string{"eu1.api.clevertap.com", "IN1.API.CleverTap.com"}
	for _, region := range clevertap.Regions() {
		hosts = append(hosts, region.Host)
	}
	for _, host := range hosts {
		// A context that has ended keeps the test from calling CleverTap: the request is made, and not sent.
		_, err := client.Do(cancelled, upload("https://"+host+"/1/upload"))
		require.ErrorIs(t, err, context.Canceled, host)
		got = append(got, host)
	}
	require.Len(t, got, 10)
	for _, endpoint := range []string{
		"", "/1/upload", "api.clevertap.com/1/upload", "https:api.clevertap.com", "https:///1/upload", "://", "https://[", "https://api.clevertap.com/%zz",
		"http://api.clevertap.com/1/upload", "ftp://api.clevertap.com/1/upload", "file:///etc/passwd",
		"https://api.clevertap.com:443/1/upload", "https://api.clevertap.com:/1/upload", "https://api.clevertap.com./1/upload",
		"https://x@api.clevertap.com/1/upload", "https://x:y@api.clevertap.com/1/upload", "https://api.clevertap.com@evil.example.com/",
		`https://api.clevertap.com\@evil.example.com/`, "https://evil.example.com\\.api.clevertap.com/", "https://api.clevertap.com%2eevil.example.com/",
		"https://evil.example.com/1/upload", "https://api.clevertap.com.evil.example.com/", "https://mars1.api.clevertap.com/", "https://xapi.clevertap.com/",
		"https://clevertap.com/", "https://127.0.0.1/", "https://[::1]/", "https://evil.example.com#.api.clevertap.com", "https://ａpi.clevertap.com/",
		"https://api.clevertap.com/1/../../x", "https://api.clevertap.com/1/%2e%2e/x", "https://api.clevertap.com/./1/upload", "https://api.clevertap.com/..%2fx",
	} {
		_, err := client.Do(cancelled, upload(endpoint))
		refused, ok := errors.AsType[*delivery.RefusedError](err)
		require.True(t, ok, "%s: %v", endpoint, err)
		require.Contains(t, refused.Error(), "endpoint")
		require.Contains(t, refused.Error(), "nothing was sent")
		require.NotContains(t, refused.Error(), secret)
	}
}

func TestARequestThatIsNoHTTPIsNotSent(t *testing.T) {
	t.Parallel()
	stub := clevertapstub.New(clevertapstub.Options{})
	client := relayed(t, stub, "", delivery.Options{})
	for name, c := range map[string]struct {
		change func(*delivery.Request)
		code   string
	}{
		"a method with a blank":   {func(r *delivery.Request) { r.Method = "PO ST" }, "ERR_INVALID_HTTP_TOKEN"},
		"no method":               {func(r *delivery.Request) { r.Method = "" }, "ERR_INVALID_HTTP_TOKEN"},
		"a name with a line end":  {func(r *delivery.Request) { r.Headers[0].Name = "a\r\nb" }, "ERR_INVALID_HTTP_TOKEN"},
		"a value with a line end": {func(r *delivery.Request) { r.Headers[1].Value = secret + "\r\nx: y" }, "ERR_INVALID_CHAR"},
		"no URL":                  {func(r *delivery.Request) { r.Endpoint = "x" }, "ERR_INVALID_URL"},
		"another scheme":          {func(r *delivery.Request) { r.Endpoint = "ftp://api.clevertap.com/" }, "ERR_BAD_REQUEST"},
	} {
		request := upload(uploadEndpoint)
		c.change(&request)
		_, err := client.Do(t.Context(), request)
		refused, ok := errors.AsType[*delivery.RefusedError](err)
		require.True(t, ok, "%s: %v", name, err)
		require.Equal(t, c.code, refused.Code, name)
		require.NotContains(t, refused.Error(), secret)
	}
	require.Empty(t, stub.Calls())
}

func TestRedirectsAreNotFollowed(t *testing.T) {
	t.Parallel()
	for _, status := range []int{301, 302, 303, 307, 308} {
		stub := clevertapstub.New(clevertapstub.Options{})
		stub.Fail(clevertapstub.Fault{Status: status, Header: http.Header{"Location": {"/1/upload"}}})
		reply, err := relayed(t, stub, "", delivery.Options{}).Do(t.Context(), upload(uploadEndpoint))
		require.NoError(t, err)
		require.Equal(t, status, reply.Status)
		require.Len(t, stub.Calls(), 1)
	}
}

func TestFaultsOfTheConnection(t *testing.T) {
	t.Parallel()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	closed := &url.URL{Scheme: "http", Host: listener.Addr().String()}
	require.NoError(t, listener.Close())
	client := delivery.New(delivery.Options{BaseURL: closed})
	defer client.Close()
	_, err = client.Do(t.Context(), upload(uploadEndpoint))
	requireFault(t, err, "[ECONNREFUSED] :: Connection refused", true)

	stub := clevertapstub.New(clevertapstub.Options{})
	stub.Fail(clevertapstub.Fault{Reset: true})
	_, err = relayed(t, stub, "", delivery.Options{}).Do(t.Context(), upload(uploadEndpoint))
	requireFault(t, err, "[ECONNRESET] :: Connection reset by peer", true)
	require.Len(t, stub.Calls(), 1, "what may have arrived is not sent again")

	for name, cut := range map[string]string{
		"no answer at all":       "",
		"headers without end":    "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n",
		"a body that is short":   "HTTP/1.1 200 OK\r\nContent-Length: 50\r\n\r\n{\"status\":",
		"a chunk without an end": "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nab",
	} {
		client := relayed(t, raw(cut), "", delivery.Options{})
		_, err := client.Do(t.Context(), upload(uploadEndpoint))
		require.Error(t, err, name)
		requireFault(t, err, "[ECONNRESET] :: Connection reset by peer", true)
	}
	for name, nonsense := range map[string]string{
		"no HTTP":   "SSH-2.0-OpenSSH_9.9\r\n\r\n",
		"no status": "HTTP/1.1 000 X\r\nContent-Length: 0\r\n\r\n",
	} {
		_, err := relayed(t, raw(nonsense), "", delivery.Options{}).Do(t.Context(), upload(uploadEndpoint))
		fault, ok := errors.AsType[*delivery.ConnectionError](err)
		require.True(t, ok, "%s: %v", name, err)
		require.False(t, fault.Retryable, name)
		require.NotContains(t, fault.Error(), secret)
	}
}

// TestAConnectionThatIsResetWhileTheRequestIsWritten: whoever notices first, the reader or the writer of the connection, the fault
// is the same.
func TestAConnectionThatIsResetWhileTheRequestIsWritten(t *testing.T) {
	t.Parallel()
	client := relayed(t, http.HandlerFunc(hangUp), "", delivery.Options{})
	for range 200 {
		request := upload(uploadEndpoint)
		request.Body = bytes.Repeat([]byte(" "), 1<<20)
		_, err := client.Do(t.Context(), request)
		requireFault(t, err, "[ECONNRESET] :: Connection reset by peer", true)
	}
}

// hangUp closes the connection without reading the body, which resets it.
func hangUp(w http.ResponseWriter, _ *http.Request) {
	if conn, _, err := http.NewResponseController(w).Hijack(); err == nil {
		_ = conn.Close()
	}
}

// raw answers with bytes and closes the connection. It reads the body first: what is not read would reset the connection, and the
// answer might be lost.
func raw(answer string) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		_, _ = io.Copy(io.Discard, r.Body)
		conn, buffer, err := http.NewResponseController(w).Hijack()
		if err != nil {
			return
		}
		_, _ = buffer.WriteString(answer)
		_ = buffer.Flush()
		_ = conn.Close()
	})
}

func TestNamesThatAreNotFound(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		err       net.DNSError
		text      string
		retryable bool
	}{
		{net.DNSError{IsNotFound: true}, "[ENOTFOUND] :: DNS lookup failed", false},
		{net.DNSError{IsTemporary: true}, "[EAI_AGAIN] :: Temporary failure in name resolution", true},
		{net.DNSError{IsTimeout: true}, "[EAI_AGAIN] :: Temporary failure in name resolution", true},
	} {
		fault := delivery.NewConnectionError(&url.Error{Op: "Post", URL: "https://api.clevertap.com", Err: &net.OpError{Op: "dial", Err: &c.err}})
		requireFault(t, fault, c.text, c.retryable)
	}
	requireFault(t, delivery.NewConnectionError(errors.New("x509: certificate signed by unknown authority")), "[ERR_NETWORK] :: Network error", false)
	requireFault(t, delivery.NewConnectionError(&net.OpError{Op: "dial", Err: timeoutError{}}), "[ETIMEDOUT] :: Operation timed out", true)
}

// timeoutError is the system's.
type timeoutError struct{}

func (timeoutError) Error() string { return "i/o timeout" }
func (timeoutError) Timeout() bool { return true }

func TestTimeouts(t *testing.T) {
	t.Parallel()
	slow := func(delay time.Duration) *clevertapstub.Stub {
		stub := clevertapstub.New(clevertapstub.Options{})
		stub.Fail(clevertapstub.Fault{Delay: delay})
		return stub
	}
	begin := time.Now()
	_, err := relayed(t, slow(time.Minute), "", delivery.Options{Timeout: 50 * time.Millisecond}).Do(t.Context(), upload(uploadEndpoint))
	requireFault(t, err, "[ECONNABORTED] :: Connection aborted", true)

	request := upload(uploadEndpoint)
	request.Timeout = 50 * time.Millisecond
	_, err = relayed(t, slow(time.Minute), "", delivery.Options{}).Do(t.Context(), request)
	requireFault(t, err, "[ECONNABORTED] :: Connection aborted", true)

	request.Timeout = time.Minute
	_, err = relayed(t, slow(100*time.Millisecond), "", delivery.Options{Timeout: time.Millisecond}).Do(t.Context(), request)
	require.NoError(t, err, "the request's own time counts")

	// A body that never ends takes time as well.
	request.Timeout = 100 * time.Millisecond
	dripping := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		for r.Context().Err() == nil {
			fmt.Fprint(w, " ")
			_ = http.NewResponseController(w).Flush()
			time.Sleep(5 * time.Millisecond)
		}
	})
	_, err = relayed(t, dripping, "", delivery.Options{}).Do(t.Context(), request)
	requireFault(t, err, "[ECONNABORTED] :: Connection aborted", true)
	require.Less(t, time.Since(begin), 20*time.Second)
}

func TestACallerWhoGoesEndsTheCall(t *testing.T) {
	t.Parallel()
	stub := clevertapstub.New(clevertapstub.Options{})
	stub.Fail(clevertapstub.Fault{Delay: time.Minute})
	client := relayed(t, stub, "", delivery.Options{})
	gone := errors.New("gone")
	ctx, cancel := context.WithCancelCause(t.Context())
	time.AfterFunc(50*time.Millisecond, func() { cancel(gone) })
	_, err := client.Do(ctx, upload(uploadEndpoint))
	require.ErrorIs(t, err, gone)
}

func TestHugeRepliesAreBounded(t *testing.T) {
	t.Parallel()
	const limit = 1 << 10
	client := func(status, size int, zipped bool) *delivery.Client {
		return relayed(t, http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
			body := bytes.Repeat([]byte("x"), size)
			if zipped {
				w.Header().Set("Content-Encoding", "gzip")
				w.WriteHeader(status)
				z := gzip.NewWriter(w)
				_, _ = z.Write(body)
				_ = z.Close()
				return
			}
			w.WriteHeader(status)
			_, _ = w.Write(body)
		}), "", delivery.Options{MaxReplyBytes: limit})
	}
	reply, err := client(200, limit, false).Do(t.Context(), upload(uploadEndpoint))
	require.NoError(t, err)
	require.Len(t, reply.Body, limit)
	for _, zipped := range []bool{false, true} {
		_, err = client(200, 64<<20, zipped).Do(t.Context(), upload(uploadEndpoint))
		requireFault(t, err, "[ERR_BAD_RESPONSE] :: The reply is too long", false)
		reply, err = client(503, 64<<20, zipped).Do(t.Context(), upload(uploadEndpoint))
		require.NoError(t, err, "the status says enough")
		require.Equal(t, 503, reply.Status)
		require.Len(t, reply.Body, limit)
	}
}

func TestACallHasASpanWithoutSecrets(t *testing.T) {
	t.Parallel()
	spans := tracetest.NewSpanRecorder()
	stub := clevertapstub.New(clevertapstub.Options{})
	client := relayed(t, stub, "", delivery.Options{TracerProvider: sdktrace.NewTracerProvider(sdktrace.WithSpanProcessor(spans))})
	_, err := client.Do(t.Context(), upload(uploadEndpoint))
	require.NoError(t, err)
	require.Len(t, spans.Ended(), 1)
	text := fmt.Sprintf("%s %v", spans.Ended()[0].Name(), spans.Ended()[0].Attributes())
	require.Contains(t, text, "POST")
	require.Contains(t, text, "http.response.status_code")
	require.NotContains(t, text, secret)
	require.NotContains(t, text, "evtName")
}

// deletion asks for the profiles of so many users to be deleted.
func deletion(account string, users int) delivery.Deletion {
	d := delivery.Deletion{Endpoint: "https://api.clevertap.com/1/delete/profiles.json", AccountID: account, Passcode: secret}
	for i := range users {
		d.Identities = append(d.Identities, fmt.Appendf(nil, "%d", i))
	}
	return d
}

// sends returns a sender that sends by a client, until the test ends.
func sends(t *testing.T, client *delivery.Client) *delivery.Sender {
	t.Helper()
	sender, err := delivery.NewSender(client, delivery.SenderOptions{})
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, sender.Stop(context.Background())) })
	return sender
}

func TestDeletionsAreSentInHundreds(t *testing.T) {
	t.Parallel()
	stub := clevertapstub.New(clevertapstub.Options{Accounts: map[string]string{"A": secret}})
	sender := sends(t, relayed(t, stub, "", delivery.Options{}))
	require.NoError(t, sender.DeleteProfiles(t.Context(), deletion("A", 201)))
	require.Len(t, stub.Calls(), 3)
	require.Len(t, stub.Deleted(), 201)
	require.Equal(t, `{"identity":[200]}`, string(stub.Calls()[2].Body))
	require.NoError(t, sender.DeleteProfiles(t.Context(), deletion("A", 0)))
	require.Len(t, stub.Calls(), 3, "nobody is nothing to ask for")

	stub.Fail(clevertapstub.Fault{}, clevertapstub.Fault{Status: 500})
	err := sender.DeleteProfiles(t.Context(), deletion("A", 300))
	status, ok := errors.AsType[*delivery.StatusError](err)
	require.True(t, ok, "%v", err)
	require.Equal(t, 500, status.Status)
	require.Len(t, stub.Calls(), 5, "the first failure ends it")
	err = sender.DeleteProfiles(t.Context(), deletion("B", 1))
	require.EqualError(t, err, "CleverTap answered with status 401")
}

func TestAnAccountHasOneDeletionAtATime(t *testing.T) {
	t.Parallel()
	stub := clevertapstub.New(clevertapstub.Options{})
	sender := sends(t, relayed(t, stub, "", delivery.Options{}))
	var all sync.WaitGroup
	for i := range 12 {
		stub.Fail(clevertapstub.Fault{Delay: 5 * time.Millisecond})
		all.Go(func() { require.NoError(t, sender.DeleteProfiles(t.Context(), deletion([]string{"A", "B"}[i%2], 1))) })
	}
	all.Wait()
	require.Equal(t, 1, stub.Peak("A", "/1/delete/profiles.json"))
	require.Equal(t, 1, stub.Peak("B", "/1/delete/profiles.json"))
	require.Zero(t, sender.Deleting(), "an account without calls is forgotten")

	stub.Fail(clevertapstub.Fault{Delay: time.Minute}, clevertapstub.Fault{Delay: time.Minute}, clevertapstub.Fault{Delay: time.Minute})
	ctx, cancel := context.WithCancel(t.Context())
	for range 5 {
		all.Go(func() { require.ErrorIs(t, sender.DeleteProfiles(ctx, deletion("A", 1)), context.Canceled) })
	}
	time.Sleep(50 * time.Millisecond)
	cancel()
	all.Wait()
	require.Zero(t, sender.Deleting())
}

func TestRepliesAreReadByRecord(t *testing.T) {
	t.Parallel()
	const no = -1
	for _, c := range []struct {
		name, reply string
		codes       []int // of two records
		astray      []int // codes
		lost        int
	}{
		{"all taken", `{"status":"success","processed":2,"unprocessed":[]}`, []int{no, no}, nil, 0},
		{"no list", `{"status":"success"}`, []int{no, no}, nil, 0},
		{"one refused", `{"status":"partial","processed":1,"unprocessed":[{"code":515,"error":"Bad.Skipped record number:2","record":{}}]}`, []int{no, 515}, nil, 0},
		{"in any order", `{"status":"fail","processed":0,"unprocessed":[{"code":555,"error":"Skipped record number : 2"},{"code":512,"error":"Skipped record number  :  1"}]}`, []int{512, 555}, nil, 0},
		{"a code as text", `{"status":"partial","unprocessed":[{"code":"555","error":"Skipped record number : 1"}]}`, []int{555, no}, nil, 0},
		{"no code", `{"status":"partial","unprocessed":[{"error":"Skipped record number : 1"}]}`, []int{0, no}, nil, 0},
		{"the last place counts", `{"status":"partial","unprocessed":[{"code":513,"error":"'Skipped record number : 1' is reserved. Skipped record number : 2"}]}`, []int{no, 513}, nil, 0},
		{"the first of two faults counts", `{"status":"partial","processed":1,"unprocessed":[{"code":513,"error":"Skipped record number : 1"},{"code":555,"error":"Skipped record number : 1"}]}`, []int{513, no}, nil, 0},
		{"no place", `{"status":"partial","processed":1,"unprocessed":[{"code":555,"error":"Sorry."}]}`, []int{no, no}, []int{555}, 0},
		{"place 0", `{"status":"partial","unprocessed":[{"code":513,"error":"Skipped record number : 0"}]}`, []int{no, no}, []int{513}, 0},
		{"a place beyond the end", `{"status":"partial","unprocessed":[{"code":513,"error":"Skipped record number : 3"}]}`, []int{no, no}, []int{513}, 0},
		{"a huge place", `{"status":"partial","unprocessed":[{"code":513,"error":"Skipped record number : 99999999999999999999"}]}`, []int{no, no}, []int{513}, 0},
		{"an entry that is none", `{"status":"partial","unprocessed":[null]}`, []int{no, no}, []int{0}, 0},
		{"fewer than were sent", `{"status":"partial","processed":1,"unprocessed":[]}`, []int{no, no}, nil, 1},
		{"more than were sent", `{"status":"partial","processed":2,"unprocessed":[{"code":513,"error":"Skipped record number : 1"}]}`, []int{513, no}, nil, 0},
		{"none taken, and not all listed", `{"status":"partial","processed":0,"unprocessed":[{"code":513,"error":"Skipped record number : 1"}]}`, []int{513, no}, nil, 1},
		{"failed, and not all listed", `{"status":"fail","unprocessed":[{"code":513,"error":"Skipped record number : 1"}]}`, []int{513, no}, nil, 1},
		{"failed as a whole", `{"status":"fail","error":"Invalid Credentials","code":401}`, []int{no, no}, nil, 2},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			reply, ok := delivery.ParseUploadReply([]byte(c.reply))
			require.True(t, ok)
			verdict := reply.Verdict(len(c.codes))
			for i, code := range c.codes {
				require.Equal(t, code == no, verdict.Refused[i] == nil)
				if verdict.Refused[i] != nil {
					require.Equal(t, code, verdict.Refused[i].Code)
					require.Equal(t, code == 555, verdict.Refused[i].Retryable())
				}
			}
			var astray []int
			for _, refusal := range verdict.Astray {
				astray = append(astray, refusal.Code)
			}
			require.Equal(t, c.astray, astray)
			require.Equal(t, c.lost, verdict.Lost)
			require.Equal(t, c.lost > 0 || slices.Contains(c.astray, 555), verdict.Again())
		})
	}
	for _, text := range []string{``, `[]`, `{}`, `"OK"`, `{"status":5}`, `{"status":"fail","unprocessed":{}}`, `{"status":"fail"`} {
		_, ok := delivery.ParseUploadReply([]byte(text))
		require.False(t, ok, text)
	}
}

func TestARefusalWithoutAPlaceIsToldByItsEcho(t *testing.T) {
	t.Parallel()
	reply, ok := delivery.ParseUploadReply([]byte(`{"status":"partial","unprocessed":[
		{"code":512,"record":{"a": 1}},{"code":513,"record":{"b":2}},{"code":514,"record":{"c":3}},{"code":515,"record":"x"},
		{"code":516,"error":"Skipped record number : 2","record":{"a":1}}]}`))
	require.True(t, ok)
	reply.Locate([][]byte{[]byte(`{"a":1}`), []byte(`{"b":2}`), []byte(`{"b":2}`), []byte(`{"b":2}`)})
	places := make([]int, len(reply.Unprocessed))
	for i := range reply.Unprocessed {
		places[i] = reply.Unprocessed[i].Record
	}
	require.Equal(t, []int{0, -1, -1, -1, 1}, places, "what was sent more than once, or not at all, has no place; a number comes first")
}

// FuzzParseUploadReply: whatever CleverTap sends, refusals name records that are there, each at its own place.
func FuzzParseUploadReply(f *testing.F) {
	f.Add([]byte(`{"status":"partial","processed":2,"unprocessed":[{"code":512,"error":"Skipped record number : 2"}]}`), uint8(3))
	f.Add([]byte(`{"status":"fail","processed":"0","unprocessed":[{"error":"Skipped record number : 0"},null,{"code":1e3}]}`), uint8(1))
	f.Add([]byte(`{"status":"success","unprocessed":null}`), uint8(0))
	f.Add([]byte(strings.Repeat(`[`, 600)), uint8(1))
	f.Fuzz(func(t *testing.T, body []byte, records uint8) {
		reply, ok := delivery.ParseUploadReply(body)
		if !ok {
			require.Nil(t, reply)
			return
		}
		require.NotEmpty(t, reply.Status)
		require.GreaterOrEqual(t, reply.Processed, -1)
		verdict := reply.Verdict(int(records))
		require.Len(t, verdict.Refused, int(records))
		count := len(verdict.Astray)
		for at, refusal := range verdict.Refused {
			if refusal != nil {
				require.Equal(t, at, refusal.Record)
				count++
			}
		}
		require.GreaterOrEqual(t, verdict.Lost, 0)
		require.LessOrEqual(t, verdict.Lost+count, max(int(records), count))
		require.LessOrEqual(t, count, len(reply.Unprocessed))
	})
}
