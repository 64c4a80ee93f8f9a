package document

import (
	"encoding/binary"
	"errors"
	"fmt"
	"math"
	"slices"
	"unicode/utf8"

	"google.golang.org/protobuf/encoding/protowire"
)

// The wire codec reads and writes google.protobuf.Struct without the messages in between, which cost ten times as much as
// all else that is done to an event. NewStruct and Struct do the same by way of the messages; a fuzz test holds the two together.

// ErrUnusual says that a message is well-formed but written in a way that generated code never writes: a value that is there
// twice, which must be merged. Whoever reads it falls back on the messages.
var ErrUnusual = errors.New("a protobuf message in an unusual form")

// errWire says that bytes are no protobuf message.
var errWire = errors.New("malformed protobuf")

// Field numbers of google/protobuf/struct.proto.
const (
	structFields = 1
	entryKey     = 1
	entryValue   = 2
	valueNull    = 1
	valueNumber  = 2
	valueString  = 3
	valueBool    = 4
	valueStruct  = 5
	valueList    = 6
	listValues   = 1
)

// Fields reads a message's fields in order: the number and wire type of each, and the bytes of its value, without their length
// where they have one.
func Fields(message []byte, use func(number protowire.Number, kind protowire.Type, value []byte) error) error {
	for len(message) > 0 {
		number, kind, tag := protowire.ConsumeTag(message)
		if tag < 0 || number > protowire.MaxValidNumber {
			return errWire
		}
		message = message[tag:]
		var (
			value []byte
			size  int
		)
		if kind == protowire.BytesType {
			value, size = protowire.ConsumeBytes(message)
		} else if size = protowire.ConsumeFieldValue(number, kind, message); size >= 0 {
			value = message[:size]
		}
		if size < 0 {
			return errWire
		}
		if err := use(number, kind, value); err != nil {
			return err
		}
		message = message[size:]
	}
	return nil
}

// NewStructWire is NewStruct for a Struct in its wire form.
func (d *Document) NewStructWire(wire []byte) (Value, error) {
	return d.structWire(wire, DefaultMaxDepth)
}

// SetTextWire appends a string that a message holds under a key that must be new to the object.
func (v Value) SetTextWire(key string, text []byte) error {
	if !utf8.Valid(text) {
		return fmt.Errorf("%w: %s is not UTF-8", errWire, key)
	}
	d := v.doc
	n := node{kind: String}
	n.keyAt, n.keyLen = d.keep(key)
	n.setText(d, text)
	v.link(d.add(n))
	return nil
}

// setText keeps text as a node's.
func (n *node) setText(d *Document, text []byte) {
	n.at, n.size = uint32(len(d.text)), uint32(len(text))
	d.text = append(d.text, text...)
	if needsEscape(text) {
		n.flags |= textEscapes
	}
}

// structWire reads a Struct: its fields are the entries of a map.
func (d *Document) structWire(wire []byte, depth int) (Value, error) {
	object := d.NewObject()
	sorted := true
	err := Fields(wire, func(number protowire.Number, kind protowire.Type, entry []byte) error {
		if number != structFields || kind != protowire.BytesType {
			return nil
		}
		key, value, err := entryWire(entry)
		if err != nil {
			return err
		}
		member, err := d.valueWire(value, depth-1)
		if err != nil {
			return err
		}
		n := &d.nodes[member.id]
		n.keyAt, n.keyLen = uint32(len(d.text)), uint32(len(key))
		d.text = append(d.text, key...)
		if needsEscape(key) {
			n.flags |= keyEscapes
		}
		sorted = sorted && object.after(key)
		object.link(member.id)
		return nil
	})
	if err == nil && !sorted {
		d.sortMembers(object)
	}
	return object, err
}

// entryWire reads an entry of a Struct's map.
func entryWire(entry []byte) (key, value []byte, err error) {
	var seen [entryValue + 1]bool
	err = Fields(entry, func(number protowire.Number, kind protowire.Type, part []byte) error {
		if number > entryValue || kind != protowire.BytesType {
			return nil
		}
		if seen[number] {
			return ErrUnusual
		}
		seen[number] = true
		if number == entryKey {
			key = part
		} else {
			value = part
		}
		return nil
	})
	if err == nil && !utf8.Valid(key) {
		err = fmt.Errorf("%w: a key is not UTF-8", errWire)
	}
	return key, value, err
}

// after reports whether a key comes after that of the last member.
func (v Value) after(key []byte) bool {
	last := v.Last()
	return !last.Exists() || string(last.KeyBytes()) < string(key)
}

// sortMembers puts members in the order of their keys; of those with the same key the last stays, as in a map.
func (d *Document) sortMembers(object Value) {
	ids := d.scratch[:0]
	for m := object.First(); m.Exists(); m = m.Next() {
		ids = append(ids, m.id)
	}
	slices.SortStableFunc(ids, func(a, b uint32) int {
		return compare(Value{d, a}.KeyBytes(), Value{d, b}.KeyBytes())
	})
	d.nodes[object.id].at, d.nodes[object.id].size = 0, 0
	for i, id := range ids {
		if i+1 < len(ids) && string(Value{d, id}.KeyBytes()) == string(Value{d, ids[i+1]}.KeyBytes()) {
			continue
		}
		object.link(id)
	}
	d.scratch = ids
}

// compare orders keys by their bytes.
func compare(a, b []byte) int {
	switch {
	case string(a) < string(b):
		return -1
	case string(a) > string(b):
		return 1
	default:
		return 0
	}
}

