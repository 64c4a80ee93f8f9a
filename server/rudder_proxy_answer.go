package server

import (
	"bytes"
	"context"
	"encoding/json"
	"strings"
	"unicode/utf8"

	transformerv1 "github.com/rudder-clevertap/rudder-clevertap/gen/transformer/v1"
	"github.com/rudder-clevertap/rudder-clevertap/mapping/document"
	"github.com/rudder-clevertap/rudder-clevertap/mapping/javascript"
)

const (
	// maxErrorBytes is how much of CleverTap's reply an answer repeats for all jobs together, so that a long reply to many
	// jobs does not become an answer that can't be sent.
	maxErrorBytes = 1 << 20
	// maxReplyEcho is how much of CleverTap's reply an answer of version 0 repeats.
	maxReplyEcho = 16 << 20
)

// statTags are the tags by which RudderStack counts errors.
type statTags struct {
	ErrorCategory  string          `json:"errorCategory"`
	ErrorType      string          `json:"errorType"`
	DestType       string          `json:"destType"`
	Module         string          `json:"module"`
	Implementation string          `json:"implementation"`
	Feature        string          `json:"feature"`
	DestinationID  json.RawMessage `json:"destinationId"`
	WorkspaceID    json.RawMessage `json:"workspaceId"`
}

// tags returns the tags of an error. They name the first job's destination and workspace.
func (p *proxyRequest) tags(errorType string) *statTags {
	tags := &statTags{
		ErrorCategory: "network", ErrorType: errorType, DestType: strings.ToUpper(p.destination), Module: "destination",
		Implementation: "native", Feature: "dataDelivery",
		DestinationID: p.firstJob("destinationId"), WorkspaceID: p.firstJob("workspaceId"),
	}
	if errorType == errorInstrumentation {
		tags.ErrorCategory = "dataValidation"
	}
	return tags
}

// firstJob returns a member of the first job's metadata. The text that stands for a missing one is rudder-transformer's,
// spelling included.
func (p *proxyRequest) firstJob(name string) []byte {
	if len(p.jobs) > 0 {
		if value := memberOf(p.jobs[0], name); isTruthy(value) {
			return value
		}
	}
	return []byte(`"Non-determininable"`)
}

// memberOf returns the text of a member of an object, or nothing. Of several with one key the last counts.
func memberOf(object []byte, name string) (found []byte) {
	parts(object, func(key, value []byte) {
		if document.QuotedIs(key, name) {
			found = value
		}
	})
	return found
}

// isTruthy reports whether JavaScript takes the text of a value for true.
func isTruthy(text []byte) bool {
	switch document.KindAt(text) {
	case document.Invalid, document.Null:
		return false
	case document.Bool:
		return text[0] == 't'
	case document.Number:
		return javascript.ParseJSONNumber(text) != 0
	case document.String:
		return len(text) > len(`""`)
	default:
		return true
	}
}

// jobOutcome is what became of one job.
type jobOutcome struct {
	Error      string          `json:"error"`
	StatusCode int             `json:"statusCode"`
	Metadata   json.RawMessage `json:"metadata"`
}

// proxyOutput is what an answer holds: Response in version 1, Destination in version 0.
type proxyOutput struct {
	Status      int           `json:"status"`
	Message     string        `json:"message"`
	Response    *[]jobOutcome `json:"response,omitempty"`
	Destination any           `json:"destinationResponse,omitempty"`
	StatTags    *statTags     `json:"statTags,omitempty"`
}

// destinationReply is what an answer of version 0 says of CleverTap's reply.
type destinationReply struct {
	Response json.RawMessage `json:"response"`
	Status   int             `json:"status"`
}

// proxied answers a call, whether its request was sent or not.
func (s *rudderService) proxied(ctx context.Context, p *proxyRequest, sent *proxyOutcome) (*transformerv1.ResponseHead, []byte) {
	if p.version == 0 {
		return proxiedWhole(p, sent)
	}
	if len(p.jobs) == 0 && sent.failed() {
		return refuse("metadata is empty, so there is no job to answer for: " + sent.message).answer()
	}
	jobs, split := []jobOutcome(nil), false
	if !s.strict {
		jobs, split = s.byRecord(ctx, p, sent)
	}
	out := proxyOutput{Status: sent.status, Message: sent.message, Response: &jobs}
	errorType := sent.errorType
	if split {
		out.Status, out.Message, errorType = summarize(jobs)
	} else {
		jobs = sharedOutcome(p, sent)
	}
	if errorType != "" {
		out.StatTags = p.tags(errorType)
	}
	return outputAnswer(statusOK, &out)
}

// sharedOutcome gives all jobs one outcome.
func sharedOutcome(p *proxyRequest, sent *proxyOutcome) []jobOutcome {
	text := sent.message
	if sent.body != nil {
		text = shortened(sent.body, maxErrorBytes/max(len(p.jobs), 1))
	}
	jobs := make([]jobOutcome, 0, len(p.jobs))
	for _, metadata := range p.jobs {
		jobs = append(jobs, jobOutcome{Error: text, StatusCode: sent.status, Metadata: metadata})
	}
	return jobs
}

// shortened returns a text, or the beginning of one that is longer than limit.
func shortened(text []byte, limit int) string {
	if len(text) <= limit {
		return string(text)
	}
	for limit > 0 && !utf8.RuneStart(text[limit]) {
		limit--
	}
	return string(text[:limit]) + "…"
}

// proxiedWhole answers a call of version 0: the HTTP status is that of all jobs.
func proxiedWhole(p *proxyRequest, sent *proxyOutcome) (*transformerv1.ResponseHead, []byte) {
	out := proxyOutput{Status: sent.status, Message: sent.message}
	switch {
	case sent.body == nil:
		out.Destination = ""
	case len(sent.body) > maxReplyEcho:
		out.Destination = destinationReply{quoted(shortened(sent.body, maxReplyEcho/2)), sent.replied}
	default:
		out.Destination = destinationReply{sent.body, sent.replied}
	}
	status := sent.status
	switch {
	case !sent.failed():
		status = statusOK
	case status == statusNotFound:
		status = statusBadRequest
	}
	if sent.failed() {
		out.StatTags = p.tags(sent.errorType)
	}
	return outputAnswer(status, &out)
}

// outputAnswer writes an answer.
func outputAnswer(status int, out *proxyOutput) (*transformerv1.ResponseHead, []byte) {
	return jsonAnswer(status, rudderAPIVersion, struct {
		Output *proxyOutput `json:"output"`
	}{out})
}

// jsonAnswer writes an answer of values that can all be written as JSON, without HTML escapes.
func jsonAnswer(status int, apiVersion uint32, v any) (*transformerv1.ResponseHead, []byte) {
	out := &bytes.Buffer{}
	encoder := json.NewEncoder(out)
	encoder.SetEscapeHTML(false)
	if err := encoder.Encode(v); err != nil {
		return (&refusal{statusInternal, "Internal Server Error", "the answer can't be written"}).answer()
	}
	return &transformerv1.ResponseHead{StatusCode: uint32(status), ContentType: jsonContent, ApiVersion: apiVersion},
		bytes.TrimSuffix(out.Bytes(), []byte("\n"))
}

// answer makes a refusal the answer of a call that is not a stream.
func (r *refusal) answer() (*transformerv1.ResponseHead, []byte) {
	var w answerWriter
	r.write(&w)
	return w.head, w.buffer
}
