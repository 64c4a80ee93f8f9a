package mapping_test

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/rudder-clevertap/rudder-clevertap/internal/clevertapstub/judge"
	"github.com/rudder-clevertap/rudder-clevertap/internal/genevents"
	"github.com/rudder-clevertap/rudder-clevertap/mapping"
)

// refusals counts what a judge of CleverTap's documents does with records, and what the mapping said of it.
type refusals struct {
	// records were judged; refused are those that are refused, predicted those of them whose event has an ERROR.
	records, refused, predicted int
	// alarms are events with an ERROR of whose records none is refused.
	alarms int
	// codes counts the refused records by the code that CleverTap would name, missed those that were not predicted.
	codes, missed map[int]int
}

// String is a line for a table.
func (c *refusals) String() string {
	codes := make([]string, 0, len(c.codes))
	for _, code := range slices.Sorted(maps.Keys(c.codes)) {
		codes = append(codes, fmt.Sprintf("%d: %d, %d missed", code, c.codes[code], c.missed[code]))
	}
	return fmt.Sprintf("%d records, %d refused (%.1f%%), %d of these predicted (%.1f%%), %d false alarms (by code: %s)",
		c.records, c.refused, 100*float64(c.refused)/float64(c.records),
		c.predicted, 100*float64(c.predicted)/float64(max(1, c.refused)), c.alarms, strings.Join(codes, "; "))
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

// judge counts what becomes of the records of an event; it returns the reasons for which they are refused.
func (c *refusals) judge(records [][]byte, predicts bool, rules judge.Rules) (all []judge.Refusal) {
	for _, record := range records {
		c.records++
		reasons := judge.Record(record, rules)
		if len(reasons) == 0 {
			continue
		}
		c.refused++
		c.codes[reasons[0].Code]++
		if predicts {
			c.predicted++
		} else {
			c.missed[reasons[0].Code]++
		}
		all = append(all, reasons...)
	}
	if predicts && len(records) > 0 && len(all) == 0 {
		c.alarms++
	}
	return all
}

// TestRefusals: events with nothing odd about them are taken. Of events as people really send them, -v prints how many are
// refused, and how many of these refusals a diagnostic predicts: by what CleverTap documents a code for, and by all that it
// documents a form for.
func TestRefusals(t *testing.T) {
	t.Parallel()
	const seed, count = 1, 10_000
	for _, ruleset := range []string{"RULESET_GUIDE", "RULESET_TRANSFORMER"} {
		t.Run(ruleset, func(t *testing.T) {
			t.Parallel()
			documented := &refusals{codes: map[int]int{}, missed: map[int]int{}}
			strictly := &refusals{codes: map[int]int{}, missed: map[int]int{}}
			random, became := genevents.Real(seed), map[mapping.Status]int{}
			var m mapping.Mapper
			for range count {
				event, kind, settings := random.Next()
				to, problem := mapping.ParseDestination(fmt.Appendf(nil, `{"ruleset":%q,%s`, ruleset, settings[1:]))
				require.Nil(t, problem, "%s", settings)
				got := m.TransformJSON(event, to)
				became[got.Status]++
				var records [][]byte
				for _, record := range got.Records {
					records = append(records, record.AppendJSON(nil))
				}
				predicts := slices.ContainsFunc(got.Diagnostics, func(d mapping.Diagnostic) bool {
					return d.Severity == mapping.SeverityError
				})
				documented.judge(records, predicts, rulesOf(t, settings, false))
				reasons := strictly.judge(records, predicts, rulesOf(t, settings, true))
				if kind == genevents.Plain && ruleset == "RULESET_GUIDE" {
					require.Empty(t, reasons, "%s", event)
				}
			}
			t.Logf("seed %d, %d events: %d transformed, %d filtered, %d failed", seed, count,
				became[mapping.Transformed], became[mapping.Filtered], became[mapping.Failed])
			t.Logf("documented refusals: %v", documented)
			t.Logf("strictly: %v", strictly)
		})
	}
}
