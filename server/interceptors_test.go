package server

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"strings"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"
	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	healthgrpc "google.golang.org/grpc/health/grpc_health_v1"
	"google.golang.org/grpc/metadata"

	transformerv1 "github.com/rudder-clevertap/rudder-clevertap/gen/transformer/v1"
	"github.com/rudder-clevertap/rudder-clevertap/mapping"
)

// logBuffer gathers log lines.
type logBuffer struct {
	mu    sync.Mutex
	lines bytes.Buffer
}

func (b *logBuffer) Write(p []byte) (int, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.lines.Write(p)
}

// String returns all lines.
func (b *logBuffer) String() string {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.lines.String()
}

// calls returns the lines about calls of a method.
func (b *logBuffer) calls(t *testing.T, method string) []map[string]any {
	t.Helper()
	var found []map[string]any
	for line := range strings.Lines(b.String()) {
		var fields map[string]any
		require.NoError(t, json.Unmarshal([]byte(line), &fields))
		if fields["msg"] == "call" && fields["rpc.method"] == method {
			found = append(found, fields)
		}
	}
	return found
}

// faulty is a transform service whose calls end as it is told.
type faulty struct {
	transformerv1.UnimplementedTransformServiceServer

	end func(ctx context.Context) error
}

func (f faulty) Transform(ctx context.Context, _ *transformerv1.TransformRequest) (*transformerv1.TransformResponse, error) {
	return nil, f.end(ctx)
}

func (f faulty) StreamTransform(stream transformerv1.TransformService_StreamTransformServer) error {
	return f.end(stream.Context())
}

// bothForms calls a service that ends as told, once as a unary call and once as a stream, behind all interceptors, and returns
// the two errors and the two headers.
func bothForms(t *testing.T, options Options, end func(context.Context) error, header ...string) (errs [2]error, headers [2]metadata.MD) {
	t.Helper()
	srv, err := New(options)
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, srv.Close()) })
	behind := grpc.NewServer(srv.serverOptions()...)
	transformerv1.RegisterTransformServiceServer(behind, faulty{end: end})
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	go behind.Serve(listener)
	t.Cleanup(behind.Stop)
	client := transformerv1.NewTransformServiceClient(dial(t, listener.Addr().String()))
	ctx := metadata.AppendToOutgoingContext(t.Context(), header...)
	_, errs[0] = client.Transform(ctx, jsonRequest(`{}`), grpc.Header(&headers[0]))
	stream, err := client.StreamTransform(ctx)
	require.NoError(t, err)
	_, errs[1] = stream.Recv()
	headers[1], _ = stream.Header()
	// A stream that fails before its first message has no more than a trailer.
	if len(headers[1].Get(RequestIDHeader)) == 0 {
		headers[1] = stream.Trailer()
	}
	return errs, headers
}

func TestTheOneListIsForBothForms(t *testing.T) {
	t.Parallel()
	srv, err := New(Options{})
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, srv.Close()) })
	var names []string
	for _, concern := range srv.interceptors() {
		names = append(names, concern.name)
		// What is around a call is so in either form; what looks at messages has a way to in each.
		require.Equal(t, concern.around == nil, concern.check != nil, concern.name)
		require.Equal(t, concern.around == nil, concern.stream != nil, concern.name)
	}
	require.Equal(t, []string{"trace context", "request id", "log", "errors", "recovery", "authentication", "limits", "validation"}, names)
}

