package dropin_test

import (
	"bufio"
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/rudder-clevertap/rudder-clevertap/gateway/internal/dropin"
	"github.com/rudder-clevertap/rudder-clevertap/server"
)

// forwarded is a request as the upstream got it.
type forwarded struct {
	method, uri, body string
	header            http.Header
}

// serveUpstream serves a stand-in for rudder-transformer, which says what it got.
func serveUpstream(t *testing.T, answer http.HandlerFunc) (address *url.URL, got <-chan forwarded) {
	t.Helper()
	requests := make(chan forwarded, 10)
	web := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, err := io.ReadAll(r.Body)
		if err == nil {
			requests <- forwarded{r.Method, r.RequestURI, string(body), r.Header}
			answer(w, r)
		}
	}))
	t.Cleanup(web.Close)
	address, err := url.Parse(web.URL)
	require.NoError(t, err)
	return address, requests
}

// theirs answers what only the upstream would.
func theirs(w http.ResponseWriter, _ *http.Request) {
	w.Header().Set("Apiversion", "2")
	w.Header().Set("X-Theirs", "yes")
	w.WriteHeader(http.StatusTeapot)
	_, _ = w.Write([]byte(`  {"their":"answer"}`))
}

func TestWhatIsNotOursIsForwardedUntouched(t *testing.T) {
	t.Parallel()
	upstream, requests := serveUpstream(t, theirs)
	address := serveDropin(t, dropin.Options{Upstream: upstream}, server.Options{})
	input := `{"input":[{"message":{"destType":"clevertap","a":["]}{",{"destType":"clevertap"}]}}]`
	for _, test := range []struct{ method, path, body, encoding string }{
		{"POST", "/v0/destinations/am?x=1", `[{"message":`, ""},
		{"POST", "/v1/destinations/A%2FM/proxy", `{ "a" : 1 }`, ""},
		{"POST", "/customTransform", `[1, 2]`, ""},
		{"GET", "/nowhere", ``, ""},
		{"GET", "/routerTransform", ``, ""},
		{"POST", "/routerTransform", input + `,"destType":"am"}`, ""},
		{"POST", "/routerTransform", input + `}`, ""},
		{"POST", "/routerTransform", input + `,"destType":"clevertap","destType":"am"}`, ""},
		{"POST", "/batch", `{"destType":"am",` + input[1:] + `}`, ""},
		{"POST", "/deleteUsers", `[{"destType":"am","config":{"destType":"clevertap"}},{"destType":"clevertap"}]`, ""},
		{"POST", "/routerTransform", input + `,"destType":"am"}`, "gzip"},
		{"POST", "/routerTransform", "no such encoding", "zstd"},
		{"POST", "/routerTransform", strings.Repeat(input, 50_000), ""},
	} {
		body := test.body
		headers := []string{"Content-Type", "application/json", "X-Feature-Gzip-Support", "?1", "X-Forwarded-For", "10.0.0.1", "Accept-Encoding", "identity"}
		if test.encoding != "" {
			headers = append(headers, "Content-Encoding", test.encoding)
		}
		if test.encoding == "gzip" {
			body = compressed(t, "gzip", body)
		}
		got := ask(t, test.method, address+test.path, body, headers...)
		require.Equal(t, http.StatusTeapot, got.status, "%s: %s", test.path, got.body)
		require.Equal(t, "yes", got.header.Get("X-Theirs"))
		require.Empty(t, got.header.Get("X-Request-Id"))
		require.Equal(t, `  {"their":"answer"}`, got.body)
		at := <-requests
		require.Equal(t, test.method, at.method)
		require.Equal(t, test.path, at.uri)
		require.Equal(t, body, at.body, test.path)
		require.Equal(t, []string{"10.0.0.1"}, at.header["X-Forwarded-For"])
		require.Equal(t, "?1", at.header.Get("X-Feature-Gzip-Support"))
		for name := range at.header {
			require.Contains(t, []string{
				"Content-Type", "X-Feature-Gzip-Support", "X-Forwarded-For", "Accept-Encoding", "Content-Encoding", "Content-Length", "User-Agent",
			}, name)
		}
	}
}

func TestWhatIsOursIsNotForwarded(t *testing.T) {
	t.Parallel()
	upstream, requests := serveUpstream(t, theirs)
	address := serveDropin(t, dropin.Options{Upstream: upstream}, server.Options{})
	event := `{"message":` + plainMessage + `,"metadata":{"jobId":1},"destination":` + shopDestination + `}`
	long := strings.Repeat(event+",", 2000) + event
	for _, test := range []struct{ path, body, encoding, want string }{
		{"/v0/destinations/CleverTap", "[" + event + "]", "", `"evtName":"E"`},
		{"/routerTransform", `{"input":[` + event + `],"destType":"clevertap"}`, "", `"evtName":"E"`},
		{"/routerTransform", `{"input":[` + long + `],"destType":"clevertap"}`, "", `"evtName":"E"`},
		{"/routerTransform", `{"destType":" CLEVER\u0054AP ","input":[` + event + `]}`, "", `"evtName":"E"`},
		{"/routerTransform", `{"input":[` + event + `],"destType":"clevertap"}`, "gzip", `"evtName":"E"`},
		{"/batch", `{"input":[` + event + `],"destType":"am","destType":"clevertap"}`, "", `clevertap does not implement batch`},
		{"/health", "", "", `{"service":"UP"}`},
	} {
		method, body, headers := http.MethodPost, test.body, []string{}
		if test.encoding != "" {
			body, headers = compressed(t, test.encoding, body), []string{"Content-Encoding", test.encoding}
		}
		if body == "" {
			method = http.MethodGet
		}
		got := ask(t, method, address+test.path, body, headers...)
		require.Equal(t, http.StatusOK, got.status, got.body)
		require.Contains(t, got.body, test.want)
	}
	require.Empty(t, requests)
}

