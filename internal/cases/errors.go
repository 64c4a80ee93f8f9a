package cases

// types: "Message types".
func types() []Case {
	return []Case{
		{
			Rule:  "the type is compared without regard to case",
			Event: `{"type":"IdEnTiFy","userId":"u"}`,
			Both:  profile(`{}`),
		},
		{
			Rule:        "a letter of another alphabet whose lower case is of ASCII",
			Event:       `{"type":"trac\u212a","userId":"u","event":"E"}`,
			Guide:       fails("UNSUPPORTED_MESSAGE_TYPE type"),
			Transformer: event("E", `{}`),
		},
		{
			Rule:        "no type",
			Event:       `{"userId":"u","event":"x"}`,
			Guide:       fails("MISSING_MESSAGE_TYPE type"),
			Transformer: noType(),
		},
		{
			Rule:        "a null type",
			Event:       `{"type":null,"userId":"u"}`,
			Guide:       fails("MISSING_MESSAGE_TYPE type"),
			Transformer: noType(),
		},
		{
			Rule:        "an empty type",
			Event:       `{"type":"","userId":"u"}`,
			Guide:       fails("MISSING_MESSAGE_TYPE type"),
			Transformer: noType(),
		},
		{
			Rule:        "a type of 0",
			JSONOnly:    true,
			Event:       `{"type":0}`,
			Guide:       fails("INVALID_FIELD_TYPE type"),
			Transformer: noType(),
		},
		{
			Rule:        "group has no counterpart",
			Event:       `{"type":"group","userId":"u","groupId":"g"}`,
			Guide:       fails("UNSUPPORTED_MESSAGE_TYPE type"),
			Transformer: unsupported(),
		},
		{
			Rule:        "record has no counterpart",
			Event:       `{"type":"record","userId":"u"}`,
			Guide:       fails("UNSUPPORTED_MESSAGE_TYPE type"),
			Transformer: unsupported(),
		},
		{
			Rule:        "blanks around a type count",
			Event:       `{"type":" track ","userId":"u","event":"x"}`,
			Guide:       fails("UNSUPPORTED_MESSAGE_TYPE type"),
			Transformer: unsupported(),
		},
		{
			Rule:     "a type that is not a string",
			JSONOnly: true,
			Event:    `{"type":5,"userId":"u"}`,
			Guide:    fails("INVALID_FIELD_TYPE type"),
			Transformer: fails("INVALID_FIELD_TYPE type").
				saying("type must be a string, not a number"),
		},
		{
			Rule:     "a type of true",
			JSONOnly: true,
			Event:    `{"type":true,"userId":"u"}`,
			Guide:    fails("INVALID_FIELD_TYPE type"),
			Transformer: fails("INVALID_FIELD_TYPE type").
				saying("type must be a string, not a boolean"),
		},
	}
}

// shapes: what is no object, where an event is expected.
func shapes() []Case {
	return []Case{
		{
			Rule:        "an event that is an array",
			JSONOnly:    true,
			Event:       `[{"type":"track"}]`,
			Guide:       fails("INVALID_FIELD_TYPE "),
			Transformer: noType(),
		},
		{
			Rule:        "an event that is text",
			JSONOnly:    true,
			Event:       `"track"`,
			Guide:       fails("INVALID_FIELD_TYPE "),
			Transformer: noType(),
		},
		{
			Rule:        "an event that is null",
			JSONOnly:    true,
			Event:       `null`,
			Guide:       fails("INVALID_FIELD_TYPE "),
			Transformer: noType(),
		},
		{
			Rule:     "a messageId that is not a string is nobody's fault",
			JSONOnly: true,
			Event:    `{"type":"identify","userId":"u","messageId":5}`,
			Both:     profile(`{}`),
		},
	}
}

// malformed: what strict JSON refuses.
func malformed() []Case {
	return []Case{
		{
			Rule:        "a key that stands twice within traits",
			JSONOnly:    true,
			Event:       `{"type":"identify","userId":"u","traits":{"a":1,"a":2}}`,
			Guide:       profile(`{"a":2}`).with("DUPLICATE_KEY traits.a"),
			Transformer: profile(`{"a":2}`),
		},
		{
			Rule:        "half a surrogate pair",
			JSONOnly:    true,
			Event:       `{"type":"identify","userId":"\ud800"}`,
			Guide:       gives(`{"type":"profile","profileData":{},"identity":"�"}`).with("TEXT_REPAIRED userId"),
			Transformer: gives(`{"type":"profile","profileData":{},"identity":"\ud800"}`),
		},
		{
			Rule:        "half a surrogate pair within text",
			JSONOnly:    true,
			Event:       `{"type":"track","userId":"u","event":"E","properties":{"n":{"a":"\udc00"}}}`,
			Guide:       event("E", `{"n":"{\"a\":\"�\"}"}`).with("TEXT_REPAIRED properties.n.a", "NESTED_VALUE_STRINGIFIED properties.n"),
			Transformer: event("E", `{"n":"{\"a\":\"\\udc00\"}"}`),
		},
		{
			Rule:        "bytes that are not UTF-8",
			JSONOnly:    true,
			Event:       "{\"type\":\"identify\",\"userId\":\"\xff\"}",
			Guide:       gives(`{"type":"profile","profileData":{},"identity":"�"}`).with("TEXT_REPAIRED userId"),
			Transformer: gives(`{"type":"profile","profileData":{},"identity":"�"}`),
		},
		{
			Rule:        "a byte-order mark",
			JSONOnly:    true,
			Event:       "\ufeff" + `{"type":"identify","userId":"u"}`,
			Guide:       fails("INVALID_JSON "),
			Transformer: profile(`{}`),
		},
		{
			Rule:     "a comma too many",
			JSONOnly: true,
			Event:    `{"type":"identify",}`,
			Guide:    fails("INVALID_JSON "),
			Transformer: fails("INVALID_JSON ").
				saying("malformed JSON at line 1, column 20 of the event: '}' where a key is expected"),
		},
	}
}
