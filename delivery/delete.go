package delivery

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
)

// maxDelete is how many profiles CleverTap deletes in one call.
const maxDelete = 100

// Account is what a call for an account needs.
type Account struct {
	// Host is the host of its region: `in1.api.clevertap.com`.
	Host string
	// ID and Passcode are its credentials.
	ID, Passcode string
}

// StatusError says that CleverTap refused a call.
type StatusError struct {
	// Status is the HTTP status.
	Status int
}

// Error names the status.
func (e *StatusError) Error() string {
	return fmt.Sprintf("CleverTap answered with status %d", e.Status)
}

// DeleteProfiles asks CleverTap to delete the profiles of identities, JSON texts, 100 at a time and one call after the other.
// The first call that fails ends it: a *StatusError or what Do gives; profiles of earlier calls stay deleted. CleverTap deletes
// within 48 hours.
func (c *Client) DeleteProfiles(ctx context.Context, account Account, identities []json.RawMessage) error {
	for chunk := range slices.Chunk(identities, maxDelete) {
		body, err := json.Marshal(map[string]any{"identity": chunk})
		if err != nil {
			return &RefusedError{Message: "an identity is no JSON"}
		}
		reply, err := c.Do(ctx, Request{
			Method: http.MethodPost, Endpoint: "https://" + account.Host + "/1/delete/profiles.json", Body: body,
			Header: http.Header{
				"X-Clevertap-Account-Id": {account.ID}, "X-Clevertap-Passcode": {account.Passcode},
				"Content-Type": {"application/json"}, "User-Agent": {"rudder-clevertap"},
			},
		})
		if err != nil {
			return err
		}
		if !reply.OK() {
			return &StatusError{Status: reply.Status}
		}
	}
	return nil
}
