package delivery

import (
	"time"
)

// pace is how many uploads of an account may be under way at once. An answer of 429 halves it; each time the cooldown has passed
// since, there may be one more.
type pace struct {
	most, limit int
	raise       time.Duration
	cooldown    time.Duration
}

// now returns the limit at a time.
func (p *pace) now(now time.Duration) int {
	for p.limit < p.most && now >= p.raise {
		p.limit++
		p.raise += p.cooldown
	}
	return p.limit
}

// lower lowers the limit.
func (p *pace) lower(now time.Duration) {
	p.limit = max(p.limit/2, 1)
	p.raise = now + p.cooldown
}

// credential is a passcode of an account. An account may have several, so what CleverTap says of one says nothing of the others:
// a caller with a wrong passcode must not stop those who have the right one.
type credential struct {
	passcode string
	// groups are its records, by kind.
	groups [4]*group
	// records counts those without an outcome.
	records int
	// until is when it may be tried again after CleverTap did not take it, for that reason; 0 when it does. pauses counts how often
	// it did not in a row, and trying is the upload that tries it now.
	until  time.Duration
	why    *Error
	pauses int
	trying *batch
}

// credential returns that of a passcode.
func (a *account) credential(passcode string) *credential {
	c := a.credentials[passcode]
	if c == nil {
		a.forgetPaused()
		c = &credential{passcode: passcode}
		a.credentials[passcode] = c
	}
	return c
}

// maxPaused is how many passcodes that CleverTap does not take are kept in mind.
const maxPaused = 64

// forgetPaused drops passcodes that nobody uses, when there are many.
func (a *account) forgetPaused() {
	if len(a.credentials) < maxPaused {
		return
	}
	for passcode, c := range a.credentials {
		if c.records == 0 && c.trying == nil {
			delete(a.credentials, passcode)
		}
	}
}

// group returns that of a kind.
func (c *credential) group(dry, token bool) *group {
	at := 0
	if dry {
		at++
	}
	if token {
		at += 2
	}
	if c.groups[at] == nil {
		c.groups[at] = &group{credential: c, dry: dry, token: token, due: never}
	}
	return c.groups[at]
}

// allows reports whether an upload may go now.
func (c *credential) allows(now time.Duration) bool { return c.opens() <= now }

// opens is when an upload may go: never, as long as another one tries whether CleverTap takes the passcode again.
func (c *credential) opens() time.Duration {
	if c.trying != nil {
		return never
	}
	return c.until
}

// try notes that an upload goes.
func (c *credential) try(b *batch) {
	if c.until > 0 {
		c.trying = b
	}
}

// tried notes what an upload said of a credential: taken, refused or, as long as no answer came, nothing.
func (a *account) tried(b *batch, v *verdict) {
	c := b.credential
	if c.trying == b {
		c.trying = nil
	}
	switch {
	case v.kind == refusedPasscode:
		o := &a.sender.options
		c.until = a.sender.now() + min(o.CredentialPause<<min(c.pauses, 10), max(maxCredentialPause, o.CredentialPause))
		c.pauses++
		c.why = v.why
		for d := range a.deliveries {
			if d.records[0].group.credential == c {
				a.drop(d, c.why, true)
			}
		}
	case v.answered:
		c.until, c.pauses, c.why = 0, 0, nil
	}
}
