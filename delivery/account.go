package delivery

import (
	"slices"
	"sync"
	"time"

	"github.com/sony/gobreaker/v2"
)

// accountKey tells accounts apart: an account is known in one region.
type accountKey struct{ host, id string }

// account is one account's records on their way. It has no goroutine of its own: whoever brings records, or an answer, sees
// what can be sent now, and a timer does it for what is to be sent later.
type account struct {
	sender *Sender
	key    accountKey
	label  string

	mu          sync.Mutex
	deliveries  map[*Delivery]struct{}
	users       map[uint64]*user
	credentials map[string]*credential
	// again are the batches that wait to be sent again.
	again []*batch
	// held is the memory of the records, and freed what is still to be given back to the sender.
	held, freed int

	count uint64 // records so far
	// uploads counts those under way, exchanges among them. Queue are the exchanges that wait: what is closed when their turn has
	// come. Exchanged tells that the slot given away last went to one of them.
	uploads   int
	queue     []chan struct{}
	exchanged bool
	pace      pace
	breaker   *gobreaker.TwoStepCircuitBreaker[struct{}]
	// closes is when a breaker that is open lets one upload try.
	closes time.Duration
	timer  *time.Timer
	// flushing tells that nothing waits for others to share its upload; forgotten, that the sender knows it no more.
	flushing, forgotten bool
	keys                []uint64
}

// newAccount returns an account without records.
func (s *Sender) newAccount(key accountKey, label string) *account {
	a := &account{
		sender: s, key: key, label: label,
		deliveries: map[*Delivery]struct{}{}, users: map[uint64]*user{}, credentials: map[string]*credential{},
		pace: pace{most: s.options.MaxUploads, limit: s.options.MaxUploads, cooldown: s.options.Cooldown},
	}
	a.breaker = gobreaker.NewTwoStepCircuitBreaker[struct{}](gobreaker.Settings{
		Timeout:       s.options.BreakerPause,
		ReadyToTrip:   func(c gobreaker.Counts) bool { return int(c.ConsecutiveFailures) >= s.options.BreakerFailures },
		OnStateChange: func(_ string, from, to gobreaker.State) { a.broke(from, to) },
		IsExcluded:    func(err error) bool { return err == errNoVerdict }, //nolint:errorlint // It is passed as it is.
	})
	a.timer = time.AfterFunc(idleAfter, a.wake)
	return a
}

// broke notes that the breaker opens or closes. The account is locked.
func (a *account) broke(from, to gobreaker.State) {
	if to == gobreaker.StateOpen {
		// A moment later, since the breaker wants the time to have passed.
		a.closes = a.sender.now() + a.sender.options.BreakerPause + time.Millisecond
	}
	a.sender.metrics.broke(a.label, from, to)
}

// reserve makes room for records; false when there is none. The account is locked, here and below.
func (a *account) reserve(bytes int) bool {
	s := a.sender
	switch {
	case a.held == 0: // a batch that is larger than all room goes alone
	case a.held+bytes > s.options.MaxAccountBytes:
		return false
	case a.held+bytes > ownBytes && s.held.Load()+int64(bytes) > int64(s.options.MaxBytes):
		return false
	}
	a.held += bytes
	s.held.Add(int64(bytes))
	return true
}

// take takes a batch in whose room is reserved.
func (a *account) take(d *Delivery, b *Batch) {
	now := a.sender.now()
	linger := b.Linger
	if linger <= 0 {
		linger = a.sender.options.Linger
	}
	a.deliveries[d] = struct{}{}
	credential := a.credential(b.To.Passcode)
	credential.records += len(d.records)
	groups := [2]*group{credential.group(b.DryRun, false), credential.group(b.DryRun, true)}
	at := 0
	for i := range b.Events {
		e := &b.Events[i]
		a.keys = a.sender.keys(e, a.keys[:0])
		for j := range e.Records {
			r := &d.records[at]
			at++
			a.count++
			r.json, r.number, r.due, r.of, r.event = e.Records[j].JSON, a.count, now+linger, d, i
			r.group = groups[0]
			if e.Records[j].Token {
				r.group = groups[1]
			}
			a.enter(r, a.keys)
		}
	}
	a.sender.metrics.wait(a.label, len(d.records))
	switch {
	case a.sender.ending.Load():
		a.drop(d, stopped(), true)
	case credential.until > now:
		a.drop(d, credential.why, true)
	}
	a.send()
}

// send sends what can be sent now, and sets the timer for the rest.
func (a *account) send() {
	if a.freed > 0 {
		a.sender.free(a.freed)
		a.freed = 0
	}
	now := a.sender.now()
	for a.uploads < a.pace.now(now) && a.fill(now) {
	}
	a.timer.Reset(a.pause(now))
}

// fill gives a slot to a batch or an exchange, in turn when both wait; false when none can be sent now.
func (a *account) fill(now time.Duration) bool {
	if len(a.queue) == 0 || a.exchanged {
		if b, done := a.next(now); b != nil {
			a.exchanged = false
			a.uploads++
			body := b.start()
			a.sender.work.Go(func() { a.upload(b, body, done) })
			return true
		}
	}
	if len(a.queue) == 0 {
		return false
	}
	a.exchanged = true
	a.passSlot()
	return true
}

