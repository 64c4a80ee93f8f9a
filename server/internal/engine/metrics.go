package engine

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/metric"

	transformerv1 "github.com/rudder-clevertap/rudder-clevertap/gen/transformer/v1"
	"github.com/rudder-clevertap/rudder-clevertap/mapping"
)

// The attributes of spans and metrics.
const (
	attrCallType = attribute.Key("rudder_clevertap.call_type")
	attrResult   = attribute.Key("rudder_clevertap.result")
	attrRuleset  = attribute.Key("rudder_clevertap.ruleset")
	attrCode     = attribute.Key("rudder_clevertap.code")
	attrReason   = attribute.Key("error.type")

	attrEvents      = attribute.Key("rudder_clevertap.events")
	attrTransformed = attribute.Key("rudder_clevertap.transformed")
	attrFiltered    = attribute.Key("rudder_clevertap.filtered")
	attrFailed      = attribute.Key("rudder_clevertap.failed")
	attrRecords     = attribute.Key("rudder_clevertap.records")
	attrOutcome     = attribute.Key("rudder_clevertap.outcome")
)

// The results of an event, as attributes show them.
const (
	resultTransformed = "transformed"
	resultFiltered    = "filtered"
	resultFailed      = "failed"
)

// outcome is what became of an event, as far as metrics tell events apart: 0 transformed, 1 filtered, from 2
// on failed for the reason with that number less 2.
type outcome int

const (
	outcomeTransformed outcome = iota
	outcomeFiltered
	outcomeFailed
)

// instruments are the metrics that the services record, and the attribute sets that they record them with,
// made once.
type instruments struct {
	events      metric.Int64Counter
	diagnostics metric.Int64Counter
	duration    metric.Float64Histogram
	batchSize   metric.Int64Histogram
	streams     metric.Int64UpDownCounter

	callTypes []string
	reasons   []string
	codes     []string
	byEvent   [][]metric.AddOption // by call type × outcome
	byCode    [][]metric.AddOption // by diagnostic code
	outcomes  int

	guide, transformer []metric.RecordOption // by ruleset
}

// newInstruments makes the instruments and all their attribute sets.
func newInstruments(meter metric.Meter) (*instruments, error) {
	var errs [5]error
	in := &instruments{
		// The last one stands for all that is none of these.
		callTypes: []string{"identify", "track", "page", "screen", "alias", "group", "other"},
		reasons:   append(enumNames(transformerv1.ErrorReason_name, "ERROR_REASON_"), "OTHER"),
		codes:     append(enumNames(transformerv1.DiagnosticCode_name, "DIAGNOSTIC_CODE_"), "OTHER"),
	}
	in.events, errs[0] = meter.Int64Counter("rudder_clevertap.events", metric.WithUnit("{event}"),
		metric.WithDescription("Events by call type, result and, where they failed, reason."))
	in.diagnostics, errs[1] = meter.Int64Counter("rudder_clevertap.diagnostics", metric.WithUnit("{diagnostic}"),
		metric.WithDescription("Diagnostics by code."))
	in.duration, errs[2] = meter.Float64Histogram("rudder_clevertap.mapping.duration", metric.WithUnit("s"),
		metric.WithDescription("How long the mapping of one request or stream message took."),
		metric.WithExplicitBucketBoundaries(1e-5, 2.5e-5, 5e-5, 1e-4, 2.5e-4, 5e-4, 1e-3, 2.5e-3, 5e-3, 1e-2, 2.5e-2, 5e-2, 0.1, 0.25, 1))
	in.batchSize, errs[3] = meter.Int64Histogram("rudder_clevertap.batch.size", metric.WithUnit("{event}"),
		metric.WithDescription("Events in one request or stream message."),
		metric.WithExplicitBucketBoundaries(1, 2, 5, 10, 25, 50, 100, 250, 500, 1000, 2000))
	in.streams, errs[4] = meter.Int64UpDownCounter("rudder_clevertap.streams.active", metric.WithUnit("{stream}"),
		metric.WithDescription("Open transform streams."))
	if err := errors.Join(errs[:]...); err != nil {
		return nil, fmt.Errorf("make instruments: %w", err)
	}
	in.precompute()
	return in, nil
}

// enumNames returns the names of an enum's values but 0 in the order of their numbers, without their prefix.
func enumNames(names map[int32]string, prefix string) []string {
	list := make([]string, 0, len(names))
	for _, number := range slices.Sorted(maps.Keys(names)) {
		if number != 0 {
			list = append(list, strings.TrimPrefix(names[number], prefix))
		}
	}
	return list
}

