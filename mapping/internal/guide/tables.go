package guide

import (
	"github.com/rudder-clevertap/rudder-clevertap/clevertap"
	"github.com/rudder-clevertap/rudder-clevertap/mapping/document"
	"github.com/rudder-clevertap/rudder-clevertap/mapping/internal/rules"
)

// Rules returns the ruleset. Sources: the guide's "Identify", "Page", "Screen", "Track", "Order Completed",
// "Device token upload using cloud mode" and "Using CleverTap ObjectId and Identity for Mapping".
func Rules() *rules.Ruleset { return ruleset }

//nolint:gochecknoglobals // A table; nothing writes to it.
var ruleset = &rules.Ruleset{
	Name:     "guide",
	JSON:     document.Options{MaxNodes: rules.MaxValues, Mend: true},
	Prepare:  step(run.prepare),
	CallType: func(r *rules.Run) (string, *rules.Error) { return run{r}.callType() },
	Filters:  []rules.Filter{byIntegrations, byDeviceMode, byEventList},
	Calls: map[string]rules.Call{
		"identify": step(run.identify),
		"track":    step(run.track),
		"page":     step(run.page),
		"screen":   step(run.screen),
		"alias":    step(run.alias),
	},
	Packing: rules.Packing{MaxRecords: clevertap.MaxRecords, MaxTokens: clevertap.MaxTokens, TokensApart: true},

	Traits: rules.NewTable(
		rules.Field{From: "name", To: "Name"},
		rules.Field{From: "email", To: "Email"},
		rules.Field{From: "phone", To: "Phone"},
		rules.Field{From: "gender", To: "Gender", Convert: gender, Values: map[string]string{
			"f": "F", "F": "F", "Female": "F", "female": "F", "FEMALE": "F",
			"m": "M", "M": "M", "Male": "M", "male": "M", "MALE": "M",
		}},
		rules.Field{From: "birthday", To: "DOB"},
		rules.Field{From: "education", To: "Education"},
		rules.Field{From: "employed", To: "Employed"},
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
		rules.Field{From: "anonymousId", Role: rules.VisitorID},
		rules.Field{From: "ts", Role: rules.Internal},
		rules.Field{From: "overrideFields", Role: rules.Internal},

		rules.Field{From: "identity", Role: rules.OtherID},
		rules.Field{From: "category-unsubscribe", Role: rules.Structured},
		rules.Field{From: "category-resubscribe", Role: rules.Structured},
		rules.Field{From: "MSG-email", Role: rules.Subscription},
		rules.Field{From: "MSG-push", Role: rules.Subscription},
		rules.Field{From: "MSG-sms", Role: rules.Subscription},
		rules.Field{From: "MSG-whatsapp", Role: rules.Subscription},
	),
	Properties: rules.NewTable(
		rules.Field{From: "checkout_id", To: clevertap.ChargedID},
		rules.Field{From: "revenue", To: clevertap.ChargedAmount},
		rules.Field{From: "products", To: clevertap.ChargedItems},
		rules.Field{From: "ts", Role: rules.Internal},
		rules.Field{From: "category-unsubscribe", Role: rules.Structured},
		rules.Field{From: "category-resubscribe", Role: rules.Structured},
	),
	Page:   rules.Naming{Prefix: clevertap.PageViewedEvent + " ", Nameless: clevertap.PageViewedEvent},
	Screen: rules.Naming{Prefix: "Screen Viewed: ", Nameless: "Screen Viewed"},

	AppleSystems: []string{"ios", "ipados", "tvos", "watchos", "visionos", "iphone os"},
	TokenTypes:   clevertap.TokenTypes(),
	OptionNames:  []string{"CleverTap", "Clevertap", "clevertap", "CLEVERTAP"},
}

// run is one event's way through these rules.
type run struct{ *rules.Run }

// step makes a step of the ruleset of a method.
func step(method func(run) *rules.Error) func(*rules.Run) *rules.Error {
	return func(r *rules.Run) *rules.Error { return method(run{r}) }
}
