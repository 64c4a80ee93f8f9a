package rudderserver_test

import (
	"net/http"
	"net/http/httptest"
	"testing"
	"time"

	"github.com/rudderlabs/rudder-server/processor/integrations"
	router "github.com/rudderlabs/rudder-server/router/transformer"
	routertypes "github.com/rudderlabs/rudder-server/router/types"
	"github.com/stretchr/testify/require"
)

// Replies of CleverTap to three records. A record with code 513 is refused for good, one with code 555 may be sent again; the short
// reply does not account for one.
const (
	partialReply = `{"status": "partial", "processed": 2, "unprocessed": [
		{"status": "fail", "code": 513, "error": "Event is restricted. Skipped record number : 2", "record": {"evtName": "B"}}]}`
	retryReply = `{"status": "partial", "processed": 2, "unprocessed": [
		{"status": "fail", "code": 555, "error": "Internal error. Skipped record number : 3", "record": {"evtName": "C"}}]}`
	shortReply = `{"status": "partial", "processed": 1, "unprocessed": [
		{"status": "fail", "code": 513, "error": "Event is restricted. Skipped record number : 2", "record": {"evtName": "B"}}]}`
	failedReply = `{"status": "fail", "processed": 0, "unprocessed": [
		{"status": "fail", "code": 513, "error": "Skipped record number : 1", "record": {}},
		{"status": "fail", "code": 513, "error": "Skipped record number : 2", "record": {}},
		{"status": "fail", "code": 513, "error": "Skipped record number : 3", "record": {}}]}`
)

// delivery returns what the router asks the proxy for when a transform has answered with item.
func delivery(t *testing.T, version string, item routertypes.DestinationJobT) *router.ProxyRequestParams {
	t.Helper()
	require.Equal(t, http.StatusOK, item.StatusCode, item.Error)
	var all []router.ProxyRequestMetadata
	for _, m := range item.JobMetadataArray {
		all = append(all, router.ProxyRequestMetadata{
			JobID: m.JobID, AttemptNum: m.AttemptNum, SourceID: m.SourceID, DestinationID: m.DestinationID, WorkspaceID: m.WorkspaceID,
			Secret: m.Secret, DestInfo: m.DestInfo, DontBatch: m.DontBatch,
		})
	}
	return &router.ProxyRequestParams{
		DestType: "CLEVERTAP", Destination: &item.Destination, Connection: item.Connection,
		Adapter: router.NewTransformerProxyAdapter(version),
		ResponseData: router.ProxyRequestPayload{
			PostParametersT: readUpload(t, item.Message), Metadata: all, DestinationConfig: item.Destination.Config,
			DestinationVersion: item.Destination.Version,
		},
	}
}

// threeJobs returns an item that uploads three records, of three jobs.
func threeJobs(t *testing.T, c *clients) routertypes.DestinationJobT {
	t.Helper()
	to := destination("d-1", settings("ACCOUNT"))
	items := c.transform(
		routerJob(1, to, `{"type": "track", "event": "A", "userId": "u-1"}`),
		routerJob(2, to, `{"type": "track", "event": "B", "userId": "u-1"}`),
		routerJob(3, to, `{"type": "track", "event": "C", "userId": "u-1"}`),
	)
	require.Len(t, items, 1)
	return items[0]
}

// requireThreeUploaded requires that CleverTap got the upload of threeJobs, once.
func requireThreeUploaded(t *testing.T, clevertap *cleverTap) {
	t.Helper()
	calls := clevertap.take()
	require.Len(t, calls, 1)
	require.JSONEq(t, `{"d": [
		{"type": "event", "evtName": "A", "evtData": {}, "identity": "u-1"},
		{"type": "event", "evtName": "B", "evtData": {}, "identity": "u-1"},
		{"type": "event", "evtName": "C", "evtData": {}, "identity": "u-1"}
	]}`, calls[0].Body)
	calls[0].Body = ""
	require.Equal(t, call{
		Method: http.MethodPost, Path: "/1/upload", Account: "ACCOUNT", Passcode: "PASSCODE-ACCOUNT", ContentType: "application/json",
	}, calls[0])
}

