package document

import (
	"hash/maphash"
	"math/bits"
)

// linear is how many members are searched one by one. Larger objects get an index, so that neither looking up nor finding
// duplicate keys takes time that grows with the square of their size.
const linear = 24

// index finds the members of one object by their keys: a hash table that is at most half full.
type index struct {
	object  uint32
	members int
	slots   []uint32
}

// indexes are the indexes of the objects last asked: two, since building one object from another asks both in turn.
type indexes struct {
	kept   [2]index
	oldest int
	seed   maphash.Seed
	seeded bool
}

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
	seen := 0
	for at := n.at; at != 0; at = d.nodes[at].next {
		m := &d.nodes[at]
		if int(m.keyLen) == len(key) && string(d.text[m.keyAt:m.keyAt+m.keyLen]) == string(key) {
			return Value{d, at}
		}
		if seen++; seen > linear {
			return Value{d, lookup(d, d.indexOf(v.id), key)}
		}
	}
	return Value{}
}

// indexOf returns the index of an object, which it makes if need be.
func (d *Document) indexOf(object uint32) *index {
	for i := range d.find.kept {
		if d.find.kept[i].object == object {
			return &d.find.kept[i]
		}
	}
	x := d.newIndex(object)
	for at := d.nodes[object].at; at != 0; at = d.nodes[at].next {
		d.insert(x, at)
	}
	return x
}

// newIndex makes an empty index with room for an object's members, and for some to come.
func (d *Document) newIndex(object uint32) *index {
	if !d.find.seeded {
		d.find.seed, d.find.seeded = maphash.MakeSeed(), true
	}
	members := 0
	for at := d.nodes[object].at; at != 0; at = d.nodes[at].next {
		members++
	}
	x := &d.find.kept[d.find.oldest]
	d.find.oldest = 1 - d.find.oldest
	size := 1 << bits.Len(uint(members*3))
	if cap(x.slots) < size {
		x.slots = make([]uint32, size)
	}
	x.slots = x.slots[:size]
	clear(x.slots)
	x.object, x.members = object, 0
	return x
}

// insert puts a member into an index and returns the member of the same key that was there already, or 0.
func (d *Document) insert(x *index, member uint32) uint32 {
	n := &d.nodes[member]
	key := d.text[n.keyAt : n.keyAt+n.keyLen]
	mask := uint64(len(x.slots) - 1)
	for slot := maphash.Bytes(d.find.seed, key) & mask; ; slot = (slot + 1) & mask {
		at := x.slots[slot]
		if at == 0 {
			x.slots[slot] = member
			x.members++
			return 0
		}
		m := &d.nodes[at]
		if m.keyLen == n.keyLen && string(d.text[m.keyAt:m.keyAt+m.keyLen]) == string(key) {
			return at
		}
	}
}

// lookup finds a member by an index, or 0.
func lookup[T string | []byte](d *Document, x *index, key T) uint32 {
	mask := uint64(len(x.slots) - 1)
	for slot := hash(d.find.seed, key) & mask; ; slot = (slot + 1) & mask {
		at := x.slots[slot]
		if at == 0 {
			return 0
		}
		m := &d.nodes[at]
		if int(m.keyLen) == len(key) && string(d.text[m.keyAt:m.keyAt+m.keyLen]) == string(key) {
			return at
		}
	}
}

// added keeps an object's index, if it has one, in step with a new member.
func (d *Document) added(object, member uint32) {
	for i := range d.find.kept {
		x := &d.find.kept[i]
		if x.object != object {
			continue
		}
		if 2*(x.members+1) > len(x.slots) {
			x.object = 0
			return
		}
		d.insert(x, member)
	}
}

// forget drops an object's index.
func (d *Document) forget(object uint32) {
	for i := range d.find.kept {
		if d.find.kept[i].object == object {
			d.find.kept[i].object = 0
		}
	}
}

// reset drops all indexes, and memory that is unusually much.
func (x *indexes) reset() {
	for i := range x.kept {
		x.kept[i].object = 0
		if cap(x.kept[i].slots) > maxKept/4 {
			x.kept[i].slots = nil
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
