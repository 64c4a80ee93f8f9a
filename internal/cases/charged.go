package cases

// orders: "A track named Order Completed".
func orders() []Case {
	return []Case{
		{
			Rule: "Order Completed becomes Charged",
			Event: `{"type":"track","userId":"u","event":"Order Completed","properties":{"order_id":"1234",` +
				`"checkout_id":"12345","Payment mode":"Credit Card","revenue":15.0,"tax":1,` +
				`"coupon":"Games","products":[{"product_id":"123","name":"Monopoly","price":14,` +
				`"tags":["a"]},{"product_id":"345","price":3.45}],"extra":{"b":1}}}`,
			Guide: event("Charged", `{"Charged ID":"12345","Amount":15.0,"Items":[{"product_id":"123","name":"Monopoly","price":14,"tags":"[\"a\"]"},{"product_id":"345","price":3.45}],"order_id":"1234","Payment mode":"Credit Card","tax":1,"coupon":"Games","extra":"{\"b\":1}"}`).with("NESTED_VALUE_STRINGIFIED properties.products[0].tags", "NESTED_VALUE_STRINGIFIED properties.extra"),
			Transformer: event("Charged", `{"Charged ID":"12345","Amount":15,"Items":[{"product_id":"123","name":"Monopoly",`+
				`"price":14,"tags":["a"]},{"product_id":"345","price":3.45}],"order_id":"1234",`+
				`"Payment mode":"Credit Card","tax":1,"coupon":"Games","extra":"{\"b\":1}"}`),
		},
		{
			Rule:  "Order Completed in any letter case",
			Event: `{"type":"track","userId":"u","event":"oRDER cOMPLETED","properties":{"revenue":1}}`,
			Both:  event("Charged", `{"Amount":1}`),
		},
		{
			Rule:        "Order Completed named in the properties",
			Event:       `{"type":"track","userId":"u","properties":{"event":"Order Completed","revenue":1}}`,
			Guide:       event("Charged", `{"Amount":1,"event":"Order Completed"}`),
			Transformer: noName(),
		},
		{
			Rule:        "blanks around Order Completed",
			Event:       `{"type":"track","userId":"u","event":" Order Completed"}`,
			Guide:       event("Charged", `{}`),
			Transformer: event(" Order Completed", `{}`),
		},
		{
			Rule:  "what is a blank only without a bit is not one",
			Event: `{"type":"track","userId":"u","event":"Order\u0000Completed"}`,
			Both:  event(`Order\u0000Completed`, `{}`),
		},
		{
			Rule:        "an array that reads Order Completed",
			JSONOnly:    true,
			Event:       `{"type":"track","userId":"u","event":["Order Completed"]}`,
			Guide:       fails("INVALID_FIELD_TYPE event"),
			Transformer: event("Charged", `{}`),
		},
		{
			Rule:        "an array that reads otherwise",
			JSONOnly:    true,
			Event:       `{"type":"track","userId":"u","event":["Order","Completed"]}`,
			Guide:       fails("INVALID_FIELD_TYPE event"),
			Transformer: gives(`{"type":"event","evtName":["Order","Completed"],"evtData":{},"identity":"u"}`),
		},
		{
			Rule:        "a page named Order Completed is not a purchase",
			Event:       `{"type":"page","userId":"u","name":"Order Completed","properties":{"checkout_id":"1"}}`,
			Guide:       event("Web Page Viewed Order Completed", `{"checkout_id":"1"}`),
			Transformer: event("Web Page Viewed: Order Completed", `{"checkout_id":"1"}`),
		},
		{
			Rule:        "a page whose event is Order Completed",
			Difference:  "a page named Order Completed",
			Event:       `{"type":"page","userId":"u","event":"ORDER completed","properties":{"revenue":1}}`,
			Guide:       event("Web Page Viewed ORDER completed", `{"revenue":1}`),
			Transformer: event("Charged", `{"Amount":1}`),
		},
		{
			Rule:        "a screen whose event is Order Completed",
			Event:       `{"type":"screen","userId":"u","event":"Order Completed"}`,
			Guide:       event("Screen Viewed: Order Completed", `{}`),
			Transformer: event("Charged", `{}`),
		},
		{
			Rule:  "an order without properties",
			Event: `{"type":"track","userId":"u","event":"Order Completed"}`,
			Both:  event("Charged", `{}`),
		},
		{
			Rule: "null fields of an order are left out",
			Event: `{"type":"track","userId":"u","event":"Order Completed",` +
				`"properties":{"checkout_id":null,"products":null,"tax":null}}`,
			Guide:       event("Charged", `{}`),
			Transformer: event("Charged", `{"tax":null}`),
		},
		{
			Rule: "empty fields of an order are left out",
			Event: `{"type":"track","userId":"u","event":"Order Completed","properties":{"checkout_id":"",` +
				`"revenue":"","products":""}}`,
			Both: event("Charged", `{}`),
		},
		{
			Rule: "fields of an order that are 0 and false",
			Event: `{"type":"track","userId":"u","event":"Order Completed","properties":{"checkout_id":0,` +
				`"revenue":false,"products":0}}`,
			Guide:       fails("INVALID_PRODUCTS properties.products"),
			Transformer: event("Charged", `{"Charged ID":0,"Amount":false,"Items":0}`),
		},
		{
			Rule: "fields of an order that are nested",
			Event: `{"type":"track","userId":"u","event":"Order Completed",` +
				`"properties":{"checkout_id":["c"],"revenue":{"a":1}}}`,
			Both: event("Charged", `{"Charged ID":"[\"c\"]","Amount":"{\"a\":1}"}`).
				with("NESTED_VALUE_STRINGIFIED properties.checkout_id", "NESTED_VALUE_STRINGIFIED properties.revenue"),
		},
		{
			Rule: "a mapped field wins over a property of its CleverTap name",
			Event: `{"type":"track","userId":"u","event":"Order Completed","properties":{"Amount":2,` +
				`"revenue":1}}`,
			Guide:       event("Charged", `{"Amount":1}`).with("TRAIT_OVERRIDDEN properties.Amount"),
			Transformer: event("Charged", `{"Amount":2}`),
		},
		{
			Rule: "a custom Amount and where it stands",
			Event: `{"type":"track","userId":"u","event":"Order Completed","properties":{"Charged ID":"x",` +
				`"Amount":2,"x":1,"revenue":1,"checkout_id":"c"}}`,
			Guide: event("Charged", `{"Charged ID":"c","Amount":1,"x":1}`).
				with("TRAIT_OVERRIDDEN properties.Charged ID", "TRAIT_OVERRIDDEN properties.Amount"),
			Transformer: event("Charged", `{"Charged ID":"x","Amount":2,"x":1}`),
		},
		{
			Rule: "custom Items beside products",
			Event: `{"type":"track","userId":"u","event":"Order Completed",` +
				`"properties":{"products":[{"a":1}],"Items":[{"b":2}]}}`,
			Guide:       event("Charged", `{"Items":[{"a":1}]}`).with("TRAIT_OVERRIDDEN properties.Items"),
			Transformer: event("Charged", `{"Items":[{"b":2}]}`),
		},
		{
			Rule:  "Items without products are kept structured",
			Event: `{"type":"track","userId":"u","event":"Order Completed","properties":{"Items":[{"a":1}],"tax":2}}`,
			Both:  event("Charged", `{"Items":[{"a":1}],"tax":2}`),
		},
		{
			Rule:        "Items without products that are not objects",
			Event:       `{"type":"track","userId":"u","event":"Order Completed","properties":{"Items":["a"]}}`,
			Guide:       fails("INVALID_PRODUCTS properties.Items[0]"),
			Transformer: badProducts().at("properties.Items[0]"),
		},
		{
			Rule:        "a dot in a property of an order",
			Event:       `{"type":"track","userId":"u","event":"Order Completed","properties":{"a.b":1}}`,
			Guide:       event("Charged", `{"a.b":1}`),
			Transformer: event("Charged", `{"a":"{\"b\":1}"}`),
		},
		{
			Rule:  "a key of an order that can't be a path",
			Event: `{"type":"track","userId":"u","event":"Order Completed","properties":{"a.3000000":1}}`,
			Guide: event("Charged", `{"a.3000000":1}`),
			Transformer: fails("INVALID_FIELD_TYPE a.3000000").
				saying(`the key "a.3000000": an index in a key is too large`).of("a number"),
		},
		{
			Rule: "names that lead to a prototype in an order",
			Event: `{"type":"track","userId":"u","event":"Order Completed","properties":{"constructor":1,` +
				`"prototype":1,"a":2}}`,
			Guide:       event("Charged", `{"constructor":1,"prototype":1,"a":2}`),
			Transformer: event("Charged", `{"a":2}`),
		},
		{
			Rule:        "a name that leads to a prototype of objects in an order",
			Event:       `{"type":"track","userId":"u","event":"Order Completed","properties":{"__proto__":1,"a":2}}`,
			Guide:       event("Charged", `{"__proto__":1,"a":2}`),
			Transformer: event("Charged", `{"a":2}`),
		},
		{
			Rule: "categories of an order stay structured",
			Event: `{"type":"track","userId":"u","event":"Order Completed",` +
				`"properties":{"category-unsubscribe":{"a":1},"category-resubscribe":[1],` +
				`"nested":{"a":1}}}`,
			Both: event("Charged", `{"category-unsubscribe":{"a":1},"category-resubscribe":[1],"nested":"{\"a\":1}"}`).with("NESTED_VALUE_STRINGIFIED properties.nested"),
		},
		{
			Rule:        "an order whose properties are text",
			JSONOnly:    true,
			Event:       `{"type":"track","userId":"u","event":"Order Completed","properties":"ab"}`,
			Guide:       fails("INVALID_FIELD_TYPE properties"),
			Transformer: event("Charged", `{"0":"ab","1":"ab"}`),
		},
		{
			Rule:        "an order whose properties are an array",
			JSONOnly:    true,
			Event:       `{"type":"track","userId":"u","event":"Order Completed","properties":["x"]}`,
			Guide:       fails("INVALID_FIELD_TYPE properties"),
			Transformer: event("Charged", `{"0":"x"}`),
		},
		{
			Rule: "ts is the time and not a property",
			Event: `{"type":"track","userId":"u","event":"Order Completed","properties":{"ts":1571043797,` +
				`"revenue":1}}`,
			Both: gives(`{"type":"event","evtName":"Charged","evtData":{"Amount":1},"identity":"u",` +
				`"ts":1571043797}`),
		},
		{
			Rule:  "ts of an order that is a date",
			Event: `{"type":"track","userId":"u","event":"Order Completed","properties":{"ts":"2019-10-14"}}`,
			Both:  gives(`{"type":"event","evtName":"Charged","evtData":{},"identity":"u","ts":1571011200}`),
		},
		{
			Rule:        "ts of an order that is empty",
			Event:       `{"type":"track","userId":"u","event":"Order Completed","properties":{"ts":""}}`,
			Guide:       event("Charged", `{}`),
			Transformer: gives(`{"type":"event","evtName":"Charged","evtData":{},"identity":"u","ts":""}`),
		},
		{
			Rule:        "ts of an order that is false",
			Event:       `{"type":"track","userId":"u","event":"Order Completed","properties":{"ts":false}}`,
			Guide:       event("Charged", `{}`).with("INVALID_TIMESTAMP properties.ts"),
			Transformer: gives(`{"type":"event","evtName":"Charged","evtData":{},"identity":"u","ts":false}`),
		},
		{
			Rule:  "ts of an order that is null",
			Event: `{"type":"track","userId":"u","event":"Order Completed","properties":{"ts":null}}`,
			Both:  event("Charged", `{}`),
		},
		{
			Rule:        "an order of nobody",
			Settings:    objectID(),
			Event:       `{"type":"track","event":"Order Completed"}`,
			Guide:       fails("MISSING_IDENTITY userId"),
			Transformer: nobody(),
		},
	}
}

