package mapping_test

import (
	"bufio"
	"encoding/json"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/rudder-clevertap/rudder-clevertap/mapping"
)

// realCase is an input as real SDKs and people send it, with what ought to become of it. Such inputs are no part of
// the project: they lie beside it.
type realCase struct {
	Name     string
	Kind     string
	Settings json.RawMessage
	Event    json.RawMessage
	Request  struct {
		Body struct {
			Event, Destination json.RawMessage
		}
	}
	Wanted json.RawMessage
}

// realCases reads them, or skips the test where there are none; in CI (CI=true) it fails instead.
func realCases(t *testing.T) (all []realCase) {
	t.Helper()
	dir := os.Getenv("REAL_CASES")
	if dir == "" {
		dir = filepath.Join("..", "..", "shared", "cases", "real")
	}
	file, err := os.Open(filepath.Join(dir, "cases.jsonl"))
	if err != nil {
		missing := t.Skipf
		if ci := os.Getenv("CI"); ci != "" && ci != "false" {
			missing = t.Fatalf
		}
		missing("there are no inputs of real senders: set REAL_CASES to their folder (%v)", err)
	}
	defer func() { require.NoError(t, file.Close()) }()
	scanner := bufio.NewScanner(file)
	scanner.Buffer(nil, 16<<20)
	for scanner.Scan() {
		var c realCase
		// What a request's body is when it is not one of ours is none of the engine's business.
		if json.Unmarshal(scanner.Bytes(), &c) != nil {
			var names struct{ Name, Kind string }
			require.NoError(t, json.Unmarshal(scanner.Bytes(), &names))
			c = realCase{Name: names.Name, Kind: names.Kind}
		}
		all = append(all, c)
	}
	require.NoError(t, scanner.Err())
	require.NotEmpty(t, all)
	return all
}

// outcome is what becomes of an event, where the input says it in words.
type outcome struct {
	// records are their JSON texts, failure is `REASON field`, filtered why it is filtered.
	records           []string
	failure, filtered string
	// diagnostics are `CODE path`; others may be there beside them.
	diagnostics []string
}

