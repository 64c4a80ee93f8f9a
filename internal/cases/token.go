package cases

// device is an identify call of user u from a device of some system, with more of the event behind it.
func device(system, more string) string {
	return `{"type":"identify","userId":"u","anonymousId":"a","context":{"device":{"token":"T"},"os":{"name":"` + system + `"}}` + more + `}`
}

// token is an outcome of the profile of such a call, and the record of the token.
func token(data string) Outcome {
	return gives(
		`{"type":"profile","profileData":{"identity":"u"},"objectId":"a"}`,
		`{"type":"token","tokenData":`+data+`,"objectId":"a"}`,
	)
}

// tokens: "Device token": whether there is one.
func tokens() []Case {
	return []Case{
		{
			Rule:     "a token of Android",
			Settings: objectID(),
			Event:    device("Android", ""),
			Both:     token(`{"id":"T","type":"fcm"}`),
		},
		{
			Rule:        "no token without ObjectId mapping",
			Event:       device("Android", ""),
			Guide:       profile(`{}`).with("TOKEN_NOT_UPLOADED context.device.token"),
			Transformer: profile(`{}`),
		},
		{
			Rule:        "no token of macOS",
			Settings:    objectID(),
			Event:       device("macOS", ""),
			Guide:       gives(`{"type":"profile","profileData":{"identity":"u"},"objectId":"a"}`).with("TOKEN_NOT_UPLOADED context.device.token"),
			Transformer: gives(`{"type":"profile","profileData":{"identity":"u"},"objectId":"a"}`),
		},
		{
			Rule:        "no token without a system",
			Settings:    objectID(),
			Event:       device("", ""),
			Guide:       gives(`{"type":"profile","profileData":{"identity":"u"},"objectId":"a"}`).with("TOKEN_NOT_UPLOADED context.device.token"),
			Transformer: gives(`{"type":"profile","profileData":{"identity":"u"},"objectId":"a"}`),
		},
		{
			Rule:     "no token in an empty text",
			Settings: objectID(),
			Event: `{"type":"identify","userId":"u","anonymousId":"a","context":{"device":{"token":""},` +
				`"os":{"name":"ios"}}}`,
			Both: gives(`{"type":"profile","profileData":{"identity":"u"},"objectId":"a"}`),
		},
		{
			Rule:     "a token of ios",
			Settings: objectID(),
			Event:    device("ios", ""),
			Both:     token(`{"id":"T","type":"apns"}`),
		},
		{
			Rule:     "a token of iOS",
			Settings: objectID(),
			Event:    device("iOS", ""),
			Both:     token(`{"id":"T","type":"apns"}`),
		},
		{
			Rule:     "a token of ipados",
			Settings: objectID(),
			Event:    device("ipados", ""),
			Both:     token(`{"id":"T","type":"apns"}`),
		},
		{
			Rule:     "a token of tvos",
			Settings: objectID(),
			Event:    device("tvos", ""),
			Both:     token(`{"id":"T","type":"apns"}`),
		},
		{
			Rule:     "a token of watchOS",
			Settings: objectID(),
			Event:    device("watchOS", ""),
			Both:     token(`{"id":"T","type":"apns"}`),
		},
		{
			Rule:        "blanks around a system",
			Settings:    objectID(),
			Event:       device(" ios", ""),
			Guide:       gives(`{"type":"profile","profileData":{"identity":"u"},"objectId":"a"}`, `{"type":"token","tokenData":{"id":"T","type":"apns"},"objectId":"a"}`),
			Transformer: gives(`{"type":"profile","profileData":{"identity":"u"},"objectId":"a"}`),
		},
		{
			Rule:     "a system that is a number",
			Settings: objectID(),
			JSONOnly: true,
			Event: `{"type":"identify","userId":"u","anonymousId":"a","context":{"device":{"token":"T"},` +
				`"os":{"name":5}}}`,
			Guide: gives(`{"type":"profile","profileData":{"identity":"u"},"objectId":"a"}`).with("FIELD_IGNORED context.os.name", "TOKEN_NOT_UPLOADED context.device.token"),
			Transformer: fails("INVALID_FIELD_TYPE context.os.name").
				saying("context.os.name must be a string, not a number"),
		},
		{
			Rule:     "a system of 0",
			Settings: objectID(),
			JSONOnly: true,
			Event: `{"type":"identify","userId":"u","anonymousId":"a","context":{"device":{"token":"T"},` +
				`"os":{"name":0}}}`,
			Guide:       gives(`{"type":"profile","profileData":{"identity":"u"},"objectId":"a"}`).with("FIELD_IGNORED context.os.name", "TOKEN_NOT_UPLOADED context.device.token"),
			Transformer: gives(`{"type":"profile","profileData":{"identity":"u"},"objectId":"a"}`),
		},
		{
			Rule:     "a system that is text",
			Settings: objectID(),
			JSONOnly: true,
			Event: `{"type":"identify","userId":"u","anonymousId":"a","context":{"device":{"token":"T"},` +
				`"os":"ios"}}`,
			Guide:       gives(`{"type":"profile","profileData":{"identity":"u"},"objectId":"a"}`).with("FIELD_IGNORED context.os", "TOKEN_NOT_UPLOADED context.device.token"),
			Transformer: gives(`{"type":"profile","profileData":{"identity":"u"},"objectId":"a"}`),
		},
		{
			Rule:     "the system is not read without ObjectId mapping",
			JSONOnly: true,
			Event:    `{"type":"identify","userId":"u","context":{"os":{"name":5}}}`,
			Both:     profile(`{}`),
		},
		{
			Rule:     "a system without a token",
			Settings: objectID(),
			JSONOnly: true,
			Event:    `{"type":"identify","userId":"u","anonymousId":"a","context":{"os":{"name":5}}}`,
			Guide:    gives(`{"type":"profile","profileData":{"identity":"u"},"objectId":"a"}`),
			Transformer: fails("INVALID_FIELD_TYPE context.os.name").
				saying("context.os.name must be a string, not a number"),
		},
		{
			Rule:     "a token without a device",
			Settings: objectID(),
			Event:    `{"type":"identify","userId":"u","anonymousId":"a","context":{"os":{"name":"ios"}}}`,
			Both:     gives(`{"type":"profile","profileData":{"identity":"u"},"objectId":"a"}`),
		},
		{
			Rule:     "a token in a device that is text",
			Settings: objectID(),
			JSONOnly: true,
			Event: `{"type":"identify","userId":"u","anonymousId":"a","context":{"device":"T",` +
				`"os":{"name":"ios"}}}`,
			Guide:       gives(`{"type":"profile","profileData":{"identity":"u"},"objectId":"a"}`).with("FIELD_IGNORED context.device"),
			Transformer: gives(`{"type":"profile","profileData":{"identity":"u"},"objectId":"a"}`),
		},
		{
			Rule:     "a token that is a number",
			Settings: objectID(),
			JSONOnly: true,
			Event: `{"type":"identify","userId":"u","anonymousId":"a","context":{"device":{"token":5},` +
				`"os":{"name":"ios"}}}`,
			Guide:       gives(`{"type":"profile","profileData":{"identity":"u"},"objectId":"a"}`, `{"type":"token","tokenData":{"id":"5","type":"apns"},"objectId":"a"}`).with("NUMBER_AS_TEXT context.device.token"),
			Transformer: token(`{"id":5,"type":"apns"}`),
		},
		{
			Rule:     "a token of 0",
			Settings: objectID(),
			JSONOnly: true,
			Event: `{"type":"identify","userId":"u","anonymousId":"a","context":{"device":{"token":0},` +
				`"os":{"name":"ios"}}}`,
			Guide:       gives(`{"type":"profile","profileData":{"identity":"u"},"objectId":"a"}`, `{"type":"token","tokenData":{"id":"0","type":"apns"},"objectId":"a"}`).with("NUMBER_AS_TEXT context.device.token"),
			Transformer: gives(`{"type":"profile","profileData":{"identity":"u"},"objectId":"a"}`),
		},
		{
			Rule:       "a token of a person without anonymousId",
			Difference: "a device token without an anonymousId",
			Settings:   objectID(),
			Event:      `{"type":"identify","userId":"u","context":{"device":{"token":"T"},"os":{"name":"tvOS"}}}`,
			Guide: gives(
				`{"type":"profile","profileData":{"identity":"u"},"objectId":"u"}`,
				`{"type":"token","tokenData":{"id":"T","type":"apns"},"objectId":"u"}`,
			),
			Transformer: profile(`{}`),
		},
		{
			Rule:     "a token of a visitor without userId",
			Settings: objectID(),
			Event: `{"type":"identify","anonymousId":"a","context":{"device":{"token":"T"},` +
				`"os":{"name":"iPadOS"}}}`,
			Both: gives(
				`{"type":"profile","profileData":{},"objectId":"a"}`,
				`{"type":"token","tokenData":{"id":"T","type":"apns"},"objectId":"a"}`,
			),
		},
		{
			Rule:     "a token of an anonymousId of 0",
			Settings: objectID(),
			JSONOnly: true,
			Event: `{"type":"identify","anonymousId":0,"context":{"device":{"token":"T"},` +
				`"os":{"name":"android"}}}`,
			Guide: gives(
				`{"type":"profile","profileData":{},"objectId":"0"}`,
				`{"type":"token","tokenData":{"id":"T","type":"fcm"},"objectId":"0"}`,
			).with("NUMERIC_ID_CONVERTED anonymousId"),
			Transformer: gives(`{"type":"profile","profileData":{}}`),
		},
		{
			Rule:     "a token of an anonymousId that is an object",
			Settings: objectID(),
			JSONOnly: true,
			Event: `{"type":"identify","anonymousId":{"c":1,"a":null},"context":{"device":{"token":"T"},` +
				`"os":{"name":"ios"}}}`,
			Guide: fails("INVALID_IDENTITY anonymousId"),
			Transformer: gives(
				`{"type":"profile","profileData":{},"objectId":{"c":1,"a":null}}`,
				`{"type":"token","tokenData":{"id":"T","type":"apns"},"objectId":{"c":1}}`,
			),
		},
		{
			Rule:     "a token's record has neither ts nor traits",
			Settings: objectID(),
			Event:    device("android", `,"traits":{"ts":5,"a":1}`),
			Both: gives(
				`{"type":"profile","profileData":{"a":1,"identity":"u"},"objectId":"a","ts":5}`,
				`{"type":"token","tokenData":{"id":"T","type":"fcm"},"objectId":"a"}`,
			),
		},
		{
			Rule:     "a page has no token",
			Settings: objectID(),
			Event: `{"type":"page","name":"P","anonymousId":"a","context":{"device":{"token":"T"},` +
				`"os":{"name":"ios"}}}`,
			Guide:       gives(`{"type":"event","evtName":"Web Page Viewed P","evtData":{},"objectId":"a"}`),
			Transformer: gives(`{"type":"event","evtName":"Web Page Viewed: P","evtData":{},"objectId":"a"}`),
		},
	}
}

