package dropin

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"golang.org/x/sync/errgroup"

	"github.com/rudder-clevertap/rudder-clevertap/clevertap"
	"github.com/rudder-clevertap/rudder-clevertap/delivery"
	transformerv1 "github.com/rudder-clevertap/rudder-clevertap/gen/transformer/v1"
	"github.com/rudder-clevertap/rudder-clevertap/internal/apierr"
	"github.com/rudder-clevertap/rudder-clevertap/mapping"
	"github.com/rudder-clevertap/rudder-clevertap/mapping/document"
	"github.com/rudder-clevertap/rudder-clevertap/mapping/javascript"
)

// maxDeleteRequests is how many requests of one call are served at once. What an account takes is for the
// sender to know.
const maxDeleteRequests = 16

// deleteRequest is one request to delete users. Its parts are texts of values, or nothing.
type deleteRequest struct {
	destType, config, users []byte
}

// deleteResult is what became of it.
type deleteResult struct {
	StatusCode int    `json:"statusCode"`
	Status     string `json:"status,omitempty"`
	Error      string `json:"error,omitempty"`
}

// failedDeletion says why users were not deleted.
func failedDeletion(status int, format string, args ...any) deleteResult {
	return deleteResult{StatusCode: status, Error: apierr.Clean(fmt.Sprintf(format, args...))}
}

// DeleteUsers asks CleverTap to delete the profiles of users. The HTTP status is that of the first request.
// Nothing is deleted unless all requests are for CleverTap.
func (s *Service) DeleteUsers(
	ctx context.Context, r *transformerv1.DeleteUsersRequest,
) (*transformerv1.DeleteUsersResponse, error) {
	lease, err := s.lend(ctx, r.GetBody())
	if err != nil {
		return nil, err
	}
	defer lease.Release()
	requests, refused := readDeletions(r.GetBody())
	if refused != nil {
		return deleteAnswer(refused.answer())
	}
	results := make([]deleteResult, len(requests))
	group, groupCtx := errgroup.WithContext(ctx)
	group.SetLimit(maxDeleteRequests)
	for i := range requests {
		group.Go(func() (err error) {
			results[i], err = s.deleteUsers(groupCtx, &requests[i])
			return err
		})
	}
	if err := group.Wait(); err != nil {
		return nil, err
	}
	return deleteAnswer(jsonAnswer(results[0].StatusCode, 0, results))
}

// deleteAnswer makes an answer of a head and a body.
func deleteAnswer(head *transformerv1.ResponseHead, body []byte) (*transformerv1.DeleteUsersResponse, error) {
	return &transformerv1.DeleteUsersResponse{Head: head, Body: body}, nil
}

// readDeletions reads the requests of a call.
func readDeletions(text []byte) ([]deleteRequest, *refusal) {
	body, refused := readBody(text, nil)
	if refused != nil {
		return nil, refused
	}
	list := elements(body.text)
	if len(list) == 0 {
		return nil, refuse("the body must be an array with at least one request to delete users")
	}
	requests := make([]deleteRequest, len(list))
	for i, element := range list {
		d := &requests[i]
		parts(element, func(key, value []byte) {
			switch {
			case document.QuotedIs(key, "destType"):
				d.destType = value
			case document.QuotedIs(key, "config"):
				d.config = value
			case document.QuotedIs(key, "userAttributes"):
				d.users = value
			}
		})
		if d.destType == nil {
			return nil, refuseDestination("undefined")
		}
		name := string(d.destType)
		if document.KindAt(d.destType) == document.String {
			name = document.Unquote(d.destType)
		}
		if !isOurs(name) {
			return nil, refuseDestination(name)
		}
	}
	return requests, nil
}

// deleteUsers serves one request. The error is the cause of the context's end.
func (s *Service) deleteUsers(ctx context.Context, d *deleteRequest) (deleteResult, error) {
	deletion, failed := d.deletion()
	if failed != nil {
		return *failed, nil
	}
	err := s.options.Sender.DeleteProfiles(ctx, deletion)
	if err == nil {
		return deleteResult{StatusCode: statusOK, Status: "successful"}, nil
	}
	const message = "User deletion request failed"
	if status, ok := errors.AsType[*delivery.StatusError](err); ok {
		if status.Status < statusBadRequest {
			return failedDeletion(
				statusBadRequest, "%s: CleverTap redirected it with status %d", message, status.Status,
			), nil
		}
		return failedDeletion(status.Status, message), nil
	}
	if fault, ok := errors.AsType[*delivery.ConnectionError](err); ok {
		return failedDeletion(faultStatus(fault), message), nil
	}
	if refused, ok := errors.AsType[*delivery.RefusedError](err); ok {
		return failedDeletion(
			statusBadRequest, "%s, so nothing was deleted: look at config.region and the credentials",
			refused.Message,
		), nil
	}
	return deleteResult{}, notSent(err)
}

// notSent is the error of a call that was cut short.
func notSent(err error) error {
	if errors.Is(err, delivery.ErrStopping) {
		return apierr.Stopping()
	}
	return err
}

// deletion returns what to delete, or why it can't be told.
func (d *deleteRequest) deletion() (delivery.Deletion, *deleteResult) {
	fail := func(format string, args ...any) (delivery.Deletion, *deleteResult) {
		result := failedDeletion(statusBadRequest, format, args...)
		return delivery.Deletion{}, &result
	}
	if document.KindAt(d.users) != document.Array {
		return fail("userAttributes is not an array")
	}
	users, err := parseJavaScript(d.users)
	if err != nil {
		return fail("userAttributes: %v", err)
	}
	if document.KindAt(d.config) <= document.Null {
		return fail("config is missing: give the destination's settings")
	}
	config, err := parseJavaScript(d.config)
	if err != nil {
		return fail("config: %v", err)
	}
	account, passcode := config.Root().Get("accountId"), config.Root().Get("passcode")
	if !javascript.Truthy(account) || !javascript.Truthy(passcode) {
		return fail("Project ID and Passcode is required for delete user")
	}
	deletion := delivery.Deletion{}
	if deletion.AccountID, err = headerText(account); err != nil {
		return fail("config.accountId: %v", err)
	}
	if deletion.Passcode, err = headerText(passcode); err != nil {
		return fail("config.passcode: %v", err)
	}
	to, failed := mapping.ParseTransformerConfig(d.config)
	if failed != nil {
		return fail("config: %s", failed.Message)
	}
	deletion.Endpoint = strings.TrimSuffix(to.Endpoint(), clevertap.UploadPath) + clevertap.DeletePath
	for user := users.Root().First(); user.Exists(); user = user.Next() {
		if user.Kind() == document.Null {
			return fail("userAttributes must hold objects, not null")
		}
		if id := user.Get("userId"); javascript.Truthy(id) {
			deletion.Identities = append(deletion.Identities, id.AppendJSON(nil))
		}
	}
	return deletion, nil
}
