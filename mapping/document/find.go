package document

import (
	"hash/maphash"
	"math"
	"math/bits"
	"slices"
)

// linear is how many members are searched one by one. Larger objects get an index, so that neither looking up nor finding
// duplicate keys takes time that grows with the square of their size.
const linear = 24

// index finds the members of one object by their keys: a hash table that is at most half full.
type index struct {
	object uint32
	// used is how many slots are not empty.
	used  int
	slots []uint32
	// before holds, by slot, the member before the slot's, or 0; nil as long as no member is removed.
	before []uint32
}

// removed stands in the slot of a member that is no more: those after it are found all the same.
const removed = math.MaxUint32

// indexes are the indexes of the large objects that were asked for a member. Each keeps its own, whatever the order in which
// they are asked, since making one takes a walk over all members.
type indexes struct {
	// made are found by the number in an object's node, less 1; unused are numbers of those whose object gave them up.
	made   []index
	unused []uint16
	// next is the one to be given to another object when there can be no more.
	next    int
	scratch index
	seed    maphash.Seed
	seeded  bool
}

// maxIndexes is how many numbers there are for indexes.
const maxIndexes = math.MaxUint16

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

// large reports whether an object has an index as soon as it is asked for a member that is not among the first.
func (v Value) large() bool {
	seen := 0
	for m := v.First(); m.Exists() && seen <= linear; m = m.Next() {
		seen++
	}
	return seen > linear
}

// indexOf returns the index of an object, which it makes if need be.
func (d *Document) indexOf(object uint32) *index {
	if number := d.nodes[object].index; number != 0 {
		return &d.find.made[number-1]
	}
	number := d.indexNumber()
	d.nodes[object].index = number
	x := &d.find.made[number-1]
	d.emptyIndex(x, object)
	for at := d.nodes[object].at; at != 0; at = d.nodes[at].next {
		d.insert(x, at)
	}
	return x
}

// indexNumber returns the number of an index that no object has.
func (d *Document) indexNumber() uint16 {
	x := &d.find
	if last := len(x.unused) - 1; last >= 0 {
		number := x.unused[last]
		x.unused = x.unused[:last]
		return number
	}
	if made := len(x.made); made < maxIndexes {
		if made == cap(x.made) {
			x.made = append(x.made, index{})
		}
		x.made = x.made[:made+1]
		return uint16(made + 1)
	}
	x.next = x.next%maxIndexes + 1
	d.nodes[x.made[x.next-1].object].index = 0
	return uint16(x.next)
}

// emptyIndex makes an index empty, with room for an object's members, and for some to come.
func (d *Document) emptyIndex(x *index, object uint32) {
	if !d.find.seeded {
		d.find.seed, d.find.seeded = maphash.MakeSeed(), true
	}
	members := 0
	for at := d.nodes[object].at; at != 0; at = d.nodes[at].next {
		members++
	}
	d.effort += members
	size := 1 << bits.Len(uint(members*3))
	if cap(x.slots) < size {
		x.slots = make([]uint32, size)
	}
	x.slots = x.slots[:size]
	clear(x.slots)
	x.object, x.used, x.before = object, 0, nil
}

// insert puts a member into an index and returns the member of the same key that was there already, or 0.
func (d *Document) insert(x *index, member uint32) uint32 {
	key := d.keyOf(member)
	mask := uint64(len(x.slots) - 1)
	for slot := maphash.Bytes(d.find.seed, key) & mask; ; slot = (slot + 1) & mask {
		switch at := x.slots[slot]; {
		case at == 0:
			x.slots[slot] = member
			x.used++
			return 0
		case at != removed && string(d.keyOf(at)) == string(key):
			return at
		}
	}
}

// slot returns the place of the member with a key in an index, or the empty place where it belongs.
func (d *Document) slot(x *index, key []byte) uint64 {
	mask := uint64(len(x.slots) - 1)
	for slot := maphash.Bytes(d.find.seed, key) & mask; ; slot = (slot + 1) & mask {
		at := x.slots[slot]
		if at == 0 {
			return slot
		}
		if at == removed {
			continue
		}
		if m := &d.nodes[at]; int(m.keyLen) == len(key) && string(d.text[m.keyAt:m.keyAt+m.keyLen]) == string(key) {
			return slot
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
		if at == removed {
			continue
		}
		m := &d.nodes[at]
		if int(m.keyLen) == len(key) && string(d.text[m.keyAt:m.keyAt+m.keyLen]) == string(key) {
			return at
		}
	}
}

// added keeps an object's index in step with a new member, which follows another.
func (d *Document) added(object, member, follows uint32) {
	x := &d.find.made[d.nodes[object].index-1]
	if 2*(x.used+1) > len(x.slots) {
		d.forget(object)
		return
	}
	d.insert(x, member)
	if x.before != nil {
		x.before[d.slot(x, d.keyOf(member))] = follows
	}
}

// unlink takes a member out of a large object.
func (d *Document) unlink(object, member uint32) {
	x := d.indexOf(object)
	slot := d.slot(x, d.keyOf(member))
	if x.slots[slot] != member || member == 0 {
		return
	}
	if x.before == nil {
		d.fillBefore(x)
	}
	before, next := x.before[slot], d.nodes[member].next
	if before == 0 {
		d.nodes[object].at = next
	} else {
		d.nodes[before].next = next
	}
	if next == 0 {
		d.nodes[object].size = before
	} else {
		x.before[d.slot(x, d.keyOf(next))] = before
	}
	x.slots[slot] = removed
}

// fillBefore notes in an index which member is before which.
func (d *Document) fillBefore(x *index) {
	x.before = make([]uint32, len(x.slots))
	last := uint32(0)
	for at := d.nodes[x.object].at; at != 0; at = d.nodes[at].next {
		x.before[d.slot(x, d.keyOf(at))] = last
		last = at
	}
	d.effort += x.used
}

// forget drops an object's index.
func (d *Document) forget(object uint32) {
	if number := d.nodes[object].index; number != 0 {
		d.find.unused = append(d.find.unused, number)
		d.nodes[object].index = 0
	}
}

// reset drops all indexes, and memory that is unusually much.
func (x *indexes) reset() {
	const kept = 4 // more objects are rarely large in one event
	if len(x.made) > kept {
		x.made = slices.Clone(x.made[:kept])
	}
	for i := range x.made {
		x.made[i].trim()
	}
	x.scratch.trim()
	x.made, x.unused, x.next = x.made[:0], x.unused[:0], 0
}

// trim drops memory that is unusually much.
func (x *index) trim() {
	if x.before = nil; cap(x.slots) > maxKept/4 {
		x.slots = nil
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
