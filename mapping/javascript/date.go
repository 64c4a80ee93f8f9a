package javascript

import "math"

// Units in milliseconds, and the largest distance from 1970 that a Date can hold (TimeClip).
const (
	msPerSecond = 1000
	msPerMinute = 60 * msPerSecond
	msPerHour   = 60 * msPerMinute
	msPerDay    = 24 * msPerHour
	maxDateMS   = 100_000_000 * msPerDay
)

// ParseDate returns new Date(s).getTime(), the milliseconds since 1970-01-01T00:00:00Z that V8 reads from s when the
// local time is UTC. ok is false, and ms NaN, for what is an Invalid Date there.
//
// ECMA-262 defines one format (see parseISO) and leaves all others to the implementation. V8 goes on with lenient rules
// (see parseLegacy), so "March 3, 2021", "03/04/2021", "Wed, 03 Mar 2021 12:13:14 GMT" and even "0" are dates.
func ParseDate(s string) (ms float64, ok bool) {
	p := dateParser{scan: newDateScanner(s)}
	p.day.month = unset
	p.clock.meridiem = unset
	p.zone = dateZone{hour: unset, minute: unset}
	if !p.parse() {
		return math.NaN(), false
	}
	t, ok := p.milliseconds()
	if !ok {
		return math.NaN(), false
	}
	return float64(t), true
}

// dateParser is one reading of a date: the text and what has been found in it.
type dateParser struct {
	scan  dateScanner
	day   dateDay
	clock dateClock
	zone  dateZone
	// sawNumber says that a number has been read; from then on, words that mean nothing are errors.
	sawNumber bool
}

// parse reads the whole text; it is false when the text can't be a date.
func (p *dateParser) parse() bool {
	outcome, token := p.parseISO()
	switch outcome {
	case isoInvalid:
		return false
	case isoComplete:
		return true
	}
	return p.parseLegacy(token)
}

// milliseconds returns the time that was read; it is false when a part is out of its range or the whole out of a Date's.
func (p *dateParser) milliseconds() (int64, bool) {
	year, month, day, ok := p.day.resolve()
	if !ok {
		return 0, false
	}
	clock, ok := p.clock.resolve()
	if !ok {
		return 0, false
	}
	offset, ok := p.zone.resolve()
	if !ok {
		return 0, false
	}
	t := daysSinceEpoch(year, month, day)*msPerDay + clock - offset
	return t, -maxDateMS <= t && t <= maxDateMS
}

// daysSinceEpoch returns the days from 1970-01-01 to a day of the proleptic Gregorian calendar (MakeDay). A day past
// the end of its month counts on into the next.
func daysSinceEpoch(year, month, day int) int64 {
	// Years that begin in March put the leap day at the end: every month then starts a fixed number of days into its
	// year, and 400 years have the same number of days.
	y := int64(year)
	if month <= 2 {
		y--
	}
	era := y / 400
	if y < 0 {
		era = (y - 399) / 400
	}
	yearOfEra := y - era*400
	dayOfYear := int64((153*((month+9)%12)+2)/5 + day - 1)
	const daysPerEra, daysToEpoch = 146097, 719468
	return era*daysPerEra + yearOfEra*365 + yearOfEra/4 - yearOfEra/100 + dayOfYear - daysToEpoch
}