// valueWire reads a Value: the last of its kinds counts.
func (d *Document) valueWire(wire []byte, depth int) (Value, error) {
	if depth < 0 {
		return Value{}, fmt.Errorf("values are nested deeper than %d", DefaultMaxDepth)
	}
	var made Value
	err := Fields(wire, func(number protowire.Number, kind protowire.Type, part []byte) (err error) {
		if number < valueNull || number > valueList {
			return nil
		}
		if made.Exists() {
			return ErrUnusual
		}
		made, err = d.kindWire(number, kind, part, depth)
		return err
	})
	if err == nil && !made.Exists() {
		made = d.NewNull()
	}
	return made, err
}

// kindWire reads one of the kinds of a Value.
func (d *Document) kindWire(number protowire.Number, kind protowire.Type, part []byte, depth int) (Value, error) {
	switch {
	case number == valueNull && kind == protowire.VarintType:
		return d.NewNull(), nil
	case number == valueNumber && kind == protowire.Fixed64Type:
		return d.NewDouble(math.Float64frombits(binary.LittleEndian.Uint64(part)))
	case number == valueString && kind == protowire.BytesType:
		if !utf8.Valid(part) {
			return Value{}, fmt.Errorf("%w: text that is not UTF-8", errWire)
		}
		n := node{kind: String}
		n.setText(d, part)
		return Value{d, d.add(n)}, nil
	case number == valueBool && kind == protowire.VarintType:
		b, _ := protowire.ConsumeVarint(part)
		return d.NewBool(b != 0), nil
	case number == valueStruct && kind == protowire.BytesType:
		return d.structWire(part, depth)
	case number == valueList && kind == protowire.BytesType:
		return d.listWire(part, depth)
	default:
		return Value{}, ErrUnusual
	}
}

// listWire reads a ListValue.
func (d *Document) listWire(wire []byte, depth int) (Value, error) {
	array := d.NewArray()
	err := Fields(wire, func(number protowire.Number, kind protowire.Type, part []byte) error {
		if number != listValues || kind != protowire.BytesType {
			return nil
		}
		e, err := d.valueWire(part, depth-1)
		if err == nil {
			array.link(e.id)
		}
		return err
	})
	return array, err
}

// AppendStructWire appends an object in the wire form of a Struct, without a length. What Struct refuses is an error that wraps
// ErrNotRepresentable.
func (v Value) AppendStructWire(dst []byte) ([]byte, error) {
	if v.Kind() != Object {
		return dst, fmt.Errorf("%w: %s where an object is expected", ErrNotRepresentable, v.Kind())
	}
	for m := v.First(); m.Exists(); m = m.Next() {
		key := m.KeyBytes()
		if !utf8.Valid(key) {
			return dst, fmt.Errorf("%w: the key %q is not UTF-8", ErrNotRepresentable, key)
		}
		var err error
		dst, err = AppendMessage(dst, structFields, func(dst []byte) ([]byte, error) {
			dst = protowire.AppendTag(dst, entryKey, protowire.BytesType)
			dst = protowire.AppendBytes(dst, key)
			return AppendMessage(dst, entryValue, m.appendValueWire)
		})
		if err != nil {
			return dst, fmt.Errorf("%s: %w", key, err)
		}
	}
	return dst, nil
}

// appendValueWire appends a value in the wire form of a Value, without a length.
func (v Value) appendValueWire(dst []byte) ([]byte, error) {
	switch v.Kind() {
	case Bool:
		dst = protowire.AppendTag(dst, valueBool, protowire.VarintType)
		return protowire.AppendVarint(dst, protowire.EncodeBool(v.True())), nil
	case Number:
		f, err := v.Double()
		if err != nil {
			return dst, err
		}
		dst = protowire.AppendTag(dst, valueNumber, protowire.Fixed64Type)
		return protowire.AppendFixed64(dst, math.Float64bits(f)), nil
	case String:
		if !utf8.Valid(v.Bytes()) {
			return dst, fmt.Errorf("%w: text that is not UTF-8", ErrNotRepresentable)
		}
		dst = protowire.AppendTag(dst, valueString, protowire.BytesType)
		return protowire.AppendBytes(dst, v.Bytes()), nil
	case Object:
		return AppendMessage(dst, valueStruct, v.AppendStructWire)
	case Array:
		return AppendMessage(dst, valueList, func(dst []byte) ([]byte, error) {
			var err error
			for e := v.First(); e.Exists() && err == nil; e = e.Next() {
				dst, err = AppendMessage(dst, listValues, e.appendValueWire)
			}
			return dst, err
		})
	default:
		dst = protowire.AppendTag(dst, valueNull, protowire.VarintType)
		return protowire.AppendVarint(dst, 0), nil
	}
}

// AppendMessage appends a field that is a message: what write appends, behind its tag and length. Most messages are shorter
// than 128 bytes, so one byte is kept for the length, and a longer one is moved to make room.
func AppendMessage(dst []byte, number protowire.Number, write func(dst []byte) ([]byte, error)) ([]byte, error) {
	dst = protowire.AppendTag(dst, number, protowire.BytesType)
	at := len(dst)
	dst, err := write(append(dst, 0))
	if err != nil {
		return dst, err
	}
	size := uint64(len(dst) - at - 1)
	if size < 0x80 {
		dst[at] = byte(size)
		return dst, nil
	}
	extra := protowire.SizeVarint(size) - 1
	dst = append(dst, make([]byte, extra)...)
	copy(dst[at+1+extra:], dst[at+1:])
	protowire.AppendVarint(dst[:at], size)
	return dst, nil
}
