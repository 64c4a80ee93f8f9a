package dropin_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/rudder-clevertap/rudder-clevertap/gateway/internal/dropin"
	"github.com/rudder-clevertap/rudder-clevertap/server"
)

// onRoutes returns a request with these events for each route that transforms, by path.
func onRoutes(events ...string) map[string]string {
	list := "[" + strings.Join(events, ",") + "]"
	return map[string]string{
		"/v0/destinations/clevertap": list,
		"/routerTransform":           `{"destType":"clevertap","input":` + list + `}`,
	}
}

// jobEvent is an event of a job, with a destination's config.
func jobEvent(job int, message, metadata, config string) string {
	return fmt.Sprintf(`{"message":%s,"metadata":{"jobId":%d%s},"destination":{"ID":"d1","Config":%s}}`, message, job, metadata, config)
}

// trackOf is an event with a property.
func trackOf(value string) string {
	return `{"type":"track","event":"E","userId":"u","properties":{"a":` + value + `}}`
}

// jobStatuses returns the status of each job of an answer, which must be JSON to whoever reads it without a limit on depth.
func jobStatuses(t *testing.T, body string) map[int]int {
	t.Helper()
	type metadata struct{ JobID int }
	type item struct {
		Metadata   json.RawMessage
		StatusCode int
	}
	var items []item
	if strings.HasPrefix(body, "{") {
		var answer struct{ Output []item }
		require.NoError(t, json.Unmarshal([]byte(body), &answer))
		items = answer.Output
	} else {
		require.NoError(t, json.Unmarshal([]byte(body), &items))
	}
	statuses := map[int]int{}
	for _, item := range items {
		var jobs []metadata
		if json.Unmarshal(item.Metadata, &jobs) != nil {
			var one metadata
			require.NoError(t, json.Unmarshal(item.Metadata, &one))
			jobs = []metadata{one}
		}
		for _, job := range jobs {
			require.NotContains(t, statuses, job.JobID, "each job is in one item")
			statuses[job.JobID] = item.StatusCode
		}
	}
	return statuses
}

func TestAnEventNestedTooDeepFailsAlone(t *testing.T) {
	t.Parallel()
	url := serveDropin(t, dropin.Options{}, server.Options{})
	for _, depth := range []int{2_001, 9_990, 10_000, 100_000, 3_000_000} {
		for _, around := range [][2]string{{"[", "]"}, {`{"a":`, "}"}} {
			deep := strings.Repeat(around[0], depth) + "1" + strings.Repeat(around[1], depth)
			for path, body := range onRoutes(
				jobEvent(1, trackOf("1"), "", plainConfig),
				jobEvent(2, trackOf(deep), "", plainConfig),
				jobEvent(3, trackOf("1"), "", `{"accountId":"A","passcode":"P","trackAnonymous":true,"deep":`+deep+`}`),
				jobEvent(4, trackOf(deep), "", `{"accountId":"{{ event.userId || d }}"}`),
				`{"message":`+trackOf("1")+`,"metadata":{"jobId":5},"destination":{"Config":`+plainConfig+`},"libraries":`+deep+`}`,
				jobEvent(6, trackOf("2"), "", plainConfig),
			) {
				got := ask(t, http.MethodPost, url+path, body)
				require.Equal(t, http.StatusOK, got.status, "%d: %.200s", depth, got.body)
				// What is echoed is nested as deep as it came, which encoding/json doesn't read.
				echoed := strings.ReplaceAll(got.body, deep, "null")
				require.Equal(t, map[int]int{1: 200, 2: 400, 3: 400, 4: 400, 5: 200, 6: 200}, jobStatuses(t, echoed), path)
			}
			if depth > 100_000 {
				break // 18 MB in a request are enough
			}
		}
	}
}

func TestWhatIsEchoedMayBeNestedToAnyDepth(t *testing.T) {
	t.Parallel()
	url := serveDropin(t, dropin.Options{}, server.Options{})
	deep := strings.Repeat("[", 20_000) + strings.Repeat("]", 20_000)
	for path, body := range onRoutes(jobEvent(1, trackOf("1"), `,"deep":`+deep, plainConfig), jobEvent(2, trackOf("1"), "", plainConfig)) {
		got := ask(t, http.MethodPost, url+path, body)
		require.Contains(t, got.body, `{"jobId":1,"deep":`+deep+`}`)
		require.Equal(t, map[int]int{1: 200, 2: 200}, jobStatuses(t, strings.ReplaceAll(got.body, deep, "null")), path)
	}
}

func TestWhatTheBodyLimitLetsInIsAnswered(t *testing.T) {
	url := serveDropin(t, dropin.Options{}, server.Options{})
	for name, events := range map[string]struct{ count, bytes, large int }{
		"84 of 400 KB":                {84, 400 << 10, 84},
		"20 of 2 MB":                  {20, 2 << 20, 20},
		"one of 34 MB":                {1, 34 << 20, 1},
		"one of 33 MB, 500 neighbors": {501, 33 << 20, 1},
	} {
		text := `"` + strings.Repeat("x", events.bytes) + `"`
		var list []string
		want := map[int]int{}
		for job := 1; job <= events.count; job++ {
			value := "1"
			if job <= events.large {
				value = text
			}
			list = append(list, jobEvent(job, trackOf(value), "", plainConfig))
			want[job] = http.StatusOK
		}
		for path, body := range onRoutes(list...) {
			got := ask(t, http.MethodPost, url+path, body)
			require.Equal(t, http.StatusOK, got.status, "%s, %s: %.200s", name, path, got.body)
			require.Equal(t, want, jobStatuses(t, got.body), "%s, %s", name, path)
			require.Equal(t, events.large, strings.Count(got.body, text), "%s, %s", name, path)
		}
	}
}

func TestALongAnswerToASmallBodyComesWhole(t *testing.T) {
	t.Parallel()
	url := serveDropin(t, dropin.Options{}, server.Options{})
	events := strings.Split(strings.TrimSuffix(strings.Repeat("1,", 20_000), ","), ",")
	for path, body := range onRoutes(events...) {
		got := ask(t, http.MethodPost, url+path, body)
		require.Equal(t, http.StatusOK, got.status)
		require.Greater(t, len(got.body), 1<<20)
		require.Equal(t, 20_000, strings.Count(got.body, `"statusCode":400`), path)
		require.True(t, json.Valid([]byte(got.body)), path)
	}
}

func TestAnAnswerIsCutToTheMessageLimit(t *testing.T) {
	t.Parallel()
	url := serveDropin(t, dropin.Options{MaxMessageBytes: 1000}, server.Options{MaxMessageBytes: 2000})
	text := `"` + strings.Repeat("x", 300_000) + `"`
	for path, body := range onRoutes(jobEvent(1, trackOf(text), `,"m":`+text, plainConfig), jobEvent(2, trackOf("1"), "", plainConfig)) {
		got := ask(t, http.MethodPost, url+path, body)
		require.Equal(t, map[int]int{1: 200, 2: 200}, jobStatuses(t, got.body), path)
		require.Equal(t, 2, strings.Count(got.body, text), path)
	}
}
