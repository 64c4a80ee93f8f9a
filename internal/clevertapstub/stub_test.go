package clevertapstub_test

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"

	"github.com/rudder-clevertap/rudder-clevertap/internal/clevertapstub"
	"github.com/rudder-clevertap/rudder-clevertap/internal/clevertapstub/judge"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// start serves a stand-in.
func start(t *testing.T, options clevertapstub.Options) (*clevertapstub.Stub, *httptest.Server) {
	t.Helper()
	stub := clevertapstub.New(options)
	server := httptest.NewServer(stub)
	t.Cleanup(server.Close)
	return stub, server
}

// call makes a call as an account.
func call(t *testing.T, server *httptest.Server, method, path, passcode, body string) (int, string) {
	t.Helper()
	request, err := http.NewRequestWithContext(t.Context(), method, server.URL+path, strings.NewReader(body))
	require.NoError(t, err)
	request.Header.Set("X-CleverTap-Account-Id", "ACCOUNT")
	request.Header.Set("X-CleverTap-Passcode", passcode)
	response, err := server.Client().Do(request)
	require.NoError(t, err)
	defer response.Body.Close()
	text, err := io.ReadAll(response.Body)
	require.NoError(t, err)
	return response.StatusCode, strings.TrimSpace(string(text))
}

func TestCallsAreAnsweredAsCleverTapDoes(t *testing.T) {
	t.Parallel()
	_, server := start(t, clevertapstub.Options{Accounts: map[string]string{"ACCOUNT": "P"}})
	_, stranger := start(t, clevertapstub.Options{Accounts: map[string]string{"OTHER": "P"}})
	many := strings.Repeat(`{},`, clevertapstub.MaxRecords) + `{}`
	for _, c := range []struct {
		name, method, path, passcode, body string
		on                                 *httptest.Server
		status                             int
		answer                             string
	}{
		{"a wrong passcode", "POST", "/1/upload", "Q", `{"d":[]}`, server, 401, `{"status":"fail","error":"Invalid Credentials","code":401}`},
		{"a wrong account", "POST", "/1/upload", "P", `{"d":[]}`, stranger, 401, `{"status":"fail","error":"Account ID is not valid","code":401}`},
		{"no JSON", "POST", "/1/upload", "P", `{`, server, 400, `{"status":"fail","error":"Malformed request","code":400}`},
		{"no records", "POST", "/1/upload", "P", `{}`, server, 400, `{"status":"fail","error":"Malformed request","code":400}`},
		{"too many records", "POST", "/1/upload", "P", `{"d":[` + many + `]}`, server, 400, `{"status":"fail","error":"At most 1000 records can be uploaded at once","code":400}`},
		{"another method", "GET", "/1/upload", "P", "", server, 405, `{"status":"fail","error":"Method not allowed","code":405}`},
		{"another path", "POST", "/2/upload", "P", "", server, 404, `{"status":"fail","error":"Not found","code":404}`},
		{"a check of credentials", "GET", "/v1/connect?partner=x", "P", "", server, 200, `{"status":"success"}`},
		{"a deletion", "POST", "/1/delete/profiles.json", "P", `{"identity":["a"],"guid":"b"}`, server, 200, `{"status":"success"}`},
		{"a deletion of nobody", "POST", "/1/delete/profiles.json", "P", `{}`, server, 400, `{"status":"fail","error":"Malformed request","code":400}`},
		{"an empty upload", "POST", "/1/upload", "P", `{"d":[]}`, server, 200, `{"status":"success","processed":0,"unprocessed":[]}`},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			status, answer := call(t, c.on, c.method, c.path, c.passcode, c.body)
			require.Equal(t, c.status, status, answer)
			require.Equal(t, c.answer, answer)
		})
	}
}

