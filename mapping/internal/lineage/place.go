package lineage

import "strings"

// place is where in an event or a record a value is: the keys and indices that lead to it.
type place []string

// placeOf reads a JSON Pointer.
func placeOf(pointer string) place {
	if pointer == "" {
		return nil
	}
	steps := strings.Split(pointer[1:], "/")
	for i, step := range steps {
		if strings.Contains(step, "~") {
			steps[i] = strings.ReplaceAll(strings.ReplaceAll(step, "~1", "/"), "~0", "~")
		}
	}
	return steps
}

// at returns a step, or nothing where the place has not so many.
func (p place) at(i int) string {
	if i >= len(p) {
		return ""
	}
	return p[i]
}

// is reports whether the place is the one that the steps lead to.
func (p place) is(steps string) bool { return strings.Join(p, "/") == steps }

// trait returns the key of the trait that a place of an event is in, and how many steps lead to it.
func (p place) trait() (key string, depth int, ok bool) {
	switch {
	case len(p) > 1 && p[0] == "traits":
		return p[1], 2, true
	case len(p) > 2 && p[0] == "context" && p[1] == "traits":
		return p[2], 3, true
	default:
		return "", 0, false
	}
}

// property returns the key of the property that a place of an event is in.
func (p place) property() (key string, ok bool) {
	if len(p) > 1 && p[0] == "properties" {
		return p[1], true
	}
	return "", false
}

// field returns the path of the trait, property or field of the event that a place is in, as diagnostics name
// it.
func (p place) field() string {
	depth := len(p)
	if key, to, ok := p.trait(); ok {
		if depth = to; key == overrideFields {
			depth = min(to+1, len(p))
		}
	} else if _, ok := p.property(); ok {
		depth = 2
	}
	return strings.Join(p[:depth], ".")
}
