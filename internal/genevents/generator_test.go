package genevents_test

import (
	"bytes"
	"encoding/json"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/rudder-clevertap/rudder-clevertap/internal/genevents"
)

func TestSameSeedGivesSameEvents(t *testing.T) {
	t.Parallel()
	first, again, other := genevents.New(7), genevents.New(7), genevents.New(8)
	batch := first.Batch(200)
	require.Equal(t, batch, again.Batch(200))
	require.NotEqual(t, batch, other.Batch(200))
}

func TestEventsAreAMixOfRealisticCalls(t *testing.T) {
	t.Parallel()
	const count = 4000
	calls, size, ids := map[string]int{}, 0, map[string]bool{}
	for _, text := range genevents.New(1).Batch(count) {
		var event struct {
			Type, Event, MessageID string
			Traits                 map[string]any
		}
		require.NoError(t, json.Unmarshal(text, &event), "%s", text)
		call := event.Type
		if event.Event == "Order Completed" {
			call = event.Event
		}
		if call == "identify" {
			require.Len(t, event.Traits, 20)
		}
		calls[call]++
		ids[event.MessageID] = true
		size += len(text)
	}
	require.Len(t, ids, count, "message ids are unique")
	for call, share := range map[string]float64{"identify": 0.20, "track": 0.35, "page": 0.25, "screen": 0.10, "Order Completed": 0.10} {
		require.InDelta(t, share, float64(calls[call])/count, 0.03, call)
	}
	require.InDelta(t, 1200, size/count, 100, "mean size in bytes")
}

func TestWriteGivesOneEventALine(t *testing.T) {
	t.Parallel()
	var text bytes.Buffer
	n, err := genevents.New(1).Write(&text, 50)
	require.NoError(t, err)
	require.EqualValues(t, text.Len(), n)
	var want []byte
	for _, event := range genevents.New(1).Batch(50) {
		want = append(append(want, event...), '\n')
	}
	require.Equal(t, string(want), text.String())
}
