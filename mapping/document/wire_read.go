package document

import (
	"bytes"
	"cmp"
	"encoding/binary"
	"fmt"
	"math"
	"slices"

	"google.golang.org/protobuf/encoding/protowire"
)

// NewStructWire is NewStruct for a Struct in its wire form, without its PlaceErrors.
func (d *Document) NewStructWire(wire []byte) (Value, error) {
	at := len(d.text)
	d.text = append(d.text, wire...)
	d.source += len(wire)
	r := wireReader{d: d, src: d.text}
	return r.object(at, len(d.text), DefaultMaxDepth)
}

// SetTextWire appends a string that a message holds under a key that must be new to the object.
func (v Value) SetTextWire(key string, text []byte) error {
	d := v.doc
	flags := textFlags(text)
	if flags&textUTF8 == 0 {
		return fmt.Errorf("%w: %s is not UTF-8", errWire, key)
	}
	id := d.add(String, flags|textFlags(key)>>keyShift, uint32(len(d.text)), uint32(len(text)))
	d.text = append(d.text, text...)
	n := &d.nodes[id]
	n.keyAt, n.keyLen = d.keep(key)
	v.link(id)
	return nil
}

// wireReader reads messages by their places in src, which was a prefix of the document's text when reading began, so that keys
// and texts stay where they are.
type wireReader struct {
	d   *Document
	src []byte
}

// wireField is a field of a message: its number, its wire type, and where its value lies, without the length where it has one.
type wireField struct {
	number   protowire.Number
	kind     protowire.Type
	from, to int
}

// field reads the field at a place within a message that ends at end, and returns the place after it.
func (r *wireReader) field(at, end int) (f wireField, next int, ok bool) {
	// Nearly all have a low number and are short: then tag and length are one byte each.
	if from := at + 2; from <= end {
		tag, size := r.src[at], r.src[at+1]
		if to := from + int(size); tag < 0x80 && tag >= 8 && protowire.Type(tag&7) == protowire.BytesType && size < 0x80 && to <= end {
			return wireField{protowire.Number(tag >> 3), protowire.BytesType, from, to}, to, true
		}
	}
	return r.anyField(at, end)
}

// anyField is field for any number, type and length.
func (r *wireReader) anyField(at, end int) (f wireField, next int, ok bool) {
	number, kind, tag := protowire.ConsumeTag(r.src[at:end])
	if tag < 0 || number > protowire.MaxValidNumber {
		return f, 0, false
	}
	at += tag
	size := protowire.ConsumeFieldValue(number, kind, r.src[at:end])
	if size < 0 {
		return f, 0, false
	}
	f = wireField{number, kind, at, at + size}
	if kind == protowire.BytesType {
		_, length := protowire.ConsumeVarint(r.src[at:end])
		f.from += length
	}
	return f, at + size, true
}

// object reads a Struct: its fields are the entries of a map.
func (r *wireReader) object(at, end, depth int) (Value, error) {
	d := r.d
	object := d.NewObject()
	sorted, first, last := true, uint32(0), uint32(0)
	for at < end {
		f, next, ok := r.field(at, end)
		if !ok {
			return Value{}, errWire
		}
		at = next
		if f.number != structFields || f.kind != protowire.BytesType {
			continue
		}
		member, err := r.member(f.from, f.to, depth-1)
		if err != nil {
			return Value{}, err
		}
		if last == 0 {
			first = member
		} else {
			sorted = sorted && bytes.Compare(d.keyOf(last), d.keyOf(member)) < 0
			d.nodes[last].next = member
		}
		last = member
	}
	if last == 0 {
		last = object.id
	}
	d.nodes[object.id].at, d.nodes[object.id].size = first, last
	if !sorted {
		d.sortMembers(object)
	}
	return object, nil
}

// keyOf returns a member's key.
func (d *Document) keyOf(member uint32) []byte {
	n := &d.nodes[member]
	return d.text[n.keyAt : n.keyAt+n.keyLen]
}

// member reads an entry of a Struct's map.
func (r *wireReader) member(at, end, depth int) (uint32, error) {
	var key, value wireField
	for at < end {
		f, next, ok := r.field(at, end)
		if !ok {
			return 0, errWire
		}
		at = next
		switch {
		case f.kind != protowire.BytesType:
		case f.number == entryKey && key.number == 0:
			key = f
		case f.number == entryValue && value.number == 0:
			value = f
		case f.number == entryKey || f.number == entryValue:
			return 0, ErrUnusual
		}
	}
	flags := textFlags(r.src[key.from:key.to])
	if flags&textUTF8 == 0 {
		return 0, fmt.Errorf("%w: a key is not UTF-8", errWire)
	}
	id, err := r.value(value.from, value.to, depth)
	if err != nil {
		return 0, err
	}
	n := &r.d.nodes[id]
	n.keyAt, n.keyLen = uint32(key.from), uint32(key.to-key.from)
	n.flags |= flags >> keyShift
	return id, nil
}

