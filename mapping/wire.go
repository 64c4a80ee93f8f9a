package mapping

import (
	"fmt"

	"google.golang.org/protobuf/encoding/protowire"
	"google.golang.org/protobuf/proto"

	rudderstackv1 "github.com/rudder-clevertap/rudder-clevertap/gen/rudderstack/v1"
	"github.com/rudder-clevertap/rudder-clevertap/mapping/document"
)

// Typed events in their wire form are read straight into the document, and typed records written straight
// from it. Making and marshaling the messages in between (typed.go, Record.Proto) costs ten times as much as
// transforming does; a test and a fuzz test hold the two ways together. A test compares the field numbers
// below with the contract's.

// wireFields bounds the numbers of the fields that the rules read.
const wireFields = 24

// wireTexts are the fields of Event that hold texts which the rules read.
//
//nolint:gochecknoglobals // A table; nothing writes to it.
var wireTexts = [wireFields]string{
	1: "type", 2: "messageId", 3: "userId", 4: "anonymousId", 5: "channel", 7: "originalTimestamp", 9: "timestamp",
	14: "event", 17: "name", 20: "previousId",
}

// wireStructs are the fields of Event that hold open objects.
//
//nolint:gochecknoglobals // A table; nothing writes to it.
var wireStructs = [wireFields]string{13: "integrations", 15: "properties", 16: "traits"}

// wireContext is the field of Event that holds the context, and wireContextTraits the context's that holds
// the traits.
const (
	wireContext       = 6
	wireContextTraits = 7
)

// wireGroup is a message within the context of which the rules read some texts, by field number.
type wireGroup struct {
	key     string
	members [wireMembers]string
}

// wireMembers bounds the numbers of these texts.
const wireMembers = 7

// wireGroups are the fields of Context that hold such messages.
//
//nolint:gochecknoglobals // A table; nothing writes to it.
var wireGroups = [wireFields]wireGroup{
	2: {"device", [wireMembers]string{5: "type", 6: "token"}},
	3: {"os", [wireMembers]string{1: "name"}},
	4: {"library", [wireMembers]string{1: "name"}},
}

// TransformWire transforms a typed event given in protobuf's wire form, just as TransformEvent does.
func (m *Mapper) TransformWire(event []byte, to *Destination) *Result {
	m.begin(to)
	m.run.Doc.Reset()
	root, err := wireEvent(&m.run.Doc, event)
	if err != nil || m.Explain { // what the rules do not read is explained, too
		// The messages read what is unusual, and say what is wrong with the rest.
		var typed rudderstackv1.Event
		if err = proto.Unmarshal(event, &typed); err != nil {
			return m.fail(&Error{Reason: InvalidFieldType, Message: "the event can't be read: " + err.Error()})
		}
		return m.TransformEvent(&typed, to)
	}
	m.run.Doc.SetRoot(root)
	return m.transform(nil)
}

// wireEvent makes the document of a typed event.
func wireEvent(d *document.Document, wire []byte) (document.Value, error) {
	event, context := d.NewObject(), d.NewObject()
	seen := uint64(0)
	err := document.Fields(wire, func(number protowire.Number, kind protowire.Type, value []byte) error {
		if kind != protowire.BytesType || number >= wireFields {
			return nil
		}
		if seen>>number&1 == 1 {
			return document.ErrUnusual
		}
		seen |= 1 << number
		switch {
		case number == wireContext:
			return wireContextOf(context, value)
		case wireTexts[number] != "":
			return setWireText(event, wireTexts[number], value)
		case wireStructs[number] != "":
			return setWireStruct(event, wireStructs[number], value)
		default:
			return nil
		}
	})
	event.Set("context", context)
	return event, err
}

// wireContextOf reads a context.
func wireContextOf(context document.Value, wire []byte) error {
	seen := uint64(0)
	return document.Fields(wire, func(number protowire.Number, kind protowire.Type, value []byte) error {
		if kind != protowire.BytesType || number >= wireFields {
			return nil
		}
		group := &wireGroups[number]
		if group.key == "" && number != wireContextTraits {
			return nil
		}
		if seen>>number&1 == 1 {
			return document.ErrUnusual
		}
		seen |= 1 << number
		if number == wireContextTraits {
			return setWireStruct(context, "traits", value)
		}
		return setWireGroup(context, group, value)
	})
}

