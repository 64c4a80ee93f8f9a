package main

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/alecthomas/kong"
	"github.com/stretchr/testify/require"

	"github.com/rudder-clevertap/rudder-clevertap/examples"
	"github.com/rudder-clevertap/rudder-clevertap/internal/doctable"
	"github.com/rudder-clevertap/rudder-clevertap/server"
)

const root = "../.."

func TestDocumentedFlagsAreThoseOfTheProgram(t *testing.T) {
	t.Parallel()
	tables := flagTables(t)
	for page, marks := range map[string][]string{
		"configuration.md": {"table: serve"},
		"command-line.md":  {"table: transform", "table: healthcheck"},
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

// flagTables makes a table of the flags of each command that has any.
func flagTables(t *testing.T) map[string]string {
	t.Helper()
	parser, err := kong.New(&cli{}, kong.Name("rudder-clevertap"), kong.DefaultEnvars("RUDDER_CLEVERTAP"))
	require.NoError(t, err)
	tables := map[string]string{}
	for _, command := range parser.Model.Leaves(true) {
		var rows [][]string
		for _, flag := range command.Flags {
			if flag.Name != "help" {
				rows = append(rows, []string{doctable.Code(flagName(flag)), doctable.Code(flag.Envs...), doctable.Code(flag.Default), flag.Help})
			}
		}
		if len(rows) > 0 {
			mark := "table: " + strings.TrimPrefix(command.FullPath(), "rudder-clevertap ")
			tables[mark] = doctable.Markdown([]string{"flag", "environment", "default", "what it says"}, rows)
		}
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

func TestExampleConfigurationLoads(t *testing.T) {
	t.Setenv("SHOP_IN_PASSCODE", "from-the-environment")
	config, err := server.LoadConfig(filepath.Join(examplesFolder, "config.yaml"))
	require.NoError(t, err)
	require.Len(t, config.Destinations, 2)
	require.Contains(t, config.Destinations, "shop-in", "requests/registered.json names it")
}
