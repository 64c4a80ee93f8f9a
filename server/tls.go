package server

import (
	"context"
	"crypto/tls"
	"errors"
	"net"

	"google.golang.org/grpc/credentials"
	"google.golang.org/grpc/credentials/insecure"
)

// localListener marks the connections of a listener inside the process, which need no TLS.
type localListener struct{ net.Listener }

// localConn is a connection inside the process.
type localConn struct{ net.Conn }

// Accept waits for the next connection.
func (l localListener) Accept() (net.Conn, error) {
	conn, err := l.Listener.Accept()
	if err != nil {
		return nil, err
	}
	return localConn{conn}, nil
}

// serverCredentials asks for TLS on every connection except those inside the process.
type serverCredentials struct {
	credentials.TransportCredentials
	local credentials.TransportCredentials
}

// newServerCredentials returns the credentials of a server. Without TLS settings no connection is encrypted.
func newServerCredentials(config *tls.Config) credentials.TransportCredentials {
	if config == nil {
		return insecure.NewCredentials()
	}
	return &serverCredentials{TransportCredentials: credentials.NewTLS(config), local: insecure.NewCredentials()}
}

// ServerHandshake does the TLS handshake of a connection, or none when it is inside the process.
func (c *serverCredentials) ServerHandshake(conn net.Conn) (net.Conn, credentials.AuthInfo, error) {
	if _, ok := conn.(localConn); ok {
		return c.local.ServerHandshake(conn)
	}
	return c.TransportCredentials.ServerHandshake(conn)
}

// ClientHandshake refuses: these credentials are a server's.
func (c *serverCredentials) ClientHandshake(context.Context, string, net.Conn) (net.Conn, credentials.AuthInfo, error) {
	return nil, nil, errors.New("tls: these credentials are for servers only")
}

// Clone returns a copy.
func (c *serverCredentials) Clone() credentials.TransportCredentials {
	return &serverCredentials{TransportCredentials: c.TransportCredentials.Clone(), local: c.local.Clone()}
}
