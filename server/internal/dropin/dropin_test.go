package server

import (
	"context"
	"encoding/json"
	"io"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"google.golang.org/grpc/codes"
	"google.golang.org/protobuf/proto"

	transformerv1 "github.com/rudder-clevertap/rudder-clevertap/gen/transformer/v1"
)

// givenPieces is a stream that brings what a test gives it.
type givenPieces struct {
	ctx      context.Context //nolint:containedctx // A stream has one.
	messages []*transformerv1.RouterTransformRequest
}

func (g *givenPieces) Context() context.Context { return g.ctx }

func (g *givenPieces) RecvMsg(into any) error {
	if len(g.messages) == 0 {
		return io.EOF
	}
	copyMessage(into.(*transformerv1.RouterTransformRequest).ProtoReflect(), g.messages[0].ProtoReflect())
	g.messages = g.messages[1:]
	return nil
}

// newTestPiece makes a message to receive into.
func newTestPiece(memory []byte) *transformerv1.RouterTransformRequest {
	return &transformerv1.RouterTransformRequest{Body: memory}
}

// newTestService returns a service without a server around it.
func newTestService(tb testing.TB, maxBody int) *rudderService {
	tb.Helper()
	options := Options{MaxTransformerBodyBytes: maxBody}.withDefaults()
	metrics, err := newInstruments(options.Telemetry.MeterProvider.Meter(scopeName))
	require.NoError(tb, err)
	engine := newEngine(options.Telemetry.TracerProvider.Tracer(scopeName), metrics, options.Logger)
	return newRudderService(options, engine, make(chan struct{}))
}

// serveText lets a route answer a body that comes in pieces, and returns the head and the body of the answer.
func serveText(
	tb testing.TB, s *rudderService, route rudderRoute, head *transformerv1.RequestHead, pieces ...string,
) (*transformerv1.ResponseHead, string) {
	tb.Helper()
	given := &givenPieces{ctx: tb.Context()}
	for i, piece := range pieces {
		message := &transformerv1.RouterTransformRequest{Body: []byte(piece)}
		if i == 0 {
			message.Head = head
		}
		given.messages = append(given.messages, message)
	}
	var (
		answered *transformerv1.ResponseHead
		body     strings.Builder
	)
	require.NoError(tb, serveBody(s, given, func(head *transformerv1.ResponseHead, piece []byte) error {
		require.Equal(tb, answered == nil, head != nil, "the first message has the head, and no other")
		if head != nil {
			answered = proto.CloneOf(head)
		}
		body.Write(piece)
		return nil
	}, route, newTestPiece))
	require.NotNil(tb, answered)
	return answered, body.String()
}

// rudderEvent is an event as rudder-server sends it.
const rudderEvent = `{"message":{"type":"track","event":"E","userId":"u"},"metadata":{"jobId":1},"destination":{"ID":"d","Config":{"trackAnonymous":true}}}`

func TestABodyMayComeInAnyPieces(t *testing.T) {
	t.Parallel()
	s := newTestService(t, 0)
	head := &transformerv1.RequestHead{Destination: "clevertap"}
	text := "[" + strings.Repeat(rudderEvent+",", 20) + rudderEvent + "]"
	_, want := serveText(t, s, s.processor, head, text)
	require.Equal(t, 21, strings.Count(want, `"statusCode":200`))
	for _, expected := range []uint64{0, uint64(len(text)), 1, 1 << 60} {
		head.ExpectedLength = expected
		for _, size := range []int{1, 7, 100, len(text) - 1} {
			var pieces []string
			for rest := text; rest != ""; {
				n := min(size, len(rest))
				pieces, rest = append(pieces, rest[:n]), rest[n:]
			}
			_, got := serveText(t, s, s.processor, head, pieces...)
			require.Equal(t, want, got)
		}
	}
}

func TestGrowingTrustsAnExpectationOnceAnEighthIsThere(t *testing.T) {
	t.Parallel()
	const limit = 1 << 20
	require.Equal(t, 10, cap(grow(make([]byte, 0, 10), 10, 0, limit)), "there is room")
	require.Equal(t, 30, cap(grow(make([]byte, 10), 10, 0, limit)))
	require.Equal(t, 160, cap(grow(make([]byte, 10), 10, 160, limit)))
	require.Equal(t, 30, cap(grow(make([]byte, 10), 10, 161, limit)), "so much more is not believed yet")
	require.Equal(t, 30, cap(grow(make([]byte, 10), 10, 19, limit)), "less than there is is no use")
	require.Equal(t, limit, cap(grow(make([]byte, limit-10), 10, 1<<40, limit)))
}

