package dropin

import (
	"bytes"
	"encoding/json"

	"github.com/rudder-clevertap/rudder-clevertap/clevertap"
	"github.com/rudder-clevertap/rudder-clevertap/mapping"
	"github.com/rudder-clevertap/rudder-clevertap/mapping/document"
	"github.com/rudder-clevertap/rudder-clevertap/mapping/javascript"
)

// router answers a router transform: for each group of events, its batches and then an item for each event
// that failed; last come the events that belong to no group.
func (s *Service) router(x *exchange) error {
	body, refused := readBody(x.body, x.marks)
	if refused != nil {
		return refused
	}
	if body.count == 0 {
		x.answer.begin()
		x.answer.buffer = append(x.answer.buffer, `{"output":[{"metadata":[{`...)
		if body.destType != nil {
			x.answer.buffer = append(append(x.answer.buffer, `"destType":`...), body.destType...)
		}
		x.answer.buffer = append(
			x.answer.buffer, `}],"batched":false,"statusCode":400,"error":"Invalid event array"}]}`...,
		)
		return nil
	}
	name, err := ourName(body)
	if err != nil {
		return err
	}
	x.items.router = true
	if secret := x.head.GetOauthSecret(); secret != "" {
		if !json.Valid([]byte(secret)) {
			return refuseBody("the oauth-secret header must be JSON")
		}
		x.items.secret = []byte(secret)
	}
	return s.transform(x, body, "router", name, func(t *work) error {
		router := routerWork{work: t}
		return router.answer(body)
	})
}

// ourName returns the name that a body has for its destination, which must be ours.
func ourName(body *requestBody) (string, error) {
	if body.destType == nil {
		return "", refuse("destType is missing: name the destination")
	}
	name := string(body.destType)
	if document.KindAt(body.destType) == document.String {
		name = document.Unquote(body.destType)
	}
	if !isOurs(name) {
		return "", refuseDestination(name)
	}
	return name, nil
}

// routerWork is one router transform.
type routerWork struct {
	*work

	keys stableKeys
	// groups are in the order of their first events; byKey finds them.
	groups []*routerGroup
	byKey  map[string]*routerGroup
	// ungrouped counts the events that belong to no group.
	ungrouped int
	// written counts the items in the answer.
	written int
	batch   routerBatch
}

// routerGroup are the events that may go to CleverTap together.
type routerGroup struct {
	events []eventMark
	// metadata is that of the first event: errors name its destination and workspace.
	metadata []byte
	failed   []failedEvent
}

// failedEvent is an event that can't be transformed, and why.
type failedEvent struct {
	event   eventMark
	reason  mapping.Reason
	message string
}

// routerBatch is the batch that is being written: how many records it has so far, and what follows them. Its
// records go straight into the answer, which leaves in pieces. By way of a mapping.Packer, which holds a
// batch until it is full, a request of 100 events took 1.1 times as long and 4.5 times the memory (83 KB →
// 380 KB, 572 → 695 allocations), and one of 1,000 took 1.2 times as long (2.5 MB → 5.8 MB, 3,312 → 4,347
// allocations), measured over HTTP.
type routerBatch struct {
	records               int
	metadata, destination []byte
}

// answer writes the whole answer.
func (t *routerWork) answer(body *requestBody) error {
	t.byKey = map[string]*routerGroup{}
	t.write(`{"output":[`)
	if err := t.group(body); err != nil {
		return err
	}
	for i, group := range t.groups {
		if err := t.groupItems(group); err != nil {
			return err
		}
		t.groups[i] = nil // its memory is free
	}
	if t.ungrouped > 0 {
		if err := t.ungroupedItems(body); err != nil {
			return err
		}
	}
	t.write(`]}`)
	return nil
}

// group puts the events into groups. Those that can't be read stay ungrouped.
func (t *routerWork) group(body *requestBody) (err error) {
	body.each(func(event eventMark) bool {
		if err = t.alive(); err != nil {
			return false
		}
		item, failed := t.items.read(event)
		if failed != nil {
			t.ungrouped++
			return true
		}
		key := t.keys.of(&item)
		group := t.byKey[string(key)]
		if group == nil {
			group = &routerGroup{metadata: bytes.Clone(item.metadata)}
			const groupBytes = 256
			if err = t.keep(groupBytes + len(key) + len(item.metadata)); err != nil {
				return false
			}
			t.byKey[string(key)] = group
			t.groups = append(t.groups, group)
		}
		group.events = append(group.events, event)
		return true
	})
	return err
}

// groupItems writes the batches of a group, and then its failures.
func (t *routerWork) groupItems(group *routerGroup) error {
	for _, event := range group.events {
		if err := t.alive(); err != nil {
			return err
		}
		if err := t.add(group, event); err != nil {
			return err
		}
	}
	if err := t.closeBatch(); err != nil {
		return err
	}
	for _, failed := range group.failed {
		item, _ := t.items.read(failed.event)
		t.failure(&item, failed.reason, failed.message, group.metadata)
		if err := t.out.check(); err != nil {
			return err
		}
	}
	return nil
}

