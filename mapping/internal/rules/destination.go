package rules

import (
	"github.com/rudder-clevertap/rudder-clevertap/clevertap"
	"github.com/rudder-clevertap/rudder-clevertap/mapping/internal/times"
)

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
	// Checks are the settings of the checks.
	Checks Checks
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

// Checks are a destination's settings of what is done about what CleverTap would refuse. Package check holds
// the checks.
type Checks struct {
	// Mode is what is done about it.
	Mode CheckMode
	// Country is that of phones without a country's code, in capital letters; empty when none is set.
	Country string
	// Order is how dates that could be read in two ways are read.
	Order times.Order
	// Nested is what becomes of nested values.
	Nested NestedValues
	// Limits are the account's.
	Limits Limits
}

// CheckMode is what is done about what CleverTap would refuse. The numbers are those of the contract's
// CheckMode.
type CheckMode uint8

// The modes. Zero reports, too.
const (
	// Report says so.
	Report CheckMode = iota + 1
	// Repair makes the record acceptable.
	Repair
	// Reject fails the event.
	Reject
)

// NestedValues is what becomes of arrays and objects where CleverTap takes none. The numbers are those of the
// contract's NestedValues.
type NestedValues uint8

// What can become of them. Zero is Stringify, too.
const (
	// Stringify makes them JSON text.
	Stringify NestedValues = iota + 1
	// Flatten makes fields of the members of objects, and JSON text of arrays.
	Flatten
	// Drop leaves them out.
	Drop
	// Keep lets them be, within the limits of CleverTap's beta.
	Keep
)

// Limits are an account's.
type Limits struct {
	// EventProperties, ProfileAttributes and ChargedItems are how many there may be.
	EventProperties, ProfileAttributes, ChargedItems int
	// KeyCharacters is how long a key may be, ValueBytes a text and EventNameBytes the name of an event.
	KeyCharacters, ValueBytes, EventNameBytes int
}

// usualLimits are those of accounts that have no others.
//
//nolint:gochecknoglobals // A table; nothing writes to it.
var usualLimits = DefaultLimits()

// DefaultLimits are CleverTap's usual ones.
func DefaultLimits() Limits {
	return Limits{
		EventProperties: clevertap.MaxEventProperties, ProfileAttributes: clevertap.MaxProfileAttributes,
		ChargedItems: clevertap.MaxChargedItems, KeyCharacters: clevertap.MaxKeyCharacters,
		ValueBytes: clevertap.MaxValueBytes, EventNameBytes: clevertap.MaxEventNameBytes,
	}
}
