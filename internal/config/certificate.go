package config

import (
	"crypto/tls"
	"log/slog"
	"os"
	"sync"
	"time"
)

// Certificate is a TLS certificate and its key, in files. Files that change are read again for the next
// connection, so that a renewed certificate needs no restart; while they can't be read, the last good one
// serves and the log says so, once for each change.
type Certificate struct {
	certFile, keyFile string
	logger            *slog.Logger

	mu       sync.Mutex
	modified [2]time.Time // of both files, when they were last read
	loaded   *tls.Certificate
	reported trial // the last one that was logged
}

// LoadCertificate reads a certificate and its key from files in PEM.
func LoadCertificate(certFile, keyFile string) (*Certificate, error) {
	c := &Certificate{certFile: certFile, keyFile: keyFile, logger: slog.New(slog.DiscardHandler)}
	if _, err := c.load(); err != nil {
		return nil, err
	}
	return c, nil
}

// TLS returns the TLS settings of listeners with the certificate. It is called once.
func (c *Certificate) TLS(logger *slog.Logger) *tls.Config {
	c.logger = logger
	return &tls.Config{MinVersion: tls.VersionTLS12, GetCertificate: c.get, NextProtos: []string{"h2", "http/1.1"}}
}

// trial is a try to read files: when they were changed, and why they can't be read.
type trial struct {
	modified [2]time.Time
	fault    string
}

// get returns the certificate, read again if its files have changed.
func (c *Certificate) get(hello *tls.ClientHelloInfo) (*tls.Certificate, error) {
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
func (c *Certificate) load() ([2]time.Time, error) {
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
func (c *Certificate) stat() (modified [2]time.Time, err error) {
	for i, name := range []string{c.certFile, c.keyFile} {
		info, err := os.Stat(name)
		if err != nil {
			return modified, err
		}
		modified[i] = info.ModTime()
	}
	return modified, nil
}
