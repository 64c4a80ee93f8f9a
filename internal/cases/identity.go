package cases

// messageTypes: "Message types".
func messageTypes() []Case {
	plain := `{"type":"profile","profileData":{},"identity":"u"}`
	return []Case{
		{Rule: "the type is compared without regard to case", Event: `{"type":"IdEnTiFy","userId":"u"}`, Records: []string{plain}},
		{Rule: "no type", Event: `{"userId":"u","event":"x"}`, Error: "MISSING_MESSAGE_TYPE type"},
		{Rule: "a null type", Event: `{"type":null,"userId":"u"}`, Error: "MISSING_MESSAGE_TYPE type"},
		{Rule: "an empty type", Event: `{"type":"","userId":"u"}`, Error: "MISSING_MESSAGE_TYPE type"},
		{Rule: "group has no counterpart", Event: `{"type":"group","userId":"u","groupId":"g"}`, Error: "UNSUPPORTED_MESSAGE_TYPE type"},
		{Rule: "record has no counterpart", Event: `{"type":"record","userId":"u"}`, Error: "UNSUPPORTED_MESSAGE_TYPE type"},
		{Rule: "blanks around a type count", Event: `{"type":" track ","userId":"u","event":"x"}`, Error: "UNSUPPORTED_MESSAGE_TYPE type"},
		{Rule: "a type that is no text", Event: `{"type":5,"userId":"u"}`, Error: "INVALID_FIELD_TYPE type", JSONOnly: true},
	}
}

// identities: "Who the record is about".
func identities() []Case {
	off := Settings{"trackAnonymous": false}
	return []Case{
		{Rule: "mapping off, identify, userId", Event: `{"type":"identify","userId":"u"}`, Records: []string{`{"type":"profile","profileData":{},"identity":"u"}`}},
		{Rule: "mapping off, identify, both ids", Event: `{"type":"identify","userId":"u","anonymousId":"a"}`, Records: []string{`{"type":"profile","profileData":{},"identity":"u"}`}},
		{Rule: "mapping off, identify, anonymousId", Event: `{"type":"identify","anonymousId":"a"}`, Records: []string{`{"type":"profile","profileData":{},"identity":"a"}`}},
		{
			Rule: "mapping off, identify, anonymousId, anonymous tracking off", Settings: off, Event: `{"type":"identify","anonymousId":"a"}`,
			Records: []string{`{"type":"profile","profileData":{},"identity":"a"}`},
		},
		{Rule: "mapping off, track, both ids", Event: `{"type":"track","event":"E","userId":"u","anonymousId":"a"}`, Records: []string{`{"type":"event","evtName":"E","evtData":{},"identity":"u"}`}},
		{Rule: "mapping off, track, anonymousId", Event: `{"type":"track","event":"E","anonymousId":"a"}`, Records: []string{`{"type":"event","evtName":"E","evtData":{},"identity":"a"}`}},
		{Rule: "mapping off, page, anonymousId", Event: `{"type":"page","name":"P","anonymousId":"a"}`, Records: []string{`{"type":"event","evtName":"Web Page Viewed P","evtData":{},"identity":"a"}`}},

		{
			Rule: "mapping on, identify, both ids", Settings: objectID(), Event: `{"type":"identify","userId":"u","anonymousId":"a"}`,
			Records: []string{`{"type":"profile","profileData":{"identity":"u"},"objectId":"a"}`},
		},
		{
			Rule: "mapping on, identify, anonymousId", Settings: objectID(), Event: `{"type":"identify","anonymousId":"a"}`,
			Records: []string{`{"type":"profile","profileData":{},"objectId":"a"}`},
		},
		{
			Rule: "mapping on, identify, userId", Settings: objectID(), Event: `{"type":"identify","userId":"u"}`,
			Records: []string{`{"type":"profile","profileData":{"identity":"u"},"objectId":"u"}`},
		},
		{
			Rule: "mapping on, track, both ids", Settings: objectID(), Event: `{"type":"track","event":"E","userId":"u","anonymousId":"a"}`,
			Records: []string{`{"type":"event","evtName":"E","evtData":{},"identity":"u"}`},
		},
		{
			Rule: "mapping on, page, anonymousId", Settings: objectID(), Event: `{"type":"page","name":"P","anonymousId":"a"}`,
			Records: []string{`{"type":"event","evtName":"Web Page Viewed P","evtData":{},"objectId":"a"}`},
		},
		{
			Rule: "mapping on, screen, userId", Settings: objectID(), Event: `{"type":"screen","name":"S","userId":"u"}`,
			Records: []string{`{"type":"event","evtName":"Screen Viewed: S","evtData":{},"identity":"u"}`},
		},

		{Rule: "nobody, identify", Event: `{"type":"identify","traits":{"name":"Ada"}}`, Error: "MISSING_IDENTITY userId"},
		{Rule: "nobody, track", Event: `{"type":"track","event":"E"}`, Error: "MISSING_IDENTITY userId"},
		{Rule: "nobody, mapping on", Settings: objectID(), Event: `{"type":"screen","name":"S"}`, Error: "MISSING_IDENTITY userId"},
		{Rule: "nobody, anonymous tracking off", Settings: off, Event: `{"type":"track","event":"E"}`, Error: "MISSING_IDENTITY userId"},
		{Rule: "anonymous tracking off, track", Settings: off, Event: `{"type":"track","event":"E","anonymousId":"a"}`, Error: "ANONYMOUS_TRACKING_DISABLED userId"},
		{Rule: "anonymous tracking off, page", Settings: off, Event: `{"type":"page","name":"P","anonymousId":"a"}`, Error: "ANONYMOUS_TRACKING_DISABLED userId"},
		{Rule: "anonymous tracking off, screen", Settings: off, Event: `{"type":"screen","name":"S","anonymousId":"a"}`, Error: "ANONYMOUS_TRACKING_DISABLED userId"},
		{
			Rule: "anonymous tracking off, userId", Settings: off, Event: `{"type":"track","event":"E","userId":"u","anonymousId":"a"}`,
			Records: []string{`{"type":"event","evtName":"E","evtData":{},"identity":"u"}`},
		},

		{
			Rule:  "userId is the first present of userId, traits.userId, traits.id, context.traits.userId, context.traits.id",
			Event: `{"type":"track","event":"E","userId":"","traits":{"userId":null,"id":"t"},"context":{"traits":{"userId":"c","id":"d"}}}`, Records: []string{`{"type":"event","evtName":"E","evtData":{},"identity":"t"}`},
		},
		{
			Rule:    "context.traits.userId comes before context.traits.id",
			Event:   `{"type":"track","event":"E","context":{"traits":{"id":"d","userId":"c"}}}`,
			Records: []string{`{"type":"event","evtName":"E","evtData":{},"identity":"c"}`},
		},
		{
			Rule: "context.traits.id is the last", Event: `{"type":"track","event":"E","anonymousId":"a","context":{"traits":{"id":"d"}}}`,
			Records: []string{`{"type":"event","evtName":"E","evtData":{},"identity":"d"}`},
		},
		{
			Rule: "a numeric id becomes its decimal text", Event: `{"type":"identify","userId":42}`, JSONOnly: true,
			Records: []string{`{"type":"profile","profileData":{},"identity":"42"}`}, Diagnostics: []string{"NUMERIC_ID_CONVERTED userId"},
		},
		{
			Rule: "a numeric id keeps its digits", Event: `{"type":"identify","userId":12345678901234567890}`, JSONOnly: true,
			Records: []string{`{"type":"profile","profileData":{},"identity":"12345678901234567890"}`}, Diagnostics: []string{"NUMERIC_ID_CONVERTED userId"},
		},
		{
			Rule: "a numeric id loses its exponent", Event: `{"type":"identify","traits":{"id":1.50e3}}`, JSONOnly: true,
			Records: []string{`{"type":"profile","profileData":{},"identity":"1500"}`}, Diagnostics: []string{"NUMERIC_ID_CONVERTED traits.id"},
		},
		{
			Rule: "a numeric anonymousId", Settings: objectID(), Event: `{"type":"track","event":"E","anonymousId":7}`, JSONOnly: true,
			Records: []string{`{"type":"event","evtName":"E","evtData":{},"objectId":"7"}`}, Diagnostics: []string{"NUMERIC_ID_CONVERTED anonymousId"},
		},
		{Rule: "an id that is an object", Event: `{"type":"track","event":"E","userId":{"id":1}}`, Error: "INVALID_IDENTITY userId", JSONOnly: true},
		{Rule: "an id that is a boolean", Event: `{"type":"identify","context":{"traits":{"id":true}}}`, Error: "INVALID_IDENTITY context.traits.id"},
		{Rule: "an id that is an array", Event: `{"type":"identify","userId":"u","anonymousId":["a"]}`, Error: "INVALID_IDENTITY anonymousId", JSONOnly: true},
		{Rule: "a number too long for an id", Event: `{"type":"identify","userId":1e5000}`, Error: "INVALID_IDENTITY userId", JSONOnly: true},
		{Rule: "a number with an exponent that nobody writes", Event: `{"type":"identify","userId":1e-99999}`, Error: "INVALID_IDENTITY userId", JSONOnly: true},
	}
}

