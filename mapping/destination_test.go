package mapping_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	clevertapv1 "github.com/rudder-clevertap/rudder-clevertap/gen/clevertap/v1"
	"github.com/rudder-clevertap/rudder-clevertap/mapping"
)

func TestRegions(t *testing.T) {
	t.Parallel()
	for region, host := range map[string]string{
		"": "api", "none": "api", "eu1": "api", "in1": "in1.api", "sg1": "sg1.api", "us1": "us1.api", "sk1": "sk1.api", "aps3": "aps3.api", "mec1": "mec1.api",
	} {
		to, err := mapping.NewDestination(&clevertapv1.Destination{AccountId: "A", Passcode: "P", Region: region})
		require.Nil(t, err)
		require.Equal(t, "https://"+host+".clevertap.com/1/upload", to.Endpoint())
		require.Equal(t, []mapping.Header{{Name: "X-CleverTap-Account-Id", Value: "A"}, {Name: "X-CleverTap-Passcode", Value: "P"}, {Name: "Content-Type", Value: "application/json"}}, to.Headers())
		require.Equal(t, "guide", to.RulesetName())
		require.NotContains(t, fmt.Sprintf("%v %s", to, to), "P}")
	}
}

// TestSettings: what is wrong with settings, `severity path`. The transform calls refuse what is an error.
func TestSettings(t *testing.T) {
	t.Parallel()
	const base = `"accountId":"A","passcode":"P"`
	for _, c := range []struct {
		name, settings string
		wanted         []string
	}{
		{"the least", base, nil},
		{"all of RudderStack's", base + `,"accountToken":"T","region":"us1","trackAnonymous":true,"enableObjectIdMapping":false,"useNativeSDK":true,"connectionMode":"cloud",` +
			`"eventFilteringOption":"disable","whitelistedEvents":[],"blacklistedEvents":[{"eventName":"x"}]`, nil},
		{"ours", base + `,"ruleset":"RULESET_GUIDE","useEventTimestamp":true`, nil},
		{"null is absent", base + `,"region":null,"trackAnonymous":null,"whitelistedEvents":null,"ruleset":null`, nil},
		{"flattened or by source type", base + `,"useNativeSDK":{"web":true,"cloud":false},"connectionMode":{"android":"device","warehouse":"cloud"}`, nil},
		{"nothing", ``, []string{"3 accountId", "3 passcode"}},
		{"no passcode", `"accountId":"A","passcode":""`, []string{"3 passcode"}},
		{"a credential of another type is not called missing as well", `"accountId":5,"passcode":"P"`, []string{"3 accountId"}},
		{"what no header can hold", `"accountId":"A\r\nX: y","passcode":"P ё"`, []string{"3 accountId", "3 passcode"}},
		{"an unknown region", base + `,"region":"mars1"`, []string{"3 region"}},
		{"a region of another type", base + `,"region":["in1"]`, []string{"3 region"}},
		{"regions are compared exactly", base + `,"region":"IN1"`, []string{"3 region"}},
		{"a text for a boolean", base + `,"trackAnonymous":"true"`, []string{"3 trackAnonymous"}},
		{"an unknown filter", base + `,"eventFilteringOption":"greylist"`, []string{"3 eventFilteringOption"}},
		{"a filter of another shape", base + `,"whitelistedEvents":["x",{"eventName":5},{}]`, []string{"3 whitelistedEvents[0]", "3 whitelistedEvents[1].eventName", "2 whitelistedEvents[2]"}},
		{"a whitelist of nothing", base + `,"eventFilteringOption":"whitelistedEvents","whitelistedEvents":[{"name":"x"}]`, []string{"2 whitelistedEvents[0]", "2 whitelistedEvents"}},
		{"a whitelist of blank rows", base + `,"eventFilteringOption":"whitelistedEvents","whitelistedEvents":[{"eventName":""},{"eventName":" "}]`, []string{"2 whitelistedEvents"}},
		{"a blacklist of blank rows", base + `,"eventFilteringOption":"blacklistedEvents","blacklistedEvents":[{"eventName":""}]`, []string{"2 blacklistedEvents"}},
		{"a blank row beside another", base + `,"eventFilteringOption":"whitelistedEvents","whitelistedEvents":[{"eventName":""},{"eventName":"E"}]`, nil},
		{"blank rows of a list that does not filter", base + `,"eventFilteringOption":"disable","whitelistedEvents":[{"eventName":""}]`, nil},
		{"a blacklist of nothing", base + `,"eventFilteringOption":"blacklistedEvents"`, nil},
		{"what the other ruleset takes all the same", `"ruleset":"RULESET_TRANSFORMER","region":"mars1"`, []string{"2 accountId", "2 passcode", "2 region"}},
		{"a filter of another type", base + `,"blacklistedEvents":"x"`, []string{"3 blacklistedEvents"}},
		{"an unknown mode", base + `,"connectionMode":{"web":"hybrid"}`, []string{"3 connectionMode.web"}},
		{"an unknown mode for all", base + `,"connectionMode":"hybrid"`, []string{"3 connectionMode"}},
		{"a mode of another type", base + `,"connectionMode":5,"useNativeSDK":"yes"`, []string{"3 connectionMode", "3 useNativeSDK"}},
		{"a switch of another type", base + `,"useNativeSDK":{"web":"yes"}`, []string{"3 useNativeSDK.web"}},
		{"an unknown source type", base + `,"useNativeSDK":{"tv":true}`, []string{"2 useNativeSDK.tv"}},
		{"device mode of every source type that has it", base + `,"connectionMode":{"web":"device","android":"device","ios":"device","reactnative":"device","androidKotlin":"device","iosSwift":"device"}`, nil},
		{"device mode where there is none", base + `,"connectionMode":{"flutter":"device","unity":"cloud"},"useNativeSDK":{"amp":true,"cordova":false}`, []string{"2 connectionMode.flutter", "2 useNativeSDK.amp"}},
		{"an unknown setting", base + `,"trackAnonymus":true,"colour":1`, []string{"2 trackAnonymus", "2 colour"}},
		{"a setting that RudderStack applies itself", base + `,"consentManagement":[]`, []string{"1 consentManagement"}},
		{"RudderStack's whole object", `"ID":"2Z","Name":"CleverTap","Enabled":true,"DestinationDefinition":{"Name":"CLEVERTAP"},"Config":{` + base + `,"region":"in1"}`, nil},
		{"as the control plane writes it", `"id":"2Z","config":{` + base + `}`, nil},
		{"what is wrong within the whole object", `"ID":"2Z","Config":{"accountId":"A","region":"mars1","colour":1}`, []string{"2 Config.colour", "3 Config.passcode", "3 Config.region"}},
		{"settings beside those of the whole object", `"Config":{` + base + `},"region":"mars1","ruleset":null`, []string{"2 region"}},
		{"a Config that is not an object", base + `,"Config":"x"`, []string{"2 Config"}},
		{"an unknown ruleset", base + `,"ruleset":"RULESET_OTHER"`, []string{"3 ruleset"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			text := []byte("{" + c.settings + "}")
			problems, err := mapping.CheckDestinationJSON(text)
			require.Nil(t, err)
			var got []string
			refused := false
			for _, p := range problems {
				require.NotEmpty(t, p.Message)
				got = append(got, fmt.Sprintf("%d %s", p.Severity, p.Path))
				refused = refused || p.Severity == mapping.SeverityError
			}
			require.Equal(t, c.wanted, got)
			to, err := mapping.ParseDestination(text)
			require.Equal(t, refused, to == nil)
			require.Equal(t, refused, err != nil)
			if refused {
				require.Equal(t, mapping.InvalidDestination, err.Reason)
			}
		})
	}
}

