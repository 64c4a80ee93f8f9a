package app

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/alecthomas/kong"
	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"
	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/credentials/insecure"
	"google.golang.org/grpc/grpclog"
	healthgrpc "google.golang.org/grpc/health/grpc_health_v1"
	"google.golang.org/grpc/status"

	"github.com/rudder-clevertap/rudder-clevertap/gateway"
	"github.com/rudder-clevertap/rudder-clevertap/internal/config"
	"github.com/rudder-clevertap/rudder-clevertap/internal/telemetry"
	"github.com/rudder-clevertap/rudder-clevertap/server"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// configured is the configuration that a command line gives.
func configured(t *testing.T, args ...string) Options {
	t.Helper()
	var line struct {
		Serve struct{ config.Settings } `cmd:""`
	}
	reader := config.NewReader(&line.Serve.Settings)
	parser, err := kong.New(&line, reader.Options()...)
	require.NoError(t, err)
	_, err = parser.Parse(append([]string{"serve"}, args...))
	require.NoError(t, err)
	require.NoError(t, reader.Finish(&line.Serve.Settings))
	return Options{
		Settings: &line.Serve.Settings, Blame: reader.Blame, Version: "v1", Log: io.Discard, LogFormat: telemetry.LogJSON,
	}
}

// anywhere are flags for free ports.
func anywhere(args ...string) []string {
	return append([]string{"--grpc-addr=127.0.0.1:0", "--http-addr=127.0.0.1:0", "--transformer-addr=127.0.0.1:0"}, args...)
}

// running is an app that runs.
type running struct {
	*App

	conn *grpc.ClientConn
	http string
	stop context.CancelFunc
	// ended holds what Run returned.
	ended chan error
}

// start runs an app until the test ends, when it must have ended without an error, unless the test took it from
// ended.
func start(t *testing.T, args ...string) *running {
	t.Helper()
	a, err := New(t.Context(), configured(t, anywhere(args...)...))
	require.NoError(t, err)
	ctx, cancel := context.WithCancel(t.Context())
	r := &running{App: a, stop: cancel, ended: make(chan error, 1)}
	require.ErrorContains(t, a.Health(), "not serving: grpc, http, transformer")
	go func() {
		r.ended <- a.Run(ctx)
		close(r.ended)
	}()
	require.Eventually(t, func() bool { return a.Health() == nil }, 10*time.Second, time.Millisecond)
	addresses := a.parts.addresses()
	r.http = "http://" + addresses[3].(string)
	r.conn, err = grpc.NewClient(addresses[1].(string), grpc.WithTransportCredentials(insecure.NewCredentials()))
	require.NoError(t, err)
	t.Cleanup(func() {
		r.conn.Close()
		cancel()
		require.NoError(t, <-r.ended)
	})
	return r
}

// TestTheDefaultsAreThoseOfTheParts: a part that is made without a setting behaves as one with its default.
func TestTheDefaultsAreThoseOfTheParts(t *testing.T) {
	t.Parallel()
	options := configured(t)
	a := &App{options: options, settings: options.Settings}
	made := a.serverOptions(telemetry.None(), nil, nil, nil, nil)
	require.Equal(t, server.Options{
		MaxMessageBytes:         server.DefaultMaxMessageBytes,
		MaxBatchEvents:          server.DefaultMaxBatchEvents,
		MaxAnswerBytes:          server.DefaultMaxAnswerBytes,
		MaxTransformerBodyBytes: server.DefaultMaxTransformerBodyBytes,
		MaxConcurrentStreams:    server.DefaultMaxConcurrentStreams,
		StreamIdleTimeout:       server.DefaultStreamIdleTimeout,
		StreamInFlight:          server.DefaultStreamInFlight,
		ShutdownTimeout:         server.DefaultShutdownTimeout,
		DeliveryTimeout:         server.DefaultDeliveryTimeout,
		DeliveryStreamLinger:    server.DefaultDeliveryStreamLinger,
		DeliveryInFlight:        server.DefaultDeliveryInFlight,
		Telemetry:               made.Telemetry,
		Destinations:            server.Destinations{},
	}, made)
	require.EqualValues(t, gateway.DefaultMaxBodyBytes, maxBodyBytes(options.Settings.MaxMessageBytes))
	require.Equal(t, gateway.DefaultMaxDropinBodyBytes, options.Settings.TransformerMaxBody)
	require.Equal(t, gateway.DefaultIdleTimeout, options.Settings.StreamIdleTimeout)
}

func TestTheBodyOfARESTRequestFitsAMessage(t *testing.T) {
	t.Parallel()
	for message, body := range map[int]int64{32 << 20: 32<<20 - 64<<10, 1 << 20: 1<<20 - 64<<10, 1 << 10: 1 << 9} {
		require.Equal(t, body, maxBodyBytes(message))
	}
}