// aliases: "alias".
func aliases() []Case {
	return []Case{
		{
			Rule: "alias: the person known as previousId is userId", Event: `{"type":"alias","userId":"new","previousId":"old","traits":{"plan":"pro"}}`,
			Records: []string{`{"type":"profile","profileData":{"identity":"new"},"identity":"old"}`},
		},
		{
			Rule: "alias does not heed ObjectId mapping", Settings: objectID(), Event: `{"type":"alias","userId":"new","previousId":"old","anonymousId":"a"}`,
			Records: []string{`{"type":"profile","profileData":{"identity":"new"},"identity":"old"}`},
		},
		{
			Rule: "alias does not heed anonymous tracking", Settings: Settings{"trackAnonymous": false}, Event: `{"type":"alias","userId":"new","previousId":"old"}`,
			Records: []string{`{"type":"profile","profileData":{"identity":"new"},"identity":"old"}`},
		},
		{
			Rule: "alias with numeric ids", Event: `{"type":"alias","userId":2,"previousId":1}`, JSONOnly: true,
			Records:     []string{`{"type":"profile","profileData":{"identity":"2"},"identity":"1"}`},
			Diagnostics: []string{"NUMERIC_ID_CONVERTED userId", "NUMERIC_ID_CONVERTED previousId"},
		},
		{
			Rule: "alias with a time", Event: `{"type":"alias","userId":"new","previousId":"old","traits":{"ts":1571043797}}`,
			Records: []string{`{"type":"profile","profileData":{"identity":"new"},"identity":"old","ts":1571043797}`},
		},
		{Rule: "alias without userId", Event: `{"type":"alias","previousId":"old","anonymousId":"a"}`, Error: "MISSING_IDENTITY userId"},
		{Rule: "alias without previousId", Event: `{"type":"alias","userId":"new"}`, Error: "MISSING_PREVIOUS_ID previousId"},
		{Rule: "alias whose previousId is an object", Event: `{"type":"alias","userId":"new","previousId":{}}`, Error: "INVALID_IDENTITY previousId", JSONOnly: true},
	}
}
