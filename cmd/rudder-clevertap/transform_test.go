package main

import (
	"bytes"
	"compress/gzip"
	"context"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io"
	"net"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"testing/iotest"

	"github.com/stretchr/testify/require"

	"github.com/rudder-clevertap/rudder-clevertap/examples"
	transformerv1 "github.com/rudder-clevertap/rudder-clevertap/gen/transformer/v1"
	"github.com/rudder-clevertap/rudder-clevertap/internal/genevents"
	"github.com/rudder-clevertap/rudder-clevertap/mapping"
)

var update = flag.Bool("update", false, "write the files in testdata anew")

const (
	examplesFolder = "../../examples"
	plain          = examplesFolder + "/destinations/plain.json"
	objectID       = examplesFolder + "/destinations/object-id.json"
)

// called is what calling the program came to.
type called struct {
	status   int
	out, err string
}

// transform calls `rudder-clevertap transform` with standard input.
func transform(t *testing.T, stdin io.Reader, args ...string) called {
	t.Helper()
	var out, err bytes.Buffer
	status := run(t.Context(), append([]string{"transform"}, args...), stdio{In: stdin, Out: &out, Err: &err})
	return called{status, out.String(), err.String()}
}

// writeFile writes a file that goes away with the test.
func writeFile(t *testing.T, name, text string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), name)
	require.NoError(t, os.WriteFile(path, []byte(text), 0o600))
	return path
}

// lineResult is a line of results.
type lineResult struct {
	Index     int
	File      string
	Line      int
	MessageID string `json:"messageId"`
	Status    string
	Records   []json.RawMessage
	Error     *struct {
		Code    int
		Message string
		Details []struct {
			Reason   string
			Metadata map[string]string
		}
	}
}

// readResults reads lines of results.
func readResults(t *testing.T, text string) []lineResult {
	t.Helper()
	var results []lineResult
	for line := range strings.Lines(text) {
		var result lineResult
		require.NoError(t, json.Unmarshal([]byte(line), &result), "%s", line)
		results = append(results, result)
	}
	return results
}

// track is a good event with a message id.
func track(id string) string {
	return `{"type":"track","messageId":"` + id + `","userId":"u","event":"Paid"}` + "\n"
}

func TestTransformGivesWhatTheExamplesPromise(t *testing.T) {
	t.Parallel()
	for _, show := range examples.Showcases() {
		name := strings.TrimSuffix(filepath.Base(show.Events), ".jsonl") + "-" + strings.TrimSuffix(filepath.Base(show.Destination), ".json")
		for _, output := range []string{outputResults, outputPayloads} {
			t.Run(name+"/"+output, func(t *testing.T) {
				t.Parallel()
				got := transform(t, nil, filepath.Join(examplesFolder, show.Events),
					"--destination", filepath.Join(examplesFolder, show.Destination), "--output", output)
				text := fmt.Sprintf("%sexit status %d\n%s", got.out, got.status, strings.ReplaceAll(got.err, examplesFolder+"/", ""))
				golden := filepath.Join("testdata", "transform", name+"."+output+".txt")
				if *update {
					require.NoError(t, os.WriteFile(golden, []byte(text), 0o600))
				}
				want, err := os.ReadFile(golden)
				require.NoError(t, err)
				require.Equal(t, string(want), text)
			})
		}
	}
}

func TestExamplesShowEveryReasonAndDiagnostic(t *testing.T) {
	t.Parallel()
	var shown strings.Builder
	for _, show := range examples.Showcases() {
		got := transform(t, nil, filepath.Join(examplesFolder, show.Events), "--destination", filepath.Join(examplesFolder, show.Destination))
		shown.WriteString(got.out)
	}
	for _, reason := range []mapping.Reason{
		mapping.MissingMessageType, mapping.UnsupportedMessageType, mapping.MissingIdentity, mapping.InvalidIdentity,
		mapping.AnonymousTrackingDisabled, mapping.MissingEventName, mapping.InvalidProducts, mapping.MissingPreviousID,
		mapping.InvalidFieldType, mapping.InvalidJSON,
	} {
		require.Contains(t, shown.String(), `"reason":"`+string(reason)+`"`)
	}
	for number, code := range transformerv1.DiagnosticCode_name {
		if number > 0 {
			require.Contains(t, shown.String(), `"code":"`+strings.TrimPrefix(code, "DIAGNOSTIC_CODE_")+`"`)
		}
	}
}

