package dropin

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
	// leastEcho is how much of a long reply of CleverTap each job repeats at least. An upload has at most
	// 1,000 records, and the answer to as many jobs then fits the 4 MiB that generated clients accept by
	// default.
	leastEcho = 2 << 10
	// mostEcho is how much of it all jobs together repeat unless that is less: rudder-server stores what each
	// repeats.
	mostEcho = 1 << 20
	// jobBytes is more than an answer has for a job beside its metadata and its text.
	jobBytes = 256
)

// room is how many bytes an answer has for CleverTap's words, beside what it repeats of the request.
func (s *Service) room(p *proxyRequest) int {
	const envelope = 16 * jobBytes
	room := s.options.MaxAnswer - envelope - jobBytes*len(p.jobs)
	for i, metadata := range p.jobs {
		room -= len(metadata)
		if i == 0 {
			room -= len(metadata) // the tags repeat some of it
		}
	}
	return room
}

// share is how many of these bytes each job has, as the answer has them: with escapes.
func (s *Service) share(p *proxyRequest) int { return s.room(p) / max(len(p.jobs), 1) }

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
		ErrorCategory: "network", ErrorType: errorType, DestType: strings.ToUpper(p.destination),
		Module:         "destination",
		Implementation: "native", Feature: "dataDelivery",
		DestinationID: p.firstJob("destinationId"), WorkspaceID: p.firstJob("workspaceId"),
	}
	if errorType == errorInstrumentation {
		tags.ErrorCategory = "dataValidation"
	}
	return tags
}

// firstJob returns a member of the first job's metadata. The text that stands for a missing one is
// rudder-transformer's, spelling included.
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

// wholeOutput is what an answer of version 0 holds.
type wholeOutput struct {
	Status      int       `json:"status"`
	Message     string    `json:"message"`
	Destination any       `json:"destinationResponse"`
	StatTags    *statTags `json:"statTags,omitempty"`
}

// jobsOutput is what an answer of version 1 holds, failedJobsOutput when not all is well. The order is
// rudder-transformer's.
type (
	jobsOutput struct {
		Response []jobOutcome `json:"response"`
		Status   int          `json:"status"`
		Message  string       `json:"message"`
	}
	failedJobsOutput struct {
		Response []jobOutcome `json:"response"`
		StatTags *statTags    `json:"statTags"`
		Message  string       `json:"message"`
		Status   int          `json:"status"`
	}
)

// destinationReply is what an answer of version 0 says of CleverTap's reply.
type destinationReply struct {
	Response json.RawMessage `json:"response"`
	Status   int             `json:"status"`
}

// proxied answers a call, whether its request was sent or not.
func (s *Service) proxied(
	ctx context.Context, p *proxyRequest, sent *proxyOutcome,
) (*transformerv1.ResponseHead, []byte) {
	if p.version == 0 {
		return s.proxiedWhole(p, sent)
	}
	if len(p.jobs) == 0 && sent.failed() {
		return refuse("metadata is empty, so there is no job to answer for: " + sent.message).answer()
	}
	jobs, split := []jobOutcome(nil), false
	if !s.options.Strict {
		jobs, split = s.byRecord(ctx, p, sent)
	}
	status, message, errorType := sent.status, sent.message, sent.errorType
	if split {
		status, message, errorType = summarize(jobs)
	} else {
		jobs = s.sharedOutcome(p, sent)
	}
	if errorType == "" {
		return outputAnswer(statusOK, jobsOutput{jobs, status, message})
	}
	return outputAnswer(statusOK, failedJobsOutput{jobs, p.tags(errorType), message, status})
}

// sharedOutcome gives all jobs one outcome.
func (s *Service) sharedOutcome(p *proxyRequest, sent *proxyOutcome) []jobOutcome {
	text := shortened([]byte(sent.message), s.share(p)/2)
	if sent.body != nil {
		text = s.echo(p, sent.body)
	}
	jobs := make([]jobOutcome, 0, len(p.jobs))
	for _, metadata := range p.jobs {
		jobs = append(jobs, jobOutcome{Error: text, StatusCode: sent.status, Metadata: metadata})
	}
	return jobs
}

// echo returns what each job repeats of a reply, which is JSON: all of it or, as a JSON string, its
// beginning. Strictly, it is all as long as the answer fits a message.
func (s *Service) echo(p *proxyRequest, reply []byte) string {
	share, most := s.share(p), max(leastEcho, mostEcho/max(len(p.jobs), 1))
	if (s.options.Strict || len(reply) <= most) && len(quoted(string(reply))) <= share {
		return string(reply)
	}
	// Escaped twice, a character of the reply may become four.
	return string(quoted(shortened(reply, min(most, share/4))))
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
func (s *Service) proxiedWhole(p *proxyRequest, sent *proxyOutcome) (*transformerv1.ResponseHead, []byte) {
	out := wholeOutput{Status: sent.status, Message: sent.message, Destination: ""}
	if sent.body != nil {
		reply := destinationReply{Response: sent.body, Status: sent.replied}
		if most := s.room(p) / 2; len(sent.body) > most {
			reply.Response = quoted(shortened(sent.body, most/2))
		}
		out.Destination = reply
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
	return outputAnswer(status, out)
}

// outputAnswer writes an answer.
func outputAnswer(status int, out any) (*transformerv1.ResponseHead, []byte) {
	return jsonAnswer(status, apiVersion, struct {
		Output any `json:"output"`
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
	return &transformerv1.ResponseHead{
			StatusCode: uint32(status), ContentType: jsonContent, ApiVersion: apiVersion,
		},
		bytes.TrimSuffix(out.Bytes(), []byte("\n"))
}

// answer makes a refusal the answer of a call that is not a stream.
func (r *refusal) answer() (*transformerv1.ResponseHead, []byte) {
	var w answerWriter
	r.write(&w)
	return w.head, w.buffer
}
