package cases

// paths: "Key and value handling": keys of custom traits.
func paths() []Case {
	return []Case{
		{
			Rule:        "keys are literal",
			Event:       `{"type":"identify","userId":"u","traits":{"a.b":1,"007":2,"x/y":3,"__proto__":4,"":5}}`,
			Guide:       profile(`{"a.b":1,"007":2,"x/y":3,"__proto__":4,"":5}`),
			Transformer: profile(`{"7":2,"a":"{\"b\":1}","x/y":3}`),
		},
		{
			Rule:        "a dot",
			Difference:  "dots in keys",
			Event:       `{"type":"identify","userId":"u","traits":{"a.b":1}}`,
			Guide:       profile(`{"a.b":1}`),
			Transformer: profile(`{"a":"{\"b\":1}"}`),
		},
		{
			Rule:        "two dots that share what is before them",
			Event:       `{"type":"identify","userId":"u","traits":{"a.b":1,"a.c":2}}`,
			Guide:       profile(`{"a.b":1,"a.c":2}`),
			Transformer: profile(`{"a":"{\"b\":1,\"c\":2}"}`),
		},
		{
			Rule:        "a dot after the value before it",
			Event:       `{"type":"identify","userId":"u","traits":{"a":{"x":1},"a.b":1}}`,
			Guide:       profile(`{"a":"{\"x\":1}","a.b":1}`).with("NESTED_VALUE_STRINGIFIED traits.a"),
			Transformer: profile(`{"a":"{\"x\":1,\"b\":1}"}`),
		},
		{
			Rule:        "a dot before the value before it",
			JSONOnly:    true,
			Event:       `{"type":"identify","userId":"u","traits":{"a.b":1,"a":{"x":1}}}`,
			Guide:       profile(`{"a.b":1,"a":"{\"x\":1}"}`).with("NESTED_VALUE_STRINGIFIED traits.a"),
			Transformer: profile(`{"a":"{\"x\":1}"}`),
		},
		{
			Rule:        "a dot behind what is not an object",
			Event:       `{"type":"identify","userId":"u","traits":{"a":5,"a.b":1}}`,
			Guide:       profile(`{"a":5,"a.b":1}`),
			Transformer: profile(`{"a":"{\"b\":1}"}`),
		},
		{
			Rule:        "a number behind a dot",
			Event:       `{"type":"identify","userId":"u","traits":{"arr.1":"x"}}`,
			Guide:       profile(`{"arr.1":"x"}`),
			Transformer: profile(`{"arr":"[null,\"x\"]"}`),
		},
		{
			Rule:        "a number behind a dot and an object",
			Event:       `{"type":"identify","userId":"u","traits":{"a":{"x":1},"a.0":"q"}}`,
			Guide:       profile(`{"a":"{\"x\":1}","a.0":"q"}`).with("NESTED_VALUE_STRINGIFIED traits.a"),
			Transformer: profile(`{"a":"[\"q\"]"}`),
		},
		{
			Rule:        "a negative number behind a dot",
			Event:       `{"type":"identify","userId":"u","traits":{"neg.-1":"x"}}`,
			Guide:       profile(`{"neg.-1":"x"}`),
			Transformer: profile(`{"neg":"[]"}`),
		},
		{
			Rule:  "a number behind a dot that is large",
			Event: `{"type":"identify","userId":"u","traits":{"a.3000000":1}}`,
			Guide: profile(`{"a.3000000":1}`),
			Transformer: fails("INVALID_FIELD_TYPE a.3000000").
				saying(`the key "a.3000000": an index in a key is too large`).of("a number"),
		},
		{
			Rule: "numbers behind dots that are large together",
			Event: `{"type":"identify","userId":"u","traits":{"a.3000":1},` +
				`"context":{"traits":{"b.3000":1}}}`,
			Guide: profile(`{"a.3000":1,"b.3000":1}`),
			Transformer: fails("INVALID_FIELD_TYPE b.3000").
				saying(`the key "b.3000": an index in a key is too large`).of("a number"),
		},
		{
			Rule:        "a length behind a dot",
			Event:       `{"type":"identify","userId":"u","traits":{"tags":["a"],"tags.length":3}}`,
			Guide:       profile(`{"tags":"[\"a\"]","tags.length":3}`).with("NESTED_VALUE_STRINGIFIED traits.tags"),
			Transformer: profile(`{"tags":"[\"a\",null,null]"}`),
		},
		{
			Rule:  "a length behind a dot that no array has",
			Event: `{"type":"identify","userId":"u","traits":{"tags":["a"],"tags.length":"x"}}`,
			Guide: profile(`{"tags":"[\"a\"]","tags.length":"x"}`).with("NESTED_VALUE_STRINGIFIED traits.tags"),
			Transformer: fails("INVALID_FIELD_TYPE tags.length").
				saying(`the key "tags.length": invalid array length`).of("a string"),
		},
		{
			Rule: "an integer, however it is written",
			Event: `{"type":"identify","userId":"u","traits":{"007":1,"1e3":2," 5 ":3,"0x10":4,"-0":5,` +
				`"1e21":6}}`,
			Guide:       profile(`{"007":1,"1e3":2," 5 ":3,"0x10":4,"-0":5,"1e21":6}`),
			Transformer: profile(`{"0":5,"5":3,"7":1,"16":4,"1000":2,"1e+21":6}`),
		},
		{
			Rule:  "a slash",
			Event: `{"type":"identify","userId":"u","traits":{"u/v.w":1}}`,
			Both:  profile(`{"u/v.w":1}`),
		},
		{
			Rule:        "an empty key",
			Event:       `{"type":"identify","userId":"u","traits":{"":1,"a":2}}`,
			Guide:       profile(`{"":1,"a":2}`),
			Transformer: profile(`{"a":2}`),
		},
		{
			Rule:        "a backslash before a dot",
			Event:       `{"type":"identify","userId":"u","traits":{"esc\\.dot":1}}`,
			Guide:       profile(`{"esc\\.dot":1}`),
			Transformer: profile(`{"esc.dot":1}`),
		},
		{
			Rule:        "a dot at the end",
			Event:       `{"type":"identify","userId":"u","traits":{"end.":1}}`,
			Guide:       profile(`{"end.":1}`),
			Transformer: profile(`{"end":1}`),
		},
		{
			Rule:        "a backslash at the end",
			Event:       `{"type":"identify","userId":"u","traits":{"trail\\":1}}`,
			Guide:       profile(`{"trail\\":1}`),
			Transformer: profile(`{"trailundefined":1}`),
		},
		{
			Rule:        "two dots",
			Event:       `{"type":"identify","userId":"u","traits":{"x..y":1}}`,
			Guide:       profile(`{"x..y":1}`),
			Transformer: profile(`{"x":"{\"\":{\"y\":1}}"}`),
		},
		{
			Rule:  "a dot before a name that leads to a prototype",
			Event: `{"type":"identify","userId":"u","traits":{"a.constructor":1}}`,
			Both:  profile(`{"a.constructor":1}`),
		},
		{
			Rule: "a dot in the context",
			Event: `{"type":"identify","userId":"u","traits":{"address":{"city":"A"}},` +
				`"context":{"traits":{"address.city":"B"}}}`,
			Guide:       profile(`{"address":"{\"city\":\"A\"}","address.city":"B"}`).with("NESTED_VALUE_STRINGIFIED traits.address"),
			Transformer: profile(`{"address":"{\"city\":\"B\"}"}`),
		},
		{
			Rule: "a dot in the context, and the object again",
			Event: `{"type":"identify","userId":"u","traits":{"address":{"city":"A"}},` +
				`"context":{"traits":{"address.city":"B","address":{}}}}`,
			Guide:       profile(`{"address":"{\"city\":\"A\"}","address.city":"B"}`).with("NESTED_VALUE_STRINGIFIED traits.address", "TRAIT_OVERRIDDEN context.traits.address"),
			Transformer: profile(`{"address":"{\"city\":\"B\"}"}`),
		},
		{
			Rule:        "a key with a dot beside the object that it names",
			JSONOnly:    true,
			Event:       `{"type":"identify","userId":"u","traits.name":"dotted","traits":{"name":"nested"}}`,
			Guide:       profile(`{"Name":"nested"}`),
			Transformer: profile(`{"Name":"dotted"}`),
		},
		{
			Rule:        "a key with a dot within the context",
			JSONOnly:    true,
			Event:       `{"type":"identify","userId":"u","context":{"traits.name":"dotted"}}`,
			Guide:       profile(`{}`),
			Transformer: profile(`{"Name":"dotted"}`),
		},
		{
			Rule:  "a key with a dot within the context, beside the object that it names",
			Event: `{"type":"identify","userId":"u","context":{"traits":{"x":1},"traits.name":"dotted"}}`,
			Both:  profile(`{"x":1}`),
		},
		{
			Rule:        "a key with a dot that names the context's traits",
			JSONOnly:    true,
			Event:       `{"type":"identify","userId":"u","context.traits":{"name":"N","x":1}}`,
			Guide:       profile(`{}`),
			Transformer: profile(`{"Name":"N","x":1}`),
		},
		{
			Rule:  "an empty key at the root",
			Event: `{"type":"identify","userId":"u","":"x"}`,
			Both:  profile(`{}`),
		},
	}
}

