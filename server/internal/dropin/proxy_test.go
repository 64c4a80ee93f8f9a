package dropin

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"

	transformerv1 "github.com/rudder-clevertap/rudder-clevertap/gen/transformer/v1"
	"github.com/rudder-clevertap/rudder-clevertap/internal/clevertapstub"
)

// logBuffer gathers log lines.
type logBuffer struct {
	mu    sync.Mutex
	lines strings.Builder
}

// Write adds a line.
func (b *logBuffer) Write(p []byte) (int, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.lines.Write(p)
}

// String returns all lines.
func (b *logBuffer) String() string {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.lines.String()
}

// deliverer is a server whose calls to CleverTap go to a stand-in.
type deliverer struct {
	transformerv1.RudderTransformerServiceClient

	stub *clevertapstub.Stub
	log  *logBuffer
}

// startDeliverer runs a server.
func startDeliverer(t *testing.T, strict bool) *deliverer {
	t.Helper()
	d := &deliverer{stub: clevertapstub.New(clevertapstub.Options{}), log: &logBuffer{}}
	stand := httptest.NewServer(d.stub)
	t.Cleanup(stand.Close)
	base, err := url.Parse(stand.URL)
	require.NoError(t, err)
	o := options(t, base, slog.New(slog.NewJSONHandler(d.log, &slog.HandlerOptions{Level: slog.LevelDebug})))
	o.Strict = strict
	d.RudderTransformerServiceClient = serve(t, o)
	t.Cleanup(func() { require.NotContains(t, d.log.String(), secret) })
	return d
}

// replies makes the next call of CleverTap answer so.
func (d *deliverer) replies(status int, body string) {
	d.stub.Fail(clevertapstub.Fault{Status: status, Body: body})
}

// Records of uploads.
const (
	anEvent   = `{"type":"event","evtName":"E","evtData":{},"identity":"u"}`
	noEvent   = `{"type":"event","evtData":{},"identity":"u"}`
	aProfile  = `{"type":"profile","profileData":{"identity":"u"},"objectId":"o"}`
	aToken    = `{"type":"token","tokenData":{"id":"t","type":"fcm"},"objectId":"o"}`
	otherOnes = `{"type":"token","tokenData":{"id":"t","type":"fcm"},"objectId":"p"}`
)

// proxied is an answer of the proxy.
type proxied struct {
	http   int
	text   string
	Output struct {
		Status   int
		Message  string
		Response []struct {
			StatusCode int
			Error      string
			Metadata   struct{ JobID int }
		}
		DestinationResponse json.RawMessage
		StatTags            map[string]string
	}
}

// statuses are those of the jobs.
func (p *proxied) statuses() (all []int) {
	for _, job := range p.Output.Response {
		all = append(all, job.StatusCode)
	}
	return all
}

// proxy asks for a request to be delivered.
func (d *deliverer) proxy(t *testing.T, request *transformerv1.ProxyDeliveryRequest) *proxied {
	t.Helper()
	if request.GetDestination() == "" {
		request.Destination = "clevertap"
	}
	answer, err := d.ProxyDelivery(t.Context(), request)
	require.NoError(t, err)
	require.Equal(t, jsonContent, answer.GetHead().GetContentType())
	p := &proxied{http: int(answer.GetHead().GetStatusCode()), text: string(answer.GetBody())}
	require.NoError(t, json.Unmarshal(answer.GetBody(), p), p.text)
	require.NotContains(t, p.text, secret)
	return p
}

// proxyBody is the body of a proxy call with records for so many jobs.
func proxyBody(version uint32, jobs int, records ...string) []byte {
	metadata := make([]string, jobs)
	for i := range metadata {
		metadata[i] = fmt.Sprintf(`{"jobId":%d,"destinationId":"d","workspaceId":"w","x":1.50}`, i+1)
	}
	all := "[" + strings.Join(metadata, ",") + "]"
	if version == 0 {
		all = metadata[0]
	}
	return []byte(`{"method":"POST","endpoint":"https://in1.api.clevertap.com/1/upload","headers":{"X-CleverTap-Account-Id":"A","X-CleverTap-Passcode":"` + secret +
		`"},"params":{},"body":{"JSON":{"d":[` + strings.Join(records, ",") + `]}},"metadata":` + all + `}`)
}

// records asks for records to be delivered for jobs, in version 1.
func (d *deliverer) records(t *testing.T, jobs int, records ...string) *proxied {
	t.Helper()
	return d.proxy(t, &transformerv1.ProxyDeliveryRequest{Version: 1, Body: proxyBody(1, jobs, records...)})
}