// tokenTypes: "Device token": its type.
func tokenTypes() []Case {
	return []Case{
		{
			Rule:     "a token of type chrome",
			Settings: objectID(),
			Event:    device("android", `,"integrations":{"CleverTap":{"deviceTokenType":"chrome"}}`),
			Both:     token(`{"id":"T","type":"chrome"}`),
		},
		{
			Rule:     "a token of type fcm",
			Settings: objectID(),
			Event:    device("android", `,"integrations":{"CleverTap":{"deviceTokenType":"fcm"}}`),
			Both:     token(`{"id":"T","type":"fcm"}`),
		},
		{
			Rule:     "a token of type gcm",
			Settings: objectID(),
			Event:    device("android", `,"integrations":{"CleverTap":{"deviceTokenType":"gcm"}}`),
			Both:     token(`{"id":"T","type":"gcm"}`),
		},
		{
			Rule:     "a token of type apns",
			Settings: objectID(),
			Event:    device("android", `,"integrations":{"CleverTap":{"deviceTokenType":"apns"}}`),
			Both:     token(`{"id":"T","type":"apns"}`),
		},
		{
			Rule:     "a token of type wns",
			Settings: objectID(),
			Event:    device("android", `,"integrations":{"CleverTap":{"deviceTokenType":"wns"}}`),
			Both:     token(`{"id":"T","type":"wns"}`),
		},
		{
			Rule:     "a token of type mpns",
			Settings: objectID(),
			Event:    device("android", `,"integrations":{"CleverTap":{"deviceTokenType":"mpns"}}`),
			Both:     token(`{"id":"T","type":"mpns"}`),
		},
		{
			Rule:     "a token type that is unknown",
			Settings: objectID(),
			Event:    device("android", `,"integrations":{"CleverTap":{"deviceTokenType":"firebase"}}`),
			Both:     token(`{"id":"T","type":"fcm"}`).with("UNKNOWN_TOKEN_TYPE integrations.CleverTap.deviceTokenType"),
		},
		{
			Rule:     "token types are compared exactly",
			Settings: objectID(),
			Event:    device("android", `,"integrations":{"CleverTap":{"deviceTokenType":"GCM"}}`),
			Both:     token(`{"id":"T","type":"fcm"}`).with("UNKNOWN_TOKEN_TYPE integrations.CleverTap.deviceTokenType"),
		},
		{
			Rule:     "an empty token type is not one",
			Settings: objectID(),
			Event:    device("android", `,"integrations":{"CleverTap":{"deviceTokenType":""}}`),
			Both:     token(`{"id":"T","type":"fcm"}`),
		},
		{
			Rule:     "a token type that is a number",
			Settings: objectID(),
			Event:    device("android", `,"integrations":{"CleverTap":{"deviceTokenType":5}}`),
			Both:     token(`{"id":"T","type":"fcm"}`).with("UNKNOWN_TOKEN_TYPE integrations.CleverTap.deviceTokenType"),
		},
		{
			Rule:     "spellings of the integration, one that each ruleset takes first",
			Settings: objectID(),
			Event: device("android", `,"integrations":{"CLEVERTAP":{"deviceTokenType":"gcm"},`+
				`"Clevertap":{"deviceTokenType":"wns"},"CleverTap":{"deviceTokenType":"apns"},`+
				`"clevertap":{"deviceTokenType":"mpns"}}`),
			Guide:       token(`{"id":"T","type":"apns"}`),
			Transformer: token(`{"id":"T","type":"mpns"}`),
		},
		{
			Rule:     "spellings of the integration: Clevertap and clevertap",
			Settings: objectID(),
			Event: device("android", `,"integrations":{"CLEVERTAP":{"deviceTokenType":"gcm"},`+
				`"clevertap":{"deviceTokenType":"mpns"},"Clevertap":{"deviceTokenType":"wns"}}`),
			Guide:       token(`{"id":"T","type":"wns"}`),
			Transformer: token(`{"id":"T","type":"mpns"}`),
		},
		{
			Rule:     "spellings of the integration: Clevertap and CleverTap",
			Settings: objectID(),
			Event: device("android", `,"integrations":{"CLEVERTAP":{"deviceTokenType":"gcm"},`+
				`"CleverTap":{"deviceTokenType":"apns"},"Clevertap":{"deviceTokenType":"wns"},`+
				`"clevertap":false}`),
			Guide:       filtered("INTEGRATIONS"),
			Transformer: token(`{"id":"T","type":"wns"}`),
		},
		{
			Rule:     "spellings of the integration: CleverTap and CLEVERTAP",
			Settings: objectID(),
			Event: device("android", `,"integrations":{"CLEVERTAP":{"deviceTokenType":"gcm"},`+
				`"CleverTap":{"deviceTokenType":"apns"}}`),
			Both: token(`{"id":"T","type":"apns"}`),
		},
		{
			Rule:     "spellings of the integration: clevertap and CLEVERTAP",
			Settings: objectID(),
			Event: device("android", `,"integrations":{"CLEVERTAP":{"deviceTokenType":"gcm"},`+
				`"clevertap":{"deviceTokenType":"apns"}}`),
			Both: token(`{"id":"T","type":"apns"}`),
		},
		{
			Rule:     "spellings of the integration: CLEVERTAP",
			Settings: objectID(),
			Event:    device("android", `,"integrations":{"CLEVERTAP":{"deviceTokenType":"gcm"}}`),
			Both:     token(`{"id":"T","type":"gcm"}`),
		},
		{
			Rule:     "Clever Tap is not a spelling of it",
			Settings: objectID(),
			Event:    device("android", `,"integrations":{"Clever Tap":{"deviceTokenType":"gcm"}}`),
			Both:     token(`{"id":"T","type":"fcm"}`),
		},
		{
			Rule:     "a null integration",
			Settings: objectID(),
			Event:    device("android", `,"integrations":{"CleverTap":null,"CLEVERTAP":{"deviceTokenType":"gcm"}}`),
			Both:     token(`{"id":"T","type":"gcm"}`),
		},
		{
			Rule:     "a plain switch among the integrations",
			Settings: objectID(),
			Event:    device("android", `,"integrations":{"CleverTap":true}`),
			Both:     token(`{"id":"T","type":"fcm"}`),
		},
		{
			Rule:        "options that are neither an object nor a switch",
			Settings:    objectID(),
			Event:       device("ios", `,"integrations":{"CleverTap":"x"}`),
			Guide:       gives(`{"type":"profile","profileData":{"identity":"u"},"objectId":"a"}`, `{"type":"token","tokenData":{"id":"T","type":"apns"},"objectId":"a"}`).with("FIELD_IGNORED integrations.CleverTap"),
			Transformer: token(`{"id":"T","type":"apns"}`),
		},
		{
			Rule:        "integrations that are text",
			Settings:    objectID(),
			JSONOnly:    true,
			Event:       device("android", `,"integrations":"x"`),
			Guide:       gives(`{"type":"profile","profileData":{"identity":"u"},"objectId":"a"}`, `{"type":"token","tokenData":{"id":"T","type":"fcm"},"objectId":"a"}`).with("FIELD_IGNORED integrations"),
			Transformer: token(`{"id":"T","type":"fcm"}`),
		},
	}
}

