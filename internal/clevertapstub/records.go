package clevertapstub

import (
	"encoding/json"
	"fmt"
	"net/http"

	"github.com/rudder-clevertap/rudder-clevertap/internal/clevertapstub/judge"
)

// refusal is why a record was refused.
type refusal struct {
	Status string          `json:"status"`
	Code   int             `json:"code"`
	Error  string          `json:"error"`
	Record json.RawMessage `json:"record"`
}

// upload answers an upload: each record is taken or refused for itself. A dry run takes nothing.
func (s *Stub) upload(call *Call, faults map[int]int) reply {
	var request struct {
		D []json.RawMessage `json:"d"`
	}
	if json.Unmarshal(call.Body, &request) != nil || request.D == nil {
		return failed(http.StatusBadRequest, "Malformed request")
	}
	if text := judge.Upload(request.D, s.options.Rules); text != "" {
		return failed(http.StatusBadRequest, text)
	}
	taken, refused := []json.RawMessage{}, []refusal{}
	for i, record := range request.D {
		reason, isRefused := s.refuses(record, faults[i+1])
		if !isRefused {
			taken = append(taken, record)
			continue
		}
		text := fmt.Sprintf("%s Skipped record number : %d", reason.Text, i+1)
		if s.options.Observe != nil {
			call.Refused = append(call.Refused, Refused{record, reason.Code, reason.Text})
		}
		refused = append(refused, refusal{"fail", reason.Code, text, judge.Echo(record, reason.Code)})
	}
	switch {
	case call.Dry:
	case s.options.Observe != nil:
		call.Taken = taken
	default:
		s.mu.Lock()
		s.taken = append(s.taken, taken...)
		s.mu.Unlock()
	}
	count := len(taken)
	answer := reply{HTTP: http.StatusOK, Status: "partial", Processed: &count, Unprocessed: refused}
	switch {
	case len(refused) == 0:
		answer.Status = "success"
	case count == 0:
		answer.Status = "fail"
	}
	return answer
}

// refuses returns why a record is refused: for the code of an injected fault, or else for the first thing wrong with it.
func (s *Stub) refuses(record json.RawMessage, fault int) (judge.Refusal, bool) {
	if fault != 0 {
		return judge.Refusal{Code: fault, Text: "Something went wrong."}, true
	}
	refusals := judge.Record(record, s.options.Rules)
	if len(refusals) == 0 {
		return judge.Refusal{}, false
	}
	return refusals[0], true
}
