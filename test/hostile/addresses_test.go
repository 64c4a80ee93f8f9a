package hostile

import (
	"context"
	"fmt"
	"net"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/stretchr/testify/require"
)

// trap is a listener that nobody may connect to.
type trap struct {
	address string
	caught  atomic.Int64
}

// newTrap listens until the test ends.
func newTrap(t *testing.T) *trap {
	t.Helper()
	listener, err := (&net.ListenConfig{}).Listen(t.Context(), "tcp", "127.0.0.1:0")
	require.NoError(t, err)
	caught := &trap{address: listener.Addr().String()}
	var accepting sync.WaitGroup
	accepting.Go(func() {
		for {
			conn, err := listener.Accept()
			if err != nil {
				return
			}
			caught.caught.Add(1)
			_ = conn.Close()
		}
	})
	t.Cleanup(func() {
		_ = listener.Close()
		accepting.Wait()
	})
	return caught
}

// addresses asks the delivery proxy to send where it must not.
func addresses(p *program) []request {
	at := p.trap.address
	_, port, _ := net.SplitHostPort(at)
	var all []request
	for _, endpoint := range []string{
		"http://" + at + "/1/upload", "https://" + at + "/1/upload", "http://localhost:" + port, "http://[::1]:" + port, "http://0:" + port, "http://127.1:" + port, "http://2130706433:" + port,
		"http://0x7f.1:" + port, "//" + at + "/1/upload", at, "/1/upload", "1/upload", "", " ", "file:///etc/passwd", "gopher://" + at, "ftp://" + at, "http:" + at, "http:/" + at, "http:\\\\" + at,
		"https://in1.api.clevertap.com@" + at + "/1/upload", "https://in1.api.clevertap.com:" + port + "/1/upload", "https://in1.api.clevertap.com." + at + "/1/upload", "https://" + at + "#in1.api.clevertap.com/1/upload",
		"https://" + at + "?in1.api.clevertap.com/1/upload", "https://api.clevertap.com.evil.invalid/1/upload", "https://evilapi.clevertap.com/1/upload", "http://in1.api.clevertap.com/1/upload",
		"https://in1.api.clevertap.com/../upload", "https://in1.api.clevertap.com/2/upload", "https://IN1.API.CLEVERTAP.COM/1/upload", "https://in1.api.clevertap.com\\n" + at + "/1/upload",
		"https://in1.api.clevertap.com%00." + at + "/", "http://169.254.169.254/latest/meta-data", "unix:///tmp/x", "data:,x", "javascript:1", "https://[::ffff:127.0.0.1]:" + port, "https://%31%32%37.0.0.1:" + port,
		"https://" + strings.Repeat("a", 100_000) + ".clevertap.com/1/upload", "https://xn--/1/upload", "https://in1。api。clevertap。com/1/upload",
	} {
		for _, r := range []route{proxyRoute, proxyV1Route} {
			all = append(all, request{name: fmt.Sprintf("%s, %.60s", r.path, endpoint), send: r.post(delivery(r, endpoint)), want: []int{200, 400, 500}})
		}
	}
	for _, region := range []string{at, at + "/", "x@" + at, "in1.api.clevertap.com#", "..", "evil.invalid/", "\\u0000", "%2f", strings.Repeat("x", 100_000)} {
		config := strings.Replace(settings, `"in1"`, `"`+region+`"`, 1)
		all = append(all, request{name: "a region " + region[:min(len(region), 20)], send: transformRoute.post(transformRoute.around(config, good)), want: []int{400}},
			request{name: "a deletion in region " + region[:min(len(region), 20)], send: deleteRoute.post(`[{"jobId":"j","destType":"clevertap","config":` + config + `,"userAttributes":[{"userId":"u"}]}]`)})
	}
	return all
}

// floods opens and leaves many connections, and makes many calls, at once.
func floods(*program) []request {
	var all []request
	for i := range 200 {
		to := []listener{rest, dropIn, grpcs}[i%3]
		all = append(all, request{name: fmt.Sprintf("connections, %d", i), send: func(ctx context.Context, p *program) ([]answer, error) {
			for range 20 {
				conn, err := dial(ctx, to(p))
				if err != nil {
					return nil, err
				}
				_ = conn.Close()
			}
			return nil, nil
		}})
	}
	for i := range 100 {
		all = append(all, request{name: fmt.Sprintf("calls, %d", i), want: []int{200}, answers: 20, send: raw(rest, 20, strings.Repeat(transformRoute.text(transformRoute.around(settings, good)), 20))})
	}
	return all
}
