package dropin_test

import (
	"encoding/json"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/rudder-clevertap/rudder-clevertap/delivery"
	"github.com/rudder-clevertap/rudder-clevertap/gateway/internal/dropin"
	"github.com/rudder-clevertap/rudder-clevertap/internal/cases"
	"github.com/rudder-clevertap/rudder-clevertap/server"
)

// cleverTap stands in for CleverTap: it answers as told and keeps what it got.
type cleverTap struct {
	*httptest.Server

	mu  sync.Mutex
	got []*http.Request
	// bodies are those of got.
	bodies []string
}

// standIn starts one that answers by a function of the request and its body; a negative status resets the
// connection.
func standIn(t *testing.T, answer func(r *http.Request, body string) (status int, reply string)) *cleverTap {
	t.Helper()
	c := &cleverTap{}
	c.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		c.mu.Lock()
		c.got, c.bodies = append(c.got, r), append(c.bodies, string(body))
		c.mu.Unlock()
		status, reply := answer(r, string(body))
		if status < 0 {
			conn, _, err := http.NewResponseController(w).Hijack()
			if tcp, ok := conn.(*net.TCPConn); ok && err == nil {
				_ = tcp.SetLinger(0)
				_ = tcp.Close()
			}
			return
		}
		w.Header().Set("Location", "https://elsewhere.example.com/")
		w.WriteHeader(status)
		_, _ = io.WriteString(w, reply)
	}))
	t.Cleanup(c.Close)
	return c
}

// relayed returns options that send all calls to a stand-in.
func (c *cleverTap) relayed(t *testing.T, strict bool) server.Options {
	t.Helper()
	base, err := url.Parse(c.URL)
	require.NoError(t, err)
	client := delivery.New(delivery.Options{BaseURL: base})
	t.Cleanup(client.Close)
	return server.Options{CleverTap: client, ProxyStrict: strict}
}

// calls returns how many requests have come.
func (c *cleverTap) calls() int {
	c.mu.Lock()
	defer c.mu.Unlock()
	return len(c.got)
}

// recordedReply returns what CleverTap replied in a recorded exchange of the proxy, by what the proxy made of
// it.
func recordedReply(t *testing.T, row exchange) (int, string) {
	t.Helper()
	path := row.Request.Path
	var request struct{ Endpoint string }
	require.NoError(t, json.Unmarshal(row.Request.Body, &request))
	if at := strings.LastIndexByte(request.Endpoint, '/'); at >= 0 {
		path = request.Endpoint[at:]
	}
	var answer struct {
		Output struct {
			Response []struct {
				Error      string
				StatusCode int
			}
			Message string
		}
	}
	if path == "/reset" {
		return -1, ""
	}
	if json.Unmarshal([]byte(row.Body), &answer) != nil || len(answer.Output.Response) == 0 {
		return http.StatusOK, `{"status":"success"}`
	}
	status, body := answer.Output.Response[0].StatusCode, answer.Output.Response[0].Error
	if strings.HasSuffix(answer.Output.Message, ": 200") {
		status = http.StatusOK
	}
	switch path {
	case "/null":
		body = "null"
	case "/empty", "/nocontent", "/emptyise":
		body = ""
	case "/text", "/badjson":
		var err error
		body, err = strconv.Unquote(body)
		require.NoError(t, err)
	}
	return status, body
}

func TestCallsToCleverTapAnswerAsRecorded(t *testing.T) {
	t.Parallel()
	cases.Recordings(t)
	var current exchange
	stand := standIn(t, func(r *http.Request, _ string) (int, string) {
		if !strings.HasPrefix(current.Name, "del ") {
			return recordedReply(t, current)
		}
		replies := map[string]int{"ok": 200, "unauth": 401, "notfound": 404, "ise": 500, "fail": 200, "nocontent": 204, "emptyise": 500}
		return replies[r.Header.Get("X-Clevertap-Account-Id")], ""
	})
	address := serveDropin(t, dropin.Options{}, stand.relayed(t, true))
	count := 0
	recordedLines(t, "http-probes.jsonl", func(line []byte) {
		var row exchange
		require.NoError(t, json.Unmarshal(line, &row))
		if !strings.Contains(row.Name, "proxy") && !strings.HasPrefix(row.Name, "del ") {
			return
		}
		count++
		t.Run(row.Name, func(t *testing.T) {
			current = row
			var headers []string
			for name, value := range row.Request.Headers {
				headers = append(headers, name, value)
			}
			before := stand.calls()
			got := ask(t, row.Request.Method, address+row.Request.Path, requestBody(row.Request.Body), headers...)
			same := func(t require.TestingT) {
				stand.requireSent(t, before, row)
				requireCall(t, row, got)
			}
			if !deviates(t, row.Name, same) {
				same(t)
			}
		})
	})
	require.Positive(t, count)
}

