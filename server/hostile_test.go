package server

import (
	"bytes"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"google.golang.org/genproto/googleapis/rpc/errdetails"
	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/encoding/gzip"
	"google.golang.org/grpc/metadata"
	"google.golang.org/grpc/status"

	clevertapv1 "github.com/rudder-clevertap/rudder-clevertap/gen/clevertap/v1"
	transformerv1 "github.com/rudder-clevertap/rudder-clevertap/gen/transformer/v1"
	"github.com/rudder-clevertap/rudder-clevertap/internal/apierr"
	"github.com/rudder-clevertap/rudder-clevertap/internal/budget"
	"github.com/rudder-clevertap/rudder-clevertap/internal/config"
)

// openUnary opens a unary call and sends nothing.
func (r *running) openUnary(t *testing.T) grpc.ClientStream {
	t.Helper()
	stream, err := r.conn.NewStream(t.Context(), &grpc.StreamDesc{}, transformerv1.TransformService_Transform_FullMethodName)
	require.NoError(t, err)
	return stream
}

func TestACallerIsKnownBeforeTheMessageIsRead(t *testing.T) {
	t.Parallel()
	tokens, err := config.ParseTokens(strings.NewReader("billing:good"))
	require.NoError(t, err)
	r := start(t, Options{Callers: tokens})
	requireFailure(t, r.openUnary(t).RecvMsg(&transformerv1.TransformResponse{}), codes.Unauthenticated, apierr.Unauthenticated)
}

func TestACallWhoseMessageNeverComesEndsWhenIdle(t *testing.T) {
	t.Parallel()
	const idle = 200 * time.Millisecond
	r := start(t, Options{StreamIdleTimeout: idle})
	begin := time.Now()
	err := r.openUnary(t).RecvMsg(&transformerv1.TransformResponse{})
	require.Equal(t, codes.Canceled, status.Code(err))
	require.GreaterOrEqual(t, time.Since(begin), idle)
	_, err = r.client().Transform(t.Context(), jsonRequest(string(track("m"))))
	require.NoError(t, err, "other calls on the connection go on")
}

func TestLongHeadersAreRefused(t *testing.T) {
	t.Parallel()
	r := start(t, Options{})
	ctx := metadata.AppendToOutgoingContext(t.Context(), "x", strings.Repeat("x", maxHeaderBytes))
	_, err := r.client().Transform(ctx, jsonRequest(string(track("m"))))
	require.Error(t, err)
}

// TestListsOfSmallMessagesAreRefusedBeforeTheyTakeMemory: each of these takes two bytes, and a hundred in memory.
func TestListsOfSmallMessagesAreRefusedBeforeTheyTakeMemory(t *testing.T) {
	t.Parallel()
	r := start(t, Options{})
	to := settings()
	to.WhitelistedEvents = make([]*clevertapv1.FilteredEvent, 1<<20)
	for i := range to.GetWhitelistedEvents() {
		to.WhitelistedEvents[i] = &clevertapv1.FilteredEvent{}
	}
	_, err := r.client().BatchTransform(t.Context(), &transformerv1.BatchTransformRequest{
		EventsJson: [][]byte{track("m")}, Target: &transformerv1.BatchTransformRequest_Destination{Destination: to},
	}, grpc.UseCompressor(gzip.Name))
	requireFailure(t, err, codes.InvalidArgument, apierr.InvalidRequest)
}

// large is a request that the budget counts.
func large() *transformerv1.BatchTransformRequest {
	return &transformerv1.BatchTransformRequest{
		EventsJson: [][]byte{append(bytes.Repeat([]byte(" "), 64<<10), track("m")...)}, Target: toJSON(),
	}
}

func TestCallsTakeTheMemoryOfABudget(t *testing.T) {
	t.Parallel()
	const bytes = 4 << 20
	memory := budget.New(bytes)
	r := start(t, Options{Memory: memory})
	for range 20 {
		_, err := r.client().BatchTransform(t.Context(), large(), grpc.UseCompressor(gzip.Name))
		require.NoError(t, err, "what one takes is the next one's")
	}
	lease := memory.Lease()
	require.NoError(t, lease.Reserve(t.Context(), bytes), "nothing is held when all is answered")
	for name, options := range map[string][]grpc.CallOption{"plain": nil, "packed": {grpc.UseCompressor(gzip.Name)}} {
		_, err := r.client().BatchTransform(t.Context(), large(), options...)
		requireFailure(t, err, codes.ResourceExhausted, apierr.Overloaded)
		st, _ := status.FromError(err)
		require.Equal(t, time.Second, st.Details()[1].(*errdetails.RetryInfo).GetRetryDelay().AsDuration(), name)
		_, err = r.client().BatchTransform(t.Context(), &transformerv1.BatchTransformRequest{
			EventsJson: [][]byte{track("m")}, Target: toJSON(),
		}, options...)
		require.NoError(t, err, "%s: small calls need none", name)
	}
	lease.Release()
	_, err := r.client().BatchTransform(t.Context(), large())
	require.NoError(t, err)
}

func TestAStreamEndsWhereAMessageFindsNoMemory(t *testing.T) {
	t.Parallel()
	r := start(t, Options{Memory: budget.New(budget.Small)})
	stream := r.open(t)
	require.NoError(t, stream.Send(firstMessage(7, append(bytes.Repeat([]byte(" "), 64<<10), track("m")...))))
	_, err := stream.Recv()
	requireFailure(t, err, codes.ResourceExhausted, apierr.RequestTooLarge)
}

func TestACallLargerThanTheBudgetIsTooLarge(t *testing.T) {
	t.Parallel()
	r := start(t, Options{Memory: budget.New(budget.Small)})
	_, err := r.client().BatchTransform(t.Context(), large())
	requireFailure(t, err, codes.ResourceExhausted, apierr.RequestTooLarge)
}
