package cases

// emptyMaps: "An empty array where an object belongs is absent without a word".
func emptyMaps() []Case {
	return []Case{
		{
			Rule:     "PHP's empty properties",
			JSONOnly: true,
			Event:    `{"type":"track","userId":"u","event":"E","properties":[]}`,
			Both:     event("E", `{}`),
		},
		{
			Rule:     "PHP's empty properties of an order",
			JSONOnly: true,
			Event:    `{"type":"track","userId":"u","event":"Order Completed","properties":[]}`,
			Both:     event("Charged", `{}`),
		},
		{
			Rule:        "PHP's empty properties of a page",
			JSONOnly:    true,
			Event:       `{"type":"page","userId":"u","name":"P","properties":[]}`,
			Guide:       event("Web Page Viewed P", `{}`),
			Transformer: event("Web Page Viewed: P", `{}`),
		},
		{
			Rule:     "PHP's empty traits",
			JSONOnly: true,
			Event:    `{"type":"identify","userId":"u","traits":[],"context":{"traits":{"plan":"pro"}}}`,
			Both:     profile(`{"plan":"pro"}`),
		},
		{
			Rule:     "PHP's empty traits of a track",
			JSONOnly: true,
			Event:    `{"type":"track","anonymousId":"a","event":"E","traits":[]}`,
			Both:     gives(`{"type":"event","evtName":"E","evtData":{},"identity":"a"}`),
		},
		{
			Rule:     "PHP's empty context",
			JSONOnly: true,
			Event:    `{"type":"identify","userId":"u","traits":{"plan":"pro"},"context":[]}`,
			Both:     profile(`{"plan":"pro"}`),
		},
		{
			Rule:     "PHP's empty maps in the context",
			JSONOnly: true,
			Event: `{"type":"identify","userId":"u","traits":{"plan":"pro"},"context":{"traits":[],"device":[],` +
				`"os":[],"library":[]}}`,
			Both: profile(`{"plan":"pro"}`),
		},
		{
			Rule:  "PHP's empty overrideFields",
			Event: `{"type":"identify","userId":"u","traits":{"plan":"pro","overrideFields":[]}}`,
			Both:  profile(`{"plan":"pro"}`),
		},
		{
			Rule:     "PHP's empty integrations",
			Settings: objectID(),
			JSONOnly: true,
			Event: `{"type":"identify","userId":"u","anonymousId":"a","traits":{"plan":"pro"},"integrations":[],` +
				`"context":{"device":{"token":"T"},"os":{"name":"Android"}}}`,
			Both: gives(`{"type":"profile","profileData":{"plan":"pro","identity":"u"},"objectId":"a"}`, `{"type":"token","tokenData":{"id":"T","type":"fcm"},"objectId":"a"}`),
		},
		{
			Rule:     "PHP's empty options",
			Settings: objectID(),
			JSONOnly: true,
			Event: `{"type":"identify","userId":"u","anonymousId":"a","traits":{"plan":"pro"},` +
				`"integrations":{"All":false,"CleverTap":[]},"context":{"device":{"token":"T"},` +
				`"os":{"name":"Android"}}}`,
			Both: gives(`{"type":"profile","profileData":{"plan":"pro","identity":"u"},"objectId":"a"}`, `{"type":"token","tokenData":{"id":"T","type":"fcm"},"objectId":"a"}`),
		},
		{
			Rule:        "an array with something in it is no map",
			JSONOnly:    true,
			Event:       `{"type":"track","userId":"u","event":"E","properties":[{}]}`,
			Guide:       fails("INVALID_FIELD_TYPE properties"),
			Transformer: event("E", `{"0":"{}"}`),
		},
		{
			Rule:  "an empty array elsewhere is a value",
			Event: `{"type":"track","userId":"u","event":"E","properties":{"tags":[]}}`,
			Both:  event("E", `{"tags":"[]"}`).with("NESTED_VALUE_STRINGIFIED properties.tags"),
		},
	}
}

