package rules

import (
	"slices"

	"github.com/rudder-clevertap/rudder-clevertap/mapping/document"
)

// MaxValues is how many values an event may hold: some five times as many as an order of a thousand products with fifty
// properties each, which CleverTap does not take either.
const MaxValues = 256 << 10

// Ruleset is one documented set of mapping rules. It is a value: the tables and policies by which one ruleset
// differs from another, and the steps for each call type that apply them. Nothing writes to it once it is
// made.
type Ruleset struct {
	// Name is `guide` or `transformer`, for telemetry.
	Name string

	// Decode makes UTF-8 of an event's text; nil leaves it to the parser to refuse what is not.
	Decode func(text []byte) []byte
	// JSON is how tolerant the parser of events is.
	JSON document.Options
	// Prepare makes the parsed event ready for the other steps.
	Prepare func(r *Run) *Error
	// CallType reads an event's type in lower case; one that is not in Calls is an error.
	CallType func(r *Run) (string, *Error)
	// Filters say in turn why the destination does not want an event.
	Filters []Filter
	// Calls builds the records of an event, by call type.
	Calls map[string]Call
	// Packing is how records are put together into uploads.
	Packing Packing

	// Traits are those of a person with a meaning of their own, the mapped ones in the order in which a
	// profile has them.
	Traits *Table
	// Properties are those of an event with a meaning of their own; the mapped ones are a purchase's.
	Properties *Table
	// Page and Screen make the event names of page and screen calls.
	Page, Screen Naming
	// AppleSystems are the operating systems whose devices take apns tokens, in lower case.
	AppleSystems []string
	// TokenTypes are the types of device tokens that an event may ask for.
	TokenTypes []string
	// OptionNames are the keys under which an event's integrations may hold options for CleverTap, in the
	// order they are tried.
	OptionNames []string
}

// Filter says why the destination does not want an event, or Wanted.
type Filter func(r *Run) (FilterReason, *Error)

// FilterReason says why the destination does not want an event. The numbers are those of the contract's
// FilterReason.
type FilterReason uint8

// The reasons, and that there is none.
const (
	// Wanted: the event is not filtered.
	Wanted FilterReason = iota
	// FilteredByEventList: the destination's list of events says so.
	FilteredByEventList
	// FilteredByDeviceMode: the platform is in device mode, so its native SDK has delivered the event.
	FilteredByDeviceMode
	// FilteredByIntegrations: the sender excluded CleverTap.
	FilteredByIntegrations
)

// String is the name of the contract's FilterReason without its prefix.
func (r FilterReason) String() string {
	switch r {
	case FilteredByEventList:
		return "EVENT_LIST"
	case FilteredByDeviceMode:
		return "DEVICE_MODE"
	case FilteredByIntegrations:
		return "INTEGRATIONS"
	default:
		return "UNSPECIFIED"
	}
}

// Call builds the records of an event.
type Call func(r *Run) *Error

// Packing is how records are put together into uploads.
type Packing struct {
	// MaxRecords and MaxTokens limit an upload.
	MaxRecords, MaxTokens int
	// TokensApart puts device tokens into uploads of their own; else an event's records stay in one upload.
	TokensApart bool
}

// Naming makes the event name of a page or screen call.
type Naming struct {
	// Prefix stands before the name.
	Prefix string
	// Nameless is the whole event name without one.
	Nameless string
}

// OrderCompleted is the name, in lower case, of the event that becomes a purchase.
const OrderCompleted = "order completed"

// IsApple reports whether a system is one of Apple's that takes push tokens.
func (s *Ruleset) IsApple(system []byte) bool {
	return slices.ContainsFunc(s.AppleSystems, func(apple string) bool { return EqualFold(system, apple) })
}
