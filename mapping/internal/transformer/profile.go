package mapping

import (
	"github.com/rudder-clevertap/rudder-clevertap/mapping/document"
	"github.com/rudder-clevertap/rudder-clevertap/mapping/javascript"
)

// transformerIdentify builds the profile record of an identify call, and the device token's.
func transformerIdentify(m *Mapper, _ string) *Error {
	profile, err := m.transformerProfile()
	if err != nil {
		return err
	}
	record := m.doc.NewObject()
	record.SetText("type", "profile")
	record.Set("profileData", profile)
	data := record.Last()
	if err := m.transformerTraitsTime(record); err != nil {
		return err
	}
	if !m.to.objectIDMapping {
		setOrNull(record, "identity", m.userIDOrAnonymous())
		m.emitJavaScript(record, false)
		return nil
	}
	anonymousID, userID := m.event.Get("anonymousId"), m.userIDOnly()
	switch {
	case javascript.Truthy(anonymousID):
		record.Set("objectId", anonymousID)
		if javascript.Truthy(userID) {
			data.Put("identity", userID)
		}
	case javascript.Truthy(userID):
		record.Set("identity", userID)
	}
	m.emitJavaScript(record, false)
	return m.transformerToken(anonymousID)
}

// transformerAlias builds the profile record of an alias call. Nothing is required.
func transformerAlias(m *Mapper, _ string) *Error {
	profile, record := m.doc.NewObject(), m.doc.NewObject()
	if userID := m.event.Get("userId"); userID.Exists() {
		profile.Set("identity", userID)
	}
	record.SetText("type", "profile")
	record.Set("profileData", profile)
	if err := m.transformerTraitsTime(record); err != nil {
		return err
	}
	if previous := m.event.Get("previousId"); previous.Exists() {
		record.Set("identity", previous)
	}
	m.emitJavaScript(record, false)
	return nil
}

// setOrNull sets a value, or null when it is absent.
func setOrNull(record document.Value, key string, v document.Value) {
	if !v.Exists() {
		v = record.Document().NewNull()
	}
	record.Set(key, v)
}

// transformerTraitsTime sets the ts of a profile: `traits.ts || context.traits.ts`, whatever the second is.
func (m *Mapper) transformerTraitsTime(record document.Value) *Error {
	ts := javascript.Get(m.event, "traits.ts")
	if !javascript.Truthy(ts) {
		ts = javascript.Get(m.event, "context.traits.ts")
	}
	ts, err := m.secondsJavaScript(ts, "traits.ts")
	if err == nil && ts.Exists() {
		record.Set("ts", ts)
	}
	return err
}

// transformerProfile builds profileData.
func (m *Mapper) transformerProfile() (document.Value, *Error) {
	profile := m.doc.NewObject()
	for _, f := range m.to.rules.profileFields {
		v := m.transformerTrait(f.from)
		if f.from == "email" && !v.Exists() {
			v = javascript.First(m.event, []string{"properties.email"})
		}
		if !v.Exists() {
			continue
		}
		if f.convert != nil {
			converted, ok := f.convert(m, v, "traits", f.from)
			if !ok {
				continue
			}
			v = converted
		}
		profile.Set(f.to, v)
	}
	if err := m.transformerName(profile); err != nil {
		return profile, err
	}
	if err := m.extract(profile, &m.to.rules.traitRoles, "traits", "context.traits"); err != nil {
		return profile, err
	}
	profile = m.stringify(profile)
	override := m.event.Get("traits").Get("overrideFields")
	if !javascript.Truthy(override) {
		override = m.event.Get("context").Get("traits").Get("overrideFields")
	}
	if override.Exists() {
		override = javascript.Entries(override)
		for f := override.First(); f.Exists(); f = f.Next() {
			profile.Put(f.Key(), f)
		}
		javascript.Order(profile)
	}
	pick(profile)
	return profile, nil
}

