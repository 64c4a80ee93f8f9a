package document

import (
	"errors"
	"fmt"
	"math"
	"slices"
	"strconv"
	"unicode/utf8"

	"google.golang.org/protobuf/types/known/structpb"
)

// ErrNotRepresentable is returned when a value has no protobuf form: a number that no double holds, or a lone surrogate.
var ErrNotRepresentable = errors.New("not representable in protobuf")

// PlaceError says where within an object a value is that can't be read.
type PlaceError struct {
	// Path leads to the value from the object: `cart.items[2]`.
	Path string
	// Kind is what kind of value it is.
	Kind Kind
	// Err is what is wrong with it.
	Err error
}

// Error returns what is wrong, behind the place.
func (e *PlaceError) Error() string { return e.Path + ": " + e.Err.Error() }

// Unwrap returns what is wrong.
func (e *PlaceError) Unwrap() error { return e.Err }

// within leads an error's path through one more container.
func within(step string, err error) error {
	if place, ok := errors.AsType[*PlaceError](err); ok {
		place.Path = Join(step, place.Path)
		return place
	}
	return err
}

// Join puts a path behind the key, or the `[index]`, that leads to it.
func Join(step, path string) string {
	if path == "" || path[0] == '[' {
		return step + path
	}
	return step + "." + path
}

// errTooDeep says that values are nested too deeply to be read.
var errTooDeep = fmt.Errorf("values are nested deeper than %d", DefaultMaxDepth)

// NewStruct makes an object of a protobuf Struct; an absent one is an absent value. Keys come in sorted order, since a Struct
// has none. Numbers that are not finite have no JSON form: they are a PlaceError. Nesting beyond DefaultMaxDepth is an error, too.
func (d *Document) NewStruct(s *structpb.Struct) (Value, error) {
	if s == nil {
		return Value{}, nil
	}
	return d.newStruct(s, DefaultMaxDepth)
}

func (d *Document) newStruct(s *structpb.Struct, depth int) (Value, error) {
	object := d.NewObject()
	keys := make([]string, 0, len(s.GetFields()))
	for key := range s.GetFields() {
		keys = append(keys, key)
	}
	slices.Sort(keys)
	for _, key := range keys {
		v, err := d.newValue(s.GetFields()[key], depth-1)
		if err != nil {
			return Value{}, within(key, err)
		}
		v.keyed(key)
		object.link(v.id)
	}
	return object, nil
}

// NewValue makes a value of a protobuf Value, under the terms of NewStruct.
func (d *Document) NewValue(v *structpb.Value) (Value, error) { return d.newValue(v, DefaultMaxDepth) }

func (d *Document) newValue(v *structpb.Value, depth int) (Value, error) {
	if depth < 0 {
		return Value{}, errTooDeep
	}
	switch kind := v.GetKind().(type) {
	case *structpb.Value_BoolValue:
		return d.NewBool(kind.BoolValue), nil
	case *structpb.Value_NumberValue:
		number, err := d.NewDouble(kind.NumberValue)
		if err != nil {
			return Value{}, &PlaceError{Kind: Number, Err: err}
		}
		return number, nil
	case *structpb.Value_StringValue:
		return d.NewString(kind.StringValue), nil
	case *structpb.Value_StructValue:
		return d.newStruct(kind.StructValue, depth)
	case *structpb.Value_ListValue:
		array := d.NewArray()
		for i, element := range kind.ListValue.GetValues() {
			e, err := d.newValue(element, depth-1)
			if err != nil {
				return Value{}, within("["+strconv.Itoa(i)+"]", err)
			}
			array.link(e.id)
		}
		return array, nil
	default:
		return d.NewNull(), nil
	}
}

