package cases

// ownTime lets records without a ts take the event's own time.
func ownTime() Settings { return Settings{"useEventTimestamp": true} }

// times: "ts", what is read as a time.
func times() []Case {
	var all []Case
	for _, c := range []struct{ rule, given, guide, diagnostic, transformer string }{
		{"seconds", `1571043797`, `1571043797`, "", `1571043797`},
		{"seconds with a fraction are floored", `1571043797.9`, `1571043797`, "", `1571043797.9`},
		{"seconds in text", `"1571043797"`, `1571043797`, "", `"1571043797"`},
		{"seconds with an exponent", `1.571043797e9`, `1571043797`, "", `1571043797`},
		{"milliseconds from 1e11 up", `1571043797562`, `1571043797`, "TIMESTAMP_IN_MILLISECONDS", `1571043797562`},
		{"milliseconds in text", `"1571043797562"`, `1571043797`, "TIMESTAMP_IN_MILLISECONDS", `"1571043797562"`},
		{"the least milliseconds", `1e11`, `100000000`, "TIMESTAMP_IN_MILLISECONDS", `100000000000`},
		{"below them, seconds beyond uint32", `99999999999`, ``, "INVALID_TIMESTAMP", `99999999999`},
		{"the last second", `4294967295`, `4294967295`, "", `4294967295`},
		{"one more", `4294967296`, ``, "INVALID_TIMESTAMP", `4294967296`},
		{"the last millisecond", `4294967295999`, `4294967295`, "TIMESTAMP_IN_MILLISECONDS", `4294967295999`},
		{"microseconds", `1571043797562000`, ``, "INVALID_TIMESTAMP", `1571043797562000`},
		{"zero", `0`, ``, "INVALID_TIMESTAMP", ``},
		{"less than one", `0.5`, ``, "INVALID_TIMESTAMP", `0.5`},
		{"negative", `-5`, ``, "INVALID_TIMESTAMP", `-5`},
		{"negative text", `"-5"`, ``, "INVALID_TIMESTAMP", `"-5"`},
		{"RFC 3339", `"2019-10-14T09:03:17Z"`, `1571043797`, "", `1571043797`},
		{"RFC 3339 with a fraction", `"2019-10-14T09:03:17.562Z"`, `1571043797`, "", `1571043797`},
		{"RFC 3339 with an offset", `"2019-10-14T14:33:17+05:30"`, `1571043797`, "", `1571043797`},
		{"an offset west", `"2019-10-14T01:03:17-08:00"`, `1571043797`, "", `1571043797`},
		{"ISO 8601 basic format", `"20191014T090317Z"`, `1571043797`, "", `null`},
		{"an offset without a colon", `"2019-10-14T14:33:17+0530"`, `1571043797`, "", `1571043797`},
		{"an offset of hours", `"2019-10-14T10:03:17+01"`, `1571043797`, "", `null`},
		{"no zone is UTC", `"2019-10-14T09:03:17"`, `1571043797`, "", `1571043797`},
		{"no seconds", `"2019-10-14T09:03Z"`, `1571043780`, "", `1571043780`},
		{"a blank for T", `"2019-10-14 09:03:17"`, `1571043797`, "", `1571043797`},
		{"lower case", `"2019-10-14t09:03:17z"`, `1571043797`, "", `1571043797`},
		{"a decimal comma", `"2019-10-14T09:03:17,5Z"`, `1571043797`, "", `null`},
		{"a date alone is midnight UTC", `"2019-10-14"`, `1571011200`, "", `1571011200`},
		{"a leap day", `"2020-02-29"`, `1582934400`, "", `1582934400`},
		{"the end of a day", `"2019-10-13T24:00:00Z"`, `1571011200`, "", `1571011200`},
		{"a leap second", `"2016-12-31T23:59:60Z"`, `1483228800`, "", `null`},
		{"no such day", `"2019-02-29"`, ``, "INVALID_TIMESTAMP", `1551398400`},
		{"no such month", `"2019-13-01"`, ``, "INVALID_TIMESTAMP", `null`},
		{"no such hour", `"2019-10-14T25:00:00Z"`, ``, "INVALID_TIMESTAMP", `null`},
		{"no such minute", `"2019-10-14T23:61:00Z"`, ``, "INVALID_TIMESTAMP", `null`},
		{"before 1970", `"1969-12-31T23:59:59Z"`, ``, "INVALID_TIMESTAMP", `-1`},
		{"after 2106", `"2106-02-07T06:28:16Z"`, ``, "INVALID_TIMESTAMP", `4294967296`},
		{"the end of time", `"2106-02-07T06:28:15Z"`, `4294967295`, "", `4294967295`},
		{"other text", `"yesterday"`, ``, "INVALID_TIMESTAMP", `null`},
		{"an American date", `"10/14/2019"`, ``, "INVALID_TIMESTAMP", `1571011200`},
		{"text after a date", `"2019-10-14T09:03:17Z!"`, ``, "INVALID_TIMESTAMP", `null`},
		{"hexadecimal", `"0x10"`, ``, "INVALID_TIMESTAMP", `"0x10"`},
		{"infinity", `"Infinity"`, ``, "INVALID_TIMESTAMP", `"Infinity"`},
		{"beyond a double", `"1e999"`, ``, "INVALID_TIMESTAMP", `"1e999"`},
		{"a boolean", `true`, ``, "INVALID_TIMESTAMP", `true`},
		{"an array", `[1571043797]`, ``, "INVALID_TIMESTAMP", `[1571043797]`},
		{"null, without a word", `null`, ``, "", ``},
		{"empty, without a word", `""`, ``, "", ``},
		{"hexadecimal digits in upper case", `"0X1F"`, ``, "INVALID_TIMESTAMP", `"0X1F"`},
		{"a number with a blank before it", `"  1571043797 "`, ``, "INVALID_TIMESTAMP", `"  1571043797 "`},
		{"text of digits and a dot", `"1571043797.9"`, `1571043797`, "", `"1571043797.9"`},
		{"a plus before seconds", `"+1571043797"`, `1571043797`, "", `"+1571043797"`},
		{"an exponent with a plus", `"1.571043797e+9"`, `1571043797`, "", `"1.571043797e+9"`},
		{"an exponent of milliseconds", `"1571043797562E0"`, `1571043797`, "TIMESTAMP_IN_MILLISECONDS", `"1571043797562E0"`},
		{"an exponent with a minus", `"15710437970e-1"`, `1571043797`, "", `"15710437970e-1"`},
		{"eight digits that are a date", `"20210303"`, `1614729600`, "", `"20210303"`},
		{"eight digits that are a date, as a number", `20210303`, `1614729600`, "", `20210303`},
		{"eight digits that are not", `"20211303"`, `20211303`, "", `"20211303"`},
		{"eight digits of the last year", `"21001231"`, `4133894400`, "", `"21001231"`},
		{"eight digits beyond it", `"21010101"`, `21010101`, "", `"21010101"`},
		{"eight digits of the first day", `"19700101"`, ``, "INVALID_TIMESTAMP", `"19700101"`},
		{"eight digits before it", `"19691231"`, `19691231`, "", `"19691231"`},
		{"nine digits", `"202103030"`, `202103030`, "", `"202103030"`},
		{"UTC behind a blank, and a fraction", `"2024-01-01 10:00:00.123456 UTC"`, `1704103200`, "", `1704103200`},
		{"an offset behind a blank", `"2024-01-01 10:00:00 +0530"`, `1704083400`, "", `1704083400`},
		{"an offset with a colon behind a blank", `"2024-01-01 10:00:00 +05:30"`, `1704083400`, "", `1704083400`},
		{"an offset of hours behind a blank for T", `"2024-01-01 10:00:00+00"`, `1704103200`, "", `1704103200`},
		{"a zone that says many things", `"2024-01-01 10:00:00 IST"`, ``, "INVALID_TIMESTAMP", `null`},
		{"RFC 2822 with an offset", `"1 Jan 2024 10:00:00 -0500"`, `1704121200`, "", `1704121200`},
		{"RFC 2822 of no such day", `"Mon, 32 Jan 2024 10:00:00 GMT"`, ``, "INVALID_TIMESTAMP", `null`},
		{"JavaScript's Date", `"Mon Jan 01 2024 10:00:00 GMT+0100 (Central European Standard Time)"`, `1704099600`, "", `1704099600`},
		{"JavaScript's date alone", `"Mon Jan 01 2024"`, `1704067200`, "", `1704067200`},
		{"Arabic digits", `"٢٠٢٤-٠١-٠١T١٠:٠٠:٠٠Z"`, ``, "INVALID_TIMESTAMP", `null`},
		{"four digits", `"2021"`, `2021`, "", `"2021"`},
		{"two numbers", `"1 2"`, ``, "INVALID_TIMESTAMP", `978393600`},
		{"only a sign", `"-"`, ``, "INVALID_TIMESTAMP", `null`},
		{"only a dot", `"."`, ``, "INVALID_TIMESTAMP", `null`},
		{"zero in text", `"0"`, ``, "INVALID_TIMESTAMP", `946684800`},
		{"zero in text twice", `"00"`, ``, "INVALID_TIMESTAMP", `946684800`},
		{"a negative zero in text", `"-0"`, ``, "INVALID_TIMESTAMP", `946684800`},
		{"a positive zero in text", `"+0"`, ``, "INVALID_TIMESTAMP", `946684800`},
		{"a zero behind a dot", `".0"`, ``, "INVALID_TIMESTAMP", `946684800`},
		{"a zero with a dot", `"0.0"`, ``, "INVALID_TIMESTAMP", `null`},
		{"a zero in an array", `[0]`, ``, "INVALID_TIMESTAMP", `946684800`},
		{"a number in an array", `[5]`, ``, "INVALID_TIMESTAMP", `[5]`},
		{"an empty array", `[]`, ``, "INVALID_TIMESTAMP", `null`},
		{"an empty object", `{}`, ``, "INVALID_TIMESTAMP", `null`},
		{"a blank", `" "`, ``, "INVALID_TIMESTAMP", `null`},
		{"false, with a word", `false`, ``, "INVALID_TIMESTAMP", ``},
		{"a decimal comma in a number", `"0,5"`, ``, "INVALID_TIMESTAMP", `957139200`},
		{"a number beyond a double", `1e400`, ``, "INVALID_TIMESTAMP", `null`},
		{"a day that February has not", `"2021-02-30"`, ``, "INVALID_TIMESTAMP", `1614643200`},
		{"no day 31 in April", `"2021-04-31"`, ``, "INVALID_TIMESTAMP", `1619827200`},
		{"the last day of April", `"2021-04-30"`, `1619740800`, "", `1619740800`},
		{"the last day of June", `"2021-06-30"`, `1625011200`, "", `1625011200`},
		{"no day 31 in September", `"2021-09-31"`, ``, "INVALID_TIMESTAMP", `1633046400`},
		{"the last day of December", `"2021-12-31"`, `1640908800`, "", `1640908800`},
		{"no month 0", `"2021-00-10"`, ``, "INVALID_TIMESTAMP", `null`},
		{"no day 0", `"2021-01-00"`, ``, "INVALID_TIMESTAMP", `null`},
		{"no leap day in a century", `"2100-02-29"`, ``, "INVALID_TIMESTAMP", `4107542400`},
		{"a leap day in a fourth century", `"2000-02-29"`, `951782400`, "", `951782400`},
		{"the first of March after it", `"2000-03-01"`, `951868800`, "", `951868800`},
		{"the first of January", `"2000-01-01"`, `946684800`, "", `946684800`},
		{"half a second before 1970", `"1969-12-31T23:59:59.5Z"`, ``, "INVALID_TIMESTAMP", `-1`},
		{"1970", `"1970-01-01T00:00:00Z"`, ``, "INVALID_TIMESTAMP", `0`},
		{"the first second", `"1970-01-01T00:00:01Z"`, `1`, "", `1`},
		{"the month's name", `"March 3, 2021"`, ``, "INVALID_TIMESTAMP", `1614729600`},
		{"RFC 2822", `"Wed, 03 Mar 2021 12:13:14 GMT"`, `1614773594`, "", `1614773594`},
		{"single digits", `"2021-3-3"`, ``, "INVALID_TIMESTAMP", `1614729600`},
		{"a date with slashes", `"2021/03/03"`, ``, "INVALID_TIMESTAMP", `1614729600`},
		{"UTC behind a blank", `"2021-03-03 12:13:14 UTC"`, `1614773594`, "", `1614773594`},
		{"a time alone", `"10:20"`, ``, "INVALID_TIMESTAMP", `null`},
		{"basic format without seconds", `"20191014T0903Z"`, `1571043780`, "", `null`},
		{"basic format without minutes", `"20191014T09Z"`, `1571043600`, "", `null`},
		{"an hour alone", `"2019-10-14T09Z"`, `1571043600`, "", `null`},
		{"basic format with an offset", `"20191014T143317+0530"`, `1571043797`, "", `null`},
		{"a basic date with extended time", `"20191014T09:03:17Z"`, `1571043797`, "", `null`},
		{"an offset without minutes and a colon", `"2019-10-14T14:33:17+05:"`, ``, "INVALID_TIMESTAMP", `null`},
		{"an offset of too many hours", `"2019-10-14T09:03:17+24:00"`, ``, "INVALID_TIMESTAMP", `null`},
		{"the largest offset", `"2019-10-14T09:03:17+23:59"`, `1570957457`, "", `1570957457`},
		{"an offset of too many minutes", `"2019-10-14T09:03:17+00:60"`, ``, "INVALID_TIMESTAMP", `null`},
		{"a fraction without digits", `"2019-10-14T09:03:17.Z"`, ``, "INVALID_TIMESTAMP", `null`},
		{"seconds beyond a leap second", `"2019-10-14T09:03:61Z"`, ``, "INVALID_TIMESTAMP", `null`},
		{"the last minute", `"2019-10-14T23:59:59Z"`, `1571097599`, "", `1571097599`},
		{"after the end of a day", `"2019-10-14T24:00:01Z"`, ``, "INVALID_TIMESTAMP", `null`},
		{"an offset of one digit", `"2019-10-14T09:03:17+5"`, ``, "INVALID_TIMESTAMP", `null`},
		{"another letter for T", `"2019-10-14X09:03:17Z"`, ``, "INVALID_TIMESTAMP", `null`},
		{"a letter among the digits", `"2O19-10-14"`, ``, "INVALID_TIMESTAMP", `null`},
		{"a character just before digits", `"2019-10-14T09:03:1/"`, ``, "INVALID_TIMESTAMP", `null`},
		{"a character just after digits", `"2019-10-14T09:03:1:"`, ``, "INVALID_TIMESTAMP", `null`},
		{"one dash left out", `"2019-1014"`, ``, "INVALID_TIMESTAMP", `null`},
		{"too few digits of a day", `"2019-10-1"`, ``, "INVALID_TIMESTAMP", `1569888000`},
		{"an offset that makes it 1970", `"1970-01-01T01:00:00+01:00"`, ``, "INVALID_TIMESTAMP", `0`},
		{"an offset that makes it later", `"1969-12-31T23:30:00-01:00"`, `1800`, "", `1800`},
		{"a zone and more", `"2019-10-14T09:03:17ZZ"`, ``, "INVALID_TIMESTAMP", `null`},
	} {
		record := func(ts string) Outcome {
			if ts != "" {
				ts = `,"ts":` + ts
			}
			return gives(`{"type":"profile","profileData":{},"identity":"u"` + ts + `}`)
		}
		guide := record(c.guide)
		if c.diagnostic != "" {
			guide = guide.with(c.diagnostic + " traits.ts")
		}
		all = append(all, Case{
			Rule:  "ts: " + c.rule,
			Event: `{"type":"identify","userId":"u","traits":{"ts":` + c.given + `}}`,
			Guide: guide, Transformer: record(c.transformer),
			JSONOnly: c.given == "1e400",
		})
	}
	return all
}

