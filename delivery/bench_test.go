package delivery_test

import (
	"bytes"
	"fmt"
	"io"
	"net/http"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/rudder-clevertap/rudder-clevertap/delivery"
)

// BenchmarkDeliver delivers a hundred events at a time, by many callers, to a server that takes everything at once. Its own part in
// the cost is small: it counts records by their separators.
func BenchmarkDeliver(b *testing.B) {
	list := make([]delivery.Event, 100)
	for i := range list {
		list[i] = event(fmt.Sprintf("user-%d", i), "Product Viewed")
		list[i].Records[0].JSON = bytes.Replace(list[i].Records[0].JSON, []byte(`{}`), []byte(`{"a":"`+string(bytes.Repeat([]byte("x"), 400))+`"}`), 1)
	}
	client := relayed(b, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		fmt.Fprintf(w, `{"status":"success","processed":%d,"unprocessed":[]}`, bytes.Count(body, []byte(`"type":`)))
	}), "", delivery.Options{})
	sender, err := delivery.NewSender(client, delivery.SenderOptions{MaxUploads: 3})
	require.NoError(b, err)
	defer func() { require.NoError(b, sender.Stop(b.Context())) }()
	b.ReportAllocs()
	b.SetParallelism(16)
	start := time.Now()
	b.RunParallel(func(pb *testing.PB) {
		for pb.Next() {
			results, err := sender.Deliver(b.Context(), delivery.Batch{To: shop, Events: list})
			if err != nil || results[99].Outcome != delivery.Delivered {
				b.Error(err, results)
				return
			}
		}
	})
	b.ReportMetric(float64(time.Since(start).Nanoseconds())/float64(b.N)/100, "ns/event")
}
