package check

import (
	"math"
	"regexp"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/rudder-clevertap/rudder-clevertap/clevertap"
	"github.com/rudder-clevertap/rudder-clevertap/mapping/document"
	"github.com/rudder-clevertap/rudder-clevertap/mapping/internal/rules"
)

// valueRows are about keys and values. What is dropped is looked at no more; keys come first, since a nested
// value may be written under several.
func valueRows() []Row {
	return []Row{
		{
			Code: rules.ProhibitedCharacters, Severity: rules.SeverityInfo, Place: Key,
			Rule: "CleverTap prohibits some of the key's characters (" + clevertap.ProhibitedInEvents + " and, in profiles, #), and does not say what its server does with them",
			Examples: []Example{{
				Event: property("price %", `5`), Path: "properties.price %", At: "/evtData/price %", Report: `5`, Repair: `5`, Action: rules.Sent,
			}},
			wrong: func(c *Checker, v document.Value) bool {
				if c.profile {
					return hasAny(v.KeyBytes(), prohibitedInProfiles)
				}
				return hasAny(v.KeyBytes(), prohibitedInEvents)
			},
		},
		{
			Code: rules.EmptyKey, Refusal: clevertap.MalformedEventData, Severity: rules.SeverityError, Place: Value,
			Rule: "a key is not empty", Repair: "left out",
			Examples: []Example{{Event: property("", `5`), Path: "properties.", At: "/evtData/", Report: `5`, Action: rules.Dropped}},
			wrong:    func(_ *Checker, v document.Value) bool { return len(v.KeyBytes()) == 0 }, repair: drop,
		},
		{
			Code: rules.KeyTooLong, Refusal: clevertap.MalformedEventData, Severity: rules.SeverityError, Place: Value,
			Rule: "a key has at most 120 characters, unless limits say otherwise", Repair: "cut, and kept distinct from the others",
			Examples: []Example{{
				Event: property("größer", `5`), Settings: `"limits":{"keyCharacters":4}`, Path: "properties.größer", At: "/evtData/größ", Repair: `5`,
				Action: rules.Truncated,
			}},
			wrong: func(c *Checker, v document.Value) bool { return isLonger(v.KeyBytes(), c.Limits.KeyCharacters) }, repair: cutKey,
		},
		nestedRow(),
		{
			Code: rules.NumberOutOfRange, Refusal: clevertap.MalformedEventData, Severity: rules.SeverityError, Place: Value,
			Rule: "a number is one that a double holds", Repair: "sent as text",
			Examples: []Example{{
				Event: property("ratio", `1e400`), Path: "properties.ratio", At: "/evtData/ratio", Report: `1e400`, Repair: `"1e400"`,
				Action: rules.Converted,
			}},
			wrong: func(_ *Checker, v document.Value) bool { return v.Kind() == document.Number && overflows(v) },
			repair: func(c *Checker, v document.Value) outcome {
				c.replace(v, c.Doc.NewString(v.Text()))
				return converted
			},
		},
		{
			Code: rules.ValueTooLong, Refusal: clevertap.MalformedEventData, Severity: rules.SeverityError, Place: Value,
			Rule:   "a text has at most 512 bytes of UTF-8, unless limits say otherwise",
			Repair: "cut at a character's end; emails and photos, which would be others then, are left out",
			Examples: []Example{
				{
					Event: property("note", `"Größe"`), Settings: `"limits":{"valueBytes":3}`, Path: "properties.note", At: "/evtData/note",
					Report: `"Größe"`, Repair: `"Gr"`, Action: rules.Truncated,
				},
				{
					Event:    `"type":"identify","userId":"u","traits":{"email":"ada@example.com"}`,
					Settings: `"limits":{"valueBytes":12}`, Path: "traits.email", At: "/profileData/Email", Report: `"ada@example.com"`,
					Action: rules.Dropped,
				},
			},
			wrong: tooLong, repair: cutValue,
		},
		{
			Code: rules.NullValue, Severity: rules.SeverityWarning, Place: Value,
			Rule: "an item of a purchase has no nulls", Repair: "left out",
			Examples: []Example{{
				Event: order(`"products":[{"sku":"A","size":null}]`), Path: "properties.products[0].size", At: "/evtData/Items/0/size",
				Report: `null`, Action: rules.Dropped, Transformer: true,
			}},
			wrong: func(c *Checker, v document.Value) bool { return c.inItem && v.Kind() == document.Null }, repair: drop,
		},
	}
}

// property is the event of an example of a property.
func property(key, value string) string {
	return `"type":"track","userId":"u","event":"E","properties":{` + strconv.Quote(key) + `:` + value + `}`
}

// order is the event of an example of a purchase.
func order(properties string) string {
	return `"type":"track","userId":"u","event":"Order Completed","properties":{` + properties + `}`
}

// drop leaves a value out.
func drop(*Checker, document.Value) outcome { return dropped }

// isLonger reports whether a text has more than so many characters.
func isLonger(text []byte, most int) bool { return len(text) > most && utf8.RuneCount(text) > most }

