package guide

import (
	"github.com/rudder-clevertap/rudder-clevertap/clevertap"
	"github.com/rudder-clevertap/rudder-clevertap/mapping/document"
	"github.com/rudder-clevertap/rudder-clevertap/mapping/internal/rules"
)

// token builds the record of the device's push token, when the event has one and its system takes one.
func (r run) token(objectID document.Value) *rules.Error {
	context := r.Event.Get("context") // an object, if anything: the traits have been read
	device, err := object(context, contextPath, "device")
	if err != nil {
		return err
	}
	id, err := textOf(device, contextPath+"device.", "token")
	if len(id) == 0 {
		return err
	}
	byOS, err := r.tokenTypeOfSystem(context)
	if byOS == "" {
		return err
	}
	options, where, err := r.options()
	if err != nil {
		return err
	}
	data := r.Doc.NewObject()
	data.Set("id", device.Get("token"))
	data.SetText("type", r.tokenType(options, where, byOS))
	if keys := options.Get("chromeKeys"); present(keys) {
		if keys.Kind() != document.Object {
			return wrongType(where+".chromeKeys", keys, "an object")
		}
		if !keys.Empty() {
			data.Set("keys", keys)
		}
	}
	record := r.Doc.NewObject()
	record.SetText("type", "token")
	record.Set("tokenData", data)
	record.Set("objectId", objectID)
	r.Emit(record, true)
	return nil
}

// tokenTypeOfSystem returns the type of the tokens that the device's system takes, or nothing when it takes
// none.
func (r run) tokenTypeOfSystem(context document.Value) (string, *rules.Error) {
	name, err := systemOf(context)
	if err != nil {
		return "", err
	}
	switch {
	case rules.EqualFold(name, "android"):
		return "fcm", nil
	case r.Rules.IsApple(name):
		return "apns", nil
	}
	return "", nil
}

// systemOf reads the name of the device's operating system.
func systemOf(context document.Value) ([]byte, *rules.Error) {
	os, err := object(context, contextPath, "os")
	if err != nil {
		return nil, err
	}
	return textOf(os, contextPath+"os.", "name")
}

// options reads what the event's integrations say for CleverTap, and the path of it. A plain true or false
// has no options.
func (r run) options() (document.Value, string, *rules.Error) {
	integrations, err := object(r.Event, "", "integrations")
	if err != nil {
		return document.Value{}, "", err
	}
	for _, name := range r.Rules.OptionNames {
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
