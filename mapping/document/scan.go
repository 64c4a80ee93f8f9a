package document

import (
	"bytes"
	"encoding/binary"
	"encoding/json"
	"fmt"
	"math/bits"
	"strings"
)

// Scanner walks JSON text and finds where each value ends: for those who cut a text into parts and hand them on as they are.
// It builds nothing and allocates nothing, but for a bit for each level of nesting beyond 64: values may be nested to any depth,
// so that whoever parses a part refuses that part alone. Text need not be UTF-8, and keys may repeat.
//
// Its methods step over what is at the place reached and report whether it is JSON. After a problem, nothing goes on.
type Scanner struct {
	// Text is what is scanned.
	Text []byte
	// At is the place reached; after a problem, the place of the problem.
	At int
	// RefuseKey is a key that no object may have, at any depth; empty refuses none.
	RefuseKey string
	// Problem is why the text is refused; empty as long as it is not.
	Problem string
	// Refused tells that the text is refused for RefuseKey.
	Refused bool

	// escaped tells that the string scanned last has escapes.
	escaped bool
	// keyEnd is where the key scanned last ends.
	keyEnd int
}

// Fail notes a problem at the place reached, and returns false.
func (s *Scanner) Fail(problem string) bool {
	s.Problem = problem
	return false
}

// expected notes what should have been at the place reached.
func (s *Scanner) expected(what string) bool {
	if s.At >= len(s.Text) {
		return s.Fail("the text ends where " + what + " is expected")
	}
	return s.Fail(fmt.Sprintf("%q where %s is expected", s.Text[s.At], what))
}

// Err returns the problem as a *SyntaxError that says where it is; nil when there is none.
func (s *Scanner) Err() error {
	if s.Problem == "" {
		return nil
	}
	line, column := Locate(s.Text, s.At)
	return &SyntaxError{Problem: s.Problem, Offset: s.At, Line: line, Column: column}
}

// Peek skips white space and returns the byte there, or 0 at the end. (A NUL in the text is 0 as well; it begins nothing.)
func (s *Scanner) Peek() byte {
	if s.At < len(s.Text) && s.Text[s.At] > ' ' {
		return s.Text[s.At]
	}
	return s.skipSpace()
}

// skipSpace is Peek where there may be white space. On its own, it lets Peek be a part of those who call it.
func (s *Scanner) skipSpace() byte {
	for ; s.At < len(s.Text); s.At++ {
		switch c := s.Text[s.At]; c {
		case ' ', '\t', '\n', '\r':
		default:
			return c
		}
	}
	return 0
}

// End checks that only white space is left.
func (s *Scanner) End() bool {
	s.Peek()
	if s.At < len(s.Text) {
		return s.Fail("text after the end of the value")
	}
	return true
}

// Value steps over one value.
func (s *Scanner) Value() bool {
	switch c := s.Peek(); c {
	case '{', '[':
		return s.nested()
	default:
		return s.scalar(c)
	}
}

// scalar steps over a value that is neither an array nor an object, and begins with c.
func (s *Scanner) scalar(c byte) bool {
	switch c {
	case '"':
		return s.quoted()
	case 't':
		return s.literal("true")
	case 'f':
		return s.literal("false")
	case 'n':
		return s.literal("null")
	case '-', '0', '1', '2', '3', '4', '5', '6', '7', '8', '9':
		return s.number()
	default:
		return s.expected("a value")
	}
}

// nested steps over an array or object and all that is within it.
func (s *Scanner) nested() bool {
	var around levels
	object := false // whether the innermost container is an object
	for {
		switch c := s.Peek(); c {
		case '"':
			if !s.quoted() {
				return false
			}
		case '{', '[':
			if s.At++; s.Peek() == c+2 { // the closing bracket follows the opening one, but for a character
				s.At++
				break
			}
			around.enter(object)
			if object = c == '{'; object && !s.key() {
				return false
			}
			continue
		default:
			if !s.scalar(c) {
				return false
			}
		}
		for around.depth > 0 && s.Peek() != ',' {
			if !s.closing(object) {
				return false
			}
			object = around.leave()
		}
		if around.depth == 0 {
			return true
		}
		if s.At++; object && !s.key() {
			return false
		}
	}
}

