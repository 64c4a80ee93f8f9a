package guide

import (
	"bytes"

	"github.com/rudder-clevertap/rudder-clevertap/clevertap"
	"github.com/rudder-clevertap/rudder-clevertap/mapping/document"
	"github.com/rudder-clevertap/rudder-clevertap/mapping/internal/rules"
)

// token builds the record of the device's push token, when the event has one and its system takes one.
func (r run) token(objectID document.Value) {
	id := r.Parts.Device.Get("token")
	if !present(id) {
		return
	}
	if kind := id.Kind(); kind != document.String && kind != document.Number {
		r.ignore("context.device", "token", id, "a string")
		return
	}
	if !r.To.ObjectIDMapping {
		r.notUploaded("CleverTap takes it for an objectId: turn enableObjectIdMapping on")
		return
	}
	var byOS string
	switch r.system() {
	case androidSystem:
		byOS = "fcm"
	case appleSystem:
		byOS = "apns"
	default:
		r.notUploaded("context.os.name is neither Android nor an Apple system whose devices take tokens")
		return
	}
	if id.Kind() == document.Number {
		id = r.numberAsText(id, "context.device", "token")
	}
	options, where := r.options()
	data := r.Doc.NewObject()
	data.Set("id", id)
	kind := r.tokenType(options, where, byOS)
	data.SetText("type", kind)
	r.Derive(data.Last(), r.decider(options, kind))
	if keys := r.optional(options.Get("chromeKeys"), where, "chromeKeys"); !keys.Empty() {
		data.Set("keys", keys)
	}
	record := r.Doc.NewObject()
	record.SetText("type", "token")
	record.Set("tokenData", data)
	record.Set("objectId", objectID)
	r.Emit(record, true)
}

// notUploaded says why a device token stays here.
func (r run) notUploaded(why string) {
	r.Diagnose(rules.SeverityInfo, rules.TokenNotUploaded, "", "context.device.token",
		"the device token was not uploaded: "+why)
}

// system is what kind of operating system a device has.
type system int

// The kinds.
const (
	// unknownSystem: the event doesn't say, or names one that nobody knows.
	unknownSystem system = iota
	androidSystem
	appleSystem
	// otherSystem: one whose devices take no tokens of CleverTap's.
	otherSystem
)

// otherSystems take no tokens, whatever the device's type says.
//
//nolint:gochecknoglobals // A table; nothing writes to it.
var otherSystems = []string{"macos", "mac os x", "mac os", "windows"}

// system tells a device's operating system: by its name, and by the device's type when that says nothing.
func (r run) system() system {
	if known := r.systemNamed(r.optionalText(r.Parts.OS, "context.os", "name")); known != unknownSystem {
		return known
	}
	return r.systemNamed(r.optionalText(r.Parts.Device, "context.device", "type"))
}

// decider returns what decided the type of a device's tokens: what the event gives, or what tells its system.
func (r run) decider(options document.Value, kind string) document.Value {
	if given := options.Get("deviceTokenType"); given.Is(kind) {
		return given
	}
	if name := r.Parts.OS.Get("name"); r.systemNamed(name.Bytes()) != unknownSystem {
		return name
	}
	return r.Parts.Device.Get("type")
}

// systemNamed tells an operating system by its name.
func (r run) systemNamed(name []byte) system {
	name = bytes.TrimSpace(name)
	switch {
	case len(name) == 0:
		return unknownSystem
	case names(name, "android"):
		return androidSystem
	case namesAny(name, r.Rules.AppleSystems):
		return appleSystem
	case namesAny(name, otherSystems):
		return otherSystem
	default:
		return unknownSystem
	}
}

// namesAny reports whether a name is that of one of some systems.
func namesAny(name []byte, systems []string) bool {
	for _, system := range systems {
		if names(name, system) {
			return true
		}
	}
	return false
}

// names reports whether a name is that of a system, alone or with a version: iOS 17.1, Android OS 13 / API-33.
func names(name []byte, system string) bool {
	if len(name) < len(system) || !rules.EqualFold(name[:len(system)], system) {
		return false
	}
	const between = " -_/"
	rest := bytes.TrimLeft(name[len(system):], between)
	if len(rest) > 1 && rules.EqualFold(rest[:2], "os") {
		rest = bytes.TrimLeft(rest[2:], between)
	}
	return len(rest) == 0 || rest[0] >= '0' && rest[0] <= '9'
}

// options reads what the event's integrations say for CleverTap, and the path of it. A plain true or false has no
// options. Of several spellings the usual ones come first.
func (r run) options() (document.Value, string) {
	for _, name := range r.Rules.OptionNames {
		if v := r.Parts.Integrations.Get(name); v.Kind() == document.Object {
			return v, "integrations." + name
		}
	}
	for m := r.Parts.Integrations.First(); m.Exists(); m = m.Next() {
		if m.Kind() == document.Object && namesCleverTap(m) {
			return m, "integrations." + m.Key()
		}
	}
	return document.Value{}, ""
}

// unknownTokenType is the message of UNKNOWN_TOKEN_TYPE.
//
//nolint:gochecknoglobals // Nothing writes to it.
var unknownTokenType = "CleverTap knows no such token type, so the operating system decided it: give " +
	rules.OneOf(clevertap.TokenTypes())

// tokenType returns the token's type: the one the event gives if CleverTap knows it, else that of the system.
func (r run) tokenType(options document.Value, where, byOS string) string {
	given := options.Get("deviceTokenType")
	if !present(given) {
		return byOS
	}
	for _, known := range r.Rules.TokenTypes {
		if given.Is(known) {
			return known
		}
	}
	r.Diagnose(rules.SeverityWarning, rules.UnknownTokenType, where, "deviceTokenType", unknownTokenType)
	return byOS
}
