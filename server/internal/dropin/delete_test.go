package dropin

import (
	"encoding/json"
	"log/slog"
	"net/http"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	transformerv1 "github.com/rudder-clevertap/rudder-clevertap/gen/transformer/v1"
	"github.com/rudder-clevertap/rudder-clevertap/internal/clevertapstub"
)

// deleteBody is the body of a deletion.
func deleteBody(config, users string) string {
	return `[` + deleteRequestText(config, users) + `]`
}

// deleteRequestText is one request of it.
func deleteRequestText(config, users string) string {
	return `{"jobId":"7","destType":"clevertap","config":` + config + `,"userAttributes":` + users + `}`
}

// remove asks for users to be deleted.
func (d *deliverer) remove(t *testing.T, body string) (int, string) {
	t.Helper()
	answer, err := d.DeleteUsers(t.Context(), &transformerv1.DeleteUsersRequest{Body: []byte(body)})
	require.NoError(t, err)
	require.Equal(t, jsonContent, answer.GetHead().GetContentType())
	require.Zero(t, answer.GetHead().GetApiVersion())
	require.NotContains(t, string(answer.GetBody()), secret)
	return int(answer.GetHead().GetStatusCode()), string(answer.GetBody())
}

// accountSettings are settings of an account.
const accountSettings = `{"accountId":"A","passcode":"` + secret + `","region":"in1"}`

func TestUsersAreDeletedByTheirIDs(t *testing.T) {
	t.Parallel()
	d := startDeliverer(t, false)
	status, answer := d.remove(t, deleteBody(accountSettings, `[{"userId":"u1","email":"e"},{"userId":5},{"userId":1.50},{"userId":0},{"userId":""},{"userId":null},{"email":"x"},5,"x",[],{"userId":{"a":1}},{"userId":"u1"}]`))
	require.Equal(t, http.StatusOK, status)
	require.Equal(t, `[{"statusCode":200,"status":"successful"}]`, answer)
	call := d.stub.Calls()[0]
	require.Equal(t, `POST /1/delete/profiles.json {"identity":["u1",5,1.5,{"a":1},"u1"]}`, call.Method+" "+call.Path+" "+string(call.Body))
	require.Equal(t, "A "+secret, call.Header.Get("X-Clevertap-Account-Id")+" "+call.Header.Get("X-Clevertap-Passcode"))
	status, answer = d.remove(t, deleteBody(accountSettings, `[{"email":"x"}]`))
	require.Equal(t, http.StatusOK, status)
	require.Equal(t, `[{"statusCode":200,"status":"successful"}]`, answer)
	require.Len(t, d.stub.Calls(), 1, "nobody to delete is nothing to ask for")
}

