package guide

import (
	"github.com/rudder-clevertap/rudder-clevertap/mapping/document"
	"github.com/rudder-clevertap/rudder-clevertap/mapping/internal/rules"
)

// traits are where a profile's traits are: at the root, which wins, and in the context.
type traits struct {
	root, context document.Value
}

// Paths of the two, for diagnostics.
const (
	rootTraits    = "traits"
	contextTraits = "context.traits"
)

// traits reads both.
func (r run) traits() (t traits, err *rules.Error) {
	if t.root, err = r.container(rootTraits); err != nil {
		return t, err
	}
	t.context, err = r.container(contextTraits)
	return t, err
}

// first returns the first present value of a trait, and the container it is in.
func (t traits) first(key string) (document.Value, string) {
	if v := t.root.Get(key); present(v) {
		return v, rootTraits
	}
	if v := t.context.Get(key); present(v) {
		return v, contextTraits
	}
	return document.Value{}, ""
}

// identify builds the profile record of an identify call, and the device token's where there is one.
func (r run) identify() *rules.Error {
	who, err := r.who()
	if err != nil {
		return err
	}
	from, err := r.traits()
	if err != nil {
		return err
	}
	profile, err := r.profile(from)
	if err != nil {
		return err
	}
	record := r.Doc.NewObject()
	record.SetText("type", "profile")
	rootKey, rootID := "identity", who.userID
	if r.To.ObjectIDMapping {
		rootKey, rootID = "objectId", who.anonymousID
		if !rootID.Exists() {
			rootID = who.userID
		}
		if who.userID.Exists() {
			r.setIdentity(profile, from, who.userID)
		}
	} else if !rootID.Exists() {
		rootID = who.anonymousID
	}
	record.Set("profileData", profile)
	record.Set(rootKey, rootID)
	ts, in := from.first("ts")
	r.setTime(record, ts, in)
	r.Emit(record, false)
	if r.To.ObjectIDMapping {
		return r.token(rootID)
	}
	return nil
}

// alias builds the profile record of an alias call: the person known as previousId is userId from now on.
func (r run) alias() *rules.Error {
	id, err := r.userID()
	if err != nil {
		return err
	}
	if !id.Exists() {
		return &rules.Error{
			Reason: rules.MissingIdentity, Field: "userId", Kind: r.Event.Get("userId").Kind(),
			Message: "an alias needs a userId: the id by which the person is known from now on",
		}
	}
	previous, err := r.id("", "previousId", r.Event.Get("previousId"))
	if err != nil {
		return err
	}
	if !previous.Exists() {
		return &rules.Error{
			Reason: rules.MissingPreviousID, Field: "previousId", Kind: r.Event.Get("previousId").Kind(),
			Message: "an alias needs a previousId: the id by which the person was known so far",
		}
	}
	from, err := r.traits()
	if err != nil {
		return err
	}
	record, profile := r.Doc.NewObject(), r.Doc.NewObject()
	profile.Set("identity", id)
	record.SetText("type", "profile")
	record.Set("profileData", profile)
	record.Set("identity", previous)
	ts, in := from.first("ts")
	r.setTime(record, ts, in)
	r.Emit(record, false)
	return nil
}

// profile builds profileData: mapped fields, then the other traits, then overrideFields.
func (r run) profile(from traits) (document.Value, *rules.Error) {
	profile := r.Doc.NewObject()
	for i := range r.Rules.Traits.Mapped {
		f := &r.Rules.Traits.Mapped[i]
		if v, in := from.first(f.From); v.Exists() {
			r.setField(profile, f, v, in)
		}
	}
	if !profile.Get("Name").Exists() {
		if err := r.fullName(profile, from); err != nil {
			return profile, err
		}
	}
	for t := from.root.First(); t.Exists(); t = t.Next() {
		r.attribute(profile, t, rootTraits)
	}
	for t := from.context.First(); t.Exists(); t = t.Next() {
		if hasValue(from.root.Find(t.KeyBytes())) {
			continue
		}
		r.attribute(profile, t, contextTraits)
	}
	return profile, r.overrideFields(profile, from)
}

// hasValue reports whether a value is there and is not null: a null never erases a value.
func hasValue(v document.Value) bool { return v.Kind() > document.Null }

// setField writes a mapped field.
func (r run) setField(data document.Value, f *rules.Field, v document.Value, container string) {
	if f.Convert == nil {
		data.Set(f.To, r.flat(v, container, f.From))
		return
	}
	if converted, ok := f.Convert(r.Run, f, v, container); ok {
		data.Set(f.To, converted)
	}
}

// gender makes a known spelling F or M; CleverTap refuses a profile for any other (code 514), so they are
// left out.
func gender(r *rules.Run, f *rules.Field, v document.Value, container string) (document.Value, bool) {
	if known, ok := f.Known(v); ok {
		return r.Doc.NewString(known), true
	}
	r.Diagnose(rules.SeverityWarning, rules.UnknownGender, container, f.From,
		"the gender was left out, since CleverTap refuses a profile for it: send f, female, m or male")
	return document.Value{}, false
}

