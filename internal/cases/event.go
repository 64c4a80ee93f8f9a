package cases

// happened is the record of an event of user u.
func happened(name, data string) []string {
	return []string{`{"type":"event","evtName":"` + name + `","evtData":` + data + `,"identity":"u"}`}
}

// tracks: "track, page, screen → event record", track.
func tracks() []Case {
	return []Case{
		{Rule: "track", Event: `{"type":"track","userId":"u","event":"Checked Out","properties":{"Clicked_Rush_delivery_Button":true,"total_value":2000,"revenue":2000}}`, Records: happened("Checked Out", `{"Clicked_Rush_delivery_Button":true,"revenue":2000,"total_value":2000}`)},
		{Rule: "no properties", Event: `{"type":"track","userId":"u","event":"E"}`, Records: happened("E", `{}`)},
		{Rule: "null properties", Event: `{"type":"track","userId":"u","event":"E","properties":null}`, Records: happened("E", `{}`)},
		{Rule: "null properties are left out, empty ones stay", Event: `{"type":"track","userId":"u","event":"E","properties":{"a":null,"b":"","c":0,"d":false}}`, Records: happened("E", `{"b":"","c":0,"d":false}`)},
		{
			Rule: "nested properties become JSON text", JSONOnly: true, Event: `{"type":"track","userId":"u","event":"E","properties":{"cart":{"z":1,"a":[null]},"tags":["x"],"plain":"p"}}`,
			Records: happened("E", `{"cart":"{\"z\":1,\"a\":[null]}","tags":"[\"x\"]","plain":"p"}`), Diagnostics: []string{"NESTED_VALUE_STRINGIFIED properties.cart", "NESTED_VALUE_STRINGIFIED properties.tags"},
		},
		{
			Rule: "typed nested properties have their keys sorted", Event: `{"type":"track","userId":"u","event":"E","properties":{"cart":{"a":[null],"z":1}}}`,
			Records: happened("E", `{"cart":"{\"a\":[null],\"z\":1}"}`), Diagnostics: []string{"NESTED_VALUE_STRINGIFIED properties.cart"},
		},
		{Rule: "the name from properties.event", Event: `{"type":"track","userId":"u","properties":{"event":"From Properties"}}`, Records: happened("From Properties", `{"event":"From Properties"}`)},
		{Rule: "event wins over properties.event", Event: `{"type":"track","userId":"u","event":"E","properties":{"event":"P"}}`, Records: happened("E", `{"event":"P"}`)},
		{Rule: "no name", Event: `{"type":"track","userId":"u","properties":{}}`, Error: "MISSING_EVENT_NAME event"},
		{Rule: "an empty name", Event: `{"type":"track","userId":"u","event":""}`, Error: "MISSING_EVENT_NAME event"},
		{Rule: "a name that is no text", Event: `{"type":"track","userId":"u","event":7}`, Error: "INVALID_FIELD_TYPE event", JSONOnly: true},
		{Rule: "a name in the properties that is no text", Event: `{"type":"track","userId":"u","properties":{"event":["x"]}}`, Error: "INVALID_FIELD_TYPE properties.event"},
		{Rule: "properties that are no object", Event: `{"type":"track","userId":"u","event":"E","properties":"x"}`, Error: "INVALID_FIELD_TYPE properties", JSONOnly: true},
		{
			Rule: "a track of the reserved name", Event: `{"type":"track","userId":"u","event":"web page viewed"}`, Records: happened("web page viewed", `{}`),
			Diagnostics: []string{"RESERVED_EVENT_NAME event"},
		},
	}
}

// views: page and screen.
func views() []Case {
	return []Case{
		{Rule: "page with a name", Event: `{"type":"page","userId":"u","name":"Cart","category":"Shop","properties":{"path":"/cart","title":"test_item"}}`, Records: happened("Web Page Viewed Cart", `{"path":"/cart","title":"test_item"}`)},
		{
			Rule: "page without a name: CleverTap reserves it", Event: `{"type":"page","userId":"u"}`, Records: happened("Web Page Viewed", `{}`),
			Diagnostics: []string{"RESERVED_EVENT_NAME name"},
		},
		{Rule: "page: no HTML escaping, no trimming", Event: `{"type":"page","userId":"u","name":" A & B "}`, Records: happened("Web Page Viewed  A & B ", `{}`)},
		{Rule: "screen with a name", Event: `{"type":"screen","userId":"u","name":"Sample Screen Name","properties":{"prop_key":"prop_value"}}`, Records: happened("Screen Viewed: Sample Screen Name", `{"prop_key":"prop_value"}`)},
		{Rule: "screen without a name", Event: `{"type":"screen","userId":"u"}`, Records: happened("Screen Viewed", `{}`)},
		{Rule: "the name: event first", Event: `{"type":"screen","userId":"u","event":"1","name":"3","properties":{"event":"2","name":"4"}}`, Records: happened("Screen Viewed: 1", `{"event":"2","name":"4"}`)},
		{Rule: "the name: properties.event second", Event: `{"type":"screen","userId":"u","name":"3","properties":{"event":"2","name":"4"}}`, Records: happened("Screen Viewed: 2", `{"event":"2","name":"4"}`)},
		{Rule: "the name: name third", Event: `{"type":"page","userId":"u","name":"3","properties":{"event":"","name":"4"}}`, Records: happened("Web Page Viewed 3", `{"event":"","name":"4"}`)},
		{Rule: "the name: properties.name last", Event: `{"type":"page","userId":"u","properties":{"name":"4"}}`, Records: happened("Web Page Viewed 4", `{"name":"4"}`)},
		{Rule: "a name that is no text", Event: `{"type":"page","userId":"u","name":{}}`, Error: "INVALID_FIELD_TYPE name", JSONOnly: true},
		{Rule: "a page named Order Completed is no purchase", Event: `{"type":"page","userId":"u","name":"Order Completed","properties":{"checkout_id":"1"}}`, Records: happened("Web Page Viewed Order Completed", `{"checkout_id":"1"}`)},
		{Rule: "a screen whose event is Order Completed is none either", Event: `{"type":"screen","userId":"u","event":"Order Completed"}`, Records: happened("Screen Viewed: Order Completed", `{}`)},
	}
}

