package mapping_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"maps"
	"math/rand/v2"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/stretchr/testify/require"
	"google.golang.org/protobuf/encoding/protojson"
	"google.golang.org/protobuf/proto"

	rudderstackv1 "github.com/rudder-clevertap/rudder-clevertap/gen/rudderstack/v1"
	"github.com/rudder-clevertap/rudder-clevertap/internal/cases"
	"github.com/rudder-clevertap/rudder-clevertap/internal/genevents"
	"github.com/rudder-clevertap/rudder-clevertap/mapping"
)

// generated are events with the settings of a destination for each: as people really send them, as an SDK sends
// them, and of any shape.
func generated(use func(event, settings []byte)) {
	settings := func(objectID bool) []byte {
		return fmt.Appendf(nil, `{"accountId":"A","passcode":"P","trackAnonymous":true,"enableObjectIdMapping":%t,"useEventTimestamp":%[1]t}`, objectID)
	}
	wide, plain, random := genevents.Real(1), genevents.New(1), randomEvents{rand.New(rand.NewPCG(3, 4))}
	for i := range 1000 {
		event, _, to := wide.Next()
		use(event, to)
		use([]byte(random.event()), settings(i%2 == 0))
		if i%10 == 0 {
			use(plain.Append(nil), settings(i%20 == 0))
		}
	}
}

// TestLineageIsComplete: of every event that is transformed, in JSON and typed, by both rulesets, each value of
// the records and each value of the event has an entry; what an entry names is there; and explaining changes
// nothing else.
func TestLineageIsComplete(t *testing.T) {
	t.Parallel()
	for _, rules := range [][2]string{{"RULESET_GUIDE", "report"}, {"RULESET_GUIDE", "repair"}, {"RULESET_TRANSFORMER", "report"}} {
		for _, form := range []string{"JSON", "message", "wire"} {
			ruleset, mode := rules[0], rules[1]
			t.Run(ruleset+" "+mode+" "+form, func(t *testing.T) {
				t.Parallel()
				explained, names := 0, ruleNames(ruleset)
				generated(func(event, settings []byte) {
					to, problem := mapping.ParseDestination(bytes.Replace(settings, []byte("{"), fmt.Appendf(nil, `{"ruleset":%q,"checkMode":%q,`, ruleset, mode), 1))
					if problem != nil {
						return
					}
					transform, event := transformIn(form, event)
					if event == nil {
						return
					}
					var silent mapping.Mapper
					m := mapping.Mapper{Explain: true}
					wanted, got := transform(&silent, to), transform(&m, to)
					require.Equal(t, wanted.Status, got.Status)
					require.Equal(t, texts(wanted), texts(got), "explaining changes nothing")
					require.Equal(t, wanted.Diagnostics, got.Diagnostics)
					require.Nil(t, wanted.Lineage)
					if got.Status == mapping.Failed {
						require.Nil(t, got.Lineage)
						return
					}
					explained++
					checkLineage(t, names, event, got)
				})
				require.Greater(t, explained, 500)
			})
		}
	}
}

// transformIn returns how to transform an event in one of its forms, and its JSON text in that form; none when it has no
// such form.
func transformIn(form string, event []byte) (func(*mapping.Mapper, *mapping.Destination) *mapping.Result, []byte) {
	if form == "JSON" {
		return func(m *mapping.Mapper, to *mapping.Destination) *mapping.Result { return m.TransformJSON(event, to) }, event
	}
	typed := &rudderstackv1.Event{}
	if (protojson.UnmarshalOptions{DiscardUnknown: true}).Unmarshal(event, typed) != nil {
		return nil, nil
	}
	text, err := protojson.Marshal(typed)
	if err != nil {
		return nil, nil
	}
	if form == "message" {
		return func(m *mapping.Mapper, to *mapping.Destination) *mapping.Result { return m.TransformEvent(typed, to) }, text
	}
	wire, err := proto.Marshal(typed)
	if err != nil {
		return nil, nil
	}
	return func(m *mapping.Mapper, to *mapping.Destination) *mapping.Result { return m.TransformWire(wire, to) }, text
}

// texts are the texts of a result's records.
func texts(r *mapping.Result) (all []string) {
	for _, record := range r.Records {
		all = append(all, string(record.AppendJSON(nil)))
	}
	return all
}

