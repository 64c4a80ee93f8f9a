package server

import (
	"context"
	"fmt"
	"io"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/stretchr/testify/require"
	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"
	"google.golang.org/protobuf/testing/protocmp"

	clevertapv1 "github.com/rudder-clevertap/rudder-clevertap/gen/clevertap/v1"
	rudderstackv1 "github.com/rudder-clevertap/rudder-clevertap/gen/rudderstack/v1"
	transformerv1 "github.com/rudder-clevertap/rudder-clevertap/gen/transformer/v1"
	"github.com/rudder-clevertap/rudder-clevertap/internal/apierr"
	"github.com/rudder-clevertap/rudder-clevertap/mapping"
)

// clientStream is the client's end of a stream.
type clientStream = grpc.BidiStreamingClient[transformerv1.StreamTransformRequest, transformerv1.StreamTransformResponse]

// open opens a stream that ends with the test.
func (r *running) open(t *testing.T) clientStream {
	t.Helper()
	ctx, cancel := context.WithCancel(t.Context())
	t.Cleanup(cancel)
	stream, err := r.client().StreamTransform(ctx)
	require.NoError(t, err)
	return stream
}

// message is a message of JSON events.
func message(sequence uint64, events ...[]byte) *transformerv1.StreamTransformRequest {
	return &transformerv1.StreamTransformRequest{Sequence: sequence, EventsJson: events}
}

// firstMessage is a message of JSON events that names the destination.
func firstMessage(sequence uint64, events ...[]byte) *transformerv1.StreamTransformRequest {
	m := message(sequence, events...)
	m.Target = &transformerv1.StreamTransformRequest_DestinationJson{DestinationJson: []byte(settingsJSON)}
	return m
}

// exchange sends a message and receives the answer.
func exchange(t *testing.T, stream clientStream, m *transformerv1.StreamTransformRequest) *transformerv1.StreamTransformResponse {
	t.Helper()
	require.NoError(t, stream.Send(m))
	resp, err := stream.Recv()
	require.NoError(t, err)
	require.Equal(t, m.GetSequence(), resp.GetSequence())
	return resp
}

// TestAnAnswerThatClientsDoNotTakeIsRefused: it says so in the client's place, and a stream goes on.
func TestAnAnswerThatClientsDoNotTakeIsRefused(t *testing.T) {
	t.Parallel()
	r := start(t, Options{})
	long := fmt.Appendf(nil, `{"type":"track","userId":"u","event":"E","properties":{"text":"%s"}}`, strings.Repeat("x", 3000))
	events := slices.Repeat([][]byte{long}, DefaultMaxBatchEvents)
	batch := &transformerv1.BatchTransformRequest{Target: toJSON(), EventsJson: events}
	roomy := grpc.MaxCallRecvMsgSize(DefaultMaxMessageBytes)
	for _, options := range [][]grpc.CallOption{nil, {roomy}} {
		_, err := r.client().BatchTransform(t.Context(), batch, options...)
		info := requireFailure(t, err, codes.ResourceExhausted, apierr.RequestTooLarge)
		require.Equal(t, "4194304", info.GetMetadata()["limit"])
		require.Greater(t, len(info.GetMetadata()["actual"]), 6)
		require.ErrorContains(t, err, "send fewer events at once")
	}
	stream := r.open(t)
	refused := exchange(t, stream, firstMessage(1, events...))
	require.Equal(t, int32(codes.ResourceExhausted), refused.GetError().GetCode())
	require.Empty(t, refused.GetUploads())
	require.Empty(t, refused.GetResults())
	require.Len(t, exchange(t, stream, message(2, long)).GetResults(), 1, "the stream goes on")
	refused = exchange(t, stream, message(3, events...))
	require.Contains(t, refused.GetError().GetMessage(), "--max-answer-bytes")
	require.Len(t, exchange(t, stream, message(4, events[:1000]...)).GetResults(), 1000)

	raised := start(t, Options{MaxAnswerBytes: 16 << 20})
	resp, err := raised.client().BatchTransform(t.Context(), batch, roomy)
	require.NoError(t, err)
	require.Len(t, resp.GetResults(), len(events))
}

func TestAStreamAnswersAsABatchDoes(t *testing.T) {
	t.Parallel()
	r := start(t, Options{})
	events := [][]byte{track("m-0"), []byte(`{"type":"group"}`), track("m-2")}
	batch, err := r.client().BatchTransform(t.Context(), &transformerv1.BatchTransformRequest{EventsJson: events, Target: toJSON()})
	require.NoError(t, err)
	stream := r.open(t)
	want := &transformerv1.StreamTransformResponse{Sequence: 7, Uploads: batch.GetUploads(), Results: batch.GetResults()}
	require.Empty(t, cmp.Diff(want, exchange(t, stream, firstMessage(7, events...)), protocmp.Transform()))
	want.Sequence = 8
	require.Empty(t, cmp.Diff(want, exchange(t, stream, message(8, events...)), protocmp.Transform()),
		"a message without a destination goes where the one before it went")
	typed := &transformerv1.StreamTransformRequest{Sequence: 9, Events: []*rudderstackv1.Event{typedEvent(t, string(events[0]))}}
	require.Equal(t, "Checked Out", exchange(t, stream, typed).GetUploads()[0].GetPayload().GetD()[0].GetEvtName())
	require.NoError(t, stream.CloseSend())
	_, err = stream.Recv()
	require.ErrorIs(t, err, io.EOF)
}

