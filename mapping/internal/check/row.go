package check

import (
	"strconv"

	"github.com/rudder-clevertap/rudder-clevertap/mapping/document"
	"github.com/rudder-clevertap/rudder-clevertap/mapping/internal/rules"
)

// Row is a check.
type Row struct {
	// Code is what its diagnostics are about.
	Code rules.Code
	// Refusal is CleverTap's code for what it prevents; zero when CleverTap documents none.
	Refusal int
	// Severity is that of what is sent as it is.
	Severity rules.Severity
	// Place is where it looks; of a profile's standard fields, Fields are their names.
	Place  Place
	Fields []string
	// Rule is what must be so, as a sentence without its stop: it is a part of each message.
	Rule string
	// Repair is what CHECK_MODE_REPAIR does, for the documentation; empty when it does nothing.
	Repair string
	// Examples are events that break the rule, with what becomes of them.
	Examples []Example

	// wrong reports whether a value breaks the rule.
	wrong func(c *Checker, v document.Value) bool
	// repair mends it, in its place, and returns what was done. Nil when nothing can be.
	repair func(c *Checker, v document.Value) outcome
	// path names the field of the event that is at fault, where the value that is looked at does not tell.
	path func(c *Checker) string
	// says are the messages, by action.
	says [rules.Rejected + 1]string
}

// outcome is what a repair has done.
type outcome struct {
	// action is what the diagnostic says; none when the repair has said it itself.
	action rules.Action
	// remove tells that the member that was looked at must go.
	remove bool
	// code is that of the diagnostic; empty for the row's.
	code rules.Code
}

// What most repairs do.
//
//nolint:gochecknoglobals // Nothing writes to them.
var (
	sent      = outcome{action: rules.Sent}
	converted = outcome{action: rules.Converted}
	truncated = outcome{action: rules.Truncated}
	renamed   = outcome{action: rules.Renamed}
	dropped   = outcome{action: rules.Dropped, remove: true}
	rejected  = outcome{action: rules.Rejected}
)

// Place is where a check looks.
type Place uint8

// The places, in the order in which they are looked at.
const (
	// Identity is the identity at a record's root, ObjectID the objectId there, Time its ts.
	Identity Place = iota
	ObjectID
	Time
	// Name is an event's name, unless it is ordinary (isOrdinaryName).
	Name
	// Data is what a record says: profileData or evtData, as a whole.
	Data
	// Field is a standard field of a profile.
	Field
	// Key is the key of a property or attribute, and Value these or a field of an item, key and all. Their rows
	// find nothing in members that are ordinary (document.Value.Within), and are not asked about them.
	Key
	Value
	// Items are those of a purchase, and Purchase all that it says.
	Items
	Purchase
	// Count is how many properties or attributes there are.
	Count
	// TokenObjectID is the objectId of a device token, Token what it says.
	TokenObjectID
	Token

	placeCount
)

// String says where a check looks, for the documentation.
func (p Place) String() string {
	return [...]string{
		Identity: "identity", ObjectID: "objectId", Time: "ts", Name: "evtName", Data: "evtData", Field: "profileData",
		Key: "each key", Value: "each value", Items: "Items of Charged", Purchase: "Charged", Count: "all properties",
		TokenObjectID: "objectId of a token", Token: "tokenData",
	}[p]
}

// Example is an event that breaks a rule.
type Example struct {
	// Event is the event, and Settings settings of the destination beside those of all examples, as members of
	// JSON objects.
	Event, Settings string
	// Path is what the diagnostics name, where they name one thing only.
	Path string
	// At is where in the record the fault is, as a JSON Pointer; Report and Repair what is there in each mode,
	// as JSON: nothing when it is left out.
	At, Report, Repair string
	// Action is what CHECK_MODE_REPAIR does.
	Action rules.Action
	// Transformer: only RULESET_TRANSFORMER makes such records.
	Transformer bool
}

// rows makes the table of all checks, in the order in which they look.
func rows() []Row {
	all := make([]Row, 0, 64)
	for _, some := range [][]Row{idRows(), nameRows(), fieldRows(), valueRows(), purchaseRows(), countRows(), tokenRows()} {
		all = append(all, some...)
	}
	for i := range all {
		all[i].says = messages(&all[i])
	}
	return all
}

// Rows returns the checks. They must not be changed.
func Rows() []Row { return table.rows }

// messages are what a row says, by what was done.
func messages(row *Row) (says [rules.Rejected + 1]string) {
	refusal := "CleverTap will refuse the record"
	if row.Refusal != 0 {
		refusal += " (code " + strconv.Itoa(row.Refusal) + ")"
	}
	says[rules.Sent] = "it was sent as it is: " + row.Rule
	if row.Severity == rules.SeverityError {
		says[rules.Sent] = refusal + ": " + row.Rule
	}
	says[rules.Rejected] = refusal + ": " + row.Rule
	says[rules.Converted] = "it was converted: " + row.Rule
	says[rules.Dropped] = "it was left out: " + row.Rule
	says[rules.Renamed] = "it was renamed: " + row.Rule
	says[rules.Truncated] = "it was cut: " + row.Rule
	return says
}

// checks are the rows by where they look.
type checks struct {
	rows   []Row
	places [placeCount][]*Row
	// fields are the rows of the standard fields.
	fields names[*Row]
}

//nolint:gochecknoglobals // A table; nothing writes to it.
var table = newChecks()

// newChecks makes the table.
func newChecks() *checks {
	t := &checks{rows: rows()}
	for i := range t.rows {
		row := &t.rows[i]
		t.places[row.Place] = append(t.places[row.Place], row)
		for _, key := range row.Fields {
			t.fields.add(key, row)
		}
	}
	return t
}

// names finds something by a key. It is a list by first letter, since there are few keys and they are looked up
// for each attribute of each profile: hardly any other has the first letter of one of CleverTap's.
type names[T any] [256][]named[T]

// named is something with a key.
type named[T any] struct {
	key string
	is  T
}

// add adds a key.
func (n *names[T]) add(key string, is T) { n[key[0]] = append(n[key[0]], named[T]{key, is}) }

// get returns what a key stands for.
func (n *names[T]) get(key []byte) (is T, found bool) {
	if len(key) == 0 {
		return is, false
	}
	for i := range n[key[0]] {
		if known := &n[key[0]][i]; string(key) == known.key {
			return known.is, true
		}
	}
	return is, false
}
