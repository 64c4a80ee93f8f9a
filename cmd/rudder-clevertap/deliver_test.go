package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/rudder-clevertap/rudder-clevertap/internal/clevertapstub"
)

// deliverTo calls `rudder-clevertap deliver` with a stand-in for CleverTap.
func deliverTo(ctx context.Context, base string, out io.Writer, stdin string, args ...string) (status int, errors string) {
	var err bytes.Buffer
	args = append([]string{"deliver", "--destination", plain, "--clevertap-base-url", base}, args...)
	status = run(ctx, args, stdio{In: strings.NewReader(stdin), Out: out, Err: &err})
	return status, err.String()
}

// standIn serves a stand-in for CleverTap until the test ends.
func standIn(t *testing.T) (stub *clevertapstub.Stub, base string) {
	t.Helper()
	stub = clevertapstub.New(clevertapstub.Options{})
	web := httptest.NewServer(stub)
	t.Cleanup(web.Close)
	return stub, web.URL
}

// deliveredLine is a line of results.
type deliveredLine struct {
	File              string
	Line              int
	MessageID         string
	Outcome           string
	Attempts          int
	PossiblyDelivered bool
	Retryable         bool
	Error             *struct{ Details []struct{ Reason string } }
}

// deliveredLines reads lines of results.
func deliveredLines(t *testing.T, text string) (lines []deliveredLine) {
	t.Helper()
	for line := range strings.Lines(text) {
		var l deliveredLine
		require.NoError(t, json.Unmarshal([]byte(line), &l), line)
		lines = append(lines, l)
	}
	return lines
}

// numbered are events of users in turn, each with its number, one a line.
func numbered(first, count int) string {
	var text strings.Builder
	for i := first; i < first+count; i++ {
		fmt.Fprintf(&text, `{"type":"track","messageId":"m-%d","userId":"u-%d","event":"E","properties":{"n":%d}}`+"\n", i, i%7, i)
	}
	return text.String()
}

// taken are the numbers that a stand-in took, in order.
func taken(t *testing.T, stub *clevertapstub.Stub) (numbers []int) {
	t.Helper()
	for _, text := range stub.Records() {
		var record struct{ EvtData struct{ N int } }
		require.NoError(t, json.Unmarshal(text, &record))
		numbers = append(numbers, record.EvtData.N)
	}
	return numbers
}

func TestDeliverSaysWhatBecameOfEachLine(t *testing.T) {
	t.Parallel()
	stub, base := standIn(t)
	stub.Fail(clevertapstub.Fault{Status: http.StatusServiceUnavailable})
	input := numbered(0, 1) + "\n" + `{"type":"track","messageId":"app","userId":"a","event":"App Launched"}` + "\n" +
		`{"type":"track","messageId":"nobody","event":"E"}` + "\nno JSON\n" + numbered(1, 1)
	failed := filepath.Join(t.TempDir(), "failed.jsonl")
	var out bytes.Buffer
	status, errors := deliverTo(t.Context(), base, &out, input, "--summary", "--failed", failed)
	require.Equal(t, 1, status, errors)
	var got []string
	for _, l := range deliveredLines(t, out.String()) {
		reason := ""
		if l.Error != nil {
			reason = l.Error.Details[0].Reason
		}
		got = append(got, fmt.Sprintf("%d %s %s %d %s", l.Line, l.MessageID, l.Outcome, l.Attempts, reason))
	}
	require.Equal(t, []string{
		"1 m-0 OUTCOME_DELIVERED 2 ", "3 app OUTCOME_REFUSED 2 CLEVERTAP_REFUSED", "4 nobody OUTCOME_INVALID 0 MISSING_IDENTITY",
		"5  OUTCOME_INVALID 0 INVALID_JSON", "6 m-1 OUTCOME_DELIVERED 2 ",
	}, got)
	for _, said := range []string{
		"stdin:3: CLEVERTAP_REFUSED: CleverTap refused a record: the event's name is reserved",
		"delivered                                   2", "CLEVERTAP_REFUSED 513                     1", "sent again                                  3",
	} {
		require.Contains(t, errors, said)
	}
	text, err := os.ReadFile(failed)
	require.NoError(t, err)
	require.Empty(t, text, "none of them can be sent again")
}

func TestDeliverKeepsWhatCanBeSentAgain(t *testing.T) {
	t.Parallel()
	stub, base := standIn(t)
	stub.Fail(clevertapstub.Fault{Status: http.StatusUnauthorized})
	failed := filepath.Join(t.TempDir(), "failed.jsonl")
	status, errors := deliverTo(t.Context(), base, io.Discard, numbered(0, 3), "--failed", failed)
	require.Equal(t, 1, status)
	require.Contains(t, errors, "CREDENTIALS_REFUSED")
	text, err := os.ReadFile(failed)
	require.NoError(t, err)
	require.Equal(t, numbered(0, 3), string(text))
	var out bytes.Buffer
	status, errors = deliverTo(t.Context(), base, &out, "", failed)
	require.Zero(t, status, errors)
	require.Len(t, deliveredLines(t, out.String()), 3)
}

