package main

import (
	"bytes"
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// storyEvent is an event of which the rulesets make different things.
const storyEvent = `{
  "type": "identify", "messageId": "m-1", "userId": "u-42", "anonymousId": "a-7", "channel": "mobile",
  "traits": {"firstName": "Ada", "lastName": "Lovelace", "email": "ada@example.com", "Email": "old@example.com",
    "gender": "unknown", "nickname": null, "address": {"city": "London", "geo": [51.5, -0.1]}, "dotted.key": true,
    "bell\u0007": "\u001b[31m", "notes": "A text that is far longer than what a line of a terminal has room for",
    "ts": 1571043797562, "overrideFields": {"tier": 1}},
  "context": {"traits": {"email": "ctx@example.com", "city": "Paris"}, "os": {"name": "Android", "version": "14"},
    "device": {"token": "token-1", "model": "Pixel"}, "app": {"name": "Shop", "version": "1.2"}, "locale": "en-GB",
    "screen": {"density": 420, "width": 1080}, "library": {"name": "com.rudderstack.android.sdk.core"}}
}
`

// explain calls `rudder-clevertap explain` with standard input.
func explain(t *testing.T, stdin string, args ...string) called {
	t.Helper()
	var out, err bytes.Buffer
	status := run(t.Context(), append([]string{"explain"}, args...), stdio{In: strings.NewReader(stdin), Out: &out, Err: &err})
	return called{status, out.String(), err.String()}
}

// TestAStoryForAPerson compares what is printed with the files in testdata/explain.
func TestAStoryForAPerson(t *testing.T) {
	t.Parallel()
	orders := filepath.Join(examplesFolder, "events", "orders.jsonl")
	for name, call := range map[string]struct {
		stdin string
		args  []string
	}{
		"guide":       {storyEvent, []string{"--destination", objectID, "--output", "text"}},
		"transformer": {storyEvent, []string{"--destination", objectID, "--output", "text", "--ruleset", "transformer"}},
		"compare":     {storyEvent, []string{"--destination", objectID, "--output", "text", "--compare"}},
		"order":       {"", []string{orders, "--line", "1", "--destination", plain, "--output", "text"}},
		"refused":     {`{"type":"track","userId":"u"}`, []string{"--destination", plain, "--output", "text"}},
		"refused by one": {
			`{"type":"track","userId":"u","properties":{"event":"E"}}`, []string{"--destination", plain, "--output", "text", "--compare"},
		},
		"filtered": {
			`{"type":"track","userId":"u","event":"E"}`,
			[]string{"--destination", filepath.Join(examplesFolder, "destinations", "filter.json"), "--output", "text"},
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got := explain(t, call.stdin, call.args...)
			require.Empty(t, got.err)
			require.Equal(t, strings.HasPrefix(name, "refused"), got.status == 1, "status %d", got.status)
			golden := filepath.Join("testdata", "explain", strings.ReplaceAll(name, " ", "-")+".txt")
			if *update {
				require.NoError(t, os.WriteFile(golden, []byte(got.out), 0o600))
			}
			want, err := os.ReadFile(golden)
			require.NoError(t, err)
			require.Equal(t, string(want), got.out)
		})
	}
}

// TestAStoryForPrograms: in a pipe, a line of JSON for each ruleset.
func TestAStoryForPrograms(t *testing.T) {
	t.Parallel()
	got := explain(t, storyEvent, "-", "--destination", objectID, "--compare")
	require.Zero(t, got.status, got.err)
	var rulesets []string
	for text := range strings.Lines(got.out) {
		var story struct {
			Ruleset   string
			MessageID string `json:"messageId"`
			Status    string
			Records   []json.RawMessage
			Lineage   []lineageJSON
		}
		require.NoError(t, json.Unmarshal([]byte(text), &story), text)
		rulesets = append(rulesets, story.Ruleset)
		require.Equal(t, "m-1", story.MessageID)
		require.Equal(t, "STATUS_TRANSFORMED", story.Status)
		require.Len(t, story.Records, 2)
		require.Contains(t, story.Lineage, lineageJSON{1, "/tokenData/id", "/context/device/token", "token.id", ""})
		require.Contains(t, story.Lineage, lineageJSON{Source: "/messageId", Note: "internal"})
	}
	require.Equal(t, []string{"RULESET_GUIDE", "RULESET_TRANSFORMER"}, rulesets)

	got = explain(t, `{"type":"track"}`, "--destination", plain, "--output", "json")
	require.Equal(t, 1, got.status)
	require.Contains(t, got.out, `"error":{"code":3,`)
}

func TestAnEventThatIsNotThere(t *testing.T) {
	t.Parallel()
	two := `{"type":"track"}` + "\n" + `{"type":"page"}` + "\n"
	for problem, call := range map[string]struct {
		stdin  string
		args   []string
		status int
	}{
		"stdin has several events: say which one with --line": {two, nil, 2},
		"stdin: there are only 3 lines":                       {two, []string{"--line", "4"}, 1},
		"no such file or directory":                           {"", []string{"nothing.json"}, 1},
		"--destination: INVALID_DESTINATION":                  {"{}", []string{"--destination", "{}"}, 2},
	} {
		args := call.args
		if len(args) == 0 || args[0] != "--destination" {
			args = append(args, "--destination", plain)
		}
		got := explain(t, call.stdin, args...)
		require.Equal(t, call.status, got.status, problem)
		require.Contains(t, got.err, problem)
		require.Empty(t, got.out)
	}
	got := explain(t, "{\"type\":\n oops}", "--destination", plain, "--output", "text")
	require.Equal(t, 1, got.status)
	require.Contains(t, got.out, "INVALID_JSON: malformed JSON at line 2, column 2")
}