// transformerTrait returns the first value of a trait that counts.
func (m *Mapper) transformerTrait(key string) document.Value {
	return javascript.First(m.event, []string{"traits." + key, "context.traits." + key})
}

// transformerGender makes a known spelling F or M, and drops all else.
func transformerGender(m *Mapper, v document.Value, _, _ string) (document.Value, bool) {
	if v.Kind() != document.String {
		return v, false
	}
	known, ok := m.to.rules.genders[string(v.Bytes())]
	if !ok {
		return v, false
	}
	return m.doc.NewString(known), true
}

// transformerName writes "first last" where there is no name.
func (m *Mapper) transformerName(profile document.Value) *Error {
	if javascript.Truthy(profile.Get("Name")) {
		return nil
	}
	first, last := m.transformerNamePart(m.to.rules.firstNames), m.transformerNamePart(m.to.rules.lastNames)
	if !javascript.Truthy(first) || !javascript.Truthy(last) {
		return nil
	}
	var err error
	name := m.doc.Build(func(dst []byte) []byte {
		if dst, err = javascript.AppendText(dst, first); err != nil {
			return dst
		}
		dst, err = javascript.AppendText(append(dst, ' '), last)
		return dst
	})
	if err != nil {
		return throws("traits", first, "a first or last name can't be read as text: "+err.Error())
	}
	profile.Put("Name", name)
	return nil
}

// transformerNamePart returns the first spelling of a first or last name that counts.
func (m *Mapper) transformerNamePart(spellings []string) document.Value {
	for _, in := range []string{"traits.", "context.traits."} {
		for _, key := range spellings {
			if v := javascript.Get(m.event, in+key); javascript.Truthy(v) || javascript.Zero(v) {
				return v
			}
		}
	}
	return document.Value{}
}

// transformerToken builds the record of the device's push token, for a device that is known by its anonymousId.
func (m *Mapper) transformerToken(objectID document.Value) *Error {
	byOS, err := m.transformerTokenTypeOfSystem()
	if err != nil || byOS == "" {
		return err
	}
	token := javascript.Get(m.event, "context.device.token")
	if !javascript.Truthy(token) || !javascript.Truthy(objectID) {
		return nil
	}
	var options document.Value
	for _, name := range m.to.rules.optionNames {
		if options = javascript.Get(m.event, "integrations."+name); javascript.Truthy(options) {
			break
		}
	}
	data, record := m.doc.NewObject(), m.doc.NewObject()
	data.Set("id", token)
	data.SetText("type", m.transformerTokenType(options, byOS))
	if keys := options.Get("chromeKeys"); !javascript.Nullish(keys) {
		data.Set("keys", keys)
	}
	record.SetText("type", "token")
	record.Set("tokenData", data)
	record.Set("objectId", objectID)
	record = m.doc.Embed(record) // its values are those of the profile's record too
	javascript.Clean(record)
	m.emitJavaScript(record, true)
	return nil
}

// transformerTokenTypeOfSystem returns the type of the tokens that the device's system takes, or nothing when it takes none.
func (m *Mapper) transformerTokenTypeOfSystem() (string, *Error) {
	os := javascript.Get(m.event, "context.os.name")
	if !javascript.Truthy(os) {
		return "", nil
	}
	if os.Kind() != document.String {
		return "", throws("context.os.name", os, "context.os.name must be a string, not "+os.Kind().String())
	}
	switch system := []byte(javascript.ToLower(os.Text())); {
	case string(system) == "android":
		return "fcm", nil
	case m.to.rules.isApple(system):
		return "apns", nil
	}
	return "", nil
}

// transformerTokenType returns the type that the event gives, if CleverTap knows it, else that of the system.
func (m *Mapper) transformerTokenType(options document.Value, byOS string) string {
	given := options.Get("deviceTokenType")
	for _, known := range m.to.rules.tokenTypes {
		if given.Is(known) {
			return known
		}
	}
	return byOS
}
