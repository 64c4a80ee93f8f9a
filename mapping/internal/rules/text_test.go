package rules_test

import (
	"errors"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/rudder-clevertap/rudder-clevertap/mapping/document"
	"github.com/rudder-clevertap/rudder-clevertap/mapping/internal/rules"
)

// TestEqualFoldFoldsLettersOnly: of ASCII, and nothing that differs from them in the bit of letter case.
func TestEqualFoldFoldsLettersOnly(t *testing.T) {
	t.Parallel()
	for text, lower := range map[string]string{"AbYZ": "abyz", "a b": "a b", "": "", "[{": "[{", "1": "1"} {
		require.True(t, rules.EqualFold([]byte(text), lower), text)
	}
	for text, lower := range map[string]string{"ab": "abc", "[": "{", "@": "`", "\x00": " ", "\xc1": "\xe1", "b": "a"} {
		require.False(t, rules.EqualFold([]byte(text), lower), text)
	}
}

func TestQuoteCutsWhatIsLong(t *testing.T) {
	t.Parallel()
	require.Equal(t, `"a\"b"`, rules.Quote(`a"b`))
	require.Equal(t, `"`+strings.Repeat("x", 64)+`"`, rules.Quote([]byte(strings.Repeat("x", 64))))
	require.Equal(t, `"`+strings.Repeat("x", 64)+`"…`, rules.Quote(strings.Repeat("x", 65)))
}

func TestCutKeepsWholeCharacters(t *testing.T) {
	t.Parallel()
	require.Equal(t, strings.Repeat("x", 256), rules.Cut(strings.Repeat("x", 256)))
	require.Equal(t, strings.Repeat("x", 256)+"…", rules.Cut(strings.Repeat("x", 257)))
	require.Equal(t, strings.Repeat("x", 255)+"…", rules.Cut(strings.Repeat("x", 255)+"éé"))
}

func TestOneOf(t *testing.T) {
	t.Parallel()
	require.Equal(t, "a, b or c", rules.OneOf([]string{"a", "b", "c"}))
}

func TestErrorsNameTheirField(t *testing.T) {
	t.Parallel()
	require.EqualError(t, &rules.Error{Field: "userId", Message: "it is missing"}, "userId: it is missing")
	require.EqualError(t, &rules.Error{Field: "userId", Message: "userId is missing"}, "userId is missing")
	require.EqualError(t, &rules.Error{Message: "it is missing"}, "it is missing")
}

func TestMalformedSaysWhere(t *testing.T) {
	t.Parallel()
	first := &document.SyntaxError{Line: 1, Column: 5, Problem: "oops"}
	syntax := &document.SyntaxError{Line: 2, Column: 5, Problem: "oops"}
	for _, c := range []struct {
		got            *rules.Error
		line           int
		field, message string
	}{
		{rules.Malformed(syntax, " of the event"), 2, "", "malformed JSON at line 2, column 5 of the event: oops"},
		{rules.MalformedDestination(syntax), 2, "destination", "destination: malformed JSON at line 2, column 5: oops"},
		{rules.Malformed(syntax, " of the event").OnLine(7), 8, "", "malformed JSON at line 8, column 5: oops"},
		{rules.Malformed(first, " of the event").OnLine(7), 7, "", "malformed JSON at column 5 of the event: oops"},
	} {
		require.Equal(t, rules.InvalidJSON, c.got.Reason)
		require.Equal(t, c.line, c.got.Line)
		require.Equal(t, 5, c.got.Column)
		require.Equal(t, c.field, c.got.Field)
		require.Equal(t, c.message, c.got.Message)
	}
	long := rules.Malformed(errors.New("too long"), " of the event")
	require.Equal(t, &rules.Error{Reason: rules.InvalidJSON, Message: "too long"}, long)
	require.Same(t, long, long.OnLine(7), "it has no place")
}
