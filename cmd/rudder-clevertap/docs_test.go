package main

import (
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/alecthomas/kong"
	"github.com/stretchr/testify/require"

	"github.com/rudder-clevertap/rudder-clevertap/examples"
	"github.com/rudder-clevertap/rudder-clevertap/internal/cases"
	"github.com/rudder-clevertap/rudder-clevertap/server"
)

const root = "../.."

// TestReadmeTablesAreThoseOfTheProgram compares the README's tables with the flags and enums that they describe; -update
// writes them anew.
func TestReadmeTablesAreThoseOfTheProgram(t *testing.T) {
	t.Parallel()
	name := filepath.Join(root, "README.md")
	text, err := os.ReadFile(name)
	require.NoError(t, err)
	want := string(text)
	for table, rows := range map[string]string{
		"serve":       flagTable(t, "serve"),
		"transform":   flagTable(t, "transform"),
		"healthcheck": flagTable(t, "healthcheck"),
		"reasons":     enumTable(t, "error_reason.proto", "ERROR_REASON_", "| reason | gRPC code | what it means |\n|---|---|---|\n"),
		"rulesets":    rulesetTable(t),
		"deviations":  deviationTable(),
		"diagnostics": enumTable(t, "diagnostic.proto", "DIAGNOSTIC_CODE_", "| code | severity | what it means |\n|---|---|---|\n"),
	} {
		begin := "<!-- table: " + table + " -->\n"
		before, after, found := strings.Cut(want, begin)
		require.True(t, found, table)
		_, after, found = strings.Cut(after, "<!-- end -->")
		require.True(t, found, table)
		want = before + begin + rows + "<!-- end -->" + after
	}
	if *update {
		require.NoError(t, os.WriteFile(name, []byte(want), 0o600))
		return
	}
	require.Equal(t, want, string(text), "run go test with -update")
}

// deviationTable makes a table of the recorded exchanges with rudder-transformer that are answered otherwise.
func deviationTable() string {
	var table strings.Builder
	table.WriteString("| recorded as | why |\n|---|---|\n")
	for _, d := range cases.Deviations() {
		fmt.Fprintf(&table, "| %s | %s |\n", d.Row, d.Reason)
	}
	return table.String()
}

// rulesetTable makes a table of what the rulesets make of the same events.
func rulesetTable(t *testing.T) string {
	t.Helper()
	both := `{"type":"track","event":"E","anonymousId":"a","userId":"u"}`
	table := "| | event | `RULESET_GUIDE` | `RULESET_TRANSFORMER` |\n|---|---|---|---|\n"
	for _, row := range []struct{ what, settings, event string }{
		{"ObjectId mapping, an event with both ids", `"enableObjectIdMapping":true`, both},
		{"ObjectId mapping, an identify with only a userId", `"enableObjectIdMapping":true`, `{"type":"identify","userId":"u"}`},
		{"nobody is named", `"trackAnonymous":true`, `{"type":"track","event":"E"}`},
		{"a numeric id", "", `{"type":"track","event":"E","userId":42}`},
		{"an alias without a previousId", "", `{"type":"alias","userId":"u"}`},
		{"name of a page", "", `{"type":"page","userId":"u","name":"Tom & Jerry"}`},
		{"name of a screen", "", `{"type":"screen","userId":"u","name":"Tom & Jerry"}`},
		{"a track's name in its properties", "", `{"type":"track","userId":"u","properties":{"event":"E"}}`},
		{"null properties", "", `{"type":"track","userId":"u","event":"E","properties":{"a":null}}`},
		{"a product that is no object", "", `{"type":"track","userId":"u","event":"Order Completed","properties":{"products":[{"sku":"A"},"B"]}}`},
		{"a page named Order Completed", "", `{"type":"page","userId":"u","event":"Order Completed","properties":{"revenue":1}}`},
		{"a mapped field and a custom trait of its name", "", `{"type":"identify","userId":"u","traits":{"email":"a@x","Email":"b@x"}}`},
		{"a custom trait given twice", "", `{"type":"identify","userId":"u","traits":{"city":"A"},"context":{"traits":{"city":"B"}}}`},
		{"a null in the context", "", `{"type":"identify","userId":"u","traits":{"city":"A"},"context":{"traits":{"city":null}}}`},
		{"dots in keys", "", `{"type":"identify","userId":"u","traits":{"a.b":1}}`},
		{"order of keys", "", `{"type":"track","userId":"u","event":"E","properties":{"b":1,"2":2,"1":3}}`},
		{"digits of numbers", "", `{"type":"track","userId":"u","event":"E","properties":{"a":1.50,"b":12345678901234567890}}`},
		{"ts in milliseconds", "", `{"type":"track","userId":"u","event":"E","properties":{"ts":1571043797562}}`},
		{"ts that is no time", "", `{"type":"track","userId":"u","event":"E","properties":{"ts":"soon"}}`},
		{"wrong types", "", `{"type":"track","userId":"u","event":"E","properties":"ab"}`},
		{"repeated keys", "", `{"type":"track","userId":"u","event":"D","event":"E"}`},
	} {
		settings := `{"accountId":"A","passcode":"P"}`
		if row.settings != "" {
			settings = `{"accountId":"A","passcode":"P",` + row.settings + `}`
		}
		guide, other := became(t, row.event, settings, "guide"), became(t, row.event, settings, "transformer")
		require.NotEqual(t, guide, other, row.what)
		table += fmt.Sprintf("| %s | %s | %s | %s |\n", row.what, code(row.event), code(guide), code(other))
	}
	return table
}

