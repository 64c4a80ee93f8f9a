package guide

import (
	"bytes"

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
	properties, err := r.needed("properties")
	if err != nil {
		return err
	}
	record := r.newEvent()
	data := r.Doc.NewObject()
	switch text := bytes.TrimSpace(name.Bytes()); {
	case rules.EqualFold(text, rules.OrderCompleted):
		if err := r.purchase(data, properties); err != nil {
			return err
		}
		record.SetText("evtName", clevertap.ChargedEvent)
		r.Derive(record.Last(), name)
	case rules.EqualFold(text, charged):
		if err := r.charge(data, properties); err != nil {
			return err
		}
		record.SetText("evtName", clevertap.ChargedEvent)
		r.Derive(record.Last(), name)
	default:
		r.copyProperties(data, properties)
		record.Set("evtName", name)
	}
	return r.finish(record, data, properties)
}

// charged is clevertap.ChargedEvent in lower case.
const charged = "charged"

// page builds the event record of a page call.
func (r run) page() *rules.Error { return r.view(r.Rules.Page) }

// screen builds the event record of a screen call.
func (r run) screen() *rules.Error { return r.view(r.Rules.Screen) }

// view builds the event record of a page or screen call.
func (r run) view(by rules.Naming) *rules.Error {
	properties, err := r.needed("properties")
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
		r.Derive(text, name)
		record.Set("evtName", text)
	} else {
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
		if r.PassedOver {
			return r.namesNobody("userId")
		}
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

// trackName reads the name of a track event: `event`, else `properties.event`. A blank one is none.
func (r run) trackName() (document.Value, *rules.Error) {
	if r.Parts.Name.Exists() {
		return r.Parts.Name, nil
	}
	name, err := r.name(r.Event, "", "event")
	if err == nil && blank(name.Bytes()) {
		var properties document.Value
		if properties, err = r.needed("properties"); err == nil {
			name, err = r.name(properties, "properties", "event")
		}
	}
	if err == nil && blank(name.Bytes()) {
		err = &rules.Error{
			Reason: rules.MissingEventName, Field: "event", Kind: r.Event.Get("event").Kind(),
			Message: "a track call needs an event: the name of what happened",
		}
	}
	r.Parts.Name = name
	return name, err
}

// viewName reads the name of a page or screen: the first present of event, properties.event, name and
// properties.name.
func (r run) viewName(properties document.Value) (document.Value, *rules.Error) {
	for _, key := range []string{"event", "name"} {
		if name, err := r.name(r.Event, "", key); err != nil || name.Exists() {
			return name, err
		}
		if name, err := r.name(properties, "properties", key); err != nil || name.Exists() {
			return name, err
		}
	}
	return document.Value{}, nil
}

// name reads a name under a key; one that is not present is absent, and a number becomes text.
func (r run) name(in document.Value, container, key string) (document.Value, *rules.Error) {
	v := in.Get(key)
	switch {
	case !present(v):
		return document.Value{}, nil
	case v.Kind() == document.String:
		return v, nil
	case v.Kind() == document.Number:
		return r.numberAsText(v, container, key), nil
	default:
		return document.Value{}, wrongType(rules.Path(container, key), v, "a string")
	}
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