// requireNoBreach requires that the client found an answer to be what the contract says.
func requireNoBreach(t *testing.T, c *clients) {
	t.Helper()
	require.Empty(t, c.stats.GetByName("router_transformerproxy_invalid_response"))
}

// proxyCase is a reply of CleverTap and what it means for the jobs 1, 2 and 3.
type proxyCase struct {
	reply reply
	jobs  map[int64]int
	tag   string // errorType of the statTags; none when all is well
}

// runProxyCases delivers three jobs for each case.
func runProxyCases(t *testing.T, version string, cases map[string]proxyCase, flags ...string) {
	t.Helper()
	clevertap := newCleverTap(t)
	addr := serve(t, append([]string{"--clevertap-base-url", clevertap.URL}, flags...)...)
	for name, test := range cases {
		t.Run(name, func(t *testing.T) {
			c := newClients(t, addr, false, time.Minute)
			item := threeJobs(t, c)
			clevertap.answer(test.reply)
			response := c.router.ProxyRequest(t.Context(), delivery(t, version, item))
			requireThreeUploaded(t, clevertap)
			require.Equal(t, test.jobs, response.RespStatusCodes, response.ProxyRequestResponseBody)
			require.Equal(t, map[int64]bool{1: false, 2: true, 3: false}, response.DontBatchDirectives)
			require.Len(t, response.RespBodys, 3)
			requireNoBreach(t, c)
			requireTags(t, c, test.tag)
		})
	}
}

// requireTags requires that the client counted one failure with tags, whose errorType is given, or none.
func requireTags(t *testing.T, c *clients, errorType string) {
	t.Helper()
	failures := c.stats.GetByName("integration.failure_detailed")
	if errorType == "" {
		require.Empty(t, failures)
		return
	}
	require.Len(t, failures, 1)
	require.Equal(t, map[string]string{
		"errorCategory": "network", "errorType": errorType, "destType": "CLEVERTAP", "module": "destination",
		"implementation": "native", "feature": "dataDelivery", "destinationId": "d-1", "workspaceId": "w-1",
	}, map[string]string(failures[0].Tags))
}

// all returns one status for the jobs 1, 2 and 3.
func all(status int) map[int64]int {
	return map[int64]int{1: status, 2: status, 3: status}
}

func TestProxyV1AnswersEachJob(t *testing.T) {
	runProxyCases(t, "v1", map[string]proxyCase{
		"all accepted":            {reply{Status: 200, Body: accepted}, all(200), ""},
		"an empty reply":          {reply{Status: 200}, all(200), ""},
		"one record refused":      {reply{Status: 200, Body: partialReply}, map[int64]int{1: 200, 2: 400, 3: 200}, "aborted"},
		"one record to try again": {reply{Status: 200, Body: retryReply}, map[int64]int{1: 200, 2: 200, 3: 500}, "retryable"},
		"one record left out":     {reply{Status: 200, Body: shortReply}, map[int64]int{1: 500, 2: 400, 3: 500}, "retryable"},
		"all refused":             {reply{Status: 200, Body: failedReply}, all(400), "aborted"},
		"too many requests":       {reply{Status: 429, Body: `{"status": "fail", "error": "Too many requests"}`}, all(429), "throttled"},
		"CleverTap is down":       {reply{Status: 503, Body: `<html>`}, all(503), "retryable"},
		"wrong passcode":          {reply{Status: 401, Body: `{"status": "fail", "error": "Invalid Credentials", "code": 401}`}, all(401), "aborted"},
	})
}

func TestProxyV1StrictFailsAllJobsOfAPartialReply(t *testing.T) {
	runProxyCases(t, "v1", map[string]proxyCase{
		"all accepted":            {reply{Status: 200, Body: accepted}, all(200), ""},
		"one record refused":      {reply{Status: 200, Body: partialReply}, all(400), "aborted"},
		"one record to try again": {reply{Status: 200, Body: retryReply}, all(400), "aborted"},
	}, "--transformer-proxy-strict")
}