// sideFields: "Side fields of a wrong type are ignored with FIELD_IGNORED".
func sideFields() []Case {
	return []Case{
		{
			Rule:     "a wrong type: context.library",
			Settings: objectID(),
			JSONOnly: true,
			Event: `{"type":"identify","userId":"u","anonymousId":"a","traits":{"plan":"x"},` +
				`"context":{"library":["x"]}}`,
			Both: gives(`{"type":"profile","profileData":{"plan":"x","identity":"u"},"objectId":"a"}`).with("FIELD_IGNORED context.library"),
		},
		{
			Rule:     "a wrong type: integrations",
			Settings: objectID(),
			JSONOnly: true,
			Event:    `{"type":"identify","userId":"u","anonymousId":"a","traits":{"plan":"x"},"integrations":"all"}`,
			Both:     gives(`{"type":"profile","profileData":{"plan":"x","identity":"u"},"objectId":"a"}`).with("FIELD_IGNORED integrations"),
		},
		{
			Rule:     "a wrong type: context",
			Settings: objectID(),
			JSONOnly: true,
			Event:    `{"type":"identify","userId":"u","anonymousId":"a","traits":{"plan":"x"},"context":"web"}`,
			Both:     gives(`{"type":"profile","profileData":{"plan":"x","identity":"u"},"objectId":"a"}`).with("FIELD_IGNORED context"),
		},
		{
			Rule:     "a wrong type: context.traits",
			Settings: objectID(),
			JSONOnly: true,
			Event: `{"type":"identify","userId":"u","anonymousId":"a","traits":{"plan":"x"},` +
				`"context":{"traits":"x","locale":"en"}}`,
			Guide:       gives(`{"type":"profile","profileData":{"plan":"x","identity":"u"},"objectId":"a"}`).with("FIELD_IGNORED context.traits"),
			Transformer: gives(`{"type":"profile","profileData":{"0":"x","plan":"x","identity":"u"},"objectId":"a"}`),
		},
		{
			Rule:     "a wrong type: context.device",
			Settings: objectID(),
			JSONOnly: true,
			Event: `{"type":"identify","userId":"u","anonymousId":"a","traits":{"plan":"x"},` +
				`"context":{"device":"iPhone 12"}}`,
			Both: gives(`{"type":"profile","profileData":{"plan":"x","identity":"u"},"objectId":"a"}`).with("FIELD_IGNORED context.device"),
		},
		{
			Rule:     "a wrong type: context.os",
			Settings: objectID(),
			JSONOnly: true,
			Event:    `{"type":"identify","userId":"u","anonymousId":"a","traits":{"plan":"x"},"context":{"os":"iOS"}}`,
			Both:     gives(`{"type":"profile","profileData":{"plan":"x","identity":"u"},"objectId":"a"}`).with("FIELD_IGNORED context.os"),
		},
		{
			Rule:     "a wrong type: the system's name, said once",
			Settings: Settings{"connectionMode": "device", "enableObjectIdMapping": true},
			JSONOnly: true,
			Event: `{"type":"identify","userId":"u","anonymousId":"a","channel":"mobile",` +
				`"context":{"os":{"name":["iOS"]},"device":{"token":"T"}}}`,
			Guide:       gives(`{"type":"profile","profileData":{"identity":"u"},"objectId":"a"}`).with("FIELD_IGNORED context.os.name", "TOKEN_NOT_UPLOADED context.device.token"),
			Transformer: fails("INVALID_FIELD_TYPE context.os.name"),
		},
		{
			Rule:     "a track needs no traits, whatever they are",
			JSONOnly: true,
			Event:    `{"type":"track","anonymousId":"a","event":"E","traits":"x"}`,
			Both:     gives(`{"type":"event","evtName":"E","evtData":{},"identity":"a"}`).with("FIELD_IGNORED traits"),
		},
		{
			Rule:     "a token of Android that is a number",
			Settings: objectID(),
			JSONOnly: true,
			Event: `{"type":"identify","userId":"u","anonymousId":"a","context":{"device":{"token":50},` +
				`"os":{"name":"android"}}}`,
			Guide:       gives(`{"type":"profile","profileData":{"identity":"u"},"objectId":"a"}`, `{"type":"token","tokenData":{"id":"50","type":"fcm"},"objectId":"a"}`).with("NUMBER_AS_TEXT context.device.token"),
			Transformer: gives(`{"type":"profile","profileData":{"identity":"u"},"objectId":"a"}`, `{"type":"token","tokenData":{"id":50,"type":"fcm"},"objectId":"a"}`),
		},
		{
			Rule:     "a token that is no text",
			Settings: objectID(),
			JSONOnly: true,
			Event: `{"type":"identify","userId":"u","anonymousId":"a","context":{"device":{"token":{"id":"T"}},` +
				`"os":{"name":"ios"}}}`,
			Guide:       gives(`{"type":"profile","profileData":{"identity":"u"},"objectId":"a"}`).with("FIELD_IGNORED context.device.token"),
			Transformer: gives(`{"type":"profile","profileData":{"identity":"u"},"objectId":"a"}`, `{"type":"token","tokenData":{"id":{"id":"T"},"type":"apns"},"objectId":"a"}`),
		},
	}
}

