package main

import (
	"bytes"
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"encoding/hex"
	"encoding/json"
	"encoding/pem"
	"io"
	"log/slog"
	"math/big"
	"net"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	tracev1 "go.opentelemetry.io/proto/otlp/trace/v1"
	"google.golang.org/grpc"
	"google.golang.org/grpc/credentials"
	"google.golang.org/grpc/metadata"

	transformerv1 "github.com/rudder-clevertap/rudder-clevertap/gen/transformer/v1"
	"github.com/rudder-clevertap/rudder-clevertap/internal/config"
	"github.com/rudder-clevertap/rudder-clevertap/internal/otlptest"
	"github.com/rudder-clevertap/rudder-clevertap/internal/telemetry"
)

// logLines is standard error of a server that runs.
type logLines struct {
	mu    sync.Mutex
	text  bytes.Buffer
	serve chan struct{} // closed when the server serves
}

func (l *logLines) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if bytes.Contains(p, []byte(`"msg":"serving"`)) {
		defer close(l.serve)
	}
	return l.text.Write(p)
}

// String returns all that was written.
func (l *logLines) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.text.String()
}

// serving is a server that was started by its command line.
type serving struct {
	GRPC, HTTP, Transformer string
	logs                    *logLines
	stop                    context.CancelFunc
	status                  chan int
}

// serve starts a server on free ports; it must end with status 0 when the test does.
func serve(t *testing.T, args ...string) *serving {
	t.Helper()
	ctx, cancel := context.WithCancel(t.Context())
	s := &serving{logs: &logLines{serve: make(chan struct{})}, stop: cancel, status: make(chan int, 1)}
	args = append([]string{"serve", "--grpc-addr", "127.0.0.1:0", "--http-addr", "127.0.0.1:0", "--transformer-addr", "127.0.0.1:0"}, args...)
	go func() {
		s.status <- run(ctx, args, stdio{In: strings.NewReader(""), Out: io.Discard, Err: s.logs})
		close(s.status)
	}()
	t.Cleanup(func() {
		cancel()
		require.Zero(t, <-s.status, s.logs)
	})
	select {
	case <-s.logs.serve:
	case <-time.After(20 * time.Second):
		require.Fail(t, "the server does not serve", s.logs.String())
	}
	for line := range strings.Lines(s.logs.String()) {
		if strings.Contains(line, `"msg":"serving"`) {
			require.NoError(t, json.Unmarshal([]byte(line), s))
		}
	}
	return s
}

// client returns an HTTP client that leaves no connection behind.
func client(trusted *x509.CertPool) *http.Client {
	return &http.Client{Transport: &http.Transport{
		DisableKeepAlives: true, TLSClientConfig: &tls.Config{RootCAs: trusted, MinVersion: tls.VersionTLS12},
	}}
}

// post posts JSON and returns the status and the body.
func post(t *testing.T, c *http.Client, url, body string, header ...string) (int, string) {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), http.MethodPost, url, strings.NewReader(body))
	require.NoError(t, err)
	for i := 0; i < len(header); i += 2 {
		req.Header.Set(header[i], header[i+1])
	}
	resp, err := c.Do(req)
	require.NoError(t, err)
	defer resp.Body.Close()
	answer, err := io.ReadAll(resp.Body)
	require.NoError(t, err)
	return resp.StatusCode, string(answer)
}

// toShop is a REST request to a registered destination.
const toShop = `{"event": {"type": "track", "userId": "u", "event": "E", "properties": {"b": 1, "a": 2}}, "destinationId": "shop"}`

