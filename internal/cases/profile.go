package cases

// profile is the record of an identify call of user u.
func profile(data string) []string {
	return []string{`{"type":"profile","profileData":` + data + `,"identity":"u"}`}
}

// profiles: "identify → profile record".
func profiles() []Case {
	all := []Case{
		{
			Rule: "the ten mapped traits, others as they are",
			Event: `{"type":"identify","userId":"u","traits":{"title":"Owner","name":"Ada Lovelace","email":"ada@example.com","phone":"+442071838750","gender":"F","birthday":"$D_631152000",` +
				`"education":"Graduate","employed":"Y","married":"N","customerType":"Platinum","avatar":"https://example.com/a.png","Flagged":false,"visits":3}}`,
			Records: profile(`{"Name":"Ada Lovelace","Email":"ada@example.com","Phone":"+442071838750","Gender":"F","DOB":"$D_631152000","Education":"Graduate","Employed":"Y","Married":"N",` +
				`"Customer Type":"Platinum","Photo":"https://example.com/a.png","title":"Owner","Flagged":false,"visits":3}`),
		},
		{
			Rule: "traits in the context", Event: `{"type":"identify","userId":"u","context":{"traits":{"email":"c@example.com","city":"Tokyo"}}}`,
			Records: profile(`{"Email":"c@example.com","city":"Tokyo"}`),
		},
		{
			Rule:    "root traits win over the context's, every trait by itself",
			Event:   `{"type":"identify","userId":"u","traits":{"email":"r@example.com","city":"Oslo","x":""},"context":{"traits":{"email":"c@example.com","phone":"+4712345678","city":"Tokyo","country":"NO","x":"y"}}}`,
			Records: profile(`{"Email":"r@example.com","Phone":"+4712345678","city":"Oslo","x":"","country":"NO"}`),
		},
		{
			Rule: "a null never erases a value", Event: `{"type":"identify","userId":"u","traits":{"email":null,"city":null,"zip":"1"},"context":{"traits":{"email":"c@example.com","city":"Tokyo","zip":null}}}`,
			Records: profile(`{"Email":"c@example.com","zip":"1","city":"Tokyo"}`),
		},
		{
			Rule: "null and empty mapped traits and null attributes are left out", Event: `{"type":"identify","userId":"u","traits":{"name":"","email":null,"note":null,"empty":""}}`,
			Records: profile(`{"empty":""}`),
		},
		{Rule: "values pass unchanged", JSONOnly: true, Event: `{"type":"identify","userId":"u","traits":{"phone":442071838750,"email":5,"n":1.50,"e":1e2,"t":true}}`, Records: profile(`{"Email":5,"Phone":442071838750,"n":1.50,"e":1e2,"t":true}`)},
		{Rule: "keys are literal", Event: `{"type":"identify","userId":"u","traits":{"a.b":1,"007":2,"x/y":3,"__proto__":4,"":5}}`, JSONOnly: true, Records: profile(`{"a.b":1,"007":2,"x/y":3,"__proto__":4,"":5}`)},
		{Rule: "no HTML escaping", Event: `{"type":"identify","userId":"u","traits":{"bio":"<b>R&D's \"best\"</b>"}}`, Records: profile(`{"bio":"<b>R&D's \"best\"</b>"}`)},
		{
			Rule:    "mapped and internal traits are no attributes",
			Event:   `{"type":"identify","userId":"u","traits":{"firstName":"A","lastName":"","firstname":"","last_name":"","anonymousId":"a","userId":"u","id":"u","ts":null}}`,
			Records: profile(`{}`),
		},
		{
			Rule: "keys are compared exactly: ID is an attribute", Event: `{"type":"identify","userId":"u","traits":{"ID":"1","Anonymousid":"2","FirstName":"F"}}`,
			Records: profile(`{"Anonymousid":"2","FirstName":"F","ID":"1"}`), JSONOnly: false,
		},
	}
	return append(append(append(all, names()...), conversions()...), overrides()...)
}

