package document

import (
	"slices"
	"unicode/utf8"
)

// escaped reads the rest of a string whose first backslash is at i; start is where the string begins. The decoded text goes
// to the end of the document's text.
func (p *parser) escaped(start, i int) (at, size uint32, escapes bool) {
	d, src := p.d, p.src
	if rest := len(src) - start; rest > manyBytes && cap(d.text)-len(d.text) < rest {
		d.text = slices.Grow(d.text, rest) // once for all strings that follow
	}
	begin := len(d.text)
	d.text = append(d.text, src[start:i]...)
	for i < len(src) {
		run := i
		for i < len(src) && src[i] != '"' && src[i] != '\\' && src[i] >= 0x20 {
			i++
		}
		if p.valid(run, i) {
			d.text = append(d.text, src[run:i]...)
		} else if d.text = AppendUTF8(d.text, src[run:i]); p.problem != "" {
			return 0, 0, false
		}
		if i >= len(src) {
			break
		}
		switch src[i] {
		case '"':
			p.at = i + 1
			text := d.text[begin:]
			return uint32(begin), uint32(len(text)), needsEscape(text)
		case '\\':
			if i = p.escape(i); p.problem != "" {
				return 0, 0, false
			}
		default:
			p.at = i
			p.fail("a control character within a string; write it as an escape")
			return 0, 0, false
		}
	}
	p.at = len(src)
	p.fail("the text ends within a string")
	return 0, 0, false
}

// plainEscapes are the escapes of one letter.
func plainEscape(c byte) (byte, bool) {
	switch c {
	case '"', '\\', '/':
		return c, true
	case 'b':
		return '\b', true
	case 'f':
		return '\f', true
	case 'n':
		return '\n', true
	case 'r':
		return '\r', true
	case 't':
		return '\t', true
	}
	return 0, false
}

// escape decodes the escape at i and returns the place after it.
func (p *parser) escape(i int) int {
	d := p.d
	if i+1 >= len(p.src) {
		p.at = len(p.src)
		p.fail("the text ends within a string")
		return i
	}
	if c, ok := plainEscape(p.src[i+1]); ok {
		d.text = append(d.text, c)
		return i + 2
	}
	r, ok := p.hex(i)
	if !ok {
		p.at = i
		p.fail("an unknown escape within a string")
		return i
	}
	next := i + 6
	if !isSurrogate(r) {
		d.text = utf8.AppendRune(d.text, r)
		return next
	}
	if low, ok := p.hex(next); ok && r < 0xdc00 && low >= 0xdc00 && low <= 0xdfff {
		d.text = utf8.AppendRune(d.text, (r-0xd800)<<10|(low-0xdc00)+0x10000)
		return next + 6
	}
	switch {
	case p.options.Mend:
		p.mended = true
		d.text = utf8.AppendRune(d.text, utf8.RuneError)
	case p.options.LoneSurrogates:
		d.text = appendSurrogate(d.text, r)
	default:
		p.at = i
		p.fail("half a surrogate pair within a string")
		return i
	}
	return next
}

// hex reads `\uXXXX` at i.
func (p *parser) hex(i int) (rune, bool) {
	if i+6 > len(p.src) || p.src[i] != '\\' || p.src[i+1] != 'u' {
		return 0, false
	}
	var r rune
	for _, c := range p.src[i+2 : i+6] {
		digit, ok := hexDigit(c)
		if !ok {
			return 0, false
		}
		r = r<<4 | digit
	}
	return r, true
}

func hexDigit(c byte) (rune, bool) {
	switch {
	case c-'0' <= 9:
		return rune(c - '0'), true
	case c|0x20 >= 'a' && c|0x20 <= 'f':
		return rune(c|0x20-'a') + 10, true
	}
	return 0, false
}

func isSurrogate(r rune) bool { return r >= 0xd800 && r <= 0xdfff }

// appendSurrogate appends half a surrogate pair in the form of WTF-8: three bytes, as if it were a character.
func appendSurrogate(dst []byte, r rune) []byte {
	return append(dst, 0xe0|byte(r>>12), 0x80|byte(r>>6)&0xbf, 0x80|byte(r)&0xbf)
}

// surrogateAt decodes such half at the start of text.
func surrogateAt[T string | []byte](text T) (rune, bool) {
	if len(text) < 3 || text[0] != 0xed || text[1] < 0xa0 || text[1] > 0xbf || text[2] < 0x80 || text[2] > 0xbf {
		return 0, false
	}
	return 0xd000 | rune(text[1]&0x3f)<<6 | rune(text[2]&0x3f), true
}

// needsEscape reports whether writing the text as a JSON string needs escapes. (A lone surrogate does: it begins with 0xed,
// as some ordinary characters do, so those are looked at when written.)
func needsEscape[T string | []byte](text T) bool {
	for i := range len(text) {
		if c := text[i]; c < 0x20 || c == '"' || c == '\\' || c == 0xed {
			return true
		}
	}
	return false
}

// textFlags returns what the flags of a node say about a text: whether it needs escapes, and whether it is UTF-8.
func textFlags[T string | []byte](text T) uint8 {
	if len(text) < 8 {
		for i := range len(text) {
			if c := text[i]; c < 0x20 || c == '"' || c == '\\' || c >= utf8.RuneSelf {
				return unusualFlags(text)
			}
		}
		return textUTF8
	}
	for i := 0; i+8 < len(text); i += 8 {
		if special(word(text[i:i+8])) != 0 {
			return unusualFlags(text)
		}
	}
	if special(word(text[len(text)-8:])) != 0 { // which may have been looked at in part
		return unusualFlags(text)
	}
	return textUTF8
}

// word returns eight bytes as a number, as they are in memory.
func word[T string | []byte](b T) uint64 {
	return uint64(b[0]) | uint64(b[1])<<8 | uint64(b[2])<<16 | uint64(b[3])<<24 |
		uint64(b[4])<<32 | uint64(b[5])<<40 | uint64(b[6])<<48 | uint64(b[7])<<56
}

// unusualFlags is textFlags for a text that is not all plain ASCII.
func unusualFlags[T string | []byte](text T) uint8 {
	var flags uint8
	if needsEscape(text) {
		flags |= textEscapes
	}
	if isUTF8(text) {
		flags |= textUTF8
	}
	return flags
}

// isUTF8 is utf8.Valid for either form of text.
func isUTF8[T string | []byte](text T) bool {
	switch text := any(text).(type) {
	case string:
		return utf8.ValidString(text)
	case []byte:
		return utf8.Valid(text)
	}
	return false
}