func TestServeServesRESTAndGRPCFromItsConfiguration(t *testing.T) {
	t.Setenv("SHOP_PASSCODE", "PASSCODE-9")
	t.Setenv("RUDDER_CLEVERTAP_MAX_BATCH_EVENTS", "2")
	config := writeFile(t, "config.yaml", "destinations: {shop: {accountId: A, passcode: {env: SHOP_PASSCODE}, region: in1}}")
	s := serve(t, "--config", config)
	code, body := post(t, client(nil), "http://"+s.HTTP+"/v1/transform", toShop)
	require.Equal(t, http.StatusOK, code, body)
	var answer struct {
		Uploads []struct {
			Endpoint string
			Headers  map[string]string
			Payload  json.RawMessage
		}
	}
	require.NoError(t, json.Unmarshal([]byte(body), &answer))
	require.Equal(t, "https://in1.api.clevertap.com/1/upload", answer.Uploads[0].Endpoint)
	require.Equal(t, map[string]string{"X-CleverTap-Account-Id": "A", "Content-Type": "application/json"}, answer.Uploads[0].Headers)
	require.JSONEq(t, `{"d":[{"type":"event","evtName":"E","evtData":{"b":1,"a":2},"identity":"u"}]}`, string(answer.Uploads[0].Payload))

	code, body = post(t, client(nil), "http://"+s.HTTP+"/v1/transform:batch", `{"events": [{}, {}, {}], "destinationId": "shop"}`)
	require.Equal(t, http.StatusBadRequest, code)
	require.Contains(t, body, "BATCH_TOO_LARGE", "the flag's environment twin says 2")

	got := command(t.Context(), "healthcheck", "--addr", s.GRPC)
	require.Equal(t, called{0, s.GRPC + ": SERVING\n", ""}, got)
	got = command(t.Context(), "healthcheck", "--addr", s.GRPC, "--service", "transformer.v1.TransformService")
	require.Zero(t, got.status)
	got = command(t.Context(), "healthcheck", "--addr", s.GRPC, "--service", "nowhere")
	require.Equal(t, 1, got.status)

	s.stop()
	require.Zero(t, <-s.status)
	got = command(t.Context(), "healthcheck", "--addr", s.GRPC, "--timeout", "1s")
	require.Equal(t, 1, got.status)
	require.Contains(t, got.err, s.GRPC)
	require.NotContains(t, s.logs.String(), "PASSCODE-9")
}

// TestAFileWithAnEmptyNameIsNone: files for containers set variables to nothing.
func TestAFileWithAnEmptyNameIsNone(t *testing.T) {
	for _, name := range []string{"CONFIG", "TLS_CERT", "TLS_KEY", "AUTH_TOKENS_FILE", "TLS_CA"} {
		t.Setenv("RUDDER_CLEVERTAP_"+name, "")
	}
	s := serve(t, "--config", "")
	require.Contains(t, s.logs.String(), `"tls":false,"authentication":false,"destinations":0`)
	require.Zero(t, command(t.Context(), "healthcheck", "--addr", s.GRPC).status)
	t.Setenv("RUDDER_CLEVERTAP_CONFIG", "/nowhere/x.yaml")
	require.Zero(t, command(t.Context(), "version").status, "it reads no configuration")
	require.Equal(t, 2, command(t.Context(), "serve").status)
}

// certificate writes a certificate for this machine and its key, and returns their files and what trusts it.
func certificate(t *testing.T) (certFile, keyFile string, trusted *x509.CertPool) {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	require.NoError(t, err)
	template := &x509.Certificate{
		SerialNumber: big.NewInt(1), IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1)}, DNSNames: []string{"rudder-clevertap.test"},
		NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(time.Hour), IsCA: true, BasicConstraintsValid: true,
	}
	der, err := x509.CreateCertificate(rand.Reader, template, template, key.Public(), key)
	require.NoError(t, err)
	keyDER, err := x509.MarshalECPrivateKey(key)
	require.NoError(t, err)
	text := pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der})
	trusted = x509.NewCertPool()
	require.True(t, trusted.AppendCertsFromPEM(text))
	return writeFile(t, "cert.pem", string(text)),
		writeFile(t, "key.pem", string(pem.EncodeToMemory(&pem.Block{Type: "EC PRIVATE KEY", Bytes: keyDER}))), trusted
}

