package clevertapstub

import (
	"context"
	"fmt"
	"io"
	"maps"
	"net"
	"net/http"
	"time"
)

// Fault is how one call goes wrong.
type Fault struct {
	// Delay is how long the answer takes.
	Delay time.Duration
	// Reset cuts the connection off without an answer, before the call is looked at. Lose does so afterwards: what can be taken
	// is taken, and the answer is lost.
	Reset, Lose bool
	// Status is the HTTP status to answer with at once; 0 answers as ever. Header and Body go with it.
	Status int
	Header http.Header
	Body   string
	// Records refuses records, by their place from 1, with these codes: 555, say. The others are looked at as ever.
	Records map[int]int
}

// Fail makes the next calls go wrong, one for each fault, in order.
func (s *Stub) Fail(faults ...Fault) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.faults = append(s.faults, faults...)
}

// FailAccount is Fail for the calls of one account.
func (s *Stub) FailAccount(account string, faults ...Fault) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.accountFaults[account] = append(s.accountFaults[account], faults...)
}

// FailBy lets a function say how each call goes wrong that Fail says nothing of. It is called by one goroutine at a time.
func (s *Stub) FailBy(next func() Fault) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.failBy = next
}

// Refuse answers uploads with an HTTP status, as long as look returns one for their body.
func (s *Stub) Refuse(look func(body []byte) int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.refuse = look
}

// Rewrite changes what CleverTap answers.
func (s *Stub) Rewrite(change func(reply string) string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.rewrite = change
}

// nextFault takes the fault of a call; the zero one lets it pass.
func (s *Stub) nextFault(r *http.Request, body []byte) (fault Fault) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.refuse != nil {
		if status := s.refuse(body); status != 0 {
			return Fault{Status: status, Body: fmt.Sprintf(`{"status":"fail","error":"Malformed request","code":%d}`, status)}
		}
	}
	account := r.Header.Get(accountHeader)
	if own := s.accountFaults[account]; len(own) > 0 {
		s.accountFaults[account] = own[1:]
		return own[0]
	}
	switch {
	case len(s.faults) > 0:
		fault, s.faults = s.faults[0], s.faults[1:]
	case s.failBy != nil:
		fault = s.failBy()
	}
	return fault
}

// waits waits as long as the fault says, and reports whether the caller has gone in the meantime.
func (f *Fault) waits(ctx context.Context) (gone bool) {
	if f.Delay <= 0 {
		return false
	}
	timer := time.NewTimer(f.Delay)
	defer timer.Stop()
	select {
	case <-timer.C:
		return false
	case <-ctx.Done():
		return true
	}
}

// reset cuts a call's connection off.
func reset(w http.ResponseWriter) {
	conn, _, err := http.NewResponseController(w).Hijack()
	if err != nil {
		return
	}
	if tcp, ok := conn.(*net.TCPConn); ok {
		_ = tcp.SetLinger(0) // Close resets the connection instead of ending it.
	}
	_ = conn.Close()
}

// write answers with the fault's status.
func (f *Fault) write(w http.ResponseWriter) {
	maps.Copy(w.Header(), f.Header)
	w.WriteHeader(f.Status)
	_, _ = io.WriteString(w, f.Body)
}
