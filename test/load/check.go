package main

import (
	"encoding/json"
	"fmt"
	"net/http"

	"google.golang.org/protobuf/proto"

	transformerv1 "github.com/rudder-clevertap/rudder-clevertap/gen/transformer/v1"
)

// What follows checks what ours answers, once for each request and not under load: a fast wrong answer is worth nothing.

// checkSingle checks a TransformResponse.
func checkSingle(reply []byte, _ int) error {
	m := new(transformerv1.TransformResponse)
	if err := proto.Unmarshal(reply, m); err != nil {
		return err
	}
	if m.GetStatus() != transformerv1.Status_STATUS_TRANSFORMED || len(m.GetUploads()) == 0 {
		return fmt.Errorf("the event was not transformed: %v", m.GetStatus())
	}
	return nil
}

// checkBatch checks a BatchTransformResponse.
func checkBatch(reply []byte, events int) error {
	m := new(transformerv1.BatchTransformResponse)
	if err := proto.Unmarshal(reply, m); err != nil {
		return err
	}
	return checkResults(m.GetResults(), events)
}

// checkMessage checks a StreamTransformResponse.
func checkMessage(reply []byte, events int) error {
	m := new(transformerv1.StreamTransformResponse)
	if err := proto.Unmarshal(reply, m); err != nil {
		return err
	}
	if e := m.GetError(); e != nil {
		return fmt.Errorf("the message failed: %s", e.GetMessage())
	}
	return checkResults(m.GetResults(), events)
}

// checkResults makes sure that each event was transformed.
func checkResults(results []*transformerv1.EventResult, events int) error {
	if len(results) != events {
		return fmt.Errorf("%d results for %d events", len(results), events)
	}
	for i, r := range results {
		if r.GetStatus() != transformerv1.Status_STATUS_TRANSFORMED || len(r.GetRecords()) == 0 {
			return fmt.Errorf("event %d was not transformed: %v %s", i, r.GetStatus(), r.GetError().GetMessage())
		}
	}
	return nil
}

// checkREST checks the answer of a REST call.
func checkREST(reply []byte, events int) error {
	var answer struct {
		Status  string
		Uploads []struct{ Payload json.RawMessage }
		Results []struct{ Status string }
	}
	if err := json.Unmarshal(reply, &answer); err != nil {
		return err
	}
	if len(answer.Uploads) == 0 {
		return fmt.Errorf("no upload: %.200s", reply)
	}
	if answer.Results == nil && answer.Status == "STATUS_TRANSFORMED" && events == 1 {
		return nil
	}
	if len(answer.Results) != events {
		return fmt.Errorf("%d results for %d events", len(answer.Results), events)
	}
	for i, r := range answer.Results {
		if r.Status != "STATUS_TRANSFORMED" {
			return fmt.Errorf("event %d was not transformed: %s", i, r.Status)
		}
	}
	return nil
}

// checkProcessor checks the answer of rudder-transformer's processor route.
func checkProcessor(reply []byte, events int) error {
	var items []struct {
		Output     json.RawMessage
		StatusCode int
		Error      string
	}
	if err := json.Unmarshal(reply, &items); err != nil {
		return err
	}
	if len(items) != events {
		return fmt.Errorf("%d items for %d events", len(items), events)
	}
	for i, item := range items {
		if item.StatusCode != http.StatusOK || len(item.Output) == 0 {
			return fmt.Errorf("event %d was not transformed: %d %s", i, item.StatusCode, item.Error)
		}
	}
	return nil
}

// checkRouter checks the answer of rudder-transformer's router route.
func checkRouter(reply []byte, events int) error {
	var answer struct {
		Output []struct {
			BatchedRequest json.RawMessage
			Metadata       []json.RawMessage
			StatusCode     int
			Error          string
		}
	}
	if err := json.Unmarshal(reply, &answer); err != nil {
		return err
	}
	seen := 0
	for _, item := range answer.Output {
		if item.StatusCode != http.StatusOK || len(item.BatchedRequest) == 0 {
			return fmt.Errorf("an item failed: %d %s", item.StatusCode, item.Error)
		}
		seen += len(item.Metadata)
	}
	if seen != events {
		return fmt.Errorf("%d jobs for %d events", seen, events)
	}
	return nil
}