// purchases: products, and a track named Charged.
func purchases() []Case {
	return []Case{
		{
			Rule:        "an empty array of products",
			Event:       `{"type":"track","userId":"u","event":"Order Completed","properties":{"products":[]}}`,
			Guide:       event("Charged", `{"Items":[]}`),
			Transformer: badProducts(),
		},
		{
			Rule: "products that are not an array",
			Event: `{"type":"track","userId":"u","event":"Order Completed",` +
				`"properties":{"products":{"sku":"A"}}}`,
			Guide:       fails("INVALID_PRODUCTS properties.products"),
			Transformer: badProducts(),
		},
		{
			Rule: "products that are an object of objects",
			Event: `{"type":"track","userId":"u","event":"Order Completed",` +
				`"properties":{"products":{"a":{"b":1}}}}`,
			Guide:       fails("INVALID_PRODUCTS properties.products"),
			Transformer: badProducts(),
		},
		{
			Rule:       "a product that is not an object, by index",
			Difference: "a product that is not an object",
			Event: `{"type":"track","userId":"u","event":"Order Completed",` +
				`"properties":{"products":[{"sku":"A"},"B"]}}`,
			Guide:       fails("INVALID_PRODUCTS properties.products[1]"),
			Transformer: event("Charged", `{"Items":[{"sku":"A"},"B"]}`),
		},
		{
			Rule: "a first product that is not an object",
			Event: `{"type":"track","userId":"u","event":"Order Completed","properties":{"products":["a",` +
				`{}]}}`,
			Guide:       fails("INVALID_PRODUCTS properties.products[0]"),
			Transformer: badProducts().at("properties.products[0]"),
		},
		{
			Rule:        "a null product",
			Event:       `{"type":"track","userId":"u","event":"Order Completed","properties":{"products":[null]}}`,
			Guide:       fails("INVALID_PRODUCTS properties.products[0]"),
			Transformer: event("Charged", `{"Items":[null]}`),
		},
		{
			Rule:        "products that are numbers",
			Event:       `{"type":"track","userId":"u","event":"Order Completed","properties":{"products":[1]}}`,
			Guide:       fails("INVALID_PRODUCTS properties.products[0]"),
			Transformer: badProducts().at("properties.products[0]"),
		},
		{
			Rule: "products that are arrays",
			Event: `{"type":"track","userId":"u","event":"Order Completed",` +
				`"properties":{"products":[[1],2]}}`,
			Guide:       fails("INVALID_PRODUCTS properties.products[0]"),
			Transformer: event("Charged", `{"Items":[[1],2]}`),
		},
		{
			Rule:        "products of 5",
			Event:       `{"type":"track","userId":"u","event":"Order Completed","properties":{"products":5}}`,
			Guide:       fails("INVALID_PRODUCTS properties.products"),
			Transformer: badProducts(),
		},
		{
			Rule:        "products of true",
			Event:       `{"type":"track","userId":"u","event":"Order Completed","properties":{"products":true}}`,
			Guide:       fails("INVALID_PRODUCTS properties.products"),
			Transformer: badProducts(),
		},
		{
			Rule: "products in text",
			Event: `{"type":"track","userId":"u","event":"Order Completed",` +
				`"properties":{"products":"[{\"a\":1.0}]"}}`,
			Guide:       event("Charged", `{"Items":[{"a":1.0}]}`).with("JSON_TEXT_READ properties.products"),
			Transformer: event("Charged", `{"Items":[{"a":1}]}`),
		},
		{
			Rule:     "products in text: numbers and keys as JavaScript has them",
			JSONOnly: true,
			Event: `{"type":"track","userId":"u","event":"Order Completed",` +
				`"properties":{"products":"[{\"b\":1e400,\"1\":2,\"b\":1e999}]"}}`,
			Guide:       event("Charged", `{"Items":[{"b":1e999,"1":2}]}`).with("DUPLICATE_KEY properties.products[0].b", "JSON_TEXT_READ properties.products"),
			Transformer: event("Charged", `{"Items":[{"1":2,"b":null}]}`),
		},
		{
			Rule:     "a number beyond a double beside products in text",
			JSONOnly: true,
			Event: `{"type":"track","userId":"u","event":"Order Completed",` +
				`"properties":{"products":"[{}]","n":1e400}}`,
			Guide:       event("Charged", `{"Items":[{}],"n":1e400}`).with("JSON_TEXT_READ properties.products"),
			Transformer: event("Charged", `{"Items":[{}],"n":null}`),
		},
		{
			Rule:        "products in text that is another value",
			Event:       `{"type":"track","userId":"u","event":"Order Completed","properties":{"products":"5"}}`,
			Guide:       fails("INVALID_PRODUCTS properties.products"),
			Transformer: badProducts().of("a number"),
		},
		{
			Rule:  "products in text that is not JSON",
			Event: `{"type":"track","userId":"u","event":"Order Completed","properties":{"products":"abc"}}`,
			Guide: fails("INVALID_PRODUCTS properties.products"),
			Transformer: fails("INVALID_FIELD_TYPE properties.products").
				saying("the products are not JSON: malformed JSON at line 1, column 1: 'a' where a value is expected"),
		},
		{
			Rule: "nested values within items",
			Event: `{"type":"track","userId":"u","event":"Order Completed",` +
				`"properties":{"products":[{"a":{"b":[null]}}]}}`,
			Guide:       event("Charged", `{"Items":[{"a":"{\"b\":[null]}"}]}`).with("NESTED_VALUE_STRINGIFIED properties.products[0].a"),
			Transformer: event("Charged", `{"Items":[{"a":{"b":[null]}}]}`),
		},
		{
			Rule: "a track named Charged keeps its Items",
			Event: `{"type":"track","userId":"u","event":"Charged","properties":{"Amount":1,` +
				`"Items":[{"a":{"b":1}}],"checkout_id":"c"}}`,
			Guide:       event("Charged", `{"Amount":1,"Items":[{"a":"{\"b\":1}"}],"checkout_id":"c"}`).with("NESTED_VALUE_STRINGIFIED properties.Items[0].a"),
			Transformer: event("Charged", `{"Amount":1,"Items":[{"a":{"b":1}}],"checkout_id":"c"}`),
		},
		{
			Rule: "Charged: ts is the time",
			Event: `{"type":"track","userId":"u","event":"Charged","properties":{"Items":[{}],` +
				`"ts":"2019-10-14"}}`,
			Guide: gives(`{"type":"event","evtName":"Charged","evtData":{"Items":[{}]},"identity":"u",` +
				`"ts":1571011200}`),
			Transformer: gives(`{"type":"event","evtName":"Charged","evtData":{"Items":[{}],"ts":"2019-10-14"},` +
				`"identity":"u","ts":1571011200}`),
		},
		{
			Rule:        "Charged: Items in text",
			Event:       `{"type":"track","userId":"u","event":"Charged","properties":{"Items":"[{}]"}}`,
			Guide:       event("Charged", `{"Items":[{}]}`).with("JSON_TEXT_READ properties.Items"),
			Transformer: event("Charged", `{"Items":[{}]}`),
		},
		{
			Rule:  "Charged: Items that are empty",
			Event: `{"type":"track","userId":"u","event":"Charged","properties":{"Items":""}}`,
			Both:  event("Charged", `{"Items":""}`),
		},
		{
			Rule:        "Charged: Items that are null",
			Event:       `{"type":"track","userId":"u","event":"Charged","properties":{"Items":null}}`,
			Guide:       event("Charged", `{}`),
			Transformer: event("Charged", `{"Items":null}`),
		},
		{
			Rule:        "Charged: Items that are not objects",
			Event:       `{"type":"track","userId":"u","event":"Charged","properties":{"Items":[1]}}`,
			Guide:       fails("INVALID_PRODUCTS properties.Items[0]"),
			Transformer: badProducts().at("properties.Items[0]"),
		},
		{
			Rule:        "Charged: Items that are one object",
			Event:       `{"type":"track","userId":"u","event":"Charged","properties":{"Items":{"sku":"A"}}}`,
			Guide:       fails("INVALID_PRODUCTS properties.Items"),
			Transformer: badProducts().at("properties.Items"),
		},
		{
			Rule:  "Charged: products become text",
			Event: `{"type":"track","userId":"u","event":"Charged","properties":{"products":[{}]}}`,
			Both:  event("Charged", `{"products":"[{}]"}`).with("NESTED_VALUE_STRINGIFIED properties.products"),
		},
		{
			Rule:        "Charged: properties of 0",
			JSONOnly:    true,
			Event:       `{"type":"track","userId":"u","event":"Charged","properties":0}`,
			Guide:       fails("INVALID_FIELD_TYPE properties"),
			Transformer: event("Charged", `0`),
		},
		{
			Rule:        "a page named Charged",
			Event:       `{"type":"page","userId":"u","name":"Charged","properties":{"Items":[1]}}`,
			Guide:       event("Web Page Viewed Charged", `{"Items":"[1]"}`).with("NESTED_VALUE_STRINGIFIED properties.Items"),
			Transformer: event("Web Page Viewed: Charged", `{"Items":"[1]"}`),
		},
		{
			Rule:        "Items of Charged in lower case",
			Event:       `{"type":"track","userId":"u","event":"charged","properties":{"Items":[{"a":1}]}}`,
			Guide:       event("Charged", `{"Items":[{"a":1}]}`),
			Transformer: event("charged", `{"Items":"[{\"a\":1}]"}`),
		},
	}
}
