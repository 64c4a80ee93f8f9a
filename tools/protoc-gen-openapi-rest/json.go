package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"slices"
)

// object is a JSON object that keeps the order of its keys, so that properties stay in the order of the contract.
type object struct{ members []member }

type member struct {
	key   string
	value any
}

// get returns the value of a key, nil when there is none.
func (o *object) get(key string) any {
	if i := o.find(key); i >= 0 {
		return o.members[i].value
	}
	return nil
}

// child returns the object at the end of a path of keys.
func (o *object) child(path ...string) (*object, error) {
	for i, key := range path {
		next, ok := o.get(key).(*object)
		if !ok {
			return nil, fmt.Errorf("the document has no object at %q", path[:i+1])
		}
		o = next
	}
	return o, nil
}

// set gives a key a value, at its old place or at the end.
func (o *object) set(key string, value any) {
	if i := o.find(key); i >= 0 {
		o.members[i].value = value
		return
	}
	o.members = append(o.members, member{key, value})
}

// drop removes the members that a function names.
func (o *object) drop(unwanted func(key string) bool) {
	o.members = slices.DeleteFunc(o.members, func(m member) bool { return unwanted(m.key) })
}

func (o *object) find(key string) int {
	return slices.IndexFunc(o.members, func(m member) bool { return m.key == key })
}

// MarshalJSON writes the members in their order.
func (o *object) MarshalJSON() ([]byte, error) {
	var out bytes.Buffer
	out.WriteByte('{')
	for i, m := range o.members {
		if i > 0 {
			out.WriteByte(',')
		}
		key, err := plainJSON(m.key)
		if err != nil {
			return nil, err
		}
		value, err := plainJSON(m.value)
		if err != nil {
			return nil, err
		}
		out.Write(key)
		out.WriteByte(':')
		out.Write(value)
	}
	out.WriteByte('}')
	return out.Bytes(), nil
}

// plainJSON writes a value without escaping <, > and &.
func plainJSON(value any) ([]byte, error) {
	var out bytes.Buffer
	encoder := json.NewEncoder(&out)
	encoder.SetEscapeHTML(false)
	if err := encoder.Encode(value); err != nil {
		return nil, fmt.Errorf("write JSON: %w", err)
	}
	return bytes.TrimSuffix(out.Bytes(), []byte("\n")), nil
}

// parse reads JSON text: objects as *object, arrays as []any, numbers as they are written.
func parse(text []byte) (any, error) {
	decoder := json.NewDecoder(bytes.NewReader(text))
	decoder.UseNumber()
	return parseValue(decoder)
}

func parseValue(decoder *json.Decoder) (any, error) {
	token, err := decoder.Token()
	if err != nil {
		return nil, fmt.Errorf("read JSON: %w", err)
	}
	switch token {
	case json.Delim('{'):
		return parseObject(decoder)
	case json.Delim('['):
		elements := []any{}
		for decoder.More() {
			element, err := parseValue(decoder)
			if err != nil {
				return nil, err
			}
			elements = append(elements, element)
		}
		_, err := decoder.Token()
		return elements, err
	default:
		return token, nil
	}
}

func parseObject(decoder *json.Decoder) (*object, error) {
	o := &object{}
	for decoder.More() {
		key, err := decoder.Token()
		if err != nil {
			return nil, fmt.Errorf("read JSON: %w", err)
		}
		value, err := parseValue(decoder)
		if err != nil {
			return nil, err
		}
		o.members = append(o.members, member{fmt.Sprint(key), value})
	}
	_, err := decoder.Token()
	return o, err
}
