package mapping

import (
	"math"
	"strconv"

	"github.com/rudder-clevertap/rudder-clevertap/mapping/document"
)

// fromMilliseconds is the least number that is taken for milliseconds; as seconds it would be in the year 5138.
const fromMilliseconds = 1e11

// setTime writes a record's ts, CleverTap's epoch seconds, from the value given in container. Without one, the destination
// may ask for the event's own time.
func (m *Mapper) setTime(record, ts document.Value, container string) {
	key := "ts"
	if !present(ts) {
		if !m.to.useEventTimestamp {
			return
		}
		container = ""
		if key, ts = "timestamp", m.event.Get("timestamp"); !present(ts) {
			key, ts = "originalTimestamp", m.event.Get("originalTimestamp")
		}
		if !present(ts) {
			return
		}
	}
	seconds, milliseconds, ok := epochSeconds(ts)
	if !ok {
		m.diagnose(SeverityWarning, InvalidTimestamp, container, key,
			"the time was left out: give epoch seconds, epoch milliseconds or ISO 8601, after 1970 and before 2106")
		return
	}
	if milliseconds {
		m.diagnose(SeverityInfo, TimestampInMilliseconds, container, key, "the time is in milliseconds and was sent in seconds")
	}
	record.SetUint("ts", uint64(seconds))
}

// epochSeconds reads a time: a number or numeric text of seconds, or of milliseconds from fromMilliseconds up, or ISO 8601
// text. Fractions are floored. What is not positive or beyond uint32 is no time.
func epochSeconds(v document.Value) (seconds uint32, milliseconds, ok bool) {
	switch v.Kind() {
	case document.Number:
		return numericSeconds(v.Bytes())
	case document.String:
		if text := v.Bytes(); isNumeric(text) {
			return numericSeconds(text)
		}
		seconds, ok := isoSeconds(v.Bytes())
		return seconds, false, ok
	default:
		return 0, false, false
	}
}

// isNumeric reports whether text has only what decimal numbers are written with, so that hexadecimal numbers, infinities
// and dates are none. A minus sign within digits and without an exponent makes a date.
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
	return len(text) > 0
}

// numericSeconds reads a decimal number as a time.
func numericSeconds(text []byte) (seconds uint32, milliseconds, ok bool) {
	number, err := strconv.ParseFloat(string(text), 64)
	if err != nil {
		return 0, false, false
	}
	if number >= fromMilliseconds {
		milliseconds, number = true, number/1000
	}
	number = math.Floor(number)
	if number < 1 || number > math.MaxUint32 {
		return 0, false, false
	}
	return uint32(number), milliseconds, true
}

// isoSeconds reads ISO 8601 as a time: a date (2026-11-23) is midnight UTC, a date and time (20261123T090317, say) may lack seconds,
// have a fraction, and end in Z, an offset or nothing, which is UTC. Digits alone never come here: they are a number.
func isoSeconds(text []byte) (uint32, bool) {
	s := isoScanner{text: text, ok: true}
	year := s.digits(4)
	extended := s.skip('-')
	month := s.digits(2)
	if extended {
		s.need('-')
	}
	day := s.digits(2)
	total := int64(0)
	if s.ok && len(s.text) > 0 {
		total = s.time()
	}
	if !s.ok || len(s.text) > 0 || month < 1 || month > 12 || day < 1 || day > daysIn(year, month) {
		return 0, false
	}
	total += daysFromEpoch(year, month, day) * secondsPerDay
	if total < 1 || total > math.MaxUint32 {
		return 0, false
	}
	return uint32(total), true
}

const secondsPerDay = 24 * 60 * 60

// isoScanner reads a text from the front; ok turns false at the first thing that does not fit.
type isoScanner struct {
	text []byte
	ok   bool
}

// digits reads a number of so many digits.
func (s *isoScanner) digits(count int) int {
	if len(s.text) < count {
		s.ok = false
		return 0
	}
	number := 0
	for _, c := range s.text[:count] {
		if c < '0' || c > '9' {
			s.ok = false
			return 0
		}
		number = number*10 + int(c-'0')
	}
	s.text = s.text[count:]
	return number
}

// skip reads one character if it is next.
func (s *isoScanner) skip(c byte) bool {
	if len(s.text) == 0 || s.text[0] != c {
		return false
	}
	s.text = s.text[1:]
	return true
}

// need reads one character that must be next.
func (s *isoScanner) need(c byte) {
	if !s.skip(c) {
		s.ok = false
	}
}

// atDigit reports whether a digit is next.
func (s *isoScanner) atDigit() bool { return len(s.text) > 0 && s.text[0] >= '0' && s.text[0] <= '9' }

// time reads `T`, a time of day and a zone, and returns the seconds since midnight UTC. 24:00 is the end of the day, and a
// leap second is taken for the one after it.
func (s *isoScanner) time() int64 {
	if !s.skip('T') && !s.skip('t') {
		s.need(' ')
	}
	hour, minute, second := s.digits(2), 0, 0
	extended := s.skip(':')
	if extended || s.atDigit() {
		minute = s.digits(2)
	}
	if (extended && s.skip(':')) || (!extended && s.atDigit()) {
		second = s.digits(2)
		if s.skip('.') || s.skip(',') {
			s.fraction()
		}
	}
	if hour > 24 || minute > 59 || second > 60 || (hour == 24 && minute+second > 0) {
		s.ok = false
	}
	return int64(hour*3600+minute*60+second) - s.zone()
}

// fraction skips one digit or more.
func (s *isoScanner) fraction() {
	if !s.atDigit() {
		s.ok = false
	}
	for s.atDigit() {
		s.text = s.text[1:]
	}
}

// zone reads Z, an offset (+05:30, +0530, +05) or nothing, and returns its seconds east of UTC.
func (s *isoScanner) zone() int64 {
	if len(s.text) == 0 || s.skip('Z') || s.skip('z') {
		return 0
	}
	east := s.skip('+')
	if !east {
		s.need('-')
	}
	hours, minutes := s.digits(2), 0
	if s.skip(':') || s.atDigit() {
		minutes = s.digits(2)
	}
	if hours > 23 || minutes > 59 {
		s.ok = false
	}
	seconds := int64(hours*3600 + minutes*60)
	if !east {
		return -seconds
	}
	return seconds
}

// daysIn returns the length of a month.
func daysIn(year, month int) int {
	switch month {
	case 2:
		if year%4 == 0 && (year%100 != 0 || year%400 == 0) {
			return 29
		}
		return 28
	case 4, 6, 9, 11:
		return 30
	default:
		return 31
	}
}

// daysFromEpoch counts the days from 1 January 1970. Years begin in March here, so that a leap day comes last.
func daysFromEpoch(year, month, day int) int64 {
	if month <= 2 {
		year--
		month += 12
	}
	return int64(365*year + year/4 - year/100 + year/400 + (153*(month-3)+2)/5 + day - 719469)
}