// tokenKeys: "Device token": keys for chrome.
func tokenKeys() []Case {
	return []Case{
		{
			Rule:     "a token with keys for chrome",
			Settings: objectID(),
			Event: device("android", `,"integrations":{"All":true,"CleverTap":{"deviceTokenType":"chrome",`+
				`"chromeKeys":{"p256dh":"K","auth":"S"}}}`),
			Both: token(`{"id":"T","type":"chrome","keys":{"p256dh":"K","auth":"S"}}`),
		},
		{
			Rule:     "no keys for chrome",
			Settings: objectID(),
			Event:    device("android", `,"integrations":{"CleverTap":{"chromeKeys":{}}}`),
			Both:     token(`{"id":"T","type":"fcm"}`),
		},
		{
			Rule:     "keys that are null",
			Settings: objectID(),
			Event:    device("android", `,"integrations":{"CleverTap":{"chromeKeys":null}}`),
			Both:     token(`{"id":"T","type":"fcm"}`),
		},
		{
			Rule:        "chrome keys that are not an object",
			Settings:    objectID(),
			Event:       device("ios", `,"integrations":{"CleverTap":{"chromeKeys":"x"}}`),
			Guide:       gives(`{"type":"profile","profileData":{"identity":"u"},"objectId":"a"}`, `{"type":"token","tokenData":{"id":"T","type":"apns"},"objectId":"a"}`).with("FIELD_IGNORED integrations.CleverTap.chromeKeys"),
			Transformer: token(`{"id":"T","type":"apns","keys":"x"}`),
		},
		{
			Rule:        "keys of 0",
			Settings:    objectID(),
			Event:       device("android", `,"integrations":{"CleverTap":{"chromeKeys":0}}`),
			Guide:       gives(`{"type":"profile","profileData":{"identity":"u"},"objectId":"a"}`, `{"type":"token","tokenData":{"id":"T","type":"fcm"},"objectId":"a"}`).with("FIELD_IGNORED integrations.CleverTap.chromeKeys"),
			Transformer: token(`{"id":"T","type":"fcm","keys":0}`),
		},
		{
			Rule:        "keys that hold nothing",
			Settings:    objectID(),
			Event:       device("android", `,"integrations":{"CleverTap":{"chromeKeys":{"a":null,"b":[],"c":{"d":{}}}}}`),
			Guide:       token(`{"id":"T","type":"fcm","keys":{"a":null,"b":[],"c":{"d":{}}}}`),
			Transformer: token(`{"id":"T","type":"fcm"}`),
		},
		{
			Rule:        "keys that hold little",
			Settings:    objectID(),
			Event:       device("android", `,"integrations":{"CleverTap":{"chromeKeys":{"a":null,"b":"","c":0,"d":{"e":[]},"f":1}}}`),
			Guide:       token(`{"id":"T","type":"fcm","keys":{"a":null,"b":"","c":0,"d":{"e":[]},"f":1}}`),
			Transformer: token(`{"id":"T","type":"fcm","keys":{"b":"","c":0,"f":1}}`),
		},
	}
}
