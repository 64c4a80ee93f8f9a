package rules_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/rudder-clevertap/rudder-clevertap/mapping/document"
	"github.com/rudder-clevertap/rudder-clevertap/mapping/internal/guide"
	"github.com/rudder-clevertap/rudder-clevertap/mapping/internal/rules"
	"github.com/rudder-clevertap/rudder-clevertap/mapping/internal/transformer"
)

// transformed runs a ruleset over an event.
func transformed(t *testing.T, set *rules.Ruleset, event string) *rules.Run {
	t.Helper()
	r := &rules.Run{Explain: true}
	r.Begin(set, &rules.Destination{}, rules.SeverityError)
	require.NoError(t, r.Doc.Parse([]byte(event), document.Options{}))
	reason, err := r.Transform()
	require.Nil(t, err)
	require.Equal(t, rules.Wanted, reason)
	return r
}

// at follows keys, and indices of arrays, from a record.
func at(v document.Value, steps ...any) document.Value {
	for _, step := range steps {
		switch step := step.(type) {
		case string:
			v = v.Get(step)
		case int:
			v = v.At(step)
		}
	}
	return v
}

// TestSources: whatever is in a record says where in the event it comes from, also what has no text that it
// could share with the event.
func TestSources(t *testing.T) {
	t.Parallel()
	profile := func(key string) []any { return []any{"profileData", key} }
	data := func(steps ...any) []any { return append([]any{"evtData"}, steps...) }
	for _, c := range []struct {
		what, event string
		value       []any
		sources     []string
	}{
		{"a mapped field", `{"type":"identify","userId":"u","context":{"traits":{"email":"a@x"}}}`, profile("Email"), []string{"/context/traits/email"}},
		{"one of two equal booleans", `{"type":"identify","userId":"u","traits":{"employed":true,"married":true}}`, profile("Married"), []string{"/traits/married"}},
		{"a custom trait", `{"type":"identify","userId":"u","traits":{"a/b~c":""}}`, profile("a/b~c"), []string{"/traits/a~1b~0c"}},
		{"a known spelling", `{"type":"identify","userId":"u","traits":{"gender":"male"}}`, profile("Gender"), []string{"/traits/gender"}},
		{"the parts of a name", `{"type":"identify","userId":"u","traits":{"last_name":"B","firstName":"A"}}`, profile("Name"), []string{"/traits/firstName", "/traits/last_name"}},
		{"what overrides", `{"type":"identify","userId":"u","traits":{"a":1,"overrideFields":{"a":false}}}`, profile("a"), []string{"/traits/overrideFields/a"}},
		{"an empty object that overrides", `{"type":"identify","userId":"u","traits":{"category-unsubscribe":{},"overrideFields":{"category-unsubscribe":{}}}}`, profile("category-unsubscribe"), []string{"/traits/overrideFields/category-unsubscribe"}},
		{"JSON text", `{"type":"track","event":"E","userId":"u","properties":{"a":{"b":[1,{}]}}}`, data("a"), []string{"/properties/a/b/0", "/properties/a/b/1"}},
		{"an item's field", `{"type":"track","event":"Order Completed","userId":"u","properties":{"products":[{"sku":"A"},{"sku":"B","n":false}]}}`, data("Items", 1, "n"), []string{"/properties/products/1/n"}},
		{"an event's name", `{"type":"page","name":"Home","userId":"u"}`, []any{"evtName"}, []string{"/name"}},
		{"a purchase's name", `{"type":"track","event":"Order Completed","userId":"u"}`, []any{"evtName"}, []string{"/event"}},
		{"a time", `{"type":"track","event":"E","userId":"u","properties":{"ts":"2020-01-01"}}`, []any{"ts"}, []string{"/properties/ts"}},
		{"a constant", `{"type":"track","event":"E","userId":"u"}`, []any{"type"}, nil},
		{"an object of our own", `{"type":"track","event":"E","userId":"u"}`, data(), nil},
	} {
		t.Run(c.what, func(t *testing.T) {
			t.Parallel()
			for _, set := range []*rules.Ruleset{guide.Rules(), transformer.Rules()} {
				r := transformed(t, set, c.event)
				v := at(r.Records[0].Value, c.value...)
				require.True(t, v.Exists(), set.Name)
				var got []string
				r.Sources(v, func(p rules.Place) { got = append(got, p.Pointer()) })
				require.Equal(t, c.sources, got, set.Name)
			}
		})
	}
}

// TestSourcesOfOneRuleset: what only one of them does.
func TestSourcesOfOneRuleset(t *testing.T) {
	t.Parallel()
	r := transformed(t, guide.Rules(), `{"type":"identify","userId":7}`)
	p, found := r.Source(at(r.Records[0].Value, "identity"))
	require.True(t, found, "an id that is a number became text")
	require.Equal(t, "/userId", p.Pointer())
	require.Equal(t, document.Number, p.Value().Kind())

	r = transformed(t, guide.Rules(), `{"type":"track","event":7,"userId":"u","properties":{"ts":"x"}}`)
	p, _ = r.Source(at(r.Records[0].Value, "evtName"))
	require.Equal(t, "event", p.Path(), "a name that is a number became text")

	r = transformed(t, guide.Rules(), `{"type":"track","event":"Charged","userId":"u","properties":{"Items":"[{\"sku\":\"A\"}]"}}`)
	p, _ = r.Source(at(r.Records[0].Value, "evtData", "Items", 0, "sku"))
	require.Equal(t, "properties.Items", p.Path(), "items that were a text")

	r = &rules.Run{Explain: true}
	r.Begin(guide.Rules(), &rules.Destination{ObjectIDMapping: true}, rules.SeverityError)
	require.NoError(t, r.Doc.Parse([]byte(`{"type":"identify","userId":"u","context":{"os":{"name":"?"},"device":{"type":"iOS","token":"t"}}}`), document.Options{}))
	_, failed := r.Transform()
	require.Nil(t, failed)
	p, _ = r.Source(at(r.Records[1].Value, "tokenData", "type"))
	require.Equal(t, "context.device.type", p.Path(), "what tells the device's system")

	r = transformed(t, transformer.Rules(), `{"type":"identify","userId":"u","traits":{"a":{"c":[]},"a.b":true}}`)
	var got []string
	r.Sources(at(r.Records[0].Value, "profileData", "a"), func(p rules.Place) { got = append(got, p.Pointer()) })
	require.Equal(t, []string{"/traits/a/c", "/traits/a.b"}, got, "keys that are paths share an object")

	r = transformed(t, transformer.Rules(), `{"type":"track","event":"E","userId":"u","properties":{"a":[1e999]}}`)
	p, _ = r.Source(at(r.Records[0].Value, "evtData", "a"))
	require.Equal(t, "properties.a", p.Path(), "a number beyond a double is null in the text")

	r = transformed(t, transformer.Rules(), `{"type":"track","event":"Order Completed","userId":"u","properties":{"products":[{"n":1e999}]}}`)
	p, _ = r.Source(at(r.Records[0].Value, "evtData", "Items", 0, "n"))
	require.Equal(t, "properties.products[0].n", p.Path())
}
