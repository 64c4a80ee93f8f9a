package judge_test

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/rudder-clevertap/rudder-clevertap/internal/clevertapstub/judge"
)

// reasons returns what a record is refused for: `515 profileData.Email`, one a reason.
func reasons(record string, rules judge.Rules) []string {
	all := []string{}
	for _, r := range judge.Record([]byte(record), rules) {
		all = append(all, fmt.Sprint(r.Code, " ", r.Field))
	}
	return all
}

// event, charged, profile, device and token are records around what is looked at.
func event(data string) string {
	return `{"type":"event","evtName":"E","evtData":` + data + `,"identity":"u"}`
}

func named(name string) string {
	return `{"type":"event","evtName":` + name + `,"evtData":{},"identity":"u"}`
}

func charged(items string) string {
	return `{"type":"event","evtName":"Charged","evtData":{"Items":` + items + `},"identity":"u"}`
}

func profile(data string) string {
	return `{"type":"profile","profileData":` + data + `,"identity":"u"}`
}

func identified(ids string) string { return `{"type":"profile","profileData":{}` + ids + `}` }

func token(data string) string {
	return `{"type":"token","tokenData":` + data + `,"objectId":"o"}`
}

// members are as many members of an object, keyed p0, p1 and so on.
func members(count int) string {
	all := make([]string, count)
	for i := range all {
		all[i] = fmt.Sprintf(`"p%d":%d`, i, i)
	}
	return strings.Join(all, ",")
}

