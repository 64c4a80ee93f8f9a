package dropin

import (
	"bytes"
	"context"
	"fmt"
	"slices"

	"github.com/rudder-clevertap/rudder-clevertap/clevertap"
	"github.com/rudder-clevertap/rudder-clevertap/delivery"
	"github.com/rudder-clevertap/rudder-clevertap/mapping/document"
)

// jobFault is why a job failed.
type jobFault struct {
	status, code int
	message      string
}

// byRecord answers each job from what CleverTap says of its records: those refused fail their job alone, with
// CleverTap's code and words, and a fault of CleverTap's own (555) may be tried again. What it says of a
// record without naming it, it says of all jobs that the record may belong to; see doubt. False when the
// reply does not tell jobs apart: then all share the outcome.
func (s *Service) byRecord(ctx context.Context, p *proxyRequest, sent *proxyOutcome) ([]jobOutcome, bool) {
	verdict, owners := s.verdict(ctx, p, sent)
	if verdict == nil {
		return nil, false
	}
	jobs := make([]jobOutcome, len(p.jobs))
	for i, metadata := range p.jobs {
		jobs[i] = jobOutcome{Error: `{"status":"success"}`, StatusCode: statusOK, Metadata: metadata}
	}
	most := min(leastEcho, s.share(p)/4) // written as JSON within JSON, a character may become four
	for record, owner := range owners {
		if refusal := verdict.Refused[record]; refusal != nil {
			jobs[owner].fail(refused(refusal), most)
		}
	}
	if fault := doubt(verdict); fault != nil {
		for i := range jobs {
			if jobs[i].StatusCode == statusOK { // of the others it is known
				jobs[i].fail(fault, most)
			}
		}
	}
	return jobs, true
}

// verdict returns what a reply says of each record, and which jobs they belong to. When that can't be told,
// no record has a name and there are no owners. It is nil when all jobs share the outcome: the reply is about
// the call as a whole, or tells no job from another and of none that it should be tried again.
func (s *Service) verdict(
	ctx context.Context, p *proxyRequest, sent *proxyOutcome,
) (*delivery.Verdict, []int) {
	if sent.replied < statusOK || sent.replied >= statusRedirect {
		return nil, nil
	}
	reply, ok := delivery.ParseUploadReply(sent.body)
	// A reply without a list that says success or fail says it of the call, unless its count is short.
	if !ok || len(reply.Unprocessed) == 0 && reply.Status != "partial" && !p.isShort(reply) {
		return nil, nil
	}
	s.warnOfCode(ctx, reply)
	texts := p.recordTexts()
	reply.Locate(texts)
	verdict := reply.Verdict(len(texts))
	owners, ok := p.owners()
	if !ok {
		verdict, owners = verdict.Unnamed(), nil
	}
	if !verdict.Again() && (owners == nil || len(reply.Unprocessed) == 0) {
		return nil, nil
	}
	return verdict, owners
}

// warnOfCode tells the log of the first code that CleverTap does not document.
func (s *Service) warnOfCode(ctx context.Context, reply *delivery.UploadReply) {
	for i := range reply.Unprocessed {
		if _, known := clevertap.LookUpCode(reply.Unprocessed[i].Code); !known {
			s.options.Logger.WarnContext(
				ctx, "CleverTap refused a record with a code that it does not document", "code",
				reply.Unprocessed[i].Code,
			)
			return
		}
	}
}

// refused is the fault of a job whose record was refused.
func refused(refusal *delivery.Refusal) *jobFault {
	fault := &jobFault{statusBadRequest, refusal.Code, refusal.Error}
	if refusal.Retryable() {
		fault.status = statusInternal
	}
	return fault
}

// doubt is the fault of the jobs that may be those with a record of which a reply says something without
// naming it; nil when there is no such record.
//
// A record that CleverTap's count leaves out may not be passed off as delivered, and one that it refused for
// now (555) may not be given up. So the jobs that it may belong to are to be tried again, although others of
// them were delivered: sent twice, a profile is the same and an event counts twice, which RudderStack's
// at-least-once delivery allows; a lost event is lost. A record that was refused for good gains nothing from
// another try, and so they fail.
func doubt(verdict *delivery.Verdict) *jobFault {
	if records := len(verdict.Refused); verdict.Lost > 0 {
		return &jobFault{status: statusInternal, message: fmt.Sprintf("CleverTap accounts for %d of %d records, and does not say whether "+
			"this job's are among them: it is tried again, and may be counted twice", records-verdict.Lost, records)}
	}
	if len(verdict.Astray) == 0 {
		return nil
	}
	refusal := verdict.Astray[0]
	if at := slices.IndexFunc(verdict.Astray, (*delivery.Refusal).Retryable); at >= 0 {
		refusal = verdict.Astray[at]
	}
	fault := refused(refusal)
	fault.message = "CleverTap refused a record, and does not say whether it is this job's: " + fault.message
	return fault
}

// fail says that a job failed, in at most so many bytes of CleverTap's words. Of two faults, the first that
// can't be sent again decides.
func (j *jobOutcome) fail(fault *jobFault, most int) {
	if j.StatusCode == statusBadRequest || j.StatusCode == fault.status {
		return
	}
	_, text := jsonAnswer(fault.status, 0, struct {
		Status string `json:"status"`
		Code   int    `json:"code,omitempty"`
		Error  string `json:"error"`
	}{"fail", fault.code, shortened([]byte(fault.message), most)})
	j.StatusCode, j.Error = fault.status, string(text)
}

// recordTexts returns the records of the upload as compact JSON.
func (p *proxyRequest) recordTexts() [][]byte {
	var texts [][]byte
	for record := p.records.First(); record.Exists(); record = record.Next() {
		texts = append(texts, record.AppendJSON(nil))
	}
	return texts
}

// owners says which job each record of the upload belongs to; false when it can't be told. Jobs are in the
// order of their records, and a job has one record, or a profile and the device token that follows it. So:
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
	return id.Kind() > document.Null &&
		bytes.Equal(id.AppendJSON(nil), before.Get("objectId").AppendJSON(nil))
}

// summarize says of all jobs together what became of them: they are delivered if one is, else what they
// failed with.
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
		return statusOK, "CleverTap did not take all records", errorType
	case retryable:
		return statusInternal, "CleverTap may take some of the records when they are sent again", errorType
	default:
		return statusBadRequest, "CleverTap refused records of all jobs, or of some and does not say which", errorType
	}
}