// names: "No `name`".
func names() []Case {
	return []Case{
		{Rule: "no name: first and last name", Event: `{"type":"identify","userId":"u","traits":{"firstName":"Ada","lastName":"Lovelace"}}`, Records: profile(`{"Name":"Ada Lovelace"}`)},
		{Rule: "other spellings of them", Event: `{"type":"identify","userId":"u","traits":{"first_name":"Ada","lastname":"Lovelace"}}`, Records: profile(`{"Name":"Ada Lovelace"}`)},
		{Rule: "each from traits, then context.traits", Event: `{"type":"identify","userId":"u","traits":{"firstname":"Ada"},"context":{"traits":{"firstName":"X","last_name":"Lovelace"}}}`, Records: profile(`{"Name":"Ada Lovelace"}`)},
		{Rule: "a name wins over them", Event: `{"type":"identify","userId":"u","traits":{"name":"Countess","firstName":"Ada","lastName":"Lovelace"}}`, Records: profile(`{"Name":"Countess"}`)},
		{Rule: "one of them alone is no name", Event: `{"type":"identify","userId":"u","traits":{"firstName":"Ada"}}`, Records: profile(`{}`)},
		{Rule: "one that is an object", Event: `{"type":"identify","userId":"u","traits":{"firstName":"Ada","lastName":{}}}`, Error: "INVALID_FIELD_TYPE traits.lastName"},
	}
}

// conversions: gender, nested values, do-not-disturb switches.
func conversions() []Case {
	all := []Case{
		{Rule: "an unknown gender is dropped", Event: `{"type":"identify","userId":"u","traits":{"gender":"unknown"}}`, Records: profile(`{}`), Diagnostics: []string{"UNKNOWN_GENDER traits.gender"}},
		{Rule: "another letter case is unknown", Event: `{"type":"identify","userId":"u","context":{"traits":{"gender":"fEmale"}}}`, Records: profile(`{}`), Diagnostics: []string{"UNKNOWN_GENDER context.traits.gender"}},
		{Rule: "a gender that is no text", Event: `{"type":"identify","userId":"u","traits":{"gender":1}}`, Records: profile(`{}`), Diagnostics: []string{"UNKNOWN_GENDER traits.gender"}},
		{
			Rule: "objects and arrays become JSON text, key order and digits kept", JSONOnly: true,
			Event:       `{"type":"identify","userId":"u","traits":{"address":{"zip":"1","city":"Oslo","n":1.0,"deep":[{"z":null,"a":"\u00e9\n"}]},"tags":[1,"b",null],"none":{}}}`,
			Records:     profile(`{"address":"{\"zip\":\"1\",\"city\":\"Oslo\",\"n\":1.0,\"deep\":[{\"z\":null,\"a\":\"é\\n\"}]}","tags":"[1,\"b\",null]","none":"{}"}`),
			Diagnostics: []string{"NESTED_VALUE_STRINGIFIED traits.address", "NESTED_VALUE_STRINGIFIED traits.tags", "NESTED_VALUE_STRINGIFIED traits.none"},
		},
		{
			Rule: "so does a mapped trait", Event: `{"type":"identify","userId":"u","traits":{"education":["College"]}}`,
			Records: profile(`{"Education":"[\"College\"]"}`), Diagnostics: []string{"NESTED_VALUE_STRINGIFIED traits.education"},
		},
		{
			Rule:    "category-unsubscribe and category-resubscribe stay structured",
			Event:   `{"type":"identify","userId":"u","traits":{"category-resubscribe":{"email":["news"]},"category-unsubscribe":{"email":["offers"]}}}`,
			Records: profile(`{"category-resubscribe":{"email":["news"]},"category-unsubscribe":{"email":["offers"]}}`),
		},
		{
			Rule: "do-not-disturb switches pass through", Event: `{"type":"identify","userId":"u","traits":{"MSG-email":false,"MSG-push":true,"MSG-sms":false,"MSG-whatsapp":true}}`,
			Records: profile(`{"MSG-email":false,"MSG-push":true,"MSG-sms":false,"MSG-whatsapp":true}`),
		},
		{
			Rule: "a switch that is no boolean gets a diagnostic", Event: `{"type":"identify","userId":"u","traits":{"MSG-email":"false","MSG-sms":0}}`,
			Records: profile(`{"MSG-email":"false","MSG-sms":0}`), Diagnostics: []string{"SUBSCRIPTION_NOT_BOOLEAN traits.MSG-email", "SUBSCRIPTION_NOT_BOOLEAN traits.MSG-sms"},
		},
	}
	for wanted, spellings := range map[string][]string{"F": {"f", "F", "Female", "female", "FEMALE"}, "M": {"m", "M", "Male", "male", "MALE"}} {
		for _, spelling := range spellings {
			all = append(all, Case{
				Rule: "gender " + spelling, Event: `{"type":"identify","userId":"u","traits":{"gender":"` + spelling + `"}}`, Records: profile(`{"Gender":"` + wanted + `"}`),
			})
		}
	}
	return all
}