// requireCall demands that an answer is the one that was recorded.
func requireCall(t require.TestingT, row exchange, got reply) {
	if threw(row) {
		require.Equal(t, http.StatusBadRequest, got.status, got.body)
		return
	}
	require.Equal(t, row.Status, got.status, got.body)
	require.Equal(t, row.Headers["apiversion"], got.header.Get("Apiversion"))
	require.Equal(t, row.Headers["content-type"], got.header.Get("Content-Type"))
	if strings.HasPrefix(row.Headers["content-type"], "application/json") {
		require.Equal(t, decoded(t, row.Body), decoded(t, got.body))
	}
}

// requireSent demands that what came after so many requests is what was recorded.
func (c *cleverTap) requireSent(t require.TestingT, before int, row exchange) {
	c.mu.Lock()
	defer c.mu.Unlock()
	sent := c.got[before:]
	require.Len(t, sent, len(row.Outgoing))
	for i, want := range row.Outgoing[:min(len(sent), len(row.Outgoing))] {
		got := sent[i]
		require.Equal(t, want.Method+" "+want.URL, got.Method+" "+got.URL.String())
		require.Equal(t, want.Body, c.bodies[before+i])
		for name, value := range want.Headers {
			switch {
			case name == "accept-encoding", name == "x-original-host":
			case strings.HasPrefix(row.Name, "del ") && (name == "user-agent" || name == "accept"):
			case name == "content-length":
				require.Equal(t, value, strconv.FormatInt(got.ContentLength, 10))
			default:
				require.Equal(t, value, got.Header.Get(name), name)
			}
		}
	}
}

