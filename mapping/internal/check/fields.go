package check

import (
	"bytes"
	"slices"
	"strconv"
	"strings"

	"github.com/rudder-clevertap/rudder-clevertap/clevertap"
	"github.com/rudder-clevertap/rudder-clevertap/mapping/document"
	"github.com/rudder-clevertap/rudder-clevertap/mapping/internal/rules"
)

// fix makes a value that CleverTap takes of one that it does not; false when none can be made.
type fix func(c *Checker, v document.Value) (document.Value, bool)

// field makes a row of a standard field: what is wrong is fixed, or left out.
func field(
	code rules.Code, refusal int, rule, repair string, valid func(*Checker, document.Value) bool, mend fix, fields ...string,
) Row {
	severity := rules.SeverityError
	if refusal == 0 {
		severity = rules.SeverityWarning // what CleverTap does with it is not documented
	}
	return Row{
		Code: code, Refusal: refusal, Severity: severity, Place: Field, Fields: fields, Rule: rule, Repair: repair,
		wrong: func(c *Checker, v document.Value) bool { return !valid(c, v) && !isDeletion(v) },
		repair: func(c *Checker, v document.Value) outcome {
			made, ok := mend(c, v)
			if !ok {
				return dropped
			}
			c.replace(v, made)
			return converted
		},
	}
}

// with returns the row with examples: traits that break the rule, and what the record has when they are mended
// (nothing when they are left out).
func (row Row) with(examples ...Example) Row {
	for i := range examples {
		e := &examples[i]
		e.At = "/profileData/" + row.Fields[0]
		if e.Action = rules.Converted; e.Repair == "" {
			e.Action = rules.Dropped
		}
		key := strings.TrimPrefix(e.Path, "traits.")
		e.Event = `"type":"identify","userId":"u","traits":{` + strconv.Quote(key) + `:` + e.Report + `}`
	}
	row.Examples = append(row.Examples, examples...)
	return row
}

// trait is an example of a trait that breaks a rule.
func trait(key, given, mended string) Example {
	return Example{Path: "traits." + key, Report: given, Repair: mended}
}

