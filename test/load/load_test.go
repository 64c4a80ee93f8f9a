package main

import (
	"context"
	"io"
	"net"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"
	"google.golang.org/grpc"
	"google.golang.org/grpc/credentials/insecure"

	"github.com/rudder-clevertap/rudder-clevertap/gateway"
	transformerv1 "github.com/rudder-clevertap/rudder-clevertap/gen/transformer/v1"
	"github.com/rudder-clevertap/rudder-clevertap/internal/genevents"
	"github.com/rudder-clevertap/rudder-clevertap/server"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// ours starts ours inside this process, gRPC and REST.
func ours(t *testing.T) *process {
	t.Helper()
	srv, err := server.New(server.Options{})
	require.NoError(t, err)
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	ctx, cancel := context.WithCancel(context.Background())
	ended := make(chan error, 1)
	go func() { ended <- srv.Run(ctx, listener) }()
	handler, err := gateway.New(ctx, gateway.Options{Conn: srv.Conn()})
	require.NoError(t, err)
	rest := httptest.NewServer(handler)
	t.Cleanup(func() {
		rest.Close()
		cancel()
		require.NoError(t, <-ended)
	})
	return &process{grpc: listener.Addr().String(), http: rest.Listener.Addr().String()}
}

// echo starts an echo server inside this process.
func echo(t *testing.T, kind string) *process {
	t.Helper()
	addr, err := freeAddress(t.Context())
	require.NoError(t, err)
	in, holder := io.Pipe()
	ended := make(chan error, 1)
	go func() { ended <- (&echoCmd{Kind: kind, Addr: addr}).Run(context.Background(), in) }()
	t.Cleanup(func() {
		require.NoError(t, holder.Close())
		require.NoError(t, <-ended)
	})
	require.Eventually(t, func() bool {
		conn, err := net.Dial("tcp", addr)
		return err == nil && conn.Close() == nil
	}, 5*time.Second, 10*time.Millisecond)
	return &process{grpc: addr, http: addr, transformer: addr}
}

// connect returns a client that ends with the test.
func connect(t *testing.T, p *path, c *corpus, to *process) *client {
	t.Helper()
	cl, err := newClient(p, c, to)
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, cl.close()) })
	return cl
}

func TestOursAnswersWhatEachPathSends(t *testing.T) {
	to := ours(t)
	for _, p := range paths() {
		if p.transformer {
			continue
		}
		t.Run(p.key, func(t *testing.T) {
			requests, err := p.corpus(genevents.New(1).Batch(3*p.batch), p.batch)
			require.NoError(t, err)
			require.Len(t, requests.requests, 3)
			cl := connect(t, &p, requests, to)
			require.NoError(t, cl.verify(t.Context()))
			took, err := cl.run(t.Context(), 20*time.Millisecond)
			require.NoError(t, err)
			require.NotEmpty(t, took)
		})
	}
}

func TestEchoesAnswerWithTheRequest(t *testing.T) {
	for _, p := range paths() {
		for _, kind := range []string{p.ceiling, p.zeroCopy} {
			if kind == "" {
				continue
			}
			t.Run(p.key+" "+kind, func(t *testing.T) {
				requests, err := p.corpus(genevents.New(1).Batch(2*p.batch), p.batch)
				require.NoError(t, err)
				same := p
				sent := 0
				same.check = func(reply []byte, _ int) error {
					want := requests.requests[sent]
					if sent == 0 && requests.opening != nil {
						want = requests.opening
					}
					// Maps of messages have no order, so typed echoes are as long as the request, not the same.
					if kind == echoTyped {
						require.Len(t, reply, len(want))
					} else {
						require.Equal(t, string(want), string(reply))
					}
					sent++
					return nil
				}
				cl := connect(t, &same, requests, echo(t, kind))
				require.NoError(t, cl.verify(t.Context()))
				require.Equal(t, 2, sent)
				took, err := cl.run(t.Context(), 20*time.Millisecond)
				require.NoError(t, err)
				require.NotEmpty(t, took)
			})
		}
	}
}

func TestChecksRefuseWrongAnswers(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		check func([]byte, int) error
		reply string
	}{
		"no message":                {checkSingle, "\xff"},
		"an event not transformed":  {checkSingle, ""},
		"too few results":           {checkBatch, ""},
		"no results in a stream":    {checkMessage, ""},
		"REST without an upload":    {checkREST, `{"status":"STATUS_TRANSFORMED"}`},
		"REST with a failed event":  {checkREST, `{"uploads":[{}],"results":[{"status":"STATUS_FAILED"}]}`},
		"REST that is not JSON":     {checkREST, `<html>`},
		"an item that failed":       {checkProcessor, `[{"statusCode":400,"error":"no"}]`},
		"too few items":             {checkProcessor, `[]`},
		"a router item that failed": {checkRouter, `{"output":[{"statusCode":500,"metadata":[{}]}]}`},
		"a job that is missing":     {checkRouter, `{"output":[{"statusCode":200,"batchedRequest":{},"metadata":[]}]}`},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			require.Error(t, c.check([]byte(c.reply), 1))
		})
	}
	require.NoError(t, checkProcessor([]byte(`[{"statusCode":200,"output":{}}]`), 1))
	require.NoError(t, checkRouter([]byte(`{"output":[{"statusCode":200,"batchedRequest":{},"metadata":[{},{}]}]}`), 2))
}

