package rules

// Destination is a destination as the rules see it: its settings, checked and compiled. It is immutable.
type Destination struct {
	// Endpoint is the address that uploads go to.
	Endpoint string
	// Headers are the HTTP headers of an upload, the passcode's among them, and HeadersJSON the same as a
	// JSON object, where values may have other types than text.
	Headers     []Header
	HeadersJSON []byte
	// TrackAnonymous: events of visitors without a userId are sent.
	TrackAnonymous bool
	// ObjectIDMapping: anonymousId becomes CleverTap's objectId.
	ObjectIDMapping bool
	// UseEventTimestamp: a record without a ts takes the event's own time.
	UseEventTimestamp bool
	// Events filters track events by name; nil lets all pass.
	Events *NameFilter
	// Modes say for which platforms the native SDK sends the events.
	Modes Platforms[Mode]
	// NoConfig: there are no settings at all, which only rudder-transformer's rules allow.
	NoConfig bool
	// Unusable is why nothing can be sent there, or nil. An event that fails for itself says so instead.
	Unusable *Error
}

// Header is an HTTP header of an upload.
type Header struct {
	// Name is the header's name, Value its text.
	Name, Value string
}

// NameFilter lets track events pass, or not, by their names.
type NameFilter struct {
	// Names are the names listed, trimmed.
	Names map[string]struct{}
	// Listed is whether the names listed pass (a whitelist), or all others do.
	Listed bool
}
