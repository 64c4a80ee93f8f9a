package times

// months and weekdays are named as RFC 2822 and JavaScript name them.
//
//nolint:gochecknoglobals // Tables; nothing writes to them.
var (
	months = []string{
		"Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec",
	}
	weekdays = []string{"Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"}
)

// named reads a time with the name of its month: RFC 2822 (Thu, 24 Mar 2016 17:46:45 +0000) and what JavaScript
// prints (Thu Mar 24 2016 17:46:45 GMT+0000 (UTC), Thu Mar 24 2016). The name of the weekday counts for
// nothing, whether it is there or not: the date says what it is.
func (s *scanner) named() (seconds int64) {
	name := s.word()
	if indexOf(weekdays, name) >= 0 {
		s.skip(',')
		s.blanks()
		name = s.word()
	}
	var day int
	if len(name) == 0 {
		day = s.upToTwoDigits()
		s.needBlanks()
		name = s.word()
		s.needBlanks()
	} else {
		s.needBlanks()
		day = s.upToTwoDigits()
		s.needBlanks()
	}
	month, year := indexOf(months, name)+1, s.year()
	if s.ok && len(s.text) > 0 {
		s.needBlanks()
		seconds = s.clock()
		seconds -= s.zone()
		s.comment()
	}
	return seconds + s.midnight(year, month, day)
}

// year reads a year of four digits, or of two as RFC 2822 reads what old programs write: 00 to 49 are of this
// century.
func (s *scanner) year() int {
	if len(s.text) > 2 && s.text[2] != ' ' {
		return s.digits(4)
	}
	year := s.digits(2)
	if year < 50 {
		return year + 2000
	}
	return year + 1900
}

// comment skips a text in brackets: the name of a zone whose offset was read.
func (s *scanner) comment() {
	rest := s.text
	s.blanks()
	if end := len(s.text) - 1; end > 0 && s.text[0] == '(' && s.text[end] == ')' {
		s.text = nil
		return
	}
	s.text = rest
}

// upToTwoDigits reads a number of one digit or two.
func (s *scanner) upToTwoDigits() int {
	if len(s.text) > 1 && s.text[1] >= '0' && s.text[1] <= '9' {
		return s.digits(2)
	}
	return s.digits(1)
}

// indexOf returns where a list has a name, in any letter case, or -1.
func indexOf(names []string, name []byte) int {
	for i, known := range names {
		if same(name, known) {
			return i
		}
	}
	return -1
}

// same compares letters of ASCII in any case.
func same(a []byte, b string) bool {
	if len(a) != len(b) {
		return false
	}
	for i := range a {
		if a[i]|0x20 != b[i]|0x20 {
			return false
		}
	}
	return true
}
