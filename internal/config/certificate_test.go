package config

import (
	"bytes"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"log/slog"
	"math/big"
	"net"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// writeCertificate writes a certificate for this machine and its key, and returns their files.
func writeCertificate(t *testing.T, dir string, serial int64) (certFile, keyFile string) {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	require.NoError(t, err)
	template := &x509.Certificate{
		SerialNumber: big.NewInt(serial), Subject: pkix.Name{CommonName: "test"}, IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1)},
		NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(time.Hour), IsCA: true, BasicConstraintsValid: true,
	}
	der, err := x509.CreateCertificate(rand.Reader, template, template, key.Public(), key)
	require.NoError(t, err)
	keyDER, err := x509.MarshalECPrivateKey(key)
	require.NoError(t, err)
	certPEM := pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der})
	certFile, keyFile = filepath.Join(dir, "cert.pem"), filepath.Join(dir, "key.pem")
	require.NoError(t, os.WriteFile(certFile, certPEM, 0o600))
	require.NoError(t, os.WriteFile(keyFile, pem.EncodeToMemory(&pem.Block{Type: "EC PRIVATE KEY", Bytes: keyDER}), 0o600))
	return certFile, keyFile
}

func TestARenewedCertificateIsReadAgain(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	certFile, keyFile := writeCertificate(t, dir, 1)
	var logs bytes.Buffer
	loaded, err := LoadCertificate(certFile, keyFile)
	require.NoError(t, err)
	settings := loaded.TLS(slog.New(slog.NewJSONHandler(&logs, nil)))
	requireServed := func(serial int64, lines int, why string) {
		t.Helper()
		for range 3 {
			pair, err := settings.GetCertificate(&tls.ClientHelloInfo{})
			require.NoError(t, err)
			require.Equal(t, serial, pair.Leaf.SerialNumber.Int64(), why)
		}
		require.Equal(t, lines, strings.Count(logs.String(), "the last good one serves"), why)
	}
	requireServed(1, 0, "nothing has changed")
	writeCertificate(t, dir, 2)
	later := time.Now().Add(time.Minute)
	require.NoError(t, os.Chtimes(certFile, later, later))
	requireServed(2, 0, "a good one took its place")
	require.NoError(t, os.WriteFile(certFile, []byte("half written"), 0o600))
	requireServed(2, 1, "the last good one serves, and one line says so")
	later = later.Add(time.Minute)
	require.NoError(t, os.Chtimes(certFile, later, later))
	requireServed(2, 2, "another change is another line")
	require.NoError(t, os.Remove(certFile))
	requireServed(2, 3, "the file is gone")
	require.NotContains(t, logs.String(), "half written")
	_, err = LoadCertificate(certFile, keyFile)
	require.ErrorIs(t, err, os.ErrNotExist)
	writeCertificate(t, dir, 3)
	requireServed(3, 3, "it is read once it is there")
}

func TestWhatIsOpenToOthers(t *testing.T) {
	t.Parallel()
	for _, addr := range []string{"127.0.0.1:1", "127.8.8.8:1", "[::1]:1", "localhost:1"} {
		require.True(t, Loopback(addr), addr)
	}
	for _, addr := range []string{":1", "0.0.0.0:1", "[::]:1", "10.0.0.1:1", "example.com:1", "nonsense"} {
		require.False(t, Loopback(addr), addr)
	}
}
