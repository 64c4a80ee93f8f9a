package docs_test

import (
	"go/ast"
	"go/doc"
	"go/parser"
	"go/token"
	"maps"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/rudder-clevertap/rudder-clevertap/internal/doctable"
)

// floors are the folders that hold rooms, from where requests come in to what lies at the bottom.
func floors() []string {
	return []string{"cmd", "gateway", "server", "delivery", "mapping", "clevertap", "internal", "examples"}
}

func TestTablesSayWhatEachRoomIs(t *testing.T) {
	t.Parallel()
	var rows [][]string
	for _, floor := range floors() {
		for _, folder := range packages(t, floor) {
			synopsis, uses := room(t, folder)
			rows = append(rows, []string{"[" + folder + "](../" + folder + ")", synopsis, strings.Join(uses, ", ")})
		}
	}
	doctable.Hold(t, "architecture.md", *update, map[string]string{
		"table: rooms": doctable.Markdown([]string{"room", "", "uses"}, rows),
	})
}

// packages are the folders with Go code under a folder, in alphabetical order.
func packages(t *testing.T, under string) []string {
	t.Helper()
	folders := map[string]bool{}
	require.NoError(t, filepath.WalkDir(filepath.Join(root, under), func(name string, _ os.DirEntry, err error) error {
		if err == nil && isCode(name) {
			folder, err := filepath.Rel(root, filepath.Dir(name))
			folders[filepath.ToSlash(folder)] = true
			return err
		}
		return err
	}))
	require.NotEmpty(t, folders, under)
	return slices.Sorted(maps.Keys(folders))
}

// isCode reports whether a file is Go and no test.
func isCode(name string) bool {
	return strings.HasSuffix(name, ".go") && !strings.HasSuffix(name, "_test.go")
}

// room returns what a package's comment says first, and the rooms that it imports.
func room(t *testing.T, folder string) (synopsis string, uses []string) {
	t.Helper()
	const module = "github.com/rudder-clevertap/rudder-clevertap/"
	entries, err := os.ReadDir(filepath.Join(root, folder))
	require.NoError(t, err)
	imports := map[string]bool{}
	for _, entry := range entries {
		if !isCode(entry.Name()) {
			continue
		}
		file, err := parser.ParseFile(token.NewFileSet(), filepath.Join(root, folder, entry.Name()), nil, parser.ParseComments)
		require.NoError(t, err)
		if file.Doc != nil {
			synopsis = withoutName(file)
		}
		for _, spec := range file.Imports {
			name, err := strconv.Unquote(spec.Path.Value)
			require.NoError(t, err)
			if used, ours := strings.CutPrefix(name, module); ours && !strings.HasPrefix(used, "gen/") {
				imports[shortened(used, folder)] = true
			}
		}
	}
	require.NotEmpty(t, synopsis, "%s: say in a package comment what it is", folder)
	return synopsis, slices.Sorted(maps.Keys(imports))
}

// withoutName is the first sentence of a package's comment without "Package x".
func withoutName(file *ast.File) string {
	words := strings.SplitN(new(doc.Package).Synopsis(file.Doc.Text()), " ", 3)
	return words[len(words)-1]
}

// shortened is a room as another calls it: what lies within that other goes by the end of its path.
func shortened(used, by string) string {
	if within, found := strings.CutPrefix(used, by+"/"); found {
		return "./" + within
	}
	return path.Clean(used)
}