func TestAnswersComeInOrder(t *testing.T) {
	t.Parallel()
	const messages = 200
	r := start(t, Options{})
	stream := r.open(t)
	go func() {
		for i := range uint64(messages) {
			// The first of each four takes far longer than those behind it.
			events := [][]byte{track("m")}
			if i%4 == 0 {
				for range 300 {
					events = append(events, track("m"))
				}
			}
			if stream.Send(firstMessage(i, events...)) != nil {
				return
			}
		}
		stream.CloseSend()
	}()
	for i := range uint64(messages) {
		resp, err := stream.Recv()
		require.NoError(t, err)
		require.Equal(t, i, resp.GetSequence())
	}
	_, err := stream.Recv()
	require.ErrorIs(t, err, io.EOF)
}

func TestAnswersMayOvertakeWhenTheClientAllowsIt(t *testing.T) {
	t.Parallel()
	r := start(t, Options{MaxBatchEvents: 50000})
	long := firstMessage(0)
	long.AllowOutOfOrder = true
	for range 20000 {
		long.EventsJson = append(long.EventsJson, track("m"))
	}
	overtook := func() bool {
		stream := r.open(t)
		require.NoError(t, stream.Send(long))
		require.NoError(t, stream.Send(message(1, track("m"))))
		require.NoError(t, stream.CloseSend())
		first, err := stream.Recv()
		require.NoError(t, err)
		second, err := stream.Recv()
		require.NoError(t, err)
		require.ElementsMatch(t, []uint64{0, 1}, []uint64{first.GetSequence(), second.GetSequence()})
		_, err = stream.Recv()
		require.ErrorIs(t, err, io.EOF)
		return first.GetSequence() == 1
	}
	require.Eventually(t, overtook, 10*time.Second, time.Millisecond)
}

func TestWhatIsWrongWithAMessageIsToldInItsAnswer(t *testing.T) {
	t.Parallel()
	r := start(t, Options{MaxBatchEvents: 2})
	stream := r.open(t)
	fails := func(m *transformerv1.StreamTransformRequest, code codes.Code, reason mapping.Reason) {
		t.Helper()
		resp := exchange(t, stream, m)
		require.EqualValues(t, code, resp.GetError().GetCode())
		require.Equal(t, string(reason), reasonOfStatus(t, resp.GetError()).GetReason())
		require.Empty(t, resp.GetResults())
	}
	works := func(m *transformerv1.StreamTransformRequest) {
		t.Helper()
		require.Nil(t, exchange(t, stream, m).GetError())
	}
	fails(message(1, track("m")), codes.InvalidArgument, apierr.InvalidRequest) // no destination
	works(firstMessage(2, track("m")))
	fails(message(3, track("1"), track("2"), track("3")), codes.InvalidArgument, apierr.BatchTooLarge)
	both := message(4, track("m"))
	both.Events = []*rudderstackv1.Event{{}}
	fails(both, codes.InvalidArgument, apierr.InvalidRequest)
	works(message(5, track("m")))
	unknown := message(6, track("m"))
	unknown.Target = &transformerv1.StreamTransformRequest_DestinationId{DestinationId: "nowhere"}
	fails(unknown, codes.NotFound, apierr.UnknownDestination)
	fails(message(7, track("m")), codes.InvalidArgument, apierr.InvalidRequest) // it must not go where message 5 went
	wrong := message(8, track("m"))
	wrong.Target = &transformerv1.StreamTransformRequest_Destination{Destination: &clevertapv1.Destination{Region: "mars1"}}
	fails(wrong, codes.InvalidArgument, mapping.InvalidDestination)
	works(firstMessage(9))
}

func TestAClientThatStopsReadingIsNotReadFrom(t *testing.T) {
	t.Parallel()
	const messages = 2000
	r := start(t, Options{StreamInFlight: 3})
	stream := r.open(t)
	// An event of 64 KiB has an answer of as much, so the windows of the connection are soon full.
	event := []byte(`{"type":"track","userId":"u","event":"x","properties":{"text":"` + strings.Repeat("x", 64<<10) + `"}}`)
	var sent atomic.Int64
	done := make(chan error, 1)
	go func() {
		for i := range uint64(messages) {
			if err := stream.Send(firstMessage(i, event)); err != nil {
				done <- err
				return
			}
			sent.Add(1)
		}
		done <- stream.CloseSend()
	}()
	stalled := settled(&sent)
	require.Less(t, stalled, int64(100), "the server goes on reading: 3 in flight and what the windows hold are far fewer")
	select {
	case err := <-done:
		require.Fail(t, "all was sent", "%v", err)
	default:
	}
	// Once the client reads, all goes on where it stopped.
	for i := range uint64(messages) {
		resp, err := stream.Recv()
		require.NoError(t, err)
		require.Equal(t, i, resp.GetSequence())
	}
	require.NoError(t, <-done)
	_, err := stream.Recv()
	require.ErrorIs(t, err, io.EOF)
}