// upstreamCase is one of rudder-transformer's own test cases.
type upstreamCase struct {
	Description string
	Version     string
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

// upstreamReply is a reply of CleverTap that these cases assume.
type upstreamReply struct {
	HTTPReq struct {
		URL     string
		Data    any
		Headers map[string]string
	} `json:"httpReq"`
	HTTPRes struct {
		Data   json.RawMessage
		Status int
	} `json:"httpRes"`
}

// readRecording reads a file of JSON.
func readRecording(t *testing.T, name string, into any) {
	t.Helper()
	text, err := os.ReadFile(filepath.Join(cases.Recordings(t), name))
	require.NoError(t, err)
	require.NoError(t, json.Unmarshal(text, into))
}

func TestDeliveryAnswersAsUpstreamExpects(t *testing.T) {
	t.Parallel()
	var network []upstreamReply
	readRecording(t, "upstream-network.json", &network)
	stand := standIn(t, func(r *http.Request, body string) (int, string) {
		for _, known := range network {
			u, err := url.Parse(known.HTTPReq.URL)
			if err != nil || u.Path != r.URL.Path {
				continue
			}
			// Uploads have a path of their own in these cases; deletions are told by their body.
			want, err := json.Marshal(known.HTTPReq.Data)
			if strings.HasPrefix(u.Path, "/1/upload/") || err == nil && sameJSON(string(want), body) {
				return known.HTTPRes.Status, string(known.HTTPRes.Data)
			}
		}
		return http.StatusTeapot, "no such request is known"
	})
	address := serveDropin(t, dropin.Options{}, stand.relayed(t, true))
	for _, file := range []string{"upstream-delivery.json", "upstream-delete-users.json"} {
		var rows []upstreamCase
		readRecording(t, file, &rows)
		require.NotEmpty(t, rows)
		for _, row := range rows {
			path := "/deleteUsers"
			if file == "upstream-delivery.json" {
				path = "/" + row.Version + "/destinations/clevertap/proxy"
			}
			got := ask(t, http.MethodPost, address+path, string(row.Input.Request.Body))
			require.Equal(t, row.Output.Response.Status, got.status, row.Description+": "+got.body)
			require.Equal(t, decoded(t, string(row.Output.Response.Body)), decoded(t, got.body), row.Description)
		}
	}
}

// sameJSON reports whether two texts are the same JSON.
func sameJSON(a, b string) bool {
	var x, y any
	if json.Unmarshal([]byte(a), &x) != nil || json.Unmarshal([]byte(b), &y) != nil {
		return false
	}
	one, err := json.Marshal(x)
	if err != nil {
		return false
	}
	other, err := json.Marshal(y)
	return err == nil && string(one) == string(other)
}

// proxyBody is a body for the proxy: records of an upload, and jobs with ids from 1.
func proxyBody(t *testing.T, endpoint, records string, jobs int) string {
	t.Helper()
	var metadata []string
	for i := range jobs {
		metadata = append(metadata, `{"jobId":`+strconv.Itoa(i+1)+`,"destinationId":"d","workspaceId":"w"}`)
	}
	return `{"version":"1","type":"REST","method":"POST","endpoint":"` + endpoint + `","headers":{"X-CleverTap-Account-Id":"A","X-CleverTap-Passcode":"SECRET","nothing":null},` +
		`"params":{"a b":"c d"},"body":{"JSON":{"d":[` + records + `]},"JSON_ARRAY":{},"XML":{},"FORM":{}},"files":{},"metadata":[` + strings.Join(metadata, ",") + `]}`
}

const uploadEndpoint = "https://in1.api.clevertap.com/1/upload"

// proxyJobs asks the proxy and returns the status and the error of each job.
func proxyJobs(t *testing.T, address, body string) (statuses []int, errs []string) {
	t.Helper()
	got := ask(t, http.MethodPost, address+"/v1/destinations/clevertap/proxy", body)
	require.Equal(t, http.StatusOK, got.status, got.body)
	require.NotContains(t, got.body, "SECRET")
	var answer struct {
		Output struct {
			Response []struct {
				StatusCode int
				Error      string
				Metadata   struct{ JobID int }
			}
		}
	}
	require.NoError(t, json.Unmarshal([]byte(got.body), &answer))
	for i, job := range answer.Output.Response {
		require.Equal(t, i+1, job.Metadata.JobID)
		statuses, errs = append(statuses, job.StatusCode), append(errs, job.Error)
	}
	return statuses, errs
}

func TestEachJobIsAnsweredFromItsOwnRecords(t *testing.T) {
	t.Parallel()
	event, profile, token := `{"type":"event"}`, `{"type":"profile","objectId":"o"}`, `{"type":"token","objectId":"o"}`
	refusal := func(code, at string) string {
		return `{"status":"fail","code":` + code + `,"error":"no good. Skipped record number : ` + at + `","record":{}}`
	}
	reply := func(taken int, refusals ...string) string {
		return `{"status":"partial","processed":` + strconv.Itoa(taken) + `,"unprocessed":[` + strings.Join(refusals, ",") + `]}`
	}
	for _, c := range []struct {
		name, records string
		jobs          int
		reply         string
		wanted        []int
	}{
		{"all taken", event + "," + event, 2, `{"status":"success","processed":2,"unprocessed":[]}`, []int{200, 200}},
		{"one refused", event + "," + event + "," + event, 3, reply(2, refusal("512", "2")), []int{200, 400, 200}},
		{"one to try again", event + "," + event, 2, reply(1, refusal("555", "1")), []int{500, 200}},
		{"all refused", event + "," + event, 2, reply(0, refusal("513", "1"), refusal("555", "2")), []int{400, 500}},
		{"a token refused fails the job of its profile", profile + "," + token + "," + event, 2, reply(2, refusal("534", "2")), []int{400, 200}},
		{"the event after it", profile + "," + token + "," + event, 2, reply(2, refusal("512", "3")), []int{200, 400}},
		{"of two records of a job the fault that stays decides", profile + "," + token, 1, reply(0, refusal("555", "1"), refusal("534", "2")), []int{400}},
		{"an unknown code stays", event + "," + event, 2, reply(1, refusal("999", "1")), []int{400, 200}},
		{"records that belong to nobody in particular fail all", event + "," + event + "," + event, 2, reply(2, refusal("512", "1")), []int{400, 400}},
		{"a place that is not there fails all", event + "," + event, 2, reply(1, refusal("512", "7")), []int{400, 400}},
		{
			"a refusal without a place is told by its echo", `{"type":"event","evtName":"e"},{"type":"event","evtName":"f"}`, 2,
			reply(1, `{"code":555,"error":"x","record":{"type":"event", "evtName":"f"}}`), []int{200, 500},
		},
		{"unless the record was sent twice", event + "," + event, 2, reply(1, `{"code":512,"error":"x","record":{"type":"event"}}`), []int{400, 400}},
		{"a refusal without a place fails all", event + "," + event, 2, reply(1, `{"code":512,"error":"?"}`), []int{400, 400}},
		{"a record of which CleverTap says nothing may be any that it does not refuse", event + "," + event + "," + event, 3, reply(1, refusal("512", "2")), []int{500, 400, 500}},
		{"one to try again without a place may be any too", event + "," + event, 2, reply(1, `{"code":555,"error":"?"}`), []int{500, 500}},
		{"no reply at all", event, 1, "", []int{200}},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			stand := standIn(t, func(*http.Request, string) (int, string) { return http.StatusOK, c.reply })
			address := serveDropin(t, dropin.Options{}, stand.relayed(t, false))
			statuses, errs := proxyJobs(t, address, proxyBody(t, uploadEndpoint, c.records, c.jobs))
			require.Equal(t, c.wanted, statuses)
			for i, status := range statuses {
				require.NotEmpty(t, errs[i])
				require.True(t, json.Valid([]byte(errs[i])), errs[i])
				require.Equal(t, status == http.StatusOK, !strings.Contains(errs[i], "fail") && !strings.Contains(errs[i], "partial"), errs[i])
			}
		})
	}
}

