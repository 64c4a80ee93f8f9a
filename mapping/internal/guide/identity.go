package mapping

import (
	"math/big"
	"strconv"
	"strings"

	"github.com/rudder-clevertap/rudder-clevertap/mapping/document"
)

// person is who an event is about: the ids it gives, each an absent value or a string.
type person struct {
	userID, anonymousID document.Value
}

// who reads the ids of an event. An event that has none is MISSING_IDENTITY.
func (m *Mapper) who() (person, *Error) {
	var p person
	var err *Error
	if p.userID, err = m.userID(); err != nil {
		return p, err
	}
	if p.anonymousID, err = m.id(path{"", "anonymousId"}, m.event.Get("anonymousId")); err != nil {
		return p, err
	}
	if !p.userID.Exists() && !p.anonymousID.Exists() {
		return p, &Error{
			Reason: MissingIdentity, Field: "userId", Kind: m.event.Get("userId").Kind(),
			Message: "the event names nobody: give a userId or an anonymousId",
		}
	}
	return p, nil
}

// userID returns the first id that is present where the ruleset looks for one.
func (m *Mapper) userID() (document.Value, *Error) {
	for _, at := range m.to.rules.userIDs {
		in, err := m.container(at.in)
		if err != nil {
			return document.Value{}, err
		}
		if v := in.Get(at.key); present(v) {
			return m.id(at, v)
		}
	}
	return document.Value{}, nil
}

// maxIDDigits bounds how long the text of a numeric id gets: CleverTap takes identities of fewer than 1,024 characters.
const maxIDDigits = 1023

// id makes an id a string. A number becomes its decimal text; anything else but a string is INVALID_IDENTITY.
func (m *Mapper) id(at path, v document.Value) (document.Value, *Error) {
	if !present(v) {
		return document.Value{}, nil
	}
	switch v.Kind() {
	case document.String:
		return v, nil
	case document.Number:
		if text, ok := decimal(v.Text()); ok {
			m.diagnose(SeverityInfo, NumericIDConverted, at.in, at.key, "the id is a number and was sent as its decimal text")
			return m.doc.NewString(text), nil
		}
		return document.Value{}, &Error{
			Reason: InvalidIdentity, Field: at.String(), Kind: v.Kind(),
			Message: at.String() + " is a number of more digits than CleverTap takes for an id",
		}
	}
	return document.Value{}, &Error{
		Reason: InvalidIdentity, Field: at.String(), Kind: v.Kind(),
		Message: at.String() + " must be a string or a number, not " + v.Kind().String(),
	}
}

// maxIDLiteral bounds the literal of a numeric id, and its exponent: what is beyond is too long an id, or has zeros that nobody
// writes, and would take long to be written out.
const maxIDLiteral = maxIDDigits + 16

// decimal writes a JSON number without an exponent and without needless zeros; false when that is longer than an id may be.
func decimal(literal string) (string, bool) {
	if len(literal) > maxIDLiteral {
		return "", false
	}
	if !strings.ContainsAny(literal, ".eE-") {
		return literal, len(literal) <= maxIDDigits
	}
	if _, exponent, has := strings.Cut(strings.ToLower(literal), "e"); has {
		if n, err := strconv.Atoi(exponent); err != nil || n > maxIDLiteral || n < -maxIDLiteral {
			return "", false
		}
	}
	number, ok := new(big.Rat).SetString(literal)
	if !ok {
		return "", false
	}
	digits, _ := number.FloatPrec()
	text := number.FloatString(digits)
	return text, len(text) <= maxIDDigits
}

// identifyRecord writes the id of a record at its root, exactly one, by the guide's table for track, page and screen.
func (m *Mapper) identifyRecord(record document.Value, p person) {
	key, id := "identity", p.userID
	if !id.Exists() {
		id = p.anonymousID
		if m.to.objectIDMapping {
			key = "objectId"
		}
	}
	record.Set(key, id)
}
