package delivery_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/sdk/metric"
	"go.opentelemetry.io/otel/sdk/metric/metricdata"
	sdktrace "go.opentelemetry.io/otel/sdk/trace"
	"go.opentelemetry.io/otel/sdk/trace/tracetest"

	"github.com/rudder-clevertap/rudder-clevertap/delivery"
	"github.com/rudder-clevertap/rudder-clevertap/internal/clevertapstub"
)

// sums returns the counters of a reader: `name{attributes} value`, for counters and histograms' counts.
func sums(t *testing.T, reader metric.Reader) []string {
	t.Helper()
	var all metricdata.ResourceMetrics
	require.NoError(t, reader.Collect(t.Context(), &all))
	var list []string
	for _, scope := range all.ScopeMetrics {
		for _, m := range scope.Metrics {
			name := strings.TrimPrefix(m.Name, "rudder_clevertap.delivery.")
			switch data := m.Data.(type) {
			case metricdata.Sum[int64]:
				for _, p := range data.DataPoints {
					list = append(list, fmt.Sprintf("%s %v %d", name, p.Attributes.Encoded(attribute.DefaultEncoder()), p.Value))
				}
			case metricdata.Histogram[int64]:
				for _, p := range data.DataPoints {
					list = append(list, fmt.Sprintf("%s %v %d", name, p.Attributes.Encoded(attribute.DefaultEncoder()), p.Count))
				}
			case metricdata.Histogram[float64]:
				for _, p := range data.DataPoints {
					list = append(list, fmt.Sprintf("%s %v %d", name, p.Attributes.Encoded(attribute.DefaultEncoder()), p.Count))
				}
			}
		}
	}
	return list
}

func TestMetricsSayWhatBecameOfRecords(t *testing.T) {
	reader := metric.NewManualReader()
	options := delivery.SenderOptions{MeterProvider: metric.NewMeterProvider(metric.WithReader(reader)), BreakerFailures: 1}
	withRig(t, clevertapstub.Options{}, options, func(t *testing.T, r *rig) {
		t.Helper()
		r.stub.Fail(clevertapstub.Fault{Status: 503})
		r.deliver(t, time.Minute, event("u", "A"), event("v", "Stayed"), event("w", "B"))
		require.ElementsMatch(t, []string{
			"records rudder_clevertap.destination=shop,rudder_clevertap.outcome=delivered 2",
			"records rudder_clevertap.code=513,rudder_clevertap.destination=shop,rudder_clevertap.outcome=refused 1",
			"attempts rudder_clevertap.code=503,rudder_clevertap.destination=shop,rudder_clevertap.outcome=CLEVERTAP_UNREACHABLE 1",
			"attempts rudder_clevertap.destination=shop,rudder_clevertap.outcome=answered 1",
			"duration rudder_clevertap.destination=shop 2",
			"size rudder_clevertap.destination=shop 2",
			"waiting rudder_clevertap.destination=shop 0",
			"in_flight rudder_clevertap.destination=shop 0",
			"breakers_open rudder_clevertap.destination=shop 0",
		}, sums(t, reader))
	})
}

func TestAnUploadHasASpanThatIsLinkedToItsCallers(t *testing.T) {
	spans := tracetest.NewSpanRecorder()
	provider := sdktrace.NewTracerProvider(sdktrace.WithSpanProcessor(spans))
	withRig(t, clevertapstub.Options{}, delivery.SenderOptions{TracerProvider: provider}, func(t *testing.T, r *rig) {
		t.Helper()
		var deliveries []*delivery.Delivery
		var callers []string
		for i := range 3 {
			ctx, call := provider.Tracer("test").Start(t.Context(), "call")
			d, err := r.Submit(ctx, delivery.Batch{To: shop, Events: []delivery.Event{event("u", fmt.Sprint(i)), event("v", fmt.Sprint(i))}})
			require.NoError(t, err)
			deliveries = append(deliveries, d)
			callers = append(callers, call.SpanContext().SpanID().String())
		}
		for _, d := range deliveries {
			requireDelivered(t, d.Wait(t.Context()))
		}
		require.Len(t, spans.Ended(), 1)
		upload := spans.Ended()[0]
		require.Equal(t, "upload", upload.Name())
		require.False(t, upload.Parent().IsValid())
		require.Len(t, upload.Links(), 3)
		linked := map[string]bool{}
		for _, link := range upload.Links() {
			linked[link.SpanContext.SpanID().String()] = true
		}
		for _, caller := range callers {
			require.True(t, linked[caller])
		}
		require.NotContains(t, fmt.Sprint(upload.Attributes()), secret)
		require.NotContains(t, fmt.Sprint(upload.Attributes()), "SHOP")
	})
}
