package hostile

import (
	"os"
	"strconv"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"golang.org/x/sync/errgroup"
)

// families are all that is sent, in order.
var families = []struct {
	name     string
	requests func(p *program) []request
}{
	{"malformed JSON", malformed},
	{"nesting", nesting},
	{"keys", keys},
	{"templates", templates},
	{"sizes", sizes},
	{"HTTP 1", http1},
	{"smuggling", smuggling},
	{"header fields", headerFields},
	{"compression", compression},
	{"pipelining", pipelining},
	{"slow clients", slow},
	{"HTTP 2", http2Requests},
	{"gRPC", grpcFrames},
	{"tokens", tokens},
	{"addresses", addresses},
	{"planted secrets", planted},
	{"floods", floods},
}

const (
	// leastRequests is how many requests the suite has at least.
	leastRequests = 1500
	// atOnce is how many are sent at once.
	atOnce = 6
)

func TestHostileRequests(t *testing.T) {
	p := start(t)
	count := 0
	for _, family := range families {
		requests := family.requests(p)
		count += len(requests)
		requests = sampled(requests)
		t.Run(family.name, func(t *testing.T) {
			began := time.Now()
			var group errgroup.Group
			group.SetLimit(atOnce)
			for _, r := range requests {
				group.Go(func() error {
					p.check(t, family.name, r)
					return nil
				})
			}
			require.NoError(t, group.Wait())
			t.Logf("%d requests in %s; memory now %d MiB, at most %d MiB", len(requests), time.Since(began).Round(time.Millisecond),
				p.memory.now.Load()>>20, p.memory.peak.Swap(0)>>20)
			require.True(t, p.alive(), "the program ended: %s", p.lastLines())
		})
		if !p.alive() {
			break
		}
	}
	p.stop(t)
	require.GreaterOrEqual(t, count, leastRequests)
	t.Logf("%d requests in all; the client beside them made %d, the slowest of which took %s", count, p.beside.made, p.beside.slowest)
}

// sampled keeps every so many requests only, as HOSTILE_EVERY says, where there is no time for all.
func sampled(requests []request) []request {
	var kept []request
	for i := 0; i < len(requests); i += max(environment("HOSTILE_EVERY", 1), 1) {
		kept = append(kept, requests[i])
	}
	return kept
}

// environment returns a whole number that the environment may set.
func environment(name string, otherwise int) int {
	if number, err := strconv.Atoi(os.Getenv(name)); err == nil {
		return number
	}
	return otherwise
}

// patience is how long the program may take to answer a request or to close its connection.
func patience() time.Duration {
	return time.Duration(environment("HOSTILE_PATIENCE_S", 30)) * time.Second
}

// idle is the program's --stream-idle-timeout.
func idle() time.Duration { return patience() / 8 }