// closing steps over the bracket that ends an object or array.
func (s *Scanner) closing(object bool) bool {
	switch c := s.Peek(); {
	case object && c == '}', !object && c == ']':
		s.At++
		return true
	case object:
		return s.expected("a comma or a closing brace")
	default:
		return s.expected("a comma or a closing bracket")
	}
}

// levels are the containers around the innermost one: of each, whether it is an object, in one bit.
type levels struct {
	depth int
	// last has the bits of the innermost ones, the innermost one's lowest; outer those around them, in words of 64.
	last  uint64
	outer []uint64
}

// enter adds a container.
func (l *levels) enter(object bool) {
	if l.depth&63 == 0 && l.depth > 0 {
		l.outer = append(l.outer, l.last)
	}
	l.depth++
	if l.last <<= 1; object {
		l.last |= 1
	}
}

// leave takes the innermost one away and reports whether it is an object.
func (l *levels) leave() (object bool) {
	object = l.last&1 == 1
	l.depth--
	if l.last >>= 1; l.depth&63 == 0 && l.depth > 0 {
		l.last = l.outer[len(l.outer)-1]
		l.outer = l.outer[:len(l.outer)-1]
	}
	return object
}

// Part steps over one value and returns its text, without the space around it; false when there is a problem.
func (s *Scanner) Part() ([]byte, bool) {
	s.Peek()
	start := s.At
	if !s.Value() {
		return nil, false
	}
	return s.Text[start:s.At:s.At], true
}

// Object steps over an object, at whose brace the scanner must be. Member is told each key, quotes and all, with its place, and
// steps over the value; when it returns false, so does Object.
func (s *Scanner) Object(member func(key []byte, at int) bool) bool {
	s.At++
	if s.Peek() == '}' {
		s.At++
		return true
	}
	for {
		s.Peek()
		start := s.At
		if !s.key() {
			return false
		}
		if !member(s.Text[start:s.keyEnd], start) {
			return false
		}
		switch s.Peek() {
		case ',':
			s.At++
		case '}':
			s.At++
			return true
		default:
			return s.expected("a comma or a closing brace")
		}
	}
}

// key steps over a key and the colon after it.
func (s *Scanner) key() bool {
	if s.Peek() != '"' {
		return s.expected("a key")
	}
	start := s.At
	if !s.quoted() {
		return false
	}
	s.keyEnd = s.At
	if s.RefuseKey != "" && (s.escaped || s.At-start == len(s.RefuseKey)+2) &&
		QuotedIs(s.Text[start:s.At], s.RefuseKey) {
		s.At, s.Refused = start, true
		return s.Fail(fmt.Sprintf("the key %q is not allowed", s.RefuseKey))
	}
	if s.Peek() != ':' {
		return s.expected("a colon")
	}
	s.At++
	return true
}

// Array steps over an array, at whose bracket the scanner must be. Element steps over each element; when it returns false, so
// does Array.
func (s *Scanner) Array(element func() bool) bool {
	s.At++
	if s.Peek() == ']' {
		s.At++
		return true
	}
	for {
		if !element() {
			return false
		}
		switch s.Peek() {
		case ',':
			s.At++
			s.Peek()
		case ']':
			s.At++
			return true
		default:
			return s.expected("a comma or a closing bracket")
		}
	}
}

// literal steps over true, false or null.
func (s *Scanner) literal(word string) bool {
	for i := range len(word) {
		if s.At >= len(s.Text) || s.Text[s.At] != word[i] {
			return s.expected(word)
		}
		s.At++
	}
	return true
}

