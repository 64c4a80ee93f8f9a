package document

// Bounds are what keys and values must keep to, to be ordinary.
type Bounds struct {
	// Key and Text are how many bytes a key and a text may have.
	Key, Text int
	// Avoid are the bytes that a key must not hold; nil for none.
	Avoid *[256]bool
}

// maxPlainNumber is how long the literal of a number may be that surely is one that a double holds.
const maxPlainNumber = 300

// Within counts the members of an object, and reports whether they are all ordinary: keys that are not empty,
// texts, booleans, and numbers without exponents, within bounds. It is one loop over the nodes, since it looks
// at every member of every event.
func (v Value) Within(b *Bounds) (members int, ordinary bool) {
	d := v.doc
	if v.Kind() != Object {
		return 0, false
	}
	ordinary = true
	for at := d.nodes[v.id].at; at != 0; {
		m := &d.nodes[at]
		members++
		ordinary = ordinary && d.isOrdinary(m, b)
		at = m.next
	}
	return members, ordinary
}

// IsOrdinary reports whether a member is ordinary, as Within does.
func (v Value) IsOrdinary(b *Bounds) bool {
	return v.id != 0 && v.doc.isOrdinary(&v.doc.nodes[v.id], b)
}

// isOrdinary reports whether a node is ordinary.
func (d *Document) isOrdinary(m *node, b *Bounds) bool {
	if m.keyLen == 0 || int(m.keyLen) > b.Key || int(m.size) > b.Text {
		return false
	}
	switch m.kind {
	case String, Bool:
	case Number:
		if m.size > maxPlainNumber {
			return false
		}
		for _, char := range d.text[m.at : m.at+m.size] {
			if char|0x20 == 'e' {
				return false
			}
		}
	default:
		return false
	}
	if b.Avoid != nil {
		for _, char := range d.text[m.keyAt : m.keyAt+m.keyLen] {
			if b.Avoid[char] {
				return false
			}
		}
	}
	return true
}
