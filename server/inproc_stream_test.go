package server

import (
	"bytes"
	"context"
	"errors"
	"io"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/stretchr/testify/require"
	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/metadata"
	"google.golang.org/grpc/status"
	"google.golang.org/protobuf/testing/protocmp"

	transformerv1 "github.com/rudder-clevertap/rudder-clevertap/gen/transformer/v1"
	"github.com/rudder-clevertap/rudder-clevertap/internal/apierr"
	"github.com/rudder-clevertap/rudder-clevertap/server/internal/intercept"
)

// processorStream is a stream of ProcessorTransform, as its client has it.
type processorStream = grpc.BidiStreamingClient[transformerv1.ProcessorTransformRequest, transformerv1.ProcessorTransformResponse]

// dropinEvent is an event as rudder-server sends it.
const dropinEvent = `{"message":{"type":"track","event":"E","userId":"u"},"metadata":{"jobId":1},"destination":{"ID":"d","Config":{"trackAnonymous":true}}}`

// sent is a message with a piece of a body.
func sent(body string) *transformerv1.ProcessorTransformRequest {
	return &transformerv1.ProcessorTransformRequest{Head: &transformerv1.RequestHead{Destination: "clevertap"}, Body: []byte(body)}
}

// TestBothConnectionsInsideTheProcessCarryStreamsTheSame: answers, headers, errors, limits and telemetry of
// the streams that skip HTTP/2 are the same with and without it.
func TestBothConnectionsInsideTheProcessCarryStreamsTheSame(t *testing.T) {
	t.Parallel()
	long := "[" + strings.Repeat(dropinEvent+",", 3000) + dropinEvent + "]"
	for name, messages := range map[string][]*transformerv1.ProcessorTransformRequest{
		"an event":      {sent("[" + dropinEvent + "]")},
		"pieces":        {sent("["), sent(dropinEvent), sent("]")},
		"empty pieces":  {sent(""), sent("[1"), sent(""), sent("]")},
		"a long answer": {sent(long)},
		"no JSON":       {sent("[")},
		"no head":       {{Body: []byte("[]")}},
		"no message":    {},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			type outcome struct {
				Answers []*transformerv1.ProcessorTransformResponse
				ID      []string
				Status  string
				Seen    seen
			}
			var got [2]outcome
			for i, overHTTP2 := range []bool{true, false} {
				o := &got[i]
				o.Seen = observe(t, overHTTP2, func(ctx context.Context, conn grpc.ClientConnInterface) {
					ctx = metadata.AppendToOutgoingContext(ctx, intercept.RequestIDHeader, "r-1")
					stream, err := transformerv1.NewRudderTransformerServiceClient(conn).ProcessorTransform(ctx)
					require.NoError(t, err)
					for _, m := range messages {
						if err := stream.Send(m); err != nil {
							require.ErrorIs(t, err, io.EOF)
							break
						}
					}
					require.NoError(t, stream.CloseSend())
					header, err := stream.Header()
					require.NoError(t, err)
					o.ID = header.Get(intercept.RequestIDHeader)
					for err == nil {
						answer := &transformerv1.ProcessorTransformResponse{}
						if err = stream.RecvMsg(answer); err == nil {
							o.Answers = append(o.Answers, answer)
						}
					}
					if !errors.Is(err, io.EOF) {
						o.Status = err.Error()
					}
				})
			}
			require.Equal(t, []string{"r-1"}, got[0].ID)
			require.Empty(t, cmp.Diff(got[0], got[1], protocmp.Transform(), cmp.AllowUnexported(seen{}), cmp.Comparer(bytes.Equal)))
		})
	}
}

// inside opens a stream that skips HTTP/2.
func inside(ctx context.Context, t *testing.T, r *running) processorStream {
	t.Helper()
	stream, err := transformerv1.NewRudderTransformerServiceClient(r.Conn()).ProcessorTransform(ctx)
	require.NoError(t, err)
	return stream
}

func TestAMessageMayBeUsedAgainOnceItIsSent(t *testing.T) {
	t.Parallel()
	stream := inside(t.Context(), t, start(t, Options{}))
	m := sent("[" + dropinEvent)
	require.NoError(t, stream.Send(m))
	copy(m.Body, strings.Repeat("x", len(m.Body)))
	m.Head.Destination = "elsewhere"
	require.NoError(t, stream.Send(sent("]")))
	require.NoError(t, stream.CloseSend())
	answer, err := stream.Recv()
	require.NoError(t, err)
	require.Contains(t, string(answer.GetBody()), `"statusCode":200`)
}

func TestAStreamInsideTheProcessIsLimited(t *testing.T) {
	t.Parallel()
	stream := inside(t.Context(), t, start(t, Options{MaxMessageBytes: 1000}))
	err := stream.Send(sent(strings.Repeat(" ", 1000)))
	require.Equal(t, codes.ResourceExhausted, status.Code(err))
}

func TestAStreamInsideTheProcessEndsWithItsClient(t *testing.T) {
	t.Parallel()
	r := start(t, Options{})
	for range 200 { // Which of several that are ready a select takes is chance.
		ctx, cancel := context.WithCancel(t.Context())
		stream := inside(ctx, t, r)
		require.NoError(t, stream.Send(sent("[")))
		cancel()
		require.Error(t, stream.Send(sent("]")))
		_, err := stream.Recv()
		require.Equal(t, codes.Canceled, status.Code(err))
		_, err = transformerv1.NewRudderTransformerServiceClient(r.Conn()).ProcessorTransform(ctx)
		require.Equal(t, codes.Canceled, status.Code(err))
	}
}

func TestAStreamOfABodyThatStaysAwayEnds(t *testing.T) {
	t.Parallel()
	for _, overHTTP2 := range []bool{true, false} {
		r := start(t, Options{StreamIdleTimeout: 50 * time.Millisecond})
		conn := r.Conn()
		if overHTTP2 {
			conn = r.remote
		}
		stream, err := transformerv1.NewRudderTransformerServiceClient(conn).ProcessorTransform(t.Context())
		require.NoError(t, err)
		require.NoError(t, stream.Send(sent("[")))
		_, err = stream.Recv()
		requireFailure(t, err, codes.Unavailable, apierr.Unavailable)
		require.ErrorIs(t, stream.Send(sent("]")), io.EOF, "the stream is over, and Recv said why")
	}
}

func TestABodyThatIsRefusedBeforeItsEndIsAnswered(t *testing.T) {
	t.Parallel()
	for _, overHTTP2 := range []bool{true, false} {
		r := start(t, Options{MaxTransformerBodyBytes: 1000})
		conn := r.Conn()
		if overHTTP2 {
			conn = r.remote
		}
		stream, err := transformerv1.NewRudderTransformerServiceClient(conn).ProcessorTransform(t.Context())
		require.NoError(t, err)
		for err == nil {
			err = stream.Send(sent("[" + strings.Repeat(" ", 600)))
		}
		require.ErrorIs(t, err, io.EOF, "the server has seen enough")
		answer, err := stream.Recv()
		require.NoError(t, err)
		require.EqualValues(t, 413, answer.GetHead().GetStatusCode())
		_, err = stream.Recv()
		require.ErrorIs(t, err, io.EOF)
	}
}

func TestNoStreamOpensOnAClosedConnection(t *testing.T) {
	t.Parallel()
	srv, err := New(Options{})
	require.NoError(t, err)
	require.NoError(t, srv.Close())
	_, err = transformerv1.NewRudderTransformerServiceClient(srv.Conn()).ProcessorTransform(t.Context())
	require.Equal(t, codes.Canceled, status.Code(err))
}
