package mapping

import (
	"slices"

	"github.com/rudder-clevertap/rudder-clevertap/mapping/document"
)

// token builds the record of the device's push token, when the event has one and its system takes one.
func (m *Mapper) token(objectID document.Value) *Error {
	context, err := object(m.event, "", "context")
	if err != nil {
		return err
	}
	device, err := object(context, contextPath, "device")
	if err != nil {
		return err
	}
	id, err := textOf(device, contextPath+"device.", "token")
	if err != nil || len(id) == 0 {
		return err
	}
	byOS, err := m.tokenTypeOfSystem(context)
	if err != nil || byOS == "" {
		return err
	}
	options, where, err := m.options()
	if err != nil {
		return err
	}
	data := m.doc.NewObject()
	data.Set("id", device.Get("token"))
	data.SetText("type", m.tokenType(options, where, byOS))
	if keys := options.Get("chromeKeys"); present(keys) {
		if keys.Kind() != document.Object {
			return wrongType(where+".chromeKeys", keys, "an object")
		}
		if !keys.Empty() {
			data.Set("keys", keys)
		}
	}
	record := m.doc.NewObject()
	record.SetText("type", "token")
	record.Set("tokenData", data)
	record.Set("objectId", objectID)
	m.emit(record, true)
	return nil
}

// tokenTypeOfSystem returns the type of the tokens that the device's system takes, or nothing when it takes none.
func (m *Mapper) tokenTypeOfSystem(context document.Value) (string, *Error) {
	name, err := systemOf(context)
	if err != nil {
		return "", err
	}
	switch {
	case equalFold(name, "android"):
		return "fcm", nil
	case m.to.rules.isApple(name):
		return "apns", nil
	}
	return "", nil
}

// systemOf reads the name of the device's operating system.
func systemOf(context document.Value) ([]byte, *Error) {
	os, err := object(context, contextPath, "os")
	if err != nil {
		return nil, err
	}
	return textOf(os, contextPath+"os.", "name")
}

// isApple reports whether a system is one of Apple's that takes push tokens.
func (r *ruleset) isApple(system []byte) bool {
	return slices.ContainsFunc(r.appleSystems, func(apple string) bool { return equalFold(system, apple) })
}

// options reads what the event's integrations say for CleverTap, and the path of it. A plain true or false has no options.
func (m *Mapper) options() (document.Value, string, *Error) {
	integrations, err := object(m.event, "", "integrations")
	if err != nil {
		return document.Value{}, "", err
	}
	for _, name := range m.to.rules.optionNames {
		switch v := integrations.Get(name); v.Kind() {
		case document.Object:
			return v, "integrations." + name, nil
		case document.Invalid, document.Null, document.Bool:
		default:
			return v, "", wrongType("integrations."+name, v, "an object or a boolean")
		}
	}
	return document.Value{}, "", nil
}

// tokenType returns the token's type: the one the event gives if CleverTap knows it, else that of the system.
func (m *Mapper) tokenType(options document.Value, where, byOS string) string {
	given := options.Get("deviceTokenType")
	if !present(given) {
		return byOS
	}
	for _, known := range m.to.rules.tokenTypes {
		if given.Is(known) {
			return known
		}
	}
	m.diagnose(SeverityWarning, UnknownTokenType, where, "deviceTokenType",
		"CleverTap knows no such token type, so the operating system decided it: give chrome, fcm, gcm, apns, wns or mpns")
	return byOS
}