// leftOut: "Whatever is left out or lost to another value has a diagnostic".
func leftOut() []Case {
	return []Case{
		{
			Rule: "a trait in both places with the same value",
			Event: `{"type":"identify","userId":"u","traits":{"city":"Oslo","a":{"b":[1]},"email":"a@example.com"},` +
				`"context":{"traits":{"city":"Oslo","a":{"b":[1]},"email":"a@example.com"}}}`,
			Both: profile(`{"Email":"a@example.com","city":"Oslo","a":"{\"b\":[1]}"}`).with("NESTED_VALUE_STRINGIFIED traits.a"),
		},
		{
			Rule: "a trait in both places with different values",
			Event: `{"type":"identify","userId":"u","traits":{"a":{"b":[1]},"ts":5},` +
				`"context":{"traits":{"a":{"b":[1,2]},"ts":7}}}`,
			Guide:       gives(`{"type":"profile","profileData":{"a":"{\"b\":[1]}"},"identity":"u","ts":5}`).with("NESTED_VALUE_STRINGIFIED traits.a", "TRAIT_OVERRIDDEN context.traits.a", "TRAIT_OVERRIDDEN context.traits.ts"),
			Transformer: gives(`{"type":"profile","profileData":{"a":"{\"b\":[1,2]}"},"identity":"u","ts":5}`),
		},
		{
			Rule: "an id among the traits that is not the event's",
			Event: `{"type":"identify","userId":"u","anonymousId":"a","traits":{"id":42,"userId":"u"},` +
				`"context":{"traits":{"anonymousId":"b","userId":"v"}}}`,
			Both: profile(`{}`).with("TRAIT_LEFT_OUT traits.id", "TRAIT_LEFT_OUT context.traits.anonymousId", "TRAIT_LEFT_OUT context.traits.userId"),
		},
		{
			Rule:  "an id among the traits that is the event's, as a number",
			Event: `{"type":"identify","userId":"42","traits":{"id":42}}`,
			Both:  gives(`{"type":"profile","profileData":{},"identity":"42"}`),
		},
		{
			Rule: "a trait named identity is left out",
			Event: `{"type":"identify","userId":"u","traits":{"identity":"passport","email":"a@example.com"},` +
				`"context":{"traits":{"identity":"card"}}}`,
			Guide:       profile(`{"Email":"a@example.com"}`).with("TRAIT_OVERRIDDEN traits.identity", "TRAIT_OVERRIDDEN context.traits.identity"),
			Transformer: profile(`{"Email":"a@example.com","identity":"card"}`),
		},
		{
			Rule:     "a trait named identity of a visitor",
			Settings: objectID(),
			Event: `{"type":"identify","anonymousId":"a","traits":{"identity":"passport",` +
				`"overrideFields":{"identity":"card"}}}`,
			Guide:       gives(`{"type":"profile","profileData":{},"objectId":"a"}`).with("TRAIT_OVERRIDDEN traits.identity", "TRAIT_OVERRIDDEN traits.overrideFields.identity"),
			Transformer: gives(`{"type":"profile","profileData":{"identity":"card"},"objectId":"a"}`),
		},
		{
			Rule:  "a property named identity is a property",
			Event: `{"type":"track","userId":"u","event":"E","properties":{"identity":"x"}}`,
			Both:  event("E", `{"identity":"x"}`),
		},
		{
			Rule: "a last name alone, in the context",
			Event: `{"type":"identify","userId":"u","traits":{"first_name":""},` +
				`"context":{"traits":{"last_name":"Lovelace"}}}`,
			Guide:       profile(`{"Name":"Lovelace"}`),
			Transformer: profile(`{}`),
		},
		{
			Rule: "a first name in two spellings",
			Event: `{"type":"identify","userId":"u","traits":{"first_name":"Ada","firstName":"Augusta",` +
				`"firstname":"Augusta"}}`,
			Guide:       profile(`{"Name":"Augusta"}`).with("TRAIT_LEFT_OUT traits.first_name"),
			Transformer: profile(`{}`),
		},
	}
}

// overridden: overrideFields that replace what the traits say.
func overridden() []Case {
	return []Case{
		{
			Rule:        "overrideFields of the context that are not an object",
			Event:       `{"type":"identify","userId":"u","context":{"traits":{"overrideFields":"x"}}}`,
			Guide:       profile(`{}`).with("FIELD_IGNORED context.traits.overrideFields"),
			Transformer: profile(`{"0":"x"}`),
		},
		{
			Rule: "overrideFields that are PHP's empty map, and the context's",
			Event: `{"type":"identify","userId":"u","traits":{"overrideFields":[]},` +
				`"context":{"traits":{"overrideFields":{"A":1}}}}`,
			Guide:       profile(`{"A":1}`),
			Transformer: profile(`{}`),
		},
		{
			Rule:  "a name overridden, of its parts",
			Event: `{"type":"identify","userId":"u","traits":{"lastName":"L","overrideFields":{"Name":"N"}}}`,
			Both:  profile(`{"Name":"N"}`).with("TRAIT_LEFT_OUT traits.lastName"),
		},
		{
			Rule: "a name overridden, of its parts in the context",
			Event: `{"type":"identify","userId":"u","context":{"traits":{"first_name":"F","lastName":"L",` +
				`"overrideFields":{"Name":"N"}}}}`,
			Both: profile(`{"Name":"N"}`).with("TRAIT_LEFT_OUT context.traits.first_name"),
		},
		{
			Rule:  "a trait of the context overridden",
			Event: `{"type":"identify","userId":"u","traits":{"overrideFields":{"a":2,"b":3}},"context":{"traits":{"a":1,"b":3}}}`,
			Both:  profile(`{"a":2,"b":3}`).with("TRAIT_LEFT_OUT context.traits.a"),
		},
	}
}

