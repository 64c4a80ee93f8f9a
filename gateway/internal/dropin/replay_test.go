package dropin_test

import (
	"bufio"
	"encoding/json"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/rudder-clevertap/rudder-clevertap/gateway/internal/dropin"
	"github.com/rudder-clevertap/rudder-clevertap/internal/cases"
	"github.com/rudder-clevertap/rudder-clevertap/server"
)

// recordedLines reads a file of JSON lines.
func recordedLines(t *testing.T, name string, each func(line []byte)) {
	t.Helper()
	file, err := os.Open(filepath.Join(cases.Recordings(t), name))
	require.NoError(t, err)
	defer file.Close()
	lines := bufio.NewScanner(file)
	lines.Buffer(nil, 64<<20)
	for lines.Scan() {
		each(lines.Bytes())
	}
	require.NoError(t, lines.Err())
}

// decoded returns a JSON text as a value.
func decoded(t require.TestingT, text string) any {
	var value any
	require.NoError(t, json.Unmarshal([]byte(text), &value), text)
	return value
}

// requireSameItems demands that items are those that were recorded. Where rudder-transformer threw an
// exception, ours must be an error of the same event, with a message of our own.
func requireSameItems(t require.TestingT, recorded, ours any) {
	want, _ := recorded.([]any)
	got, _ := ours.([]any)
	require.Len(t, got, len(want), "%v", ours)
	for i := range min(len(want), len(got)) {
		item, _ := want[i].(map[string]any)
		if !isException(item) {
			require.Equal(t, want[i], got[i])
			continue
		}
		mine, _ := got[i].(map[string]any)
		require.Equal(t, item["metadata"], mine["metadata"])
		require.InDelta(t, http.StatusBadRequest, mine["statusCode"], 0)
		require.NotEmpty(t, mine["error"])
		tags, _ := mine["statTags"].(map[string]any)
		require.Equal(t, "dataValidation", tags["errorCategory"])
		require.Equal(t, "instrumentation", tags["errorType"])
	}
}

// isException reports whether an item records a JavaScript exception.
func isException(item map[string]any) bool {
	tags, _ := item["statTags"].(map[string]any)
	return item["statusCode"] == float64(http.StatusInternalServerError) && tags["errorCategory"] == "transformation"
}

func TestProcessorAnswersAsRecorded(t *testing.T) {
	t.Parallel()
	dir := cases.Recordings(t)
	url := serveDropin(t, dropin.Options{}, server.Options{}) + "/v0/destinations/clevertap"
	count := 0
	recordedLines(t, "differential.jsonl", func(line []byte) {
		var row struct{ Message, Destination, Expect json.RawMessage }
		require.NoError(t, json.Unmarshal(line, &row))
		got := ask(t, http.MethodPost, url, `[{"message":`+string(row.Message)+`,"destination":`+string(row.Destination)+`}]`)
		require.Equal(t, http.StatusOK, got.status, got.body)
		requireSameItems(t, decoded(t, string(row.Expect)), decoded(t, got.body))
		count++
	})
	require.Positive(t, count)
	text, err := os.ReadFile(filepath.Join(dir, "upstream-processor.json"))
	require.NoError(t, err)
	var rows []struct {
		Description string
		Input       struct {
			Request struct{ Body json.RawMessage }
		}
		Output struct {
			Response struct {
				Status int
				Body   json.RawMessage
			}
		}
	}
	require.NoError(t, json.Unmarshal(text, &rows))
	for _, row := range rows {
		got := ask(t, http.MethodPost, url, string(row.Input.Request.Body))
		require.Equal(t, row.Output.Response.Status, got.status, row.Description)
		requireSameItems(t, decoded(t, string(row.Output.Response.Body)), decoded(t, got.body))
	}
	require.NotEmpty(t, rows)
}

func TestProcessorAnswersEdgeCasesAsRecorded(t *testing.T) {
	t.Parallel()
	cases.Recordings(t)
	url := serveDropin(t, dropin.Options{}, server.Options{}) + "/v0/destinations/clevertap"
	recordedLines(t, "probes.jsonl", func(line []byte) {
		var row struct{ Name, Input, Expect string }
		require.NoError(t, json.Unmarshal(line, &row))
		t.Run(row.Name, func(t *testing.T) {
			got := ask(t, http.MethodPost, url, "["+row.Input+"]")
			require.Equal(t, http.StatusOK, got.status, got.body)
			requireSameItems(t, decoded(t, row.Expect), decoded(t, got.body))
		})
	})
}

