package dropin_test

import (
	"bytes"
	"io"
	"net/http"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/rudder-clevertap/rudder-clevertap/gateway/internal/dropin"
	"github.com/rudder-clevertap/rudder-clevertap/internal/genevents"
	"github.com/rudder-clevertap/rudder-clevertap/server"
)

// shopDestination is a destination as rudder-server sends it.
const shopDestination = `{"ID":"d1","Name":"shop","DestinationDefinition":{"ID":"1","Name":"CLEVERTAP","DisplayName":"CleverTap","Config":{}},` +
	`"Config":{"accountId":"A","passcode":"P","region":"in1","trackAnonymous":true,"enableObjectIdMapping":false},"Enabled":true,` +
	`"WorkspaceID":"w1","Transformations":[],"IsProcessorEnabled":true,"RevisionID":"r1","hasDynamicConfig":false}`

// processorBody returns a request of the processor with mixed events.
func processorBody(events int) []byte {
	generator := genevents.New(1)
	body := []byte{'['}
	for i := range events {
		if i > 0 {
			body = append(body, ',')
		}
		body = generator.Append(append(body, `{"message":`...))
		body = append(body, `,"metadata":{"sourceId":"s1","destinationId":"d1","workspaceId":"w1","jobId":17,"messageId":"m-17",`+
			`"receivedAt":"2026-11-23T09:00:00.000Z","rudderId":"<<>>u-1<<>>","sourceType":"Javascript","sourceCategory":"web"},"destination":`...)
		body = append(append(body, shopDestination...), '}')
	}
	return append(body, ']')
}

func BenchmarkProcessor(b *testing.B) {
	const events = 100
	url := serveDropin(b, dropin.Options{}, server.Options{}) + "/v0/destinations/clevertap"
	body := processorBody(events)
	b.ReportAllocs()
	b.SetBytes(int64(len(body)))
	for b.Loop() {
		answer, err := http.Post(url, "application/json", bytes.NewReader(body))
		require.NoError(b, err)
		_, err = io.Copy(io.Discard, answer.Body)
		require.NoError(b, err)
		require.NoError(b, answer.Body.Close())
	}
	b.ReportMetric(float64(b.Elapsed().Microseconds())/float64(b.N*events), "µs/event")
}
