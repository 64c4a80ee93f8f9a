package engine

import (
	"context"
	"log/slog"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	noopmetric "go.opentelemetry.io/otel/metric/noop"
	nooptrace "go.opentelemetry.io/otel/trace/noop"
	"google.golang.org/protobuf/proto"

	rudderstackv1 "github.com/rudder-clevertap/rudder-clevertap/gen/rudderstack/v1"
	transformerv1 "github.com/rudder-clevertap/rudder-clevertap/gen/transformer/v1"
	"github.com/rudder-clevertap/rudder-clevertap/internal/apierr"
	"github.com/rudder-clevertap/rudder-clevertap/mapping"
)

func TestAPanicFailsItsEventAlone(t *testing.T) {
	t.Parallel()
	engine, err := New(nooptrace.NewTracerProvider().Tracer(""), noopmetric.NewMeterProvider().Meter(""), slog.New(slog.DiscardHandler), nil)
	require.NoError(t, err)
	to, invalid := mapping.ParseDestination([]byte(`{"accountId":"A","passcode":"P"}`))
	require.Nil(t, invalid)
	good, err := proto.Marshal(&rudderstackv1.Event{Type: "track", UserId: "u", Event: "E"})
	require.NoError(t, err)
	ctx, w := engine.Begin(t.Context(), 0)
	defer w.Release()
	_, fault := w.Transform(ctx, Event{Text: good, Typed: true}, nil)
	require.Equal(t, apierr.Internal, apierr.ReasonOf(fault), "without a destination the mapping panics")
	result, fault := w.Transform(ctx, Event{Text: good, Typed: true}, to)
	require.NoError(t, fault)
	require.Equal(t, mapping.Transformed, result.Status)
}

// TestExplanationsHaveABound: a request of a few megabytes can't ask for an answer of hundreds.
func TestExplanationsHaveABound(t *testing.T) {
	t.Parallel()
	engine, err := New(nooptrace.NewTracerProvider().Tracer(""), noopmetric.NewMeterProvider().Meter(""), slog.New(slog.DiscardHandler), nil)
	require.NoError(t, err)
	to, invalid := mapping.ParseDestination([]byte(`{"accountId":"A","passcode":"P"}`))
	require.Nil(t, invalid)
	event := []byte(`{"type":"track","userId":"u","event":"E","properties":{"a":[` + strings.Repeat("1,", 20_000) + `1]}}`)
	batch := Batch{To: Target{Destination: to}, Explain: true}
	for count, fits := range map[int]bool{1: true, 4: true, 40: false} {
		for len(batch.EventsJSON) < count {
			batch.EventsJSON = append(batch.EventsJSON, event)
		}
		some := batch
		some.EventsJSON = batch.EventsJSON[:count]
		answer, err := engine.Transform(t.Context(), some)
		if !fits {
			require.Equal(t, apierr.RequestTooLarge, apierr.ReasonOf(err))
			require.ErrorContains(t, err, "explain fewer at once")
			continue
		}
		require.NoError(t, err)
		require.Len(t, answer.Results, count)
		require.NotEmpty(t, answer.Results[count-1].Lineage)
	}
}

func TestRecordingCostsNoAllocationPerEvent(t *testing.T) {
	in, err := newInstruments(noopmetric.NewMeterProvider().Meter("test"))
	require.NoError(t, err)
	tally := in.newTally()
	result := &mapping.Result{
		Status: mapping.Failed, CallType: "track", Diagnostics: []mapping.Diagnostic{{Code: mapping.NestedValueStringified}},
	}
	require.Zero(t, testing.AllocsPerRun(100, func() {
		tally.reset()
		tally.count(result, mapping.MissingEventName)
		tally.record(context.Background(), time.Now(), in.byRuleset("guide"))
	}))
}

// TestEveryCodeIsCountedByItsName: whatever the numbers of the contract's values, with gaps or without.
func TestEveryCodeIsCountedByItsName(t *testing.T) {
	t.Parallel()
	names := enumNames(transformerv1.DiagnosticCode_name, "DIAGNOSTIC_CODE_")
	require.Len(t, names, len(transformerv1.DiagnosticCode_name)-1)
	for _, check := range mapping.Checks() {
		require.Contains(t, names, string(check.Code))
	}
	require.Len(t, enumNames(transformerv1.ErrorReason_name, "ERROR_REASON_"), len(transformerv1.ErrorReason_name)-1)
}