func TestDeliverInADryRunKeepsNothing(t *testing.T) {
	t.Parallel()
	stub, base := standIn(t)
	status, _ := deliverTo(t.Context(), base, io.Discard, numbered(0, 3), "--dry-run")
	require.Zero(t, status)
	require.Empty(t, stub.Records())
}

func TestDeliverKeepsTheOrderOfManyLines(t *testing.T) {
	t.Parallel()
	stub, base := standIn(t)
	files := []string{writeFile(t, "a.jsonl", numbered(0, 4000)), writeFile(t, "b.jsonl", numbered(4000, 4000))}
	var out bytes.Buffer
	status, errors := deliverTo(t.Context(), base, &out, "", files...)
	require.Zero(t, status, errors)
	lines := deliveredLines(t, out.String())
	require.Len(t, lines, 8000)
	for i, l := range lines {
		require.Equal(t, i%4000+1, l.Line)
		require.Equal(t, files[i/4000], l.File)
	}
	byUser := map[int][]int{}
	for _, n := range taken(t, stub) {
		byUser[n%7] = append(byUser[n%7], n)
	}
	for _, numbers := range byUser {
		require.True(t, slices.IsSorted(numbers))
	}
	require.LessOrEqual(t, stub.Peak("ACCOUNT-ID", "/1/upload"), 3)
}

// TestARunThatWasInterruptedGoesOn: no line is lost, and none that has a result is sent again.
func TestARunThatWasInterruptedGoesOn(t *testing.T) {
	t.Parallel()
	stub, base := standIn(t)
	calls := 0
	ctx, interrupt := context.WithCancel(t.Context())
	stub.FailBy(func() clevertapstub.Fault {
		if calls++; calls == 3 {
			interrupt()
		}
		return clevertapstub.Fault{Delay: 20 * time.Millisecond}
	})
	const count = 20_000
	input, kept := writeFile(t, "in.jsonl", numbered(0, count)), filepath.Join(t.TempDir(), "checkpoint")
	out, err := os.OpenFile(filepath.Join(t.TempDir(), "out"), os.O_CREATE|os.O_RDWR|os.O_APPEND, 0o600)
	require.NoError(t, err)
	defer out.Close()
	status, errors := deliverTo(ctx, base, out, "", input, "--checkpoint", kept)
	require.Equal(t, 1, status)
	require.Contains(t, errors, "run the same command again to go on")
	status, errors = deliverTo(t.Context(), base, out, "", input, "--checkpoint", kept)
	require.Zero(t, status, errors)
	text, err := os.ReadFile(out.Name())
	require.NoError(t, err)
	lines := deliveredLines(t, string(text))
	require.Len(t, lines, count)
	seen := map[int]int{}
	for _, n := range taken(t, stub) {
		seen[n]++
	}
	for i, l := range lines {
		require.Equal(t, i+1, l.Line)
		require.GreaterOrEqual(t, seen[i], 1)
		require.True(t, seen[i] == 1 || l.PossiblyDelivered, "line %d was taken %d times", l.Line, seen[i])
	}
	status, _ = deliverTo(t.Context(), base, out, "", input, "--checkpoint", kept)
	require.Zero(t, status, "it is all done")
	require.Len(t, stub.Records(), len(taken(t, stub)))
}

// TestARunThatWasKilledGoesOn: from whatever it had written.
func TestARunThatWasKilledGoesOn(t *testing.T) {
	t.Parallel()
	input := writeFile(t, "in.jsonl", numbered(0, 6))
	head := func(account string) string {
		return fmt.Sprintf(`{"head":{"rudderClevertapDelivery":1,"account":"in1.api.clevertap.com %s","dryRun":false,"files":[%q]}}`+"\n", account, input)
	}
	const (
		sent  = `{"sent":{"file":0,"line":4}}` + "\n"
		done  = `{"kept":{"done":{"file":0,"line":2},"failed":0,"out":-1,"undelivered":0,"results":"first\nsecond\n"}}` + "\n"
		shown = `{"shown":true}` + "\n"
	)
	for name, c := range map[string]struct {
		log, again string
		from       int
		flagged    []int
	}{
		"before anything":               {log: "", from: 1},
		"with half a beginning":         {log: head("ACCOUNT-ID")[:20], from: 1},
		"with the head":                 {log: head("ACCOUNT-ID"), from: 1},
		"while lines were sent":         {log: head("ACCOUNT-ID") + sent, from: 1, flagged: []int{1, 2, 3, 4}},
		"before results were shown":     {log: head("ACCOUNT-ID") + sent + done, from: 3, flagged: []int{3, 4}, again: "first\nsecond\n"},
		"after results were shown":      {log: head("ACCOUNT-ID") + sent + done + shown, from: 3, flagged: []int{3, 4}},
		"while it wrote the checkpoint": {log: head("ACCOUNT-ID") + sent + done + shown + `{"sent":{"fi`, from: 3, flagged: []int{3, 4}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			stub, base := standIn(t)
			var out bytes.Buffer
			kept := writeFile(t, "checkpoint", c.log)
			status, errors := deliverTo(t.Context(), base, &out, "", input, "--checkpoint", kept)
			require.Zero(t, status, errors)
			rest, shownAgain := strings.CutPrefix(out.String(), c.again)
			require.True(t, shownAgain, out.String())
			for i, l := range deliveredLines(t, rest) {
				require.Equal(t, c.from+i, l.Line)
				require.Equal(t, slices.Contains(c.flagged, l.Line), l.PossiblyDelivered, l.Line)
			}
			require.Len(t, stub.Records(), 7-c.from)
		})
	}
	for name, log := range map[string]string{"another run": head("OTHER"), "something else": "no checkpoint\n", "text without a line": "text"} {
		kept := writeFile(t, "checkpoint", log)
		status, errors := deliverTo(t.Context(), "http://127.0.0.1:1", io.Discard, "", input, "--checkpoint", kept)
		require.Equal(t, 2, status, name)
		require.Contains(t, errors, "name another file", name)
		text, err := os.ReadFile(kept)
		require.NoError(t, err)
		require.Equal(t, log, string(text), name)
	}
}

