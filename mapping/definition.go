package mapping

import (
	"slices"

	"github.com/rudder-clevertap/rudder-clevertap/clevertap"
	"github.com/rudder-clevertap/rudder-clevertap/mapping/document"
	"github.com/rudder-clevertap/rudder-clevertap/mapping/internal/rules"
)

// Definition says what a CleverTap destination is: RudderStack's destination definition, and what we add.
type Definition struct {
	// Name and DisplayName are RudderStack's names for it.
	Name, DisplayName string
	// Settings are in the order a person would fill them in.
	Settings []Setting
	// Regions are CleverTap's.
	Regions []Region
	// Support says which platform sends which calls in which mode.
	Support []Support
}

// Setting is one setting of a destination.
type Setting struct {
	// Name is RudderStack's name for it, or ours.
	Name string
	// Type is its JSON type; several are separated by ` or `.
	Type string
	// Required: a destination must have it. Secret: no answer, log or trace shows it.
	Required, Secret bool
	// Default is what holds when it is absent: nil, a bool or a string.
	Default any
	// Allowed are the only texts it may hold; empty when any will do.
	Allowed []string
	// Description says what it means.
	Description string

	read func(r *settingsReader, v document.Value)
}

// Region is one of CleverTap's regions.
type Region struct {
	// Name is the setting's text, Host where uploads go, Description where it is.
	Name, Host, Description string
}

// Support says which calls a platform sends in one mode.
type Support struct {
	// Platform is RudderStack's source type, Mode `cloud` or `device`.
	Platform, Mode string
	// Calls are those it sends; none when the mode is not supported.
	Calls []string
}

// Describe returns the definition. Nothing in it must be changed.
func Describe() Definition {
	d := Definition{Name: "CLEVERTAP", DisplayName: "CleverTap", Regions: regions}
	for _, s := range settingDefinitions {
		if s.read != nil {
			d.Settings = append(d.Settings, s)
		}
	}
	cloud := []string{"identify", "track", "page", "screen", "alias"}
	for at, name := range rules.PlatformNames() {
		sdk := rules.Platform(at).SDKCalls()
		d.Support = append(d.Support, Support{name, "cloud", cloud}, Support{name, "device", sdk})
	}
	for _, name := range cloudSources {
		d.Support = append(d.Support, Support{name, "cloud", cloud}, Support{Platform: name, Mode: "device"})
	}
	return d
}

// regions are CleverTap's. `none` and `eu1` are the bare host.
//
//nolint:gochecknoglobals // A table; nothing writes to it.
var regions = clevertapRegions()

// clevertapRegions takes the regions from where CleverTap's facts are.
func clevertapRegions() []Region {
	known := clevertap.Regions()
	all := make([]Region, 0, len(known))
	for _, r := range known {
		all = append(all, Region{Name: r.Name, Host: r.Host, Description: r.Place})
	}
	return all
}

// hostOf returns a region's host, or nothing when it is unknown. No region is `none`.
func hostOf(region string) string {
	if region == "" {
		region = "none"
	}
	for _, r := range regions {
		if r.Name == region {
			return r.Host
		}
	}
	return ""
}

// regionNames lists the regions.
func regionNames() []string {
	names := make([]string, 0, len(regions))
	for _, r := range regions {
		names = append(names, r.Name)
	}
	return names
}

// cloudSources are the source types without device mode whose SDKs nothing else shares.
//
//nolint:gochecknoglobals // A table; nothing writes to it.
var cloudSources = []string{
	"amp", "cordova", "shopify", "cloud", "warehouse",
}

// isCloudSource reports whether a source type is one of cloudSources.
func isCloudSource(name string) bool { return slices.Contains(cloudSources, name) }

