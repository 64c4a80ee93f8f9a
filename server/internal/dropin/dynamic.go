package dropin

import (
	"strings"

	"github.com/rudder-clevertap/rudder-clevertap/mapping"
	"github.com/rudder-clevertap/rudder-clevertap/mapping/document"
	"github.com/rudder-clevertap/rudder-clevertap/mapping/javascript"
)

// dynamicConfig fills in the templates of one destination's config, `{{ path || default }}`, from the event
// that goes there. What a template takes from the event is gone from it.
type dynamicConfig struct {
	event document.Value
	// message and metadata tell that something was taken from there; config that a template was filled in.
	message, metadata, config bool
	err                       *mapping.Error
}

// fillIn fills in an event's dynamic config, and puts what that changes in place of the event's parts.
func (r *itemReader) fillIn(item *eventItem) *mapping.Error {
	if err := r.parseEvent(item); err != nil {
		return &mapping.Error{Reason: mapping.InvalidJSON, Message: err.Error()}
	}
	d := dynamicConfig{event: r.event.Root()}
	destination := d.event.Get("destination")
	d.fill(destination.Get("Config"))
	if d.err != nil || !d.config {
		return d.err
	}
	if d.message {
		item.message = []byte(emptyObject)
		if message := d.event.Get("message"); message.Kind() == document.Object {
			item.message = r.edit(message)
		}
	}
	if d.metadata {
		item.metadata = nil
		if metadata := d.event.Get("metadata"); metadata.Exists() {
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

// fill fills in the templates in a value and in all that is within it, in JavaScript's order of keys.
func (d *dynamicConfig) fill(v document.Value) {
	switch v.Kind() {
	case document.String:
		d.fillText(v)
	case document.Object, document.Array:
		if v.Kind() == document.Object {
			javascript.Order(v)
		}
		var members []document.Value
		for m := v.First(); m.Exists(); m = m.Next() {
			members = append(members, m)
		}
		for _, m := range members {
			if d.err == nil && !taken(v, m) {
				d.fillMember(v, m)
			}
		}
	default:
	}
}

// fillMember fills in a member. One that took itself away is there again when it is filled in.
func (d *dynamicConfig) fillMember(in, m document.Value) {
	d.fill(m)
	if taken(in, m) {
		in.Add(m)
	}
}

// taken reports whether a template has taken a member away.
func taken(from, m document.Value) bool {
	return from.Kind() == document.Object && from.Find(m.KeyBytes()) != m
}

// fillText fills in a text, if it is a template.
func (d *dynamicConfig) fillText(v document.Value) {
	path, fallback, ok := javascript.ParseTemplate(v.Text())
	if !ok {
		return
	}
	if name, found := strings.CutPrefix(path, "event."); found {
		path = "message." + name
	}
	d.config = true
	value := javascript.Get(d.event, path)
	if javascript.Nullish(value) {
		v.Replace(v.Document().NewString(fallback))
		return
	}
	// A copy, since the value may hold the very config that it goes into.
	value = v.Document().Embed(value)
	d.take(path, value)
	v.Replace(value)
}

// take removes what a path leads to from the event, as unset-value 2 does: a member with the whole path for a
// key always, others unless they hold nothing.
func (d *dynamicConfig) take(path string, value document.Value) {
	d.message = d.message || strings.HasPrefix(path, "message")
	d.metadata = d.metadata || strings.HasPrefix(path, "metadata")
	if whole := d.event.Get(path); whole.Exists() {
		d.event.Remove(whole)
		return
	}
	if !hasValues(value) {
		return
	}
	at, rest := d.event, path
	for {
		name, after, more := strings.Cut(rest, ".")
		next := javascript.Own(at, name)
		if !next.Exists() {
			// That program finds the value under a key with a dot in it, then looks for it as if it were
			// nested, and fails.
			d.err = &mapping.Error{
				Reason: mapping.InvalidDestination, Field: "destination.Config",
				Message: "the dynamic config " + path +
					" leads to a key with a dot in it, which can't be used",
			}
			return
		}
		if !more {
			at.Remove(next)
			return
		}
		at, rest = next, after
	}
}

// hasValues is has-values 2: whether a value holds anything but empty texts and containers.
func hasValues(v document.Value) bool {
	switch v.Kind() {
	case document.String:
		return len(v.Bytes()) > 0
	case document.Object, document.Array:
		for m := v.First(); m.Exists(); m = m.Next() {
			if hasValues(m) {
				return true
			}
		}
		return false
	default:
		return true
	}
}
