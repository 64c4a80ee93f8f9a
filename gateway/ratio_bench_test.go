//go:build unix

package gateway_test

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"syscall"
	"testing"

	"github.com/stretchr/testify/require"
	"google.golang.org/grpc"
	"google.golang.org/grpc/credentials/insecure"

	"github.com/rudder-clevertap/rudder-clevertap/gateway"
	transformerv1 "github.com/rudder-clevertap/rudder-clevertap/gen/transformer/v1"
	"github.com/rudder-clevertap/rudder-clevertap/internal/genevents"
	"github.com/rudder-clevertap/rudder-clevertap/server"
)

// settings are those of the destination that the benchmark transforms for.
const settings = `{"accountId":"A","passcode":"P","region":"in1","trackAnonymous":true,"enableObjectIdMapping":false}`

// processorBody is a request of the processor with these events.
func processorBody(events [][]byte) []byte {
	items := make([]string, len(events))
	for i, event := range events {
		items[i] = `{"message":` + string(event) + `,"metadata":{"sourceId":"s1","destinationId":"d1","workspaceId":"w1","jobId":17,` +
			`"messageId":"m-17","receivedAt":"2026-11-23T09:00:00.000Z","rudderId":"<<>>u-1<<>>","sourceType":"Javascript","sourceCategory":"web"},` +
			`"destination":{"ID":"d1","Name":"shop","DestinationDefinition":{"ID":"1","Name":"CLEVERTAP","DisplayName":"CleverTap","Config":{}},` +
			`"Config":` + settings + `,"Enabled":true,"WorkspaceID":"w1","Transformations":[],"IsProcessorEnabled":true,"RevisionID":"r1",` +
			`"hasDynamicConfig":false}}`
	}
	return []byte("[" + strings.Join(items, ",") + "]")
}

// caller makes the same call again and again over a connection of its own, and costs little itself.
type caller func()

// newCaller returns a caller of a handler.
func newCaller(b *testing.B, handler http.Handler, path string, body []byte) caller {
	b.Helper()
	web := httptest.NewServer(handler)
	b.Cleanup(web.Close)
	conn, err := net.Dial("tcp", web.Listener.Addr().String())
	require.NoError(b, err)
	b.Cleanup(func() { _ = conn.Close() })
	request := fmt.Appendf(nil, "POST %s HTTP/1.1\r\nHost: h\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n%s", path, len(body), body)
	answers := bufio.NewReader(conn)
	return func() {
		_, err := conn.Write(request)
		require.NoError(b, err)
		answer, err := http.ReadResponse(answers, nil)
		require.NoError(b, err)
		require.Equal(b, http.StatusOK, answer.StatusCode)
		_, err = io.Copy(io.Discard, answer.Body)
		require.NoError(b, err)
	}
}

// cpu returns the processor time that the process has used, in microseconds.
func cpu(b *testing.B) float64 {
	b.Helper()
	var used syscall.Rusage
	require.NoError(b, syscall.Getrusage(syscall.RUSAGE_SELF, &used))
	return float64(used.Utime.Nano()+used.Stime.Nano()) / 1e3
}

// BenchmarkProcessorRoute holds what the processor route of the drop-in costs against what the service's own calls cost for
// the same events, client included, in turn: a single event against REST, a hundred against gRPC.
func BenchmarkProcessorRoute(b *testing.B) {
	srv, err := server.New(server.Options{})
	require.NoError(b, err)
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(b, err)
	ctx, cancel := context.WithCancel(context.Background())
	ended := make(chan error, 1)
	go func() { ended <- srv.Run(ctx, listener) }()
	b.Cleanup(func() {
		cancel()
		require.NoError(b, <-ended)
	})
	dropin, err := gateway.NewDropin(gateway.DropinOptions{Conn: srv.Conn()})
	require.NoError(b, err)
	rest, err := gateway.New(b.Context(), gateway.Options{Conn: srv.Conn()})
	require.NoError(b, err)
	events := genevents.New(1).Batch(100)
	const processor = "/v0/destinations/clevertap"

	b.Run("single against REST", func(b *testing.B) {
		single := `{"event":` + string(events[0]) + `,"destination":` + settings + `}`
		compare(b, 100, newCaller(b, dropin, processor, processorBody(events[:1])), newCaller(b, rest, "/v1/transform", []byte(single)))
	})
	b.Run("100 against gRPC", func(b *testing.B) {
		conn, err := grpc.NewClient(listener.Addr().String(), grpc.WithTransportCredentials(insecure.NewCredentials()))
		require.NoError(b, err)
		b.Cleanup(func() { require.NoError(b, conn.Close()) })
		client := transformerv1.NewTransformServiceClient(conn)
		request := &transformerv1.BatchTransformRequest{
			EventsJson: events, Target: &transformerv1.BatchTransformRequest_DestinationJson{DestinationJson: []byte(settings)},
		}
		compare(b, 5, newCaller(b, dropin, processor, processorBody(events)), func() {
			_, err := client.BatchTransform(b.Context(), request)
			require.NoError(b, err)
		})
	})
}

// compare makes rounds of calls of both, in turn, and reports the processor time of a call of each and their ratio.
func compare(b *testing.B, round int, ours, other caller) {
	b.Helper()
	var spent [2]float64
	for b.Loop() {
		for i, call := range []caller{ours, other} {
			before := cpu(b)
			for range round {
				call()
			}
			spent[i] += cpu(b) - before
		}
	}
	calls := float64(b.N * round)
	b.ReportMetric(spent[0]/calls, "dropin-µs")
	b.ReportMetric(spent[1]/calls, "other-µs")
	b.ReportMetric(spent[0]/spent[1], "ratio")
}