func TestTransformReportsBadLinesAndCarriesOn(t *testing.T) {
	t.Parallel()
	file := writeFile(t, "events.jsonl", track("one")+"\n  \r\n"+`{"type":"track",`+"\n"+track("two")+`{"type":"group","userId":"u"}`)
	got := transform(t, nil, file, "--destination", plain)
	require.Equal(t, 1, got.status)
	reports := strings.Split(strings.TrimSpace(got.err), "\n")
	require.Len(t, reports, 2)
	require.True(t, strings.HasPrefix(reports[0], file+":4: INVALID_JSON: malformed JSON at column 17 of the event: "), reports[0])
	require.True(t, strings.HasPrefix(reports[1], file+":6: UNSUPPORTED_MESSAGE_TYPE: "), reports[1])

	results := readResults(t, got.out)
	require.Len(t, results, 4)
	require.Equal(t, []int{1, 4, 5, 6}, []int{results[0].Line, results[1].Line, results[2].Line, results[3].Line})
	require.Equal(t, "STATUS_FAILED", results[1].Status)
	require.Equal(t, 3, results[1].Error.Code)
	require.Equal(t, "INVALID_JSON", results[1].Error.Details[0].Reason)
	require.Contains(t, results[1].Error.Message, "malformed JSON at column 17 of the event: ")
	require.Equal(t, map[string]string{"line": "4", "column": "17"}, results[1].Error.Details[0].Metadata)
	require.Equal(t, "two", results[2].MessageID)
	require.Len(t, results[2].Records, 1)
}

