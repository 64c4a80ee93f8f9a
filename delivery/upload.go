package delivery

import (
	"errors"
	"net/http"
	"time"

	"go.opentelemetry.io/otel/codes"
	"go.opentelemetry.io/otel/trace"

	"github.com/rudder-clevertap/rudder-clevertap/clevertap"
)

// The HTTP statuses that mean something of their own.
const (
	statusBadRequest   = http.StatusBadRequest
	statusUnauthorized = http.StatusUnauthorized
	statusForbidden    = http.StatusForbidden
	statusTimeout      = http.StatusRequestTimeout
	statusTooLarge     = http.StatusRequestEntityTooLarge
	statusTooMany      = http.StatusTooManyRequests
)

// verdictKind says what an answer means for the records of an upload.
type verdictKind uint8

const (
	// byRecord: each record has its own.
	byRecord verdictKind = iota
	// failedUpload: none was taken, or nobody knows which; the upload is sent again.
	failedUpload
	// tooMany: as failedUpload, and the account has too many uploads under way.
	tooMany
	// refusedUpload: it won't be taken as it is. What holds several records is split.
	refusedUpload
	// refusedPasscode: the credentials are not taken.
	refusedPasscode
)

// verdict is what an answer, or that none came, means for the records of an upload.
type verdict struct {
	kind verdictKind
	// answered tells that CleverTap, and nobody in its place, answered.
	answered bool
	// refused says for each record why it was refused; nil when it was not. Of an upload by record only.
	refused []*Refusal
	// unknown tells that it can't be told which of the records that were not refused were taken; astray, that refusals name none.
	unknown, astray bool
	// why is why none was taken.
	why *Error
	// possibly tells that records may have been taken all the same.
	possibly bool
	// after is how long to wait at least.
	after time.Duration
}

// judge reads the answer to an upload of so many records.
func judge(reply *Reply, err error, records int) *verdict {
	if err != nil {
		return judgeFault(err)
	}
	if !reply.OK() {
		read, _ := ParseUploadReply(reply.Body)
		words := ""
		if read != nil {
			words = read.Error
		}
		return judgeStatus(reply.Status, words, reply.RetryAfter, read != nil)
	}
	read, ok := ParseUploadReply(reply.Body)
	if !ok {
		return &verdict{kind: failedUpload, possibly: true, why: failedCall(reply.Status, "", "what came is not CleverTap's reply to an upload")}
	}
	if read.Status != "fail" || read.Code < statusBadRequest || len(read.Unprocessed) > 0 || read.Processed > 0 {
		return judgeRecords(read, reply.Status, records)
	}
	if known, ok := clevertap.LookUpCode(read.Code); ok && !known.Retry {
		return &verdict{kind: refusedUpload, answered: true, why: refusedRecord(&Refusal{Code: read.Code, Error: read.Error})}
	}
	return judgeStatus(read.Code, read.Error, reply.RetryAfter, true)
}

// judgeFault says what it means that no answer came.
func judgeFault(err error) *verdict {
	if refused, ok := errors.AsType[*RefusedError](err); ok {
		return &verdict{kind: refusedPasscode, why: &Error{Reason: ReasonCredentials, Message: "the destination can't be called: " + refused.Message}}
	}
	fault, ok := errors.AsType[*ConnectionError](err)
	if !ok {
		return &verdict{kind: failedUpload, possibly: true, why: stopped()}
	}
	return &verdict{kind: failedUpload, possibly: fault.Sent, why: noAnswer(fault)}
}

// judgeStatus says what an HTTP status means; ours tells that the body is CleverTap's.
func judgeStatus(status int, words string, after time.Duration, ours bool) *verdict {
	switch {
	case status == statusUnauthorized || status == statusForbidden:
		return &verdict{kind: refusedPasscode, answered: true, why: refusedCredentials(status, words)}
	case status == statusTooMany:
		return &verdict{kind: tooMany, answered: true, why: overloaded(words), after: after}
	case status == statusTimeout || status < statusBadRequest:
		return &verdict{kind: failedUpload, why: failedCall(status, words, "it was not read"), after: after}
	case status < http.StatusInternalServerError:
		return &verdict{kind: refusedUpload, answered: true, why: refusedCall(status, words)}
	}
	// What stands before CleverTap answers for it when its own answer is late or lost.
	inPlace := !ours && status != http.StatusInternalServerError && status != http.StatusServiceUnavailable
	return &verdict{kind: failedUpload, possibly: inPlace, why: failedCall(status, words, "it failed"), after: after}
}

