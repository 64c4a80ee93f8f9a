package cases

// tracks: "track, page, screen → event record", track.
func tracks() []Case {
	return []Case{
		{
			Rule: "track",
			Event: `{"type":"track","userId":"u","event":"Checked Out",` +
				`"properties":{"Clicked_Rush_delivery_Button":true,"total_value":2000,"revenue":2000}}`,
			Both: event("Checked Out", `{"Clicked_Rush_delivery_Button":true,"total_value":2000,"revenue":2000}`),
		},
		{
			Rule:  "no properties",
			Event: `{"type":"track","userId":"u","event":"E"}`,
			Both:  event("E", `{}`),
		},
		{
			Rule:  "null properties",
			Event: `{"type":"track","userId":"u","event":"E","properties":null}`,
			Both:  event("E", `{}`),
		},
		{
			Rule:        "null properties are left out, empty ones stay",
			Event:       `{"type":"track","userId":"u","event":"E","properties":{"a":null,"b":"","c":0,"d":false}}`,
			Guide:       event("E", `{"b":"","c":0,"d":false}`),
			Transformer: event("E", `{"a":null,"b":"","c":0,"d":false}`),
		},
		{
			Rule:        "a null property",
			Difference:  "null properties",
			Event:       `{"type":"track","userId":"u","event":"E","properties":{"a":null}}`,
			Guide:       event("E", `{}`),
			Transformer: event("E", `{"a":null}`),
		},
		{
			Rule:     "nested properties become JSON text",
			JSONOnly: true,
			Event: `{"type":"track","userId":"u","event":"E","properties":{"cart":{"z":1,"a":[null]},` +
				`"tags":["x"],"plain":"p"}}`,
			Both: event("E", `{"cart":"{\"z\":1,\"a\":[null]}","tags":"[\"x\"]","plain":"p"}`).
				with("NESTED_VALUE_STRINGIFIED properties.cart", "NESTED_VALUE_STRINGIFIED properties.tags"),
		},
		{
			Rule:  "typed nested properties have their keys sorted",
			Event: `{"type":"track","userId":"u","event":"E","properties":{"cart":{"a":[null],"z":1}}}`,
			Both:  event("E", `{"cart":"{\"a\":[null],\"z\":1}"}`).with("NESTED_VALUE_STRINGIFIED properties.cart"),
		},
		{
			Rule: "categories stay structured in events too",
			Event: `{"type":"track","userId":"u","event":"E",` +
				`"properties":{"category-unsubscribe":{"email":["a"]},"category-resubscribe":["b"]}}`,
			Both: event("E", `{"category-unsubscribe":{"email":["a"]},"category-resubscribe":["b"]}`),
		},
		{
			Rule: "properties keep their names: dots, event, name, ts, prototype",
			Event: `{"type":"track","userId":"u","event":"E","properties":{"a.b":1,"event":2,"name":3,` +
				`"ts":4,"constructor":5,"prototype":6}}`,
			Both: gives(`{"type":"event","evtName":"E","evtData":{"a.b":1,"event":2,"name":3,"ts":4,` +
				`"constructor":5,"prototype":6},"identity":"u","ts":4}`),
		},
		{
			Rule:        "the name from properties.event",
			Difference:  "a track's name in its properties",
			Event:       `{"type":"track","userId":"u","properties":{"event":"From Properties"}}`,
			Guide:       event("From Properties", `{"event":"From Properties"}`),
			Transformer: noName(),
		},
		{
			Rule:  "event wins over properties.event",
			Event: `{"type":"track","userId":"u","event":"E","properties":{"event":"P"}}`,
			Both:  event("E", `{"event":"P"}`),
		},
		{
			Rule:        "no name",
			Event:       `{"type":"track","userId":"u","properties":{}}`,
			Guide:       fails("MISSING_EVENT_NAME event"),
			Transformer: noName(),
		},
		{
			Rule:        "an empty name",
			Event:       `{"type":"track","userId":"u","event":""}`,
			Guide:       fails("MISSING_EVENT_NAME event"),
			Transformer: noName(),
		},
		{
			Rule:        "a null name",
			Event:       `{"type":"track","userId":"u","event":null}`,
			Guide:       fails("MISSING_EVENT_NAME event"),
			Transformer: noName(),
		},
		{
			Rule:        "a blank name",
			Event:       `{"type":"track","userId":"u","event":" "}`,
			Guide:       fails("MISSING_EVENT_NAME event"),
			Transformer: event(" ", `{}`),
		},
		{
			Rule:        "a name that is a number",
			JSONOnly:    true,
			Event:       `{"type":"track","userId":"u","event":7}`,
			Guide:       event("7", `{}`).with("NUMBER_AS_TEXT event"),
			Transformer: gives(`{"type":"event","evtName":7,"evtData":{},"identity":"u"}`),
		},
		{
			Rule:        "a name of 0",
			JSONOnly:    true,
			Event:       `{"type":"track","userId":"u","event":0}`,
			Guide:       event("0", `{}`).with("NUMBER_AS_TEXT event"),
			Transformer: gives(`{"type":"event","evtName":0,"evtData":{},"identity":"u"}`),
		},
		{
			Rule:        "a name of false",
			JSONOnly:    true,
			Event:       `{"type":"track","userId":"u","event":false}`,
			Guide:       fails("INVALID_FIELD_TYPE event"),
			Transformer: gives(`{"type":"event","evtName":false,"evtData":{},"identity":"u"}`),
		},
		{
			Rule:        "a name that is an array",
			JSONOnly:    true,
			Event:       `{"type":"track","userId":"u","event":[]}`,
			Guide:       fails("INVALID_FIELD_TYPE event"),
			Transformer: gives(`{"type":"event","evtName":[],"evtData":{},"identity":"u"}`),
		},
		{
			Rule:        "a name that is an object",
			JSONOnly:    true,
			Event:       `{"type":"track","userId":"u","event":{"a":1}}`,
			Guide:       fails("INVALID_FIELD_TYPE event"),
			Transformer: gives(`{"type":"event","evtName":{"a":1},"evtData":{},"identity":"u"}`),
		},
		{
			Rule:     "a name that can't be read as text",
			JSONOnly: true,
			Event:    `{"type":"track","userId":"u","event":{"toString":1}}`,
			Guide:    fails("INVALID_FIELD_TYPE event"),
			Transformer: fails("INVALID_FIELD_TYPE event").
				saying("the event's name can't be read as text: an object with a member toString has no text"),
		},
		{
			Rule:        "a name in the properties that is not a string",
			Event:       `{"type":"track","userId":"u","properties":{"event":["x"]}}`,
			Guide:       fails("INVALID_FIELD_TYPE properties.event"),
			Transformer: noName(),
		},
		{
			Rule:        "properties that are text",
			JSONOnly:    true,
			Event:       `{"type":"track","userId":"u","event":"E","properties":"x"}`,
			Guide:       fails("INVALID_FIELD_TYPE properties"),
			Transformer: event("E", `{"0":"x"}`),
		},
		{
			Rule:        "properties that are text of two letters",
			Difference:  "wrong types",
			JSONOnly:    true,
			Event:       `{"type":"track","userId":"u","event":"E","properties":"ab"}`,
			Guide:       fails("INVALID_FIELD_TYPE properties"),
			Transformer: event("E", `{"0":"a","1":"b"}`),
		},
		{
			Rule:     "properties that are an empty string",
			JSONOnly: true,
			Event:    `{"type":"track","userId":"u","event":"E","properties":""}`,
			Guide:    fails("INVALID_FIELD_TYPE properties"),
			Transformer: fails("INVALID_FIELD_TYPE properties").
				saying("Missing required value from \"properties\""),
		},
		{
			Rule:        "properties of 0",
			JSONOnly:    true,
			Event:       `{"type":"track","userId":"u","event":"E","properties":0}`,
			Guide:       fails("INVALID_FIELD_TYPE properties"),
			Transformer: event("E", `0`),
		},
		{
			Rule:        "properties of 5",
			JSONOnly:    true,
			Event:       `{"type":"track","userId":"u","event":"E","properties":5}`,
			Guide:       fails("INVALID_FIELD_TYPE properties"),
			Transformer: event("E", `{}`),
		},
		{
			Rule:        "properties that are an array",
			JSONOnly:    true,
			Event:       `{"type":"track","userId":"u","event":"E","properties":[1,{"a":1}]}`,
			Guide:       fails("INVALID_FIELD_TYPE properties"),
			Transformer: event("E", `{"0":1,"1":"{\"a\":1}"}`),
		},
		{
			Rule:        "properties that are text, and no name",
			JSONOnly:    true,
			Event:       `{"type":"track","userId":"u","properties":"x"}`,
			Guide:       fails("INVALID_FIELD_TYPE properties"),
			Transformer: noName(),
		},
		{
			Rule:  "a track of the reserved name",
			Event: `{"type":"track","userId":"u","event":"web page viewed"}`,
			Both:  event("web page viewed", `{}`).with("RESERVED_EVENT_NAME event"),
		},
		{
			Rule:  "the reserved name without its blanks",
			Event: `{"type":"track","userId":"u","event":" WEBpage viewed "}`,
			Both:  event(" WEBpage viewed ", `{}`).with("RESERVED_EVENT_NAME event"),
		},
		{
			Rule:  "a longer name is not reserved",
			Event: `{"type":"track","userId":"u","event":"Web Page Viewed 2"}`,
			Both:  event("Web Page Viewed 2", `{}`),
		},
		{
			Rule:  "a shorter name is not reserved",
			Event: `{"type":"track","userId":"u","event":"Web Page View"}`,
			Both:  event("Web Page View", `{}`),
		},
		{
			Rule:  "a name that differs in the bit of letter case alone is not reserved",
			Event: `{"type":"track","userId":"u","event":"Web Page Viewe\u0004"}`,
			Both:  event(`Web Page Viewe\u0004`, `{}`),
		},
	}
}