// TestTheConfigOfAWholeDestinationObjectIsUsed: under either ruleset, whoever names it.
func TestTheConfigOfAWholeDestinationObjectIsUsed(t *testing.T) {
	t.Parallel()
	whole := []byte(`{"ID":"2Z","Name":"CleverTap","Config":{"accountId":"A","passcode":"P","region":"in1","RULES":1}}`)
	guide, transformer := clevertapv1.Ruleset_RULESET_GUIDE, clevertapv1.Ruleset_RULESET_TRANSFORMER
	own := bytes.ReplaceAll(whole, []byte(`"RULES":1`), []byte(`"ruleset":"RULESET_TRANSFORMER"`))
	for _, c := range []struct {
		ruleset  clevertapv1.Ruleset
		settings []byte
		wanted   string
	}{{0, whole, "guide"}, {guide, own, "guide"}, {0, own, "transformer"}, {transformer, whole, "transformer"}} {
		to, err := mapping.ParseDestinationUnder(&clevertapv1.Destination{Ruleset: c.ruleset}, c.settings)
		require.Nil(t, err)
		require.Equal(t, c.wanted, to.RulesetName())
		require.Equal(t, "https://in1.api.clevertap.com/1/upload", to.Endpoint())
		require.Contains(t, to.Headers(), mapping.Header{Name: "X-CleverTap-Account-Id", Value: "A"})
	}
}

