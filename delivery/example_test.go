package delivery_test

import (
	"context"
	"fmt"
	"net/http/httptest"
	"net/url"
	"time"

	"github.com/rudder-clevertap/rudder-clevertap/delivery"
	"github.com/rudder-clevertap/rudder-clevertap/internal/clevertapstub"
)

// A sender takes the records of events, and says what became of each event.
func ExampleSender_Deliver() {
	stub := httptest.NewServer(clevertapstub.New(clevertapstub.Options{})) // CleverTap itself without BaseURL
	defer stub.Close()
	base, _ := url.Parse(stub.URL)
	client := delivery.New(delivery.Options{BaseURL: base})
	defer client.Close()
	sender, err := delivery.NewSender(client, delivery.SenderOptions{})
	if err != nil {
		panic(err)
	}
	defer sender.Stop(context.Background())

	ctx, cancel := context.WithTimeout(context.Background(), 10*time.Second)
	defer cancel()
	results, err := sender.Deliver(ctx, delivery.Batch{
		To: delivery.Account{Host: "in1.api.clevertap.com", ID: "ACCOUNT-ID", Passcode: "PASSCODE", Label: "inline"},
		Events: []delivery.Event{
			{
				Users:   [][]byte{[]byte("u-42")},
				Records: []delivery.Record{{JSON: []byte(`{"type":"event","evtName":"Checked Out","evtData":{},"identity":"u-42"}`)}},
			},
			{
				Users:   [][]byte{[]byte("u-42")},
				Records: []delivery.Record{{JSON: []byte(`{"type":"event","evtName":"App Launched","evtData":{},"identity":"u-42"}`)}},
			},
		},
	})
	if err != nil {
		panic(err)
	}
	for _, result := range results {
		fmt.Println(result.Outcome, result.Attempts)
		if result.Err != nil {
			fmt.Println(result.Err.Reason, result.Err.Code, result.Err.Message)
		}
	}
	// Output:
	// delivered 1
	// refused 1
	// CLEVERTAP_REFUSED 513 CleverTap refused a record: the event's name is reserved by CleverTap (code 513). Give the event another name.
}

// A reply is read by the numbers of its records, and never by their text.
func ExampleParseUploadReply() {
	reply, _ := delivery.ParseUploadReply([]byte(`{"status": "partial", "processed": 1, "unprocessed": [
		{"status": "fail", "code": 515, "error": "Email is invalid. Skipped record number : 2", "record": {}}]}`))
	verdict := reply.Verdict(2)
	for i, refusal := range verdict.Refused {
		if refusal == nil {
			fmt.Println(i, "taken")
			continue
		}
		fmt.Println(i, refusal.Code, refusal.Retryable())
	}
	// Output:
	// 0 taken
	// 1 515 false
}
