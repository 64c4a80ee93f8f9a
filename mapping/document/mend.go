package document

import (
	"strconv"
	"unicode/utf8"
)

// mend is something that was mended while parsing.
type mend struct {
	node uint32
	// repeated: the key is there more than once; else the key or the value is a text that is not as it came.
	repeated bool
}

// noteText notes that the text of a value, or its key, was mended.
func (p *parser) noteText(node uint32) {
	p.mended = false
	p.d.mends = append(p.d.mends, mend{node: node})
}

// noteRepeated notes that a member stands for several of its key.
func (p *parser) noteRepeated(node uint32) {
	if p.options.Mend {
		p.d.mends = append(p.d.mends, mend{node, true})
	}
}

// Mended visits what Parse mended, in the order of the text, until visit says no. Path leads there from the root
// (`properties.products[0].name`) and is for the time of the visit only; a key in it is as mended. Repeated tells that the key is
// there more than once; else a text, the key's or the value's, was not UTF-8 or had half a surrogate pair.
func (d *Document) Mended(visit func(path []byte, repeated bool) bool) {
	if len(d.mends) == 0 {
		return
	}
	w := mendWalk{mends: map[uint32]uint8{}, visit: visit}
	for _, m := range d.mends {
		w.mends[m.node] |= mendFlag(m.repeated)
	}
	w.walk(d.Root(), nil)
}

// What can have been mended at a node.
const (
	mendText uint8 = 1 << iota
	mendRepeated
)

// mendFlag returns the flag of what was mended.
func mendFlag(repeated bool) uint8 {
	if repeated {
		return mendRepeated
	}
	return mendText
}

// mendWalk is a walk over a tree to what was mended.
type mendWalk struct {
	mends map[uint32]uint8
	visit func(path []byte, repeated bool) bool
}

// walk visits a value and what is in it, and reports whether to go on.
func (w *mendWalk) walk(v Value, path []byte) bool {
	flags := w.mends[v.id]
	if flags&mendText != 0 && !w.visit(path, false) || flags&mendRepeated != 0 && !w.visit(path, true) {
		return false
	}
	index, size := int64(0), len(path)
	for m := v.First(); m.Exists(); m = m.Next() {
		path = path[:size]
		switch {
		case v.Kind() == Array:
			path = append(strconv.AppendInt(append(path, '['), index, 10), ']')
		case size > 0:
			path = append(append(path, '.'), m.KeyBytes()...)
		default:
			path = append(path, m.KeyBytes()...)
		}
		if !w.walk(m, path) {
			return false
		}
		index++
	}
	return true
}

// AppendUTF8 appends text as a decoder of the WHATWG Encoding Standard reads it: each maximal subpart of an ill-formed sequence
// becomes one U+FFFD.
func AppendUTF8(dst, text []byte) []byte {
	for len(text) > 0 {
		n, ok := utf8Sequence(text)
		if ok {
			dst = append(dst, text[:n]...)
		} else {
			dst = utf8.AppendRune(dst, utf8.RuneError)
		}
		text = text[n:]
	}
	return dst
}

// utf8Sequence returns the length of the well-formed sequence that src begins with, or else that of the maximal subpart:
// the bytes that could begin one, at least 1. src isn't empty.
func utf8Sequence(src []byte) (n int, ok bool) {
	lead := src[0]
	var size int
	low, high := byte(0x80), byte(0xBF)
	switch {
	case lead < 0x80:
		return 1, true
	case lead < 0xC2 || lead > 0xF4:
		return 1, false
	case lead < 0xE0:
		size = 2
	case lead < 0xF0:
		size = 3
	default:
		size = 4
	}
	// The second byte after these leads has a narrower range: no overlong forms, surrogates or values past U+10FFFF.
	switch lead {
	case 0xE0:
		low = 0xA0
	case 0xED:
		high = 0x9F
	case 0xF0:
		low = 0x90
	case 0xF4:
		high = 0x8F
	}
	for n = 1; n < size; n++ {
		if n == len(src) || src[n] < low || src[n] > high {
			return n, false
		}
		low, high = 0x80, 0xBF
	}
	return size, true
}
