package intercept

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
	"time"

	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"
	"google.golang.org/genproto/googleapis/rpc/code"
	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/credentials/insecure"
	"google.golang.org/grpc/metadata"
	"google.golang.org/grpc/status"

	transformerv1 "github.com/rudder-clevertap/rudder-clevertap/gen/transformer/v1"
	"github.com/rudder-clevertap/rudder-clevertap/internal/apierr"
	"github.com/rudder-clevertap/rudder-clevertap/mapping"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// secret must not show where it does not belong.
const secret = "PASSCODE-7f3a"

// newChain returns a chain that tells a logger.
func newChain(t *testing.T, logger *slog.Logger) *Chain {
	t.Helper()
	chain, err := New(Options{
		Logger:         logger,
		ContinueTrace:  func(ctx context.Context) context.Context { return ctx },
		MaxBatchEvents: 100, MaxAnswerBytes: 4 << 20, IsInside: func(context.Context) bool { return false }, StreamIdleTimeout: time.Minute,
	})
	require.NoError(t, err)
	return chain
}

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

// bothForms calls a service that ends as told, once as a unary call and once as a stream, behind all
// interceptors, and returns the two errors and the two headers.
func bothForms(t *testing.T, logger *slog.Logger, end func(context.Context) error, header ...string) (errs [2]error, headers [2]metadata.MD) {
	t.Helper()
	chain := newChain(t, logger)
	behind := grpc.NewServer(grpc.UnaryInterceptor(chain.Unary()), grpc.StreamInterceptor(chain.Stream()))
	transformerv1.RegisterTransformServiceServer(behind, faulty{end: end})
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	go behind.Serve(listener)
	t.Cleanup(behind.Stop)
	conn, err := grpc.NewClient(listener.Addr().String(), grpc.WithTransportCredentials(insecure.NewCredentials()))
	require.NoError(t, err)
	t.Cleanup(func() { conn.Close() })
	client := transformerv1.NewTransformServiceClient(conn)
	ctx := metadata.AppendToOutgoingContext(t.Context(), header...)
	_, errs[0] = client.Transform(ctx, &transformerv1.TransformRequest{
		EventForm: &transformerv1.TransformRequest_EventJson{}, Target: &transformerv1.TransformRequest_DestinationJson{},
	}, grpc.Header(&headers[0]))
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
	var names []string
	for _, concern := range newChain(t, slog.New(slog.DiscardHandler)).interceptors() {
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
		"a panic":             {func(context.Context) error { panic("boom " + secret) }, codes.Internal, apierr.Internal},
		"an unforeseen error": {func(context.Context) error { return errors.New("disk full " + secret) }, codes.Internal, apierr.Internal},
		"a failure":           {func(context.Context) error { return fmt.Errorf("now: %w", apierr.Stopping()) }, codes.Unavailable, apierr.Unavailable},
		"a mapping error": {func(context.Context) error {
			return apierr.Mapping(&mapping.Error{Reason: mapping.MissingIdentity, Message: "m"})
		}, codes.InvalidArgument, mapping.MissingIdentity},
		"the end of the context": {func(ctx context.Context) error {
			ctx, cancel := context.WithCancel(ctx)
			cancel()
			return ctx.Err()
		}, codes.Canceled, apierr.CallEnded},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			logs := &logBuffer{}
			errs, headers := bothForms(t, slog.New(slog.NewJSONHandler(logs, nil)), c.end, RequestIDHeader, "r-1")
			for i, err := range errs {
				st := status.Convert(err)
				require.Equal(t, c.code, st.Code())
				reason, known := apierr.OfStatus(st)
				require.True(t, known)
				require.Equal(t, c.reason, reason)
				require.NotContains(t, st.Message(), secret)
				require.Equal(t, []string{"r-1"}, headers[i].Get(RequestIDHeader))
				if c.reason == apierr.Internal {
					require.Contains(t, st.Message(), "has the request r-1")
				}
			}
			for _, method := range []string{"Transform", "StreamTransform"} {
				lines := logs.calls(t, "transformer.v1.TransformService/"+method)
				require.Len(t, lines, 1)
				require.Equal(t, code.Code_name[int32(c.code)], lines[0]["rpc.response.status_code"])
				require.Equal(t, string(c.reason), lines[0]["reason"])
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
			_, headers := bothForms(t, slog.New(slog.DiscardHandler), func(context.Context) error { return nil }, header...)
			ids := headers[0].Get(RequestIDHeader)
			require.Len(t, ids, 1)
			require.Len(t, ids[0], 26)
			require.NotEqual(t, ids, headers[1].Get(RequestIDHeader), "each call has its own")
		})
	}
}
