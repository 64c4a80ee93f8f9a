package javascript

import (
	"fmt"
	"math/rand/v2"
	"strings"
)

// likelyDate returns a text in one of the notations in which people and programs write dates, often slightly wrong.
func likelyDate(r *rand.Rand) string {
	return pick(r, isoText, isoText, numericDate, monthDate, rfcDate)(r)
}

// number returns n with at least width digits, mostly.
func number(r *rand.Rand, n, width int) string {
	if r.IntN(8) == 0 {
		return fmt.Sprint(n)
	}
	return fmt.Sprintf("%0*d", width, n)
}

func yearText(r *rand.Rand) string {
	return pick(r,
		func() string { return number(r, 1990+r.IntN(60), 4) },
		func() string { return number(r, 1990+r.IntN(60), 4) },
		func() string { return number(r, r.IntN(10000), 4) },
		func() string { return number(r, r.IntN(100), 2) },
		func() string { return pick(r, "+", "-") + number(r, r.IntN(pick(r, 10, 3000, 300000)), 6) },
	)()
}

func isoText(r *rand.Rand) string {
	text := yearText(r)
	if r.IntN(10) > 0 {
		text += "-" + number(r, r.IntN(14), 2)
		if r.IntN(10) > 0 {
			text += "-" + number(r, r.IntN(33), 2)
		}
	}
	if r.IntN(4) == 0 {
		return text
	}
	return text + pick(r, "T", "T", "T", "t", " ", "") + clockText(r) + zoneText(r)
}

// clockText returns a time of day.
func clockText(r *rand.Rand) string {
	text := number(r, r.IntN(26), 2) + ":" + number(r, r.IntN(62), 2)
	if r.IntN(12) == 0 {
		text = pick(r, "24:00", "24:00:00", "24:00:00.000", "24:00:01", "24:01", "12:00", "00:00", "12::5", "12:5.")
	}
	if r.IntN(4) > 0 {
		text += ":" + number(r, r.IntN(62), 2)
		if r.IntN(2) == 0 {
			text += pick(r, ".", ".", ".", ",", ":") + number(r, r.IntN(pick(r, 10, 1000, 1_000_000_000)), 1+r.IntN(14))
		}
	}
	return text + pick(r, "", "", "", "", " AM", " PM", "PM", " am", " a.m.")
}

// zoneText returns a zone or nothing.
func zoneText(r *rand.Rand) string {
	offset := fmt.Sprintf("%02d%s%02d", r.IntN(26), pick(r, ":", ":", ""), r.IntN(62))
	return pick(r,
		"", "", "Z", "z", " Z", " GMT", " UTC", "UTC", " PST", " EDT", " IST", " CET", " (comment)",
		"+"+offset, "-"+offset, " +"+offset, " GMT"+"+"+offset, " UTC-"+offset, "+5", "-08", " GMT-8", "+05:", "+12345", " GMT+0530 (IST)")
}

func numericDate(r *rand.Rand) string {
	separator := pick(r, "/", "-", ".", " ", "/", ", ")
	day, month, year := number(r, r.IntN(33), 2), number(r, r.IntN(14), 2), yearText(r)
	text := strings.Join(pick(r, []string{month, day, year}, []string{day, month, year}, []string{year, month, day}, []string{month, day}, []string{year}), separator)
	if r.IntN(2) == 0 {
		text += pick(r, " ", " ", ", ", "  ", "T") + clockText(r) + zoneText(r)
	}
	return text
}

func monthDate(r *rand.Rand) string {
	month := pick(r, "Jan", "feb", "MARCH", "Apr.", "may", "June", "Jul", "August", "Sept", "october", "Nov", "December", "Foo", "Ma", "Marzo")
	day, year := number(r, r.IntN(33), 1)+pick(r, "", "", "", ",", "st", "th"), yearText(r)
	text := strings.Join(pick(r, []string{month, day, year}, []string{day, month, year}, []string{year, month, day}, []string{month, year}, []string{day, month}),
		pick(r, " ", " ", "-", ", ", "/"))
	if r.IntN(2) == 0 {
		text = pick(r, text+" "+clockText(r)+zoneText(r), clockText(r)+zoneText(r)+" "+text)
	}
	return text
}

func rfcDate(r *rand.Rand) string {
	weekday := pick(r, "Wed, ", "Wednesday ", "wed ", "", "Mi. ", "(x) ")
	return weekday + number(r, 1+r.IntN(31), 2) + " " + pick(r, "Mar", "Dec", "Jan") + " " + yearText(r) + " " + clockText(r) + zoneText(r)
}

// dateAtoms are pieces that mean something to the lenient rules.
func dateAtoms() []string {
	return []string{
		"0", "1", "00", "5", "12", "24", "31", "32", "59", "60", "99", "100", "2021", "03", "2021-03-03", "12:30", "1234567", "999999999", "12345678901",
		":", "::", ".", "-", "+", ")", "(", "(a(b)", "()", "/", ",", " ", "  ", "T", "t", "Z", "z", "AM", "pm", "UTC", "GMT", "EST", "pdt", "UT",
		"jan", "March", "Sept", "x", "xyz", "day", "_", "[", "é", "\u00a0", "\u2003", "\ufeff", "\u0085", "\u2028", "\x00", "\t", "\n", "@", "'", "+5", "-0800", "+05:30", "😀",
	}
}

// dateSoup returns pieces of dates in any order.
func dateSoup(r *rand.Rand) string {
	atoms := dateAtoms()
	var text strings.Builder
	for range 1 + r.IntN(7) {
		text.WriteString(pick(r, atoms...))
		if r.IntN(3) == 0 {
			text.WriteByte(' ')
		}
	}
	return text.String()
}

// mutate returns text with a character or piece removed, doubled, inserted or replaced.
func mutate(r *rand.Rand, text string) string {
	for range 1 + r.IntN(3) {
		i := r.IntN(len(text) + 1)
		end := min(len(text), i+r.IntN(3))
		text = text[:i] + pick(r, "", text[i:end]+text[i:end], pick(r, dateAtoms()...)) + text[end:]
	}
	return strings.ToValidUTF8(text, "?")
}
