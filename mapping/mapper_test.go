package mapping_test

import (
	"cmp"
	"fmt"
	"regexp"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"google.golang.org/protobuf/encoding/protojson"

	"github.com/rudder-clevertap/rudder-clevertap/clevertap"
	rudderstackv1 "github.com/rudder-clevertap/rudder-clevertap/gen/rudderstack/v1"
	"github.com/rudder-clevertap/rudder-clevertap/internal/cases"
	"github.com/rudder-clevertap/rudder-clevertap/mapping"
	"github.com/rudder-clevertap/rudder-clevertap/mapping/document"
)

// destination compiles the settings of a case.
func destination(t *testing.T, c cases.Case) *mapping.Destination {
	t.Helper()
	to, err := mapping.ParseDestination(c.Destination())
	require.Nil(t, err)
	return to
}

// eachCase runs a test for each case under each ruleset.
func eachCase(t *testing.T, run func(t *testing.T, c cases.Case, wanted cases.Outcome, to *mapping.Destination)) {
	t.Helper()
	for _, ruleset := range cases.Rulesets() {
		for _, c := range cases.All() {
			t.Run(string(ruleset)+"/"+c.Rule, func(t *testing.T) {
				t.Parallel()
				to, err := mapping.ParseDestination(c.DestinationUnder(ruleset))
				require.Nil(t, err)
				run(t, c, c.Under(ruleset), to)
			})
		}
	}
}

// requireOutcome demands that an event became what a case says; same compares the records.
func requireOutcome(t *testing.T, wanted cases.Outcome, got *mapping.Result, same func(wanted string, r mapping.Record)) {
	t.Helper()
	if wanted.Error != "" {
		require.NotNil(t, got.Err, "it should fail with %s", wanted.Error)
		require.Equal(t, wanted.Error, string(got.Err.Reason)+" "+got.Err.Field)
		require.Equal(t, mapping.Failed, got.Status)
		require.NotEmpty(t, got.Err.Message)
		if wanted.Message != "" {
			require.Equal(t, wanted.Message, got.Err.Message)
		}
		require.Empty(t, got.Records)
		return
	}
	require.Nil(t, got.Err)
	var diagnostics []string
	for _, d := range got.Diagnostics {
		require.NotEmpty(t, d.Message)
		diagnostics = append(diagnostics, string(d.Code)+" "+d.Path)
		if slices.Contains(wanted.Diagnostics, diagnostics[len(diagnostics)-1]) {
			require.Equal(t, severities()[d.Code], d.Severity, d.Code)
		}
	}
	require.ElementsMatch(t, wanted.Diagnostics, wanted.Told(diagnostics))
	require.Equal(t, wanted.Filtered, got.FilterReason != 0)
	if wanted.Filtered {
		require.Equal(t, mapping.Filtered, got.Status)
		require.Contains(t, got.FilterReason.String(), wanted.FilterReason)
		require.Empty(t, got.Records)
		return
	}
	require.Equal(t, mapping.Transformed, got.Status)
	require.Len(t, got.Records, len(wanted.Records))
	for i, r := range got.Records {
		require.Equal(t, i == 1, r.Token)
		same(wanted.Records[i], r)
	}
}

// severities are those that the contract documents for each code.
func severities() map[mapping.Code]mapping.Severity {
	return map[mapping.Code]mapping.Severity{
		mapping.NestedValueStringified:  mapping.SeverityWarning,
		mapping.InvalidTimestamp:        mapping.SeverityWarning,
		mapping.TimestampInMilliseconds: mapping.SeverityInfo,
		mapping.UnknownGender:           mapping.SeverityWarning,
		mapping.TraitOverridden:         mapping.SeverityWarning,
		mapping.SubscriptionNotBoolean:  mapping.SeverityWarning,
		mapping.ReservedEventName:       mapping.SeverityError,
		mapping.NumericIDConverted:      mapping.SeverityInfo,
		mapping.UnknownTokenType:        mapping.SeverityWarning,
		mapping.FieldIgnored:            mapping.SeverityWarning,
		mapping.NumberAsText:            mapping.SeverityInfo,
		mapping.JSONTextRead:            mapping.SeverityInfo,
		mapping.TokenNotUploaded:        mapping.SeverityInfo,
		mapping.DeviceModeAmbiguous:     mapping.SeverityInfo,
		mapping.TraitLeftOut:            mapping.SeverityInfo,
		mapping.TextRepaired:            mapping.SeverityWarning,
		mapping.DuplicateKey:            mapping.SeverityWarning,
	}
}