// checkLineage checks what an explanation says.
func checkLineage(t *testing.T, names []string, event []byte, got *mapping.Result) {
	t.Helper()
	in, records := leavesOf(t, event), texts(got)
	out := make([]map[string]any, len(records))
	for i, text := range records {
		out[i] = leavesOf(t, []byte(text))
	}
	sources, targets := map[string]bool{}, map[string]bool{}
	for _, e := range got.Lineage {
		sources[e.Source], targets[strconv.Itoa(e.Record)+e.Target] = true, true
		if problem := problemOf(e, names, in, out); problem != "" {
			require.Fail(t, problem, "%+v\nof %s\nin %s", e, event, records)
		}
	}
	for source := range in {
		if !sources[source] {
			require.Fail(t, "no entry for "+source, "of %s\nin %s\n%s", event, records, entries(got.Lineage))
		}
	}
	for record := range out {
		for target := range out[record] {
			if !targets[strconv.Itoa(record)+target] {
				require.Fail(t, "no entry for "+target, "of %s\nin %s\n%s", event, records, entries(got.Lineage))
			}
		}
	}
}

// constants are what a record may have from nowhere in the event.
var constants = []string{"/evtName", "/evtData", "/profileData", "/identity"}

// problemOf says what is wrong with an entry.
func problemOf(e mapping.Lineage, names []string, in map[string]any, out []map[string]any) string {
	from, given := in[e.Source]
	value, there := any(nil), false
	if e.Record < len(out) {
		value, there = out[e.Record][e.Target]
	}
	_, text := value.(string)
	switch {
	case e.Source != "" && !given:
		return "the event has no such source"
	case e.Rule != "" && !slices.Contains(names, e.Rule):
		return "there is no such rule"
	case e.Target == "" && (e.Note == "" || e.Source == ""):
		return "it does not say why"
	case e.Target == "":
		return ""
	case !there:
		return "the record has no such target"
	case e.Rule == "":
		return "no rule wrote it"
	case e.Source == "" && e.Note != "constant":
		return "it does not say that it is a constant"
	case e.Source == "" && value != "[]" && !slices.Contains(constants, e.Target): // JavaScript's arrays lose {"a.-1": "x"}
		return "it must come from somewhere"
	case e.Note == "" && !reflect.DeepEqual(from, value):
		return "the record has another value"
	case e.Note == "as JSON text" && !text:
		return "the record has no text"
	default:
		return ""
	}
}

