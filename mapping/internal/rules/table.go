package rules

import (
	"errors"
	"fmt"

	"github.com/rudder-clevertap/rudder-clevertap/mapping/document"
)

// Field is all that is known of one trait or property; the keys of a Table's fields are looked up in it, so
// that a field is said once. One that is mapped has From and To; others have either, and a Role.
type Field struct {
	// From is the key in the event.
	From string
	// To is the key in the record. Without From, rules of its own write it.
	To string
	// Role is what a field with only From is.
	Role Role
	// Else is where in the event a mapped value is looked for last: a path from its root.
	Else string
	// Values are the spellings that are known, with what CleverTap calls them.
	Values map[string]string
	// Convert makes the value to write; false leaves the field out. Without it, values pass as they are.
	Convert func(r *Run, f *Field, v document.Value, container string) (document.Value, bool)

	// Paths are where in the event a mapped value is looked for, in order, in a table that knows: see Under.
	Paths []string
	// RootPath and ContextPath name the trait, at the root and in the context, for diagnostics. NewTable makes
	// them, so that nobody needs to when something is wrong.
	RootPath, ContextPath string
}

// Known returns what CleverTap calls a value of one of the known spellings.
func (f *Field) Known(v document.Value) (string, bool) {
	if v.Kind() != document.String {
		return "", false
	}
	known, ok := f.Values[string(v.Bytes())]
	return known, ok
}

// Role is what a key of an event is.
type Role uint8

// The roles.
const (
	// Custom: written under its own name, as all that no field names.
	Custom Role = iota
	// Target: custom, but of a name that a mapped field may have taken.
	Target
	// Structured: custom, but nested values stay nested.
	Structured
	// Subscription: custom, a do-not-disturb switch.
	Subscription
	// Mapped: written under CleverTap's name.
	Mapped
	// FirstName and LastName: a part of the name of someone who has no name.
	FirstName
	LastName
	// PersonID: who the event is about. VisitorID: the same, of a visitor who is not known.
	PersonID
	VisitorID
	// OtherID: an id that a record can't have beside its own, so that it is left out.
	OtherID
	// Internal: read by rules of its own, or not for CleverTap.
	Internal

	roleCount
)

// Reserved reports whether a key is not written under its own name.
func (r Role) Reserved() bool { return r >= Mapped }

// Table is what is known of the traits or properties of events. It is made once and not changed.
type Table struct {
	// Mapped are the fields that have a place of their own in the record, in order.
	Mapped []Field

	fields []Field
	roles  map[string]Role
	// keys are the keys of a role, in the order of their fields.
	keys [roleCount][]string
	// lengths of the keys by first byte: most keys are custom, so those that can't be in the table are told
	// by these.
	lengths [256]uint64
}

// maxKey bounds the length of a key in a table.
const maxKey = 63

// NewTable makes a table. What a key is follows from the rows alone: a mapped field takes two of them.
func NewTable(fields ...Field) *Table {
	t := &Table{fields: fields, roles: map[string]Role{}}
	for _, f := range fields {
		f.RootPath, f.ContextPath = "traits."+f.From, "context.traits."+f.From
		switch {
		case f.From != "" && f.To != "":
			t.Mapped = append(t.Mapped, f)
			t.add(f.From, Mapped)
			t.add(f.To, Target)
		case f.To != "":
			t.add(f.To, Target)
		default:
			t.add(f.From, f.Role)
		}
	}
	return t
}

// Under says which containers of the event the fields are in: the mapped ones get their paths, so that none is put together
// for each event.
func (t *Table) Under(containers ...string) *Table {
	for i := range t.Mapped {
		f := &t.Mapped[i]
		for _, container := range containers {
			f.Paths = append(f.Paths, container+"."+f.From)
		}
		if f.Else != "" {
			f.Paths = append(f.Paths, f.Else)
		}
	}
	return t
}

// add gives a key its role.
func (t *Table) add(key string, role Role) {
	if key == "" || len(key) > maxKey {
		return // Check says so
	}
	t.roles[key] = role
	t.keys[role] = append(t.keys[role], key)
	t.lengths[key[0]] |= 1 << len(key)
}

// Of returns the role of a key.
func (t *Table) Of(key []byte) Role {
	if len(key) == 0 || t.lengths[key[0]]>>len(key)&1 == 0 {
		return Custom
	}
	return t.roles[string(key)]
}

// Keys returns the keys of a role, in order. They must not be changed.
func (t *Table) Keys(role Role) []string { return t.keys[role] }

// Fields returns the rows, in order. They must not be changed.
func (t *Table) Fields() []Field { return t.fields }

// Check reports the rows that contradict each other or make no sense: a key with two meanings, say. Tests
// call it for each table, since a table that passes needs no check when it is used.
func (t *Table) Check() error {
	var problems []error
	seen := map[string]bool{}
	once := func(key string) {
		switch {
		case key == "" || len(key) > maxKey:
			problems = append(problems, fmt.Errorf("the key %q must have 1 to %d bytes", key, maxKey))
		case seen[key]:
			problems = append(problems, fmt.Errorf("the key %q has two meanings", key))
		}
		seen[key] = true
	}
	for _, f := range t.fields {
		mapped := f.From != "" && f.To != ""
		if f.From != "" || f.To == "" {
			once(f.From)
		}
		if f.To != "" {
			once(f.To)
		}
		if (f.To == "") == (f.Role == Custom) {
			problems = append(problems, fmt.Errorf("the field %q needs either To or a Role", f.From+f.To))
		}
		if !mapped && (f.Convert != nil || f.Values != nil || f.Else != "") {
			problems = append(problems, fmt.Errorf("the field %q is not mapped, so nothing converts it", f.From+f.To))
		}
		if f.Convert == nil && f.Values != nil {
			problems = append(problems, fmt.Errorf("the field %q has values that nothing reads", f.From))
		}
	}
	return errors.Join(problems...)
}
