package delivery

import (
	"regexp"
	"slices"
	"strconv"

	"github.com/rudder-clevertap/rudder-clevertap/clevertap"
	"github.com/rudder-clevertap/rudder-clevertap/mapping/document"
)

// UploadReply is what CleverTap replies to an upload that it has read. Its HTTP status is 200 even when every record was
// refused.
type UploadReply struct {
	// Status is `success`, `partial` or `fail`.
	Status string
	// Processed counts the records that were taken; -1 when CleverTap does not say.
	Processed int
	// Unprocessed are the records that were refused, in CleverTap's order.
	Unprocessed []Refusal
	// Code and Error say why the call failed as a whole: the HTTP status, though the reply's own may be 200, and CleverTap's
	// words. 0 and nothing when it did not.
	Code  int
	Error string
}

// Refusal is why one record was refused.
type Refusal struct {
	// Code is CleverTap's code of the fault; 0 when there is none.
	Code int
	// Error says it in CleverTap's words, which end with the record's place.
	Error string
	// Record is the record's place in the upload, from 0; -1 when CleverTap does not say. CleverTap's echo of the record may
	// be written otherwise than what was sent, so the place tells first.
	Record int
	// Echo is that echo as compact JSON; nothing when there is none.
	Echo []byte
}

// Retryable reports whether the record may be taken when it is sent again.
func (r *Refusal) Retryable() bool {
	known, _ := clevertap.LookUpCode(r.Code)
	return known.Retry
}

// maxRefusals is how many refusals a reply may have: many times the records that an upload may.
const maxRefusals = 100 * clevertap.MaxRecords

// ParseUploadReply reads CleverTap's reply to an upload; false when it is not one, or has too much in it.
func ParseUploadReply(body []byte) (*UploadReply, bool) {
	var doc document.Document
	if doc.Parse(body, document.Options{DuplicateKeys: true, LoneSurrogates: true}) != nil {
		return nil, false
	}
	root := doc.Root()
	reply := &UploadReply{Status: text(root.Get("status")), Processed: -1}
	if reply.Status == "" {
		return nil, false
	}
	reply.Code, _ = number(root.Get("code"))
	reply.Error = text(root.Get("error"))
	if count, ok := number(root.Get("processed")); ok && count >= 0 {
		reply.Processed = count
	}
	unprocessed := root.Get("unprocessed")
	if unprocessed.Kind() > document.Null && unprocessed.Kind() != document.Array {
		return nil, false
	}
	for entry := unprocessed.First(); entry.Exists(); entry = entry.Next() {
		if len(reply.Unprocessed) == maxRefusals {
			return nil, false
		}
		refusal := Refusal{Error: text(entry.Get("error"))}
		refusal.Code, _ = number(entry.Get("code"))
		refusal.Record = recordPlace(refusal.Error)
		if echo := entry.Get("record"); echo.Kind() == document.Object {
			refusal.Echo = echo.AppendJSON(nil)
		}
		reply.Unprocessed = append(reply.Unprocessed, refusal)
	}
	return reply, true
}

// text returns the text of a string, and nothing for another value.
func text(v document.Value) string {
	if v.Kind() != document.String {
		return ""
	}
	return v.Text()
}

// number returns a whole number, which may be written as a string.
func number(v document.Value) (int, bool) {
	n, err := strconv.ParseInt(string(v.Bytes()), 10, 32)
	return int(n), err == nil
}

// recordNumber finds a record's place in an error's text: `Skipped record number : 3`, with or without blanks.
var recordNumber = regexp.MustCompile(`Skipped record number\s*:\s*(\d{1,9})`)

// recordPlace returns the place, from 0, that an error's text ends with, or -1. CleverTap counts from 1. What stands before
// may come from the record, so the last one counts.
func recordPlace(text string) int {
	all := recordNumber.FindAllStringSubmatch(text, -1)
	if all == nil {
		return -1
	}
	place, err := strconv.Atoi(all[len(all)-1][1])
	if err != nil {
		return -1
	}
	return place - 1
}

// Locate gives a place to the refusals that have none but echo a record that was sent once, letter by letter. Records are
// compact JSON, in the order of the upload.
func (r *UploadReply) Locate(records [][]byte) {
	const twice = -1
	var places map[string]int // made when the first refusal needs it: most need none
	for i := range r.Unprocessed {
		refusal := &r.Unprocessed[i]
		if refusal.Record >= 0 || len(refusal.Echo) == 0 {
			continue
		}
		if places == nil {
			places = make(map[string]int, len(records))
			for at, record := range records {
				if _, known := places[string(record)]; known {
					at = twice
				}
				places[string(record)] = at
			}
		}
		if at, sent := places[string(refusal.Echo)]; sent {
			refusal.Record = at
		}
	}
}

// Verdict is what a reply says of the records of an upload.
type Verdict struct {
	// Refused says for each record why it was refused; nil for one that no refusal names.
	Refused []*Refusal
	// Astray are the refusals that name no record, or one that is not there.
	Astray []*Refusal
	// Lost counts the records that CleverTap neither took nor refused, by its own count. Which ones they are can't be told from
	// those that it took.
	Lost int
}

// Verdict returns what the reply says of an upload of so many records.
func (r *UploadReply) Verdict(records int) *Verdict {
	v := &Verdict{Refused: make([]*Refusal, records)}
	told := 0
	for i := range r.Unprocessed {
		refusal := &r.Unprocessed[i]
		switch at := refusal.Record; {
		case at < 0 || at >= records:
			v.Astray = append(v.Astray, refusal)
			told++
		case v.Refused[at] == nil:
			v.Refused[at] = refusal
			told++
		}
	}
	// Without a count, the records that are not listed were taken, unless none was.
	if r.Processed >= 0 || r.Status == "fail" {
		v.Lost = max(records-told-max(r.Processed, 0), 0)
	}
	return v
}

// Again reports whether a record that no refusal names may be one that CleverTap takes when it is sent again.
func (v *Verdict) Again() bool {
	return v.Lost > 0 || slices.ContainsFunc(v.Astray, (*Refusal).Retryable)
}

// Unnamed returns the verdict for who can't tell which record is which: no refusal names one.
func (v *Verdict) Unnamed() *Verdict {
	unnamed := &Verdict{Refused: make([]*Refusal, len(v.Refused)), Astray: slices.Clone(v.Astray), Lost: v.Lost}
	for _, refusal := range v.Refused {
		if refusal != nil {
			unnamed.Astray = append(unnamed.Astray, refusal)
		}
	}
	return unnamed
}
