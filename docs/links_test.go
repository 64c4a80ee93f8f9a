package docs_test

import (
	"io/fs"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/rudder-clevertap/rudder-clevertap/internal/cases"
	"github.com/rudder-clevertap/rudder-clevertap/mapping"
)

// documents are the Markdown files of the repository, by their path from its root.
func documents(t *testing.T) map[string]string {
	t.Helper()
	texts := map[string]string{}
	require.NoError(t, fs.WalkDir(os.DirFS(root), ".", func(path string, entry fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return err
		case entry.IsDir() && path != "." && (strings.HasPrefix(entry.Name(), ".") || path == "bin" || entry.Name() == "node_modules"):
			return fs.SkipDir
		case filepath.Ext(path) != ".md":
			return nil
		}
		text, err := os.ReadFile(filepath.Join(root, path))
		texts[path] = string(text)
		return err
	}))
	require.Contains(t, texts, "README.md")
	return texts
}

// link is where a link of Markdown leads.
var link = regexp.MustCompile(`\]\(([^)\s]+)\)`)

func TestLinksLead(t *testing.T) {
	t.Parallel()
	texts := documents(t)
	for name, text := range texts {
		for _, match := range link.FindAllStringSubmatch(text, -1) {
			to, err := url.Parse(match[1])
			require.NoError(t, err, name)
			if to.IsAbs() {
				continue
			}
			target := name
			if to.Path != "" {
				target = filepath.Join(filepath.Dir(name), to.Path)
				_, err := os.Stat(filepath.Join(root, target))
				require.NoError(t, err, "%s links to %s", name, match[1])
			}
			if to.Fragment != "" {
				require.Contains(t, anchors(texts[target]), to.Fragment, "%s links to %s", name, match[1])
			}
		}
	}
}

// anchors are what the headings of a document are linked by.
func anchors(text string) []string {
	var all []string
	for line := range strings.Lines(text) {
		if heading := strings.TrimLeft(line, "#"); heading != line {
			heading = strings.ToLower(strings.TrimSpace(heading))
			heading = regexp.MustCompile(`[^\p{L}\p{N} _-]`).ReplaceAllString(heading, "")
			all = append(all, strings.ReplaceAll(heading, " ", "-"))
		}
	}
	return all
}

func TestTheFrontPageIsShortAndLeadsToEveryPage(t *testing.T) {
	t.Parallel()
	texts := documents(t)
	require.LessOrEqual(t, strings.Count(texts["README.md"], "\n"), 120, "the rest belongs into docs/")
	for name := range texts {
		if filepath.Dir(name) == "docs" {
			require.Contains(t, texts["README.md"], "]("+name+")")
		}
	}
}

func TestTheFrontPageShowsWhatComesOut(t *testing.T) {
	t.Parallel()
	text := documents(t)["README.md"]
	_, text, found := strings.Cut(text, "    {\"type\"")
	require.True(t, found)
	event, text, found := strings.Cut(text, "\n\nbecomes")
	require.True(t, found)
	_, payload, found := strings.Cut(text, "\n\n    ")
	require.True(t, found)
	payload, _, _ = strings.Cut(payload, "\n")
	to, problem := mapping.ParseDestination(cases.Case{}.Destination())
	require.Nil(t, problem)
	result := new(mapping.Mapper).TransformJSON([]byte(`{"type"`+event), to)
	require.Nil(t, result.Err)
	require.Len(t, result.Records, 1)
	require.Equal(t, payload, `{"d":[`+string(result.Records[0].AppendJSON(nil))+`]}`)

	_, revenue, found := strings.Cut(text, "With `\"checkMode\": \"repair\"`, a revenue of `")
	require.True(t, found)
	revenue, amount, found := strings.Cut(revenue, "` would be sent as `")
	require.True(t, found)
	amount, _, _ = strings.Cut(amount, "`")
	to, problem = mapping.ParseDestination(cases.Case{Settings: cases.Settings{"checkMode": "repair"}}.Destination())
	require.Nil(t, problem)
	event = strings.Replace(`{"type"`+event, `"revenue": 15.0`, `"revenue": `+revenue, 1)
	result = new(mapping.Mapper).TransformJSON([]byte(event), to)
	require.Contains(t, string(result.Records[0].AppendJSON(nil)), amount+",")
}

func TestEveryTableIsHeldByATest(t *testing.T) {
	t.Parallel()
	var tests strings.Builder
	for _, file := range []string{"docs_test.go", "checks_test.go", "rooms_test.go", "../cmd/rudder-clevertap/docs_test.go"} {
		text, err := os.ReadFile(file)
		require.NoError(t, err)
		tests.Write(text)
	}
	for name, text := range documents(t) {
		for _, mark := range regexp.MustCompile(`<!-- (table: [^>]+) -->`).FindAllStringSubmatch(text, -1) {
			require.Contains(t, tests.String(), `"`+mark[1]+`"`, name)
		}
	}
}

func TestCommandsOfMakeExist(t *testing.T) {
	t.Parallel()
	makefile, err := os.ReadFile(filepath.Join(root, "Makefile"))
	require.NoError(t, err)
	for name, text := range documents(t) {
		for _, match := range regexp.MustCompile("(?:`|    )make ([a-z-]+)").FindAllStringSubmatch(text, -1) {
			require.Regexp(t, `(?m)^`+match[1]+`:`, string(makefile), "%s names make %s", name, match[1])
		}
	}
}

// pending are the places that the documents name already, though they are still to be made.
func pending() []string {
	return nil
}

func TestPlacesNamedExist(t *testing.T) {
	t.Parallel()
	exists := func(path string) bool {
		_, err := os.Stat(filepath.Join(root, path))
		return err == nil
	}
	for _, path := range pending() {
		require.False(t, exists(path), "%s is there: it is no longer pending", path)
	}
	place := regexp.MustCompile("`((?:clevertap|cmd|delivery|deploy|docs|examples|gateway|internal|mapping|proto|server|test|tools)/[a-z0-9_./-]*)`")
	for name, text := range documents(t) {
		for _, match := range place.FindAllStringSubmatch(text, -1) {
			if !slices.ContainsFunc(pending(), func(path string) bool { return strings.HasPrefix(match[1], path) }) {
				require.True(t, exists(match[1]), "%s names %s", name, match[1])
			}
		}
	}
}
