package dropin

import (
	"context"
	"encoding/json"
	"io"
	"log/slog"
	"net"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	noopmetric "go.opentelemetry.io/otel/metric/noop"
	nooptrace "go.opentelemetry.io/otel/trace/noop"
	"go.uber.org/goleak"
	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/credentials/insecure"
	"google.golang.org/grpc/status"
	"google.golang.org/protobuf/proto"

	"github.com/rudder-clevertap/rudder-clevertap/delivery"
	transformerv1 "github.com/rudder-clevertap/rudder-clevertap/gen/transformer/v1"
	"github.com/rudder-clevertap/rudder-clevertap/internal/apierr"
	"github.com/rudder-clevertap/rudder-clevertap/internal/budget"
	"github.com/rudder-clevertap/rudder-clevertap/server/internal/engine"
	"github.com/rudder-clevertap/rudder-clevertap/server/internal/intercept"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

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
	// As a stream inside the process does: a receiver's message keeps its memory.
	message, given := into.(*transformerv1.RouterTransformRequest), g.messages[0]
	message.Head, message.Body = given.GetHead(), append(message.GetBody()[:0], given.GetBody()...)
	g.messages = g.messages[1:]
	return nil
}

// newTestPiece makes a message to receive into.
func newTestPiece(memory []byte) *transformerv1.RouterTransformRequest {
	return &transformerv1.RouterTransformRequest{Body: memory}
}

// secret is a passcode that must not show where it does not belong.
const secret = "PASSCODE-7f3a"

// options are those of a service that calls CleverTap under a base URL; nil leaves CleverTap's own hosts.
func options(tb testing.TB, base *url.URL, logger *slog.Logger) Options {
	tb.Helper()
	transforms, err := engine.New(nooptrace.NewTracerProvider().Tracer(""), noopmetric.NewMeterProvider().Meter(""), logger, nil)
	require.NoError(tb, err)
	client := delivery.New(delivery.Options{BaseURL: base})
	tb.Cleanup(client.Close)
	sender, err := delivery.NewSender(client, delivery.SenderOptions{})
	require.NoError(tb, err)
	tb.Cleanup(func() { require.NoError(tb, sender.Stop(context.Background())) })
	return Options{
		Engine: transforms, Sender: sender, MaxAnswer: 32 << 20, MaxBody: 200 << 20, Stopping: make(chan struct{}), Logger: logger,
	}
}

// newTestService returns a service without a server around it.
func newTestService(tb testing.TB, change func(*Options)) *Service {
	tb.Helper()
	o := options(tb, nil, slog.New(slog.DiscardHandler))
	if change != nil {
		change(&o)
	}
	return New(o)
}

// serve serves a service until the test ends, and returns a client of it.
func serve(tb testing.TB, options Options) transformerv1.RudderTransformerServiceClient {
	tb.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(tb, err)
	around, err := intercept.New(intercept.Options{
		Logger: options.Logger, ContinueTrace: func(ctx context.Context) context.Context { return ctx }, StreamIdleTimeout: time.Minute,
	})
	require.NoError(tb, err)
	server := grpc.NewServer(grpc.UnaryInterceptor(around.Unary()), grpc.StreamInterceptor(around.Stream()),
		grpc.MaxSendMsgSize(options.MaxAnswer), grpc.MaxRecvMsgSize(options.MaxAnswer))
	transformerv1.RegisterRudderTransformerServiceServer(server, New(options))
	go server.Serve(listener)
	tb.Cleanup(server.Stop)
	conn, err := grpc.NewClient(listener.Addr().String(), grpc.WithTransportCredentials(insecure.NewCredentials()))
	require.NoError(tb, err)
	tb.Cleanup(func() { conn.Close() })
	return transformerv1.NewRudderTransformerServiceClient(conn)
}

// requireInvalidRequest demands that a call broke the contract.
func requireInvalidRequest(t *testing.T, err error) {
	t.Helper()
	st := status.Convert(err)
	require.Equal(t, codes.InvalidArgument, st.Code())
	reason, _ := apierr.OfStatus(st)
	require.Equal(t, apierr.InvalidRequest, reason)
}

