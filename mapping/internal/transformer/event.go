package mapping

import (
	"github.com/rudder-clevertap/rudder-clevertap/mapping/document"
	"github.com/rudder-clevertap/rudder-clevertap/mapping/javascript"
)

// transformerTrack builds the event record of a track call.
func transformerTrack(m *Mapper, _ string) *Error {
	return m.transformerEvent(func(record document.Value) *Error {
		name := m.event.Get("event")
		if !javascript.Truthy(name) && !javascript.Zero(name) {
			return &Error{Reason: MissingEventName, Field: "event", Kind: name.Kind(), Message: `Missing required value from "event"`}
		}
		record.Set("evtName", name)
		return nil
	})
}

// transformerView builds the event record of a page or screen call.
func transformerView(m *Mapper, callType string) *Error {
	by := m.to.rules.pageName
	if callType == "screen" {
		by = m.to.rules.screenName
	}
	return m.transformerEvent(func(record document.Value) *Error {
		name := javascript.First(m.event, []string{"event", "properties.event", "name", "properties.name"})
		if !name.Exists() {
			record.SetText("evtName", by.nameless)
			return nil
		}
		if name.Kind() == document.Object && javascript.Truthy(name.Get("toHTML")) {
			return throws("event", name, "the name can't be read as text: it has a member toHTML")
		}
		text, err := javascript.AppendText(nil, name)
		if err != nil {
			return throws("event", name, "the name can't be read as text: "+err.Error())
		}
		html := javascript.AppendEscapedHTML([]byte(by.prefix), string(text))
		record.SetText("evtName", javascript.Trim(string(html)))
		return nil
	})
}

// transformerEvent builds the record of a track, page or screen call; setName writes its evtName.
func (m *Mapper) transformerEvent(setName func(record document.Value) *Error) *Error {
	if !m.to.trackAnonymous && !javascript.Truthy(m.userIDOnly()) {
		return &Error{
			Reason: AnonymousTrackingDisabled, Field: "userId", Kind: m.event.Get("userId").Kind(),
			Message: "userId, not present cannot track anonymous user",
		}
	}
	order, err := m.isOrder()
	if err != nil {
		return err
	}
	record := m.doc.NewObject()
	var data document.Value
	if order {
		record.SetText("evtName", chargedName)
		data, err = m.transformerPurchase()
	} else if err = setName(record); err == nil {
		data, err = m.transformerProperties()
	}
	if err != nil {
		return err
	}
	if javascript.Truthy(data) {
		if data = m.stringify(data); record.First().Is(chargedName) {
			if err := m.transformerItems(data); err != nil {
				return err
			}
		}
	}
	record.Set("evtData", data)
	if err := m.transformerTime(record, order); err != nil {
		return err
	}
	record.SetText("type", "event")
	if err := m.transformerIdentity(record); err != nil {
		return err
	}
	m.emitJavaScript(record, false)
	return nil
}

// isOrder reports whether the event's text is that of an order; also for page and screen.
func (m *Mapper) isOrder() (bool, *Error) {
	name := m.event.Get("event")
	if !javascript.Truthy(name) {
		return false, nil
	}
	if name.Kind() == document.String {
		text := name.Bytes()
		return equalFold(text, orderCompleted) || len(text) > len(orderCompleted) && javascript.ToLower(string(text)) == orderCompleted, nil
	}
	text, err := javascript.AppendText(nil, name)
	if err != nil {
		return false, throws("event", name, "the event's name can't be read as text: "+err.Error())
	}
	return javascript.ToLower(string(text)) == orderCompleted, nil
}

// transformerProperties returns the properties as they are; null and absent ones are an empty object.
func (m *Mapper) transformerProperties() (document.Value, *Error) {
	v := m.event.Get("properties")
	switch {
	case javascript.Nullish(v):
		return m.doc.NewObject(), nil
	case javascript.Truthy(v), javascript.Zero(v):
		return v, nil
	default:
		return v, &Error{Reason: InvalidFieldType, Field: "properties", Kind: v.Kind(), Message: `Missing required value from "properties"`}
	}
}

// transformerPurchase builds the data of an order.
func (m *Mapper) transformerPurchase() (document.Value, *Error) {
	data := m.doc.NewObject()
	for _, f := range m.to.rules.charged {
		if v := javascript.Get(m.event, "properties."+f.from); javascript.Truthy(v) || javascript.Zero(v) {
			data.Set(f.to, v)
		}
	}
	return data, m.extract(data, &m.to.rules.chargedRoles, "properties")
}

// transformerItems gives a purchase its items back as JSON, and makes sure that the first is an object.
func (m *Mapper) transformerItems(data document.Value) *Error {
	given := data.Get("Items")
	if !javascript.Truthy(given) {
		return nil
	}
	text, err := javascript.AppendText(nil, given)
	if err != nil {
		return throws("properties.products", given, "the products can't be read as text: "+err.Error())
	}
	var parsed document.Document
	if err := parsed.Parse(text, m.to.rules.json); err != nil {
		return throws("properties.products", given, "the products are no JSON: "+err.Error())
	}
	m.infinite = javascript.Normalize(&parsed) || m.infinite
	if first := parsed.Root().First(); parsed.Root().Kind() != document.Array || first.Kind() != document.Null && first.Kind() < document.Array {
		return &Error{
			Reason: InvalidProducts, Field: "properties.products", Kind: parsed.Root().Kind(),
			Message: "Products property value must be an array of objects",
		}
	}
	given.Replace(m.doc.Embed(parsed.Root()))
	return nil
}

// transformerTime sets the ts of an event from properties.ts. An order's is taken raw, others only if they count.
func (m *Mapper) transformerTime(record document.Value, order bool) *Error {
	raw := javascript.Get(m.event, "properties.ts")
	if javascript.Nullish(raw) || !order && !javascript.Truthy(raw) && !javascript.Zero(raw) {
		return nil
	}
	ts, err := m.secondsJavaScript(raw, "properties.ts")
	if err == nil {
		record.Set("ts", ts)
	}
	return err
}

// transformerIdentity sets the one id of an event, if there is one.
func (m *Mapper) transformerIdentity(record document.Value) *Error {
	if !m.to.objectIDMapping {
		if id := m.userIDOrAnonymous(); id.Exists() {
			record.Set("identity", id)
		}
		return nil
	}
	if anonymousID := m.event.Get("anonymousId"); javascript.Truthy(anonymousID) {
		record.Set("objectId", anonymousID)
		return nil
	}
	userID := m.userIDOnly()
	if !javascript.Truthy(userID) {
		return &Error{
			Reason: MissingIdentity, Field: "userId", Kind: userID.Kind(), Message: "Unable to process without anonymousId or userId",
		}
	}
	record.Set("identity", userID)
	return nil
}
