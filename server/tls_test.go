package server

import (
	"crypto/tls"
	"crypto/x509"
	"net/http/httptest"
	"testing"

	"github.com/stretchr/testify/require"
	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/credentials"
	healthgrpc "google.golang.org/grpc/health/grpc_health_v1"
	"google.golang.org/grpc/status"
)

func TestConnectionsFromOutsideNeedTLSAndThoseInsideDoNot(t *testing.T) {
	t.Parallel()
	certified := httptest.NewTLSServer(nil)
	certified.Close()
	trusted := x509.NewCertPool()
	trusted.AddCert(certified.Certificate())
	r := start(t, Options{TLS: &tls.Config{
		Certificates: certified.TLS.Certificates, MinVersion: tls.VersionTLS12, NextProtos: []string{"h2"},
	}})
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
