package dropin_test

import (
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"net/http"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/rudder-clevertap/rudder-clevertap/gateway/internal/dropin"
	"github.com/rudder-clevertap/rudder-clevertap/internal/genevents"
	"github.com/rudder-clevertap/rudder-clevertap/server"
)

// item is one item of an answer, of the processor or the router.
type item struct {
	Metadata       json.RawMessage
	StatusCode     int
	Error          string
	StatTags       map[string]any
	Output         *request
	BatchedRequest *request
	Destination    json.RawMessage
	Batched        *bool
}

// request is a request for CleverTap.
type request struct {
	Endpoint string
	Headers  map[string]any
	UserID   *string
	Batched  bool
	Body     struct {
		JSON struct {
			D []json.RawMessage
		}
	}
}

// job is what tests need of an event's metadata.
type job struct{ JobID int }

// jobs returns the ids of an item's jobs.
func (i *item) jobs(t *testing.T) (ids []int) {
	t.Helper()
	var list []job
	if json.Unmarshal(i.Metadata, &list) != nil {
		list = make([]job, 1)
		require.NoError(t, json.Unmarshal(i.Metadata, &list[0]), string(i.Metadata))
	}
	for _, one := range list {
		ids = append(ids, one.JobID)
	}
	return ids
}

// messages are messages that become one record, two, or none.
func messages() []string {
	return []string{
		`{"type":"track","event":"E","userId":"u","properties":{"a":"x"}}`,
		`{"type":"identify","userId":"u","anonymousId":"a","context":{"device":{"token":"t"},"os":{"name":"iOS"}}}`,
		`{"type":"group","userId":"u"}`, `{}`, `null`, `"text"`, `[1]`, `{"type":7}`,
		`{"type":"track","event":"Order Completed","userId":"u","properties":{"products":[1]}}`,
		`{"statusCode":200,"body":{"JSON":{"d":[{"z":1}]}}}`, `{"statusCode":200}`, `{"statusCode":200,"body":{"JSON":{"d":7}}}`,
		`{"type":"page","userId":"u","properties":{"a.b":{"c":[{}]},"big":1e400}}`,
		`{"type":"track","event":"\ud800","userId":"u","userId":"v"}`,
	}
}

// destinations are destinations, some of which can't be used.
func destinations() []string {
	return []string{
		`{"ID":"1","Config":{"accountId":"A","passcode":"P","trackAnonymous":true,"enableObjectIdMapping":true}}`,
		`{"ID":"2","Config":{"accountId":"A","passcode":"P","region":"in1","enableObjectIdMapping":true}}`,
		`{"ID":"2","Config":{"region":"in1","passcode":"P","accountId":"A","enableObjectIdMapping":true}}`,
		`{"ID":"3","hasDynamicConfig":false,"Config":{"accountId":"{{ event.userId || x }}"}}`,
		`{"ID":"4","Config":{"accountId":"{{ event.properties.a || x }}","passcode":"{{ metadata.extra || \"d\" }}"}}`,
		`{"ID":"5","Config":{"accountId":"{{ event.properties.a.b.c || x }}"}}`,
		`{"ID":"6"}`, `{}`, `null`, `"text"`, `{"ID":7,"Config":null}`, `{"ID":"8","Config":{"region":{"toString":1}}}`,
	}
}

// envelope is a request with jobs 1 to n.
type envelope struct {
	items     []string
	compacted bool
}

// randomEnvelope makes a request of whatever may be in one. Each item has a job id in its metadata.
func randomEnvelope(random *rand.Rand, size int) envelope {
	e := envelope{compacted: random.IntN(3) == 0}
	messages, destinations := messages(), destinations()
	for i := range size {
		item := `{"message":` + messages[random.IntN(len(messages))]
		destination := random.IntN(len(destinations))
		if random.IntN(4) > 0 {
			item = `{"message":` + messages[0]
		}
		metadata := fmt.Sprintf(`{"jobId":%d,"extra":{"n":[]},"sourceId":"s","destinationId":"%d"}`, i+1, destination)
		item += `,"metadata":` + metadata
		if !e.compacted && random.IntN(10) > 0 {
			item += `,"destination":` + destinations[destination]
		}
		e.items = append(e.items, item+`}`)
	}
	return e
}

// input returns the array of events, and what a compacted request has besides.
func (e *envelope) input() (input, rest string) {
	input = "[" + strings.Join(e.items, ",") + "]"
	if !e.compacted {
		return input, ""
	}
	var known, connections []string
	for i, destination := range destinations() {
		known = append(known, fmt.Sprintf(`"%d":%s`, i, destination))
		if i != 1 {
			connections = append(connections, fmt.Sprintf(`"s:%d":{}`, i))
		}
	}
	return input, fmt.Sprintf(`,"destinations":{%s},"connections":{%s}`, strings.Join(known, ","), strings.Join(connections, ","))
}

