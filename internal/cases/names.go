package cases

// names: "No name".
func names() []Case {
	return []Case{
		{
			Rule:  "no name: first and last name",
			Event: `{"type":"identify","userId":"u","traits":{"firstName":"Ada","lastName":"Lovelace"}}`,
			Both:  profile(`{"Name":"Ada Lovelace"}`),
		},
		{
			Rule:  "other spellings of first and last name",
			Event: `{"type":"identify","userId":"u","traits":{"first_name":"Ada","lastname":"Lovelace"}}`,
			Both:  profile(`{"Name":"Ada Lovelace"}`),
		},
		{
			Rule: "first names in order: firstName, firstname, first_name",
			Event: `{"type":"identify","userId":"u","traits":{"first_name":"3","firstname":"2",` +
				`"firstName":"1","lastName":"L"}}`,
			Guide:       profile(`{"Name":"1 L"}`).with("TRAIT_LEFT_OUT traits.first_name", "TRAIT_LEFT_OUT traits.firstname"),
			Transformer: profile(`{"Name":"1 L"}`),
		},
		{
			Rule: "first names in order: firstname, first_name",
			Event: `{"type":"identify","userId":"u","traits":{"first_name":"3","firstname":"2",` +
				`"lastName":"L"}}`,
			Guide:       profile(`{"Name":"2 L"}`).with("TRAIT_LEFT_OUT traits.first_name"),
			Transformer: profile(`{"Name":"2 L"}`),
		},
		{
			Rule: "last names in order: lastName, lastname, last_name",
			Event: `{"type":"identify","userId":"u","traits":{"last_name":"3","lastname":"2",` +
				`"lastName":"1","firstName":"F"}}`,
			Guide:       profile(`{"Name":"F 1"}`).with("TRAIT_LEFT_OUT traits.last_name", "TRAIT_LEFT_OUT traits.lastname"),
			Transformer: profile(`{"Name":"F 1"}`),
		},
		{
			Rule: "last names in order: lastname, last_name",
			Event: `{"type":"identify","userId":"u","traits":{"last_name":"3","lastname":"2",` +
				`"firstName":"F"}}`,
			Guide:       profile(`{"Name":"F 2"}`).with("TRAIT_LEFT_OUT traits.last_name"),
			Transformer: profile(`{"Name":"F 2"}`),
		},
		{
			Rule: "parts that are empty are skipped",
			Event: `{"type":"identify","userId":"u","traits":{"firstName":"","firstname":"F",` +
				`"lastName":null,"last_name":"L"}}`,
			Both: profile(`{"Name":"F L"}`),
		},
		{
			Rule: "first and last name, each from traits, then context.traits",
			Event: `{"type":"identify","userId":"u","traits":{"firstname":"Ada"},` +
				`"context":{"traits":{"firstName":"X","last_name":"Lovelace"}}}`,
			Guide:       profile(`{"Name":"Ada Lovelace"}`).with("TRAIT_LEFT_OUT context.traits.firstName"),
			Transformer: profile(`{"Name":"Ada Lovelace"}`),
		},
		{
			Rule: "a name wins over first and last name",
			Event: `{"type":"identify","userId":"u","traits":{"name":"Countess","firstName":"Ada",` +
				`"lastName":"Lovelace"}}`,
			Guide:       profile(`{"Name":"Countess"}`).with("TRAIT_LEFT_OUT traits.firstName", "TRAIT_LEFT_OUT traits.lastName"),
			Transformer: profile(`{"Name":"Countess"}`),
		},
		{
			Rule:        "a first name alone",
			Event:       `{"type":"identify","userId":"u","traits":{"firstName":"Ada"}}`,
			Guide:       profile(`{"Name":"Ada"}`),
			Transformer: profile(`{}`),
		},
		{
			Rule:        "a last name alone",
			Event:       `{"type":"identify","userId":"u","traits":{"lastName":"Lovelace"}}`,
			Guide:       profile(`{"Name":"Lovelace"}`),
			Transformer: profile(`{}`),
		},
		{
			Rule:  "an empty name is not one",
			Event: `{"type":"identify","userId":"u","traits":{"name":"","firstName":"A","lastName":"B"}}`,
			Both:  profile(`{"Name":"A B"}`),
		},
		{
			Rule:        "a name of false, and both parts",
			Event:       `{"type":"identify","userId":"u","traits":{"name":false,"firstName":"A","lastName":"B"}}`,
			Guide:       profile(`{"Name":false}`).with("TRAIT_LEFT_OUT traits.firstName", "TRAIT_LEFT_OUT traits.lastName"),
			Transformer: profile(`{"Name":"A B"}`),
		},
		{
			Rule:        "a name of false, and one part",
			Event:       `{"type":"identify","userId":"u","traits":{"name":false,"lastName":"B"}}`,
			Guide:       profile(`{"Name":false}`).with("TRAIT_LEFT_OUT traits.lastName"),
			Transformer: profile(`{"Name":false}`),
		},
		{
			Rule:        "parts that are numbers",
			JSONOnly:    true,
			Event:       `{"type":"identify","userId":"u","traits":{"firstName":1e3,"lastName":2.50}}`,
			Guide:       profile(`{"Name":"1e3 2.50"}`),
			Transformer: profile(`{"Name":"1000 2.5"}`),
		},
		{
			Rule:        "a first name of 0 ends the search",
			Event:       `{"type":"identify","userId":"u","traits":{"firstName":0,"firstname":"F","lastName":"L"}}`,
			Guide:       profile(`{"Name":"0 L"}`).with("TRAIT_LEFT_OUT traits.firstname"),
			Transformer: profile(`{}`),
		},
		{
			Rule:        "a last name of 0 ends the search",
			Event:       `{"type":"identify","userId":"u","traits":{"firstName":"F","lastName":0,"lastname":"L"}}`,
			Guide:       profile(`{"Name":"F 0"}`).with("TRAIT_LEFT_OUT traits.lastname"),
			Transformer: profile(`{}`),
		},
		{
			Rule:        "a part that is an array",
			Event:       `{"type":"identify","userId":"u","traits":{"firstName":["a",null,["b"]],"lastName":"L"}}`,
			Guide:       profile(`{"Name":"L"}`).with("FIELD_IGNORED traits.firstName"),
			Transformer: profile(`{"Name":"a,,b L"}`),
		},
		{
			Rule:        "a part that is an object",
			Event:       `{"type":"identify","userId":"u","traits":{"firstName":"Ada","lastName":{}}}`,
			Guide:       profile(`{"Name":"Ada"}`).with("FIELD_IGNORED traits.lastName"),
			Transformer: profile(`{"Name":"Ada [object Object]"}`),
		},
		{
			Rule: "a part of the context that is an object",
			Event: `{"type":"identify","userId":"u","traits":{"firstName":"F"},` +
				`"context":{"traits":{"lastName":{}}}}`,
			Guide:       profile(`{"Name":"F"}`).with("FIELD_IGNORED context.traits.lastName"),
			Transformer: profile(`{"Name":"F [object Object]"}`),
		},
		{
			Rule:  "a first name that can't be read as text",
			Event: `{"type":"identify","userId":"u","traits":{"firstName":{"toString":1},"lastName":"B"}}`,
			Guide: profile(`{"Name":"B"}`).with("FIELD_IGNORED traits.firstName"),
			Transformer: fails("INVALID_FIELD_TYPE traits.firstName").
				saying("traits.firstName can't be read as text: an object with a member toString has no text"),
		},
		{
			Rule:  "a last name that can't be read as text",
			Event: `{"type":"identify","userId":"u","traits":{"firstName":"A","lastName":{"toString":1}}}`,
			Guide: profile(`{"Name":"A"}`).with("FIELD_IGNORED traits.lastName"),
			Transformer: fails("INVALID_FIELD_TYPE traits.lastName").
				saying("traits.lastName can't be read as text: an object with a member toString has no text"),
		},
	}
}
