package javascript_test

import (
	"bytes"
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/rudder-clevertap/rudder-clevertap/mapping/document"
	"github.com/rudder-clevertap/rudder-clevertap/mapping/javascript"
)

// fill fills in the config of an event and returns what became of both, or the error.
func fill(t *testing.T, text string) (event document.Value, filled javascript.DynamicConfig, err error) {
	t.Helper()
	event, _ = parse(t, text)
	filled.Event = event
	err = filled.Fill(event.Get("destination").Get("Config"))
	return event, filled, err
}

func TestDynamicConfig(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ name, event, config, message string }{
		{"a string", `{"a":"x","b":1}`, `{"s":"{{ event.a || d }}"}` + "→" + `{"s":"x"}`, `{"b":1}`},
		{"a number", `{"a":7.50}`, `{"s":"{{ event.a || d }}"}` + "→" + `{"s":7.5}`, `{}`},
		{"a boolean", `{"a":false}`, `{"s":"{{ message.a || d }}"}` + "→" + `{"s":false}`, `{}`},
		{"null is the default", `{"a":null}`, `{"s":"{{ event.a || d }}"}` + "→" + `{"s":"d"}`, `{"a":null}`},
		{"so is nothing", `{}`, `{"s":"{{ event.a.b || \"d\" }}"}` + "→" + `{"s":"d"}`, `{}`},
		{"an empty text stays", `{"a":""}`, `{"s":"{{ event.a || d }}"}` + "→" + `{"s":""}`, `{"a":""}`},
		{"a value is taken once", `{"a":"x"}`, `{"s":"{{ event.a || d }}","t":["{{ event.a || e }}"]}` + "→" + `{"s":"x","t":["e"]}`, `{}`},
		{"in JavaScript's order of keys", `{"a":"x"}`, `{"s":"{{ event.a || d }}","1":"{{ event.a || e }}"}` + "→" + `{"1":"x","s":"d"}`, `{}`},
		{"a template that takes itself", `{}`, `{"s":"{{ destination.Config.s || d }}"}` + "→" + `{"s":"{{ destination.Config.s || d }}"}`, `{}`},
		{"one that takes another", `{}`, `{"s":"{{ destination.Config.t || d }}","t":"{{ x || y }}"}` + "→" + `{"s":"{{ x || y }}"}`, `{}`},
		{"text is no template", `{"a":"x"}`, `{"s":"{{ event.a }}"}` + "→" + `{"s":"{{ event.a }}"}`, `{"a":"x"}`},
		// There, these are functions, with which the settings are lost.
		{"what every object has", `{}`, `{"s":"{{ event.constructor || d }}","t":"{{ event.toString.name || e }}"}` + "→" + `{"s":"d","t":"e"}`, `{}`},
	} {
		before, after, _ := strings.Cut(c.config, "→")
		event, filled, err := fill(t, `{"message":`+c.event+`,"destination":{"Config":`+before+`}}`)
		require.NoError(t, err, c.name)
		require.Equal(t, after, string(event.Get("destination").Get("Config").AppendJSON(nil)), c.name)
		require.Equal(t, c.message, string(event.Get("message").AppendJSON(nil)), c.name)
		require.Equal(t, before != after || c.name == "a template that takes itself", filled.Filled, c.name)
	}
	event, filled, err := fill(t, `{"message":{},"metadata":{"jobId":77},"destination":{"Config":{"a":"{{ metadata.jobId || d }}"}}}`)
	require.NoError(t, err)
	require.True(t, filled.Metadata && !filled.Message)
	require.Equal(t, `{"message":{},"metadata":{},"destination":{"Config":{"a":77}}}`, string(event.AppendJSON(nil)))
}

func TestDynamicConfigThatCannotBeFilledIn(t *testing.T) {
	t.Parallel()
	for path, problem := range map[string]string{
		"destination":                       "the dynamic config destination leads to an object: a setting takes a string, a number or a boolean",
		"destination.Config":                "the dynamic config destination.Config leads to an object: a setting takes a string, a number or a boolean",
		"event.list":                        "the dynamic config message.list leads to an array: a setting takes a string, a number or a boolean",
		"event.empty":                       "the dynamic config message.empty leads to an object: a setting takes a string, a number or a boolean",
		"event.x.y":                         "the dynamic config message.x.y leads to a key with a dot in it, which can't be used",
		"event" + strings.Repeat(".a", 100): "the dynamic config event" + strings.Repeat(".a", 29) + ".… has more than 100 names",
	} {
		text := `{"message":{"list":["x"],"empty":{},"x.y":1},"destination":{"Config":{"passcode":"secret","a":"{{ ` + path + ` || d }}"}}}`
		_, _, err := fill(t, text)
		var template *javascript.TemplateError
		require.ErrorAs(t, err, &template)
		require.Equal(t, problem, template.Error())
	}
	_, _, err := fill(t, `{"message":{},"destination":{"Config":"{{ event`+strings.Repeat(".a", 99)+` || d }}"}}`)
	require.NoError(t, err)
}

// TestFillingInStaysInProportion: as many templates as values, each of which takes one away, while three large objects are asked
// in turns.
func TestFillingInStaysInProportion(t *testing.T) {
	t.Parallel()
	const count = 5000
	var values, templates strings.Builder
	for i := range count {
		fmt.Fprintf(&values, `,"k%d":%d`, i, i)
		fmt.Fprintf(&templates, `,"t%d":"{{ event.properties.k%d || none }}","m%d":"{{ event.k%d || none }}"`, i, i*7%count, i, i)
	}
	members := values.String()[1:]
	event, _, err := fill(t, `{"message":{"properties":{`+members+`},`+members+`},`+members+`,"destination":{"Config":{`+templates.String()[1:]+`}}}`)
	require.NoError(t, err)
	nodes, _ := event.Document().Size()
	require.LessOrEqual(t, event.Document().Effort(), 4*nodes)
	require.Equal(t, `{"properties":{}}`, string(event.Get("message").AppendJSON(nil)))
	require.NotContains(t, string(event.Get("destination").AppendJSON(nil)), "none")
}

// FuzzDynamicConfig: templates make no more of an event than came in, and no container goes into a setting.
func FuzzDynamicConfig(f *testing.F) {
	f.Add([]byte(`{"message":{"a":["",""]},"destination":{"Config":["{{ event.a || d }}","{{ destination || d }}"]}}`))
	f.Add([]byte(`{"message":{"a":"","b":{"c":1}},"destination":{"Config":{"x":"{{event.a||d}}","y":"{{event.b.c||d}}","z":"{{destination.Config.y||d}}"}}}`))
	f.Fuzz(func(t *testing.T, text []byte) {
		var d document.Document
		if d.Parse(text, document.Options{DuplicateKeys: true, LoneSurrogates: true}) != nil {
			return
		}
		nodes, memory := d.Size()
		config := d.Root().Get("destination").Get("Config")
		filled := javascript.DynamicConfig{Event: d.Root()}
		if filled.Fill(config) != nil {
			return
		}
		after, more := d.Size()
		strings := bytes.Count(text, []byte(`"`)) / 2
		require.LessOrEqual(t, after, nodes+3*strings, "each template makes a value or two, and one more when it took itself")
		require.LessOrEqual(t, more, 2*memory+3*strings*document.NodeBytes)
		require.LessOrEqual(t, d.Effort(), 8*nodes+25*strings, "a small object is walked to take something out")
		require.LessOrEqual(t, len(d.Root().AppendJSON(nil)), 8*len(text))
	})
}
