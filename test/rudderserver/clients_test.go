package rudderserver_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"testing"
	"time"

	"github.com/rudderlabs/rudder-go-kit/config"
	"github.com/rudderlabs/rudder-go-kit/jsonrs"
	"github.com/rudderlabs/rudder-go-kit/logger"
	"github.com/rudderlabs/rudder-go-kit/stats"
	"github.com/rudderlabs/rudder-go-kit/stats/memstats"
	backendconfig "github.com/rudderlabs/rudder-server/backend-config"
	"github.com/rudderlabs/rudder-server/jobsdb"
	"github.com/rudderlabs/rudder-server/processor/integrations"
	processor "github.com/rudderlabs/rudder-server/processor/transformer"
	processortypes "github.com/rudderlabs/rudder-server/processor/types"
	router "github.com/rudderlabs/rudder-server/router/transformer"
	routertypes "github.com/rudderlabs/rudder-server/router/types"
	routerutils "github.com/rudderlabs/rudder-server/router/utils"
	features "github.com/rudderlabs/rudder-server/services/transformer"
	"github.com/stretchr/testify/require"
)

// clients are rudder-server's clients, on a wire to the program.
type clients struct {
	wire      *wire
	processor processor.DestinationClient
	router    router.Transformer
	stats     *memstats.Store // what the router's client counts
}

// newClients returns clients of the program's transformer listener at addr. They send the compacted form when the program's
// features say that it takes it; without features they send the plain one. CleverTap may take as long as timeout says.
func newClients(t *testing.T, addr string, compacted bool, timeout time.Duration) *clients {
	t.Helper()
	c := &clients{wire: newWire(t, addr)}
	var offered features.FeaturesService
	if compacted {
		offered = fetchFeatures(t, c.wire.URL, time.Hour)
	}
	// The router's client knows only the global configuration and the global statistics.
	config.Reset()
	config.Set("DEST_TRANSFORM_URL", c.wire.URL)
	// A call that fails fails the test: the clients would try again for minutes, and then panic.
	config.Set("Processor.maxRetry", 1)
	config.Set("Processor.Transformer.failOnError", true)
	store, err := memstats.New()
	require.NoError(t, err)
	stats.Default, c.stats = store, store
	t.Cleanup(func() { stats.Default = stats.NOP })
	c.router = router.NewTransformer("CLEVERTAP", timeout, time.Minute, nil, config.SingleValueLoader(time.Minute), offered, config.Default)
	c.processor = processor.NewClients(config.Default, logger.NOP, stats.NOP, processor.WithFeatureService(offered)).Destination()

	// Features reach the clients a moment after they were fetched.
	for start := time.Now(); compacted && !c.compact(t); time.Sleep(time.Millisecond) {
		require.Less(t, time.Since(start), 10*time.Second, "the clients do not use the compacted form")
	}
	c.wire.forget()
	return c
}

// compact tells whether both clients send the compacted form.
func (c *clients) compact(t *testing.T) bool {
	t.Helper()
	c.wire.forget()
	to := destination("d-0", settings("ACCOUNT"))
	c.processor.Transform(t.Context(), []processortypes.TransformerEvent{processorEvent(1, to, `{}`)})
	c.transform(routerJob(1, to, `{}`))
	for _, request := range c.wire.requests(t) {
		if request.Header.Get("X-Content-Format") == "" {
			return false
		}
	}
	return true
}

// transform sends jobs through the router's transform.
func (c *clients) transform(jobs ...routertypes.RouterJobT) []routertypes.DestinationJobT {
	return c.router.Transform(router.ROUTER_TRANSFORM, &routertypes.TransformMessageT{Data: jobs, DestType: "clevertap"})
}

// inEachForm runs a test with clients that send the plain form, and with clients that send the compacted one. The router's
// client must find nothing wrong with any answer.
func inEachForm(t *testing.T, test func(t *testing.T, c *clients)) {
	t.Helper()
	addr := serve(t)
	for form, header := range map[string]string{"plain": "", "compacted": "json+compactedv1"} {
		t.Run(form, func(t *testing.T) {
			c := newClients(t, addr, header != "", time.Minute)
			test(t, c)
			requests := c.wire.requests(t)
			require.NotEmpty(t, requests)
			for _, request := range requests {
				require.Equal(t, header, request.Header.Get("X-Content-Format"))
			}
			require.Empty(t, c.stats.GetByName("router_transformer_invalid_response"))
		})
	}
}

// destination returns a CleverTap destination of a workspace.
func destination(id string, settings map[string]any) backendconfig.DestinationT {
	return backendconfig.DestinationT{
		ID: id, Name: "CleverTap of " + id,
		DestinationDefinition: backendconfig.DestinationDefinitionT{
			ID: "def-clevertap", Name: "CLEVERTAP", DisplayName: "CleverTap",
			Config: map[string]any{
				"transformAtV1": "router", "saveDestinationResponse": true,
				"supportedMessageTypes": map[string]any{"cloud": []any{"identify", "page", "screen", "track", "alias"}},
			},
		},
		Config: settings, Enabled: true, WorkspaceID: "w-1", IsProcessorEnabled: true, RevisionID: "rev-" + id, Version: 1,
		Transformations: []backendconfig.TransformationT{{VersionID: "v-1", ID: "t-1", Config: map[string]any{"x": 1.5}, Language: "javascript"}},
	}
}

