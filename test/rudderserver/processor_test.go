package rudderserver_test

import (
	"fmt"
	"net/http"
	"testing"

	processortypes "github.com/rudderlabs/rudder-server/processor/types"
	"github.com/stretchr/testify/require"
)

func TestProcessorTransform(t *testing.T) {
	inEachForm(t, func(t *testing.T, c *clients) {
		to := destination("d-1", settings("ACCOUNT", "enableObjectIdMapping", true))
		events := []processortypes.TransformerEvent{
			processorEvent(1, to, `{"type": "track", "event": "Order Completed", "userId": "u-1", "anonymousId": "a-1", "properties": {
				"checkout_id": "c-1", "revenue": 15.5, "coupon": "X", "products": [{"sku": "G-32", "price": 14}]}}`),
			processorEvent(2, to, `{"type": "identify", "userId": "u-1", "anonymousId": "a-1",
				"traits": {"name": "Jo", "email": "jo@example.com", "gender": "female", "address": {"city": "Pune"}},
				"context": {"os": {"name": "Android"}, "device": {"token": "token-1"}}}`),
			processorEvent(3, to, `{"type": "group", "userId": "u-1", "groupId": "g-1"}`),
			processorEvent(4, to, `{"type": "page", "anonymousId": "a-1", "name": "Home", "properties": {"path": "/"}}`),
			processorEvent(5, to, `{"type": "alias", "userId": "u-2", "previousId": "u-1"}`),
			processorEvent(6, to, `{"type": "track", "userId": "u-1"}`),
		}
		response := c.processor.Transform(t.Context(), events)

		want := []struct {
			event   int
			records string
		}{
			{0, `[{"type": "event", "evtName": "Charged", "objectId": "a-1", "evtData": {
				"Charged ID": "c-1", "Amount": 15.5, "coupon": "X", "Items": [{"sku": "G-32", "price": 14}]}}]`},
			{1, `[{"type": "profile", "objectId": "a-1", "profileData": {
				"Name": "Jo", "Email": "jo@example.com", "Gender": "F", "address": "{\"city\":\"Pune\"}", "identity": "u-1"}}]`},
			{1, `[{"type": "token", "tokenData": {"id": "token-1", "type": "fcm"}, "objectId": "a-1"}]`},
			{3, `[{"type": "event", "evtName": "Web Page Viewed: Home", "evtData": {"path": "/"}, "objectId": "a-1"}]`},
			{4, `[{"type": "profile", "profileData": {"identity": "u-2"}, "identity": "u-1"}]`},
		}
		require.Len(t, response.Events, len(want))
		for i, item := range response.Events {
			require.Equal(t, events[want[i].event].Metadata, item.Metadata)
			require.Equal(t, upload("ACCOUNT", want[i].records), readUpload(t, item.Output))
			require.Equal(t, "1", item.Output["version"])
			require.Empty(t, item.Error)
		}
		require.Equal(t, []processortypes.TransformerResponse{
			refused(events[2], "Message type not supported"),
			refused(events[5], `Missing required value from "event"`),
		}, response.FailedEvents)
	})
}

// refused is the answer to an event that cannot be transformed.
func refused(event processortypes.TransformerEvent, message string) processortypes.TransformerResponse {
	return processortypes.TransformerResponse{
		Metadata: event.Metadata, StatusCode: http.StatusBadRequest, Error: message,
		StatTags: map[string]string{
			"errorCategory": "dataValidation", "errorType": "instrumentation", "destType": "CLEVERTAP", "module": "destination",
			"implementation": "native", "feature": "processor", "destinationId": event.Metadata.DestinationID, "workspaceId": "w-1",
		},
	}
}

func TestProcessorTransformOfManyEventsAnswersEachOnce(t *testing.T) {
	inEachForm(t, func(t *testing.T, c *clients) {
		const count = 250
		to := destination("d-1", settings("ACCOUNT"))
		events := make([]processortypes.TransformerEvent, 0, count)
		for id := range int64(count) {
			kind := "track"
			if id%10 == 3 {
				kind = "group"
			}
			events = append(events, processorEvent(id, to, fmt.Sprintf(`{"type": %q, "event": "E", "userId": "u-%d"}`, kind, id)))
		}
		response := c.processor.Transform(t.Context(), events)
		require.Len(t, c.wire.requests(t), 3, "the client sends batches of 100")
		require.Len(t, response.Events, count*9/10)
		require.Len(t, response.FailedEvents, count/10)
		answered := map[int64]bool{}
		for _, item := range append(response.Events, response.FailedEvents...) {
			id := item.Metadata.JobID
			require.False(t, answered[id], "job %d is answered twice", id)
			answered[id] = true
			require.Equal(t, events[id].Metadata, item.Metadata)
			if id%10 == 3 {
				require.Equal(t, refused(events[id], "Message type not supported"), item)
				continue
			}
			records := fmt.Sprintf(`[{"type": "event", "evtName": "E", "evtData": {}, "identity": "u-%d"}]`, id)
			require.Equal(t, upload("ACCOUNT", records), readUpload(t, item.Output))
		}
		require.Len(t, answered, count)
	})
}

func TestProcessorTransformForAnotherDestinationIsNotFound(t *testing.T) {
	inEachForm(t, func(t *testing.T, c *clients) {
		to := destination("d-1", settings("ACCOUNT"))
		to.DestinationDefinition.Name = "AM"
		event := processorEvent(1, to, `{"type": "track", "event": "E", "userId": "u-1"}`)
		response := c.processor.Transform(t.Context(), []processortypes.TransformerEvent{event})
		require.Empty(t, response.Events)
		require.Len(t, response.FailedEvents, 1)
		require.Equal(t, http.StatusNotFound, response.FailedEvents[0].StatusCode)
		require.Contains(t, response.FailedEvents[0].Error, "Unknown destination: am")
		require.Equal(t, event.Metadata, response.FailedEvents[0].Metadata)
	})
}
