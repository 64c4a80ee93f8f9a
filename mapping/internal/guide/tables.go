package mapping

import "github.com/rudder-clevertap/rudder-clevertap/mapping/document"

// guide is the GUIDE ruleset: RudderStack's CleverTap guide, and the sensible thing where it is silent. Sources: the
// guide's "Identify", "Page", "Screen", "Track", "Order Completed", "Device token upload using cloud mode" and "Using
// CleverTap ObjectId and Identity for Mapping".
//
//nolint:gochecknoglobals // A table; nothing writes to it.
var guide = &ruleset{
	name:     "guide",
	json:     document.Options{},
	prepare:  guidePrepare,
	callType: guideCallType,
	filters:  []filter{wantedBySDK, wantedByName},
	calls: map[string]call{
		"identify": identify,
		"track":    track,
		"page":     page,
		"screen":   screen,
		"alias":    alias,
	},
	// CleverTap's limits: 1,000 records of an upload, 100 device tokens.
	packing: packing{maxRecords: 1000, maxTokens: 100, tokensApart: true},

	userIDs: []path{{"", "userId"}, {"traits", "userId"}, {"traits", "id"}, {"context.traits", "userId"}, {"context.traits", "id"}},

	profileFields: []field{
		{from: "name", to: "Name"},
		{from: "email", to: "Email"},
		{from: "phone", to: "Phone"},
		{from: "gender", to: "Gender", convert: gender},
		{from: "birthday", to: "DOB"},
		{from: "education", to: "Education"},
		{from: "employed", to: "Employed"},
		{from: "married", to: "Married"},
		{from: "customerType", to: "Customer Type"},
		{from: "avatar", to: "Photo"},
	},
	firstNames: []string{"firstName", "firstname", "first_name"},
	lastNames:  []string{"lastName", "lastname", "last_name"},
	traitRoles: newRoles(map[role][]string{
		internal: {
			"name", "email", "phone", "gender", "birthday", "education", "employed", "married", "customerType", "avatar",
			"firstName", "firstname", "first_name", "lastName", "lastname", "last_name",
			"anonymousId", "userId", "id", "ts", "overrideFields",
		},
		target:       {"Name", "Email", "Phone", "Gender", "DOB", "Education", "Employed", "Married", "Customer Type", "Photo", "identity"},
		structured:   {"category-unsubscribe", "category-resubscribe"},
		subscription: {"MSG-email", "MSG-push", "MSG-sms", "MSG-whatsapp"},
	}),
	genders: map[string]string{
		"f": "F", "F": "F", "Female": "F", "female": "F", "FEMALE": "F",
		"m": "M", "M": "M", "Male": "M", "male": "M", "MALE": "M",
	},

	charged: []field{
		{from: "checkout_id", to: "Charged ID"},
		{from: "revenue", to: "Amount"},
		{from: "products", to: "Items", convert: items},
	},
	chargedRoles: newRoles(map[role][]string{
		internal:   {"checkout_id", "revenue", "products", "ts"},
		target:     {"Charged ID", "Amount", "Items"},
		structured: {"category-unsubscribe", "category-resubscribe"},
	}),
	pageName:   naming{prefix: "Web Page Viewed ", nameless: "Web Page Viewed"},
	screenName: naming{prefix: "Screen Viewed: ", nameless: "Screen Viewed"},

	appleSystems: []string{"ios", "ipados", "tvos", "watchos"},
	tokenTypes:   []string{"chrome", "fcm", "gcm", "apns", "wns", "mpns"},
	optionNames:  []string{"CleverTap", "Clevertap", "clevertap", "CLEVERTAP"},
}
