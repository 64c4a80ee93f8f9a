package mapping

import (
	"bytes"
	"slices"
	"strings"
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
	at, ok, err := m.platform()
	return !ok || !m.to.deviceMode[at] || !sends(at, callType), err
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

// platform tells an event's platform by its SDK, else by its channel and system; false for events of servers and of
// platforms without device mode.
func (m *Mapper) platform() (platform, bool, *Error) {
	context, err := object(m.event, "", "context")
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
		return reactNative, true, nil
	}
	channel, err := textOf(m.event, "", "channel")
	if err != nil {
		return 0, false, err
	}
	switch string(channel) {
	case "web":
		return web, true, nil
	case "mobile":
		system, err := systemOf(context)
		if err != nil {
			return 0, false, err
		}
		if equalFold(system, "android") {
			return android, true, nil
		}
		return ios, m.to.rules.isApple(system), nil
	}
	return 0, false, nil
}
