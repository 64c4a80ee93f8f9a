package javascript

import "math"

// unset is the value of a part of a date that has not been given. It is in no part's range.
const unset = math.MaxInt

func isMonth(n int) bool       { return 1 <= n && n <= 12 }
func isDayOfMonth(n int) bool  { return 1 <= n && n <= 31 }
func isHour(n int) bool        { return 0 <= n && n <= 23 }
func isSixtieth(n int) bool    { return 0 <= n && n <= 59 }
func isMillisecond(n int) bool { return 0 <= n && n <= 999 }

// dateDay collects the numbers of a date that aren't a time, at most three, and the month if it was a name.
type dateDay struct {
	numbers [3]int
	count   int
	// month is 1 to 12, or unset.
	month int
	// iso says that the numbers are year, month and day, and that the year is meant as it stands.
	iso bool
}

// add takes the next number; it is false when there are three already.
func (d *dateDay) add(n int) bool {
	if d.count == len(d.numbers) {
		return false
	}
	d.numbers[d.count] = n
	d.count++
	return true
}

// resolve decides which number is which. A first number that can't be a day of a month is the year; otherwise the order
// is the American one, or day and year beside a named month. What is missing is 1, so the year 2001. A year of two
// digits is one from 1950 to 2049.
func (d *dateDay) resolve() (year, month, day int, ok bool) {
	if d.count == 0 {
		return 0, 0, 0, false
	}
	n := d.numbers
	for i := d.count; i < len(n); i++ {
		n[i] = 1
	}
	switch yearFirst := !isDayOfMonth(n[0]); {
	case d.month == unset && (d.iso || yearFirst):
		year, month, day = n[0], n[1], n[2]
	case d.month == unset:
		month, day, year = n[0], n[1], n[2]
	case yearFirst:
		year, month, day = n[0], d.month, n[1]
	default:
		day, month, year = n[0], d.month, n[1]
	}
	if !d.iso {
		year = fullYear(year)
	}
	// Far beyond what a Date can hold, but near enough for the arithmetic.
	const farthestYear = 1_000_000
	return year, month, day, isMonth(month) && isDayOfMonth(day) && -farthestYear <= year && year <= farthestYear
}

// fullYear returns the year that a year of two digits stands for.
func fullYear(year int) int {
	switch {
	case 0 <= year && year <= 49:
		return year + 2000
	case 50 <= year && year <= 99:
		return year + 1900
	}
	return year
}

// dateClock collects the time of day: hour, minute, second, millisecond.
type dateClock struct {
	numbers [4]int
	count   int
	// meridiem is what AM (0) or PM (12) adds to the hour, or unset.
	meridiem int
}

// add takes the next number; it is false when the time is complete already.
func (c *dateClock) add(n int) bool {
	if c.count == len(c.numbers) {
		return false
	}
	c.numbers[c.count] = n
	c.count++
	return true
}

// complete takes the last number of the time; what is missing is 0.
func (c *dateClock) complete(n int) {
	c.add(n)
	c.count = len(c.numbers)
}

// expects reports whether n can be the next number of a time that has begun.
func (c *dateClock) expects(n int) bool {
	switch c.count {
	case 1, 2:
		return isSixtieth(n)
	case 3:
		return isMillisecond(n)
	}
	return false
}

// resolve returns the time of day in milliseconds. 24:00 is allowed, for the end of a day.
func (c *dateClock) resolve() (int64, bool) {
	hour, minute, second, ms := c.numbers[0], c.numbers[1], c.numbers[2], c.numbers[3]
	if c.meridiem != unset {
		if hour > 12 {
			return 0, false
		}
		hour = hour%12 + c.meridiem
	}
	if !isHour(hour) || !isSixtieth(minute) || !isSixtieth(second) || !isMillisecond(ms) {
		if hour != 24 || minute != 0 || second != 0 || ms != 0 {
			return 0, false
		}
	}
	return int64(hour)*msPerHour + int64(minute)*msPerMinute + int64(second)*msPerSecond + int64(ms), true
}

// dateZone collects the offset from UTC.
type dateZone struct {
	// sign is 1 or -1, or 0 when no zone was given, which means local time: UTC here.
	sign int
	// hour and minute may be unset.
	hour, minute int
}

// setHours sets the zone to a whole number of hours, as a zone's name does.
func (z *dateZone) setHours(hours int) {
	*z = dateZone{sign: 1, hour: hours}
	if hours < 0 {
		*z = dateZone{sign: -1, hour: -hours}
	}
}

func (z *dateZone) isUTC() bool { return z.hour == 0 && z.minute == 0 }

// expectsMinute reports whether n can be the minutes of an offset of which only the hours are known.
func (z *dateZone) expectsMinute(n int) bool {
	return z.hour != unset && z.minute == unset && isSixtieth(n)
}

// resolve returns the offset in milliseconds. V8 keeps the seconds in 32 bits, so an absurd number of hours wraps round
// before it is refused.
func (z *dateZone) resolve() (int64, bool) {
	if z.sign == 0 {
		return 0, true
	}
	hour, minute := z.hour, z.minute
	if hour == unset {
		hour = 0
	}
	if minute == unset {
		minute = 0
	}
	seconds := uint32(hour)*3600 + uint32(minute)*60
	if seconds > math.MaxInt32 {
		return 0, false
	}
	return int64(z.sign) * int64(seconds) * msPerSecond, true
}
