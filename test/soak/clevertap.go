package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"math/rand/v2"
	"net"
	"net/http"
	"sync"
	"time"

	"github.com/rudder-clevertap/rudder-clevertap/internal/clevertapstub"
)

// faults are how CleverTap's calls fail, each as often as the others.
func faults() []string {
	return []string{"429", "500", "503", "slow", "cut", "lost", "partial", "html"}
}

// cleverTap stands in for CleverTap, and keeps the ledger.
type cleverTap struct {
	stub *clevertapstub.Stub
	base string
	web  *http.Server

	mu     sync.Mutex
	taken  []int        // of each event, how often it was taken
	putOff map[int]bool // the events that CleverTap put off: those behind them in the upload overtake them
	last   map[int]int  // of each user, the latest event
	wrong  []string
	calls  int
	failed int
	sum    int
}

// startCleverTap starts one.
func startCleverTap(ctx context.Context, o options) (*cleverTap, error) {
	c := &cleverTap{taken: make([]int, o.events), putOff: map[int]bool{}, last: map[int]int{}}
	c.stub = clevertapstub.New(clevertapstub.Options{Observe: func(call clevertapstub.Call) { c.observe(o, call) }})
	c.stub.FailBy(func() clevertapstub.Fault {
		if rand.Float64() >= o.failing { //nolint:gosec // Nothing about it is secret.
			return clevertapstub.Fault{}
		}
		return clevertapstub.OfKind(faults()[rand.IntN(len(faults()))]) //nolint:gosec // As above.
	})
	listener, err := (&net.ListenConfig{}).Listen(ctx, "tcp", "127.0.0.1:0")
	if err != nil {
		return nil, err
	}
	c.base = "http://" + listener.Addr().String()
	c.web = &http.Server{Handler: c.stub, ReadHeaderTimeout: time.Minute}
	go func() { _ = c.web.Serve(listener) }()
	return c, nil
}

// stop ends it.
func (c *cleverTap) stop() { _ = c.web.Close() }

// forget waits until the calls of a program that was killed have ended: what they hold may be taken until then.
func (c *cleverTap) forget() {
	for calm := 0; calm < 5; calm++ {
		if c.stub.Open() > 0 {
			calm = 0
		}
		time.Sleep(20 * time.Millisecond)
	}
}

// arrived counts the events that have arrived.
func (c *cleverTap) arrived() int {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.sum
}

// observe takes a call into the ledger.
func (c *cleverTap) observe(o options, call clevertapstub.Call) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.calls++
	if call.Status != http.StatusOK || len(call.Refused) > 0 {
		c.failed++
	}
	for _, refused := range call.Refused {
		c.putOff[number(refused.Record)] = true
	}
	for _, record := range call.Taken {
		n := number(record)
		if n < 0 || n >= len(c.taken) {
			c.wrong = append(c.wrong, "nobody sent this: "+string(record))
			continue
		}
		c.take(n, n%o.users)
	}
}

// take takes an event.
func (c *cleverTap) take(n, user int) {
	if c.taken[n]++; c.taken[n] > 1 {
		return
	}
	c.sum++
	if last, known := c.last[user]; known && n < last && !c.putOff[n] {
		c.wrong = append(c.wrong, fmt.Sprintf("event %d came after event %d of the same user", n, last))
	}
	c.last[user] = max(c.last[user], n)
}

// twice counts the events that were taken more than once.
func (c *cleverTap) twice() (count int) {
	c.mu.Lock()
	defer c.mu.Unlock()
	for _, n := range c.taken {
		if n > 1 {
			count++
		}
	}
	return count
}

// number is the number of the event that a record is of, or -1.
func number(record json.RawMessage) int {
	var read struct{ EvtData struct{ N *int } }
	if json.Unmarshal(record, &read) != nil || read.EvtData.N == nil {
		return -1
	}
	return *read.EvtData.N
}

// event is an event of a user, as JSON.
func event(o options, n int) []byte {
	return fmt.Appendf(nil, `{"type":"track","messageId":"m-%d","userId":"u-%d","event":"Checked Out","properties":{"n":%d}}`, n, n%o.users, n)
}

// account is the name of a stream's account.
func account(stream int) string { return fmt.Sprintf("ACCOUNT-%d", stream) }

// settings are those of an account's destination.
func settings(account string) string {
	return fmt.Sprintf(`{"accountId":%q,"passcode":"PASSCODE","region":"in1"}`, account)
}

// maxShown is how many of the broken promises are shown.
const maxShown = 10

// judge holds the ledger against what the program says, and against what was promised.
func (c *cleverTap) judge(o options, r *report) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	wrong := c.wrong
	for n := range o.events {
		switch {
		case r.acked[n] != 1:
			wrong = append(wrong, fmt.Sprintf("event %d has %d results", n, r.acked[n]))
		case c.taken[n] == 0:
			wrong = append(wrong, fmt.Sprintf("event %d is lost", n))
		case c.taken[n] > 1 && !r.flagged[n] && !r.resent[n]:
			wrong = append(wrong, fmt.Sprintf("event %d is there %d times and not flagged", n, c.taken[n]))
		}
	}
	for stream := range o.streams {
		if peak := c.stub.Peak(account(stream), "/1/upload"); peak > o.maxUploads {
			wrong = append(wrong, fmt.Sprintf("%s had %d uploads at once", account(stream), peak))
		}
	}
	if r.peak > o.limit {
		wrong = append(wrong, fmt.Sprintf("it took %d MB of memory, more than %d MB", r.peak, o.limit))
	}
	if r.kills < o.kills {
		wrong = append(wrong, fmt.Sprintf("the program was killed %d times instead of %d", r.kills, o.kills))
	}
	if len(wrong) == 0 {
		return nil
	}
	errs := []error{fmt.Errorf("%d promises were broken", len(wrong))}
	for _, text := range wrong[:min(len(wrong), maxShown)] {
		errs = append(errs, errors.New("  "+text))
	}
	return errors.Join(errs...)
}
