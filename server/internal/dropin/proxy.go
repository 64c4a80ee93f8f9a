package dropin

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/rudder-clevertap/rudder-clevertap/delivery"
	transformerv1 "github.com/rudder-clevertap/rudder-clevertap/gen/transformer/v1"
	"github.com/rudder-clevertap/rudder-clevertap/mapping/document"
	"github.com/rudder-clevertap/rudder-clevertap/mapping/javascript"
)

// proxyOutcome is what became of a request, as rudder-transformer's contract has it.
type proxyOutcome struct {
	// status is the HTTP status that rudder-server is told; replied is the one that CleverTap answered with.
	status, replied int
	// body is CleverTap's reply as JSON text: a text that is not JSON becomes a JSON string, no reply the
	// empty one. Nothing when the request was not sent.
	body []byte
	// message says how it went.
	message string
	// errorType is empty when it went well.
	errorType string
}

// failed reports whether it did not go well.
func (o *proxyOutcome) failed() bool { return o.errorType != "" }

// More HTTP statuses of answers and replies.
const (
	statusRedirect = 300
	statusTooMany  = 429
)

// Error types of RudderStack.
const (
	errorAborted         = "aborted"
	errorRetryable       = "retryable"
	errorThrottled       = "throttled"
	errorInstrumentation = "instrumentation"
)

// proxyWords are the messages of a handler of replies. Rudder-transformer has one for CleverTap and one for
// any destination.
type proxyWords struct {
	delivered string
	// failed has a place for the HTTP status.
	failed string
}

// words returns the messages of the handler that rudder-transformer has for a name. It knows its own for
// CleverTap by the exact name alone.
func (s *Service) words(p *proxyRequest) proxyWords {
	if s.generic(p) {
		return proxyWords{
			"[Generic Response Handler] Request for destination: " + p.destination +
				" Processed Successfully",
			"[Generic Response Handler] Request failed for destination " + p.destination + " with status: ",
		}
	}
	// The two blanks are that program's.
	return proxyWords{"Request Processed Successfully", "Request failed  with status: "}
}

// generic reports whether rudder-transformer would judge a reply by its HTTP status alone.
func (s *Service) generic(p *proxyRequest) bool {
	return s.options.Strict && p.destination != ourDestination
}

// ProxyDelivery sends one request to CleverTap and says what became of it, in version 1 for each job. Nothing
// is sent unless the answer has a job to tell it to.
func (s *Service) ProxyDelivery(
	ctx context.Context, r *transformerv1.ProxyDeliveryRequest,
) (*transformerv1.ProxyDeliveryResponse, error) {
	if !isOurs(r.GetDestination()) {
		return proxyAnswer(refuseDestination(r.GetDestination()).answer())
	}
	lease, err := s.lend(ctx, r.GetBody())
	if err != nil {
		return nil, err
	}
	defer lease.Release()
	p, refused := readProxy(r)
	if refused == nil && s.room(p) < 0 {
		refused = &refusal{
			statusTooLarge, "Payload Too Large",
			"metadata is too long to be repeated in one answer: nothing was sent",
		}
	}
	if refused != nil {
		return proxyAnswer(refused.answer())
	}
	sent, err := s.deliver(ctx, p)
	if err != nil {
		return nil, err
	}
	return proxyAnswer(s.proxied(ctx, p, sent))
}

// proxyAnswer makes an answer of a head and a body.
func proxyAnswer(
	head *transformerv1.ResponseHead, body []byte,
) (*transformerv1.ProxyDeliveryResponse, error) {
	return &transformerv1.ProxyDeliveryResponse{Head: head, Body: body}, nil
}

// deliver sends a request. The error is the cause of the context's end.
func (s *Service) deliver(ctx context.Context, p *proxyRequest) (*proxyOutcome, error) {
	words := s.words(p)
	request, err := s.outgoing(p)
	if err != nil {
		return unsent(err.Error()), nil
	}
	reply, err := s.options.Sender.Exchange(ctx, request)
	if err == nil {
		return s.judge(p, words, reply.Status, replyJSON(reply.Body)), nil
	}
	if ctx.Err() != nil {
		return nil, context.Cause(ctx)
	}
	if refused, ok := errors.AsType[*delivery.RefusedError](err); ok {
		if s.options.Strict && refused.Code != "" {
			return newProxyOutcome(words, statusBadRequest, quoted("["+refused.Code+"]")), nil
		}
		return unsent(refused.Message), nil
	}
	if fault, ok := errors.AsType[*delivery.ConnectionError](err); ok {
		return newProxyOutcome(words, faultStatus(fault), quoted(fault.Error())), nil
	}
	return nil, notSent(err)
}