// TestTransformTakesEventsHoweverTheyAreWritten: `index:line messageId` of each, and a reason where it failed, however
// the input comes.
func TestTransformTakesEventsHoweverTheyAreWritten(t *testing.T) {
	t.Parallel()
	one := func(id string) string { return strings.TrimSpace(track(id)) }
	pretty := func(indent, id string) string {
		return indent + "{\n" + indent + `  "type": "track",` + "\n" + indent + `  "messageId": "` + id + "\",\n" + indent + `  "userId": "u", "event": "Paid"` +
			",\n" + indent + `  "properties": {` + "\n" + indent + `    "note": "a { or \" or ]",` + "\n" + indent + "    \"list\": [\n" + indent + "      {}, [{}]\n" + indent + "    ]\n" + indent + "  }\n" + indent + "}"
	}
	for name, c := range map[string]struct {
		text   string
		wanted string
	}{
		"an array":                         {"[" + one("a") + "," + one("b") + "]", "0:1 a, 1:1 b"},
		"an array of lines":                {"[\n  " + one("a") + ",\n  " + one("b") + "\n]\n", "0:2 a, 1:3 b"},
		"an array as jq prints it":         {"[\n" + pretty("  ", "a") + ",\n" + pretty("  ", "b") + "\n]\n", "0:2 a, 1:13 b"},
		"an empty array":                   {"[]", ""},
		"arrays, one a line":               {"[" + one("a") + "]\n[" + one("b") + ", " + one("c") + "]\n", "0:1 a, 1:2 b, 2:2 c"},
		"pretty-printed events":            {pretty("", "a") + "\n" + pretty("", "b") + "\n", "0:1 a, 1:12 b"},
		"pretty-printed, and lines":        {pretty("", "a") + "\n" + track("b") + track("c") + pretty("", "d"), "0:1 a, 1:12 b, 2:13 c, 3:14 d"},
		"lines, and an array":              {track("a") + "[" + one("b") + "]\n" + track("c"), "0:1 a, 1:2 b, 2:3 c"},
		"concatenated":                     {one("a") + one("b") + " " + one("c") + "\n" + track("d"), "0:1 a, 1:1 b, 2:1 c, 3:2 d"},
		"lines that end in a comma":        {one("a") + ",\n" + one("b") + ",\n" + track("c"), "0:1 a, 1:2 b, 2:3 c"},
		"carriage returns":                 {"[\r\n" + one("a") + ",\r\n" + one("b") + "\r\n]\r\n", "0:2 a, 1:3 b"},
		"a broken event in an array":       {"[\n  " + one("a") + ",\n  {\"type\": NaN},\n  " + one("b") + "\n]", "0:2 a, 1:3 INVALID_JSON, 2:4 b"},
		"an event cut short in an array":   {"[\n  " + one("a") + ",\n  {\"type\":\n  " + one("b") + "\n]", "0:2 a, 1:3 INVALID_JSON, 2:4 b"},
		"a broken pretty-printed event":    {pretty("", "a") + "\n{\n  \"type\": \"tra\n  \"x\": 1\n}\n" + pretty("", "b"), "0:1 a, 1:12 INVALID_JSON, 2:16 b"},
		"a line cut short within a string": {track("a") + `{"type":"tr` + "\n" + track("b"), "0:1 a, 1:2 INVALID_JSON, 2:3 b"},
		"a line cut short behind a colon":  {track("a") + `{"type":` + "\n" + track("b") + track("c"), "0:1 a, 1:2 INVALID_JSON, 2:3 b, 3:4 c"},
		"a line with text behind":          {track("a") + one("x") + " x\n" + track("b"), "0:1 a, 1:2 INVALID_JSON, 2:3 b"},
		"a line with a brace behind":       {track("a") + one("x") + "}\n" + track("b"), "0:1 a, 1:2 INVALID_JSON, 2:3 b"},
		"lines that are no events":         {"x\n5\n\"y\"\n" + track("a") + "null\n", "0:1 INVALID_JSON, 1:2 INVALID_FIELD_TYPE, 2:3 INVALID_FIELD_TYPE, 3:4 a, 4:5 INVALID_FIELD_TYPE"},
		"an array within an array":         {"[[" + one("x") + "]," + one("a") + "]", "0:1 INVALID_FIELD_TYPE, 1:1 a"},
		"other values in an array":         {"[1, null," + one("a") + "]", "0:1 INVALID_FIELD_TYPE, 1:1 INVALID_FIELD_TYPE, 2:1 a"},
		"an array without an end":          {"[" + one("a") + ",\n" + one("b"), "0:1 a, 1:2 b, 2:2 INVALID_JSON"},
		"the end of an array alone":        {track("a") + "]\n" + track("b"), "0:1 a, 1:2 INVALID_JSON, 2:3 b"},
		"a pretty-printed event cut short": {pretty("", "a") + "\n{\n  \"type\": \"track\",\n", "0:1 a, 1:12 INVALID_JSON"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			for reading, in := range map[string]io.Reader{
				"at once": strings.NewReader(c.text), "byte by byte": iotest.OneByteReader(strings.NewReader(c.text)), "by halves": iotest.HalfReader(strings.NewReader(c.text)),
			} {
				var got []string
				for _, r := range readResults(t, transform(t, in, "--destination", plain).out) {
					outcome := r.MessageID
					if r.Error != nil {
						outcome = r.Error.Details[0].Reason
					}
					got = append(got, fmt.Sprintf("%d:%d %s", r.Index, r.Line, outcome))
				}
				require.Equal(t, c.wanted, strings.Join(got, ", "), reading)
			}
		})
	}
}

// TestTransformNumbersEventsBeyondOneALine: over blocks and files.
func TestTransformNumbersEventsBeyondOneALine(t *testing.T) {
	t.Parallel()
	filler := `{"type":"track","userId":"u","event":"E","properties":{"x":"` + strings.Repeat("x", 2000) + `"}}`
	text := strings.Repeat(filler+"\n"+filler+" "+filler+"\n", 500)
	first, second := writeFile(t, "first.jsonl", text), writeFile(t, "second.json", "["+filler+strings.Repeat(","+filler, 999)+"]")
	got := transform(t, nil, first, second, "--destination", plain)
	require.Equal(t, 0, got.status, got.err)
	results := readResults(t, got.out)
	require.Len(t, results, 2500)
	for i, r := range results {
		require.Equal(t, i, r.Index)
	}
	require.Equal(t, 1000, results[1499].Line)
	require.Equal(t, 1, results[2499].Line)
}

// TestTransformSaysWhereAnEventOfManyLinesIsBroken: in the line of the file.
func TestTransformSaysWhereAnEventOfManyLinesIsBroken(t *testing.T) {
	t.Parallel()
	got := transform(t, strings.NewReader("[\n  {\n    \"type\": \"track\",\n    \"x\": NaN\n  }\n]"), "--destination", plain)
	require.Equal(t, "stdin:2: INVALID_JSON: malformed JSON at line 4, column 10: 'N' where a value is expected\n", got.err)
	require.Equal(t, map[string]string{"line": "4", "column": "10"}, readResults(t, got.out)[0].Error.Details[0].Metadata)
	got = transform(t, strings.NewReader("["+strings.TrimSpace(track("a"))), "--destination", plain)
	require.Equal(t, 1, got.status)
	require.Contains(t, got.err, "the array of events has no end")
}