// orders: "A track named Order Completed".
func orders() []Case {
	return []Case{
		{
			Rule: "Order Completed becomes Charged", JSONOnly: true,
			Event: `{"type":"track","userId":"u","event":"Order Completed","properties":{"order_id":"1234","checkout_id":"12345","Payment mode":"Credit Card","revenue":15.0,"tax":1,"coupon":"Games",` +
				`"products":[{"product_id":"123","name":"Monopoly","price":14,"tags":["a"]},{"product_id":"345","price":3.45}],"extra":{"b":1}}}`,
			Records: happened("Charged", `{"Charged ID":"12345","Amount":15.0,"Items":[{"product_id":"123","name":"Monopoly","price":14,"tags":["a"]},{"product_id":"345","price":3.45}],`+
				`"order_id":"1234","Payment mode":"Credit Card","tax":1,"coupon":"Games","extra":"{\"b\":1}"}`),
			Diagnostics: []string{"NESTED_VALUE_STRINGIFIED properties.extra"},
		},
		{Rule: "in any letter case", Event: `{"type":"track","userId":"u","event":"oRDER cOMPLETED","properties":{"revenue":1}}`, Records: happened("Charged", `{"Amount":1}`)},
		{Rule: "named in the properties", Event: `{"type":"track","userId":"u","properties":{"event":"Order Completed","revenue":1}}`, Records: happened("Charged", `{"Amount":1,"event":"Order Completed"}`)},
		{Rule: "without properties", Event: `{"type":"track","userId":"u","event":"Order Completed"}`, Records: happened("Charged", `{}`)},
		{
			Rule: "ts is the time and no property", Event: `{"type":"track","userId":"u","event":"Order Completed","properties":{"ts":1571043797,"revenue":1}}`,
			Records: []string{`{"type":"event","evtName":"Charged","evtData":{"Amount":1},"identity":"u","ts":1571043797}`},
		},
		{Rule: "null fields are left out", Event: `{"type":"track","userId":"u","event":"Order Completed","properties":{"checkout_id":null,"products":null,"tax":null}}`, Records: happened("Charged", `{}`)},
		{Rule: "an empty array of products", Event: `{"type":"track","userId":"u","event":"Order Completed","properties":{"products":[]}}`, Records: happened("Charged", `{"Items":[]}`)},
		{Rule: "products that are no array", Event: `{"type":"track","userId":"u","event":"Order Completed","properties":{"products":{"sku":"A"}}}`, Error: "INVALID_PRODUCTS properties.products"},
		{Rule: "a product that is no object, by index", Event: `{"type":"track","userId":"u","event":"Order Completed","properties":{"products":[{"sku":"A"},"B"]}}`, Error: "INVALID_PRODUCTS properties.products[1]"},
		{Rule: "a null product", Event: `{"type":"track","userId":"u","event":"Order Completed","properties":{"products":[null]}}`, Error: "INVALID_PRODUCTS properties.products[0]"},
		{
			Rule: "a mapped field wins over a property of its CleverTap name", Event: `{"type":"track","userId":"u","event":"Order Completed","properties":{"Amount":2,"revenue":1}}`,
			Records: happened("Charged", `{"Amount":1}`), Diagnostics: []string{"TRAIT_OVERRIDDEN properties.Amount"},
		},
		{Rule: "Items without products are kept structured", Event: `{"type":"track","userId":"u","event":"Order Completed","properties":{"Items":[{"a":1}]}}`, Records: happened("Charged", `{"Items":[{"a":1}]}`)},
		{
			Rule: "a track named Charged keeps its Items", Event: `{"type":"track","userId":"u","event":"Charged","properties":{"Amount":1,"Items":[{"a":{"b":1}}],"checkout_id":"c"}}`,
			Records: happened("Charged", `{"Amount":1,"Items":[{"a":{"b":1}}],"checkout_id":"c"}`),
		},
		{Rule: "whose Items must be objects", Event: `{"type":"track","userId":"u","event":"Charged","properties":{"Items":[1]}}`, Error: "INVALID_PRODUCTS properties.Items[0]"},
		{
			Rule: "Items of another event become text", Event: `{"type":"track","userId":"u","event":"charged","properties":{"Items":[{"a":1}]}}`,
			Records: happened("charged", `{"Items":"[{\"a\":1}]"}`), Diagnostics: []string{"NESTED_VALUE_STRINGIFIED properties.Items"},
		},
	}
}
