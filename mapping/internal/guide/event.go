package guide

import (
	"strconv"

	"github.com/rudder-clevertap/rudder-clevertap/clevertap"
	"github.com/rudder-clevertap/rudder-clevertap/mapping/document"
	"github.com/rudder-clevertap/rudder-clevertap/mapping/internal/rules"
)

// track builds the event record of a track call. An order becomes a purchase.
func (r run) track() *rules.Error {
	name, err := r.trackName()
	if err != nil {
		return err
	}
	properties, err := object(r.Event, "", "properties")
	if err != nil {
		return err
	}
	record := r.newEvent()
	data := r.Doc.NewObject()
	switch {
	case rules.EqualFold(name.Bytes(), rules.OrderCompleted):
		if err := r.purchase(data, properties); err != nil {
			return err
		}
		record.SetText("evtName", clevertap.ChargedEvent)
	case name.Is(clevertap.ChargedEvent):
		if err := r.charge(data, properties); err != nil {
			return err
		}
		record.Set("evtName", name)
	default:
		r.reserved(name.Bytes(), "event")
		r.copyProperties(data, properties)
		record.Set("evtName", name)
	}
	return r.finish(record, data, properties)
}

// page builds the event record of a page call.
func (r run) page() *rules.Error { return r.view(r.Rules.Page) }

// screen builds the event record of a screen call.
func (r run) screen() *rules.Error { return r.view(r.Rules.Screen) }

// view builds the event record of a page or screen call.
func (r run) view(by rules.Naming) *rules.Error {
	properties, err := object(r.Event, "", "properties")
	if err != nil {
		return err
	}
	name, err := r.viewName(properties)
	if err != nil {
		return err
	}
	eventName := by.Nameless
	record := r.newEvent()
	if name.Exists() {
		text := r.Doc.Build(func(dst []byte) []byte { return append(append(dst, by.Prefix...), name.Bytes()...) })
		r.reserved(text.Bytes(), "name")
		record.Set("evtName", text)
	} else {
		r.reserved([]byte(eventName), "name")
		record.SetText("evtName", eventName)
	}
	data := r.Doc.NewObject()
	r.copyProperties(data, properties)
	return r.finish(record, data, properties)
}

// newEvent begins an event record.
func (r run) newEvent() document.Value {
	record := r.Doc.NewObject()
	record.SetText("type", "event")
	return record
}

// finish completes an event record: its data, whom it is about and when it happened.
func (r run) finish(record, data, properties document.Value) *rules.Error {
	who, err := r.who()
	if err != nil {
		return err
	}
	if !r.To.TrackAnonymous && !who.userID.Exists() {
		return &rules.Error{
			Reason: rules.AnonymousTrackingDisabled, Field: "userId", Kind: r.Event.Get("userId").Kind(),
			Message: "the event has no userId and the destination does not track anonymous visitors: " +
				"give a userId or turn trackAnonymous on",
		}
	}
	record.Set("evtData", data)
	r.identifyRecord(record, who)
	r.setTime(record, properties.Get("ts"), "properties")
	r.Emit(record, false)
	return nil
}

// trackName reads the name of a track event: `event`, else `properties.event`.
func (r run) trackName() (document.Value, *rules.Error) {
	name, where := r.Event.Get("event"), "event"
	if !present(name) {
		properties, err := object(r.Event, "", "properties")
		if err != nil {
			return name, err
		}
		if name, where = properties.Get("event"), "properties.event"; !present(name) {
			return name, &rules.Error{
				Reason: rules.MissingEventName, Field: "event", Kind: r.Event.Get("event").Kind(),
				Message: "a track call needs an event: the name of what happened",
			}
		}
	}
	if name.Kind() != document.String {
		return name, wrongType(where, name, "a string")
	}
	return name, nil
}