func TestUnaryCallsAndStreamsEndAlike(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		end    func(context.Context) error
		code   codes.Code
		reason mapping.Reason
	}{
		"a panic":             {func(context.Context) error { panic("boom " + secret) }, codes.Internal, Internal},
		"an unforeseen error": {func(context.Context) error { return errors.New("disk full " + secret) }, codes.Internal, Internal},
		"a failure":           {func(context.Context) error { return fmt.Errorf("now: %w", errStopping()) }, codes.Unavailable, Unavailable},
		"a mapping error": {func(context.Context) error {
			return mappingFailure(&mapping.Error{Reason: mapping.MissingIdentity, Message: "m"})
		}, codes.InvalidArgument, mapping.MissingIdentity},
		"the end of the context": {func(ctx context.Context) error {
			ctx, cancel := context.WithCancel(ctx)
			cancel()
			return ctx.Err()
		}, codes.Canceled, CallEnded},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			logs := &logBuffer{}
			errs, headers := bothForms(t, Options{Logger: NewLogger(logs, LogJSON, slog.LevelInfo, nil)}, c.end, RequestIDHeader, "r-1")
			for i, err := range errs {
				info := requireFailure(t, err, c.code, c.reason)
				require.Equal(t, []string{"r-1"}, headers[i].Get(RequestIDHeader))
				if c.reason == Internal {
					require.Equal(t, "r-1", info.GetMetadata()["requestId"])
				}
			}
			for _, method := range []string{"Transform", "StreamTransform"} {
				lines := logs.calls(t, "transformer.v1.TransformService/"+method)
				require.Len(t, lines, 1)
				require.Equal(t, c.code.String(), lines[0]["rpc.response.status_code"])
				require.Equal(t, "r-1", lines[0]["request_id"])
				require.NotEmpty(t, lines[0]["error"])
				require.Contains(t, lines[0], "duration_ms")
			}
		})
	}
}

func TestARequestWithoutAFitIDGetsOne(t *testing.T) {
	t.Parallel()
	for name, header := range map[string][]string{
		"none":     nil,
		"blank":    {RequestIDHeader, "a b"},
		"too long": {RequestIDHeader, strings.Repeat("x", 129)},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			_, headers := bothForms(t, Options{}, func(context.Context) error { return nil }, header...)
			ids := headers[0].Get(RequestIDHeader)
			require.Len(t, ids, 1)
			require.Len(t, ids[0], 26)
			require.NotEqual(t, ids, headers[1].Get(RequestIDHeader), "each call has its own")
		})
	}
}

func TestCallsAreLogged(t *testing.T) {
	t.Parallel()
	tokens, err := ParseTokens(strings.NewReader("billing:" + secret))
	require.NoError(t, err)
	for level, wellLines := range map[slog.Level]int{slog.LevelInfo: 0, slog.LevelDebug: 1} {
		t.Run(level.String(), func(t *testing.T) {
			t.Parallel()
			logs := &logBuffer{}
			r := start(t, Options{Logger: NewLogger(logs, LogJSON, level, nil), Tokens: tokens})
			ctx := metadata.AppendToOutgoingContext(t.Context(), "authorization", "Bearer "+secret)
			_, err := r.client().Transform(ctx, jsonRequest(string(track("m"))))
			require.NoError(t, err)
			_, err = r.client().Transform(ctx, jsonRequest(`{}`))
			requireFailure(t, err, codes.InvalidArgument, mapping.MissingMessageType)
			_, err = healthgrpc.NewHealthClient(r.conn).Check(ctx, &healthgrpc.HealthCheckRequest{})
			require.NoError(t, err)
			lines := logs.calls(t, "transformer.v1.TransformService/Transform")
			require.Len(t, lines, 1+wellLines, "calls that went well show when debugging only")
			if wellLines > 0 {
				require.Equal(t, "OK", lines[0]["rpc.response.status_code"])
				require.NotContains(t, lines[0], "error")
			}
			failed := lines[wellLines]
			require.Equal(t, "InvalidArgument", failed["rpc.response.status_code"])
			require.Equal(t, "billing", failed["caller"])
			require.Contains(t, failed, "error")
			require.Len(t, logs.calls(t, "grpc.health.v1.Health/Check"), wellLines)
			require.NotContains(t, logs.String(), secret)
		})
	}
}

func TestACallThatDoesNotExistIsUnknown(t *testing.T) {
	t.Parallel()
	r := start(t, Options{})
	for _, method := range []string{"/transformer.v1.TransformService/Nothing", "/nowhere.v1.Service/Call"} {
		err := r.conn.Invoke(t.Context(), method, jsonRequest(`{}`), &transformerv1.TransformResponse{})
		requireFailure(t, err, codes.Unimplemented, UnknownCall)
		require.ErrorContains(t, err, method)
	}
}
