package transformer

import (
	"github.com/rudder-clevertap/rudder-clevertap/mapping/document"
	"github.com/rudder-clevertap/rudder-clevertap/mapping/internal/rules"
	"github.com/rudder-clevertap/rudder-clevertap/mapping/javascript"
)

// token builds the record of the device's push token, for a device that is known by its anonymousId.
func (r run) token(objectID document.Value) *rules.Error {
	byOS, err := r.tokenTypeOfSystem()
	if byOS == "" {
		return err
	}
	token := javascript.Get(r.Event, "context.device.token")
	if !javascript.Truthy(token) || !javascript.Truthy(objectID) {
		return nil
	}
	var options document.Value
	for _, name := range r.Rules.OptionNames {
		if options = javascript.Get(r.Event, "integrations."+name); javascript.Truthy(options) {
			break
		}
	}
	data, record := r.Doc.NewObject(), r.Doc.NewObject()
	data.Set("id", token)
	data.SetText("type", r.tokenType(options, byOS))
	data.Set("keys", options.Get("chromeKeys"))
	record.SetText("type", "token")
	record.Set("tokenData", data)
	record.Set("objectId", objectID)
	record = r.Doc.Copy(record) // its values are those of the profile's record too
	javascript.Clean(record)
	r.emit(record, true)
	return nil
}

// tokenTypeOfSystem returns the type of the tokens that the device's system takes, or nothing when it takes
// none.
func (r run) tokenTypeOfSystem() (string, *rules.Error) {
	os := javascript.Get(r.Event, "context.os.name")
	if !javascript.Truthy(os) {
		return "", nil
	}
	if os.Kind() != document.String {
		return "", throws("context.os.name", os, "context.os.name must be a string, not "+os.Kind().String())
	}
	switch system := []byte(javascript.ToLower(os.Text())); {
	case string(system) == "android":
		return "fcm", nil
	case r.Rules.IsApple(system):
		return "apns", nil
	}
	return "", nil
}

// tokenType returns the type that the event gives, if CleverTap knows it, else that of the system.
func (r run) tokenType(options document.Value, byOS string) string {
	given := options.Get("deviceTokenType")
	for _, known := range r.Rules.TokenTypes {
		if given.Is(known) {
			return known
		}
	}
	return byOS
}
