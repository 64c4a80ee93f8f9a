package clevertap

// The codes by which CleverTap says why it refused a record. Source: API Errors.
const (
	// MissingEventName and those that follow mean what recordCodes says of them.
	MissingEventName   = 509
	MalformedEventData = 512
	ReservedName       = 513
	InvalidGender      = 514
	InvalidEmail       = 515
	InvalidPhone       = 516
	InvalidEmployed    = 517
	InvalidEducation   = 518
	InvalidMarried     = 519
	InvalidAge         = 520
	TooManyProperties  = 522
	InvalidIdentity    = 523
	InvalidType        = 524
	InvalidTimestamp   = 525
	InvalidObjectID    = 526
	DiscardedEvent     = 528
	TokenObjectID      = 530
	InvalidTokenData   = 531
	MissingTokenID     = 532
	MissingTokenType   = 533
	WrongTokenType     = 534
	MissingTokenKeys   = 535
	ServerError        = 555
)

// RecordCode is a code by which CleverTap says why it refused a record.
type RecordCode struct {
	// Code is the number.
	Code int
	// Field is the record's field that is at fault, as CleverTap spells it; empty where the code names none.
	Field string
	// Meaning says what is wrong, as a phrase.
	Meaning string
	// Remedy says what to do about it, as a sentence.
	Remedy string
	// Retry tells that the record may be taken when it is sent again; otherwise the record is at fault.
	Retry bool
}

//nolint:gochecknoglobals // A table; nothing writes to it.
var recordCodes = [...]RecordCode{
	{MissingEventName, "evtName", "the event has no name", "Name the event.", false},
	{
		MalformedEventData, "evtData", "the event's data are malformed or nested",
		"Send strings, numbers, booleans and dates; only Items of a Charged event may be nested, and within an item nothing is.", false,
	},
	{ReservedName, "evtName", "the event's name is reserved by CleverTap", "Give the event another name.", false},
	{InvalidGender, "Gender", "the gender is not one that CleverTap knows", "Send M or F.", false},
	{InvalidEmail, "Email", "the email is invalid", "Send one address, such as ada@example.com, or leave the field out.", false},
	{InvalidPhone, "Phone", "the phone is invalid", "Send the number with + and the country's code, such as +14155550123.", false},
	{InvalidEmployed, "Employed", "employed is neither Y nor N", "Send Y or N.", false},
	{InvalidEducation, "Education", "the education is not School, College or Graduate", "Send one of these three.", false},
	{InvalidMarried, "Married", "married is neither Y nor N", "Send Y or N.", false},
	{InvalidAge, "Age", "the age is invalid", "Send a whole number of years, or leave the field out.", false},
	{TooManyProperties, "evtData", "the event has too many properties", "Send fewer properties, or ask CleverTap for more.", false},
	{InvalidIdentity, "identity", "the identity is missing or invalid", "Send one real id of at most 1,023 characters.", false},
	{InvalidType, "type", "the type is not one that CleverTap knows", "Send event, profile or token.", false},
	{InvalidTimestamp, "ts", "ts is not in epoch seconds", "Send whole seconds since 1970, or leave ts out.", false},
	{InvalidObjectID, "objectId", "the objectId is invalid", "Send 1 to 64 letters, digits and ( ) ! : @ $ _ - of ASCII.", false},
	{DiscardedEvent, "evtName", "the event is discarded in CleverTap's dashboard", "Restore the event there, or stop sending it.", false},
	{TokenObjectID, "objectId", "the token's objectId is missing or invalid", "Send the objectId of the device.", false},
	{InvalidTokenData, "tokenData", "the token's data are invalid", "Send the token's id and type and, for chrome, its keys.", false},
	{MissingTokenID, "id", "the token has no id", "Send the device token itself as id.", false},
	{MissingTokenType, "type", "the token has no type", "Send one of chrome, fcm, gcm, apns, wns and mpns as type.", false},
	{WrongTokenType, "type", "the token's type does not fit its objectId", "Send the type that belongs to the device.", false},
	{MissingTokenKeys, "keys", "the token's data are invalid", "Send keys with p256dh and auth for a chrome token.", false},
	{ServerError, "", "CleverTap itself failed", "Send the record again.", true},
}

// RecordCodes returns the codes that CleverTap documents, in order.
func RecordCodes() []RecordCode { return append([]RecordCode(nil), recordCodes[:]...) }

// LookUpCode returns what a code means; false for one that CleverTap does not document, which counts as a fault of the record.
func LookUpCode(code int) (RecordCode, bool) {
	for i := range recordCodes {
		if recordCodes[i].Code == code {
			return recordCodes[i], true
		}
	}
	return RecordCode{Code: code}, false
}
