package guide

import (
	"bytes"
	"slices"

	"github.com/rudder-clevertap/rudder-clevertap/mapping/document"
	"github.com/rudder-clevertap/rudder-clevertap/mapping/internal/rules"
)

// byIntegrations filters events whose sender excluded CleverTap: by name, or all without naming it.
func byIntegrations(r *rules.Run) (rules.FilterReason, *rules.Error) {
	all, named := true, false
	for m := r.Parts.Integrations.First(); m.Exists(); m = m.Next() {
		switch kind := m.Kind(); {
		case kind == document.Null:
		case namesCleverTap(m):
			if kind == document.Bool && !m.True() {
				return rules.FilteredByIntegrations, nil
			}
			_, isObject := asObject(m)
			if named = named || isObject || kind == document.Bool; !isObject && kind != document.Bool {
				run{r}.ignore("integrations", m.Key(), m, "an object or a boolean")
			}
		case rules.EqualFold(m.KeyBytes(), "all"):
			if kind != document.Bool {
				run{r}.ignore("integrations", m.Key(), m, "a boolean")
				continue
			}
			all = m.True()
		}
	}
	if !all && !named {
		return rules.FilteredByIntegrations, nil
	}
	return rules.Wanted, nil
}

// namesCleverTap reports whether a member of the integrations is what they say of CleverTap, in any letter case.
func namesCleverTap(m document.Value) bool { return rules.EqualFold(m.KeyBytes(), "clevertap") }

// byEventList applies the destination's event filter: to track calls, by trimmed name, letter case counts.
func byEventList(r *rules.Run) (rules.FilterReason, *rules.Error) {
	if r.To.Events == nil || r.CallType != "track" {
		return rules.Wanted, nil
	}
	name, err := run{r}.trackName()
	if err != nil {
		return rules.Wanted, err
	}
	if _, found := r.To.Events.Names[string(bytes.TrimSpace(name.Bytes()))]; found != r.To.Events.Listed {
		return rules.FilteredByEventList, nil
	}
	return rules.Wanted, nil
}

// byDeviceMode filters what the native SDK has delivered already: events of a platform that is in device mode,
// of the calls that the SDK sends. Where an event may be of several platforms, those that the destination names
// count; unless they agree, the event is sent, since counting twice does less harm than losing.
func byDeviceMode(r *rules.Run) (rules.FilterReason, *rules.Error) {
	if r.To.Modes == (rules.Platforms[rules.Mode]{}) {
		return rules.Wanted, nil
	}
	platforms := run{r}.platforms()
	device, cloud := 0, 0
	for _, p := range platforms {
		switch r.To.Modes[p] {
		case rules.DeviceMode:
			device++
		case rules.CloudMode:
			cloud++
		}
	}
	switch {
	case device+cloud == 0 || !slices.Contains(platforms[0].SDKCalls(), r.CallType):
		return rules.Wanted, nil
	case cloud == 0:
		return rules.FilteredByDeviceMode, nil
	case device > 0 || cloud == 1 && len(platforms) > 1:
		r.Diagnose(rules.SeverityInfo, rules.DeviceModeAmbiguous, "", "context.library.name",
			"it may have been sent by a native SDK as well: the event does not tell its source type, and the modes "+
				"of those that it may be of differ or are not all known; give connectionMode for each")
	}
	return rules.Wanted, nil
}

// The platforms that an event may be of. The first of them has device mode, and all that have it send the same
// calls.
//
//nolint:gochecknoglobals // Tables; nothing writes to them.
var (
	web     = []rules.Platform{rules.Web}
	android = []rules.Platform{rules.Android, rules.AndroidKotlin}
	apple   = []rules.Platform{rules.IOS, rules.IOSSwift}

	// libraries are the SDKs, by the names that they give their events. React Native, Flutter and Unity use the
	// native ones under their names.
	libraries = map[string][]rules.Platform{
		"RudderLabs JavaScript SDK":          web,
		"com.rudderstack.android.sdk.core":   {rules.Android, rules.ReactNative, rules.Flutter, rules.Unity},
		"com.rudderstack.sdk.kotlin.android": {rules.AndroidKotlin},
		"rudder-ios-library":                 {rules.IOS, rules.ReactNative, rules.Flutter, rules.Unity},
		"rudder-sdk-swift":                   {rules.IOSSwift},
		"rudder-unity-library":               nil, // of its own, without device mode
	}
)

// platforms tells which platforms an event may be of, by its SDK, else by its channel and system; none for events
// of servers and of platforms without device mode.
func (r run) platforms() []rules.Platform {
	library := r.optionalText(r.Parts.Library, "context.library", "name")
	if known, ok := libraries[string(library)]; ok {
		return known
	}
	switch channel := r.optionalText(r.Event, "", "channel"); {
	case string(channel) == "web" && len(library) == 0: // others are of AMP, or pixels
		return web
	case string(channel) != "mobile":
		return nil
	}
	switch r.system() {
	case androidSystem:
		return android
	case appleSystem:
		return apple
	default:
		return nil
	}
}
