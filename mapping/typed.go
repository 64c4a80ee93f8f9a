package mapping

import (
	"fmt"

	"google.golang.org/protobuf/types/known/structpb"

	rudderstackv1 "github.com/rudder-clevertap/rudder-clevertap/gen/rudderstack/v1"
	"github.com/rudder-clevertap/rudder-clevertap/mapping/document"
)

// newTypedEvent makes the document of a typed event: all that the rules read, under RudderStack's names. Fields that are
// not set are absent.
func newTypedEvent(d *document.Document, e *rudderstackv1.Event) (document.Value, error) {
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
	if err := setStruct(context, "traits", e.GetContext().GetTraits()); err != nil {
		return event, fmt.Errorf("context.%w", err)
	}
	setGroup(context, "device", "token", e.GetContext().GetDevice().GetToken())
	setGroup(context, "os", "name", e.GetContext().GetOs().GetName())
	setGroup(context, "library", "name", e.GetContext().GetLibrary().GetName())
	event.Set("context", context)
	for _, f := range []struct {
		key   string
		value *structpb.Struct
	}{
		{"integrations", e.GetIntegrations()},
		{"properties", e.GetProperties()},
		{"traits", e.GetTraits()},
	} {
		if err := setStruct(event, f.key, f.value); err != nil {
			return event, err
		}
	}
	return event, nil
}

// setStruct sets an object that is given.
func setStruct(in document.Value, key string, s *structpb.Struct) error {
	if s == nil {
		return nil
	}
	v, err := in.Document().NewStruct(s)
	if err != nil {
		return fmt.Errorf("%s.%w", key, err)
	}
	in.Set(key, v)
	return nil
}

// setGroup sets an object of one text that is given.
func setGroup(in document.Value, key, member, text string) {
	if text == "" {
		return
	}
	group := in.Document().NewObject()
	group.SetText(member, text)
	in.Set(key, group)
}