func TestTransformReadsFilesInOrder(t *testing.T) {
	t.Parallel()
	first, last := writeFile(t, "first.jsonl", track("a")+strings.TrimSpace(track("b"))), writeFile(t, "last.jsonl", track("d"))
	compressed := writeFile(t, "compressed.jsonl.gz", zipped(t, track("c1")+track("c2")))

	got := transform(t, strings.NewReader(track("stdin")), first, compressed, "-", last, "--destination", plain)
	require.Equal(t, 0, got.status, got.err)
	var lines []string
	for _, r := range readResults(t, got.out) {
		lines = append(lines, fmt.Sprintf("%s:%d %s", filepath.Base(r.File), r.Line, r.MessageID))
	}
	require.Equal(t, []string{
		"first.jsonl:1 a", "first.jsonl:2 b", "compressed.jsonl.gz:1 c1", "compressed.jsonl.gz:2 c2", "stdin:1 stdin", "last.jsonl:1 d",
	}, lines)
}

// zipped compresses a text.
func zipped(t *testing.T, text string) string {
	t.Helper()
	var packed bytes.Buffer
	zip := gzip.NewWriter(&packed)
	_, err := zip.Write([]byte(text))
	require.NoError(t, err)
	require.NoError(t, zip.Close())
	return packed.String()
}

func TestTransformPassesByteOrderMarksBy(t *testing.T) {
	t.Parallel()
	const mark = "\xef\xbb\xbf"
	settings, err := os.ReadFile(plain)
	require.NoError(t, err)
	destination := writeFile(t, "destination.json", mark+string(settings))
	for name, c := range map[string]struct {
		in     io.Reader
		events int
	}{
		"plain":        {strings.NewReader(mark + track("a") + track("b")), 2},
		"byte by byte": {iotest.OneByteReader(strings.NewReader(mark + track("a"))), 1},
		"compressed":   {strings.NewReader(zipped(t, mark+track("a"))), 1},
		"nothing else": {strings.NewReader(mark), 0},
	} {
		got := transform(t, c.in, "--destination", destination)
		require.Zero(t, got.status, "%s: %s", name, got.err)
		require.Len(t, readResults(t, got.out), c.events, name)
	}
	for _, text := range []string{"\xef", "\xef\xbb", "\xef\xbb{}", mark + mark + "{}", track("a") + mark + track("b")} {
		got := transform(t, strings.NewReader(text), "--destination", plain)
		require.Equal(t, 1, got.status, "%q", text)
		require.Contains(t, got.err, "INVALID_JSON", "%q", text)
	}
}

func TestTransformReadsManyFiles(t *testing.T) {
	t.Parallel()
	files := make([]string, 100)
	for i := range files {
		files[i] = writeFile(t, fmt.Sprintf("%d.jsonl", i), track(fmt.Sprint(i)))
	}
	got := transform(t, nil, append(files, "--destination", plain)...)
	require.Equal(t, 0, got.status, got.err)
	require.Len(t, readResults(t, got.out), len(files))
}

func TestTransformReadsStandardInputByDefault(t *testing.T) {
	t.Parallel()
	for name, in := range map[string]io.Reader{
		"at once":       strings.NewReader(track("a") + track("b")),
		"byte by byte":  iotest.OneByteReader(strings.NewReader(track("a") + track("b"))),
		"data with EOF": iotest.DataErrReader(strings.NewReader(track("a") + track("b"))),
	} {
		got := transform(t, in, "--destination", plain)
		require.Equal(t, 0, got.status, name)
		results := readResults(t, got.out)
		require.Len(t, results, 2, name)
		require.Empty(t, results[0].File, "one input needs no name")
		require.Empty(t, got.err, "nothing is said in a pipe")
	}
}

func TestTransformOfNothingGivesNothing(t *testing.T) {
	t.Parallel()
	for _, text := range []string{"", "\n", "\n\n \t\r\n"} {
		for _, output := range []string{outputResults, outputPayloads} {
			require.Equal(t, called{}, transform(t, strings.NewReader(text), "--destination", plain, "--output", output), "%q", text)
		}
	}
}