// headers returns the headers of the request.
func (e *envelope) headers() []string {
	if e.compacted {
		return []string{"X-Content-Format", "json+compactedv1"}
	}
	return nil
}

func TestEveryJobOfARouterRequestIsInOneItem(t *testing.T) {
	t.Parallel()
	url := serveDropin(t, dropin.Options{}, server.Options{}) + "/routerTransform"
	random := rand.New(rand.NewPCG(3, 0))
	for range 300 {
		e := randomEnvelope(random, 1+random.IntN(30))
		input, rest := e.input()
		got := ask(t, http.MethodPost, url, `{"destType":"clevertap","input":`+input+rest+`}`, e.headers()...)
		require.Equal(t, http.StatusOK, got.status, got.body)
		require.Equal(t, "2", got.header.Get("Apiversion"))
		var answer struct{ Output []item }
		require.NoError(t, json.Unmarshal([]byte(got.body), &answer), got.body)
		seen := map[int]int{}
		for _, one := range answer.Output {
			ids := one.jobs(t)
			for _, id := range ids {
				seen[id]++
			}
			require.NotNil(t, one.Batched)
			require.False(t, *one.Batched)
			if one.StatusCode != http.StatusOK {
				require.Equal(t, http.StatusBadRequest, one.StatusCode, got.body)
				require.Len(t, ids, 1, "errors stand alone")
				require.NotEmpty(t, one.Error)
				require.Equal(t, "CLEVERTAP", one.StatTags["destType"])
				continue
			}
			require.True(t, one.BatchedRequest.Batched)
			require.GreaterOrEqual(t, len(one.BatchedRequest.Body.JSON.D), len(ids))
			require.NotEmpty(t, one.Destination)
		}
		require.Len(t, seen, len(e.items), "%s\n%s", input, got.body)
		for id, times := range seen {
			require.Equal(t, 1, times, "job %d", id)
		}
	}
}

func TestEveryJobOfAProcessorRequestIsAnsweredInItsPlace(t *testing.T) {
	t.Parallel()
	url := serveDropin(t, dropin.Options{}, server.Options{}) + "/v0/destinations/clevertap"
	random := rand.New(rand.NewPCG(4, 0))
	for range 300 {
		e := randomEnvelope(random, 1+random.IntN(30))
		input, rest := e.input()
		if e.compacted {
			input = `{"input":` + input + rest + `}`
		}
		got := ask(t, http.MethodPost, url, input, e.headers()...)
		require.Equal(t, http.StatusOK, got.status, got.body)
		var answer []item
		require.NoError(t, json.Unmarshal([]byte(got.body), &answer), got.body)
		last := 0
		for i, one := range answer {
			id := one.jobs(t)[0]
			if one.StatusCode == http.StatusOK {
				require.Len(t, one.Output.Body.JSON.D, 1)
				require.NotNil(t, one.Output.UserID)
			} else {
				require.Equal(t, http.StatusBadRequest, one.StatusCode)
				require.NotEmpty(t, one.Error)
			}
			if id == last {
				require.Equal(t, http.StatusOK, one.StatusCode)
				require.JSONEq(t, string(answer[i-1].Metadata), string(one.Metadata), "an identify and its token have the same")
				continue
			}
			require.Equal(t, last+1, id, "%s\n%s", input, got.body)
			last = id
		}
		require.Equal(t, len(e.items), last)
	}
}

func TestEventsThatAreNoObjectsFailAlone(t *testing.T) {
	t.Parallel()
	url := serveDropin(t, dropin.Options{}, server.Options{})
	good := `{"message":{"type":"track","event":"E","userId":"u"},"metadata":{"jobId":1},"destination":` + shopDestination + `}`
	input := `[null,` + good + `,5,"x",[[]],true,{}]`
	for _, route := range []struct{ path, body string }{
		{"/v0/destinations/clevertap", input}, {"/routerTransform", `{"input":` + input + `,"destType":"clevertap"}`},
	} {
		got := ask(t, http.MethodPost, url+route.path, route.body)
		require.Equal(t, http.StatusOK, got.status, got.body)
		var items []item
		if route.path == "/routerTransform" {
			var answer struct{ Output []item }
			require.NoError(t, json.Unmarshal([]byte(got.body), &answer), got.body)
			items = answer.Output
			require.JSONEq(t, `[{}]`, string(items[1].Metadata), "the router's client wants metadata in each item")
		} else {
			require.NoError(t, json.Unmarshal([]byte(got.body), &items), got.body)
		}
		require.Len(t, items, 7)
		count := map[int]int{}
		for _, one := range items {
			count[one.StatusCode]++
		}
		require.Equal(t, map[int]int{http.StatusOK: 1, http.StatusBadRequest: 6}, count)
		require.Contains(t, got.body, "the event must be an object, but is null")
		require.Contains(t, got.body, "the event has no destination")
	}
}

