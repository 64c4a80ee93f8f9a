package gateway_test

import (
	"bufio"
	"encoding/json"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/rudder-clevertap/rudder-clevertap/server"
)

// realRequest is a request as people really send it. Such inputs are no part of the project: they lie beside it.
type realRequest struct {
	Name, Kind string
	Request    struct {
		Method, Path, Listener, CLI string
		Body                        json.RawMessage
		// BodyRaw is a body that is not JSON.
		BodyRaw string `json:"body_raw"`
	}
}

// realRequests reads them, or skips the test where there are none; in CI (CI=true) it fails instead.
func realRequests(t *testing.T) (all []realRequest) {
	t.Helper()
	dir := os.Getenv("REAL_CASES")
	if dir == "" {
		dir = filepath.Join("..", "..", "shared", "cases", "real")
	}
	file, err := os.Open(filepath.Join(dir, "cases.jsonl"))
	if err != nil {
		missing := t.Skipf
		if ci := os.Getenv("CI"); ci != "" && ci != "false" {
			missing = t.Fatalf
		}
		missing("there are no requests of real senders: set REAL_CASES to their folder (%v)", err)
	}
	defer func() { require.NoError(t, file.Close()) }()
	lines := bufio.NewScanner(file)
	lines.Buffer(nil, 16<<20)
	for lines.Scan() {
		var r realRequest
		require.NoError(t, json.Unmarshal(lines.Bytes(), &r))
		if r.Kind == "request" {
			all = append(all, r)
		}
	}
	require.NoError(t, lines.Err())
	require.NotEmpty(t, all)
	return all
}

// TestWhatPeopleReallyPost replays their requests. Each is answered as it ought to be, or listed with the reason why it
// is not for REST.
func TestWhatPeopleReallyPost(t *testing.T) {
	t.Parallel()
	api := startService(t, server.Options{})
	elsewhere := map[string]string{
		"cli-json-array-file":       "the command line takes arrays: see its tests",
		"delete-email-only":         "as rudder-transformer answers; docs/dropin.md says what is not deleted",
		"proxy-success-count-short": "the tests of the drop-in's proxy have it",
	}
	answers := map[string]func(*testing.T, reply){
		"devicemode-kotlin-swift-exist-since-2026-08": func(t *testing.T, got reply) {
			t.Helper()
			require.JSONEq(t, `{"valid": true, "problems": []}`, got.body)
		},
		"filtered-says-no-reason": func(t *testing.T, got reply) {
			t.Helper()
			// The Swift SDK is a source type of its own, which this destination does not name; where one does, it is filtered.
			require.Equal(t, "STATUS_TRANSFORMED", got.answer(t).Status)
			got = api.do(t, "POST", transformPath, `{"event": {"type": "track", "userId": "u", "event": "E",
				"channel": "mobile", "context": {"library": {"name": "rudder-sdk-swift"}}},
				"destination": {"accountId": "A", "passcode": "P", "connectionMode": {"iosSwift": "device"}}}`)
			require.Equal(t, "STATUS_FILTERED", got.answer(t).Status)
			require.Contains(t, got.body, `"filterReason":"FILTER_REASON_DEVICE_MODE"`)
		},
		"whitelist-blank-row": func(t *testing.T, got reply) {
			t.Helper()
			require.Contains(t, got.body, `"severity":"SEVERITY_WARNING"`)
			require.Contains(t, got.body, `"path":"whitelistedEvents`)
		},
		"nan-kills-the-batch": func(t *testing.T, got reply) {
			t.Helper()
			require.Equal(t, 400, got.status)
			require.Equal(t, "events[1]", got.failure(t).Details[0].Metadata["field"])
		},
		"destination-config-wrapper": func(t *testing.T, got reply) {
			t.Helper()
			require.Equal(t, "STATUS_TRANSFORMED", got.answer(t).Status)
		},
		"event-is-an-array": func(t *testing.T, got reply) {
			t.Helper()
			require.Equal(t, 400, got.status)
			require.Equal(t, "event", got.failure(t).Details[0].Metadata["field"])
			require.Contains(t, got.failure(t).Message, "/v1/transform:batch")
		},
	}
	for _, r := range realRequests(t) {
		t.Run(r.Name, func(t *testing.T) {
			t.Parallel()
			if reason := elsewhere[r.Name]; reason != "" {
				t.Skip(reason)
			}
			require.Contains(t, answers, r.Name, "say what becomes of it")
			body := r.Request.BodyRaw
			if body == "" {
				body = string(r.Request.Body)
			}
			answers[r.Name](t, api.do(t, r.Request.Method, r.Request.Path, body, "Content-Type", "application/json"))
		})
	}
}