func TestRecord(t *testing.T) {
	t.Parallel()
	long := strings.Repeat
	for _, c := range []struct {
		record  string
		reasons []string
	}{
		{`5`, []string{"524 "}},
		{`{"type":"event"`, []string{"524 "}},
		{`{"type":"Event","identity":"u"}`, []string{"524 type"}},

		{identified(`,"identity":"u"`), nil},
		{identified(`,"objectId":"6f1c2a9e-0000-4000-8000-1a2b3c4d5e6f"`), nil},
		{identified(`,"FBID":"1"`), nil},
		{identified(`,"identity":13`), nil},
		{identified(`,"identity":""`), []string{"523 identity"}},
		{identified(`,"Identity":"u"`), []string{"523 identity"}},
		{identified(`,"identity":"u","objectId":"o"`), []string{"523 identity"}},
		{identified(`,"identity":"  "`), []string{"523 identity"}},
		{identified(`,"identity":"NaN"`), []string{"523 identity"}},
		{identified(`,"identity":0`), []string{"523 identity"}},
		{identified(`,"identity":true`), []string{"523 identity"}},
		{identified(`,"identity":"nobody"`), nil},
		{identified(`,"identity":"` + long("ж", 1023) + `"`), nil},
		{identified(`,"identity":"` + long("x", 1024) + `"`), []string{"523 identity"}},
		{profile(`{"identity":"None"}`), []string{"523 profileData.identity"}},
		{profile(`{"identity":"` + long("x", 1023) + `"}`), nil},
		{identified(`,"objectId":"` + long("x", 64) + `"`), nil},
		{identified(`,"objectId":"` + long("x", 65) + `"`), []string{"526 objectId"}},
		{identified(`,"objectId":"a b"`), []string{"526 objectId"}},
		{identified(`,"objectId":"ж"`), []string{"526 objectId"}},
		{identified(`,"objectId":7`), []string{"526 objectId"}},

		{identified(`,"identity":"u","ts":1571043797`), nil},
		{identified(`,"identity":"u","ts":1571043797000`), nil}, // how far ahead a time may be is not documented
		{identified(`,"identity":"u","ts":0`), []string{"525 ts"}},
		{identified(`,"identity":"u","ts":1571043797.5`), []string{"525 ts"}},
		{identified(`,"identity":"u","ts":"1571043797"`), []string{"525 ts"}},
		{identified(`,"identity":"u","ts":1e400`), []string{"525 ts"}},

		{named(`" "`), []string{"509 evtName"}},
		{named(`5`), []string{"509 evtName"}},
		{named(`" app  LAUNCHED"`), []string{"513 evtName"}},
		{named(`"SCOutgoing"`), []string{"513 evtName"}},
		{named(`"Web Page Viewed"`), []string{"513 evtName"}},
		{named(`"Web Page Viewed Home"`), nil},
		{named(`"App Installed"`), nil}, // whether the API refuses those that are only listed is not documented
		{named(`"a.b:c"`), nil},         // nor what it does with prohibited characters
		{named(`"Old  event"`), []string{"528 evtName"}},

		{event(`{"a":"$D_1","b":1.5,"c":true,"d":null}`), nil},
		{event(`[]`), []string{"512 evtData"}},
		{event(`{` + members(100) + `}`), nil},
		{event(`{` + members(101) + `}`), []string{"522 evtData"}},
		{event(`{"a":[1],"b":{}}`), []string{"512 evtData.a", "512 evtData.b"}},
		{event(`{"Items":[{"a":1}]}`), []string{"512 evtData.Items"}},
		{event(`{"":1}`), []string{"512 evtData."}},
		{event(`{"` + long("ж", 120) + `":"` + long("x", 512) + `"}`), nil},
		{event(`{"` + long("k", 121) + `":1}`), []string{"512 evtData." + long("k", 121)}},
		{event(`{"a":"` + long("ж", 257) + `"}`), []string{"512 evtData.a"}},
		{event(`{"a":1e400,"b":123456789012345678901,"c":-0}`), []string{"512 evtData.a"}},

		{charged(`[{"sku":"A"},{}]`), nil},
		{charged(`{"sku":"A"}`), []string{"512 evtData.Items"}},
		{charged(`[{"sku":"A"},5]`), []string{"512 evtData.Items[1]"}},
		{charged(`[{},{"a":[]}]`), []string{"512 evtData.Items[1].a"}},
		{charged(`[{"a":"` + long("x", 513) + `"}]`), []string{"512 evtData.Items[0].a"}},
		{charged(`[{"a":null}]`), nil},
		{charged(`[` + long("{},", 49) + `{}]`), nil},
		{charged(`[` + long("{},", 50) + `{}]`), []string{"512 evtData.Items"}},
		{strings.Replace(charged(`[{}]`), "Charged", "charged", 1), []string{"512 evtData.Items"}},

		{`{"type":"profile","identity":"u"}`, []string{"523 profileData"}},
		{profile(`{"Email":"Ada.Love+1@mail.example.com"}`), nil},
		{profile(`{"Email":"ада@пример.рф"}`), nil},
		{profile(`{"Phone":"+442071838750","Employed":"Y","Education":"Graduate","Married":"N","Age":"18","Gender":"F"}`), nil},
		{profile(`{"Age":18.5}`), nil},
		{profile(`{"Gender":"f","Age":151,"Married":true,"Education":"college","Employed":"yes","Phone":"+44+441234","Email":"$$$$$"}`), []string{
			"515 profileData.Email", "516 profileData.Phone", "517 profileData.Employed", "518 profileData.Education",
			"519 profileData.Married", "520 profileData.Age", "514 profileData.Gender",
		}},
		{profile(`{"Email":{"$delete":1},"cart":{"$add":["a"]},"visits":{"$incr":1},"category-unsubscribe":{"email":["a"]}}`), nil},
		{profile(`{"Email":{"$set":"a@example.com"}}`), []string{"515 profileData.Email"}},
		{profile(`{"a":{"$add":[[]]},"b":{"$add":1,"$set":2},"c":[1],"d":{"e":1}}`), []string{
			"512 profileData.a", "512 profileData.b", "512 profileData.c", "512 profileData.d",
		}},
		{profile(`{` + members(256) + `,"Name":"A","identity":"u","Tz":"UTC"}`), nil},
		{profile(`{` + members(257) + `}`), []string{"522 profileData"}},
		{profile(`{"DOB":"1990-01-01","Photo":"me.png","Name":5,"Customer Type":{},"MSG-email":"no"}`), []string{"512 profileData.Customer Type"}},

		{token(`{"id":"t","type":"fcm"}`), nil},
		{token(`{"id":"t","type":"chrome","keys":{"p256dh":"k","auth":"a"}}`), nil},
		{token(`{"id":"t","type":"chrome","keys":{"auth":"a"}}`), []string{"535 tokenData.keys"}},
		{token(`{"id":5,"type":" "}`), []string{"532 tokenData.id", "533 tokenData.type"}},
		{token(`{"id":"t","type":"FCM"}`), []string{"534 tokenData.type"}},
		{token(`[]`), []string{"531 tokenData"}},
		{`{"type":"token","tokenData":{"id":"t","type":"fcm"},"identity":"u"}`, []string{"530 objectId"}},
		{`{"type":"token","tokenData":{"id":"t","type":"fcm"},"objectId":"o","identity":"u"}`, []string{"530 objectId"}},
		{`{"type":"token","tokenData":{"id":"t","type":"fcm"},"objectId":"a b"}`, []string{"530 objectId"}},
	} {
		got := reasons(c.record, judge.Rules{Discarded: []string{"Old Event"}})
		require.ElementsMatch(t, c.reasons, got, c.record)
		if len(c.reasons) > 0 {
			require.Equal(t, c.reasons, got, "in the order of CleverTap's checks: %s", c.record)
		}
	}
}

