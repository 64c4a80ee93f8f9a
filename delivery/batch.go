package delivery

import (
	"time"

	"github.com/cenkalti/backoff/v5"

	"github.com/rudder-clevertap/rudder-clevertap/clevertap"
)

// batch are the records of one upload. Those of a lane stand together.
type batch struct {
	*group

	records []*record
	// under tells that its request is under way.
	under bool
	// failures counts the attempts in a row that brought nothing; at is when the next one is due.
	failures int
	at       time.Duration
	waits    backoff.BackOff
}

// The text around the records of an upload.
const (
	uploadHead = `{"d":[`
	uploadTail = `]}`
)

// cut takes a batch out of the lanes of a group that can go.
func (a *account) cut(g *group) *batch {
	b := &batch{group: g, records: make([]*record, 0, min(g.ready, g.most()))}
	bytes := len(uploadHead) + len(uploadTail)
	for full := false; !full && g.lanes.count > 0; {
		l := g.lanes.first
		a.suspend(l)
		before := len(b.records)
		for r := l.queue.first; r != nil && r.group == g; r = l.queue.first {
			full = len(b.records) == g.most() || len(b.records) > 0 && bytes+len(r.json)+1 > clevertap.MaxUploadBytes
			if full {
				break
			}
			l.queue.remove(r)
			r.batch = b
			b.records = append(b.records, r)
			bytes += len(r.json) + 1
		}
		if len(b.records) > before {
			l.busy++
		}
		a.admit(l)
	}
	return b
}

// start counts an attempt, and returns the body to send.
func (b *batch) start() []byte {
	b.under = true
	size := len(uploadHead) + len(uploadTail)
	for _, r := range b.records {
		size += len(r.json) + 1
	}
	body := append(make([]byte, 0, size), uploadHead...)
	for i, r := range b.records {
		r.attempts++
		if i > 0 {
			body = append(body, ',')
		}
		body = append(body, r.json...)
	}
	return append(body, uploadTail...)
}

// prune lets go of the records of a batch that are settled, and of the lanes of which none is left. What remains is in order.
func (a *account) prune(b *batch) {
	left := b.records[:0]
	for i := 0; i < len(b.records); {
		l, start := b.records[i].lane, len(left)
		for ; i < len(b.records) && b.records[i].lane == l; i++ {
			if r := b.records[i]; !r.settled {
				left = append(left, r)
			} else {
				r.batch = nil
				a.leave(r)
			}
		}
		if len(left) == start {
			a.release(l)
		}
	}
	clear(b.records[len(left):])
	b.records = left
	if len(left) > 0 {
		return
	}
	for i := range a.again {
		if a.again[i] == b {
			a.again = append(a.again[:i], a.again[i+1:]...)
			return
		}
	}
}

// retry sends a batch again later; after too many attempts its records are given up.
func (a *account) retry(b *batch, after time.Duration) {
	a.prune(b)
	if len(b.records) == 0 {
		return
	}
	o := &a.sender.options
	if b.failures++; b.failures >= o.MaxAttempts {
		for _, r := range b.records {
			a.settle(r, Undelivered, r.why)
		}
		a.prune(b)
		return
	}
	if b.waits == nil {
		b.waits = o.waits()
	}
	b.at = a.sender.now() + max(b.waits.NextBackOff(), after)
	a.again = append(a.again, b)
}

// split sends a batch again at once, in several parts, so that what CleverTap does not take of it is told from the rest. Parts
// have lanes of their own, as far as there is more than one; of a single lane, the first part goes, and the rest waits for it in
// its lane.
func (a *account) split(b *batch, parts int) {
	a.prune(b)
	size := (len(b.records) + parts - 1) / parts
	for rest := b.records; len(rest) > 0; {
		end := min(size, len(rest))
		for end < len(rest) && rest[end].lane == rest[end-1].lane {
			end++
		}
		if end == len(b.records) {
			a.shorten(b, size)
			return
		}
		part := &batch{group: b.group, records: rest[:end:end]}
		for _, r := range part.records {
			r.batch = part
		}
		a.again = append(a.again, part)
		rest = rest[end:]
	}
}

// shorten sends the first records of a batch again at once, and puts the others, which are all of the last one's lane, back
// into it.
func (a *account) shorten(b *batch, size int) {
	var others chain[record, *record]
	for _, r := range b.records[size:] {
		r.batch = nil
		others.append(r)
	}
	b.records, b.failures = b.records[:size:size], 0
	b.records[size-1].lane.find().putBack(&others)
	a.again = append(a.again, b)
}
