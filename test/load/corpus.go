package main

import (
	"bytes"
	"fmt"

	"google.golang.org/protobuf/encoding/protojson"
	"google.golang.org/protobuf/proto"

	clevertapv1 "github.com/rudder-clevertap/rudder-clevertap/gen/clevertap/v1"
	rudderstackv1 "github.com/rudder-clevertap/rudder-clevertap/gen/rudderstack/v1"
	transformerv1 "github.com/rudder-clevertap/rudder-clevertap/gen/transformer/v1"
)

// destination is where the events of all requests go.
const destination = `{"accountId":"ACCOUNT-ID","passcode":"PASSCODE","region":"in1","trackAnonymous":true}`

// corpus is what a path's client sends, made beforehand so that the client takes little of the machine: one request after
// the other, from the start again after the last.
type corpus struct {
	requests [][]byte
	// opening is what a stream begins with instead of its first request; nil when that is nothing else.
	opening []byte
	// events is how many events each request has.
	events int
}

// bytesPerEvent returns the mean length of the requests for one event.
func (c *corpus) bytesPerEvent() float64 {
	size := 0
	for _, r := range c.requests {
		size += len(r)
	}
	return float64(size) / float64(len(c.requests)*c.events)
}

// inBatches makes a corpus of the events, a batch each, by a function that writes one request.
func inBatches(events [][]byte, batch int, write func(events [][]byte) ([]byte, error)) (*corpus, error) {
	c := &corpus{events: batch}
	for ; len(events) >= batch; events = events[batch:] {
		text, err := write(events[:batch])
		if err != nil {
			return nil, err
		}
		c.requests = append(c.requests, text)
	}
	return c, nil
}

// settings returns the destination in its typed form.
func settings() (*clevertapv1.Destination, error) {
	to := new(clevertapv1.Destination)
	return to, protojson.Unmarshal([]byte(destination), to)
}

// typedEvents returns events in their typed form.
func typedEvents(texts [][]byte) ([]*rudderstackv1.Event, error) {
	events := make([]*rudderstackv1.Event, len(texts))
	for i, text := range texts {
		events[i] = new(rudderstackv1.Event)
		if err := (protojson.UnmarshalOptions{DiscardUnknown: true}).Unmarshal(text, events[i]); err != nil {
			return nil, fmt.Errorf("event %s: %w", text, err)
		}
	}
	return events, nil
}

// singleJSON is a TransformRequest for each event.
func singleJSON(events [][]byte, _ int) (*corpus, error) {
	return inBatches(events, 1, func(events [][]byte) ([]byte, error) {
		return proto.Marshal(&transformerv1.TransformRequest{
			EventForm: &transformerv1.TransformRequest_EventJson{EventJson: events[0]},
			Target:    &transformerv1.TransformRequest_DestinationJson{DestinationJson: []byte(destination)},
		})
	})
}

// singleTyped is a TransformRequest for each event.
func singleTyped(events [][]byte, _ int) (*corpus, error) {
	to, err := settings()
	if err != nil {
		return nil, err
	}
	return inBatches(events, 1, func(events [][]byte) ([]byte, error) {
		typed, err := typedEvents(events)
		if err != nil {
			return nil, err
		}
		return proto.Marshal(&transformerv1.TransformRequest{
			EventForm: &transformerv1.TransformRequest_Event{Event: typed[0]},
			Target:    &transformerv1.TransformRequest_Destination{Destination: to},
		})
	})
}

// batchJSON is a BatchTransformRequest for each batch.
func batchJSON(events [][]byte, batch int) (*corpus, error) {
	return inBatches(events, batch, func(events [][]byte) ([]byte, error) {
		return proto.Marshal(&transformerv1.BatchTransformRequest{
			EventsJson: events,
			Target:     &transformerv1.BatchTransformRequest_DestinationJson{DestinationJson: []byte(destination)},
		})
	})
}

// batchTyped is a BatchTransformRequest for each batch.
func batchTyped(events [][]byte, batch int) (*corpus, error) {
	to, err := settings()
	if err != nil {
		return nil, err
	}
	return inBatches(events, batch, func(events [][]byte) ([]byte, error) {
		typed, err := typedEvents(events)
		if err != nil {
			return nil, err
		}
		return proto.Marshal(&transformerv1.BatchTransformRequest{
			Events: typed, Target: &transformerv1.BatchTransformRequest_Destination{Destination: to},
		})
	})
}

// streamJSON is a StreamTransformRequest for each batch; only the first of a stream names the destination.
func streamJSON(events [][]byte, batch int) (*corpus, error) {
	return stream(events, batch, func(events [][]byte, m *transformerv1.StreamTransformRequest) error {
		m.EventsJson = events
		return nil
	})
}

// streamTyped is streamJSON with typed events.
func streamTyped(events [][]byte, batch int) (*corpus, error) {
	return stream(events, batch, func(events [][]byte, m *transformerv1.StreamTransformRequest) (err error) {
		m.Events, err = typedEvents(events)
		return err
	})
}