func TestEmails(t *testing.T) {
	t.Parallel()
	for address, taken := range map[string]bool{
		"a@b.c": true, "o'neil_x-1@sub.example.co": true, "ADA@EXAMPLE.COM": true,
		"": false, "1234": false, "a@b": false, "@b.c": false, "a@": false, "a@@b.c": false, "a@b@c.d": false, " a@b.c": false, "a@b.c ": false,
		"a b@c.d": false, "a@b .c": false, "a\u00a0@b.c": false, "a@b..c": false, "a@b.c.": false, ".a@b.c": false, "a..b@c.d": false,
		"Ada <a@b.c>": false, "<a@b.c>": false, "a@b.c,d@e.f": false, "mailto:a@b.c": false, "a\x00@b.c": false,
	} {
		text, err := json.Marshal(address)
		require.NoError(t, err)
		require.Equal(t, taken, len(reasons(profile(`{"Email":`+string(text)+`}`), judge.Rules{})) == 0, "%q", address)
	}
	require.Equal(t, []string{"515 profileData.Email"}, reasons(profile(`{"Email":null}`), judge.Rules{}))
}

func TestPhones(t *testing.T) {
	t.Parallel()
	for phone, taken := range map[string]bool{
		`"+12345"`: true, `"+123456789012345"`: true,
		`"+1234"`: false, `"+1234567890123456"`: false, `"+0123456"`: false, `"223"`: false, `"14155550123"`: false, `14155550123`: false,
		`"+1 415 555 0123"`: false, `"+١٤١٥٥٥٥٠١٢٣"`: false, `"+14155550123\n"`: false, `""`: false, `["+14155550123"]`: false,
	} {
		got := judge.Record([]byte(profile(`{"Phone":`+phone+`}`)), judge.Rules{})
		require.Equal(t, taken, len(got) == 0, phone)
	}
}

func TestRulesOfAnAccount(t *testing.T) {
	t.Parallel()
	strict := judge.Rules{Strict: true}
	for _, c := range []struct {
		name, record string
		rules        judge.Rules
		reasons      []string
	}{
		{"more properties", event(`{` + members(256) + `}`), judge.Rules{EventProperties: 256}, nil},
		{"fewer attributes", profile(`{"a":1,"b":2}`), judge.Rules{ProfileAttributes: 1}, []string{"522 profileData"}},
		{"more items", charged(`[` + strings.Repeat("{},", 255) + `{}]`), judge.Rules{ChargedItems: 256}, nil},
		{"shorter keys", event(`{"abc":1}`), judge.Rules{KeyCharacters: 2}, []string{"512 evtData.abc"}},
		{"longer values", event(`{"a":"` + strings.Repeat("x", 1024) + `"}`), judge.Rules{ValueBytes: 1024}, nil},
		{"names longer than the SDKs'", named(`"` + strings.Repeat("x", 513) + `"`), judge.Rules{}, nil},
		{"names longer than the SDKs', strictly", named(`"` + strings.Repeat("x", 513) + `"`), strict, []string{"0 evtName"}},
		{"nulls in items, strictly", charged(`[{"a":null}]`), strict, []string{"0 evtData.Items[0].a"}},
		{"fields without a code, strictly", profile(`{"MSG-push":1,"Name":5,"Photo":"ftp://example.com/a.png","DOB":"1990-01-01"}`), strict, []string{
			"0 profileData.DOB", "0 profileData.Photo", "0 profileData.Name", "0 profileData.MSG-push",
		}},
		{"fields in their form, strictly", profile(`{"MSG-push":false,"Name":"Ada","Photo":"https://example.com/a.png","DOB":"$D_-86400","Customer Type":""}`), strict, nil},
		{"three levels in the beta", event(`{"a":{"b":{"c":[1]}}}`), judge.Rules{Nested: true}, nil},
		{"four levels in the beta", event(`{"a":{"b":{"c":{"d":[]}}}}`), judge.Rules{Nested: true}, []string{"512 evtData.a"}},
		{"six objects in the beta", event(`{"a":{},"b":{},"c":{},"d":{},"e":{},"f":{},"g":[]}`), judge.Rules{Nested: true}, []string{"512 evtData.f"}},
		{"long arrays in the beta", event(`{"a":[` + strings.Repeat("1,", 100) + `1]}`), judge.Rules{Nested: true}, []string{"512 evtData.a"}},
		{"nested items in the beta", charged(`[{"a":{"b":1}}]`), judge.Rules{Nested: true}, nil},
	} {
		require.ElementsMatch(t, c.reasons, reasons(c.record, c.rules), c.name)
	}
}

