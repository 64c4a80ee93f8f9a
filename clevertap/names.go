package clevertap

// ReservedEvent is the name of an event that CleverTap raises itself. It compares names without regard to case and blanks.
type ReservedEvent struct {
	// Name is the event's name as CleverTap writes it.
	Name string
	// Refused tells that CleverTap says that it refuses the name (code 513); of the others it says only that they are its own.
	Refused bool
}

//nolint:gochecknoglobals // A table; nothing writes to it.
var reservedEvents = [...]ReservedEvent{
	// Platform Considerations, and a recorded refusal of the last.
	{"Notification Sent", true},
	{"Notification Viewed", true},
	{"Notification Clicked", true},
	{"Notification Delivered", true},
	{"Notification Replied", true},
	{"UTM Visited", true},
	{"App Launched", true},
	{"App Uninstalled", true},
	{"App Version Changed", true},
	{"Stayed", true},
	{"Reply Sent", true},
	{"Experiment Rendered", true},
	{"Reachable By", true},
	{"Identity Reset", true},
	{"Identity Set", true},
	{"Identity Error", true},
	{PageViewedEvent, true},
	// What CleverTap's Android SDK refuses besides.
	{"wzrk_d", true},
	{"Notification Bounced", true},
	{"Geocluster Entered", true},
	{"Geocluster Exited", true},
	{"SCOutgoing", true},
	{"SCIncoming", true},
	{"SCEnd", true},
	{"SCCampaignOptOut", true},
	// What the page on events lists as CleverTap's own. Whether the API refuses them is not documented.
	{"App Installed", false},
	{"Web Session Started", false},
	{"Push Impressions", false},
	{"Notification Failed", false},
	{"Session Concluded", false},
	{"State Transitioned", false},
	{"Channel Unsubscribed", false},
	{"Channel Subscribed", false},
	{"App Upgraded", false},
	{"AB Test Enter", false},
	{"AB Test Exit", false},
	{"Partner Sync", false},
	{"Push Unregistered", false},
	{"Webhook Delivered", false},
}

// ReservedEvents returns the names of CleverTap's own events. Source: Platform Considerations; Events; CleverTap's Android SDK.
func ReservedEvents() []ReservedEvent { return append([]ReservedEvent(nil), reservedEvents[:]...) }

// PageViewedEvent is the name of one of CleverTap's own events: a page was viewed.
const PageViewedEvent = "Web Page Viewed"

// ChargedEvent is the name of a purchase, exactly so. Source: Upload Events.
const ChargedEvent = "Charged"

// The fields of a purchase that mean something to CleverTap. Source: Upload Events.
const (
	// ChargedID is the order's id.
	ChargedID = "Charged ID"
	// ChargedAmount is what was paid, a number.
	ChargedAmount = "Amount"
	// ChargedItems is what was bought, an array of flat objects: the only nested value that events take.
	ChargedItems = "Items"
)

//nolint:gochecknoglobals // A table; nothing writes to it.
var placeholderIdentities = [...]string{
	"undefined", "null", "na", "n/a", "0", "nil", "-1", "infinity", "-infinity", "inf", "-inf", "nan", "-nan", "empty", "xxxxxx",
	"none",
}

// PlaceholderIdentities returns the texts that CleverTap does not take for an identity (code 523), whatever their case.
// Source: CSV Upload.
func PlaceholderIdentities() []string { return append([]string(nil), placeholderIdentities[:]...) }

const (
	// ObjectIDPunctuation is what an objectId may hold beside the letters and digits of ASCII. Source: Set CleverTap ID.
	ObjectIDPunctuation = "()!:@$_-"
	// ProhibitedInEvents is what the names and keys of events should not hold. What the server does with it is not
	// documented. Source: Platform Considerations.
	ProhibitedInEvents = `%><!|&.:;$'"\`
	// ProhibitedInProfiles is what the keys of profiles should not hold.
	ProhibitedInProfiles = ProhibitedInEvents + "#"
)

//nolint:gochecknoglobals // A table; nothing writes to it.
var tokenTypes = [...]string{"chrome", "fcm", "gcm", "apns", "wns", "mpns"}

// TokenTypes returns the types of device tokens. Source: Upload Device Tokens.
func TokenTypes() []string { return append([]string(nil), tokenTypes[:]...) }

// ChromeToken is the type of device tokens that need keys.
const ChromeToken = "chrome"