// eventTimes: where ts is read, and the event's own time.
func eventTimes() []Case {
	return []Case{
		{
			Rule:  "ts of a track stays a property",
			Event: `{"type":"track","userId":"u","event":"E","properties":{"ts":"2019-10-14"}}`,
			Both: gives(`{"type":"event","evtName":"E","evtData":{"ts":"2019-10-14"},"identity":"u",` +
				`"ts":1571011200}`),
		},
		{
			Rule:        "ts of a track that is not a time",
			Difference:  "ts that is not a time",
			Event:       `{"type":"track","userId":"u","event":"E","properties":{"ts":"x"}}`,
			Guide:       event("E", `{"ts":"x"}`).with("INVALID_TIMESTAMP properties.ts"),
			Transformer: gives(`{"type":"event","evtName":"E","evtData":{"ts":"x"},"identity":"u","ts":null}`),
		},
		{
			Rule:        "ts of a track of 0",
			Event:       `{"type":"track","userId":"u","event":"E","properties":{"ts":0}}`,
			Guide:       event("E", `{"ts":0}`).with("INVALID_TIMESTAMP properties.ts"),
			Transformer: gives(`{"type":"event","evtName":"E","evtData":{"ts":0},"identity":"u","ts":0}`),
		},
		{
			Rule:        "ts of a track of false",
			Event:       `{"type":"track","userId":"u","event":"E","properties":{"ts":false}}`,
			Guide:       event("E", `{"ts":false}`).with("INVALID_TIMESTAMP properties.ts"),
			Transformer: gives(`{"type":"event","evtName":"E","evtData":{"ts":false},"identity":"u","ts":false}`),
		},
		{
			Rule:  "ts of a track that is empty",
			Event: `{"type":"track","userId":"u","event":"E","properties":{"ts":""}}`,
			Both:  event("E", `{"ts":""}`),
		},
		{
			Rule:        "ts of a track that is null",
			Event:       `{"type":"track","userId":"u","event":"E","properties":{"ts":null}}`,
			Guide:       event("E", `{}`),
			Transformer: event("E", `{"ts":null}`),
		},
		{
			Rule:  "ts of a track that can't be read",
			Event: `{"type":"track","userId":"u","event":"E","properties":{"ts":{"toString":1}}}`,
			Guide: event("E", `{"ts":"{\"toString\":1}"}`).
				with("NESTED_VALUE_STRINGIFIED properties.ts", "INVALID_TIMESTAMP properties.ts"),
			Transformer: fails("INVALID_FIELD_TYPE properties.ts").
				saying("properties.ts can't be read as a time: an object with a member toString has no text"),
		},
		{
			Rule:  "ts of a screen",
			Event: `{"type":"screen","userId":"u","properties":{"ts":1571043797562}}`,
			Guide: gives(`{"type":"event","evtName":"Screen Viewed","evtData":{"ts":1571043797562},` +
				`"identity":"u","ts":1571043797}`).with("TIMESTAMP_IN_MILLISECONDS properties.ts"),
			Transformer: gives(`{"type":"event","evtName":"Screen Viewed","evtData":{"ts":1571043797562},` +
				`"identity":"u","ts":1571043797562}`),
		},
		{
			Rule:       "ts of a track in milliseconds",
			Difference: "ts in milliseconds",
			Event:      `{"type":"track","userId":"u","event":"E","properties":{"ts":1571043797562}}`,
			Guide: gives(`{"type":"event","evtName":"E","evtData":{"ts":1571043797562},"identity":"u",` +
				`"ts":1571043797}`).with("TIMESTAMP_IN_MILLISECONDS properties.ts"),
			Transformer: gives(`{"type":"event","evtName":"E","evtData":{"ts":1571043797562},"identity":"u",` +
				`"ts":1571043797562}`),
		},
		{
			Rule:        "ts of a page under a key with a dot",
			JSONOnly:    true,
			Event:       `{"type":"page","userId":"u","properties.ts":5}`,
			Guide:       event("Web Page Viewed", `{}`).with("RESERVED_EVENT_NAME name"),
			Transformer: gives(`{"type":"event","evtName":"Web Page Viewed","evtData":{},"identity":"u","ts":5}`),
		},
		{
			Rule:  "ts of a track in its traits is not read",
			Event: `{"type":"track","userId":"u","event":"E","traits":{"ts":5}}`,
			Both:  event("E", `{}`),
		},
		{
			Rule:  "ts of the context's traits",
			Event: `{"type":"identify","userId":"u","traits":{"ts":""},"context":{"traits":{"ts":5}}}`,
			Both:  gives(`{"type":"profile","profileData":{},"identity":"u","ts":5}`),
		},
		{
			Rule:        "ts of the root traits wins",
			Event:       `{"type":"identify","userId":"u","traits":{"ts":1},"context":{"traits":{"ts":2}}}`,
			Guide:       gives(`{"type":"profile","profileData":{},"identity":"u","ts":1}`).with("TRAIT_OVERRIDDEN context.traits.ts"),
			Transformer: gives(`{"type":"profile","profileData":{},"identity":"u","ts":1}`),
		},
		{
			Rule:  "ts of an identify that can't be read",
			Event: `{"type":"identify","userId":"u","traits":{"ts":{"toString":1}}}`,
			Guide: profile(`{}`).with("INVALID_TIMESTAMP traits.ts"),
			Transformer: fails("INVALID_FIELD_TYPE traits.ts").
				saying("traits.ts can't be read as a time: an object with a member toString has no text"),
		},
		{
			Rule:        "ts of the context's traits that is null",
			Event:       `{"type":"identify","userId":"u","context":{"traits":{"ts":null}}}`,
			Guide:       profile(`{}`),
			Transformer: gives(`{"type":"profile","profileData":{},"identity":"u","ts":null}`),
		},
		{
			Rule:        "ts of the context's traits that is empty",
			Event:       `{"type":"identify","userId":"u","traits":{"ts":0},"context":{"traits":{"ts":""}}}`,
			Guide:       profile(`{}`).with("INVALID_TIMESTAMP traits.ts"),
			Transformer: gives(`{"type":"profile","profileData":{},"identity":"u","ts":""}`),
		},
		{
			Rule:        "ts of the context's traits that is not a time",
			Event:       `{"type":"identify","userId":"u","context":{"traits":{"ts":false}}}`,
			Guide:       profile(`{}`).with("INVALID_TIMESTAMP context.traits.ts"),
			Transformer: gives(`{"type":"profile","profileData":{},"identity":"u","ts":false}`),
		},
		{
			Rule:        "ts of an alias in the context's traits",
			Event:       `{"type":"alias","userId":"u","previousId":"p","context":{"traits":{"ts":0}}}`,
			Guide:       gives(`{"type":"profile","profileData":{"identity":"u"},"identity":"p"}`).with("INVALID_TIMESTAMP context.traits.ts"),
			Transformer: gives(`{"type":"profile","profileData":{"identity":"u"},"identity":"p","ts":0}`),
		},
		{
			Rule:  "ts of an alias that is a date",
			Event: `{"type":"alias","userId":"u","previousId":"p","traits":{"ts":"2019-10-14"}}`,
			Both:  gives(`{"type":"profile","profileData":{"identity":"u"},"identity":"p","ts":1571011200}`),
		},
		{
			Rule:  "ts of an alias that can't be read",
			Event: `{"type":"alias","userId":"u","previousId":"p","traits":{"ts":[{"toString":1}]}}`,
			Guide: gives(`{"type":"profile","profileData":{"identity":"u"},"identity":"p"}`).with("INVALID_TIMESTAMP traits.ts"),
			Transformer: fails("INVALID_FIELD_TYPE traits.ts").
				saying("traits.ts can't be read as a time: an object with a member toString has no text"),
		},
		{
			Rule:     "ts that holds a number beyond a double",
			JSONOnly: true,
			Event:    `{"type":"track","event":"E","userId":"u","properties":{"ts":[1e400]}}`,
			Guide: event("E", `{"ts":"[1e400]"}`).
				with("NESTED_VALUE_STRINGIFIED properties.ts", "INVALID_TIMESTAMP properties.ts"),
			Transformer: gives(`{"type":"event","evtName":"E","evtData":{"ts":"[null]"},"identity":"u","ts":[null]}`),
		},
		{
			Rule:  "the event's own time is not used",
			Event: `{"type":"track","userId":"u","event":"E","timestamp":"2019-10-14T09:03:17Z"}`,
			Both:  event("E", `{}`),
		},
		{
			Rule:       "the event's own time, where the destination asks for it",
			Difference: "useEventTimestamp, an event without ts",
			Settings:   ownTime(),
			Event: `{"type":"track","userId":"u","event":"E","timestamp":"2019-10-14T09:03:17Z",` +
				`"originalTimestamp":"2020-02-29"}`,
			Guide:       gives(`{"type":"event","evtName":"E","evtData":{},"identity":"u","ts":1571043797}`),
			Transformer: event("E", `{}`),
		},
		{
			Rule:        "originalTimestamp, where there is no timestamp",
			Settings:    ownTime(),
			Event:       `{"type":"identify","userId":"u","originalTimestamp":"2020-02-29"}`,
			Guide:       gives(`{"type":"profile","profileData":{},"identity":"u","ts":1582934400}`),
			Transformer: profile(`{}`),
		},
		{
			Rule:     "ts wins over the event's own time",
			Settings: ownTime(),
			Event:    `{"type":"track","userId":"u","event":"E","timestamp":"2019-10-14","properties":{"ts":7}}`,
			Both:     gives(`{"type":"event","evtName":"E","evtData":{"ts":7},"identity":"u","ts":7}`),
		},
		{
			Rule:     "an event's time that can't be read",
			Settings: ownTime(),
			Event:    `{"type":"track","userId":"u","event":"E","timestamp":"soon"}`,
			Both:     event("E", `{}`).with("INVALID_TIMESTAMP timestamp"),
		},
		{
			Rule:     "an event's originalTimestamp that can't be read",
			Settings: ownTime(),
			Event:    `{"type":"track","userId":"u","event":"E","originalTimestamp":"soon"}`,
			Both:     event("E", `{}`).with("INVALID_TIMESTAMP originalTimestamp"),
		},
		{
			Rule:     "an event without any time",
			Settings: ownTime(),
			Event:    `{"type":"track","userId":"u","event":"E"}`,
			Both:     event("E", `{}`),
		},
		{
			Rule:     "a timestamp that is empty",
			Settings: ownTime(),
			Event: `{"type":"alias","userId":"u","previousId":"p","timestamp":"",` +
				`"originalTimestamp":"2020-02-29"}`,
			Guide:       gives(`{"type":"profile","profileData":{"identity":"u"},"identity":"p","ts":1582934400}`),
			Transformer: gives(`{"type":"profile","profileData":{"identity":"u"},"identity":"p"}`),
		},
	}
}