func TestWhatIsSentToCleverTap(t *testing.T) {
	t.Parallel()
	stand := standIn(t, func(*http.Request, string) (int, string) { return http.StatusOK, `{"status":"success"}` })
	address := serveDropin(t, dropin.Options{}, stand.relayed(t, false))
	statuses, _ := proxyJobs(t, address, proxyBody(t, "https://anything.example.com/1/upload?x=1", `{"type":"event","evtName":"A & <b>"}`, 1))
	require.Equal(t, []int{200}, statuses)
	r := stand.got[0]
	require.Equal(t, "POST /1/upload?x=1&a+b=c+d", r.Method+" "+r.URL.String(), "the path and the query stay, the host is the relay's")
	require.Equal(t, "A SECRET RudderLabs", r.Header.Get("X-Clevertap-Account-Id")+" "+r.Header.Get("X-Clevertap-Passcode")+" "+r.Header.Get("User-Agent"))
	require.NotContains(t, r.Header, "Nothing")
	require.Equal(t, `{"d":[{"type":"event","evtName":"A & <b>"}]}`, stand.bodies[0], "byte for byte")
}

func TestOnlyCleverTapIsAddressed(t *testing.T) {
	t.Parallel()
	address := serveDropin(t, dropin.Options{}, server.Options{})
	for _, endpoint := range []string{
		"https://evil.example.com/1/upload", "http://in1.api.clevertap.com/1/upload", "https://in1.api.clevertap.com:8443/1/upload",
		"https://api.clevertap.com.evil.example.com/", "https://user:pw@api.clevertap.com/1/upload", "https://api.clevertap.com@evil.example.com/",
		"file:///etc/passwd", "http://127.0.0.1:1/", "", "://", "https://mars1.api.clevertap.com/1/upload",
	} {
		statuses, errs := proxyJobs(t, address, proxyBody(t, endpoint, `{"type":"event"}`, 2))
		require.Equal(t, []int{400, 400}, statuses, endpoint)
		require.Contains(t, errs[0], "endpoint", endpoint)
	}
	got := ask(t, http.MethodPost, address+"/deleteUsers", `[{"destType":"clevertap","config":{"accountId":"A","passcode":"P","region":"evil.example.com/"},"userAttributes":[{"userId":"u"}]}]`)
	require.Equal(t, http.StatusBadRequest, got.status)
	require.Contains(t, got.body, "nothing was deleted")
}

func TestRedirectsAreNotFollowed(t *testing.T) {
	t.Parallel()
	stand := standIn(t, func(*http.Request, string) (int, string) { return http.StatusFound, "" })
	address := serveDropin(t, dropin.Options{}, stand.relayed(t, false))
	statuses, _ := proxyJobs(t, address, proxyBody(t, uploadEndpoint, `{"type":"event"}`, 1))
	require.NotEqual(t, []int{200}, statuses)
	require.Equal(t, 1, stand.calls())
}

