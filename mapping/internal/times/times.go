package times

import "time"

// Parse reads ISO 8601 text as seconds since 1970: a date (2026-11-23) is midnight UTC; a date and time
// (20261123T090317, say) may lack minutes or seconds, have a fraction, which is floored, and end in Z, an
// offset or nothing, which is UTC. Years have four digits. Digits alone are a date here; whoever takes
// numbers for times looks for those first.
//
// The calendar is the standard library's and the grammar is not: time.Parse needs a layout for each form, of
// which there are over a hundred, and takes neither 24:00 nor leap seconds. BenchmarkParse compares the two.
// Where the first layout fits they are equal (some 50 ns); with layouts in turn, an offset without a colon
// costs 12 times as much, a date alone 125 times, with 48 allocations.
func Parse(text []byte) (seconds int64, ok bool) {
	s := scanner{text: text, ok: true}
	year := s.digits(4)
	extended := s.skip('-')
	month := s.digits(2)
	if extended {
		s.need('-')
	}
	day := s.digits(2)
	if s.ok && len(s.text) > 0 {
		seconds = s.time()
	}
	if !s.ok || len(s.text) > 0 {
		return 0, false
	}
	midnight := time.Date(year, time.Month(month), day, 0, 0, 0, 0, time.UTC)
	if month < 1 || month > 12 || midnight.Day() != day {
		return 0, false // the library would make it a day of a neighbouring month
	}
	return midnight.Unix() + seconds, true
}

// scanner reads a text from the front; ok turns false at the first thing that does not fit.
type scanner struct {
	text []byte
	ok   bool
}

// digits reads a number of so many digits.
func (s *scanner) digits(count int) int {
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
func (s *scanner) skip(c byte) bool {
	if len(s.text) == 0 || s.text[0] != c {
		return false
	}
	s.text = s.text[1:]
	return true
}

// need reads one character that must be next.
func (s *scanner) need(c byte) {
	if !s.skip(c) {
		s.ok = false
	}
}

// atDigit reports whether a digit is next.
func (s *scanner) atDigit() bool { return len(s.text) > 0 && s.text[0] >= '0' && s.text[0] <= '9' }

// time reads `T`, a time of day and a zone, and returns the seconds since midnight UTC. 24:00 is the end of
// the day, and a leap second is taken for the one after it.
func (s *scanner) time() int64 {
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
func (s *scanner) fraction() {
	if !s.atDigit() {
		s.ok = false
	}
	for s.atDigit() {
		s.text = s.text[1:]
	}
}

// zone reads Z, an offset (+05:30, +0530, +05) or nothing, and returns its seconds east of UTC.
func (s *scanner) zone() int64 {
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
