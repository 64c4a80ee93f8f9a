package dropin

import (
	"github.com/rudder-clevertap/rudder-clevertap/mapping"
	"github.com/rudder-clevertap/rudder-clevertap/mapping/document"
	"github.com/rudder-clevertap/rudder-clevertap/mapping/javascript"
)

// fillIn fills in an event's dynamic config, and puts what that changes in place of the event's parts.
func (r *itemReader) fillIn(item *eventItem) *mapping.Error {
	if err := r.parseEvent(item); err != nil {
		return &mapping.Error{Reason: mapping.InvalidJSON, Message: err.Error()}
	}
	d := javascript.DynamicConfig{Event: r.event.Root()}
	destination := d.Event.Get("destination")
	if err := d.Fill(destination.Get("Config")); err != nil {
		return &mapping.Error{
			Reason: mapping.InvalidDestination, Field: "destination.Config", Message: err.Error(),
		}
	}
	if !d.Filled {
		return nil
	}
	if d.Message {
		item.message = []byte(emptyObject)
		if message := d.Event.Get("message"); message.Kind() == document.Object {
			item.message = r.edit(message)
		}
	}
	if d.Metadata {
		item.metadata = nil
		if metadata := d.Event.Get("metadata"); metadata.Exists() {
			item.metadata = r.edit(metadata)
		} else if r.router {
			item.metadata = []byte(emptyObject)
		}
	}
	item.destination, item.id, item.config = r.edit(destination), nil, nil
	if id := destination.Get("ID"); id.Exists() {
		item.id = r.edit(id)
	}
	if config := destination.Get("Config"); config.Exists() {
		item.config = r.edit(config)
	}
	return nil
}

// parseEvent makes a tree of an event with all that goes along with it.
func (r *itemReader) parseEvent(item *eventItem) error {
	if err := r.event.Parse(item.raw, lenient()); err != nil {
		return err
	}
	members := []struct {
		key  string
		text []byte
	}{{"message", item.message}, {"metadata", item.metadata}, {"destination", item.destination}, {"connection", item.connection}}
	root := r.event.Root()
	request := r.event.NewObject()
	request.Set("query", r.event.NewObject())
	root.Put("request", request) // which that program adds; rudder-server sends no query
	for _, m := range members {
		if m.text == nil {
			continue
		}
		if err := r.part.Parse(m.text, lenient()); err != nil {
			return err
		}
		root.Put(m.key, r.event.Embed(r.part.Root()))
	}
	return nil
}

// edit writes a value anew and returns its text.
func (r *itemReader) edit(v document.Value) []byte {
	start := len(r.edited)
	r.edited = v.AppendJSON(r.edited)
	return r.edited[start:len(r.edited):len(r.edited)]
}
