package guide

import (
	"fmt"

	"github.com/rudder-clevertap/rudder-clevertap/clevertap"
	"github.com/rudder-clevertap/rudder-clevertap/mapping/document"
	"github.com/rudder-clevertap/rudder-clevertap/mapping/internal/rules"
)

// purchase writes the data of an order as a purchase's: the mapped fields, then every other property.
func (r run) purchase(data, properties document.Value) *rules.Error {
	for i := range r.Rules.Properties.Mapped {
		f := &r.Rules.Properties.Mapped[i]
		v := properties.Get(f.From)
		switch {
		case !present(v):
		case f.To == clevertap.ChargedItems:
			items, err := r.items(v, "properties."+f.From)
			if err != nil {
				return err
			}
			data.Set(f.To, items)
		default:
			r.setField(data, f, v, "properties")
		}
	}
	for p := properties.First(); p.Exists(); p = p.Next() {
		switch role := r.Rules.Properties.Of(p.KeyBytes()); {
		case role.Reserved():
			continue
		case role == rules.Target && data.Find(p.KeyBytes()).Exists():
			if hasValue(p) {
				r.diagnoseOverridden("properties", p)
			}
		case role == rules.Target:
			if err := r.charged(data, p); err != nil {
				return err
			}
		default:
			r.property(data, p)
		}
	}
	return nil
}

// charge writes the properties of a track call that is a purchase under CleverTap's own name.
func (r run) charge(data, properties document.Value) *rules.Error {
	for p := properties.First(); p.Exists(); p = p.Next() {
		if string(p.KeyBytes()) == "ts" {
			continue
		}
		if err := r.charged(data, p); err != nil {
			return err
		}
	}
	return nil
}

// charged writes a property of a purchase under CleverTap's own name: Items stay structured.
func (r run) charged(data, p document.Value) *rules.Error {
	if string(p.KeyBytes()) != clevertap.ChargedItems || !present(p) {
		r.property(data, p)
		return nil
	}
	items, err := r.items(p, "properties."+clevertap.ChargedItems)
	if err == nil {
		data.Set(clevertap.ChargedItems, items)
	}
	return err
}

// items returns the items of a purchase as CleverTap takes them: an array of objects without nulls, in which
// nested values are JSON text. JSON text of such an array is read. What is anything else fails the event.
func (r run) items(v document.Value, field string) (document.Value, *rules.Error) {
	if v.Kind() == document.String {
		v = r.itemsOfText(v, field)
	}
	if v.Kind() != document.Array {
		return v, invalidItems(v, field, "an array of objects")
	}
	index, plain := 0, true
	for e := v.First(); e.Exists(); e = e.Next() {
		if e.Kind() != document.Object {
			return v, invalidItems(e, fmt.Sprintf("%s[%d]", field, index), "an object")
		}
		plain = plain && isPlain(e)
		index++
	}
	if plain {
		return v, nil
	}
	items := r.Doc.NewArray()
	index = 0
	for e := v.First(); e.Exists(); e = e.Next() {
		if !isPlain(e) {
			items.Add(r.item(e, fmt.Sprintf("%s[%d]", field, index)))
		} else {
			items.Add(e)
		}
		index++
	}
	return items, nil
}

// isPlain reports whether an item can be sent as it is.
func isPlain(item document.Value) bool {
	for m := item.First(); m.Exists(); m = m.Next() {
		if kind := m.Kind(); kind == document.Null || kind >= document.Array {
			return false
		}
	}
	return true
}

// item returns an item whose nested values are JSON text, without its nulls.
func (r run) item(from document.Value, container string) document.Value {
	item := r.Doc.NewObject()
	for m := from.First(); m.Exists(); m = m.Next() {
		switch {
		case m.Kind() >= document.Array:
			r.addNested(item, m, container, from)
		case hasValue(m):
			item.Add(m)
		}
	}
	return item
}

// itemsOfText reads items that are given as JSON text. Text of anything but an array stays a text.
func (r run) itemsOfText(text document.Value, field string) document.Value {
	var doc document.Document
	if doc.Parse(text.Bytes(), r.Rules.JSON) != nil || doc.Root().Kind() != document.Array {
		return text
	}
	r.diagnoseMends(&doc, field)
	r.Diagnose(rules.SeverityInfo, rules.JSONTextRead, "", field, "the JSON text was sent as the array that it holds")
	items := r.Doc.Embed(doc.Root())
	r.Derive(items, text)
	return items
}

// invalidItems is the error of items that are not objects.
func invalidItems(v document.Value, field, wanted string) *rules.Error {
	return &rules.Error{
		Reason: rules.InvalidProducts, Field: field, Kind: v.Kind(),
		Message: field + " must be " + wanted + ", not " + v.Kind().String(),
	}
}
