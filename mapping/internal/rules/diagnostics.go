package rules

import "github.com/rudder-clevertap/rudder-clevertap/clevertap"

// Severity orders diagnostics by how much they matter. The numbers are those of the contract's Severity.
type Severity uint8

// The severities, least first.
const (
	// SeverityInfo: a value was written in another form and nothing is lost.
	SeverityInfo Severity = iota + 1
	// SeverityWarning: a value was changed in kind or left out.
	SeverityWarning
	// SeverityError: CleverTap will refuse the record as it stands.
	SeverityError
)

// Action says what was done about what a diagnostic names. The numbers are those of the contract's Action.
type Action uint8

// The actions.
const (
	// Sent: it was sent as it is.
	Sent Action = iota + 1
	// Converted: it was sent in another form, or from another source.
	Converted
	// Dropped: it was left out.
	Dropped
	// Renamed: it was sent under another name.
	Renamed
	// Truncated: it was cut.
	Truncated
	// Rejected: the event failed for its sake.
	Rejected
)

// Code says what a diagnostic is about. Its text is the name of the contract's DiagnosticCode without its
// prefix, where each is documented with an example.
type Code string

// The codes that the mapping gives.
const (
	// NestedValueStringified: a nested value was sent as JSON text.
	NestedValueStringified Code = "NESTED_VALUE_STRINGIFIED"
	// InvalidTimestamp: a time that cannot be read was left out, or sent as it is.
	InvalidTimestamp Code = "INVALID_TIMESTAMP"
	// TimestampInMilliseconds: a time in milliseconds was sent in seconds.
	TimestampInMilliseconds Code = "TIMESTAMP_IN_MILLISECONDS"
	// UnknownGender: a gender is not one that CleverTap takes.
	UnknownGender Code = "UNKNOWN_GENDER"
	// TraitOverridden: another value was sent instead: a mapped field, or the root's trait.
	TraitOverridden Code = "TRAIT_OVERRIDDEN"
	// SubscriptionNotBoolean: a subscription is not a boolean.
	SubscriptionNotBoolean Code = "SUBSCRIPTION_NOT_BOOLEAN"
	// ReservedEventName: CleverTap reserves the event's name.
	ReservedEventName Code = "RESERVED_EVENT_NAME"
	// NumericIDConverted: an id that is a number was sent as its decimal text.
	NumericIDConverted Code = "NUMERIC_ID_CONVERTED"
	// UnknownTokenType: CleverTap knows no such type of device token, so the operating system decided it.
	UnknownTokenType Code = "UNKNOWN_TOKEN_TYPE"
	// TraitLeftOut: a trait was left out, since another value says what it is about.
	TraitLeftOut Code = "TRAIT_LEFT_OUT"
	// FieldIgnored: a value beside what the event says has the wrong type, and was ignored.
	FieldIgnored Code = "FIELD_IGNORED"
	// NumberAsText: a number was sent as text.
	NumberAsText Code = "NUMBER_AS_TEXT"
	// JSONTextRead: a text was read as the JSON that it holds.
	JSONTextRead Code = "JSON_TEXT_READ"
	// TokenNotUploaded: a device token was there and was not uploaded.
	TokenNotUploaded Code = "TOKEN_NOT_UPLOADED"
	// DeviceModeAmbiguous: the event may have been sent by a native SDK as well, but can't tell.
	DeviceModeAmbiguous Code = "DEVICE_MODE_AMBIGUOUS"
	// TextRepaired: bytes that are not UTF-8, or half a surrogate pair, became U+FFFD.
	TextRepaired Code = "TEXT_REPAIRED"
	// DuplicateKey: of a key that is there twice the last value was sent.
	DuplicateKey Code = "DUPLICATE_KEY"
	// InvalidEmail: an email is not one address.
	InvalidEmail Code = "INVALID_EMAIL"
	// InvalidPhone: a phone is not an international number.
	InvalidPhone Code = "INVALID_PHONE"
	// InvalidEmployed: employed is neither Y nor N.
	InvalidEmployed Code = "INVALID_EMPLOYED"
	// InvalidMarried: married is neither Y nor N.
	InvalidMarried Code = "INVALID_MARRIED"
	// InvalidEducation: an education is not one that CleverTap takes.
	InvalidEducation Code = "INVALID_EDUCATION"
	// InvalidAge: an age is not a number of years.
	InvalidAge Code = "INVALID_AGE"
	// InvalidDateOfBirth: a date of birth is not a date of CleverTap's form.
	InvalidDateOfBirth Code = "INVALID_DATE_OF_BIRTH"
	// InvalidPhoto: a photo is not an http or https URL.
	InvalidPhoto Code = "INVALID_PHOTO"
	// InvalidTextField: a field that must be a string is not one.
	InvalidTextField Code = "INVALID_TEXT_FIELD"
	// PlaceholderIdentity: an identity names nobody.
	PlaceholderIdentity Code = "PLACEHOLDER_IDENTITY"
	// InvalidObjectID: an objectId has characters or a length that CleverTap does not allow.
	InvalidObjectID Code = "INVALID_OBJECT_ID"
	// EmptyEventName: the event's name is blank or not a string.
	EmptyEventName Code = "EMPTY_EVENT_NAME"
	// EventNameTooLong: the event's name is too long.
	EventNameTooLong Code = "EVENT_NAME_TOO_LONG"
	// EmptyKey: a key is empty.
	EmptyKey Code = "EMPTY_KEY"
	// KeyTooLong: a key has too many characters.
	KeyTooLong Code = "KEY_TOO_LONG"
	// ValueTooLong: a text has too many bytes.
	ValueTooLong Code = "VALUE_TOO_LONG"
	// TooManyProperties: an event or profile has too many properties.
	TooManyProperties Code = "TOO_MANY_PROPERTIES"
	// NestedValueFlattened: the members of a nested object were sent as fields of their own.
	NestedValueFlattened Code = "NESTED_VALUE_FLATTENED"
	// NestedValueDropped: a nested value was left out.
	NestedValueDropped Code = "NESTED_VALUE_DROPPED"
	// NestedValueRefused: a nested value was sent where CleverTap takes none.
	NestedValueRefused Code = "NESTED_VALUE_REFUSED"
	// NullValue: an item of a purchase has a null.
	NullValue Code = "NULL_VALUE"
	// NumberOutOfRange: a number is beyond what a double holds.
	NumberOutOfRange Code = "NUMBER_OUT_OF_RANGE"
	// InvalidItems: the items of a purchase are not an array of objects.
	InvalidItems Code = "INVALID_ITEMS"
	// TooManyItems: a purchase has too many items.
	TooManyItems Code = "TOO_MANY_ITEMS"
	// ChargedWithoutID: a purchase has no id.
	ChargedWithoutID Code = "CHARGED_WITHOUT_ID"
	// ChargedWithoutAmount: a purchase has no amount.
	ChargedWithoutAmount Code = "CHARGED_WITHOUT_AMOUNT"
	// AmountNotANumber: the amount of a purchase is not a number.
	AmountNotANumber Code = "AMOUNT_NOT_A_NUMBER"
	// TokenWithoutKeys: a chrome device token has no keys.
	TokenWithoutKeys Code = "TOKEN_WITHOUT_KEYS"
	// TokenWithoutID: a device token is blank or not a string.
	TokenWithoutID Code = "TOKEN_WITHOUT_ID"
	// InvalidEventData: an event's data are not an object.
	InvalidEventData Code = "INVALID_EVENT_DATA"
	// ProhibitedCharacters: a name or key holds characters that CleverTap's documents prohibit.
	ProhibitedCharacters Code = "PROHIBITED_CHARACTERS"
)