// setWireText sets a text that is not empty.
func setWireText(in document.Value, key string, text []byte) error {
	if len(text) == 0 {
		return nil
	}
	return in.SetTextWire(key, text)
}

// setWireStruct sets an open object.
func setWireStruct(in document.Value, key string, wire []byte) error {
	v, err := in.Document().NewStructWire(wire)
	if err != nil {
		return fmt.Errorf("%s: %w", key, err)
	}
	in.Set(key, v)
	return nil
}

// setWireGroup sets an object of some texts, those that are not empty, unless all are.
func setWireGroup(context document.Value, group *wireGroup, wire []byte) error {
	var object document.Value
	seen := uint64(0)
	err := document.Fields(wire, func(number protowire.Number, kind protowire.Type, text []byte) error {
		if kind != protowire.BytesType || number >= wireMembers || group.members[number] == "" {
			return nil
		}
		if seen>>number&1 == 1 {
			return document.ErrUnusual
		}
		if seen |= 1 << number; len(text) == 0 {
			return nil
		}
		if !object.Exists() {
			object = context.Document().NewObject()
		}
		return object.SetTextWire(group.members[number], text)
	})
	if err == nil && object.Exists() {
		context.Set(group.key, object)
	}
	return err
}

// Field numbers of clevertap.v1.Record and TokenData.
const (
	recordType, recordEvtName, recordEvtData, recordProfileData = 1, 2, 3, 4
	recordTokenData, recordIdentity, recordObjectID, recordTS   = 5, 6, 7, 8
	tokenID, tokenType, tokenKeys                               = 1, 2, 3
)

// AppendWire appends the record in protobuf's wire form, without a length, or gives the error that Proto
// gives.
func (r Record) AppendWire(dst []byte) ([]byte, *Error) {
	for m := r.value.First(); m.Exists(); m = m.Next() {
		var err error
		if dst, err = appendWireMember(dst, m); err != nil {
			return dst, notRepresentable(m, err)
		}
	}
	return dst, nil
}

// appendWireMember appends one member of a record.
func appendWireMember(dst []byte, m document.Value) ([]byte, error) {
	switch string(m.KeyBytes()) {
	case "type":
		return appendWireText(dst, recordType, m)
	case "evtName":
		return appendWireText(dst, recordEvtName, m)
	case "evtData":
		return document.AppendMessage(dst, recordEvtData, m.AppendStructWire)
	case "profileData":
		return document.AppendMessage(dst, recordProfileData, m.AppendStructWire)
	case "tokenData":
		return document.AppendMessage(dst, recordTokenData, func(dst []byte) ([]byte, error) { return appendWireToken(dst, m) })
	case "identity":
		return appendWireText(dst, recordIdentity, m)
	case "objectId":
		return appendWireText(dst, recordObjectID, m)
	case "ts":
		ts, err := typedTime(m)
		if err != nil {
			return dst, err
		}
		return protowire.AppendVarint(protowire.AppendTag(dst, recordTS, protowire.VarintType), uint64(*ts)), nil
	default:
		return dst, errUnknownMember
	}
}

// appendWireText appends a text.
func appendWireText(dst []byte, number protowire.Number, v document.Value) ([]byte, error) {
	if err := checkText(v); err != nil {
		return dst, err
	}
	return document.AppendText(dst, number, v.Bytes()), nil
}

// appendWireToken appends a device token's data.
func appendWireToken(dst []byte, v document.Value) ([]byte, error) {
	dst, err := appendWireText(dst, tokenID, v.Get("id"))
	if err != nil {
		return dst, err
	}
	if dst, err = appendWireText(dst, tokenType, v.Get("type")); err != nil {
		return dst, err
	}
	if keys := v.Get("keys"); keys.Exists() {
		return document.AppendMessage(dst, tokenKeys, keys.AppendStructWire)
	}
	return dst, nil
}
