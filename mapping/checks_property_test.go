package mapping_test

import (
	"encoding/json"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/rudder-clevertap/rudder-clevertap/internal/clevertapstub/judge"
	"github.com/rudder-clevertap/rudder-clevertap/internal/genevents"
	"github.com/rudder-clevertap/rudder-clevertap/mapping"
)

// eachRealEvent transforms events as people really send them under a ruleset and a mode of the checks: those of
// many seeds, until a time is up.
func eachRealEvent(
	t *testing.T, ruleset, mode string, use func(event, settings []byte, to *mapping.Destination, got *mapping.Result),
) {
	t.Helper()
	var m mapping.Mapper
	deadline, count := time.Now().Add(budget(t)), 0
	for seed := uint64(1); seed <= 3 || time.Now().Before(deadline); seed++ {
		random := genevents.Real(seed)
		for range 1000 {
			event, _, settings := random.Next()
			to, problem := mapping.ParseDestination(fmt.Appendf(nil, `{"ruleset":%q,"checkMode":%q,%s`, ruleset, mode, settings[1:]))
			require.Nil(t, problem, "%s", settings)
			use(event, settings, to, m.TransformJSON(event, to))
			count++
		}
	}
	t.Logf("%d events", count)
}

// rulesOf returns the rules by which the records for a destination are judged.
func rulesOf(t *testing.T, settings []byte, strict bool) judge.Rules {
	t.Helper()
	var s struct {
		Limits       judge.Rules
		NestedValues string
	}
	require.NoError(t, json.Unmarshal(settings, &s))
	s.Limits.Nested = strings.HasSuffix(strings.ToUpper(s.NestedValues), "KEEP")
	s.Limits.Strict = strict
	return s.Limits
}

// budget is how long a test of random events may look for one that breaks it.
func budget(t *testing.T) time.Duration {
	t.Helper()
	if testing.Short() {
		return 0
	}
	return time.Second
}

// codesOf returns the codes of the diagnostics that predict a refusal.
func codesOf(got *mapping.Result) (codes []int) {
	for _, d := range got.Diagnostics {
		if d.Severity == mapping.SeverityError {
			codes = append(codes, d.CleverTapCode)
		}
	}
	return codes
}

// said shows diagnostics for a person.
func said(got *mapping.Result) (all []string) {
	for _, d := range got.Diagnostics {
		all = append(all, fmt.Sprintf("%d %s %d %d %s", d.Severity, d.Code, d.CleverTapCode, d.Action, d.Path))
	}
	return all
}

// TestReportPredicts: each record that is refused has an ERROR with its code, and no other event has an ERROR.
func TestReportPredicts(t *testing.T) {
	t.Parallel()
	for _, ruleset := range []string{"RULESET_GUIDE", "RULESET_TRANSFORMER"} {
		t.Run(ruleset, func(t *testing.T) {
			t.Parallel()
			eachRealEvent(t, ruleset, "report", func(event, settings []byte, _ *mapping.Destination, got *mapping.Result) {
				if got.Status != mapping.Transformed {
					return
				}
				predicted := codesOf(got)
				var codes []int
				for _, record := range got.Records {
					for i, reason := range judge.Record(record.AppendJSON(nil), rulesOf(t, settings, false)) {
						codes = append(codes, reason.Code)
						require.Contains(t, predicted, reason.Code, "missed %d %v\n%s\n%s\n%s\n%v", i, reason, event, settings, record.AppendJSON(nil), said(got))
					}
				}
				for _, code := range predicted {
					require.Contains(t, codes, code, "false alarm\n%s\n%s\n%s\n%v", event, settings, got.Records[0].AppendJSON(nil), said(got))
				}
			})
		})
	}
}

