package server

import (
	"bytes"
	"encoding/json"
	"fmt"
	"log/slog"
	"strings"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"
	"google.golang.org/grpc/codes"
	healthgrpc "google.golang.org/grpc/health/grpc_health_v1"
	"google.golang.org/grpc/metadata"

	transformerv1 "github.com/rudder-clevertap/rudder-clevertap/gen/transformer/v1"
	"github.com/rudder-clevertap/rudder-clevertap/internal/apierr"
	"github.com/rudder-clevertap/rudder-clevertap/internal/config"
	"github.com/rudder-clevertap/rudder-clevertap/internal/telemetry"
	"github.com/rudder-clevertap/rudder-clevertap/mapping"
)

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

func TestCallsAreLogged(t *testing.T) {
	t.Parallel()
	tokens, err := config.ParseTokens(strings.NewReader("billing:" + secret))
	require.NoError(t, err)
	for level, wellLines := range map[slog.Level]int{slog.LevelInfo: 0, slog.LevelDebug: 1} {
		t.Run(level.String(), func(t *testing.T) {
			t.Parallel()
			logs := &logBuffer{}
			r := start(t, Options{Logger: telemetry.NewLogger(logs, telemetry.LogJSON, level, nil), Callers: tokens})
			ctx := metadata.AppendToOutgoingContext(t.Context(), "authorization", "Bearer "+secret)
			_, err := r.client().Transform(ctx, jsonRequest(string(track("m"))))
			require.NoError(t, err)
			_, err = r.client().Transform(ctx, jsonRequest(`{}`))
			requireFailure(t, err, codes.InvalidArgument, mapping.MissingMessageType)
			_, err = healthgrpc.NewHealthClient(r.conn).Check(ctx, &healthgrpc.HealthCheckRequest{})
			require.NoError(t, err)
			lines := logs.calls(t, "transformer.v1.TransformService/Transform")
			require.Len(t, lines, 1+wellLines, "calls that went well show when debugging only")
			if wellLines > 0 {
				require.Equal(t, "OK", lines[0]["rpc.response.status_code"])
				require.NotContains(t, lines[0], "error")
			}
			failed := lines[wellLines]
			require.Equal(t, "INVALID_ARGUMENT", failed["rpc.response.status_code"])
			require.Equal(t, "MISSING_MESSAGE_TYPE", failed["reason"])
			require.Equal(t, "billing", failed["caller"])
			require.Contains(t, failed, "error")
			require.Len(t, logs.calls(t, "grpc.health.v1.Health/Check"), wellLines)
			require.NotContains(t, logs.String(), secret)
		})
	}
}

// TestFailedEventsOfABatchAreLogged: one line each when debugging, and how many there were.
func TestFailedEventsOfABatchAreLogged(t *testing.T) {
	t.Parallel()
	for level, wanted := range map[slog.Level][]string{
		slog.LevelInfo: {"events failed 2 of 3, b-1"},
		slog.LevelDebug: {
			"an event failed 1 m-2 MISSING_EVENT_NAME, b-1", "an event failed 2 m-3 UNSUPPORTED_MESSAGE_TYPE, b-1",
			"events failed 2 of 3, b-1", "call b-1",
		},
	} {
		t.Run(level.String(), func(t *testing.T) {
			t.Parallel()
			logs := &logBuffer{}
			r := start(t, Options{Logger: telemetry.NewLogger(logs, telemetry.LogJSON, level, nil)})
			_, err := r.client().BatchTransform(metadata.AppendToOutgoingContext(t.Context(), "x-request-id", "b-1"), &transformerv1.BatchTransformRequest{
				Target: toJSON(), EventsJson: [][]byte{
					track("m-1"), []byte(`{"type":"track","messageId":"m-2","userId":"u"}`), []byte(`{"type":"group","messageId":"m-3"}`),
				},
			})
			require.NoError(t, err)
			var got []string
			for line := range strings.Lines(logs.String()) {
				var f map[string]any
				require.NoError(t, json.Unmarshal([]byte(line), &f))
				switch f["msg"] {
				case "an event failed":
					require.NotEmpty(t, f["error"])
					got = append(got, fmt.Sprintf("%v %v %v %v, %v", f["msg"], f["event"], f["message_id"], f["reason"], f["request_id"]))
				case "events failed":
					got = append(got, fmt.Sprintf("%v %v of %v, %v", f["msg"], f["failed"], f["events"], f["request_id"]))
				default:
					got = append(got, fmt.Sprintf("%v %v", f["msg"], f["request_id"]))
				}
			}
			require.Equal(t, wanted, got)
		})
	}
}

func TestACallThatDoesNotExistIsUnknown(t *testing.T) {
	t.Parallel()
	r := start(t, Options{})
	for _, method := range []string{"/transformer.v1.TransformService/Nothing", "/nowhere.v1.Service/Call"} {
		err := r.conn.Invoke(t.Context(), method, jsonRequest(`{}`), &transformerv1.TransformResponse{})
		requireFailure(t, err, codes.Unimplemented, apierr.UnknownCall)
		require.ErrorContains(t, err, method)
	}
}