func TestProxyV0HasOneAnswerForAllJobs(t *testing.T) {
	runProxyCases(t, "v0", map[string]proxyCase{
		"all accepted":       {reply{Status: 200, Body: accepted}, all(200), ""},
		"one record refused": {reply{Status: 200, Body: partialReply}, all(400), "aborted"},
		"all refused":        {reply{Status: 200, Body: failedReply}, all(400), "aborted"},
		"too many requests":  {reply{Status: 429, Body: `{"status": "fail"}`}, all(429), "throttled"},
		"CleverTap is down":  {reply{Status: 503}, all(503), "retryable"},
	})
}

func TestProxyV1FailsAJobOfTwoRecordsForEither(t *testing.T) {
	clevertap := newCleverTap(t)
	c := newClients(t, serve(t, "--clevertap-base-url", clevertap.URL), true, time.Minute)
	to := destination("d-1", settings("ACCOUNT", "enableObjectIdMapping", true))
	items := c.transform(
		routerJob(1, to, `{"type": "identify", "userId": "u-1", "anonymousId": "a-1", "context": {"os": {"name": "Android"}, "device": {"token": "x"}}}`),
		routerJob(2, to, `{"type": "track", "event": "E", "userId": "u-1"}`),
	)
	require.Len(t, items, 1)
	clevertap.answer(reply{Status: 200, Body: `{"status": "partial", "processed": 2, "unprocessed": [
		{"status": "fail", "code": 531, "error": "tokenData invalid. Skipped record number : 2", "record": {}}]}`})
	response := c.router.ProxyRequest(t.Context(), delivery(t, "v1", items[0]))
	require.Equal(t, map[int64]int{1: 400, 2: 200}, response.RespStatusCodes)
	require.Contains(t, response.RespBodys[1], "tokenData invalid")
	requireNoBreach(t, c)
}

func TestProxyStopsWaitingWhenTheClientSaysSo(t *testing.T) {
	clevertap := newCleverTap(t)
	addr := serve(t, "--clevertap-base-url", clevertap.URL, "--transformer-proxy-timeout")
	c := newClients(t, addr, false, 200*time.Millisecond)
	item := threeJobs(t, c)
	clevertap.answer(reply{Status: 200, Body: accepted, Delay: 20 * time.Second})
	start := time.Now()
	response := c.router.ProxyRequest(t.Context(), delivery(t, "v1", item))
	require.Less(t, time.Since(start), 10*time.Second)
	require.Equal(t, all(500), response.RespStatusCodes, "the jobs are tried again")
	requireNoBreach(t, c)
}

func TestProxyHasJobsTriedAgainWhenCleverTapCannotBeReached(t *testing.T) {
	gone := httptest.NewServer(http.NotFoundHandler())
	gone.Close()
	addr := serve(t, "--clevertap-base-url", gone.URL)
	for _, version := range []string{"v0", "v1"} {
		c := newClients(t, addr, false, time.Minute)
		response := c.router.ProxyRequest(t.Context(), delivery(t, version, threeJobs(t, c)))
		require.Equal(t, all(500), response.RespStatusCodes, response.ProxyRequestResponseBody)
		requireNoBreach(t, c)
		requireTags(t, c, "retryable")
	}
}

func TestProxyCallsNoOtherHost(t *testing.T) {
	other := newCleverTap(t)
	c := newClients(t, serve(t), false, time.Minute)
	item := threeJobs(t, c)
	for _, version := range []string{"v0", "v1"} {
		request := delivery(t, version, item)
		request.ResponseData.PostParametersT = elsewhere(request.ResponseData.PostParametersT, other.URL+"/1/upload")
		response := c.router.ProxyRequest(t.Context(), request)
		require.Equal(t, all(400), response.RespStatusCodes, response.ProxyRequestResponseBody)
		require.Empty(t, other.take())
	}
	requireNoBreach(t, c)
}

// elsewhere returns a request to another endpoint.
func elsewhere(request integrations.PostParametersT, endpoint string) integrations.PostParametersT {
	request.URL = endpoint
	return request
}