// settings returns a destination's Config, with pairs of more keys and values.
func settings(account string, more ...any) map[string]any {
	config := map[string]any{"accountId": account, "passcode": "PASSCODE-" + account, "trackAnonymous": true, "region": "in1"}
	for i := 0; i < len(more); i += 2 {
		config[more[i].(string)] = more[i+1]
	}
	return config
}

// connection returns the connection of the tests' source to a destination.
func connection(to backendconfig.DestinationT) backendconfig.Connection {
	return backendconfig.Connection{SourceID: "s-1", DestinationID: to.ID, Enabled: true, Config: map[string]any{"k": "v"}, ProcessorEnabled: true}
}

// processorEvent returns an event as the processor sends it; message is a JSON object.
func processorEvent(id int64, to backendconfig.DestinationT, message string) processortypes.TransformerEvent {
	var event processortypes.SingularEventT
	if err := json.Unmarshal([]byte(message), &event); err != nil {
		panic(err)
	}
	return processortypes.TransformerEvent{
		Message: event, Destination: to, Connection: connection(to),
		Metadata: processortypes.Metadata{
			JobID: id, WorkspaceID: "w-1", RudderID: fmt.Sprintf("<<>>anonymous-%d<<>>user", id), ReceivedAt: "2026-08-20T12:00:00.000Z",
			PartitionID: "p-1", MessageID: fmt.Sprintf("m-%d", id), EventName: "E", EventType: "track",
			SourceID: "s-1", OriginalSourceID: "s-0", SourceDefinitionID: "sd-1", SourceName: "Shop <web> & \u2028 app", SourceType: "Javascript", SourceCategory: "web",
			SourceJobID: "sj-1", RecordID: map[string]any{"row": 7.5}, InstanceID: "1", Namespace: "n-1", TraceParent: "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01",
			DestinationID: to.ID, DestinationName: to.Name, DestinationType: "CLEVERTAP", DestinationDefinitionID: "def-clevertap",
		},
	}
}

// routerJob returns a job as the router sends it; message is JSON.
func routerJob(id int64, to backendconfig.DestinationT, message string) routertypes.RouterJobT {
	return routertypes.RouterJobT{
		Message: json.RawMessage(message), Destination: to, Connection: connection(to),
		JobMetadata: routertypes.JobMetadataT{
			UserID: "user-<&>\u2028-1", JobID: id, SourceID: "s-1", SourceCategory: "web", DestinationID: to.ID, AttemptNum: 2,
			ReceivedAt: "2026-08-20T12:00:00.000Z", CreatedAt: "2026-08-20T12:00:01.000Z", FirstAttemptedAt: "2026-08-20T12:00:02.000Z",
			TransformAt: "router", WorkspaceID: "w-1", Secret: json.RawMessage(`{"b":1,"a":[2.5]}`), DestInfo: json.RawMessage(`{"z":null}`),
			WorkerAssignedTime: time.Date(2026, 8, 20, 12, 0, 3, 4, time.UTC), DontBatch: id%2 == 0,
			TraceParent: "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01",
			// These stay with the client, which finds them again by the job's id.
			JobT: &jobsdb.JobT{JobID: id}, Parameters: routerutils.JobParameters{MessageID: fmt.Sprintf("m-%d", id)},
		},
	}
}

// upload is what rudder-server makes of a request that an answer describes, when it holds records for account in region in1.
func upload(account, records string) integrations.PostParametersT {
	var d []any
	if err := json.Unmarshal([]byte(records), &d); err != nil {
		panic(err)
	}
	empty := map[string]any{}
	return integrations.PostParametersT{
		Type: "REST", RequestMethod: http.MethodPost, URL: "https://in1.api.clevertap.com/1/upload",
		Headers: map[string]string{
			"X-CleverTap-Account-Id": account, "X-CleverTap-Passcode": "PASSCODE-" + account, "Content-Type": "application/json",
		},
		Body:        map[string]any{"JSON": map[string]any{"d": d}, "JSON_ARRAY": empty, "XML": empty, "FORM": empty},
		QueryParams: empty, Files: empty,
	}
}

// readUpload reads a request as rudder-server reads it before it sends it.
func readUpload(t *testing.T, description any) integrations.PostParametersT {
	t.Helper()
	text, err := jsonrs.Marshal(description)
	require.NoError(t, err)
	var request integrations.PostParametersT
	require.NoError(t, jsonrs.Unmarshal(text, &request))
	return request
}