// settled waits until a count has not grown for a while and returns it.
func settled(count *atomic.Int64) int64 {
	for last := int64(-1); ; {
		now := count.Load()
		if now == last {
			return now
		}
		last = now
		time.Sleep(300 * time.Millisecond)
	}
}

func TestAStreamThatTheClientCancelsEnds(t *testing.T) {
	t.Parallel()
	r := start(t, Options{})
	ctx, cancel := context.WithCancel(t.Context())
	stream, err := r.client().StreamTransform(ctx)
	require.NoError(t, err)
	exchange(t, stream, firstMessage(1, track("m")))
	for i := range uint64(3) {
		require.NoError(t, stream.Send(message(2+i, track("m"))))
	}
	cancel()
	for err == nil {
		_, err = stream.Recv()
	}
	require.Equal(t, codes.Canceled, status.Code(err))
}

func TestAStreamOnWhichNothingMovesEnds(t *testing.T) {
	t.Parallel()
	const idle = time.Second
	r := start(t, Options{StreamIdleTimeout: idle})
	stream := r.open(t)
	// Each message puts the end off.
	for i := range uint64(6) {
		exchange(t, stream, firstMessage(i, track("m")))
		time.Sleep(idle / 4)
	}
	_, err := stream.Recv()
	requireFailure(t, err, codes.Unavailable, apierr.Unavailable)
	require.ErrorContains(t, err, "idle")
}

func TestAnOldStreamEndsWhenWhatWasReadIsAnswered(t *testing.T) {
	t.Parallel()
	const age = 200 * time.Millisecond
	r := start(t, Options{MaxConnectionAge: age})
	// Streams that are opened anew go on where the ones before them ended.
	var answered uint64
	for range 3 {
		began := time.Now()
		stream := r.open(t)
		sending := make(chan error, 1)
		go func(from uint64) {
			for i := from; ; i++ {
				if err := stream.Send(firstMessage(i, track("m"))); err != nil {
					sending <- err
					return
				}
				time.Sleep(time.Millisecond)
			}
		}(answered)
		resp, err := stream.Recv()
		for ; err == nil; resp, err = stream.Recv() {
			require.Equal(t, answered, resp.GetSequence(), "answers come in order, and none is missing")
			answered++
		}
		requireFailure(t, err, codes.Unavailable, apierr.Unavailable)
		require.ErrorContains(t, err, "open another")
		require.ErrorIs(t, <-sending, io.EOF)
		require.GreaterOrEqual(t, time.Since(began), age*9/10)
	}
	require.Positive(t, answered)
}

func TestAStreamWhoseClientStopsReadingEndsWhenIdle(t *testing.T) {
	t.Parallel()
	r := start(t, Options{StreamIdleTimeout: 500 * time.Millisecond})
	stream := r.open(t)
	event := []byte(`{"type":"track","userId":"u","event":"x","properties":{"text":"` + strings.Repeat("x", 256<<10) + `"}}`)
	sending := make(chan error, 1)
	go func() {
		for i := uint64(0); ; i++ {
			if err := stream.Send(firstMessage(i, event)); err != nil {
				sending <- err
				return
			}
		}
	}()
	// What the server wrote before it gave up is still on its way; the end comes behind it.
	time.Sleep(time.Second)
	var err error
	for err == nil {
		_, err = stream.Recv()
	}
	requireFailure(t, err, codes.Unavailable, apierr.Unavailable)
	require.ErrorIs(t, <-sending, io.EOF)
}

func TestManyStreamsAtOnce(t *testing.T) {
	t.Parallel()
	const streams, messages = 20, 20
	r := start(t, Options{})
	failures := make(chan error, streams)
	for s := range streams {
		stream := r.open(t)
		go func() {
			failures <- func() error {
				for i := range uint64(messages) {
					if err := stream.Send(firstMessage(i, track(fmt.Sprintf("m-%d-%d", s, i)))); err != nil {
						return err
					}
				}
				if err := stream.CloseSend(); err != nil {
					return err
				}
				for i := range uint64(messages) {
					resp, err := stream.Recv()
					if err != nil {
						return err
					}
					if want := fmt.Sprintf("m-%d-%d", s, i); resp.GetResults()[0].GetMessageId() != want {
						return fmt.Errorf("got %s for %s", resp.GetResults()[0].GetMessageId(), want)
					}
				}
				return nil
			}()
		}()
	}
	for range streams {
		require.NoError(t, <-failures)
	}
}
