package document

import (
	"bytes"
	"cmp"
	"encoding/binary"
	"fmt"
	"math/bits"
	"unicode/utf8"
)

// Options say what a text may hold beyond RFC 8259's grammar. The zero value is the strictest: no duplicate keys, no lone
// surrogates, and the default limits. Text that is not UTF-8 is refused unless it is mended.
type Options struct {
	// MaxDepth limits nesting; 0 is DefaultMaxDepth. Parsing and all that is done to a tree takes stack for each level, so it
	// should stay in the thousands.
	MaxDepth int
	// MaxBytes limits the text's length; 0 is DefaultMaxBytes.
	MaxBytes int
	// MaxNodes limits how many values the text holds; 0 is DefaultMaxNodes. See Cost.
	MaxNodes int
	// DuplicateKeys takes objects that repeat a key: the last value counts, at the place of the first.
	DuplicateKeys bool
	// LoneSurrogates takes `\ud800` without its other half. It is kept in the form of WTF-8 and written as it came.
	LoneSurrogates bool
	// Mend takes strings with bytes that are not UTF-8 and with half a surrogate pair, each of which becomes U+FFFD, and objects
	// below the root that repeat a key: the last value counts, at the place of the first. Mended tells where.
	Mend bool
}

// SyntaxError says where and why a text is not JSON.
type SyntaxError struct {
	// Problem is what is wrong, as a phrase.
	Problem string
	// Offset counts the bytes before the place, Line and Column locate it from 1; Column counts bytes.
	Offset, Line, Column int
}

// Error returns the problem and the place.
func (e *SyntaxError) Error() string {
	return fmt.Sprintf("malformed JSON at line %d, column %d: %s", e.Line, e.Column, e.Problem)
}

// Locate returns the line and column of an offset into a text, from 1; columns count bytes.
func Locate(text []byte, offset int) (line, column int) {
	offset = min(offset, len(text))
	before := text[:offset]
	return 1 + bytes.Count(before, []byte{'\n'}), offset - bytes.LastIndexByte(before, '\n')
}

// Parse makes the text the document's content; what it held before is gone. The text is copied, not kept. The error is a
// *SyntaxError, and leaves the document empty.
func (d *Document) Parse(text []byte, options Options) error {
	d.Reset()
	p := parser{d: d, limit: cmp.Or(options.MaxDepth, DefaultMaxDepth), options: options}
	p.depth = p.limit
	if limit := cmp.Or(options.MaxBytes, DefaultMaxBytes); len(text) > limit {
		return &SyntaxError{Problem: fmt.Sprintf("it is longer than %d bytes", limit), Line: 1, Column: 1}
	}
	if limit := cmp.Or(options.MaxNodes, DefaultMaxNodes); !d.reserve(text, limit) {
		return &SyntaxError{Problem: fmt.Sprintf("it holds more than %d values", limit), Line: 1, Column: 1}
	}
	d.source = len(text)
	d.text = append(d.text, text...)
	p.src = d.text
	p.space()
	root := p.value()
	if p.problem == "" {
		if p.space(); p.at < len(p.src) {
			p.fail("text after the end of the value")
		}
	}
	if p.problem != "" {
		line, column := Locate(text, p.at)
		d.Reset()
		return &SyntaxError{Problem: p.problem, Offset: p.at, Line: line, Column: column}
	}
	d.root = root
	return nil
}

// parser reads src, a prefix of the document's text, into nodes. After a problem is noted, at stays where it is.
type parser struct {
	d   *Document
	src []byte
	at  int
	// depth is how many levels more there may be, of limit.
	depth, limit int
	options      Options
	problem      string
	// mended: the string that was read last is not as it came.
	mended bool
}

// fail notes the first problem.
func (p *parser) fail(problem string) {
	if p.problem == "" {
		p.problem = problem
	}
}

// expected notes what should have been at the place.
func (p *parser) expected(what string) {
	if p.at >= len(p.src) {
		p.fail("the text ends where " + what + " is expected")
		return
	}
	p.fail(fmt.Sprintf("%q where %s is expected", p.src[p.at], what))
}

// space skips white space.
func (p *parser) space() {
	for p.at < len(p.src) && p.src[p.at] <= ' ' {
		switch p.src[p.at] {
		case ' ', '\n', '\r', '\t':
			p.at++
		default:
			return
		}
	}
}

// value reads the value at the place and returns its node; 0 after a problem.
func (p *parser) value() uint32 {
	if p.at >= len(p.src) {
		p.expected("a value")
		return 0
	}
	switch c := p.src[p.at]; c {
	case '"':
		at, size, escapes := p.text()
		var flags uint8
		if escapes {
			flags = textEscapes
		}
		id := p.d.add(String, flags, at, size)
		if p.mended {
			p.noteText(id)
		}
		return id
	case '{', '[':
		return p.nested(c)
	case 't':
		return p.literal("true", Bool, isTrue)
	case 'f':
		return p.literal("false", Bool, 0)
	case 'n':
		return p.literal("null", Null, 0)
	default:
		if c == '-' || c-'0' <= 9 {
			return p.number()
		}
		p.expected("a value")
		return 0
	}
}

