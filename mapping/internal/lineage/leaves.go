package lineage

import (
	"slices"
	"strings"

	"github.com/rudder-clevertap/rudder-clevertap/mapping/document"
	"github.com/rudder-clevertap/rudder-clevertap/mapping/internal/rules"
)

// unused explains a value of the event, unless it is in a record. A value that the rules do not see is at no
// place.
func (x *explanation) unused(pointer string, at rules.Place) {
	if x.used[pointer] {
		return
	}
	e := Entry{Source: pointer, Note: noteFiltered}
	if len(x.run.Records) > 0 {
		e.Rule, e.Note = x.why(unsent{placeOf(pointer), at})
	}
	x.add(e)
}

// unsent is a value of the event that is in no record.
type unsent struct {
	place

	in rules.Place
}

// why says by which rule a value of the event was read, and why it is in no record.
func (x *explanation) why(source unsent) (rule, note string) {
	rule, note = x.whyIn(source)
	if code := x.droppedCode(source.in); code != "" && (note == noteNotMapped || note == noteInternal) {
		note = noteDropped + string(code)
	}
	return rule, note
}

// whyIn is why, by the part of the event that the value is in.
func (x *explanation) whyIn(source unsent) (rule, note string) {
	if key, _, ok := source.trait(); ok {
		return x.whyTrait(source, key)
	}
	if key, ok := source.property(); ok {
		return x.whyProperty(source, key)
	}
	if rule, ok := idRules[source.at(0)]; ok {
		return x.whyID(source, rule)
	}
	switch {
	case source.is("event"), source.is("name") && x.run.CallType != "track":
		if x.isProfile() {
			return "", noteNotMapped
		}
		return eventName, x.lost(source, "evtName")
	case source.is("timestamp"), source.is("originalTimestamp"):
		if !x.run.To.UseEventTimestamp {
			return "", noteNotMapped
		}
		return recordTime, x.lost(source, "ts")
	case slices.ContainsFunc(internals, source.within):
		return "", noteInternal
	case source.is("traits"), source.is("properties"), source.is("context"), source.is("context/traits"):
		return "", x.lost(source, "")
	default:
		return "", noteNotMapped
	}
}

// internals are the places of an event that are read to tell events, devices and SDKs apart, or to decide what
// else is read.
//
//nolint:gochecknoglobals // A table; nothing writes to it.
var internals = []string{
	"messageId", "channel", "integrations", "context/library/name", "context/os/name",
	"context/device/type",
}

// within reports whether the place is the one that the steps lead to, or within it.
func (p place) within(steps string) bool {
	rest, found := strings.CutPrefix(strings.Join(p, "/"), steps)
	return found && (rest == "" || rest[0] == '/')
}

// isProfile reports whether the event became a profile.
func (x *explanation) isProfile() bool {
	return x.run.CallType == "identify" || x.run.CallType == "alias"
}

// whyTrait is why for a trait.
func (x *explanation) whyTrait(source unsent, key string) (rule, note string) {
	table := x.run.Rules.Traits
	role := table.Of([]byte(key))
	switch {
	case role == rules.PersonID:
		return x.whyID(source, userIdentity)
	case role == rules.VisitorID && x.run.CallType == "identify":
		return x.whyID(source, anonymousIdentity)
	case role == rules.OtherID && x.run.CallType == "identify":
		return x.whyID(source, userIdentity)
	case x.isProfile() && key == "ts":
		return recordTime, x.lost(source, "ts")
	case x.run.CallType != "identify":
		return "", noteNotMapped
	case role == rules.Internal && key != overrideFields:
		return "", noteInternal
	}
	rule = ruleOf(table, traitPrefix, key, "")
	switch role {
	case rules.Mapped:
		f := fieldOf(table, key)
		note = x.lost(source, "profileData/"+f.To)
		if note == noteNotMapped && f.Convert != nil {
			note = noteUnknown
		}
		return rule, note
	case rules.FirstName, rules.LastName:
		return rule, x.lost(source, "profileData/Name")
	case rules.Internal: // overrideFields
		if _, depth, _ := source.trait(); depth < len(source.place) {
			return rule, x.lost(source, "profileData/"+source.at(depth))
		}
		return rule, x.lost(source, "")
	default:
		return rule, x.lostCustom(source, "profileData/"+key)
	}
}