func TestJobsAreAnsweredByRecord(t *testing.T) {
	d := startDeliverer(t, false)
	for _, c := range []struct {
		name      string
		jobs      int
		records   []string
		faults    map[int]int // codes by the record's place from 1
		statuses  []int
		status    int
		errorType string
	}{
		{"all taken", 2, []string{anEvent, anEvent}, nil, []int{200, 200}, 200, ""},
		{"one refused", 3, []string{anEvent, noEvent, anEvent}, nil, []int{200, 400, 200}, 200, errorAborted},
		{"one to try again", 2, []string{anEvent, anEvent}, map[int]int{1: 555}, []int{500, 200}, 200, errorRetryable},
		{"all to try again", 2, []string{anEvent, anEvent}, map[int]int{1: 555, 2: 555}, []int{500, 500}, 500, errorRetryable},
		{"all refused, one for now", 2, []string{anEvent, noEvent}, map[int]int{1: 555}, []int{500, 400}, 500, errorRetryable},
		{"all refused", 2, []string{noEvent, noEvent}, nil, []int{400, 400}, 400, errorAborted},
		{"a code that is not documented", 2, []string{anEvent, anEvent}, map[int]int{2: 999}, []int{200, 400}, 200, errorAborted},
		{"a token belongs to its profile", 3, []string{anEvent, aProfile, aToken, anEvent}, map[int]int{3: 534}, []int{200, 400, 200}, 200, errorAborted},
		{"what follows the token does not", 3, []string{anEvent, aProfile, aToken, anEvent}, map[int]int{4: 512}, []int{200, 200, 400}, 200, errorAborted},
		{"two pairs", 2, []string{aProfile, aToken, aProfile, aToken}, map[int]int{1: 515}, []int{400, 200}, 200, errorAborted},
		{"the fault that stays decides", 2, []string{aProfile, aToken, anEvent}, map[int]int{1: 515, 2: 555}, []int{400, 200}, 200, errorAborted},
		{"in any order", 2, []string{aProfile, aToken, anEvent}, map[int]int{1: 555, 2: 534}, []int{400, 200}, 200, errorAborted},
		{"as many records as jobs match whatever they are", 2, []string{aProfile, aToken}, map[int]int{2: 534}, []int{200, 400}, 200, errorAborted},
		{"one job owns all", 1, []string{anEvent, anEvent, noEvent}, nil, []int{400}, 400, errorAborted},
		{"a token of another object belongs to nobody", 1 + 1, []string{aProfile, otherOnes, anEvent}, map[int]int{3: 512}, []int{400, 400}, 400, errorAborted},
		{"nor does one after an event", 1 + 1, []string{anEvent, aToken, anEvent}, map[int]int{3: 512}, []int{400, 400}, 400, errorAborted},
		{"more records than jobs", 2, []string{anEvent, anEvent, anEvent}, map[int]int{1: 512}, []int{400, 400}, 400, errorAborted},
		{"fewer records than jobs", 2, []string{noEvent}, nil, []int{400, 400}, 400, errorAborted},
		{"whoever they belong to, all are to be tried again", 2, []string{anEvent}, map[int]int{1: 555}, []int{500, 500}, 500, errorRetryable},
	} {
		t.Run(c.name, func(t *testing.T) {
			d.stub.Fail(clevertapstub.Fault{Records: c.faults})
			p := d.records(t, c.jobs, c.records...)
			require.Equal(t, http.StatusOK, p.http)
			require.Equal(t, c.statuses, p.statuses(), p.text)
			require.Equal(t, c.status, p.Output.Status)
			require.Equal(t, c.errorType, p.Output.StatTags["errorType"])
			require.NotEmpty(t, p.Output.Message)
			for i, job := range p.Output.Response {
				require.Equal(t, i+1, job.Metadata.JobID)
				require.True(t, json.Valid([]byte(job.Error)), job.Error)
			}
			require.Equal(t, c.jobs, strings.Count(p.text, `"x":1.50`), "metadata comes back as it is")
		})
	}
	require.Contains(t, d.log.String(), `"code":999`)
}

func TestARefusedJobIsToldCleverTapsWords(t *testing.T) {
	t.Parallel()
	d := startDeliverer(t, false)
	p := d.records(t, 2, anEvent, noEvent)
	require.Equal(t, `{"status":"success"}`, p.Output.Response[0].Error)
	require.JSONEq(t, `{"status":"fail","code":509,"error":"Event Name is incorrect. ErrorCode: 509 - Event name is mandatory. Skipped record number : 2"}`, p.Output.Response[1].Error)
	require.Equal(t, map[string]string{
		"errorCategory": "network", "errorType": "aborted", "destType": "CLEVERTAP", "module": "destination",
		"implementation": "native", "feature": "dataDelivery", "destinationId": "d", "workspaceId": "w",
	}, p.Output.StatTags)
	for range 20 {
		d.stub.Fail(clevertapstub.Fault{Records: map[int]int{1: 515, 2: 531}})
		require.Contains(t, d.records(t, 1, aProfile, aToken).Output.Response[0].Error, `"code":515`, "the first of two")
	}
}