// judgeRecords says what a reply by record means.
func judgeRecords(read *UploadReply, status, records int) *verdict {
	if records == 1 && len(read.Unprocessed) == 1 {
		read.Unprocessed[0].Record = 0 // it can't be another
	}
	of := read.Verdict(records)
	v := &verdict{kind: byRecord, answered: true, refused: of.Refused, unknown: of.Lost > 0 || len(of.Astray) > 0, astray: len(of.Astray) > 0}
	if v.unknown {
		v.possibly = true
		v.why = failedCall(status, read.Error, "its reply leaves open what became of some records")
	}
	return v
}

// upload sends a batch and settles what its answer says. The account is not locked.
func (a *account) upload(b *batch, body []byte, report func(error)) {
	ctx, span := a.sender.tracer.Start(a.sender.requests, "upload", a.describe(b)...)
	started := time.Now()
	a.sender.metrics.upload(ctx, a.label, len(b.records))
	request := Request{
		Method: http.MethodPost, Endpoint: "https://" + a.key.host + clevertap.UploadPath, Body: body,
		Headers: headers(a.key.id, b.credential.passcode),
	}
	if b.dry {
		request.Query = clevertap.DryRunQuery
	}
	reply, err := a.sender.client.Do(ctx, request)
	v := judge(reply, err, len(b.records))
	a.sender.metrics.uploaded(ctx, a.label, time.Since(started), v)
	if span.IsRecording() && v.why != nil {
		span.SetAttributes(attrReason.String(string(v.why.Reason)))
		span.SetStatus(codes.Error, v.why.Message)
	}
	span.End()

	a.mu.Lock()
	defer a.mu.Unlock()
	a.uploads--
	b.under = false
	report(v.health())
	a.apply(b, v)
	a.send()
}

// headers are those of each request.
func headers(account, passcode string) []Header {
	return []Header{
		{clevertap.AccountIDHeader, account}, {clevertap.PasscodeHeader, passcode},
		{"Content-Type", clevertap.ContentType}, {"User-Agent", userAgent},
	}
}

// What the breaker is told of an upload that was not answered.
var (
	errFailed    = errors.New("CleverTap gave no answer")
	errNoVerdict = errors.New("it says nothing of CleverTap")
)

// health is what the breaker is told.
func (v *verdict) health() error {
	switch {
	case v.kind == tooMany || v.why != nil && v.why.Reason == ReasonCutShort:
		return errNoVerdict
	case v.kind == failedUpload:
		return errFailed
	default:
		return nil
	}
}

// apply settles what a verdict settles, and sees to the rest.
func (a *account) apply(b *batch, v *verdict) {
	a.tried(b, v)
	switch v.kind {
	case byRecord:
		a.applyByRecord(b, v)
	case refusedUpload:
		a.keep(b, v)
		if a.prune(b); len(b.records) > 1 {
			a.split(b, 2)
			return
		}
		for _, r := range b.records {
			a.settle(r, Refused, v.why)
		}
		a.prune(b)
	case refusedPasscode:
		a.prune(b) // all were settled with the others of the passcode
	case tooMany:
		a.pace.lower(a.sender.now())
		fallthrough
	case failedUpload:
		a.keep(b, v)
		a.retry(b, v.after)
	}
}

// keep notes with the records of a batch why they were not taken.
func (a *account) keep(b *batch, v *verdict) {
	for _, r := range b.records {
		r.why = v.why
		r.possibly = r.possibly || v.possibly
	}
}

// astrayParts is into how many parts an upload is split some of whose refusals name no record. Each part may be taken a second
// time, so there are few rounds of it.
const astrayParts = 32

// applyByRecord settles the records that were taken or refused.
func (a *account) applyByRecord(b *batch, v *verdict) {
	progress := false
	for i, r := range b.records {
		refusal := v.refused[i]
		switch {
		case r.settled:
		case refusal != nil && refusal.Retryable():
			r.why = refusedRecord(refusal)
		case refusal != nil:
			a.settle(r, Refused, refusedRecord(refusal))
			progress = true
		case v.unknown:
			r.why, r.possibly = v.why, true
		default:
			a.settle(r, Delivered, nil)
			progress = true
		}
	}
	a.prune(b)
	if v.astray && len(b.records) > 1 {
		a.split(b, astrayParts)
		return
	}
	if progress {
		b.failures, b.waits = 0, nil
	}
	a.retry(b, 0)
}

// maxLinks is how many calls the span of an upload names.
const maxLinks = 128

// describe says what the span of an upload is, and links it to the calls whose events it holds.
func (a *account) describe(b *batch) []trace.SpanStartOption {
	var links []trace.Link
	seen := map[trace.SpanID]bool{}
	for _, r := range b.records {
		if id := r.of.caller.SpanID(); id.IsValid() && !seen[id] && len(links) < maxLinks {
			seen[id] = true
			links = append(links, trace.Link{SpanContext: r.of.caller})
		}
	}
	return []trace.SpanStartOption{
		trace.WithLinks(links...), trace.WithAttributes(attrDestination.String(a.label), attrRecords.Int(len(b.records))),
	}
}
