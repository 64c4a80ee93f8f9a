package server

import (
	"encoding/json"
	"net/http"

	"github.com/rudder-clevertap/rudder-clevertap/delivery"
)

// byRecord answers each job from what CleverTap says of its records: those refused fail their job alone, with CleverTap's code
// and words, and a fault of CleverTap's own (555) may be tried again. False when the reply does not say, or when it can't be
// told which job a record belongs to; then all jobs share the outcome.
func (r *proxyRequest) byRecord(sent *proxyOutcome) ([]jobOutcome, bool) {
	reply, ok := delivery.ParseUploadReply(sent.body)
	if !ok || len(reply.Unprocessed) == 0 {
		return nil, false
	}
	records, owners, ok := r.owners()
	if !ok {
		return nil, false
	}
	refused, ok := reply.ByRecord(records)
	if !ok {
		return nil, false
	}
	jobs := make([]jobOutcome, len(r.jobs))
	for i, metadata := range r.jobs {
		jobs[i] = jobOutcome{Error: `{"status":"success"}`, StatusCode: statusOK, Metadata: metadata}
	}
	for record, refusal := range refused {
		job := &jobs[owners[record]]
		status := statusBadRequest
		if refusal.Retryable() {
			status = statusInternal
		}
		// Of two refused records of one job, the fault that stays decides.
		if job.StatusCode == statusBadRequest {
			continue
		}
		text, err := plainJSON(map[string]any{"status": "fail", "code": refusal.Code, "error": refusal.Error})
		if err != nil {
			return nil, false
		}
		job.StatusCode, job.Error = status, string(text)
	}
	return jobs, true
}

// owners says which job each record of the upload belongs to. Jobs are in the order of their records, and a job has one
// record, or a profile and the device token that follows it. So records and jobs match one to one, or do when each token is
// counted with the profile of the same objectId before it; a single job owns all. Otherwise it can't be told.
func (r *proxyRequest) owners() (records int, owners []int, ok bool) {
	var upload struct {
		D []struct {
			Type     string          `json:"type"`
			ObjectID json.RawMessage `json:"objectId"`
		} `json:"d"`
	}
	if json.Unmarshal(r.Body["JSON"], &upload) != nil || len(r.jobs) == 0 {
		return 0, nil, false
	}
	records = len(upload.D)
	owners = make([]int, records)
	if len(r.jobs) == 1 {
		return records, owners, true
	}
	if records == len(r.jobs) {
		for i := range owners {
			owners[i] = i
		}
		return records, owners, true
	}
	job := -1
	for i, record := range upload.D {
		token := record.Type == "token" && i > 0 && upload.D[i-1].Type == "profile" &&
			string(record.ObjectID) == string(upload.D[i-1].ObjectID)
		if !token {
			job++
		}
		owners[i] = max(job, 0)
	}
	return records, owners, job+1 == len(r.jobs)
}

// summarize says of all jobs together what became of them: they are delivered if one is, else what they failed with.
func summarize(jobs []jobOutcome) (status int, message, errorType string) {
	delivered, retryable := false, false
	for _, job := range jobs {
		delivered = delivered || job.StatusCode == http.StatusOK
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