// TestAnAddressInUseIsNamedAsItWasGiven: by its flag, variable, or line.
func TestAnAddressInUseIsNamedAsItWasGiven(t *testing.T) {
	taken, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	defer taken.Close()
	addr := taken.Addr().String()
	file := filepath.Join(t.TempDir(), "config.yaml")
	require.NoError(t, os.WriteFile(file, []byte("\ngrpcAddr: "+addr+"\n"), 0o600))
	requireBlamed := func(want string, args ...string) {
		t.Helper()
		a, err := New(t.Context(), configured(t, args...))
		require.NoError(t, err)
		err = a.Run(t.Context())
		require.EqualError(t, err, want+addr+" is in use: end the program that listens there, or give another address")
		require.Error(t, a.Health())
	}
	requireBlamed("--http-addr: ", anywhere("--http-addr="+addr)...)
	requireBlamed("--transformer-addr: ", anywhere("--transformer-addr="+addr)...)
	requireBlamed(file+":2: grpcAddr: ", "--config", file, "--http-addr=127.0.0.1:0", "--transformer-addr=127.0.0.1:0")
	t.Setenv("RUDDER_CLEVERTAP_HTTP_ADDR", addr)
	requireBlamed("RUDDER_CLEVERTAP_HTTP_ADDR: ", "--grpc-addr=127.0.0.1:0", "--transformer-addr=")
	options := configured(t)
	require.EqualError(t, options.Blame(&options.Settings.GRPCAddr, "no"), "--grpc-addr: no", "the default's flag")
}

// TestAnAddressThatIsNotOursIsSaid: it is none of this machine's.
func TestAnAddressThatIsNotOursIsSaid(t *testing.T) {
	t.Parallel()
	a, err := New(t.Context(), configured(t, anywhere("--allow-insecure", "--http-addr=192.0.2.1:80")...))
	require.NoError(t, err)
	require.ErrorContains(t, a.Run(t.Context()), "--http-addr: nothing can listen at 192.0.2.1:80: ")
}

func TestHealthSaysSoBeforeTheServerStops(t *testing.T) {
	t.Parallel()
	const delay = 500 * time.Millisecond
	r := start(t, "--drain-delay", delay.String())
	watch, err := healthgrpc.NewHealthClient(r.conn).Watch(t.Context(), &healthgrpc.HealthCheckRequest{})
	require.NoError(t, err)
	resp, err := watch.Recv()
	require.NoError(t, err)
	require.Equal(t, healthgrpc.HealthCheckResponse_SERVING, resp.GetStatus())
	begin := time.Now()
	r.stop()
	resp, err = watch.Recv()
	require.NoError(t, err)
	require.Equal(t, healthgrpc.HealthCheckResponse_NOT_SERVING, resp.GetStatus())
	client := &http.Client{Transport: &http.Transport{DisableKeepAlives: true}}
	answer, err := client.Post(r.http+"/v1/transform", "application/json", strings.NewReader(request))
	require.NoError(t, err)
	require.NoError(t, answer.Body.Close())
	require.Equal(t, http.StatusOK, answer.StatusCode, "calls are served as ever meanwhile")
	_, err = watch.Recv()
	require.Equal(t, codes.Canceled, status.Code(err), "watchers do not hold the server up")
	require.NoError(t, <-r.ended)
	require.GreaterOrEqual(t, time.Since(begin), delay)
	require.EqualError(t, r.Health(), "not serving: grpc, http, transformer")
}

// lockedBuffer gathers log lines.
type lockedBuffer struct {
	mu   sync.Mutex
	text bytes.Buffer
}

// Write adds a line.
func (b *lockedBuffer) Write(line []byte) (int, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.text.Write(line)
}

// String returns the lines.
func (b *lockedBuffer) String() string {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.text.String()
}

// TestAllThatIsLoggedIsJSON: what libraries log as well. It is not parallel, because gRPC has one logger.
func TestAllThatIsLoggedIsJSON(t *testing.T) {
	var log lockedBuffer
	options := configured(t, anywhere()...)
	options.Log = &log
	a, err := New(t.Context(), options)
	require.NoError(t, err)
	ctx, stop := context.WithCancel(t.Context())
	ended := make(chan error, 1)
	go func() { ended <- a.Run(ctx) }()
	require.Eventually(t, func() bool { return a.Health() == nil }, 10*time.Second, time.Millisecond)
	post, err := http.NewRequestWithContext(ctx, http.MethodPost, "http://"+a.parts.addresses()[3].(string)+"/v1/transform", strings.NewReader(request))
	require.NoError(t, err)
	post.Header.Set("Content-Type", "")
	client := &http.Client{Transport: &http.Transport{DisableKeepAlives: true}}
	answer, err := client.Do(post)
	require.NoError(t, err)
	require.NoError(t, answer.Body.Close())
	require.Equal(t, http.StatusOK, answer.StatusCode)
	require.NotContains(t, log.String(), "Content-Type", "an empty one says as much as none")
	grpclog.Error("said by gRPC")
	stop()
	require.NoError(t, <-ended)
	for line := range strings.Lines(log.String()) {
		require.True(t, json.Valid([]byte(line)), line)
	}
	require.Contains(t, log.String(), `"msg":"gRPC: said by gRPC"`)
}