// TestLineageSaysWhy: what became of values that are in no record.
func TestLineageSaysWhy(t *testing.T) {
	t.Parallel()
	const objectID, eventTime = `"enableObjectIdMapping":true`, `"useEventTimestamp":true`
	for _, c := range []struct{ what, settings, event, source, guide, transformer string }{
		{"a mapped trait that is elsewhere, too", "", `{"type":"identify","userId":"u","traits":{"email":"a"},"context":{"traits":{"email":"b"}}}`, "/context/traits/email", "trait.email: overridden by traits.email", "trait.email: overridden by traits.email"},
		{"a custom trait that is elsewhere, too", "", `{"type":"identify","userId":"u","traits":{"city":""},"context":{"traits":{"city":"B"}}}`, "/context/traits/city", "trait.custom: overridden by traits.city", ""},
		{"the same, which wins elsewhere", "", `{"type":"identify","userId":"u","traits":{"city":""},"context":{"traits":{"city":"B"}}}`, "/traits/city", "", "trait.custom: overridden by context.traits.city"},
		{"a custom trait of a mapped field's name", "", `{"type":"identify","userId":"u","traits":{"email":"a","Email":{"x":"b"}}}`, "/traits/Email/x", "trait.custom: overridden by traits.email", ""},
		{"a trait that is overridden", "", `{"type":"identify","userId":"u","traits":{"plan":1,"overrideFields":{"plan":2}}}`, "/traits/plan", "trait.custom: overridden by traits.overrideFields.plan", "trait.custom: overridden by traits.overrideFields.plan"},
		{"a null trait", "", `{"type":"identify","userId":"u","traits":{"plan":null}}`, "/traits/plan", "trait.custom: null", "trait.custom: null"},
		{"an empty mapped trait", "", `{"type":"identify","userId":"u","traits":{"email":""}}`, "/traits/email", "trait.email: empty", "trait.email: empty"},
		{"an unknown gender", "", `{"type":"identify","userId":"u","traits":{"gender":"x"}}`, "/traits/gender", "trait.gender: dropped: UNKNOWN_GENDER", "trait.gender: not a known value"},
		{"a part of a name beside a name", "", `{"type":"identify","userId":"u","traits":{"name":"A B","first_name":"A"}}`, "/traits/first_name", "trait.firstName: overridden by traits.name", "trait.firstName: overridden by traits.name"},
		{"an id that is not needed", "", `{"type":"identify","userId":"u","traits":{"id":"v"}}`, "/traits/id", "identity.user: overridden by userId", "identity.user: overridden by userId"},
		{"an anonymousId that is not needed", "", `{"type":"track","event":"E","userId":"u","anonymousId":"a"}`, "/anonymousId", "identity.anonymous: overridden by userId", "identity.anonymous: overridden by userId"},
		{"an id of a device that is known by another", objectID, `{"type":"track","event":"E","userId":"u","anonymousId":"a"}`, "/userId", "", "identity.user: overridden by anonymousId"},
		{"a second id of a person", objectID, `{"type":"identify","userId":"u","anonymousId":"a","traits":{"userId":"v"}}`, "/traits/userId", "identity.user: overridden by userId", "identity.user: overridden by userId"},
		{"an id that only an alias has", "", `{"type":"track","event":"E","userId":"u","previousId":"p"}`, "/previousId", ": not mapped", ": not mapped"},
		{"an internal trait", "", `{"type":"identify","userId":"u","traits":{"anonymousId":"a"}}`, "/traits/anonymousId", "identity.anonymous: overridden by userId", ": internal"},
		{"a trait that is named as an id", "", `{"type":"identify","userId":"u","traits":{"identity":"v"}}`, "/traits/identity", "identity.user: overridden by userId", ""},
		{"a context of a wrong type", "", `{"type":"identify","userId":"u","context":"x"}`, "/context", ": dropped: FIELD_IGNORED", ": not mapped"},
		{"a device token that is not uploaded", "", `{"type":"identify","userId":"u","context":{"device":{"token":"t"},"os":{"name":"ios"}}}`, "/context/device/token", ": dropped: TOKEN_NOT_UPLOADED", ": not mapped"},
		{"a null within an item", "", `{"type":"track","event":"Order Completed","userId":"u","properties":{"products":[{"a":null}]}}`, "/properties/products/0/a", "property.products: null", ""},
		{"an event's own id", "", `{"type":"identify","userId":"u","messageId":"m"}`, "/messageId", ": internal", ": internal"},
		{"a trait of a track", "", `{"type":"track","event":"E","userId":"u","traits":{"email":"a"}}`, "/traits/email", ": not mapped", ": not mapped"},
		{"what an SDK says of a page", "", `{"type":"track","event":"E","userId":"u","context":{"page":{"url":"x"}}}`, "/context/page/url", ": not mapped", ": not mapped"},
		{"a null property", "", `{"type":"track","event":"E","userId":"u","properties":{"a":null}}`, "/properties/a", "property.custom: null", ""},
		{"no properties", "", `{"type":"track","event":"E","userId":"u","properties":{}}`, "/properties", "", ""},
		{"a purchase's own field beside a mapped one", "", `{"type":"track","event":"Order Completed","userId":"u","properties":{"revenue":1,"Amount":2}}`, "/properties/Amount", "property.custom: overridden by properties.revenue", ""},
		{"a time that is not one", "", `{"type":"track","event":"Order Completed","userId":"u","properties":{"ts":"soon"}}`, "/properties/ts", "ts: dropped: INVALID_TIMESTAMP", ""},
		{"an event's own time", eventTime, `{"type":"track","event":"E","userId":"u","properties":{"ts":1},"timestamp":"2026-01-01"}`, "/timestamp", "ts: overridden by properties.ts", ": not mapped"},
		{"a name of a page that has another", "", `{"type":"page","userId":"u","event":"A","name":"B"}`, "/name", "event.name: overridden by event", "event.name: overridden by event"},
	} {
		t.Run(c.what, func(t *testing.T) {
			t.Parallel()
			for ruleset, wanted := range map[string]string{"RULESET_GUIDE": c.guide, "RULESET_TRANSFORMER": c.transformer} {
				settings := fmt.Sprintf(`{"accountId":"A","passcode":"P","ruleset":%q`, ruleset)
				if c.settings != "" {
					settings += "," + c.settings
				}
				to, problem := mapping.ParseDestination([]byte(settings + "}"))
				require.Nil(t, problem)
				m := mapping.Mapper{Explain: true, MinSeverity: mapping.SeverityError}
				result := m.TransformJSON([]byte(c.event), to)
				require.Nil(t, result.Err)
				for _, d := range result.Diagnostics { // an explanation does not depend on those that were asked for
					require.Equal(t, mapping.SeverityError, d.Severity)
				}
				got := ""
				for _, e := range result.Lineage {
					if e.Source == c.source && e.Target == "" {
						got = e.Rule + ": " + e.Note
					}
				}
				require.Equal(t, wanted, got, "%s%s", ruleset, entries(result.Lineage))
			}
		})
	}
}

// TestLineageOfAFilteredEvent: all of it went nowhere.
func TestLineageOfAFilteredEvent(t *testing.T) {
	t.Parallel()
	to, problem := mapping.ParseDestination([]byte(`{"accountId":"A","passcode":"P","eventFilteringOption":"blacklistedEvents","blacklistedEvents":[{"eventName":"E"}]}`))
	require.Nil(t, problem)
	m := mapping.Mapper{Explain: true}
	require.Equal(t, []mapping.Lineage{
		{Source: "/type", Note: "filtered"}, {Source: "/event", Note: "filtered"}, {Source: "/userId", Note: "filtered"},
	}, m.TransformJSON([]byte(`{"type":"track","event":"E","userId":"u"}`), to).Lineage)
}

