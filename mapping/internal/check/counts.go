package check

import (
	"github.com/rudder-clevertap/rudder-clevertap/clevertap"
	"github.com/rudder-clevertap/rudder-clevertap/mapping/document"
	"github.com/rudder-clevertap/rudder-clevertap/mapping/internal/rules"
)

// countRows are about how much there may be, and what it must be in.
func countRows() []Row {
	return []Row{
		{
			Code: rules.TooManyProperties, Refusal: clevertap.TooManyProperties, Severity: rules.SeverityError, Place: Count,
			Rule:   "an event has at most 100 properties, and a profile 256 attributes beside CleverTap's own, unless limits say otherwise",
			Repair: "the first ones stay, and CleverTap's own fields",
			Examples: []Example{{
				Event:    `"type":"track","userId":"u","event":"E","properties":{"a":1,"b":2}`,
				Settings: `"limits":{"eventProperties":1}`, At: "/evtData", Report: `{"a":1,"b":2}`, Repair: `{"a":1}`, Action: rules.Dropped,
			}, {
				Event:    `"type":"identify","userId":"u","traits":{"a":1,"b":2,"name":"Ada"}`,
				Settings: `"limits":{"profileAttributes":1}`, At: "/profileData", Report: `{"Name":"Ada","a":1,"b":2}`, Repair: `{"Name":"Ada","a":1}`,
				Action: rules.Dropped,
			}},
			wrong: func(c *Checker, v document.Value) bool { return c.excess(v) > 0 }, repair: dropExcess,
			path: func(c *Checker) string { return c.container() },
		},
		{
			Code: rules.InvalidEventData, Refusal: clevertap.MalformedEventData, Severity: rules.SeverityError, Place: Data,
			Rule: "the data of an event are an object",
			Examples: []Example{{
				Event: `"type":"track","userId":"u","event":"E","properties":0`, Path: "properties", At: "/evtData", Report: `0`, Transformer: true,
			}},
			wrong: func(_ *Checker, v document.Value) bool { return v.Kind() != document.Object },
		},
	}
}

//nolint:gochecknoglobals // Tables; nothing writes to them.
var (
	standard = namesOf(standardKeys())
	// ofPurchases are the fields of a purchase that mean something to CleverTap.
	ofPurchases = namesOf([]string{
		clevertap.ChargedID, clevertap.ChargedAmount, clevertap.ChargedItems, "Currency", "Payment mode",
	})
)

// isOwn reports whether a key of the data is one of CleverTap's own.
func (c *Checker) isOwn(key []byte) bool {
	own := standard
	if !c.profile {
		own = ofPurchases
		if !isPurchase(c.record) {
			return false
		}
	}
	_, found := own.get(key)
	return found
}

// excess returns how many members data has too many. CleverTap's own attributes of profiles are not counted.
func (c *Checker) excess(data document.Value) int {
	if !c.profile {
		return data.Len() - c.Limits.EventProperties
	}
	excess := data.Len() - c.Limits.ProfileAttributes
	for m := data.First(); excess > 0 && m.Exists(); m = m.Next() {
		if c.isOwn(m.KeyBytes()) {
			excess--
		}
	}
	return excess
}

// dropExcess keeps the first members and CleverTap's own, and says which it leaves out.
func dropExcess(c *Checker, data document.Value) outcome {
	own, room := 0, c.Limits.ProfileAttributes
	if !c.profile {
		for m := data.First(); m.Exists(); m = m.Next() {
			if c.isOwn(m.KeyBytes()) {
				own++
			}
		}
		own = min(own, c.Limits.EventProperties)
		room = c.Limits.EventProperties - own
	}
	data.Filter(func(m document.Value) bool {
		left := &room
		if c.isOwn(m.KeyBytes()) {
			if c.profile {
				return true
			}
			left = &own
		}
		if *left--; *left >= 0 {
			return true
		}
		c.say(c.row, dropped, c.nameOf(m))
		return false
	})
	return outcome{}
}
