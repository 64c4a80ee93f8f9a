package rules

import (
	"errors"
	"fmt"
	"strings"

	"github.com/rudder-clevertap/rudder-clevertap/mapping/document"
)

// Reason says why an event can't be transformed. Its text is the name of the contract's ErrorReason without
// its prefix, where each is documented with an example.
type Reason string

// The reasons that the mapping itself gives.
const (
	// MissingMessageType: the event has no type.
	MissingMessageType Reason = "MISSING_MESSAGE_TYPE"
	// UnsupportedMessageType: CleverTap has no counterpart for the call.
	UnsupportedMessageType Reason = "UNSUPPORTED_MESSAGE_TYPE"
	// MissingIdentity: the event names nobody.
	MissingIdentity Reason = "MISSING_IDENTITY"
	// InvalidIdentity: an id is neither text nor a number.
	InvalidIdentity Reason = "INVALID_IDENTITY"
	// AnonymousTrackingDisabled: the event has no userId, and the destination does not track anonymous
	// visitors.
	AnonymousTrackingDisabled Reason = "ANONYMOUS_TRACKING_DISABLED"
	// MissingEventName: a track call has no event name.
	MissingEventName Reason = "MISSING_EVENT_NAME"
	// InvalidProducts: the products of an order are not an array of objects.
	InvalidProducts Reason = "INVALID_PRODUCTS"
	// MissingPreviousID: an alias has no previousId.
	MissingPreviousID Reason = "MISSING_PREVIOUS_ID"
	// InvalidFieldType: a field has the wrong JSON type.
	InvalidFieldType Reason = "INVALID_FIELD_TYPE"
	// InvalidJSON: the text is not JSON.
	InvalidJSON Reason = "INVALID_JSON"
	// InvalidDestination: the destination's settings are missing or wrong.
	InvalidDestination Reason = "INVALID_DESTINATION"
	// NotRepresentable: the rules gave a value that the typed record cannot hold.
	NotRepresentable Reason = "NOT_REPRESENTABLE"
	// CleverTapWouldRefuse: CleverTap would refuse a record of the event.
	CleverTapWouldRefuse Reason = "CLEVERTAP_WOULD_REFUSE"
)

// Error is why an event can't be transformed or a destination can't be used. Its message is for a person: it
// names the field and says what to do, and never holds a secret.
type Error struct {
	// Reason is what kind of fault it is.
	Reason Reason
	// Field is the path of the value at fault (`properties.products[1]`), or empty when no one field is.
	Field string
	// Kind is the JSON kind of the value at fault, or Invalid when there is none.
	Kind document.Kind
	// Message is the sentence for a person.
	Message string
	// Line and Column say where JSON text is malformed, both from 1; zero otherwise. Column counts bytes.
	Line, Column int

	// problem is what is wrong with malformed JSON, and of what the place is one.
	problem, of string
}

// Error returns the message, behind the field when there is one.
func (e *Error) Error() string {
	if strings.Contains(e.Message, e.Field) {
		return e.Message
	}
	return e.Field + ": " + e.Message
}

// Malformed makes an error of what the document's parser says. Of says what the place is a place of, if that
// may be in doubt: an event may be a part of a longer text.
func Malformed(err error, of string) *Error {
	e := &Error{Reason: InvalidJSON, Message: err.Error()}
	if syntax, ok := errors.AsType[*document.SyntaxError](err); ok {
		e.Line, e.Column, e.problem, e.of = syntax.Line, syntax.Column, syntax.Problem, of
		e.Message = fmt.Sprintf("malformed JSON at line %d, column %d%s: %s", e.Line, e.Column, of, syntax.Problem)
	}
	return e
}

// OnLine returns an error about JSON that begins in a line of a longer text as one about that text. Of the line
// where the JSON begins, its message names the column alone: whoever reads it has the line beside it. Other errors
// are returned as they are.
func (e *Error) OnLine(number int) *Error {
	if e.Line == 0 {
		return e
	}
	placed := *e
	placed.Line += number - 1
	placed.Message = fmt.Sprintf("malformed JSON at column %d%s: %s", e.Column, e.of, e.problem)
	if e.Line > 1 {
		placed.Message = fmt.Sprintf("malformed JSON at line %d, column %d: %s", placed.Line, e.Column, e.problem)
	}
	return &placed
}

// MalformedDestination is Malformed for the settings of a destination.
func MalformedDestination(err error) *Error {
	e := Malformed(err, "")
	e.Field, e.Message = "destination", "destination: "+e.Message
	return e
}