func TestServeEncryptsAndAuthenticates(t *testing.T) {
	t.Parallel()
	cert, key, trusted := certificate(t)
	s := serve(t, "--tls-cert", cert, "--tls-key", key, "--auth-tokens-file", writeFile(t, "tokens", "billing:good-token"))
	const event = `{"event": {"type": "track", "userId": "u", "event": "E"}, "destination": {"accountId": "A", "passcode": "P"}}`
	url := "https://" + s.HTTP + "/v1/transform"
	code, body := post(t, client(trusted), url, event)
	require.Equal(t, http.StatusUnauthorized, code)
	require.Contains(t, body, "UNAUTHENTICATED")
	code, body = post(t, client(trusted), url, event, "Authorization", "Bearer good-token")
	require.Equal(t, http.StatusOK, code, body)

	conn, err := grpc.NewClient(s.GRPC, grpc.WithTransportCredentials(credentials.NewTLS(&tls.Config{RootCAs: trusted, MinVersion: tls.VersionTLS12})))
	require.NoError(t, err)
	defer conn.Close()
	ctx := metadata.AppendToOutgoingContext(t.Context(), "authorization", "Bearer good-token")
	_, err = transformerv1.NewDestinationServiceClient(conn).DescribeDestination(ctx, &transformerv1.DescribeDestinationRequest{})
	require.NoError(t, err)

	require.Zero(t, command(t.Context(), "healthcheck", "--addr", s.GRPC, "--tls-ca", cert).status)
	require.Zero(t, command(t.Context(), "healthcheck", "--addr", s.GRPC, "--tls-ca", cert, "--tls-server-name", "rudder-clevertap.test").status)
	require.Equal(t, 1, command(t.Context(), "healthcheck", "--addr", s.GRPC).status)
	require.Equal(t, 1, command(t.Context(), "healthcheck", "--addr", s.GRPC, "--tls").status, "nobody vouches for it")
	require.NotContains(t, s.logs.String(), "good-token")
}

// TestTheRoutesOfRudderTransformerArePlainOnLoopbackOnly: there rudder-server says http:// unless told otherwise.
func TestTheRoutesOfRudderTransformerArePlainOnLoopbackOnly(t *testing.T) {
	t.Parallel()
	cert, key, trusted := certificate(t)
	for host, scheme := range map[string]string{"127.0.0.1": "http", "localhost": "http", "0.0.0.0": "https"} {
		s := serve(t, "--tls-cert", cert, "--tls-key", key, "--allow-insecure", "--transformer-addr", host+":0")
		_, port, err := net.SplitHostPort(s.Transformer)
		require.NoError(t, err)
		req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, scheme+"://127.0.0.1:"+port+"/health", nil)
		require.NoError(t, err)
		resp, err := client(trusted).Do(req)
		require.NoError(t, err, host)
		require.NoError(t, resp.Body.Close())
		require.Equal(t, http.StatusOK, resp.StatusCode, host)
	}
}

// TestOneTraceLeadsFromRESTToTheMapping asserts the trace tree and the metrics where they arrive: at an OTLP receiver.
func TestOneTraceLeadsFromRESTToTheMapping(t *testing.T) {
	const traceID, callerID = "4bf92f3577b34da6a3ce929d0e0e4736", "00f067aa0ba902b7"
	receiver := otlptest.Start(t)
	s := serve(t)
	const event = `{"event": {"type": "track", "userId": "u", "event": "E"}, "destination": {"accountId": "A", "passcode": "PASSCODE-9"}}`
	code, body := post(t, client(nil), "http://"+s.HTTP+"/v1/transform", event, "Traceparent", "00-"+traceID+"-"+callerID+"-01")
	require.Equal(t, http.StatusOK, code, body)
	s.stop()
	require.Zero(t, <-s.status, "all is sent before the program ends")

	const call = "transformer.v1.TransformService/Transform"
	tree := []struct {
		name string
		kind tracev1.Span_SpanKind
	}{
		{"POST /v1/transform", tracev1.Span_SPAN_KIND_SERVER},
		{call, tracev1.Span_SPAN_KIND_CLIENT},
		{call, tracev1.Span_SPAN_KIND_SERVER},
		{"mapping", tracev1.Span_SPAN_KIND_INTERNAL},
	}
	spans := receiver.AllSpans()
	require.Len(t, spans, len(tree))
	parent := callerID
	for _, want := range tree {
		var found *tracev1.Span
		for _, span := range spans {
			if span.GetName() == want.name && span.GetKind() == want.kind {
				found = span
			}
		}
		require.NotNil(t, found, want.name)
		require.Equal(t, traceID, hex.EncodeToString(found.GetTraceId()), want.name)
		require.Equal(t, parent, hex.EncodeToString(found.GetParentSpanId()), want.name)
		require.NotContains(t, found.String(), "PASSCODE-9")
		parent = hex.EncodeToString(found.GetSpanId())
	}
	for _, name := range []string{
		"rpc.server.call.duration", "rpc.client.call.duration", "http.server.request.duration",
		"rudder_clevertap.events", "rudder_clevertap.batch.size", "rudder_clevertap.mapping.duration",
	} {
		require.Contains(t, receiver.Metrics(), name)
	}
	require.NotEmpty(t, receiver.Logs())
}

