package delivery

import (
	"context"
	"net/http"
	"slices"

	"github.com/rudder-clevertap/rudder-clevertap/clevertap"
)

// Deletion is what to delete, and where.
type Deletion struct {
	// Endpoint is the address of the account's region: `https://in1.api.clevertap.com/1/delete/profiles.json`.
	Endpoint string
	// AccountID and Passcode are the account's credentials.
	AccountID, Passcode string
	// Identities are those of the profiles, as JSON texts.
	Identities [][]byte
}

// DeleteProfiles asks CleverTap to delete profiles, 100 at a time and one call after the other, as DeleteUsers does, but makes
// each call once. The first call that fails ends it: a *StatusError, ErrStopping or what Client.Do gives. What was asked before
// stays asked. CleverTap deletes within 48 hours.
func (s *Sender) DeleteProfiles(ctx context.Context, d Deletion) error {
	if !s.opened() {
		return ErrStopping
	}
	defer s.closed()
	ctx, end := s.within(ctx)
	defer end()
	for chunk := range slices.Chunk(d.Identities, clevertap.MaxDeletions) {
		if err := s.deleteProfiles(ctx, &d, chunk); err != nil {
			return err
		}
	}
	return nil
}

// deleteProfiles makes one call.
func (s *Sender) deleteProfiles(ctx context.Context, d *Deletion, identities [][]byte) error {
	leave, err := s.enterDeletion(ctx, hostOf(d.Endpoint), d.AccountID)
	if err != nil {
		return err
	}
	defer leave()
	body := []byte(`{"identity":[`)
	for i, identity := range identities {
		if i > 0 {
			body = append(body, ',')
		}
		body = append(body, identity...)
	}
	reply, err := s.client.Do(ctx, Request{
		Method: http.MethodPost, Endpoint: d.Endpoint, Body: append(body, "]}"...),
		Headers: []Header{
			{clevertap.AccountIDHeader, d.AccountID}, {clevertap.PasscodeHeader, d.Passcode},
			{"Content-Type", clevertap.ContentType}, {"User-Agent", userAgent},
		},
	})
	if err != nil {
		return err
	}
	if !reply.OK() {
		return &StatusError{Status: reply.Status}
	}
	return nil
}
