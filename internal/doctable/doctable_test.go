package doctable_test

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/rudder-clevertap/rudder-clevertap/internal/doctable"
)

func TestReplacePutsTheTableInItsPlaceOnly(t *testing.T) {
	t.Parallel()
	const document = "a\n<!-- table: one -->\nold\n<!-- end -->\nb\n<!-- table: two -->\n<!-- end -->\n<!-- table: three -->\n"
	got, err := doctable.Replace(document, "table: one", "new\n")
	require.NoError(t, err)
	require.Equal(t, "a\n<!-- table: one -->\nnew\n<!-- end -->\nb\n<!-- table: two -->\n<!-- end -->\n<!-- table: three -->\n", got)
	_, err = doctable.Replace(document, "table: four", "")
	require.ErrorIs(t, err, doctable.ErrNoPlace)
	_, err = doctable.Replace(document, "table: three", "")
	require.EqualError(t, err, "<!-- table: three --> has no end")
}

func TestHoldWritesWhatItHolds(t *testing.T) {
	t.Parallel()
	file := filepath.Join(t.TempDir(), "page.md")
	require.NoError(t, os.WriteFile(file, []byte("<!-- table: one -->\n<!-- end -->\n"), 0o600))
	tables := map[string]string{"table: one": doctable.Markdown([]string{"flag", "default"}, [][]string{{doctable.Code("--a B|C"), doctable.Code("", "1", "2")}})}
	doctable.Hold(t, file, true, tables)
	text, err := os.ReadFile(file)
	require.NoError(t, err)
	require.Equal(t, "<!-- table: one -->\n| flag | default |\n|---|---|\n| `--a B\\|C` | `1`, `2` |\n<!-- end -->\n", string(text))
	doctable.Hold(t, file, false, tables)
}