func TestDeletionsThatFail(t *testing.T) {
	t.Parallel()
	const users = `[{"userId":"u"}]`
	for _, c := range []struct {
		name, request string
		fault         clevertapstub.Fault
		status        int
		wanted        string
	}{
		{"no users", deleteBody(accountSettings, `null`), clevertapstub.Fault{}, 400, "userAttributes is not an array"},
		{"users that are an object", deleteBody(accountSettings, `{}`), clevertapstub.Fault{}, 400, "userAttributes is not an array"},
		{"a user that is null", deleteBody(accountSettings, `[null]`), clevertapstub.Fault{}, 400, "must hold objects"},
		{"no config", deleteBody(`null`, users), clevertapstub.Fault{}, 400, "config is missing"},
		{"a config that is none", deleteBody(`5`, users), clevertapstub.Fault{}, 400, "Project ID and Passcode is required"},
		{"no passcode", deleteBody(`{"accountId":"A","passcode":""}`, users), clevertapstub.Fault{}, 400, "Project ID and Passcode is required"},
		{"a passcode that is no header", deleteBody(`{"accountId":"A","passcode":"`+secret+`\n"}`, users), clevertapstub.Fault{}, 400, "X-Clevertap-Passcode: it holds characters"},
		{"a passcode in Cyrillic", deleteBody(`{"accountId":"A","passcode":"`+secret+`ж"}`, users), clevertapstub.Fault{}, 400, "config.passcode: it holds characters"},
		{"nesting", deleteBody(accountSettings, strings.Repeat("[", 3000)+strings.Repeat("]", 3000)), clevertapstub.Fault{}, 400, "nested too deep"},
		{"refused", deleteBody(accountSettings, users), clevertapstub.Fault{Status: 401}, 401, "User deletion request failed"},
		{"not found", deleteBody(accountSettings, users), clevertapstub.Fault{Status: 404}, 404, "User deletion request failed"},
		{"throttled", deleteBody(accountSettings, users), clevertapstub.Fault{Status: 429}, 429, "User deletion request failed"},
		{"down", deleteBody(accountSettings, users), clevertapstub.Fault{Status: 503}, 503, "User deletion request failed"},
		{"redirected", deleteBody(accountSettings, users), clevertapstub.Fault{Status: 307}, 400, "redirected"},
		{"reset", deleteBody(accountSettings, users), clevertapstub.Fault{Reset: true}, 500, "User deletion request failed"},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			d := startDeliverer(t, false)
			d.stub.Fail(c.fault)
			status, answer := d.remove(t, c.request)
			require.Equal(t, c.status, status, answer)
			require.Contains(t, answer, c.wanted)
			require.Contains(t, answer, `"statusCode":`+strconv.Itoa(c.status))
		})
	}
	d := startDeliverer(t, false)
	d.stub.Fail(clevertapstub.Fault{Status: 200, Body: `{"status":"fail"}`})
	status, _ := d.remove(t, deleteBody(accountSettings, users))
	require.Equal(t, http.StatusOK, status, "the HTTP status is what counts")
}

func TestDeletionsOfOthersAreRefusedBeforeAnythingIsDeleted(t *testing.T) {
	t.Parallel()
	d := startDeliverer(t, false)
	good := deleteRequestText(accountSettings, `[{"userId":"u"}]`)
	for body, wanted := range map[string]string{
		`[]`:                               "at least one request",
		`{}`:                               "at least one request",
		``:                                 "at least one request",
		`[`:                                "malformed JSON",
		`"x"`:                              "only supports object and array",
		`[` + good + `,null]`:              "Unknown destination: undefined",
		`[` + good + `,{}]`:                "Unknown destination: undefined",
		`[{"destType":5},` + good + `]`:    "Unknown destination: 5",
		`[` + good + `,{"destType":"AM"}]`: "Unknown destination: AM",
	} {
		status, answer := d.remove(t, body)
		require.GreaterOrEqual(t, status, 400)
		require.Contains(t, answer, wanted)
	}
	require.Empty(t, d.stub.Calls())
	d = &deliverer{RudderTransformerServiceClient: serve(t, options(t, nil, slog.New(slog.DiscardHandler)))}
	for _, region := range []string{"mars1", "evil.example.com/", "x@evil.example.com#", "in1.api.clevertap.com:80/"} {
		status, answer := d.remove(t, deleteBody(`{"accountId":"A","passcode":"`+secret+`","region":"`+region+`"}`, `[{"userId":"u"}]`))
		require.Equal(t, http.StatusBadRequest, status)
		require.Contains(t, answer, "config.region")
	}
}

func TestSeveralDeletionsAtOnce(t *testing.T) {
	t.Parallel()
	d := startDeliverer(t, false)
	var requests []string
	for i := range 12 {
		d.stub.Fail(clevertapstub.Fault{Delay: 20 * time.Millisecond})
		config := accountSettings
		if i == 0 || i == 5 {
			config = `{}`
		}
		requests = append(requests, deleteRequestText(config, `[{"userId":`+strconv.Itoa(i+1)+`}]`))
	}
	status, answer := d.remove(t, `[`+strings.Join(requests, ",")+`]`)
	require.Equal(t, http.StatusBadRequest, status, "that of the first")
	var results []deleteResult
	require.NoError(t, json.Unmarshal([]byte(answer), &results))
	require.Len(t, results, 12)
	for i, result := range results {
		require.Equal(t, i == 0 || i == 5, result.StatusCode == http.StatusBadRequest)
	}
	require.Len(t, d.stub.Deleted(), 10)
	require.Equal(t, 1, d.stub.Peak("A", "/1/delete/profiles.json"), "an account has one at a time")
}
