package times

import (
	"bytes"
	"strings"
	"time"
)

// Order says how the numbers of a date are read that could be read in two ways: 03/04/1990.
type Order uint8

// The orders. The numbers are those of the contract's DateOrder.
const (
	// NoOrder: such dates are not read.
	NoOrder Order = iota
	// DayFirst: the third of April.
	DayFirst
	// MonthFirst: the fourth of March.
	MonthFirst
)

// ParseDate reads a date as people write it: numbers or an English name for the month, with slashes, dots,
// dashes or blanks between. The year has four digits. A weekday in front and a time behind are passed over:
// a date is a day. The result is its midnight UTC, in seconds since 1970.
func ParseDate(text []byte, order Order) (seconds int64, ok bool) {
	const longest = 64 // no date is longer
	if len(text) > longest {
		return 0, false
	}
	parts := bytes.FieldsFunc(bytes.ToLower(text), func(r rune) bool {
		return r == ' ' || r == '/' || r == '.' || r == '-' || r == ','
	})
	parts = withoutTime(parts)
	if len(parts) > 0 && isNamed(parts[0], fullWeekdays) {
		parts = parts[1:]
	}
	if len(parts) == 4 && string(parts[1]) == "of" { // the 2nd of April
		parts = append(parts[:1:1], parts[2:]...)
	}
	if len(parts) != 3 {
		return 0, false
	}
	year, month, day := yearMonthDay(parts, order)
	midnight := time.Date(year, time.Month(month), day, 0, 0, 0, 0, time.UTC)
	if year == 0 || month < 1 || month > 12 || day < 1 || midnight.Day() != day {
		return 0, false // the library would make it a day of a neighbouring month
	}
	return midnight.Unix(), true
}

// withoutTime leaves out a time of day at the end: `10:30:00 PM`.
func withoutTime(parts [][]byte) [][]byte {
	last := len(parts) - 1
	if last > 0 && (string(parts[last]) == "am" || string(parts[last]) == "pm") {
		last--
	}
	if last < 3 || len(bytes.Trim(parts[last], "0123456789:")) > 0 || bytes.IndexByte(parts[last], ':') < 1 {
		return parts
	}
	return parts[:last]
}

// yearMonthDay tells the three parts of a date apart; zeros when that can't be done.
func yearMonthDay(parts [][]byte, order Order) (year, month, day int) {
	a, b, c := number(parts[0]), number(parts[1]), number(parts[2])
	named := func(part []byte) int { return 1 + index(part, fullMonths) }
	switch {
	case len(parts[0]) == 4 && a > 0: // 1990-4-3, 1990 April 3
		if month := named(parts[1]); month > 0 {
			return a, month, c
		}
		return a, b, c
	case len(parts[2]) != 4 || c == 0:
		return 0, 0, 0
	case named(parts[0]) > 0: // April 3, 1990
		return c, named(parts[0]), b
	case named(parts[1]) > 0: // 3 April 1990
		return c, named(parts[1]), a
	case a > 12 || a == b || b <= 12 && order == DayFirst:
		return c, b, a
	case b > 12 || order == MonthFirst:
		return c, a, b
	default:
		return 0, 0, 0
	}
}

// number reads a number of at most four digits, `2nd` among them; 0 is none.
func number(part []byte) int {
	digits := part
	if end := len(part) - 2; end > 0 && index(part[end:], []string{"st", "nd", "rd", "th"}) >= 0 {
		digits = part[:end]
	}
	if len(digits) > 4 {
		return 0
	}
	n := 0
	for _, c := range digits {
		if c < '0' || c > '9' {
			return 0
		}
		n = n*10 + int(c-'0')
	}
	return n
}

//nolint:gochecknoglobals // Tables; nothing writes to them.
var (
	fullMonths = []string{
		"january", "february", "march", "april", "may", "june", "july", "august", "september", "october", "november",
		"december",
	}
	fullWeekdays = []string{"monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"}
)

// isNamed reports whether a part is one of the names, or short for one.
func isNamed(part []byte, names []string) bool { return index(part, names) >= 0 }

// index returns which of the names a part is, or is short for; -1 for none.
func index(part []byte, names []string) int {
	text := string(part)
	if text == "sept" {
		text = "sep"
	}
	for i, name := range names {
		if text == name || len(text) == 3 && strings.HasPrefix(name, text) {
			return i
		}
	}
	return -1
}
