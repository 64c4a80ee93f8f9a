package rudderserver_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"testing"

	backendconfig "github.com/rudderlabs/rudder-server/backend-config"
	router "github.com/rudderlabs/rudder-server/router/transformer"
	routertypes "github.com/rudderlabs/rudder-server/router/types"
	"github.com/stretchr/testify/require"
)

// metadata returns what jobs have as metadata.
func metadata(jobs ...routertypes.RouterJobT) []routertypes.JobMetadataT {
	all := make([]routertypes.JobMetadataT, 0, len(jobs))
	for _, job := range jobs {
		all = append(all, job.JobMetadata)
	}
	return all
}

// requireUpload requires that an item has one upload to a destination, in which the records of jobs are.
func requireUpload(t *testing.T, item routertypes.DestinationJobT, to backendconfig.DestinationT, records string, jobs ...routertypes.RouterJobT) {
	t.Helper()
	require.Equal(t, http.StatusOK, item.StatusCode, item.Error)
	require.Equal(t, metadata(jobs...), item.JobMetadataArray)
	require.Equal(t, to, item.Destination)
	require.Equal(t, upload(to.Config["accountId"].(string), records), readUpload(t, item.Message))
	require.Empty(t, item.Error)
}

// requireRefusal requires that an item refuses a job.
func requireRefusal(t *testing.T, item routertypes.DestinationJobT, message string, job routertypes.RouterJobT) {
	t.Helper()
	require.Equal(t, http.StatusBadRequest, item.StatusCode)
	require.Equal(t, metadata(job), item.JobMetadataArray)
	require.Equal(t, job.Destination, item.Destination)
	require.Empty(t, item.Message)
	require.Equal(t, message, item.Error)
	require.Equal(t, map[string]string{
		"errorCategory": "dataValidation", "errorType": "instrumentation", "destType": "CLEVERTAP", "module": "destination",
		"implementation": "native", "feature": "router", "destinationId": job.Destination.ID, "workspaceId": "w-1",
	}, item.StatTags)
}

func TestRouterTransformPacksWhatPassesAndRefusesTheRest(t *testing.T) {
	inEachForm(t, func(t *testing.T, c *clients) {
		to := destination("d-1", settings("ACCOUNT", "enableObjectIdMapping", true))
		jobs := []routertypes.RouterJobT{
			routerJob(11, to, `{"type": "track", "event": "E", "anonymousId": "a-1", "properties": {"b": 1, "a": [2]}}`),
			routerJob(12, to, `{"type": "group", "userId": "u-1", "groupId": "g-1"}`),
			routerJob(13, to, `{"type": "identify", "userId": "u-1", "anonymousId": "a-1", "traits": {"plan": "pro"},
				"context": {"os": {"name": "iOS"}, "device": {"token": "token-1"}}}`),
			routerJob(14, to, `{"type": "track", "event": "", "userId": "u-1"}`),
			routerJob(15, to, `{"type": "screen", "event": "Main", "userId": "u-1"}`),
		}
		items := c.transform(jobs...)
		require.Len(t, items, 3)
		requireUpload(t, items[0], to, `[
			{"type": "event", "evtName": "E", "evtData": {"b": 1, "a": "[2]"}, "objectId": "a-1"},
			{"type": "profile", "profileData": {"plan": "pro", "identity": "u-1"}, "objectId": "a-1"},
			{"type": "token", "tokenData": {"id": "token-1", "type": "apns"}, "objectId": "a-1"},
			{"type": "event", "evtName": "Screen Viewed: Main", "evtData": {}, "identity": "u-1"}
		]`, jobs[0], jobs[2], jobs[4])
		requireRefusal(t, items[1], "Message type not supported", jobs[1])
		requireRefusal(t, items[2], `Missing required value from "event"`, jobs[3])
	})
}

func TestRouterTransformKeepsDestinationsApart(t *testing.T) {
	inEachForm(t, func(t *testing.T, c *clients) {
		one, two := destination("d-1", settings("ONE")), destination("d-2", settings("TWO", "trackAnonymous", false))
		jobs := []routertypes.RouterJobT{
			routerJob(1, one, `{"type": "track", "event": "A", "anonymousId": "a-1"}`),
			routerJob(2, two, `{"type": "track", "event": "B", "userId": "u-1"}`),
			routerJob(3, two, `{"type": "track", "event": "C", "anonymousId": "a-1"}`),
			routerJob(4, one, `{"type": "track", "event": "D", "userId": "u-1"}`),
		}
		items := c.transform(jobs...)
		require.Len(t, items, 3)
		requireUpload(t, items[0], one, `[
			{"type": "event", "evtName": "A", "evtData": {}, "identity": "a-1"},
			{"type": "event", "evtName": "D", "evtData": {}, "identity": "u-1"}
		]`, jobs[0], jobs[3])
		requireUpload(t, items[1], two, `[{"type": "event", "evtName": "B", "evtData": {}, "identity": "u-1"}]`, jobs[1])
		requireRefusal(t, items[2], "userId, not present cannot track anonymous user", jobs[2])
	})
}

