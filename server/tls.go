package server

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"os"
	"sync"
	"time"

	"google.golang.org/grpc/credentials"
	"google.golang.org/grpc/credentials/insecure"
)

// LoadTLS returns the TLS settings of a listener whose certificate and key are in files. Files that change are read again
// for the next connection, so that a renewed certificate needs no restart; while they can't be read, the last good one serves
// and the logger is told, once for each change.
func LoadTLS(certFile, keyFile string, logger *slog.Logger) (*tls.Config, error) {
	pair := &certificate{certFile: certFile, keyFile: keyFile, logger: logger}
	if _, err := pair.load(); err != nil {
		return nil, fmt.Errorf("tls: %w", err)
	}
	return &tls.Config{MinVersion: tls.VersionTLS12, GetCertificate: pair.get, NextProtos: []string{"h2", "http/1.1"}}, nil
}

// certificate is a certificate and its key, in files.
type certificate struct {
	certFile, keyFile string
	logger            *slog.Logger

	mu       sync.Mutex
	modified [2]time.Time // of both files, when they were last read
	loaded   *tls.Certificate
	reported trial // the last one that was logged
}

// trial is a try to read files: when they were changed, and why they can't be read.
type trial struct {
	modified [2]time.Time
	fault    string
}

// get returns the certificate, read again if its files have changed.
func (c *certificate) get(hello *tls.ClientHelloInfo) (*tls.Certificate, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	modified, err := c.load()
	if err != nil {
		// Files that can't be read are tried for each connection, as they may be half written. One line says so.
		if failed := (trial{modified, err.Error()}); failed != c.reported {
			c.reported = failed
			c.logger.WarnContext(hello.Context(), "the changed TLS certificate can't be loaded; the last good one serves", "error", failed.fault)
		}
	}
	return c.loaded, nil
}

// load reads the certificate if its files have changed, and returns when they were.
func (c *certificate) load() ([2]time.Time, error) {
	modified, err := c.stat()
	if err != nil || c.loaded != nil && modified == c.modified {
		return modified, err
	}
	pair, err := tls.LoadX509KeyPair(c.certFile, c.keyFile)
	if err != nil {
		return modified, err
	}
	c.loaded, c.modified, c.reported = &pair, modified, trial{}
	return modified, nil
}

// stat returns when the files were last changed.
func (c *certificate) stat() (modified [2]time.Time, err error) {
	for i, name := range []string{c.certFile, c.keyFile} {
		info, err := os.Stat(name)
		if err != nil {
			return modified, err
		}
		modified[i] = info.ModTime()
	}
	return modified, nil
}

// RequireSecure refuses an address that others can reach, unless callers are both encrypted (TLS) and known (bearer tokens).
func RequireSecure(addr string, encrypted, authenticated bool) error {
	if loopback, err := Loopback(addr); err != nil || loopback || encrypted && authenticated {
		return err
	}
	return fmt.Errorf("address %s is open to others: give a TLS certificate and bearer tokens, or a loopback address such as 127.0.0.1", addr)
}

// Loopback reports whether only this machine can reach an address. One without a host is one that others can reach.
func Loopback(addr string) (bool, error) {
	host, _, err := net.SplitHostPort(addr)
	if err != nil {
		return false, fmt.Errorf("address %q: %w", addr, err)
	}
	ip := net.ParseIP(host)
	return host == "localhost" || ip != nil && ip.IsLoopback(), nil
}

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
