package document

import (
	"hash/maphash"
	"math/bits"
)

// linear is how many members are searched one by one. Larger objects get an index, so that neither looking up nor finding
// duplicate keys takes time that grows with the square of their size.
const linear = 24

// Get returns the member with the key, or an absent value when there is none or v is no object.
func (v Value) Get(key string) Value { return get(v, key) }

// Find is Get for a key that is not a string of its own, such as another member's KeyBytes.
func (v Value) Find(key []byte) Value { return get(v, key) }

func get[T string | []byte](v Value, key T) Value {
	if v.id == 0 {
		return Value{}
	}
	d := v.doc
	n := &d.nodes[v.id]
	if n.kind != Object {
		return Value{}
	}
	if d.indexed == v.id {
		return Value{d, lookup(d, key)}
	}
	seen := 0
	for at := n.at; at != 0; at = d.nodes[at].next {
		m := &d.nodes[at]
		if int(m.keyLen) == len(key) && string(d.text[m.keyAt:m.keyAt+m.keyLen]) == string(key) {
			return Value{d, at}
		}
		if seen++; seen > linear {
			d.index(v.id)
			return Value{d, lookup(d, key)}
		}
	}
	return Value{}
}

// index fills the table with the members of an object. A document indexes one object at a time, the one last asked.
func (d *Document) index(object uint32) {
	members := 0
	for at := d.nodes[object].at; at != 0; at = d.nodes[at].next {
		members++
	}
	d.newTable(members)
	for at := d.nodes[object].at; at != 0; at = d.nodes[at].next {
		d.insert(at)
	}
	d.indexed = object
}

// newTable makes the table empty and large enough for so many members to fill at most half of it.
func (d *Document) newTable(members int) {
	if !d.seeded {
		d.seed, d.seeded = maphash.MakeSeed(), true
	}
	size := 1 << bits.Len(uint(members*2))
	if cap(d.table) < size {
		d.table = make([]uint32, size)
	}
	d.table = d.table[:size]
	clear(d.table)
	d.indexed = 0
}

// insert puts a member into the table and returns the member of the same key that was there already, or 0.
func (d *Document) insert(member uint32) uint32 {
	n := &d.nodes[member]
	key := d.text[n.keyAt : n.keyAt+n.keyLen]
	mask := uint64(len(d.table) - 1)
	for slot := maphash.Bytes(d.seed, key) & mask; ; slot = (slot + 1) & mask {
		at := d.table[slot]
		if at == 0 {
			d.table[slot] = member
			return 0
		}
		m := &d.nodes[at]
		if m.keyLen == n.keyLen && string(d.text[m.keyAt:m.keyAt+m.keyLen]) == string(key) {
			return at
		}
	}
}

// lookup finds a member of the indexed object, or 0.
func lookup[T string | []byte](d *Document, key T) uint32 {
	mask := uint64(len(d.table) - 1)
	for slot := hash(d.seed, key) & mask; ; slot = (slot + 1) & mask {
		at := d.table[slot]
		if at == 0 {
			return 0
		}
		m := &d.nodes[at]
		if int(m.keyLen) == len(key) && string(d.text[m.keyAt:m.keyAt+m.keyLen]) == string(key) {
			return at
		}
	}
}

// hash gives the same number to equal text in either form.
func hash[T string | []byte](seed maphash.Seed, key T) uint64 {
	switch key := any(key).(type) {
	case string:
		return maphash.String(seed, key)
	case []byte:
		return maphash.Bytes(seed, key)
	}
	return 0
}
