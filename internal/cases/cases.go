// Package cases holds the mapping rules as examples: an event, and what each ruleset makes of it. The same rows run through the
// engine, gRPC and REST, and the table of differences between the rulesets is printed from them. What TRANSFORMER gives stands here
// as the description of rudder-transformer has it, so that its rules are tested where no recordings are at hand.
//
// Where to look for a row:
//
//	who a record is about, alias                identity.go
//	traits, overrideFields                      profile.go
//	first and last names                        names.go
//	track, page, screen                         event.go
//	orders and purchases                        charged.go
//	device tokens                               token.go
//	ts                                          time.go
//	dots in keys, order, numbers, text          keys.go
//	event filters                               filter.go
//	device mode                                 device_mode.go
//	types of calls, wrong shapes, bad JSON      errors.go
//	what SDKs and people really send            senders.go
//
// Settings of destinations are in the tests of package mapping: destination_test.go, and transformer_test.go for TRANSFORMER.
package cases

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/rudder-clevertap/rudder-clevertap/mapping"
)

// Case is one example of a rule.
type Case struct {
	// Rule says which rule it shows, in the words of the mapping rules.
	Rule string
	// Difference says, in a few words, which difference between the rulesets it shows, if the documentation lists that.
	Difference string
	// Settings are the destination's, over those of Base.
	Settings Settings
	// Event is the event's JSON.
	Event string
	// Both is what comes out under either ruleset; else Guide and Transformer say it. Diagnostics are GUIDE's alone.
	Both, Guide, Transformer Outcome
	// JSONOnly: the event has no typed form that says the same (a number for an id, say).
	JSONOnly bool
}

// Outcome is what becomes of an event: records, a failure, or that the destination does not want it.
type Outcome struct {
	// Records are the JSON texts of the records that come out, in order, with their members in the order of GUIDE's.
	Records []string
	// Diagnostics are `CODE path`, in any order; without those of the checks, which have examples of their own, but for some.
	Diagnostics []string
	// Error is `REASON field`, when it fails.
	Error string
	// Message is what the error says, if that is a rule.
	Message string
	// Kind is the JSON kind at fault (`a number`), if it is not that of what the event has in the field.
	Kind string
	// Filtered: the destination does not want it.
	Filtered bool
	// FilterReason is why, without the prefix FILTER_REASON_.
	FilterReason string
}

// gives is an outcome of records.
func gives(records ...string) Outcome { return Outcome{Records: records} }

// profile is an outcome of user u's profile.
func profile(data string) Outcome {
	return gives(`{"type":"profile","profileData":` + data + `,"identity":"u"}`)
}

// event is an outcome of an event of user u.
func event(name, data string) Outcome {
	return gives(`{"type":"event","evtName":"` + name + `","evtData":` + data + `,"identity":"u"}`)
}

// fails is an outcome of an error: `REASON field`.
func fails(why string) Outcome { return Outcome{Error: why} }

// What rudder-transformer says of events that it refuses.

func noType() Outcome {
	return fails("MISSING_MESSAGE_TYPE type").saying("Message Type is not present. Aborting message.")
}

func unsupported() Outcome {
	return fails("UNSUPPORTED_MESSAGE_TYPE type").saying("Message type not supported")
}

func noName() Outcome {
	return fails("MISSING_EVENT_NAME event").saying(`Missing required value from "event"`)
}

func anonymous() Outcome {
	return fails("ANONYMOUS_TRACKING_DISABLED userId").saying("userId, not present cannot track anonymous user")
}

func nobody() Outcome {
	return fails("MISSING_IDENTITY userId").saying("Unable to process without anonymousId or userId")
}

func badProducts() Outcome {
	return fails("INVALID_PRODUCTS properties.products").saying("Products property value must be an array of objects")
}

// filtered is the outcome of an event that is not for CleverTap, and why.
func filtered(reason string) Outcome { return Outcome{Filtered: true, FilterReason: reason} }

// with adds diagnostics: `CODE path`.
func (o Outcome) with(diagnostics ...string) Outcome {
	o.Diagnostics = diagnostics
	return o
}

// saying adds the message of the error.
func (o Outcome) saying(message string) Outcome {
	o.Message = message
	return o
}

// at moves the error to another field.
func (o Outcome) at(field string) Outcome {
	reason, _, _ := strings.Cut(o.Error, " ")
	o.Error = reason + " " + field
	return o
}

// of adds the JSON kind at fault.
func (o Outcome) of(kind string) Outcome {
	o.Kind = kind
	return o
}

// String shows an outcome in a few words: its records, the reason why it fails, or that it is filtered.
func (o Outcome) String() string {
	switch {
	case o.Error != "":
		reason, _, _ := strings.Cut(o.Error, " ")
		return reason
	case o.Filtered:
		return "filtered"
	}
	return strings.Join(o.Records, " ")
}

// isSaid reports whether an outcome says anything.
func (o Outcome) isSaid() bool { return len(o.Records) > 0 || o.Error != "" || o.Filtered }

// Ruleset is one of the rulesets, under the name that a destination's setting has.
type Ruleset string

// The rulesets.
const (
	Guide       Ruleset = "RULESET_GUIDE"
	Transformer Ruleset = "RULESET_TRANSFORMER"
)

