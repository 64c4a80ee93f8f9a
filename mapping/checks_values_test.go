package mapping_test

import (
	"encoding/json"
	"fmt"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/rudder-clevertap/rudder-clevertap/internal/clevertapstub/judge"
	"github.com/rudder-clevertap/rudder-clevertap/mapping"
)

// mended returns what CHECK_MODE_REPAIR makes of a trait, as JSON; nothing when it is left out.
func mended(t *testing.T, settings, trait, value, target string) string {
	t.Helper()
	to, problem := mapping.ParseDestination([]byte(`{"accountId":"A","passcode":"P","checkMode":"repair"` + settings + `}`))
	require.Nil(t, problem)
	key, err := json.Marshal(trait)
	require.NoError(t, err)
	got := new(mapping.Mapper).TransformJSON(fmt.Appendf(nil, `{"type":"identify","userId":"u","traits":{%s:%s}}`, key, value), to)
	require.Nil(t, got.Err)
	return at(t, string(got.Records[0].AppendJSON(nil)), "/profileData/"+target)
}

func TestRepairOfPhones(t *testing.T) {
	t.Parallel()
	for value, phones := range map[string]map[string]string{
		`"+919876543210"`: {"": "+919876543210", "US": "+919876543210"},
		`"+1234567890"`:   {"": "+1234567890"}, // its form is right; nobody asked whose it is
		`"98765 43210"`:   {"": "", "IN": "+919876543210"},
		`"098765-43210"`:  {"IN": "+919876543210"},
		`"919876543210"`:  {"": "", "IN": "+919876543210"},
		`9876543210`:      {"IN": "+919876543210", "": ""},
		`9.87654321e9`:    {"IN": "+919876543210"},
		`919876543210.0`:  {"IN": "+919876543210"},
		`-9876543210`:     {"IN": ""},
		`"٩٨٧٦٥ ٤٣٢١٠"`:   {"IN": "+919876543210"},
		`"＋９１ ９８７６５４３２１０"`:                {"": "+919876543210"},
		`"𝟗𝟖𝟕𝟔𝟓𝟒𝟑𝟐𝟏𝟎"`:                    {"IN": "+919876543210"},
		`"+91 (0) 98765 43210"`:           {"": "+919876543210"},
		`"(+91) 98765 43210"`:             {"": "+919876543210"},
		`"0044 20 7946 0958"`:             {"": "+442079460958", "US": "+442079460958"},
		`"011 44 20 7946 0958"`:           {"US": "+442079460958"},
		`"(415) 555-0123"`:                {"US": "+14155550123", "": ""},
		`"1-415-555-0123"`:                {"US": "+14155550123"},
		`"07700 900123"`:                  {"GB": "+447700900123"},
		`"0151/2345678"`:                  {"DE": "+491512345678"},
		`"8 912 345-67-89"`:               {"RU": "+79123456789"},
		`"06 12 34 56 78"`:                {"FR": "+33612345678"},
		`"tel:+14155550123"`:              {"": "+14155550123"},
		`"Tel. 020 7946 0958"`:            {"GB": "+442079460958"},
		`"'+14155550123"`:                 {"": "+14155550123"},
		`"+14155550123 x12"`:              {"": "+14155550123"},
		`"\u202a+14155550123\u202c"`:      {"": "+14155550123"},
		`"+1\u00a0415\u2011555–0123"`:     {"": "+14155550123"},
		`["+1 415 555 0123"]`:             {"": "+14155550123"},
		`["+14155550123","+14155550124"]`: {"": ""},
		`"+14155550123, +14155550124"`:    {"": "", "US": ""},
		`"+14155550123 / (415) 555-0124"`: {"US": ""},
		`"1-800-FLOWERS"`:                 {"US": ""},
		`"XXXXXXXXXX"`:                    {"IN": ""},
		`"0000000000"`:                    {"US": "", "IN": ""},
		`"+44+441234"`:                    {"": ""},
		`"223"`:                           {"": "", "IN": ""},
		`"+919*****10"`:                   {"": ""},
		`"n/a"`:                           {"": "", "IN": ""},
		`"+"`:                             {"": ""},
		`""`:                              {"": ""},
		`true`:                            {"IN": ""},
		`{"number":"98765 43210"}`:        {"IN": ""},
	} {
		for country, wanted := range phones {
			settings := ""
			if country != "" {
				settings = `,"defaultCountry":"` + country + `"`
			}
			if wanted != "" {
				wanted = `"` + wanted + `"`
			}
			require.Equal(t, wanted, mended(t, settings, "phone", value, "Phone"), "%s in %q", value, country)
		}
	}
}

