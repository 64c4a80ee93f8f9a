package cases

// profiles: "identify → profile record": mapped traits and custom attributes.
func profiles() []Case {
	return []Case{
		{
			Rule: "the ten mapped traits, others as they are",
			Event: `{"type":"identify","userId":"u","traits":{"title":"Owner","name":"Ada Lovelace",` +
				`"email":"ada@example.com","phone":"+442071838750","gender":"F",` +
				`"birthday":"$D_631152000","education":"Graduate","employed":"Y","married":"N",` +
				`"customerType":"Platinum","avatar":"https://example.com/a.png","Flagged":false,` +
				`"visits":3}}`,
			Guide: profile(`{"Name":"Ada Lovelace","Email":"ada@example.com","Phone":"+442071838750","Gender":"F",` +
				`"DOB":"$D_631152000","Education":"Graduate","Employed":"Y","Married":"N",` +
				`"Customer Type":"Platinum","Photo":"https://example.com/a.png","title":"Owner",` +
				`"Flagged":false,"visits":3}`),
			Transformer: profile(`{"Email":"ada@example.com","Name":"Ada Lovelace","Phone":"+442071838750","Gender":"F",` +
				`"Employed":"Y","DOB":"$D_631152000","Education":"Graduate","Married":"N",` +
				`"Customer Type":"Platinum","Photo":"https://example.com/a.png","title":"Owner",` +
				`"Flagged":false,"visits":3}`),
		},
		{
			Rule:        "an email in the properties",
			Difference:  "an email among the properties of an identify",
			Event:       `{"type":"identify","userId":"u","properties":{"email":"p@example.com"}}`,
			Guide:       profile(`{}`),
			Transformer: profile(`{"Email":"p@example.com"}`),
		},
		{
			Rule: "an email in the properties comes last",
			Event: `{"type":"identify","userId":"u","context":{"traits":{"email":"c@example.com"}},` +
				`"properties":{"email":"p@example.com"}}`,
			Both: profile(`{"Email":"c@example.com"}`),
		},
		{
			Rule:  "a phone in the properties is not read",
			Event: `{"type":"identify","userId":"u","properties":{"phone":"1"}}`,
			Both:  profile(`{}`),
		},
		{
			Rule: "null and empty mapped traits and null attributes are left out",
			Event: `{"type":"identify","userId":"u","traits":{"name":"","email":null,"note":null,` +
				`"empty":""}}`,
			Both: profile(`{"empty":""}`),
		},
		{
			Rule:  "empty mapped traits of the context are left out",
			Event: `{"type":"identify","userId":"u","context":{"traits":{"email":"","gender":""}}}`,
			Both:  profile(`{}`),
		},
		{
			Rule:  "empty custom values are kept",
			Event: `{"type":"identify","userId":"u","traits":{"a":"","b":0,"c":false,"d":{},"e":[]}}`,
			Both: profile(`{"a":"","b":0,"c":false,"d":"{}","e":"[]"}`).
				with("NESTED_VALUE_STRINGIFIED traits.d", "NESTED_VALUE_STRINGIFIED traits.e"),
		},
		{
			Rule: "values pass unchanged",
			Event: `{"type":"identify","userId":"u","traits":{"phone":442071838750,"email":5,"n":1.50,` +
				`"e":1e2,"t":true}}`,
			Guide:       profile(`{"Email":5,"Phone":442071838750,"n":1.50,"e":1e2,"t":true}`),
			Transformer: profile(`{"Email":5,"Phone":442071838750,"n":1.5,"e":100,"t":true}`),
		},
		{
			Rule:  "no HTML escaping",
			Event: `{"type":"identify","userId":"u","traits":{"bio":"<b>R&D's \"best\"</b>"}}`,
			Both:  profile(`{"bio":"<b>R&D's \"best\"</b>"}`),
		},
		{
			Rule: "mapped and internal traits are not attributes",
			Event: `{"type":"identify","userId":"u","traits":{"firstName":"A","lastName":"","firstname":"",` +
				`"last_name":"","anonymousId":"a","userId":"u","id":"u","ts":null}}`,
			Guide:       profile(`{"Name":"A"}`).with("TRAIT_LEFT_OUT traits.anonymousId"),
			Transformer: profile(`{}`),
		},
		{
			Rule: "none of the internal traits is an attribute",
			Event: `{"type":"identify","userId":"u","traits":{"email":"","firstName":null,"firstname":"",` +
				`"first_name":"x","lastName":"","lastname":"","last_name":"","name":"","phone":"",` +
				`"gender":"","education":"","employed":"","birthday":"","married":"","customerType":"",` +
				`"anonymousId":"x","avatar":"","userId":"x","id":"x","ts":"","overrideFields":null,` +
				`"other":1}}`,
			Guide:       profile(`{"Name":"x","other":1}`).with("TRAIT_LEFT_OUT traits.anonymousId", "TRAIT_LEFT_OUT traits.userId", "TRAIT_LEFT_OUT traits.id"),
			Transformer: profile(`{"other":1}`),
		},
		{
			Rule: "none of the last names is an attribute",
			Event: `{"type":"identify","userId":"u","traits":{"lastName":"1"},` +
				`"context":{"traits":{"lastname":"2","last_name":"3"}}}`,
			Guide:       profile(`{"Name":"1"}`).with("TRAIT_LEFT_OUT context.traits.lastname", "TRAIT_LEFT_OUT context.traits.last_name"),
			Transformer: profile(`{}`),
		},
		{
			Rule: "none of the first names is an attribute",
			Event: `{"type":"identify","userId":"u","traits":{"firstName":"1"},` +
				`"context":{"traits":{"firstname":"2","first_name":"3"}}}`,
			Guide:       profile(`{"Name":"1"}`).with("TRAIT_LEFT_OUT context.traits.firstname", "TRAIT_LEFT_OUT context.traits.first_name"),
			Transformer: profile(`{}`),
		},
		{
			Rule:  "keys are compared exactly: ID is an attribute",
			Event: `{"type":"identify","userId":"u","traits":{"ID":"1","Anonymousid":"2","FirstName":"F"}}`,
			Both:  profile(`{"ID":"1","Anonymousid":"2","FirstName":"F"}`),
		},
		{
			Rule:        "names that lead to a prototype",
			Event:       `{"type":"identify","userId":"u","traits":{"constructor":1,"prototype":2,"a":3}}`,
			Guide:       profile(`{"constructor":1,"prototype":2,"a":3}`),
			Transformer: profile(`{"a":3}`),
		},
		{
			Rule:        "a name that leads to a prototype of objects",
			Event:       `{"type":"identify","userId":"u","traits":{"__proto__":{"x":1},"a":3}}`,
			Guide:       profile(`{"__proto__":"{\"x\":1}","a":3}`).with("NESTED_VALUE_STRINGIFIED traits.__proto__"),
			Transformer: profile(`{"a":3}`),
		},
		{
			Rule:        "traits named identity and objectId",
			Event:       `{"type":"identify","userId":"u","traits":{"identity":"i","objectId":"o"}}`,
			Guide:       profile(`{"objectId":"o"}`).with("TRAIT_OVERRIDDEN traits.identity"),
			Transformer: profile(`{"identity":"i","objectId":"o"}`),
		},
	}
}

