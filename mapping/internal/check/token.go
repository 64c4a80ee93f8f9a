package check

import (
	"github.com/rudder-clevertap/rudder-clevertap/clevertap"
	"github.com/rudder-clevertap/rudder-clevertap/mapping/document"
	"github.com/rudder-clevertap/rudder-clevertap/mapping/internal/rules"
)

// tokenRows are about device tokens.
func tokenRows() []Row {
	return []Row{
		{
			Code: rules.TokenWithoutID, Refusal: clevertap.MissingTokenID, Severity: rules.SeverityError, Place: Token,
			Rule: "a device token is a string, and not blank", Repair: "the token is not uploaded",
			Examples: []Example{{
				Event:    `"type":"identify","anonymousId":"a","context":{"device":{"token":" "},"os":{"name":"android"}}`,
				Settings: mapping, Path: "context.device.token", At: "/tokenData/id", Report: `" "`, Action: rules.Dropped,
			}},
			wrong: func(_ *Checker, v document.Value) bool { return !says(v.Get("id")) }, repair: withdraw,
			path: func(*Checker) string { return "context.device.token" },
		},
		{
			Code: rules.TokenWithoutKeys, Refusal: clevertap.MissingTokenKeys, Severity: rules.SeverityError, Place: Token,
			Rule: "a token of chrome has keys, p256dh and auth", Repair: "the token is not uploaded",
			Examples: []Example{{
				Event:    device + `,"anonymousId":"a","integrations":{"CleverTap":{"deviceTokenType":"chrome"}}`,
				Settings: mapping, Path: "integrations.CleverTap.chromeKeys", At: "/tokenData/type", Report: `"chrome"`, Action: rules.Dropped,
			}},
			wrong: func(_ *Checker, v document.Value) bool {
				keys := v.Get("keys")
				return v.Get("type").Is(clevertap.ChromeToken) && (!says(keys.Get("p256dh")) || !says(keys.Get("auth")))
			},
			repair: withdraw, path: chromeKeys,
		},
	}
}

// says reports whether a value is a string that is not blank.
func says(v document.Value) bool { return v.Kind() == document.String && !rules.IsBlank(v.Bytes()) }

// withdraw leaves the whole record out.
func withdraw(c *Checker, _ document.Value) outcome {
	c.gone = true
	return dropped
}

// chromeKeys names the field that the keys of a token come from, or should.
func chromeKeys(c *Checker) string {
	integrations := c.Event.Get("integrations")
	for _, name := range c.Rules.OptionNames {
		if integrations.Get(name).Kind() == document.Object {
			return "integrations." + name + ".chromeKeys"
		}
	}
	return "integrations"
}