func TestWhatCleverTapSays(t *testing.T) {
	t.Parallel()
	require.Equal(t, []judge.Refusal{{
		Code: 512, Field: "evtData.prop1",
		Text: "Event data is malformed. Only Items can have a nested structure, for field : prop1.",
	}}, judge.Record([]byte(event(`{"prop1":[]}`)), judge.Rules{}))
}

func TestUpload(t *testing.T) {
	t.Parallel()
	many := func(count int, record string) []json.RawMessage {
		records := make([]json.RawMessage, count)
		for i := range records {
			records[i] = json.RawMessage(record)
		}
		return records
	}
	device := token(`{"id":"t","type":"fcm"}`)
	require.Empty(t, judge.Upload(many(1000, event(`{}`)), judge.Rules{}))
	require.Equal(t, "At most 1000 records can be uploaded at once", judge.Upload(many(1001, event(`{}`)), judge.Rules{}))
	require.Empty(t, judge.Upload(many(100, device), judge.Rules{}))
	require.Equal(t, "At most 100 device tokens can be uploaded at once", judge.Upload(many(101, device), judge.Rules{}))
	require.Empty(t, judge.Upload(many(101, device), judge.Rules{Tokens: 1000}))
}

func TestEcho(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		record string
		code   int
		echo   string
	}{
		{`{"identity":13,"profileData":{"Email":"x","Phone":"+359888123456"},"type":"profile"}`, 515, `{"identity":"13","profileData":{"Email":"x","Phone":"+359888123456"},"type":"profile"}`},
		{`{"identity":"a","profileData":{"Phone":"+359888123456","Age":"aa"}}`, 520, `{"identity":"a","profileData":{"Phone":359888123456,"Age":"aa"}}`},
		{`{"identity":"a","profileData":{"Phone":"1","Age":"aa"}}`, 516, `{"identity":"a","profileData":{"Phone":"1","Age":"aa"}}`},
		{`5`, 524, `5`},
	} {
		require.Equal(t, c.echo, string(judge.Echo([]byte(c.record), c.code)))
	}
}

// FuzzRecord: whatever comes in gets a verdict, the same one each time, and what is not an object of JSON is refused.
func FuzzRecord(f *testing.F) {
	f.Add(event(`{"a":[1e400,"\ud83d"]}`), true)
	f.Add(charged(`[{"a":{"b":null}},5]`), false)
	f.Add(profile(`{"Email":"a@b.c","Phone":{"$delete":1},"a":{"$add":["x"]}}`), true)
	f.Add(token(`{"id":"t","type":"chrome","keys":[]}`), true)
	f.Add(`{"type":"event","type":`, false)
	f.Fuzz(func(t *testing.T, record string, strict bool) {
		rules := judge.Rules{Strict: strict, Nested: !strict}
		first := reasons(record, rules)
		require.Equal(t, first, reasons(record, rules))
		if !json.Valid([]byte(record)) {
			require.Equal(t, []string{"524 "}, first)
		}
		require.Equal(t, json.Valid([]byte(record)), json.Valid(judge.Echo([]byte(record), 520)))
	})
}
