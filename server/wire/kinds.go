package wire

import (
	"google.golang.org/protobuf/encoding/protowire"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/reflect/protoreflect"

	transformerv1 "github.com/rudder-clevertap/rudder-clevertap/gen/transformer/v1"
	"github.com/rudder-clevertap/rudder-clevertap/internal/contract"
)

// Kind says which message a Request is.
type Kind uint8

// The kinds of requests.
const (
	// Transform is a TransformRequest: one event.
	Transform Kind = iota
	// BatchTransform is a BatchTransformRequest.
	BatchTransform
	// StreamTransform is a StreamTransformRequest.
	StreamTransform
	// Deliver is a DeliverRequest, and StreamDeliver a StreamDeliverRequest. Their answers are generated messages.
	Deliver
	StreamDeliver
)

// kinds has a row for each kind. Another request with events and a target needs no more than a row: the rest
// is in its descriptor.
//
//nolint:gochecknoglobals // A table; nothing writes to it.
var kinds = [...]kindRow{
	Transform:       newKind(&transformerv1.TransformRequest{}),
	BatchTransform:  newKind(&transformerv1.BatchTransformRequest{}),
	StreamTransform: newKind(&transformerv1.StreamTransformRequest{}),
	Deliver:         newKind(&transformerv1.DeliverRequest{}),
	StreamDeliver:   newKind(&transformerv1.StreamDeliverRequest{}),
}

// kindRow is what the descriptor of a request says.
type kindRow struct {
	fields

	empty protoreflect.MessageType
	// single says that the message has one event, and not a list.
	single bool
	// needsTarget says that it must name its destination.
	needsTarget bool
	// form and target are the choices among forms of the one event, and among ways to name a destination.
	form, target protoreflect.OneofDescriptor
}

// fields are the field numbers of a message; 0 where it has no such field.
type fields struct {
	sequence, event, eventJSON, destination, destinationJSON, destinationID protowire.Number
	minSeverity, explain, unordered, dryRun                                 protowire.Number
}

// newKind reads a descriptor.
func newKind(message proto.Message) kindRow {
	of := message.ProtoReflect().Descriptor()
	number := func(names ...protoreflect.Name) protowire.Number {
		for _, name := range names {
			if field := of.Fields().ByName(name); field != nil {
				return field.Number()
			}
		}
		return 0
	}
	row := kindRow{
		fields: fields{
			sequence: number("sequence"), event: number("event", "events"),
			eventJSON:   number("event_json", "events_json"),
			destination: number("destination"), destinationJSON: number("destination_json"),
			destinationID: number("destination_id"),
			minSeverity:   number("min_severity"), explain: number("explain"),
			unordered: number("allow_out_of_order"), dryRun: number("dry_run"),
		},
		empty: message.ProtoReflect().Type(), form: of.Oneofs().ByName("event_form"),
		target: of.Oneofs().ByName("target"),
	}
	row.single = row.form != nil
	row.needsTarget = contract.IsRequired(row.target)
	return row
}

// kindOf finds the kind of a message.
func kindOf(message protoreflect.MessageDescriptor) (Kind, bool) {
	for i := range kinds {
		if kinds[i].empty.Descriptor() == message {
			return Kind(i), true
		}
	}
	return 0, false
}