func TestASenderAccountsForEachMessage(t *testing.T) {
	srv, err := server.New(server.Options{MaxConnectionAge: 50 * time.Millisecond})
	require.NoError(t, err)
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	ctx, cancel := context.WithCancel(context.Background())
	ended := make(chan error, 1)
	go func() { ended <- srv.Run(ctx, listener) }()
	t.Cleanup(func() {
		cancel()
		require.NoError(t, <-ended)
	})
	conn, err := grpc.NewClient(listener.Addr().String(), grpc.WithTransportCredentials(insecure.NewCredentials()))
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, conn.Close()) })
	l := &ledger{answers: make(map[string]int)}
	enough := make(chan struct{})
	time.AfterFunc(300*time.Millisecond, func() { close(enough) })
	require.NoError(t, (&sender{client: transformerv1.NewTransformServiceClient(conn), ledger: l, pace: time.Millisecond}).run(t.Context(), enough))
	require.Positive(t, l.reopened, "the stream was opened again")
	require.Positive(t, l.sent)
	require.Equal(t, l.sent, l.answered)
	require.Zero(t, l.repeated)
	require.Equal(t, l.sent, l.answers[listener.Addr().String()])
}

func TestDocumentsAreUpdatedInTheirPlaces(t *testing.T) {
	t.Parallel()
	file := filepath.Join(t.TempDir(), "d.md")
	require.NoError(t, os.WriteFile(file, []byte("# D\n<!-- load: a -->\nold\n<!-- end -->\ntext\n<!-- load: b -->\n<!-- end -->\n"), 0o600))
	require.NoError(t, updateDocument(file, map[string]string{"a": "new a\n", "b": "new b\n", "none": "x"}))
	text, err := os.ReadFile(file)
	require.NoError(t, err)
	require.Equal(t, "# D\n<!-- load: a -->\nnew a\n<!-- end -->\ntext\n<!-- load: b -->\nnew b\n<!-- end -->\n", string(text))
	require.NoError(t, os.WriteFile(file, []byte("<!-- load: a -->\nold\n"), 0o600))
	require.ErrorContains(t, updateDocument(file, map[string]string{"a": "new"}), "no end")
}

func TestSummaries(t *testing.T) {
	t.Parallel()
	require.Zero(t, median([]float64{}))
	require.InDelta(t, 2.0, median([]float64{3, 1, 2}), 0)
	require.InDelta(t, 2.5, median([]float64{4, 1, 3, 2}), 0)
	sorted := []time.Duration{1, 2, 3, 4, 5, 6, 7, 8, 9, 10}
	require.EqualValues(t, 6, percentile(sorted, 0.5))
	require.EqualValues(t, 10, percentile(sorted, 0.99))
	require.Zero(t, percentile(nil, 0.5))
	pair := func(ceiling, ours time.Duration) (*side, *side) {
		return &side{runs: []figures{{events: 10, cpu: ceiling}}}, &side{runs: []figures{{events: 10, cpu: ours}}}
	}
	ceiling, ours := pair(time.Second, 2*time.Second)
	require.Equal(t, []float64{0.5}, compareRuns(ceiling, ours), "twice the ceiling's time is a ratio of one half")
	require.True(t, wanted("grpc-batch-json", nil))
	require.True(t, wanted("grpc-batch-json", []string{"rest", "grpc-batch"}))
	require.False(t, wanted("grpc-batch-json", []string{"rest"}))
}

func TestReportsAreReadByPeopleAndPrograms(t *testing.T) {
	t.Parallel()
	r := &report{
		Date: "2026-11-23", Machine: "M", Go: "go1", Rounds: 5, RunSeconds: 2,
		Paths: []pathRow{
			{Name: "P", Key: "p", Ratio: 0.5, RatioMin: 0.4, RatioMax: 0.6, Target: 0.4, Pass: true},
			{Name: "Q", Key: "q", Ratio: 0.3, Target: 0.4},
		},
		Others: []otherRow{{Name: "O", Skipped: "jq is not installed", Target: "20"}},
	}
	var text, asJSON, markdown strings.Builder
	require.NoError(t, r.print(&text, false, false))
	require.Regexp(t, `P +0 +0\.00 +0\.00 +0\.50 \(0\.40–0\.60\) +0\.40 +pass`, text.String())
	require.Regexp(t, `Q .* 0\.40 +FAIL`, text.String())
	require.Contains(t, text.String(), "not measured: jq is not installed")
	require.NoError(t, r.print(&asJSON, true, false))
	require.Contains(t, asJSON.String(), `"ratio": 0.5`)
	require.NoError(t, r.print(&markdown, false, true))
	require.Contains(t, markdown.String(), "| P | 0 | 0.00 | 0.00 | 0.50 (0.40–0.60) | 0.40 | pass |")
}

func TestSizedEventsHaveTheirSize(t *testing.T) {
	t.Parallel()
	for _, size := range []int{500, 10_000, 1_000_000} {
		for _, event := range sizedEvents(size)[:2] {
			require.InDelta(t, size, len(event), 60)
		}
	}
}
