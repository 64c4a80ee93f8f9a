package dropin

import (
	"bytes"
	"slices"

	"github.com/rudder-clevertap/rudder-clevertap/internal/apierr"
	"github.com/rudder-clevertap/rudder-clevertap/mapping"
	"github.com/rudder-clevertap/rudder-clevertap/mapping/document"
	"github.com/rudder-clevertap/rudder-clevertap/mapping/javascript"
)

// eventItem is one event of a request with what goes along with it. Each part is the text of a value, or
// nothing; it is valid until the next one is read.
type eventItem struct {
	// raw is the whole event as it came.
	raw []byte
	// message is what to transform, always an object. metadata and destination are echoed.
	message, metadata, destination []byte
	// connection is that of a request in the compacted form.
	connection []byte
	destinationConfig
}

// destinationConfig are what matters of a destination.
type destinationConfig struct {
	id, config []byte
	// static says that the destination has no dynamic config, even if it looks like it; so does RudderStack
	// then group.
	static bool
	// templated: the config may have templates.
	templated bool
}

// itemReader reads the events of a request.
type itemReader struct {
	// text is the request's body.
	text []byte
	// compacted: destinations and connections are told by id.
	compacted                 bool
	destinations, connections map[string][]byte
	// router: as for the router's route, each event has metadata, with this secret if there is one, and its
	// destination is always looked up.
	router bool
	secret []byte

	// last is the destination that was cut into parts last. Most events of a request have the same.
	last      []byte
	lastParts destinationConfig

	event, part document.Document
	// edited is the text of parts that are not echoed as they came.
	edited []byte
}

// emptyObject is what stands for a missing object.
const emptyObject = "{}"

// begin makes the reader ready for a body. The error is a *refusal.
func (r *itemReader) begin(body *requestBody, compacted bool) (err error) {
	r.text, r.compacted = body.text, compacted
	if compacted {
		if r.destinations, err = index(body.destinations, "destinations"); err == nil {
			r.connections, err = index(body.connections, "connections")
		}
	}
	return err
}

// index returns the members of an object by key, those that JavaScript would take for a value. The error is a
// *refusal.
func index(object []byte, of string) (map[string][]byte, error) {
	members, count := map[string][]byte{}, 0
	parts(object, func(key, value []byte) {
		if count++; count > maxIndexed {
			return
		}
		switch string(value) {
		case "null", "false", "0", `""`:
			delete(members, document.Unquote(key))
		default:
			members[document.Unquote(key)] = value
		}
	})
	if count > maxIndexed {
		return nil, refuseCount(count, of, maxIndexed)
	}
	return members, nil
}

// reset forgets the body and keeps the memory.
func (r *itemReader) reset() {
	const kept = 1 << 20
	if cap(r.edited) > kept {
		r.edited = nil
	}
	r.event.Reset()
	r.part.Reset()
	*r = itemReader{event: r.event, part: r.part, edited: r.edited}
}

// read takes the parts of an event, finds its destination and fills in its dynamic config. The error says why
// it can't be transformed; what is known of it is there all the same.
func (r *itemReader) read(mark eventMark) (eventItem, *mapping.Error) {
	item := eventItem{
		raw: mark.raw.of(r.text), message: mark.message.of(r.text), metadata: mark.metadata.of(r.text),
		destination: mark.destination.of(r.text),
	}
	r.edited = r.edited[:0]
	if r.router {
		r.enrichMetadata(&item)
	}
	if kind := document.KindAt(item.raw); kind != document.Object {
		return item, &mapping.Error{
			Reason: mapping.InvalidFieldType, Kind: kind,
			Message: "the event must be an object, but is " + kind.String(),
		}
	}
	if document.KindAt(item.message) != document.Object {
		item.message = []byte(emptyObject)
	}
	if r.compacted {
		if err := r.lookUp(&item); err != nil {
			return item, err
		}
	}
	if kind := document.KindAt(item.destination); kind <= document.Null {
		return item, &mapping.Error{
			Reason: mapping.InvalidDestination, Field: "destination", Kind: kind,
			Message: "the event has no destination",
		}
	}
	item.destinationConfig = r.destinationParts(item.destination)
	if item.templated && !item.static {
		return item, r.fillIn(&item)
	}
	return item, nil
}

// enrichMetadata gives an event of the router metadata, if it has none, and the secret, if there is one.
func (r *itemReader) enrichMetadata(item *eventItem) {
	if document.KindAt(item.metadata) != document.Object {
		item.metadata = []byte(emptyObject)
	}
	if r.secret == nil {
		return
	}
	dst, written := append(r.edited, '{'), false
	add := func(key, value []byte) {
		if len(dst) > 1 {
			dst = append(dst, ',')
		}
		dst = append(append(append(dst, key...), ':'), value...)
	}
	parts(item.metadata, func(key, value []byte) {
		if !document.QuotedIs(key, "secret") {
			add(key, value)
		} else if !written {
			add(key, r.secret)
			written = true
		}
	})
	if !written {
		add([]byte(`"secret"`), r.secret)
	}
	r.edited = append(dst, '}')
	item.metadata = slices.Clip(r.edited)
}

// lookUp finds the destination and the connection of an event in the compacted form.
func (r *itemReader) lookUp(item *eventItem) *mapping.Error {
	var source, destination []byte
	parts(item.metadata, func(key, value []byte) {
		switch {
		case document.QuotedIs(key, "sourceId"):
			source = value
		case document.QuotedIs(key, "destinationId"):
			destination = value
		}
	})
	id, truthy := r.asText(destination)
	if !truthy && !r.router {
		return nil
	}
	item.destination = r.destinations[id]
	if item.destination == nil {
		return &mapping.Error{
			Reason: apierr.UnknownDestination, Field: "metadata.destinationId",
			Message: "no destination found for id " + id,
		}
	}
	sourceID, _ := r.asText(source)
	item.connection = r.connections[sourceID+":"+id]
	if item.connection == nil {
		return &mapping.Error{
			Reason: apierr.UnknownDestination, Field: "metadata.sourceId",
			Message: "no connection found for id " + sourceID + ":" + id,
		}
	}
	return nil
}

// asText returns a value as JavaScript writes it into a text, and whether it is truthy.
func (r *itemReader) asText(value []byte) (text string, truthy bool) {
	if document.KindAt(value) == document.String {
		text = document.Unquote(value)
		return text, text != ""
	}
	if r.part.Parse(value, lenient()) != nil {
		return "undefined", false
	}
	written, err := javascript.AppendText(nil, r.part.Root())
	if err != nil {
		return "[object Object]", true
	}
	return string(written), javascript.Truthy(r.part.Root())
}

// lenient is how tolerant the parser of events and destinations is.
func lenient() document.Options {
	return document.Options{DuplicateKeys: true, LoneSurrogates: true, MaxDepth: 2000}
}

// destinationParts cuts a destination into parts.
func (r *itemReader) destinationParts(destination []byte) destinationConfig {
	if r.last != nil && bytes.Equal(destination, r.last) {
		return r.lastParts
	}
	var found destinationConfig
	parts(destination, func(key, value []byte) {
		switch {
		case document.QuotedIs(key, "ID"):
			found.id = value
		case document.QuotedIs(key, "Config"):
			found.config = value
		case document.QuotedIs(key, "hasDynamicConfig"):
			found.static = string(value) == "false"
		}
	})
	// A brace may also be written as an escape.
	found.templated = bytes.Contains(found.config, []byte("{{")) ||
		bytes.Contains(found.config, []byte(`\u007`))
	r.last, r.lastParts = destination, found
	return found
}