// Diagnostic says what the transformation changed or left out, or what CleverTap will not take.
type Diagnostic struct {
	// Severity is how much it matters.
	Severity Severity
	// Code is what it is about.
	Code Code
	// CleverTapCode is CleverTap's code for the refusal that it predicts, or that was prevented; zero when
	// CleverTap has none.
	CleverTapCode int
	// Action is what was done about it.
	Action Action
	// Path is where in the event it is: `properties.cart`.
	Path string
	// Message is the sentence for a person.
	Message string
}

// done is what the rulesets do about what they diagnose, and which refusal that prevents.
type done struct {
	action   Action
	prevents int
}

//nolint:gochecknoglobals // A table; nothing writes to it.
var doneAbout = map[Code]done{
	NestedValueStringified:  {Converted, clevertap.MalformedEventData},
	NestedValueFlattened:    {Converted, clevertap.MalformedEventData},
	NestedValueDropped:      {Dropped, clevertap.MalformedEventData},
	InvalidTimestamp:        {Dropped, clevertap.InvalidTimestamp},
	TimestampInMilliseconds: {Converted, 0},
	UnknownGender:           {Dropped, clevertap.InvalidGender},
	TraitOverridden:         {Dropped, 0},
	NumericIDConverted:      {Converted, 0},
	UnknownTokenType:        {Dropped, clevertap.WrongTokenType},
	TraitLeftOut:            {Dropped, 0},
	FieldIgnored:            {Dropped, 0},
	NumberAsText:            {Converted, 0},
	JSONTextRead:            {Converted, 0},
	TokenNotUploaded:        {Dropped, 0},
	DeviceModeAmbiguous:     {Sent, 0},
	TextRepaired:            {Converted, 0},
	DuplicateKey:            {Dropped, 0},
	PlaceholderIdentity:     {Dropped, clevertap.InvalidIdentity},
}