// whyProperty is why for a property.
func (x *explanation) whyProperty(source unsent, key string) (rule, note string) {
	table := x.run.Rules.Properties
	if x.isProfile() {
		for i := range x.run.Rules.Traits.Mapped {
			if f := &x.run.Rules.Traits.Mapped[i]; f.Else != "" && f.Else == source.field() {
				return traitPrefix + f.From, x.lost(source, "profileData/"+f.To)
			}
		}
		return "", noteNotMapped
	}
	rule = ruleOf(table, propertyPrefix, key, "")
	switch table.Of([]byte(key)) {
	case rules.Mapped:
		return rule, x.lost(source, "evtData/"+fieldOf(table, key).To)
	case rules.Internal:
		if key == "ts" {
			return recordTime, x.lost(source, "ts")
		}
		return "", noteInternal
	default:
		return rule, x.lostCustom(source, "evtData/"+key)
	}
}

// fieldOf returns the row of a mapped key.
func fieldOf(t *rules.Table, key string) *rules.Field {
	for i := range t.Mapped {
		if t.Mapped[i].From == key {
			return &t.Mapped[i]
		}
	}
	return &rules.Field{}
}

// whyID is why for an id.
func (x *explanation) whyID(source unsent, rule string) (by, note string) {
	if rule == anonymousIdentity && x.run.CallType == "alias" || rule == previousIdentity && x.run.CallType != "alias" {
		return "", noteNotMapped
	}
	target := "identity"
	for _, to := range []string{"profileData/identity", "identity", "objectId"} {
		if from := x.fields[to]; from != "" && (x.isUserID(from) || x.fields[target] == "") {
			target = to
			break
		}
	}
	return rule, x.lost(source, target)
}

// isUserID reports whether a field of the event holds the person's own id.
func (x *explanation) isUserID(field string) bool {
	if field == "userId" {
		return true
	}
	key, _, ok := place(strings.Split(field, ".")).trait()
	return ok && x.run.Rules.Traits.Of([]byte(key)) == rules.PersonID
}

// lost says why a value is not what a member of the record was made of.
func (x *explanation) lost(source unsent, target string) string {
	v := source.in.Value()
	if v.Kind() == document.Null {
		return noteNull
	}
	if code := x.droppedCode(source.in); code != "" {
		return noteDropped + string(code)
	}
	empty := v.Kind() >= document.Array && v.Empty() || v.Kind() == document.String && len(v.Bytes()) == 0
	if by := x.overrides(source, target); by != "" && !empty {
		return noteOverridden + by
	}
	if empty {
		return noteEmpty
	}
	return noteNotMapped
}

// lostCustom is lost for a value that would be sent under its own key, also when it is empty.
func (x *explanation) lostCustom(source unsent, target string) string {
	note := x.lost(source, target)
	if by := x.overrides(source, target); note == noteEmpty && by != "" {
		return noteOverridden + by
	}
	return note
}

// overrides returns the field of the event that a member of the record was made of instead.
func (x *explanation) overrides(source unsent, target string) string {
	by := x.fields[target]
	if first, _, dotted := strings.Cut(target, "."); by == "" && dotted {
		by = x.fields[first] // a key that is a path
	}
	if by == source.field() {
		return ""
	}
	return by
}

// droppedBy lists what diagnostics say was left out.
func droppedBy(r *rules.Run) map[string]rules.Code {
	all := map[string]rules.Code{}
	for i := range r.Diagnostics {
		switch d := &r.Diagnostics[i]; d.Code {
		case rules.TraitOverridden, rules.TraitLeftOut, rules.DuplicateKey: // what was sent instead says more
		default:
			if d.Action == rules.Dropped {
				all[d.Path] = d.Code
			}
		}
	}
	return all
}

// droppedCode returns the code by which a value, or what it is in, was left out.
func (x *explanation) droppedCode(at rules.Place) rules.Code {
	if len(x.dropped) == 0 {
		return ""
	}
	path := at.Path()
	for end := len(path); end > 0; end = strings.LastIndexAny(path[:end], ".[") {
		if code := x.dropped[path[:end]]; code != "" {
			return code
		}
	}
	return ""
}
