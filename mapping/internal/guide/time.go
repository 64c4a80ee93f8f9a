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

// setTime writes a record's ts, CleverTap's epoch seconds, from the value given in container. Without one,
// the destination may ask for the event's own time.
func (r run) setTime(record, ts document.Value, container string) {
	key := "ts"
	if !present(ts) {
		if !r.To.UseEventTimestamp {
			return
		}
		container = ""
		if key, ts = "timestamp", r.Event.Get("timestamp"); !present(ts) {
			key, ts = "originalTimestamp", r.Event.Get("originalTimestamp")
		}
		if !present(ts) {
			return
		}
	}
	seconds, milliseconds, ok := epochSeconds(ts)
	if !ok {
		r.Diagnose(rules.SeverityWarning, rules.InvalidTimestamp, container, key,
			"the time was left out: give epoch seconds, epoch milliseconds or ISO 8601, after 1970 and before 2106")
		return
	}
	if milliseconds {
		r.Diagnose(rules.SeverityInfo, rules.TimestampInMilliseconds, container, key,
			"the time is in milliseconds and was sent in seconds")
	}
	record.SetUint("ts", uint64(seconds))
}

// epochSeconds reads a time: a number or numeric text of seconds, or of milliseconds from fromMilliseconds
// up, or ISO 8601 text. Fractions are floored. What is not positive or beyond uint32 is not a time.
func epochSeconds(v document.Value) (seconds uint32, milliseconds, ok bool) {
	switch v.Kind() {
	case document.Number:
		return numericSeconds(v.Bytes())
	case document.String:
		if text := v.Bytes(); isNumeric(text) {
			return numericSeconds(text)
		}
		seconds, ok := times.Parse(v.Bytes())
		if !ok || seconds < 1 || seconds > math.MaxUint32 {
			return 0, false, false
		}
		return uint32(seconds), false, true
	default:
		return 0, false, false
	}
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
