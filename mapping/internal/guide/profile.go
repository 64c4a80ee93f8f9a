package guide

import (
	"bytes"

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
func (r run) traits() (traits, *rules.Error) {
	root, err := r.rootTraits()
	return traits{root, r.Parts.Traits}, err
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
	profile := r.profile(from, who)
	record := r.Doc.NewObject()
	record.SetText("type", "profile")
	rootKey, rootID := "identity", who.userID
	if r.To.ObjectIDMapping {
		rootKey, rootID = "objectId", who.anonymousID
		if !rootID.Exists() {
			rootID = who.userID
		}
		if who.userID.Exists() {
			profile.Set("identity", who.userID)
		}
	} else if !rootID.Exists() {
		rootID = who.anonymousID
	}
	record.Set("profileData", profile)
	record.Set(rootKey, rootID)
	ts, in := from.first("ts")
	r.setTime(record, ts, in)
	r.Emit(record, false)
	r.token(rootID)
	return nil
}

// alias builds the profile record of an alias call: the person known as previousId is userId from now on.
func (r run) alias() *rules.Error {
	id, err := r.userID()
	if err != nil {
		return err
	}
	if !id.Exists() && r.PassedOver {
		return r.namesNobody("userId")
	}
	if !id.Exists() {
		return &rules.Error{
			Reason: rules.MissingIdentity, Field: "userId", Kind: r.Event.Get("userId").Kind(),
			Message: "an alias needs a userId: the id by which the person is known from now on",
		}
	}
	given := r.Event.Get("previousId")
	if present(given) && !r.names("", "previousId", given, rules.NamesNobody) {
		return r.namesNobody("previousId")
	}
	previous, err := r.id("", "previousId", given)
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
func (r run) profile(from traits, who person) document.Value {
	profile := r.Doc.NewObject()
	for i := range r.Rules.Traits.Mapped {
		f := &r.Rules.Traits.Mapped[i]
		if v, in := from.first(f.From); v.Exists() {
			r.setField(profile, f, v, in)
		}
	}
	a := &attributes{profile: profile, who: who}
	if !profile.Get("Name").Exists() {
		a.first = namePart(from, r.Rules.Traits.Keys(rules.FirstName))
		a.last = namePart(from, r.Rules.Traits.Keys(rules.LastName))
		r.fullName(profile, a.first, a.last)
	}
	for t := from.root.First(); t.Exists(); t = t.Next() {
		r.attribute(a, t, rootTraits)
	}
	for t := from.context.First(); t.Exists(); t = t.Next() {
		if !r.shadowed(t, from.root.Find(t.KeyBytes())) {
			r.attribute(a, t, contextTraits)
		}
	}
	r.override(profile, from)
	return profile
}

// hasValue reports whether a value is there and is not null: a null never erases a value.
func hasValue(v document.Value) bool { return v.Kind() > document.Null }

// setField writes a mapped field.
func (r run) setField(data document.Value, f *rules.Field, v document.Value, container string) {
	if f.Convert != nil {
		if converted, ok := f.Convert(r.Run, f, v, container); ok {
			data.Set(f.To, converted)
		}
		return
	}
	if v.Kind() < document.Array || r.mended() {
		data.Set(f.To, v)
		return
	}
	beside := r.beside()
	if code, message := r.AddNested(data, f.To, v, beside[:]...); code != "" {
		r.Diagnose(rules.SeverityWarning, code, container, f.From, message)
	}
}

// mended reports whether a standard field of a profile may be anything for now, since the checks will mend it.
func (r run) mended() bool { return r.To.Checks.Mode == rules.Repair && r.CallType == "identify" }

// beside are what the data of the record is made of, for those who make new keys.
func (r run) beside() [2]document.Value {
	if r.CallType != "identify" {
		return [2]document.Value{r.Event.Get("properties")}
	}
	return [2]document.Value{r.Event.Get(rootTraits), r.Parts.Traits}
}

// gender makes a known spelling F or M; CleverTap refuses a profile for any other (code 514), so they are
// left out.
func gender(r *rules.Run, f *rules.Field, v document.Value, container string) (document.Value, bool) {
	if known, ok := f.Known(v); ok {
		letter := r.Doc.NewString(known)
		r.Derive(letter, v)
		return letter, true
	}
	if r.To.Checks.Mode == rules.Repair {
		return v, true // the checks know more spellings
	}
	r.Diagnose(rules.SeverityWarning, rules.UnknownGender, container, f.From,
		"the gender was left out, since CleverTap refuses a profile for it: send f, female, m or male")
	return document.Value{}, false
}

// fullName writes "first last", or the one that there is.
func (r run) fullName(profile, first, last document.Value) {
	if !first.Exists() && !last.Exists() {
		return
	}
	name := r.Doc.Build(func(dst []byte) []byte {
		dst = append(dst, first.Bytes()...)
		if first.Exists() && last.Exists() {
			dst = append(dst, ' ')
		}
		return append(dst, last.Bytes()...)
	})
	r.Derive(name, first, last)
	profile.Set("Name", name)
}

// isNamePart reports whether a value can be a part of a name.
func isNamePart(v document.Value) bool {
	return v.Kind() == document.Number || v.Kind() == document.String && !blank(v.Bytes())
}

// namePart reads the first spelling of a first or last name that is there, in the root traits and then in the
// context's.
func namePart(from traits, spellings []string) document.Value {
	for _, traits := range []document.Value{from.root, from.context} {
		for _, key := range spellings {
			if v := traits.Get(key); isNamePart(v) {
				return v
			}
		}
	}
	return document.Value{}
}

// attributes are a profile in the making, with what is decided about it already.
type attributes struct {
	profile document.Value
	who     person
	// first and last are the parts that the name was made of, if it was.
	first, last document.Value
}

// attribute writes a trait that has no place of its own as a custom attribute.
func (r run) attribute(a *attributes, t document.Value, container string) {
	if !hasValue(t) {
		return
	}
	switch role := r.Rules.Traits.Of(t.KeyBytes()); {
	case role.Reserved():
		r.diagnoseReserved(a, t, container, role)
		return
	case role == rules.Structured:
		a.profile.Add(t)
		return
	case role == rules.Target:
		if a.profile.Find(t.KeyBytes()).Exists() {
			r.diagnoseOverridden(container, t)
			return
		}
		if r.mended() {
			a.profile.Add(t)
			return
		}
	}
	r.addFlat(a.profile, t, container)
}

// diagnoseReserved says so when a trait that is not an attribute was not sent at all.
func (r run) diagnoseReserved(a *attributes, t document.Value, container string, role rules.Role) {
	switch role {
	case rules.FirstName:
		r.diagnoseNamePart(t, a.first, container)
	case rules.LastName:
		r.diagnoseNamePart(t, a.last, container)
	case rules.PersonID:
		r.diagnoseOtherID(container, t, a.who.userID)
	case rules.VisitorID:
		r.diagnoseOtherID(container, t, a.who.anonymousID)
	case rules.OtherID:
		r.DiagnoseMember(rules.SeverityWarning, rules.TraitOverridden, container, t,
			"it was left out: it would be an id of the person, and a record names one by userId or anonymousId")
	}
}

// diagnoseNamePart says so when a part of a name was not sent, or not as it came.
func (r run) diagnoseNamePart(t, sent document.Value, container string) {
	switch {
	case !isNamePart(t):
		if t.Kind() != document.String {
			r.ignore(container, t.Key(), t, "a string")
		}
	case !bytes.Equal(t.Bytes(), sent.Bytes()):
		r.DiagnoseMember(rules.SeverityInfo, rules.TraitLeftOut, container, t,
			"the person's name was sent from another trait")
	}
}

// shadowed reports whether the root traits decide what a trait of the context is, and says so when the two
// differ.
func (r run) shadowed(t, root document.Value) bool {
	if !hasValue(root) {
		return false
	}
	switch role := r.Rules.Traits.Of(t.KeyBytes()); {
	case !role.Reserved():
	case role == rules.Internal && string(t.KeyBytes()) == overrideFields:
		if root.Kind() != document.Object {
			return false // only one that can be read hides the context's
		}
	case role == rules.Mapped || role == rules.Internal:
		if !present(root) {
			return false // where the root has nothing, the context's was read
		}
	default:
		return false // ids and parts of a name are compared with what was sent
	}
	if present(t) && !same(t, root) {
		r.DiagnoseMember(rules.SeverityWarning, rules.TraitOverridden, contextTraits, t,
			"the event's own trait of this name was sent instead")
	}
	return true
}

// overrideFields is the trait whose members are merged into the profile.
const overrideFields = "overrideFields"

// overridden is the message of TRAIT_OVERRIDDEN.
const overridden = "a mapped field of this CleverTap name was sent instead"

// diagnoseOverridden says that a mapped field was sent instead of a custom one.
func (r run) diagnoseOverridden(container string, v document.Value) {
	r.DiagnoseMember(rules.SeverityWarning, rules.TraitOverridden, container, v, overridden)
}

// override merges traits.overrideFields, else context.traits.overrideFields, into the profile as it is.
// A null in it erases nothing, and an id is left out as one among the traits is.
func (r run) override(profile document.Value, from traits) {
	container := rootTraits + "." + overrideFields
	fields := r.optional(from.root.Get(overrideFields), rootTraits, overrideFields)
	if !fields.Exists() {
		container = contextTraits + "." + overrideFields
		fields = r.optional(from.context.Get(overrideFields), contextTraits, overrideFields)
	}
	for f := fields.First(); f.Exists(); f = f.Next() {
		if !hasValue(f) {
			continue
		}
		if r.Rules.Traits.Of(f.KeyBytes()) == rules.OtherID {
			r.diagnoseReserved(nil, f, container, rules.OtherID)
			continue
		}
		had := profile.Find(f.KeyBytes())
		if !had.Exists() {
			profile.Add(f)
			continue
		}
		if !same(had, f) {
			lost, key := r.sourceOf(from, f.Key())
			r.Diagnose(rules.SeverityInfo, rules.TraitLeftOut, lost, key, "overrideFields has another value")
		}
		had.Replace(f)
	}
}

// sourceOf names the trait that a profile has under a key.
func (r run) sourceOf(from traits, to string) (container, key string) {
	for i := range r.Rules.Traits.Mapped {
		f := &r.Rules.Traits.Mapped[i]
		if _, in := from.first(f.From); f.To == to && in != "" {
			return in, f.From
		}
	}
	if to == "Name" {
		for _, part := range []rules.Role{rules.FirstName, rules.LastName} {
			for _, key := range r.Rules.Traits.Keys(part) {
				if _, in := from.first(key); in != "" {
					return in, key
				}
			}
		}
	}
	if hasValue(from.root.Get(to)) {
		return rootTraits, to
	}
	return contextTraits, to
}

// addFlat adds a member under its own key, as CleverTap takes it.
func (r run) addFlat(data, member document.Value, container string) {
	if member.Kind() < document.Array {
		data.Add(member)
		return
	}
	beside := r.beside()
	r.addNested(data, member, container, beside[:]...)
}

// addNested adds a nested member under its own key, as CleverTap takes it. Beside is what the data is made of.
func (r run) addNested(data, member document.Value, container string, beside ...document.Value) {
	if code, message := r.AddNested(data, "", member, beside...); code != "" {
		r.DiagnoseMember(rules.SeverityWarning, code, container, member, message)
	}
}
