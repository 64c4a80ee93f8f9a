package mapping

import (
	"strconv"

	"github.com/rudder-clevertap/rudder-clevertap/mapping/document"
)

// Event names with a meaning of their own.
const (
	// orderCompleted is the name, in lower case, of the track call that becomes a purchase.
	orderCompleted = "order completed"
	// chargedName is CleverTap's name for a purchase.
	chargedName = "Charged"
)

// track builds the event record of a track call. An order becomes a purchase.
func track(m *Mapper, _ string) *Error {
	name, err := m.trackName()
	if err != nil {
		return err
	}
	properties, err := object(m.event, "", "properties")
	if err != nil {
		return err
	}
	record := m.newEvent()
	data := m.doc.NewObject()
	switch {
	case equalFold(name.Bytes(), orderCompleted):
		if err := m.purchase(data, properties); err != nil {
			return err
		}
		record.SetText("evtName", chargedName)
	case name.Is(chargedName):
		if err := m.charge(data, properties); err != nil {
			return err
		}
		record.Set("evtName", name)
	default:
		m.reserved(name.Bytes(), "event")
		m.copyProperties(data, properties)
		record.Set("evtName", name)
	}
	return m.finish(record, data, properties)
}

// page builds the event record of a page call.
func page(m *Mapper, _ string) *Error { return m.view(m.to.rules.pageName) }

// screen builds the event record of a screen call.
func screen(m *Mapper, _ string) *Error { return m.view(m.to.rules.screenName) }

// view builds the event record of a page or screen call.
func (m *Mapper) view(by naming) *Error {
	properties, err := object(m.event, "", "properties")
	if err != nil {
		return err
	}
	name, err := m.viewName(properties)
	if err != nil {
		return err
	}
	eventName := by.nameless
	record := m.newEvent()
	if name.Exists() {
		text := m.doc.Build(func(dst []byte) []byte { return append(append(dst, by.prefix...), name.Bytes()...) })
		m.reserved(text.Bytes(), "name")
		record.Set("evtName", text)
	} else {
		m.reserved([]byte(eventName), "name")
		record.SetText("evtName", eventName)
	}
	data := m.doc.NewObject()
	m.copyProperties(data, properties)
	return m.finish(record, data, properties)
}

// newEvent begins an event record.
func (m *Mapper) newEvent() document.Value {
	record := m.doc.NewObject()
	record.SetText("type", "event")
	return record
}

// finish completes an event record: its data, whom it is about and when it happened.
func (m *Mapper) finish(record, data, properties document.Value) *Error {
	who, err := m.who()
	if err != nil {
		return err
	}
	if !m.to.trackAnonymous && !who.userID.Exists() {
		return &Error{
			Reason: AnonymousTrackingDisabled, Field: "userId", Kind: m.event.Get("userId").Kind(),
			Message: "the event has no userId and the destination does not track anonymous visitors: give a userId or turn trackAnonymous on",
		}
	}
	record.Set("evtData", data)
	m.identifyRecord(record, who)
	m.setTime(record, properties.Get("ts"), "properties")
	m.emit(record, false)
	return nil
}

// trackName reads the name of a track event: `event`, else `properties.event`.
func (m *Mapper) trackName() (document.Value, *Error) {
	name, where := m.event.Get("event"), "event"
	if !present(name) {
		properties, err := object(m.event, "", "properties")
		if err != nil {
			return name, err
		}
		if name, where = properties.Get("event"), "properties.event"; !present(name) {
			return name, &Error{
				Reason: MissingEventName, Field: "event", Kind: m.event.Get("event").Kind(),
				Message: "a track call needs an event: the name of what happened",
			}
		}
	}
	if name.Kind() != document.String {
		return name, wrongType(where, name, "a string")
	}
	return name, nil
}

