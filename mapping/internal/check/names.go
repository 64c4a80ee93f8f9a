package check

import (
	"bytes"
	"unicode"
	"unicode/utf8"

	"github.com/rudder-clevertap/rudder-clevertap/clevertap"
	"github.com/rudder-clevertap/rudder-clevertap/mapping/document"
	"github.com/rudder-clevertap/rudder-clevertap/mapping/internal/rules"
)

// nameRows are about the names of events. What is cut may be blank, or a name of CleverTap's own, so the other
// rows come behind.
func nameRows() []Row {
	return []Row{
		{
			Code: rules.EventNameTooLong, Severity: rules.SeverityWarning, Place: Name,
			Rule: "the name of an event has at most 512 bytes of UTF-8, unless limits say otherwise", Repair: "cut at a character's end",
			Examples: []Example{{
				Event: `"type":"track","userId":"u","event":"Größer"`, Settings: `"limits":{"eventNameBytes":3}`, Path: "event",
				At: "/evtName", Report: `"Größer"`, Repair: `"Gr"`, Action: rules.Truncated,
			}},
			wrong:  func(c *Checker, v document.Value) bool { return len(v.Bytes()) > c.Limits.EventNameBytes },
			repair: cutName,
		},
		{
			Code: rules.EmptyEventName, Refusal: clevertap.MissingEventName, Severity: rules.SeverityError, Place: Name,
			Rule: "the name of an event is a string, and not blank", Repair: "the event fails",
			Examples: []Example{{
				Event: `"type":"track","userId":"u","event":" "`, Path: "event", At: "/evtName", Report: `" "`, Transformer: true,
			}},
			wrong: func(_ *Checker, v document.Value) bool {
				return v.Kind() != document.String || rules.IsBlank(v.Bytes())
			}, repair: reject,
		},
		{
			Code: rules.ReservedEventName, Refusal: clevertap.ReservedName, Severity: rules.SeverityError, Place: Name,
			Rule: "the name of an event is not one of CleverTap's own, whatever its case and blanks", Repair: "`_` before the name",
			Examples: []Example{
				{
					Event: `"type":"track","userId":"u","event":"app launched"`, Path: "event", At: "/evtName", Report: `"app launched"`,
					Repair: `"_app launched"`, Action: rules.Renamed,
				},
				{
					Event: `"type":"page","userId":"u"`, Path: "name", At: "/evtName", Report: `"Web Page Viewed"`,
					Repair: `"_Web Page Viewed"`, Action: rules.Renamed,
				},
			},
			wrong: isNamed(reservedNames(true)), repair: renameEvent,
		},
		{
			Code: rules.ReservedEventName, Severity: rules.SeverityInfo, Place: Name,
			Rule: "CleverTap lists the name of the event as its own, and does not say whether it takes it from others",
			Examples: []Example{{
				Event: `"type":"track","userId":"u","event":"App Installed"`, Path: "event", At: "/evtName", Report: `"App Installed"`,
				Repair: `"App Installed"`, Action: rules.Sent,
			}},
			wrong: isNamed(reservedNames(false)),
		},
		{
			Code: rules.ProhibitedCharacters, Severity: rules.SeverityInfo, Place: Name,
			Rule: "CleverTap prohibits some of its characters (" + clevertap.ProhibitedInEvents + "), and does not say what its server does with them",
			Examples: []Example{{
				Event: `"type":"track","userId":"u","event":"50% off"`, Path: "event", At: "/evtName", Report: `"50% off"`, Repair: `"50% off"`,
				Action: rules.Sent,
			}},
			wrong: func(c *Checker, v document.Value) bool { return hasAny(c.ownName(v), prohibitedInEvents) },
		},
	}
}

// ownName returns what the event itself says of its name: what the ruleset puts before those of pages and
// screens is not its sender's to change.
func (c *Checker) ownName(name document.Value) []byte {
	switch c.CallType {
	case "page":
		return bytes.TrimPrefix(name.Bytes(), []byte(c.Rules.Page.Prefix))
	case "screen":
		return bytes.TrimPrefix(name.Bytes(), []byte(c.Rules.Screen.Prefix))
	default:
		return name.Bytes()
	}
}

// cut returns the beginning of a text, at most so many bytes and whole characters.
func cut(text []byte, most int) []byte {
	if len(text) <= most {
		return text
	}
	for most > 0 && !utf8.RuneStart(text[most]) {
		most--
	}
	return text[:most]
}

