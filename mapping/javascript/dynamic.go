package javascript

import (
	"strconv"
	"strings"

	"github.com/rudder-clevertap/rudder-clevertap/mapping/document"
)

// MaxTemplateNames is how many names the path of a template may have.
const MaxTemplateNames = 100

// DynamicConfig fills in the templates of one destination's config (ParseTemplate) from the event that goes there. What a
// template takes from the event is gone from it.
//
// It differs from rudder-transformer in two ways. A template that leads to an object or array is an error: there, all that is in it,
// a passcode perhaps, becomes a setting and with it a header. A name that JavaScript gives every object, such as constructor, leads to
// nothing, and so to the default: there, it leads to a function, with which the setting is lost.
type DynamicConfig struct {
	// Event is the event with what goes along with it: message, metadata, destination. The config is part of the same document.
	Event document.Value
	// Message and Metadata tell that something was taken from there; Filled, that a template was filled in.
	Message, Metadata, Filled bool
}

// TemplateError says why a template can't be filled in.
type TemplateError struct {
	// Path is that of the template, as it is read from the event.
	Path string
	// Problem is what is wrong, as a phrase that follows the path.
	Problem string
}

// Error returns the path and the problem. A long path is cut.
func (e *TemplateError) Error() string {
	const most = 64
	path := e.Path
	if len(path) > most {
		path = path[:most] + "…"
	}
	return "the dynamic config " + path + " " + e.Problem
}

// Fill fills in the templates in a value and in all that is within it, in JavaScript's order of keys. The error is a
// *TemplateError; what comes after it is as it was.
func (d *DynamicConfig) Fill(v document.Value) error {
	switch v.Kind() {
	case document.String:
		return d.fillText(v)
	case document.Object, document.Array:
		if v.Kind() == document.Object {
			Order(v)
		}
		var members []document.Value
		for m := v.First(); m.Exists(); m = m.Next() {
			members = append(members, m)
		}
		for _, m := range members {
			if taken(v, m) {
				continue
			}
			if err := d.Fill(m); err != nil {
				return err
			}
			if taken(v, m) {
				v.Add(m) // one that took itself away is there again when it is filled in
			}
		}
	}
	return nil
}

// taken reports whether a template has taken a member away.
func taken(from, m document.Value) bool {
	return from.Kind() == document.Object && from.Find(m.KeyBytes()) != m
}

// fillText fills in a text, if it is a template.
func (d *DynamicConfig) fillText(v document.Value) error {
	path, fallback, ok := ParseTemplate(v.Text())
	if !ok {
		return nil
	}
	if strings.Count(path, ".") >= MaxTemplateNames {
		return &TemplateError{path, "has more than " + strconv.Itoa(MaxTemplateNames) + " names"}
	}
	if name, found := strings.CutPrefix(path, "event."); found {
		path = "message." + name
	}
	d.Filled = true
	value := Get(d.Event, path)
	switch {
	case Nullish(value):
		v.Replace(v.Document().NewString(fallback))
		return nil
	case isContainer(value):
		return &TemplateError{path, "leads to " + value.Kind().String() + ": a setting takes a string, a number or a boolean"}
	}
	// A copy, since the value may be the very text that it goes into.
	value = v.Document().Embed(value)
	if err := d.take(path, value); err != nil {
		return err
	}
	v.Replace(value)
	return nil
}

// take removes what a path leads to from the event, as unset-value 2 does: a member with the whole path for a key always,
// others unless they are an empty text.
func (d *DynamicConfig) take(path string, value document.Value) error {
	d.Message = d.Message || strings.HasPrefix(path, "message")
	d.Metadata = d.Metadata || strings.HasPrefix(path, "metadata")
	if whole := d.Event.Get(path); whole.Exists() {
		d.Event.Remove(whole)
		return nil
	}
	if value.Is("") {
		return nil
	}
	at, rest := d.Event, path
	for {
		name, after, more := strings.Cut(rest, ".")
		next := Own(at, name)
		if !next.Exists() {
			// That program finds the value under a key with a dot in it, then looks for it as if it were nested, and fails.
			return &TemplateError{path, "leads to a key with a dot in it, which can't be used"}
		}
		if !more {
			at.Remove(next)
			return nil
		}
		at, rest = next, after
	}
}