// containers: traits before context.traits, and what is neither an object.
func containers() []Case {
	return []Case{
		{
			Rule: "traits in the context",
			Event: `{"type":"identify","userId":"u","context":{"traits":{"email":"c@example.com",` +
				`"city":"Tokyo"}}}`,
			Both: profile(`{"Email":"c@example.com","city":"Tokyo"}`),
		},
		{
			Rule: "root traits win over the context's, every trait by itself",
			Event: `{"type":"identify","userId":"u","traits":{"email":"r@example.com","city":"Oslo",` +
				`"x":""},"context":{"traits":{"email":"c@example.com","phone":"+4712345678",` +
				`"city":"Tokyo","country":"NO","x":"y"}}}`,
			Guide:       profile(`{"Email":"r@example.com","Phone":"+4712345678","city":"Oslo","x":"","country":"NO"}`).with("TRAIT_OVERRIDDEN context.traits.email", "TRAIT_OVERRIDDEN context.traits.city", "TRAIT_OVERRIDDEN context.traits.x"),
			Transformer: profile(`{"Email":"r@example.com","Phone":"+4712345678","city":"Tokyo","x":"y","country":"NO"}`),
		},
		{
			Rule: "a null never erases a value",
			Event: `{"type":"identify","userId":"u","traits":{"email":null,"city":null,"zip":"1"},` +
				`"context":{"traits":{"email":"c@example.com","city":"Tokyo","zip":null}}}`,
			Guide:       profile(`{"Email":"c@example.com","zip":"1","city":"Tokyo"}`),
			Transformer: profile(`{"Email":"c@example.com","city":"Tokyo"}`),
		},
		{
			Rule:        "a custom trait in both",
			Difference:  "a custom trait given twice",
			Event:       `{"type":"identify","userId":"u","traits":{"city":"A"},"context":{"traits":{"city":"B"}}}`,
			Guide:       profile(`{"city":"A"}`).with("TRAIT_OVERRIDDEN context.traits.city"),
			Transformer: profile(`{"city":"B"}`),
		},
		{
			Rule:       "a null in the context",
			Difference: "a null in the context",
			Event: `{"type":"identify","userId":"u","traits":{"city":"A"},` +
				`"context":{"traits":{"city":null}}}`,
			Guide:       profile(`{"city":"A"}`),
			Transformer: profile(`{}`),
		},
		{
			Rule: "a value of 0 or false ends the search",
			Event: `{"type":"identify","userId":"u","traits":{"phone":0,"employed":false},` +
				`"context":{"traits":{"phone":"1","employed":"Y"}}}`,
			Guide:       profile(`{"Phone":0,"Employed":false}`).with("TRAIT_OVERRIDDEN context.traits.phone", "TRAIT_OVERRIDDEN context.traits.employed"),
			Transformer: profile(`{"Phone":0,"Employed":false}`),
		},
		{
			Rule: "an empty or null value does not end the search",
			Event: `{"type":"identify","userId":"u","traits":{"phone":"","education":null},` +
				`"context":{"traits":{"phone":"1","education":"College"}}}`,
			Both: profile(`{"Phone":"1","Education":"College"}`),
		},
		{
			Rule: "a null in the context erases no mapped field",
			Event: `{"type":"identify","userId":"u","traits":{"phone":"1"},` +
				`"context":{"traits":{"phone":null}}}`,
			Both: profile(`{"Phone":"1"}`),
		},
		{
			Rule: "attributes of the traits come before the context's",
			Event: `{"type":"identify","userId":"u","traits":{"b":1,"a":2},"context":{"traits":{"c":3,` +
				`"a":4}}}`,
			Guide:       profile(`{"b":1,"a":2,"c":3}`).with("TRAIT_OVERRIDDEN context.traits.a"),
			Transformer: profile(`{"b":1,"a":4,"c":3}`),
		},
		{
			Rule: "a gender that is unknown hides the context's",
			Event: `{"type":"identify","userId":"u","traits":{"gender":"other"},` +
				`"context":{"traits":{"gender":"f"}}}`,
			Guide:       profile(`{}`).with("UNKNOWN_GENDER traits.gender", "TRAIT_OVERRIDDEN context.traits.gender"),
			Transformer: profile(`{}`),
		},
		{
			Rule:        "traits that are text",
			JSONOnly:    true,
			Event:       `{"type":"identify","userId":"u","traits":"x"}`,
			Guide:       fails("INVALID_FIELD_TYPE traits"),
			Transformer: profile(`{"0":"x"}`),
		},
		{
			Rule:        "traits that are an array",
			JSONOnly:    true,
			Event:       `{"type":"identify","userId":"u","traits":["x",{"y":1}]}`,
			Guide:       fails("INVALID_FIELD_TYPE traits"),
			Transformer: profile(`{"0":"x","1":"{\"y\":1}"}`),
		},
		{
			Rule:        "traits that are true",
			JSONOnly:    true,
			Event:       `{"type":"identify","userId":"u","traits":true}`,
			Guide:       fails("INVALID_FIELD_TYPE traits"),
			Transformer: profile(`{}`),
		},
		{
			Rule:        "context.traits that are text",
			JSONOnly:    true,
			Event:       `{"type":"identify","userId":"u","traits":{"1":"one","b":2},"context":{"traits":"ab"}}`,
			Guide:       profile(`{"1":"one","b":2}`).with("FIELD_IGNORED context.traits"),
			Transformer: profile(`{"0":"ab","1":"ab","b":2}`),
		},
		{
			Rule:     "context.traits that are an array: its length is a trait",
			JSONOnly: true,
			Event: `{"type":"identify","userId":"u","traits":{"tags":["a"],"tags.length":3,"length":5},` +
				`"context":{"traits":["x","y"]}}`,
			Guide:       profile(`{"tags":"[\"a\"]","tags.length":3,"length":5}`).with("FIELD_IGNORED context.traits", "NESTED_VALUE_STRINGIFIED traits.tags"),
			Transformer: profile(`{"0":"x","1":"y","tags":"[\"a\",null,null]","length":2}`),
		},
		{
			Rule:        "context.traits that are an empty array",
			JSONOnly:    true,
			Event:       `{"type":"identify","userId":"u","traits":{"length":5},"context":{"traits":[]}}`,
			Guide:       profile(`{"length":5}`),
			Transformer: profile(`{"length":0}`),
		},
		{
			Rule:        "context.traits that are a number",
			JSONOnly:    true,
			Event:       `{"type":"identify","userId":"u","context":{"traits":1}}`,
			Guide:       profile(`{}`).with("FIELD_IGNORED context.traits"),
			Transformer: profile(`{}`),
		},
		{
			Rule:        "a context that is an array",
			JSONOnly:    true,
			Event:       `{"type":"identify","userId":"u","context":[]}`,
			Guide:       profile(`{}`),
			Transformer: profile(`{}`),
		},
		{
			Rule:  "null containers",
			Event: `{"type":"identify","userId":"u","traits":null,"context":null,"integrations":null}`,
			Both:  profile(`{}`),
		},
		{
			Rule:        "a trait named as a function that objects have",
			Event:       `{"type":"identify","userId":"u","traits":{"toString":1,"a":2},"context":{"traits":{}}}`,
			Guide:       profile(`{"toString":1,"a":2}`),
			Transformer: profile(`{"a":2}`),
		},
		{
			Rule: "a trait named as a function that objects have, beside a dot",
			Event: `{"type":"identify","userId":"u","traits":{"toString":1,"a.b":2},` +
				`"context":{"traits":{}}}`,
			Guide:       profile(`{"toString":1,"a.b":2}`),
			Transformer: profile(`{"a":"{\"b\":2}"}`),
		},
		{
			Rule:        "a trait named as a function that text has",
			JSONOnly:    true,
			Event:       `{"type":"identify","userId":"u","traits":{"toString":1},"context":{"traits":"é"}}`,
			Guide:       profile(`{"toString":1}`).with("FIELD_IGNORED context.traits"),
			Transformer: profile(`{"0":"é","toString":"é"}`),
		},
	}
}

