package wire

import (
	"context"
	"fmt"
	"slices"
	"unicode/utf8"

	"google.golang.org/grpc/mem"
	"google.golang.org/protobuf/encoding/protowire"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/reflect/protoreflect"

	clevertapv1 "github.com/rudder-clevertap/rudder-clevertap/gen/clevertap/v1"
	rudderstackv1 "github.com/rudder-clevertap/rudder-clevertap/gen/rudderstack/v1"
	transformerv1 "github.com/rudder-clevertap/rudder-clevertap/gen/transformer/v1"
	"github.com/rudder-clevertap/rudder-clevertap/internal/budget"
	"github.com/rudder-clevertap/rudder-clevertap/mapping/document"
)

// Request is a request message of one of the kinds, with its events as they came. Its Kind must be set before
// it is read into. Events and settings share the memory of the message, until Release.
type Request struct {
	// Kind says which message it is.
	Kind Kind
	// Sequence is that of a message of a stream.
	Sequence uint64
	// Events are typed events, each in protobuf's wire form; EventsJSON are JSON events. A well-formed
	// request has one or the other.
	Events, EventsJSON [][]byte
	// Destination, DestinationJSON and DestinationID are where the events go: the one that Target names.
	Destination     *clevertapv1.Destination
	DestinationJSON []byte
	DestinationID   string
	// Target says which of them is given.
	Target Target
	// MinSeverity is the least severity of diagnostics to report.
	MinSeverity transformerv1.Severity
	// Explain says that the answer explains what became of each value of the events.
	Explain bool
	// AllowOutOfOrder is that of a message of a stream.
	AllowOutOfOrder bool
	// DryRun is that of a request to deliver.
	DryRun bool

	memory mem.Buffer
	// came says that the message could be read.
	came bool
	// lease is what the request takes of the server's memory.
	lease budget.Lease
	// maxEvents is how many events are kept, 0 for all; beyond counts those that were not.
	maxEvents, beyond int
}

// Target says in which of three ways a request names its destination.
type Target uint8

// The ways to name a destination.
const (
	// NoTarget: it does not.
	NoTarget Target = iota
	// TypedTarget: by typed settings.
	TypedTarget
	// JSONTarget: by settings as JSON.
	JSONTarget
	// NamedTarget: by the name that the server's configuration has for it.
	NamedTarget
)

// EventCount returns how many events the message has. Not all are in the request when they are more than the
// codec keeps.
func (r *Request) EventCount() int { return len(r.Events) + len(r.EventsJSON) + r.beyond }

// GetDestination returns the typed settings, or nil.
func (r *Request) GetDestination() *clevertapv1.Destination { return r.Destination }

// GetDestinationJson returns the settings as JSON, or nothing. Its name is that of the generated method.
func (r *Request) GetDestinationJson() []byte { return r.DestinationJSON } //nolint:revive // As generated.

// GetDestinationId returns the destination's name, or nothing. Its name is that of the generated method.
func (r *Request) GetDestinationId() string { return r.DestinationID } //nolint:revive // As generated.

// isSingle reports whether the message has one event, and not a list.
func (r *Request) isSingle() bool { return kinds[r.Kind].single }

// copies is how many bytes of memory a call takes for each of its message, as events become records, and these
// an answer.
const copies = 3

// reserve takes memory for a message. The error is that of the budget.
func (r *Request) reserve(data mem.BufferSlice) error {
	if len(data) == 1 && isNoMemory(data[0].ReadOnlyData()) {
		return budget.ErrFull
	}
	return r.lease.Reserve(context.Background(), copies*int64(data.Len()))
}

// Came reports whether the message could be read.
func (r *Request) Came() bool { return r.came }

// Release gives the memory of the message back. Events and JSON settings must not be used after it.
func (r *Request) Release() {
	if r.memory != nil {
		r.memory.Free()
		r.memory = nil
	}
	r.lease.Release()
	r.Events, r.EventsJSON, r.DestinationJSON = r.Events[:0], r.EventsJSON[:0], nil
}

// Reset empties a request that was released, so that the next one can be read into it.
func (r *Request) Reset(kind Kind) {
	*r = Request{Kind: kind, Events: r.Events[:0], EventsJSON: r.EventsJSON[:0]}
}

// unmarshal reads a request from the bytes of its message, which it goes on using.
func (r *Request) unmarshal(message []byte) error {
	f := &kinds[r.Kind].fields
	r.makeRoom(message, f)
	return document.Fields(message, func(number protowire.Number, kind protowire.Type, value []byte) error {
		switch {
		case kind == protowire.BytesType:
			return r.setBytes(f, number, value)
		case kind != protowire.VarintType:
			return nil
		}
		n, _ := protowire.ConsumeVarint(value)
		switch number {
		case f.sequence:
			r.Sequence = n
		case f.minSeverity:
			r.MinSeverity = transformerv1.Severity(int32(n)) // protobuf truncates enums like this
		case f.explain:
			r.Explain = protowire.DecodeBool(n)
		case f.unordered:
			r.AllowOutOfOrder = protowire.DecodeBool(n)
		case f.dryRun:
			r.DryRun = protowire.DecodeBool(n)
		}
		return nil
	})
}

