package rules

import "slices"

// Platform is a source type of RudderStack's whose mode says whether its native SDK sends events itself, or that
// shares a native SDK with such.
type Platform uint8

// The platforms.
const (
	Web Platform = iota
	Android
	IOS
	ReactNative
	AndroidKotlin
	IOSSwift
	// Flutter and Unity have no device mode; their events carry the name of the native SDK below them.
	Flutter
	Unity
	platformCount
)

// Platforms holds something for each platform.
type Platforms[T any] [platformCount]T

// Mode is how a platform's events reach CleverTap.
type Mode uint8

// The modes.
const (
	// UnknownMode: the destination does not name the platform.
	UnknownMode Mode = iota
	// CloudMode: through this service.
	CloudMode
	// DeviceMode: the native SDK sends them.
	DeviceMode
)

// PlatformNames returns RudderStack's names of the source types.
func PlatformNames() Platforms[string] {
	return Platforms[string]{
		Web: "web", Android: "android", IOS: "ios", ReactNative: "reactnative", AndroidKotlin: "androidKotlin",
		IOSSwift: "iosSwift", Flutter: "flutter", Unity: "unity",
	}
}

// PlatformNamed finds a platform by RudderStack's name of the source type.
func PlatformNamed(name string) (Platform, bool) {
	names := PlatformNames()
	at := slices.Index(names[:], name)
	return Platform(max(at, 0)), at >= 0
}

// sdkCalls are the calls that the native SDK of a platform sends.
//
//nolint:gochecknoglobals // A table; nothing writes to it.
var sdkCalls = Platforms[[]string]{
	Web:           {"identify", "track", "page"},
	Android:       {"identify", "track", "screen"},
	IOS:           {"identify", "track", "screen"},
	ReactNative:   {"identify", "track", "screen"},
	AndroidKotlin: {"identify", "track", "screen"},
	IOSSwift:      {"identify", "track", "screen"},
}

// SDKCalls returns the calls that the platform's native SDK sends; none when it has no device mode. They must
// not be changed.
func (p Platform) SDKCalls() []string { return sdkCalls[p] }

// HasDeviceMode reports whether the platform's native SDK can send events.
func (p Platform) HasDeviceMode() bool { return len(sdkCalls[p]) > 0 }
