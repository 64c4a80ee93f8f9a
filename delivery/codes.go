package delivery

// RecordCode is a code by which CleverTap says why it refused a record.
type RecordCode struct {
	// Code is the number.
	Code int
	// Meaning says what is wrong, as a phrase.
	Meaning string
	// Retry tells that the record may be taken when it is sent again; otherwise the record is at fault.
	Retry bool
}

// recordCodes are the codes that CleverTap documents.
//
//nolint:gochecknoglobals // A table; nothing writes to it.
var recordCodes = []RecordCode{
	{Code: 509, Meaning: "the event has no name"},
	{Code: 512, Meaning: "the event's data are malformed or nested"},
	{Code: 513, Meaning: "the event's name is reserved by CleverTap"},
	{Code: 514, Meaning: "the gender is not one that CleverTap knows"},
	{Code: 515, Meaning: "the email is invalid"},
	{Code: 516, Meaning: "the phone is invalid"},
	{Code: 517, Meaning: "employed is neither Y nor N"},
	{Code: 518, Meaning: "the education is not School, College or Graduate"},
	{Code: 519, Meaning: "married is neither Y nor N"},
	{Code: 520, Meaning: "the age is invalid"},
	{Code: 522, Meaning: "the event has too many properties"},
	{Code: 523, Meaning: "the identity is missing or invalid"},
	{Code: 524, Meaning: "the type is not one that CleverTap knows"},
	{Code: 525, Meaning: "ts is not in epoch seconds"},
	{Code: 526, Meaning: "the objectId is invalid"},
	{Code: 528, Meaning: "the event is discarded in CleverTap's dashboard"},
	{Code: 530, Meaning: "the token's objectId is invalid"},
	{Code: 531, Meaning: "the token's data are invalid"},
	{Code: 532, Meaning: "the token has no id"},
	{Code: 533, Meaning: "the token has no type"},
	{Code: 534, Meaning: "the token's type does not fit its objectId"},
	{Code: 535, Meaning: "the token's data are invalid"},
	{Code: 555, Meaning: "CleverTap itself failed", Retry: true},
}

// LookUpCode returns what a code means; false for one that CleverTap does not document, which counts as a fault of the record.
func LookUpCode(code int) (RecordCode, bool) {
	for _, known := range recordCodes {
		if known.Code == code {
			return known, true
		}
	}
	return RecordCode{Code: code}, false
}