// rename is a new key for a member, which it gets when all members have been looked at: so none is looked for by
// keys that change.
type rename struct {
	member document.Value
	key    string
}

// cutKey cuts a key at a character's end, and puts a number in the place of its end where another has it.
func cutKey(c *Checker, v document.Value) outcome {
	key, ok := c.freeKey(v.Key())
	if !ok {
		return dropped
	}
	if c.newKeys == nil {
		c.newKeys = map[string]bool{}
	}
	c.newKeys[key] = true
	c.renames = append(c.renames, rename{v, key})
	return truncated
}

// freeKey cuts a key to one that no other member has; false when none can be made.
func (c *Checker) freeKey(long string) (string, bool) {
	most := c.Limits.KeyCharacters
	key := firstCharacters(long, most)
	for c.isTaken(key) {
		suffix := "_" + strconv.Itoa(c.NextNumber())
		if len(suffix) >= most {
			return "", false
		}
		key = firstCharacters(long, most-len(suffix)) + suffix
	}
	return key, true
}

// isTaken reports whether another member has a key, or gets it.
func (c *Checker) isTaken(key string) bool { return c.newKeys[key] || c.object.Get(key).Exists() }

// renameAll gives members their new keys.
func (c *Checker) renameAll(of document.Value) {
	for _, r := range c.renames {
		if c.To.Checks.Nested == rules.Flatten && of.Get(r.key).Exists() { // by a field that was a member of an object
			if key, ok := c.freeKey(r.member.Key()); ok {
				r.key = key
			}
		}
		of.Rename(r.member, r.key)
	}
	c.renames, c.newKeys = nil, nil
}

// firstCharacters returns at most so many characters of a text.
func firstCharacters(text string, most int) string {
	for at := range text {
		if most--; most < 0 {
			return text[:at]
		}
	}
	return text
}

// overflows reports whether a number is beyond a double.
func overflows(v document.Value) bool {
	_, err := v.Double()
	return err != nil
}

// tooLong: an identity has a limit of its own.
func tooLong(c *Checker, v document.Value) bool {
	return v.Kind() == document.String && len(v.Bytes()) > c.Limits.ValueBytes &&
		(!c.profile || string(v.KeyBytes()) != "identity")
}

// cutValue cuts a text, unless it is a standard field that has a form: its beginning would be another one.
func cutValue(c *Checker, v document.Value) outcome {
	if c.profile && hasForm(v.KeyBytes()) {
		return dropped
	}
	c.replace(v, c.Doc.NewString(string(cut(v.Bytes(), c.Limits.ValueBytes))))
	return truncated
}

// hasForm reports whether a key is that of a standard field that has a form.
func hasForm(key []byte) bool {
	format, found := formats.get(key)
	return found && format != clevertap.Text
}

//nolint:gochecknoglobals // A table; nothing writes to it.
var formats = newFormats()

// newFormats makes the table of the formats of standard fields.
func newFormats() *names[clevertap.Format] {
	n := &names[clevertap.Format]{}
	for _, f := range clevertap.ProfileFields() {
		n.add(f.Name, f.Format)
	}
	return n
}

// wholeNumber returns the digits of a number that is whole and not negative.
func wholeNumber(v document.Value) (string, bool) {
	const exact = 1e15
	if literal := v.Bytes(); isDigits(literal) {
		return string(literal), true
	}
	number, err := v.Double()
	if err != nil || number < 0 || number > exact || number != math.Trunc(number) {
		return "", false
	}
	return strconv.FormatFloat(number, 'f', 0, 64), true
}

// The forms of numbers that people write: plain ones, and those with commas between thousands and a point
// behind, or the other way round.
var (
	plainNumber = regexp.MustCompile(`^[0-9]+(\.[0-9]+)?([eE][+-]?[0-9]+)?$`)
	commas      = regexp.MustCompile(`^[0-9]{1,3}(,[0-9]{3})+\.[0-9]+$`)
	points      = regexp.MustCompile(`^[0-9]{1,3}(\.[0-9]{3})+,[0-9]+$`)
)

// decimal reads a text that is a number, and returns it as the literal of a JSON number.
func decimal(text string) (string, bool) {
	const longest = 64
	if len(text) > longest {
		return "", false
	}
	digits := strings.TrimPrefix(strings.TrimSpace(asciiDigits(text)), "+")
	digits, negative := strings.CutPrefix(digits, "-")
	switch {
	case commas.MatchString(digits):
		digits = strings.ReplaceAll(digits, ",", "")
	case points.MatchString(digits):
		digits = strings.Replace(strings.ReplaceAll(digits, ".", ""), ",", ".", 1)
	case !plainNumber.MatchString(digits):
		return "", false
	}
	if _, err := strconv.ParseFloat(digits, 64); err != nil {
		return "", false
	}
	if digits = strings.TrimLeft(digits, "0"); digits == "" || !isDigits([]byte(digits[:1])) {
		digits = "0" + digits
	}
	if negative {
		digits = "-" + digits
	}
	return digits, true
}
