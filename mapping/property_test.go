package mapping_test

import (
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/rudder-clevertap/rudder-clevertap/mapping"
)

// randomEvents makes events like those that RudderStack sends, with values and shapes that go wrong.
type randomEvents struct{ *rand.Rand }

// pick returns one of some texts of JSON.
func (r randomEvents) pick(texts ...string) string { return texts[r.IntN(len(texts))] }

// value returns a value of any kind.
func (r randomEvents) value(depth int) string {
	if depth > 0 && r.IntN(5) == 0 {
		if r.IntN(2) == 0 {
			return r.object(depth-1, 3)
		}
		return "[" + r.value(depth-1) + "," + r.value(depth-1) + "]"
	}
	return r.pick(`"text"`, `"ключ"`, `"a\"b\\n"`, `"2021-03-03"`, `"1614775793"`, `""`, `" "`, `0`, `1`, `-0.5`, `74.47`, `1e21`, `12345678901234567890`, `true`, `false`, `null`, `{}`, `[]`)
}

// object returns an object of custom keys.
func (r randomEvents) object(depth, most int) string {
	seen, members := map[string]bool{}, []string(nil)
	for range r.IntN(most + 1) {
		key := r.pick("city", "plan", "Residence", "title", "zip", "ключ", "MSG-email", "nested", "favourite", "k1", "k2", "k3")
		if !seen[key] {
			seen[key] = true
			members = append(members, fmt.Sprintf("%q:%s", key, r.value(depth)))
		}
	}
	return "{" + strings.Join(members, ",") + "}"
}

// event returns an event of any call.
func (r randomEvents) event() string {
	members := []string{fmt.Sprintf(`"type":%q`, r.pick("identify", "track", "page", "screen", "alias", "TRACK", "group"))}
	add := func(odds int, key string, values ...string) {
		if r.IntN(odds) > 0 {
			members = append(members, fmt.Sprintf("%q:%s", key, r.pick(values...)))
		}
	}
	add(3, "userId", `"u-1"`, `"user@example.com"`, `42`, `""`, `null`, `{"id":1}`)
	add(3, "anonymousId", `"anon-1"`, `"a_2"`, `7`, `""`)
	add(4, "event", `"Checked Out"`, `"Order Completed"`, `"order completed"`, `"Charged"`, `5`, `""`)
	add(4, "name", `"Home"`, `"A & B"`, `null`)
	add(4, "previousId", `"old"`, `null`)
	add(4, "traits", r.object(2, 8), r.object(2, 8), `null`, `"x"`)
	add(4, "properties", r.object(2, 8), r.object(2, 8), `{"products":[{"sku":"A"}],"revenue":15,"Items":[{"b":1}],"ts":1614775793}`, `{"products":[1]}`, `null`, `5`)
	add(3, "context", `{"traits":`+r.object(2, 8)+`,"device":{"token":"tok"},"os":{"name":"Android"}}`, `{"traits":{"gender":"Male","id":"t"}}`, `null`)
	return "{" + strings.Join(members, ",") + "}"
}

// TestInvariants: whatever comes in, a record has at most one id at its root (in GUIDE exactly one), reads
// back as JSON, and holds unmapped values as they went in.
func TestInvariants(t *testing.T) {
	t.Parallel()
	for _, ruleset := range []string{"RULESET_GUIDE", "RULESET_TRANSFORMER"} {
		for _, objectID := range []bool{false, true} {
			t.Run(fmt.Sprintf("%s objectId %t", ruleset, objectID), func(t *testing.T) {
				t.Parallel()
				to, problem := mapping.ParseDestination(fmt.Appendf(nil, `{"accountId":"A","passcode":"P","trackAnonymous":true,"enableObjectIdMapping":%t,"ruleset":%q}`, objectID, ruleset))
				require.Nil(t, problem)
				random := randomEvents{rand.New(rand.NewPCG(1, 2))}
				var m mapping.Mapper
				transformed := 0
				for range 5000 {
					event := random.event()
					got := m.TransformJSON([]byte(event), to)
					require.Equal(t, got.Status == mapping.Failed, got.Err != nil, event)
					require.Equal(t, got.Status == mapping.Transformed, len(got.Records) > 0, event)
					for _, r := range got.Records {
						transformed++
						checkRecord(t, event, string(r.AppendJSON(nil)), ruleset == "RULESET_GUIDE")
					}
				}
				require.Greater(t, transformed, 1000)
			})
		}
	}
}

// checkRecord checks the invariants of one record.
func checkRecord(t *testing.T, event, text string, guide bool) {
	t.Helper()
	var record struct {
		Type        string
		Identity    any             `json:"identity"`
		ObjectID    any             `json:"objectId"`
		EvtName     any             `json:"evtName"`
		EvtData     json.RawMessage `json:"evtData"`
		ProfileData map[string]any  `json:"profileData"`
	}
	require.NoError(t, json.Unmarshal([]byte(text), &record), text)
	require.False(t, record.Identity != nil && record.ObjectID != nil, "two ids in %s", text)
	if guide {
		require.True(t, record.Identity != nil || record.ObjectID != nil, "no id in %s", text)
	}
	var in struct {
		Traits     any `json:"traits"`
		Properties any `json:"properties"`
		Context    struct {
			Traits map[string]any `json:"traits"`
		} `json:"context"`
	}
	require.NoError(t, json.Unmarshal([]byte(event), &in))
	given, out := map[string]any{}, record.ProfileData
	switch record.Type {
	case "profile":
		root, _ := in.Traits.(map[string]any)
		first, second := in.Context.Traits, root
		if !guide { // there, the context's traits win, nulls among them
			first, second = root, in.Context.Traits
		}
		merge(given, first, guide)
		merge(given, second, guide)
	case "event":
		properties, _ := in.Properties.(map[string]any)
		merge(given, properties, guide)
		_ = json.Unmarshal(record.EvtData, &out) // false and 0 are evtData too, without properties
	}
	if strings.Contains(strings.ToLower(event), `"type":"alias"`) {
		return
	}
	for _, key := range []string{"city", "plan", "Residence", "title", "zip", "ключ", "MSG-email", "nested", "favourite", "k1", "k2", "k3"} {
		requireSame(t, given[key], out[key], key+" of "+event+" in "+text)
	}
}

// merge puts members over others; in GUIDE a null erases nothing.
func merge(to, from map[string]any, guide bool) {
	for key, v := range from {
		if v != nil || !guide {
			to[key] = v
		}
	}
}

// requireSame compares a value with what came of it: nested ones are JSON text.
func requireSame(t *testing.T, in, out any, about string) {
	t.Helper()
	switch in.(type) {
	case map[string]any, []any:
		text, ok := out.(string)
		require.True(t, ok, about)
		var nested any
		require.NoError(t, json.Unmarshal([]byte(text), &nested), about)
		require.Equal(t, in, nested, about)
	default:
		require.Equal(t, in, out, about)
	}
}
