package telemetry

import (
	"bytes"
	"context"
	"encoding/json"
	"log/slog"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"go.opentelemetry.io/otel"
	"go.uber.org/goleak"
	"google.golang.org/grpc/grpclog"

	"github.com/rudder-clevertap/rudder-clevertap/internal/otlptest"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

func TestTelemetryIsSilentUnlessItIsAskedFor(t *testing.T) {
	for name, env := range map[string]map[string]string{
		"nothing is configured": {},
		"the SDK is disabled":   {"OTEL_SDK_DISABLED": "true", "OTEL_EXPORTER_OTLP_ENDPOINT": "http://127.0.0.1:1"},
		"no exporters": {
			"OTEL_EXPORTER_OTLP_ENDPOINT": "http://127.0.0.1:1",
			"OTEL_TRACES_EXPORTER":        "none", "OTEL_METRICS_EXPORTER": "none", "OTEL_LOGS_EXPORTER": "none",
		},
	} {
		t.Run(name, func(t *testing.T) {
			for key, value := range env {
				t.Setenv(key, value)
			}
			telemetry, err := New(t.Context(), "v1")
			require.NoError(t, err)
			require.Equal(t, None(), telemetry)
			require.NoError(t, telemetry.Shutdown(t.Context()))
		})
	}
}

func TestEachSignalCanBeAskedForAlone(t *testing.T) {
	t.Setenv("OTEL_EXPORTER_OTLP_TRACES_ENDPOINT", "http://127.0.0.1:1")
	t.Setenv("OTEL_EXPORTER_OTLP_PROTOCOL", "http/protobuf")
	t.Setenv("OTEL_SERVICE_NAME", "shop")
	telemetry, err := New(t.Context(), "v1")
	require.NoError(t, err)
	require.NotEqual(t, None().TracerProvider, telemetry.TracerProvider)
	require.Equal(t, None().MeterProvider, telemetry.MeterProvider)
	require.Nil(t, telemetry.LogHandler)
	ctx, cancel := context.WithTimeout(t.Context(), time.Second)
	defer cancel()
	require.NoError(t, telemetry.Shutdown(ctx), "nothing was left to send")
	t.Setenv("OTEL_TRACES_EXPORTER", "carrier-pigeon")
	_, err = New(t.Context(), "v1")
	require.ErrorContains(t, err, "carrier-pigeon")
	t.Setenv("OTEL_TRACES_EXPORTER", "otlp,console")
	_, err = New(t.Context(), "v1")
	require.ErrorContains(t, err, "OTEL_TRACES_EXPORTER=otlp,console: name one exporter")
}

// handled sets telemetry up and returns it with what went to OpenTelemetry's error handler.
func handled(t *testing.T) (*Telemetry, string) {
	t.Helper()
	var said []string
	before := otel.GetErrorHandler()
	otel.SetErrorHandler(otel.ErrorHandlerFunc(func(err error) { said = append(said, err.Error()) }))
	defer otel.SetErrorHandler(before)
	telemetry, err := New(t.Context(), "v1")
	require.NoError(t, err)
	return telemetry, strings.Join(said, "\n")
}

func TestThePropagatorsAreThoseThatAreAskedFor(t *testing.T) {
	w3c := []string{"traceparent", "tracestate", "baggage"}
	for _, want := range []struct {
		value  string
		fields []string
		said   string
	}{
		{"", w3c, ""},
		{"tracecontext", w3c[:2], ""},
		{" baggage , tracecontext,baggage,", w3c, ""},
		{"none", nil, ""},
		{"b3", []string{"b3"}, ""},
		{"tracecontext,carrier-pigeon", w3c[:2], "OTEL_PROPAGATORS: unknown propagator: carrier-pigeon"},
		{"carrier-pigeon", w3c, "OTEL_PROPAGATORS: unknown propagator: carrier-pigeon"},
	} {
		t.Run(want.value, func(t *testing.T) {
			t.Setenv("OTEL_PROPAGATORS", want.value)
			t.Setenv("OTEL_SDK_DISABLED", "true") // It says nothing about propagators.
			telemetry, said := handled(t)
			require.ElementsMatch(t, want.fields, telemetry.Propagator.Fields())
			require.Equal(t, want.said, said)
		})
	}
}

func TestAnEntryThatIsNoResourceAttributeIsLeftOut(t *testing.T) {
	receiver := otlptest.Start(t)
	t.Setenv("OTEL_RESOURCE_ATTRIBUTES", "team=growth,nonsense,service.name=shop")
	telemetry, said := handled(t)
	require.Contains(t, said, "OTEL_RESOURCE_ATTRIBUTES: ")
	require.Contains(t, said, "nonsense")
	_, span := telemetry.TracerProvider.Tracer("test").Start(t.Context(), "s")
	span.End()
	require.NoError(t, telemetry.Shutdown(t.Context()))
	require.Equal(t, "growth", receiver.Resource()["team"])
	require.Equal(t, "shop", receiver.Resource()["service.name"])
}

// TestGRPCLogsWhereWeDo: its lines are JSON like all others, and the newest logger gets them.
func TestGRPCLogsWhereWeDo(t *testing.T) {
	var first, second bytes.Buffer
	SetGRPCLogger(NewLogger(&first, LogJSON, slog.LevelDebug, nil))
	grpclog.Errorf("Failed to parse Content-Type %s", "\n")
	grpclog.Component("core").Warning("a warning")
	grpclog.Infoln("chatter")
	SetGRPCLogger(NewLogger(&second, LogJSON, slog.LevelInfo, nil))
	grpclog.Errorln("for", "the second")
	grpclog.Warningln("not wanted")
	said := func(log *bytes.Buffer) (lines []string) {
		for line := range strings.Lines(log.String()) {
			var fields struct{ Level, Msg string }
			require.NoError(t, json.Unmarshal([]byte(line), &fields), line)
			lines = append(lines, fields.Level+" "+fields.Msg)
		}
		return lines
	}
	require.Equal(t, []string{"WARN gRPC: Failed to parse Content-Type", "DEBUG gRPC: [core] a warning"}, said(&first))
	require.Equal(t, []string{"WARN gRPC: for the second"}, said(&second))
}
