package server

import (
	"bytes"
	"context"

	"github.com/rudder-clevertap/rudder-clevertap/delivery"
	"github.com/rudder-clevertap/rudder-clevertap/mapping/document"
)

// byRecord answers each job from what CleverTap says of its records: those refused fail their job alone, with CleverTap's code
// and words, and a fault of CleverTap's own (555) may be tried again. False when the reply does not tell records apart, when
// it does not account for all of them, or when it can't be told which job a record belongs to: then all jobs share the outcome.
func (s *rudderService) byRecord(ctx context.Context, p *proxyRequest, sent *proxyOutcome) ([]jobOutcome, bool) {
	if sent.replied < statusOK || sent.replied >= statusRedirect {
		return nil, false
	}
	reply, ok := delivery.ParseUploadReply(sent.body)
	if !ok || len(reply.Unprocessed) == 0 {
		return nil, false
	}
	owners, ok := p.owners()
	if !ok {
		return nil, false
	}
	reply.Locate(p.recordTexts())
	refused, ok := reply.ByRecord(len(owners))
	if !ok {
		return nil, false
	}
	jobs := make([]jobOutcome, len(p.jobs))
	for i, metadata := range p.jobs {
		jobs[i] = jobOutcome{Error: `{"status":"success"}`, StatusCode: statusOK, Metadata: metadata}
	}
	for record, refusal := range refused {
		if refusal == nil {
			continue
		}
		if _, known := delivery.LookUpCode(refusal.Code); !known {
			s.logger.WarnContext(ctx, "CleverTap refused a record with a code that it does not document", "code", refusal.Code)
		}
		jobs[owners[record]].refuse(refusal)
	}
	return jobs, true
}

// recordTexts returns the records of the upload as compact JSON.
func (p *proxyRequest) recordTexts() [][]byte {
	var texts [][]byte
	for record := p.records.First(); record.Exists(); record = record.Next() {
		texts = append(texts, record.AppendJSON(nil))
	}
	return texts
}

// refuse says that a record of the job was refused. Of two refused records, the first that can't be sent again decides.
func (j *jobOutcome) refuse(refusal *delivery.Refusal) {
	status := statusBadRequest
	if refusal.Retryable() {
		status = statusInternal
	}
	if j.StatusCode == statusBadRequest || j.StatusCode == status {
		return
	}
	_, text := jsonAnswer(status, 0, struct {
		Status string `json:"status"`
		Code   int    `json:"code"`
		Error  string `json:"error"`
	}{"fail", refusal.Code, refusal.Error})
	j.StatusCode, j.Error = status, string(text)
}

// owners says which job each record of the upload belongs to; false when it can't be told. Jobs are in the order of their
// records, and a job has one record, or a profile and the device token that follows it. So:
//
//   - a single job owns all records;
//   - as many records as jobs match one to one;
//   - else a token belongs to the job of the profile right before it with the same objectId, and every other record begins the
//     next job. That must give as many jobs as there are.
func (p *proxyRequest) owners() ([]int, bool) {
	if p.records.Kind() != document.Array || len(p.jobs) == 0 {
		return nil, false
	}
	owners := make([]int, p.records.Len())
	if len(p.jobs) == 1 {
		return owners, true
	}
	paired := len(owners) != len(p.jobs)
	job, before := -1, document.Value{}
	for i, record := 0, p.records.First(); record.Exists(); i, record = i+1, record.Next() {
		if job < 0 || !paired || !isTokenOf(record, before) {
			job++
		}
		owners[i], before = job, record
	}
	return owners, job+1 == len(p.jobs)
}

// isTokenOf reports whether a record is the device token of the profile before it.
func isTokenOf(record, before document.Value) bool {
	if !record.Get("type").Is("token") || !before.Get("type").Is("profile") {
		return false
	}
	id := record.Get("objectId")
	return id.Kind() > document.Null && bytes.Equal(id.AppendJSON(nil), before.Get("objectId").AppendJSON(nil))
}

// summarize says of all jobs together what became of them: they are delivered if one is, else what they failed with.
func summarize(jobs []jobOutcome) (status int, message, errorType string) {
	delivered, retryable := false, false
	for _, job := range jobs {
		delivered = delivered || job.StatusCode == statusOK
		retryable = retryable || job.StatusCode >= statusInternal
	}
	errorType = errorAborted
	if retryable {
		errorType = errorRetryable
	}
	switch {
	case delivered:
		return statusOK, "CleverTap refused some of the records", errorType
	case retryable:
		return statusInternal, "CleverTap refused all records, some for now", errorType
	default:
		return statusBadRequest, "CleverTap refused all records", errorType
	}
}