// realOutcomes says what becomes of the inputs whose outcome is given in words, or in part.
func realOutcomes() map[string]outcome {
	reserved := []string{"RESERVED_EVENT_NAME event"}
	nobody := `"identity":"u"}`
	linked := `{"type":"profile","profileData":{"plan":"x","identity":"u"},"objectId":"`
	return map[string]outcome{
		"devicemode-rn-device-doubled": {filtered: "DEVICE_MODE"},
		"charged-items-nested": {
			records: []string{`{"type":"event","evtName":"Charged","evtData":{"Charged ID":"c-9","Amount":25,"Items":[{"product_id":"507","tags":"[\"a\",\"b\"]",` +
				`"price_set":"{\"shop_money\":{\"amount\":\"19.00\",\"currency_code\":\"USD\"}}","price":19,"quantity":1}]},` + nobody},
			diagnostics: []string{"NESTED_VALUE_STRINGIFIED properties.products[0].tags", "NESTED_VALUE_STRINGIFIED properties.products[0].price_set"},
		},
		"side-field-type-kills-identify": {
			records:     []string{linked + `a"}`, `{"type":"token","tokenData":{"id":"54321","type":"fcm"},"objectId":"a"}`},
			diagnostics: []string{"NUMBER_AS_TEXT context.device.token"},
		},
		"error-names-wrong-field":      {failure: "INVALID_PRODUCTS properties.Items"},
		"integrations-all-false":       {filtered: "INTEGRATIONS"},
		"integrations-clevertap-false": {filtered: "INTEGRATIONS"},
		"unity-os-name": {records: []string{
			`{"type":"profile","profileData":{"level":3,"identity":"p-1"},"objectId":"6f1c2a9e-0000-4000-8000-1a2b3c4d5e6f"}`,
			`{"type":"token","tokenData":{"id":"a1b2c3","type":"apns"},"objectId":"6f1c2a9e-0000-4000-8000-1a2b3c4d5e6f"}`,
		}},
		"iphone-os": {records: []string{linked + `a-1"}`, `{"type":"token","tokenData":{"id":"tok","type":"apns"},"objectId":"a-1"}`}},
		"token-without-objectid-mapping": {
			records: []string{`{"type":"profile","profileData":{"plan":"x"},` + nobody}, diagnostics: []string{"TOKEN_NOT_UPLOADED context.device.token"},
		},
		"reserved-app-launched":         {diagnostics: reserved},
		"reserved-notification-clicked": {diagnostics: reserved},
		"reserved-utm-visited":          {diagnostics: reserved},
		"reserved-app-uninstalled":      {diagnostics: reserved},
		"compact-date-ts":               {records: []string{`{"type":"event","evtName":"E","evtData":{"ts":"20240101"},"identity":"u","ts":1704067200}`}},
		"arabic-digits-timestamp": {
			records: []string{`{"type":"event","evtName":"E","evtData":{},"identity":"u","ts":1704103200}`}, diagnostics: []string{"INVALID_TIMESTAMP timestamp"},
		},
		"order-without-amount": {diagnostics: []string{"CHARGED_WITHOUT_AMOUNT properties.revenue", "CHARGED_WITHOUT_ID properties.checkout_id"}},
		"order-name-trailing-blank": {
			records: []string{`{"type":"event","evtName":"Charged","evtData":{"Amount":10,"Items":[{"sku":"A"}]},` + nobody},
		},
		"charged-lower-case": {records: []string{`{"type":"event","evtName":"Charged","evtData":{"Amount":10,"Items":[{"sku":"A"}]},` + nobody}},
		"identity-trait": {
			records: []string{`{"type":"profile","profileData":{"Email":"a@example.com"},"identity":"u-1"}`}, diagnostics: []string{"TRAIT_OVERRIDDEN traits.identity"},
		},
		"phone-no-plus":            {diagnostics: []string{"INVALID_PHONE traits.phone"}},
		"phone-formatted":          {diagnostics: []string{"INVALID_PHONE traits.phone"}},
		"email-blank-before":       {diagnostics: []string{"INVALID_EMAIL traits.email"}},
		"employed-married-boolean": {diagnostics: []string{"INVALID_EMPLOYED traits.employed", "INVALID_MARRIED traits.married"}},
		"age-empty":                {diagnostics: []string{"INVALID_AGE traits.Age"}},
		"dob-clevertap-form":       {records: []string{`{"type":"profile","profileData":{"DOB":"$D_906163200"},` + nobody}},
		"userid-null-text":         {diagnostics: []string{"PLACEHOLDER_IDENTITY userId"}},
		"userid-blank":             {diagnostics: []string{"PLACEHOLDER_IDENTITY userId"}},
		"objectid-blank":           {diagnostics: []string{"INVALID_OBJECT_ID userId"}},
		"key-with-dots":            {diagnostics: []string{"PROHIBITED_CHARACTERS properties.triggerData.formId", "PROHIBITED_CHARACTERS properties.$deviceId"}},
		"too-many-properties":      {diagnostics: []string{"TOO_MANY_PROPERTIES properties"}},
		"blank-event-name":         {failure: "MISSING_EVENT_NAME event"},
		"revenue-as-text":          {diagnostics: []string{"AMOUNT_NOT_A_NUMBER properties.revenue"}},
	}
}

// realLeftOut says of inputs that are not tried, or not met, why.
func realLeftOut() map[string]string {
	const api = "not the engine's: it is about a body, an answer or the command line"
	all := map[string]string{
		"lone-surrogate":          "the input has no event; internal/cases has one: half a surrogate pair",
		"filtered-says-no-reason": "the rules decide otherwise: the Swift SDK is a source type of its own, which that destination does not name",
	}
	for _, name := range []string{
		"nan-kills-the-batch", "cli-json-array-file", "destination-config-wrapper", "event-is-an-array", "delete-email-only", "proxy-success-count-short",
	} {
		all[name] = api
	}
	return all
}

