package check

import (
	"bytes"
	"math"
	"strconv"
	"time"

	"github.com/rudder-clevertap/rudder-clevertap/clevertap"
	"github.com/rudder-clevertap/rudder-clevertap/mapping/document"
	"github.com/rudder-clevertap/rudder-clevertap/mapping/internal/times"
)

// isDate: $D_ and whole seconds.
func isDate(_ *Checker, v document.Value) bool {
	seconds, found := bytes.CutPrefix(v.Bytes(), []byte(clevertap.DatePrefix))
	seconds = bytes.TrimPrefix(seconds, []byte("-"))
	return v.Kind() == document.String && found && len(seconds) > 0 && isDigits(seconds)
}

// isDigits reports whether a text is nothing but digits.
func isDigits(text []byte) bool {
	for _, char := range text {
		if char < '0' || char > '9' {
			return false
		}
	}
	return true
}

// birth writes a date of birth as CleverTap takes it.
func birth(c *Checker, v document.Value) (document.Value, bool) {
	seconds, ok := int64(0), false
	switch v.Kind() {
	case document.Number:
		if literal := v.Bytes(); isEightDigits(literal) {
			seconds, ok = bornOn(times.Parse(literal))
		}
		if !ok {
			number, err := v.Double()
			seconds, ok = bornAt(number)
			ok = ok && err == nil
		}
	case document.String:
		seconds, ok = bornText(c, bytes.TrimSpace(bytes.TrimPrefix(bytes.TrimSpace(v.Bytes()), []byte(clevertap.DatePrefix))))
	default:
	}
	if !ok {
		return v, false
	}
	return c.Doc.Build(func(dst []byte) []byte { return strconv.AppendInt(append(dst, clevertap.DatePrefix...), seconds, 10) }), true
}

// bornText reads a date of birth that is a text.
func bornText(c *Checker, text []byte) (int64, bool) {
	if seconds, ok := bornOn(times.Parse(text)); ok {
		return seconds, true
	}
	if seconds, ok := bornOn(times.ParseDate(text, c.To.Checks.Order)); ok {
		return seconds, true
	}
	digits := bytes.TrimPrefix(text, []byte("-"))
	if len(digits) == 0 || digits[0] < '0' || digits[0] > '9' || len(bytes.Trim(digits, ".0123456789")) > 0 {
		return 0, false
	}
	number, err := strconv.ParseFloat(string(text), 64)
	seconds, ok := bornAt(number)
	return seconds, ok && err == nil
}

// isEightDigits: 19900403.
func isEightDigits(text []byte) bool { return len(text) == 8 && isDigits(text) }

// Dates of birth lie between these years. A year beyond is a slip, or stands for no date at all.
const (
	firstYear = 1850
	lastYear  = 2100
)

// bornOn reports whether a time can be that of a birth.
func bornOn(seconds int64, ok bool) (int64, bool) {
	year := time.Unix(seconds, 0).UTC().Year()
	return seconds, ok && year >= firstYear && year < lastYear
}

// leastSeconds is the least number, on either side of 1970, that is taken for a time: 0 and -1 stand for no
// date, four digits are a year, and five are the days of spreadsheets.
const leastSeconds = 100_000

// bornAt reads a number of seconds, or else of milliseconds, since 1970.
func bornAt(number float64) (int64, bool) {
	if math.IsNaN(number) || math.Abs(number) < leastSeconds || math.Abs(number) > 1e15 {
		return 0, false
	}
	if seconds, ok := bornOn(int64(math.Floor(number)), true); ok {
		return seconds, true
	}
	return bornOn(int64(math.Floor(number/1000)), true)
}

// birthExamples are examples of dates of birth.
func birthExamples() []Example {
	ordered := func(order, given, mended string) Example {
		e := trait("birthday", given, mended)
		e.Settings = `"dateOrder":"` + order + `"`
		return e
	}
	return []Example{
		trait("birthday", `"1990-04-03"`, `"$D_639100800"`), trait("birthday", `639100800`, `"$D_639100800"`),
		trait("birthday", `639100800000`, `"$D_639100800"`), trait("birthday", `"3 April 1990"`, `"$D_639100800"`),
		trait("birthday", `"30/04/1990"`, `"$D_641433600"`), ordered("dmy", `"03/04/1990"`, `"$D_639100800"`),
		ordered("mdy", `"04/03/1990"`, `"$D_639100800"`), trait("birthday", `"03/04/1990"`, ""), trait("birthday", `"1990-02-30"`, ""),
		trait("birthday", `"unknown"`, ""),
	}
}
