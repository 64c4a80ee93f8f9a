package server

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/rudder-clevertap/rudder-clevertap/delivery"
	transformerv1 "github.com/rudder-clevertap/rudder-clevertap/gen/transformer/v1"
	"github.com/rudder-clevertap/rudder-clevertap/mapping/document"
)

// proxyAgent is the User-Agent under which rudder-transformer delivers.
const proxyAgent = "RudderLabs"

// proxyRequest is the body of a proxy call: one request for CleverTap and the jobs that it belongs to.
type proxyRequest struct {
	Method   string                     `json:"method"`
	Endpoint string                     `json:"endpoint"`
	Headers  map[string]json.RawMessage `json:"headers"`
	Params   map[string]json.RawMessage `json:"params"`
	Body     map[string]json.RawMessage `json:"body"`
	// Metadata is one object in version 0, an array in version 1.
	Metadata json.RawMessage `json:"metadata"`

	jobs []json.RawMessage
}

// proxyOutcome is what became of the request, as rudder-transformer's contract has it.
type proxyOutcome struct {
	// status is the HTTP status, or the one that stands for a fault; replied is what CleverTap answered with.
	status, replied int
	// body is CleverTap's reply as JSON text; a text that is no JSON is a JSON string, none the empty string.
	body json.RawMessage
	// message says how it went.
	message string
	// errorType is empty when it went well.
	errorType string
}

// jobOutcome is what became of one job.
type jobOutcome struct {
	Error      string          `json:"error"`
	StatusCode int             `json:"statusCode"`
	Metadata   json.RawMessage `json:"metadata"`
}

// statTags are the tags by which RudderStack counts errors.
type statTags struct {
	ErrorCategory  string `json:"errorCategory"`
	ErrorType      string `json:"errorType"`
	DestType       string `json:"destType"`
	Module         string `json:"module"`
	Implementation string `json:"implementation"`
	Feature        string `json:"feature"`
	DestinationID  string `json:"destinationId"`
	WorkspaceID    string `json:"workspaceId"`
}

// Error types of RudderStack.
const (
	errorAborted   = "aborted"
	errorRetryable = "retryable"
	errorThrottled = "throttled"
)

// Messages of rudder-transformer's proxy. The second has two blanks there too.
const (
	proxyDelivered = "Request Processed Successfully"
	proxyFailed    = "Request failed  with status: %d"
)

// ProxyDelivery sends one request to CleverTap and says what became of it, in version 1 for each job.
func (s *rudderService) ProxyDelivery(ctx context.Context, r *transformerv1.ProxyDeliveryRequest) (*transformerv1.ProxyDeliveryResponse, error) {
	if strings.ToLower(strings.TrimSpace(r.GetDestination())) != rudderDestination {
		return proxyAnswer(statusNotFound, map[string]string{"error": "Unknown destination: " + r.GetDestination()}, 0)
	}
	request, err := parseProxy(r)
	if err == nil {
		var sent *proxyOutcome
		if sent, err = s.deliver(ctx, request, r.GetTimeoutMs()); err == nil {
			return s.proxied(r.GetVersion(), request, sent)
		}
	}
	if ctx.Err() != nil {
		return nil, context.Cause(ctx)
	}
	return refusedProxy(r.GetVersion(), request, err)
}

// parseProxy reads a proxy call's body.
func parseProxy(r *transformerv1.ProxyDeliveryRequest) (*proxyRequest, error) {
	request := &proxyRequest{}
	if err := json.Unmarshal(r.GetBody(), request); err != nil {
		if typed := (*json.UnmarshalTypeError)(nil); errors.As(err, &typed) && typed.Field != "" {
			return request, fmt.Errorf("%s must not be a JSON %s", typed.Field, typed.Value)
		}
		return request, errors.New("the body is no JSON object that holds a request")
	}
	if r.GetVersion() == 0 {
		request.jobs = []json.RawMessage{request.Metadata}
		return request, nil
	}
	if json.Unmarshal(request.Metadata, &request.jobs) != nil {
		request.jobs = nil
		return request, errors.New("metadata must be an array with one object for each job: nothing was sent")
	}
	return request, nil
}

