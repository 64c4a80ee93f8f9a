package document

import "strings"

// Kind is the JSON kind of a value.
type Kind uint8

// The kinds. Invalid is that of an absent value.
const (
	Invalid Kind = iota
	Null
	Bool
	Number
	String
	Array
	Object
)

// String names the kind as JSON does, with its article, for sentences: "a string", "an object", "null".
func (k Kind) String() string {
	switch k {
	case Null:
		return "null"
	case Bool:
		return "a boolean"
	case Number:
		return "a number"
	case String:
		return "a string"
	case Array:
		return "an array"
	case Object:
		return "an object"
	default:
		return "nothing"
	}
}

// Name names the kind as JSON does: "string", "object", "null".
func (k Kind) Name() string {
	_, name, found := strings.Cut(k.String(), " ")
	if !found {
		return k.String()
	}
	return name
}

// Flags of a node.
const (
	// keyEscapes: writing the key as JSON needs escapes.
	keyEscapes uint8 = 1 << iota
	// keyUTF8: the key is known to be UTF-8. Others may be as well.
	keyUTF8
	// textEscapes: writing the text as JSON needs escapes.
	textEscapes
	// textUTF8: the text is known to be UTF-8. Others may be as well.
	textUTF8
	// isTrue: the value of a Bool.
	isTrue

	keyFlags = keyEscapes | keyUTF8
	// keyShift is how far a key's flags are to the right of a text's.
	keyShift = 2
)

// node is one value, and its key when it is a member of an object. Offsets point into the document's text.
type node struct {
	keyAt, keyLen uint32
	// at and size are a scalar's text, of booleans and null too, or a container's first and last child; 0 is none, as node 0 is
	// never a child. An empty container that was read has itself as its size, which tells its copies from those of others.
	at, size uint32
	// next is the following sibling; 0 is none.
	next  uint32
	kind  Kind
	flags uint8
	// index is the number of a large object's index, from 1; 0 is none.
	index uint16
}

// Document is an ordered JSON tree. The zero value is ready to be parsed into; Reset makes it ready to be built in.
type Document struct {
	text  []byte
	nodes []node
	root  uint32

	// find finds members of large objects by key.
	find indexes
	// scratch is room for sorting.
	scratch []sortable
	// mends are what was mended while parsing.
	mends []mend

	// source is how many bytes came in, spent what of the growth that they allow is used up, and overspent tells that more was
	// asked for. effort is what Effort returns.
	source, spent, effort int
	overspent             bool
}

// maxKept bounds the memory that a document holds on to between uses, so that one huge event does not stay for ever.
const maxKept = 1 << 20

// Reset empties the document and keeps its memory, unless that is unusually much.
func (d *Document) Reset() {
	if cap(d.text) > maxKept {
		d.text = nil
	}
	if cap(d.nodes) > maxKept/16 {
		d.nodes = nil
	}
	if cap(d.scratch) > maxKept/16 {
		d.scratch = nil
	}
	d.text = d.text[:0]
	// Node 0 stands for "none", so that a zero link means nothing.
	d.nodes = append(d.nodes[:0], node{})
	d.root = 0
	d.find.reset()
	d.source, d.spent, d.effort, d.overspent = 0, 0, 0, false
	d.mends = nil
}

// Len returns how many bytes of text the document has, of all that was read and built.
func (d *Document) Len() int { return len(d.text) }

// Root returns the value that was parsed, or set by SetRoot.
func (d *Document) Root() Value { return Value{d, d.root} }

// SetRoot makes a value of this document its root.
func (d *Document) SetRoot(v Value) { d.root = v.id }

// add appends a node and returns its index. Its fields are written where they stay: a node that is made first and copied then
// costs more than the rest of what is done to it, since the copy has to wait for what was just written.
func (d *Document) add(kind Kind, flags uint8, at, size uint32) uint32 {
	id := len(d.nodes)
	if id < cap(d.nodes) {
		d.nodes = d.nodes[:id+1]
	} else {
		d.nodes = append(d.nodes, node{})
	}
	n := &d.nodes[id]
	n.keyAt, n.keyLen, n.at, n.size, n.next, n.kind, n.flags, n.index = 0, 0, at, size, 0, kind, flags, 0
	return uint32(id)
}