// next returns a batch that can be sent now, and what to tell the breaker by; nil when there is none.
func (a *account) next(now time.Duration) (*batch, func(error)) {
	at := slices.IndexFunc(a.again, func(b *batch) bool { return b.at <= now && b.credential.allows(now) })
	var from *group
	if at < 0 {
		if from = a.dueGroup(now); from == nil {
			return nil, nil
		}
	}
	done, err := a.breaker.Allow()
	if err != nil {
		return nil, nil
	}
	var b *batch
	if at >= 0 {
		b = a.again[at]
		a.again = slices.Delete(a.again, at, at+1)
	} else {
		b = a.cut(from)
	}
	b.credential.try(b)
	return b, done
}

// dueGroup returns the group that has waited for longest, of those that are to leave now; nil when there is none.
func (a *account) dueGroup(now time.Duration) (first *group) {
	for _, c := range a.credentials {
		if !c.allows(now) {
			continue
		}
		for _, g := range c.groups {
			if g == nil || g.lanes.count == 0 {
				continue
			}
			if leaves := g.due <= now || g.ready >= g.most() || a.flushing; leaves && (first == nil || g.due < first.due) {
				first = g
			}
		}
	}
	return first
}

// pause is how long nothing can be sent, unless something comes.
func (a *account) pause(now time.Duration) time.Duration {
	if len(a.deliveries) == 0 && a.uploads == 0 {
		return idleAfter
	}
	if a.uploads >= a.pace.now(now) {
		return time.Hour // an answer comes first
	}
	next := never
	for _, b := range a.again {
		next = min(next, max(b.at, b.credential.opens()))
	}
	for _, c := range a.credentials {
		for _, g := range c.groups {
			switch {
			case g == nil || g.lanes.count == 0:
			case a.flushing || g.ready >= g.most():
				next = min(next, c.opens())
			default:
				next = min(next, max(g.due, c.opens()))
			}
		}
	}
	if a.breaker.State() == gobreaker.StateOpen {
		next = max(next, a.closes)
	}
	if a.breaker.State() == gobreaker.StateHalfOpen && a.uploads > 0 || next == never {
		return time.Hour
	}
	return max(next-now, 0)
}

// wake is what the timer does: it sends what has waited for long enough, or forgets an account that has nothing to send.
func (a *account) wake() {
	a.mu.Lock()
	defer a.mu.Unlock()
	if a.forgotten {
		return
	}
	if len(a.deliveries) == 0 && a.uploads == 0 {
		a.forgotten = true
		a.sender.metrics.broke(a.label, a.breaker.State(), gobreaker.StateClosed)
		a.sender.forget(a)
		return
	}
	a.send()
}

// close stops the timer.
func (a *account) close() {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.forgotten = true
	a.timer.Stop()
}

// flush sends what waits for others to share its upload, from now on.
func (a *account) flush() {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.flushing = true
	a.send()
}

// settle gives a record its outcome.
func (a *account) settle(r *record, outcome Outcome, why *Error) {
	d := r.of
	result := &d.results[r.event]
	if outcome > result.Outcome {
		result.Outcome, result.Err = outcome, why
	}
	result.Attempts = max(result.Attempts, r.attempts)
	result.Retryable = result.Retryable || outcome == Undelivered
	result.PossiblyDelivered = result.PossiblyDelivered || r.possibly
	r.settled = true
	if r.batch == nil {
		a.leave(r)
	}
	a.held -= r.size()
	a.freed += r.size()
	r.json = nil
	a.sender.metrics.settle(a.label, d.label, outcome, why)
	c := r.group.credential
	if c.records--; c.records == 0 && c.until == 0 {
		delete(a.credentials, c.passcode)
	}
	if d.left--; d.left > 0 {
		return
	}
	delete(a.deliveries, d)
	close(d.done)
	a.sender.closed()
}

// abandon settles what a delivery has left, as undelivered: for the reason why it was not taken when it was sent last, or for
// the given one.
func (a *account) abandon(d *Delivery, why *Error) {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.drop(d, why, false)
	a.send()
}

// cutShort settles all that is left.
func (a *account) cutShort() {
	a.mu.Lock()
	defer a.mu.Unlock()
	for d := range a.deliveries {
		a.drop(d, stopped(), true)
	}
	a.send()
}

// stopped says that the sender stopped.
func stopped() *Error {
	return cutShort("the server stopped before CleverTap had taken the event: send it again")
}

// drop settles what a delivery has left, as undelivered, for a reason: always, or unless there was one when it was sent last.
func (a *account) drop(d *Delivery, why *Error, always bool) {
	var held []*batch
	for i := range d.records {
		r := &d.records[i]
		if r.settled {
			continue
		}
		switch {
		case r.batch == nil:
			a.withdraw(r)
		case r.batch.under:
			r.possibly = true // its request is on its way
		case !slices.Contains(held, r.batch):
			held = append(held, r.batch)
		}
		reason := r.why
		if reason == nil || always {
			reason = why
		}
		a.settle(r, Undelivered, reason)
	}
	for _, b := range held {
		a.prune(b)
	}
}

// withdraw takes a record that waits out of its lane.
func (a *account) withdraw(r *record) {
	l := r.lane.find()
	a.suspend(l)
	l.queue.remove(r)
	a.admit(l)
}
