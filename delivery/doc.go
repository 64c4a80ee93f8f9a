// Package delivery brings records to CleverTap and says what became of each. It knows nothing of events' rules or of RudderStack.
//
// Client is CleverTap's HTTP API: it sends requests to CleverTap's own hosts and to nothing else, and reads what CleverTap
// replies, record by record.
//
// Sender stands above it: it takes records in, packs those of one account into uploads, keeps each user's order, stays within the
// account's limits, sends again what CleverTap may take the next time, and gives each event an outcome. Who has requests of their
// own to make (Exchange, DeleteProfiles) shares the same limits.
//
//	lane       the records of one user, in order; one upload at a time holds some of them
//	group      the lanes whose next record may share an upload: of one passcode and one kind
//	batch      the records of one upload, cut from the lanes of a group; sent again, shortened or split until each is settled
//	account    all of these, and the account's limits: uploads at once, memory, breaker, passcodes that are not taken
//	verdict    what an answer means for the records of an upload
//
// CleverTap has no key by which it would know a record that it has taken already, so an upload whose answer is lost is sent again
// and its records are marked as possibly delivered. And where CleverTap puts one record of an upload off (code 555), the user's
// later records in the same upload are taken before it.
//
// No error, span or metric of it holds a request's headers or body, which are secret.
//
// Source: CleverTap's developer documentation, "API errors", "Upload Events API", "Delete User Profile API", "API request
// limit".
package delivery