func TestRouterTransformResolvesDynamicSettingsForEachEvent(t *testing.T) {
	inEachForm(t, func(t *testing.T, c *clients) {
		to := destination("d-1", settings(`{{ event.properties.account || "OTHERS" }}`, "passcode", "PASSCODE-OTHERS"))
		to.HasDynamicConfig = true
		jobs := []routertypes.RouterJobT{
			routerJob(1, to, `{"type": "track", "event": "A", "userId": "u-1"}`),
			routerJob(2, to, `{"type": "track", "event": "B", "userId": "u-1", "properties": {"account": "VIP", "k": 1}}`),
			routerJob(3, to, `{"type": "track", "event": "C", "userId": "u-1", "properties": {"k": 2}}`),
		}
		items := c.transform(jobs...)
		require.Len(t, items, 2)
		others := to
		others.Config = settings("OTHERS")
		requireUpload(t, items[0], others, `[
			{"type": "event", "evtName": "A", "evtData": {}, "identity": "u-1"},
			{"type": "event", "evtName": "C", "evtData": {"k": 2}, "identity": "u-1"}
		]`, jobs[0], jobs[2])
		require.Equal(t, http.StatusOK, items[1].StatusCode)
		require.Equal(t, metadata(jobs[1]), items[1].JobMetadataArray)
		require.Equal(t, settings("VIP", "passcode", "PASSCODE-OTHERS"), items[1].Destination.Config)
		request := readUpload(t, items[1].Message)
		require.Equal(t, "VIP", request.Headers["X-CleverTap-Account-Id"])
		body, err := json.Marshal(request.Body["JSON"])
		require.NoError(t, err)
		require.JSONEq(t, `{"d": [{"type": "event", "evtName": "B", "evtData": {"k": 1}, "identity": "u-1"}]}`, string(body),
			"what a setting took from an event is gone from the event")
	})
}

func TestRouterTransformPutsAtMost1000RecordsIntoAnUpload(t *testing.T) {
	inEachForm(t, func(t *testing.T, c *clients) {
		to := destination("d-1", settings("ACCOUNT"))
		var jobs []routertypes.RouterJobT
		var records []string
		for id := range int64(1001) {
			jobs = append(jobs, routerJob(id, to, fmt.Sprintf(`{"type": "track", "event": "E", "userId": "u-%d"}`, id)))
			records = append(records, fmt.Sprintf(`{"type": "event", "evtName": "E", "evtData": {}, "identity": "u-%d"}`, id))
		}
		items := c.transform(jobs...)
		require.Len(t, items, 2)
		requireUpload(t, items[0], to, "["+strings.Join(records[:1000], ",")+"]", jobs[:1000]...)
		requireUpload(t, items[1], to, "["+records[1000]+"]", jobs[1000])
	})
}

func TestRouterTransformFailsMalformedMessagesAlone(t *testing.T) {
	inEachForm(t, func(t *testing.T, c *clients) {
		to := destination("d-1", settings("ACCOUNT"))
		var jobs []routertypes.RouterJobT
		for i, message := range []string{
			`null`, `"track"`, `[1]`, `5`, `{}`, `{"type": 5}`, `{"type": {"track": 1}}`,
			`{"type": "track", "event": "Order Completed", "userId": "u-1", "properties": {"products": "abc"}}`,
			`{"type": "identify", "userId": "u-1", "traits": "abc"}`,
			`{"type": "track", "event": "E", "userId": "u-1"}`,
		} {
			jobs = append(jobs, routerJob(int64(i), to, message))
		}
		items := c.transform(jobs...)
		require.Len(t, items, 9, "two events make an upload, eight are refused alone")
		require.Equal(t, metadata(jobs[8], jobs[9]), items[0].JobMetadataArray)
		require.Equal(t, http.StatusOK, items[0].StatusCode)
		for i, item := range items[1:] {
			require.Equal(t, metadata(jobs[i]), item.JobMetadataArray)
			require.Equal(t, http.StatusBadRequest, item.StatusCode)
			require.NotEmpty(t, item.Error)
		}
	})
}

func TestRouterTransformForAnotherDestinationIsNotFound(t *testing.T) {
	inEachForm(t, func(t *testing.T, c *clients) {
		jobs := []routertypes.RouterJobT{
			routerJob(1, destination("d-1", settings("ACCOUNT")), `{"type": "track", "event": "E", "userId": "u-1"}`),
			routerJob(2, destination("d-1", settings("ACCOUNT")), `{"type": "track", "event": "E", "userId": "u-1"}`),
		}
		items := c.router.Transform(router.ROUTER_TRANSFORM, &routertypes.TransformMessageT{Data: jobs, DestType: "am"})
		require.Len(t, items, len(jobs))
		for i, item := range items {
			require.Equal(t, http.StatusNotFound, item.StatusCode)
			require.Contains(t, item.Error, "Unknown destination: am")
			require.Equal(t, metadata(jobs[i]), item.JobMetadataArray)
		}
	})
}

func TestRouterBatchSaysThatThereIsNone(t *testing.T) {
	inEachForm(t, func(t *testing.T, c *clients) {
		to := destination("d-1", settings("ACCOUNT"))
		jobs := []routertypes.RouterJobT{routerJob(1, to, `{"statusCode": 200}`), routerJob(2, to, `{"statusCode": 200}`)}
		items := c.router.Transform(router.BATCH, &routertypes.TransformMessageT{Data: jobs, DestType: "clevertap"})
		require.Len(t, items, 1)
		require.Equal(t, http.StatusInternalServerError, items[0].StatusCode)
		require.Equal(t, metadata(jobs...), items[0].JobMetadataArray)
		require.Equal(t, "clevertap does not implement batch", items[0].Error)
	})
}