// stream makes a StreamTransformRequest for each batch by a function that puts the events into it.
func stream(events [][]byte, batch int, put func([][]byte, *transformerv1.StreamTransformRequest) error) (*corpus, error) {
	var first *transformerv1.StreamTransformRequest
	c, err := inBatches(events, batch, func(events [][]byte) ([]byte, error) {
		m := &transformerv1.StreamTransformRequest{Sequence: 1}
		if err := put(events, m); err != nil {
			return nil, err
		}
		if first == nil {
			first = m
		}
		return proto.Marshal(m)
	})
	if err != nil || first == nil {
		return c, err
	}
	first.Target = &transformerv1.StreamTransformRequest_DestinationJson{DestinationJson: []byte(destination)}
	c.opening, err = proto.Marshal(first)
	return c, err
}

// restSingle is a body of POST /v1/transform for each event.
func restSingle(events [][]byte, _ int) (*corpus, error) {
	return inBatches(events, 1, func(events [][]byte) ([]byte, error) {
		return fmt.Appendf(nil, `{"event":%s,"destination":%s}`, events[0], destination), nil
	})
}

// restBatch is a body of POST /v1/transform:batch for each batch.
func restBatch(events [][]byte, batch int) (*corpus, error) {
	return inBatches(events, batch, func(events [][]byte) ([]byte, error) {
		return fmt.Appendf(nil, `{"events":[%s],"destination":%s}`, bytes.Join(events, []byte(",")), destination), nil
	})
}

// rudderDestination is the destination as rudder-server shows it to rudder-transformer.
const rudderDestination = `{"ID":"2dest0000000000000000000001","Name":"CleverTap","DestinationDefinition":{"ID":"1def00000000000000000000001","Name":"CLEVERTAP",` +
	`"DisplayName":"CleverTap","Config":{"transformAtV1":"router"}},"Config":` + destination + `,"Enabled":true,"WorkspaceID":"2work0000000000000000000001",` +
	`"Transformations":[],"IsProcessorEnabled":true,"RevisionID":"2rev00000000000000000000001"}`

// processorMetadata and routerMetadata are what rudder-server says about an event to rudder-transformer.
const (
	processorMetadata = `{"jobId":%d,"workspaceId":"2work0000000000000000000001","rudderId":"5f0c2f4e-2c1c-4fdb-a1d1-3a9b7d1c8e10","receivedAt":"2026-11-23T09:03:17.562Z",` +
		`"messageId":"5f0c2f4e-0000-4000-8000-%012d","eventType":"track","sourceId":"2src00000000000000000000001","originalSourceId":"2src00000000000000000000001",` +
		`"sourceName":"shop","sourceType":"Javascript","sourceCategory":"webhook","instanceId":"1","namespace":"shop","destinationId":"2dest0000000000000000000001",` +
		`"destinationName":"CleverTap","destinationType":"CLEVERTAP"}`
	routerMetadata = `{"userId":"<<>>anonymous<<>>user-%[2]d","jobId":%[1]d,"sourceId":"2src00000000000000000000001","sourceCategory":"webhook","destinationId":"2dest0000000000000000000001",` +
		`"attemptNum":0,"receivedAt":"2026-11-23T09:03:17.562Z","createdAt":"2026-11-23T09:03:18.001Z","firstAttemptedAt":"","transformAt":"router",` +
		`"workspaceId":"2work0000000000000000000001","secret":null,"workerAssignedTime":"2026-11-23T09:03:18.101Z","dontBatch":false,"traceparent":""}`
)

// inputs appends rudder-transformer's items, each with the destination unless it is given by id.
func inputs(dst []byte, events [][]byte, metadata string, compacted bool) []byte {
	dst = append(dst, '[')
	for i, event := range events {
		if i > 0 {
			dst = append(dst, ',')
		}
		dst = fmt.Appendf(dst, `{"message":%s,"metadata":`, event)
		dst = fmt.Appendf(dst, metadata, i+1, i+1)
		if !compacted {
			dst = append(append(dst, `,"destination":`...), rudderDestination...)
		}
		dst = append(dst, '}')
	}
	return append(dst, ']')
}

// processor is a body of POST /v0/destinations/clevertap for each batch.
func processor(events [][]byte, batch int) (*corpus, error) {
	return inBatches(events, batch, func(events [][]byte) ([]byte, error) {
		return inputs(nil, events, processorMetadata, false), nil
	})
}

// compacted is processor in the form that names each destination once.
func compacted(events [][]byte, batch int) (*corpus, error) {
	return inBatches(events, batch, func(events [][]byte) ([]byte, error) {
		text := inputs([]byte(`{"input":`), events, processorMetadata, true)
		return append(text, `,"destinations":{"2dest0000000000000000000001":`+rudderDestination+`},"connections":{"2src00000000000000000000001:2dest0000000000000000000001":`+
			`{"sourceId":"2src00000000000000000000001","destinationId":"2dest0000000000000000000001","enabled":true,"config":{},"processorEnabled":true}}}`...), nil
	})
}

// router is a body of POST /routerTransform for each batch.
func router(events [][]byte, batch int) (*corpus, error) {
	return inBatches(events, batch, func(events [][]byte) ([]byte, error) {
		return append(inputs([]byte(`{"input":`), events, routerMetadata, false), `,"destType":"clevertap"}`...), nil
	})
}