// fieldRows are about the standard fields of profiles, in the order in which CleverTap looks at them.
func fieldRows() []Row {
	subscriptions := fieldsOf(clevertap.Boolean)
	return []Row{
		field(rules.InvalidEmail, clevertap.InvalidEmail, "an email is one address with a dotted domain, without blanks",
			"trimmed; the only valid address in it is sent; else left out", validEmail, onlyEmail, "Email",
		).with(
			trait("email", `" ada@example.com\n"`, `"ada@example.com"`), trait("email", `"Ada <ada@example.com>"`, `"ada@example.com"`),
			trait("email", `"ada@example"`, ""), trait("email", `5`, ""), trait("email", `"a@example.com, b@example.com"`, ""),
			trait("Email", `"ada.example.com"`, ""),
		),
		field(rules.InvalidPhone, clevertap.InvalidPhone, "a phone is +, a digit from 1 to 9 and 4 to 14 more digits",
			"written internationally, with the defaultCountry where the number has no country; else left out",
			validPhone, international, "Phone",
		).with(phoneExamples()...),
		field(rules.InvalidEmployed, clevertap.InvalidEmployed, "Employed is Y or N", yesOrNoRepair, isYesOrNo, yesOrNo, "Employed").with(
			trait("employed", `true`, `"Y"`), trait("employed", `"No"`, `"N"`), trait("employed", `0`, `"N"`), trait("employed", `"self"`, "")),
		field(rules.InvalidEducation, clevertap.InvalidEducation, "an education is School, College or Graduate",
			"any letter case and common words become one of them; else left out", isOneOf(educations...), education, "Education",
		).with(trait("education", `"university"`, `"College"`), trait("education", `"PhD"`, `"Graduate"`), trait("education", `"none"`, "")),
		field(rules.InvalidMarried, clevertap.InvalidMarried, "Married is Y or N", yesOrNoRepair, isYesOrNo, yesOrNo, "Married").with(
			trait("married", `"TRUE"`, `"Y"`), trait("married", `false`, `"N"`), trait("married", `"single"`, "")),
		field(rules.InvalidAge, clevertap.InvalidAge, "an age is a number from 0 to 150, or its digits", "left out", isAge, unfixable, "Age").with(
			trait("Age", `151`, ""), trait("Age", `"65+"`, "")),
		genderRow(),
		field(rules.InvalidDateOfBirth, 0, "a date of birth is $D_ and seconds since 1970",
			"ISO 8601, seconds, milliseconds and written dates (with dateOrder where they can be read in two ways) become that; else left out",
			isDate, birth, "DOB",
		).with(birthExamples()...),
		field(rules.InvalidPhoto, 0, "a photo is an http or https URL", "the only URL in it is sent; else left out", validPhoto, onlyURL, "Photo").with(
			trait("avatar", `" https://example.com/a.png"`, `"https://example.com/a.png"`),
			trait("avatar", `"/a.png"`, "")).nested(
			trait("avatar", `{"url":"https://example.com/a.png","width":64}`, `"https://example.com/a.png"`)),
		field(rules.InvalidTextField, 0, "it is a string", "numbers become text; all else is left out", isText, numberAsText, "Name", "Customer Type").with(
			trait("name", `42`, `"42"`), trait("name", `true`, "")),
		field(rules.SubscriptionNotBoolean, 0, "it is true or false", "true, false, 1 and 0 as text or numbers become that; else left out",
			isBoolean, boolean, subscriptions...,
		).with(trait("MSG-email", `"false"`, `false`), trait("MSG-email", `1`, `true`), trait("MSG-email", `"no"`, "")),
		{
			Code: rules.PlaceholderIdentity, Refusal: clevertap.InvalidIdentity, Severity: rules.SeverityError, Place: Field,
			Fields: []string{"identity"}, Rule: "an identity names somebody", Repair: "left out",
			Examples: []Example{{
				Event: `"type":"identify","userId":"none","anonymousId":"a"`, Settings: mapping, Path: "userId",
				At: "/profileData/identity", Report: `"none"`, Action: rules.Dropped,
			}},
			wrong:  func(_ *Checker, v document.Value) bool { return !namesSomebody(v) },
			repair: func(*Checker, document.Value) outcome { return dropped },
		},
	}
}

// nested adds examples of nested values, which are sent as text where they are not mended.
func (row Row) nested(examples ...Example) Row {
	first := len(row.Examples)
	row = row.with(examples...)
	for i := range row.Examples[first:] {
		e := &row.Examples[first+i]
		e.Report = strconv.Quote(e.Report)
	}
	return row
}

// genderRow is about genders. GUIDE's own rule for the trait knows some spellings in any mode.
func genderRow() Row {
	return field(rules.UnknownGender, clevertap.InvalidGender, "a gender is M or F", "known spellings become that; else left out",
		isOneOf("M", "F"), gender, "Gender",
	).with(trait("Gender", `"female"`, `"F"`), trait("Gender", `"Man "`, `"M"`), trait("Gender", `"other"`, ""))
}

// fieldsOf returns the standard fields of a format.
func fieldsOf(format clevertap.Format) (keys []string) {
	for _, f := range clevertap.ProfileFields() {
		if f.Format == format {
			keys = append(keys, f.Name)
		}
	}
	return keys
}

// standardKeys are those that an account's limit on attributes does not count.
func standardKeys() []string {
	keys := append([]string{"identity", "Tz"}, clevertap.StructuredAttributes()...)
	for _, f := range clevertap.ProfileFields() {
		keys = append(keys, f.Name)
	}
	return keys
}

// isDeletion reports whether a value deletes an attribute instead of setting it: {"$delete": 1}.
func isDeletion(v document.Value) bool {
	m := v.First()
	return v.Kind() == document.Object && string(m.KeyBytes()) == "$delete" && m.Kind() < document.Array && !m.Next().Exists()
}

// unfixable fixes nothing.
func unfixable(*Checker, document.Value) (document.Value, bool) { return document.Value{}, false }

// isOneOf reports whether a value is one of some strings.
func isOneOf(texts ...string) func(*Checker, document.Value) bool {
	return func(_ *Checker, v document.Value) bool {
		return slices.ContainsFunc(texts, v.Is)
	}
}

