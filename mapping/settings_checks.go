package mapping

import (
	"cmp"
	"maps"
	"slices"
	"strconv"
	"strings"

	clevertapv1 "github.com/rudder-clevertap/rudder-clevertap/gen/clevertap/v1"
	"github.com/rudder-clevertap/rudder-clevertap/mapping/document"
	"github.com/rudder-clevertap/rudder-clevertap/mapping/internal/check"
	"github.com/rudder-clevertap/rudder-clevertap/mapping/internal/rules"
	"github.com/rudder-clevertap/rudder-clevertap/mapping/internal/times"
)

// The settings of the checks, and how settings are read that are values of an enum.

// enum is an enum of the contract: what its values are called, and what stands before their names.
type enum struct {
	names  map[int32]string
	prefix string
}

// The enums of a destination's settings.
//
//nolint:gochecknoglobals // Tables; nothing writes to them.
var (
	rulesetEnum      = enum{clevertapv1.Ruleset_name, "RULESET_"}
	checkModeEnum    = enum{clevertapv1.CheckMode_name, "CHECK_MODE_"}
	dateOrderEnum    = enum{clevertapv1.DateOrder_name, "DATE_ORDER_"}
	nestedValuesEnum = enum{clevertapv1.NestedValues_name, "NESTED_VALUES_"}
)

// choices are the values that a setting may have.
func (e enum) choices() (names []string) {
	for _, number := range slices.Sorted(maps.Keys(e.names)) {
		if number != 0 {
			names = append(names, e.names[number])
		}
	}
	return names
}

// find returns the value of a name, with its prefix or without, in any letter case; false when it has none.
func (e enum) find(name string) (int32, bool) {
	for number, full := range e.names {
		if strings.EqualFold(name, full) || strings.EqualFold(name, strings.TrimPrefix(full, e.prefix)) {
			return number, true
		}
	}
	return 0, false
}

// enumOf reads a value of an enum by its name or number.
func enumOf[T ~int32](r *settingsReader, to *T, of enum, path string, v document.Value) {
	if number, ok := of.find(v.Text()); ok && v.Kind() == document.String {
		*to = T(number)
		return
	}
	if number, err := strconv.ParseInt(v.Text(), 10, 32); err == nil && v.Kind() == document.Number {
		*to = T(number) // one that is unknown is found with those of typed settings
		return
	}
	r.note(SeverityError, path, v, "it must be "+rules.OneOf(of.choices()))
}

// limit is a limit of an account: its setting within limits, and where it is kept.
type limit struct {
	name  string
	field func(*rules.Limits) *int
}

//nolint:gochecknoglobals // A table; nothing writes to it.
var limits = []limit{
	{"eventProperties", func(l *rules.Limits) *int { return &l.EventProperties }},
	{"profileAttributes", func(l *rules.Limits) *int { return &l.ProfileAttributes }},
	{"chargedItems", func(l *rules.Limits) *int { return &l.ChargedItems }},
	{"keyCharacters", func(l *rules.Limits) *int { return &l.KeyCharacters }},
	{"valueBytes", func(l *rules.Limits) *int { return &l.ValueBytes }},
	{"eventNameBytes", func(l *rules.Limits) *int { return &l.EventNameBytes }},
}

// typedLimits reads limits; zero is what is usual.
func typedLimits(l *clevertapv1.Limits) rules.Limits {
	return rules.Limits{
		EventProperties: int(l.GetEventProperties()), ProfileAttributes: int(l.GetProfileAttributes()),
		ChargedItems: int(l.GetChargedItems()), KeyCharacters: int(l.GetKeyCharacters()), ValueBytes: int(l.GetValueBytes()),
		EventNameBytes: int(l.GetEventNameBytes()),
	}
}

