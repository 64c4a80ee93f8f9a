package gateway

import (
	"slices"

	"google.golang.org/protobuf/reflect/protoreflect"

	transformerv1 "github.com/rudder-clevertap/rudder-clevertap/gen/transformer/v1"
	"github.com/rudder-clevertap/rudder-clevertap/internal/contract"
	"github.com/rudder-clevertap/rudder-clevertap/mapping/document"
)

// The keys that tell what a body holds: one event, several, or a destination's settings alone.
const (
	eventKey       = "event"
	eventsKey      = "events"
	destinationKey = "destination"
)

// shapes are what a body should look like, by the key that tells what it holds.
//
//nolint:gochecknoglobals // A table; nothing writes to it.
var shapes = map[string]string{
	eventKey:       `{"event": {…}, "destination": {…}}`,
	eventsKey:      `{"events": [{…}, …], "destination": {…}}`,
	destinationKey: `{"destination": {…}}`,
}

// wrapperKeys are those under which other APIs take events, RudderStack's own among them; objectKeys are those
// of RudderStack's destination object.
//
//nolint:gochecknoglobals // Tables; nothing writes to them.
var (
	wrapperKeys = []string{"batch", "message", "messages", "input", "data", "payload", eventKey, eventsKey}
	objectKeys  = []string{"ID", "Name", "Config", "config", "DestinationDefinition"}
)

// hint says what a body with a key that the form does not have should look like, or nothing when that can't be
// told.
func (f *form) hint(key string, value document.Kind) string {
	holds := f.holds()
	switch {
	case holds == "":
		return ""
	case holds != destinationKey && slices.Contains(wrapperKeys, key):
		return f.hintKind(value)
	case holds != destinationKey && f.hasWithin(holds, key):
		return "an event goes into a wrapper: post " + shapes[holds]
	case slices.Contains(objectKeys, key) || f.hasWithin(destinationKey, key):
		return "a destination's settings go into a wrapper: post " + shapes[holds]
	default:
		return ""
	}
}

// hintKind says where events of a kind go, or nothing when that can't be told.
func (f *form) hintKind(given document.Kind) string {
	switch holds := f.holds(); {
	case holds == "":
		return ""
	case holds == eventKey && given == document.Array:
		several := transformerv1.File_transformer_v1_transform_service_proto.
			Services().ByName("TransformService").Methods().ByName("BatchTransform")
		method, path := contract.REST(several)
		return "several events go to " + method + " " + path + " as " + shapes[eventsKey]
	default:
		return "post " + shapes[holds]
	}
}

// holds returns the key that tells what the form's bodies hold, or nothing.
func (f *form) holds() string {
	for _, name := range []string{eventKey, eventsKey, destinationKey} {
		if f.typed(name) != nil {
			return name
		}
	}
	return ""
}

// hasWithin reports whether what goes under one key has a field of another name.
func (f *form) hasWithin(name, key string) bool {
	within := f.typed(name)
	return within != nil && within.Fields().ByJSONName(key) != nil
}

// typed returns the typed form of what goes under a key as JSON, or nil.
func (f *form) typed(name string) protoreflect.MessageDescriptor {
	for i := range f.keys {
		if k := &f.keys[i]; k.name == name && k.verbatim {
			return k.field.ContainingMessage().Fields().ByName(protoreflect.Name(name)).Message()
		}
	}
	return nil
}

// hinted returns a hint as the end of a message.
func hinted(hint string) string {
	if hint == "" {
		return ""
	}
	return "; " + hint
}
