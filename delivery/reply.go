package delivery

import (
	"encoding/json"
	"regexp"
	"strconv"
)

// UploadReply is what CleverTap replies to an upload that it has read. Its HTTP status is 200 even when every record was
// refused.
type UploadReply struct {
	// Status is `success`, `partial` or `fail`.
	Status string `json:"status"`
	// Processed counts the records that were taken.
	Processed int `json:"processed"`
	// Unprocessed are the records that were refused.
	Unprocessed []Refusal `json:"unprocessed"`
}

// Refusal is why one record was refused.
type Refusal struct {
	// Code is CleverTap's code of the fault, 509 to 555.
	Code int `json:"code"`
	// Error says it in words, and ends with the record's place.
	Error string `json:"error"`
}

// serverFault is the code of a fault of CleverTap's own. All other codes are faults of the record.
const serverFault = 555

// Retryable reports whether the record may be taken when it is sent again.
func (r Refusal) Retryable() bool { return r.Code == serverFault }

// recordNumber finds a record's place in an error's text: `Skipped record number : 3`, with or without blanks.
var recordNumber = regexp.MustCompile(`Skipped record number\s*:\s*(\d{1,6})`)

// Record returns the refused record's place in the upload, from 0. CleverTap counts from 1; its echo of the record may be
// written otherwise than what was sent, so it is told by its place alone.
func (r Refusal) Record() (int, bool) {
	found := recordNumber.FindStringSubmatch(r.Error)
	if found == nil {
		return 0, false
	}
	number, err := strconv.Atoi(found[1])
	return number - 1, err == nil && number > 0
}

// ParseUploadReply reads CleverTap's reply to an upload; false when it is not one.
func ParseUploadReply(body []byte) (*UploadReply, bool) {
	var reply UploadReply
	if json.Unmarshal(body, &reply) != nil || reply.Status == "" {
		return nil, false
	}
	return &reply, true
}

// ByRecord returns the refusals by the record's place; false when one of them does not say which of so many records it is
// about.
func (r *UploadReply) ByRecord(records int) (map[int]Refusal, bool) {
	refused := make(map[int]Refusal, len(r.Unprocessed))
	for _, refusal := range r.Unprocessed {
		at, ok := refusal.Record()
		if !ok || at >= records {
			return nil, false
		}
		refused[at] = refusal
	}
	return refused, true
}
