package server

import (
	"context"
	"net"
	"sync"
	"sync/atomic"
	"time"

	"google.golang.org/grpc/peer"
)

// connections are those that are open from outside, by the address of the other side. gRPC keeps what it has
// not sent for as long as a connection is open: who never reads it is rid of only by closing that.
type connections struct {
	mu   sync.Mutex
	open map[string]*countedConn
}

// listening returns a listener whose connections are kept in here.
func (c *connections) listening(on net.Listener) net.Listener { return &countedListener{on, c} }

// progress is how many bytes a connection must take to count as one that is read from: many times what goes out
// by itself, which is pings.
const progress = 1 << 10

// end closes the connection that a call came over, unless its other side reads from it within so much time.
func (c *connections) end(ctx context.Context, within time.Duration) {
	from, known := peer.FromContext(ctx)
	if !known {
		return
	}
	c.mu.Lock()
	conn := c.open[from.Addr.String()]
	c.mu.Unlock()
	if conn == nil {
		return
	}
	written := conn.written.Load()
	time.AfterFunc(within, func() {
		if conn.written.Load() < written+progress {
			_ = conn.Close() // if it fails, it is closed
		}
	})
}

// countedListener keeps its connections.
type countedListener struct {
	net.Listener
	connections *connections
}

// Accept waits for a connection and keeps it.
func (l *countedListener) Accept() (net.Conn, error) {
	conn, err := l.Listener.Accept()
	if err != nil {
		return nil, err
	}
	counted := &countedConn{Conn: conn, connections: l.connections}
	l.connections.mu.Lock()
	defer l.connections.mu.Unlock()
	if l.connections.open == nil {
		l.connections.open = map[string]*countedConn{}
	}
	l.connections.open[conn.RemoteAddr().String()] = counted
	return counted, nil
}

// countedConn counts what is written, and is forgotten when it is closed.
type countedConn struct {
	net.Conn
	connections *connections
	written     atomic.Int64
}

// Write writes and counts.
func (c *countedConn) Write(part []byte) (int, error) {
	n, err := c.Conn.Write(part)
	c.written.Add(int64(n))
	return n, err
}

// Close closes the connection and forgets it.
func (c *countedConn) Close() error {
	address := c.RemoteAddr().String()
	c.connections.mu.Lock()
	if c.connections.open[address] == c {
		delete(c.connections.open, address)
	}
	c.connections.mu.Unlock()
	return c.Conn.Close()
}
