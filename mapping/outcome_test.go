package mapping_test

import (
	"go/ast"
	"go/parser"
	"go/token"
	"testing"

	"github.com/stretchr/testify/require"
)

// constantsOf lists the constants that a file declares.
func constantsOf(t *testing.T, file string) (names []string) {
	t.Helper()
	parsed, err := parser.ParseFile(token.NewFileSet(), file, nil, 0)
	require.NoError(t, err)
	for _, declaration := range parsed.Decls {
		group, ok := declaration.(*ast.GenDecl)
		if !ok || group.Tok != token.CONST {
			continue
		}
		for _, spec := range group.Specs {
			for _, name := range spec.(*ast.ValueSpec).Names {
				names = append(names, name.Name)
			}
		}
	}
	return names
}

// TestEveryOutcomeHasANameOutside: what the rules can say, callers can name.
func TestEveryOutcomeHasANameOutside(t *testing.T) {
	t.Parallel()
	said := append(constantsOf(t, "internal/rules/errors.go"), constantsOf(t, "internal/rules/diagnostics.go")...)
	require.ElementsMatch(t, said, constantsOf(t, "outcome.go"))
}
