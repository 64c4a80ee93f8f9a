package javascript

// isoOutcome is what the reading of the standard format came to.
type isoOutcome uint8

const (
	// isoComplete: the whole text is a date of the standard format.
	isoComplete isoOutcome = iota
	// isoInvalid: the text can't be a date, since what follows a T isn't a time.
	isoInvalid
	// isoUnfinished: the text isn't of the standard format, or goes on after it. What has been read is kept.
	isoUnfinished
)

// parseISO reads ECMA-262's Date Time String Format: [±YY]YYYY[-MM[-DD]][THH:mm[:ss[.sss]][Z|±HH:mm]], with V8's
// extensions: any number of fraction digits, ±HHmm, a lower-case t or z, a time after less than a full date. A date
// alone is in UTC, a date with time and no zone in local time. If the outcome is isoUnfinished, the token is the first
// that the lenient rules must look at.
func (p *dateParser) parseISO() (isoOutcome, dateToken) {
	if token, ok := p.isoDate(); !ok {
		return isoUnfinished, token
	}
	if next := p.scan.peek; next.kind != dateWord || next.word.class != dateTimeMark {
		if next.kind != dateEnd {
			return isoUnfinished, p.scan.next()
		}
	} else {
		p.scan.next()
		if !p.isoTime() || !p.isoZone() || p.scan.peek.kind != dateEnd {
			return isoInvalid, dateToken{}
		}
	}
	p.day.iso = true
	return isoComplete, dateToken{}
}

// isoDate reads year, month and day. When they don't follow the format, it returns the token to go on with.
func (p *dateParser) isoDate() (dateToken, bool) {
	if p.scan.peek.isSign() {
		sign := p.scan.next()
		if !p.scan.peek.isDigits(6) {
			return sign, false
		}
		year := p.scan.next().number
		if year == 0 && sign.sign() < 0 {
			return sign, false
		}
		p.day.add(year * sign.sign())
	} else if p.scan.peek.isDigits(4) {
		p.day.add(p.scan.next().number)
	} else {
		return p.scan.next(), false
	}
	for _, inRange := range [...]func(int) bool{isMonth, isDayOfMonth} {
		if !p.scan.skip('-') {
			break
		}
		if !p.scan.peek.isDigits(2) || !inRange(p.scan.peek.number) {
			return p.scan.next(), false
		}
		p.day.add(p.scan.next().number)
	}
	return dateToken{}, true
}

// isoTime reads the time after the T. 24 is an hour only with zeros after it.
func (p *dateParser) isoTime() bool {
	if !p.scan.peek.isDigits(2) || p.scan.peek.number > 24 {
		return false
	}
	hour := p.scan.next().number
	p.clock.add(hour)
	mayBe := func(n int) bool { return isSixtieth(n) && (hour < 24 || n == 0) }
	if !p.scan.skip(':') || !p.scan.peek.isDigits(2) || !mayBe(p.scan.peek.number) {
		return false
	}
	p.clock.add(p.scan.next().number)
	if !p.scan.skip(':') {
		return true
	}
	if !p.scan.peek.isDigits(2) || !mayBe(p.scan.peek.number) {
		return false
	}
	p.clock.add(p.scan.next().number)
	if !p.scan.skip('.') {
		return true
	}
	if p.scan.peek.kind != dateNumber || hour == 24 && p.scan.peek.number > 0 {
		return false
	}
	p.clock.add(fractionMilliseconds(p.scan.next()))
	return true
}

// isoZone reads the zone after the time, if there is one.
func (p *dateParser) isoZone() bool {
	if p.scan.peek.isZ() {
		p.scan.next()
		p.zone.setHours(0)
		return true
	}
	if !p.scan.peek.isSign() {
		return true
	}
	p.zone.sign = p.scan.next().sign()
	if p.scan.peek.isDigits(4) {
		n := p.scan.next().number
		p.zone.hour, p.zone.minute = n/100, n%100
	} else {
		if !p.scan.peek.isDigits(2) {
			return false
		}
		p.zone.hour = p.scan.next().number
		if !p.scan.skip(':') || !p.scan.peek.isDigits(2) {
			return false
		}
		p.zone.minute = p.scan.next().number
	}
	return isHour(p.zone.hour) && isSixtieth(p.zone.minute)
}

// fractionMilliseconds returns the milliseconds that the digits after a decimal point give, cut off after the third. V8
// counts at most nine digits but has dropped leading zeros before, so that longer fractions which begin with zeros come
// out larger than they are; so they do here.
func fractionMilliseconds(fraction dateToken) int {
	n := fraction.number
	for length := fraction.length; length < 3; length++ {
		n *= 10
	}
	for length := min(fraction.length, 9); length > 3; length-- {
		n /= 10
	}
	return n
}