func TestACollectorThatIsNotThereHarmsNothing(t *testing.T) {
	t.Setenv("OTEL_EXPORTER_OTLP_ENDPOINT", "http://127.0.0.1:1")
	t.Setenv("OTEL_EXPORTER_OTLP_TIMEOUT", "100")
	s := serve(t)
	const event = `{"event": {"type": "track", "userId": "u", "event": "E"}, "destination": {"accountId": "A", "passcode": "P"}}`
	code, body := post(t, client(nil), "http://"+s.HTTP+"/v1/transform", event)
	require.Equal(t, http.StatusOK, code, body)
	s.stop()
	require.Zero(t, <-s.status)
	require.Contains(t, s.logs.String(), `"msg":"telemetry `)
}

// TestWhatIsWrongWithTheEnvironmentIsSaidInTheFormOfTheLog: whatever reads the log reads JSON.
func TestWhatIsWrongWithTheEnvironmentIsSaidInTheFormOfTheLog(t *testing.T) {
	t.Setenv("OTEL_PROPAGATORS", "carrier-pigeon")
	t.Setenv("OTEL_RESOURCE_ATTRIBUTES", "nonsense")
	t.Setenv("OTEL_TRACES_EXPORTER", "otlp")
	t.Setenv("OTEL_EXPORTER_OTLP_ENDPOINT", "http://127.0.0.1:1")
	t.Setenv("OTEL_EXPORTER_OTLP_TIMEOUT", "soon")
	s := serve(t)
	s.stop()
	require.Zero(t, <-s.status)
	for line := range strings.Lines(s.logs.String()) {
		require.True(t, json.Valid([]byte(line)), line)
	}
	for _, want := range []string{"OTEL_PROPAGATORS: ", "OTEL_RESOURCE_ATTRIBUTES: ", "soon"} {
		require.Contains(t, s.logs.String(), want)
	}
}

func TestLogLinesAreTextOnlyForPeople(t *testing.T) {
	t.Parallel()
	var buffer bytes.Buffer
	for format, want := range map[string]telemetry.LogFormat{"auto": telemetry.LogJSON, "json": telemetry.LogJSON, "text": telemetry.LogText} {
		require.Equal(t, want, (&serveCmd{Settings: config.Settings{LogFormat: format}}).logFormat(&buffer))
	}
	telemetry.NewLogger(&buffer, telemetry.LogText, slog.LevelInfo, nil).Info("hello", "a", 1)
	require.Contains(t, buffer.String(), "msg=hello a=1")
}

func TestTheOperatorMayListenWhereOthersReachTheServer(t *testing.T) {
	t.Parallel()
	s := serve(t, "--allow-insecure", "--http-addr", "0.0.0.0:0")
	_, port, err := net.SplitHostPort(s.HTTP)
	require.NoError(t, err)
	code, _ := post(t, client(nil), "http://"+net.JoinHostPort("127.0.0.1", port)+"/v1/transform", "{}")
	require.Equal(t, http.StatusBadRequest, code)
}
