package delivery

import (
	"context"
	"sync"
)

// gates let one call of an account through at a time. An account costs nothing while it has no calls.
type gates struct {
	mu    sync.Mutex
	gates map[string]*gate
}

// gate is that of one account.
type gate struct {
	slot chan struct{}
	// users counts the calls that are through or wait.
	users int
}

// enter waits until no call of an account is through, and returns how to leave. The error is the cause of ctx, when that ends
// first.
func (g *gates) enter(ctx context.Context, account string) (leave func(), err error) {
	entered := g.join(account)
	select {
	case entered.slot <- struct{}{}:
		return func() {
			<-entered.slot
			g.part(account, entered)
		}, nil
	case <-ctx.Done():
		g.part(account, entered)
		return nil, context.Cause(ctx)
	}
}

// join returns the gate of an account, with one more user.
func (g *gates) join(account string) *gate {
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.gates == nil {
		g.gates = map[string]*gate{}
	}
	joined := g.gates[account]
	if joined == nil {
		joined = &gate{slot: make(chan struct{}, 1)}
		g.gates[account] = joined
	}
	joined.users++
	return joined
}

// part takes a user off a gate, and forgets the gate when that was the last.
func (g *gates) part(account string, parted *gate) {
	g.mu.Lock()
	defer g.mu.Unlock()
	if parted.users--; parted.users == 0 {
		delete(g.gates, account)
	}
}
