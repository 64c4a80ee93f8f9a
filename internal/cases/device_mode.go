package cases

// The names of SDKs.
const (
	js    = "RudderLabs JavaScript SDK"
	droid = "com.rudderstack.android.sdk.core"
	apple = "rudder-ios-library"
	react = "@rudderstack/Rudder-SDK-React-Native"
)

// from is a call that an SDK sends, with more of the event behind the SDK's name.
func from(library, call, more string) string {
	return `{"type":"` + call + `","userId":"u","event":"E","previousId":"p","context":{"library":{"name":"` + library + `"}` + more
}

// native turns device mode on for all platforms that have one.
func native() Settings { return Settings{"useNativeSDK": true} }

// deviceModes: "Device mode".
func deviceModes() []Case {
	return []Case{
		{
			Rule:        "web in device mode: track",
			Difference:  "device mode, an event that the native SDK sends",
			Settings:    native(),
			Event:       from(js, "track", `}}`),
			Guide:       filtered("DEVICE_MODE"),
			Transformer: event("E", `{}`),
		},
		{
			Rule:        "web in device mode: identify",
			Settings:    native(),
			Event:       from(js, "identify", `}}`),
			Guide:       filtered("DEVICE_MODE"),
			Transformer: profile(`{}`),
		},
		{
			Rule:        "web in device mode: page",
			Settings:    native(),
			Event:       from(js, "page", `}}`),
			Guide:       filtered("DEVICE_MODE"),
			Transformer: event("Web Page Viewed: E", `{}`),
		},
		{
			Rule:     "web in device mode: screen is not sent by the SDK",
			Settings: native(),
			Event:    from(js, "screen", `}}`),
			Both:     event("Screen Viewed: E", `{}`),
		},
		{
			Rule:     "web in device mode: alias is not sent by the SDK",
			Settings: native(),
			Event:    from(js, "alias", `}}`),
			Both:     gives(`{"type":"profile","profileData":{"identity":"u"},"identity":"p"}`),
		},
		{
			Rule:        "Android in device mode: screen",
			Settings:    native(),
			Event:       from(droid, "screen", `}}`),
			Guide:       filtered("DEVICE_MODE"),
			Transformer: event("Screen Viewed: E", `{}`),
		},
		{
			Rule:        "Android in device mode: page",
			Settings:    native(),
			Event:       from(droid, "page", `}}`),
			Guide:       event("Web Page Viewed E", `{}`),
			Transformer: event("Web Page Viewed: E", `{}`),
		},
		{
			Rule:        "iOS in device mode",
			Settings:    native(),
			Event:       from(apple, "track", `}}`),
			Guide:       filtered("DEVICE_MODE"),
			Transformer: event("E", `{}`),
		},
		{
			Rule:        "no SDK gives React Native's name",
			Settings:    native(),
			Event:       from(react, "track", `}}`),
			Guide:       event("E", `{}`),
			Transformer: event("E", `{}`),
		},
		{
			Rule:     "a server's event",
			Settings: native(),
			Event:    from("rudder-server-sdk", "track", `}}`),
			Both:     event("E", `{}`),
		},
		{
			Rule:        "channel web of another library: AMP, pixels",
			Settings:    native(),
			Event:       from("other", "track", `},"channel":"web"}`),
			Guide:       event("E", `{}`),
			Transformer: event("E", `{}`),
		},
		{
			Rule:        "by channel mobile and Android",
			Settings:    native(),
			Event:       from("other", "screen", `,"os":{"name":"ANDROID"}},"channel":"mobile"}`),
			Guide:       filtered("DEVICE_MODE"),
			Transformer: event("Screen Viewed: E", `{}`),
		},
		{
			Rule:        "by channel mobile and an Apple system",
			Settings:    native(),
			Event:       from("", "screen", `,"os":{"name":"iPadOS"}},"channel":"mobile"}`),
			Guide:       filtered("DEVICE_MODE"),
			Transformer: event("Screen Viewed: E", `{}`),
		},
		{
			Rule:     "by channel mobile and another system",
			Settings: native(),
			Event:    from("", "track", `,"os":{"name":"Tizen"}},"channel":"mobile"}`),
			Both:     event("E", `{}`),
		},
		{
			Rule:     "the library comes before the channel",
			Settings: Settings{"useNativeSDK": map[string]any{"web": true}},
			Event:    from(droid, "track", `},"channel":"web"}`),
			Both:     event("E", `{}`),
		},
		{
			Rule:        "by source type: on",
			Settings:    Settings{"useNativeSDK": map[string]any{"android": true}},
			Event:       from(droid, "track", `}}`),
			Guide:       filtered("DEVICE_MODE"),
			Transformer: event("E", `{}`),
		},
		{
			Rule:     "by source type: another's",
			Settings: Settings{"useNativeSDK": map[string]any{"ios": true}},
			Event:    from(droid, "track", `}}`),
			Both:     event("E", `{}`),
		},
		{
			Rule:        "connectionMode decides: device",
			Settings:    Settings{"connectionMode": "device", "useNativeSDK": false},
			Event:       from(js, "track", `}}`),
			Guide:       filtered("DEVICE_MODE"),
			Transformer: event("E", `{}`),
		},
		{
			Rule:     "connectionMode decides: cloud",
			Settings: Settings{"connectionMode": map[string]any{"web": "cloud"}, "useNativeSDK": true},
			Event:    from(js, "track", `}}`),
			Both:     event("E", `{}`),
		},
		{
			Rule:        "where connectionMode is silent, useNativeSDK decides",
			Settings:    Settings{"connectionMode": map[string]any{"web": "cloud"}, "useNativeSDK": true},
			Event:       from(droid, "track", `}}`),
			Guide:       filtered("DEVICE_MODE"),
			Transformer: event("E", `{}`),
		},
		{
			Rule:     "device mode is off",
			Settings: Settings{"useNativeSDK": false},
			Event:    from(js, "track", `}}`),
			Both:     event("E", `{}`),
		},
		{
			Rule:        "what tells the platform has a wrong type: context",
			Settings:    native(),
			JSONOnly:    true,
			Event:       `{"type":"track","userId":"u","event":"E","context":"web"}`,
			Guide:       event("E", `{}`).with("FIELD_IGNORED context"),
			Transformer: event("E", `{}`),
		},
		{
			Rule:        "what tells the platform has a wrong type: library",
			Settings:    native(),
			JSONOnly:    true,
			Event:       `{"type":"track","userId":"u","event":"E","context":{"library":{"name":5}}}`,
			Guide:       event("E", `{}`).with("FIELD_IGNORED context.library.name"),
			Transformer: event("E", `{}`),
		},
		{
			Rule:        "what tells the platform has a wrong type: channel",
			Settings:    native(),
			JSONOnly:    true,
			Event:       `{"type":"track","userId":"u","event":"E","channel":["web"]}`,
			Guide:       event("E", `{}`).with("FIELD_IGNORED channel"),
			Transformer: event("E", `{}`),
		},
		{
			Rule:        "what tells the platform has a wrong type: os",
			Settings:    native(),
			JSONOnly:    true,
			Event:       `{"type":"track","userId":"u","event":"E","channel":"mobile","context":{"os":5}}`,
			Guide:       event("E", `{}`).with("FIELD_IGNORED context.os"),
			Transformer: event("E", `{}`),
		},
		{
			Rule:        "by source type: web by its library",
			Settings:    Settings{"useNativeSDK": map[string]any{"web": true}},
			Event:       from(js, "track", `}}`),
			Guide:       filtered("DEVICE_MODE"),
			Transformer: event("E", `{}`),
		},
		{
			Rule:        "by source type: ios by its library",
			Settings:    Settings{"useNativeSDK": map[string]any{"ios": true}},
			Event:       from(apple, "track", `}}`),
			Guide:       filtered("DEVICE_MODE"),
			Transformer: event("E", `{}`),
		},
		{
			Rule:        "by source type: web by its channel",
			Settings:    Settings{"useNativeSDK": map[string]any{"web": true}},
			Event:       from("", "track", `},"channel":"web"}`),
			Guide:       filtered("DEVICE_MODE"),
			Transformer: event("E", `{}`),
		},
		{
			Rule:        "by source type: android by its channel",
			Settings:    Settings{"useNativeSDK": map[string]any{"android": true}},
			Event:       from("other", "track", `,"os":{"name":"android"}},"channel":"mobile"}`),
			Guide:       filtered("DEVICE_MODE"),
			Transformer: event("E", `{}`),
		},
		{
			Rule:        "by source type: ios by its channel",
			Settings:    Settings{"useNativeSDK": map[string]any{"ios": true}},
			Event:       from("other", "track", `,"os":{"name":"ios"}},"channel":"mobile"}`),
			Guide:       filtered("DEVICE_MODE"),
			Transformer: event("E", `{}`),
		},
		{
			Rule:        "Android in device mode: identify",
			Settings:    native(),
			Event:       from(droid, "identify", `}}`),
			Guide:       filtered("DEVICE_MODE"),
			Transformer: profile(`{}`),
		},
		{
			Rule:        "iOS in device mode: identify",
			Settings:    native(),
			Event:       from(apple, "identify", `}}`),
			Guide:       filtered("DEVICE_MODE"),
			Transformer: profile(`{}`),
		},
		{
			Rule:        "what tells the platform has a wrong type: a library that is a number",
			Settings:    native(),
			JSONOnly:    true,
			Event:       `{"type":"track","userId":"u","event":"E","context":{"library":5}}`,
			Guide:       event("E", `{}`).with("FIELD_IGNORED context.library"),
			Transformer: event("E", `{}`),
		},
		{
			Rule:        "what would tell the platform has a wrong type, and there is no device mode",
			JSONOnly:    true,
			Event:       `{"type":"track","userId":"u","event":"E","context":"web"}`,
			Guide:       event("E", `{}`).with("FIELD_IGNORED context"),
			Transformer: event("E", `{}`),
		},
		{
			Rule: "device mode comes before event filters, which need a name",
			Settings: Settings{
				"useNativeSDK": true, "eventFilteringOption": "whitelistedEvents", "whitelistedEvents": listed(),
			},
			Event:       `{"type":"track","userId":"u","context":{"library":{"name":"RudderLabs JavaScript SDK"}}}`,
			Guide:       filtered("DEVICE_MODE"),
			Transformer: noName(),
		},
	}
}
