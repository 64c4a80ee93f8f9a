package mapping_test

import (
	"encoding/json"
	"fmt"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/rudder-clevertap/rudder-clevertap/internal/cases"
	"github.com/rudder-clevertap/rudder-clevertap/mapping"
)

// body is an upload's body as a stranger reads it.
type body struct {
	D []struct{ Type, Identity, ObjectID string } `json:"d"`
}

// pack transforms n identify events, the last tokens of which bring a device token.
func pack(t *testing.T, ruleset cases.Ruleset, n, tokens int) (*mapping.Packer, []mapping.Place) {
	t.Helper()
	to := destination(t, cases.Case{Settings: cases.Settings{"enableObjectIdMapping": true, "ruleset": ruleset}})
	p := mapping.NewPacker(to)
	var m mapping.Mapper
	var places []mapping.Place
	for i := range n {
		device := ""
		if i >= n-tokens {
			device = `,"context":{"device":{"token":"t"},"os":{"name":"android"}}`
		}
		r := m.TransformJSON(fmt.Appendf(nil, `{"type":"identify","anonymousId":"a%d"%s}`, i, device), to)
		require.Nil(t, r.Err)
		places = p.AddJSON(r.Records, places)
	}
	return p, places
}

func TestPackerKeepsOrderAndLimits(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		ruleset        cases.Ruleset
		events, tokens int
		wanted         []int
	}{
		{cases.Guide, 0, 0, nil},
		{cases.Guide, 1, 0, []int{1}},
		{cases.Guide, 1, 1, []int{1, 1}},
		{cases.Guide, 1000, 0, []int{1000}},
		{cases.Guide, 1001, 0, []int{1000, 1}},
		{cases.Guide, 1500, 250, []int{1000, 500, 100, 100, 50}},
		{cases.Transformer, 1, 1, []int{2}},
		{cases.Transformer, 1001, 0, []int{1000, 1}},
		{cases.Transformer, 500, 500, []int{1000}},
		{cases.Transformer, 1000, 1, []int{999, 2}},
	} {
		p, places := pack(t, c.ruleset, c.events, c.tokens)
		bodies := p.JSON(nil)
		require.Len(t, bodies, p.Len())
		var sizes []int
		var read []body
		for _, text := range bodies {
			var b body
			require.NoError(t, json.Unmarshal(text, &b))
			sizes = append(sizes, len(b.D))
			read = append(read, b)
		}
		require.Equal(t, c.wanted, sizes)
		at := 0
		for i := range c.events {
			upload, record := p.Resolve(places[at])
			require.Equal(t, "profile", read[upload].D[record].Type)
			require.Equal(t, fmt.Sprintf("a%d", i), read[upload].D[record].ObjectID)
			at++
			if i >= c.events-c.tokens {
				upload, record = p.Resolve(places[at])
				require.Equal(t, "token", read[upload].D[record].Type)
				require.Equal(t, fmt.Sprintf("a%d", i), read[upload].D[record].ObjectID)
				at++
			}
		}
	}
}

func TestPackerHandsOverFullPayloads(t *testing.T) {
	t.Parallel()
	p, _ := pack(t, cases.Guide, 2300, 130)
	var sizes []int
	take := func(text []byte) error {
		var b body
		require.NoError(t, json.Unmarshal(text, &b))
		sizes = append(sizes, len(b.D))
		return nil
	}
	require.NoError(t, p.TakeFull(take))
	require.Equal(t, []int{1000, 1000}, sizes, "the device tokens' profiles are in the third payload, which is not full")
	require.NoError(t, p.TakeFull(take), "what is open stays")
	require.Len(t, sizes, 2)
	sizes = nil
	for _, text := range p.JSON(nil) {
		require.NoError(t, take(text))
	}
	require.Equal(t, []int{300, 100, 30}, sizes)
}
