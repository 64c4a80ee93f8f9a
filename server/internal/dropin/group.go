package dropin

import (
	"bytes"
	"slices"

	"github.com/rudder-clevertap/rudder-clevertap/mapping/document"
	"github.com/rudder-clevertap/rudder-clevertap/mapping/javascript"
)

// stableKeys tells which events may go to CleverTap together: those with the same destination id and, unless
// the destination says that it has no dynamic config, the same config, whatever the order of its keys.
type stableKeys struct {
	doc document.Document
	// config and text are the config that was written last and what was written for it.
	config, text []byte
	key          []byte
}

// of returns the key of an event's group. It is valid until the next one.
func (k *stableKeys) of(item *eventItem) []byte {
	k.key = append(k.key[:0], k.id(item.id)...)
	k.key = append(k.key, 0)
	if item.static || item.config == nil {
		return k.key
	}
	if k.text == nil || !bytes.Equal(item.config, k.config) {
		k.config = append(k.config[:0], item.config...)
		k.text = append(k.text[:0], item.config...)
		if k.doc.Parse(item.config, lenient()) == nil {
			javascript.Normalize(&k.doc)
			k.text = appendStable(k.text[:0], k.doc.Root())
		}
	}
	return append(k.key, k.text...)
}

// id returns a destination's id as JavaScript writes it into a text.
func (k *stableKeys) id(id []byte) string {
	const missing = "default"
	if document.KindAt(id) == document.String {
		if text := document.Unquote(id); text != "" {
			return text
		}
		return missing
	}
	if k.doc.Parse(id, lenient()) != nil || !javascript.Truthy(k.doc.Root()) {
		return missing
	}
	text, err := javascript.AppendText(nil, k.doc.Root())
	if err != nil {
		return string(id)
	}
	return string(text)
}

// appendStable appends a value's JSON text with the keys of objects in sorted order.
func appendStable(dst []byte, v document.Value) []byte {
	switch v.Kind() {
	case document.Object:
		v.Sort(func(members []document.Value) {
			slices.SortFunc(members, func(a, b document.Value) int {
				return bytes.Compare(a.KeyBytes(), b.KeyBytes())
			})
		})
		dst = append(dst, '{')
		for m := v.First(); m.Exists(); m = m.Next() {
			dst = append(document.AppendString(dst, m.KeyBytes()), ':')
			dst = append(appendStable(dst, m), ',')
		}
		return append(dst, '}')
	case document.Array:
		dst = append(dst, '[')
		for m := v.First(); m.Exists(); m = m.Next() {
			dst = append(appendStable(dst, m), ',')
		}
		return append(dst, ']')
	default:
		return v.AppendJSON(dst)
	}
}
