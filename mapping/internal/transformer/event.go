package transformer

import (
	"github.com/rudder-clevertap/rudder-clevertap/clevertap"
	"github.com/rudder-clevertap/rudder-clevertap/mapping/document"
	"github.com/rudder-clevertap/rudder-clevertap/mapping/internal/rules"
	"github.com/rudder-clevertap/rudder-clevertap/mapping/javascript"
)

// track builds the event record of a track call.
func (r run) track() *rules.Error {
	return r.event(func(record document.Value) *rules.Error {
		name := r.Event.Get("event")
		if !javascript.Truthy(name) && !javascript.Zero(name) {
			return &rules.Error{
				Reason: rules.MissingEventName, Field: "event", Kind: name.Kind(),
				Message: `Missing required value from "event"`,
			}
		}
		record.Set("evtName", name)
		return nil
	})
}

// page builds the event record of a page call.
func (r run) page() *rules.Error { return r.view(r.Rules.Page) }

// screen builds the event record of a screen call.
func (r run) screen() *rules.Error { return r.view(r.Rules.Screen) }

// view builds the event record of a page or screen call.
func (r run) view(by rules.Naming) *rules.Error {
	return r.event(func(record document.Value) *rules.Error {
		name, path := r.viewName()
		if !name.Exists() {
			record.SetText("evtName", by.Nameless)
			return nil
		}
		if javascript.Truthy(name.Get("toHTML")) {
			return throws(path, name, "the name can't be read as text: it has a member toHTML")
		}
		text, err := javascript.AppendText(nil, name)
		if err != nil {
			return throws(path, name, "the name can't be read as text: "+err.Error())
		}
		html := javascript.AppendEscapedHTML([]byte(by.Prefix), string(text))
		record.SetText("evtName", javascript.Trim(string(html)))
		r.Derive(record.Last(), name)
		return nil
	})
}

// viewName is the first name of a page or screen that counts, and where it is.
func (r run) viewName() (document.Value, string) {
	for _, path := range []string{"event", "properties.event", "name", "properties.name"} {
		if v := javascript.First(r.Event, []string{path}); v.Exists() {
			return v, path
		}
	}
	return document.Value{}, ""
}

// event builds the record of a track, page or screen call; setName writes its evtName.
func (r run) event(setName func(record document.Value) *rules.Error) *rules.Error {
	if !r.To.TrackAnonymous && !javascript.Truthy(r.userIDOnly()) {
		return &rules.Error{
			Reason: rules.AnonymousTrackingDisabled, Field: "userId", Kind: r.Event.Get("userId").Kind(),
			Message: "userId, not present cannot track anonymous user",
		}
	}
	order, err := r.isOrder()
	if err != nil {
		return err
	}
	record := r.Doc.NewObject()
	var data document.Value
	if order {
		record.SetText("evtName", clevertap.ChargedEvent)
		r.Derive(record.Last(), r.Event.Get("event"))
		data, err = r.purchase()
	} else if err = setName(record); err == nil {
		data, err = r.properties()
	}
	if err != nil {
		return err
	}
	if javascript.Truthy(data) {
		given := data
		if data = r.stringify(given, r.Rules.Properties); record.First().Is(clevertap.ChargedEvent) {
			if err := r.items(data, given.Get(clevertap.ChargedItems)); err != nil {
				return err
			}
		}
	}
	record.Set("evtData", data)
	if err := r.eventTime(record, order); err != nil {
		return err
	}
	record.SetText("type", "event")
	if err := r.identifyEvent(record); err != nil {
		return err
	}
	r.emit(record, false)
	return nil
}

// isOrder reports whether the event's text is that of an order; also for page and screen. JavaScript's lower case
// makes the letters of that text of no others than those of ASCII.
func (r run) isOrder() (bool, *rules.Error) {
	name := r.Event.Get("event")
	if name.Kind() < document.Array {
		return rules.EqualFold(name.Bytes(), rules.OrderCompleted), nil
	}
	text, err := javascript.AppendText(nil, name)
	if err != nil {
		return false, throws("event", name, "the event's name can't be read as text: "+err.Error())
	}
	return rules.EqualFold(text, rules.OrderCompleted), nil
}

// properties returns the properties as they are; null and absent ones are an empty object.
func (r run) properties() (document.Value, *rules.Error) {
	v := r.Event.Get("properties")
	switch {
	case javascript.Nullish(v):
		return r.Doc.NewObject(), nil
	case javascript.Truthy(v), javascript.Zero(v):
		return v, nil
	default:
		return v, &rules.Error{
			Reason: rules.InvalidFieldType, Field: "properties", Kind: v.Kind(),
			Message: `Missing required value from "properties"`,
		}
	}
}

// purchase builds the data of an order.
func (r run) purchase() (document.Value, *rules.Error) {
	data := r.Doc.NewObject()
	for i := range r.Rules.Properties.Mapped {
		f := &r.Rules.Properties.Mapped[i]
		if v := javascript.First(r.Event, f.Paths); v.Exists() {
			data.Set(f.To, v)
		}
	}
	return data, r.extract(data, r.Rules.Properties, "properties")
}

// items gives a purchase its items back as JSON, and makes sure that the first is an object. Source is what
// their text was made of.
func (r run) items(data, source document.Value) *rules.Error {
	given := data.Get(clevertap.ChargedItems)
	if !javascript.Truthy(given) {
		return nil
	}
	products := given
	if given.Kind() == document.String {
		var parsed document.Document
		if err := parsed.Parse(given.Bytes(), r.Rules.JSON); err != nil {
			return throws(r.itemsField(), given, "the products are not JSON: "+err.Error())
		}
		r.Infinite = javascript.Normalize(&parsed) || r.Infinite
		products = parsed.Root()
	}
	first := products.First()
	if products.Kind() != document.Array || first.Kind() != document.Null && first.Kind() < document.Array {
		field, kind := r.itemsField(), products.Kind()
		if kind == document.Array && first.Exists() {
			field, kind = field+"[0]", first.Kind()
		}
		return &rules.Error{
			Reason: rules.InvalidProducts, Field: field, Kind: kind,
			Message: "Products property value must be an array of objects",
		}
	}
	items := r.Doc.Embed(products)
	r.Derive(items, source)
	given.Replace(items)
	return nil
}

// itemsField is where a purchase's items came from: a property of CleverTap's own name replaces the products.
func (r run) itemsField() string {
	const own = "properties." + clevertap.ChargedItems
	if javascript.Get(r.Event, own).Exists() {
		return own
	}
	return "properties.products"
}