func TestCases(t *testing.T) {
	t.Parallel()
	eachCase(t, func(t *testing.T, c cases.Case, wanted cases.Outcome, to *mapping.Destination) {
		t.Helper()
		var m mapping.Mapper
		got := m.TransformJSON([]byte(c.Event), to)
		requireOutcome(t, wanted, got, func(wanted string, r mapping.Record) {
			require.Equal(t, wanted, string(r.AppendJSON(nil)))
		})
		if wanted.Error != "" {
			kind := wanted.Kind
			if kind == "" {
				kind = kindAt(c.Event, got.Err).String()
			}
			require.Equal(t, kind, got.Err.Kind.String())
			if to.RulesetName() == "guide" {
				requirePlainMessage(t, got.Err)
			}
		}
		for _, d := range got.Diagnostics {
			if d.Code == mapping.NestedValueStringified {
				_, noun, _ := strings.Cut(kindAt(c.Event, &mapping.Error{Field: d.Path}).String(), " ")
				require.Contains(t, d.Message, "the "+noun+" was sent", d.Path)
			}
		}
	})
}

// requirePlainMessage demands that an error of a value of the wrong type says what it is, and what it should be.
func requirePlainMessage(t *testing.T, err *mapping.Error) {
	t.Helper()
	wanted := map[mapping.Reason]string{
		mapping.InvalidFieldType: "(a string|an object|an object or a boolean)",
		mapping.InvalidProducts:  "(an object|an array of objects)",
		mapping.InvalidIdentity:  "a string or a number",
	}[err.Reason]
	field := cmp.Or(regexp.QuoteMeta(err.Field), "an event")
	switch {
	case err.Reason == mapping.InvalidIdentity && err.Kind == document.Number:
		require.Regexp(t, "^"+field+" is a number of more digits than CleverTap takes for an id$", err.Message)
	case wanted != "":
		require.Regexp(t, "^"+field+" must be "+wanted+", not "+err.Kind.String()+"$", err.Message)
	}
}

// kindAt is the kind of what an event has at the field of an error.
func kindAt(event string, err *mapping.Error) document.Kind {
	var parsed document.Document
	if err.Reason == mapping.InvalidJSON || parsed.Parse([]byte(event), document.Options{DuplicateKeys: true, Mend: true}) != nil {
		return document.Invalid
	}
	at := parsed.Root()
	for _, key := range strings.FieldsFunc(err.Field, func(r rune) bool { return strings.ContainsRune(".[]", r) }) {
		if at.Kind() == document.String { // JSON text is looked into
			var text document.Document
			if text.Parse(at.Bytes(), document.Options{DuplicateKeys: true, Mend: true}) == nil {
				at = text.Root()
			}
		}
		if index, err := strconv.Atoi(key); err == nil {
			for at = at.First(); index > 0; index-- {
				at = at.Next()
			}
			continue
		}
		at = at.Get(key)
	}
	return at.Kind()
}

