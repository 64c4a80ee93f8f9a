package cases

import "fmt"

// times: "ts".
func times() []Case {
	own := Settings{"useEventTimestamp": true}
	var all []Case
	for _, c := range []struct {
		rule, given string
		wanted      int
		diagnostic  string
	}{
		{"seconds", `1571043797`, 1571043797, ""},
		{"seconds with a fraction are floored", `1571043797.9`, 1571043797, ""},
		{"seconds in text", `"1571043797"`, 1571043797, ""},
		{"seconds with an exponent", `1.571043797e9`, 1571043797, ""},
		{"milliseconds from 1e11 up", `1571043797562`, 1571043797, "TIMESTAMP_IN_MILLISECONDS"},
		{"milliseconds in text", `"1571043797562"`, 1571043797, "TIMESTAMP_IN_MILLISECONDS"},
		{"the least milliseconds", `1e11`, 100000000, "TIMESTAMP_IN_MILLISECONDS"},
		{"below them, seconds beyond uint32", `99999999999`, 0, "INVALID_TIMESTAMP"},
		{"the last second", `4294967295`, 4294967295, ""},
		{"one more", `4294967296`, 0, "INVALID_TIMESTAMP"},
		{"the last millisecond", `4294967295999`, 4294967295, "TIMESTAMP_IN_MILLISECONDS"},
		{"microseconds", `1571043797562000`, 0, "INVALID_TIMESTAMP"},
		{"zero", `0`, 0, "INVALID_TIMESTAMP"},
		{"less than one", `0.5`, 0, "INVALID_TIMESTAMP"},
		{"negative", `-5`, 0, "INVALID_TIMESTAMP"},
		{"negative text", `"-5"`, 0, "INVALID_TIMESTAMP"},
		{"RFC 3339", `"2019-10-14T09:03:17Z"`, 1571043797, ""},
		{"RFC 3339 with a fraction", `"2019-10-14T09:03:17.562Z"`, 1571043797, ""},
		{"RFC 3339 with an offset", `"2019-10-14T14:33:17+05:30"`, 1571043797, ""},
		{"an offset west", `"2019-10-14T01:03:17-08:00"`, 1571043797, ""},
		{"ISO 8601 basic format", `"20191014T090317Z"`, 1571043797, ""},
		{"an offset without a colon", `"2019-10-14T14:33:17+0530"`, 1571043797, ""},
		{"an offset of hours", `"2019-10-14T10:03:17+01"`, 1571043797, ""},
		{"no zone is UTC", `"2019-10-14T09:03:17"`, 1571043797, ""},
		{"no seconds", `"2019-10-14T09:03Z"`, 1571043780, ""},
		{"a blank for T", `"2019-10-14 09:03:17"`, 1571043797, ""},
		{"lower case", `"2019-10-14t09:03:17z"`, 1571043797, ""},
		{"a decimal comma", `"2019-10-14T09:03:17,5Z"`, 1571043797, ""},
		{"a date alone is midnight UTC", `"2019-10-14"`, 1571011200, ""},
		{"a leap day", `"2020-02-29"`, 1582934400, ""},
		{"the end of a day", `"2019-10-13T24:00:00Z"`, 1571011200, ""},
		{"a leap second", `"2016-12-31T23:59:60Z"`, 1483228800, ""},
		{"no such day", `"2019-02-29"`, 0, "INVALID_TIMESTAMP"},
		{"no such month", `"2019-13-01"`, 0, "INVALID_TIMESTAMP"},
		{"no such hour", `"2019-10-14T25:00:00Z"`, 0, "INVALID_TIMESTAMP"},
		{"no such minute", `"2019-10-14T23:61:00Z"`, 0, "INVALID_TIMESTAMP"},
		{"before 1970", `"1969-12-31T23:59:59Z"`, 0, "INVALID_TIMESTAMP"},
		{"after 2106", `"2106-02-07T06:28:16Z"`, 0, "INVALID_TIMESTAMP"},
		{"the end of time", `"2106-02-07T06:28:15Z"`, 4294967295, ""},
		{"other text", `"yesterday"`, 0, "INVALID_TIMESTAMP"},
		{"an American date", `"10/14/2019"`, 0, "INVALID_TIMESTAMP"},
		{"text after a date", `"2019-10-14T09:03:17Z!"`, 0, "INVALID_TIMESTAMP"},
		{"hexadecimal", `"0x10"`, 0, "INVALID_TIMESTAMP"},
		{"infinity", `"Infinity"`, 0, "INVALID_TIMESTAMP"},
		{"beyond a double", `"1e999"`, 0, "INVALID_TIMESTAMP"},
		{"a boolean", `true`, 0, "INVALID_TIMESTAMP"},
		{"an array", `[1571043797]`, 0, "INVALID_TIMESTAMP"},
		{"null, without a word", `null`, 0, ""},
		{"empty, without a word", `""`, 0, ""},
	} {
		ts, diagnostics := "", []string(nil)
		if c.wanted > 0 {
			ts = fmt.Sprintf(`,"ts":%d`, c.wanted)
		}
		if c.diagnostic != "" {
			diagnostics = []string{c.diagnostic + " traits.ts"}
		}
		all = append(all, Case{
			Rule: "ts: " + c.rule, Event: `{"type":"identify","userId":"u","traits":{"ts":` + c.given + `}}`,
			Records: []string{`{"type":"profile","profileData":{},"identity":"u"` + ts + `}`}, Diagnostics: diagnostics,
		})
	}
	stays := func(data string) string { return `{"type":"event","evtName":"E","evtData":` + data + `,"identity":"u"` }
	return append(all, []Case{
		{Rule: "ts of a track stays a property", Event: `{"type":"track","userId":"u","event":"E","properties":{"ts":"2019-10-14"}}`, Records: []string{stays(`{"ts":"2019-10-14"}`) + `,"ts":1571011200}`}},
		{
			Rule: "ts of a track that is no time", Event: `{"type":"track","userId":"u","event":"E","properties":{"ts":"x"}}`, Records: []string{stays(`{"ts":"x"}`) + `}`},
			Diagnostics: []string{"INVALID_TIMESTAMP properties.ts"},
		},
		{Rule: "ts of the context's traits", Event: `{"type":"identify","userId":"u","traits":{"ts":""},"context":{"traits":{"ts":5}}}`, Records: []string{`{"type":"profile","profileData":{},"identity":"u","ts":5}`}},
		{Rule: "the event's own time is not used", Event: `{"type":"track","userId":"u","event":"E","timestamp":"2019-10-14T09:03:17Z"}`, Records: []string{stays(`{}`) + `}`}},
		{
			Rule: "unless the destination asks for it", Settings: own, Event: `{"type":"track","userId":"u","event":"E","timestamp":"2019-10-14T09:03:17Z","originalTimestamp":"2020-02-29"}`,
			Records: []string{stays(`{}`) + `,"ts":1571043797}`},
		},
		{
			Rule: "then originalTimestamp serves as well", Settings: own, Event: `{"type":"identify","userId":"u","originalTimestamp":"2020-02-29"}`,
			Records: []string{`{"type":"profile","profileData":{},"identity":"u","ts":1582934400}`},
		},
		{Rule: "and a ts still wins", Settings: own, Event: `{"type":"track","userId":"u","event":"E","timestamp":"2019-10-14","properties":{"ts":7}}`, Records: []string{stays(`{"ts":7}`) + `,"ts":7}`}},
		{
			Rule: "an event's time that is none", Settings: own, Event: `{"type":"track","userId":"u","event":"E","timestamp":"soon"}`, Records: []string{stays(`{}`) + `}`},
			Diagnostics: []string{"INVALID_TIMESTAMP timestamp"},
		},
	}...)
}