// spelling returns what a value says, for tables of spellings: its text in lower case, without blanks around
// it, or the word for a boolean or a number.
func spelling(v document.Value) string {
	switch v.Kind() {
	case document.Bool:
		return strconv.FormatBool(v.True())
	case document.Number:
		number, err := v.Double()
		if err != nil {
			return ""
		}
		return strconv.FormatFloat(number, 'f', -1, 64)
	case document.String:
		const longest = 64 // no spelling is longer
		if text := bytes.TrimSpace(v.Bytes()); len(text) <= longest {
			return strings.ToLower(string(text))
		}
	default:
	}
	return ""
}

// yesOrNoRepair is the repair of yes and no, for the documentation.
const yesOrNoRepair = "booleans, yes and no, true and false, 1 and 0 in any letter case become that; else left out"

//nolint:gochecknoglobals // A predicate; nothing writes to it.
var isYesOrNo = isOneOf("Y", "N")

// yesOrNo reads a yes or no.
func yesOrNo(c *Checker, v document.Value) (document.Value, bool) {
	switch spelling(v) {
	case "y", "yes", "true", "1":
		return c.Doc.NewString("Y"), true
	case "n", "no", "false", "0":
		return c.Doc.NewString("N"), true
	}
	return v, false
}

// gender reads a gender.
func gender(c *Checker, v document.Value) (document.Value, bool) {
	if v.Kind() != document.String {
		return v, false
	}
	switch spelling(v) {
	case "m", "male", "man":
		return c.Doc.NewString("M"), true
	case "f", "female", "woman":
		return c.Doc.NewString("F"), true
	}
	return v, false
}

// educations are those that CleverTap takes.
//
//nolint:gochecknoglobals // A table; nothing writes to it.
var educations = []string{"School", "College", "Graduate"}

// education reads an education. Someone with a first degree has been to college wherever they are from, and
// is a graduate only in some countries.
func education(c *Checker, v document.Value) (document.Value, bool) {
	if v.Kind() != document.String {
		return v, false
	}
	word := strings.NewReplacer(" ", "", "-", "", "_", "", ".", "", "'", "", "’", "").Replace(spelling(v))
	var level string
	switch strings.TrimSuffix(word, "degree") {
	case "school", "highschool", "secondary", "secondaryschool", "primaryschool", "elementaryschool", "middleschool", "ged", "k12":
		level = "School"
	case "college", "university", "undergraduate", "undergrad", "bachelor", "bachelors", "ba", "bs", "bsc", "btech", "beng":
		level = "College"
	case "graduate", "postgraduate", "postgrad", "graduateschool", "master", "masters", "ma", "ms", "msc", "mtech", "mba",
		"phd", "doctorate", "doctor", "doctoral":
		level = "Graduate"
	default:
		return v, false
	}
	return c.Doc.NewString(level), true
}

// isAge: years, as a number or as digits.
func isAge(_ *Checker, v document.Value) bool {
	switch v.Kind() {
	case document.Number:
		years, err := v.Double()
		return err == nil && years >= 0 && years <= clevertap.MaxAge
	case document.String:
		years, err := strconv.ParseUint(string(v.Bytes()), 10, 64)
		return err == nil && years <= clevertap.MaxAge
	default:
		return false
	}
}

// isText: a string.
func isText(_ *Checker, v document.Value) bool { return v.Kind() == document.String }

// numberAsText makes text of a number.
func numberAsText(c *Checker, v document.Value) (document.Value, bool) {
	if v.Kind() != document.Number {
		return v, false
	}
	return c.Doc.NewString(v.Text()), true
}

// isBoolean: true or false.
func isBoolean(_ *Checker, v document.Value) bool { return v.Kind() == document.Bool }

// boolean reads a boolean.
func boolean(c *Checker, v document.Value) (document.Value, bool) {
	switch spelling(v) {
	case "true", "1":
		return c.Doc.NewBool(true), true
	case "false", "0":
		return c.Doc.NewBool(false), true
	}
	return v, false
}
