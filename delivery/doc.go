// Package delivery is the client of CleverTap's HTTP API: it sends requests to CleverTap's own hosts and to nothing else, and
// reads what CleverTap replies, record by record.
//
// Source: CleverTap's developer documentation, "API errors", "Upload Events API", "Delete User Profile API".
package delivery