// precompute makes the attribute sets.
func (in *instruments) precompute() {
	in.guide = []metric.RecordOption{metric.WithAttributeSet(attribute.NewSet(attrRuleset.String("guide")))}
	in.transformer = []metric.RecordOption{
		metric.WithAttributeSet(attribute.NewSet(attrRuleset.String("transformer"))),
	}
	in.outcomes = int(outcomeFailed) + len(in.reasons)
	for _, callType := range in.callTypes {
		for at := range outcome(in.outcomes) {
			attrs := []attribute.KeyValue{attrCallType.String(callType)}
			switch at {
			case outcomeTransformed:
				attrs = append(attrs, attrResult.String(resultTransformed))
			case outcomeFiltered:
				attrs = append(attrs, attrResult.String(resultFiltered))
			default:
				attrs = append(
					attrs, attrResult.String(resultFailed), attrReason.String(in.reasons[at-outcomeFailed]),
				)
			}
			in.byEvent = append(
				in.byEvent, []metric.AddOption{metric.WithAttributeSet(attribute.NewSet(attrs...))},
			)
		}
	}
	for _, code := range in.codes {
		in.byCode = append(
			in.byCode, []metric.AddOption{metric.WithAttributeSet(attribute.NewSet(attrCode.String(code)))},
		)
	}
}

// byRuleset returns the attributes of a ruleset, by the name that the mapping has for it.
func (in *instruments) byRuleset(name string) []metric.RecordOption {
	if name == "transformer" {
		return in.transformer
	}
	return in.guide
}

// indexOf returns the place of name in names, or of the last one, which stands for all others.
func indexOf(names []string, name string) int {
	for i, known := range names {
		if known == name {
			return i
		}
	}
	return len(names) - 1
}

// tally counts what became of the events of one request. Counting costs no more than finding the right
// number; recording the numbers is done once per request.
type tally struct {
	in          *instruments
	events      []int64 // like instruments.byEvent
	diagnostics []int64 // like instruments.byCode

	transformed, filtered, failed, records int
}

// newTally returns an empty tally.
func (in *instruments) newTally() tally {
	return tally{in: in, events: make([]int64, len(in.byEvent)), diagnostics: make([]int64, len(in.byCode))}
}

// reset empties the tally.
func (t *tally) reset() {
	clear(t.events)
	clear(t.diagnostics)
	t.transformed, t.filtered, t.failed, t.records = 0, 0, 0, 0
}

// count adds one event. The reason is why it failed, or nothing.
func (t *tally) count(result *mapping.Result, failed mapping.Reason) {
	at := outcomeTransformed
	switch {
	case failed != "":
		at = outcomeFailed + outcome(indexOf(t.in.reasons, string(failed)))
		t.failed++
	case result.Status == mapping.Filtered:
		at = outcomeFiltered
		t.filtered++
	default:
		t.transformed++
		t.records += len(result.Records)
	}
	t.events[indexOf(t.in.callTypes, result.CallType)*t.in.outcomes+int(at)]++
	for i := range result.Diagnostics {
		t.diagnostics[indexOf(t.in.codes, string(result.Diagnostics[i].Code))]++
	}
}

// outcome says in a word what became of the events.
func (t *tally) outcome() string {
	switch {
	case t.failed > 0 && t.failed == t.total():
		return resultFailed
	case t.failed > 0:
		return "partial"
	case t.filtered > 0 && t.filtered == t.total():
		return resultFiltered
	default:
		return resultTransformed
	}
}

// total returns how many events were counted.
func (t *tally) total() int { return t.transformed + t.filtered + t.failed }

// now returns the time, for record, unless nobody wants to know how long it took.
func (in *instruments) now(ctx context.Context) time.Time {
	if !in.duration.Enabled(ctx) {
		return time.Time{}
	}
	return time.Now()
}

// record adds the numbers to the metrics, of work that started at a time that now returned.
func (t *tally) record(ctx context.Context, start time.Time, by []metric.RecordOption) {
	if t.in.duration.Enabled(ctx) {
		t.in.duration.Record(ctx, time.Since(start).Seconds(), by...)
	}
	if t.in.batchSize.Enabled(ctx) {
		t.in.batchSize.Record(ctx, int64(t.total()), by...)
	}
	if t.in.events.Enabled(ctx) {
		for i, n := range t.events {
			if n > 0 {
				t.in.events.Add(ctx, n, t.in.byEvent[i]...)
			}
		}
	}
	if t.in.diagnostics.Enabled(ctx) {
		for i, n := range t.diagnostics {
			if n > 0 {
				t.in.diagnostics.Add(ctx, n, t.in.byCode[i]...)
			}
		}
	}
}
