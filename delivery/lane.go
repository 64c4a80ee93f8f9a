package delivery

import (
	"math"
	"time"

	"github.com/rudder-clevertap/rudder-clevertap/clevertap"
)

// maxUsers is how many ids of an event count for its order: a user's own, an earlier one and that of a device.
const maxUsers = 3

// record is one record on its way.
type record struct {
	neighbours[record] // in the queue of its lane

	json []byte
	// number orders the records of an account.
	number uint64
	// due is when it leaves, however few others go with it.
	due   time.Duration
	group *group
	of    *Delivery
	event int
	lane  *lane
	users [maxUsers]*user
	// batch is the one that it is part of; nil while it waits in its lane.
	batch    *batch
	attempts int
	// why is why it was not taken when it was sent last.
	why      *Error
	possibly bool // it may have been taken
	settled  bool // it has an outcome
}

// size is what a record counts for where memory is bounded: its text, and about what is kept with it.
func (r *record) size() int { return len(r.json) + 320 }

// lane keeps the records of one user in order, or those of several users whom an event names together.
type lane struct {
	neighbours[lane] // among the lanes of its group that can go

	queue chain[record, *record]
	// busy counts the batches that hold records of it. While there is one, no other record leaves.
	busy int
	// in is the group whose lanes that can go it is among: that of its first record; nil while it can't. ready counts the records
	// at its beginning that are of that group, up to as many as fit a batch.
	in    *group
	ready int
	// merged is the lane that has taken its records over.
	merged *lane
}

// find returns the lane that has a lane's records now.
func (l *lane) find() *lane {
	for l.merged != nil {
		if l.merged.merged != nil {
			l.merged = l.merged.merged
		}
		l = l.merged
	}
	return l
}

// user is someone with records on their way.
type user struct {
	key  uint64
	lane *lane
	// records counts those that are not settled, and those that a batch holds.
	records int
}

// enter puts a record at the end of its users' lane. Users who share a record share a lane from then on, until both have none
// on their way.
func (a *account) enter(r *record, keys []uint64) {
	var to *lane
	for i, key := range keys[:min(len(keys), maxUsers)] {
		u := a.users[key]
		if u == nil {
			u = &user{key: key}
			a.users[key] = u
		}
		u.records++
		r.users[i] = u
		switch {
		case u.lane == nil && to == nil:
			u.lane = &lane{}
		case u.lane == nil:
			u.lane = to
		case to != nil:
			u.lane = a.merge(to, u.lane.find())
		}
		to = u.lane.find()
	}
	if to == nil {
		to = &lane{} // it names nobody
	}
	r.lane = to
	to.queue.append(r)
	switch {
	case to.busy > 0:
	case to.in == nil:
		a.admit(to)
	case to.ready == to.queue.count-1 && to.in == r.group && to.ready < r.group.most():
		to.ready++
		to.in.ready++
		to.in.hasten(r.due)
	}
}

// leave takes a record off its users: it is settled, and no batch holds it.
func (a *account) leave(r *record) {
	for _, u := range r.users {
		if u == nil {
			return
		}
		if u.records--; u.records == 0 {
			delete(a.users, u.key)
		}
	}
}

// merge makes one lane of two.
func (a *account) merge(one, other *lane) *lane {
	if one == other {
		return one
	}
	if one.queue.count < other.queue.count {
		one, other = other, one
	}
	a.suspend(one)
	a.suspend(other)
	one.putBack(&other.queue)
	one.busy += other.busy
	other.busy, other.merged = 0, one
	a.admit(one)
	return one
}

// putBack takes over records from elsewhere, each at its place by its number.
func (l *lane) putBack(from *chain[record, *record]) {
	at := l.queue.last
	for r := from.last; r != nil; r = from.last {
		from.remove(r)
		r.lane = l
		for at != nil && at.number > r.number {
			at = at.before
		}
		l.queue.insert(at, r)
	}
}

// admit lets a lane's records leave, if it has any and none of it is on its way.
func (a *account) admit(l *lane) {
	first := l.queue.first
	if l.busy > 0 || l.in != nil || first == nil {
		return
	}
	g := first.group
	for r := first; r != nil && r.group == g && l.ready < g.most(); r = r.after {
		l.ready++
		g.hasten(r.due)
	}
	l.in = g
	g.ready += l.ready
	g.lanes.append(l)
}

// suspend keeps a lane's records from leaving.
func (a *account) suspend(l *lane) {
	if l.in == nil {
		return
	}
	g := l.in
	g.lanes.remove(l)
	g.ready -= l.ready
	l.in, l.ready = nil, 0
	if g.lanes.count == 0 {
		g.due = never
	}
}

// release tells a lane that a batch holds no record of it any more.
func (a *account) release(l *lane) {
	l = l.find()
	l.busy--
	a.admit(l)
}

// group are the records that may share an upload: those of one passcode and one kind.
type group struct {
	credential *credential
	// dry and token are its kind: for a dry run, and device tokens.
	dry, token bool
	// lanes are those that can go, ready counts their records, and due is when the first of them leaves.
	lanes chain[lane, *lane]
	ready int
	due   time.Duration
}

// never is a time that does not come.
const never = time.Duration(math.MaxInt64)

// hasten makes a group leave at a time, or earlier.
func (g *group) hasten(due time.Duration) { g.due = min(g.due, due) }

// most is how many records of it an upload takes.
func (g *group) most() int {
	if g.token {
		return clevertap.MaxTokens
	}
	return clevertap.MaxRecords
}
