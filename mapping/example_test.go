package mapping_test

import (
	"fmt"

	"github.com/rudder-clevertap/rudder-clevertap/mapping"
)

// An event and a destination, both as RudderStack's JSON, give records.
func Example() {
	to, err := mapping.ParseDestination([]byte(`{"accountId":"ACCOUNT","passcode":"SECRET","region":"in1"}`))
	if err != nil {
		fmt.Println(err)
		return
	}
	event := []byte(`{"type":"identify","userId":"u-1","traits":{"email":"ada@example.com","plan":"pro"}}`)
	var m mapping.Mapper
	result := m.TransformJSON(event, to)
	for _, record := range result.Records {
		fmt.Printf("%s\n", record.AppendJSON(nil))
	}
	fmt.Println(to.Endpoint())
	// Output:
	// {"type":"profile","profileData":{"Email":"ada@example.com","plan":"pro"},"identity":"u-1"}
	// https://in1.api.clevertap.com/1/upload
}

// A Packer puts the records of many events into as few bodies as CleverTap's limits allow, and knows which
// record went where.
func ExamplePacker() {
	to, err := mapping.ParseDestination([]byte(`{"accountId":"ACCOUNT","passcode":"SECRET"}`))
	if err != nil {
		fmt.Println(err)
		return
	}
	packer := mapping.NewPacker(to)
	var m mapping.Mapper // reused for each event, and with it its memory
	var places []mapping.Place
	for _, event := range []string{
		`{"type":"track","userId":"u-1","event":"Signed Up"}`,
		`{"type":"track","userId":"u-2","event":"Logged In"}`,
	} {
		places = packer.AddJSON(m.TransformJSON([]byte(event), to).Records, places)
	}
	for _, body := range packer.JSON(nil) {
		fmt.Printf("%s\n", body)
	}
	upload, record := packer.Resolve(places[1])
	fmt.Println("the second event is record", record, "of upload", upload)
	// Output:
	// {"d":[{"type":"event","evtName":"Signed Up","evtData":{},"identity":"u-1"},{"type":"event","evtName":"Logged In","evtData":{},"identity":"u-2"}]}
	// the second event is record 1 of upload 0
}

// Diagnostics say what was changed, left out or will be refused, and where in the event that is.
func ExampleDiagnostic() {
	to, err := mapping.ParseDestination([]byte(`{"accountId":"ACCOUNT","passcode":"SECRET"}`))
	if err != nil {
		fmt.Println(err)
		return
	}
	event := []byte(`{"type":"identify","userId":"u-1","traits":{"gender":"unknown","address":{"city":"Oslo"}}}`)
	m := mapping.Mapper{MinSeverity: mapping.SeverityWarning}
	for _, d := range m.TransformJSON(event, to).Diagnostics {
		fmt.Printf("%s at %s: %s\n", d.Code, d.Path, d.Message)
	}
	// Output:
	// UNKNOWN_GENDER at traits.gender: the gender was left out, since CleverTap refuses a profile for it: send f, female, m or male
	// NESTED_VALUE_STRINGIFIED at traits.address: CleverTap takes no nested values here, so the object was sent as JSON text
}

// An event that can't be transformed says why: a reason for programs, a field, and a sentence for people.
func ExampleError() {
	to, problem := mapping.ParseDestination([]byte(`{"accountId":"ACCOUNT","passcode":"SECRET"}`))
	if problem != nil {
		fmt.Println(problem)
		return
	}
	var m mapping.Mapper
	err := m.TransformJSON([]byte(`{"type":"track","userId":"u-1"}`), to).Err
	fmt.Println(err.Reason, err.Field)
	fmt.Println(err.Message)
	// Output:
	// MISSING_EVENT_NAME event
	// a track call needs an event: the name of what happened
}