// nested reads a container one level deeper.
func (p *parser) nested(open byte) (id uint32) {
	if p.depth == 0 {
		p.fail("values are nested too deep")
		return 0
	}
	p.depth--
	if open == '{' {
		id = p.object()
	} else {
		id = p.array()
	}
	p.depth++
	return id
}

// literal reads true, false or null.
func (p *parser) literal(word string, kind Kind, flags uint8) uint32 {
	if end := p.at + len(word); end <= len(p.src) && string(p.src[p.at:end]) == word {
		at := uint32(p.at)
		p.at = end
		return p.d.add(kind, flags, at, uint32(len(word)))
	}
	p.expected("a value")
	return 0
}

// number reads a number and keeps its literal.
func (p *parser) number() uint32 {
	start := p.at
	if p.src[p.at] == '-' {
		p.at++
	}
	if p.at < len(p.src) && p.src[p.at] == '0' {
		p.at++
	} else if !p.digits() {
		return 0
	}
	if p.at < len(p.src) && p.src[p.at] == '.' {
		if p.at++; !p.digits() {
			return 0
		}
	}
	if p.at < len(p.src) && p.src[p.at]|0x20 == 'e' {
		p.at++
		if p.at < len(p.src) && (p.src[p.at] == '+' || p.src[p.at] == '-') {
			p.at++
		}
		if !p.digits() {
			return 0
		}
	}
	return p.d.add(Number, 0, uint32(start), uint32(p.at-start))
}

// digits skips one digit or more.
func (p *parser) digits() bool {
	start := p.at
	for p.at < len(p.src) && p.src[p.at]-'0' <= 9 {
		p.at++
	}
	if p.at == start {
		p.expected("a digit")
	}
	return p.at > start
}

// array reads an array.
func (p *parser) array() uint32 {
	id := p.d.add(Array, 0, 0, 0)
	p.at++
	if p.space(); p.at < len(p.src) && p.src[p.at] == ']' {
		p.at++
		p.d.nodes[id].size = id
		return id
	}
	var first, last uint32
	for {
		child := p.value()
		if p.problem != "" {
			return 0
		}
		if last == 0 {
			first = child
		} else {
			p.d.nodes[last].next = child
		}
		last = child
		p.space()
		if p.at < len(p.src) && p.src[p.at] == ',' {
			p.at++
			p.space()
			continue
		}
		if p.at < len(p.src) && p.src[p.at] == ']' {
			p.at++
			p.d.nodes[id].at, p.d.nodes[id].size = first, last
			return id
		}
		p.expected("a comma or the end of the array")
		return 0
	}
}

// object reads an object.
func (p *parser) object() uint32 {
	id := p.d.add(Object, 0, 0, 0)
	p.at++
	if p.space(); p.at < len(p.src) && p.src[p.at] == '}' {
		p.at++
		p.d.nodes[id].size = id
		return id
	}
	var last uint32
	var seen keyMarks
	for members := 1; ; members++ {
		start := p.at
		child, key := p.member()
		if p.problem != "" {
			return 0
		}
		if members > linear || !seen.mark(key) || !p.repeats(id, child, start) {
			if last == 0 {
				p.d.nodes[id].at = child
			} else {
				p.d.nodes[last].next = child
			}
			last = child
			p.d.nodes[id].size = last
		}
		if p.problem != "" {
			return 0
		}
		p.space()
		if p.at < len(p.src) && p.src[p.at] == ',' {
			p.at++
			p.space()
			continue
		}
		if p.at < len(p.src) && p.src[p.at] == '}' {
			if p.at++; members > linear {
				p.repeatsInLarge(id)
			}
			return id
		}
		p.expected("a comma or the end of the object")
		return 0
	}
}

// member reads `"key": value` and returns the value's node with its key.
func (p *parser) member() (uint32, []byte) {
	if p.at >= len(p.src) || p.src[p.at] != '"' {
		p.expected("a key")
		return 0, nil
	}
	at, size, escapes := p.text()
	if p.problem != "" {
		return 0, nil
	}
	mended := p.mended
	p.mended = false
	if p.space(); p.at >= len(p.src) || p.src[p.at] != ':' {
		p.expected("a colon")
		return 0, nil
	}
	p.at++
	p.space()
	child := p.value()
	if p.problem != "" {
		return 0, nil
	}
	n := &p.d.nodes[child]
	n.keyAt, n.keyLen = at, size
	if escapes {
		n.flags |= keyEscapes
	}
	if mended {
		p.noteText(child)
	}
	return child, p.d.text[at : at+size]
}

// keyMarks are 256 marks for the keys of one object, which mostly get different ones.
type keyMarks [4]uint64

