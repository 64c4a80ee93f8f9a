package clevertapstub

import (
	"encoding/json"
	"fmt"
	"net/http"
	"regexp"
	"slices"
	"strconv"
	"strings"
)

// maxProperties is how many properties an event may have.
const maxProperties = 256

// refusal is why a record was refused.
type refusal struct {
	Status string          `json:"status"`
	Code   int             `json:"code"`
	Error  string          `json:"error"`
	Record json.RawMessage `json:"record"`
}

// upload answers an upload: each record is taken or refused for itself. A dry run takes nothing.
func (s *Stub) upload(body []byte, faults map[int]int, dry bool) reply {
	var request struct {
		D []json.RawMessage `json:"d"`
	}
	if json.Unmarshal(body, &request) != nil || request.D == nil {
		return failed(http.StatusBadRequest, "Malformed request")
	}
	if len(request.D) > MaxRecords {
		return failed(http.StatusBadRequest, fmt.Sprintf("At most %d records can be uploaded at once", MaxRecords))
	}
	taken, refused := []json.RawMessage{}, []refusal{}
	for i, record := range request.D {
		code, text := s.check(record)
		if injected := faults[i+1]; injected != 0 {
			code, text = injected, "Something went wrong."
		}
		if code == 0 {
			taken = append(taken, record)
			continue
		}
		refused = append(refused, refusal{"fail", code, fmt.Sprintf("%s Skipped record number : %d", text, i+1), record})
	}
	if !dry {
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

// check returns the code and the words of the first fault of a record; 0 when there is none.
func (s *Stub) check(text json.RawMessage) (code int, words string) {
	var record map[string]any
	if json.Unmarshal(text, &record) != nil || record == nil {
		return 524, "Record is not an object."
	}
	ids := 0
	for _, name := range []string{"identity", "objectId", "FBID", "GPID"} {
		if id, given := record[name]; given && id != "" && id != nil {
			ids++
		}
	}
	kind := record["type"]
	switch {
	case kind != "event" && kind != "profile" && kind != "token":
		return 524, "Type is not event, profile or token."
	case kind == "token" && (ids != 1 || record["objectId"] == nil):
		return 530, "objectId is invalid."
	case ids != 1:
		return 523, "Identity is missing or invalid."
	}
	if ts, given := record["ts"]; given {
		if seconds, ok := ts.(float64); !ok || seconds <= 0 {
			return 525, "Timestamp is not in epoch format."
		}
	}
	switch kind {
	case "event":
		return s.checkEvent(record)
	case "token":
		return checkToken(record)
	default:
		return checkProfile(record)
	}
}

// reservedEvents are names of CleverTap's own events. Case and blanks do not matter.
//
//nolint:gochecknoglobals // A table; nothing writes to it.
var reservedEvents = []string{
	"notificationsent", "notificationviewed", "notificationclicked", "utmvisited", "applaunched", "appuninstalled", "stayed",
	"replysent", "identityset", "identityreset", "identityerror", "webpageviewed",
}

// checkEvent looks at an event.
func (s *Stub) checkEvent(record map[string]any) (code int, words string) {
	name, _ := record["evtName"].(string)
	plain := strings.ToLower(strings.ReplaceAll(name, " ", ""))
	data, isObject := record["evtData"].(map[string]any)
	switch {
	case name == "":
		return 509, "Event Name is incorrect. ErrorCode: 509 - Event name is mandatory."
	case slices.Contains(reservedEvents, plain):
		return 513, "Trying to raise a restricted system event."
	case slices.ContainsFunc(s.options.Discarded, func(d string) bool { return strings.EqualFold(strings.ReplaceAll(d, " ", ""), plain) }):
		return 528, "Event is discarded."
	case !isObject:
		return 512, "Event data is malformed."
	case len(data) > maxProperties:
		return 522, "Event has too many properties."
	}
	for key, value := range data {
		if key != "Items" || name != "Charged" {
			if isNested(value) {
				return 512, "Event data is malformed. Only Items can have a nested structure, for field : " + key + "."
			}
			continue
		}
		items, isArray := value.([]any)
		if !isArray || slices.ContainsFunc(items, hasNested) {
			return 512, "Event data is malformed. Items must be an array of flat objects."
		}
	}
	return 0, ""
}

// isNested reports whether a value is an array or object.
func isNested(value any) bool {
	switch value.(type) {
	case []any, map[string]any:
		return true
	default:
		return false
	}
}

// hasNested reports whether a value is not an object of plain values.
func hasNested(value any) bool {
	object, ok := value.(map[string]any)
	if !ok {
		return true
	}
	for _, member := range object {
		if isNested(member) {
			return true
		}
	}
	return false
}

// profileFields are the standard fields of a profile, in the order in which they are looked at: the first bad one refuses the
// whole record.
//
//nolint:gochecknoglobals // A table; nothing writes to it.
var profileFields = []struct {
	name  string
	code  int
	valid *regexp.Regexp
}{
	{"Email", 515, regexp.MustCompile(`^[^@\s]+@[^@\s]+$`)},
	{"Phone", 516, regexp.MustCompile(`^\+\d{5,}$`)},
	{"Employed", 517, regexp.MustCompile(`^[YN]$`)},
	{"Education", 518, regexp.MustCompile(`^(School|College|Graduate)$`)},
	{"Married", 519, regexp.MustCompile(`^[YN]$`)},
	{"Age", 520, regexp.MustCompile(`^\d+(\.\d+)?$`)},
	{"Gender", 514, regexp.MustCompile(`^[MF]$`)},
}

// checkProfile looks at a profile.
func checkProfile(record map[string]any) (code int, words string) {
	data, isObject := record["profileData"].(map[string]any)
	if !isObject {
		return 523, "Profile data is missing."
	}
	for _, field := range profileFields {
		value, given := data[field.name]
		if _, operator := value.(map[string]any); !given || operator {
			continue
		}
		text, isText := value.(string)
		if number, isNumber := value.(float64); isNumber && field.name == "Age" {
			text, isText = strconv.FormatFloat(number, 'f', -1, 64), true
		}
		if !isText || !field.valid.MatchString(text) {
			return field.code, field.name + " is invalid."
		}
	}
	return 0, ""
}

// tokenTypes are the kinds of device tokens.
//
//nolint:gochecknoglobals // A table; nothing writes to it.
var tokenTypes = []string{"apns", "fcm", "gcm", "chrome", "wns", "mpns"}

// checkToken looks at a device token.
func checkToken(record map[string]any) (code int, words string) {
	data, isObject := record["tokenData"].(map[string]any)
	id, _ := data["id"].(string)
	kind, _ := data["type"].(string)
	switch {
	case !isObject:
		return 531, "Token data is invalid."
	case id == "":
		return 532, "Token id is missing."
	case kind == "":
		return 533, "Token type is missing."
	case !slices.Contains(tokenTypes, kind):
		return 534, "Token type is invalid."
	default:
		return 0, ""
	}
}
