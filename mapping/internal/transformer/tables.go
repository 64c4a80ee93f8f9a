package transformer

import (
	"github.com/rudder-clevertap/rudder-clevertap/clevertap"
	"github.com/rudder-clevertap/rudder-clevertap/mapping/document"
	"github.com/rudder-clevertap/rudder-clevertap/mapping/internal/rules"
)

// Rules returns the ruleset.
func Rules() *rules.Ruleset { return ruleset }

//nolint:gochecknoglobals // A table; nothing writes to it.
var ruleset = &rules.Ruleset{
	Name:   "transformer",
	Decode: decode,
	JSON: document.Options{
		DuplicateKeys: true, LoneSurrogates: true, MaxDepth: 2000, MaxNodes: rules.MaxValues,
	},
	Prepare:  step(run.prepare),
	CallType: func(r *rules.Run) (string, *rules.Error) { return run{r}.callType() },
	Calls: map[string]rules.Call{
		"identify": step(run.identify),
		"track":    step(run.track),
		"page":     step(run.page),
		"screen":   step(run.screen),
		"alias":    step(run.alias),
	},
	Packing: rules.Packing{MaxRecords: clevertap.MaxRecords, MaxTokens: clevertap.MaxRecords},

	Traits: rules.NewTable(
		rules.Field{From: "email", To: "Email", Else: "properties.email"},
		rules.Field{From: "name", To: "Name"},
		rules.Field{From: "phone", To: "Phone"},
		rules.Field{From: "gender", To: "Gender", Convert: gender, Values: map[string]string{
			"f": "F", "F": "F", "Female": "F", "female": "F", "FEMALE": "F",
			"m": "M", "M": "M", "Male": "M", "male": "M", "MALE": "M",
		}},
		rules.Field{From: "employed", To: "Employed"},
		rules.Field{From: "birthday", To: "DOB"},
		rules.Field{From: "education", To: "Education"},
		rules.Field{From: "married", To: "Married"},
		rules.Field{From: "customerType", To: "Customer Type"},
		rules.Field{From: "avatar", To: "Photo"},

		rules.Field{From: "firstName", Role: rules.FirstName},
		rules.Field{From: "firstname", Role: rules.FirstName},
		rules.Field{From: "first_name", Role: rules.FirstName},
		rules.Field{From: "lastName", Role: rules.LastName},
		rules.Field{From: "lastname", Role: rules.LastName},
		rules.Field{From: "last_name", Role: rules.LastName},
		rules.Field{From: "userId", Role: rules.PersonID},
		rules.Field{From: "id", Role: rules.PersonID},
		rules.Field{From: "anonymousId", Role: rules.Internal},
		rules.Field{From: "ts", Role: rules.Internal},
		rules.Field{From: "overrideFields", Role: rules.Internal},

		rules.Field{From: "category-unsubscribe", Role: rules.Structured},
		rules.Field{From: "category-resubscribe", Role: rules.Structured},
	).Under("traits", "context.traits"),
	Properties: rules.NewTable(
		rules.Field{From: "checkout_id", To: clevertap.ChargedID},
		rules.Field{From: "revenue", To: clevertap.ChargedAmount},
		rules.Field{From: "products", To: clevertap.ChargedItems},
		rules.Field{From: "ts", Role: rules.Internal},
		rules.Field{From: "__proto__", Role: rules.Internal},
		rules.Field{From: "constructor", Role: rules.Internal},
		rules.Field{From: "prototype", Role: rules.Internal},
		rules.Field{From: "category-unsubscribe", Role: rules.Structured},
		rules.Field{From: "category-resubscribe", Role: rules.Structured},
	).Under("properties"),
	Page:   rules.Naming{Prefix: "Web Page Viewed: ", Nameless: "Web Page Viewed"},
	Screen: rules.Naming{Prefix: "Screen Viewed: ", Nameless: "Screen Viewed"},

	AppleSystems: []string{"ios", "watchos", "ipados", "tvos"},
	TokenTypes:   clevertap.TokenTypes(),
	OptionNames:  []string{"clevertap", "Clevertap", "CleverTap", "CLEVERTAP"},
}

// run is one event's way through these rules.
type run struct{ *rules.Run }

// step makes a step of the ruleset of a method.
func step(method func(run) *rules.Error) func(*rules.Run) *rules.Error {
	return func(r *rules.Run) *rules.Error { return method(run{r}) }
}
