package javascript

// dateKeywordClass says what kind of word stands in a date.
type dateKeywordClass uint8

const (
	dateUnknownWord dateKeywordClass = iota
	dateMonthName
	dateMeridiem
	dateZoneName
	// dateTimeMark is the T between date and time.
	dateTimeMark
)

// dateKeyword is the meaning of a word in a date.
type dateKeyword struct {
	class dateKeywordClass
	// value is the number of the month, what AM or PM adds to the hour, or the zone's offset from UTC in hours.
	value int8
}

// lookUpDateKeyword returns what word means, whatever its case. A word is known by its first three letters; only the name
// of a month may go on after them, with anything.
func lookUpDateKeyword(word string) dateKeyword {
	var prefix [3]byte
	for i := 0; i < len(word) && i < len(prefix); i++ {
		prefix[i] = word[i] | 0x20
	}
	name := string(prefix[:min(len(word), len(prefix))])
	if month := monthNumber(name); month > 0 {
		return dateKeyword{class: dateMonthName, value: month}
	}
	if len(word) > len(prefix) {
		return dateKeyword{}
	}
	switch name {
	case "am":
		return dateKeyword{class: dateMeridiem, value: 0}
	case "pm":
		return dateKeyword{class: dateMeridiem, value: 12}
	case "t":
		return dateKeyword{class: dateTimeMark}
	}
	if hours, ok := zoneHours(name); ok {
		return dateKeyword{class: dateZoneName, value: hours}
	}
	return dateKeyword{}
}

// monthNumber returns the number of a month by the first three letters of its name, 0 if there is no such month.
func monthNumber(name string) int8 {
	switch name {
	case "jan":
		return 1
	case "feb":
		return 2
	case "mar":
		return 3
	case "apr":
		return 4
	case "may":
		return 5
	case "jun":
		return 6
	case "jul":
		return 7
	case "aug":
		return 8
	case "sep":
		return 9
	case "oct":
		return 10
	case "nov":
		return 11
	case "dec":
		return 12
	}
	return 0
}

// zoneHours returns the offset from UTC of the zones that V8 knows by name: those of RFC 2822.
func zoneHours(name string) (hours int8, ok bool) {
	switch name {
	case "ut", "utc", "z", "gmt":
		return 0, true
	case "edt":
		return -4, true
	case "est", "cdt":
		return -5, true
	case "cst", "mdt":
		return -6, true
	case "mst", "pdt":
		return -7, true
	case "pst":
		return -8, true
	}
	return 0, false
}
