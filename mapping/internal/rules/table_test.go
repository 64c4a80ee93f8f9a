package rules_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/rudder-clevertap/rudder-clevertap/mapping/document"
	"github.com/rudder-clevertap/rudder-clevertap/mapping/internal/rules"
)

// TestOneRowSaysWhatBothKeysAre: with the row of a new trait and nothing else, both keys of
// {"jobTitle":"CTO","Job Title":"x"} are known, so that the record can't have one of them twice.
func TestOneRowSaysWhatBothKeysAre(t *testing.T) {
	t.Parallel()
	table := rules.NewTable(rules.Field{From: "jobTitle", To: "Job Title"})
	require.NoError(t, table.Check())
	require.Equal(t, rules.Mapped, table.Of([]byte("jobTitle")))
	require.Equal(t, rules.Target, table.Of([]byte("Job Title")))
	require.True(t, rules.Mapped.Reserved(), "it is not written under its own name")
	require.False(t, rules.Target.Reserved(), "it is, unless a mapped field took the name")
}

func TestRoles(t *testing.T) {
	t.Parallel()
	table := rules.NewTable(
		rules.Field{From: "email", To: "Email"},
		rules.Field{From: "name", To: "Name"},
		rules.Field{From: "lastName", Role: rules.LastName},
		rules.Field{From: "last_name", Role: rules.LastName},
		rules.Field{From: "ts", Role: rules.Internal},
		rules.Field{From: "groups", Role: rules.Structured},
		rules.Field{From: "MSG-sms", Role: rules.Subscription},
		rules.Field{To: "identity"},
	)
	require.NoError(t, table.Check())
	for key, wanted := range map[string]rules.Role{
		"email": rules.Mapped, "Email": rules.Target, "lastName": rules.LastName, "ts": rules.Internal, "identity": rules.Target,
		"groups": rules.Structured, "MSG-sms": rules.Subscription, "": rules.Custom, "tz": rules.Custom, "city": rules.Custom,
		strings.Repeat("e", 64+5): rules.Custom, strings.Repeat("e", 300): rules.Custom,
	} {
		require.Equal(t, wanted, table.Of([]byte(key)), key)
	}
	require.Len(t, table.Mapped, 2)
	require.Equal(t, []string{"lastName", "last_name"}, table.Keys(rules.LastName), "in the order of the rows")
	require.Empty(t, table.Keys(rules.PersonID))
}

// TestKeysAreShort: the longest key that a table takes, and the next.
func TestKeysAreShort(t *testing.T) {
	t.Parallel()
	longest, longer := strings.Repeat("k", 63), strings.Repeat("k", 64)
	table := rules.NewTable(rules.Field{From: longest, Role: rules.Internal})
	require.NoError(t, table.Check())
	require.Equal(t, rules.Internal, table.Of([]byte(longest)))
	table = rules.NewTable(rules.Field{From: longer, Role: rules.Internal})
	require.Error(t, table.Check())
	require.Empty(t, table.Keys(rules.Internal))
}

func TestOnlyTextHasKnownSpellings(t *testing.T) {
	t.Parallel()
	f := rules.Field{Values: map[string]string{"1": "one"}}
	var d document.Document
	require.NoError(t, d.Parse([]byte(`["1",1,"2"]`), document.Options{}))
	known, ok := f.Known(d.Root().First())
	require.True(t, ok)
	require.Equal(t, "one", known)
	_, ok = f.Known(d.Root().First().Next())
	require.False(t, ok, "a number is not text")
	_, ok = f.Known(d.Root().Last())
	require.False(t, ok)
}

// TestContradictionsAreFound: rows that give a key two meanings, or none.
func TestContradictionsAreFound(t *testing.T) {
	t.Parallel()
	convert := func(_ *rules.Run, _ *rules.Field, v document.Value, _ string) (document.Value, bool) { return v, true }
	values := map[string]string{"m": "M"}
	for problem, fields := range map[string][]rules.Field{
		`the key "Job Title" has two meanings`: {{From: "jobTitle", To: "Job Title"}, {From: "job_title", To: "Job Title"}},
		`the key "jobTitle" has two meanings`:  {{From: "jobTitle", To: "Job Title"}, {From: "jobTitle", To: "Position"}},
		`the key "Title" has two meanings`:     {{From: "jobTitle", To: "Title"}, {From: "Title", To: "Salutation"}},
		`the key "Job" has two meanings`:       {{From: "jobTitle", To: "Job"}, {From: "Job", Role: rules.Internal}},
		`the key "id" has two meanings`:        {{From: "id", Role: rules.PersonID}, {From: "id", Role: rules.Internal}},
		`the key "x" has two meanings`:         {{From: "x", To: "x"}},
		`the key "" must have 1 to 63 bytes`:   {{Role: rules.Internal}},
		`must have 1 to 63 bytes`:              {{From: "x", To: strings.Repeat("X", 64)}},
		`needs either To or a Role`:            {{From: "x"}},
		`"xX" needs either To or a Role`:       {{From: "x", To: "X", Role: rules.Internal}},
		`"x" is not mapped`:                    {{From: "x", Role: rules.Internal, Convert: convert}},
		`"X" is not mapped`:                    {{To: "X", Else: "properties.x"}},
		`"Y" is not mapped`:                    {{To: "Y", Values: values}},
		`has values that nothing reads`:        {{From: "x", To: "X", Values: values}},
	} {
		require.ErrorContains(t, rules.NewTable(fields...).Check(), problem)
	}
}