// loosely: names of events, and orders, as people write them.
func loosely() []Case {
	return []Case{
		{
			Rule:        "a name in the properties that is a number",
			Event:       `{"type":"track","userId":"u","properties":{"event":404}}`,
			Guide:       event("404", `{"event":404}`).with("NUMBER_AS_TEXT properties.event"),
			Transformer: noName(),
		},
		{
			Rule:        "a blank name, and one in the properties",
			Event:       `{"type":"track","userId":"u","event":" ","properties":{"event":"E"}}`,
			Guide:       event("E", `{"event":"E"}`),
			Transformer: event(" ", `{"event":"E"}`),
		},
		{
			Rule:        "blank names in both places",
			Event:       `{"type":"track","userId":"u","event":" ","properties":{"event":"  "}}`,
			Guide:       fails("MISSING_EVENT_NAME event"),
			Transformer: event(" ", `{"event":"  "}`),
		},
		{
			Rule:  "blanks around a name stay",
			Event: `{"type":"track","userId":"u","event":" E "}`,
			Both:  event(" E ", `{}`),
		},
		{
			Rule:  "Items of an event that is not a purchase",
			Event: `{"type":"track","userId":"u","event":"Recharged","properties":{"Items":[{"a":1}]}}`,
			Both:  event("Recharged", `{"Items":"[{\"a\":1}]"}`).with("NESTED_VALUE_STRINGIFIED properties.Items"),
		},
		{
			Rule: "a purchase named \" Order Completed\"",
			Event: `{"type":"track","userId":"u","event":" Order Completed","properties":{"Items":[{"sku":"A"}],` +
				`"Amount":1}}`,
			Guide:       event("Charged", `{"Items":[{"sku":"A"}],"Amount":1}`),
			Transformer: event(" Order Completed", `{"Items":"[{\"sku\":\"A\"}]","Amount":1}`),
		},
		{
			Rule: "a purchase named \"order completed \"",
			Event: `{"type":"track","userId":"u","event":"order completed ","properties":{"Items":[{"sku":"A"}],` +
				`"Amount":1}}`,
			Guide:       event("Charged", `{"Items":[{"sku":"A"}],"Amount":1}`),
			Transformer: event("order completed ", `{"Items":"[{\"sku\":\"A\"}]","Amount":1}`),
		},
		{
			Rule: "a purchase named \"ORDER COMPLETED\"",
			Event: `{"type":"track","userId":"u","event":"ORDER COMPLETED","properties":{"Items":[{"sku":"A"}],` +
				`"Amount":1}}`,
			Both: event("Charged", `{"Items":[{"sku":"A"}],"Amount":1}`),
		},
		{
			Rule:  "a purchase named \"Charged\"",
			Event: `{"type":"track","userId":"u","event":"Charged","properties":{"Items":[{"sku":"A"}],"Amount":1}}`,
			Both:  event("Charged", `{"Items":[{"sku":"A"}],"Amount":1}`),
		},
		{
			Rule:        "a purchase named \"charged\"",
			Event:       `{"type":"track","userId":"u","event":"charged","properties":{"Items":[{"sku":"A"}],"Amount":1}}`,
			Guide:       event("Charged", `{"Items":[{"sku":"A"}],"Amount":1}`),
			Transformer: event("charged", `{"Items":"[{\"sku\":\"A\"}]","Amount":1}`),
		},
		{
			Rule: "a purchase named \" CHARGED \"",
			Event: `{"type":"track","userId":"u","event":" CHARGED ","properties":{"Items":[{"sku":"A"}],` +
				`"Amount":1}}`,
			Guide:       event("Charged", `{"Items":[{"sku":"A"}],"Amount":1}`),
			Transformer: event(" CHARGED ", `{"Items":"[{\"sku\":\"A\"}]","Amount":1}`),
		},
		{
			Rule:  "not a purchase",
			Event: `{"type":"track","userId":"u","event":"OrderCompleted","properties":{"revenue":1}}`,
			Both:  event("OrderCompleted", `{"revenue":1}`),
		},
		{
			Rule:     "nested values and nulls within items",
			JSONOnly: true,
			Event: `{"type":"track","userId":"u","event":"Order Completed",` +
				`"properties":{"products":[{"sku":"A"},{"id":"507","sku":null,"tags":["a","b"],` +
				`"price":{"amount":"19.00"},"n":1}]}}`,
			Guide: event("Charged", `{"Items":[{"sku":"A"},{"id":"507","tags":"[\"a\",\"b\"]","price":"{\"amount\":\"19.00\"}",`+
				`"n":1}]}`).with("NESTED_VALUE_STRINGIFIED properties.products[1].tags", "NESTED_VALUE_STRINGIFIED properties.products[1].price"),
			Transformer: event("Charged", `{"Items":[{"sku":"A"},{"id":"507","sku":null,"tags":["a","b"],"price":{"amount":"19.00"},`+
				`"n":1}]}`),
		},
		{
			Rule:        "nested values within items of Charged",
			Event:       `{"type":"track","userId":"u","event":"Charged","properties":{"Items":[{"a":{"b":1}}]}}`,
			Guide:       event("Charged", `{"Items":[{"a":"{\"b\":1}"}]}`).with("NESTED_VALUE_STRINGIFIED properties.Items[0].a"),
			Transformer: event("Charged", `{"Items":[{"a":{"b":1}}]}`),
		},
		{
			Rule: "products as JSON text",
			Event: `{"type":"track","userId":"u","event":"Order Completed",` +
				`"properties":{"products":"[{\"sku\":\"A\",\"tags\":[1]}]"}}`,
			Guide:       event("Charged", `{"Items":[{"sku":"A","tags":"[1]"}]}`).with("JSON_TEXT_READ properties.products", "NESTED_VALUE_STRINGIFIED properties.products[0].tags"),
			Transformer: event("Charged", `{"Items":[{"sku":"A","tags":[1]}]}`),
		},
		{
			Rule:        "Items as JSON text",
			Event:       `{"type":"track","userId":"u","event":"Charged","properties":{"Items":" [] "}}`,
			Guide:       event("Charged", `{"Items":[]}`).with("JSON_TEXT_READ properties.Items"),
			Transformer: badProducts().at("properties.Items").of("an array"),
		},
		{
			Rule: "products as JSON text of something else",
			Event: `{"type":"track","userId":"u","event":"Order Completed",` +
				`"properties":{"products":"[{\"sku\":\"A\"},7]"}}`,
			Guide:       fails("INVALID_PRODUCTS properties.products[1]"),
			Transformer: event("Charged", `{"Items":[{"sku":"A"},7]}`),
		},
		{
			Rule: "products as JSON text of one",
			Event: `{"type":"track","userId":"u","event":"Order Completed",` +
				`"properties":{"products":"{\"sku\":\"A\"}"}}`,
			Guide:       fails("INVALID_PRODUCTS properties.products"),
			Transformer: badProducts().of("an object"),
		},
		{
			Rule:        "products as other text",
			Event:       `{"type":"track","userId":"u","event":"Order Completed","properties":{"products":"Monopoly"}}`,
			Guide:       fails("INVALID_PRODUCTS properties.products"),
			Transformer: fails("INVALID_FIELD_TYPE properties.products"),
		},
		{
			Rule:        "Items that are one object",
			Event:       `{"type":"track","userId":"u","event":"charged","properties":{"Items":{"sku":"A"}}}`,
			Guide:       fails("INVALID_PRODUCTS properties.Items"),
			Transformer: event("charged", `{"Items":"{\"sku\":\"A\"}"}`),
		},
		{
			Rule:        "Items of an order that are no objects",
			Event:       `{"type":"track","userId":"u","event":"order completed","properties":{"Items":[{},null]}}`,
			Guide:       fails("INVALID_PRODUCTS properties.Items[1]"),
			Transformer: event("Charged", `{"Items":[{},null]}`),
		},
	}
}

