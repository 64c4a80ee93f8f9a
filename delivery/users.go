package delivery

import (
	"context"
	"errors"
	"net/http"
	"time"

	"github.com/cenkalti/backoff/v5"

	"github.com/rudder-clevertap/rudder-clevertap/clevertap"
	"github.com/rudder-clevertap/rudder-clevertap/mapping/document"
)

// Users names profiles of an account.
type Users struct {
	// Identities are ids of people, ObjectIDs CleverTap's ids of devices.
	Identities, ObjectIDs []string
}

// DeleteUsers asks CleverTap to delete profiles: at most 100 in a call, and one call of an account at a time. It answers for each
// user, those by identity first; Delivered says that CleverTap agreed, which is all that can be known: it deletes within 48
// hours. The error is ErrStopping: then nothing was asked.
func (s *Sender) DeleteUsers(ctx context.Context, from Account, users Users) ([]Result, error) {
	if !s.opened() {
		return nil, ErrStopping
	}
	defer s.closed()
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	defer context.AfterFunc(s.requests, cancel)() // when the sender stops
	results := make([]Result, len(users.Identities)+len(users.ObjectIDs))
	by := len(users.Identities)
	s.deleteAll(ctx, &from, deletion{"identity", users.Identities, results[:by]})
	s.deleteAll(ctx, &from, deletion{"guid", users.ObjectIDs, results[by:]})
	return results, nil
}

// deletion is a request to delete profiles, and what became of it for each of them.
type deletion struct {
	key     string
	ids     []string
	results []Result
}

// part returns some of a deletion.
func (d deletion) part(from, to int) deletion {
	return deletion{d.key, d.ids[from:to], d.results[from:to]}
}

// body returns what to send.
func (d deletion) body() []byte {
	body := append(document.AppendString([]byte{'{'}, d.key), ':', '[')
	for i, id := range d.ids {
		if i > 0 {
			body = append(body, ',')
		}
		body = document.AppendString(body, id)
	}
	return append(body, ']', '}')
}

// deleteAll deletes as many profiles as there are, a hundred at a time.
func (s *Sender) deleteAll(ctx context.Context, from *Account, d deletion) {
	for at := 0; at < len(d.ids); at += clevertap.MaxDeletions {
		s.delete(ctx, from, d.part(at, min(at+clevertap.MaxDeletions, len(d.ids))))
	}
}

// delete makes one call, again and again until it is decided. A call that CleverTap does not take is split until the id at fault
// is alone.
func (s *Sender) delete(ctx context.Context, from *Account, d deletion) {
	attempts := 0
	v, err := backoff.Retry(ctx, func() (*verdict, error) {
		leave, err := s.enterDeletion(ctx, from.Host, from.ID)
		if err != nil {
			return nil, backoff.Permanent(err)
		}
		defer leave()
		attempts++
		return s.ask(ctx, from, Request{Method: http.MethodPost, Endpoint: clevertap.DeletePath, Body: d.body()})
	}, s.options.tries()...)
	if v != nil && v.kind == refusedUpload && len(d.ids) > 1 {
		half := len(d.ids) / 2
		s.delete(ctx, from, d.part(0, half))
		s.delete(ctx, from, d.part(half, len(d.ids)))
		return
	}
	for i := range d.results {
		r := &d.results[i]
		r.Attempts += attempts
		switch {
		case err != nil || v.kind == refusedPasscode:
			r.Outcome, r.Err, r.Retryable = Undelivered, whyNot(v, err), true
		case v.kind == refusedUpload:
			r.Outcome, r.Err = Refused, v.why
		default:
			r.Outcome = Delivered
		}
	}
}

// enterDeletion waits until no deletion of the account is under way, and returns how to leave.
func (s *Sender) enterDeletion(ctx context.Context, host, id string) (leave func(), err error) {
	return s.deletions.enter(ctx, host+" "+id)
}

// Check asks CleverTap whether an account's credentials fit its region; nil when they do.
func (s *Sender) Check(ctx context.Context, with Account) *Error {
	v, err := s.ask(ctx, &with, Request{Method: http.MethodGet, Endpoint: clevertap.ConnectPath, Query: "partner=" + userAgent})
	switch {
	case v != nil && v.kind == refusedUpload && v.why.Code == statusBadRequest:
		// What some hosts answer to credentials that they do not know.
		return refusedCredentials(v.why.Code, v.why.Said)
	case err != nil || v.why != nil:
		return whyNot(v, err)
	default:
		return nil
	}
}

// ask makes a call that is no upload, to a path of the account's host. The error says that it may be made again; the verdict is
// there all the same when CleverTap was asked.
func (s *Sender) ask(ctx context.Context, of *Account, r Request) (*verdict, error) {
	r.Endpoint, r.Headers = "https://"+of.Host+r.Endpoint, headers(of.ID, of.Passcode)
	reply, err := s.client.Do(ctx, r)
	if err != nil && ctx.Err() != nil {
		return nil, backoff.Permanent(err)
	}
	v := judgeCall(reply, err)
	switch {
	case v.kind != failedUpload && v.kind != tooMany:
		return v, nil
	case v.after > 0:
		return v, backoff.RetryAfter(int(v.after / time.Second))
	default:
		return v, v.why
	}
}

// judgeCall reads the answer to a call that is no upload.
func judgeCall(reply *Reply, err error) *verdict {
	if err != nil {
		return judgeFault(err)
	}
	read, ok := ParseUploadReply(reply.Body)
	switch {
	case !ok && reply.OK():
		return &verdict{kind: failedUpload, why: failedCall(reply.Status, "", "what came is not CleverTap's reply")}
	case !ok:
		return judgeStatus(reply.Status, "", reply.RetryAfter, false)
	case !reply.OK():
		return judgeStatus(reply.Status, read.Error, reply.RetryAfter, true)
	case read.Status == "fail":
		return judgeStatus(max(read.Code, statusBadRequest), read.Error, reply.RetryAfter, true)
	default:
		return &verdict{answered: true}
	}
}

// whyNot says why a call was not taken.
func whyNot(v *verdict, err error) *Error {
	if v != nil && v.why != nil {
		return v.why
	}
	if why, ok := errors.AsType[*Error](err); ok {
		return why
	}
	if errors.Is(err, context.DeadlineExceeded) {
		return cutShort("the deadline passed before CleverTap had answered")
	}
	return cutShort("the call ended before CleverTap had answered")
}

// waits returns the waits between attempts. They have full jitter: each is a random time from nothing to twice its interval.
func (o SenderOptions) waits() backoff.BackOff {
	return &backoff.ExponentialBackOff{
		InitialInterval: o.RetryBase / 2, MaxInterval: o.RetryMax / 2, Multiplier: 2, RandomizationFactor: 1,
	}
}

// tries are how a call is made again.
func (o SenderOptions) tries() []backoff.RetryOption {
	return []backoff.RetryOption{
		backoff.WithBackOff(o.waits()), backoff.WithMaxTries(uint(o.MaxAttempts)), backoff.WithMaxElapsedTime(0),
	}
}