func TestTransformTakesLinesOfAnyLength(t *testing.T) {
	t.Parallel()
	long := func(id string, size int) string {
		frame := `{"type":"track","messageId":"` + id + `","userId":"u","event":"Paid","properties":{"note":""}}`
		return strings.Replace(frame, `""`, `"`+strings.Repeat("x", size-len(frame))+`"`, 1) + "\n"
	}
	text := track("a") + long("block", blockSize) + track("b") + long("longest", maxLine) + track("c") +
		long("too-long", maxLine+1) + track("d") + long("far-too-long", maxLine+3*blockSize) + "\n" + track("e")
	got := transform(t, strings.NewReader(text), "--destination", plain)
	require.Equal(t, 1, got.status)
	var outcome []string
	for _, r := range readResults(t, got.out) {
		outcome = append(outcome, fmt.Sprintf("%d %s %s", r.Line, r.MessageID, r.Status))
		if r.Error != nil {
			require.Equal(t, 8, r.Error.Code)
			require.Equal(t, "REQUEST_TOO_LARGE", r.Error.Details[0].Reason)
			require.Equal(t, map[string]string{"limit": "33554432"}, r.Error.Details[0].Metadata)
		}
	}
	require.Equal(t, []string{
		"1 a STATUS_TRANSFORMED", "2 block STATUS_TRANSFORMED", "3 b STATUS_TRANSFORMED", "4 longest STATUS_TRANSFORMED",
		"5 c STATUS_TRANSFORMED", "6  STATUS_FAILED", "7 d STATUS_TRANSFORMED", "8  STATUS_FAILED", "10 e STATUS_TRANSFORMED",
	}, outcome)
	require.Contains(t, got.err, "stdin:6: REQUEST_TOO_LARGE: ")
}

func TestTransformKeepsTheOrderOfManyBlocks(t *testing.T) {
	t.Parallel()
	const count = 4000 // about 20 blocks
	var text bytes.Buffer
	_, err := genevents.New(3).Write(&text, count)
	require.NoError(t, err)
	var want []string
	for _, event := range genevents.New(3).Batch(count) {
		var named struct{ MessageID string }
		require.NoError(t, json.Unmarshal(event, &named))
		want = append(want, named.MessageID)
	}
	results := transform(t, bytes.NewReader(text.Bytes()), "--destination", plain)
	require.Equal(t, 0, results.status, results.err)
	var (
		got     []string
		records []string
	)
	for i, r := range readResults(t, results.out) {
		require.Equal(t, i+1, r.Line)
		require.Equal(t, i, r.Index)
		got = append(got, r.MessageID)
		for _, record := range r.Records {
			records = append(records, string(record))
		}
	}
	require.Equal(t, want, got)

	payloads := transform(t, bytes.NewReader(text.Bytes()), "--destination", plain, "--output", outputPayloads)
	require.Equal(t, 0, payloads.status, payloads.err)
	var packed []string
	for line := range strings.Lines(payloads.out) {
		body := readPayload(t, line)
		require.Len(t, body, 1000, "payloads are filled up, however the input was cut")
		packed = append(packed, body...)
	}
	require.Equal(t, records, packed, "payloads hold the records of the results, in their order")
}

// readPayload returns the records of a payload.
func readPayload(t *testing.T, line string) []string {
	t.Helper()
	var body struct{ D []json.RawMessage }
	require.NoError(t, json.Unmarshal([]byte(line), &body), "%s", line)
	records := make([]string, len(body.D))
	for i, record := range body.D {
		records[i] = string(record)
	}
	return records
}