func TestRepliesThatDoNotTellRecordsApart(t *testing.T) {
	t.Parallel()
	refusal := `{"status":"fail","code":512,"error":"Skipped record number : 1"}`
	for _, c := range []struct {
		name      string
		status    int
		reply     string
		jobs      int // status of all jobs
		errorType string
	}{
		{"a failure of the call", 401, `{"status":"fail","error":"Invalid Credentials","code":401}`, 401, "aborted"},
		{"not found", 404, `{"status":"fail"}`, 404, "aborted"},
		{"too many calls", 429, `{"status":"fail","error":"Too many","code":429}`, 429, "throttled"},
		{"CleverTap is down", 503, "<html>", 503, "retryable"},
		{"whatever a failed call says of records", 500, `{"status":"partial","processed":1,"unprocessed":[` + refusal + `]}`, 500, "retryable"},
		{"a redirect", 302, "", 400, "aborted"},
		{"a status nobody knows", 799, "", 799, "retryable"},
		{"no list of records", 200, `{"status":"fail","processed":0,"unprocessed":[]}`, 400, "aborted"},
		{"a text", 200, "OK", 400, "aborted"},
		{"half a reply", 200, `{"status":"partial","unprocessed":[`, 400, "aborted"},
		{"an empty reply", 200, "", 200, ""},
		{"null", 200, "null", 200, ""},
		{"zero", 200, "-0.0", 200, ""},
		{"a number", 200, "5", 400, "aborted"},
		{"success behind a byte order mark", 200, "\ufeff" + `{"status":"success"}`, 200, ""},
		{"created", 201, `{"status":"success"}`, 201, ""},
		{"success of none of them", 200, `{"status":"success","processed":0,"unprocessed":[]}`, 500, "retryable"},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			d := startDeliverer(t, false)
			d.replies(c.status, c.reply)
			p := d.records(t, 2, anEvent, anEvent)
			require.Equal(t, []int{c.jobs, c.jobs}, p.statuses(), p.text)
			require.Equal(t, c.jobs, p.Output.Status)
			require.Equal(t, c.errorType, p.Output.StatTags["errorType"])

			d.replies(c.status, c.reply)
			p = d.proxy(t, &transformerv1.ProxyDeliveryRequest{Body: proxyBody(0, 1, anEvent)})
			wanted := c.jobs
			switch wanted {
			case 404:
				wanted = 400
			case 201:
				wanted = 200
			}
			require.Equal(t, wanted, p.http)
			require.Equal(t, c.jobs, p.Output.Status)
			require.Contains(t, string(p.Output.DestinationResponse), fmt.Sprintf(`"status":%d`, c.status))
		})
	}
}

func TestStrictAnswersAreRudderTransformers(t *testing.T) {
	t.Parallel()
	d := startDeliverer(t, true)
	p := d.records(t, 2, anEvent, noEvent)
	require.Equal(t, []int{400, 400}, p.statuses())
	require.Equal(t, "Request failed  with status: 200", p.Output.Message)
	require.Contains(t, p.Output.Response[0].Error, `"status":"partial"`, "the whole reply")
	d.stub.Fail(clevertapstub.Fault{Records: map[int]int{1: 555}})
	require.Equal(t, []int{400}, d.records(t, 1, anEvent).statuses())
	d.replies(200, `{"status":"success","processed":0}`)
	require.Equal(t, []int{200}, d.records(t, 1, anEvent).statuses(), "the count is not looked at")
	for body, wanted := range map[string]string{
		`{"method":"POST","endpoint":"x","headers":{},"body":{"JSON":{"d":[]}},"metadata":[{}]}`:                         `[ERR_INVALID_URL]`,
		`{"method":"POST","endpoint":"ftp://x/y","headers":{},"body":{"JSON":{"d":[]}},"metadata":[{}]}`:                 `[ERR_BAD_REQUEST]`,
		`{"method":"POST","endpoint":"http://x/y","headers":{"a":"b\n"},"body":{"JSON":{"d":[]}},"metadata":[{}]}`:       `[ERR_INVALID_CHAR]`,
		`{"method":"P T","endpoint":"http://x/1/upload","headers":{"a":"b"},"body":{"JSON":{"d":[]}},"metadata":[null]}`: `[ERR_INVALID_HTTP_TOKEN]`,
	} {
		p := d.proxy(t, &transformerv1.ProxyDeliveryRequest{Version: 1, Body: []byte(body)})
		require.Equal(t, []int{400}, p.statuses(), body)
		require.Equal(t, `"`+wanted+`"`, p.Output.Response[0].Error)
		require.Equal(t, "aborted", p.Output.StatTags["errorType"])
		require.Equal(t, "Non-determininable", p.Output.StatTags["destinationId"])
	}
}