// conversions: gender, nested values, do-not-disturb switches.
func conversions() []Case {
	all := []Case{
		{
			Rule:  "an unknown gender is dropped",
			Event: `{"type":"identify","userId":"u","traits":{"gender":"unknown"}}`,
			Both:  profile(`{}`).with("UNKNOWN_GENDER traits.gender"),
		},
		{
			Rule:  "another letter case is unknown",
			Event: `{"type":"identify","userId":"u","context":{"traits":{"gender":"fEmale"}}}`,
			Both:  profile(`{}`).with("UNKNOWN_GENDER context.traits.gender"),
		},
		{
			Rule:  "a gender that is not a string",
			Event: `{"type":"identify","userId":"u","traits":{"gender":1}}`,
			Both:  profile(`{}`).with("UNKNOWN_GENDER traits.gender"),
		},
		{
			Rule:     "objects and arrays become JSON text, key order and digits kept",
			JSONOnly: true,
			Event: `{"type":"identify","userId":"u","traits":{"address":{"zip":"1","city":"Oslo","n":1.0,` +
				`"deep":[{"z":null,"a":"\u00e9\n"}]},"tags":[1,"b",null],"none":{}}}`,
			Guide: profile(`{"address":"{\"zip\":\"1\",\"city\":\"Oslo\",\"n\":1.0,\"deep\":[{\"z\":null,\"a\":\"é\\n\"}]}","tags":"[1,\"b\",null]","none":"{}"}`).
				with("NESTED_VALUE_STRINGIFIED traits.address", "NESTED_VALUE_STRINGIFIED traits.tags", "NESTED_VALUE_STRINGIFIED traits.none"),
			Transformer: profile(`{"address":"{\"zip\":\"1\",\"city\":\"Oslo\",\"n\":1,\"deep\":[{\"z\":null,\"a\":\"é\\n\"}]}","tags":"[1,\"b\",null]","none":"{}"}`),
		},
		{
			Rule:  "nested mapped traits become JSON text",
			Event: `{"type":"identify","userId":"u","traits":{"education":["College"]}}`,
			Both:  profile(`{"Education":"[\"College\"]"}`).with("NESTED_VALUE_STRINGIFIED traits.education"),
		},
		{
			Rule: "category-unsubscribe and category-resubscribe stay structured",
			Event: `{"type":"identify","userId":"u","traits":{"category-resubscribe":{"email":["news"]},` +
				`"category-unsubscribe":{"email":["offers"]}}}`,
			Both: profile(`{"category-resubscribe":{"email":["news"]},"category-unsubscribe":{"email":["offers"]}}`),
		},
		{
			Rule: "do-not-disturb switches pass through",
			Event: `{"type":"identify","userId":"u","traits":{"MSG-email":false,"MSG-push":true,` +
				`"MSG-sms":false,"MSG-whatsapp":true}}`,
			Both: profile(`{"MSG-email":false,"MSG-push":true,"MSG-sms":false,"MSG-whatsapp":true}`),
		},
		{
			Rule:  "a switch that is not a boolean gets a diagnostic",
			Event: `{"type":"identify","userId":"u","traits":{"MSG-email":"false","MSG-sms":0}}`,
			Both: profile(`{"MSG-email":"false","MSG-sms":0}`).
				with("SUBSCRIPTION_NOT_BOOLEAN traits.MSG-email", "SUBSCRIPTION_NOT_BOOLEAN traits.MSG-sms"),
		},
		{
			Rule: "every switch that is not a boolean",
			Event: `{"type":"identify","userId":"u","traits":{"MSG-push":null,"MSG-whatsapp":"true"},` +
				`"context":{"traits":{"MSG-push":1}}}`,
			Guide: profile(`{"MSG-whatsapp":"true","MSG-push":1}`).
				with("SUBSCRIPTION_NOT_BOOLEAN traits.MSG-whatsapp", "SUBSCRIPTION_NOT_BOOLEAN context.traits.MSG-push"),
			Transformer: profile(`{"MSG-push":1,"MSG-whatsapp":"true"}`),
		},
	}
	for wanted, spellings := range map[string][]string{
		"F": {"f", "F", "Female", "female", "FEMALE"},
		"M": {"m", "M", "Male", "male", "MALE"},
	} {
		for _, spelling := range spellings {
			all = append(all, Case{
				Rule:  "gender " + spelling,
				Event: `{"type":"identify","userId":"u","traits":{"gender":"` + spelling + `"}}`,
				Both:  profile(`{"Gender":"` + wanted + `"}`),
			})
		}
	}
	return all
}

