package javascript

import (
	"math"
	"strings"
	"unicode/utf8"
)

// Segment is one step of a key path.
type Segment struct {
	// Key is the property name of the step. Of an Index it is the number as JavaScript writes it: "7" for a segment
	// "007", "1e+21" for "1e21".
	Key string
	// Index says that the segment is a number: what it is set on becomes an array, unless it is one. Not every number
	// is an array index (-1 and 1e+21 aren't, see ArrayIndex); such a key on an array isn't written to JSON.
	Index bool
}

// IsPlainKey reports, by a quick test, that SplitPath(key) is the one segment key itself. Almost all keys are plain;
// false only means that SplitPath must be asked.
func IsPlainKey[T string | []byte](key T) bool {
	if len(key) == 0 || mayBeNumber(string(key[:min(len(key), utf8.UTFMax)])) {
		return false
	}
	for i := range len(key) {
		switch key[i] {
		case '.', '/', '\\':
			return false
		}
	}
	return true
}

// mayBeNumber reports whether the first byte of part, which isn't empty, lets it be an integer after white space.
func mayBeNumber(part string) bool {
	c := part[0]
	return isDigit(c) || c == '+' || c == '-' || c == '.' || leadingSpace(part) > 0
}

// SplitPath appends to dst the steps that a custom key stands for in set-value 4.1 as rudder-transformer calls it, and
// returns the extended slice. The steps are the parts between dots, with these rules:
//   - "" has no step: nothing is set;
//   - a key with a slash is one literal step, dots and all;
//   - a backslash takes the next character literally; at the end of the key it stands for the text "undefined";
//   - an empty part at the end is dropped, so "end." is "end"; elsewhere it is a real key "";
//   - a part that Number() reads as an integer, blank parts aside, becomes that number;
//   - if a part is __proto__, constructor or prototype, the parts joined by dots are one literal key.
func SplitPath(key string, dst []Segment) []Segment {
	if key == "" {
		return dst
	}
	if IsPlainKey(key) || strings.IndexByte(key, '/') >= 0 {
		return append(dst, Segment{Key: key})
	}
	first := len(dst)
	reserved := false
	for rest, more := key, true; more; {
		var part string
		part, rest, more = cutPart(rest)
		if part == "" && !more {
			break
		}
		reserved = reserved || isReservedKey(part)
		dst = append(dst, segmentOf(part))
	}
	if reserved {
		dst[first] = Segment{Key: joinKeys(dst[first:])}
		dst = dst[:first+1]
	}
	return dst
}

// cutPart returns the part of path before its first dot that isn't escaped, without its escapes, and what follows the
// dot; more is false when there is no such dot.
func cutPart(path string) (part, rest string, more bool) {
	i := strings.IndexAny(path, `.\`)
	if i < 0 {
		return path, "", false
	}
	if path[i] == '.' {
		return path[:i], path[i+1:], true
	}
	var text strings.Builder
	text.WriteString(path[:i])
	for ; i < len(path); i++ {
		switch {
		case path[i] == '.':
			return joinSurrogates(text.String()), path[i+1:], true
		case path[i] != '\\':
			text.WriteByte(path[i])
		case i+1 < len(path):
			i++
			text.WriteByte(path[i])
		default:
			text.WriteString(undefinedText)
		}
	}
	return joinSurrogates(text.String()), "", false
}

// segmentOf returns the step that a part stands for: a number if Number() reads it as an integer.
func segmentOf(part string) Segment {
	if part == "" || !mayBeNumber(part) {
		return Segment{Key: part}
	}
	if _, ok := ArrayIndex(part); ok {
		return Segment{Key: part, Index: true}
	}
	f := ToNumber(part)
	if f != math.Trunc(f) || math.IsInf(f, 0) || Trim(part) == "" {
		return Segment{Key: part}
	}
	return Segment{Key: string(AppendNumber(nil, f)), Index: true}
}

// isReservedKey reports whether set-value refuses to descend into key, since it leads to an object's prototype.
func isReservedKey(key string) bool {
	return key == "__proto__" || key == "constructor" || key == "prototype"
}

// joinKeys returns the keys of segments with dots between them.
func joinKeys(segments []Segment) string {
	keys := make([]string, len(segments))
	for i, segment := range segments {
		keys[i] = segment.Key
	}
	return strings.Join(keys, ".")
}