// unreadableTimes: "else (absent or unreadable) originalTimestamp".
func unreadableTimes() []Case {
	return []Case{
		{
			Rule:     "an unreadable timestamp: originalTimestamp",
			Settings: ownTime(),
			Event: `{"type":"track","userId":"u","event":"E","timestamp":"soon",` +
				`"originalTimestamp":"2024-01-01T10:00:00Z"}`,
			Guide:       gives(`{"type":"event","evtName":"E","evtData":{},"identity":"u","ts":1704103200}`).with("INVALID_TIMESTAMP timestamp"),
			Transformer: event("E", `{}`),
		},
		{
			Rule:     "a zero timestamp",
			Settings: ownTime(),
			Event: `{"type":"track","userId":"u","event":"E","timestamp":"0001-01-01T00:00:00Z",` +
				`"originalTimestamp":"2024-01-01T10:00:00Z"}`,
			Guide:       gives(`{"type":"event","evtName":"E","evtData":{},"identity":"u","ts":1704103200}`).with("INVALID_TIMESTAMP timestamp"),
			Transformer: event("E", `{}`),
		},
		{
			Rule:     "two unreadable times",
			Settings: ownTime(),
			Event:    `{"type":"track","userId":"u","event":"E","timestamp":"soon","originalTimestamp":"later"}`,
			Both:     event("E", `{}`).with("INVALID_TIMESTAMP timestamp", "INVALID_TIMESTAMP originalTimestamp"),
		},
		{
			Rule:     "an unreadable ts",
			Settings: ownTime(),
			Event: `{"type":"track","userId":"u","event":"E","timestamp":"2024-01-01T10:00:00Z",` +
				`"properties":{"ts":"soon"}}`,
			Guide:       gives(`{"type":"event","evtName":"E","evtData":{"ts":"soon"},"identity":"u","ts":1704103200}`).with("INVALID_TIMESTAMP properties.ts"),
			Transformer: gives(`{"type":"event","evtName":"E","evtData":{"ts":"soon"},"identity":"u","ts":null}`),
		},
		{
			Rule: "an unreadable ts, and nobody asks for other times",
			Event: `{"type":"track","userId":"u","event":"E","timestamp":"2024-01-01T10:00:00Z",` +
				`"properties":{"ts":"soon"}}`,
			Guide:       event("E", `{"ts":"soon"}`).with("INVALID_TIMESTAMP properties.ts"),
			Transformer: gives(`{"type":"event","evtName":"E","evtData":{"ts":"soon"},"identity":"u","ts":null}`),
		},
	}
}