// Rulesets returns both.
func Rulesets() []Ruleset { return []Ruleset{Guide, Transformer} }

// Under is what comes out under a ruleset, the records byte for byte as it writes them.
func (c Case) Under(ruleset Ruleset) Outcome {
	out := c.Both
	switch {
	case out.isSaid() && ruleset == Transformer:
		out.Diagnostics = nil
	case out.isSaid():
	case ruleset == Transformer:
		out = c.Transformer
	default:
		out = c.Guide
	}
	if ruleset == Transformer {
		out.Records = slices.Clone(out.Records)
		for i, record := range out.Records {
			out.Records[i] = arranged(record)
		}
	}
	return out
}

// member is a member of a record.
type member struct {
	key   string
	value json.RawMessage
}

// membersOf are the members of a record in its order; none, when it is not an object.
func membersOf(record string) (all []member) {
	decoder := json.NewDecoder(strings.NewReader(record))
	if open, err := decoder.Token(); err != nil || open != json.Delim('{') {
		return nil
	}
	for decoder.More() {
		key, err := decoder.Token()
		if err != nil {
			return nil
		}
		m := member{key: fmt.Sprint(key)}
		if decoder.Decode(&m.value) != nil {
			return nil
		}
		all = append(all, m)
	}
	return all
}

// arranged puts the members of a record into TRANSFORMER's order.
func arranged(record string) string {
	order := []string{"type", "profileData", "tokenData", "ts", "objectId", "identity"}
	members := membersOf(record)
	if slices.ContainsFunc(members, func(m member) bool { return m.key == "evtName" }) {
		order = []string{"evtName", "evtData", "ts", "type", "objectId", "identity"}
	}
	slices.SortStableFunc(members, func(a, b member) int {
		return slices.Index(order, a.key) - slices.Index(order, b.key)
	})
	var text []string
	for _, m := range members {
		text = append(text, `"`+m.key+`":`+string(m.value))
	}
	return "{" + strings.Join(text, ",") + "}"
}

// Untyped names the first member of a record that clevertap.v1.Record has no form for (a ts that is text, say); most have one.
func Untyped(record string) string {
	for _, m := range membersOf(record) {
		var to any
		switch m.key {
		case "evtName", "identity", "objectId":
			to = new(string)
		case "ts":
			to = new(uint32)
		case "tokenData":
			to = &struct {
				ID   *string `json:"id"`
				Keys map[string]any
			}{}
		default:
			to = new(map[string]any)
			if m.key == "type" {
				to = new(string)
			}
		}
		if string(m.value) == "null" || json.Unmarshal(m.value, to) != nil {
			return m.key
		}
	}
	return ""
}

// Typed is what a typed event becomes: a record without a typed form fails.
func (o Outcome) Typed() Outcome {
	for _, record := range o.Records {
		if member := Untyped(record); member != "" {
			return fails("NOT_REPRESENTABLE " + member)
		}
	}
	return o
}

// Settings are settings of a destination, under RudderStack's names.
type Settings map[string]any

// Base are settings that all cases have unless they say otherwise.
func Base() Settings {
	return Settings{"accountId": "ACCOUNT", "passcode": "SECRET", "region": "in1", "trackAnonymous": true}
}

// Destination returns the settings of a case as JSON.
func (c Case) Destination() []byte {
	all := Base()
	maps.Copy(all, c.Settings)
	text, err := json.Marshal(all)
	if err != nil {
		return nil // no case holds what JSON can't; the engine refuses an empty text
	}
	return text
}

// DestinationUnder returns the same for one of the rulesets.
func (c Case) DestinationUnder(ruleset Ruleset) []byte {
	settings := maps.Clone(c.Settings)
	if settings == nil {
		settings = Settings{}
	}
	settings["ruleset"] = ruleset
	return Case{Settings: settings}.Destination()
}

// Told returns the diagnostics of an event, `CODE path`, that the case is about: those of the checks only if it
// has them.
func (o Outcome) Told(all []string) (told []string) {
	for _, d := range all {
		code, _, _ := strings.Cut(d, " ")
		checked := slices.ContainsFunc(mapping.Checks(), func(check mapping.Check) bool { return string(check.Code) == code })
		if !checked || slices.Contains(o.Diagnostics, d) {
			told = append(told, d)
		}
	}
	return told
}

// All returns every case.
func All() []Case {
	return slices.Concat(
		identities(), aliases(),
		profiles(), containers(), conversions(), overrides(), names(),
		tracks(), views(), orders(), purchases(),
		tokens(), tokenTypes(), tokenKeys(),
		times(), eventTimes(),
		paths(), keyOrder(), values(),
		filters(), deviceModes(),
		types(), shapes(), malformed(),
		emptyMaps(), sideFields(), leftOut(), overridden(), loosely(), systems(), unreadableTimes(), brokenText(), exclusions(), sourceTypes(), blankRows(),
	)
}

// objectID turns ObjectId mapping on.
func objectID() Settings { return Settings{"enableObjectIdMapping": true} }

// noAnonymous turns anonymous tracking off.
func noAnonymous() Settings { return Settings{"trackAnonymous": false} }