// settingDefinitions are the settings of RudderStack's destination definition, and ours.
//
//nolint:gochecknoglobals // A table; nothing writes to it.
var settingDefinitions = []Setting{
	{
		Name: "accountId", Type: "string", Required: true,
		Description: "Account ID: the Project ID of CleverTap's settings.",
		read:        func(r *settingsReader, v document.Value) { r.text(&r.accountID, "accountId", v) },
	},
	{
		Name: "passcode", Type: "string", Required: true, Secret: true,
		Description: "Passcode of CleverTap's settings.",
		read:        func(r *settingsReader, v document.Value) { r.text(&r.passcode, "passcode", v) },
	},
	{
		Name: "accountToken", Type: "string", Secret: true,
		Description: "Account token of mobile SDKs; not used in cloud mode.",
		read:        func(r *settingsReader, v document.Value) { r.text(new(string), "accountToken", v) },
	},
	{
		Name: "trackAnonymous", Type: "boolean", Default: false,
		Description: "Enable track for anonymous user: whether events of visitors without a userId are sent.",
		read:        func(r *settingsReader, v document.Value) { r.boolean(&r.trackAnonymous, "trackAnonymous", v) },
	},
	{
		Name: "enableObjectIdMapping", Type: "boolean", Default: false,
		Description: "Use Clevertap ObjectId for Mapping: whether anonymousId becomes CleverTap's objectId.",
		read:        func(r *settingsReader, v document.Value) { r.boolean(&r.objectIDMapping, "enableObjectIdMapping", v) },
	},
	{
		Name: "region", Type: "string", Default: "none", Allowed: regionNames(),
		Description: "CleverTap's region, which decides the host.",
		read:        func(r *settingsReader, v document.Value) { r.text(&r.region, "region", v) },
	},
	{
		Name: "useNativeSDK", Type: "boolean or object", Default: false,
		Description: "Use Native SDK to send Events: whether the native SDK sends the events, by source type or for all that support device mode.",
		read:        func(r *settingsReader, v document.Value) { r.nativeSDK(v) },
	},
	{
		Name: "connectionMode", Type: "string or object", Allowed: []string{deviceMode, cloudMode},
		Description: "device or cloud, by source type or for all that support device mode; decides instead of useNativeSDK.",
		read:        func(r *settingsReader, v document.Value) { r.modes(v) },
	},
	{
		Name: "eventFilteringOption", Type: "string", Default: filterDisable, Allowed: []string{filterDisable, filterWhitelist, filterBlacklist},
		Description: "Which track events pass.",
		read:        func(r *settingsReader, v document.Value) { r.text(&r.filterOption, "eventFilteringOption", v) },
	},
	{
		Name: filterWhitelist, Type: "array",
		Description: `The only track events that pass when eventFilteringOption is whitelistedEvents: [{"eventName": "…"}].`,
		read:        func(r *settingsReader, v document.Value) { r.names(&r.whitelist, filterWhitelist, v) },
	},
	{
		Name: filterBlacklist, Type: "array",
		Description: `The track events that do not pass when eventFilteringOption is blacklistedEvents: [{"eventName": "…"}].`,
		read:        func(r *settingsReader, v document.Value) { r.names(&r.blacklist, filterBlacklist, v) },
	},
	{
		Name: "ruleset", Type: "string", Default: "RULESET_GUIDE", Allowed: rulesetEnum.choices(),
		Description: "Which mapping rules apply: those of the guide, or those of rudder-transformer v1.145.",
		read:        func(r *settingsReader, v document.Value) { enumOf(r, &r.ruleset, rulesetEnum, "ruleset", v) },
	},
	{
		Name: "useEventTimestamp", Type: "boolean", Default: false,
		Description: "Whether a record without a ts that can be read takes the event's timestamp, else its originalTimestamp.",
		read:        func(r *settingsReader, v document.Value) { r.boolean(&r.useEventTimestamp, "useEventTimestamp", v) },
	},
	{
		Name: "checkMode", Type: "string", Default: "CHECK_MODE_REPORT", Allowed: checkModeEnum.choices(),
		Description: "What is done about what CleverTap would refuse: say so, mend it (RULESET_GUIDE only), or fail the event.",
		read:        func(r *settingsReader, v document.Value) { enumOf(r, &r.checkMode, checkModeEnum, "checkMode", v) },
	},
	{
		Name: "defaultCountry", Type: "string",
		Description: "Country of phones that are written without their country's code: two letters of ISO 3166-1, such as IN.",
		read:        func(r *settingsReader, v document.Value) { r.text(&r.country, "defaultCountry", v) },
	},
	{
		Name: "dateOrder", Type: "string", Allowed: dateOrderEnum.choices(),
		Description: "How 03/04/1990 is read. Dates that can be read in one way only need no setting.",
		read:        func(r *settingsReader, v document.Value) { enumOf(r, &r.dateOrder, dateOrderEnum, "dateOrder", v) },
	},
	{
		Name: "nestedValues", Type: "string", Default: "NESTED_VALUES_STRINGIFY", Allowed: nestedValuesEnum.choices(),
		Description: "What becomes of arrays and objects where CleverTap takes none: JSON text, fields of their own, nothing, or (for accounts " +
			"with the beta of nested objects) themselves. RULESET_GUIDE only.",
		read: func(r *settingsReader, v document.Value) {
			enumOf(r, &r.nestedValues, nestedValuesEnum, "nestedValues", v)
		},
	},
	{
		Name: "limits", Type: "object",
		Description: "Limits of an account whose limits differ from the usual ones: eventProperties (100), profileAttributes (256), " +
			"chargedItems (50), keyCharacters (120), valueBytes (512), eventNameBytes (512).",
		read: func(r *settingsReader, v document.Value) { r.readLimits(v) },
	},
	// RudderStack applies consent before events reach us.
	{Name: "consentManagement"},
	{Name: "oneTrustCookieCategories"},
	{Name: "ketchConsentPurposes"},
}

// settingNamed finds a setting.
func settingNamed(name string) (*Setting, bool) {
	for i := range settingDefinitions {
		if settingDefinitions[i].Name == name {
			return &settingDefinitions[i], true
		}
	}
	return nil, false
}