// TestRealSenders: what real SDKs and people send becomes what it ought to.
func TestRealSenders(t *testing.T) {
	t.Parallel()
	outcomes, leftOut := realOutcomes(), realLeftOut()
	for _, c := range realCases(t) {
		t.Run(c.Name, func(t *testing.T) {
			t.Parallel()
			if why := leftOut[c.Name]; why != "" {
				t.Skip(why)
			}
			switch c.Name {
			case "devicemode-kotlin-swift-exist-since-2026-08":
				require.Empty(t, problemsOf(t, c.Request.Body.Destination))
				return
			case "whitelist-blank-row":
				require.Equal(t, []string{"whitelistedEvents"}, problemsOf(t, c.Request.Body.Destination))
				return
			}
			require.Equal(t, "event", c.Kind, "say what becomes of it")
			to, problem := mapping.ParseDestination(c.Settings)
			require.Nil(t, problem)
			got := new(mapping.Mapper).TransformJSON(c.Event, to)
			if said, ok := outcomes[c.Name]; ok {
				requireSaid(t, said, got)
				return
			}
			requireWanted(t, c.Wanted, got)
		})
	}
}

// problemsOf are the settings with which something is wrong.
func problemsOf(t *testing.T, settings []byte) (paths []string) {
	t.Helper()
	problems, err := mapping.CheckDestinationJSON(settings)
	require.Nil(t, err)
	for _, p := range problems {
		paths = append(paths, p.Path)
	}
	return paths
}

// requireSaid demands an outcome that is said in words.
func requireSaid(t *testing.T, wanted outcome, got *mapping.Result) {
	t.Helper()
	if wanted.failure != "" {
		require.NotNil(t, got.Err)
		require.Equal(t, wanted.failure, string(got.Err.Reason)+" "+got.Err.Field)
		return
	}
	require.Nil(t, got.Err)
	if wanted.filtered != "" {
		require.Equal(t, wanted.filtered, got.FilterReason.String())
		return
	}
	var diagnostics []string
	for _, d := range got.Diagnostics {
		diagnostics = append(diagnostics, string(d.Code)+" "+d.Path)
	}
	require.Subset(t, diagnostics, wanted.diagnostics)
	if wanted.records != nil {
		requireRecords(t, wanted.records, got)
	}
}

// requireRecords demands records.
func requireRecords(t *testing.T, wanted []string, got *mapping.Result) {
	t.Helper()
	require.Len(t, got.Records, len(wanted))
	for i, record := range got.Records {
		require.JSONEq(t, wanted[i], string(record.AppendJSON(nil)))
	}
}

// requireWanted demands what the input itself says: a record, two, or the time of one.
func requireWanted(t *testing.T, text json.RawMessage, got *mapping.Result) {
	t.Helper()
	var wanted struct {
		Record  json.RawMessage
		Records []json.RawMessage
		TS      int64
	}
	require.NoError(t, json.Unmarshal(text, &wanted), "say what becomes of it: %s", text)
	require.Nil(t, got.Err)
	if wanted.TS != 0 {
		var record struct{ TS int64 }
		require.NoError(t, json.Unmarshal(got.Records[0].AppendJSON(nil), &record))
		require.Equal(t, wanted.TS, record.TS)
		return
	}
	if wanted.Record != nil {
		wanted.Records = []json.RawMessage{wanted.Record}
	}
	records := make([]string, len(wanted.Records))
	for i, record := range wanted.Records {
		records[i] = string(record)
	}
	require.NotEmpty(t, records, "say what becomes of it: %s", text)
	requireRecords(t, records, got)
}
