package sandbox

import (
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// upload sends records to a sandbox.
func upload(t *testing.T, base, query, body string) int {
	t.Helper()
	request, err := http.NewRequestWithContext(t.Context(), http.MethodPost, base+"/1/upload"+query, strings.NewReader(body))
	require.NoError(t, err)
	request.Header.Set("X-CleverTap-Account-Id", "SHOP")
	answer, err := http.DefaultClient.Do(request)
	require.NoError(t, err)
	defer answer.Body.Close()
	return answer.StatusCode
}

// read reads what a sandbox answers.
func read(t *testing.T, url string) (*http.Response, string) {
	t.Helper()
	answer, err := http.Get(url)
	require.NoError(t, err)
	defer answer.Body.Close()
	text, err := io.ReadAll(answer.Body)
	require.NoError(t, err)
	return answer, string(text)
}

func TestTheLedgerShowsWhatArrived(t *testing.T) {
	t.Parallel()
	web := httptest.NewServer(New(Options{}))
	defer web.Close()
	upload(t, web.URL, "", `{"d":[
		{"type":"profile","objectId":"device","profileData":{"identity":"u","Name":"Ada","Plan":"gold"}},
		{"type":"event","objectId":"device","evtName":"Opened","evtData":{}},
		{"type":"profile","identity":"u","profileData":{"Plan":{"$delete":1},"City":"Oslo"}},
		{"type":"event","identity":"u","evtName":"Bought","evtData":{"price":2},"ts":1571043797},
		{"type":"event","identity":"u","evtName":"App Launched","evtData":{}}]}`)
	upload(t, web.URL, "?dryRun=1", `{"d":[{"type":"event","identity":"v","evtName":"E","evtData":{}}]}`)
	var l Ledger
	_, text := read(t, web.URL+"/ledger")
	require.NoError(t, json.Unmarshal([]byte(text), &l))
	require.Equal(t, map[string]int{"200": 2}, l.Calls)
	require.Equal(t, []int{4, 1, 0}, []int{l.Taken, l.Refused, l.PutOff})
	require.Len(t, l.Records, 4)
	require.Len(t, l.People, 1)
	ada := l.People[0]
	require.Equal(t, "u device SHOP", ada.Identity+" "+ada.ObjectID+" "+ada.Account)
	require.Equal(t, map[string]any{"Name": "Ada", "City": "Oslo"}, ada.Attributes)
	require.Equal(t, "Bought", ada.Events[0].Name)
	require.EqualValues(t, 1571043797, ada.Events[0].TS)
	require.Len(t, l.Refusals, 1)
	require.Equal(t, 513, l.Refusals[0].Code)
	require.NotEmpty(t, l.Refusals[0].Meaning+l.Refusals[0].Remedy)
	require.Len(t, l.Recent, 2)
	require.True(t, l.Recent[0].DryRun)

	_, text = read(t, web.URL+"/ledger?limit=1")
	require.NoError(t, json.Unmarshal([]byte(text), &l))
	require.Len(t, l.Records, 1)
}

func TestALedgerThatDidNotChangeIsNotSentAgain(t *testing.T) {
	t.Parallel()
	web := httptest.NewServer(New(Options{}))
	defer web.Close()
	first, text := read(t, web.URL+"/ledger")
	require.NotContains(t, text, "null")
	request, err := http.NewRequestWithContext(t.Context(), http.MethodGet, web.URL+"/ledger", http.NoBody)
	require.NoError(t, err)
	request.Header.Set("If-None-Match", first.Header.Get("ETag"))
	for _, want := range []int{http.StatusNotModified, http.StatusOK} {
		answer, err := http.DefaultClient.Do(request)
		require.NoError(t, err)
		answer.Body.Close()
		require.Equal(t, want, answer.StatusCode)
		upload(t, web.URL, "", `{"d":[]}`)
	}
}

func TestThePageLoadsNothingFromElsewhere(t *testing.T) {
	t.Parallel()
	web := httptest.NewServer(New(Options{}))
	defer web.Close()
	for path, kind := range map[string]string{"/": "text/html", "/app.js": "text/javascript", "/style.css": "text/css", "/icon.svg": "image/svg+xml"} {
		answer, text := read(t, web.URL+path)
		require.Equal(t, http.StatusOK, answer.StatusCode, path)
		require.Contains(t, answer.Header.Get("Content-Type"), kind)
		require.Contains(t, answer.Header.Get("Content-Security-Policy"), "default-src 'none'")
		require.NotContains(t, strings.ReplaceAll(text, "http://www.w3.org/2000/svg", ""), "http", path)
		require.NotContains(t, text, "innerHTML")
	}
}

func TestFaultsComeAsOftenAsAskedFor(t *testing.T) {
	t.Parallel()
	web := httptest.NewServer(New(Options{Faults: []string{"503"}, FaultRate: 1}))
	defer web.Close()
	require.Equal(t, http.StatusServiceUnavailable, upload(t, web.URL, "", `{"d":[]}`))
	_, text := read(t, web.URL+"/ledger")
	require.Contains(t, text, `"calls":{"503":1}`)
}

func TestOldRecordsAreForgotten(t *testing.T) {
	t.Parallel()
	web := httptest.NewServer(New(Options{Keep: 2}))
	defer web.Close()
	for range 9 {
		upload(t, web.URL, "", `{"d":[{"type":"event","identity":"u","evtName":"E","evtData":{}}]}`)
	}
	var l Ledger
	_, text := read(t, web.URL+"/ledger")
	require.NoError(t, json.Unmarshal([]byte(text), &l))
	require.Equal(t, 9, l.Taken)
	require.Len(t, l.Records, 2)
}