// overrides: what wins over what, and overrideFields.
func overrides() []Case {
	return []Case{
		{
			Rule:       "a mapped field wins over a custom trait of the same CleverTap name",
			Difference: "a mapped field and a custom trait of its name",
			Event: `{"type":"identify","userId":"u","traits":{"Email":"custom@example.com",` +
				`"email":"mapped@example.com"}}`,
			Guide:       profile(`{"Email":"mapped@example.com"}`).with("TRAIT_OVERRIDDEN traits.Email"),
			Transformer: profile(`{"Email":"custom@example.com"}`),
		},
		{
			Rule: "each mapped field wins over the custom trait of its CleverTap name",
			Event: `{"type":"identify","userId":"u","traits":{"name":"1","Name":"2","gender":"m",` +
				`"Gender":"F","birthday":"1","DOB":"2","education":"1","Education":"2","employed":"1",` +
				`"Employed":"2","married":"1","Married":"2","customerType":"1","Customer Type":"2",` +
				`"avatar":"1","Photo":"2"}}`,
			Guide: profile(`{"Name":"1","Gender":"M","DOB":"1","Education":"1","Employed":"1","Married":"1",`+
				`"Customer Type":"1","Photo":"1"}`).
				with("TRAIT_OVERRIDDEN traits.Name", "TRAIT_OVERRIDDEN traits.Gender", "TRAIT_OVERRIDDEN traits.DOB", "TRAIT_OVERRIDDEN traits.Education", "TRAIT_OVERRIDDEN traits.Employed", "TRAIT_OVERRIDDEN traits.Married", "TRAIT_OVERRIDDEN traits.Customer Type", "TRAIT_OVERRIDDEN traits.Photo"),
			Transformer: profile(`{"Name":"2","Gender":"F","Employed":"2","DOB":"2","Education":"2","Married":"2",` +
				`"Customer Type":"2","Photo":"2"}`),
		},
		{
			Rule: "a mapped field of the context wins over a custom trait of the root",
			Event: `{"type":"identify","userId":"u","traits":{"Phone":"1"},` +
				`"context":{"traits":{"phone":"2"}}}`,
			Guide:       profile(`{"Phone":"2"}`).with("TRAIT_OVERRIDDEN traits.Phone"),
			Transformer: profile(`{"Phone":"1"}`),
		},
		{
			Rule:  "without the mapped one, the custom trait passes",
			Event: `{"type":"identify","userId":"u","traits":{"Email":"custom@example.com","email":""}}`,
			Both:  profile(`{"Email":"custom@example.com"}`),
		},
		{
			Rule:        "a custom null deletes the mapped field of its name",
			Event:       `{"type":"identify","userId":"u","traits":{"phone":"1","Phone":null}}`,
			Guide:       profile(`{"Phone":"1"}`),
			Transformer: profile(`{}`),
		},
		{
			Rule: "a custom trait takes the place of the mapped field",
			Event: `{"type":"identify","userId":"u","traits":{"Email":"custom","x":1,"email":"mapped",` +
				`"name":"N"}}`,
			Guide:       profile(`{"Name":"N","Email":"mapped","x":1}`).with("TRAIT_OVERRIDDEN traits.Email"),
			Transformer: profile(`{"Email":"custom","Name":"N","x":1}`),
		},
		{
			Rule:  "a custom trait of a mapped field's name keeps its place",
			Event: `{"type":"identify","userId":"u","traits":{"x":1,"Phone":"2"}}`,
			Both:  profile(`{"x":1,"Phone":"2"}`),
		},
		{
			Rule:        "a custom Name, and a first and last name",
			Event:       `{"type":"identify","userId":"u","traits":{"firstName":"A","lastName":"B","Name":"C"}}`,
			Guide:       profile(`{"Name":"A B"}`).with("TRAIT_OVERRIDDEN traits.Name"),
			Transformer: profile(`{"Name":"C"}`),
		},
		{
			Rule:     "profileData.identity wins over a trait identity",
			Settings: objectID(),
			Event:    `{"type":"identify","userId":"u","anonymousId":"a","traits":{"identity":"x"}}`,
			Both:     gives(`{"type":"profile","profileData":{"identity":"u"},"objectId":"a"}`).with("TRAIT_OVERRIDDEN traits.identity"),
		},
		{
			Rule:     "profileData.identity wins over a trait identity of the context",
			Settings: objectID(),
			Event:    `{"type":"identify","userId":"u","anonymousId":"a","context":{"traits":{"identity":"x"}}}`,
			Both:     gives(`{"type":"profile","profileData":{"identity":"u"},"objectId":"a"}`).with("TRAIT_OVERRIDDEN context.traits.identity"),
		},
		{
			Rule:     "profileData.identity wins over overrideFields",
			Settings: objectID(),
			Event: `{"type":"identify","userId":"u","anonymousId":"a","traits":{"identity":"x",` +
				`"overrideFields":{"identity":"y"}}}`,
			Guide:       gives(`{"type":"profile","profileData":{"identity":"u"},"objectId":"a"}`).with("TRAIT_OVERRIDDEN traits.identity", "TRAIT_OVERRIDDEN traits.overrideFields.identity"),
			Transformer: gives(`{"type":"profile","profileData":{"identity":"u"},"objectId":"a"}`),
		},
		{
			Rule:     "profileData.identity and an override in its place",
			Settings: objectID(),
			Event: `{"type":"identify","userId":"u","anonymousId":"a","traits":{"x":1,` +
				`"overrideFields":{"identity":"o","z":2}}}`,
			Guide:       gives(`{"type":"profile","profileData":{"x":1,"z":2,"identity":"u"},"objectId":"a"}`).with("TRAIT_OVERRIDDEN traits.overrideFields.identity"),
			Transformer: gives(`{"type":"profile","profileData":{"x":1,"identity":"u","z":2},"objectId":"a"}`),
		},
		{
			Rule:     "profileData.identity comes last",
			Settings: objectID(),
			Event: `{"type":"identify","userId":"u","anonymousId":"a","traits":{"x":1,` +
				`"overrideFields":{"z":2,"identity":null}}}`,
			Both: gives(`{"type":"profile","profileData":{"x":1,"z":2,"identity":"u"},"objectId":"a"}`),
		},
		{
			Rule: "overrideFields is merged last, as it is",
			Event: `{"type":"identify","userId":"u","traits":{"email":"a@example.com","plan":"free",` +
				`"overrideFields":{"Email":"o@example.com","Likes":{"$add":["jazz"]},"plan":null}}}`,
			Guide:       profile(`{"Email":"o@example.com","plan":"free","Likes":{"$add":["jazz"]}}`).with("TRAIT_LEFT_OUT traits.email"),
			Transformer: profile(`{"Email":"o@example.com","Likes":{"$add":["jazz"]}}`),
		},
		{
			Rule:  "overrideFields of the context, when the traits have none",
			Event: `{"type":"identify","userId":"u","context":{"traits":{"overrideFields":{"A":[1]}}}}`,
			Both:  profile(`{"A":[1]}`),
		},
		{
			Rule: "overrideFields of the traits win whole",
			Event: `{"type":"identify","userId":"u","traits":{"overrideFields":{"A":1}},` +
				`"context":{"traits":{"overrideFields":{"A":2,"B":2}}}}`,
			Guide:       profile(`{"A":1}`).with("TRAIT_OVERRIDDEN context.traits.overrideFields"),
			Transformer: profile(`{"A":1}`),
		},
		{
			Rule:       "overrideFields: null deletes a field",
			Difference: "a null in overrideFields",
			Event: `{"type":"identify","userId":"u","traits":{"email":"e","overrideFields":{"Email":null,` +
				`"x":null}}}`,
			Guide:       profile(`{"Email":"e"}`),
			Transformer: profile(`{}`),
		},
		{
			Rule: "overrideFields: keys are literal, new ones come last",
			Event: `{"type":"identify","userId":"u","traits":{"a":1,"overrideFields":{"x.y":1,"a":{"n":[]},` +
				`"2":0}}}`,
			Guide:       profile(`{"a":{"n":[]},"x.y":1,"2":0}`).with("TRAIT_LEFT_OUT traits.a"),
			Transformer: profile(`{"2":0,"a":{"n":[]},"x.y":1}`),
		},
		{
			Rule: "overrideFields that are empty hide the context's",
			Event: `{"type":"identify","userId":"u","traits":{"overrideFields":{}},` +
				`"context":{"traits":{"overrideFields":{"A":2}}}}`,
			Guide:       profile(`{}`).with("TRAIT_OVERRIDDEN context.traits.overrideFields"),
			Transformer: profile(`{}`),
		},
		{
			Rule: "overrideFields of 0 hide nothing",
			Event: `{"type":"identify","userId":"u","traits":{"overrideFields":0},` +
				`"context":{"traits":{"overrideFields":{"A":2}}}}`,
			Guide:       profile(`{"A":2}`).with("FIELD_IGNORED traits.overrideFields"),
			Transformer: profile(`{"A":2}`),
		},
		{
			Rule:        "overrideFields that are not an object",
			Event:       `{"type":"identify","userId":"u","traits":{"overrideFields":"x"}}`,
			Guide:       profile(`{}`).with("FIELD_IGNORED traits.overrideFields"),
			Transformer: profile(`{"0":"x"}`),
		},
		{
			Rule:        "overrideFields that are an array",
			Event:       `{"type":"identify","userId":"u","traits":{"overrideFields":["x"]}}`,
			Guide:       profile(`{}`).with("FIELD_IGNORED traits.overrideFields"),
			Transformer: profile(`{"0":"x"}`),
		},
		{
			Rule: "overrideFields with names that lead to a prototype",
			Event: `{"type":"identify","userId":"u","traits":{"overrideFields":{"constructor":1,` +
				`"prototype":2,"ok":3}}}`,
			Guide:       profile(`{"constructor":1,"prototype":2,"ok":3}`),
			Transformer: profile(`{"ok":3}`),
		},
		{
			Rule:        "overrideFields with a name that leads to a prototype of objects",
			Event:       `{"type":"identify","userId":"u","traits":{"overrideFields":{"__proto__":1,"ok":3}}}`,
			Guide:       profile(`{"__proto__":1,"ok":3}`),
			Transformer: profile(`{"ok":3}`),
		},
		{
			Rule: "overrideFields under keys with dots are not read",
			Event: `{"type":"identify","userId":"u","traits.overrideFields":{"x":1},` +
				`"context.traits":{"overrideFields":{"y":1}}}`,
			Both: profile(`{}`),
		},
	}
}
