package transformer

import (
	"github.com/rudder-clevertap/rudder-clevertap/mapping/document"
	"github.com/rudder-clevertap/rudder-clevertap/mapping/internal/rules"
	"github.com/rudder-clevertap/rudder-clevertap/mapping/javascript"
)

// identify builds the profile record of an identify call, and the device token's.
func (r run) identify() *rules.Error {
	profile, err := r.profile()
	if err != nil {
		return err
	}
	record := r.Doc.NewObject()
	record.SetText("type", "profile")
	record.Set("profileData", profile)
	data := record.Last()
	if err := r.profileTime(record); err != nil {
		return err
	}
	if !r.To.ObjectIDMapping {
		record.Set("identity", r.userIDOrAnonymous()) // null, when nobody is named
		r.emit(record, false)
		return nil
	}
	anonymousID, userID := r.Event.Get("anonymousId"), r.userIDOnly()
	switch {
	case javascript.Truthy(anonymousID):
		record.Set("objectId", anonymousID)
		if javascript.Truthy(userID) {
			data.Put("identity", userID)
		}
	case javascript.Truthy(userID):
		record.Set("identity", userID)
	}
	r.emit(record, false)
	return r.token(anonymousID)
}

// alias builds the profile record of an alias call. Nothing is required.
func (r run) alias() *rules.Error {
	profile, record := r.Doc.NewObject(), r.Doc.NewObject()
	if userID := r.Event.Get("userId"); userID.Exists() {
		profile.Set("identity", userID)
	}
	record.SetText("type", "profile")
	record.Set("profileData", profile)
	if err := r.profileTime(record); err != nil {
		return err
	}
	if previous := r.Event.Get("previousId"); previous.Exists() {
		record.Set("identity", previous)
	}
	r.emit(record, false)
	return nil
}

// profile builds profileData.
func (r run) profile() (document.Value, *rules.Error) {
	profile := r.Doc.NewObject()
	for i := range r.Rules.Traits.Mapped {
		r.setField(profile, &r.Rules.Traits.Mapped[i])
	}
	if err := r.fullName(profile); err != nil {
		return profile, err
	}
	if err := r.extract(profile, r.Rules.Traits, "traits", "context.traits"); err != nil {
		return profile, err
	}
	profile = r.stringify(profile, r.Rules.Traits)
	override := r.Event.Get("traits").Get("overrideFields")
	if !javascript.Truthy(override) {
		override = r.Event.Get("context").Get("traits").Get("overrideFields")
	}
	if override.Exists() {
		override = r.entries(override)
		for f := override.First(); f.Exists(); f = f.Next() {
			profile.Put(f.Key(), f)
		}
		javascript.Order(profile)
	}
	pick(profile)
	return profile, nil
}

// setField writes a mapped trait: the first value that counts.
func (r run) setField(profile document.Value, f *rules.Field) {
	v := javascript.First(r.Event, f.Paths)
	if !v.Exists() {
		return
	}
	if f.Convert != nil {
		converted, ok := f.Convert(r.Run, f, v, "traits")
		if !ok {
			return
		}
		v = converted
	}
	profile.Set(f.To, v)
}

// gender makes a known spelling F or M, and drops all else.
func gender(r *rules.Run, f *rules.Field, v document.Value, _ string) (document.Value, bool) {
	known, ok := f.Known(v)
	if !ok {
		return v, false
	}
	letter := r.Doc.NewString(known)
	r.Derive(letter, v)
	return letter, true
}

// fullName writes "first last" where there is no name.
func (r run) fullName(profile document.Value) *rules.Error {
	if javascript.Truthy(profile.Get("Name")) {
		return nil
	}
	first, firstPath := r.firstTrait(r.Rules.Traits.Keys(rules.FirstName))
	last, lastPath := r.firstTrait(r.Rules.Traits.Keys(rules.LastName))
	if !javascript.Truthy(first) || !javascript.Truthy(last) {
		return nil
	}
	var err error
	fault, path := first, firstPath
	name := r.Doc.Build(func(dst []byte) []byte {
		if dst, err = javascript.AppendText(dst, first); err != nil {
			return dst
		}
		fault, path = last, lastPath
		dst, err = javascript.AppendText(append(dst, ' '), last)
		return dst
	})
	if err != nil {
		return throws(path, fault, path+" can't be read as text: "+err.Error())
	}
	r.Derive(name, first, last)
	profile.Put("Name", name)
	return nil
}