// addCopy appends a copy of a node that belongs to nothing yet.
func (d *Document) addCopy(of uint32) uint32 {
	from := &d.nodes[of]
	keyAt, keyLen := from.keyAt, from.keyLen
	id := d.add(from.kind, from.flags, from.at, from.size)
	n := &d.nodes[id]
	n.keyAt, n.keyLen = keyAt, keyLen
	return id
}

// keep copies text into the document and returns where it is.
func (d *Document) keep(text string) (at, size uint32) {
	at = uint32(len(d.text))
	d.text = append(d.text, text...)
	return at, uint32(len(text))
}

// NewObject makes an empty object.
func (d *Document) NewObject() Value { return Value{d, d.add(Object, 0, 0, 0)} }

// NewArray makes an empty array.
func (d *Document) NewArray() Value { return Value{d, d.add(Array, 0, 0, 0)} }

// NewNull makes a null.
func (d *Document) NewNull() Value {
	at, size := d.keep("null")
	return Value{d, d.add(Null, 0, at, size)}
}

// NewBool makes a boolean.
func (d *Document) NewBool(b bool) Value {
	var flags uint8
	text := "false"
	if b {
		flags, text = isTrue, "true"
	}
	at, size := d.keep(text)
	return Value{d, d.add(Bool, flags, at, size)}
}

// NewString makes a string from its decoded text, which must be UTF-8 (or WTF-8, for lone surrogates).
func (d *Document) NewString(text string) Value {
	if text == "" {
		d.text = append(d.text, 0) // so that no other text has its place
	}
	at, size := d.keep(text)
	return Value{d, d.add(String, textFlags(text), at, size)}
}

// NewNumber makes a number from its JSON literal, which is not checked.
func (d *Document) NewNumber(literal string) Value {
	at, size := d.keep(literal)
	return Value{d, d.add(Number, 0, at, size)}
}

// Build makes a string of whatever text write appends: a string that need not exist anywhere else first.
func (d *Document) Build(write func(dst []byte) []byte) Value {
	at := len(d.text)
	d.text = write(d.text)
	return Value{d, d.add(String, textFlags(d.text[at:]), uint32(at), uint32(len(d.text)-at))}
}

// JSONText makes a string that holds v's JSON text. v must belong to this document.
func (d *Document) JSONText(v Value) Value {
	at := len(d.text)
	d.text = v.AppendJSON(d.text)
	return Value{d, d.add(String, textFlags(d.text[at:]), uint32(at), uint32(len(d.text)-at))}
}

// All visits every value of the document, those that were built among them, in no order that means anything. Values that a
// later duplicate key or a Replace has superseded are visited too.
func (d *Document) All(visit func(Value)) {
	for id := 1; id < len(d.nodes); id++ {
		visit(Value{d, uint32(id)})
	}
}

// Embed copies a value of another document into this one, without its key.
func (d *Document) Embed(v Value) Value {
	switch v.Kind() {
	case Bool:
		return d.NewBool(v.True())
	case Number, String:
		from := v.doc.nodes[v.id]
		at := len(d.text)
		d.text = append(d.text, v.Bytes()...)
		return Value{d, d.add(from.kind, from.flags&^keyFlags, uint32(at), from.size)}
	case Object, Array:
		container := Value{d, d.add(v.Kind(), 0, 0, 0)}
		for m := v.First(); m.Exists(); m = m.Next() {
			member := d.Embed(m)
			if v.Kind() == Object {
				member.keyed(m.KeyBytes())
			}
			container.link(member.id)
		}
		container.read()
		return container
	default:
		return d.NewNull()
	}
}
