package rudderserver_test

import (
	"bufio"
	"bytes"
	"errors"
	"io"
	"net"
	"net/http"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"
)

// wire passes connections on to a server, byte for byte, and remembers what clients sent. rudder-server's clients open a
// connection for each request.
type wire struct {
	URL string

	mu   sync.Mutex
	sent []*bytes.Buffer
}

// newWire returns a wire to the server at addr; it is cut when the test ends.
func newWire(t *testing.T, addr string) *wire {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	w := &wire{URL: "http://" + listener.Addr().String()}
	var open sync.WaitGroup
	open.Go(func() {
		for {
			client, err := listener.Accept()
			if err != nil {
				return
			}
			open.Go(func() { w.pass(client, addr) })
		}
	})
	t.Cleanup(func() {
		require.NoError(t, listener.Close())
		open.Wait()
	})
	return w
}

// pass passes one connection on.
func (w *wire) pass(client net.Conn, addr string) {
	defer client.Close()
	server, err := net.Dial("tcp", addr)
	if err != nil {
		return // the client sees a closed connection
	}
	w.mu.Lock()
	sent := &bytes.Buffer{}
	w.sent = append(w.sent, sent)
	w.mu.Unlock()
	var both sync.WaitGroup
	both.Go(func() {
		_, _ = io.Copy(server, io.TeeReader(client, lockedWriter{&w.mu, sent}))
		_ = server.Close()
	})
	_, _ = io.Copy(client, server)
	_ = client.Close()
	both.Wait()
}

// forget forgets what was sent.
func (w *wire) forget() {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.sent = nil
}

// requests returns the requests that arrived whole, in the order in which their connections were opened. A client that polls
// may be in the midst of the next one at any time.
func (w *wire) requests(t *testing.T) []*http.Request {
	t.Helper()
	w.mu.Lock()
	defer w.mu.Unlock()
	requests := make([]*http.Request, 0, len(w.sent))
	for _, sent := range w.sent {
		request, err := http.ReadRequest(bufio.NewReader(bytes.NewReader(sent.Bytes())))
		if errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) {
			continue
		}
		require.NoError(t, err)
		requests = append(requests, request)
	}
	return requests
}

// lockedWriter writes under a lock.
type lockedWriter struct {
	mu *sync.Mutex
	w  io.Writer
}

func (l lockedWriter) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.w.Write(p)
}
