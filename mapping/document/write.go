package document

const hexDigits = "0123456789abcdef"

// AppendJSON appends the value's JSON text: compact, members in order, numbers with the digits they came with. It escapes
// quotes, backslashes and control characters, and nothing else. An absent value is written as null.
func (v Value) AppendJSON(dst []byte) []byte {
	if v.id == 0 {
		return append(dst, "null"...)
	}
	return v.doc.append(dst, v.id)
}

// append appends a node's JSON text.
func (d *Document) append(dst []byte, id uint32) []byte {
	n := &d.nodes[id]
	switch n.kind {
	case String:
		return appendQuoted(dst, d.text[n.at:n.at+n.size], n.flags&textEscapes != 0)
	case Number:
		return append(dst, d.text[n.at:n.at+n.size]...)
	case Bool:
		if n.flags&isTrue != 0 {
			return append(dst, "true"...)
		}
		return append(dst, "false"...)
	case Object:
		return d.appendObject(dst, n.at)
	case Array:
		dst = append(dst, '[')
		for at := n.at; at != 0; at = d.nodes[at].next {
			if at != n.at {
				dst = append(dst, ',')
			}
			dst = d.append(dst, at)
		}
		return append(dst, ']')
	default:
		return append(dst, "null"...)
	}
}

// appendObject appends an object's JSON text, given its first member.
func (d *Document) appendObject(dst []byte, first uint32) []byte {
	dst = append(dst, '{')
	for at := first; at != 0; {
		m := &d.nodes[at]
		if at != first {
			dst = append(dst, ',')
		}
		dst = appendQuoted(dst, d.text[m.keyAt:m.keyAt+m.keyLen], m.flags&keyEscapes != 0)
		dst = append(dst, ':')
		dst = d.append(dst, at)
		at = m.next
	}
	return append(dst, '}')
}

// appendQuoted appends text as a JSON string.
func appendQuoted(dst, text []byte, escapes bool) []byte {
	if escapes {
		return AppendString(dst, text)
	}
	dst = append(dst, '"')
	dst = append(dst, text...)
	return append(dst, '"')
}

// AppendString appends text, UTF-8 or WTF-8, as a JSON string.
func AppendString[T string | []byte](dst []byte, text T) []byte {
	dst = append(dst, '"')
	run := 0
	for i := 0; i < len(text); i++ {
		c := text[i]
		if c >= 0x20 && c != '"' && c != '\\' && c != 0xed {
			continue
		}
		r := rune(c)
		if c == 0xed {
			half, ok := surrogateAt(text[i:])
			if !ok {
				continue
			}
			r = half
		}
		dst = append(dst, text[run:i]...)
		dst = appendEscape(dst, r)
		if r != rune(c) {
			i += 2
		}
		run = i + 1
	}
	dst = append(dst, text[run:]...)
	return append(dst, '"')
}

// appendEscape appends the escape of one character.
func appendEscape(dst []byte, r rune) []byte {
	switch r {
	case '"', '\\':
		return append(dst, '\\', byte(r))
	case '\b':
		return append(dst, '\\', 'b')
	case '\f':
		return append(dst, '\\', 'f')
	case '\n':
		return append(dst, '\\', 'n')
	case '\r':
		return append(dst, '\\', 'r')
	case '\t':
		return append(dst, '\\', 't')
	}
	return append(dst, '\\', 'u', hexDigits[r>>12&15], hexDigits[r>>8&15], hexDigits[r>>4&15], hexDigits[r&15])
}
