package document

// Origin tells the content of a value from that of all others in its document: copies of a value, as Add, Set, Put, Replace and
// Copy make them, have the same, whatever their keys. Values that were made anew have one of their own. 0 is that of an absent
// value, and of an empty container that was not read but made.
type Origin uint64

// What tells values apart: the first child of a container, an empty container itself, the text of a scalar.
const (
	containers Origin = 1 << 63
	empties    Origin = 1 << 62
)

// Origin returns the value's origin. It holds until the value's content is changed.
func (v Value) Origin() Origin {
	if v.id == 0 {
		return 0
	}
	n := &v.doc.nodes[v.id]
	switch {
	case n.kind < Array:
		return Origin(n.at)<<30 | Origin(n.size)
	case n.at != 0:
		return containers | Origin(n.at)
	case n.size != 0:
		return empties | Origin(n.size)
	default:
		return 0
	}
}

// read marks a container that was read, and is empty, so that it has an origin.
func (v Value) read() {
	if n := &v.doc.nodes[v.id]; n.at == 0 {
		n.size = v.id
	}
}

// Copy makes a copy of a value of this document, with copies of all that is in it: what becomes of those changes nothing else.
// Their texts are shared, so scalars keep their origins.
func (d *Document) Copy(v Value) Value {
	made := Value{d, d.addCopy(v.id)}
	if v.Empty() {
		return made
	}
	d.nodes[made.id].at, d.nodes[made.id].size = 0, 0
	for m := v.First(); m.Exists(); m = m.Next() {
		made.link(d.Copy(m).id)
	}
	return made
}

// Nullify makes the value null in its place. Its origin stays.
func (v Value) Nullify() {
	v.doc.forget(v.id)
	n := &v.doc.nodes[v.id]
	if n.kind >= Array {
		n.at, n.size = 0, 0
	}
	n.kind, n.flags = Null, n.flags&keyFlags
}