func TestACallThatTakesTooLongEnds(t *testing.T) {
	t.Parallel()
	end := make(chan struct{})
	stand := standIn(t, func(*http.Request, string) (int, string) {
		<-end
		return http.StatusOK, ""
	})
	defer close(end)
	address := serveDropin(t, dropin.Options{ProxyTimeout: true}, stand.relayed(t, false))
	got := ask(t, http.MethodPost, address+"/v1/destinations/clevertap/proxy", proxyBody(t, uploadEndpoint, `{"type":"event"}`, 1), "RdProxy-Timeout", "50")
	require.Contains(t, got.body, "ECONNABORTED")
	require.Contains(t, got.body, `"statusCode":500`)
}

func TestTheTimeoutHeaderCountsForNothingUnlessAsked(t *testing.T) {
	t.Parallel()
	stand := standIn(t, func(*http.Request, string) (int, string) {
		time.Sleep(20 * time.Millisecond) // far longer than the header says
		return http.StatusOK, `{"status":"success","processed":1}`
	})
	address := serveDropin(t, dropin.Options{}, stand.relayed(t, false))
	got := ask(t, http.MethodPost, address+"/v1/destinations/clevertap/proxy", proxyBody(t, uploadEndpoint, `{"type":"event"}`, 1), "RdProxy-Timeout", "1")
	require.Contains(t, got.body, `"statusCode":200`, "as with rudder-transformer, CleverTap has 60 seconds")
}

func TestProxyCallsThatCanNotBeSentSayWhy(t *testing.T) {
	t.Parallel()
	stand := standIn(t, func(*http.Request, string) (int, string) { return http.StatusOK, "" })
	address := serveDropin(t, dropin.Options{}, stand.relayed(t, false))
	for body, wanted := range map[string]string{
		`[]`:                         "metadata must be an array",
		`{`:                          "malformed JSON",
		`"x"`:                        "only supports object and array",
		`{"a":{"__proto__":1}}`:      "forbidden",
		`{"metadata":{"jobId":1}}`:   "metadata must be an array",
		`{"metadata":[{"jobId":1}]}`: "body must be an object",
		`{"metadata":[{"jobId":1}],"body":{"JSON":{}}}`:                                 "body has nothing to send",
		`{"metadata":[{"jobId":1}],"body":{"GZIP":{"payload":"x"}}}`:                    "body.GZIP is not sent",
		`{"metadata":[{"jobId":1}],"body":{"JSON":{"d":[]}}}`:                           "headers must be an object",
		`{"metadata":[{"jobId":1}],"body":{"JSON":{"d":[]}},"headers":{}}`:              "the endpoint is no URL",
		`{"metadata":[{"jobId":1}],"body":{"JSON":{"d":[]}},"headers":{},"endpoint":5}`: "the endpoint is no URL",
		`{"metadata":[],"body":{"JSON":{"d":[]}},"headers":{}}`:                         "metadata is empty",
		`{"metadata":[{"jobId":1}],"body":{"JSON":{"d":[]}},"headers":{"a":"Ж"}}`:       "headers.a: it holds characters",
	} {
		got := ask(t, http.MethodPost, address+"/v1/destinations/clevertap/proxy", body)
		require.Contains(t, got.body, wanted)
		require.True(t, got.status == http.StatusBadRequest || strings.Contains(got.body, `"statusCode":400`), got.body)
	}
	require.Zero(t, stand.calls())
}

func TestDeletionsAreSentInHundreds(t *testing.T) {
	t.Parallel()
	stand := standIn(t, func(*http.Request, string) (int, string) { return http.StatusOK, `{"status":"success"}` })
	address := serveDropin(t, dropin.Options{}, stand.relayed(t, false))
	var users []string
	for i := range 250 {
		users = append(users, `{"userId":`+strconv.Itoa(i)+`}`)
	}
	got := ask(t, http.MethodPost, address+"/deleteUsers", `[{"destType":" CleverTap ","config":{"accountId":"A","passcode":"P","region":"in1"},"userAttributes":[`+strings.Join(users, ",")+`]}]`)
	require.Equal(t, `[{"statusCode":200,"status":"successful"}]`, got.body)
	require.Equal(t, 3, stand.calls())
	require.True(t, strings.HasPrefix(stand.bodies[0], `{"identity":[1,2,`), "0 is no id in JavaScript")
}
