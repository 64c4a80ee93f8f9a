package mapping_test

import (
	"encoding/json"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/rudder-clevertap/rudder-clevertap/clevertap"
	transformerv1 "github.com/rudder-clevertap/rudder-clevertap/gen/transformer/v1"
	"github.com/rudder-clevertap/rudder-clevertap/internal/clevertapstub/judge"
	"github.com/rudder-clevertap/rudder-clevertap/mapping"
)

// checked transforms the event of an example in a mode of the checks.
func checked(t *testing.T, e mapping.CheckExample, mode string) *mapping.Result {
	t.Helper()
	settings := `{"accountId":"A","passcode":"P","trackAnonymous":true,"checkMode":"` + mode + `"`
	if e.Transformer {
		settings += `,"ruleset":"transformer"`
	}
	if e.Settings != "" {
		settings += "," + e.Settings
	}
	to, problem := mapping.ParseDestination([]byte(settings + "}"))
	require.Nil(t, problem, "%s", settings)
	return new(mapping.Mapper).TransformJSON([]byte("{"+e.Event+"}"), to)
}

// at returns what is in a record at a JSON Pointer, or nothing.
func at(t *testing.T, record, pointer string) string {
	t.Helper()
	text := json.RawMessage(record)
	for step := range strings.SplitSeq(pointer[1:], "/") {
		var list []json.RawMessage
		object := map[string]json.RawMessage{}
		if index, err := strconv.Atoi(step); err == nil && json.Unmarshal(text, &list) == nil {
			text = list[index]
			continue
		}
		if json.Unmarshal(text, &object) != nil {
			return ""
		}
		text = object[step]
	}
	return string(text)
}

// about returns the diagnostics that a check has given, those of nested values under any of their codes.
func about(check mapping.Check, e mapping.CheckExample, all []mapping.Diagnostic) (found []mapping.Diagnostic) {
	for _, d := range all {
		nested := check.Code == mapping.NestedValueRefused && strings.HasPrefix(string(d.Code), "NESTED_VALUE_")
		if (d.Code == check.Code && d.CleverTapCode == check.Refusal || nested) && (e.Path == "" || d.Path == e.Path) {
			found = append(found, d)
		}
	}
	return found
}

// TestExamplesOfChecks: what each check says of its own examples, and what becomes of them, in each mode.
func TestExamplesOfChecks(t *testing.T) {
	t.Parallel()
	for _, check := range mapping.Checks() {
		require.NotEmpty(t, check.Examples, check.Code)
		for _, e := range check.Examples {
			t.Run(string(check.Code)+"/"+e.Event, func(t *testing.T) {
				t.Parallel()
				reported := checked(t, e, "report")
				require.Nil(t, reported.Err)
				last := reported.Records[len(reported.Records)-1]
				require.Equal(t, e.Report, at(t, string(last.AppendJSON(nil)), e.At))
				said := about(check, e, reported.Diagnostics)
				require.NotEmpty(t, said, "%v", reported.Diagnostics)
				if e.Settings == "" || !strings.Contains(e.Settings, "nested") {
					require.Equal(t, mapping.Sent, said[0].Action)
					require.Equal(t, check.Severity, said[0].Severity)
					require.Equal(t, check.Refusal, said[0].CleverTapCode)
				}
				require.Contains(t, said[0].Message, check.Rule)
				if e.Transformer {
					return
				}
				requireRepair(t, check, e)
				requireReject(t, check, e)
			})
		}
	}
}

// requireRepair requires that CHECK_MODE_REPAIR makes of an example what it says.
func requireRepair(t *testing.T, check mapping.Check, e mapping.CheckExample) {
	t.Helper()
	repaired := checked(t, e, "repair")
	if e.Action == mapping.Rejected {
		require.Equal(t, mapping.CleverTapWouldRefuse, repaired.Err.Reason)
		require.Equal(t, e.Path, repaired.Err.Field)
		return
	}
	require.Nil(t, repaired.Err)
	said := about(check, e, repaired.Diagnostics)
	require.NotEmpty(t, said, "%v", repaired.Diagnostics)
	require.Equal(t, e.Action, said[0].Action)
	require.NotEqual(t, mapping.SeverityError, said[0].Severity)
	if e.Action != mapping.Sent {
		require.Equal(t, mapping.SeverityWarning, said[0].Severity)
		require.Equal(t, check.Refusal, said[0].CleverTapCode)
	}
	text := string(repaired.Records[len(repaired.Records)-1].AppendJSON(nil))
	require.Equal(t, e.Repair, at(t, text, e.At), text)
	for _, record := range repaired.Records {
		rules := rulesOf(t, []byte("{"+e.Settings+"}"), true)
		require.Empty(t, judge.Record(record.AppendJSON(nil), rules))
	}
}

// requireReject requires that CHECK_MODE_REJECT fails an example if CleverTap refuses it, and only then.
func requireReject(t *testing.T, check mapping.Check, e mapping.CheckExample) {
	t.Helper()
	got := checked(t, e, "reject")
	reported := checked(t, e, "report")
	if !slices.ContainsFunc(reported.Diagnostics, func(d mapping.Diagnostic) bool { return d.Severity == mapping.SeverityError }) {
		require.Nil(t, got.Err)
		require.Equal(t, reported.Diagnostics, got.Diagnostics)
		return
	}
	require.Equal(t, mapping.Failed, got.Status)
	require.Empty(t, got.Records)
	require.Equal(t, mapping.CleverTapWouldRefuse, got.Err.Reason)
	if check.Severity == mapping.SeverityError {
		require.Contains(t, got.Err.Message, "CleverTap will refuse the record")
		require.Equal(t, mapping.Rejected, about(check, e, got.Diagnostics)[0].Action)
	}
}

// TestChecksAreRows: a row says what it prevents and when; a check that predicts a refusal names CleverTap's code
// for it, and those codes are CleverTap's.
func TestChecksAreRows(t *testing.T) {
	t.Parallel()
	fields := map[string]int{}
	for _, field := range clevertap.ProfileFields() {
		fields[field.Name] = field.Code
	}
	for _, check := range mapping.Checks() {
		require.NotEmpty(t, check.Rule, check.Code)
		require.Equal(t, check.Severity == mapping.SeverityError, check.Refusal != 0, check.Code)
		if check.Refusal != 0 {
			_, known := clevertap.LookUpCode(check.Refusal)
			require.True(t, known, check.Code)
		}
		require.NotEmpty(t, check.Place.String(), check.Code)
		_, known := transformerv1.DiagnosticCode_value["DIAGNOSTIC_CODE_"+string(check.Code)]
		require.True(t, known, check.Code)
		for _, key := range check.Fields {
			if code, standard := fields[key]; standard {
				require.Equal(t, code, check.Refusal, key)
				delete(fields, key)
			}
		}
	}
	require.Empty(t, fields, "each standard field with a form has a check")
}