// deliver sends the request. The error says why nothing was sent.
func (s *rudderService) deliver(ctx context.Context, request *proxyRequest, timeoutMs uint32) (*proxyOutcome, error) {
	body, err := request.payload()
	if err != nil {
		return nil, err
	}
	header := http.Header{}
	for name, value := range request.Headers {
		if text, ok := scalarText(value); ok {
			header.Set(name, text)
		}
	}
	header.Set("User-Agent", proxyAgent)
	query := url.Values{}
	for name, value := range request.Params {
		if text, ok := scalarText(value); ok {
			query.Set(name, text)
		}
	}
	reply, err := s.clevertap.Do(ctx, delivery.Request{
		Method: request.Method, Endpoint: request.Endpoint, Query: query, Header: header, Body: body,
		Timeout: time.Duration(timeoutMs) * time.Millisecond,
	})
	if failed := (*delivery.ConnectionError)(nil); errors.As(err, &failed) {
		status := statusBadRequest
		if failed.Retryable {
			status = statusInternal
		}
		return newProxyOutcome(status, quoted(failed.Error())), nil
	}
	if err != nil {
		return nil, err
	}
	outcome := newProxyOutcome(reply.Status, replyJSON(reply.Body))
	if reply.OK() && !succeeded(outcome.body) {
		outcome.status, outcome.errorType, outcome.message = statusBadRequest, errorAborted, fmt.Sprintf(proxyFailed, reply.Status)
	}
	return outcome, nil
}

// newProxyOutcome judges a reply by its HTTP status.
func newProxyOutcome(status int, body json.RawMessage) *proxyOutcome {
	o := &proxyOutcome{status: status, replied: status, body: body, message: fmt.Sprintf(proxyFailed, status), errorType: errorAborted}
	switch {
	case status >= 200 && status < 300:
		o.message, o.errorType = proxyDelivered, ""
	case status == http.StatusTooManyRequests:
		o.errorType = errorThrottled
	case status >= statusInternal:
		o.errorType = errorRetryable
	}
	return o
}

// payload returns what to send: the content of the body's one format.
func (r *proxyRequest) payload() ([]byte, error) {
	for _, format := range []struct {
		name, member string
	}{{"JSON", ""}, {"JSON_ARRAY", "batch"}, {"XML", "payload"}} {
		var content map[string]json.RawMessage
		if json.Unmarshal(r.Body[format.name], &content) != nil || len(content) == 0 {
			continue
		}
		if format.member == "" {
			return r.Body[format.name], nil
		}
		if text, ok := scalarText(content[format.member]); ok {
			return []byte(text), nil
		}
	}
	var form map[string]json.RawMessage
	if json.Unmarshal(r.Body["FORM"], &form) == nil && len(form) > 0 {
		values := url.Values{}
		for name, value := range form {
			if text, ok := scalarText(value); ok {
				values.Set(name, text)
			}
		}
		return []byte(values.Encode()), nil
	}
	return nil, errors.New("body has nothing to send: give body.JSON")
}

// scalarText returns the text of a JSON string, number or boolean; false for null and for what is nested or absent.
func scalarText(value json.RawMessage) (string, bool) {
	var text string
	switch {
	case len(value) == 0 || string(value) == "null" || value[0] == '{' || value[0] == '[':
		return "", false
	case json.Unmarshal(value, &text) == nil:
		return text, true
	default:
		return string(value), true
	}
}

// quoted returns a text as JSON.
func quoted(text string) json.RawMessage {
	return document.AppendString(nil, text)
}

// replyJSON returns a reply's body as compact JSON. What is no JSON is taken as text; null, 0 and false count as nothing.
func replyJSON(body []byte) json.RawMessage {
	compact := &bytes.Buffer{}
	if len(bytes.TrimSpace(body)) == 0 {
		return json.RawMessage(`""`)
	}
	if json.Compact(compact, body) != nil {
		return quoted(clean(string(body)))
	}
	switch compact.String() {
	case "null", "0", "false":
		return json.RawMessage(`""`)
	}
	return compact.Bytes()
}

// succeeded reports whether a reply says that all went well, or nothing.
func succeeded(body json.RawMessage) bool {
	if string(body) == `""` {
		return true
	}
	var reply struct {
		Status any `json:"status"`
	}
	return json.Unmarshal(body, &reply) == nil && reply.Status == "success"
}

