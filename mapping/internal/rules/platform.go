package rules

import "slices"

// Platform is a source type of RudderStack's that supports device mode, where the platform's native SDK sends
// events itself.
type Platform uint8

// The platforms.
const (
	Web Platform = iota
	Android
	IOS
	ReactNative
	platformCount
)

// Platforms holds something for each platform.
type Platforms[T any] [platformCount]T

// PlatformNames returns RudderStack's names of the source types.
func PlatformNames() Platforms[string] {
	return Platforms[string]{Web: "web", Android: "android", IOS: "ios", ReactNative: "reactnative"}
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
	Web:         {"identify", "track", "page"},
	Android:     {"identify", "track", "screen"},
	IOS:         {"identify", "track", "screen"},
	ReactNative: {"identify", "track", "screen"},
}

// SDKCalls returns the calls that the platform's native SDK sends. They must not be changed.
func (p Platform) SDKCalls() []string { return sdkCalls[p] }
