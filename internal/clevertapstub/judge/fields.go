package judge

import (
	"net/url"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"unicode"

	"github.com/go-json-experiment/json/jsontext"
)

// field is a standard field of a profile.
type field struct {
	key  string
	code int
	is   func(jsontext.Value) bool
}

// fields are the standard fields of a profile that have a form. The first six stand in the order in which recorded replies
// show them looked at; one that does not have its form refuses the profile.
//
//nolint:gochecknoglobals // A table; nothing writes to it.
var fields = [...]field{
	{"Email", 515, isEmail},
	{"Phone", 516, text(`^\+[1-9][0-9]{4,14}$`)},
	{"Employed", 517, text(`^[YN]$`)},
	{"Education", 518, text(`^(School|College|Graduate)$`)},
	{"Married", 519, text(`^[YN]$`)},
	{"Age", 520, isAge},
	{"Gender", 514, text(`^[MF]$`)},
	{"DOB", Undocumented, text(`^\$D_-?[0-9]+$`)},
	{"Photo", Undocumented, isAddress},
	{"Name", Undocumented, text(``)},
	{"Customer Type", Undocumented, text(``)},
	{"MSG-email", Undocumented, isBoolean},
	{"MSG-push", Undocumented, isBoolean},
	{"MSG-sms", Undocumented, isBoolean},
	{"MSG-whatsapp", Undocumented, isBoolean},
	{"MSG-dndPhone", Undocumented, isBoolean},
	{"MSG-dndEmail", Undocumented, isBoolean},
	{"MSG-dndWhatsApp", Undocumented, isBoolean},
}

// formless are the other standard keys. An account's limit does not count them either.
//
//nolint:gochecknoglobals // A table; nothing writes to it.
var formless = [...]string{"identity", "Tz", "category-unsubscribe", "category-resubscribe"}

// isStandard reports whether a key is one of CleverTap's own.
func isStandard(key string) bool {
	return slices.Contains(formless[:], key) || slices.ContainsFunc(fields[:], func(f field) bool { return f.key == key })
}

// text returns the form of strings that match a pattern.
func text(pattern string) func(jsontext.Value) bool {
	form := regexp.MustCompile(pattern)
	return func(value jsontext.Value) bool {
		text, ok := textOf(value)
		return ok && form.MatchString(text)
	}
}

// isEmail: one address, local part and domain, the domain with a dot: the dot-atoms of RFC 5322, in any script.
func isEmail(value jsontext.Value) bool {
	address, ok := textOf(value)
	local, domain, at := strings.Cut(address, "@")
	if !ok || !at || !strings.Contains(domain, ".") {
		return false
	}
	for part := range strings.SplitSeq(local, ".") {
		if part == "" || strings.ContainsFunc(part, func(r rune) bool {
			return unicode.IsSpace(r) || unicode.IsControl(r) || strings.ContainsRune(`()<>[]:;@\,"`, r)
		}) {
			return false
		}
	}
	for label := range strings.SplitSeq(domain, ".") {
		if label == "" || strings.ContainsFunc(label, func(r rune) bool {
			return r != '-' && !unicode.IsLetter(r) && !unicode.IsDigit(r) && !unicode.IsMark(r)
		}) {
			return false
		}
	}
	return true
}

// isAge: years from 0 to 150, as a number or as digits.
func isAge(value jsontext.Value) bool {
	years, ok := numberOf(value)
	if digits, isText := textOf(value); isText {
		whole, err := strconv.ParseUint(digits, 10, 64)
		years, ok = float64(whole), err == nil
	}
	return ok && years >= 0 && years <= 150
}

// isAddress: an http or https address.
func isAddress(value jsontext.Value) bool {
	text, ok := textOf(value)
	if !ok || strings.ContainsFunc(text, unicode.IsSpace) {
		return false
	}
	address, err := url.Parse(text)
	return err == nil && (address.Scheme == "http" || address.Scheme == "https") && address.Host != ""
}

// isBoolean: true or false.
func isBoolean(value jsontext.Value) bool {
	return value.Kind() == jsontext.KindTrue || value.Kind() == jsontext.KindFalse
}

// operators are the keys of the objects that change an attribute instead of setting it, and what each takes.
//
//nolint:gochecknoglobals // A table; nothing writes to it.
var operators = map[string]func(jsontext.Value) bool{
	"$set": isFlatList, "$add": isFlatList, "$remove": isFlatList,
	"$delete": func(value jsontext.Value) bool { return !isNested(value) },
	"$incr":   isFinite, "$decr": isFinite,
}

// isOperator reports whether a value changes an attribute instead of setting it, and by which operator.
func isOperator(value jsontext.Value) (name string, ok bool) {
	change, isObject := parseObject(value)
	if !isObject || len(change) != 1 {
		return "", false
	}
	takes, known := operators[change[0].key]
	return change[0].key, known && takes(change[0].value)
}

// isFinite: a number that a double holds.
func isFinite(value jsontext.Value) bool {
	_, ok := numberOf(value)
	return ok
}

// isFlatList: one value, or a list of such.
func isFlatList(value jsontext.Value) bool {
	values, isArray := parseArray(value)
	if !isArray {
		return !isNested(value)
	}
	return !slices.ContainsFunc(values, isNested)
}
