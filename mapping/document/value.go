package document

import "strconv"

// Value is a handle on a value of a Document. The zero Value is absent: its Kind is Invalid and it has no members.
type Value struct {
	doc *Document
	id  uint32
}

// Exists reports whether there is a value; null is one.
func (v Value) Exists() bool { return v.id != 0 }

// Kind returns the value's JSON kind, or Invalid when it is absent.
func (v Value) Kind() Kind {
	if v.id == 0 {
		return Invalid
	}
	return v.doc.nodes[v.id].kind
}

// Bytes returns the decoded text of a string or the literal of a number, and nothing for other kinds. It must not be
// changed, and lives as long as the document's content.
func (v Value) Bytes() []byte {
	if v.id == 0 {
		return nil
	}
	n := &v.doc.nodes[v.id]
	if n.kind != String && n.kind != Number {
		return nil
	}
	return v.doc.text[n.at : n.at+n.size : n.at+n.size]
}

// Text is Bytes as a string of its own.
func (v Value) Text() string { return string(v.Bytes()) }

// Is reports whether the value is the string text.
func (v Value) Is(text string) bool {
	return v.Kind() == String && string(v.Bytes()) == text
}

// True reports whether the value is the boolean true.
func (v Value) True() bool {
	return v.id != 0 && v.doc.nodes[v.id].flags&isTrue != 0
}

// KeyBytes returns the value's key in its object, under the same terms as Bytes.
func (v Value) KeyBytes() []byte {
	if v.id == 0 {
		return nil
	}
	n := &v.doc.nodes[v.id]
	return v.doc.text[n.keyAt : n.keyAt+n.keyLen : n.keyAt+n.keyLen]
}

// Key is KeyBytes as a string of its own.
func (v Value) Key() string { return string(v.KeyBytes()) }

// First returns the first member of an object or element of an array, or an absent value. With Next it visits all:
//
//	for m := v.First(); m.Exists(); m = m.Next() { … }
func (v Value) First() Value {
	if v.id == 0 {
		return Value{}
	}
	n := &v.doc.nodes[v.id]
	if n.kind < Array {
		return Value{}
	}
	return Value{v.doc, n.at}
}

// Next returns the member or element that follows, or an absent value.
func (v Value) Next() Value {
	if v.id == 0 {
		return Value{}
	}
	return Value{v.doc, v.doc.nodes[v.id].next}
}

// Empty reports whether a container has nothing in it. A value that is no container is empty too.
func (v Value) Empty() bool { return !v.First().Exists() }

// Len counts the members or elements.
func (v Value) Len() int {
	n := 0
	for m := v.First(); m.Exists(); m = m.Next() {
		n++
	}
	return n
}

// At returns the element at an index, or an absent value.
func (v Value) At(index int) Value {
	m := v.First()
	for ; index > 0 && m.Exists(); index-- {
		m = m.Next()
	}
	return m
}

// Add appends a copy of v, with its key, to the object or array. Containers are shared, not copied: what is added to one
// later shows in the other only by chance, so build a container before adding it. Both belong to the same document, and
// the key must be new to an object.
func (v Value) Add(member Value) {
	v.link(v.doc.addCopy(member.id))
}

// Set appends a copy of member under another key. The key must be new to the object.
func (v Value) Set(key string, member Value) {
	d := v.doc
	id := d.addCopy(member.id)
	n := &d.nodes[id]
	n.keyAt, n.keyLen = d.keep(key)
	n.flags = n.flags&^keyFlags | textFlags(key)>>keyShift
	v.link(id)
}

// Put is Set for a key that the object may have: then the member there is replaced, in its place.
func (v Value) Put(key string, member Value) {
	if had := v.Get(key); had.Exists() {
		had.Replace(member)
		return
	}
	v.Set(key, member)
}

// SetText appends a string under a key that must be new to the object.
func (v Value) SetText(key, text string) {
	d := v.doc
	at, size := d.keep(text)
	id := d.add(String, textFlags(text)|textFlags(key)>>keyShift, at, size)
	n := &d.nodes[id]
	n.keyAt, n.keyLen = d.keep(key)
	v.link(id)
}