func TestTypedSettingsHaveTheSameProblems(t *testing.T) {
	t.Parallel()
	var got []string
	for _, p := range mapping.CheckDestination(&clevertapv1.Destination{
		AccountId: "A", Region: "mars1", EventFilteringOption: "x", Ruleset: 9,
		ConnectionMode: map[string]string{"web": "hybrid"}, UseNativeSdk: map[string]bool{"tv": true},
	}) {
		got = append(got, fmt.Sprintf("%d %s", p.Severity, p.Path))
	}
	require.Equal(t, []string{"2 useNativeSDK.tv", "3 passcode", "3 region", "3 eventFilteringOption", "3 connectionMode.web", "3 ruleset"}, got)
}

func TestSettingsThatAreNoObject(t *testing.T) {
	t.Parallel()
	for text, reason := range map[string]mapping.Reason{`{`: mapping.InvalidJSON, ``: mapping.InvalidJSON, `[]`: mapping.InvalidDestination, `null`: mapping.InvalidDestination} {
		_, err := mapping.ParseDestination([]byte(text))
		require.Equal(t, reason, err.Reason, text)
		_, err = mapping.CheckDestinationJSON([]byte(text))
		require.Equal(t, reason, err.Reason, text)
	}
}

func TestUnknownSettingsSuggestTheRightOne(t *testing.T) {
	t.Parallel()
	problems, err := mapping.CheckDestinationJSON([]byte(`{"accountId":"A","passcode":"P","trackAnonymus":true,"usenativesdk":true,"zzz":1}`))
	require.Nil(t, err)
	require.Contains(t, problems[0].Message, "did you mean trackAnonymous?")
	require.Contains(t, problems[1].Message, "did you mean useNativeSDK?")
	require.NotContains(t, problems[2].Message, "did you mean")
}

func TestNoProblemRepeatsASecret(t *testing.T) {
	t.Parallel()
	problems, err := mapping.CheckDestinationJSON([]byte(`{"accountId":"A","passcode":"hush hush","accountToken":["hush hush"]}`))
	require.Nil(t, err)
	require.NotEmpty(t, problems)
	text, marshalErr := json.Marshal(problems)
	require.NoError(t, marshalErr)
	require.NotContains(t, string(text), "hush")
}

func TestDefinition(t *testing.T) {
	t.Parallel()
	d := mapping.Describe()
	require.Equal(t, "CLEVERTAP CleverTap", d.Name+" "+d.DisplayName)
	var names []string
	for _, s := range d.Settings {
		names = append(names, s.Name)
		require.NotEmpty(t, s.Description)
	}
	fields := (&clevertapv1.Destination{}).ProtoReflect().Descriptor().Fields()
	require.Len(t, names, fields.Len())
	for i := range fields.Len() {
		require.Contains(t, names, fields.Get(i).JSONName(), "the contract's settings and ours are the same")
	}
	support := map[string]string{}
	for _, s := range d.Support {
		support[s.Platform+" "+s.Mode] = strings.Join(s.Calls, " ")
	}
	require.Equal(t, "identify track page", support["web device"])
	require.Equal(t, "identify track screen", support["reactnative device"])
	require.Equal(t, "identify track page screen alias", support["warehouse cloud"])
	require.Equal(t, "identify track screen", support["androidKotlin device"])
	require.Equal(t, "identify track screen", support["iosSwift device"])
	require.Empty(t, support["flutter device"])
	require.Len(t, support, 2*13, "every source type of RudderStack's, in both modes")
	require.Len(t, d.Regions, 8)
}
