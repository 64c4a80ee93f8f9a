package genevents_test

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/rudder-clevertap/rudder-clevertap/internal/genevents"
)

func TestSameSeedGivesSameRealEvents(t *testing.T) {
	t.Parallel()
	first, again, other := genevents.Real(7), genevents.Real(7), genevents.Real(8)
	differ := 0
	for range 2000 {
		event, kind, settings := first.Next()
		event2, kind2, settings2 := again.Next()
		require.Equal(t, string(event), string(event2))
		require.Equal(t, kind, kind2)
		require.Equal(t, string(settings), string(settings2))
		if event3, _, _ := other.Next(); string(event3) != string(event) {
			differ++
		}
	}
	require.Greater(t, differ, 1990, "another seed gives other events")
}

func TestRealEventsAreOfAllKinds(t *testing.T) {
	t.Parallel()
	kinds, malformed := genevents.Kinds()
	seen, events := map[string]int{}, map[string]bool{}
	const count = 20_000
	random := genevents.Real(1)
	for range count {
		event, label, settings := random.Next()
		require.True(t, json.Valid(settings), "%s: %s", label, settings)
		bad := false
		for kind := range strings.SplitSeq(label, "+") {
			seen[kind]++
			bad = bad || malformed[kind]
		}
		require.Equal(t, !bad, json.Valid(event), "%s: %s", label, event)
		events[string(event)] = true
	}
	require.Len(t, seen, len(kinds), "no label is not that of a kind")
	for _, kind := range kinds {
		require.Greater(t, seen[kind], count/500, kind)
	}
	require.InDelta(t, count/10, seen[genevents.Plain], count/50)
	require.Greater(t, len(events), count*98/100, "hardly an event comes twice")
}

// TestKindsAreNamedOnce: a label says which row an event is of.
func TestKindsAreNamedOnce(t *testing.T) {
	t.Parallel()
	kinds, _ := genevents.Kinds()
	seen := map[string]bool{}
	for _, kind := range kinds {
		require.NotContains(t, kind, "+")
		require.False(t, seen[kind], kind)
		seen[kind] = true
	}
}

func BenchmarkReal(b *testing.B) {
	random := genevents.Real(1)
	for b.Loop() {
		random.Next()
	}
}
