// Package clevertapstub stands in for CleverTap's HTTP API in tests and demonstrations: it checks credentials, how many calls
// are open, and each record, answers in CleverTap's words, fails when told to, and keeps what it got.
//
// It does what CleverTap documents. Where the documentation is silent (the order of checks, the words of most errors) it does
// something of that kind.
package clevertapstub

import (
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"net/http"
	"slices"
	"sync"

	"github.com/rudder-clevertap/rudder-clevertap/internal/clevertapstub/judge"
)

// The limits that CleverTap documents.
const (
	// MaxRecords is how many records an upload may have.
	MaxRecords = 1000
	// MaxIdentities is how many profiles a deletion may name.
	MaxIdentities = 100
	// MaxUploads is how many uploads of an account may be open at once.
	MaxUploads = 15
	// MaxDeletions is how many deletions may.
	MaxDeletions = 3
)

// maxBody is the longest request that is read.
const maxBody = 64 << 20

// Options say how a Stub behaves. What is zero has its default.
type Options struct {
	// Accounts are the passcodes of the accounts; nil lets any account with any passcode in.
	Accounts map[string]string
	// Rules are those by which records are judged.
	Rules judge.Rules
	// MaxUploads and MaxDeletions limit the calls of an account that are open at once.
	MaxUploads, MaxDeletions int
	// Observe is told of each call when it has been answered, and then the stand-in itself keeps nothing of it. It is called
	// by one goroutine at a time.
	Observe func(Call)
}

// Call is a request that came.
type Call struct {
	// Method, Path and Query are those of the request; Query is as it came.
	Method, Path, Query string
	// Header holds the headers.
	Header http.Header
	// Body is the body.
	Body []byte
	// Status is the HTTP status of the answer; 0 when there was none.
	Status int
	// Account is the account that it names, and Dry tells a dry run.
	Account string
	Dry     bool
	// Taken are the records of an upload that were taken, and Refused those that were not. For Observe alone.
	Taken   []json.RawMessage
	Refused []Refused
}

// Refused is a record that was refused.
type Refused struct {
	// Record is the record as it came, Code and Error what CleverTap says of it.
	Record json.RawMessage
	Code   int
	Error  string
}

// Stub is an http.Handler that stands in for CleverTap. It is safe for use by many goroutines.
type Stub struct {
	options Options

	mu     sync.Mutex
	calls  []Call
	taken  []json.RawMessage
	gone   []json.RawMessage
	faults []Fault
	open   map[string]int
	peak   map[string]int

	accountFaults map[string][]Fault
	failBy        func() Fault
	refuse        func(body []byte) int
	rewrite       func(reply string) string
}

// New returns a stand-in.
func New(options Options) *Stub {
	if options.MaxUploads == 0 {
		options.MaxUploads = MaxUploads
	}
	if options.MaxDeletions == 0 {
		options.MaxDeletions = MaxDeletions
	}
	options.Accounts = maps.Clone(options.Accounts)
	return &Stub{options: options, open: map[string]int{}, peak: map[string]int{}, accountFaults: map[string][]Fault{}}
}

// Calls returns what came, in the order of the answers.
func (s *Stub) Calls() []Call {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Clone(s.calls)
}

// Records returns the records that were taken, in order.
func (s *Stub) Records() []json.RawMessage {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Clone(s.taken)
}

// Deleted returns the identities whose deletion was taken, as JSON, in order.
func (s *Stub) Deleted() []json.RawMessage {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Clone(s.gone)
}

// Peak returns how many calls of an account were open at once at most, on a path.
func (s *Stub) Peak(account, path string) int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.peak[account+" "+path]
}

// Open returns how many calls are open now.
func (s *Stub) Open() (count int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, open := range s.open {
		count += open
	}
	return count
}

// ForgetPeaks makes Peak count from now on.
func (s *Stub) ForgetPeaks() {
	s.mu.Lock()
	defer s.mu.Unlock()
	clear(s.peak)
}

// SetPasscode changes an account's passcode.
func (s *Stub) SetPasscode(account, passcode string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.options.Accounts[account] = passcode
}

// reply is an answer: either a reply of CleverTap to a call, or one to an upload.
type reply struct {
	HTTP int `json:"-"`

	Status      string    `json:"status"`
	Processed   *int      `json:"processed,omitempty"`
	Unprocessed []refusal `json:"unprocessed,omitzero"`
	Error       string    `json:"error,omitempty"`
	Code        int       `json:"code,omitempty"`
}

// failed is the answer to a call that fails as a whole.
func failed(status int, text string) reply {
	return reply{HTTP: status, Status: "fail", Error: text, Code: status}
}

