package document

import (
	"bytes"
	"errors"
	"unicode/utf8"
)

// Limits that hold when Options say nothing else.
const (
	// DefaultMaxDepth is how deep arrays and objects may be nested.
	DefaultMaxDepth = 512
	// DefaultMaxBytes is how long a text may be.
	DefaultMaxBytes = 256 << 20
	// DefaultMaxNodes is how many values a text may hold: 48 MB of nodes.
	DefaultMaxNodes = 2 << 20
)

// What may be made of a document beyond what came in: so many bytes, and so many more for each byte that came in, but no
// more than maxGrowth of those.
const (
	leastGrowth  = 128 << 10
	growthFactor = 32
	maxGrowth    = 64 << 20
)

// ErrGrowth says that a document was asked to become far larger than what came in.
var ErrGrowth = errors.New("more would be made of it than its size allows")

// NodeBytes is how much memory a value takes, apart from its text.
const NodeBytes = 24

// Cost returns at most how many values a text holds and how many bytes of memory its tree takes, so that whoever parses can
// find room first, or refuse. It takes no memory itself, and next to no time. Commas and brackets within strings count as if
// they were JSON's own, so prose looks larger than it is.
func Cost(text []byte) (nodes, memory int) {
	nodes = 1
	for _, c := range []byte(",[{") {
		nodes += bytes.Count(text, []byte{c})
	}
	memory = len(text) + NodeBytes*(nodes+1)
	if bytes.IndexByte(text, '\\') >= 0 {
		memory += 2 * len(text) // strings with escapes are kept decoded as well
	}
	return nodes, memory
}

// Size returns how many values the document holds and how many bytes of memory they and their texts take: the parsed ones
// and those that were built.
func (d *Document) Size() (nodes, memory int) {
	nodes = max(len(d.nodes)-1, 0)
	return nodes, len(d.text) + NodeBytes*len(d.nodes)
}

// Spend takes bytes from what may be made of the document beyond what came in, and reports whether there was so much left. It
// is for those who follow instructions of the content (an index that asks for holes, say), which can make much of little.
// When there was not, Err says so from then on.
func (d *Document) Spend(amount int) bool {
	if d.spent += amount; d.spent > leastGrowth+min(growthFactor*d.source, maxGrowth) {
		d.overspent = true
	}
	return !d.overspent
}

// Err returns an error that wraps ErrGrowth when more was asked for than Spend allows: the document is not what it should be.
func (d *Document) Err() error {
	if d.overspent {
		return ErrGrowth
	}
	return nil
}

// Effort returns how many members have been visited since the document was parsed or reset by what visits all members of a
// container: indexing, filtering, sorting. It shows whether those who edit a document take time in proportion to it.
func (d *Document) Effort() int { return d.effort }

// manyBytes is how long a text must be for its values to be counted before it is parsed.
const manyBytes = 1 << 20

// reserve makes room for a long text's values at once, and reports whether there are no more than limit. Counting costs less
// than growing does.
func (d *Document) reserve(text []byte, limit int) bool {
	if len(text) < manyBytes && len(text)/2 < limit { // a value takes two bytes, but for the last
		return true
	}
	nodes, _ := Cost(text)
	if nodes > limit {
		if nodes = countValues(text); nodes > limit {
			return false
		}
	}
	if cap(d.nodes) <= nodes {
		d.nodes = append(make([]node, 0, nodes+1), d.nodes...)
	}
	return true
}

// countValues counts the values of a text, if it is JSON; else it returns no less than a parser reads before it finds that out.
func countValues(text []byte) int {
	values := 1
	s := Scanner{Text: text}
	for c := s.Peek(); s.At < len(text); c = s.Peek() {
		switch c {
		case '"':
			if !s.quoted() {
				return values
			}
			continue
		case ',':
			values++
		case '[', '{':
			s.At++
			if s.Peek() != c+2 { // the closing bracket follows the opening one, but for a character
				values++
			}
			continue
		}
		s.At++
	}
	return values
}

// shown cuts a text that an error repeats, between two characters.
func shown[T string | []byte](text T) string {
	most := 64
	if len(text) <= most {
		return string(text)
	}
	for most > 0 && !utf8.RuneStart(text[most]) {
		most--
	}
	return string(text[:most]) + "…"
}