// cutName cuts a name that is too long. One that would be a purchase's name only then is cut a little more.
func cutName(c *Checker, v document.Value) outcome {
	name := cut(v.Bytes(), c.Limits.EventNameBytes)
	if string(name) == clevertap.ChargedEvent {
		name = name[:len(name)-1]
	}
	c.replace(v, c.Doc.NewString(string(name)))
	return truncated
}

// renameEvent puts `_` before a name, as CleverTap's own importer does.
func renameEvent(c *Checker, v document.Value) outcome {
	name := cut(append([]byte{'_'}, v.Bytes()...), c.Limits.EventNameBytes)
	c.replace(v, c.Doc.NewString(string(name)))
	return renamed
}

// longestReserved is more than the longest of CleverTap's own names, without blanks.
const longestReserved = 40

// reservedNames returns CleverTap's own names as they are compared: those that it refuses, or the others.
func reservedNames(refused bool) *names[bool] {
	own := &names[bool]{}
	for _, event := range clevertap.ReservedEvents() {
		if event.Refused == refused {
			bare, _ := appendBare(nil, []byte(event.Name))
			own.add(string(bare), true)
		}
	}
	return own
}

// isNamed reports whether a name is one of some, as CleverTap compares names.
func isNamed(own *names[bool]) func(*Checker, document.Value) bool {
	return func(_ *Checker, v document.Value) bool {
		var room [longestReserved]byte
		bare, ok := appendBare(room[:0], v.Bytes())
		if !ok {
			return false
		}
		_, found := own.get(bare)
		return found
	}
}

// isOrdinaryName reports whether the rows of names have nothing to find in one: it is a short text of ASCII
// without prohibited characters, and has not the shape of one of CleverTap's own.
func (c *Checker) isOrdinaryName(v document.Value) bool {
	name := v.Bytes()
	if v.Kind() != document.String || len(name) > c.Limits.EventNameBytes {
		return false
	}
	first, last, length := byte(0), byte(0), 0
	for _, char := range name {
		if char >= utf8.RuneSelf {
			return false
		}
		if char > ' ' {
			length++
			last = char | 0x20
			if first == 0 {
				first = last
			}
		}
	}
	return length > 0 && !ownShapes.fit(first, last, length) && !hasAny(c.ownName(v), prohibitedInEvents)
}

// shapes are the lengths of names by their first and by their last letter.
type shapes struct{ first, last [256]uint64 }

// fit reports whether one of the names may have these letters and this length.
func (s *shapes) fit(first, last byte, length int) bool {
	return length < longestReserved && s.first[first]&s.last[last]>>length&1 == 1
}

// ownShapes are those of CleverTap's own names.
//
//nolint:gochecknoglobals // A table; nothing writes to it.
var ownShapes = newShapes()

// newShapes makes the table.
func newShapes() *shapes {
	s := &shapes{}
	for _, event := range clevertap.ReservedEvents() {
		bare, _ := appendBare(nil, []byte(event.Name))
		s.first[bare[0]|0x20] |= 1 << len(bare)
		s.last[bare[len(bare)-1]|0x20] |= 1 << len(bare)
	}
	return s
}

// appendBare appends a name in lower case and without blanks; false when it is longer than any of CleverTap's
// own.
func appendBare(dst, name []byte) ([]byte, bool) {
	for _, char := range string(name) { // the compiler makes no copy
		if unicode.IsSpace(char) {
			continue
		}
		if len(dst)+utf8.UTFMax > longestReserved {
			return dst, false
		}
		dst = utf8.AppendRune(dst, unicode.ToLower(char))
	}
	return dst, true
}

// characters are a set of bytes.
type characters = [256]bool

// charactersOf makes a set.
func charactersOf(text string) *characters {
	var set characters
	for i := range len(text) {
		set[text[i]] = true
	}
	return &set
}

// hasAny reports whether a text holds any of the characters.
func hasAny(text []byte, set *characters) bool {
	for _, char := range text {
		if set[char] {
			return true
		}
	}
	return false
}

// What names and keys should not hold.
//
//nolint:gochecknoglobals // Tables; nothing writes to them.
var (
	prohibitedInEvents   = charactersOf(clevertap.ProhibitedInEvents)
	prohibitedInProfiles = charactersOf(clevertap.ProhibitedInProfiles)
)