func TestCasesOfTypedEvents(t *testing.T) {
	t.Parallel()
	eachCase(t, func(t *testing.T, c cases.Case, wanted cases.Outcome, to *mapping.Destination) {
		t.Helper()
		if c.JSONOnly {
			return
		}
		var event rudderstackv1.Event
		require.NoError(t, protojson.UnmarshalOptions{DiscardUnknown: true}.Unmarshal([]byte(c.Event), &event))
		var m mapping.Mapper
		requireOutcome(t, wanted, m.TransformEvent(&event, to), func(wanted string, r mapping.Record) {
			require.JSONEq(t, wanted, string(r.AppendJSON(nil)))
			typed, err := r.Proto()
			if member := cases.Untyped(wanted); member != "" {
				require.Equal(t, mapping.NotRepresentable, err.Reason)
				require.Equal(t, member, err.Field)
				return
			}
			require.Nil(t, err)
			text, marshalErr := protojson.Marshal(typed)
			require.NoError(t, marshalErr)
			require.JSONEq(t, wanted, string(text))
		})
	})
}

func TestResultNamesTheEvent(t *testing.T) {
	t.Parallel()
	to := destination(t, cases.Case{})
	var m mapping.Mapper
	got := m.TransformJSON([]byte(`{"type":"Track","messageId":"m-1","userId":"u","event":"E"}`), to)
	require.Equal(t, "track", got.CallType)
	require.Equal(t, "m-1", string(got.MessageID))
	got = m.TransformJSON([]byte(`{"type":"GROUP","messageId":"m-2"}`), to)
	require.Equal(t, "group", got.CallType, "RudderStack knows the call, though CleverTap doesn't")
	require.Equal(t, "m-2", string(got.MessageID), "a failed event can still be told by its id")
	require.Empty(t, m.TransformJSON([]byte(`{"type":"groups"}`), to).CallType)
	got = m.TransformJSON([]byte(`{"type":"track","messageId":17,"userId":"u","event":"E"}`), to)
	require.Equal(t, "17", string(got.MessageID))
	for _, none := range []string{`{`, `{"type":"track","messageId":{"id":1}}`, `{"type":"track","messageId":null}`, `[1]`} {
		got = m.TransformJSON([]byte(none), to)
		require.Empty(t, got.MessageID, none)
	}
	require.Empty(t, got.CallType, "what is not an object is not a call")
}

// TestLongNumericIDs: ids are as long as CleverTap takes them, however the number is written; nothing is computed for
// numbers that nobody writes.
func TestLongNumericIDs(t *testing.T) {
	t.Parallel()
	to := destination(t, cases.Case{})
	zeros := func(n int) string { return strings.Repeat("0", n) }
	const most = clevertap.MaxIdentityCharacters
	var m mapping.Mapper
	for literal, wanted := range map[string]string{
		"1" + zeros(most-1):          "1" + zeros(most-1),
		"1" + zeros(most):            "",
		fmt.Sprintf("1e%d", most-1):  "1" + zeros(most-1),
		fmt.Sprintf("1E+%d", most-1): "1" + zeros(most-1),
		fmt.Sprintf("1e%d", most):    "",
		"1." + zeros(most+14):        "1",
		"1." + zeros(most+15):        "",
		"0." + zeros(19) + "1e1039":  "1" + zeros(1019),
		"0." + zeros(20) + "1e1040":  "",
		"1" + zeros(20) + "e-1039":   "0." + zeros(1018) + "1",
		"1" + zeros(21) + "e-1040":   "",
		"1e99999999999999999999999":  "",
		"1e-99999999999999999999999": "",
		"0e99999999999999999999999":  "",
		"0.5e-10":                    "0.00000000005",
	} {
		got := m.TransformJSON([]byte(`{"type":"alias","userId":"u","previousId":`+literal+`}`), to)
		if wanted == "" {
			require.NotNil(t, got.Err, literal)
			require.Equal(t, mapping.InvalidIdentity, got.Err.Reason)
			continue
		}
		require.Nil(t, got.Err, literal)
		require.Equal(t, `{"type":"profile","profileData":{"identity":"u"},"identity":"`+wanted+`"}`, string(got.Records[0].AppendJSON(nil)))
	}
}