func TestRepairOfEmails(t *testing.T) {
	t.Parallel()
	for value, wanted := range map[string]string{
		`"ada@example.com"`:                     "ada@example.com",
		`"ADA@EXAMPLE.COM"`:                     "ADA@EXAMPLE.COM",
		`"o'neil+tag@mail.example.co.uk"`:       "o'neil+tag@mail.example.co.uk",
		`"ада@пример.рф"`:                       "ада@пример.рф",
		`"jörg@müller.example"`:                 "jörg@müller.example",
		`" ada@example.com\n"`:                  "ada@example.com",
		`"\u00a0ada@example.com"`:               "ada@example.com",
		`"Ada <ada@example.com>"`:               "ada@example.com",
		`"<ada@example.com>"`:                   "ada@example.com",
		`"mailto:ada@example.com"`:              "ada@example.com",
		`"ada@example.com;"`:                    "ada@example.com",
		`"ada@example.com, ada@example.com"`:    "ada@example.com",
		`["ada@example.com"]`:                   "ada@example.com",
		`["nobody","ada@example.com"]`:          "ada@example.com",
		`{"value":"ada@example.com"}`:           "ada@example.com",
		`["ada@example.com","bob@example.com"]`: "",
		`"ada@example.com bob@example.com"`:     "",
		`"ada@example.com, bob@"`:               "",
		`"ada@localhost"`:                       "",
		`"ada@@example.com"`:                    "",
		`"ada..b@example.com"`:                  "",
		`".ada@example.com"`:                    "",
		`"ada@example..com"`:                    "",
		`"ada@example.com."`:                    "",
		`"ada @ example.com"`:                   "",
		`"ada@[192.0.2.1]"`:                     "",
		`"\"a b\"@example.com"`:                 "",
		`"ada(home)@example.com"`:               "",
		`"ada"`:                                 "",
		`"$$$$$"`:                               "",
		`1234`:                                  "",
		`""`:                                    "",
		`true`:                                  "",
		`[]`:                                    "",
	} {
		if wanted != "" {
			wanted = `"` + wanted + `"`
		}
		require.Equal(t, wanted, mended(t, "", "email", value, "Email"), value)
	}
}

func TestRepairOfBirthdays(t *testing.T) {
	t.Parallel()
	const third = `"$D_639100800"` // of April 1990
	for value, wanted := range map[string]string{
		third: third, `"1990-04-03"`: third, `"1990-04-03T00:00:00Z"`: third, `"19900403"`: third, `19900403`: third,
		`639100800`: third, `"639100800"`: third, `639100800000`: third, `639100800.9`: third, `"$D_1990-04-03"`: third,
		`"3 April 1990"`: third, `"April 3rd, 1990"`: third, `" 1990/4/3 "`: third, `-639100800`: `"$D_-639100800"`,
		`"30/04/1990"`: `"$D_641433600"`, `"04/30/1990"`: `"$D_641433600"`, `"03/04/1990"`: "", `"03/04/90"`: "",
		`"1990-02-30"`: "", `"0000-00-00"`: "", `"0001-01-01T00:00:00Z"`: "", `"9999-12-31"`: "", `0`: "", `-1`: "", `1990`: "",
		`"1990"`: "", `32966`: "", `"unknown"`: "", `true`: "", `[1990,4,3]`: "", `{"year":1990}`: "", `1e400`: "", `"NaN"`: "",
	} {
		require.Equal(t, wanted, mended(t, "", "birthday", value, "DOB"), value)
	}
	require.Equal(t, third, mended(t, `,"dateOrder":"DATE_ORDER_DMY"`, "birthday", `"03/04/1990"`, "DOB"))
	require.Equal(t, third, mended(t, `,"dateOrder":"mdy"`, "birthday", `"04/03/1990"`, "DOB"))
}

