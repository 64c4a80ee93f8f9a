package check

import (
	"github.com/rudder-clevertap/rudder-clevertap/clevertap"
	"github.com/rudder-clevertap/rudder-clevertap/mapping/document"
	"github.com/rudder-clevertap/rudder-clevertap/mapping/internal/rules"
)

// Checker checks the records of events. Its zero value is ready; one goroutine at a time may use it.
type Checker struct {
	*rules.Run

	// repairs tells that what is wrong is mended.
	repairs bool
	// record is the one that is looked at, data what it says, and object what the member that is looked at is
	// in: data, or an item.
	record, data, object document.Value
	// bounds are what members of the data keep to that are ordinary, and ordinary tells that all of them are.
	bounds   document.Bounds
	ordinary bool
	// profile tells profiles from events, and inItem that the fields of an item are looked at: that of this index.
	profile, inItem bool
	item            int
	// failed is why the event fails, and gone tells that the record is left out.
	failed *rules.Error
	gone   bool
	// renames are the new keys of members, and newKeys the same to be looked up.
	renames []rename
	newKeys map[string]bool
	// traits are the event's, at the root and in the context, once they are looked up.
	traits [2]document.Value
	// row is the one whose repair is under way.
	row *Row
	// objects and arrays count the nested values that were looked at.
	objects, arrays int
}

// Records checks the records of an event, and mends them where the destination asks for that. The error is
// CLEVERTAP_WOULD_REFUSE: of an event that can't be mended, or of one that is wrong where the destination
// rejects such.
func (c *Checker) Records(r *rules.Run) *rules.Error {
	c.Run, c.failed, c.traits = r, nil, [2]document.Value{}
	c.repairs = r.To.Checks.Mode == rules.Repair
	kept := r.Records[:0]
	for _, record := range r.Records {
		c.record, c.gone, c.objects, c.arrays = record.Value, false, 0, 0
		if record.Token {
			c.token()
		} else {
			c.profileOrEvent()
		}
		if !c.gone {
			kept = append(kept, record)
		}
	}
	r.Records = kept
	if r.To.Checks.Mode == rules.Reject {
		c.reject()
	}
	return c.failed
}

// reject fails an event that CleverTap would refuse a record of.
func (c *Checker) reject() {
	for i := range c.Diagnostics {
		d := &c.Diagnostics[i]
		if d.Severity < rules.SeverityError {
			continue
		}
		d.Action = rules.Rejected
		if c.failed == nil {
			c.failed = wouldRefuse(d)
		}
	}
}

// wouldRefuse is the error of an event with a diagnostic.
func wouldRefuse(d *rules.Diagnostic) *rules.Error {
	return &rules.Error{Reason: rules.CleverTapWouldRefuse, Field: d.Path, Message: d.Path + ": " + d.Message}
}

// profileOrEvent checks the record of a profile or an event.
func (c *Checker) profileOrEvent() {
	var identity, objectID, ts, name document.Value
	for m := c.record.First(); m.Exists(); m = m.Next() {
		switch string(m.KeyBytes()) {
		case "identity":
			identity = m
		case "objectId":
			objectID = m
		case "ts":
			ts = m
		case "evtName":
			name = m
		case "profileData", "evtData":
			c.data, c.profile = m, len(m.KeyBytes()) > len("evtData")
		}
	}
	c.ids(identity, objectID, ts)
	if !c.profile {
		if !c.isOrdinaryName(name) {
			c.at(Name, name)
		}
		c.at(Data, c.data)
	}
	c.bound()
	count, ordinary := c.data.Within(&c.bounds)
	if c.ordinary = ordinary; c.profile || !ordinary {
		c.members(c.data)
	}
	purchase := name.Is(clevertap.ChargedEvent)
	if purchase {
		c.items()
		c.at(Purchase, c.data)
	}
	mayHaveGrown := c.repairs && (purchase || !ordinary)
	if mayHaveGrown || count > min(c.Limits.EventProperties, c.Limits.ProfileAttributes) {
		c.at(Count, c.data)
	}
}

// ids checks who the record is about, and when.
func (c *Checker) ids(identity, objectID, ts document.Value) {
	if !isGiven(objectID) || identity.Exists() {
		c.at(Identity, identity)
	}
	if objectID.Exists() {
		c.at(ObjectID, objectID)
	}
	if ts.Exists() {
		c.at(Time, ts)
	}
}