// mark sets the key's mark and reports whether it was set: only then the key may be there already.
func (m *keyMarks) mark(key []byte) (was bool) {
	var hash uint
	if n := uint(len(key)); n > 0 {
		hash = uint(key[0])*7 ^ uint(key[n-1])*43 ^ n*29
	}
	word, bit := &m[hash>>6&3], uint64(1)<<(hash&63)
	was = *word&bit != 0
	*word |= bit
	return was
}

// mayRepeat reports whether the object that is read may have a key twice.
func (p *parser) mayRepeat() bool {
	isRoot := p.depth == p.limit-1
	return p.options.DuplicateKeys || p.options.Mend && !isRoot
}

// repeats looks among the members before child for one of the same key. Where duplicates are allowed, that one takes
// child's value.
func (p *parser) repeats(object, child uint32, start int) bool {
	nodes, text := p.d.nodes, p.d.text
	n := &nodes[child]
	key := text[n.keyAt : n.keyAt+n.keyLen]
	for at := nodes[object].at; at != 0; at = nodes[at].next {
		m := &nodes[at]
		if m.keyLen != n.keyLen || string(text[m.keyAt:m.keyAt+m.keyLen]) != string(key) {
			continue
		}
		if !p.mayRepeat() {
			p.at = start
			p.fail(fmt.Sprintf("the key %q is there twice", shown(key)))
		}
		Value{p.d, at}.Replace(Value{p.d, child})
		p.noteRepeated(at)
		return true
	}
	return false
}

// repeatsInLarge does the same for all members of a large object at once.
func (p *parser) repeatsInLarge(object uint32) {
	d := p.d
	x := &d.find.scratch // it serves nobody else: a duplicate would be in it
	d.emptyIndex(x, object)
	last := uint32(0)
	for at := d.nodes[object].at; at != 0; at = d.nodes[at].next {
		earlier := d.insert(x, at)
		if earlier == 0 {
			last = at
			continue
		}
		if n := d.nodes[at]; !p.mayRepeat() {
			if int(n.keyAt) <= len(p.src) {
				p.at = int(n.keyAt) - 1
			}
			p.fail(fmt.Sprintf("the key %q is there twice", shown(d.keyOf(at))))
			return
		}
		Value{d, earlier}.Replace(Value{d, at})
		p.noteRepeated(earlier)
		d.nodes[last].next = d.nodes[at].next
	}
	d.nodes[object].size = last
}

const (
	lows  = 0x0101010101010101
	highs = 0x8080808080808080
)

// special marks the bytes of x that end a plain run of a string: a quote, a backslash, a control character or a byte beyond
// ASCII. The lowest mark is exact; those above it may be false.
func special(x uint64) uint64 { return (below(x) | x) & highs }

// below marks, by their high bits, the bytes of x that are a quote, a backslash or a control character: a byte of ASCII gets its
// high bit when something larger is taken from it, and quote and backslash are made zero first. The lowest mark of a byte
// of ASCII is exact; those above it may be false, and those of bytes beyond ASCII mean nothing.
func below(x uint64) uint64 {
	return ((x ^ lows*'"') - lows) | ((x ^ lows*'\\') - lows) | (x - lows*0x20)
}

// text reads the string at the place and returns where its decoded text is, and whether writing it needs escapes.
func (p *parser) text() (at, size uint32, escapes bool) {
	src, i := p.src, p.at+1
	start, ascii := i, true
	for {
		for i+8 <= len(src) {
			if m := special(binary.LittleEndian.Uint64(src[i:])); m != 0 {
				i += bits.TrailingZeros64(m) >> 3
				break
			}
			i += 8
		}
		if i >= len(src) {
			p.at = len(src)
			p.fail("the text ends within a string")
			return 0, 0, false
		}
		switch c := src[i]; {
		case c == '"', c == '\\':
			if !ascii && !p.valid(start, i) {
				return p.invalid(start)
			}
			if c == '\\' {
				return p.escaped(start, i)
			}
			p.at = i + 1
			return uint32(start), uint32(i - start), false
		case c < 0x20:
			p.at = i
			p.fail(fmt.Sprintf("the control character %q within a string; write it as an escape", c))
			return 0, 0, false
		case c >= utf8.RuneSelf:
			ascii = false
			i++
		default:
			i++
		}
	}
}

// invalid reads a string that holds bytes that are not UTF-8, from its start, if it is to be mended.
func (p *parser) invalid(start int) (at, size uint32, escapes bool) {
	if p.problem != "" {
		return 0, 0, false
	}
	return p.escaped(start, start)
}

// valid checks that a part of the source is UTF-8. It is no problem if that is to be mended.
func (p *parser) valid(from, to int) bool {
	if utf8.Valid(p.src[from:to]) {
		return true
	}
	if p.options.Mend {
		p.mended = true
		return false
	}
	for i := from; i < to; {
		r, size := utf8.DecodeRune(p.src[i:to])
		if r == utf8.RuneError && size == 1 {
			p.at = i
			break
		}
		i += size
	}
	p.fail("bytes that are not UTF-8 within a string")
	return false
}