func TestRepairOfAmounts(t *testing.T) {
	t.Parallel()
	to, problem := mapping.ParseDestination([]byte(`{"accountId":"A","passcode":"P","checkMode":"repair"}`))
	require.Nil(t, problem)
	for value, wanted := range map[string]string{
		`12.50`: `12.50`, `"12.50"`: `12.50`, `" 12 "`: `12`, `"+5"`: `5`, `"-5.0"`: `-5.0`, `"007"`: `7`, `"0.50"`: `0.50`, `"000"`: `0`,
		`"1e3"`: `1e3`, `"1,299.00"`: `1299.00`, `"1.299,00"`: `1299.00`, `"1,299"`: `"1,299"`, `"$5"`: `"$5"`, `".5"`: `".5"`,
		`"0x10"`: `"0x10"`, `"NaN"`: `"NaN"`, `"1e999"`: `"1e999"`, `"١٢"`: `12`, `true`: `true`,
	} {
		got := new(mapping.Mapper).TransformJSON(
			[]byte(`{"type":"track","userId":"u","event":"Order Completed","properties":{"revenue":`+value+`}}`), to)
		require.Equal(t, wanted, at(t, string(got.Records[0].AppendJSON(nil)), "/evtData/Amount"), value)
	}
}

// TestKeysStayDistinct: what is cut, or made of the members of objects, is never a key that is there already.
func TestKeysStayDistinct(t *testing.T) {
	t.Parallel()
	to, problem := mapping.ParseDestination([]byte(`{"accountId":"A","passcode":"P","checkMode":"repair","nestedValues":"flatten",
		"limits":{"keyCharacters":4}}`))
	require.Nil(t, problem)
	got := new(mapping.Mapper).TransformJSON([]byte(`{"type":"track","userId":"u","event":"E","properties":{"aaaab":1,"aaaac":2,
		"aaaa":3,"b":{"c":4},"b_c":5}}`), to)
	require.Equal(t, `{"aa_3":1,"aa_4":2,"aaaa":3,"b_c_":4,"b_c":5}`,
		at(t, string(got.Records[0].AppendJSON(nil)), "/evtData"))
}

// FuzzRepair: whatever a profile or an event says, what REPAIR sends is taken, and repairing it again changes nothing.
func FuzzRepair(f *testing.F) {
	f.Add([]byte(`{"phone":"98765 43210","email":["a@example.com"],"birthday":"3/4/1990","a":{"b":[1]},"":5}`), true)
	f.Add([]byte(`{"revenue":"1,299.00","products":[{"a":null,"b":{"c":1}}],"k":1e400}`), false)
	settings := []byte(`{"accountId":"A","passcode":"P","checkMode":"repair","defaultCountry":"IN","dateOrder":"dmy",
		"nestedValues":"flatten","limits":{"valueBytes":40,"keyCharacters":10,"eventProperties":5,"chargedItems":2}}`)
	to, problem := mapping.ParseDestination(settings)
	if problem != nil {
		f.Fatal(problem)
	}
	f.Fuzz(func(t *testing.T, data []byte, profile bool) {
		event := fmt.Appendf(nil, `{"type":"track","userId":"u","event":"Order Completed","properties":%s}`, data)
		if profile {
			event = fmt.Appendf(nil, `{"type":"identify","userId":"u","traits":%s}`, data)
		}
		got := new(mapping.Mapper).TransformJSON(event, to)
		for _, record := range got.Records {
			text := record.AppendJSON(nil)
			require.Empty(t, judge.Record(text, rulesOf(t, settings, true)), "%s\n%s", event, text)
			again, _, err := mapping.CheckAgain(text, record.Token, to)
			require.NoError(t, err)
			require.Equal(t, string(text), string(again), "%s", event)
		}
	})
}