// deviates demands that a row which is answered otherwise on purpose is not answered as recorded, so that the
// table of such rows is true, and reports whether it is one.
func deviates(t *testing.T, name string, same func(t require.TestingT)) bool {
	t.Helper()
	for _, row := range cases.Deviations() {
		if row.Row == name {
			var failures failureCounter
			same(&failures)
			require.Positive(t, failures, "the row is answered as recorded: it is no deviation")
			return true
		}
	}
	return false
}

// failureCounter counts what fails.
type failureCounter int

// Errorf counts.
func (f *failureCounter) Errorf(string, ...any) { *f++ }

// FailNow counts.
func (f *failureCounter) FailNow() { *f++ }

// exchange is one recorded HTTP exchange.
type exchange struct {
	Name    string
	Request struct {
		Method, Path string
		Headers      map[string]string
		Body         json.RawMessage
	}
	Status  int
	Headers map[string]string
	Body    string
	// Outgoing are the requests that CleverTap got.
	Outgoing []struct {
		Method, URL, Body string
		Headers           map[string]string
	}
}

func TestRoutesAnswerAsRecorded(t *testing.T) {
	t.Parallel()
	cases.Recordings(t)
	url := serveDropin(t, dropin.Options{Version: "(devel)"}, server.Options{})
	recordedLines(t, "http-probes.jsonl", func(line []byte) {
		var row exchange
		require.NoError(t, json.Unmarshal(line, &row))
		if strings.Contains(row.Name, "proxy") || strings.HasPrefix(row.Name, "del ") {
			return // these call CleverTap, and have a test of their own
		}
		t.Run(row.Name, func(t *testing.T) {
			var headers []string
			for name, value := range row.Request.Headers {
				headers = append(headers, name, value)
			}
			got := ask(t, row.Request.Method, url+row.Request.Path, requestBody(row.Request.Body), headers...)
			if !deviates(t, row.Name, func(t require.TestingT) { requireExchange(t, row, got) }) {
				requireExchange(t, row, got)
			}
		})
	})
}

// threw reports whether a whole answer records a JavaScript exception.
func threw(row exchange) bool {
	return row.Status == http.StatusInternalServerError &&
		(strings.HasPrefix(row.Body, `{"error":"Internal Server Error"`) || strings.Contains(row.Body, `"errorCategory":"transformation"`))
}

// requestBody returns the body of a recorded request: JSON, or text.
func requestBody(body json.RawMessage) string {
	var raw struct{ Raw *string }
	if json.Unmarshal(body, &raw) == nil && raw.Raw != nil {
		return *raw.Raw
	}
	return string(body)
}

// requireExchange demands that an answer is the one that was recorded.
func requireExchange(t require.TestingT, row exchange, got reply) {
	if threw(row) {
		require.Equal(t, http.StatusBadRequest, got.status, got.body)
		message, _ := decoded(t, got.body).(map[string]any)
		require.NotEmpty(t, message["message"])
		return
	}
	require.Equal(t, row.Status, got.status, got.body)
	require.Equal(t, row.Headers["content-type"], got.header.Get("Content-Type"))
	require.Equal(t, row.Headers["apiversion"], got.header.Get("Apiversion"))
	if !strings.HasPrefix(row.Headers["content-type"], "application/json") {
		require.Equal(t, row.Body, got.body)
		return
	}
	want, ours := decoded(t, row.Body), decoded(t, got.body)
	if whole, ok := want.(map[string]any); ok && whole["output"] != nil {
		mine, _ := ours.(map[string]any)
		requireSameItems(t, whole["output"], mine["output"])
		return
	}
	if row.Request.Path == "/batch" {
		require.Equal(t, want, ours)
		return
	}
	if _, ok := want.([]any); ok {
		requireSameItems(t, want, ours)
		return
	}
	require.Equal(t, want, ours)
}
