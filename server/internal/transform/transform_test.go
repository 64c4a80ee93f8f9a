package transform

import (
	"context"
	"fmt"
	"io"
	"log/slog"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	noopmetric "go.opentelemetry.io/otel/metric/noop"
	nooptrace "go.opentelemetry.io/otel/trace/noop"
	"go.uber.org/goleak"
	"google.golang.org/grpc"
	"google.golang.org/grpc/status"
	"google.golang.org/protobuf/encoding/protojson"
	"google.golang.org/protobuf/proto"

	rudderstackv1 "github.com/rudder-clevertap/rudder-clevertap/gen/rudderstack/v1"
	transformerv1 "github.com/rudder-clevertap/rudder-clevertap/gen/transformer/v1"
	"github.com/rudder-clevertap/rudder-clevertap/internal/apierr"
	"github.com/rudder-clevertap/rudder-clevertap/internal/genevents"
	"github.com/rudder-clevertap/rudder-clevertap/server/internal/engine"
	"github.com/rudder-clevertap/rudder-clevertap/server/wire"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// settingsJSON are those of a destination that takes anonymous visitors.
const settingsJSON = `{"accountId":"ACCOUNT-1","passcode":"PASSCODE","region":"in1","trackAnonymous":true}`

// newService returns a service without a server around it.
func newService(tb testing.TB) *Service {
	tb.Helper()
	logger := slog.New(slog.DiscardHandler)
	transforms, err := engine.New(nooptrace.NewTracerProvider().Tracer(""), noopmetric.NewMeterProvider().Meter(""), logger, nil)
	require.NoError(tb, err)
	return New(Options{Engine: transforms, Targets: engine.NewTargets(nil), InFlight: 4, Logger: logger})
}

// track is a track call as JSON.
func track(messageID string) []byte {
	return []byte(`{"type":"track","messageId":"` + messageID + `","userId":"u-1","event":"Checked Out","properties":{"total":2}}`)
}

func TestAnswersShareNoMemoryWithTheNextRequest(t *testing.T) {
	t.Parallel()
	service := newService(t)
	var answers []*transformerv1.TransformResponse
	for i := range 50 {
		resp, err := service.Transform(t.Context(), &wire.Request{
			EventsJSON:      [][]byte{fmt.Appendf(nil, `{"type":"track","messageId":"m-%d","userId":"u-%[1]d","event":"e-%[1]d","properties":{"k-%[1]d":{"a":%[1]d}}}`, i)},
			DestinationJSON: []byte(settingsJSON), Target: wire.JSONTarget,
		})
		require.NoError(t, err)
		message, err := resp.Message()
		require.NoError(t, err)
		answers = append(answers, message.(*transformerv1.TransformResponse))
	}
	for i, resp := range answers {
		require.Equal(t,
			fmt.Sprintf(`{"d":[{"type":"event","evtName":"e-%d","evtData":{"k-%[1]d":"{\"a\":%[1]d}"},"identity":"u-%[1]d"}]}`, i),
			string(resp.GetUploads()[0].GetPayloadJson()))
		require.Equal(t, fmt.Sprintf("properties.k-%d", i), resp.GetDiagnostics()[0].GetPath())
	}
}

func TestABatchWhoseCallerIsGoneIsNotFinished(t *testing.T) {
	t.Parallel()
	service := newService(t)
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	events := make([][]byte, 2*engine.CheckEvery)
	for i := range events {
		events[i] = track("m")
	}
	_, err := service.BatchTransform(ctx, &wire.Request{
		Kind: wire.BatchTransform, EventsJSON: events, DestinationJSON: []byte(settingsJSON), Target: wire.JSONTarget,
	})
	require.ErrorIs(t, err, ctx.Err())
}

// TestABatchIsAnsweredFromMemoryThatIsUsedAgain: what is allocated for a batch does not grow with its events.
// (The bound leaves room for pools that were emptied in between.)
func TestABatchIsAnsweredFromMemoryThatIsUsedAgain(t *testing.T) {
	service := newService(t)
	const events = 500
	request := &wire.Request{Kind: wire.BatchTransform, Target: wire.JSONTarget, DestinationJSON: []byte(settingsJSON)}
	for i := range events {
		request.EventsJSON = append(request.EventsJSON, track(fmt.Sprint("m-", i)))
	}
	codec := wire.NewCodec(0)
	require.Less(t, testing.AllocsPerRun(20, func() {
		answer, err := service.BatchTransform(t.Context(), request)
		require.NoError(t, err)
		require.Len(t, answer.Results, events)
		written, err := codec.Marshal(answer)
		require.NoError(t, err)
		written.Free()
	}), 100.0)
}

func TestAPanicInAMessageFailsThatMessageAlone(t *testing.T) {
	t.Parallel()
	service := New(Options{Logger: slog.New(slog.DiscardHandler)})
	resp := service.answer(t.Context(), &wire.Request{Kind: wire.StreamTransform, Sequence: 3, EventsJSON: [][]byte{track("m")}}, engine.Target{}, nil)
	require.EqualValues(t, 3, resp.Sequence)
	reason, _ := apierr.OfStatus(status.FromProto(resp.Failure))
	require.Equal(t, apierr.Internal, reason)
}

// panicky is a stream of one message that panics when it is received, or when it is answered.
type panicky struct {
	grpc.ServerStream
	ctx      context.Context //nolint:containedctx // Streams have one.
	received bool
}

// Context returns the stream's context.
func (p *panicky) Context() context.Context { return p.ctx }

// RecvMsg receives a message of many events: small ones are answered by whoever received them.
func (p *panicky) RecvMsg(m any) error {
	if p.received {
		return io.EOF
	}
	p.received = true
	r := m.(*wire.Request)
	r.Target, r.DestinationJSON = wire.JSONTarget, []byte(`{"accountId":"A","passcode":"P"}`)
	r.EventsJSON = slices.Repeat([][]byte{track("m")}, fewEvents+1)
	return nil
}

// SendMsg panics.
func (*panicky) SendMsg(any) error { panic("sending") }

func TestAPanicOfAStreamEndsThatStreamAlone(t *testing.T) {
	t.Parallel()
	service := newService(t)
	ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
	defer cancel()
	for name, stream := range map[string]grpc.ServerStream{
		"receiving": receivingPanics{&panicky{ctx: ctx}},
		"sending":   &panicky{ctx: ctx},
	} {
		err := service.StreamTransform(stream)
		require.Equal(t, apierr.Internal, apierr.ReasonOf(err))
		require.ErrorContains(t, err, "panic: "+name)
	}
}

// receivingPanics is a stream that panics when a message is received.
type receivingPanics struct{ grpc.ServerStream }

// RecvMsg panics.
func (receivingPanics) RecvMsg(any) error { panic("receiving") }

// BenchmarkTypedBatch measures what a typed batch takes besides the transport and the interceptors.
func BenchmarkTypedBatch(b *testing.B) {
	service := newService(b)
	events := genevents.New(1).Batch(100)
	r := &wire.Request{Kind: wire.BatchTransform, Target: wire.JSONTarget, DestinationJSON: []byte(settingsJSON)}
	for _, text := range events {
		var event rudderstackv1.Event
		require.NoError(b, protojson.UnmarshalOptions{DiscardUnknown: true}.Unmarshal(text, &event))
		packed, err := proto.Marshal(&event)
		require.NoError(b, err)
		r.Events = append(r.Events, packed)
	}
	codec := wire.NewCodec(0)
	b.ReportAllocs()
	for b.Loop() {
		answer, err := service.BatchTransform(b.Context(), r)
		require.NoError(b, err)
		written, err := codec.Marshal(answer)
		require.NoError(b, err)
		written.Free()
	}
}
