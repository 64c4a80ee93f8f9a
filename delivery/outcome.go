package delivery

import (
	"fmt"
	"strings"
	"time"

	"github.com/rudder-clevertap/rudder-clevertap/clevertap"
)

// Outcome says what became of an event. Of the outcomes of an event's records, the highest is the event's.
type Outcome uint8

// The outcomes.
const (
	// Delivered: CleverTap took every record of it; in a dry run, would take.
	Delivered Outcome = iota + 1
	// Undelivered: CleverTap had not taken it when the caller's time was over, there were no more attempts left or the sender
	// stopped.
	Undelivered
	// Refused: CleverTap refused a record of it. Sending it again as it is gets the same answer.
	Refused
)

// String returns the outcome's name, for telemetry.
func (o Outcome) String() string {
	switch o {
	case Delivered:
		return "delivered"
	case Undelivered:
		return "undelivered"
	case Refused:
		return "refused"
	default:
		return "unknown"
	}
}

// Reason says why an event was not delivered. It is a value of the contract's ErrorReason, without its prefix.
type Reason string

// The reasons.
const (
	// ReasonRefused: CleverTap refused a record, or the request that held it alone.
	ReasonRefused Reason = "CLEVERTAP_REFUSED"
	// ReasonUnreachable: CleverTap gave no answer that can be read, or failed itself.
	ReasonUnreachable Reason = "CLEVERTAP_UNREACHABLE"
	// ReasonOverloaded: CleverTap answered that the account has too many requests under way.
	ReasonOverloaded Reason = "CLEVERTAP_OVERLOADED"
	// ReasonCredentials: CleverTap does not know the account in this region or does not take the passcode.
	ReasonCredentials Reason = "CREDENTIALS_REFUSED"
	// ReasonCutShort: the caller's time was over, or the sender stopped, before CleverTap was asked or had answered.
	ReasonCutShort Reason = "DELIVERY_CUT_SHORT"
)

// Error says why an event was not delivered. Several events may share one.
type Error struct {
	// Reason is the reason.
	Reason Reason
	// Code is CleverTap's code of a refused record, or else the HTTP status; 0 when there was no answer.
	Code int
	// Said is what CleverTap said, shortened; empty when it said nothing.
	Said string
	// Message says it to a person, with what to do.
	Message string
}

// Error returns the message.
func (e *Error) Error() string { return e.Message }

// Field returns the record's field that CleverTap's code names, as CleverTap spells it; nothing where it names none.
func (e *Error) Field() string {
	code, _ := clevertap.LookUpCode(e.Code)
	return code.Field
}

// Result is what became of one event.
type Result struct {
	// Outcome is that of the event.
	Outcome Outcome
	// Attempts counts how often a record of it was sent.
	Attempts int
	// Err says why it was not delivered; nil when it was.
	Err *Error
	// Retryable tells that sending the event again can help.
	Retryable bool
	// PossiblyDelivered tells that a request with it went out whose answer never came or could not be read: sending it again may
	// double it. Of an event that was delivered, that it may have been taken twice.
	PossiblyDelivered bool
}

// maxSaid is how much of CleverTap's words an error keeps.
const maxSaid = 256

// said shortens CleverTap's words. What is not UTF-8 in them is replaced.
func said(text string) string {
	if len(text) > maxSaid {
		text = text[:maxSaid] + "…"
	}
	return strings.ToValidUTF8(text, "\uFFFD")
}

// refusedRecord says why CleverTap refused a record.
func refusedRecord(r *Refusal) *Error {
	known, ok := clevertap.LookUpCode(r.Code)
	e := &Error{Reason: ReasonRefused, Code: r.Code, Said: said(r.Error)}
	switch {
	case !ok:
		e.Message = fmt.Sprintf("CleverTap refused a record with code %d, which it does not document: %s", r.Code, e.Said)
	case known.Retry:
		e.Reason = ReasonUnreachable
		e.Message = fmt.Sprintf("%s (code %d). %s", upperFirst(known.Meaning), r.Code, known.Remedy)
	default:
		e.Message = fmt.Sprintf("CleverTap refused a record: %s (code %d). %s", known.Meaning, r.Code, known.Remedy)
	}
	return e
}

// refusedCall says that CleverTap refused a request that can't be made smaller.
func refusedCall(status int, words string) *Error {
	return &Error{
		Reason: ReasonRefused, Code: status, Said: said(words),
		Message: fmt.Sprintf("CleverTap refused the request with status %d", status) + quoted(words),
	}
}

// refusedCredentials says that CleverTap does not know who calls.
func refusedCredentials(status int, words string) *Error {
	return &Error{
		Reason: ReasonCredentials, Code: status, Said: said(words),
		Message: fmt.Sprintf("CleverTap does not take the account's credentials (status %d)", status) + quoted(words) +
			": check accountId, passcode and region",
	}
}

// overloaded says that CleverTap takes no more requests now.
func overloaded(words string) *Error {
	return &Error{
		Reason: ReasonOverloaded, Code: statusTooMany, Said: said(words),
		Message: "CleverTap answered that the account has too many requests under way (status 429): send it again later",
	}
}

// failedCall says that CleverTap answered, but not to the request.
func failedCall(status int, words, what string) *Error {
	return &Error{
		Reason: ReasonUnreachable, Code: status, Said: said(words),
		Message: fmt.Sprintf("CleverTap gave no answer to the request: %s (status %d)", what, status),
	}
}

// noAnswer says that no answer came.
func noAnswer(fault *ConnectionError) *Error {
	return &Error{Reason: ReasonUnreachable, Message: "CleverTap gave no answer: " + fault.Error()}
}

// cutShort says that time was over.
func cutShort(why string) *Error { return &Error{Reason: ReasonCutShort, Message: why} }

// quoted returns CleverTap's words as the end of a sentence, or nothing.
func quoted(words string) string {
	if words == "" {
		return ""
	}
	return fmt.Sprintf(": %q", said(words))
}

// upperFirst returns a phrase as the beginning of a sentence.
func upperFirst(phrase string) string { return strings.ToUpper(phrase[:1]) + phrase[1:] }

// OverloadedError says that there is no room for more records now.
type OverloadedError struct {
	// RetryAfter is when there may be room again.
	RetryAfter time.Duration
}

// Error says it to a person.
func (e *OverloadedError) Error() string {
	return fmt.Sprintf("too many records wait for CleverTap: try again in %s", e.RetryAfter)
}