// filters: "Event filtering".
func filters() []Case {
	list := []map[string]any{{"eventName": " Checked Out "}, {"eventName": ""}}
	white := Settings{"eventFilteringOption": "whitelistedEvents", "whitelistedEvents": list}
	black := Settings{"eventFilteringOption": "blacklistedEvents", "blacklistedEvents": list, "whitelistedEvents": list}
	off := Settings{"eventFilteringOption": "disable", "blacklistedEvents": list}
	track := func(name string) string { return `{"type":"track","userId":"u","event":"` + name + `"}` }
	return []Case{
		{Rule: "whitelist: listed, trimmed", Settings: white, Event: track("Checked Out  "), Records: happened("Checked Out  ", `{}`)},
		{Rule: "whitelist: not listed", Settings: white, Event: track("Added"), Filtered: true},
		{Rule: "whitelist: letter case counts", Settings: white, Event: track("checked out"), Filtered: true},
		{Rule: "whitelist: an empty list lets nothing pass", Settings: Settings{"eventFilteringOption": "whitelistedEvents"}, Event: track("Added"), Filtered: true},
		{Rule: "blacklist: listed", Settings: black, Event: track("Checked Out"), Filtered: true},
		{Rule: "blacklist: not listed", Settings: black, Event: track("Added"), Records: happened("Added", `{}`)},
		{Rule: "filters are for track only: page", Settings: white, Event: `{"type":"page","userId":"u","name":"P"}`, Records: happened("Web Page Viewed P", `{}`)},
		{Rule: "filters are for track only: identify", Settings: white, Event: `{"type":"identify","userId":"u"}`, Records: profile(`{}`)},
		{Rule: "a track without a name fails all the same", Settings: white, Event: `{"type":"track","userId":"u"}`, Error: "MISSING_EVENT_NAME event"},
		{Rule: "disabled", Settings: off, Event: track("Checked Out"), Records: happened("Checked Out", `{}`)},
		{Rule: "the name of an order is its own, not Charged", Settings: Settings{"eventFilteringOption": "blacklistedEvents", "blacklistedEvents": []map[string]any{{"eventName": "Order Completed"}}}, Event: track("Order Completed"), Filtered: true},
	}
}

