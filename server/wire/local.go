package wire

import (
	"fmt"

	"google.golang.org/protobuf/proto"

	rudderstackv1 "github.com/rudder-clevertap/rudder-clevertap/gen/rudderstack/v1"
	transformerv1 "github.com/rudder-clevertap/rudder-clevertap/gen/transformer/v1"
)

// Take makes the request that a message inside the process stands for. It shares the message's JSON.
func (r *Request) Take(message proto.Message) error {
	var events []*rudderstackv1.Event
	var target any
	switch m := message.(type) {
	case *transformerv1.TransformRequest:
		r.Kind, r.MinSeverity, target = Transform, m.GetMinSeverity(), m.GetTarget()
		switch form := m.GetEventForm().(type) {
		case *transformerv1.TransformRequest_Event:
			events = []*rudderstackv1.Event{form.Event}
		case *transformerv1.TransformRequest_EventJson:
			r.EventsJSON = [][]byte{form.EventJson}
		}
	case *transformerv1.BatchTransformRequest:
		r.Kind, r.MinSeverity, target = BatchTransform, m.GetMinSeverity(), m.GetTarget()
		events, r.EventsJSON = m.GetEvents(), m.GetEventsJson()
	default:
		return fmt.Errorf("%T is no request of one or many events", message)
	}
	for _, event := range events {
		packed, err := proto.Marshal(event)
		if err != nil {
			return fmt.Errorf("pack an event: %w", err)
		}
		r.Events = append(r.Events, packed)
	}
	r.takeTarget(target)
	return nil
}

// takeTarget takes over what names the destination.
func (r *Request) takeTarget(target any) {
	switch target := target.(type) {
	case *transformerv1.TransformRequest_Destination:
		r.Target, r.Destination = TypedTarget, target.Destination
	case *transformerv1.BatchTransformRequest_Destination:
		r.Target, r.Destination = TypedTarget, target.Destination
	case *transformerv1.TransformRequest_DestinationJson:
		r.Target, r.DestinationJSON = JSONTarget, target.DestinationJson
	case *transformerv1.BatchTransformRequest_DestinationJson:
		r.Target, r.DestinationJSON = JSONTarget, target.DestinationJson
	case *transformerv1.TransformRequest_DestinationId:
		r.Target, r.DestinationID = NamedTarget, target.DestinationId
	case *transformerv1.BatchTransformRequest_DestinationId:
		r.Target, r.DestinationID = NamedTarget, target.DestinationId
	}
}

// Give hands an answer over to a client inside the process, as an empty message of the same type. Parts may be shared.
func Give(answer, reply proto.Message) error {
	switch from := answer.(type) {
	case *transformerv1.TransformResponse:
		if to, ok := reply.(*transformerv1.TransformResponse); ok {
			to.Status, to.Uploads, to.Diagnostics = from.GetStatus(), from.GetUploads(), from.GetDiagnostics()
			return nil
		}
	case *transformerv1.BatchTransformResponse:
		if to, ok := reply.(*transformerv1.BatchTransformResponse); ok {
			to.Uploads, to.Results = from.GetUploads(), from.GetResults()
			return nil
		}
	}
	if answer.ProtoReflect().Descriptor() != reply.ProtoReflect().Descriptor() {
		return fmt.Errorf("the answer is a %T, not a %T", answer, reply)
	}
	proto.Merge(reply, answer)
	return nil
}
