// Package delivery is the client of CleverTap's HTTP API: it sends requests to CleverTap's own hosts and to nothing else, and
// reads what CleverTap replies, record by record. It knows nothing of events or of RudderStack.
//
// No error, span or metric of it holds a request's headers or body, which are secret.
//
// Source: CleverTap's developer documentation, "API errors", "Upload Events API", "Delete User Profile API", "API request
// limit".
package delivery