// overrides: what wins over what.
func overrides() []Case {
	return []Case{
		{
			Rule: "a mapped field wins over a custom trait of the same CleverTap name", Event: `{"type":"identify","userId":"u","traits":{"Email":"custom@example.com","email":"mapped@example.com"}}`,
			Records: profile(`{"Email":"mapped@example.com"}`), Diagnostics: []string{"TRAIT_OVERRIDDEN traits.Email"},
		},
		{
			Rule: "also from the other container", Event: `{"type":"identify","userId":"u","traits":{"Phone":"1"},"context":{"traits":{"phone":"2"}}}`,
			Records: profile(`{"Phone":"2"}`), Diagnostics: []string{"TRAIT_OVERRIDDEN traits.Phone"},
		},
		{Rule: "without the mapped one, the custom trait passes", Event: `{"type":"identify","userId":"u","traits":{"Email":"custom@example.com","email":""}}`, Records: profile(`{"Email":"custom@example.com"}`)},
		{
			Rule: "profileData.identity wins over a trait identity", Settings: objectID(), Event: `{"type":"identify","userId":"u","anonymousId":"a","traits":{"identity":"x"}}`,
			Records: []string{`{"type":"profile","profileData":{"identity":"u"},"objectId":"a"}`}, Diagnostics: []string{"TRAIT_OVERRIDDEN traits.identity"},
		},
		{
			Rule: "profileData.identity wins over a trait identity of the context", Settings: objectID(), Event: `{"type":"identify","userId":"u","anonymousId":"a","context":{"traits":{"identity":"x"}}}`,
			Records: []string{`{"type":"profile","profileData":{"identity":"u"},"objectId":"a"}`}, Diagnostics: []string{"TRAIT_OVERRIDDEN context.traits.identity"},
		},
		{
			Rule: "profileData.identity wins over overrideFields", Settings: objectID(), Event: `{"type":"identify","userId":"u","anonymousId":"a","traits":{"identity":"x","overrideFields":{"identity":"y"}}}`,
			Records: []string{`{"type":"profile","profileData":{"identity":"u"},"objectId":"a"}`}, Diagnostics: []string{"TRAIT_OVERRIDDEN traits.overrideFields.identity"},
		},
		{
			Rule: "overrideFields is merged last, as it is", JSONOnly: true,
			Event:   `{"type":"identify","userId":"u","traits":{"email":"a@example.com","plan":"free","overrideFields":{"Email":"o@example.com","Likes":{"$add":["jazz"]},"plan":null}}}`,
			Records: profile(`{"Email":"o@example.com","plan":"free","Likes":{"$add":["jazz"]}}`),
		},
		{Rule: "overrideFields of the context, when the traits have none", Event: `{"type":"identify","userId":"u","context":{"traits":{"overrideFields":{"A":[1]}}}}`, Records: profile(`{"A":[1]}`)},
		{
			Rule: "overrideFields of the traits win whole", Event: `{"type":"identify","userId":"u","traits":{"overrideFields":{"A":1}},"context":{"traits":{"overrideFields":{"A":2,"B":2}}}}`,
			Records: profile(`{"A":1}`),
		},
		{Rule: "overrideFields that are no object", Event: `{"type":"identify","userId":"u","traits":{"overrideFields":"x"}}`, Error: "INVALID_FIELD_TYPE traits.overrideFields"},
	}
}

