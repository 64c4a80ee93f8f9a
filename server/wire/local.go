package wire

import (
	"fmt"

	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/reflect/protoreflect"

	clevertapv1 "github.com/rudder-clevertap/rudder-clevertap/gen/clevertap/v1"
	rudderstackv1 "github.com/rudder-clevertap/rudder-clevertap/gen/rudderstack/v1"
	transformerv1 "github.com/rudder-clevertap/rudder-clevertap/gen/transformer/v1"
)

// targeted is a request that names where its events go.
type targeted interface {
	GetDestination() *clevertapv1.Destination
	GetDestinationJson() []byte
	GetDestinationId() string
	GetMinSeverity() transformerv1.Severity
}

// Take makes the request that a message inside the process stands for. It shares the message's JSON.
func (r *Request) Take(message proto.Message) error {
	from, isTargeted := message.(targeted)
	kind, known := kindOf(message.ProtoReflect().Descriptor())
	if !known || !isTargeted {
		return fmt.Errorf("%T is not a request with events", message)
	}
	r.Kind, r.MinSeverity = kind, from.GetMinSeverity()
	if delivers, ok := message.(interface{ GetDryRun() bool }); ok {
		r.DryRun = delivers.GetDryRun()
	}
	r.came = true
	if explains, ok := message.(interface{ GetExplain() bool }); ok {
		r.Explain = explains.GetExplain()
	}
	r.takeTarget(message, from)
	return r.takeEvents(message)
}

// takeEvents takes over the events.
func (r *Request) takeEvents(message proto.Message) error {
	var events []*rudderstackv1.Event
	switch m := message.(type) {
	case interface {
		GetEvents() []*rudderstackv1.Event
		GetEventsJson() [][]byte
	}:
		events, r.EventsJSON = m.GetEvents(), m.GetEventsJson()
	case interface {
		GetEvent() *rudderstackv1.Event
		GetEventJson() []byte
	}:
		k := &kinds[r.Kind]
		if form := message.ProtoReflect().WhichOneof(k.form); form == nil {
			return nil
		} else if form.Number() == k.event {
			events = []*rudderstackv1.Event{m.GetEvent()}
		} else {
			r.EventsJSON = [][]byte{m.GetEventJson()}
		}
	}
	for _, event := range events {
		packed, err := proto.Marshal(event)
		if err != nil {
			return fmt.Errorf("pack an event: %w", err)
		}
		r.Events = append(r.Events, packed)
	}
	return nil
}

// takeTarget takes over what names the destination.
func (r *Request) takeTarget(message proto.Message, from targeted) {
	k := &kinds[r.Kind]
	way := message.ProtoReflect().WhichOneof(k.target)
	if way == nil {
		return
	}
	switch way.Number() {
	case k.destination:
		r.Target, r.Destination = TypedTarget, from.GetDestination()
	case k.destinationJSON:
		r.Target, r.DestinationJSON = JSONTarget, from.GetDestinationJson()
	case k.destinationID:
		r.Target, r.DestinationID = NamedTarget, from.GetDestinationId()
	}
}

// Give hands an answer over to a client inside the process, as an empty message of the same type. Parts may
// be shared.
func Give(answer, reply proto.Message) error {
	switch from := answer.(type) {
	case *transformerv1.TransformResponse:
		if to, ok := reply.(*transformerv1.TransformResponse); ok {
			to.Status, to.Uploads, to.Diagnostics = from.GetStatus(), from.GetUploads(), from.GetDiagnostics()
			to.FilterReason = from.GetFilterReason()
			to.Lineage = from.GetLineage()
			return nil
		}
	case *transformerv1.BatchTransformResponse:
		if to, ok := reply.(*transformerv1.BatchTransformResponse); ok {
			to.Uploads, to.Results = from.GetUploads(), from.GetResults()
			return nil
		}
	case *transformerv1.DeliverResponse:
		if to, ok := reply.(*transformerv1.DeliverResponse); ok {
			to.Results, to.Summary = from.GetResults(), from.GetSummary()
			return nil
		}
	}
	return Share(answer, reply)
}

// Share makes an empty message equal to another one of the same type, whose bytes, lists and messages it shares.
func Share(from, to proto.Message) error {
	source, target := from.ProtoReflect(), to.ProtoReflect()
	if source.Descriptor() != target.Descriptor() {
		return fmt.Errorf("the message is a %T, not a %T", from, to)
	}
	source.Range(func(field protoreflect.FieldDescriptor, value protoreflect.Value) bool {
		target.Set(field, value)
		return true
	})
	target.SetUnknown(source.GetUnknown())
	return nil
}