// value reads a Value.
func (r *wireReader) value(at, end, depth int) (made uint32, err error) {
	if depth < 0 {
		return 0, errTooDeep
	}
	if len(r.d.nodes) > DefaultMaxNodes {
		return 0, errTooMany
	}
	for at < end {
		f, next, ok := r.field(at, end)
		if !ok {
			return 0, errWire
		}
		at = next
		if f.number < valueNull || f.number > valueList {
			continue
		}
		if made != 0 {
			return 0, ErrUnusual
		}
		if made, err = r.kind(f, depth); err != nil {
			return 0, err
		}
	}
	if made == 0 {
		made = r.d.NewNull().id
	}
	return made, nil
}

// kind reads one of the kinds of a Value.
func (r *wireReader) kind(f wireField, depth int) (uint32, error) {
	d, part := r.d, r.src[f.from:f.to]
	var (
		made Value
		err  error
	)
	switch {
	case f.number == valueString && f.kind == protowire.BytesType:
		flags := textFlags(part)
		if flags&textUTF8 == 0 {
			return 0, fmt.Errorf("%w: text that is not UTF-8", errWire)
		}
		return d.add(String, flags, uint32(f.from), uint32(len(part))), nil
	case f.number == valueNumber && f.kind == protowire.Fixed64Type:
		made, err = d.NewDouble(math.Float64frombits(binary.LittleEndian.Uint64(part)))
	case f.number == valueBool && f.kind == protowire.VarintType:
		b, _ := protowire.ConsumeVarint(part)
		made = d.NewBool(b != 0)
	case f.number == valueNull && f.kind == protowire.VarintType:
		made = d.NewNull()
	case f.number == valueStruct && f.kind == protowire.BytesType:
		made, err = r.object(f.from, f.to, depth)
	case f.number == valueList && f.kind == protowire.BytesType:
		made, err = r.array(f.from, f.to, depth)
	default:
		err = ErrUnusual
	}
	return made.id, err
}

// array reads a ListValue.
func (r *wireReader) array(at, end, depth int) (Value, error) {
	array := r.d.NewArray()
	for at < end {
		f, next, ok := r.field(at, end)
		if !ok {
			return Value{}, errWire
		}
		at = next
		if f.number != listValues || f.kind != protowire.BytesType {
			continue
		}
		element, err := r.value(f.from, f.to, depth-1)
		if err != nil {
			return Value{}, err
		}
		array.link(element)
	}
	array.read()
	return array, nil
}

// sortable is a member with the beginning of its key as a number: most keys differ there.
type sortable struct {
	begin  uint64
	member uint32
}

// sortMembers puts members in the order of their keys; of those with the same key the last stays, as in a map.
func (d *Document) sortMembers(object Value) {
	members := d.scratch[:0]
	for at := d.nodes[object.id].at; at != 0; at = d.nodes[at].next {
		members = append(members, sortable{keyBegin(d.keyOf(at)), at})
	}
	d.scratch = members
	slices.SortFunc(members, func(a, b sortable) int {
		if a.begin != b.begin {
			return cmp.Compare(a.begin, b.begin)
		}
		if order := bytes.Compare(d.keyOf(a.member), d.keyOf(b.member)); order != 0 {
			return order
		}
		return cmp.Compare(a.member, b.member) // later members have higher numbers
	})
	first, last := uint32(0), uint32(0)
	for i, m := range members {
		if i+1 < len(members) && m.begin == members[i+1].begin && bytes.Equal(d.keyOf(m.member), d.keyOf(members[i+1].member)) {
			continue
		}
		if last == 0 {
			first = m.member
		} else {
			d.nodes[last].next = m.member
		}
		last = m.member
	}
	d.nodes[last].next = 0
	d.nodes[object.id].at, d.nodes[object.id].size = first, last
}

// keyBegin returns the first eight bytes of a key as a number that sorts as they do.
func keyBegin(key []byte) uint64 {
	if len(key) >= 8 {
		return binary.BigEndian.Uint64(key)
	}
	var begin [8]byte
	copy(begin[:], key)
	return binary.BigEndian.Uint64(begin[:])
}