func TestStrictKnowsCleverTapByItsExactNameAlone(t *testing.T) {
	t.Parallel()
	d := startDeliverer(t, true)
	request := &transformerv1.ProxyDeliveryRequest{Version: 1, Destination: "CLEVERTAP", Body: proxyBody(1, 1, noEvent)}
	p := d.proxy(t, request)
	require.Equal(t, []int{200}, p.statuses(), "the HTTP status is all that counts")
	require.Equal(t, "[Generic Response Handler] Request for destination: CLEVERTAP Processed Successfully", p.Output.Message)
	d.replies(503, "")
	p = d.proxy(t, request)
	require.Equal(t, []int{503}, p.statuses())
	require.Equal(t, "[Generic Response Handler] Request failed for destination CLEVERTAP with status: 503", p.Output.Message)
	require.Equal(t, "CLEVERTAP", p.Output.StatTags["destType"])
	require.Equal(t, []int{400}, startDeliverer(t, false).proxy(t, request).statuses(), "otherwise any spelling is CleverTap's")
	p = d.proxy(t, &transformerv1.ProxyDeliveryRequest{Version: 1, Destination: "am", Body: proxyBody(1, 1, anEvent)})
	require.Equal(t, http.StatusNotFound, p.http)
	require.JSONEq(t, `{"error":"Unknown destination: am"}`, p.text)
}

func TestWhatTheProxySends(t *testing.T) {
	d := startDeliverer(t, true)
	for _, c := range []struct{ name, request, wanted string }{
		{
			"JSON is written as JavaScript writes it", `"method":"post","params":{},"headers":{},"body":{"JSON":{ "b":1.0, "2":12345678901234567890, "a":"\u00e9\ud800" }}`,
			`POST /x  application/json {"2":12345678901234567000,"b":1,"a":"é\ud800"}`,
		},
		{
			"params", `"method":"POST","headers":{},"params":{"a b":"c&d,é","n":1.50,"t":true,"f":false,"x":null,"l":[1,"2",null],"o":{"k":"v"},"m":[[1],{"z":2}]},"body":{"JSON":{"d":[]}}`,
			`POST /x a+b=c%26d,%C3%A9&n=1.5&t=true&f=false&l%5B%5D=1&l%5B%5D=2&o%5Bk%5D=v&m%5B0%5D%5B%5D=1&m%5B1%5D%5Bz%5D=2 application/json {"d":[]}`,
		},
		{
			"the last format with content", `"method":"POST","headers":{},"body":{"JSON":{"d":[]},"FORM":{"a b":"c~d","n":2,"o":{"k":[1]}},"XML":{},"JSON_ARRAY":5}`,
			`POST /x  application/x-www-form-urlencoded;charset=utf-8 a+b=c%7Ed&n=2&o=%7B%22k%22%3A%5B1%5D%7D`,
		},
		{"an array", `"method":"POST","headers":{},"body":{"JSON_ARRAY":{"batch":"[1, 2]"}}`, `POST /x  application/json [1, 2]`},
		{"an array that is one", `"method":"POST","headers":{},"body":{"JSON_ARRAY":{"batch":[1, 2]}}`, `POST /x  application/json [1,2]`},
		{"XML", `"method":"POST","headers":{"content-type":"text/xml"},"body":{"XML":{"payload":"<a/>"}}`, `POST /x  text/xml <a/>`},
		{"a text", `"method":"POST","headers":{},"body":{"JSON":"text"}`, `POST /x  application/json text`},
		{"nothing", `"headers":{"Content-Type":"a/b"},"body":{"JSON":{},"XML":"","FORM":null}`, `GET /x   `},
		{"a format without its member", `"method":"PUT","headers":{},"body":{"JSON_ARRAY":{"other":1}}`, `PUT /x   `},
	} {
		t.Run(c.name, func(t *testing.T) {
			before := len(d.stub.Calls())
			d.replies(200, "")
			p := d.proxy(t, &transformerv1.ProxyDeliveryRequest{Version: 1, Body: []byte(`{"endpoint":"https://api.clevertap.com/x",` + c.request + `,"metadata":[{"jobId":1}]}`)})
			require.Equal(t, []int{200}, p.statuses(), p.text)
			call := d.stub.Calls()[before]
			require.Equal(t, c.wanted, strings.Join([]string{call.Method, call.Path, call.Query, call.Header.Get("Content-Type"), string(call.Body)}, " "))
			require.Equal(t, "RudderLabs", call.Header.Get("User-Agent"))
			require.Equal(t, "application/json, text/plain, */*", call.Header.Get("Accept"))
		})
	}
	before := len(d.stub.Calls())
	d.proxy(t, &transformerv1.ProxyDeliveryRequest{Version: 1, Body: []byte(`{"endpoint":"https://api.clevertap.com/x","method":"POST","body":{"JSON":{"d":[]}},"metadata":[{}],` +
		`"headers":{"a":null,"b":false,"c":true,"d":1.50,"e":"é","user-agent":"x","f":[1,2]}}`)})
	header := d.stub.Calls()[before].Header
	require.NotContains(t, header, "A")
	require.NotContains(t, header, "B")
	require.Equal(t, "true 1.5 \xe9 1,2 RudderLabs", strings.Join([]string{header.Get("C"), header.Get("D"), header.Get("E"), header.Get("F"), header.Get("User-Agent")}, " "))
}