func TestTransformPacksDeviceTokensApart(t *testing.T) {
	t.Parallel()
	var text strings.Builder
	for i := range 1250 {
		fmt.Fprintf(&text, `{"type":"identify","anonymousId":"a-%d","context":{"os":{"name":"Android"},"device":{"token":"t-%d"}}}`+"\n", i, i)
	}
	got := transform(t, strings.NewReader(text.String()), "--destination", objectID, "--output", outputPayloads)
	require.Equal(t, 0, got.status, got.err)
	var payloads []string
	sent := map[string]bool{}
	for line := range strings.Lines(got.out) {
		kind, records := "profile", readPayload(t, line)
		for _, text := range records {
			var record struct{ Type, ObjectID string }
			require.NoError(t, json.Unmarshal([]byte(text), &record))
			kind = record.Type
			if kind == "token" {
				require.True(t, sent[record.ObjectID], "the token of %s comes before its profile", record.ObjectID)
			} else {
				sent[record.ObjectID] = true
			}
		}
		require.Equal(t, len(records), strings.Count(line, `"type":"`+kind+`"`), "tokens are apart")
		payloads = append(payloads, fmt.Sprintf("%s × %d", kind, len(records)))
	}
	tens := slices.Repeat([]string{"token × 100"}, 10)
	require.Equal(t, slices.Concat(
		[]string{"profile × 1000"}, tens, []string{"profile × 250"}, tens[:2], []string{"token × 50"}), payloads)
}

func TestTransformKeepsAnEventsRecordsTogetherWhereTheRulesetDoes(t *testing.T) {
	t.Parallel()
	var text strings.Builder
	text.WriteString(track("odd"))
	for i := range 600 {
		fmt.Fprintf(&text, `{"type":"identify","anonymousId":"a-%d","context":{"os":{"name":"Android"},"device":{"token":"t-%d"}}}`+"\n", i, i)
	}
	got := transform(t, strings.NewReader(text.String()), "--destination", objectID, "--ruleset", "transformer", "--output", outputPayloads)
	require.Equal(t, 0, got.status, got.err)
	var sizes []int
	for line := range strings.Lines(got.out) {
		records := readPayload(t, line)
		sizes = append(sizes, len(records))
		require.NotContains(t, records[0], `"type":"token"`, "no token without its profile")
	}
	require.Equal(t, []int{999, 202}, sizes, "1 + 2 × 499, since a pair is not parted")
}

func TestTransformExitStatus(t *testing.T) {
	t.Parallel()
	secret := `{"accountId":"A","passcode":"s3cret-passcode",`
	folder := t.TempDir()
	cases := []struct {
		name    string
		stdin   string
		args    []string
		status  int
		message string
	}{
		{"all transformed", track("a"), []string{"--destination", plain}, 0, ""},
		{"settings as an argument", track("a"), []string{"--destination", secret + `"region":"in1"}`}, 0, ""},
		{"one failed", track("a") + "{}\n", []string{"--destination", plain}, 1, "stdin:2: MISSING_MESSAGE_TYPE: "},
		{"filtered is no failure", track("a"), []string{"--destination", examplesFolder + "/destinations/filter.json"}, 0, ""},
		{"ruleset of the guide", track("a"), []string{"--destination", plain, "--ruleset", "guide"}, 0, ""},
		{"no destination", "", nil, 2, "missing flags: --destination"},
		{"no such flag", "", []string{"--destination", plain, "--nonsense"}, 2, "unknown flag --nonsense"},
		{"no such file", "", []string{"--destination", plain, "absent.jsonl"}, 2, "absent.jsonl: no such file"},
		{"a folder", "", []string{"--destination", plain, folder}, 2, "is a directory: name the files in it"},
		{"no such destination file", "", []string{"--destination", "absent.json"}, 2, "--destination: open absent.json: no such file"},
		{"settings that are no JSON", "", []string{"--destination", secret}, 2, "--destination: INVALID_JSON: "},
		{"wrong settings", "", []string{"--destination", secret + `"region":"mars1"}`}, 2, "--destination: INVALID_DESTINATION: destination: region: unknown region"},
		{"unknown ruleset", "", []string{"--destination", plain, "--ruleset", "mine"}, 2, `--ruleset must be one of`},
		{"unknown output", "", []string{"--destination", plain, "--output", "csv"}, 2, `--output must be one of`},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			got := transform(t, strings.NewReader(c.stdin), c.args...)
			require.Equal(t, c.status, got.status, got.err)
			require.Contains(t, got.err, c.message)
			require.NotContains(t, got.out+got.err, "s3cret-passcode")
			if c.status == 2 {
				require.Empty(t, got.out)
			}
		})
	}
}

