package guide

import (
	"bytes"
	"slices"
	"strings"

	"github.com/rudder-clevertap/rudder-clevertap/mapping/internal/rules"
)

// wantedByName applies the destination's event filter: to track calls, by trimmed name, letter case counts.
func wantedByName(r *rules.Run) (bool, *rules.Error) {
	if r.To.Events == nil || r.CallType != "track" {
		return true, nil
	}
	name, err := run{r}.trackName()
	if err != nil {
		return false, err
	}
	_, found := r.To.Events.Names[string(bytes.TrimSpace(name.Bytes()))]
	return found == r.To.Events.Listed, nil
}

// wantedBySDK drops what the native SDK has delivered already: events of a platform that is in device mode,
// of the calls that the SDK sends.
func wantedBySDK(r *rules.Run) (bool, *rules.Error) {
	if r.To.DeviceMode == (rules.Platforms[bool]{}) {
		return true, nil
	}
	at, ok, err := run{r}.platform()
	return !ok || !r.To.DeviceMode[at] || !slices.Contains(at.SDKCalls(), r.CallType), err
}

// libraries are the SDKs and the platforms they are of.
//
//nolint:gochecknoglobals // A table; nothing writes to it.
var libraries = map[string]rules.Platform{
	"RudderLabs JavaScript SDK":        rules.Web,
	"com.rudderstack.android.sdk.core": rules.Android,
	"rudder-ios-library":               rules.IOS,
}

// platform tells an event's platform by its SDK, else by its channel and system; false for events of servers
// and of platforms without device mode.
func (r run) platform() (rules.Platform, bool, *rules.Error) {
	context, err := object(r.Event, "", "context")
	if err != nil {
		return 0, false, err
	}
	library, err := object(context, contextPath, "library")
	if err != nil {
		return 0, false, err
	}
	name, err := textOf(library, contextPath+"library.", "name")
	if err != nil {
		return 0, false, err
	}
	if at, ok := libraries[string(name)]; ok {
		return at, true, nil
	}
	if strings.Contains(strings.ToLower(string(name)), "react-native") {
		return rules.ReactNative, true, nil
	}
	channel, err := textOf(r.Event, "", "channel")
	if err != nil {
		return 0, false, err
	}
	switch string(channel) {
	case "web":
		return rules.Web, true, nil
	case "mobile":
		system, err := systemOf(context)
		if err != nil {
			return 0, false, err
		}
		if rules.EqualFold(system, "android") {
			return rules.Android, true, nil
		}
		return rules.IOS, r.Rules.IsApple(system), nil
	}
	return 0, false, nil
}