// request is a REST request.
const request = `{"event": {"type": "track", "userId": "u", "event": "E"}, "destination": {"accountId": "A", "passcode": "P"}}`

func TestARequestAtHandIsAnsweredWhileTheServerStops(t *testing.T) {
	t.Parallel()
	r := start(t)
	conn, err := net.Dial("tcp", strings.TrimPrefix(r.http, "http://"))
	require.NoError(t, err)
	defer conn.Close()
	_, err = fmt.Fprintf(conn, "POST /v1/transform HTTP/1.1\r\nHost: here\r\nContent-Length: %d\r\nExpect: 100-continue\r\n\r\n", len(request))
	require.NoError(t, err)
	answers := bufio.NewReader(conn)
	line, err := answers.ReadString('\n')
	require.NoError(t, err)
	require.Equal(t, "HTTP/1.1 100 Continue\r\n", line, "the handler waits for the body")
	r.stop()
	require.Eventually(t, func() bool { return r.Health() != nil }, 10*time.Second, time.Millisecond, "it stops")
	_, err = io.WriteString(conn, request)
	require.NoError(t, err)
	_, err = answers.ReadString('\n')
	require.NoError(t, err)
	resp, err := http.ReadResponse(answers, nil)
	require.NoError(t, err)
	resp.Body.Close()
	require.Equal(t, http.StatusOK, resp.StatusCode)
	require.NoError(t, <-r.ended)
}

func TestAFrontThatWillNotEndIsClosedInTime(t *testing.T) {
	t.Parallel()
	a := &App{settings: &config.Settings{ShutdownTimeout: 100 * time.Millisecond}, logger: slog.New(slog.DiscardHandler)}
	entered, addr := make(chan struct{}), "127.0.0.1:0"
	a.parts.add(a.front("http", &addr, http.HandlerFunc(func(_ http.ResponseWriter, req *http.Request) {
		close(entered)
		<-req.Context().Done()
	}), nil))
	require.NoError(t, a.parts.start(t.Context(), nil))
	client := &http.Client{Transport: &http.Transport{DisableKeepAlives: true}}
	go func() {
		if resp, err := client.Get("http://" + a.parts.addresses()[1].(string)); err == nil {
			resp.Body.Close()
		}
	}()
	<-entered
	err := a.parts.stop(t.Context())
	require.ErrorIs(t, err, context.DeadlineExceeded)
	require.ErrorContains(t, err, "stop http")
}

// story notes what happened in order.
type story struct {
	mu    sync.Mutex
	lines []string
}

// tell adds a line.
func (s *story) tell(line string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.lines = append(s.lines, line)
}

func TestAPartThatFailsEndsTheOthersInOrder(t *testing.T) {
	t.Parallel()
	var told story
	addr, broken, fail := "127.0.0.1:0", errors.New("broken"), make(chan struct{})
	named := func(name string, addr *string, failing bool) *part {
		stopped := make(chan struct{})
		return &part{
			name: name, addr: addr,
			serve: func(net.Listener) error {
				if failing {
					<-fail
					return broken
				}
				<-stopped
				return http.ErrServerClosed
			},
			stop: func(context.Context) error {
				told.tell("stop " + name)
				close(stopped)
				return nil
			},
		}
	}
	var logged bytes.Buffer
	a := &App{
		settings: &config.Settings{ShutdownTimeout: time.Second}, logger: slog.New(slog.NewJSONHandler(&logged, nil)),
		drain: func() { told.tell("drain") }, finish: func() { told.tell("finish") },
	}
	a.parts.add(named("shared", nil, false))
	a.parts.add(named("grpc", &addr, false))
	a.parts.add(named("http", &addr, true))
	close(fail)
	err := a.Run(t.Context())
	require.ErrorIs(t, err, broken)
	require.EqualError(t, err, "http stopped serving: broken")
	require.Equal(t, []string{"drain", "finish", "stop http", "stop grpc", "stop shared"}, told.lines)
	require.EqualError(t, a.Health(), "not serving: grpc, http")
	var first struct{ GRPC, HTTP string }
	require.NoError(t, json.NewDecoder(&logged).Decode(&first))
	_, err = net.DialTimeout("tcp", first.GRPC, time.Second)
	require.Error(t, err, "its listener is closed")
}

// TestAnAppThatCanNotBeMadeLeavesNothingBehind: goleak watches.
func TestAnAppThatCanNotBeMadeLeavesNothingBehind(t *testing.T) {
	options := configured(t)
	options.Settings.AllowedOrigins = []string{"nonsense"}
	_, err := New(t.Context(), options)
	require.ErrorContains(t, err, "web origin")
	t.Setenv("OTEL_TRACES_EXPORTER", "nonsense")
	_, err = New(t.Context(), configured(t))
	require.ErrorContains(t, err, "OTEL_TRACES_EXPORTER")
}