func TestABodyBeyondTheLimitIsRefused(t *testing.T) {
	t.Parallel()
	s := newTestService(t, 100)
	head, body := serveText(t, s, s.router, &transformerv1.RequestHead{}, strings.Repeat(" ", 60), strings.Repeat(" ", 41))
	require.EqualValues(t, 413, head.GetStatusCode())
	require.Zero(t, head.GetApiVersion())
	require.Contains(t, body, "larger than 100 bytes")
}

func TestACallWithoutAHeadBreaksTheContract(t *testing.T) {
	t.Parallel()
	r := start(t, Options{})
	client := transformerv1.NewRudderTransformerServiceClient(r.conn)
	stream, err := client.ProcessorTransform(t.Context())
	require.NoError(t, err)
	require.NoError(t, stream.Send(&transformerv1.ProcessorTransformRequest{Body: []byte("[]")}))
	_, err = stream.Recv()
	requireFailure(t, err, codes.InvalidArgument, InvalidRequest)
	stream, err = client.ProcessorTransform(t.Context())
	require.NoError(t, err)
	require.NoError(t, stream.CloseSend())
	_, err = stream.Recv()
	requireFailure(t, err, codes.InvalidArgument, InvalidRequest)
}

func TestFromOutsideTransformerCallsNeedAToken(t *testing.T) {
	t.Parallel()
	tokens, err := ParseTokens(strings.NewReader("ops:TOKEN"))
	require.NoError(t, err)
	r := start(t, Options{Tokens: tokens})
	_, err = transformerv1.NewRudderTransformerServiceClient(r.conn).Features(t.Context(), &transformerv1.FeaturesRequest{})
	requireFailure(t, err, codes.Unauthenticated, Unauthenticated)
	inside := transformerv1.NewRudderTransformerServiceClient(r.Conn())
	_, err = inside.Features(t.Context(), &transformerv1.FeaturesRequest{})
	require.NoError(t, err)
	stream, err := inside.RouterBatch(t.Context())
	require.NoError(t, err)
	require.NoError(t, stream.Send(&transformerv1.RouterBatchRequest{Head: &transformerv1.RequestHead{}, Body: []byte(`{}`)}))
	require.NoError(t, stream.CloseSend())
	answer, err := stream.Recv()
	require.NoError(t, err)
	require.EqualValues(t, 400, answer.GetHead().GetStatusCode())
	_, err = transformerv1.NewDestinationServiceClient(r.Conn()).DescribeDestination(t.Context(), &transformerv1.DescribeDestinationRequest{})
	requireFailure(t, err, codes.Unauthenticated, Unauthenticated)
}

func TestAServerThatStopsTakesNoNewBodies(t *testing.T) {
	t.Parallel()
	s := newTestService(t, 0)
	stopping := make(chan struct{})
	close(stopping)
	s.stopping = stopping
	err := serveBody(s, &givenPieces{ctx: t.Context()}, nil, s.router, newTestPiece)
	require.ErrorContains(t, err, "stopping")
}

// FuzzRudderRoutes demands that whatever comes is answered with JSON, in which every job of a router request is in exactly
// one item.
func FuzzRudderRoutes(f *testing.F) {
	for _, seed := range []string{
		`[` + rudderEvent + `]`, `[null,5,{"destination":{"Config":{"a":"{{ event.a.b || c }}","b":"{{ destination || x }}"}},"message":{"a.b":[1]}}]`,
		`[{"metadata":{"destinationId":"1","sourceId":2}}]`, `[{"message":{"statusCode":1,"body":{"JSON":{"d":[]}}},"destination":{"Config":{}}}]`, `{`, `[{"a":1,"a":2}] `,
	} {
		f.Add([]byte(seed), false, "")
		f.Add([]byte(seed), true, `{"s":1}`)
	}
	s := newTestService(f, 0)
	f.Fuzz(func(t *testing.T, input []byte, compacted bool, secret string) {
		head := &transformerv1.RequestHead{Destination: "clevertap", Compacted: compacted, OauthSecret: secret}
		_, body := serveText(t, s, s.processor, head, string(input))
		require.True(t, json.Valid([]byte(body)), "%s", body)
		text := `{"destType":"clevertap","input":` + string(input) + `,"destinations":{"1":{"Config":{}}},"connections":{"2:1":1}}`
		answered, body := serveText(t, s, s.router, head, text)
		require.True(t, json.Valid([]byte(body)), "%s", body)
		var events []json.RawMessage
		if answered.GetStatusCode() != 200 || json.Unmarshal(input, &events) != nil || len(events) == 0 {
			return
		}
		var answer struct {
			Output []struct{ Metadata []json.RawMessage }
		}
		require.NoError(t, json.Unmarshal([]byte(body), &answer))
		jobs := 0
		for _, item := range answer.Output {
			require.NotEmpty(t, item.Metadata)
			jobs += len(item.Metadata)
		}
		require.Len(t, events, jobs, "%s\n%s", input, body)
	})
}