func TestRecordsAreRefusedForThemselves(t *testing.T) {
	t.Parallel()
	_, server := start(t, clevertapstub.Options{Rules: judge.Rules{Discarded: []string{"Old Event"}}})
	for record, code := range map[string]int{
		`{"type":"event","evtName":"E","evtData":{"a":1},"identity":"u","ts":1571043797}`:                      0,
		`{"type":"event","evtName":"Charged","evtData":{"Items":[{"sku":"A"}]},"objectId":"o"}`:                0,
		`{"type":"profile","profileData":{"Email":"a@b.c","Phone":"+442071838750","Age":"18"},"identity":"u"}`: 0,
		`{"type":"profile","profileData":{"Email":{"$delete":1},"plan":"gold"},"identity":"u"}`:                0,
		`{"type":"token","tokenData":{"id":"t","type":"fcm"},"objectId":"o"}`:                                  0,
		`{"type":"event","evtData":{},"identity":"u"}`:                                                         509,
		`{"type":"event","evtName":"E","identity":"u"}`:                                                        512,
		`{"type":"event","evtName":"E","evtData":{"a":[1]},"identity":"u"}`:                                    512,
		`{"type":"event","evtName":"Charged","evtData":{"Items":[{"a":{}}]},"identity":"u"}`:                   512,
		`{"type":"event","evtName":"Charged","evtData":{"Items":["A"]},"identity":"u"}`:                        512,
		`{"type":"event","evtName":"Web page viewed","evtData":{},"identity":"u"}`:                             513,
		`{"type":"event","evtName":"oldevent","evtData":{},"identity":"u"}`:                                    528,
		`{"type":"event","evtName":"E","evtData":{` + properties(257) + `},"identity":"u"}`:                    522,
		`{"type":"profile","profileData":{"Gender":"x"},"identity":"u"}`:                                       514,
		`{"type":"profile","profileData":{"Email":"$$$$$","Phone":"1"},"identity":"u"}`:                        515,
		`{"type":"profile","profileData":{"Phone":"223"},"identity":"u"}`:                                      516,
		`{"type":"profile","profileData":{"Employed":true},"identity":"u"}`:                                    517,
		`{"type":"profile","profileData":{"Education":"Science"},"identity":"u"}`:                              518,
		`{"type":"profile","profileData":{"Married":"yes"},"identity":"u"}`:                                    519,
		`{"type":"profile","profileData":{"Age":"aa"},"identity":"u"}`:                                         520,
		`{"type":"profile","profileData":{}}`:                                                                  523,
		`{"type":"profile","profileData":{},"identity":"u","objectId":"o"}`:                                    523,
		`{"type":"profile","identity":"u"}`:                                                                    523,
		`{"type":"group","identity":"u"}`:                                                                      524,
		`5`:                                                                                                    524,
		`{"type":"event","evtName":"E","evtData":{},"identity":"u","ts":0}`:                                    525,
		`{"type":"event","evtName":"E","evtData":{},"identity":"u","ts":"1571043797"}`:                         525,
		`{"type":"token","tokenData":{"id":"t","type":"fcm"},"identity":"u"}`:                                  530,
		`{"type":"token","objectId":"o"}`:                                                                      531,
		`{"type":"token","tokenData":{"type":"fcm"},"objectId":"o"}`:                                           532,
		`{"type":"token","tokenData":{"id":"t"},"objectId":"o"}`:                                               533,
		`{"type":"token","tokenData":{"id":"t","type":"pigeon"},"objectId":"o"}`:                               534,
	} {
		status, answer := call(t, server, http.MethodPost, "/1/upload", "P", `{"d":[`+record+`]}`)
		require.Equal(t, http.StatusOK, status)
		if code == 0 {
			require.Equal(t, `{"status":"success","processed":1,"unprocessed":[]}`, answer, record)
			continue
		}
		var reply struct {
			Status      string
			Unprocessed []struct {
				Code  int
				Error string
			}
		}
		require.NoError(t, json.Unmarshal([]byte(answer), &reply))
		require.Equal(t, "fail", reply.Status, record)
		require.Equal(t, code, reply.Unprocessed[0].Code, record)
		require.True(t, strings.HasSuffix(reply.Unprocessed[0].Error, " Skipped record number : 1"))
	}
}

