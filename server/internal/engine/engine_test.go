package engine

import (
	"context"
	"log/slog"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	noopmetric "go.opentelemetry.io/otel/metric/noop"
	nooptrace "go.opentelemetry.io/otel/trace/noop"
	"google.golang.org/protobuf/proto"

	rudderstackv1 "github.com/rudder-clevertap/rudder-clevertap/gen/rudderstack/v1"
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