func TestAQueryIsBounded(t *testing.T) {
	t.Parallel()
	d := startDeliverer(t, true)
	// Each value repeats the names around it: these 100 kB would be 500 MB.
	deep := strings.Repeat(`{"`+strings.Repeat("n", 100)+`":`, 500) + "[" + strings.Repeat("1,", 9999) + "1]" + strings.Repeat("}", 500)
	// These are nothing, under long names.
	empty := `{"` + strings.Repeat("n", 50_000) + `":[` + strings.Repeat("null,", 50_000) + `{}]}`
	for params, wanted := range map[string]int{
		`{"a":"` + strings.Repeat("b", maxQuery-2) + `"}`: 200,
		`{"a":"` + strings.Repeat("b", maxQuery-1) + `"}`: 400,
		deep: 400, `{"a":` + deep + `,"b":1}`: 400, `[` + deep + `]`: 200, empty: 200,
	} {
		d.replies(200, "")
		body := bytes.Replace(proxyBody(1, 1, anEvent), []byte(`"params":{}`), []byte(`"params":`+params), 1)
		p := d.proxy(t, &transformerv1.ProxyDeliveryRequest{Version: 1, Body: body})
		require.Equal(t, []int{wanted}, p.statuses(), p.text)
		if wanted == 400 {
			require.Equal(t, "params make a query of more than 65536 bytes: nothing was sent", p.Output.Message)
		}
	}
}

func TestNothingIsSentWithoutAJobToTell(t *testing.T) {
	t.Parallel()
	d := startDeliverer(t, false)
	for body, wanted := range map[string]string{
		``:                  "metadata must be an array",
		`{`:                 "malformed JSON",
		`{"a":1}{`:          "text after the end",
		`5`:                 "only supports object and array",
		` `:                 "only supports object and array",
		`{"__proto__":1}`:   "forbidden prototype property",
		`{"metadata":null}`: "metadata must be an array",
		`{"metadata":[]}`:   "metadata is empty",
	} {
		p := d.proxy(t, &transformerv1.ProxyDeliveryRequest{Version: 1, Body: []byte(body)})
		require.Equal(t, http.StatusBadRequest, p.http, body)
		require.Contains(t, p.text, wanted)
	}
	for body, wanted := range map[string]string{
		``:   "body must be an object",
		`[]`: "body must be an object",
		`{"body":{"JSON":{"d":[]}},"headers":null}`:                                       "headers must be an object",
		`{"body":{"JSON":` + strings.Repeat("[", 3000) + strings.Repeat("]", 3000) + `}}`: "nested too deep",
	} {
		p := d.proxy(t, &transformerv1.ProxyDeliveryRequest{Body: []byte(body)})
		require.Equal(t, http.StatusBadRequest, p.http, body)
		require.Contains(t, p.Output.Message, wanted)
		require.Equal(t, `""`, string(p.Output.DestinationResponse))
		require.Equal(t, "dataValidation instrumentation", p.Output.StatTags["errorCategory"]+" "+p.Output.StatTags["errorType"])
	}
	require.Empty(t, d.stub.Calls())
	_, err := d.ProxyDelivery(t.Context(), &transformerv1.ProxyDeliveryRequest{Version: 2, Destination: "clevertap"})
	require.Equal(t, codes.InvalidArgument, status.Code(err))
}