// views: "track, page, screen → event record", page and screen.
func views() []Case {
	return []Case{
		{
			Rule: "page with a name",
			Event: `{"type":"page","userId":"u","name":"Cart","category":"Shop",` +
				`"properties":{"path":"/cart","title":"test_item"}}`,
			Guide:       event("Web Page Viewed Cart", `{"path":"/cart","title":"test_item"}`),
			Transformer: event("Web Page Viewed: Cart", `{"path":"/cart","title":"test_item"}`),
		},
		{
			Rule:  "page without a name: CleverTap reserves it",
			Event: `{"type":"page","userId":"u"}`,
			Both:  event("Web Page Viewed", `{}`).with("RESERVED_EVENT_NAME name"),
		},
		{
			Rule:        "a page's name with blanks and HTML",
			Event:       `{"type":"page","userId":"u","name":" A & B "}`,
			Guide:       event("Web Page Viewed  A & B ", `{}`),
			Transformer: event("Web Page Viewed:  A &amp; B", `{}`),
		},
		{
			Rule:        "a page's name with HTML",
			Difference:  "name of a page",
			Event:       `{"type":"page","userId":"u","name":"Tom & Jerry"}`,
			Guide:       event("Web Page Viewed Tom & Jerry", `{}`),
			Transformer: event("Web Page Viewed: Tom &amp; Jerry", `{}`),
		},
		{
			Rule:        "a screen's name with HTML",
			Difference:  "name of a screen",
			Event:       `{"type":"screen","userId":"u","name":"Tom & Jerry"}`,
			Guide:       event("Screen Viewed: Tom & Jerry", `{}`),
			Transformer: event("Screen Viewed: Tom &amp; Jerry", `{}`),
		},
		{
			Rule:        "all that HTML escapes",
			Event:       "{\"type\":\"page\",\"userId\":\"u\",\"name\":\"& < > \\\" ' ` =\"}",
			Guide:       gives("{\"type\":\"event\",\"evtName\":\"Web Page Viewed & < > \\\" ' ` =\",\"evtData\":{},\"identity\":\"u\"}"),
			Transformer: event("Web Page Viewed: &amp; &lt; &gt; &quot; &#x27; &#x60; &#x3D;", `{}`),
		},
		{
			Rule: "screen with a name",
			Event: `{"type":"screen","userId":"u","name":"Sample Screen Name",` +
				`"properties":{"prop_key":"prop_value"}}`,
			Both: event("Screen Viewed: Sample Screen Name", `{"prop_key":"prop_value"}`),
		},
		{
			Rule:  "screen without a name",
			Event: `{"type":"screen","userId":"u"}`,
			Both:  event("Screen Viewed", `{}`),
		},
		{
			Rule:        "a screen's name with blanks and HTML",
			Event:       `{"type":"screen","userId":"u","name":"  A&B\t"}`,
			Guide:       event(`Screen Viewed:   A&B\t`, `{}`),
			Transformer: event("Screen Viewed:   A&amp;B", `{}`),
		},
		{
			Rule:  "a template in a name is data",
			Event: `{"type":"screen","userId":"u","name":"{{value}}"}`,
			Both:  event("Screen Viewed: {{value}}", `{}`),
		},
		{
			Rule:        "a blank name of a page",
			Event:       `{"type":"page","userId":"u","name":"  "}`,
			Guide:       event("Web Page Viewed   ", `{}`).with("RESERVED_EVENT_NAME name"),
			Transformer: event("Web Page Viewed:", `{}`),
		},
		{
			Rule: "the name: event first",
			Event: `{"type":"screen","userId":"u","event":"1","name":"3","properties":{"event":"2",` +
				`"name":"4"}}`,
			Both: event("Screen Viewed: 1", `{"event":"2","name":"4"}`),
		},
		{
			Rule:  "the name: properties.event second",
			Event: `{"type":"screen","userId":"u","name":"3","properties":{"event":"2","name":"4"}}`,
			Both:  event("Screen Viewed: 2", `{"event":"2","name":"4"}`),
		},
		{
			Rule:        "the name: name third",
			Event:       `{"type":"page","userId":"u","name":"3","properties":{"event":"","name":"4"}}`,
			Guide:       event("Web Page Viewed 3", `{"event":"","name":"4"}`),
			Transformer: event("Web Page Viewed: 3", `{"event":"","name":"4"}`),
		},
		{
			Rule:        "the name: properties.name last",
			Event:       `{"type":"page","userId":"u","properties":{"name":"4"}}`,
			Guide:       event("Web Page Viewed 4", `{"name":"4"}`),
			Transformer: event("Web Page Viewed: 4", `{"name":"4"}`),
		},
		{
			Rule: "a name that is empty or null is skipped",
			Event: `{"type":"screen","userId":"u","event":null,"name":"","properties":{"event":"",` +
				`"name":"4"}}`,
			Both: event("Screen Viewed: 4", `{"event":"","name":"4"}`),
		},
		{
			Rule:        "a number for a name",
			JSONOnly:    true,
			Event:       `{"type":"page","userId":"u","name":1e21}`,
			Guide:       event("Web Page Viewed 1000000000000000000000", `{}`).with("NUMBER_AS_TEXT name"),
			Transformer: event("Web Page Viewed: 1e+21", `{}`),
		},
		{
			Rule:        "0 for a name",
			JSONOnly:    true,
			Event:       `{"type":"page","userId":"u","name":0}`,
			Guide:       event("Web Page Viewed 0", `{}`).with("NUMBER_AS_TEXT name"),
			Transformer: event("Web Page Viewed: 0", `{}`),
		},
		{
			Rule:        "false for a name ends the search",
			JSONOnly:    true,
			Event:       `{"type":"screen","userId":"u","event":false,"name":"N"}`,
			Guide:       fails("INVALID_FIELD_TYPE event"),
			Transformer: event("Screen Viewed: false", `{}`),
		},
		{
			Rule:        "an array for a name",
			JSONOnly:    true,
			Event:       `{"type":"page","userId":"u","name":["a",["b",null]]}`,
			Guide:       fails("INVALID_FIELD_TYPE name"),
			Transformer: event("Web Page Viewed: a,b,", `{}`),
		},
		{
			Rule:        "an object for a name",
			JSONOnly:    true,
			Event:       `{"type":"page","userId":"u","name":{}}`,
			Guide:       fails("INVALID_FIELD_TYPE name"),
			Transformer: event("Web Page Viewed: [object Object]", `{}`),
		},
		{
			Rule:        "a name in the properties of a page that is not a string",
			Event:       `{"type":"page","userId":"u","properties":{"name":{}}}`,
			Guide:       fails("INVALID_FIELD_TYPE properties.name"),
			Transformer: event("Web Page Viewed: [object Object]", `{"name":"{}"}`),
		},
		{
			Rule:     "a name with a member toHTML",
			JSONOnly: true,
			Event:    `{"type":"page","userId":"u","name":{"toHTML":1}}`,
			Guide:    fails("INVALID_FIELD_TYPE name"),
			Transformer: fails("INVALID_FIELD_TYPE name").
				saying("the name can't be read as text: it has a member toHTML"),
		},
		{
			Rule:        "a name with a toHTML of 0",
			JSONOnly:    true,
			Event:       `{"type":"page","userId":"u","name":{"toHTML":0}}`,
			Guide:       fails("INVALID_FIELD_TYPE name"),
			Transformer: event("Web Page Viewed: [object Object]", `{}`),
		},
		{
			Rule:     "a page's name that can't be read as text",
			JSONOnly: true,
			Event:    `{"type":"page","userId":"u","name":{"toString":1}}`,
			Guide:    fails("INVALID_FIELD_TYPE name"),
			Transformer: fails("INVALID_FIELD_TYPE name").
				saying("the name can't be read as text: an object with a member toString has no text"),
		},
		{
			Rule:        "properties of false",
			JSONOnly:    true,
			Event:       `{"type":"page","userId":"u","properties":false}`,
			Guide:       fails("INVALID_FIELD_TYPE properties"),
			Transformer: event("Web Page Viewed", `false`),
		},
		{
			Rule:        "a page's properties that are text",
			JSONOnly:    true,
			Event:       `{"type":"page","userId":"u","name":"P","properties":"x"}`,
			Guide:       fails("INVALID_FIELD_TYPE properties"),
			Transformer: event("Web Page Viewed: P", `{"0":"x"}`),
		},
		{
			Rule:        "a page without a name of an unknown person",
			JSONOnly:    true,
			Event:       `{"type":"page","name":"P","userId":{}}`,
			Guide:       fails("INVALID_IDENTITY userId"),
			Transformer: gives(`{"type":"event","evtName":"Web Page Viewed: P","evtData":{},"identity":{}}`),
		},
	}
}
