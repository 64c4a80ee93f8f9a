package sandbox

import (
	"encoding/json"
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/rudder-clevertap/rudder-clevertap/clevertap"
	"github.com/rudder-clevertap/rudder-clevertap/internal/clevertapstub"
)

// Ledger is what arrived.
type Ledger struct {
	// Calls counts calls by their answer: the HTTP status, or `none` where the connection was cut.
	Calls map[string]int `json:"calls"`
	// Taken, Refused and PutOff count records: those that were taken, refused and put off (code 555). DryRun counts calls
	// whose records were only checked.
	Taken   int `json:"taken"`
	Refused int `json:"refused"`
	PutOff  int `json:"putOff"`
	DryRun  int `json:"dryRun"`
	// People are those whom the records are about, the latest first.
	People []*Person `json:"people"`
	// Refusals are the refused records, the latest first.
	Refusals []Refusal `json:"refusals"`
	// Recent are the latest calls, the latest first.
	Recent []Call `json:"recent"`
	// Records are the records that were taken, in order.
	Records []Record `json:"records"`
}

// Record is one that was taken.
type Record struct {
	At      time.Time       `json:"at"`
	Account string          `json:"account"`
	Record  json.RawMessage `json:"record"`
}

// Refusal is a record that was refused: CleverTap's code and words, what they mean, and what to do.
type Refusal struct {
	At      time.Time       `json:"at"`
	Account string          `json:"account"`
	Code    int             `json:"code"`
	Error   string          `json:"error"`
	Meaning string          `json:"meaning"`
	Remedy  string          `json:"remedy"`
	Record  json.RawMessage `json:"record"`
}

// Call is a call that came. Status is 0 where the connection was cut.
type Call struct {
	At      time.Time `json:"at"`
	Account string    `json:"account"`
	Path    string    `json:"path"`
	Status  int       `json:"status"`
	Taken   int       `json:"taken"`
	Refused int       `json:"refused"`
	DryRun  bool      `json:"dryRun"`
}

// ledger keeps what arrived, the latest of it.
type ledger struct {
	keep int

	mu       sync.Mutex
	version  int
	counts   Ledger
	records  []Record
	refusals []Refusal
	calls    []Call
}

// observe takes a call in.
func (l *ledger) observe(call clevertapstub.Call) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.version++
	now := time.Now()
	if l.counts.Calls == nil {
		l.counts.Calls = map[string]int{}
	}
	answered := "none"
	if call.Status != 0 {
		answered = strconv.Itoa(call.Status)
	}
	l.counts.Calls[answered]++
	taken := call.Taken
	if call.Dry && call.Status == http.StatusOK {
		l.counts.DryRun++
	}
	l.counts.Taken += len(taken)
	for _, record := range taken {
		l.records = latest(append(l.records, Record{now, call.Account, record}), l.keep)
	}
	for _, r := range call.Refused {
		code, known := clevertap.LookUpCode(r.Code)
		if code.Retry {
			l.counts.PutOff++
			continue
		}
		if !known {
			code.Meaning, code.Remedy = "CleverTap does not document this code", "Ask CleverTap what it means."
		}
		l.counts.Refused++
		l.refusals = latest(append(l.refusals, Refusal{
			now, call.Account, r.Code, r.Error, code.Meaning, code.Remedy, r.Record,
		}), l.keep)
	}
	l.calls = latest(append(l.calls, Call{
		now, call.Account, call.Path, call.Status, len(taken), len(call.Refused), call.Dry,
	}), l.keep)
}

// latest keeps the last elements of a list; it lets it grow to twice as many before it does.
func latest[T any](list []T, keep int) []T {
	if len(list) <= 2*keep {
		return list
	}
	return slices.Clone(list[len(list)-keep:])
}

// lastOf returns the last elements of a list.
func lastOf[T any](list []T, count int) []T { return list[max(len(list)-count, 0):] }

// newest returns the last elements of a list, the last first.
func newest[T any](list []T, count int) []T {
	last := append([]T{}, lastOf(list, count)...) // empty lists are lists
	slices.Reverse(last)
	return last
}

// tag tells states of the ledger apart.
func (l *ledger) tag() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return fmt.Sprintf("%q", strconv.Itoa(l.version))
}

