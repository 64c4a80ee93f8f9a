package clevertap

// Limits of a request.
const (
	// MaxRecords is how many events and profiles an upload may hold. Source: Upload Events.
	MaxRecords = 1000
	// MaxTokens is how many device tokens an upload may hold. Source: Upload Device Tokens.
	MaxTokens = 100
	// MaxDeletions is how many identities, and how many objectIds, a deletion may name. Source: Delete User Profile.
	MaxDeletions = 100
	// MaxUploadBytes is how long a body should be at most. CleverTap documents no limit; this one is ours.
	MaxUploadBytes = 4 << 20
)

// Limits of an account, of all its callers together. Source: API Request Limit.
const (
	// MaxConcurrentUploads is how many uploads may be under way at once.
	MaxConcurrentUploads = 15
	// SafeConcurrentUploads is what older pages, and CleverTap's own importer, allow.
	SafeConcurrentUploads = 3
	// MaxConcurrentCalls is how many calls of any other kind may be under way at once.
	MaxConcurrentCalls = 3
)

// Limits of a record. Accounts may have others.
const (
	// MaxEventProperties is how many properties an event may have; older pages say 256. Source: Upload Events.
	MaxEventProperties = 100
	// MaxProfileAttributes is how many custom attributes a profile may have. Source: Upload User Profiles.
	MaxProfileAttributes = 256
	// MaxChargedItems is how many items CleverTap's SDKs keep of a purchase; a page of CleverTap's says 256.
	MaxChargedItems = 50
	// MaxKeyCharacters is how long a key may be, in characters. Source: Upload Events.
	MaxKeyCharacters = 120
	// MaxValueBytes is how long a text may be, in bytes of UTF-8. Source: Upload Events.
	MaxValueBytes = 512
	// MaxEventNameBytes is how long an event's name may be, in bytes of UTF-8: what CleverTap's Android SDK keeps.
	MaxEventNameBytes = 512
	// MaxIdentityCharacters is how long an identity may be, in characters. Source: CSV Upload.
	MaxIdentityCharacters = 1023
	// MaxObjectIDCharacters is how long an objectId may be, in characters. Source: Set CleverTap ID.
	MaxObjectIDCharacters = 64
	// MaxListItems is how many items a list of a profile keeps. Source: Platform Considerations.
	MaxListItems = 100
	// MaxAge is the highest age.
	MaxAge = 150
)

// Limits of nested values, on accounts that have the nested beta. Source: Ingesting Nested Objects.
const (
	// MaxNestedLevels is how deep values may be nested.
	MaxNestedLevels = 3
	// MaxNestedKeys is how many keys at the root may hold objects, and how many may hold arrays.
	MaxNestedKeys = 5
	// MaxNestedArray is how many elements an array may have.
	MaxNestedArray = 100
	// MaxNestedBytes is how long a record may be.
	MaxNestedBytes = 128 << 10
)

// Events are campaigns' triggers only for a while. Source: Events Object.
const (
	// MaxLiveAgeSeconds is how old an event may be to trigger a live campaign.
	MaxLiveAgeSeconds = 2 * 60 * 60
	// MaxLiveFutureSeconds is how far in the future it may be.
	MaxLiveFutureSeconds = 2 * 60
)
