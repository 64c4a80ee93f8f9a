package judge

import (
	"bytes"
	"slices"

	"github.com/go-json-experiment/json/jsontext"
)

// Echo returns a refused record as CleverTap gives it back, which is not always as it came: in recorded replies a numeric
// identity is text, and a phone is a number once a profile is refused for a field that is looked at after it.
func Echo(record []byte, code int) []byte {
	text := jsontext.Value(bytes.TrimSpace(record))
	root, isObject := parseObject(text)
	if !isObject || !text.IsValid(lenient...) {
		return record
	}
	id, data := root.get("identity"), root.get("profileData")
	profile, _ := parseObject(data)
	phone, _ := textOf(profile.get("Phone"))
	seen := passesPhone(profile.get("Phone"), code)
	if id.Kind() != jsontext.KindNumber && !seen {
		return record
	}
	return root.write(func(m member) jsontext.Value {
		switch {
		case m.key == "identity" && m.value.Kind() == jsontext.KindNumber:
			return jsontext.Value(`"` + string(m.value) + `"`)
		case m.key == "profileData" && seen:
			return profile.write(func(m member) jsontext.Value {
				if m.key == "Phone" {
					return jsontext.Value(phone[1:])
				}
				return m.value
			})
		default:
			return m.value
		}
	})
}

// passesPhone reports whether a phone is right and a code that of a field that is looked at after it.
func passesPhone(phone jsontext.Value, code int) bool {
	at := slices.IndexFunc(fields[:], func(f field) bool { return f.key == "Phone" })
	return fields[at].is(phone) && slices.ContainsFunc(fields[at+1:], func(f field) bool { return f.code == code })
}

// write returns an object's text, with other values for some members.
func (o object) write(value func(member) jsontext.Value) jsontext.Value {
	text := jsontext.Value{'{'}
	for i, m := range o {
		if i > 0 {
			text = append(text, ',')
		}
		text, _ = jsontext.AppendQuote(text, m.key)
		text = append(append(text, ':'), value(m)...)
	}
	return append(text, '}')
}