// TestLineageHasAnEnd: values in ever deeper containers do not make an explanation of any length.
func TestLineageHasAnEnd(t *testing.T) {
	t.Parallel()
	to, problem := mapping.ParseDestination([]byte(`{"accountId":"A","passcode":"P"}`))
	require.Nil(t, problem)
	deep, key := 400, strings.Repeat("k", 100)
	event := `{"type":"track","event":"E","userId":"u","properties":` + strings.Repeat(`{"`+key+`":`, deep) + `[` +
		strings.TrimSuffix(strings.Repeat("1,", 10_000), ",") + `]` + strings.Repeat("}", deep) + `}`
	m := mapping.Mapper{Explain: true}
	lineage := m.TransformJSON([]byte(event), to).Lineage
	size := 0
	for _, e := range lineage {
		size += len(e.Source) + len(e.Target)
	}
	require.Less(t, size, 100*len(event))
	require.Contains(t, lineage[len(lineage)-1].Note, "cut: ")
}

// entries are the entries of an explanation, a line each.
func entries(all []mapping.Lineage) string {
	var b strings.Builder
	for _, e := range all {
		fmt.Fprintf(&b, "\n%+v", e)
	}
	return b.String()
}

// ruleNames are the names of a ruleset's rules.
func ruleNames(ruleset string) []string {
	var names []string
	for _, r := range mapping.Rules() {
		if ruleset == "RULESET_GUIDE" && r.Guide || ruleset == "RULESET_TRANSFORMER" && r.Transformer {
			names = append(names, r.Name)
		}
	}
	return names
}

// leavesOf are the scalars and empty containers of a JSON text by their JSON Pointers.
func leavesOf(t *testing.T, text []byte) map[string]any {
	t.Helper()
	var whole any
	decoder := json.NewDecoder(bytes.NewReader(bytes.TrimPrefix(text, []byte("\xef\xbb\xbf"))))
	decoder.UseNumber()
	require.NoError(t, decoder.Decode(&whole))
	leaves := map[string]any{}
	addLeaves(leaves, "", whole)
	return leaves
}

// addLeaves adds the leaves of a value.
func addLeaves(leaves map[string]any, at string, v any) {
	escape := strings.NewReplacer("~", "~0", "/", "~1")
	switch v := v.(type) {
	case map[string]any:
		for _, key := range slices.Sorted(maps.Keys(v)) {
			addLeaves(leaves, at+"/"+escape.Replace(key), v[key])
		}
		if len(v) > 0 {
			return
		}
	case []any:
		for i, e := range v {
			addLeaves(leaves, at+"/"+strconv.Itoa(i), e)
		}
		if len(v) > 0 {
			return
		}
	case json.Number:
		number, err := v.Float64()
		if leaves[at] = number; err != nil {
			leaves[at] = v
		}
		return
	case string:
		leaves[at] = strings.ToValidUTF8(v, "\ufffd")
		return
	}
	leaves[at] = v
}

// FuzzLineage: whatever comes in, both rulesets can explain it, completely, and explaining changes nothing else.
func FuzzLineage(f *testing.F) {
	seen := 0
	generated(func(event, _ []byte) {
		if seen++; seen%16 == 0 && len(event) < 4000 {
			f.Add(event, true)
		}
	})
	for i, c := range cases.All() {
		f.Add([]byte(c.Event), i%2 == 0)
	}
	f.Fuzz(func(t *testing.T, event []byte, objectID bool) {
		if bytes.Contains(event, []byte(`\u`)) || !utf8.Valid(event) || bytes.Contains(event, []byte("\xef\xbb\xbf")) {
			t.Skip("encoding/json reads lone surrogates and what is not UTF-8 as something else")
		}
		for _, ruleset := range []string{"RULESET_GUIDE", "RULESET_TRANSFORMER"} {
			to, problem := mapping.ParseDestination(fmt.Appendf(nil,
				`{"accountId":"A","passcode":"P","trackAnonymous":true,"enableObjectIdMapping":%t,"ruleset":%q}`, objectID, ruleset))
			require.Nil(t, problem)
			m, silent := mapping.Mapper{Explain: true}, mapping.Mapper{}
			got, wanted := m.TransformJSON(event, to), silent.TransformJSON(event, to)
			require.Equal(t, texts(wanted), texts(got))
			if cut := len(got.Lineage) - 1; got.Status != mapping.Failed && !strings.HasPrefix(got.Lineage[cut].Note, "cut: ") {
				checkLineage(t, ruleNames(ruleset), event, got)
			}
		}
	})
}
