package rules

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

// Code says what a diagnostic is about. Its text is the name of the contract's DiagnosticCode without its
// prefix, where each is documented with an example.
type Code string

// The codes that the mapping gives.
const (
	// NestedValueStringified: a nested value was sent as JSON text.
	NestedValueStringified Code = "NESTED_VALUE_STRINGIFIED"
	// InvalidTimestamp: a time that cannot be read was left out.
	InvalidTimestamp Code = "INVALID_TIMESTAMP"
	// TimestampInMilliseconds: a time in milliseconds was sent in seconds.
	TimestampInMilliseconds Code = "TIMESTAMP_IN_MILLISECONDS"
	// UnknownGender: a gender in no known spelling was left out.
	UnknownGender Code = "UNKNOWN_GENDER"
	// TraitOverridden: another value was sent instead: a mapped field, or the root's trait.
	TraitOverridden Code = "TRAIT_OVERRIDDEN"
	// SubscriptionNotBoolean: a do-not-disturb switch that is not a boolean was sent as it is.
	SubscriptionNotBoolean Code = "SUBSCRIPTION_NOT_BOOLEAN"
	// ReservedEventName: CleverTap reserves the event's name and refuses the record.
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
)

// Diagnostic says what the transformation changed or left out, or what CleverTap will not take.
type Diagnostic struct {
	// Severity is how much it matters.
	Severity Severity
	// Code is what it is about.
	Code Code
	// Path is where in the event it is: `properties.cart`.
	Path string
	// Message is the sentence for a person.
	Message string
}