// add transforms an event into the open batch, or notes why it failed.
func (t *routerWork) add(group *routerGroup, event eventMark) error {
	item, failed := t.items.read(event)
	if record, ok := t.transformedBefore(item.message); ok && failed == nil {
		return t.addTransformed(group, event, &item, record)
	}
	result, to := t.apply(&item, failed)
	if result.Err != nil {
		group.failed = append(group.failed, failedEvent{event, result.Err.Reason, result.Err.Message})
		return nil //nolint:nilerr // It becomes an item of the answer.
	}
	if err := t.room(len(result.Records), &item, to); err != nil {
		return err
	}
	t.writeRecords(result.Records...)
	return t.out.check()
}

// room makes room for the records of an event in the open batch. One that would be too full is closed first.
func (t *routerWork) room(records int, item *eventItem, to *compiledDestination) error {
	if t.batch.records+records > clevertap.MaxRecords {
		if err := t.closeBatch(); err != nil {
			return err
		}
	}
	if t.batch.records == 0 {
		t.comma()
		t.write(`{"batchedRequest":`)
		t.writeText(to.opening)
		t.batch.destination = append(t.batch.destination[:0], item.destination...)
	} else {
		t.write(",")
		t.batch.metadata = append(t.batch.metadata, ',')
	}
	t.batch.records += records
	t.batch.metadata = append(t.batch.metadata, item.metadata...)
	return nil
}

// closeBatch writes the end of the open batch, if there is one.
func (t *routerWork) closeBatch() error {
	if t.batch.records == 0 {
		return nil
	}
	t.write(closing + `,"batched":true},"metadata":[`)
	t.writeText(t.batch.metadata)
	t.write(`],"batched":false,"statusCode":200,"destination":`)
	t.writeText(t.batch.destination)
	t.write("}")
	t.batch.records, t.batch.metadata = 0, t.batch.metadata[:0]
	return t.out.check()
}

// comma separates items.
func (t *routerWork) comma() {
	if t.written > 0 {
		t.write(",")
	}
	t.written++
}

// failure writes the item of an event that failed. Its tags name what the given metadata names.
func (t *routerWork) failure(item *eventItem, reason mapping.Reason, message string, tagged []byte) {
	t.comma()
	t.write(`{"metadata":[`)
	t.writeText(item.metadata)
	t.write(`],"batched":false,`)
	t.writeError(reason, message, tagged)
	if item.destination != nil {
		t.write(`,"destination":`)
		t.writeText(item.destination)
	}
	t.write("}")
}

// ungroupedItems writes the items of the events that can't be read.
func (t *routerWork) ungroupedItems(body *requestBody) (err error) {
	body.each(func(event eventMark) bool {
		if err = t.alive(); err != nil {
			return false
		}
		item, failed := t.items.read(event)
		if failed == nil {
			return true
		}
		t.apply(&item, failed)
		t.failure(&item, failed.Reason, failed.Message, item.metadata)
		err = t.out.check()
		return err == nil
	})
	return err
}

// transformedBefore returns the message as a tree when it was transformed before, which a truthy statusCode
// tells.
func (t *routerWork) transformedBefore(message []byte) (document.Value, bool) {
	const mark = "statusCode"
	if !bytes.Contains(message, []byte(mark)) {
		return document.Value{}, false
	}
	doc := &t.items.event
	if doc.Parse(message, lenient()) != nil {
		return document.Value{}, false
	}
	javascript.Normalize(doc)
	return doc.Root(), javascript.Truthy(doc.Root().Get(mark))
}

// addTransformed adds the first record of a message that was transformed before. A message without records
// adds null, which is what rudder-transformer does.
func (t *routerWork) addTransformed(
	group *routerGroup, event eventMark, item *eventItem, message document.Value,
) error {
	to := t.destination(item.config)
	result := &mapping.Result{CallType: "other", Err: to.err}
	record, failed := firstRecord(message)
	switch {
	case result.Err != nil:
	case document.KindAt(item.config) <= document.Null:
		result.Err = &mapping.Error{
			Reason: mapping.InvalidDestination, Field: "destination.Config",
			Message: "the destination has no Config",
		}
	default:
		result.Err = failed
	}
	t.count(result)
	if result.Err != nil {
		group.failed = append(group.failed, failedEvent{event, result.Err.Reason, result.Err.Message})
		return nil //nolint:nilerr // It becomes an item of the answer.
	}
	if err := t.room(1, item, to); err != nil {
		return err
	}
	javascript.Finite(record)
	t.out.buffer = record.AppendJSON(t.out.buffer)
	return t.out.check()
}

// firstRecord returns body.JSON.d[0] of a message, which may be absent, but only within an array.
func firstRecord(message document.Value) (document.Value, *mapping.Error) {
	content := message.Get("body").Get("JSON")
	if javascript.Nullish(content) {
		return document.Value{}, nil
	}
	records := content.Get("d")
	if records.Kind() != document.Array {
		return document.Value{}, &mapping.Error{
			Reason: mapping.InvalidFieldType, Field: "body.JSON.d", Kind: records.Kind(),
			Message: "body.JSON.d must be an array of records, but is " + records.Kind().String(),
		}
	}
	return records.First(), nil
}