// setBytes sets a field that has a length.
func (r *Request) setBytes(f *fields, number protowire.Number, value []byte) error {
	switch number {
	case f.event:
		if r.isSingle() {
			if len(r.Events) > 0 {
				return document.ErrUnusual // two halves of one event, to be merged
			}
			r.EventsJSON = nil
		}
		r.Events = r.take(r.Events, value)
	case f.eventJSON:
		if r.isSingle() {
			r.Events, r.EventsJSON = nil, nil
		}
		r.EventsJSON = r.take(r.EventsJSON, value)
	case f.destination:
		if r.Target == TypedTarget {
			return document.ErrUnusual
		}
		if len(value) > maxOtherBytes {
			return fmt.Errorf("destination: %w", errOther)
		}
		r.setTarget(TypedTarget)
		r.Destination = &clevertapv1.Destination{}
		if err := proto.Unmarshal(value, r.Destination); err != nil {
			return fmt.Errorf("destination: %w", err)
		}
	case f.destinationJSON:
		r.setTarget(JSONTarget)
		r.DestinationJSON = value
	case f.destinationID:
		if !utf8.Valid(value) {
			return fmt.Errorf("destination_id is not UTF-8")
		}
		r.setTarget(NamedTarget)
		r.DestinationID = string(value)
	}
	return nil
}

// take keeps an event, if there is room for it. Those beyond have been counted.
func (r *Request) take(events [][]byte, event []byte) [][]byte {
	if r.beyond > 0 && len(r.Events)+len(r.EventsJSON) == r.maxEvents {
		return events
	}
	return append(events, event)
}

// setTarget forgets what named the destination before: of a oneof, the last counts.
func (r *Request) setTarget(target Target) {
	r.Target, r.Destination, r.DestinationJSON, r.DestinationID = target, nil, nil, ""
}

// makeRoom makes room for as many events as the message has, up to the most that are kept.
func (r *Request) makeRoom(message []byte, f *fields) {
	if r.isSingle() {
		return
	}
	events, eventsJSON := 0, 0
	for len(message) > 0 {
		number, kind, size := protowire.ConsumeField(message)
		if size < 0 {
			break
		}
		if kind == protowire.BytesType && number == f.event {
			events++
		} else if kind == protowire.BytesType && number == f.eventJSON {
			eventsJSON++
		}
		message = message[size:]
	}
	if r.maxEvents > 0 {
		r.beyond = max(events+eventsJSON-r.maxEvents, 0)
		events, eventsJSON = min(events, r.maxEvents), min(eventsJSON, r.maxEvents)
	}
	r.Events = slices.Grow(r.Events[:0], events)
	r.EventsJSON = slices.Grow(r.EventsJSON[:0], eventsJSON)
}

// unmarshalUnusual reads a request by the standard codec, whatever its form.
func (r *Request) unmarshalUnusual(message []byte) error {
	if len(message) > maxOtherBytes {
		return errOther // what is merged may be lists of small messages
	}
	whole := kinds[r.Kind].empty.New().Interface()
	if err := proto.Unmarshal(message, whole); err != nil {
		return err
	}
	*r = Request{Kind: r.Kind, maxEvents: r.maxEvents, memory: r.memory, lease: r.lease}
	usual, err := proto.MarshalOptions{Deterministic: true}.Marshal(whole)
	if err != nil {
		return err
	}
	return r.unmarshal(usual)
}

// Sound reports that the request breaks no rule of the contract, by a look that costs nothing. False means
// that protovalidate must be asked, on the Outline, which also says what is wrong. A fuzz test holds the two
// together.
func (r *Request) Sound() bool {
	if r.MinSeverity < transformerv1.Severity_SEVERITY_UNSPECIFIED ||
		r.MinSeverity > transformerv1.Severity_SEVERITY_ERROR {
		return false
	}
	switch r.Target {
	case NoTarget:
		if kinds[r.Kind].needsTarget {
			return false
		}
	case NamedTarget:
		if r.DestinationID == "" {
			return false
		}
	}
	if r.isSingle() {
		return r.EventCount() == 1
	}
	return len(r.Events) == 0 || len(r.EventsJSON) == 0
}

// Outline returns the request as a message on which the contract's rules hold just when they hold on the
// request: with one empty event where there are any, since no rule looks into events.
func (r *Request) Outline() proto.Message {
	k := &kinds[r.Kind]
	m := k.empty.New()
	fields := m.Descriptor().Fields()
	set := func(number protowire.Number, value protoreflect.Value) {
		if field := fields.ByNumber(number); field != nil {
			m.Set(field, value)
		}
	}
	add := func(number protowire.Number, value protoreflect.Value) {
		if field := fields.ByNumber(number); field.IsList() {
			m.Mutable(field).List().Append(value)
		} else {
			m.Set(field, value)
		}
	}
	if len(r.Events) > 0 {
		add(k.event, protoreflect.ValueOfMessage((&rudderstackv1.Event{}).ProtoReflect()))
	}
	if len(r.EventsJSON) > 0 {
		add(k.eventJSON, protoreflect.ValueOfBytes(nil))
	}
	set(k.sequence, protoreflect.ValueOfUint64(r.Sequence))
	set(k.minSeverity, protoreflect.ValueOfEnum(protoreflect.EnumNumber(r.MinSeverity)))
	switch r.Target {
	case TypedTarget:
		set(k.destination, protoreflect.ValueOfMessage(r.Destination.ProtoReflect()))
	case JSONTarget:
		set(k.destinationJSON, protoreflect.ValueOfBytes(r.DestinationJSON))
	case NamedTarget:
		set(k.destinationID, protoreflect.ValueOfString(r.DestinationID))
	}
	return m.Interface()
}
