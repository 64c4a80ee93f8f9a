package check

import (
	"strings"
	"unicode"

	"github.com/nyaruka/phonenumbers"

	"github.com/rudder-clevertap/rudder-clevertap/mapping/document"
)

// The plans of all countries are libphonenumber's, by a port of it. It reads them when the program starts,
// used or not: 6 to 8 ms and 2.5 MB of allocations, by GODEBUG=inittrace=1. Only numbers that CleverTap would
// refuse are read by it.

// validPhone: +, a digit from 1 to 9 and 4 to 14 more.
func validPhone(_ *Checker, v document.Value) bool {
	return v.Kind() == document.String && isPhone(string(v.Bytes()))
}

// isPhone reports whether CleverTap takes a phone.
func isPhone(text string) bool {
	if len(text) < 6 || len(text) > 16 || text[0] != '+' || text[1] == '0' {
		return false
	}
	for i := 1; i < len(text); i++ {
		if text[i] < '0' || text[i] > '9' {
			return false
		}
	}
	return true
}

// international writes a phone as CleverTap takes it.
func international(c *Checker, v document.Value) (document.Value, bool) {
	var text string
	switch v.Kind() {
	case document.String:
		text = v.Text()
	case document.Number:
		whole, ok := wholeNumber(v)
		if !ok {
			return v, false
		}
		text = whole
	case document.Array: // of one
		if one := v.First(); one.Exists() && !one.Next().Exists() && one.Kind() < document.Array {
			return international(c, one)
		}
		return v, false
	default:
		return v, false
	}
	number, ok := dialled(text)
	if !ok {
		return v, false
	}
	if number, ok = inPlan(number, c.To.Checks.Country); !ok || !isPhone(number) {
		return v, false
	}
	return c.Doc.NewString(number), true
}

// labels stand before numbers.
//
//nolint:gochecknoglobals // A table; nothing writes to it.
var labels = []string{"tel:", "tel.", "tel", "phone:", "whatsapp:"}

// dialled leaves of a text what the library reads: digits of ASCII, + in front where the number has a
// country's code, and what people put between digits. False when there is anything else: letters that would
// be read as digits, a second number.
func dialled(text string) (string, bool) {
	const longest = 64
	if len(text) > 4*longest {
		return "", false
	}
	text = strings.TrimSpace(asciiDigits(text))
	for _, label := range labels {
		if len(text) > len(label) && strings.EqualFold(text[:len(label)], label) {
			text = strings.TrimSpace(text[len(label):])
			break
		}
	}
	text = strings.TrimPrefix(text, "'") // as spreadsheets keep digits from being numbers
	text, _, _ = strings.Cut(text, ";ext=")
	text, _, _ = strings.Cut(text, " x")
	text, _, _ = strings.Cut(text, " ext")
	if strings.HasPrefix(text, "(+") || strings.HasPrefix(text, "+(") || strings.HasPrefix(text, "+ ") {
		text = "+" + strings.TrimLeft(text, "(+ ")
	}
	if abroad, found := strings.CutPrefix(text, "00"); found {
		text = "+" + abroad
	}
	foreign := func(char rune) bool { return !strings.ContainsRune("+0123456789 -./()", char) }
	if len(text) > longest || strings.LastIndexByte(text, '+') > 0 || strings.ContainsFunc(text, foreign) {
		return "", false
	}
	return text, text != ""
}

// asciiDigits writes the digits of all scripts in those of ASCII, dashes and blanks of all kinds as the plain
// ones, and leaves out what is not seen.
func asciiDigits(text string) string {
	return strings.Map(func(char rune) rune {
		switch {
		case char < unicode.MaxASCII:
			if unicode.IsSpace(char) {
				return ' '
			}
			return char
		case unicode.IsDigit(char):
			return '0' + digitOf(char)
		case unicode.IsSpace(char):
			return ' '
		case unicode.Is(unicode.Pd, char), char == '−':
			return '-'
		case unicode.Is(unicode.Cf, char):
			return -1
		case char == '＋':
			return '+'
		default:
			return char
		}
	}, text)
}

// digitOf returns the value of a decimal digit of any script. In Unicode they stand in tens, the zero first.
func digitOf(char rune) rune {
	for _, tens := range unicode.Nd.R16 {
		if char >= rune(tens.Lo) && char <= rune(tens.Hi) {
			return (char - rune(tens.Lo)) % 10
		}
	}
	for _, tens := range unicode.Nd.R32 {
		if char >= rune(tens.Lo) && char <= rune(tens.Hi) {
			return (char - rune(tens.Lo)) % 10
		}
	}
	return 0
}

// inPlan writes a number with its country's code, by the plans of the countries. A number as it is dialled at
// home needs a country. What is not written as one of the two is a number only if it is one in use there.
func inPlan(text, country string) (string, bool) {
	abroad := text[0] == '+'
	if !abroad && country == "" {
		return "", false
	}
	number, err := phonenumbers.Parse(text, country)
	if err != nil || phonenumbers.IsPossibleNumberWithReason(number) != phonenumbers.IS_POSSIBLE {
		return "", false
	}
	written := phonenumbers.Format(number, phonenumbers.E164)
	atHome := strings.HasPrefix(strings.TrimLeft(text, "("), "0")
	if !abroad && !atHome && !phonenumbers.IsValidNumber(number) || isOneDigit(written[2:]) {
		return "", false
	}
	return written, true
}

// IsCountry reports whether a text is a country whose phones are known, by two letters of ISO 3166-1.
func IsCountry(code string) bool {
	return len(code) == 2 && phonenumbers.GetCountryCodeForRegion(code) != 0
}

// isOneDigit reports whether a text repeats one digit: what stands in forms for no number.
func isOneDigit(text string) bool { return strings.Count(text, text[len(text)-1:]) == len(text) }

// phoneExamples are examples of phones.
func phoneExamples() []Example {
	india := func(given, mended string) Example {
		e := trait("phone", given, mended)
		e.Settings = `"defaultCountry":"IN"`
		return e
	}
	return []Example{
		india(`"98765 43210"`, `"+919876543210"`), india(`9876543210`, `"+919876543210"`), india(`"٠٩٨٧٦٥٤٣٢١٠"`, `"+919876543210"`),
		trait("phone", `"+44 (0)20 7946 0958"`, `"+442079460958"`), trait("phone", `"0044 20 7946 0958"`, `"+442079460958"`),
		trait("phone", `"98765 43210"`, ""), india(`"12"`, ""), india(`"unknown"`, ""),
	}
}
