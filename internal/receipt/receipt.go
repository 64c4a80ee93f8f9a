// Package receipt stands between the mapping and the sender: it makes of transformed events what the sender takes,
// and of what the sender says of them the results that callers are told.
package receipt

import (
	"errors"
	"strconv"
	"strings"

	spb "google.golang.org/genproto/googleapis/rpc/status"

	"github.com/rudder-clevertap/rudder-clevertap/clevertap"
	"github.com/rudder-clevertap/rudder-clevertap/delivery"
	transformerv1 "github.com/rudder-clevertap/rudder-clevertap/gen/transformer/v1"
	"github.com/rudder-clevertap/rudder-clevertap/internal/apierr"
	"github.com/rudder-clevertap/rudder-clevertap/mapping"
)

// Batch collects events on their way from the mapping to the sender, and then what became of them. It shares no
// memory with the mapping.
type Batch struct {
	results []transformerv1.DeliveryResult
	events  []delivery.Event
	summary transformerv1.DeliverySummary
	// Of all events: the text of their ids and records, which the events share.
	text    []byte
	users   [][]byte
	records []delivery.Record
	ids     [][]byte
}

// New returns a batch with room for so many events, whose records take about so many bytes.
func New(events, bytes int) *Batch {
	return &Batch{
		results: make([]transformerv1.DeliveryResult, 0, events), events: make([]delivery.Event, 0, events),
		text: make([]byte, 0, bytes), users: make([][]byte, 0, 2*events), records: make([]delivery.Record, 0, events),
	}
}

// Add adds an event. Failed is why it can't be transformed, an *apierr.Error; nil when it can be.
func (b *Batch) Add(from *mapping.Result, failed error) {
	at := len(b.results)
	b.results = b.results[:at+1] // in place: a message must not be copied
	to := &b.results[at]
	to.Index, to.MessageId = uint32(at), apierr.Clean(string(from.MessageID))
	to.Diagnostics = diagnostics(from.Diagnostics)
	b.events = append(b.events, delivery.Event{})
	switch {
	case failed != nil:
		to.Outcome, to.Error = transformerv1.Outcome_OUTCOME_INVALID, apierr.Status(failed)
	case from.Status == mapping.Filtered:
		to.Outcome = transformerv1.Outcome_OUTCOME_FILTERED
	default:
		b.keep(&b.events[at], from)
	}
}

// keep copies what the sender needs of an event. What was kept before stays where it is when the room for it grows.
func (b *Batch) keep(to *delivery.Event, from *mapping.Result) {
	b.ids = from.AppendUsers(b.ids[:0])
	start := len(b.users)
	for _, id := range b.ids {
		at := len(b.text)
		b.text = append(b.text, id...)
		b.users = append(b.users, b.text[at:len(b.text):len(b.text)])
	}
	to.Users = b.users[start:len(b.users):len(b.users)]
	start = len(b.records)
	for _, record := range from.Records {
		at := len(b.text)
		b.text = record.AppendJSON(b.text)
		b.records = append(b.records, delivery.Record{JSON: b.text[at:len(b.text):len(b.text)], Token: record.Token})
	}
	to.Records = b.records[start:len(b.records):len(b.records)]
}

// diagnostics returns an event's diagnostics as messages.
func diagnostics(found []mapping.Diagnostic) []*transformerv1.Diagnostic {
	if len(found) == 0 {
		return nil
	}
	list := make([]*transformerv1.Diagnostic, len(found))
	for i, d := range found {
		list[i] = &transformerv1.Diagnostic{
			Severity: transformerv1.Severity(d.Severity), Code: string(d.Code),
			Path: apierr.Clean(d.Path), Message: apierr.Clean(d.Message),
			ClevertapCode: int32(d.CleverTapCode), Action: transformerv1.Action(d.Action),
		}
	}
	return list
}

// Events are the events for the sender, in order. Those that are not to be sent have no records.
func (b *Batch) Events() []delivery.Event { return b.events }

