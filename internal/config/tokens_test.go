package config

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestTokensAreReadLineByLine(t *testing.T) {
	t.Parallel()
	tokens, err := ParseTokens(strings.NewReader("\uFEFFsearch:another\r\n# callers\n\n billing:t0p:secret \nbilling:next"))
	require.NoError(t, err)
	for token, caller := range map[string]string{"t0p:secret": "billing", "another": "search", "next": "billing"} {
		name, known := tokens.Caller(token)
		require.True(t, known)
		require.Equal(t, caller, name)
	}
	for _, token := range []string{"", "t0p", "another ", "ANOTHER", "billing"} {
		_, known := tokens.Caller(token)
		require.False(t, known, token)
	}
}

func TestTokensThatCanNotBeReadNameTheLineAndNoToken(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		"":                     "no tokens",
		"# nobody\n":           "no tokens",
		"a:1\nloneword":        "line 2: write NAME:TOKEN",
		":s3cr3t":              "line 1: write NAME:TOKEN",
		"a:":                   "line 1: write NAME:TOKEN",
		"a s3cr3t":             "line 1: write NAME:TOKEN",
		"a:s3cr3t s3cr3t":      "line 1: write NAME:TOKEN without blanks",
		"a: s3cr3t":            "line 1: write NAME:TOKEN without blanks",
		"team a:s3cr3t":        "line 1: write NAME:TOKEN without blanks",
		"s3cr3t\tteam:a":       "line 1: write NAME:TOKEN without blanks",
		"team\u00A0a:s3cr3t":   "line 1: write NAME:TOKEN without blanks",
		"a:s3cr3t\n\xff:x":     "line 2: the text is not UTF-8",
		"s3cr3t:x\n\ns3cr3t:x": "line 3: the token is given twice",
	} {
		_, err := ParseTokens(strings.NewReader(text))
		require.ErrorContains(t, err, want)
		require.NotContains(t, err.Error(), "s3cr3t")
	}
	_, err := LoadTokens(filepath.Join(t.TempDir(), "absent"))
	require.ErrorIs(t, err, os.ErrNotExist)
}

func FuzzTokens(f *testing.F) {
	f.Add("billing:t0p\nsearch:another\n# x")
	f.Fuzz(func(t *testing.T, text string) {
		tokens, err := ParseTokens(strings.NewReader(text))
		if err != nil {
			return
		}
		require.NotEmpty(t, tokens.callers)
		for _, c := range tokens.callers {
			require.NotEmpty(t, strings.TrimSpace(c.name))
			require.NotContains(t, c.name, ":")
		}
		_, known := tokens.Caller("")
		require.False(t, known)
	})
}
