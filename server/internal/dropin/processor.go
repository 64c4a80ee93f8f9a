package dropin

import "github.com/rudder-clevertap/rudder-clevertap/mapping"

// processor answers a processor transform: an item for each request to CleverTap, and for each event that
// failed, in the order of the events.
func (s *Service) processor(x *exchange) error {
	name := x.head.GetDestination()
	if !isOurs(name) {
		return refuseDestination(name)
	}
	body, refused := readBody(x.body, x.marks)
	switch {
	case refused != nil:
		return refused
	case x.head.GetCompacted() && (body.array || body.input == nil):
		return refuse("the body must be an object with input, destinations and connections: its X-Content-Format is compacted")
	case !x.head.GetCompacted() && !body.array:
		return refuse("the body must be an array of events, as JSON with Content-Type application/json")
	case body.count == 0:
		return refuse("the body has no events")
	}
	return s.transform(x, body, "processor", name, func(t *work) error {
		return t.processorItems(body)
	})
}

// processorItems writes the items of a processor transform, and sends them as they come.
func (t *work) processorItems(body *requestBody) (err error) {
	t.write("[")
	first := true
	body.each(func(event eventMark) bool {
		if err = t.alive(); err != nil {
			return false
		}
		if !first {
			t.write(",")
		}
		first = false
		item, failed := t.items.read(event)
		result, to := t.apply(&item, failed)
		if err = t.over; err != nil {
			return false
		}
		t.processorItem(&item, result, to)
		err = t.out.check()
		return err == nil
	})
	t.write("]")
	return err
}

// processorItem writes what one event became.
func (t *work) processorItem(item *eventItem, result *mapping.Result, to *compiledDestination) {
	if result.Err != nil {
		t.write("{")
		t.processorMetadata(item, "", ",")
		t.writeError(result.Err.Reason, result.Err.Message, item.metadata)
		t.write("}")
		return
	}
	for i, record := range result.Records {
		if i > 0 {
			t.write(",")
		}
		t.write(`{"output":`)
		t.writeText(to.opening)
		t.writeRecords(record)
		t.write(closing + `,"userId":""}`)
		t.processorMetadata(item, ",", "")
		t.write(`,"statusCode":200}`)
	}
}

// processorMetadata writes an event's metadata, if it has any.
func (t *work) processorMetadata(item *eventItem, before, after string) {
	if item.metadata != nil {
		t.write(before)
		t.write(`"metadata":`)
		t.writeText(item.metadata)
		t.write(after)
	}
}