func TestWithoutABaseOnlyCleverTapIsAddressed(t *testing.T) {
	t.Parallel()
	for _, strict := range []bool{false, true} {
		o := options(t, nil, slog.New(slog.DiscardHandler))
		o.Strict = strict
		d := &deliverer{RudderTransformerServiceClient: serve(t, o)}
		body := bytes.ReplaceAll(proxyBody(1, 2, anEvent), []byte("in1.api.clevertap.com"), []byte("evil.example.com"))
		p := d.proxy(t, &transformerv1.ProxyDeliveryRequest{Version: 1, Body: body})
		require.Equal(t, []int{400, 400}, p.statuses())
		require.Contains(t, p.Output.Message, "one of CleverTap's hosts")
		require.Equal(t, p.Output.Message, p.Output.Response[1].Error)
	}
}

func TestRecordsThatAreNotNamed(t *testing.T) {
	d := startDeliverer(t, false)
	first := `{"status":"fail","code":512,"error":"Skipped record number : 1"}`
	nobody := func(code int) string { return fmt.Sprintf(`{"status":"fail","code":%d,"error":"Sorry."}`, code) }
	for _, c := range []struct {
		name, status string
		processed    int
		unprocessed  string
		jobs         []int
		wanted       string // of the last job's error
	}{
		{"one is neither taken nor refused", "partial", 1, first, []int{400, 500, 500}, "accounts for 2 of 3 records"},
		{"two are not, and nobody is named", "partial", 1, "", []int{500, 500, 500}, "accounts for 1 of 3 records"},
		{"none is taken, and one refused", "fail", 0, first, []int{400, 500, 500}, "accounts for 1 of 3 records"},
		{"success of fewer than were sent", "success", 2, "", []int{500, 500, 500}, "accounts for 2 of 3 records"},
		{"success of more", "success", 4, "", []int{200, 200, 200}, "success"},
		{"all are accounted for", "partial", 2, first, []int{400, 200, 200}, "success"},
		{"more than all are", "partial", 9, first, []int{400, 200, 200}, "success"},
		{"somebody may be tried again", "partial", 2, nobody(555), []int{500, 500, 500}, `"code":555,"error":"CleverTap refused a record, and does not say whether it is this job's: Sorry."`},
		{"somebody who is not the first", "partial", 1, first + "," + nobody(555), []int{400, 500, 500}, `"code":555`},
		{"one of two may be tried again", "partial", 1, nobody(513) + "," + nobody(555), []int{500, 500, 500}, `"code":555`},
		{"somebody is refused", "partial", 2, nobody(513), []int{400, 400, 400}, `"code":513`},
		{"somebody who is not the first is refused", "partial", 1, first + "," + nobody(513), []int{400, 400, 400}, `"code":513`},
		{"the call failed", "fail", 0, "", []int{400, 400, 400}, `"processed":0`},
	} {
		t.Run(c.name, func(t *testing.T) {
			d.replies(http.StatusOK, fmt.Sprintf(`{"status":%q,"processed":%d,"unprocessed":[%s]}`, c.status, c.processed, c.unprocessed))
			p := d.records(t, 3, anEvent, anEvent, anEvent)
			require.Equal(t, c.jobs, p.statuses(), p.text)
			require.Contains(t, p.Output.Response[2].Error, c.wanted)
			require.True(t, json.Valid([]byte(p.Output.Response[2].Error)))
			if slices.Contains(c.jobs, 500) {
				require.Equal(t, errorRetryable, p.Output.StatTags["errorType"])
			}
		})
	}
	// Whose record it is can't be told either.
	d.replies(http.StatusOK, `{"status":"partial","processed":2,"unprocessed":[{"code":555,"error":"Skipped record number : 1"}]}`)
	require.Equal(t, []int{500, 500}, d.records(t, 2, anEvent, anEvent, anEvent).statuses())
}

func TestALongReplyToManyJobsIsShortened(t *testing.T) {
	t.Parallel()
	d := startDeliverer(t, false)
	reply := `"` + strings.Repeat("ж", 1<<18) + `"`
	d.replies(500, reply)
	p := d.records(t, 1000, anEvent)
	require.Len(t, p.Output.Response, 1000)
	require.Less(t, len(p.text), 4<<20)
	for _, job := range p.Output.Response {
		require.True(t, json.Valid([]byte(job.Error)), "a part of JSON is none")
		require.True(t, strings.HasSuffix(job.Error, `ж…"`))
		require.Greater(t, len(job.Error), 2<<10)
	}
	d.replies(500, reply)
	require.Equal(t, reply, d.records(t, 1, anEvent).Output.Response[0].Error)

	d.replies(200, `{"status":"partial","processed":0,"unprocessed":[{"code":512,"error":`+reply+`}]}`)
	require.Less(t, len(d.records(t, 2, anEvent, noEvent).text), 10<<10)
}