// brokenText: "Invalid UTF-8 and lone surrogates become U+FFFD; of a key that stands twice the last wins".
func brokenText() []Case {
	return []Case{
		{
			Rule:        "a title cut within an emoji",
			JSONOnly:    true,
			Event:       `{"type":"identify","userId":"\ud800","traits":{"title":"x\ud83d","ok":"\ud83d\ude00\ufffd"}}`,
			Guide:       gives(`{"type":"profile","profileData":{"title":"x�","ok":"😀�"},"identity":"�"}`).with("TEXT_REPAIRED userId", "TEXT_REPAIRED traits.title"),
			Transformer: gives(`{"type":"profile","profileData":{"title":"x\ud83d","ok":"😀�"},"identity":"\ud800"}`),
		},
		{
			Rule:     "Latin-1",
			JSONOnly: true,
			Event:    "{\"type\":\"track\",\"userId\":\"u\",\"event\":\"Caf\xe9\",\"properties\":{\"a\":{\"b\":[\"\xfc\"]}}}",
			Both:     event("Caf�", `{"a":"{\"b\":[\"�\"]}"}`).with("TEXT_REPAIRED event", "TEXT_REPAIRED properties.a.b[0]", "NESTED_VALUE_STRINGIFIED properties.a"),
		},
		{
			Rule:     "a key in Latin-1",
			JSONOnly: true,
			Event:    "{\"type\":\"track\",\"userId\":\"u\",\"event\":\"E\",\"properties\":{\"stra\xdfe\":1}}",
			Both:     event("E", `{"stra�e":1}`).with("TEXT_REPAIRED properties.stra�e"),
		},
		{
			Rule:     "a repeated trait",
			JSONOnly: true,
			Event:    `{"type":"identify","userId":"u","traits":{"a":1,"b":3,"a":2}}`,
			Both:     profile(`{"a":2,"b":3}`).with("DUPLICATE_KEY traits.a"),
		},
		{
			Rule:     "repeated keys within",
			JSONOnly: true,
			Event: `{"type":"track","userId":"u","event":"Order Completed","properties":{"products":[{"sku":"A",` +
				`"sku":"B"}]},"context":{"os":{},"os":{"name":"x","name":"y"}}}`,
			Both: event("Charged", `{"Items":[{"sku":"B"}]}`).with("DUPLICATE_KEY properties.products[0].sku", "DUPLICATE_KEY context.os", "DUPLICATE_KEY context.os.name"),
		},
		{
			Rule: "products as JSON text with a repeated key",
			Event: `{"type":"track","userId":"u","event":"Order Completed",` +
				`"properties":{"products":"[{\"sku\":\"A\",\"sku\":\"B\"}]"}}`,
			Both: event("Charged", `{"Items":[{"sku":"B"}]}`).with("DUPLICATE_KEY properties.products[0].sku", "JSON_TEXT_READ properties.products"),
		},
		{
			Rule:        "a repeated key of the event itself",
			JSONOnly:    true,
			Event:       `{"type":"identify","userId":"u","traits":{},"userId":"v"}`,
			Guide:       fails("INVALID_JSON "),
			Transformer: gives(`{"type":"profile","profileData":{},"identity":"v"}`),
		},
	}
}

// systems: device tokens by every spelling of an operating system.
func systems() []Case {
	const person = `{"type":"profile","profileData":{"identity":"u"},"objectId":"a"}`
	var all []Case
	for kind, contexts := range map[string][]string{
		"apns": {
			`"device":{"token":"T"},"os":{"name":"iPhone OS"}`,
			`"device":{"token":"T"},"os":{"name":"iPhone OS 17.2"}`,
			`"device":{"token":"T"},"os":{"name":"visionOS"}`,
			`"device":{"token":"T"},"os":{"name":" ios "}`,
			`"device":{"token":"T"},"os":{"name":"iOS 16.1.1"}`,
			`"device":{"token":"T"},"os":{"name":"iPadOS17"}`,
			`"device":{"token":"T","type":"ios"},"os":{"name":""}`,
			`"device":{"token":"T","type":"iOS"}`,
			`"device":{"token":"T","type":" tvOS 17"},"os":{"name":"unknown"}`,
		},
		"fcm": {
			`"device":{"token":"T"},"os":{"name":"Android "}`,
			`"device":{"token":"T"},"os":{"name":"Android OS 13 / API-33 (TP1A/1.2)"}`,
			`"device":{"token":"T"},"os":{"name":"android 14"}`,
			`"device":{"token":"T"},"os":{"name":"Android-9"}`,
			`"device":{"token":"T"},"os":{"name":"Android OS"}`,
			`"device":{"token":"T","type":"Android"},"os":{"version":"13"}`,
		},
		"": {
			`"device":{"token":"T"},"os":{"name":"iOSX"}`,
			`"device":{"token":"T"},"os":{"name":"iOS, perhaps"}`,
			`"device":{"token":"T"},"os":{"name":"Androidish 4"}`,
			`"device":{"token":"T"},"os":{"name":"Android o"}`,
			`"device":{"token":"T"},"os":{"name":"My iOS 16"}`,
			`"device":{"token":"T","type":"ios"},"os":{"name":"macOS 14.2"}`,
			`"device":{"token":"T","type":"phone"}`,
			`"device":{"token":"T"},"os":{"name":"Tizen"}`,
			`"device":{"token":"T","type":""},"os":{"name":"  "}`,
		},
	} {
		for _, context := range contexts {
			c := Case{
				Rule:        "a token of {" + context + "}",
				Settings:    objectID(),
				Event:       `{"type":"identify","userId":"u","anonymousId":"a","context":{` + context + `}}`,
				Guide:       gives(person).with("TOKEN_NOT_UPLOADED context.device.token"),
				Transformer: gives(person),
			}
			if kind != "" {
				c.Guide = gives(person, `{"type":"token","tokenData":{"id":"T","type":"`+kind+`"},"objectId":"a"}`)
			}
			all = append(all, c)
		}
	}
	return append(all, Case{
		Rule: "a token beside a track is nobody's loss",
		Event: `{"type":"track","userId":"u","event":"E","context":{"device":{"token":"T"},` +
			`"os":{"name":"Android"}}}`,
		Both: event("E", `{}`),
	})
}

