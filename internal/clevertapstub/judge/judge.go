// Package judge says which records CleverTap refuses, and why. It is a second reading of CleverTap's documents, made apart from
// packages clevertap and mapping and importing neither: what the mapping promises is tested against it.
//
// What is documented stands in tables: the fields of a profile in fields.go, the rules of records in rules.go. What CleverTap
// leaves open is not refused: what the server does with prohibited characters, how old or how far ahead a time may be, which
// types of token fit which objectId, and names that are merely listed as CleverTap's own.
//
// Sources are CleverTap's pages (Upload Events, Upload User Profiles, Upload Device Tokens, API Errors, CSV Upload, Platform
// Considerations, Set CleverTap ID, Nested Objects), the limits of its SDKs, and replies that others have recorded.
package judge

import (
	"bytes"
	"cmp"
	"fmt"
	"strings"

	"github.com/go-json-experiment/json/jsontext"
)

// Rules are an account's rules. Zero fields take the defaults that CleverTap documents.
type Rules struct {
	// Records is how many records a call may hold: 1000. Tokens is how many of them may be device tokens: 100.
	Records, Tokens int
	// EventProperties is how many properties an event may have: 100.
	EventProperties int
	// ProfileAttributes is how many attributes a profile may have beside the standard ones: 256.
	ProfileAttributes int
	// ChargedItems is how many items a purchase may have: 50.
	ChargedItems int
	// KeyCharacters is how many characters a key may have: 120.
	KeyCharacters int
	// ValueBytes and EventNameBytes are how many bytes of UTF-8 a text and an event's name may have: 512 each.
	ValueBytes, EventNameBytes int
	// Nested lets nested values in, within the limits of the beta that an account may take part in.
	Nested bool
	// Strict also refuses, with the code Undocumented, what CleverTap documents a form for and no refusal: a birthday that is
	// not a date, say. What it does with these is not known.
	Strict bool
	// Discarded are the names of events that are discarded in the account's dashboard.
	Discarded []string
}

// Undocumented is the code of what only Strict rules refuse.
const Undocumented = 0

// withDefaults fills zero fields.
func (r Rules) withDefaults() Rules {
	r.Records, r.Tokens = cmp.Or(r.Records, 1000), cmp.Or(r.Tokens, 100)
	r.EventProperties = cmp.Or(r.EventProperties, 100)
	r.ProfileAttributes = cmp.Or(r.ProfileAttributes, 256)
	r.ChargedItems = cmp.Or(r.ChargedItems, 50)
	r.KeyCharacters = cmp.Or(r.KeyCharacters, 120)
	r.ValueBytes, r.EventNameBytes = cmp.Or(r.ValueBytes, 512), cmp.Or(r.EventNameBytes, 512)
	return r
}

// Refusal is one reason for which a record is refused.
type Refusal struct {
	// Code is CleverTap's code, or Undocumented.
	Code int
	// Field is what is at fault, as a path in the record: `profileData.Email`, `evtData.Items[2].tags`.
	Field string
	// Text is what CleverTap says, without the number of the record.
	Text string
}

// Record returns all reasons for which a record is refused, in the order in which CleverTap looks for them, so that the first
// is the one that it names. None means that the record is taken.
func Record(record []byte, rules Rules) []Refusal {
	text := jsontext.Value(bytes.TrimSpace(record))
	r := reading{rules: rules.withDefaults(), size: len(text)}
	var isObject bool
	if r.record, isObject = parseObject(text); !isObject || !text.IsValid(lenient...) {
		return []Refusal{{524, "", "Record is not an object."}}
	}
	r.kind, _ = textOf(r.record.get("type"))
	table, known := rulesOf(r.kind)
	if !known {
		return []Refusal{{524, "type", "Type is not event, profile or token."}}
	}
	r.read()
	var refusals []Refusal
	for _, rule := range table {
		if rule.code == Undocumented && !r.rules.Strict {
			continue
		}
		for _, field := range rule.faults(&r) {
			_, name, _ := strings.Cut(field, ".")
			refusals = append(refusals, Refusal{rule.code, field, strings.ReplaceAll(rule.text, "{}", name)})
		}
	}
	return refusals
}

// Upload returns why a call is refused as a whole, in CleverTap's manner; nothing when it is not.
func Upload[R ~[]byte](records []R, rules Rules) string {
	rules = rules.withDefaults()
	if len(records) > rules.Records {
		return fmt.Sprintf("At most %d records can be uploaded at once", rules.Records)
	}
	tokens := 0
	for _, text := range records {
		record, _ := parseObject(jsontext.Value(text))
		if kind, _ := textOf(record.get("type")); kind == "token" {
			tokens++
		}
	}
	if tokens > rules.Tokens {
		return fmt.Sprintf("At most %d device tokens can be uploaded at once", rules.Tokens)
	}
	return ""
}
