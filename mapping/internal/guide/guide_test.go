package guide_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/rudder-clevertap/rudder-clevertap/mapping/document"
	"github.com/rudder-clevertap/rudder-clevertap/mapping/internal/guide"
	"github.com/rudder-clevertap/rudder-clevertap/mapping/internal/rules"
)

// TestATraitIsOneRow: a row that says where a trait goes is enough. The custom trait that has the name it
// goes to is not sent beside it, and the diagnostic says so.
func TestATraitIsOneRow(t *testing.T) {
	t.Parallel()
	set := *guide.Rules()
	set.Traits = rules.NewTable(rules.Field{From: "jobTitle", To: "Job Title"})
	for traits, wanted := range map[string]string{
		`{"jobTitle":"CTO","Job Title":"x"}`: `{"Job Title":"CTO"}`,
		`{"Job Title":"x","jobTitle":"CTO"}`: `{"Job Title":"CTO"}`,
		`{"Job Title":"x"}`:                  `{"Job Title":"x"}`,
		`{"jobTitle":null,"Job Title":"x"}`:  `{"Job Title":"x"}`,
	} {
		var r rules.Run
		require.NoError(t, r.Doc.Parse([]byte(`{"type":"identify","userId":"u","traits":`+traits+`}`), document.Options{}))
		r.Begin(&set, &rules.Destination{}, 0)
		reason, err := r.Transform()
		require.Nil(t, err)
		require.Equal(t, rules.Wanted, reason)
		require.Equal(t, wanted, string(r.Records[0].Value.Get("profileData").AppendJSON(nil)))
		if wanted == `{"Job Title":"CTO"}` {
			require.Equal(t, rules.TraitOverridden, r.Diagnostics[0].Code)
			require.Equal(t, "traits.Job Title", r.Diagnostics[0].Path)
		}
	}
}

// TestMendsAreSaidInMeasure: a broken encoding breaks every text, and the first of them say enough; paths are cut.
func TestMendsAreSaidInMeasure(t *testing.T) {
	t.Parallel()
	var r rules.Run
	long := strings.Repeat("k", 2000)
	text := `{"type":"track","userId":"u","event":"E","properties":{"` + long + "\":\"\xe9\""
	for i := range 100 {
		text += fmt.Sprintf(",\"k%d\":\"\xe9\"", i)
	}
	require.NoError(t, r.Doc.Parse([]byte(text+"}}"), guide.Rules().JSON))
	r.Begin(guide.Rules(), &rules.Destination{}, 0)
	_, err := r.Transform()
	require.Nil(t, err)
	require.Len(t, r.Diagnostics, 64)
	require.Equal(t, rules.TextRepaired, r.Diagnostics[0].Code)
	require.Equal(t, "properties."+strings.Repeat("k", 245)+"…", r.Diagnostics[0].Path)
	require.Equal(t, "properties.k62", r.Diagnostics[63].Path)
}
