package dropin

import (
	"log/slog"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	sdkmetric "go.opentelemetry.io/otel/sdk/metric"
	"go.opentelemetry.io/otel/sdk/metric/metricdata"
	nooptrace "go.opentelemetry.io/otel/trace/noop"
	"google.golang.org/protobuf/proto"

	transformerv1 "github.com/rudder-clevertap/rudder-clevertap/gen/transformer/v1"
	"github.com/rudder-clevertap/rudder-clevertap/server/internal/engine"
)

func TestInOneMessageTheAnswerIsThatOfTheStream(t *testing.T) {
	t.Parallel()
	s := newTestService(t, func(o *Options) { o.MaxBody = 4000 })
	for _, text := range []string{
		`[` + dropinEvent + `,null]`, `{"destType":"clevertap","input":[` + dropinEvent + `,5]}`, `{"destType":"clevertap","input":[]}`, `[]`, `{`, ``,
		strings.Repeat(" ", 5000),
	} {
		head := &transformerv1.RequestHead{Destination: "clevertap"}
		streamed, body := serveText(t, s, s.processor, head, text)
		processed, err := s.ProcessorTransformWhole(t.Context(), &transformerv1.ProcessorTransformWholeRequest{Head: head, Body: []byte(text)})
		require.NoError(t, err)
		require.True(t, proto.Equal(streamed, processed.GetHead()), "%s: %s", text, processed.GetHead())
		require.Equal(t, body, string(processed.GetBody()))

		streamed, body = serveText(t, s, s.router, head, text)
		routed, err := s.RouterTransformWhole(t.Context(), &transformerv1.RouterTransformWholeRequest{Head: head, Body: []byte(text)})
		require.NoError(t, err)
		require.True(t, proto.Equal(streamed, routed.GetHead()), "%s: %s", text, routed.GetHead())
		require.Equal(t, body, string(routed.GetBody()))
	}
	stopping := make(chan struct{})
	close(stopping)
	s = newTestService(t, func(o *Options) { o.Stopping = stopping })
	_, err := s.ProcessorTransformWhole(t.Context(), &transformerv1.ProcessorTransformWholeRequest{Head: &transformerv1.RequestHead{}})
	require.ErrorContains(t, err, "stopping")
}

func TestACallInOneMessageNeedsAHead(t *testing.T) {
	t.Parallel()
	client := serve(t, options(t, nil, slog.New(slog.DiscardHandler)))
	_, err := client.ProcessorTransformWhole(t.Context(), &transformerv1.ProcessorTransformWholeRequest{})
	requireInvalidRequest(t, err)
	_, err = client.RouterTransformWhole(t.Context(), &transformerv1.RouterTransformWholeRequest{})
	requireInvalidRequest(t, err)
}

// TestAnAnswerThatIsTooLongForOneMessageIsLeftToTheStream: and its events count when the stream transforms them.
func TestAnAnswerThatIsTooLongForOneMessageIsLeftToTheStream(t *testing.T) {
	t.Parallel()
	reader := sdkmetric.NewManualReader()
	s := newTestService(t, func(o *Options) {
		var err error
		meter := sdkmetric.NewMeterProvider(sdkmetric.WithReader(reader)).Meter("")
		o.Engine, err = engine.New(nooptrace.NewTracerProvider().Tracer(""), meter, slog.New(slog.DiscardHandler), nil)
		require.NoError(t, err)
	})
	events := "1" + strings.Repeat(",1", 20_000)
	head := &transformerv1.RequestHead{Destination: "clevertap"}
	processed, err := s.ProcessorTransformWhole(t.Context(), &transformerv1.ProcessorTransformWholeRequest{Head: head, Body: []byte("[" + events + "]")})
	require.NoError(t, err)
	require.True(t, proto.Equal(&transformerv1.ProcessorTransformWholeResponse{}, processed))
	routed, err := s.RouterTransformWhole(t.Context(), &transformerv1.RouterTransformWholeRequest{
		Head: head, Body: []byte(`{"destType":"clevertap","input":[` + events + `]}`),
	})
	require.NoError(t, err)
	require.True(t, proto.Equal(&transformerv1.RouterTransformWholeResponse{}, routed))
	var told metricdata.ResourceMetrics
	require.NoError(t, reader.Collect(t.Context(), &told))
	require.Empty(t, told.ScopeMetrics, "nothing counts yet")
}
