package clevertapstub

import (
	"context"
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
	// Reset cuts the connection off without an answer.
	Reset bool
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

// nextFault takes the fault of this call; the zero one lets it pass.
func (s *Stub) nextFault() (fault Fault) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if len(s.faults) > 0 {
		fault, s.faults = s.faults[0], s.faults[1:]
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
