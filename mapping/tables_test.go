package mapping_test

import (
	"reflect"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/rudder-clevertap/rudder-clevertap/clevertap"
	"github.com/rudder-clevertap/rudder-clevertap/mapping/internal/guide"
	"github.com/rudder-clevertap/rudder-clevertap/mapping/internal/rules"
	"github.com/rudder-clevertap/rudder-clevertap/mapping/internal/transformer"
)

// rulesets are all of them.
func rulesets() []*rules.Ruleset { return []*rules.Ruleset{guide.Rules(), transformer.Rules()} }

// tablesOf returns every table of a ruleset, so that a new one can't be forgotten.
func tablesOf(set *rules.Ruleset) map[string]*rules.Table {
	tables := map[string]*rules.Table{}
	for fields, i := reflect.ValueOf(set).Elem(), 0; i < fields.NumField(); i++ {
		if table, ok := reflect.TypeAssert[*rules.Table](fields.Field(i)); ok {
			tables[fields.Type().Field(i).Name] = table
		}
	}
	return tables
}

func TestEveryKeyOfATableHasOneMeaning(t *testing.T) {
	t.Parallel()
	for _, set := range rulesets() {
		tables := tablesOf(set)
		require.Len(t, tables, 2)
		for name, table := range tables {
			require.NoError(t, table.Check(), "%s of %s", name, set.Name)
		}
	}
}

// TestFieldsAreCleverTaps: how a standard field is spelled, what stays structured and what is a subscription is
// CleverTap's to say.
func TestFieldsAreCleverTaps(t *testing.T) {
	t.Parallel()
	formats, spelled := map[string]clevertap.Format{}, map[string]string{}
	for _, field := range clevertap.ProfileFields() {
		formats[field.Name] = field.Format
		spelled[strings.ToLower(field.Name)] = field.Name
	}
	for _, set := range rulesets() {
		for _, f := range set.Traits.Mapped {
			if standard, ok := spelled[strings.ToLower(f.To)]; ok {
				require.Equal(t, standard, f.To, set.Name)
			}
		}
		for _, key := range set.Traits.Keys(rules.Subscription) {
			require.Equal(t, clevertap.Boolean, formats[key], key)
		}
		for _, table := range tablesOf(set) {
			require.Equal(t, clevertap.StructuredAttributes(), table.Keys(rules.Structured), set.Name)
		}
	}
}
