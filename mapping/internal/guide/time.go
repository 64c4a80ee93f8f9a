package guide

import (
	"math"
	"strconv"

	"github.com/rudder-clevertap/rudder-clevertap/mapping/document"
	"github.com/rudder-clevertap/rudder-clevertap/mapping/internal/rules"
	"github.com/rudder-clevertap/rudder-clevertap/mapping/internal/times"
)

// fromMilliseconds is the least number that is taken for milliseconds; as seconds it would be in the year
// 5138.
const fromMilliseconds = 1e11

// setTime writes a record's ts, CleverTap's epoch seconds, from the value given in container. Without one that can
// be read, the destination may ask for the event's own time.
func (r run) setTime(record, ts document.Value, container string) {
	if r.writeTime(record, ts, container, "ts") || !r.To.UseEventTimestamp {
		return
	}
	for _, key := range []string{"timestamp", "originalTimestamp"} {
		if r.writeTime(record, r.Event.Get(key), "", key) {
			return
		}
	}
}

// writeTime writes a time, and reports whether there is one that can be read.
func (r run) writeTime(record, ts document.Value, container, key string) bool {
	if !present(ts) {
		return false
	}
	seconds, milliseconds, ok := epochSeconds(ts)
	if !ok {
		r.Diagnose(rules.SeverityWarning, rules.InvalidTimestamp, container, key,
			"the time was left out: give epoch seconds, epoch milliseconds, ISO 8601 or RFC 2822, "+
				"after 1970 and before 2106")
		return false
	}
	if milliseconds {
		r.Diagnose(rules.SeverityInfo, rules.TimestampInMilliseconds, container, key,
			"the time is in milliseconds and was sent in seconds")
	}
	record.SetUint("ts", uint64(seconds))
	r.Derive(record.Last(), ts)
	return true
}

// epochSeconds reads a time: a number or numeric text of seconds, or of milliseconds from fromMilliseconds up, or
// a text that is a time. Eight digits that are a date are one, and not a day of 1970. Fractions are floored. What
// is not positive or beyond uint32 is not a time.
func epochSeconds(v document.Value) (seconds uint32, milliseconds, ok bool) {
	if v.Kind() != document.Number && v.Kind() != document.String {
		return 0, false, false
	}
	text := v.Bytes()
	if isNumeric(text) && !isDate(text) {
		return numericSeconds(text)
	}
	at, ok := times.Parse(text)
	if !ok || at < 1 || at > math.MaxUint32 {
		return 0, false, false
	}
	return uint32(at), false, true
}

// isDate reports whether a number is a date of 1970 to 2100, written in eight digits: 20261123.
func isDate(number []byte) bool {
	if len(number) != len("20061123") || string(number) < "19700101" || string(number) > "21001231" {
		return false
	}
	_, ok := times.Parse(number)
	return ok
}

// isNumeric reports whether text, which is not empty, has only what decimal numbers are written with, so that hexadecimal numbers,
// infinities and dates are none. A minus sign within digits and without an exponent makes a date.
func isNumeric(text []byte) bool {
	exponent := false
	for i, c := range text {
		switch {
		case c >= '0' && c <= '9', c == '.':
		case c == 'e' || c == 'E':
			exponent = true
		case c == '+' || c == '-':
			if i > 0 && !exponent {
				return false
			}
		default:
			return false
		}
	}
	return true
}

// numericSeconds reads a decimal number as a time.
func numericSeconds(text []byte) (seconds uint32, milliseconds, ok bool) {
	// What is not a number gives 0, and one too great infinity.
	number, _ := strconv.ParseFloat(string(text), 64)
	if number >= fromMilliseconds {
		milliseconds, number = true, number/1000
	}
	number = math.Floor(number)
	if number < 1 || number > math.MaxUint32 {
		return 0, false, false
	}
	return uint32(number), milliseconds, true
}