// viewName reads the name of a page or screen: the first present of event, properties.event, name and
// properties.name.
func (r run) viewName(properties document.Value) (document.Value, *rules.Error) {
	for _, key := range []string{"event", "name"} {
		name, where := r.Event.Get(key), key
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
func (r run) copyProperties(data, properties document.Value) {
	for p := properties.First(); p.Exists(); p = p.Next() {
		r.property(data, p)
	}
}

// property writes one property under its own name.
func (r run) property(data, p document.Value) {
	switch {
	case !hasValue(p):
	case r.Rules.Properties.Of(p.KeyBytes()) == rules.Structured:
		data.Add(p)
	default:
		r.addFlat(data, p, "properties")
	}
}

// purchase writes the data of an order as a purchase's: the mapped fields, then every other property.
func (r run) purchase(data, properties document.Value) *rules.Error {
	if v := properties.Get("products"); present(v) {
		if err := checkItems(v, "properties.products"); err != nil {
			return err
		}
	}
	for i := range r.Rules.Properties.Mapped {
		f := &r.Rules.Properties.Mapped[i]
		if v := properties.Get(f.From); present(v) {
			r.setField(data, f, v, "properties")
		}
	}
	for p := properties.First(); p.Exists(); p = p.Next() {
		switch role := r.Rules.Properties.Of(p.KeyBytes()); {
		case role.Reserved():
		case role == rules.Target:
			if data.Find(p.KeyBytes()).Exists() {
				r.diagnoseOverridden("properties", p)
				continue
			}
			if err := r.item(data, p); err != nil {
				return err
			}
		default:
			r.property(data, p)
		}
	}
	return nil
}

// charge writes the properties of a track call that is a purchase under CleverTap's own name: Items stays
// structured.
func (r run) charge(data, properties document.Value) *rules.Error {
	for p := properties.First(); p.Exists(); p = p.Next() {
		if string(p.KeyBytes()) == "ts" {
			continue
		}
		if err := r.item(data, p); err != nil {
			return err
		}
	}
	return nil
}

// item writes a property of a purchase; Items is checked and stays structured.
func (r run) item(data, p document.Value) *rules.Error {
	if string(p.KeyBytes()) != clevertap.ChargedItems || !present(p) {
		r.property(data, p)
		return nil
	}
	if err := checkItems(p, "properties."+clevertap.ChargedItems); err != nil {
		return err
	}
	data.Add(p)
	return nil
}

// items lets a purchase's items stay structured.
func items(_ *rules.Run, _ *rules.Field, v document.Value, _ string) (document.Value, bool) {
	return v, true
}

// checkItems makes sure that items are an array of objects.
func checkItems(v document.Value, field string) *rules.Error {
	if v.Kind() != document.Array {
		return &rules.Error{
			Reason: rules.InvalidProducts, Field: field, Kind: v.Kind(),
			Message: field + " must be an array of objects, not " + v.Kind().String(),
		}
	}
	index := 0
	for e := v.First(); e.Exists(); e = e.Next() {
		if e.Kind() != document.Object {
			at := field + "[" + strconv.Itoa(index) + "]"
			return &rules.Error{
				Reason: rules.InvalidProducts, Field: at, Kind: e.Kind(),
				Message: at + " must be an object, not " + e.Kind().String(),
			}
		}
		index++
	}
	return nil
}

// reserved says so when CleverTap reserves an event's name.
func (r run) reserved(name []byte, field string) {
	if sameName(name, clevertap.PageViewedEvent) {
		r.Diagnose(rules.SeverityError, rules.ReservedEventName, "", field,
			"CleverTap reserves the event name "+clevertap.PageViewedEvent+" and refuses the record: "+
				"give the page a name")
	}
}

// sameName compares the names of events as CleverTap does: blanks and the case of letters don't count. Known
// is of letters and blanks.
func sameName(name []byte, known string) bool {
	at := 0
	for _, c := range name {
		if c == ' ' {
			continue
		}
		for at < len(known) && known[at] == ' ' {
			at++
		}
		if at == len(known) || c|0x20 != known[at]|0x20 {
			return false
		}
		at++
	}
	return at == len(known)
}