// bound sets the bounds of ordinary members.
func (c *Checker) bound() {
	c.bounds = document.Bounds{Key: c.Limits.KeyCharacters, Text: c.Limits.ValueBytes}
	switch {
	case !c.Wants(rules.SeverityInfo):
	case c.profile:
		c.bounds.Avoid = prohibitedInProfiles
	default:
		c.bounds.Avoid = prohibitedInEvents
	}
}

// token checks the record of a device token.
func (c *Checker) token() {
	c.data = c.record.Get("tokenData")
	c.at(TokenObjectID, c.record.Get("objectId"))
	c.at(Token, c.data)
}

// at runs the rows that look at a place.
func (c *Checker) at(place Place, v document.Value) {
	for _, row := range table.places[place] {
		if !c.gone {
			c.check(row, v)
		}
	}
}

// items checks the items of a purchase, and what is in them. They are the event's own until something in them
// must be mended.
func (c *Checker) items() {
	items := c.data.Get(clevertap.ChargedItems)
	if !items.Exists() {
		return
	}
	c.at(Items, items)
	if c.areOrdinary(items) {
		return
	}
	if c.repairs {
		items.Replace(c.Doc.Copy(items))
	}
	c.inItem, c.ordinary, c.bounds.Avoid = true, false, nil
	c.item = 0
	for item := items.First(); item.Exists(); item = item.Next() {
		c.members(item)
		c.item++
	}
	c.inItem = false
}

// areOrdinary reports whether the members of all items are.
func (c *Checker) areOrdinary(items document.Value) bool {
	for item := items.First(); item.Exists(); item = item.Next() {
		for m := item.First(); m.Exists(); m = m.Next() {
			if !m.IsOrdinary(&c.bounds) {
				return false
			}
		}
	}
	return true
}

// members checks the members of data or of an item, and takes out those that a repair removes.
func (c *Checker) members(of document.Value) {
	c.object = of
	if c.repairs {
		of.Filter(c.member)
		c.renameAll(of)
		return
	}
	for m := of.First(); m.Exists(); m = m.Next() {
		c.member(m)
	}
}

// member checks a member; false says that it must go.
func (c *Checker) member(m document.Value) bool {
	ordinary := c.ordinary
	if c.profile {
		if row, found := table.fields.get(m.KeyBytes()); found && row.wrong(c, m) {
			if c.found(row, m) {
				return false
			}
			ordinary = ordinary && !c.repairs // what it was made, is another matter
		}
	}
	if ordinary || m.IsOrdinary(&c.bounds) {
		return true // there is nothing to be found by the rows of Key and Value
	}
	if c.bounds.Avoid != nil {
		for _, row := range table.places[Key] {
			c.check(row, m)
		}
	}
	for _, row := range table.places[Value] {
		if c.check(row, m) {
			return false
		}
	}
	return true
}

// check runs a row, and reports whether what it looked at must go.
func (c *Checker) check(row *Row, v document.Value) (remove bool) {
	return row.wrong(c, v) && c.found(row, v)
}

// found says what a row has found, or mends it; true when what it looked at must go.
func (c *Checker) found(row *Row, v document.Value) (remove bool) {
	if !c.repairs || row.repair == nil {
		if c.Wants(row.Severity) {
			c.say(row, sent, c.path(row, v))
		}
		return false
	}
	path := c.path(row, v)
	c.row = row
	done := row.repair(c, v)
	if done.action != 0 {
		c.say(row, done, path)
	}
	return done.remove
}

// severityOf is that of what was done: what is mended is a warning.
func severityOf(row *Row, action rules.Action) rules.Severity {
	switch action {
	case rules.Sent:
		return row.Severity
	case rules.Rejected:
		return rules.SeverityError
	default:
		return rules.SeverityWarning
	}
}

// say adds a diagnostic of what a row has found.
func (c *Checker) say(row *Row, done outcome, path string) {
	d := rules.Diagnostic{
		Severity: severityOf(row, done.action), Code: row.Code, CleverTapCode: row.Refusal, Action: done.action, Path: path,
		Message: row.says[done.action],
	}
	if done.code != "" {
		d.Code = done.code
	}
	c.Say(d)
	if done.action == rules.Rejected && c.failed == nil {
		c.failed = wouldRefuse(&d)
	}
}

// replace puts a value that was made of another in its place.
func (c *Checker) replace(v, made document.Value) {
	was := c.Doc.NewArray()
	was.Add(v)
	c.Derive(made, was.First())
	v.Replace(made)
}