// tellsAll asks a service that answers strictly, and returns the errors of the jobs.
func tellsAll(t *testing.T, jobs int, reply string) []string {
	t.Helper()
	stand := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { fmt.Fprint(w, reply) }))
	defer stand.Close()
	base, err := url.Parse(stand.URL)
	require.NoError(t, err)
	o := options(t, base, slog.New(slog.DiscardHandler))
	o.Strict = true
	s := New(o)
	answer, err := s.ProxyDelivery(t.Context(), &transformerv1.ProxyDeliveryRequest{Version: 1, Destination: "clevertap", Body: proxyBody(1, jobs, anEvent)})
	require.NoError(t, err)
	require.Less(t, len(answer.GetBody()), o.MaxAnswer, "it fits a message")
	var p proxied
	require.NoError(t, json.Unmarshal(answer.GetBody(), &p))
	require.Len(t, p.Output.Response, jobs)
	errs := make([]string, jobs)
	for i, job := range p.Output.Response {
		errs[i] = job.Error
	}
	return errs
}

func TestStrictlyEachJobRepeatsTheWholeReply(t *testing.T) {
	t.Parallel()
	reply := `{"status":"partial","unprocessed":["` + strings.Repeat("x", 10<<10) + `"]}`
	for _, text := range tellsAll(t, 1000, reply) {
		require.Equal(t, reply, text)
	}
	long := `{"status":"partial","unprocessed":["` + strings.Repeat(`\"`, 20<<10) + `"]}`
	for _, text := range tellsAll(t, 1000, long) {
		require.True(t, json.Valid([]byte(text)), "more than a message holds")
		require.True(t, strings.HasPrefix(text, `"{\"status\":\"partial\"`))
	}
}

func TestMoreMetadataThanAnAnswerHoldsIsRefused(t *testing.T) {
	t.Parallel()
	s := newTestService(t, func(o *Options) { o.MaxAnswer = 100 << 10 })
	answer, err := s.ProxyDelivery(t.Context(), &transformerv1.ProxyDeliveryRequest{Version: 1, Destination: "clevertap", Body: proxyBody(1, 1000, anEvent)})
	require.NoError(t, err)
	require.Equal(t, uint32(http.StatusRequestEntityTooLarge), answer.GetHead().GetStatusCode())
	require.Contains(t, string(answer.GetBody()), "metadata is too long")
}

func TestAnswersHaveTheOrderOfRudderTransformers(t *testing.T) {
	t.Parallel()
	tags := func(kind string) string {
		return `"statTags":{"errorCategory":"network","errorType":"` + kind + `","destType":"CLEVERTAP","module":"destination",` +
			`"implementation":"native","feature":"dataDelivery","destinationId":"d","workspaceId":"w"}`
	}
	job := func(status string) string {
		return `"response":[{"error":"{\"status\":\"x\"}","statusCode":` + status + `,"metadata":{"jobId":1,"destinationId":"d","workspaceId":"w","x":1.50}}]`
	}
	for _, c := range []struct {
		version uint32
		status  int
		body    string
		wanted  string
	}{
		{0, 200, `{"status":"success"}`, `{"status":200,"message":"Request Processed Successfully","destinationResponse":{"response":{"status":"success"},"status":200}}`},
		{0, 503, `{"status":"x"}`, `{"status":503,"message":"Request failed  with status: 503","destinationResponse":{"response":{"status":"x"},"status":503},` + tags("retryable") + `}`},
		{1, 401, `{"status":"x"}`, `{` + job("401") + `,` + tags("aborted") + `,"message":"Request failed  with status: 401","status":401}`},
	} {
		for _, strict := range []bool{false, true} {
			d := startDeliverer(t, strict)
			d.stub.Fail(clevertapstub.Fault{Status: c.status, Header: http.Header{"X-Name": {"value"}}, Body: c.body})
			p := d.proxy(t, &transformerv1.ProxyDeliveryRequest{Version: c.version, Body: proxyBody(c.version, 1, anEvent)})
			require.Equal(t, `{"output":`+c.wanted+`}`, p.text, "strict: %t", strict)
		}
	}
}

