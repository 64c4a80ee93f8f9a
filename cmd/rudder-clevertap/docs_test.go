package main

import (
	"encoding/json"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/alecthomas/kong"
	"github.com/stretchr/testify/require"

	"github.com/rudder-clevertap/rudder-clevertap/examples"
	"github.com/rudder-clevertap/rudder-clevertap/internal/config"
	"github.com/rudder-clevertap/rudder-clevertap/internal/doctable"
)

const root = "../.."

func TestDocumentedFlagsAreThoseOfTheProgram(t *testing.T) {
	t.Parallel()
	tables := flagTables(t)
	for page, marks := range map[string][]string{
		"configuration.md": {"table: serve"},
		"command-line.md": {
			"table: transform", "table: explain", "table: deliver", "table: sandbox", "table: config check", "table: healthcheck",
		},
	} {
		held := map[string]string{}
		for _, mark := range marks {
			require.Contains(t, tables, mark)
			held[mark] = tables[mark]
			delete(tables, mark)
		}
		doctable.Hold(t, filepath.Join(root, "docs", page), *update, held)
	}
	require.Empty(t, tables, "these commands have flags that no page shows")
}

// flagTables makes a table of the flags of each command that has any. Those of serve are settings, which a file
// may hold too; other commands that take them show only what is their own.
func flagTables(t *testing.T) map[string]string {
	t.Helper()
	var commands cli
	options := config.NewReader(&commands.Serve.Settings, &commands.Config.Check.Settings).Options()
	parser, err := kong.New(&commands, append(options, kong.Name("rudder-clevertap"))...)
	require.NoError(t, err)
	tables, settings := map[string]string{}, map[string]bool{}
	for _, command := range parser.Model.Leaves(true) {
		name := strings.TrimPrefix(command.FullPath(), "rudder-clevertap ")
		var rows [][]string
		for _, flag := range command.Flags {
			if flag.Name == "help" || settings[flag.Name] {
				continue
			}
			row := []string{doctable.Code(flagName(flag)), doctable.Code(flag.Envs...), doctable.Code(flag.Default), flag.Help}
			if name == "serve" {
				settings[flag.Name] = true
				row = slices.Insert(row, 2, doctable.Code(config.Key(flag)))
			}
			rows = append(rows, row)
		}
		if len(rows) == 0 {
			continue
		}
		head := []string{"flag", "environment", "default", "what it says"}
		if name == "serve" {
			head = slices.Insert(head, 2, "YAML")
			for _, section := range config.Sections() {
				rows = append(rows, []string{"", "", doctable.Code(section.Key + ": " + section.Form), "", section.Help})
			}
		}
		tables["table: "+name] = doctable.Markdown(head, rows)
	}
	return tables
}

// flagName is how a flag is written.
func flagName(flag *kong.Flag) string {
	switch {
	case flag.Tag.Negatable != "":
		return "--[no-]" + flag.Name
	case flag.IsBool():
		return "--" + flag.Name
	}
	return "--" + flag.Name + " " + strings.Trim(flag.FormatPlaceHolder(), `"`)
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

func TestExampleConfigurationIsValid(t *testing.T) {
	t.Setenv("SHOP_IN_PASSCODE", "from-the-environment")
	got := command(t.Context(), "config", "check", "--config", filepath.Join(examplesFolder, "config.yaml"))
	require.Zero(t, got.status, got.err)
	require.NotContains(t, got.out, "from-the-environment")
	var shown struct {
		Configuration struct{ Destinations map[string]any }
	}
	require.NoError(t, json.Unmarshal([]byte(got.out), &shown))
	require.Len(t, shown.Configuration.Destinations, 2)
	require.Contains(t, shown.Configuration.Destinations, "shop-in", "requests/registered.json names it")
}