// SetUint appends a whole number under a key that must be new to the object.
func (v Value) SetUint(key string, number uint64) {
	d := v.doc
	at := len(d.text)
	d.text = strconv.AppendUint(d.text, number, 10)
	id := d.add(Number, textFlags(key)>>keyShift, uint32(at), uint32(len(d.text)-at))
	n := &d.nodes[id]
	n.keyAt, n.keyLen = d.keep(key)
	v.link(id)
}

// Replace puts the content of another value of the same document in this one's place; its key stays.
func (v Value) Replace(with Value) {
	d := v.doc
	d.forget(v.id)
	n, from := &d.nodes[v.id], d.nodes[with.id]
	n.kind, n.at, n.size = from.kind, from.at, from.size
	n.flags = n.flags&keyFlags | from.flags&^keyFlags
}

// Remove takes a member or element out of the container. Of a large object, it takes no longer than of a small one.
func (v Value) Remove(member Value) {
	if v.doc.nodes[v.id].kind == Object && v.large() {
		v.doc.unlink(v.id, member.id)
		return
	}
	v.Filter(func(m Value) bool { return m != member })
}

// Truncate drops the elements of an array after one of them, or all when that is an absent value.
func (v Value) Truncate(after Value) {
	d := v.doc
	n := &d.nodes[v.id]
	if after.id == 0 {
		n.at, n.size = 0, 0
		return
	}
	d.nodes[after.id].next, n.size = 0, after.id
}

// Filter keeps the members or elements that keep says yes to, in their order.
func (v Value) Filter(keep func(member Value) bool) {
	d := v.doc
	first, last, gone := uint32(0), uint32(0), false
	for at := d.nodes[v.id].at; at != 0; at = d.nodes[at].next {
		d.effort++
		switch {
		case !keep(Value{d, at}):
			gone = true
			continue
		case last == 0:
			first = at
		default:
			d.nodes[last].next = at
		}
		last = at
	}
	if !gone {
		return
	}
	d.nodes[last].next = 0 // node 0 stands for none, and has none after it
	d.nodes[v.id].at, d.nodes[v.id].size = first, last
	d.forget(v.id)
}

// Sort puts the members in a new order: order receives them as they are and rearranges them.
func (v Value) Sort(order func(members []Value)) {
	var members []Value
	for m := v.First(); m.Exists(); m = m.Next() {
		members = append(members, m)
	}
	order(members)
	d := v.doc
	d.effort += len(members)
	d.forget(v.id)
	d.nodes[v.id].at, d.nodes[v.id].size = 0, 0
	for _, m := range members {
		v.link(m.id)
	}
}

// link makes a node the last child.
func (v Value) link(child uint32) {
	d := v.doc
	d.nodes[child].next = 0
	parent := &d.nodes[v.id]
	last := parent.size
	if parent.at == 0 {
		parent.at = child
	} else {
		d.nodes[last].next = child
	}
	parent.size = child
	if parent.index != 0 {
		d.added(v.id, child, last)
	}
}

// Last returns the last member of an object or element of an array, or an absent value.
func (v Value) Last() Value {
	if v.id == 0 {
		return Value{}
	}
	n := &v.doc.nodes[v.id]
	if n.kind < Array || n.at == 0 {
		return Value{}
	}
	return Value{v.doc, n.size}
}

// Document returns the document that the value belongs to; nil when it is absent.
func (v Value) Document() *Document { return v.doc }

// Rewrite replaces a number's literal by what write appends for it.
func (v Value) Rewrite(write func(dst, literal []byte) []byte) {
	d := v.doc
	at := len(d.text)
	d.text = write(d.text, v.Bytes())
	n := &d.nodes[v.id]
	n.at, n.size = uint32(at), uint32(len(d.text)-at)
}

// Rename gives a member another key, which must be new to the object v.
func (v Value) Rename(member Value, key string) {
	v.doc.forget(v.id)
	member.keyed([]byte(key))
}
