package mapping

import (
	"bytes"
	"slices"
	"strings"

	"github.com/rudder-clevertap/rudder-clevertap/mapping/document"
)

// wantedByName applies the destination's event filter: to track calls, by trimmed name, letter case counts.
func wantedByName(m *Mapper, callType string) (bool, *Error) {
	if m.to.filter == nil || callType != "track" {
		return true, nil
	}
	name, err := m.trackName()
	if err != nil {
		return false, err
	}
	return m.to.filter.wants(name.Bytes()), nil
}

// nameFilter lets track events pass, or not, by their names.
type nameFilter struct {
	names map[string]struct{}
	// listed is whether the names listed pass (a whitelist), or all others do.
	listed bool
}

// wants reports whether an event of that name passes.
func (f *nameFilter) wants(name []byte) bool {
	_, found := f.names[string(bytes.TrimSpace(name))]
	return found == f.listed
}

// wantedBySDK drops what the native SDK has delivered already: events of a platform that is in device mode, of the calls
// that the SDK sends.
func wantedBySDK(m *Mapper, callType string) (bool, *Error) {
	if m.to.deviceMode == (platforms[bool]{}) {
		return true, nil
	}
	at, ok := platformOf(m.event, m.to.rules)
	return !ok || !m.to.deviceMode[at] || !sends(at, callType), nil
}

// platform is a source type that supports device mode.
type platform uint8

// The platforms.
const (
	web platform = iota
	android
	ios
	reactNative
	platformCount
)

// platforms holds something for each platform.
type platforms[T any] [platformCount]T

// platformNames are RudderStack's names of the source types.
//
//nolint:gochecknoglobals // A table; nothing writes to it.
var platformNames = platforms[string]{"web", "android", "ios", "reactnative"}

// sdkCalls are the calls that the native SDK of a platform sends.
//
//nolint:gochecknoglobals // A table; nothing writes to it.
var sdkCalls = platforms[[]string]{
	web:         {"identify", "track", "page"},
	android:     {"identify", "track", "screen"},
	ios:         {"identify", "track", "screen"},
	reactNative: {"identify", "track", "screen"},
}

// sends reports whether a platform's native SDK sends a call.
func sends(at platform, callType string) bool {
	return slices.Contains(sdkCalls[at], callType)
}

// libraries are the SDKs and the platforms they are of.
//
//nolint:gochecknoglobals // A table; nothing writes to it.
var libraries = map[string]platform{
	"RudderLabs JavaScript SDK":        web,
	"com.rudderstack.android.sdk.core": android,
	"rudder-ios-library":               ios,
}

// platformOf tells an event's platform by its SDK, else by its channel and system; false for events of servers and of
// platforms without device mode.
func platformOf(event document.Value, rules *ruleset) (platform, bool) {
	context := event.Get("context")
	library := context.Get("library").Get("name")
	if library.Kind() == document.String {
		if at, ok := libraries[string(library.Bytes())]; ok {
			return at, true
		}
		if strings.Contains(strings.ToLower(library.Text()), "react-native") {
			return reactNative, true
		}
	}
	switch channel := event.Get("channel"); {
	case channel.Is("web"):
		return web, true
	case channel.Is("mobile"):
		system := context.Get("os").Get("name").Bytes()
		if equalFold(system, "android") {
			return android, true
		}
		if rules.isApple(system) {
			return ios, true
		}
	}
	return 0, false
}
