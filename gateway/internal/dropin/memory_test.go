package dropin_test

import (
	"bytes"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"runtime"
	"strconv"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/rudder-clevertap/rudder-clevertap/gateway/internal/dropin"
	"github.com/rudder-clevertap/rudder-clevertap/internal/genevents"
	"github.com/rudder-clevertap/rudder-clevertap/server"
)

// endless repeats events, with commas between them, until so many bytes were read; then comes the end.
type endless struct {
	begin, events, end []byte
	left               int
}

// Read reads on.
func (e *endless) Read(into []byte) (int, error) {
	for len(e.begin) == 0 {
		switch {
		case e.left > 0:
			e.begin = e.events
			e.left -= len(e.events)
		case e.end != nil:
			e.begin, e.end = e.end, nil
		default:
			return 0, io.EOF
		}
	}
	n := copy(into, e.begin)
	e.begin = e.begin[n:]
	return n, nil
}

// size is how long the whole is.
func (e *endless) size() int {
	rounds := (e.left + len(e.events) - 1) / len(e.events)
	return len(e.begin) + rounds*len(e.events) + len(e.end)
}

// manyEvents is a body of about so many bytes.
func manyEvents(begin, end string, size int) *endless {
	generator := genevents.New(9)
	var events []byte
	for i := range 50 {
		events = generator.Append(append(events, `{"message":`...))
		events = fmt.Appendf(events, `,"metadata":{"jobId":%d},"destination":%s},`, i, shopDestination)
	}
	return &endless{begin: []byte(begin), events: events, end: []byte(`{"message":{},"metadata":{},"destination":{}}` + end), left: size}
}

// peakHeap returns the most memory that the heap held while f ran, beyond what it held before.
func peakHeap(f func()) uint64 {
	runtime.GC()
	var before runtime.MemStats
	runtime.ReadMemStats(&before)
	var peak atomic.Uint64
	done, ended := make(chan struct{}), make(chan struct{})
	go func() {
		defer close(ended)
		for {
			var now runtime.MemStats
			runtime.ReadMemStats(&now)
			peak.Store(max(peak.Load(), now.HeapAlloc))
			select {
			case <-done:
				return
			case <-time.After(2 * time.Millisecond):
			}
		}
	}()
	f()
	close(done)
	<-ended
	return peak.Load() - min(peak.Load(), before.HeapAlloc)
}

// TestALongBodyIsHeldOnce sends bodies of 24 MB, or of TRANSFORMER_BODY_MB, and watches the heap, garbage and
// all.
func TestALongBodyIsHeldOnce(t *testing.T) {
	size := 24 << 20
	if text := os.Getenv("TRANSFORMER_BODY_MB"); text != "" {
		megabytes, err := strconv.Atoi(text)
		require.NoError(t, err)
		size = megabytes << 20
	}
	web := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) { _, _ = io.Copy(io.Discard, r.Body) }))
	t.Cleanup(web.Close)
	theirs, err := url.Parse(web.URL)
	require.NoError(t, err)
	plain := serveDropin(t, dropin.Options{}, server.Options{})
	sorting := serveDropin(t, dropin.Options{Upstream: theirs}, server.Options{})
	for name, test := range map[string]struct {
		to, begin, end string
		copies         float64
		declared       bool
	}{
		"processor":                     {plain + "/v0/destinations/clevertap", "[", "]", 2.5, true},
		"processor, of unknown length":  {plain + "/v0/destinations/clevertap", "[", "]", 4, false},
		"router":                        {plain + "/routerTransform", `{"input":[`, `],"destType":"clevertap"}`, 2.5, true},
		"router, with an upstream":      {sorting + "/routerTransform", `{"input":[`, `],"destType":"clevertap"}`, 3.5, true},
		"router, but for the upstream":  {sorting + "/routerTransform", `{"input":[`, `],"destType":"am"}`, 2.5, true},
		"malformed":                     {plain + "/routerTransform", `{"input":[`, `],"destType":"clevertap"`, 2.5, true},
		"something else in a long body": {plain + "/batch", `{"input":[`, `],"destType":"clevertap"}`, 2.5, true},
	} {
		body := manyEvents(test.begin, test.end, size)
		request, err := http.NewRequestWithContext(t.Context(), http.MethodPost, test.to, io.NopCloser(body))
		require.NoError(t, err)
		request.Header.Set("Content-Type", "application/json")
		if test.declared {
			request.ContentLength = int64(body.size())
		}
		var answered int64
		peak := peakHeap(func() {
			answer, err := http.DefaultClient.Do(request)
			require.NoError(t, err)
			defer answer.Body.Close()
			answered, err = io.Copy(io.Discard, answer.Body)
			require.NoError(t, err)
		})
		copies := float64(peak) / float64(size)
		t.Logf("%s: %d MB in, %d MB out, %.2f times the body on the heap", name, size>>20, answered>>20, copies)
		require.Less(t, copies, test.copies, name)
	}
}

// TestABodyOfTinyEventsTakesLittleMemory sends the shortest events, of which there are very many: their
// answers are a hundred times as long.
func TestABodyOfTinyEventsTakesLittleMemory(t *testing.T) {
	const size, most = 1 << 20, 40 << 20
	url := serveDropin(t, dropin.Options{}, server.Options{})
	for name, test := range map[string]struct{ path, event, begin, end string }{
		"processor":              {"/v0/destinations/clevertap", "1", "[", "]"},
		"router":                 {"/routerTransform", `{"destination":1}`, `{"input":[`, `],"destType":"clevertap"}`},
		"router, without groups": {"/routerTransform", `1`, `{"input":[`, `],"destType":"clevertap"}`},
	} {
		body := test.begin + string(bytes.Repeat([]byte(test.event+","), size/(len(test.event)+1))) + "1" + test.end
		var answered int64
		peak := peakHeap(func() {
			answer, err := http.Post(url+test.path, "application/json", bytes.NewReader([]byte(body)))
			require.NoError(t, err)
			defer answer.Body.Close()
			answered, err = io.Copy(io.Discard, answer.Body)
			require.NoError(t, err)
		})
		t.Logf("%s: 1 MB in, %d MB out, %d MB on the heap", name, answered>>20, peak>>20)
		require.Less(t, peak, uint64(most), name)
	}
}