func TestMalformedEventsSayWhere(t *testing.T) {
	t.Parallel()
	var m mapping.Mapper
	got := m.TransformJSON([]byte("{\"type\":\"track\",\n\"userId\": oops}"), destination(t, cases.Case{}))
	require.Equal(t, mapping.InvalidJSON, got.Err.Reason)
	require.Equal(t, [2]int{2, 11}, [2]int{got.Err.Line, got.Err.Column})
	require.EqualError(t, got.Err, "malformed JSON at line 2, column 11 of the event: 'o' where a value is expected")
	require.EqualError(t, got.Err.OnLine(7), "malformed JSON at line 8, column 11: 'o' where a value is expected")
	require.Equal(t, [2]int{8, 11}, [2]int{got.Err.OnLine(7).Line, got.Err.OnLine(7).Column})
	other := m.TransformJSON([]byte(`{}`), destination(t, cases.Case{})).Err
	require.Same(t, other, other.OnLine(7), "it has no line")
}

func TestMinSeverity(t *testing.T) {
	t.Parallel()
	to := destination(t, cases.Case{})
	event := []byte(`{"type":"page","userId":5,"properties":{"cart":{},"ts":1571043797562}}`)
	for severity, wanted := range map[mapping.Severity]int{0: 4, mapping.SeverityInfo: 4, mapping.SeverityWarning: 2, mapping.SeverityError: 1} {
		m := mapping.Mapper{MinSeverity: severity}
		require.Len(t, m.TransformJSON(event, to).Diagnostics, wanted, "severity %d", severity)
	}
}

func TestErrorsQuoteLittle(t *testing.T) {
	t.Parallel()
	var m mapping.Mapper
	got := m.TransformJSON([]byte(`{"type":"`+strings.Repeat("x", 1000)+`"}`), destination(t, cases.Case{}))
	require.Less(t, len(got.Err.Error()), 300)
}

// TestAllocations pins what transforming costs when the Mapper is reused: at most two allocations for an
// event, and some for each diagnostic.
func TestAllocations(t *testing.T) {
	var m mapping.Mapper
	dst := make([]byte, 0, 4096)
	mended := regexp.MustCompile(`NUMERIC_ID_CONVERTED|NUMBER_AS_TEXT|FIELD_IGNORED|JSON_TEXT_READ|TEXT_REPAIRED|DUPLICATE_KEY|\[[0-9]+\]`)
	for _, c := range cases.All() {
		wanted := c.Under(cases.Guide)
		if wanted.Error != "" || mended.MatchString(strings.Join(wanted.Diagnostics, " ")) {
			continue
		}
		to := destination(t, c)
		event := []byte(c.Event)
		said := 0
		run := func() {
			got := m.TransformJSON(event, to)
			for _, r := range got.Records {
				dst = r.AppendJSON(dst[:0])
			}
			said = len(got.Diagnostics)
		}
		run()
		require.LessOrEqual(t, testing.AllocsPerRun(10, run), float64(2+8*said), c.Rule)
	}
}

func TestOneHugeEventDoesNotStayForEver(t *testing.T) {
	const kept = 8 << 20
	to := destination(t, cases.Case{})
	var m mapping.Mapper
	var before, after runtime.MemStats
	runtime.GC()
	runtime.ReadMemStats(&before)
	huge := func() []byte {
		text := []byte(`{"type":"track","userId":"u","event":"E","properties":{"k0":[]`)
		for i := range 100_000 {
			text = fmt.Appendf(text, `,"k%d":[1]`, i+1)
		}
		return append(text, "}}"...)
	}
	require.Len(t, m.TransformJSON(huge(), to).Diagnostics, 100_002, "one for each, and TOO_MANY_PROPERTIES")
	require.Nil(t, m.TransformJSON([]byte(`{"type":"track","userId":"u","event":"E"}`), to).Err)
	runtime.GC()
	runtime.ReadMemStats(&after)
	require.Less(t, int64(after.HeapAlloc)-int64(before.HeapAlloc), int64(kept))
	runtime.KeepAlive(&m)
}