// became is what a ruleset makes of an event: its records, or the reason why it fails.
func became(t *testing.T, event, settings, ruleset string) string {
	t.Helper()
	got := transform(t, strings.NewReader(event+"\n"), "--destination", settings, "--ruleset", ruleset)
	results := readResults(t, got.out)
	require.Len(t, results, 1)
	if fault := results[0].Error; fault != nil {
		return fault.Details[0].Reason
	}
	var records []string
	for _, record := range results[0].Records {
		records = append(records, string(record))
	}
	return strings.Join(records, " ")
}

// flagTable makes a table of a command's flags.
func flagTable(t *testing.T, command string) string {
	t.Helper()
	parser, err := kong.New(&cli{}, kong.DefaultEnvars("RUDDER_CLEVERTAP"))
	require.NoError(t, err)
	var table strings.Builder
	table.WriteString("| flag | environment | default | what it says |\n|---|---|---|---|\n")
	for _, node := range parser.Model.Children {
		if node.Name != command {
			continue
		}
		for _, flag := range node.Flags {
			if flag.Name != "help" {
				fmt.Fprintf(&table, "| %s | %s | %s | %s |\n", code(flagName(flag)), code(strings.Join(flag.Envs, " ")), code(flag.Default), flag.Help)
			}
		}
	}
	return table.String()
}

// flagName is how a flag is written.
func flagName(flag *kong.Flag) string {
	switch {
	case flag.Tag.Negatable != "":
		return "--[no-]" + flag.Name
	case flag.IsBool():
		return "--" + flag.Name
	}
	return "--" + flag.Name + " " + strings.ReplaceAll(strings.Trim(flag.FormatPlaceHolder(), `"`), "|", `\|`)
}

// code writes a text as code.
func code(text string) string {
	if text == "" {
		return ""
	}
	return "`" + text + "`"
}

// enumTable makes a table of an enum's values from the comments of the contract: the first sentence has a column of its own.
func enumTable(t *testing.T, file, prefix, header string) string {
	t.Helper()
	text, err := os.ReadFile(filepath.Join(root, "proto/transformer/v1", file))
	require.NoError(t, err)
	value := regexp.MustCompile(`^  ` + prefix + `(\w+) = [1-9]\d*;$`)
	table, comment := header, ""
	for line := range strings.Lines(string(text)) {
		line = strings.TrimRight(line, "\n")
		if said, found := strings.CutPrefix(line, "  // "); found {
			comment += " " + said
			continue
		}
		if match := value.FindStringSubmatch(line); match != nil {
			kind, meaning, found := strings.Cut(strings.TrimSpace(comment), ". ")
			require.True(t, found, "%s: %s", match[1], comment)
			table += fmt.Sprintf("| `%s` | %s | %s |\n", match[1], kind, strings.ReplaceAll(meaning, "|", `\|`))
		}
		comment = ""
	}
	require.Greater(t, strings.Count(table, "\n"), 3)
	return table
}

func TestReadmeLinksLead(t *testing.T) {
	t.Parallel()
	for _, name := range []string{"README.md", "examples/README.md"} {
		text, err := os.ReadFile(filepath.Join(root, name))
		require.NoError(t, err)
		links := regexp.MustCompile(`\]\(([^)]+)\)`).FindAllStringSubmatch(string(text), -1)
		require.NotEmpty(t, links)
		for _, link := range links {
			_, err := os.Stat(filepath.Join(root, filepath.Dir(name), link[1]))
			require.NoError(t, err, name)
		}
	}
}

func TestExamplesReadmeNamesEachExample(t *testing.T) {
	t.Parallel()
	text, err := os.ReadFile(filepath.Join(examplesFolder, "README.md"))
	require.NoError(t, err)
	shown := map[string]bool{}
	for _, show := range examples.Showcases() {
		row := regexp.MustCompile(`(?m)^\| \[` + regexp.QuoteMeta(show.Events) + `\].*` + regexp.QuoteMeta(filepath.Base(show.Destination)))
		require.Regexp(t, row, string(text))
		shown[show.Events], shown[show.Destination] = true, true
	}
	for _, pattern := range []string{"events/*", "destinations/*"} {
		files, err := filepath.Glob(filepath.Join(examplesFolder, pattern))
		require.NoError(t, err)
		require.NotEmpty(t, files)
		for _, file := range files {
			name, err := filepath.Rel(examplesFolder, file)
			require.NoError(t, err)
			require.True(t, shown[name], "%s is shown nowhere", name)
		}
	}
}

func TestExampleConfigurationLoads(t *testing.T) {
	t.Setenv("SHOP_IN_PASSCODE", "from-the-environment")
	config, err := server.LoadConfig(filepath.Join(examplesFolder, "config.yaml"))
	require.NoError(t, err)
	require.Len(t, config.Destinations, 2)
	require.Contains(t, config.Destinations, "shop-in", "requests/registered.json names it")
}