// deviceModes: "Device mode".
func deviceModes() []Case {
	native := Settings{"useNativeSDK": true}
	e := func(kind, name, rest string) string {
		return `{"type":"` + kind + `","userId":"u","event":"E","previousId":"p","context":{"library":{"name":"` + name + `"}` + rest
	}
	js, droid, apple, react := "RudderLabs JavaScript SDK", "com.rudderstack.android.sdk.core", "rudder-ios-library", "@rudderstack/Rudder-SDK-React-Native"
	sent := happened("E", `{}`)
	screen := happened("Screen Viewed: E", `{}`)
	page := happened("Web Page Viewed E", `{}`)
	aliased := []string{`{"type":"profile","profileData":{"identity":"u"},"identity":"p"}`}
	return []Case{
		{Rule: "web in device mode: track", Settings: native, Event: e("track", js, "}}"), Filtered: true},
		{Rule: "web in device mode: identify", Settings: native, Event: e("identify", js, "}}"), Filtered: true},
		{Rule: "web in device mode: page", Settings: native, Event: e("page", js, "}}"), Filtered: true},
		{Rule: "web in device mode: screen is not sent by the SDK", Settings: native, Event: e("screen", js, "}}"), Records: screen},
		{Rule: "web in device mode: alias is not sent by the SDK", Settings: native, Event: e("alias", js, "}}"), Records: aliased},
		{Rule: "Android in device mode: screen", Settings: native, Event: e("screen", droid, "}}"), Filtered: true},
		{Rule: "Android in device mode: page", Settings: native, Event: e("page", droid, "}}"), Records: page},
		{Rule: "iOS in device mode", Settings: native, Event: e("track", apple, "}}"), Filtered: true},
		{Rule: "React Native in device mode, any letter case", Settings: native, Event: e("track", react, "}}"), Filtered: true},
		{Rule: "a server's event", Settings: native, Event: e("track", "rudder-server-sdk", "}}"), Records: sent},
		{Rule: "by channel web", Settings: native, Event: e("track", "other", `},"channel":"web"}`), Filtered: true},
		{Rule: "by channel mobile and Android", Settings: native, Event: e("screen", "other", `,"os":{"name":"ANDROID"}},"channel":"mobile"}`), Filtered: true},
		{Rule: "by channel mobile and an Apple system", Settings: native, Event: e("screen", "", `,"os":{"name":"iPadOS"}},"channel":"mobile"}`), Filtered: true},
		{Rule: "by channel mobile and another system", Settings: native, Event: e("track", "", `,"os":{"name":"Tizen"}},"channel":"mobile"}`), Records: sent},
		{Rule: "the library comes before the channel", Settings: Settings{"useNativeSDK": map[string]any{"web": true}}, Event: e("track", droid, `},"channel":"web"}`), Records: sent},
		{Rule: "by source type: on", Settings: Settings{"useNativeSDK": map[string]any{"android": true}}, Event: e("track", droid, "}}"), Filtered: true},
		{Rule: "by source type: another's", Settings: Settings{"useNativeSDK": map[string]any{"ios": true}}, Event: e("track", droid, "}}"), Records: sent},
		{Rule: "connectionMode decides: device", Settings: Settings{"connectionMode": "device", "useNativeSDK": false}, Event: e("track", js, "}}"), Filtered: true},
		{Rule: "connectionMode decides: cloud", Settings: Settings{"connectionMode": map[string]any{"web": "cloud"}, "useNativeSDK": true}, Event: e("track", js, "}}"), Records: sent},
		{Rule: "where connectionMode is silent, useNativeSDK decides", Settings: Settings{"connectionMode": map[string]any{"web": "cloud"}, "useNativeSDK": true}, Event: e("track", droid, "}}"), Filtered: true},
		{Rule: "off", Settings: Settings{"useNativeSDK": false}, Event: e("track", js, "}}"), Records: sent},
		{Rule: "what tells the platform has a wrong type: context", Settings: native, Event: `{"type":"track","userId":"u","event":"E","context":"web"}`, Error: "INVALID_FIELD_TYPE context", JSONOnly: true},
		{Rule: "what tells the platform has a wrong type: library", Settings: native, Event: `{"type":"track","userId":"u","event":"E","context":{"library":{"name":5}}}`, Error: "INVALID_FIELD_TYPE context.library.name", JSONOnly: true},
		{Rule: "what tells the platform has a wrong type: channel", Settings: native, Event: `{"type":"track","userId":"u","event":"E","channel":["web"]}`, Error: "INVALID_FIELD_TYPE channel", JSONOnly: true},
		{Rule: "what tells the platform has a wrong type: os", Settings: native, Event: `{"type":"track","userId":"u","event":"E","channel":"mobile","context":{"os":5}}`, Error: "INVALID_FIELD_TYPE context.os", JSONOnly: true},
	}
}