// ServeHTTP answers a call.
func (s *Stub) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, maxBody))
	if err != nil {
		return // The caller is gone, or sends without end; there is nobody to answer.
	}
	fault := s.nextFault(r, body)
	leave, free := s.enter(r)
	defer leave()
	call := newCall(r, body)
	if gone := fault.waits(r.Context()); gone || fault.Reset {
		s.keep(&call, 0) // before the caller can know
		if !gone {
			leave() // before the caller can make the next call
			reset(w)
		}
		return
	}
	answer := failed(http.StatusTooManyRequests, "Too many concurrent requests")
	switch {
	case fault.Status != 0:
		s.keep(&call, fault.Status)
		fault.write(w)
		return
	case free:
		answer = s.answer(r, &call, fault.Records)
	}
	if fault.Lose {
		s.keep(&call, 0)
		leave()
		reset(w)
		return
	}
	s.keep(&call, answer.HTTP)
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(answer.HTTP)
	_, _ = io.WriteString(w, s.text(answer))
}

// text returns an answer as it is sent.
func (s *Stub) text(answer reply) string {
	text, err := json.Marshal(answer)
	if err != nil {
		return err.Error() // It can't be: a reply can be written.
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.rewrite != nil {
		return s.rewrite(string(text))
	}
	return string(text)
}

// newCall describes a request.
func newCall(r *http.Request, body []byte) Call {
	dry := r.URL.Query().Get("dryRun")
	return Call{
		Method: r.Method, Path: r.URL.Path, Query: r.URL.RawQuery, Header: r.Header.Clone(), Body: body,
		Account: r.Header.Get(accountHeader), Dry: dry != "" && dry != "0",
	}
}

// keep remembers a call, or tells who observes.
func (s *Stub) keep(call *Call, status int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	call.Status = status
	if s.options.Observe != nil {
		s.options.Observe(*call)
		return
	}
	s.calls = append(s.calls, *call)
}

// enter counts a call of an account as open, and reports whether that is not one too many.
func (s *Stub) enter(r *http.Request) (leave func(), free bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	key, limit := r.Header.Get(accountHeader)+" "+r.URL.Path, s.options.MaxDeletions
	if r.URL.Path == uploadPath {
		limit = s.options.MaxUploads
	}
	s.open[key]++
	s.peak[key] = max(s.peak[key], s.open[key])
	return sync.OnceFunc(func() {
		s.mu.Lock()
		defer s.mu.Unlock()
		s.open[key]--
	}), s.open[key] <= limit
}

// accountHeader names the account.
const accountHeader = "X-Clevertap-Account-Id"

// The paths that are served.
const (
	uploadPath  = "/1/upload"
	deletePath  = "/1/delete/profiles.json"
	connectPath = "/v1/connect"
)

// answer answers a call that nothing stands in the way of. Faults say with which code to refuse which record, from 1.
func (s *Stub) answer(r *http.Request, call *Call, faults map[int]int) reply {
	method := http.MethodPost
	switch r.URL.Path {
	case uploadPath, deletePath:
	case connectPath:
		method = http.MethodGet
	default:
		return failed(http.StatusNotFound, "Not found")
	}
	if r.Method != method {
		return failed(http.StatusMethodNotAllowed, "Method not allowed")
	}
	if s.options.Accounts != nil {
		s.mu.Lock()
		passcode, known := s.options.Accounts[r.Header.Get(accountHeader)]
		s.mu.Unlock()
		if !known {
			return failed(http.StatusUnauthorized, "Account ID is not valid")
		}
		if passcode != r.Header.Get("X-Clevertap-Passcode") {
			return failed(http.StatusUnauthorized, "Invalid Credentials")
		}
	}
	switch r.URL.Path {
	case uploadPath:
		return s.upload(call, faults)
	case deletePath:
		return s.delete(call.Body)
	default:
		return reply{HTTP: http.StatusOK, Status: "success"}
	}
}

// delete answers a deletion. CleverTap deletes within 48 hours; the stand-in only says that it will.
func (s *Stub) delete(body []byte) reply {
	var request struct {
		Identity json.RawMessage `json:"identity"`
		GUID     json.RawMessage `json:"guid"`
	}
	if json.Unmarshal(body, &request) != nil || request.Identity == nil && request.GUID == nil {
		return failed(http.StatusBadRequest, "Malformed request")
	}
	var all []json.RawMessage
	for _, ids := range []json.RawMessage{request.Identity, request.GUID} {
		var list []json.RawMessage
		if ids != nil && json.Unmarshal(ids, &list) != nil {
			list = []json.RawMessage{ids}
		}
		if len(list) > MaxIdentities {
			return failed(http.StatusBadRequest, fmt.Sprintf("At most %d profiles can be deleted at once", MaxIdentities))
		}
		all = append(all, list...)
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.gone = append(s.gone, all...)
	return reply{HTTP: http.StatusOK, Status: "success"}
}