// viewName reads the name of a page or screen: the first present of event, properties.event, name and properties.name.
func (m *Mapper) viewName(properties document.Value) (document.Value, *Error) {
	for _, key := range []string{"event", "name"} {
		name, where := m.event.Get(key), key
		if !present(name) {
			name, where = properties.Get(key), "properties."+key
		}
		if !present(name) {
			continue
		}
		if name.Kind() != document.String {
			return name, wrongType(where, name, "a string")
		}
		return name, nil
	}
	return document.Value{}, nil
}

// copyProperties writes properties as CleverTap takes them, without nulls.
func (m *Mapper) copyProperties(data, properties document.Value) {
	for p := properties.First(); p.Exists(); p = p.Next() {
		m.property(data, p)
	}
}

// property writes one property under its own name.
func (m *Mapper) property(data, p document.Value) {
	switch {
	case !hasValue(p):
	case m.to.rules.chargedRoles.of(p.KeyBytes()) == structured:
		data.Add(p)
	default:
		m.addFlat(data, p, "properties")
	}
}

// purchase writes the data of an order as a purchase's: the mapped fields, then every other property.
func (m *Mapper) purchase(data, properties document.Value) *Error {
	rules := m.to.rules
	if v := properties.Get("products"); present(v) {
		if err := checkItems(v, "properties.products"); err != nil {
			return err
		}
	}
	for _, f := range rules.charged {
		if v := properties.Get(f.from); present(v) {
			m.setField(data, f, v, "properties")
		}
	}
	for p := properties.First(); p.Exists(); p = p.Next() {
		switch rules.chargedRoles.of(p.KeyBytes()) {
		case internal:
			continue
		case target:
			if data.Find(p.KeyBytes()).Exists() {
				m.diagnoseOverridden("properties", p)
				continue
			}
			if err := m.item(data, p); err != nil {
				return err
			}
		default:
			m.property(data, p)
		}
	}
	return nil
}

// charge writes the properties of a track call that is a purchase under CleverTap's own name: Items stays structured.
func (m *Mapper) charge(data, properties document.Value) *Error {
	for p := properties.First(); p.Exists(); p = p.Next() {
		if string(p.KeyBytes()) == "ts" {
			continue
		}
		if err := m.item(data, p); err != nil {
			return err
		}
	}
	return nil
}

// item writes a property of a purchase; Items is checked and stays structured.
func (m *Mapper) item(data, p document.Value) *Error {
	if string(p.KeyBytes()) != "Items" || !present(p) {
		m.property(data, p)
		return nil
	}
	if err := checkItems(p, "properties.Items"); err != nil {
		return err
	}
	data.Add(p)
	return nil
}

// items lets a purchase's items stay structured.
func items(_ *Mapper, v document.Value, _, _ string) (document.Value, bool) { return v, true }

// checkItems makes sure that items are an array of objects.
func checkItems(v document.Value, field string) *Error {
	if v.Kind() != document.Array {
		return &Error{
			Reason: InvalidProducts, Field: field, Kind: v.Kind(),
			Message: field + " must be an array of objects, not " + v.Kind().String(),
		}
	}
	index := 0
	for e := v.First(); e.Exists(); e = e.Next() {
		if e.Kind() != document.Object {
			at := field + "[" + strconv.Itoa(index) + "]"
			return &Error{
				Reason: InvalidProducts, Field: at, Kind: e.Kind(),
				Message: at + " must be an object, not " + e.Kind().String(),
			}
		}
		index++
	}
	return nil
}

// reservedName is an event name that CleverTap refuses (code 513), in lower case and without blanks, as it compares names.
const reservedName = "webpageviewed"

// reserved says so when CleverTap reserves an event's name.
func (m *Mapper) reserved(name []byte, field string) {
	at := 0
	for _, c := range name {
		if c == ' ' {
			continue
		}
		if at == len(reservedName) || c|0x20 != reservedName[at] {
			return
		}
		at++
	}
	if at == len(reservedName) {
		m.diagnose(SeverityError, ReservedEventName, "", field,
			"CleverTap reserves the event name Web Page Viewed and refuses the record: give the page a name")
	}
}