// shapes: "wrong JSON types give a 400 that names the field", and what strict JSON refuses.
func shapes() []Case {
	return []Case{
		{Rule: "an event that is an array", Event: `[{"type":"track"}]`, Error: "INVALID_FIELD_TYPE ", JSONOnly: true},
		{Rule: "an event that is text", Event: `"track"`, Error: "INVALID_FIELD_TYPE ", JSONOnly: true},
		{Rule: "an event that is null", Event: `null`, Error: "INVALID_FIELD_TYPE ", JSONOnly: true},
		{Rule: "traits that are text", Event: `{"type":"identify","userId":"u","traits":"x"}`, Error: "INVALID_FIELD_TYPE traits", JSONOnly: true},
		{Rule: "a context that is an array", Event: `{"type":"identify","userId":"u","context":[]}`, Error: "INVALID_FIELD_TYPE context", JSONOnly: true},
		{Rule: "context.traits that are a number", Event: `{"type":"identify","userId":"u","context":{"traits":1}}`, Error: "INVALID_FIELD_TYPE context.traits", JSONOnly: true},
		{Rule: "null containers", Event: `{"type":"identify","userId":"u","traits":null,"context":null,"integrations":null}`, Records: profile(`{}`)},
		{Rule: "a repeated key", Event: `{"type":"identify","userId":"u","traits":{"a":1,"a":2}}`, Error: "INVALID_JSON ", JSONOnly: true},
		{Rule: "half a surrogate pair", Event: `{"type":"identify","userId":"\ud800"}`, Error: "INVALID_JSON ", JSONOnly: true},
		{Rule: "bytes that are not UTF-8", Event: "{\"type\":\"identify\",\"userId\":\"\xff\"}", Error: "INVALID_JSON ", JSONOnly: true},
		{Rule: "a messageId that is no text is nobody's fault", Event: `{"type":"identify","userId":"u","messageId":5}`, Records: profile(`{}`), JSONOnly: true},
	}
}
