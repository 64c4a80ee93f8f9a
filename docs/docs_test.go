// Package docs_test holds the documentation to what it is about: tables, links and names. The tables of flags are held where
// the flags are, in cmd/rudder-clevertap.
package docs_test

import (
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/rudder-clevertap/rudder-clevertap/internal/cases"
	"github.com/rudder-clevertap/rudder-clevertap/internal/doctable"
	"github.com/rudder-clevertap/rudder-clevertap/mapping"
)

// root is the repository, and update says to write the tables instead of comparing them: `make docs`.
const root = ".."

var update = flag.Bool("update", false, "write the tables of the documentation")

func TestTablesSayWhatIsSo(t *testing.T) {
	t.Parallel()
	definition := mapping.Describe()
	for file, tables := range map[string]map[string]string{
		"errors.md":      {"table: reasons": enumTable(t, "error_reason.proto", "ERROR_REASON_", "reason", "gRPC code", "what it means")},
		"diagnostics.md": {"table: diagnostics": enumTable(t, "diagnostic.proto", "DIAGNOSTIC_CODE_", "code", "severity", "what it means")},
		"rulesets.md":    {"table: rulesets": rulesetTable()},
		"explain.md":     {"table: rules": ruleTable()},
		"dropin.md":      {"table: deviations": deviationTable()},
		"checks.md":      {"table: checks": checkTable(), "table: refusals": refusalTable(t)},
		"destination-settings.md": {
			"table: settings": settingTable(definition.Settings),
			"table: regions":  regionTable(definition.Regions),
			"table: support":  supportTable(definition.Support),
		},
	} {
		t.Run(file, func(t *testing.T) {
			t.Parallel()
			doctable.Hold(t, file, *update, tables)
		})
	}
}

// enumTable makes a table of an enum's values from the comments of the contract: the first sentence has a column of its own.
func enumTable(t *testing.T, file, prefix string, head ...string) string {
	t.Helper()
	text, err := os.ReadFile(filepath.Join(root, "proto/transformer/v1", file))
	require.NoError(t, err)
	value := regexp.MustCompile(`^  ` + prefix + `(\w+) = [1-9]\d*;$`)
	var (
		rows    [][]string
		comment string
	)
	for line := range strings.Lines(string(text)) {
		line = strings.TrimRight(line, "\n")
		if said, found := strings.CutPrefix(line, "  // "); found {
			comment += " " + said
			continue
		}
		if match := value.FindStringSubmatch(line); match != nil {
			kind, meaning, found := strings.Cut(strings.TrimSpace(comment), ". ")
			require.True(t, found, "%s: %s", match[1], comment)
			rows = append(rows, []string{doctable.Code(match[1]), kind, meaning})
		}
		comment = ""
	}
	require.NotEmpty(t, rows)
	return doctable.Markdown(head, rows)
}

// deviationTable makes a table of the recorded exchanges with rudder-transformer that are answered otherwise.
func deviationTable() string {
	var rows [][]string
	for _, d := range cases.Deviations() {
		rows = append(rows, []string{d.Row, d.Reason})
	}
	return doctable.Markdown([]string{"recorded as", "why"}, rows)
}

// rulesetTable makes a table of what the rulesets make of the same events, of the cases that say so.
func rulesetTable() string {
	var rows [][]string
	for _, c := range cases.All() {
		if c.Difference != "" {
			guide, transformer := c.Under(cases.Guide), c.Under(cases.Transformer)
			rows = append(rows, []string{c.Difference, doctable.Code(c.Event), doctable.Code(guide.String()), doctable.Code(transformer.String())})
		}
	}
	return doctable.Markdown([]string{"", "event", "`RULESET_GUIDE`", "`RULESET_TRANSFORMER`"}, rows)
}

// ruleTable makes a table of the rules that an explanation names.
func ruleTable() string {
	mark := func(has bool) string {
		if has {
			return "✓"
		}
		return ""
	}
	var rows [][]string
	for _, r := range mapping.Rules() {
		rows = append(rows, []string{doctable.Code(r.Name), r.From, r.To, mark(r.Guide), mark(r.Transformer)})
	}
	return doctable.Markdown([]string{"rule", "from", "to", "`RULESET_GUIDE`", "`RULESET_TRANSFORMER`"}, rows)
}

// settingTable makes a table of a destination's settings.
func settingTable(settings []mapping.Setting) string {
	var rows [][]string
	for _, s := range settings {
		holds := s.Type
		if len(s.Allowed) > 0 {
			holds += ": " + doctable.Code(s.Allowed...)
		}
		otherwise := ""
		switch {
		case s.Required:
			otherwise = "required"
		case s.Default != nil:
			otherwise = doctable.Code(fmt.Sprint(s.Default))
		}
		meaning := s.Description
		if s.Secret {
			meaning += " Secret."
		}
		rows = append(rows, []string{doctable.Code(s.Name), holds, otherwise, meaning})
	}
	return doctable.Markdown([]string{"setting", "holds", "default", "what it means"}, rows)
}

// regionTable makes a table of CleverTap's regions.
func regionTable(regions []mapping.Region) string {
	var rows [][]string
	for _, r := range regions {
		rows = append(rows, []string{doctable.Code(r.Name), doctable.Code(r.Host), r.Description})
	}
	return doctable.Markdown([]string{"region", "host", "where it is"}, rows)
}

// supportTable makes a table of which platform sends which calls in which mode, a line for all platforms that are alike.
func supportTable(support []mapping.Support) string {
	byPlatform, order := map[string]map[string]string{}, []string{}
	for _, s := range support {
		if byPlatform[s.Platform] == nil {
			byPlatform[s.Platform] = map[string]string{}
			order = append(order, s.Platform)
		}
		byPlatform[s.Platform][s.Mode] = strings.Join(s.Calls, ", ")
	}
	var rows [][]string
	alike := map[string]int{}
	for _, platform := range order {
		cloud, device := byPlatform[platform]["cloud"], byPlatform[platform]["device"]
		if row, found := alike[cloud+"/"+device]; found {
			rows[row][0] += ", " + doctable.Code(platform)
			continue
		}
		alike[cloud+"/"+device] = len(rows)
		rows = append(rows, []string{doctable.Code(platform), cloud, device})
	}
	return doctable.Markdown([]string{"platform", "cloud mode", "device mode"}, rows)
}
