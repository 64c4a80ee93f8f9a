package server

import (
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
	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/credentials"
	healthgrpc "google.golang.org/grpc/health/grpc_health_v1"
	"google.golang.org/grpc/status"

	"github.com/rudder-clevertap/rudder-clevertap/internal/telemetry"
)

// writeCertificate writes a certificate for this machine and its key, and returns their files and the pool that trusts it.
func writeCertificate(t *testing.T, dir string, serial int64) (certFile, keyFile string, trusted *x509.CertPool) {
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
	trusted = x509.NewCertPool()
	require.True(t, trusted.AppendCertsFromPEM(certPEM))
	return certFile, keyFile, trusted
}

func TestConnectionsFromOutsideNeedTLSAndThoseInsideDoNot(t *testing.T) {
	t.Parallel()
	certFile, keyFile, trusted := writeCertificate(t, t.TempDir(), 1)
	settings, err := LoadTLS(certFile, keyFile, slog.New(slog.DiscardHandler))
	require.NoError(t, err)
	r := start(t, Options{TLS: settings})
	check := func(conn grpc.ClientConnInterface) error {
		_, err := healthgrpc.NewHealthClient(conn).Check(t.Context(), &healthgrpc.HealthCheckRequest{})
		return err
	}
	encrypted := dial(t, r.addr, grpc.WithTransportCredentials(credentials.NewTLS(&tls.Config{RootCAs: trusted, MinVersion: tls.VersionTLS12})))
	require.NoError(t, check(encrypted))
	require.NoError(t, check(r.Conn()))
	require.Equal(t, codes.Unavailable, status.Code(check(dial(t, r.addr))), "a plain connection is refused")
	encrypted.Close()
}

func TestARenewedCertificateIsReadAgain(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	certFile, keyFile, _ := writeCertificate(t, dir, 1)
	logs := &logBuffer{}
	logger := telemetry.NewLogger(logs, telemetry.LogJSON, slog.LevelInfo, nil)
	settings, err := LoadTLS(certFile, keyFile, logger)
	require.NoError(t, err)
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
	_, err = LoadTLS(certFile, keyFile, logger)
	require.ErrorIs(t, err, os.ErrNotExist)
	writeCertificate(t, dir, 3)
	requireServed(3, 3, "it is read once it is there")
}

func TestAddressesThatOthersCanReachMustBeSecure(t *testing.T) {
	t.Parallel()
	for _, addr := range []string{"127.0.0.1:1", "127.8.8.8:1", "[::1]:1", "localhost:1"} {
		require.NoError(t, RequireSecure(addr, false, false), addr)
	}
	for _, addr := range []string{":1", "0.0.0.0:1", "[::]:1", "10.0.0.1:1", "example.com:1"} {
		require.ErrorContains(t, RequireSecure(addr, false, false), "open to others", addr)
		require.Error(t, RequireSecure(addr, true, false), addr)
		require.Error(t, RequireSecure(addr, false, true), addr)
		require.NoError(t, RequireSecure(addr, true, true), addr)
	}
	require.Error(t, RequireSecure("nonsense", true, true))
}
