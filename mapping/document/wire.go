package document

import (
	"errors"
	"fmt"
	"math"
	"slices"
	"strconv"
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

// AppendStructWire appends an object in the wire form of a Struct, without a length. Its errors are those of Struct.
func (v Value) AppendStructWire(dst []byte) ([]byte, error) {
	if v.Kind() != Object {
		return dst, fmt.Errorf("%w: %s where an object is expected", ErrNotRepresentable, v.Kind())
	}
	dst, err := v.appendStructWire(dst, DefaultMaxDepth)
	if err != nil {
		err = placed(err)
	}
	return dst, err
}

// appendStructWire is AppendStructWire for an object that may be nested so deep.
func (v Value) appendStructWire(dst []byte, depth int) ([]byte, error) {
	d := v.doc
	for at := d.nodes[v.id].at; at != 0; at = d.nodes[at].next {
		m := &d.nodes[at]
		key := d.keyOf(at)
		if m.flags&keyUTF8 == 0 && !utf8.Valid(key) {
			return dst, errKey(Value{d, at})
		}
		var entry, value int
		dst, entry = beginNested(dst, structFields, depth)
		dst = AppendText(dst, entryKey, key)
		dst, value = beginNested(dst, entryValue, depth)
		var err error
		if dst, err = (Value{d, at}).appendValueWire(dst, depth-1); err != nil {
			return dst, within(key, err)
		}
		dst = endNested(endNested(dst, value, depth), entry, depth)
	}
	return dst, nil
}

// appendValueWire appends a value in the wire form of a Value, without a length.
func (v Value) appendValueWire(dst []byte, depth int) ([]byte, error) {
	switch n := &v.doc.nodes[v.id]; n.kind {
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
		text := v.doc.text[n.at : n.at+n.size]
		if n.flags&textUTF8 == 0 && !utf8.Valid(text) {
			return dst, errText(v)
		}
		return AppendText(dst, valueString, text), nil
	case Object, Array:
		return v.appendContainerWire(dst, depth)
	default:
		dst = protowire.AppendTag(dst, valueNull, protowire.VarintType)
		return protowire.AppendVarint(dst, 0), nil
	}
}

// appendContainerWire appends an object or array in the wire form of a Value, without a length.
func (v Value) appendContainerWire(dst []byte, depth int) ([]byte, error) {
	if depth < 0 {
		return dst, errDeep(v)
	}
	number, write := protowire.Number(valueStruct), Value.appendStructWire
	if v.Kind() == Array {
		number, write = valueList, Value.appendListWire
	}
	dst, start := beginNested(dst, number, depth)
	dst, err := write(v, dst, depth)
	if err != nil {
		return dst, err
	}
	return endNested(dst, start, depth), nil
}

// appendListWire appends an array in the wire form of a ListValue, without a length.
func (v Value) appendListWire(dst []byte, depth int) ([]byte, error) {
	index := 0
	for e := v.First(); e.Exists(); e = e.Next() {
		var (
			start int
			err   error
		)
		dst, start = beginNested(dst, listValues, depth)
		if dst, err = e.appendValueWire(dst, depth-1); err != nil {
			return dst, within("["+strconv.Itoa(index)+"]", err)
		}
		dst = endNested(dst, start, depth)
		index++
	}
	return dst, nil
}

// AppendText appends a field that is a text, which must be UTF-8.
func AppendText(dst []byte, number protowire.Number, text []byte) []byte {
	if number < 16 && len(text) < 0x80 { // then tag and length are one byte each
		dst = append(dst, byte(number)<<3|byte(protowire.BytesType), byte(len(text)))
		return append(dst, text...)
	}
	return protowire.AppendBytes(protowire.AppendTag(dst, number, protowire.BytesType), text)
}

// AppendMessage appends a field that is a message: what write appends, behind its tag and length.
func AppendMessage(dst []byte, number protowire.Number, write func(dst []byte) ([]byte, error)) ([]byte, error) {
	dst, start := beginMessage(dst, number)
	dst, err := write(dst)
	if err != nil {
		return dst, err
	}
	return endMessage(dst, start), nil
}

// beginMessage begins a field that is a message; endMessage writes its length when all of it is there. Most messages are shorter
// than 128 bytes, so one byte is kept for that, and a longer one is moved to make room.
func beginMessage(dst []byte, number protowire.Number) (begun []byte, start int) {
	dst = AppendText(dst, number, nil) // whose length, 0, is the byte kept
	return dst, len(dst)
}

const (
	// seldom is how many levels of nesting there may be left at which messages are rarely long: those further in are never moved,
	// since moving a long text at each of hundreds of levels takes minutes.
	seldom = DefaultMaxDepth - 8
	// roomy is how many bytes are kept for the length of such a message.
	roomy = 5
)

// beginNested is beginMessage for a message within an object or array that may be nested so deep. Far in, it keeps room for any
// length, which is then written with more bytes than it needs: protobuf allows that.
func beginNested(dst []byte, number protowire.Number, depth int) (begun []byte, start int) {
	if depth > seldom {
		return beginMessage(dst, number)
	}
	dst = append(protowire.AppendTag(dst, number, protowire.BytesType), 0x80, 0x80, 0x80, 0x80, 0)
	return dst, len(dst)
}

// endNested ends a message that beginNested began.
func endNested(dst []byte, start, depth int) []byte {
	if depth > seldom {
		return endMessage(dst, start)
	}
	size := len(dst) - start
	for i := range roomy {
		dst[start-roomy+i] |= byte(size>>(7*i)) & 0x7f
	}
	return dst
}

// endMessage ends the message that began at start.
func endMessage(dst []byte, start int) []byte {
	size := len(dst) - start
	if size < 0x80 {
		dst[start-1] = byte(size)
		return dst
	}
	more := protowire.SizeVarint(uint64(size)) - 1
	dst = slices.Grow(dst, more)[:len(dst)+more]
	copy(dst[start+more:], dst[start:len(dst)-more])
	protowire.AppendVarint(dst[:start-1], uint64(size))
	return dst
}
