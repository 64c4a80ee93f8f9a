package transformer

import (
	"bytes"

	"github.com/rudder-clevertap/rudder-clevertap/mapping/document"
	"github.com/rudder-clevertap/rudder-clevertap/mapping/internal/rules"
	"github.com/rudder-clevertap/rudder-clevertap/mapping/javascript"
)

// extraction is extractCustomFields: it sets the properties of containers, but for those with a role of their
// own, under keys that are paths.
type extraction struct {
	run
	into document.Value
	// names are those found so far: names found in one container are looked for in those after it as well.
	names []document.Value
	// setter sets the values of names that are paths, once there is one.
	setter *javascript.Setter
}

// extract sets the properties of containers.
func (r run) extract(into document.Value, known *rules.Table, containers ...string) *rules.Error {
	x := extraction{run: r, into: into, names: r.Names[:0]}
	for _, path := range containers {
		container := javascript.Get(r.Event, path)
		if !javascript.Truthy(container) {
			continue
		}
		properties := javascript.Entries(container)
		for p := properties.First(); p.Exists(); p = p.Next() {
			if known.Of(p.KeyBytes()).Reserved() {
				continue
			}
			x.names = append(x.names, p)
			if x.setter == nil && !javascript.IsPlainKey(p.KeyBytes()) {
				x.setter = javascript.NewSetter()
			}
		}
		for _, name := range x.names {
			if err := x.set(container, properties, name); err != nil {
				return err
			}
		}
	}
	r.Names = x.names
	javascript.Order(into)
	return nil
}

// set sets the property of one name, if the container has it.
func (x *extraction) set(container, properties, name document.Value) *rules.Error {
	v := properties.Find(name.KeyBytes())
	if !v.Exists() {
		inherited, ok := javascript.Inherited(container, name.Key())
		if !ok {
			return nil
		}
		if v = inherited; !v.Exists() {
			x.into.Remove(x.into.Find(name.KeyBytes())) // a function takes its place, which JSON leaves out
			return nil
		}
		x.Derive(v, container)
	} else if container.Kind() == document.String {
		v = container // get-value's answer for a path into a string is the string, as often as it has characters
		if doc := v.Document(); !doc.Spend(len(v.Bytes())) {
			return throws("", v, "traits and properties can't be a long string: "+doc.Err().Error())
		}
	}
	if x.setter == nil {
		x.put(name, v)
		return nil
	}
	key := name.Key()
	if err := x.setter.Set(x.into, key, v); err != nil {
		return throws(key, v, "the key "+rules.Quote(key)+": "+err.Error())
	}
	return nil
}

// put sets a member under a key that is not a path.
func (x *extraction) put(name, v document.Value) {
	switch had := x.into.Find(name.KeyBytes()); {
	case had.Exists():
		had.Replace(v)
	case bytes.Equal(v.KeyBytes(), name.KeyBytes()):
		x.into.Add(v)
	default:
		x.into.Set(name.Key(), v)
	}
}

// stringify is convertObjectAndArrayToString: nested values become JSON text, but for the keys that stay
// structured. What is not an object is taken by its own properties.
func (r run) stringify(from document.Value, known *rules.Table) document.Value {
	to := r.Doc.NewObject()
	from = r.entries(from)
	for p := from.First(); p.Exists(); p = p.Next() {
		to.Add(p)
		if p.Kind() >= document.Array && known.Of(p.KeyBytes()) != rules.Structured {
			text := r.Doc.JSONText(r.finite(p))
			r.Derive(text, p)
			to.Last().Replace(text)
		}
	}
	return to
}

// pick is lodash.pickBy of what is neither undefined nor null; names that lead to a prototype go as well.
func pick(from document.Value) {
	from.Filter(func(p document.Value) bool {
		switch string(p.KeyBytes()) {
		case "constructor", "prototype", "__proto__":
			return false
		default:
			return !javascript.Nullish(p)
		}
	})
}
