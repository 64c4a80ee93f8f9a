package main

import (
	"bytes"
	"strings"
)

// Most inputs are events, one a line. They are cut by their lines alone, and whether a line is an event is for the
// workers to find out. All else, JSON arrays, events over several lines, several on a line, is cut by the structure of
// its text: brackets and strings, no more. A decoder such as jsontext's would know more, but it can't go on behind a
// value that is broken, and the events there are to be transformed all the same.

// unit is what is taken for one event: the text of a block from start to end, which begins in a line.
type unit struct {
	start, end, line int
	// problem is what is wrong where there is no text; empty where there is.
	problem string
}

// isPlain reports whether a line holds one event and nothing else, as far as its first and last characters tell.
func isPlain(line []byte) bool {
	line = bytes.TrimSpace(line)
	return len(line) > 1 && line[0] == '{' && line[len(line)-1] == '}'
}

// plainLines returns how much of a text of whole lines is plain lines from the beginning on, and how many events
// that is.
func plainLines(text []byte) (end, events int) {
	for end < len(text) {
		length := bytes.IndexByte(text[end:], '\n') + 1
		if length == 0 {
			length = len(text) - end
		}
		line := text[end : end+length]
		switch {
		case isPlain(line):
			events++
		case len(bytes.TrimSpace(line)) > 0:
			return end, events
		}
		end += length
	}
	return end, events
}

// shape finds the end of a value by its brackets and strings. It goes on where it stopped when there is more text.
type shape struct {
	// at is how far it has come, open the brackets that are not closed, and last the last character outside of strings
	// that is not white space.
	at   int
	open []byte
	last byte
	// quoted and escaped say that it is within a string, and behind a backslash in that.
	quoted, escaped bool
}

// reset makes it ready for another value.
func (s *shape) reset() { *s = shape{open: s.open[:0]} }

// found is what became of looking for the end of a value.
type found int

const (
	unfinished found = iota // the text ends before the value does
	finished
	broken // it can't be a value
)

// value looks for the end of the object or array that a text begins with; at is behind it, or where it is broken.
func (s *shape) value(text []byte) found {
	if s.at > 0 && len(s.open) == 0 {
		return finished // It was before, and what follows had to be waited for.
	}
	for ; s.at < len(text); s.at++ {
		c := text[s.at]
		switch {
		case s.quoted:
			if c == '\n' {
				return broken
			}
			s.quoted = s.escaped || c != '"'
			s.escaped = !s.escaped && c == '\\'
			continue
		case isSpace(c):
			continue
		case c == '"':
			s.quoted = true
		case c == '{' || c == '[':
			if !s.takesValue() {
				return broken
			}
			s.open = append(s.open, c)
		case c == '}' || c == ']':
			top := len(s.open) - 1
			if s.open[top] != c-2 { // In ASCII the bracket that closes is two behind the one that opens.
				return broken
			}
			if s.open = s.open[:top]; top == 0 {
				s.at++
				return finished
			}
		}
		s.last = c
	}
	return unfinished
}

// takesValue reports whether an object or an array may stand here.
func (s *shape) takesValue() bool {
	switch s.last {
	case 0, ':', '[':
		return true
	case ',':
		return s.open[len(s.open)-1] == '['
	default:
		return false
	}
}

// isSpace tells JSON's white space.
func isSpace(c byte) bool { return c == ' ' || c == '\t' || c == '\r' || c == '\n' }

// cutter cuts text into units by its structure. The zero value begins at the beginning of a line.
type cutter struct {
	// every says to cut plain lines too, instead of stopping there.
	every bool
	shape shape
	// array says that it is within an array of events.
	array bool
	// column is how far into its line it has come, and inside whether there is more than white space before.
	column int
	inside bool
	// passing says that the lines of a broken value are passed by until one begins as the value did, in a column up to
	// margin.
	passing bool
	margin  int
}