// keyOrder: "Key and value handling": order of keys.
func keyOrder() []Case {
	return []Case{
		{
			Rule:        "integers among keys",
			Difference:  "order of keys",
			Event:       `{"type":"track","userId":"u","event":"E","properties":{"b":1,"2":2,"1":3}}`,
			Guide:       event("E", `{"b":1,"2":2,"1":3}`),
			Transformer: event("E", `{"1":3,"2":2,"b":1}`),
		},
		{
			Rule:     "what looks like an integer and is not one",
			JSONOnly: true,
			Event: `{"type":"track","userId":"u","event":"E","properties":{"b":1,"10":2,"2":3,"a":4,"01":5,` +
				`"-1":6,"1.5":7}}`,
			Guide:       event("E", `{"b":1,"10":2,"2":3,"a":4,"01":5,"-1":6,"1.5":7}`),
			Transformer: event("E", `{"2":3,"10":2,"b":1,"a":4,"01":5,"-1":6,"1.5":7}`),
		},
		{
			Rule: "the largest integers among keys",
			Event: `{"type":"track","userId":"u","event":"E","properties":{"a":1,"4294967295":2,` +
				`"4294967294":3}}`,
			Guide:       event("E", `{"a":1,"4294967295":2,"4294967294":3}`),
			Transformer: event("E", `{"4294967294":3,"a":1,"4294967295":2}`),
		},
		{
			Rule:        "integers among the keys of a profile",
			Event:       `{"type":"identify","userId":"u","traits":{"b":1,"2":2,"name":"N","1":3}}`,
			Guide:       profile(`{"Name":"N","b":1,"2":2,"1":3}`),
			Transformer: profile(`{"1":3,"2":2,"Name":"N","b":1}`),
		},
		{
			Rule: "integers among the keys of an order",
			Event: `{"type":"track","userId":"u","event":"Order Completed","properties":{"b":1,"2":2,` +
				`"revenue":1}}`,
			Guide:       event("Charged", `{"Amount":1,"b":1,"2":2}`),
			Transformer: event("Charged", `{"2":2,"Amount":1,"b":1}`),
		},
		{
			Rule:     "integers among keys within text",
			JSONOnly: true,
			Event: `{"type":"track","userId":"u","event":"E","properties":{"n":{"b":1,"2":2,"1":[{"z":1,` +
				`"0":2}]}}}`,
			Guide:       event("E", `{"n":"{\"b\":1,\"2\":2,\"1\":[{\"z\":1,\"0\":2}]}"}`).with("NESTED_VALUE_STRINGIFIED properties.n"),
			Transformer: event("E", `{"n":"{\"1\":[{\"0\":2,\"z\":1}],\"2\":2,\"b\":1}"}`),
		},
		{
			Rule:        "a key that stands twice",
			JSONOnly:    true,
			Event:       `{"type":"track","userId":"u","event":"E","properties":{"a":1,"b":2,"a":3}}`,
			Guide:       event("E", `{"a":3,"b":2}`).with("DUPLICATE_KEY properties.a"),
			Transformer: event("E", `{"a":3,"b":2}`),
		},
		{
			Rule:        "a key that stands twice at the root",
			Difference:  "repeated keys",
			JSONOnly:    true,
			Event:       `{"type":"track","userId":"u","event":"D","event":"E"}`,
			Guide:       fails("INVALID_JSON "),
			Transformer: event("E", `{}`),
		},
	}
}