// proxied answers a call whose request was sent.
func (s *rudderService) proxied(version uint32, request *proxyRequest, sent *proxyOutcome) (*transformerv1.ProxyDeliveryResponse, error) {
	if version == 0 {
		return proxiedWhole(request, sent)
	}
	output := map[string]any{}
	jobs, split := []jobOutcome(nil), false
	if !s.strict {
		jobs, split = request.byRecord(sent)
	}
	status, message, errorType := sent.status, sent.message, sent.errorType
	if split {
		status, message, errorType = summarize(jobs)
	} else {
		jobs = make([]jobOutcome, 0, len(request.jobs))
		for _, metadata := range request.jobs {
			jobs = append(jobs, jobOutcome{Error: string(sent.body), StatusCode: sent.status, Metadata: metadata})
		}
	}
	output["response"], output["status"], output["message"] = jobs, status, message
	if errorType != "" {
		output["statTags"] = request.tags(errorType)
	}
	return proxyAnswer(statusOK, map[string]any{"output": output}, rudderAPIVersion)
}

// proxiedWhole answers a call of version 0: the HTTP status is that of all jobs.
func proxiedWhole(request *proxyRequest, sent *proxyOutcome) (*transformerv1.ProxyDeliveryResponse, error) {
	output := map[string]any{
		"status": sent.status, "message": sent.message,
		"destinationResponse": map[string]any{"response": sent.body, "status": sent.replied},
	}
	status := sent.status
	switch {
	case sent.errorType == "":
		status = statusOK
	case status == statusNotFound:
		status = statusBadRequest
	}
	if sent.errorType != "" {
		output["statTags"] = request.tags(sent.errorType)
	}
	return proxyAnswer(status, map[string]any{"output": output}, rudderAPIVersion)
}

// tags returns the tags of an error. They name the first job's destination and workspace.
func (r *proxyRequest) tags(errorType string) statTags {
	tags := statTags{
		ErrorCategory: "network", ErrorType: errorType, DestType: strings.ToUpper(rudderDestination), Module: "destination",
		Implementation: "native", Feature: "dataDelivery",
		// The spelling is rudder-transformer's.
		DestinationID: "Non-determininable", WorkspaceID: "Non-determininable",
	}
	var job struct {
		DestinationID string `json:"destinationId"`
		WorkspaceID   string `json:"workspaceId"`
	}
	if len(r.jobs) > 0 && json.Unmarshal(r.jobs[0], &job) == nil {
		if job.DestinationID != "" {
			tags.DestinationID = job.DestinationID
		}
		if job.WorkspaceID != "" {
			tags.WorkspaceID = job.WorkspaceID
		}
	}
	return tags
}

// refusedProxy answers a call whose request was not sent. The error says why.
func refusedProxy(version uint32, request *proxyRequest, err error) (*transformerv1.ProxyDeliveryResponse, error) {
	tags := request.tags(errorAborted)
	tags.ErrorCategory, tags.ErrorType = "dataValidation", "instrumentation"
	output := map[string]any{"status": statusBadRequest, "message": err.Error(), "statTags": tags}
	if version == 0 {
		output["destinationResponse"] = ""
		return proxyAnswer(statusBadRequest, map[string]any{"output": output}, rudderAPIVersion)
	}
	if request.jobs == nil {
		return proxyAnswer(statusBadRequest, map[string]any{"error": "Bad Request", "message": err.Error()}, 0)
	}
	jobs := make([]jobOutcome, 0, len(request.jobs))
	for _, metadata := range request.jobs {
		jobs = append(jobs, jobOutcome{Error: err.Error(), StatusCode: statusBadRequest, Metadata: metadata})
	}
	output["response"] = jobs
	return proxyAnswer(statusOK, map[string]any{"output": output}, rudderAPIVersion)
}

// proxyAnswer writes an answer.
func proxyAnswer(status int, body any, apiVersion uint32) (*transformerv1.ProxyDeliveryResponse, error) {
	text, err := plainJSON(body)
	if err != nil {
		return nil, fmt.Errorf("write the proxy's answer: %w", err)
	}
	return &transformerv1.ProxyDeliveryResponse{
		Head: &transformerv1.ResponseHead{StatusCode: uint32(status), ContentType: jsonContent, ApiVersion: apiVersion}, Body: text,
	}, nil
}

// plainJSON writes JSON without HTML escapes.
func plainJSON(v any) ([]byte, error) {
	out := &bytes.Buffer{}
	encoder := json.NewEncoder(out)
	encoder.SetEscapeHTML(false)
	if err := encoder.Encode(v); err != nil {
		return nil, err
	}
	return bytes.TrimSpace(out.Bytes()), nil
}
