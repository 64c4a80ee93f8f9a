package rudderserver_test

import (
	"net/http"
	"testing"
	"time"

	"github.com/rudderlabs/rudder-go-kit/config"
	features "github.com/rudderlabs/rudder-server/services/transformer"
	"github.com/stretchr/testify/require"
)

// fetchFeatures starts a poll of a transformer's features and waits until they are there.
func fetchFeatures(t *testing.T, url string, every time.Duration) features.FeaturesService {
	t.Helper()
	f := features.NewFeaturesService(t.Context(), config.New(), features.FeaturesServiceOptions{
		PollInterval: every, TransformerURL: url, FeaturesRetryMaxAttempts: 10,
	})
	select {
	case <-f.Wait():
	case <-time.After(10 * time.Second):
		require.Fail(t, "no features")
	}
	return f
}

func TestFeaturesSayWhatTheProgramDoes(t *testing.T) {
	w := newWire(t, serve(t))
	f := fetchFeatures(t, w.URL, 10*time.Millisecond)
	require.True(t, f.RouterTransform("CLEVERTAP"))
	require.False(t, f.RouterTransform("MARKETO"), "the client's own default says true")
	require.Equal(t, []string{"CLEVERTAP"}, f.Regulations())
	require.Equal(t, features.V1, f.TransformerProxyVersion())
	require.Equal(t, features.V2, f.SourceTransformerVersion())
	require.True(t, f.SupportDestTransformCompactedPayloadV1())
	for start := time.Now(); len(w.requests(t)) < 3; time.Sleep(time.Millisecond) {
		require.Less(t, time.Since(start), 10*time.Second, "features are polled")
	}
	require.Equal(t, http.MethodGet, w.requests(t)[0].Method)
}