// values: "Key and value handling": numbers and text.
func values() []Case {
	return []Case{
		{
			Rule:     "numbers",
			JSONOnly: true,
			Event: `{"type":"track","userId":"u","event":"E","properties":{"a":1.0,"b":1e2,` +
				`"c":9007199254740993,"d":-0,"e":1e21,"f":0.000001,"g":0.0000001,"h":1e400,"i":-1e400}}`,
			Guide: event("E", `{"a":1.0,"b":1e2,"c":9007199254740993,"d":-0,"e":1e21,"f":0.000001,"g":0.0000001,`+
				`"h":1e400,"i":-1e400}`),
			Transformer: event("E", `{"a":1,"b":100,"c":9007199254740992,"d":0,"e":1e+21,"f":0.000001,"g":1e-7,"h":null,`+
				`"i":null}`),
		},
		{
			Rule:       "digits of numbers",
			Difference: "digits of numbers",
			Event: `{"type":"track","userId":"u","event":"E","properties":{"a":1.50,` +
				`"b":12345678901234567890}}`,
			Guide:       event("E", `{"a":1.50,"b":12345678901234567890}`),
			Transformer: event("E", `{"a":1.5,"b":12345678901234567000}`),
		},
		{
			Rule:        "numbers within text",
			JSONOnly:    true,
			Event:       `{"type":"track","userId":"u","event":"E","properties":{"n":[1.0,1e2,1e400]}}`,
			Guide:       event("E", `{"n":"[1.0,1e2,1e400]"}`).with("NESTED_VALUE_STRINGIFIED properties.n"),
			Transformer: event("E", `{"n":"[1,100,null]"}`),
		},
		{
			Rule:     "numbers beyond a double, in a profile and its token",
			Settings: objectID(),
			JSONOnly: true,
			Event: `{"type":"identify","anonymousId":"a","traits":{"n":1e400,"m":[1e400]},` +
				`"context":{"device":{"token":1e400},"os":{"name":"ios"}}}`,
			Guide: gives(`{"type":"profile","profileData":{"n":1e400,"m":"[1e400]"},"objectId":"a"}`, `{"type":"token","tokenData":{"id":"10000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000","type":"apns"},"objectId":"a"}`).with("NESTED_VALUE_STRINGIFIED traits.m", "NUMBER_AS_TEXT context.device.token"),
			Transformer: gives(
				`{"type":"profile","profileData":{"n":null,"m":"[null]"},"objectId":"a"}`,
				`{"type":"token","tokenData":{"id":null,"type":"apns"},"objectId":"a"}`,
			),
		},
		{
			Rule:        "numbers beyond a double, for an id",
			JSONOnly:    true,
			Event:       `{"type":"alias","userId":"u","previousId":1e5000}`,
			Guide:       fails("INVALID_IDENTITY previousId"),
			Transformer: gives(`{"type":"profile","profileData":{"identity":"u"},"identity":null}`),
		},
		{
			Rule: "escapes and what is not ASCII",
			Event: `{"type":"track","userId":"u","event":"E","properties":{"a":"\u00e9\u2028/<\u007f",` +
				`"b":"\u0001\u001f\b\n\"\\","c":"\ud83d\ude00"}}`,
			Both: event("E", `{"a":"é`+"\u2028/<\x7f"+`","b":"\u0001\u001f\b\n\"\\","c":"😀"}`),
		},
	}
}