func TestFaultsOfTheConnectionAreToBeTriedAgain(t *testing.T) {
	t.Parallel()
	for _, strict := range []bool{false, true} {
		d := startDeliverer(t, strict)
		d.stub.Fail(clevertapstub.Fault{Reset: true})
		p := d.records(t, 1, anEvent)
		require.Equal(t, []int{500}, p.statuses())
		require.Equal(t, `"[ECONNRESET] :: Connection reset by peer"`, p.Output.Response[0].Error)
		require.Equal(t, "retryable", p.Output.StatTags["errorType"])
		d.stub.Fail(clevertapstub.Fault{Delay: time.Minute})
		p = d.proxy(t, &transformerv1.ProxyDeliveryRequest{TimeoutMs: 50, Body: proxyBody(0, 1, anEvent)})
		require.Equal(t, 500, p.http)
		require.JSONEq(t, `{"response":"[ECONNABORTED] :: Connection aborted","status":500}`, string(p.Output.DestinationResponse))
	}
}

func TestNothingIsSentForMetadataThatCanNotBeRepeated(t *testing.T) {
	t.Parallel()
	d := startDeliverer(t, false)
	deep := []byte(`"x":` + strings.Repeat("[", 20_000) + strings.Repeat("]", 20_000))
	for version := range uint32(2) {
		body := bytes.Replace(proxyBody(version, 1, anEvent), []byte(`"x":1.50`), deep, 1)
		p := d.proxy(t, &transformerv1.ProxyDeliveryRequest{Version: version, Body: body})
		require.Equal(t, http.StatusBadRequest, p.http)
		require.Contains(t, p.text, "metadata is nested too deep")
	}
	require.Empty(t, d.stub.Records())
}

func TestADeliveryEndsWithItsCaller(t *testing.T) {
	t.Parallel()
	d := startDeliverer(t, false)
	d.stub.Fail(clevertapstub.Fault{Delay: time.Minute}, clevertapstub.Fault{Delay: time.Minute})
	ctx, cancel := context.WithTimeout(t.Context(), 100*time.Millisecond)
	defer cancel()
	_, err := d.ProxyDelivery(ctx, &transformerv1.ProxyDeliveryRequest{Version: 1, Destination: "clevertap", Body: proxyBody(1, 1, anEvent)})
	require.Equal(t, codes.DeadlineExceeded, status.Code(err))
	ctx, cancel = context.WithTimeout(t.Context(), 100*time.Millisecond)
	defer cancel()
	_, err = d.DeleteUsers(ctx, &transformerv1.DeleteUsersRequest{Body: []byte(deleteBody(`{"accountId":"A","passcode":"P"}`, `[{"userId":"u"}]`))})
	require.Equal(t, codes.DeadlineExceeded, status.Code(err))
}

// FuzzProxyDelivery demands that whatever is asked is answered with JSON, in version 1 with one result for
// each job, and that what is sent on is what was asked for.
func FuzzProxyDelivery(f *testing.F) {
	f.Add(proxyBody(1, 2, anEvent, noEvent), `{"status":"partial","processed":1,"unprocessed":[{"code":509,"error":"Skipped record number : 2"}]}`, 200)
	f.Add([]byte(`{"metadata":[null,5],"body":{"JSON":"x"},"headers":{"a":[{}]},"params":{"b":{"c":[]}},"endpoint":"https://api.clevertap.com"}`), `"OK"`, 404)
	f.Add([]byte(`{"metadata":[{"destinationId":{"a":1}}],"body":{"FORM":{"a":{}}},"headers":{"":1}}`), ``, 302)
	var reply struct {
		text   string
		status int
	}
	stand := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.WriteHeader(reply.status)
		fmt.Fprint(w, reply.text)
	}))
	defer stand.Close()
	base, err := url.Parse(stand.URL)
	require.NoError(f, err)
	var services []*Service
	for _, strict := range []bool{false, true} {
		o := options(f, base, slog.New(slog.DiscardHandler))
		o.Strict = strict
		services = append(services, New(o))
	}
	f.Fuzz(func(t *testing.T, body []byte, text string, status int) {
		reply.text, reply.status = text, 200+(status%400+400)%400
		for _, s := range services {
			for version := range uint32(2) {
				answer, err := s.ProxyDelivery(t.Context(), &transformerv1.ProxyDeliveryRequest{Version: version, Destination: "clevertap", Body: body, TimeoutMs: 1000})
				require.NoError(t, err)
				require.True(t, json.Valid(answer.GetBody()), "%s", answer.GetBody())
				var request map[string]json.RawMessage
				var metadata []json.RawMessage
				var output struct {
					Output *struct{ Response []json.RawMessage }
				}
				require.NoError(t, json.Unmarshal(answer.GetBody(), &output))
				if version == 1 && output.Output != nil && json.Unmarshal(body, &request) == nil && json.Unmarshal(request["metadata"], &metadata) == nil {
					require.Len(t, output.Output.Response, len(metadata))
				}
			}
		}
	})
}
