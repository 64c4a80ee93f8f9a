package deliver

import (
	"fmt"
	"unicode/utf8"

	"github.com/rudder-clevertap/rudder-clevertap/clevertap"
	"github.com/rudder-clevertap/rudder-clevertap/delivery"
	transformerv1 "github.com/rudder-clevertap/rudder-clevertap/gen/transformer/v1"
	"github.com/rudder-clevertap/rudder-clevertap/internal/apierr"
	"github.com/rudder-clevertap/rudder-clevertap/internal/receipt"
	"github.com/rudder-clevertap/rudder-clevertap/mapping"
)

// deletion is a request to delete users. What can't be an id is not asked for.
type deletion struct {
	results []*transformerv1.DeletionResult
	users   delivery.Users
	// asked are the results of the users that are asked for.
	asked []*transformerv1.DeletionResult
}

// newDeletion reads a request.
func newDeletion(r *transformerv1.DeliveryServiceDeleteUsersRequest) *deletion {
	d := &deletion{}
	for i, id := range r.GetIdentities() {
		result := &transformerv1.DeletionResult{User: &transformerv1.DeletionResult_Identity{Identity: id}}
		if d.add(result, "identities", i, id) {
			d.users.Identities = append(d.users.Identities, id)
		}
	}
	for i, id := range r.GetObjectIds() {
		result := &transformerv1.DeletionResult{User: &transformerv1.DeletionResult_ObjectId{ObjectId: id}}
		if d.add(result, "objectIds", i, id) {
			d.users.ObjectIDs = append(d.users.ObjectIDs, id)
		}
	}
	return d
}

// add adds the result of a user, and reports whether CleverTap is to be asked.
func (d *deletion) add(result *transformerv1.DeletionResult, field string, at int, id string) bool {
	result.Index = uint32(len(d.results))
	d.results = append(d.results, result)
	if wrong := invalidID(id); wrong != "" {
		result.Outcome = transformerv1.Outcome_OUTCOME_INVALID
		result.Error = apierr.Status(apierr.Field(mapping.InvalidIdentity, fieldOf(field, at), fieldOf(field, at)+wrong))
		return false
	}
	d.asked = append(d.asked, result)
	return true
}

// answer takes what became of those that were asked for.
func (d *deletion) answer(results []delivery.Result) *transformerv1.DeliveryServiceDeleteUsersResponse {
	for i, to := range d.asked {
		receipt.Deletion(to, &results[i])
	}
	summary := &transformerv1.DeliverySummary{}
	for _, result := range d.results {
		receipt.Count(summary, result.GetOutcome())
	}
	return &transformerv1.DeliveryServiceDeleteUsersResponse{Results: d.results, Summary: summary}
}

// invalidID says what is wrong with an id; nothing when it can be one.
func invalidID(id string) string {
	switch {
	case id == "":
		return " is empty"
	case utf8.RuneCountInString(id) > clevertap.MaxIdentityCharacters:
		return fmt.Sprintf(" is longer than the %d characters that CleverTap takes for an id", clevertap.MaxIdentityCharacters)
	default:
		return ""
	}
}

// fieldOf is the path of an element.
func fieldOf(list string, at int) string { return fmt.Sprintf("%s[%d]", list, at) }