// number steps over a number.
func (s *Scanner) number() bool {
	if s.Text[s.At] == '-' {
		s.At++
	}
	if s.At < len(s.Text) && s.Text[s.At] == '0' {
		s.At++
	} else if !s.digits() {
		return false
	}
	if s.At < len(s.Text) && s.Text[s.At] == '.' {
		s.At++
		if !s.digits() {
			return false
		}
	}
	if s.At < len(s.Text) && s.Text[s.At]|0x20 == 'e' {
		s.At++
		if s.At < len(s.Text) && (s.Text[s.At] == '+' || s.Text[s.At] == '-') {
			s.At++
		}
		return s.digits()
	}
	return true
}

// digits steps over at least one digit.
func (s *Scanner) digits() bool {
	start := s.At
	for s.At < len(s.Text) && s.Text[s.At]-'0' <= 9 {
		s.At++
	}
	return s.At > start || s.expected("a digit")
}

// quoted steps over a string.
func (s *Scanner) quoted() bool {
	s.At++
	s.escaped = false
	for {
		s.At = skipPlain(s.Text, s.At)
		if s.At >= len(s.Text) {
			return s.expected("a closing quote")
		}
		switch s.Text[s.At] {
		case '"':
			s.At++
			return true
		case '\\':
			s.escaped = true
			if !s.escape() {
				return false
			}
		default:
			return s.Fail(fmt.Sprintf("control character %q inside a string: write it as an escape", s.Text[s.At]))
		}
	}
}

// escape steps over one escape of a string.
func (s *Scanner) escape() bool {
	s.At++
	if s.At >= len(s.Text) {
		return s.expected("an escape")
	}
	if _, ok := plainEscape(s.Text[s.At]); ok {
		s.At++
		return true
	}
	if s.Text[s.At] != 'u' {
		return s.expected("an escape")
	}
	s.At++
	for range 4 {
		if s.At >= len(s.Text) {
			return s.expected("a hexadecimal digit")
		}
		if _, ok := hexDigit(s.Text[s.At]); !ok {
			return s.expected("a hexadecimal digit")
		}
		s.At++
	}
	return true
}

// skipPlain returns the place of the first quote, backslash or control character from i on, or the end. It looks at eight
// bytes at a time, because most of a text is within strings.
func skipPlain(text []byte, i int) int {
	for ; len(text)-i >= 8; i += 8 {
		x := binary.LittleEndian.Uint64(text[i:])
		if stop := below(x) &^ x & highs; stop != 0 {
			return i + bits.TrailingZeros64(stop)>>3
		}
	}
	for ; i < len(text); i++ {
		if c := text[i]; c < 0x20 || c == '"' || c == '\\' {
			return i
		}
	}
	return i
}

// KindAt tells the kind of the value that a text begins with, after white space, by its first byte.
func KindAt(text []byte) Kind {
	s := Scanner{Text: text}
	switch s.Peek() {
	case 0:
		return Invalid
	case '"':
		return String
	case '{':
		return Object
	case '[':
		return Array
	case 't', 'f':
		return Bool
	case 'n':
		return Null
	default:
		return Number
	}
}

// Unquote returns the text of a well-formed JSON string, given with its quotes. What is not UTF-8 in it, or half a surrogate
// pair, becomes U+FFFD.
func Unquote(quoted []byte) string {
	inner := quoted[1 : len(quoted)-1]
	if bytes.IndexByte(inner, '\\') < 0 {
		return strings.ToValidUTF8(string(inner), "\ufffd")
	}
	var text string
	if err := json.Unmarshal(quoted, &text); err != nil {
		return string(inner)
	}
	return text
}

// QuotedIs reports whether a well-formed JSON string, given with its quotes, has this text.
func QuotedIs(quoted []byte, text string) bool {
	inner := quoted[1 : len(quoted)-1]
	if bytes.IndexByte(inner, '\\') < 0 {
		return string(inner) == text
	}
	return Unquote(quoted) == text
}
