package document

import (
	"errors"
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"google.golang.org/protobuf/types/known/structpb"
)

// ErrNotRepresentable is returned when a value has no protobuf form: a number that no double holds, or a lone surrogate.
var ErrNotRepresentable = errors.New("not representable in protobuf")

// PlaceError says where within an object a value is that can't be read or written.
type PlaceError struct {
	// Path leads to the value from the object: `cart.items[2]`. Long keys in it are cut.
	Path string
	// Kind is what kind of value it is.
	Kind Kind
	// Err is what is wrong with it.
	Err error

	// steps are the keys and indexes of the path, from the value outward, until it is whole.
	steps []string
}

// Error returns what is wrong, behind the place.
func (e *PlaceError) Error() string {
	if e.Path == "" {
		return e.Err.Error()
	}
	return e.Path + ": " + e.Err.Error()
}

// Unwrap returns what is wrong.
func (e *PlaceError) Unwrap() error { return e.Err }

// within leads an error's path through one more container.
func within[T string | []byte](step T, err error) error {
	if place, ok := errors.AsType[*PlaceError](err); ok {
		place.steps = append(place.steps, shown(step))
	}
	return err
}

// placed makes an error's path whole.
func placed(err error) error {
	place, ok := errors.AsType[*PlaceError](err)
	if !ok {
		return err
	}
	var path strings.Builder
	for i, step := range slices.Backward(place.steps) {
		if i < len(place.steps)-1 && step[:min(len(step), 1)] != "[" {
			path.WriteByte('.')
		}
		path.WriteString(step)
	}
	place.Path, place.steps = path.String(), nil
	return place
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

// errTooMany says that there are too many values to be read.
var errTooMany = fmt.Errorf("there are more than %d values", DefaultMaxNodes)

// NewStruct makes an object of a protobuf Struct; an absent one is an absent value. Keys come in sorted order, since a Struct
// has none. Numbers that are not finite have no JSON form: they are a PlaceError. Nesting beyond DefaultMaxDepth is an error, too,
// and so are more than DefaultMaxNodes values.
func (d *Document) NewStruct(s *structpb.Struct) (Value, error) {
	if s == nil {
		return Value{}, nil
	}
	v, err := d.newStruct(s, DefaultMaxDepth)
	return v, placed(err)
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
		v.keyed([]byte(key))
		d.source += len(key)
		object.link(v.id)
	}
	object.read()
	return object, nil
}

// NewValue makes a value of a protobuf Value, under the terms of NewStruct.
func (d *Document) NewValue(v *structpb.Value) (Value, error) {
	made, err := d.newValue(v, DefaultMaxDepth)
	return made, placed(err)
}

func (d *Document) newValue(v *structpb.Value, depth int) (Value, error) {
	if depth < 0 {
		return Value{}, errTooDeep
	}
	if len(d.nodes) > DefaultMaxNodes {
		return Value{}, errTooMany
	}
	d.source += 2 // as the shortest JSON takes
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
		d.source += len(kind.StringValue)
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
		array.read()
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
		if end := len(d.text); format == 'e' && d.text[end-2] == '0' && d.text[end-4] == 'e' { // e-07
			d.text = append(d.text[:end-2], d.text[end-1])
		}
	}
	return Value{d, d.add(Number, 0, uint32(at), uint32(len(d.text)-at))}, nil
}

// keyed gives a new value its key.
func (v Value) keyed(key []byte) {
	d := v.doc
	at, size := uint32(len(d.text)), uint32(len(key))
	d.text = append(d.text, key...)
	n := &d.nodes[v.id]
	n.keyAt, n.keyLen = at, size
	n.flags = n.flags&^keyFlags | textFlags(key)>>keyShift
}

// Struct returns an object as a protobuf Struct. Other kinds are an error that wraps ErrNotRepresentable; numbers beyond a
// double, lone surrogates and nesting beyond DefaultMaxDepth are a PlaceError that does.
func (v Value) Struct() (*structpb.Struct, error) {
	if v.Kind() != Object {
		return nil, fmt.Errorf("%w: %s where an object is expected", ErrNotRepresentable, v.Kind())
	}
	s, err := v.protoStruct(DefaultMaxDepth)
	return s, placed(err)
}

// protoStruct is Struct for an object that may be nested so deep.
func (v Value) protoStruct(depth int) (*structpb.Struct, error) {
	s := &structpb.Struct{Fields: make(map[string]*structpb.Value, v.Len())}
	for m := v.First(); m.Exists(); m = m.Next() {
		if !utf8.Valid(m.KeyBytes()) {
			return nil, errKey(m)
		}
		value, err := m.protoValue(depth - 1)
		if err != nil {
			return nil, within(m.KeyBytes(), err)
		}
		s.Fields[m.Key()] = value
	}
	return s, nil
}

// unrepresentable is the error of a value that has no protobuf form.
func (v Value) unrepresentable(why string) error {
	return &PlaceError{Kind: v.Kind(), Err: fmt.Errorf("%w: %s", ErrNotRepresentable, why)}
}

// errKey is the error of a value whose key has none.
func errKey(v Value) error {
	return v.unrepresentable(fmt.Sprintf("the key %q is not UTF-8", shown(v.KeyBytes())))
}

// errDeep is the error of a value that is nested too deep for one.
func errDeep(v Value) error {
	return v.unrepresentable(fmt.Sprintf("values are nested deeper than %d", DefaultMaxDepth))
}

// errText is the error of a string that has none.
func errText(v Value) error { return v.unrepresentable("text that is not UTF-8") }

// protoValue returns the value as a protobuf Value.
func (v Value) protoValue(depth int) (*structpb.Value, error) {
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
			return nil, errText(v)
		}
		return structpb.NewStringValue(v.Text()), nil
	case Object, Array:
		if depth < 0 {
			return nil, errDeep(v)
		}
		if v.Kind() == Array {
			return v.protoList(depth)
		}
		s, err := v.protoStruct(depth)
		return structpb.NewStructValue(s), err
	default:
		return structpb.NewNullValue(), nil
	}
}

// protoList returns an array as a protobuf Value.
func (v Value) protoList(depth int) (*structpb.Value, error) {
	list := &structpb.ListValue{}
	for e := v.First(); e.Exists(); e = e.Next() {
		value, err := e.protoValue(depth - 1)
		if err != nil {
			return nil, within("["+strconv.Itoa(len(list.Values))+"]", err)
		}
		list.Values = append(list.Values, value)
	}
	return structpb.NewListValue(list), nil
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

// Double returns a number as a double; one beyond its range is a PlaceError that wraps ErrNotRepresentable.
func (v Value) Double() (float64, error) {
	if whole, ok := smallWhole(v.Bytes()); ok {
		return whole, nil
	}
	f, err := strconv.ParseFloat(string(v.Bytes()), 64)
	if err != nil {
		return 0, v.unrepresentable("the number " + shown(v.Bytes()))
	}
	return f, nil
}