// cut cuts a text into units, which it appends to some, and returns how much of the text is done with. The first line of
// the text has a number. All says that no more text comes. It stops where plain lines begin, and says so.
func (c *cutter) cut(units []unit, text []byte, line int, all bool) (cut []unit, done int, plain bool) {
	for done < len(text) {
		length := 1
		switch char := text[done]; {
		case isSpace(char):
		case c.passing && c.passesBy(char):
			if length = bytes.IndexByte(text[done:], '\n'); length < 0 {
				length = len(text) - done
			}
		case !c.every && !c.array && !c.inside && startsPlain(text[done:], all):
			return units, done, true
		case char == ',', char == ']' && c.array, char == '[' && !c.array:
			c.array = char == '[' || char == ',' && c.array
		default:
			if length = c.next(text[done:], all); length == 0 {
				return units, done, false
			}
			units = append(units, unit{start: done, end: done + length, line: line})
		}
		line += c.advance(text[done : done+length])
		done += length
	}
	if all && c.array {
		c.array = false
		units = append(units, unit{start: done, end: done, line: line, problem: "the array of events has no end: the input may be cut short"})
	}
	return units, done, false
}

// startsPlain reports whether a text begins with a plain line, all of which is there.
func startsPlain(text []byte, all bool) bool {
	end := bytes.IndexByte(text, '\n')
	if end < 0 && all {
		end = len(text)
	}
	return end > 0 && isPlain(text[:end])
}

// passesBy reports whether the first character of a line says that the line still belongs to a broken value.
func (c *cutter) passesBy(char byte) bool {
	c.passing = c.inside || !c.begins(char, c.column, c.margin)
	return c.passing
}

// begins reports whether a line whose first character is in a column is not one of a value that begins in another.
func (c *cutter) begins(first byte, column, margin int) bool {
	return (first == '{' || first == '[') && column <= margin || first == ']' && c.array && column < margin
}

// advance moves its place behind a text, and returns how many lines that is.
func (c *cutter) advance(text []byte) (lines int) {
	if last := bytes.LastIndexByte(text, '\n'); last >= 0 {
		lines = bytes.Count(text[:last+1], []byte{'\n'})
		text, c.column, c.inside = text[last+1:], 0, false
	}
	c.column += len(text)
	c.inside = c.inside || len(bytes.TrimSpace(text)) > 0
	return lines
}

// next returns how much of a text is one unit; 0 when there is more to wait for.
func (c *cutter) next(text []byte, all bool) int {
	if text[0] != '{' && text[0] != '[' {
		return c.scrap(text, 0, all)
	}
	switch c.shape.value(text) {
	case finished:
		end := c.shape.at
		if !c.array {
			// Where another text than a value follows on the line, the line is broken as a whole.
			behind := bytes.TrimLeft(text[end:], " \t\r")
			if len(behind) == 0 && !all {
				return 0
			}
			if len(behind) > 0 && strings.IndexByte("{[,\n", behind[0]) < 0 {
				return c.scrap(text, end, all)
			}
		}
		c.shape.reset()
		return end
	case unfinished:
		if !all {
			return 0
		}
	}
	return c.breakOff(text, all)
}

// scrap returns how much of a text can't be an event, from a place on: the rest of the line, or of an array's element.
func (c *cutter) scrap(text []byte, from int, all bool) int {
	ends := "\n"
	if c.array {
		ends = "\n,]"
	}
	end := bytes.IndexAny(text[from:], ends)
	switch {
	case end >= 0:
		end += from
	case all:
		end = len(text)
	default:
		return 0
	}
	c.shape.reset()
	return end
}

// breakOff returns how much of a text belongs to a broken value: all before a line that begins as the value did.
func (c *cutter) breakOff(text []byte, all bool) int {
	at := c.shape.at
	c.shape.reset()
	for start := 0; ; {
		newline := bytes.IndexByte(text[start:], '\n')
		if newline < 0 {
			break
		}
		start += newline + 1
		begin := bytes.TrimLeft(text[start:], " \t")
		if len(begin) > 0 && c.begins(begin[0], len(text)-start-len(begin), c.column) {
			return start
		}
	}
	if all {
		return len(text)
	}
	c.passing, c.margin = true, c.column
	if newline := bytes.IndexByte(text[at:], '\n'); newline >= 0 {
		return at + newline
	}
	return len(text)
}
