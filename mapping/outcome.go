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
	// CleverTapWouldRefuse: CleverTap would refuse a record of the event.
	CleverTapWouldRefuse = rules.CleverTapWouldRefuse
)

// Diagnostic says what the transformation changed or left out, or what CleverTap will not take: Severity is
// how much it matters, Code what it is about, CleverTapCode the refusal that it predicts or that was prevented
// (zero when CleverTap has no code for it), Action what was done about it, Path where in the event it is
// (`properties.cart`), Message the sentence for a person.
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

// Action says what was done about what a diagnostic names. The numbers are those of the contract's Action.
type Action = rules.Action

// The actions.
const (
	// Sent: it was sent as it is.
	Sent = rules.Sent
	// Converted: it was sent in another form, or from another source.
	Converted = rules.Converted
	// Dropped: it was left out.
	Dropped = rules.Dropped
	// Renamed: it was sent under another name.
	Renamed = rules.Renamed
	// Truncated: it was cut.
	Truncated = rules.Truncated
	// Rejected: the event failed for its sake.
	Rejected = rules.Rejected
)

// Code says what a diagnostic is about. Its text is the name of the contract's DiagnosticCode without its
// prefix, where each is documented with an example.
type Code = rules.Code

// The codes that the mapping gives.
const (
	// NestedValueStringified: a nested value was sent as JSON text.
	NestedValueStringified = rules.NestedValueStringified
	// InvalidTimestamp: a time that cannot be read was left out, or sent as it is.
	InvalidTimestamp = rules.InvalidTimestamp
	// TimestampInMilliseconds: a time in milliseconds was sent in seconds.
	TimestampInMilliseconds = rules.TimestampInMilliseconds
	// UnknownGender: a gender is not one that CleverTap takes.
	UnknownGender = rules.UnknownGender
	// TraitOverridden: another value was sent instead: a mapped field, or the root's trait.
	TraitOverridden = rules.TraitOverridden
	// SubscriptionNotBoolean: a subscription is not a boolean.
	SubscriptionNotBoolean = rules.SubscriptionNotBoolean
	// ReservedEventName: CleverTap reserves the event's name.
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
	// InvalidEmail: an email is not one address.
	InvalidEmail = rules.InvalidEmail
	// InvalidPhone: a phone is not an international number.
	InvalidPhone = rules.InvalidPhone
	// InvalidEmployed: employed is neither Y nor N.
	InvalidEmployed = rules.InvalidEmployed
	// InvalidMarried: married is neither Y nor N.
	InvalidMarried = rules.InvalidMarried
	// InvalidEducation: an education is not one that CleverTap takes.
	InvalidEducation = rules.InvalidEducation
	// InvalidAge: an age is not a number of years.
	InvalidAge = rules.InvalidAge
	// InvalidDateOfBirth: a date of birth is not a date of CleverTap's form.
	InvalidDateOfBirth = rules.InvalidDateOfBirth
	// InvalidPhoto: a photo is not an http or https URL.
	InvalidPhoto = rules.InvalidPhoto
	// InvalidTextField: a field that must be a string is not one.
	InvalidTextField = rules.InvalidTextField
	// PlaceholderIdentity: an identity names nobody.
	PlaceholderIdentity = rules.PlaceholderIdentity
	// InvalidObjectID: an objectId has characters or a length that CleverTap does not allow.
	InvalidObjectID = rules.InvalidObjectID
	// EmptyEventName: the event's name is blank or not a string.
	EmptyEventName = rules.EmptyEventName
	// EventNameTooLong: the event's name is too long.
	EventNameTooLong = rules.EventNameTooLong
	// EmptyKey: a key is empty.
	EmptyKey = rules.EmptyKey
	// KeyTooLong: a key has too many characters.
	KeyTooLong = rules.KeyTooLong
	// ValueTooLong: a text has too many bytes.
	ValueTooLong = rules.ValueTooLong
	// TooManyProperties: an event or profile has too many properties.
	TooManyProperties = rules.TooManyProperties
	// NestedValueFlattened: the members of a nested object were sent as fields of their own.
	NestedValueFlattened = rules.NestedValueFlattened
	// NestedValueDropped: a nested value was left out.
	NestedValueDropped = rules.NestedValueDropped
	// NestedValueRefused: a nested value was sent where CleverTap takes none.
	NestedValueRefused = rules.NestedValueRefused
	// NullValue: an item of a purchase has a null.
	NullValue = rules.NullValue
	// NumberOutOfRange: a number is beyond what a double holds.
	NumberOutOfRange = rules.NumberOutOfRange
	// InvalidItems: the items of a purchase are not an array of objects.
	InvalidItems = rules.InvalidItems
	// TooManyItems: a purchase has too many items.
	TooManyItems = rules.TooManyItems
	// ChargedWithoutID: a purchase has no id.
	ChargedWithoutID = rules.ChargedWithoutID
	// ChargedWithoutAmount: a purchase has no amount.
	ChargedWithoutAmount = rules.ChargedWithoutAmount
	// AmountNotANumber: the amount of a purchase is not a number.
	AmountNotANumber = rules.AmountNotANumber
	// TokenWithoutKeys: a chrome device token has no keys.
	TokenWithoutKeys = rules.TokenWithoutKeys
	// TokenWithoutID: a device token is blank or not a string.
	TokenWithoutID = rules.TokenWithoutID
	// InvalidEventData: an event's data are not an object.
	InvalidEventData = rules.InvalidEventData
	// ProhibitedCharacters: a name or key holds characters that CleverTap's documents prohibit.
	ProhibitedCharacters = rules.ProhibitedCharacters
)
