package javascript

// parseLegacy goes on where the standard format ended, with the lenient rules of V8:
//   - a number before a colon is part of the time, one before a point the seconds, and other numbers are the date;
//   - months are known by name, AM and PM after a time, the zones of RFC 2822 and offsets after a time or UTC;
//   - text in parentheses counts as nothing, other words only before the first number, other characters always.
//
// It begins with token, and is false when the text can't be a date.
func (p *dateParser) parseLegacy(token dateToken) bool {
	p.sawNumber = p.day.count > 0
	for ; token.kind != dateEnd; token = p.scan.next() {
		ok := true
		switch {
		case token.kind == dateNumber:
			p.sawNumber = true
			ok = p.legacyNumber(token.number)
		case token.kind == dateWord:
			ok = p.legacyWord(token.word)
		case token.isSign() && (p.zone.isUTC() || p.clock.count > 0):
			p.sawNumber = true
			ok = p.legacyOffset(token.sign())
		case token.isSign(), token.isSymbol(')'):
			ok = !p.sawNumber
		}
		if !ok {
			return false
		}
	}
	return true
}

// legacyNumber takes a number for what the next token and the parts read so far make of it.
func (p *dateParser) legacyNumber(n int) bool {
	if p.scan.skip(':') {
		return p.legacyClock(n)
	}
	if p.scan.skip('.') && p.clock.expects(n) {
		p.clock.add(n)
		if p.scan.peek.kind != dateNumber {
			return false
		}
		p.clock.complete(fractionMilliseconds(p.scan.next()))
		return true
	}
	if p.zone.expectsMinute(n) {
		p.zone.minute = n
		return true
	}
	if p.clock.expects(n) {
		p.clock.complete(n)
		next := p.scan.peek
		return next.kind == dateEnd || next.kind == dateSpace || next.isZ() || next.isSign()
	}
	if !p.day.add(n) {
		return false
	}
	p.scan.skip('-')
	return true
}

// legacyClock takes a number before a colon; two colons stand for a zero between them.
func (p *dateParser) legacyClock(n int) bool {
	if p.scan.skip(':') {
		if p.clock.count > 0 {
			return false
		}
		p.clock.add(n)
		p.clock.add(0)
		return true
	}
	if !p.clock.add(n) {
		return false
	}
	p.scan.skip('.')
	return true
}

// legacyWord takes a word. One without meaning must come before any number, and not touch the first.
func (p *dateParser) legacyWord(word dateKeyword) bool {
	switch {
	case word.class == dateMeridiem && p.clock.count > 0:
		p.clock.meridiem = int(word.value)
	case word.class == dateMonthName:
		p.day.month = int(word.value)
		p.scan.skip('-')
	case word.class == dateZoneName && p.sawNumber:
		p.zone.setHours(int(word.value))
	default:
		return !p.sawNumber && p.scan.peek.kind != dateNumber
	}
	return true
}

// legacyOffset takes what follows the sign of an offset: hours, hours and minutes together, or hours before a colon. The
// minutes after the colon are taken when they come.
func (p *dateParser) legacyOffset(sign int) bool {
	var number dateToken
	if p.scan.peek.kind == dateNumber {
		number = p.scan.next()
	}
	p.zone.sign = sign
	switch n := number.number; {
	case p.scan.peek.isSymbol(':'):
		p.zone.hour, p.zone.minute = n, unset
	case number.length == 1, number.length == 2:
		p.zone.hour, p.zone.minute = n, 0
	case number.length == 3, number.length == 4:
		p.zone.hour, p.zone.minute = n/100, n%100
	default:
		return false
	}
	return true
}