// outgoing makes the request for CleverTap as rudder-transformer does. The error says why it can't be made.
func (s *Service) outgoing(p *proxyRequest) (delivery.Request, error) {
	payload, err := p.payload()
	if err != nil {
		return delivery.Request{}, err
	}
	if payload.text == nil && !s.options.Strict {
		return delivery.Request{}, errors.New("body has nothing to send: give body.JSON")
	}
	headers, err := p.headerList(payload)
	if err != nil {
		return delivery.Request{}, err
	}
	query, err := p.query()
	if err != nil {
		return delivery.Request{}, err
	}
	return delivery.Request{
		Method: p.method(), Endpoint: plainText(p.endpoint), Query: query, Headers: headers,
		Body:    payload.text,
		Timeout: time.Duration(p.timeoutMs) * time.Millisecond,
	}, nil
}

// faultStatus is the HTTP status that stands for a fault of the connection.
func faultStatus(fault *delivery.ConnectionError) int {
	if fault.Retryable {
		return statusInternal
	}
	return statusBadRequest
}

// unsent is the outcome of a request that was not sent. The message may name a part of it, of any length.
func unsent(message string) *proxyOutcome {
	return &proxyOutcome{
		status: statusBadRequest, message: shortened([]byte(message), leastEcho),
		errorType: errorInstrumentation,
	}
}

// newProxyOutcome judges a reply by its HTTP status. A redirect, which is not followed, is answered as a 400:
// rudder-server would follow it.
func newProxyOutcome(words proxyWords, status int, body []byte) *proxyOutcome {
	o := &proxyOutcome{
		status: status, replied: status, body: body, message: fmt.Sprint(words.failed, status),
		errorType: errorAborted,
	}
	switch {
	case status < statusRedirect:
		o.message, o.errorType = words.delivered, ""
	case status < statusBadRequest:
		o.status = statusBadRequest
	case status == statusTooMany:
		o.errorType = errorThrottled
	case status >= statusInternal:
		o.errorType = errorRetryable
	}
	return o
}

// judge judges a reply of CleverTap, whose HTTP status is 200 even when it refused records. A reply that says
// so fails all jobs, as long as it is not told by record, and for good, unless CleverTap took none and asks
// for each of them again. One that says success of fewer records than were sent is to be tried again.
func (s *Service) judge(p *proxyRequest, words proxyWords, status int, body []byte) *proxyOutcome {
	o := newProxyOutcome(words, status, body)
	if o.failed() || s.generic(p) || s.options.Strict && succeeded(body) {
		return o
	}
	reply, known := delivery.ParseUploadReply(body)
	again := known && !s.options.Strict && (allToRetry(reply) || p.isShort(reply))
	switch {
	case again:
		o.status, o.errorType = statusInternal, errorRetryable
	case succeeded(body):
		return o
	default:
		o.status, o.errorType = statusBadRequest, errorAborted
	}
	o.message = fmt.Sprint(words.failed, status)
	return o
}

// isShort reports whether a reply that says success counts fewer records than were sent, so that some may be
// lost.
func (p *proxyRequest) isShort(reply *delivery.UploadReply) bool {
	return reply.Status == "success" && reply.Processed >= 0 &&
		p.records.Kind() == document.Array && reply.Processed < p.records.Len()
}

// allToRetry reports whether CleverTap took no record and may take each of them when it is sent again.
func allToRetry(reply *delivery.UploadReply) bool {
	for i := range reply.Unprocessed {
		if !reply.Unprocessed[i].Retryable() {
			return false
		}
	}
	return reply.Processed == 0 && len(reply.Unprocessed) > 0
}

// replyJSON returns a reply's body as rudder-transformer reads it: JSON as JavaScript parses and writes it,
// and text otherwise. What is falsy counts as nothing.
func replyJSON(body []byte) []byte {
	text := plainUTF8(body)
	doc, err := parseJavaScript(text)
	if err != nil {
		return document.AppendString(nil, text)
	}
	if !javascript.Truthy(doc.Root()) {
		return []byte(`""`)
	}
	return doc.Root().AppendJSON(nil)
}

// succeeded reports whether a reply says that all went well, or says nothing.
func succeeded(body []byte) bool {
	if string(body) == `""` {
		return true
	}
	status := memberOf(body, "status")
	return document.KindAt(status) == document.String && document.Unquote(status) == "success"
}

// quoted returns a text as JSON.
func quoted(text string) []byte { return document.AppendString(nil, text) }