// serveText lets a route answer a body that comes in pieces, and returns the head and the body of the answer.
func serveText(
	tb testing.TB, s *Service, route route, head *transformerv1.RequestHead, pieces ...string,
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

// dropinEvent is an event as rudder-server sends it.
const dropinEvent = `{"message":{"type":"track","event":"E","userId":"u"},"metadata":{"jobId":1},"destination":{"ID":"d","Config":{"trackAnonymous":true}}}`

func TestTheServiceHasTheContractsName(t *testing.T) {
	t.Parallel()
	require.Equal(t, ServiceName, transformerv1.RudderTransformerService_ServiceDesc.ServiceName)
}

func TestABodyMayComeInAnyPieces(t *testing.T) {
	t.Parallel()
	s := newTestService(t, nil)
	head := &transformerv1.RequestHead{Destination: "clevertap"}
	text := "[" + strings.Repeat(dropinEvent+",", 20) + dropinEvent + "]"
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
	require.Equal(t, 10, cap(grown(t, make([]byte, 0, 10), 10, 0, limit)), "there is room")
	require.Equal(t, 30, cap(grown(t, make([]byte, 10), 10, 0, limit)))
	require.Equal(t, 160, cap(grown(t, make([]byte, 10), 10, 160, limit)))
	require.Equal(t, 30, cap(grown(t, make([]byte, 10), 10, 161, limit)), "so much more is not believed yet")
	require.Equal(t, 30, cap(grown(t, make([]byte, 10), 10, 19, limit)), "less than there is is no use")
	require.Equal(t, limit, cap(grown(t, make([]byte, limit-10), 10, 1<<40, limit)))
}

// grown is a body with more room.
func grown(t *testing.T, body []byte, more int, expected uint64, limit int) []byte {
	t.Helper()
	x := &exchange{ctx: t.Context(), body: body, head: &transformerv1.RequestHead{ExpectedLength: expected}}
	got, err := grow(x, &budget.Lease{}, more, limit)
	require.NoError(t, err)
	return got
}

func TestBodiesTakeTheMemoryOfABudget(t *testing.T) {
	t.Parallel()
	memory := budget.New(8 << 20)
	s := newTestService(t, func(o *Options) { o.Memory, o.MaxBody = memory, 64<<20 })
	half := strings.Repeat(" ", 2<<20)
	for range 5 {
		head, _ := serveText(t, s, s.router, &transformerv1.RequestHead{ExpectedLength: 4 << 20}, half, half)
		require.EqualValues(t, 400, head.GetStatusCode(), "blanks are not JSON")
	}
	lease := memory.Lease()
	require.NoError(t, lease.Reserve(t.Context(), 8<<20), "nothing is held when all is answered")
	lease.Release()
	head, _ := serveText(t, s, s.router, &transformerv1.RequestHead{}, half, half, half, half)
	require.EqualValues(t, 413, head.GetStatusCode(), "it would never fit")
}

func TestManyTinyThingsAreRefusedBeforeTheyTakeMemory(t *testing.T) {
	t.Parallel()
	s := newTestService(t, func(o *Options) { o.MaxBody = 64 << 20 })
	many := func(count int, of string) string { return strings.Repeat(of+",", count) + of }
	for name, body := range map[string]string{
		"events":       `{"input":[` + many(maxEvents, "{}") + `],"destType":"clevertap"}`,
		"destinations": `{"input":[{}],"destinations":{` + many(maxIndexed, `"a":{}`) + `},"destType":"clevertap"}`,
		"connections":  `{"input":[{}],"connections":{` + many(maxIndexed, `"a":{}`) + `},"destType":"clevertap"}`,
	} {
		head, answer := serveText(t, s, s.router, &transformerv1.RequestHead{Compacted: true}, body)
		require.EqualValues(t, 413, head.GetStatusCode(), name)
		require.Contains(t, answer, name+": send at most")
	}
}

func TestABodyBeyondTheLimitIsRefused(t *testing.T) {
	t.Parallel()
	s := newTestService(t, func(o *Options) { o.MaxBody = 100 })
	head, body := serveText(t, s, s.router, &transformerv1.RequestHead{}, strings.Repeat(" ", 60), strings.Repeat(" ", 41))
	require.EqualValues(t, 413, head.GetStatusCode())
	require.Zero(t, head.GetApiVersion())
	require.Contains(t, body, "larger than 100 bytes")
}

func TestACallWithoutAHeadBreaksTheContract(t *testing.T) {
	t.Parallel()
	client := serve(t, options(t, nil, slog.New(slog.DiscardHandler)))
	stream, err := client.ProcessorTransform(t.Context())
	require.NoError(t, err)
	require.NoError(t, stream.Send(&transformerv1.ProcessorTransformRequest{Body: []byte("[]")}))
	_, err = stream.Recv()
	requireInvalidRequest(t, err)
	stream, err = client.ProcessorTransform(t.Context())
	require.NoError(t, err)
	require.NoError(t, stream.CloseSend())
	_, err = stream.Recv()
	requireInvalidRequest(t, err)
}

func TestAServerThatStopsTakesNoNewBodies(t *testing.T) {
	t.Parallel()
	stopping := make(chan struct{})
	close(stopping)
	s := newTestService(t, func(o *Options) { o.Stopping = stopping })
	err := serveBody(s, &givenPieces{ctx: t.Context()}, nil, s.router, newTestPiece)
	require.ErrorContains(t, err, "stopping")
}

// FuzzRoutes demands that whatever comes is answered with JSON, in which every job of a router request is in
// exactly one item.
func FuzzRoutes(f *testing.F) {
	for _, seed := range []string{
		`[` + dropinEvent + `]`, `[null,5,{"destination":{"Config":{"a":"{{ event.a.b || c }}","b":"{{ destination || x }}"}},"message":{"a.b":[1]}}]`,
		`[{"metadata":{"destinationId":"1","sourceId":2}}]`, `[{"message":{"statusCode":1,"body":{"JSON":{"d":[]}}},"destination":{"Config":{}}}]`, `{`, `[{"a":1,"a":2}] `,
	} {
		f.Add([]byte(seed), false, "")
		f.Add([]byte(seed), true, `{"s":1}`)
	}
	s := newTestService(f, nil)
	f.Fuzz(func(t *testing.T, input []byte, compacted bool, secret string) {
		head := &transformerv1.RequestHead{Destination: "clevertap", Compacted: compacted, OauthSecret: secret}
		_, body := serveText(t, s, s.processor, head, string(input))
		require.True(t, json.Valid([]byte(body)), "%s", body)
		whole, err := s.ProcessorTransformWhole(t.Context(), &transformerv1.ProcessorTransformWholeRequest{Head: head, Body: input})
		require.NoError(t, err)
		require.True(t, whole.GetHead() == nil || body == string(whole.GetBody()), "the same in one message")
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
