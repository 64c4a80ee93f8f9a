package cases

import (
	"os"
	"path/filepath"
	"testing"
)

// Recordings returns the folder of recorded answers of rudder-transformer: the one that TRANSFORMER_CASES names, else the one beside
// the repository. They are no part of it. Where there is none the test is skipped, but in CI (CI=true) it fails. It is skipped in a
// short run as well: the rows in this package say the same rules, and stand on their own.
func Recordings(tb testing.TB) string {
	tb.Helper()
	if testing.Short() {
		tb.Skip("recordings of rudder-transformer are not replayed in a short run")
	}
	dir := os.Getenv("TRANSFORMER_CASES")
	if dir == "" {
		dir = filepath.Join(root(tb), "..", "shared", "cases", "transformer")
	}
	if _, err := os.Stat(dir); err != nil { //nolint:gosec // Whoever runs the tests says where to look.
		missing := tb.Skipf
		if ci := os.Getenv("CI"); ci != "" && ci != "false" {
			missing = tb.Fatalf
		}
		missing("there are no recordings of rudder-transformer: set TRANSFORMER_CASES to their folder (%v)", err)
	}
	return dir
}

// root is the folder of the module.
func root(tb testing.TB) string {
	tb.Helper()
	dir, err := os.Getwd()
	for err == nil && dir != filepath.Dir(dir) {
		if _, err := os.Stat(filepath.Join(dir, "go.mod")); err == nil {
			return dir
		}
		dir = filepath.Dir(dir)
	}
	tb.Fatalf("the tests don't run within the module: %v", err)
	return ""
}