// exclusions: "`integrations` that exclude CleverTap filter the event".
func exclusions() []Case {
	with := func(integrations string) string {
		return `{"type":"track","userId":"u","event":"E","integrations":` + integrations + `}`
	}
	all := []Case{
		{
			Rule:        "CleverTap is excluded by All",
			Difference:  "an event that is not for CleverTap",
			Event:       with(`{"All":false,"Amplitude":true}`),
			Guide:       filtered("INTEGRATIONS"),
			Transformer: event("E", `{}`),
		},
		{
			Rule:  "integrations of other types",
			Event: with(`{"All":"false","CleverTap":"no"}`),
			Both:  event("E", `{}`).with("FIELD_IGNORED integrations.All", "FIELD_IGNORED integrations.CleverTap"),
		},
		{
			Rule:        "a wrong type does not name CleverTap",
			Event:       with(`{"All":false,"CleverTap":"yes"}`),
			Guide:       filtered("INTEGRATIONS").with("FIELD_IGNORED integrations.CleverTap"),
			Transformer: event("E", `{}`),
		},
		{
			Rule:        "calls of any type are excluded",
			Event:       `{"type":"identify","userId":"u","integrations":{"All":false}}`,
			Guide:       filtered("INTEGRATIONS"),
			Transformer: profile(`{}`),
		},
	}
	for _, out := range []string{
		`{"All":false}`, `{"all":false}`, `{"All":true,"CleverTap":false}`, `{"CleverTap":false}`, `{"Clevertap":false}`,
		`{"clevertap":false}`, `{"CLEVERTAP":false,"All":true}`, `{"cleverTap":false}`, `{"All":false,"CleverTap":null}`,
		`{"CleverTap":false,"clevertap":{"deviceTokenType":"fcm"}}`,
	} {
		all = append(all, Case{
			Rule: "CleverTap is excluded: " + out, Event: with(out), Guide: filtered("INTEGRATIONS"), Transformer: event("E", `{}`),
		})
	}
	for _, in := range []string{
		`{}`, `null`, `{"All":true}`, `{"All":false,"CleverTap":true}`, `{"All":false,"clevertap":true}`,
		`{"All":false,"CleverTap":{}}`, `{"CleverTap":{"deviceTokenType":"fcm"},"All":false}`, `{"Amplitude":false}`,
		`{"All":null}`, `{"CleverTap Web":false}`,
	} {
		all = append(all, Case{Rule: "CleverTap is not excluded: " + in, Event: with(in), Both: event("E", `{}`)})
	}
	return all
}