// TestDeliverTakesEventsHoweverTheyAreWritten, and goes on among those of one line.
func TestDeliverTakesEventsHoweverTheyAreWritten(t *testing.T) {
	t.Parallel()
	events := strings.Split(strings.TrimSpace(numbered(0, 4)), "\n")
	array := "[" + strings.Join(events, ",") + "]"
	for name, text := range map[string]string{
		"an array": array, "concatenated": strings.Join(events, ""), "pretty-printed": strings.ReplaceAll(array, ",", ",\n"),
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			stub, base := standIn(t)
			status, errors := deliverTo(t.Context(), base, io.Discard, text)
			require.Zero(t, status, errors)
			require.Equal(t, []int{0, 1, 2, 3}, taken(t, stub))

			stub.Fail(clevertapstub.Fault{Status: http.StatusUnauthorized})
			failed := filepath.Join(t.TempDir(), "failed.jsonl")
			status, _ = deliverTo(t.Context(), base, io.Discard, text, "--failed", failed)
			require.Equal(t, 1, status)
			kept, err := os.ReadFile(failed)
			require.NoError(t, err)
			require.Equal(t, 4, bytes.Count(kept, []byte{'\n'}), "what can be sent again is one a line")
		})
	}
	for name, text := range map[string]string{"an array": array, "concatenated": strings.Join(events, "")} {
		input := writeFile(t, "in.json", text)
		log := fmt.Sprintf(`{"head":{"rudderClevertapDelivery":1,"account":"in1.api.clevertap.com ACCOUNT-ID","dryRun":false,"files":[%q]}}`+"\n", input) +
			`{"sent":{"file":0,"line":1,"nth":2}}` + "\n" +
			`{"kept":{"done":{"file":0,"line":1,"nth":1},"failed":0,"out":-1,"undelivered":0,"results":""}}` + "\n"
		stub, base := standIn(t)
		status, errors := deliverTo(t.Context(), base, io.Discard, "", input, "--checkpoint", writeFile(t, "checkpoint", log))
		require.Zero(t, status, errors)
		require.Equal(t, []int{2, 3}, taken(t, stub), name)
	}
}

func TestDeliverRefusesWrongUsage(t *testing.T) {
	t.Parallel()
	input := writeFile(t, "in.jsonl", numbered(0, 1))
	for _, args := range [][]string{
		{"--failed", input, input}, {"--checkpoint", input, input}, {"--uploads", "16"}, {"--uploads", "0"},
		{"--checkpoint", "x", "--failed", "x"}, {"--clevertap-base-url", "none"}, {"missing.jsonl"},
	} {
		status, errors := deliverTo(t.Context(), "http://127.0.0.1:1", io.Discard, "", args...)
		require.Equal(t, 2, status, args)
		require.NotEmpty(t, errors)
	}
	text, err := os.ReadFile(input)
	require.NoError(t, err)
	require.Equal(t, numbered(0, 1), string(text))
}

// TestALongCheckpointIsWrittenAnew: it holds no more than what counts.
func TestALongCheckpointIsWrittenAnew(t *testing.T) {
	t.Parallel()
	name := filepath.Join(t.TempDir(), "checkpoint")
	c, err := openCheckpoint(name, checkpointHead{Version: 1})
	require.NoError(t, err)
	for line := range 100 {
		require.NoError(t, c.sending(place{Line: line + 1}))
		require.NoError(t, c.done(keptLines{Done: place{Line: line}, Results: strings.Repeat("x", 200_000)}))
		require.NoError(t, c.shown())
	}
	require.Less(t, c.size, int64(maxCheckpoint+1<<20))
	require.NoError(t, c.close())
	again, err := openCheckpoint(name, checkpointHead{Version: 1})
	require.NoError(t, err)
	require.Equal(t, place{Line: 99}, again.resumed)
	require.Equal(t, place{Line: 100}, again.before)
	require.NoError(t, again.close())
}
