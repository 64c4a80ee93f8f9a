package times

import "time"

// Parse reads a time as seconds since 1970. It takes
//
//   - ISO 8601: a date (2026-11-23) is midnight UTC; a date and time (20261123T090317, say) may lack minutes or
//     seconds, have a fraction, which is floored, a blank for the T, and end in a zone, behind a blank or not, or
//     in nothing, which is UTC. Years have four digits. Digits alone are a date here; whoever takes numbers for
//     times looks for those first.
//   - RFC 2822 and what JavaScript's Date prints: see named.
//
// The calendar is the standard library's and the grammar is not: time.Parse needs a layout for each form, of
// which there are over a hundred, and takes neither 24:00 nor leap seconds. BenchmarkParse compares the two.
// Where the first layout fits they are equal (some 50 ns); with layouts in turn, an offset without a colon
// costs 12 times as much, a date alone 125 times, with 48 allocations.
func Parse(text []byte) (seconds int64, ok bool) {
	s := scanner{text: text, ok: true}
	if len(text) > 2 && (text[0] > '9' || text[1] == ' ' || text[2] == ' ') {
		seconds = s.named()
	} else {
		seconds = s.iso()
	}
	if !s.ok || len(s.text) > 0 {
		return 0, false
	}
	return seconds, true
}

// iso reads ISO 8601, with a time of day or without.
func (s *scanner) iso() (seconds int64) {
	year := s.digits(4)
	extended := s.skip('-')
	month := s.digits(2)
	if extended {
		s.need('-')
	}
	day := s.digits(2)
	if s.ok && len(s.text) > 0 {
		if !s.skip('T') && !s.skip('t') {
			s.need(' ')
		}
		seconds = s.clock()
		seconds -= s.zone()
	}
	return seconds + s.midnight(year, month, day)
}

// midnight returns when a day begins in UTC. One that the calendar doesn't have is not ok: the library would make
// it a day of a neighbouring month.
func (s *scanner) midnight(year, month, day int) int64 {
	at := time.Date(year, time.Month(month), day, 0, 0, 0, 0, time.UTC)
	if month < 1 || month > 12 || at.Day() != day {
		s.ok = false
	}
	return at.Unix()
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

// blanks skips blanks.
func (s *scanner) blanks() {
	for s.skip(' ') {
	}
}

// needBlanks skips one blank or more.
func (s *scanner) needBlanks() {
	s.need(' ')
	s.blanks()
}

// word reads letters of ASCII; there may be none.
func (s *scanner) word() []byte {
	n := 0
	for n < len(s.text) && s.text[n]|0x20 >= 'a' && s.text[n]|0x20 <= 'z' {
		n++
	}
	word := s.text[:n]
	s.text = s.text[n:]
	return word
}
