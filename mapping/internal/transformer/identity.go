package transformer

import (
	"github.com/rudder-clevertap/rudder-clevertap/mapping/document"
	"github.com/rudder-clevertap/rudder-clevertap/mapping/internal/rules"
	"github.com/rudder-clevertap/rudder-clevertap/mapping/javascript"
)

// userIDOnly is the userIdOnly field of rudder-transformer; the userId field takes the anonymousId as well.
func (r run) userIDOnly() document.Value {
	if v := javascript.Get(r.Event, "userId"); javascript.Truthy(v) || javascript.Zero(v) {
		return v
	}
	v, _ := r.firstTrait(r.Rules.Traits.Keys(rules.PersonID))
	return v
}

// userIDOrAnonymous is its userId field.
func (r run) userIDOrAnonymous() document.Value {
	if v := r.userIDOnly(); v.Exists() {
		return v
	}
	if v := r.Event.Get("anonymousId"); javascript.Truthy(v) || javascript.Zero(v) {
		return v
	}
	return document.Value{}
}

// identifyEvent sets the one id of an event, if there is one.
func (r run) identifyEvent(record document.Value) *rules.Error {
	if !r.To.ObjectIDMapping {
		if id := r.userIDOrAnonymous(); id.Exists() {
			record.Set("identity", id)
		}
		return nil
	}
	if anonymousID := r.Event.Get("anonymousId"); javascript.Truthy(anonymousID) {
		record.Set("objectId", anonymousID)
		return nil
	}
	userID := r.userIDOnly()
	if !javascript.Truthy(userID) {
		return &rules.Error{
			Reason: rules.MissingIdentity, Field: "userId", Kind: userID.Kind(),
			Message: "Unable to process without anonymousId or userId",
		}
	}
	record.Set("identity", userID)
	return nil
}