// NewDouble makes a number of a double, in the shortest digits that give it back, without an exponent from 1e-6 to below 1e21, as
// JavaScript writes it. Numbers that are not finite are an error.
func (d *Document) NewDouble(f float64) (Value, error) {
	if math.IsInf(f, 0) || math.IsNaN(f) {
		return Value{}, fmt.Errorf("%w: %v has no JSON form", ErrNotRepresentable, f)
	}
	at := len(d.text)
	if whole := int64(f); float64(whole) == f && whole < exact && whole > -exact && (whole != 0 || !math.Signbit(f)) {
		d.text = strconv.AppendInt(d.text, whole, 10)
	} else {
		format := byte('f')
		if size := math.Abs(f); size != 0 && (size < 1e-6 || size >= 1e21) {
			format = 'e'
		}
		d.text = strconv.AppendFloat(d.text, f, format, -1, 64)
		if end := len(d.text); format == 'e' && d.text[end-2] == '0' { // e-07
			d.text = append(d.text[:end-2], d.text[end-1])
		}
	}
	return Value{d, d.add(Number, 0, uint32(at), uint32(len(d.text)-at))}, nil
}

// keyed gives a new value its key.
func (v Value) keyed(key string) {
	at, size := v.doc.keep(key)
	n := &v.doc.nodes[v.id]
	n.keyAt, n.keyLen = at, size
	n.flags = n.flags&^keyFlags | textFlags(key)>>keyShift
}

// Struct returns an object as a protobuf Struct. Other kinds, numbers beyond a double and lone surrogates are errors that
// wrap ErrNotRepresentable.
func (v Value) Struct() (*structpb.Struct, error) {
	if v.Kind() != Object {
		return nil, fmt.Errorf("%w: %s where an object is expected", ErrNotRepresentable, v.Kind())
	}
	s := &structpb.Struct{Fields: make(map[string]*structpb.Value, v.Len())}
	for m := v.First(); m.Exists(); m = m.Next() {
		key := m.Key()
		if !utf8.ValidString(key) {
			return nil, fmt.Errorf("%w: the key %q is not UTF-8", ErrNotRepresentable, key)
		}
		value, err := m.protoValue()
		if err != nil {
			return nil, fmt.Errorf("%s: %w", key, err)
		}
		s.Fields[key] = value
	}
	return s, nil
}

// protoValue returns the value as a protobuf Value.
func (v Value) protoValue() (*structpb.Value, error) {
	switch v.Kind() {
	case Bool:
		return structpb.NewBoolValue(v.True()), nil
	case Number:
		f, err := v.Double()
		if err != nil {
			return nil, err
		}
		return structpb.NewNumberValue(f), nil
	case String:
		if !utf8.Valid(v.Bytes()) {
			return nil, fmt.Errorf("%w: text that is not UTF-8", ErrNotRepresentable)
		}
		return structpb.NewStringValue(v.Text()), nil
	case Object:
		s, err := v.Struct()
		if err != nil {
			return nil, err
		}
		return structpb.NewStructValue(s), nil
	case Array:
		list := &structpb.ListValue{}
		for e := v.First(); e.Exists(); e = e.Next() {
			value, err := e.protoValue()
			if err != nil {
				return nil, err
			}
			list.Values = append(list.Values, value)
		}
		return structpb.NewListValue(list), nil
	default:
		return structpb.NewNullValue(), nil
	}
}

// exact bounds the whole numbers that a double surely holds, and that are read and written without a look at fractions.
const exact = 1e15

// smallWhole reads a literal of at most 15 digits and nothing else.
func smallWhole(literal []byte) (float64, bool) {
	if len(literal) == 0 || len(literal) > 15 {
		return 0, false
	}
	whole := int64(0)
	for _, c := range literal {
		if c < '0' || c > '9' {
			return 0, false
		}
		whole = whole*10 + int64(c-'0')
	}
	return float64(whole), true
}

// Double returns a number as a double; one beyond its range is an error.
func (v Value) Double() (float64, error) {
	if whole, ok := smallWhole(v.Bytes()); ok {
		return whole, nil
	}
	f, err := strconv.ParseFloat(string(v.Bytes()), 64)
	if err != nil {
		return 0, fmt.Errorf("%w: the number %s", ErrNotRepresentable, v.Bytes())
	}
	return f, nil
}
