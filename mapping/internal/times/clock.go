package times

// clock reads a time of day and returns its seconds since midnight. Within ISO 8601, minutes may be missing and
// colons may be left out; 24:00 is the end of the day, and a leap second is taken for the one after it.
func (s *scanner) clock() int64 {
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
	return int64(hour*3600 + minute*60 + second)
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

// zones are the names of zones that say one thing, by their hours east of UTC: those of RFC 2822.
//
//nolint:gochecknoglobals // A table; nothing writes to it.
var zones = []struct {
	name string
	east int
}{
	{"Z", 0}, {"UTC", 0}, {"GMT", 0}, {"UT", 0},
	{"EST", -5}, {"EDT", -4}, {"CST", -6}, {"CDT", -5}, {"MST", -7}, {"MDT", -6}, {"PST", -8}, {"PDT", -7},
}

// zone reads the name of a zone, an offset (+05:30, +0530, +05), both (GMT+0530) or nothing, which is UTC, and
// returns its seconds east of UTC. Blanks may stand before each.
func (s *scanner) zone() int64 {
	if len(s.text) == 0 {
		return 0
	}
	s.blanks()
	name := s.word()
	rest := s.text
	s.blanks()
	if len(s.text) > 0 && (s.text[0] == '+' || s.text[0] == '-') {
		return s.offset()
	}
	s.text = rest
	for _, z := range zones {
		if same(name, z.name) {
			return int64(z.east * 3600)
		}
	}
	s.ok = false
	return 0
}

// offset reads an offset and returns its seconds east of UTC.
func (s *scanner) offset() int64 {
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
