package mapping

import (
	"errors"

	"google.golang.org/protobuf/types/known/structpb"

	rudderstackv1 "github.com/rudder-clevertap/rudder-clevertap/gen/rudderstack/v1"
	"github.com/rudder-clevertap/rudder-clevertap/mapping/document"
)

// newTypedEvent makes the document of a typed event: all that the rules read, under RudderStack's names.
// Fields that are not set are absent.
func newTypedEvent(d *document.Document, e *rudderstackv1.Event) (document.Value, *Error) {
	event := d.NewObject()
	for _, f := range []struct{ key, text string }{
		{"type", e.GetType()},
		{"messageId", e.GetMessageId()},
		{"userId", e.GetUserId()},
		{"anonymousId", e.GetAnonymousId()},
		{"channel", e.GetChannel()},
		{"originalTimestamp", e.GetOriginalTimestamp()},
		{"timestamp", e.GetTimestamp()},
		{"event", e.GetEvent()},
		{"name", e.GetName()},
		{"previousId", e.GetPreviousId()},
	} {
		if f.text != "" {
			event.SetText(f.key, f.text)
		}
	}
	context := d.NewObject()
	if err := setStruct(context, "context.", "traits", e.GetContext().GetTraits()); err != nil {
		return event, err
	}
	device := e.GetContext().GetDevice()
	setGroup(context, "device", member{"type", device.GetType()}, member{"token", device.GetToken()})
	setGroup(context, "os", member{"name", e.GetContext().GetOs().GetName()})
	setGroup(context, "library", member{"name", e.GetContext().GetLibrary().GetName()})
	event.Set("context", context)
	for _, f := range []struct {
		key   string
		value *structpb.Struct
	}{
		{"integrations", e.GetIntegrations()},
		{"properties", e.GetProperties()},
		{"traits", e.GetTraits()},
	} {
		if err := setStruct(event, "", f.key, f.value); err != nil {
			return event, err
		}
	}
	return event, nil
}

// setStruct sets an object that is given. The prefix is the path of in.
func setStruct(in document.Value, prefix, key string, s *structpb.Struct) *Error {
	if s == nil {
		return nil
	}
	v, err := in.Document().NewStruct(s)
	if err != nil {
		return unreadable(prefix+key, err)
	}
	in.Set(key, v)
	return nil
}

// unreadable is the error of a typed object that can't be read, or holds a value that can't.
func unreadable(field string, err error) *Error {
	e := &Error{Reason: InvalidFieldType, Field: field, Kind: document.Object}
	if place, ok := errors.AsType[*document.PlaceError](err); ok {
		e.Field, e.Kind, err = document.Join(field, place.Path), place.Kind, place.Err
	}
	e.Message = e.Field + ": " + err.Error()
	return e
}

// member is a text and its key.
type member struct{ key, text string }

// setGroup sets an object of some texts, those that are given, unless none is.
func setGroup(in document.Value, key string, members ...member) {
	var group document.Value
	for _, m := range members {
		if m.text == "" {
			continue
		}
		if !group.Exists() {
			group = in.Document().NewObject()
		}
		group.SetText(m.key, m.text)
	}
	if group.Exists() {
		in.Set(key, group)
	}
}