func TestForwardedAnswersStream(t *testing.T) {
	t.Parallel()
	goOn := make(chan struct{})
	upstream, _ := serveUpstream(t, func(w http.ResponseWriter, _ *http.Request) {
		fmt.Fprintln(w, "first")
		w.(http.Flusher).Flush()
		<-goOn
		fmt.Fprintln(w, "second")
	})
	address := serveDropin(t, dropin.Options{Upstream: upstream}, server.Options{})
	answer, err := http.Post(address+"/v0/destinations/am", "application/json", strings.NewReader("[]"))
	require.NoError(t, err)
	defer answer.Body.Close()
	lines := bufio.NewReader(answer.Body)
	line, err := lines.ReadString('\n')
	require.NoError(t, err)
	require.Equal(t, "first\n", line, "before the upstream has ended")
	close(goOn)
	line, err = lines.ReadString('\n')
	require.NoError(t, err)
	require.Equal(t, "second\n", line)
}

func TestFeaturesOfBothAreMerged(t *testing.T) {
	t.Parallel()
	answer := `{"routerTransform":{"HS":true},"regulations":["AM","BRAZE"],"supportTransformerProxyV1":false,"theirOwn":[1.50]}`
	upstream, requests := serveUpstream(t, func(w http.ResponseWriter, _ *http.Request) { _, _ = w.Write([]byte(answer)) })
	address := serveDropin(t, dropin.Options{Upstream: upstream.JoinPath("base")}, server.Options{})
	got := ask(t, http.MethodGet, address+"/features", "")
	require.Equal(t, http.StatusOK, got.status)
	require.Equal(t, "text/plain; charset=utf-8", got.header.Get("Content-Type"))
	require.JSONEq(t, `{"routerTransform":{"HS":true,"CLEVERTAP":true},"regulations":["AM","BRAZE","CLEVERTAP"],`+
		`"supportTransformerProxyV1":false,"theirOwn":[1.50]}`, got.body, "what holds for their destinations too is theirs to say")
	require.Equal(t, "/base/features", (<-requests).uri)
	for _, answer = range []string{`{`, `null`, `[]`, `{"regulations":5}`} {
		got = ask(t, http.MethodGet, address+"/features", "")
		require.Equal(t, http.StatusServiceUnavailable, got.status, "rudder-server then keeps what it knew: %s", got.body)
	}
}

func TestAnUpstreamThatIsGoneIsToBeTriedAgain(t *testing.T) {
	t.Parallel()
	upstream, err := url.Parse("http://127.0.0.1:1")
	require.NoError(t, err)
	address := serveDropin(t, dropin.Options{Upstream: upstream}, server.Options{})
	for _, path := range []string{"/v0/destinations/am", "/routerTransform"} {
		got := ask(t, http.MethodPost, address+path, "[]")
		require.Equal(t, http.StatusServiceUnavailable, got.status)
		require.Equal(t, "true", got.header.Get("X-Rudder-Should-Retry"))
		require.NotContains(t, got.body, "127.0.0.1", "addresses are not told")
		require.True(t, json.Valid([]byte(got.body)))
	}
	require.Equal(t, http.StatusServiceUnavailable, ask(t, http.MethodGet, address+"/features", "").status)
	got := ask(t, http.MethodPost, address+"/v0/destinations/clevertap", oneEvent(plainConfig, plainMessage))
	require.Equal(t, http.StatusOK, got.status, "ours is served all the same")
}

func TestAnUpstreamMustBeAnAddress(t *testing.T) {
	t.Parallel()
	for _, address := range []string{"rudder:9090", "/path", "ftp://host"} {
		upstream, err := url.Parse(address)
		require.NoError(t, err)
		_, err = dropin.New(dropin.Options{Conn: dial(t, nil), Upstream: upstream})
		require.ErrorContains(t, err, "is not an address")
	}
	_, err := dropin.New(dropin.Options{})
	require.ErrorContains(t, err, "no connection")
}

func TestABodyThatIsSortedIsBounded(t *testing.T) {
	t.Parallel()
	upstream, requests := serveUpstream(t, theirs)
	address := serveDropin(t, dropin.Options{Upstream: upstream, MaxBodyBytes: 1000}, server.Options{})
	long := `{"destType":"am","input":["` + strings.Repeat("x", 1000) + `"]}`
	for encoding, body := range map[string]string{"identity": long, "gzip": compressed(t, "gzip", long)} {
		got := ask(t, http.MethodPost, address+"/routerTransform", body, "Content-Encoding", encoding)
		require.Equal(t, http.StatusRequestEntityTooLarge, got.status, got.body)
	}
	request, err := http.NewRequest(http.MethodPost, address+"/routerTransform", io.MultiReader(bytes.NewReader([]byte(long))))
	require.NoError(t, err)
	request.Header.Set("Content-Type", "application/json")
	answer, err := http.DefaultClient.Do(request)
	require.NoError(t, err)
	require.NoError(t, answer.Body.Close())
	require.Equal(t, http.StatusRequestEntityTooLarge, answer.StatusCode, "also when its length is not declared")
	require.Empty(t, requests)
}