// properties are as many members of an object.
func properties(count int) string {
	members := make([]string, count)
	for i := range members {
		members[i] = fmt.Sprintf(`"p%d":%d`, i, i)
	}
	return strings.Join(members, ",")
}

func TestAPartOfAnUploadIsTaken(t *testing.T) {
	t.Parallel()
	stub, server := start(t, clevertapstub.Options{})
	event := `{"type":"event","evtName":"E","evtData":{},"identity":"u"}`
	upload := `{"d":[` + event + `,{"type":"event","evtData":{},"identity":"u"},` + event + `]}`
	stub.Fail(clevertapstub.Fault{Records: map[int]int{3: 555}})
	_, answer := call(t, server, http.MethodPost, "/1/upload", "P", upload)
	require.JSONEq(t, `{"status":"partial","processed":1,"unprocessed":[
		{"status":"fail","code":509,"error":"Event Name is incorrect. ErrorCode: 509 - Event name is mandatory. Skipped record number : 2","record":{"type":"event","evtData":{},"identity":"u"}},
		{"status":"fail","code":555,"error":"Something went wrong. Skipped record number : 3","record":`+event+`}]}`, answer)
	_, answer = call(t, server, http.MethodPost, "/1/upload?dryRun=1", "P", upload)
	require.Contains(t, answer, `"processed":2`)
	require.Equal(t, []json.RawMessage{json.RawMessage(event)}, stub.Records(), "a dry run takes nothing")
	calls := stub.Calls()
	require.Len(t, calls, 2)
	require.Equal(t, "POST /1/upload ", calls[0].Method+" "+calls[0].Path+" "+calls[0].Query)
	require.Equal(t, "ACCOUNT", calls[0].Header.Get("X-Clevertap-Account-Id"))
	require.Equal(t, upload, string(calls[0].Body))
	require.Equal(t, "dryRun=1", calls[1].Query)
}

func TestTooManyOpenCallsAreRefused(t *testing.T) {
	t.Parallel()
	stub, server := start(t, clevertapstub.Options{MaxDeletions: 1})
	stub.Fail(clevertapstub.Fault{Delay: 300 * time.Millisecond}, clevertapstub.Fault{Delay: 300 * time.Millisecond})
	statuses := make(chan int, 2)
	for range 2 {
		go func() {
			response, err := server.Client().Post(server.URL+"/1/delete/profiles.json", "application/json", strings.NewReader(`{"identity":"a"}`))
			if err != nil {
				statuses <- 0
				return
			}
			response.Body.Close()
			statuses <- response.StatusCode
		}()
	}
	require.ElementsMatch(t, []int{200, 429}, []int{<-statuses, <-statuses})
	require.Equal(t, 2, stub.Peak("", "/1/delete/profiles.json"))
	require.Len(t, stub.Deleted(), 1)
}

func TestFaultsComeInOrder(t *testing.T) {
	t.Parallel()
	stub, server := start(t, clevertapstub.Options{})
	stub.Fail(
		clevertapstub.Fault{Status: http.StatusServiceUnavailable, Body: "<html>", Header: http.Header{"X-A": {"b"}}},
		clevertapstub.Fault{Reset: true},
	)
	status, answer := call(t, server, http.MethodPost, "/1/upload", "P", `{"d":[]}`)
	require.Equal(t, "503 <html>", fmt.Sprint(status, " ", answer))
	response, err := server.Client().Post(server.URL+"/1/upload", "application/json", strings.NewReader(`{"d":[]}`))
	if err == nil {
		response.Body.Close()
	}
	require.ErrorContains(t, err, "reset")
	status, _ = call(t, server, http.MethodPost, "/1/upload", "P", `{"d":[]}`)
	require.Equal(t, http.StatusOK, status)
	require.Len(t, stub.Calls(), 3)
}