// show returns the ledger, with at most so many elements in each list.
func (l *ledger) show(limit int) *Ledger {
	l.mu.Lock()
	shown := l.counts
	shown.Calls = map[string]int{} // one that is there, when nothing has come yet
	maps.Copy(shown.Calls, l.counts.Calls)
	records := lastOf(l.records, l.keep)
	shown.Refusals, shown.Recent = newest(l.refusals, limit), newest(l.calls, limit)
	l.mu.Unlock()
	shown.People = meet(records, limit)
	shown.Records = append([]Record{}, lastOf(records, limit)...)
	return &shown
}

// Person is whom records are about.
type Person struct {
	Account   string `json:"account"`
	Identity  string `json:"identity,omitempty"`
	ObjectID  string `json:"objectId,omitempty"`
	eventsAll []Event
	// Attributes are those of the profile, as the records left them, Tokens the device tokens.
	Attributes map[string]any `json:"attributes"`
	Tokens     []any          `json:"tokens"`
	// Events are the latest events, the latest first; EventCount counts all.
	Events     []Event   `json:"events"`
	EventCount int       `json:"eventCount"`
	Seen       time.Time `json:"seen"`
}

// Event is something that a person did.
type Event struct {
	Name string         `json:"name"`
	Data map[string]any `json:"data"`
	// TS is when it happened, in epoch seconds; 0 where the record does not say.
	TS int64     `json:"ts"`
	At time.Time `json:"at"`
}

// maxEvents is how many events of a person are shown.
const maxEvents = 50

// meet makes people of records: the latest so many, the latest first.
func meet(records []Record, limit int) []*Person {
	known, all := map[string]*Person{}, []*Person{}
	for i := range records {
		var r cleverTapRecord
		if json.Unmarshal(records[i].Record, &r) != nil {
			continue
		}
		if p := r.person(records[i].Account, known); p != nil {
			if p.Seen.IsZero() {
				all = append(all, p)
			}
			p.Seen = records[i].At
			p.add(&r, records[i].At)
		}
	}
	slices.SortStableFunc(all, func(a, b *Person) int { return b.Seen.Compare(a.Seen) })
	all = all[:min(len(all), limit)]
	for _, p := range all {
		p.EventCount, p.Events = len(p.eventsAll), newest(p.eventsAll, maxEvents)
	}
	return all
}

// cleverTapRecord is a record, as far as it is shown.
type cleverTapRecord struct {
	Type        string
	Identity    any
	ObjectID    any
	EvtName     string
	EvtData     map[string]any
	ProfileData map[string]any
	TokenData   any
	TS          json.Number
}

// person finds whom a record is about, or makes their acquaintance. Ids that a record has together are of one person.
func (r *cleverTapRecord) person(account string, known map[string]*Person) *Person {
	identity, object := text(r.Identity), text(r.ObjectID)
	if identity == "" {
		identity = text(r.ProfileData["identity"])
	}
	if identity == "" && object == "" {
		return nil
	}
	byIdentity, byObject := account+"\x00i"+identity, account+"\x00o"+object
	p := known[byIdentity]
	if p == nil || identity == "" {
		p = known[byObject]
	}
	if p == nil || identity != "" && p.Identity != "" && p.Identity != identity {
		p = &Person{Account: account, Attributes: map[string]any{}, Tokens: []any{}}
	}
	if identity != "" {
		p.Identity, known[byIdentity] = identity, p
	}
	if object != "" {
		p.ObjectID, known[byObject] = object, p
	}
	return p
}

// text is an id as text.
func text(id any) string {
	if id == nil {
		return ""
	}
	return strings.TrimSpace(fmt.Sprint(id))
}

// add takes a record in.
func (p *Person) add(r *cleverTapRecord, at time.Time) {
	switch r.Type {
	case "event":
		ts, _ := r.TS.Int64() // 0 where there is none
		p.eventsAll = append(p.eventsAll, Event{r.EvtName, r.EvtData, ts, at})
	case "token":
		p.Tokens = append(p.Tokens, r.TokenData)
	default:
		for key, value := range r.ProfileData {
			if key == "identity" {
				continue
			}
			if operator, ok := value.(map[string]any); ok && operator["$delete"] != nil {
				delete(p.Attributes, key)
				continue
			}
			p.Attributes[key] = value
		}
	}
}