// readLimits reads limits.
func (r *settingsReader) readLimits(v document.Value) {
	if v.Kind() != document.Object {
		r.wrongType("limits", v, "an object of numbers")
		return
	}
	for m := v.First(); m.Exists(); m = m.Next() {
		at := slices.IndexFunc(limits, func(l limit) bool { return l.name == m.Key() })
		if at < 0 {
			r.note(SeverityWarning, "limits."+m.Key(), m, "unknown limit")
			continue
		}
		const most = 1 << 20
		number, err := strconv.Atoi(m.Text())
		switch {
		case m.Kind() == document.Null:
		case m.Kind() != document.Number:
			r.wrongType("limits."+m.Key(), m, "a whole number")
		case err != nil || number < 0 || number > most:
			r.note(SeverityError, "limits."+m.Key(), m, "it must be a whole number from 1 to "+strconv.Itoa(most)+", or 0 for what is usual")
		default:
			*limits[at].field(&r.limits) = number
		}
	}
}

// checkProblems checks the settings of the checks.
func (s *settings) checkProblems(wrong func(path, format string, args ...any), warn func(path, message string)) {
	for _, e := range []struct {
		path   string
		number int32
		of     enum
	}{
		{"ruleset", int32(s.ruleset), rulesetEnum}, {"checkMode", int32(s.checkMode), checkModeEnum},
		{"dateOrder", int32(s.dateOrder), dateOrderEnum}, {"nestedValues", int32(s.nestedValues), nestedValuesEnum},
	} {
		if _, known := e.of.names[e.number]; !known {
			wrong(e.path, "unknown value %d: use %s", e.number, rules.OneOf(e.of.choices()))
		}
	}
	if s.country != "" && !check.IsCountry(strings.ToUpper(s.country)) {
		wrong("defaultCountry", "unknown country %s: use two letters of ISO 3166-1, such as IN", rules.Quote(s.country))
	}
	if s.ruleset != clevertapv1.Ruleset_RULESET_TRANSFORMER {
		return
	}
	if s.checkMode == clevertapv1.CheckMode_CHECK_MODE_REPAIR {
		warn("checkMode", "only RULESET_GUIDE repairs: RULESET_TRANSFORMER reports instead")
	}
	if s.nestedValues > clevertapv1.NestedValues_NESTED_VALUES_STRINGIFY {
		warn("nestedValues", "it is RULESET_GUIDE's: RULESET_TRANSFORMER writes nested values as rudder-transformer does")
	}
}

// override takes the ruleset and the settings of the checks that others have set.
func (s *settings) override(by *clevertapv1.Destination) {
	s.ruleset = cmp.Or(by.GetRuleset(), s.ruleset)
	s.checkMode = cmp.Or(by.GetCheckMode(), s.checkMode)
	s.country = cmp.Or(by.GetDefaultCountry(), s.country)
	s.dateOrder = cmp.Or(by.GetDateOrder(), s.dateOrder)
	s.nestedValues = cmp.Or(by.GetNestedValues(), s.nestedValues)
	given := typedLimits(by.GetLimits())
	for _, l := range limits {
		*l.field(&s.limits) = cmp.Or(*l.field(&given), *l.field(&s.limits))
	}
}

// checks compiles the settings of the checks. What is unknown, where that is not an error, is as if it were
// not given.
func (s *settings) checks() rules.Checks {
	to := rules.Checks{
		Mode: rules.CheckMode(s.checkMode), Country: strings.ToUpper(s.country), Order: times.Order(s.dateOrder),
		Nested: rules.NestedValues(s.nestedValues), Limits: s.limits,
	}
	if !check.IsCountry(to.Country) {
		to.Country = ""
	}
	if s.ruleset == clevertapv1.Ruleset_RULESET_TRANSFORMER && to.Mode == rules.Repair {
		to.Mode = rules.Report
	}
	usual := rules.DefaultLimits()
	for _, l := range limits {
		if given := l.field(&to.Limits); *given == 0 {
			*given = *l.field(&usual)
		}
	}
	return to
}
