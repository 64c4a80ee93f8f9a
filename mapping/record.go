package mapping

import (
	"fmt"
	"math"
	"strconv"
	"unicode/utf8"

	clevertapv1 "github.com/rudder-clevertap/rudder-clevertap/gen/clevertap/v1"
	"github.com/rudder-clevertap/rudder-clevertap/mapping/document"
)

// Record is one CleverTap record. It is valid until its Mapper's next call.
type Record struct {
	// Token tells device tokens from profiles and events.
	Token bool

	value document.Value
}

// AppendJSON appends the record's JSON text.
func (r Record) AppendJSON(dst []byte) []byte { return r.value.AppendJSON(dst) }

// Proto returns the record in typed form, or a NOT_REPRESENTABLE error when it has a value that the typed
// form cannot hold.
func (r Record) Proto() (*clevertapv1.Record, *Error) {
	to := &clevertapv1.Record{}
	for m := r.value.First(); m.Exists(); m = m.Next() {
		if err := setTyped(to, m); err != nil {
			return nil, notRepresentable(m, err)
		}
	}
	return to, nil
}

// notRepresentable is the error of a record's member that has no typed form.
func notRepresentable(m document.Value, err error) *Error {
	return &Error{
		Reason: NotRepresentable, Field: m.Key(), Kind: m.Kind(),
		Message: fmt.Sprintf("the record's %s has no typed form (%v): send the event as JSON", m.Key(), err),
	}
}

// errUnknownMember says that a record has a member that the contract does not have.
var errUnknownMember = fmt.Errorf("%w: it is unknown", document.ErrNotRepresentable)

// setTyped puts one member of a record into its typed form.
func setTyped(to *clevertapv1.Record, m document.Value) (err error) {
	switch key := m.Key(); key {
	case "type":
		to.Type, err = typedText(m)
	case "evtName":
		to.EvtName, err = typedText(m)
	case "evtData":
		to.EvtData, err = m.Struct()
	case "profileData":
		to.ProfileData, err = m.Struct()
	case "tokenData":
		to.TokenData, err = typedToken(m)
	case "identity":
		to.Identity, err = typedText(m)
	case "objectId":
		to.ObjectId, err = typedText(m)
	case "ts":
		to.Ts, err = typedTime(m)
	default:
		err = errUnknownMember
	}
	return err
}

// typedText returns a string.
func typedText(m document.Value) (string, error) { return m.Text(), checkText(m) }

// checkText makes sure that a value is a string that protobuf can hold.
func checkText(m document.Value) error {
	if m.Kind() != document.String || !utf8.Valid(m.Bytes()) {
		return fmt.Errorf("%w: %s where a string of UTF-8 is expected", document.ErrNotRepresentable, m.Kind())
	}
	return nil
}

// typedTime returns epoch seconds.
func typedTime(m document.Value) (*uint32, error) {
	if m.Kind() == document.Number {
		if seconds, err := strconv.ParseUint(string(m.Bytes()), 10, 32); err == nil && seconds <= math.MaxUint32 {
			ts := uint32(seconds)
			return &ts, nil
		}
	}
	return nil, fmt.Errorf("%w: it is not a whole number of seconds", document.ErrNotRepresentable)
}

// typedToken returns a device token's data.
func typedToken(m document.Value) (*clevertapv1.TokenData, error) {
	to := &clevertapv1.TokenData{}
	var err error
	if to.Id, err = typedText(m.Get("id")); err != nil {
		return nil, err
	}
	if to.Type, err = typedText(m.Get("type")); err != nil {
		return nil, err
	}
	if keys := m.Get("keys"); keys.Exists() {
		to.Keys, err = keys.Struct()
	}
	return to, err
}
