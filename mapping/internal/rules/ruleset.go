package mapping

import "github.com/rudder-clevertap/rudder-clevertap/mapping/document"

// ruleset is one documented set of mapping rules. It is a value: the tables and policies by which one ruleset differs from
// another, and the steps for each call type that apply them.
type ruleset struct {
	// name is `guide` or `transformer`, for telemetry.
	name string
	// decode makes UTF-8 of an event's text; nil leaves it to the parser to refuse what is not.
	decode func(text []byte) []byte
	// json is how tolerant the parser of events is.
	json document.Options
	// prepare makes the parsed event ready for the other steps.
	prepare func(m *Mapper) *Error
	// callType reads an event's type in lower case; one that is not in calls is an error.
	callType func(m *Mapper) (string, *Error)
	// filters decide in turn whether the destination wants an event.
	filters []filter
	// calls builds the records of an event, by call type.
	calls map[string]call
	// packing is how records are put together into uploads.
	packing packing
	// userIDs are where a person's id is looked for, in order.
	userIDs []path
	// profileFields are the traits with a place of their own in a profile, in the order they are written.
	profileFields []field
	// firstNames and lastNames are the traits that make up a missing name.
	firstNames, lastNames []string
	// traitRoles says what the other traits are that are no plain custom attributes.
	traitRoles roles
	// genders are the spellings of a gender and what CleverTap calls it.
	genders map[string]string
	// charged are the properties with a place of their own in a Charged event.
	charged []field
	// chargedRoles says what the other properties of a Charged event are.
	chargedRoles roles
	// pageName and screenName make event names of page and screen calls.
	pageName, screenName naming
	// appleSystems are the operating systems whose devices take apns tokens, in lower case.
	appleSystems []string
	// tokenTypes are the types of device tokens that CleverTap knows.
	tokenTypes []string
	// optionNames are the keys under which an event's integrations may hold options for CleverTap.
	optionNames []string
}

// filter decides whether the destination wants an event.
type filter func(m *Mapper, callType string) (bool, *Error)

// call builds the records of an event.
type call func(m *Mapper, callType string) *Error

// packing is how records are put together into uploads.
type packing struct {
	// maxRecords and maxTokens limit an upload.
	maxRecords, maxTokens int
	// tokensApart puts device tokens into uploads of their own; else an event's records stay in one upload.
	tokensApart bool
}

// path is a place in an event: a key at its root, or within one or two containers.
type path struct {
	// in is the container: empty, `traits` or `context.traits`.
	in string
	// key is the key there.
	key string
}

// String returns the path as an error names it.
func (p path) String() string {
	if p.in == "" {
		return p.key
	}
	return p.in + "." + p.key
}

// field gives the value under one key a place under CleverTap's name.
type field struct {
	from, to string
	// convert makes the value to write; false leaves the field out. Without it, values pass as they are, and nested ones
	// become text.
	convert func(m *Mapper, v document.Value, container, key string) (document.Value, bool)
}

// naming makes the event name of a page or screen call.
type naming struct {
	// prefix stands before the name.
	prefix string
	// nameless is the whole event name without one.
	nameless string
}

// role is what a trait or property is when it is not a plain custom one.
type role uint8

const (
	// custom: an attribute under its own name.
	custom role = iota
	// internal: mapped elsewhere, or not for CleverTap.
	internal
	// target: custom, but of a name that a mapped field may have taken.
	target
	// structured: custom, but nested values stay nested.
	structured
	// subscription: custom, a do-not-disturb switch.
	subscription
)

// roles finds the role of a key. Most keys are custom, so those that can't be in it are told by their length and first byte.
type roles struct {
	byKey   map[string]role
	lengths [256]uint64
}

// newRoles makes the table; keys are shorter than 64 bytes.
func newRoles(byRole map[role][]string) roles {
	r := roles{byKey: map[string]role{}}
	for role, keys := range byRole {
		for _, key := range keys {
			r.byKey[key] = role
			r.lengths[key[0]] |= 1 << len(key)
		}
	}
	return r
}

// of returns the role of a key.
func (r *roles) of(key []byte) role {
	if len(key) == 0 || r.lengths[key[0]]>>len(key)&1 == 0 {
		return custom
	}
	return r.byKey[string(key)]
}
