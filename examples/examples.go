// Package examples lists the events and destinations in this folder that belong together. The demonstration shows them, and
// tests pin what comes out.
package examples

// Showcase is a file of events and the destination that they show something of.
type Showcase struct {
	// Title says what there is to see.
	Title string
	// Events is a file of events, one a line, and Destination one of settings, both relative to this folder.
	Events, Destination string
}

// The destinations that show more than one thing.
const (
	plain    = "destinations/plain.json"
	objectID = "destinations/object-id.json"
)

// Showcases returns all of them, the simplest first.
func Showcases() []Showcase {
	return []Showcase{
		{"Track calls become events", "events/track.jsonl", plain},
		{"Order Completed becomes Charged", "events/orders.jsonl", plain},
		{"Page views", "events/pages.jsonl", plain},
		{"Screen views", "events/screens.jsonl", plain},
		{"Identify calls become profiles", "events/identify.jsonl", plain},
		{"Alias joins two ids", "events/alias.jsonl", plain},
		{"Who a record is about, without ObjectId mapping", "events/identities.jsonl", plain},
		{"Who a record is about, with ObjectId mapping", "events/identities.jsonl", objectID},
		{"Device tokens, which need ObjectId mapping", "events/device-tokens.jsonl", objectID},
		{"What SDKs and people really send", "events/senders.jsonl", objectID},
		{"The forms of ts", "events/timestamps.jsonl", plain},
		{"The event's own time, where there is no ts", "events/timestamps.jsonl", "destinations/event-time.json"},
		{"An event filter", "events/filter.jsonl", "destinations/filter.json"},
		{"Device mode: nothing is counted twice", "events/device-mode.jsonl", "destinations/device-mode.json"},
		{"Anonymous visitors are not tracked", "events/anonymous.jsonl", "destinations/no-anonymous.json"},
		{"What CleverTap would refuse, said before it is sent", "events/refused.jsonl", plain},
		{"The same, mended", "events/refused.jsonl", "destinations/repair.json"},
		{"The same, for an account with limits of its own", "events/refused.jsonl", "destinations/small.json"},
		{"The same, rejected", "events/refused.jsonl", "destinations/reject.json"},
		{"What it would refuse of rudder-transformer's records", "events/refused-by-other-rules.jsonl", "destinations/transformer.json"},
		{"What can't be transformed, and why", "events/errors.jsonl", plain},
	}
}
