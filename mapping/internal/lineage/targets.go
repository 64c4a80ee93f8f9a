package lineage

import (
	"bytes"
	"slices"
	"strconv"

	"github.com/rudder-clevertap/rudder-clevertap/mapping/document"
	"github.com/rudder-clevertap/rudder-clevertap/mapping/internal/rules"
)

// records explains all that is in the records.
func (x *explanation) records() {
	for record, r := range x.run.Records {
		for m := r.Value.First(); m.Exists(); m = m.Next() {
			x.value(record, place{m.Key()}, m)
		}
	}
}

// value explains a value of a record, which is at a target.
func (x *explanation) value(record int, target place, v document.Value) {
	if x.full() {
		return
	}
	if v.Empty() {
		x.leaf(record, target, v)
		return
	}
	index := 0
	for m := v.First(); m.Exists(); m = m.Next() {
		step := strconv.Itoa(index)
		if v.Kind() == document.Object {
			step = m.Key()
		}
		x.value(record, append(slices.Clip(target), step), m)
		index++
	}
}

// leaf explains a scalar or an empty container of a record.
func (x *explanation) leaf(record int, target place, v document.Value) {
	found := false
	x.sourcesOf(target, v, func(p rules.Place) {
		if found = true; x.full() {
			return
		}
		pointer := p.Pointer()
		source := placeOf(pointer)
		x.add(Entry{record, target.pointer(), pointer, x.rule(target, source), x.noteOf(v, p.Value())})
		if to := target.member(); x.fields[to] == "" {
			x.fields[to] = source.field()
		}
	})
	if !found {
		x.add(Entry{record, target.pointer(), "", x.rule(target, nil), noteConstant})
	}
}

// noteOf says what was done to a value of the event that became one of a record.
func (x *explanation) noteOf(v, from document.Value) string {
	if v.Kind() == from.Kind() && v.True() == from.True() && bytes.Equal(v.Bytes(), from.Bytes()) {
		return ""
	}
	text := v.Bytes()
	for _, made := range x.run.MadeOf(v) {
		if made.Kind() >= document.Array && len(text) > 0 && (text[0] == '{' || text[0] == '[') {
			return noteJSONText
		}
	}
	return noteConverted
}

// sourcesOf visits the sources of a value in a record: what it was made of, or what decided it.
func (x *explanation) sourcesOf(target place, v document.Value, use func(rules.Place)) {
	none := true
	x.run.Sources(v, func(p rules.Place) {
		none = false
		use(p)
	})
	if !none {
		return
	}
	for _, steps := range x.deciders(target, v) {
		if p, found := x.run.At(steps...); found && p.Value().Empty() {
			use(p)
			return
		}
	}
}

// deciders returns the places that may have decided a value of a record that was not made of them, likeliest
// first.
func (x *explanation) deciders(target place, v document.Value) []place {
	switch {
	case target.is("type"):
		return []place{{"type"}}
	case target.is("tokenData/type"):
		var options []place
		for _, name := range x.run.Rules.OptionNames {
			steps := place{"integrations", name, "deviceTokenType"}
			if p, found := x.run.At(steps...); found && p.Value().Is(v.Text()) {
				options = append(options, steps)
			}
		}
		return append(options, place{"context", "os", "name"}, place{"context", "device", "type"})
	case target.is("evtData"):
		return []place{{"properties"}}
	default:
		return nil
	}
}

// rule names the rule that writes a value of a record from a source, nil being none.
func (x *explanation) rule(target, source place) string {
	switch target[0] {
	case "type":
		return recordType
	case "evtName":
		return eventName
	case "ts":
		return recordTime
	case "tokenData":
		return tokenRule(target)
	case "profileData":
		return x.traitRule(target, source)
	case "evtData":
		if key, ok := source.property(); ok {
			return ruleOf(x.run.Rules.Properties, propertyPrefix, key, target.at(1))
		}
		return propertyPrefix + custom
	default:
		if id, ok := idRules[source.at(0)]; ok {
			return id
		}
		return userIdentity
	}
}

// idRules are the rules for the ids at the root of an event.
//
//nolint:gochecknoglobals // A table; nothing writes to it.
var idRules = map[string]string{
	"userId": userIdentity, "anonymousId": anonymousIdentity, "previousId": previousIdentity,
}

// tokenRule names the rule for a part of a device token.
func tokenRule(target place) string {
	switch target.at(1) {
	case "type":
		return tokenType
	case "keys":
		return tokenKeys
	default:
		return tokenID
	}
}

// traitRule names the rule for a part of a profile.
func (x *explanation) traitRule(target, source place) string {
	table := x.run.Rules.Traits
	if key, _, ok := source.trait(); ok {
		return ruleOf(table, traitPrefix, key, target.at(1))
	}
	if id, ok := idRules[source.at(0)]; ok {
		return id
	}
	path := source.field()
	for i := range table.Mapped {
		if f := &table.Mapped[i]; f.To == target.at(1) && (source == nil || f.Else == path) {
			return traitPrefix + f.From
		}
	}
	return traitPrefix + custom
}
