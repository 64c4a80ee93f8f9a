package clevertap

// The headers of each request. Source: Common API Components.
const (
	// AccountIDHeader names the account: the Project ID of CleverTap's settings.
	AccountIDHeader = "X-CleverTap-Account-Id"
	// PasscodeHeader holds the passcode, which is a secret.
	PasscodeHeader = "X-CleverTap-Passcode"
	// ContentType is the media type of each request's body.
	ContentType = "application/json"
)

// The paths of the calls that this program makes.
const (
	// UploadPath takes events, profiles and device tokens. Source: Upload Events.
	UploadPath = "/1/upload"
	// DryRunQuery makes an upload one that is checked and not kept. CleverTap's current pages do not show it.
	DryRunQuery = "dryRun=1"
	// DeletePath takes the ids of profiles to delete. Source: Delete User Profile.
	DeletePath = "/1/delete/profiles.json"
	// ConnectPath answers whether account, passcode and region fit; its query names the partner. Source: Authentication.
	ConnectPath = "/v1/connect"
)

// Region is one of CleverTap's regions. The region of an account stands in its dashboard's address.
type Region struct {
	// Name is RudderStack's name of it: `in1`; `none` for Europe.
	Name string
	// Host is the host of its API.
	Host string
	// Place says where it is.
	Place string
}

// europeHost is the host without a region's name.
const europeHost = "api.clevertap.com"

//nolint:gochecknoglobals // A table; nothing writes to it.
var regions = [...]Region{
	{Name: "none", Host: europeHost, Place: "Europe, the default"},
	{Name: "in1", Host: "in1.api.clevertap.com", Place: "India"},
	{Name: "sg1", Host: "sg1.api.clevertap.com", Place: "Singapore"},
	{Name: "us1", Host: "us1.api.clevertap.com", Place: "United States"},
	{Name: "sk1", Host: "sk1.api.clevertap.com", Place: "South Korea"},
	{Name: "aps3", Host: "aps3.api.clevertap.com", Place: "Indonesia"},
	{Name: "mec1", Host: "mec1.api.clevertap.com", Place: "Middle East"},
	{Name: "eu1", Host: europeHost, Place: "Europe, by its own name"},
}

// Regions returns the regions, in the order of RudderStack's settings. Source: Common API Components, and RudderStack's own
// list for `sk1`, which CleverTap's page does not name any more.
func Regions() []Region { return append([]Region(nil), regions[:]...) }

// europeAlias is the name under which CleverTap's own libraries know the European host.
const europeAlias = "eu1." + europeHost

// IsHost reports whether a host, in lower case and without a port, is one of CleverTap's: the only ones to which a passcode
// may go.
func IsHost(host string) bool {
	for i := range regions {
		if regions[i].Host == host {
			return true
		}
	}
	return host == europeAlias
}
