package guide

import (
	"bytes"
	"math/big"
	"strconv"
	"strings"

	"github.com/rudder-clevertap/rudder-clevertap/clevertap"
	"github.com/rudder-clevertap/rudder-clevertap/mapping/document"
	"github.com/rudder-clevertap/rudder-clevertap/mapping/internal/rules"
)

// person is who an event is about: the ids it gives, each an absent value or a string.
type person struct {
	userID, anonymousID document.Value
}

// who reads the ids of an event. An event that has none is MISSING_IDENTITY.
func (r run) who() (person, *rules.Error) {
	var p person
	var err *rules.Error
	if p.userID, err = r.userID(); err != nil {
		return p, err
	}
	if p.anonymousID, err = r.visitorID(p.userID.Exists()); err != nil {
		return p, err
	}
	if !p.userID.Exists() && !p.anonymousID.Exists() {
		if r.PassedOver {
			return p, r.namesNobody("userId")
		}
		return p, &rules.Error{
			Reason: rules.MissingIdentity, Field: "userId", Kind: r.Event.Get("userId").Kind(),
			Message: "the event names nobody: give a userId or an anonymousId",
		}
	}
	return p, nil
}

// visitorID returns the anonymousId. What it must be to be sent depends on where it goes: CleverTap takes any
// word for an objectId, but one that says nothing is given up for a userId.
func (r run) visitorID(known bool) (document.Value, *rules.Error) {
	nobody := rules.NamesNobody
	switch {
	case known && !r.To.ObjectIDMapping: // it is not sent
		return r.id("", "anonymousId", r.Event.Get("anonymousId"))
	case known:
		nobody = rules.IsPlaceholder
	case r.To.ObjectIDMapping:
		nobody = rules.IsBlank
	}
	v := r.Event.Get("anonymousId")
	if !r.names("", "anonymousId", v, nobody) {
		return document.Value{}, nil
	}
	return r.id("", "anonymousId", v)
}

// userID returns the first id that is present: userId, else one of the traits.
func (r run) userID() (document.Value, *rules.Error) {
	if v := r.Event.Get("userId"); r.names("", "userId", v, rules.NamesNobody) {
		return r.id("", "userId", v)
	}
	root, err := r.rootTraits()
	if err != nil {
		return document.Value{}, err
	}
	for _, key := range r.Rules.Traits.Keys(rules.PersonID) {
		if v := root.Get(key); r.names(rootTraits, key, v, rules.NamesNobody) {
			return r.id(rootTraits, key, v)
		}
	}
	for _, key := range r.Rules.Traits.Keys(rules.PersonID) {
		if v := r.Parts.Traits.Get(key); r.names(contextTraits, key, v, rules.NamesNobody) {
			return r.id(contextTraits, key, v)
		}
	}
	return document.Value{}, nil
}

// rootTraits reads the event's own traits. A profile is made of them; an event is not, whatever they are.
func (r run) rootTraits() (document.Value, *rules.Error) {
	if r.CallType == "identify" || r.CallType == "alias" {
		return r.needed(rootTraits)
	}
	return r.optional(r.Event.Get(rootTraits), "", rootTraits), nil
}

// names reports whether an id is there. One that names nobody is passed over where the destination asks for
// repair.
func (r run) names(container, key string, v document.Value, nobody func(id []byte) bool) bool {
	if !present(v) || r.To.Checks.Mode != rules.Repair {
		return present(v)
	}
	id := bytes.TrimSpace(v.Bytes())
	if v.Kind() == document.Number {
		text, _ := decimal(v.Text())
		id = []byte(text)
	}
	if v.Kind() != document.String && v.Kind() != document.Number || !nobody(id) {
		return true
	}
	r.PassedOver = true
	r.Diagnose(rules.SeverityWarning, rules.PlaceholderIdentity, container, key,
		"the id names nobody, so the next one that the event gives was taken")
	return false
}

// namesNobody is the error of an event of whose ids CleverTap takes none.
func (r run) namesNobody(field string) *rules.Error {
	return &rules.Error{
		Reason: rules.CleverTapWouldRefuse, Field: field, Kind: r.Event.Get(field).Kind(),
		Message: "CleverTap would refuse the record (code 523): none of the event's ids names anybody: give a real " + field,
	}
}

// id makes an id a string. A number becomes its decimal text; anything else but a string is INVALID_IDENTITY.
func (r run) id(container, key string, v document.Value) (document.Value, *rules.Error) {
	if !present(v) {
		return document.Value{}, nil
	}
	if v.Kind() == document.String {
		return v, nil
	}
	problem := " must be a string or a number, not " + v.Kind().String()
	if v.Kind() == document.Number {
		if text, ok := decimal(v.Text()); ok {
			r.Diagnose(rules.SeverityInfo, rules.NumericIDConverted, container, key,
				"the id is a number and was sent as its decimal text")
			id := r.Doc.NewString(text)
			r.Derive(id, v)
			return id, nil
		}
		problem = " is a number of more digits than CleverTap takes for an id"
	}
	field := rules.Path(container, key)
	return document.Value{}, &rules.Error{
		Reason: rules.InvalidIdentity, Field: field, Kind: v.Kind(), Message: field + problem,
	}
}

// maxIDLiteral bounds the literal of a numeric id, and its exponent: what is beyond is too long an id, or has
// zeros that nobody writes, and would take long to be written out.
const maxIDLiteral = clevertap.MaxIdentityCharacters + 16

// decimal writes a JSON number without an exponent and without needless zeros; false when that is longer than
// an id may be.
func decimal(literal string) (string, bool) {
	if len(literal) > maxIDLiteral {
		return "", false
	}
	if !strings.ContainsAny(literal, ".eE-") {
		return literal, len(literal) <= clevertap.MaxIdentityCharacters
	}
	_, exponent, _ := strings.Cut(strings.ToLower(literal), "e")
	// Without one, it is 0; one that is too long for Atoi gives the greatest or the least number.
	if n, _ := strconv.Atoi(exponent); n > maxIDLiteral || n < -maxIDLiteral {
		return "", false
	}
	number, ok := new(big.Rat).SetString(literal)
	if !ok {
		return "", false
	}
	digits, _ := number.FloatPrec()
	text := number.FloatString(digits)
	return text, len(text) <= clevertap.MaxIdentityCharacters
}

// identifyRecord writes the id of a record at its root, exactly one, by the guide's table for track, page and
// screen.
func (r run) identifyRecord(record document.Value, p person) {
	key, id := "identity", p.userID
	if !id.Exists() {
		id = p.anonymousID
		if r.To.ObjectIDMapping {
			key = "objectId"
		}
	}
	record.Set(key, id)
}

// diagnoseOtherID says that an id among the traits is not that of the record, and so was not sent.
func (r run) diagnoseOtherID(container string, t, sent document.Value) {
	if !present(t) || sent.Exists() && bytes.Equal(t.Bytes(), sent.Bytes()) {
		return
	}
	if t.Kind() == document.Number {
		if text, ok := decimal(t.Text()); ok && sent.Is(text) {
			return
		}
	}
	r.DiagnoseMember(rules.SeverityInfo, rules.TraitLeftOut, container, t,
		"a record names one person, by another id that the event gives; this one was left out")
}
