package dropin_test

import (
	"context"
	"errors"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/credentials/insecure"
	"google.golang.org/grpc/status"
	"google.golang.org/grpc/test/bufconn"

	"github.com/rudder-clevertap/rudder-clevertap/gateway/internal/dropin"
	transformerv1 "github.com/rudder-clevertap/rudder-clevertap/gen/transformer/v1"
)

// failingService answers so many pieces and then fails.
type failingService struct {
	transformerv1.UnimplementedRudderTransformerServiceServer

	pieces int
	err    error
}

// stream is the stream of ProcessorTransform.
type stream = grpc.BidiStreamingServer[transformerv1.ProcessorTransformRequest, transformerv1.ProcessorTransformResponse]

// ProcessorTransformWhole leaves answers to the stream, and fails at once when there is none.
func (s *failingService) ProcessorTransformWhole(
	context.Context, *transformerv1.ProcessorTransformWholeRequest,
) (*transformerv1.ProcessorTransformWholeResponse, error) {
	if s.pieces == 0 {
		return nil, s.err
	}
	return &transformerv1.ProcessorTransformWholeResponse{}, nil
}

func (s *failingService) ProcessorTransform(stream stream) error {
	for i := range s.pieces {
		answer := &transformerv1.ProcessorTransformResponse{Body: []byte(strings.Repeat("x", 10_000))}
		if i == 0 {
			answer.Head = &transformerv1.ResponseHead{StatusCode: 200, ContentType: "application/json"}
		}
		if err := stream.Send(answer); err != nil {
			return err
		}
	}
	return s.err
}

// dial returns a connection to a listener inside the process.
func dial(t *testing.T, listener *bufconn.Listener) *grpc.ClientConn {
	t.Helper()
	conn, err := grpc.NewClient("passthrough:///backend",
		grpc.WithTransportCredentials(insecure.NewCredentials()),
		grpc.WithContextDialer(func(ctx context.Context, _ string) (net.Conn, error) { return listener.DialContext(ctx) }),
	)
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, conn.Close()) })
	return conn
}

// serveFailing serves the routes in front of a service that fails.
func serveFailing(t *testing.T, service *failingService) string {
	t.Helper()
	listener := bufconn.Listen(1 << 20)
	backend := grpc.NewServer()
	transformerv1.RegisterRudderTransformerServiceServer(backend, service)
	served := make(chan error, 1)
	go func() { served <- backend.Serve(listener) }()
	t.Cleanup(func() {
		backend.Stop()
		require.NoError(t, <-served)
	})
	handler, err := dropin.New(dropin.Options{Conn: dial(t, listener)})
	require.NoError(t, err)
	web := httptest.NewServer(handler)
	t.Cleanup(web.Close)
	return web.URL + "/v0/destinations/clevertap"
}

func TestWhatMayGoWellAnotherTimeIsToBeTriedAgain(t *testing.T) {
	t.Parallel()
	for code, want := range map[codes.Code]int{
		codes.Unavailable: 503, codes.ResourceExhausted: 503, codes.DeadlineExceeded: 503, codes.Internal: 500, codes.Unimplemented: 500,
	} {
		for _, pieces := range []int{0, 1} {
			url := serveFailing(t, &failingService{pieces: pieces, err: status.Error(code, "secret words")})
			got := ask(t, http.MethodPost, url, `[{}]`)
			require.Equal(t, want, got.status, "%s after %d pieces", code, pieces)
			retry := ""
			if want == 503 {
				retry = "true"
			}
			require.Equal(t, retry, got.header.Get("X-Rudder-Should-Retry"))
			require.NotContains(t, got.body, "secret words")
		}
	}
}

func TestAnAnswerThatBreaksOffIsNoAnswer(t *testing.T) {
	t.Parallel()
	url := serveFailing(t, &failingService{pieces: 50, err: errors.New("broken")})
	answer, err := http.Post(url, "application/json", strings.NewReader(`[{}]`))
	require.NoError(t, err)
	defer answer.Body.Close()
	_, err = io.ReadAll(answer.Body)
	require.ErrorIs(t, err, io.ErrUnexpectedEOF, "nobody may take half an answer for a whole one")
}

func TestAnAnswerThatComesEarlyCounts(t *testing.T) {
	t.Parallel()
	url := serveFailing(t, &failingService{pieces: 1})
	body := io.MultiReader(strings.NewReader("["), strings.NewReader(strings.Repeat(" ", 400<<10)), strings.NewReader("]"))
	answer, err := http.Post(url, "application/json", body)
	require.NoError(t, err)
	defer answer.Body.Close()
	require.Equal(t, http.StatusOK, answer.StatusCode)
}
