package mapping

import "github.com/rudder-clevertap/rudder-clevertap/mapping/document"

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
func (m *Mapper) traits() (t traits, err *Error) {
	if t.root, err = m.container(rootTraits); err != nil {
		return t, err
	}
	t.context, err = m.container(contextTraits)
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
func identify(m *Mapper, _ string) *Error {
	who, err := m.who()
	if err != nil {
		return err
	}
	from, err := m.traits()
	if err != nil {
		return err
	}
	profile, err := m.profile(from)
	if err != nil {
		return err
	}
	record := m.doc.NewObject()
	record.SetText("type", "profile")
	rootKey, rootID := "identity", who.userID
	if m.to.objectIDMapping {
		rootKey, rootID = "objectId", who.anonymousID
		if !rootID.Exists() {
			rootID = who.userID
		}
		if who.userID.Exists() {
			m.setIdentity(profile, from, who.userID)
		}
	} else if !rootID.Exists() {
		rootID = who.anonymousID
	}
	record.Set("profileData", profile)
	record.Set(rootKey, rootID)
	ts, in := from.first("ts")
	m.setTime(record, ts, in)
	m.emit(record, false)
	if m.to.objectIDMapping {
		return m.token(rootID)
	}
	return nil
}

// alias builds the profile record of an alias call: the person known as previousId is userId from now on.
func alias(m *Mapper, _ string) *Error {
	id, err := m.userID()
	if err != nil {
		return err
	}
	if !id.Exists() {
		return &Error{
			Reason: MissingIdentity, Field: "userId", Kind: m.event.Get("userId").Kind(),
			Message: "an alias needs a userId: the id by which the person is known from now on",
		}
	}
	previous, err := m.id(path{"", "previousId"}, m.event.Get("previousId"))
	if err != nil {
		return err
	}
	if !previous.Exists() {
		return &Error{
			Reason: MissingPreviousID, Field: "previousId", Kind: m.event.Get("previousId").Kind(),
			Message: "an alias needs a previousId: the id by which the person was known so far",
		}
	}
	from, err := m.traits()
	if err != nil {
		return err
	}
	record, profile := m.doc.NewObject(), m.doc.NewObject()
	profile.Set("identity", id)
	record.SetText("type", "profile")
	record.Set("profileData", profile)
	record.Set("identity", previous)
	ts, in := from.first("ts")
	m.setTime(record, ts, in)
	m.emit(record, false)
	return nil
}

// profile builds profileData: mapped fields, then the other traits, then overrideFields.
func (m *Mapper) profile(from traits) (document.Value, *Error) {
	profile := m.doc.NewObject()
	for _, f := range m.to.rules.profileFields {
		v, in := from.first(f.from)
		if v.Exists() {
			m.setField(profile, f, v, in)
		}
	}
	if !profile.Get("Name").Exists() {
		if err := m.fullName(profile, from); err != nil {
			return profile, err
		}
	}
	for t := from.root.First(); t.Exists(); t = t.Next() {
		m.attribute(profile, t, rootTraits)
	}
	for t := from.context.First(); t.Exists(); t = t.Next() {
		if hasValue(from.root.Find(t.KeyBytes())) {
			continue
		}
		m.attribute(profile, t, contextTraits)
	}
	return profile, m.overrideFields(profile, from)
}

// hasValue reports whether a value is there and is not null: a null never erases a value.
func hasValue(v document.Value) bool { return v.Kind() > document.Null }

// setField writes a mapped field.
func (m *Mapper) setField(data document.Value, f field, v document.Value, container string) {
	if f.convert == nil {
		data.Set(f.to, m.flat(v, container, f.from))
		return
	}
	if converted, ok := f.convert(m, v, container, f.from); ok {
		data.Set(f.to, converted)
	}
}

// gender makes a known spelling F or M; CleverTap refuses a profile for any other (code 514), so they are left out.
func gender(m *Mapper, v document.Value, container, key string) (document.Value, bool) {
	if v.Kind() == document.String {
		if known, ok := m.to.rules.genders[string(v.Bytes())]; ok {
			return m.doc.NewString(known), true
		}
	}
	m.diagnose(SeverityWarning, UnknownGender, container, key,
		"the gender was left out, since CleverTap refuses a profile for it: send f, female, m or male")
	return document.Value{}, false
}

// fullName writes "first last" when both parts of a name are there.
func (m *Mapper) fullName(profile document.Value, from traits) *Error {
	first, err := namePart(from, m.to.rules.firstNames)
	if err != nil || len(first) == 0 {
		return err
	}
	last, err := namePart(from, m.to.rules.lastNames)
	if err != nil || len(last) == 0 {
		return err
	}
	profile.Set("Name", m.doc.Build(func(dst []byte) []byte {
		return append(append(append(dst, first...), ' '), last...)
	}))
	return nil
}

// namePart reads the first spelling of a first or last name that is present, in the root traits and then in the context's.
func namePart(from traits, spellings []string) ([]byte, *Error) {
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
func (m *Mapper) attribute(profile, t document.Value, container string) {
	if !hasValue(t) {
		return
	}
	switch m.to.rules.traitRoles.of(t.KeyBytes()) {
	case internal:
		return
	case structured:
		profile.Add(t)
		return
	case target:
		if profile.Find(t.KeyBytes()).Exists() {
			m.diagnoseOverridden(container, t)
			return
		}
	case subscription:
		if t.Kind() != document.Bool {
			m.diagnoseMember(SeverityWarning, SubscriptionNotBoolean, container, t,
				"do-not-disturb switches are booleans; the value was sent as it is")
		}
	}
	m.addFlat(profile, t, container)
}

// overridden is the message of TRAIT_OVERRIDDEN.
const overridden = "a mapped field of this CleverTap name was sent instead"

// diagnoseOverridden says that a mapped field was sent instead of a custom one.
func (m *Mapper) diagnoseOverridden(container string, v document.Value) {
	m.diagnoseMember(SeverityWarning, TraitOverridden, container, v, overridden)
}

// overrideFields merges traits.overrideFields, else context.traits.overrideFields, into the profile as it is. A null in it
// erases nothing.
func (m *Mapper) overrideFields(profile document.Value, from traits) *Error {
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

// setIdentity writes the person's id into the profile of a device, in place of a custom trait or an override of that name.
func (m *Mapper) setIdentity(profile document.Value, from traits, id document.Value) {
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
	m.diagnose(SeverityWarning, TraitOverridden, container, key, overridden)
}

// flat returns a value as CleverTap takes it: nested ones become JSON text.
func (m *Mapper) flat(v document.Value, container, key string) document.Value {
	if v.Kind() < document.Array {
		return v
	}
	m.diagnose(SeverityWarning, NestedValueStringified, container, key, stringified(v.Kind()))
	return m.doc.JSONText(v)
}

// addFlat adds a member under its own key, as CleverTap takes it.
func (m *Mapper) addFlat(data, member document.Value, container string) {
	data.Add(member)
	if member.Kind() < document.Array {
		return
	}
	m.diagnoseMember(SeverityWarning, NestedValueStringified, container, member, stringified(member.Kind()))
	data.Last().Replace(m.doc.JSONText(member))
}

// stringified is the message of NESTED_VALUE_STRINGIFIED.
func stringified(kind document.Kind) string {
	if kind == document.Array {
		return "CleverTap takes no nested values here, so the array was sent as JSON text"
	}
	return "CleverTap takes no nested values here, so the object was sent as JSON text"
}
