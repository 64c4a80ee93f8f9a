package cases_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/rudder-clevertap/rudder-clevertap/internal/cases"
)

// TestRowsAreWhole: each row is told by its rule, and says what each ruleset gives, in the one way that is shortest.
func TestRowsAreWhole(t *testing.T) {
	t.Parallel()
	rules, differences := map[string]bool{}, map[string]bool{}
	for _, c := range cases.All() {
		require.False(t, rules[c.Rule], "%s: two rows have this rule", c.Rule)
		rules[c.Rule] = true
		guide, transformer := c.Under(cases.Guide), c.Under(cases.Transformer)
		require.NotEmpty(t, guide.String(), "%s: what does GUIDE give?", c.Rule)
		require.NotEmpty(t, transformer.String(), "%s: what does TRANSFORMER give?", c.Rule)
		require.Empty(t, transformer.Diagnostics, "%s: TRANSFORMER gives no diagnostics", c.Rule)
		if c.Both.String() != "" {
			require.Empty(t, c.Guide.String()+c.Transformer.String(), "%s: Both is all there is to say", c.Rule)
		}
		if c.Difference != "" {
			require.NotEqual(t, guide.String(), transformer.String(), c.Rule)
			require.False(t, differences[c.Difference], c.Difference)
			differences[c.Difference] = true
		}
	}
}

func TestRecordsHaveTheOrderOfTheirRuleset(t *testing.T) {
	t.Parallel()
	c := cases.Case{Both: cases.Outcome{Records: []string{
		`{"type":"event","evtName":"E","evtData":{"b":1,"a":2},"identity":"u","ts":5}`,
		`{"type":"profile","profileData":{"b":1},"objectId":"o","ts":5}`,
	}, Diagnostics: []string{"INVALID_TIMESTAMP ts"}}}
	require.Equal(t, c.Both, c.Under(cases.Guide))
	require.Equal(t, []string{
		`{"evtName":"E","evtData":{"b":1,"a":2},"ts":5,"type":"event","identity":"u"}`,
		`{"type":"profile","profileData":{"b":1},"ts":5,"objectId":"o"}`,
	}, c.Under(cases.Transformer).Records)
}

func TestUntyped(t *testing.T) {
	t.Parallel()
	for record, wanted := range map[string]string{
		`{"type":"event","evtName":"E","evtData":{"a":[1]},"identity":"u","ts":5}`: "",
		`{"type":"event","evtName":5,"identity":7}`:                                "evtName",
		`{"type":"profile","profileData":{},"identity":null}`:                      "identity",
		`{"type":"event","evtName":"E","evtData":0}`:                               "evtData",
		`{"type":"profile","profileData":{},"ts":"5"}`:                             "ts",
		`{"type":"profile","profileData":{},"ts":-1}`:                              "ts",
		`{"type":"profile","profileData":{},"ts":1.5}`:                             "ts",
		`{"type":"token","tokenData":{"id":"T","type":"fcm","keys":{"a":1}}}`:      "",
		`{"type":"token","tokenData":{"id":"T","type":"fcm","keys":0}}`:            "tokenData",
		`{"type":"token","tokenData":{"id":5,"type":"fcm"}}`:                       "tokenData",
	} {
		require.Equal(t, wanted, cases.Untyped(record), record)
	}
}