// fullName writes "first last" when both parts of a name are there.
func (r run) fullName(profile document.Value, from traits) *rules.Error {
	first, err := namePart(from, r.Rules.Traits.Keys(rules.FirstName))
	if len(first) == 0 {
		return err
	}
	last, err := namePart(from, r.Rules.Traits.Keys(rules.LastName))
	if len(last) == 0 {
		return err
	}
	profile.Set("Name", r.Doc.Build(func(dst []byte) []byte {
		return append(append(append(dst, first...), ' '), last...)
	}))
	return nil
}

// namePart reads the first spelling of a first or last name that is present, in the root traits and then in
// the context's.
func namePart(from traits, spellings []string) ([]byte, *rules.Error) {
	for _, in := range []struct {
		traits document.Value
		path   string
	}{{from.root, rootTraits}, {from.context, contextTraits}} {
		for _, key := range spellings {
			v := in.traits.Get(key)
			if !present(v) {
				continue
			}
			if kind := v.Kind(); kind != document.String && kind != document.Number {
				return nil, wrongType(in.path+"."+key, v, "a string")
			}
			return v.Bytes(), nil
		}
	}
	return nil, nil
}

// attribute writes a trait that has no place of its own as a custom attribute.
func (r run) attribute(profile, t document.Value, container string) {
	if !hasValue(t) {
		return
	}
	switch role := r.Rules.Traits.Of(t.KeyBytes()); {
	case role.Reserved():
		return
	case role == rules.Structured:
		profile.Add(t)
		return
	case role == rules.Target:
		if profile.Find(t.KeyBytes()).Exists() {
			r.diagnoseOverridden(container, t)
			return
		}
	case role == rules.Subscription:
		if t.Kind() != document.Bool {
			r.DiagnoseMember(rules.SeverityWarning, rules.SubscriptionNotBoolean, container, t,
				"do-not-disturb switches are booleans; the value was sent as it is")
		}
	}
	r.addFlat(profile, t, container)
}

// overridden is the message of TRAIT_OVERRIDDEN.
const overridden = "a mapped field of this CleverTap name was sent instead"

// diagnoseOverridden says that a mapped field was sent instead of a custom one.
func (r run) diagnoseOverridden(container string, v document.Value) {
	r.DiagnoseMember(rules.SeverityWarning, rules.TraitOverridden, container, v, overridden)
}

// overrideFields merges traits.overrideFields, else context.traits.overrideFields, into the profile as it is.
// A null in it erases nothing.
func (r run) overrideFields(profile document.Value, from traits) *rules.Error {
	fields, container := from.first("overrideFields")
	if !fields.Exists() {
		return nil
	}
	if fields.Kind() != document.Object {
		return wrongType(container+".overrideFields", fields, "an object")
	}
	for f := fields.First(); f.Exists(); f = f.Next() {
		if !hasValue(f) {
			continue
		}
		if had := profile.Find(f.KeyBytes()); had.Exists() {
			had.Replace(f)
		} else {
			profile.Add(f)
		}
	}
	return nil
}

// setIdentity writes the person's id into the profile of a device, in place of a custom trait or an override
// of that name.
func (r run) setIdentity(profile document.Value, from traits, id document.Value) {
	const key = "identity"
	had := profile.Get(key)
	profile.Put(key, id)
	if !had.Exists() {
		return
	}
	container := contextTraits
	if fields, in := from.first("overrideFields"); hasValue(fields.Get(key)) {
		container = in + ".overrideFields"
	} else if hasValue(from.root.Get(key)) {
		container = rootTraits
	}
	r.Diagnose(rules.SeverityWarning, rules.TraitOverridden, container, key, overridden)
}

// flat returns a value as CleverTap takes it: nested ones become JSON text.
func (r run) flat(v document.Value, container, key string) document.Value {
	if v.Kind() < document.Array {
		return v
	}
	r.Diagnose(rules.SeverityWarning, rules.NestedValueStringified, container, key, stringified(v.Kind()))
	return r.Doc.JSONText(v)
}

// addFlat adds a member under its own key, as CleverTap takes it.
func (r run) addFlat(data, member document.Value, container string) {
	data.Add(member)
	if member.Kind() < document.Array {
		return
	}
	r.DiagnoseMember(rules.SeverityWarning, rules.NestedValueStringified, container, member,
		stringified(member.Kind()))
	data.Last().Replace(r.Doc.JSONText(member))
}

// stringified is the message of NESTED_VALUE_STRINGIFIED.
func stringified(kind document.Kind) string {
	if kind == document.Array {
		return "CleverTap takes no nested values here, so the array was sent as JSON text"
	}
	return "CleverTap takes no nested values here, so the object was sent as JSON text"
}