// tokens: "Device token".
func tokens() []Case {
	first := `{"type":"profile","profileData":{"identity":"u"},"objectId":"a"}`
	event := func(os, rest string) string {
		return `{"type":"identify","userId":"u","anonymousId":"a","context":{"device":{"token":"T"},"os":{"name":"` + os + `"}}` + rest + `}`
	}
	token := func(data string) []string {
		return []string{first, `{"type":"token","tokenData":` + data + `,"objectId":"a"}`}
	}
	fcm := token(`{"id":"T","type":"fcm"}`)
	all := []Case{
		{Rule: "a token of Android", Settings: objectID(), Event: event("Android", ""), Records: fcm},
		{Rule: "no token without ObjectId mapping", Event: event("Android", ""), Records: profile(`{}`)},
		{Rule: "no token of macOS", Settings: objectID(), Event: event("macOS", ""), Records: []string{first}},
		{Rule: "no token without a system", Settings: objectID(), Event: event("", ""), Records: []string{first}},
		{
			Rule: "no token in an empty text", Settings: objectID(), Event: `{"type":"identify","userId":"u","anonymousId":"a","context":{"device":{"token":""},"os":{"name":"ios"}}}`,
			Records: []string{first},
		},
		{
			Rule: "a token with keys for chrome", Settings: objectID(), Event: event("android", `,"integrations":{"All":true,"CleverTap":{"deviceTokenType":"chrome","chromeKeys":{"p256dh":"K","auth":"S"}}}`),
			Records: token(`{"id":"T","type":"chrome","keys":{"p256dh":"K","auth":"S"}}`), JSONOnly: true,
		},
		{
			Rule: "a token type that is unknown", Settings: objectID(), Event: event("android", `,"integrations":{"CleverTap":{"deviceTokenType":"firebase"}}`),
			Records: fcm, Diagnostics: []string{"UNKNOWN_TOKEN_TYPE integrations.CleverTap.deviceTokenType"},
		},
		{Rule: "a plain switch among the integrations", Settings: objectID(), Event: event("android", `,"integrations":{"CleverTap":true}`), Records: fcm},
		{
			Rule: "a token of a person without anonymousId", Settings: objectID(), Event: `{"type":"identify","userId":"u","context":{"device":{"token":"T"},"os":{"name":"tvOS"}}}`,
			Records: []string{`{"type":"profile","profileData":{"identity":"u"},"objectId":"u"}`, `{"type":"token","tokenData":{"id":"T","type":"apns"},"objectId":"u"}`},
		},
		{
			Rule: "a token of a visitor without userId", Settings: objectID(), Event: `{"type":"identify","anonymousId":"a","context":{"device":{"token":"T"},"os":{"name":"iPadOS"}}}`,
			Records: []string{`{"type":"profile","profileData":{},"objectId":"a"}`, `{"type":"token","tokenData":{"id":"T","type":"apns"},"objectId":"a"}`},
		},
		{Rule: "a token that is no text", Settings: objectID(), Event: `{"type":"identify","userId":"u","context":{"device":{"token":5},"os":{"name":"ios"}}}`, Error: "INVALID_FIELD_TYPE context.device.token", JSONOnly: true},
		{Rule: "no keys for chrome", Settings: objectID(), Event: event("android", `,"integrations":{"CleverTap":{"chromeKeys":{}}}`), Records: fcm},
		{Rule: "options that are neither an object nor a switch", Settings: objectID(), Event: event("ios", `,"integrations":{"CleverTap":"x"}`), Error: "INVALID_FIELD_TYPE integrations.CleverTap"},
		{Rule: "chrome keys that are no object", Settings: objectID(), Event: event("ios", `,"integrations":{"CleverTap":{"chromeKeys":"x"}}`), Error: "INVALID_FIELD_TYPE integrations.CleverTap.chromeKeys"},
	}
	for _, system := range []string{"ios", "iOS", "ipados", "tvos", "watchOS"} {
		all = append(all, Case{Rule: "a token of " + system, Settings: objectID(), Event: event(system, ""), Records: token(`{"id":"T","type":"apns"}`)})
	}
	for _, kind := range []string{"chrome", "fcm", "gcm", "apns", "wns", "mpns"} {
		all = append(all, Case{
			Rule: "a token of type " + kind, Settings: objectID(), Event: event("android", `,"integrations":{"CleverTap":{"deviceTokenType":"`+kind+`"}}`),
			Records: token(`{"id":"T","type":"` + kind + `"}`),
		})
	}
	return all
}