// TestPlainEventsAreTaken: events with nothing odd about them have nothing that is warned of, in any mode.
func TestPlainEventsAreTaken(t *testing.T) {
	t.Parallel()
	for _, mode := range []string{"report", "repair", "reject"} {
		var m mapping.Mapper
		for random, plain := genevents.Real(2), 0; plain < 300; {
			event, kind, settings := random.Next()
			if kind != genevents.Plain {
				continue
			}
			plain++
			to, problem := mapping.ParseDestination(fmt.Appendf(nil, `{"checkMode":%q,%s`, mode, settings[1:]))
			require.Nil(t, problem)
			got := m.TransformJSON(event, to)
			for _, record := range got.Records {
				if !strings.Contains(string(settings), "limits") {
					require.Empty(t, judge.Record(record.AppendJSON(nil), judge.Rules{Strict: true}), "%s", event)
					for _, d := range got.Diagnostics {
						require.Equal(t, mapping.InvalidTimestamp, d.Code, "%s", event) // of senders whose times are unusual
					}
				}
			}
		}
	}
}

// TestRepairMends: under GUIDE and REPAIR each record is taken, also by a judge that refuses whatever has not the
// documented form, and no diagnostic predicts a refusal.
func TestRepairMends(t *testing.T) {
	t.Parallel()
	eachRealEvent(t, "RULESET_GUIDE", "repair", func(event, settings []byte, _ *mapping.Destination, got *mapping.Result) {
		if got.Status != mapping.Transformed {
			return
		}
		require.Empty(t, codesOf(got))
		for _, record := range got.Records {
			text := record.AppendJSON(nil)
			require.Empty(t, judge.Record(text, rulesOf(t, settings, true)), "%s\n%s\n%s\n%v", event, settings, text, said(got))
		}
	})
}

// TestRepairIsTold: an event whose record REPAIR changes has a diagnostic that says so, and one that has none is
// sent as REPORT sends it. What REPAIR fails, REPORT predicts.
func TestRepairIsTold(t *testing.T) {
	t.Parallel()
	var reporting, again mapping.Mapper
	eachRealEvent(t, "RULESET_GUIDE", "repair", func(event, settings []byte, to *mapping.Destination, got *mapping.Result) {
		as, _ := mapping.ParseDestination(fmt.Appendf(nil, `{"ruleset":"guide",%s`, settings[1:]))
		reported := reporting.TransformJSON(event, as)
		mended := slices.ContainsFunc(got.Diagnostics, func(d mapping.Diagnostic) bool {
			return d.Action > mapping.Sent
		})
		if !mended {
			require.Equal(t, recordTexts(reported), recordTexts(got), "%s\n%s", event, settings)
		}
		if got.Err != nil && got.Err.Reason == mapping.CleverTapWouldRefuse && reported.Err == nil {
			blanks := regexp.MustCompile(`"identity":"(\s[^"]*|[^"]*\s)"`) // around a word that CleverTap takes only so
			require.True(t, len(codesOf(reported)) > 0 || blanks.MatchString(recordTexts(reported)[0]), "%s\n%s", event, settings)
		}
		twice := again.TransformJSON(event, to)
		require.Equal(t, recordTexts(got), recordTexts(twice), "the same event gives the same records")
		require.Equal(t, got.Diagnostics, twice.Diagnostics)
	})
}

// TestRepairIsIdempotent: repairing what was repaired changes nothing.
func TestRepairIsIdempotent(t *testing.T) {
	t.Parallel()
	eachRealEvent(t, "RULESET_GUIDE", "repair", func(event, settings []byte, to *mapping.Destination, got *mapping.Result) {
		for _, record := range got.Records {
			text := record.AppendJSON(nil)
			after, said, err := mapping.CheckAgain(text, record.Token, to)
			require.NoError(t, err)
			require.Equal(t, string(text), string(after), "%s\n%s", event, settings)
			for _, d := range said {
				require.Equal(t, mapping.Sent, d.Action, "%s\n%s\n%v", event, settings, d)
			}
		}
	})
}

// recordTexts are the records of a result.
func recordTexts(got *mapping.Result) (all []string) {
	for _, record := range got.Records {
		all = append(all, string(record.AppendJSON(nil)))
	}
	return all
}
