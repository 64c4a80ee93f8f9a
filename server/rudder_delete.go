package server

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strings"

	"golang.org/x/sync/errgroup"

	"github.com/rudder-clevertap/rudder-clevertap/delivery"
	transformerv1 "github.com/rudder-clevertap/rudder-clevertap/gen/transformer/v1"
	"github.com/rudder-clevertap/rudder-clevertap/mapping"
)

// maxDeletions is how many deletions of one account CleverTap takes at once.
const maxDeletions = 3

// deletion is one request to delete users.
type deletion struct {
	DestType       json.RawMessage `json:"destType"`
	Config         *deletionConfig `json:"config"`
	UserAttributes json.RawMessage `json:"userAttributes"`
}

// deletionConfig is what of a destination's settings a deletion needs.
type deletionConfig struct {
	AccountID json.RawMessage `json:"accountId"`
	Passcode  json.RawMessage `json:"passcode"`
	Region    json.RawMessage `json:"region"`
}

// deletionResult is what became of it.
type deletionResult struct {
	StatusCode int    `json:"statusCode"`
	Status     string `json:"status,omitempty"`
	Error      string `json:"error,omitempty"`
}

// DeleteUsers asks CleverTap to delete the profiles of users. The HTTP status is that of the first request.
func (s *rudderService) DeleteUsers(ctx context.Context, r *transformerv1.DeleteUsersRequest) (*transformerv1.DeleteUsersResponse, error) {
	var requests []json.RawMessage
	if json.Unmarshal(r.GetBody(), &requests) != nil || len(requests) == 0 {
		return deletionAnswer(statusBadRequest, map[string]string{
			"error": "Bad Request", "message": "the body must be an array with at least one request to delete users",
		})
	}
	results := make([]deletionResult, len(requests))
	group, ctx := errgroup.WithContext(ctx)
	group.SetLimit(maxDeletions)
	parsed := make([]deletion, len(requests))
	for i, text := range requests {
		err := json.Unmarshal(text, &parsed[i])
		if name, known := parsed[i].destination(); !known {
			return deletionAnswer(statusNotFound, map[string]string{"error": "Unknown destination: " + name})
		}
		if err != nil {
			results[i] = deletionResult{StatusCode: statusBadRequest, Error: "the request has members of the wrong type"}
			continue
		}
		group.Go(func() error {
			results[i] = s.deleteUsers(ctx, &parsed[i])
			return nil
		})
	}
	if err := group.Wait(); err != nil {
		return nil, err
	}
	return deletionAnswer(results[0].StatusCode, results)
}

// destination returns the destination that a request names, and whether it is ours.
func (d *deletion) destination() (string, bool) {
	var name string
	if len(d.DestType) == 0 {
		return "undefined", false
	}
	if json.Unmarshal(d.DestType, &name) != nil {
		return string(d.DestType), false
	}
	return name, strings.ToLower(strings.TrimSpace(name)) == rudderDestination
}

// deleteUsers serves one request.
func (s *rudderService) deleteUsers(ctx context.Context, d *deletion) deletionResult {
	var users []struct {
		UserID json.RawMessage `json:"userId"`
	}
	if trimmed := strings.TrimSpace(string(d.UserAttributes)); !strings.HasPrefix(trimmed, "[") || json.Unmarshal(d.UserAttributes, &users) != nil {
		return deletionResult{StatusCode: statusBadRequest, Error: "userAttributes is not an array"}
	}
	if d.Config == nil {
		return deletionResult{StatusCode: statusBadRequest, Error: "config is missing: give the destination's settings"}
	}
	account, failed := d.Config.account()
	if failed != nil {
		return *failed
	}
	var ids []json.RawMessage
	for _, user := range users {
		if isTruthy(user.UserID) {
			ids = append(ids, user.UserID)
		}
	}
	err := s.clevertap.DeleteProfiles(ctx, account, ids)
	var (
		refused    *delivery.StatusError
		connection *delivery.ConnectionError
	)
	switch {
	case err == nil:
		return deletionResult{StatusCode: statusOK, Status: "successful"}
	case errors.As(err, &refused):
		return deletionResult{StatusCode: refused.Status, Error: "User deletion request failed"}
	case errors.As(err, &connection) && connection.Retryable:
		return deletionResult{StatusCode: statusInternal, Error: "User deletion request failed"}
	case errors.As(err, &connection):
		return deletionResult{StatusCode: statusBadRequest, Error: "User deletion request failed"}
	default:
		return deletionResult{StatusCode: statusBadRequest, Error: err.Error()}
	}
}

// account returns the account that the settings name, or why they name none.
func (c *deletionConfig) account() (delivery.Account, *deletionResult) {
	if !isTruthy(c.AccountID) || !isTruthy(c.Passcode) {
		return delivery.Account{}, &deletionResult{StatusCode: statusBadRequest, Error: "Project ID and Passcode is required for delete user"}
	}
	id, _ := scalarText(c.AccountID)
	passcode, _ := scalarText(c.Passcode)
	region, _ := scalarText(c.Region)
	if !isTruthy(c.Region) {
		region = "none"
	}
	for _, known := range mapping.Describe().Regions {
		if known.Name == region {
			return delivery.Account{Host: known.Host, ID: id, Passcode: passcode}, nil
		}
	}
	return delivery.Account{}, &deletionResult{StatusCode: statusBadRequest, Error: "the region is not one of CleverTap's: nothing was deleted"}
}

// isTruthy reports whether JavaScript takes a JSON text for true.
func isTruthy(text json.RawMessage) bool {
	switch string(text) {
	case "", "null", "false", "0", "-0", `""`:
		return false
	}
	var number float64
	return json.Unmarshal(text, &number) != nil || number != 0
}

// deletionAnswer writes an answer.
func deletionAnswer(status int, body any) (*transformerv1.DeleteUsersResponse, error) {
	text, err := plainJSON(body)
	if err != nil {
		return nil, fmt.Errorf("write the answer: %w", err)
	}
	return &transformerv1.DeleteUsersResponse{
		Head: &transformerv1.ResponseHead{StatusCode: uint32(status), ContentType: jsonContent}, Body: text,
	}, nil
}
