package check

import (
	"bytes"
	"strconv"

	"github.com/rudder-clevertap/rudder-clevertap/clevertap"
	"github.com/rudder-clevertap/rudder-clevertap/mapping/document"
	"github.com/rudder-clevertap/rudder-clevertap/mapping/internal/rules"
)

// path names the field of the event that a value of the record comes from.
func (c *Checker) path(row *Row, v document.Value) string {
	switch {
	case row.path != nil:
		return row.path(c)
	case c.inItem:
		return c.itemPath(c.item) + "." + v.Key()
	case row.Place == Items:
		return c.itemsPath()
	}
	if path := c.known(row.Place, v); path != "" {
		return path
	}
	if source, found := c.Source(v); found {
		return source.Path()
	}
	return c.missing(row.Place, v)
}

// known names the field that a standard field or a name comes from without a search of the whole event, and
// without a new string; nothing when that takes one.
func (c *Checker) known(place Place, v document.Value) string {
	switch place {
	case Field:
		path, _ := c.mapped(v)
		return path
	case Name:
		properties := c.Event.Get("properties")
		for _, from := range [...]struct {
			path string
			name document.Value
		}{
			{"event", c.Event.Get("event")}, {"properties.event", properties.Get("event")},
			{"name", c.Event.Get("name")}, {"properties.name", properties.Get("name")},
		} {
			if isGiven(from.name) && bytes.HasSuffix(v.Bytes(), from.name.Bytes()) {
				return from.path
			}
		}
	default:
	}
	return ""
}

// itemsPath names the property that the items of a purchase come from: they may have been copied as a whole.
func (c *Checker) itemsPath() string {
	properties := c.Event.Get("properties")
	for i := range c.Rules.Properties.Mapped {
		f := &c.Rules.Properties.Mapped[i]
		if f.To == clevertap.ChargedItems && isGiven(properties.Get(f.From)) && !c.Event.Get("event").Is(clevertap.ChargedEvent) {
			return rules.Path("properties", f.From)
		}
	}
	return rules.Path("properties", clevertap.ChargedItems)
}

// itemPath names an item of a purchase.
func (c *Checker) itemPath(index int) string { return c.itemsPath() + "[" + strconv.Itoa(index) + "]" }

// nameOf names the field of the event that a member of the data comes from.
func (c *Checker) nameOf(v document.Value) string {
	if source, found := c.Source(v); found {
		return source.Path()
	}
	return rules.Path(c.container(), v.Key())
}

// container is where the members of the data come from.
func (c *Checker) container() string {
	if !c.profile {
		return "properties"
	}
	if c.Event.Get("traits").Empty() && !c.Event.Get("context").Get("traits").Empty() {
		return "context.traits"
	}
	return "traits"
}

// mapped finds the trait that a standard field comes from without a search of the whole event, and names it
// without a new string.
func (c *Checker) mapped(v document.Value) (string, bool) {
	if !c.traits[0].Exists() && !c.traits[1].Exists() {
		c.traits = [2]document.Value{c.Event.Get("traits"), c.Event.Get("context").Get("traits")}
	}
	for i := range c.Rules.Traits.Mapped {
		f := &c.Rules.Traits.Mapped[i]
		if string(v.KeyBytes()) != f.To {
			continue
		}
		if c.traits[0].Get(f.From).Origin() == v.Origin() {
			return f.RootPath, true
		}
		if c.traits[1].Get(f.From).Origin() == v.Origin() {
			return f.ContextPath, true
		}
	}
	return "", false
}

// missing names the field of the event that should hold what is in no field of it.
func (c *Checker) missing(place Place, v document.Value) string {
	switch place {
	case Identity:
		return "userId"
	case ObjectID, TokenObjectID:
		return "anonymousId"
	case Name:
		if c.CallType == "track" {
			return "event"
		}
		return "name"
	case Time:
		return "ts"
	default:
		return rules.Path(c.container(), v.Key())
	}
}
