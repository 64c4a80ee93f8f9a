// Package cases holds the mapping rules of the GUIDE ruleset as examples: what goes in, what comes out. The same cases run
// through the engine, gRPC and REST.
package cases

import (
	"encoding/json"
	"maps"
)

// Case is one example of a rule.
type Case struct {
	// Rule says which rule it shows, in the words of the mapping rules.
	Rule string
	// Settings are the destination's, over those of Base.
	Settings Settings
	// Event is the event's JSON.
	Event string
	// Records are the JSON texts of the records that come out, in order. None, when it fails or is filtered.
	Records []string
	// Diagnostics are `CODE path`, in order.
	Diagnostics []string
	// Error is `REASON field`, when it fails.
	Error string
	// Filtered: the destination does not want it.
	Filtered bool
	// JSONOnly: the event has no typed form that says the same (a number for an id, say).
	JSONOnly bool
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

// All returns every case.
func All() []Case {
	var all []Case
	for _, some := range [][]Case{messageTypes(), identities(), aliases(), profiles(), tokens(), tracks(), views(), orders(), times(), filters(), deviceModes(), shapes()} {
		all = append(all, some...)
	}
	return all
}

// objectID turns ObjectId mapping on.
func objectID() Settings { return Settings{"enableObjectIdMapping": true} }