// TestTransformFindsUnreadableFilesBeforeItWrites: half of the output is worse than none.
func TestTransformFindsUnreadableFilesBeforeItWrites(t *testing.T) {
	t.Parallel()
	// A socket is a file that nobody can open, not even root.
	closed := filepath.Join(t.TempDir(), "s")
	listener, err := net.Listen("unix", closed)
	require.NoError(t, err)
	defer listener.Close()
	got := transform(t, nil, writeFile(t, "good.jsonl", track("a")), closed, "--destination", plain)
	require.Equal(t, 2, got.status)
	require.Contains(t, got.err, closed+": ")
	require.Empty(t, got.out)
}

func TestTransformSummaryOnRequest(t *testing.T) {
	t.Parallel()
	text := track("a") + `{"type":"page","userId":"u"}` + "\n" + "{}\n{}\n{\n"
	got := transform(t, strings.NewReader(text), "--destination", plain, "--summary")
	_, summary, found := strings.Cut(got.err, "5 events (")
	require.True(t, found, got.err)
	fields := strings.Fields(summary)
	require.Equal(t, []string{
		"transformed", "2", "filtered", "0", "failed", "3", "MISSING_MESSAGE_TYPE", "2", "INVALID_JSON", "1", "diagnostics", "RESERVED_EVENT_NAME", "1",
	}, fields[len(fields)-13:])
}

func TestTransformEndsWhenItIsInterrupted(t *testing.T) {
	t.Parallel()
	for _, output := range []string{outputResults, outputPayloads} {
		in, events := io.Pipe()
		out, results := io.Pipe()
		ctx, interrupt := context.WithCancel(t.Context())
		ended := make(chan int, 1)
		var errText bytes.Buffer
		go func() {
			args := []string{"transform", "--destination", plain, "--output", output}
			ended <- run(ctx, args, stdio{In: in, Out: results, Err: &errText})
			results.Close()
		}()
		_, err := io.WriteString(events, track("a")+track("b"))
		require.NoError(t, err)
		_, err = io.WriteString(events, "\n") // what came before has been handed over once this is read
		require.NoError(t, err)
		text := make(chan string, 1)
		go func() {
			all, _ := io.ReadAll(out)
			text <- string(all)
		}()
		interrupt()
		require.Equal(t, 1, <-ended, "the input is still open")
		require.Contains(t, errText.String(), "interrupted")
		if output == outputPayloads {
			require.Len(t, readPayload(t, <-text), 2, "what was read is written")
		} else {
			require.Len(t, readResults(t, <-text), 2, "what was read is written")
		}
		require.NoError(t, events.Close())
	}
}

func TestTransformFailsWhenItCannotReadOrWrite(t *testing.T) {
	t.Parallel()
	broken := io.MultiReader(strings.NewReader(track("a")), iotest.ErrReader(errors.New("the line is cut")))
	got := transform(t, broken, "--destination", plain)
	require.Equal(t, 1, got.status)
	require.Contains(t, got.err, "stdin: the line is cut")
	require.Len(t, readResults(t, got.out), 1, "what came before is written")

	broken = io.MultiReader(strings.NewReader(track("a")+track("b")[:9]), iotest.ErrReader(errors.New("the line is cut")))
	got = transform(t, broken, "--destination", plain)
	require.Equal(t, called{1, got.out, "rudder-clevertap: stdin: the line is cut\n"}, got, "half a line is no event")
	require.Len(t, readResults(t, got.out), 1)

	whole := zipped(t, strings.Repeat(track("a"), 100))
	for _, length := range []int{5, len(whole) / 2, len(whole) - 3} {
		file := writeFile(t, "short.jsonl.gz", whole[:length])
		got := transform(t, nil, file, "--destination", plain)
		require.Equal(t, called{1, got.out, "rudder-clevertap: " + file + ": the gzip data are cut short\n"}, got)
	}

	damaged := transform(t, strings.NewReader("\x1f\x8bnonsense"), "--destination", plain)
	require.Equal(t, 1, damaged.status)
	require.Contains(t, damaged.err, "stdin: gzip: ")

	var err bytes.Buffer
	out := writerFunc(func([]byte) (int, error) { return 0, errors.New("no space left") })
	status := run(t.Context(), []string{"transform", "--destination", plain}, stdio{In: strings.NewReader(track("a")), Out: out, Err: &err})
	require.Equal(t, 1, status)
	require.Contains(t, err.String(), "write: no space left")
}

// writerFunc is a writer made of a function.
type writerFunc func([]byte) (int, error)

// Write calls the function.
func (f writerFunc) Write(p []byte) (int, error) { return f(p) }
