// Package doctable keeps the tables of the documentation in step with what they are about. A table stands between
//
//	<!-- MARK -->
//	<!-- end -->
//
// and is written by a program: by a test, which fails when it is out of date, or by a measurement.
package doctable

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// ErrNoPlace says that a document has no place for a table.
var ErrNoPlace = errors.New("the document has no place for this table")

// Replace returns the document with text in the place that mark names, whatever stood there before.
func Replace(document, mark, text string) (string, error) {
	begin := "<!-- " + mark + " -->\n"
	before, rest, found := strings.Cut(document, begin)
	if !found {
		return "", fmt.Errorf("%s: %w", mark, ErrNoPlace)
	}
	_, after, found := strings.Cut(rest, "<!-- end -->")
	if !found {
		return "", fmt.Errorf("%s has no end", strings.TrimSpace(begin))
	}
	return before + begin + text + "<!-- end -->" + after, nil
}

// Hold fails the test when a document does not hold the tables, given by their marks, as they are here. With update, it writes them
// into the document instead.
func Hold(tb testing.TB, file string, update bool, tables map[string]string) {
	tb.Helper()
	text, err := os.ReadFile(file)
	if err != nil {
		tb.Fatal(err)
	}
	current := string(text)
	for mark, table := range tables {
		next, err := Replace(current, mark, table)
		switch {
		case err != nil:
			tb.Fatalf("%s: %v", filepath.Base(file), err)
		case next != current && !update:
			tb.Errorf("%s: %s is out of date, run `make docs`; it should be\n%s", filepath.Base(file), mark, table)
		}
		current = next
	}
	if update && current != string(text) {
		if err := os.WriteFile(file, []byte(current), 0o644); err != nil { //nolint:gosec // A document is for all to read.
			tb.Fatal(err)
		}
	}
}

// Markdown writes a table in Markdown.
func Markdown(head []string, rows [][]string) string {
	var table strings.Builder
	line := func(cells []string) {
		for _, cell := range cells {
			fmt.Fprintf(&table, "| %s ", strings.ReplaceAll(cell, "|", `\|`))
		}
		table.WriteString("|\n")
	}
	line(head)
	table.WriteString(strings.Repeat("|---", len(head)) + "|\n")
	for _, row := range rows {
		line(row)
	}
	return table.String()
}

// Code writes texts as code, with a comma between them; an empty text is left out.
func Code(texts ...string) string {
	var quoted []string
	for _, text := range slices.DeleteFunc(slices.Clone(texts), func(text string) bool { return text == "" }) {
		quoted = append(quoted, "`"+text+"`")
	}
	return strings.Join(quoted, ", ")
}