// Settle takes what the sender says of the events.
func (b *Batch) Settle(from []delivery.Result) {
	var told teller
	for i := range b.results {
		to := &b.results[i]
		if to.GetOutcome() == transformerv1.Outcome_OUTCOME_UNSPECIFIED {
			r := &from[i]
			to.Outcome, to.Attempts, to.Error = outcome(r.Outcome), uint32(r.Attempts), told.status(r.Err)
			to.Retryable, to.PossiblyDelivered = r.Retryable, r.PossiblyDelivered
		}
		Count(&b.summary, to.GetOutcome())
	}
	b.events, b.text, b.users, b.records = nil, nil, nil, nil
}

// Results are the results of the events, once they are settled, and Summary counts them.
func (b *Batch) Results() []*transformerv1.DeliveryResult {
	list := make([]*transformerv1.DeliveryResult, len(b.results))
	for i := range b.results {
		list[i] = &b.results[i]
	}
	return list
}

// Summary counts the outcomes, once they are settled.
func (b *Batch) Summary() *transformerv1.DeliverySummary { return &b.summary }

// Count counts an outcome.
func Count(in *transformerv1.DeliverySummary, of transformerv1.Outcome) {
	switch of {
	case transformerv1.Outcome_OUTCOME_DELIVERED:
		in.Delivered++
	case transformerv1.Outcome_OUTCOME_FILTERED:
		in.Filtered++
	case transformerv1.Outcome_OUTCOME_INVALID:
		in.Invalid++
	case transformerv1.Outcome_OUTCOME_REFUSED:
		in.Refused++
	default:
		in.Undelivered++
	}
}

// outcome is the contract's name of an outcome.
func outcome(of delivery.Outcome) transformerv1.Outcome {
	switch of {
	case delivery.Delivered:
		return transformerv1.Outcome_OUTCOME_DELIVERED
	case delivery.Refused:
		return transformerv1.Outcome_OUTCOME_REFUSED
	default:
		return transformerv1.Outcome_OUTCOME_UNDELIVERED
	}
}

// teller tells errors. Many events share one.
type teller struct {
	last *delivery.Error
	told *spb.Status
}

// status tells an error; nil is none.
func (t *teller) status(e *delivery.Error) *spb.Status {
	if e == nil {
		return nil
	}
	if e != t.last {
		t.last, t.told = e, apierr.Status(Failure(e))
	}
	return t.told
}

// Failure is an error of the sender's, as callers are told.
func Failure(e *delivery.Error) error {
	told := &apierr.Error{Reason: apierr.Reason(e.Reason), Message: apierr.Clean(e.Message)}
	if e.Code == 0 {
		return told
	}
	told.Metadata = map[string]string{"clevertapCode": strconv.Itoa(e.Code)}
	if e.Said != "" {
		told.Metadata["clevertapError"] = e.Said
	}
	if field := e.Field(); field != "" {
		told.Metadata["field"] = field
	}
	return told
}

// Refused says why the sender takes nothing of a call.
func Refused(err error) error {
	if full, ok := errors.AsType[*delivery.OverloadedError](err); ok {
		return &apierr.Error{Reason: apierr.Overloaded, Message: full.Error(), RetryAfter: full.RetryAfter}
	}
	if errors.Is(err, delivery.ErrStopping) {
		return apierr.Stopping()
	}
	return err
}

// Deletion takes what the sender says of the request to delete a user.
func Deletion(to *transformerv1.DeletionResult, from *delivery.Result) {
	to.Outcome, to.Attempts, to.Retryable = outcome(from.Outcome), uint32(from.Attempts), from.Retryable
	if from.Err != nil {
		to.Error = apierr.Status(Failure(from.Err))
	}
}

// Account returns the account of a destination. The label is its name in telemetry.
func Account(to *mapping.Destination, label string) delivery.Account {
	account := delivery.Account{Host: host(to.Endpoint()), Label: label}
	for _, header := range to.Headers() {
		switch header.Name {
		case clevertap.AccountIDHeader:
			account.ID = header.Value
		case clevertap.PasscodeHeader:
			account.Passcode = header.Value
		}
	}
	return account
}

// host returns the host of an upload's address.
func host(endpoint string) string {
	return strings.TrimSuffix(strings.TrimPrefix(endpoint, "https://"), clevertap.UploadPath)
}