// sourceTypes: "The source type of an event, first match".
func sourceTypes() []Case {
	const kotlin, swift = "com.rudderstack.sdk.kotlin.android", "rudder-sdk-swift"
	type m = map[string]any
	modes := func(of m) Settings { return Settings{"connectionMode": of} }
	mobile := func(library, os string) string {
		return from(library, "track", `,"os":{"name":"`+os+`"}},"channel":"mobile"}`)
	}
	drops := func(rule string, settings Settings, in string) Case {
		return Case{
			Rule: "source types: " + rule, Settings: settings, Event: in, Guide: filtered("DEVICE_MODE"), Transformer: event("E", `{}`),
		}
	}
	sends := func(rule string, settings Settings, in string, diagnostics ...string) Case {
		return Case{Rule: "source types: " + rule, Settings: settings, Event: in, Both: event("E", `{}`).with(diagnostics...)}
	}
	const ambiguous = "DEVICE_MODE_AMBIGUOUS context.library.name"
	return []Case{
		drops("Kotlin", modes(m{"androidKotlin": "device"}), mobile(kotlin, "Android")),
		drops("Swift", modes(m{"iosSwift": "device"}), mobile(swift, "iOS")),
		drops("Kotlin, one mode for all", Settings{"connectionMode": "device"}, mobile(kotlin, "Android")),
		drops("Swift, one switch for all", native(), mobile(swift, "visionOS")),
		sends("Kotlin in cloud mode", modes(m{"android": "device", "androidKotlin": "cloud"}), mobile(kotlin, "Android")),
		sends("Swift in cloud mode", modes(m{"ios": "device", "iosSwift": "cloud"}), mobile(swift, "iOS")),
		sends("Kotlin is not Java", modes(m{"android": "device"}), mobile(kotlin, "Android")),
		sends("Swift is not Objective-C", modes(m{"ios": "device"}), mobile(swift, "iOS")),
		drops("Java alone", modes(m{"android": "device"}), mobile(droid, "Android")),
		drops("React Native under Java's name", modes(m{"reactnative": "device"}), mobile(droid, "Android")),
		drops("two, both in device mode", modes(m{"reactnative": "device", "ios": "device"}), mobile(apple, "iOS")),
		sends("Java or Flutter", modes(m{"android": "device", "flutter": "cloud"}), mobile(droid, "Android"), ambiguous),
		sends("Java, React Native or Flutter", modes(m{"android": "device", "flutter": "cloud", "reactnative": "cloud"}), mobile(droid, "Android"), ambiguous),
		sends("Objective-C or Unity", Settings{"useNativeSDK": m{"ios": true, "unity": false}}, mobile(apple, "iOS"), ambiguous),
		sends("only one is named, in cloud mode", modes(m{"android": "cloud"}), mobile(droid, "Android"), ambiguous),
		sends("all that are named are in cloud mode", modes(m{"android": "cloud", "reactnative": "cloud"}), mobile(droid, "Android")),
		sends("one mode for all: cloud", Settings{"connectionMode": "cloud"}, mobile(droid, "Android")),
		sends("none is named", modes(m{"web": "device"}), mobile(droid, "Android")),
		sends("Unity has a library of its own", native(), mobile("rudder-unity-library", "Android OS 13")),
		drops("device mode that Flutter does not have is ignored", modes(m{"flutter": "device", "android": "device"}), mobile(droid, "Android")),
		drops("no known library, Android", modes(m{"androidKotlin": "device"}), mobile("", "Android OS 13 / API-33")),
		sends("no known library, Java or Kotlin", modes(m{"android": "device", "androidKotlin": "cloud"}), mobile("", "Android"), ambiguous),
		drops("no known library, Apple", modes(m{"ios": "device", "iosSwift": "device"}), mobile("", "iPhone OS")),
		drops("by the device's type", modes(m{"ios": "device"}), from("", "track", `,"device":{"type":"ios"}},"channel":"mobile"}`)),
		sends("another channel", native(), from("", "track", `,"os":{"name":"ios"}},"channel":"server"}`)),
		sends("AMP", modes(m{"web": "device", "amp": "cloud"}), from("Rudderstack AMP SDK", "track", `},"channel":"web"}`)),
		drops("web", modes(m{"web": "device", "amp": "cloud"}), from(js, "track", `}}`)),
		{
			Rule:        "source types: a call that no SDK sends is not in doubt",
			Settings:    modes(m{"android": "cloud"}),
			Event:       from(droid, "page", `}}`),
			Guide:       event("Web Page Viewed E", `{}`),
			Transformer: event("Web Page Viewed: E", `{}`),
		},
	}
}

// blankRows: "Rows without a name name nothing".
func blankRows() []Case {
	list := func(option string, names ...any) Settings {
		rows := []any{}
		for _, name := range names {
			rows = append(rows, map[string]any{"eventName": name})
		}
		return Settings{"eventFilteringOption": option, option: rows}
	}
	const in = `{"type":"track","userId":"u","event":"E"}`
	return []Case{
		{
			Rule:     "a whitelist of blank rows filters nothing",
			Settings: list("whitelistedEvents", "", " ", nil),
			Event:    in,
			Both:     event("E", `{}`),
		},
		{
			Rule:     "a blacklist of blank rows filters nothing",
			Settings: list("blacklistedEvents", ""),
			Event:    in,
			Both:     event("E", `{}`),
		},
		{
			Rule:        "a whitelist of a blank row and another name",
			Settings:    list("whitelistedEvents", "", "F"),
			Event:       in,
			Guide:       filtered("EVENT_LIST"),
			Transformer: event("E", `{}`),
		},
		{
			Rule:     "a whitelist of a blank row and the name",
			Settings: list("whitelistedEvents", "", "E"),
			Event:    in,
			Both:     event("E", `{}`),
		},
		{
			Rule:        "a number is filtered as text",
			Settings:    list("blacklistedEvents", "404"),
			JSONOnly:    true,
			Event:       `{"type":"track","userId":"u","event":404}`,
			Guide:       filtered("EVENT_LIST").with("NUMBER_AS_TEXT event"),
			Transformer: gives(`{"type":"event","evtName":404,"evtData":{},"identity":"u"}`),
		},
	}
}
