package docs_test

import (
	"encoding/json"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/rudder-clevertap/rudder-clevertap/internal/clevertapstub/judge"
	"github.com/rudder-clevertap/rudder-clevertap/internal/doctable"
	"github.com/rudder-clevertap/rudder-clevertap/internal/genevents"
	"github.com/rudder-clevertap/rudder-clevertap/mapping"
)

// checkTable makes a table of the checks.
func checkTable() string {
	severities := map[mapping.Severity]string{
		mapping.SeverityInfo: "INFO", mapping.SeverityWarning: "WARNING", mapping.SeverityError: "ERROR",
	}
	var rows [][]string
	for _, check := range mapping.Checks() {
		where := check.Place.String()
		if len(check.Fields) > 0 {
			where = strings.Join(check.Fields, ", ")
		}
		refusal, repair := "–", "nothing"
		if check.Refusal != 0 {
			refusal = strconv.Itoa(check.Refusal)
		}
		if check.Repair != "" {
			repair = check.Repair
		}
		examples := make([]string, 0, len(check.Examples))
		for _, e := range check.Examples {
			examples = append(examples, example(e))
		}
		rows = append(rows, []string{
			doctable.Code(string(check.Code)), refusal, severities[check.Severity], where, check.Rule, repair, strings.Join(examples, "; "),
		})
	}
	head := []string{"code", "CleverTap", "as it is", "where", "what must be so", "`CHECK_MODE_REPAIR`", "examples"}
	return doctable.Markdown(head, rows)
}

// example shows what is sent of an example: as it is, and repaired.
func example(e mapping.CheckExample) string {
	show := func(value string) string {
		if value == "" {
			return "nothing"
		}
		return doctable.Code(value)
	}
	switch {
	case e.Transformer:
		return show(e.Report)
	case e.Action == mapping.Rejected:
		return show(e.Report) + " fails"
	case e.Settings != "":
		return show(e.Report) + " → " + show(e.Repair) + " with " + doctable.Code(e.Settings)
	default:
		return show(e.Report) + " → " + show(e.Repair)
	}
}

// refusals counts what becomes of records, and what the mapping said of them.
type refusals struct{ records, refused, predicted, alarms, failed int }

// refusalTable makes a table of what a judge of CleverTap's documents does with records of events as people really
// send them.
func refusalTable(t *testing.T) string {
	t.Helper()
	var rows [][]string
	for _, c := range []struct{ ruleset, mode string }{
		{"RULESET_GUIDE", "CHECK_MODE_REPORT"},
		{"RULESET_GUIDE", "CHECK_MODE_REPAIR"},
		{"RULESET_TRANSFORMER", "CHECK_MODE_REPORT"},
	} {
		n := judged(t, c.ruleset, c.mode)
		require.Zero(t, n.alarms, "%v", c)
		require.Equal(t, n.refused, n.predicted, "%v", c)
		rows = append(rows, []string{
			doctable.Code(c.ruleset), doctable.Code(c.mode), strconv.Itoa(n.records),
			fmt.Sprintf("%d (%.1f%%)", n.refused, 100*float64(n.refused)/float64(n.records)), strconv.Itoa(n.predicted),
			strconv.Itoa(n.alarms), strconv.Itoa(n.failed),
		})
	}
	head := []string{"ruleset", "mode", "records", "refused", "predicted", "false alarms", "events that failed as `CLEVERTAP_WOULD_REFUSE`"}
	return doctable.Markdown(head, rows)
}

// judged counts what becomes of the records of events as people really send them.
func judged(t *testing.T, ruleset, mode string) (n refusals) {
	t.Helper()
	const seed, count = 1, 10_000
	var m mapping.Mapper
	random := genevents.Real(seed)
	for range count {
		event, _, settings := random.Next()
		to, problem := mapping.ParseDestination(fmt.Appendf(nil, `{"ruleset":%q,"checkMode":%q,%s`, ruleset, mode, settings[1:]))
		require.Nil(t, problem)
		var account struct {
			Limits       judge.Rules
			NestedValues string
		}
		require.NoError(t, json.Unmarshal(settings, &account))
		account.Limits.Nested = account.NestedValues == "NESTED_VALUES_KEEP"
		got := m.TransformJSON(event, to)
		if got.Err != nil && got.Err.Reason == mapping.CleverTapWouldRefuse {
			n.failed++
		}
		refused := n.refused
		for _, record := range got.Records {
			n.records++
			reasons := judge.Record(record.AppendJSON(nil), account.Limits)
			if len(reasons) == 0 {
				continue
			}
			n.refused++
			if slices.ContainsFunc(got.Diagnostics, func(d mapping.Diagnostic) bool {
				return d.Severity == mapping.SeverityError && d.CleverTapCode == reasons[0].Code
			}) {
				n.predicted++
			}
		}
		alarmed := slices.ContainsFunc(got.Diagnostics, func(d mapping.Diagnostic) bool { return d.Severity == mapping.SeverityError })
		if alarmed && got.Err == nil && refused == n.refused {
			n.alarms++
		}
	}
	return n
}
