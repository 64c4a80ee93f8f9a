package guide_test

import (
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
