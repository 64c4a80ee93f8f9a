package mapping

import "github.com/rudder-clevertap/rudder-clevertap/mapping/internal/rules"

// Error is why an event can't be transformed or a destination can't be used. Reason is what kind of fault it
// is; Field the path of the value at fault (`properties.products[1]`), or empty when no one field is; Kind
// its JSON kind; Message a sentence for a person, which names the field, says what to do, and never holds a
// secret. Line and Column say where JSON text is malformed, both from 1 and else zero; Column counts bytes.
type Error = rules.Error

// Reason says why an event can't be transformed. Its text is the name of the contract's ErrorReason without
// its prefix, where each is documented with an example.
type Reason = rules.Reason

// The reasons that the mapping itself gives.
const (
	// MissingMessageType: the event has no type.
	MissingMessageType = rules.MissingMessageType
	// UnsupportedMessageType: CleverTap has no counterpart for the call.
	UnsupportedMessageType = rules.UnsupportedMessageType
	// MissingIdentity: the event names nobody.
	MissingIdentity = rules.MissingIdentity
	// InvalidIdentity: an id is neither text nor a number.
	InvalidIdentity = rules.InvalidIdentity
	// AnonymousTrackingDisabled: the event has no userId, and the destination does not track anonymous
	// visitors.
	AnonymousTrackingDisabled = rules.AnonymousTrackingDisabled
	// MissingEventName: a track call has no event name.
	MissingEventName = rules.MissingEventName
	// InvalidProducts: the products of an order are not an array of objects.
	InvalidProducts = rules.InvalidProducts
	// MissingPreviousID: an alias has no previousId.
	MissingPreviousID = rules.MissingPreviousID
	// InvalidFieldType: a field has the wrong JSON type.
	InvalidFieldType = rules.InvalidFieldType
	// InvalidJSON: the text is not JSON.
	InvalidJSON = rules.InvalidJSON
	// InvalidDestination: the destination's settings are missing or wrong.
	InvalidDestination = rules.InvalidDestination
	// NotRepresentable: the rules gave a value that the typed record cannot hold.
	NotRepresentable = rules.NotRepresentable
)

// Diagnostic says what the transformation changed or left out, or what CleverTap will not take: Severity is
// how much it matters, Code what it is about, Path where in the event it is (`properties.cart`), Message the
// sentence for a person.
type Diagnostic = rules.Diagnostic

// Severity orders diagnostics by how much they matter. The numbers are those of the contract's Severity.
type Severity = rules.Severity

// The severities, least first.
const (
	// SeverityInfo: a value was written in another form and nothing is lost.
	SeverityInfo = rules.SeverityInfo
	// SeverityWarning: a value was changed in kind or left out.
	SeverityWarning = rules.SeverityWarning
	// SeverityError: CleverTap will refuse the record as it stands.
	SeverityError = rules.SeverityError
)

// Code says what a diagnostic is about. Its text is the name of the contract's DiagnosticCode without its
// prefix, where each is documented with an example.
type Code = rules.Code

// The codes that the mapping gives.
const (
	// NestedValueStringified: a nested value was sent as JSON text.
	NestedValueStringified = rules.NestedValueStringified
	// InvalidTimestamp: a time that cannot be read was left out.
	InvalidTimestamp = rules.InvalidTimestamp
	// TimestampInMilliseconds: a time in milliseconds was sent in seconds.
	TimestampInMilliseconds = rules.TimestampInMilliseconds
	// UnknownGender: a gender in no known spelling was left out.
	UnknownGender = rules.UnknownGender
	// TraitOverridden: another value was sent instead: a mapped field, or the root's trait.
	TraitOverridden = rules.TraitOverridden
	// SubscriptionNotBoolean: a do-not-disturb switch that is not a boolean was sent as it is.
	SubscriptionNotBoolean = rules.SubscriptionNotBoolean
	// ReservedEventName: CleverTap reserves the event's name and refuses the record.
	ReservedEventName = rules.ReservedEventName
	// NumericIDConverted: an id that is a number was sent as its decimal text.
	NumericIDConverted = rules.NumericIDConverted
	// UnknownTokenType: CleverTap knows no such type of device token, so the operating system decided it.
	UnknownTokenType = rules.UnknownTokenType
	// TraitLeftOut: a trait was left out, since another value says what it is about.
	TraitLeftOut = rules.TraitLeftOut
	// FieldIgnored: a value beside what the event says has the wrong type, and was ignored.
	FieldIgnored = rules.FieldIgnored
	// NumberAsText: a number was sent as text.
	NumberAsText = rules.NumberAsText
	// JSONTextRead: a text was read as the JSON that it holds.
	JSONTextRead = rules.JSONTextRead
	// TokenNotUploaded: a device token was there and was not uploaded.
	TokenNotUploaded = rules.TokenNotUploaded
	// DeviceModeAmbiguous: the event may have been sent by a native SDK as well, but can't tell.
	DeviceModeAmbiguous = rules.DeviceModeAmbiguous
	// TextRepaired: bytes that are not UTF-8, or half a surrogate pair, became U+FFFD.
	TextRepaired = rules.TextRepaired
	// DuplicateKey: of a key that is there twice the last value was sent.
	DuplicateKey = rules.DuplicateKey
)
