package delivery

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"github.com/sony/gobreaker/v2"
	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/metric"
)

// scopeName names this package's instrumentation.
const scopeName = "github.com/rudder-clevertap/rudder-clevertap/delivery"

// The attributes of spans and metrics.
const (
	attrDestination = attribute.Key("rudder_clevertap.destination")
	attrOutcome     = attribute.Key("rudder_clevertap.outcome")
	attrCode        = attribute.Key("rudder_clevertap.code")
	attrRecords     = attribute.Key("rudder_clevertap.records")
	attrReason      = attribute.Key("error.type")
)

// instruments are the sender's metrics.
type instruments struct {
	records  metric.Int64Counter
	attempts metric.Int64Counter
	duration metric.Float64Histogram
	size     metric.Int64Histogram
	waiting  metric.Int64UpDownCounter
	inFlight metric.Int64UpDownCounter
	breakers metric.Int64UpDownCounter
	// sets are the attributes of records and attempts, made once: map[series][]metric.AddOption.
	sets sync.Map
}

// series is what a metric tells apart.
type series struct {
	label, outcome string
	code           int
}

// newInstruments makes the instruments.
func newInstruments(meter metric.Meter) (*instruments, error) {
	var errs [7]error
	in := &instruments{}
	in.records, errs[0] = meter.Int64Counter("rudder_clevertap.delivery.records", metric.WithUnit("{record}"),
		metric.WithDescription("Records by destination, outcome and CleverTap's code."))
	in.attempts, errs[1] = meter.Int64Counter("rudder_clevertap.delivery.attempts", metric.WithUnit("{request}"),
		metric.WithDescription("Uploads by destination and, where they failed, reason."))
	in.duration, errs[2] = meter.Float64Histogram("rudder_clevertap.delivery.duration", metric.WithUnit("s"),
		metric.WithDescription("How long CleverTap took to answer an upload."),
		metric.WithExplicitBucketBoundaries(0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60))
	in.size, errs[3] = meter.Int64Histogram("rudder_clevertap.delivery.size", metric.WithUnit("{record}"),
		metric.WithDescription("Records in one upload."), metric.WithExplicitBucketBoundaries(1, 2, 5, 10, 25, 50, 100, 250, 500, 1000))
	in.waiting, errs[4] = meter.Int64UpDownCounter("rudder_clevertap.delivery.waiting", metric.WithUnit("{record}"),
		metric.WithDescription("Records without an outcome yet."))
	in.inFlight, errs[5] = meter.Int64UpDownCounter("rudder_clevertap.delivery.in_flight", metric.WithUnit("{request}"),
		metric.WithDescription("Uploads under way."))
	in.breakers, errs[6] = meter.Int64UpDownCounter("rudder_clevertap.delivery.breakers_open", metric.WithUnit("{account}"),
		metric.WithDescription("Accounts whose uploads have stopped after failures in a row."))
	if err := errors.Join(errs[:]...); err != nil {
		return nil, fmt.Errorf("make instruments: %w", err)
	}
	return in, nil
}

// set returns the attributes of a series.
func (in *instruments) set(s series) metric.MeasurementOption {
	if known, ok := in.sets.Load(s); ok {
		return known.(metric.MeasurementOption) //nolint:forcetypeassert // Nothing else is stored.
	}
	attrs := []attribute.KeyValue{attrDestination.String(s.label)}
	if s.outcome != "" {
		attrs = append(attrs, attrOutcome.String(s.outcome))
	}
	if s.code != 0 {
		attrs = append(attrs, attrCode.Int(s.code))
	}
	set := metric.WithAttributeSet(attribute.NewSet(attrs...))
	in.sets.Store(s, set)
	return set
}

// wait counts records that came.
func (in *instruments) wait(label string, records int) {
	if ctx := context.Background(); in.waiting.Enabled(ctx) {
		in.waiting.Add(ctx, int64(records), in.set(series{label: label}))
	}
}

// settle counts a record with its outcome.
func (in *instruments) settle(account, label string, outcome Outcome, why *Error) {
	ctx := context.Background()
	if in.waiting.Enabled(ctx) {
		in.waiting.Add(ctx, -1, in.set(series{label: account}))
	}
	if in.records.Enabled(ctx) {
		s := series{label: label, outcome: outcome.String()}
		if why != nil {
			s.code = why.Code
		}
		in.records.Add(ctx, 1, in.set(s))
	}
}

// upload counts an upload that starts.
func (in *instruments) upload(ctx context.Context, label string, records int) {
	if in.inFlight.Enabled(ctx) {
		in.inFlight.Add(ctx, 1, in.set(series{label: label}))
		in.size.Record(ctx, int64(records), in.set(series{label: label}))
	}
}

// uploaded counts an upload that ended.
func (in *instruments) uploaded(ctx context.Context, label string, took time.Duration, v *verdict) {
	if !in.inFlight.Enabled(ctx) {
		return
	}
	in.inFlight.Add(ctx, -1, in.set(series{label: label}))
	in.duration.Record(ctx, took.Seconds(), in.set(series{label: label}))
	s := series{label: label, outcome: "answered"}
	if v.why != nil {
		s.outcome, s.code = string(v.why.Reason), v.why.Code
	}
	in.attempts.Add(ctx, 1, in.set(s))
}

// broke counts breakers that open and close.
func (in *instruments) broke(label string, from, to gobreaker.State) {
	ctx := context.Background()
	switch {
	case from == gobreaker.StateClosed && to != gobreaker.StateClosed:
		in.breakers.Add(ctx, 1, in.set(series{label: label}))
	case from != gobreaker.StateClosed && to == gobreaker.StateClosed:
		in.breakers.Add(ctx, -1, in.set(series{label: label}))
	}
}