// routed asks the router to transform messages to one destination and returns the items.
func routed(t *testing.T, url string, messages []string, headers ...string) []item {
	t.Helper()
	var input []string
	for i, message := range messages {
		input = append(input, fmt.Sprintf(`{"message":%s,"metadata":{"jobId":%d},"destination":%s}`, message, i+1, destinations()[0]))
	}
	got := ask(t, http.MethodPost, url+"/routerTransform", `{"input":[`+strings.Join(input, ",")+`],"destType":"clevertap"}`, headers...)
	require.Equal(t, http.StatusOK, got.status, got.body)
	var answer struct{ Output []item }
	require.NoError(t, json.Unmarshal([]byte(got.body), &answer))
	return answer.Output
}

func TestEventsTransformedBeforeAddTheirFirstRecord(t *testing.T) {
	t.Parallel()
	url := serveDropin(t, dropin.Options{}, server.Options{}) + "/routerTransform"
	var events []string
	for i, message := range []string{
		`{"statusCode":200,"body":{"JSON":{"d":[{"z":1},{"z":2}]}}}`, `{"type":"track","event":"E","userId":"u","statusCode":200}`,
		`{"statusCode":"x","body":{"JSON":{"d":[]}}}`, `{"statusCode":200,"body":{"JSON":{"d":{"0":{}}}}}`, `{"statusCode":1,"body":{"JSON":{"d":[{}]}}}`,
	} {
		events = append(events, fmt.Sprintf(`{"message":%s,"metadata":{"jobId":%d},"destination":{"ID":"d","Config":%s}}`, message, i+1, plainConfig))
	}
	got := ask(t, http.MethodPost, url, `{"destType":"clevertap","input":[`+strings.Join(events, ",")+`]}`)
	require.Equal(t, http.StatusOK, got.status, got.body)
	require.Contains(t, got.body, `"d":[{"z":1},null,null,{}]`)
	require.Contains(t, got.body, `"metadata":[{"jobId":1},{"jobId":2},{"jobId":3},{"jobId":5}],"batched":false,"statusCode":200`)
	require.Contains(t, got.body, `{"metadata":[{"jobId":4}],"batched":false,"statusCode":400,"error":"body.JSON.d must be an array of records`)
}

func TestABatchHoldsAThousandRecords(t *testing.T) {
	t.Parallel()
	url := serveDropin(t, dropin.Options{}, server.Options{})
	single, pair := messages()[0], messages()[1]
	repeated := func(message string, times int) []string {
		list := make([]string, times)
		for i := range list {
			list[i] = message
		}
		return list
	}
	tests := map[string]struct {
		messages []string
		records  []int
		jobs     []int
	}{
		"one too many":               {repeated(single, 1001), []int{1000, 1}, []int{1000, 1}},
		"many":                       {repeated(single, 5000), []int{1000, 1000, 1000, 1000, 1000}, []int{1000, 1000, 1000, 1000, 1000}},
		"a pair is not split":        {append(append(repeated(single, 999), pair), single), []int{999, 3}, []int{999, 2}},
		"a pair that just fits":      {append(append(repeated(single, 998), pair), single), []int{1000, 1}, []int{999, 1}},
		"only the last batch counts": {append(append(repeated(single, 999), pair), repeated(single, 998)...), []int{999, 1000}, []int{999, 999}},
		"failures take no place":     {append(repeated(`{"type":"group"}`, 3), repeated(single, 1000)...), []int{1000, 0, 0, 0}, []int{1000, 1, 1, 1}},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var records, jobs []int
			next := 1
			for _, one := range routed(t, url, test.messages) {
				count := 0
				if one.BatchedRequest != nil {
					count = len(one.BatchedRequest.Body.JSON.D)
					for _, id := range one.jobs(t) {
						if name != "failures take no place" {
							require.Equal(t, next, id, "in order")
						}
						next++
					}
				}
				records, jobs = append(records, count), append(jobs, len(one.jobs(t)))
			}
			require.Equal(t, test.records, records)
			require.Equal(t, test.jobs, jobs)
		})
	}
}

func TestEventsOfManyBatchesAreAllThere(t *testing.T) {
	t.Parallel()
	url := serveDropin(t, dropin.Options{}, server.Options{}) + "/v0/destinations/clevertap"
	const events = 10_000 // more than are marked at once
	generator := genevents.New(5)
	body := []byte{'['}
	for i := range events {
		body = generator.Append(append(body, `{"message":`...))
		body = append(body, `,"metadata":{"jobId":`+strconv.Itoa(i+1)+`},"destination":`+shopDestination+`},`...)
	}
	body[len(body)-1] = ']'
	got := ask(t, http.MethodPost, url, string(body))
	require.Equal(t, http.StatusOK, got.status)
	var answer []item
	require.NoError(t, json.Unmarshal([]byte(got.body), &answer))
	require.Len(t, answer, events)
	for i := range answer {
		require.Equal(t, []int{i + 1}, answer[i].jobs(t))
		require.Equal(t, http.StatusOK, answer[i].StatusCode, answer[i].Error)
	}
}
