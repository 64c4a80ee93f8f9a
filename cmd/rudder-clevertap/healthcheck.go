package main

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"os"
	"time"

	"google.golang.org/grpc"
	"google.golang.org/grpc/credentials"
	"google.golang.org/grpc/credentials/insecure"
	healthgrpc "google.golang.org/grpc/health/grpc_health_v1"
)

// healthcheckCmd asks a running server whether it serves.
type healthcheckCmd struct {
	Addr          string        `default:"127.0.0.1:50051" placeholder:"HOST:PORT" help:"Where the server's gRPC listens."`
	Service       string        `placeholder:"NAME" help:"A service such as transformer.v1.TransformService; the whole server unless given."`
	TLS           bool          `name:"tls" help:"Use TLS."`
	TLSCA         string        `name:"tls-ca" type:"existingfile" placeholder:"FILE" help:"Certificates to trust instead of the system's, in PEM; implies --tls."`
	TLSServerName string        `name:"tls-server-name" placeholder:"NAME" help:"The name that the certificate must have instead of the address's; implies --tls."`
	Timeout       time.Duration `default:"3s" placeholder:"TIME" help:"How long the answer may take."`
}

// Validate refuses a time that leaves none to answer.
func (c *healthcheckCmd) Validate() error {
	if c.Timeout <= 0 {
		return errors.New("--timeout must be more than zero")
	}
	return nil
}

// Run asks, and prints the answer in one line. It fails unless the answer is SERVING.
func (c *healthcheckCmd) Run(ctx context.Context, std stdio) error {
	creds, err := c.credentials()
	if err != nil {
		return err
	}
	conn, err := grpc.NewClient(c.Addr, grpc.WithTransportCredentials(creds))
	if err != nil {
		return usageError{err}
	}
	defer conn.Close() //nolint:errcheck // The answer is there, or there is none.
	ctx, cancel := context.WithTimeout(ctx, c.Timeout)
	defer cancel()
	resp, err := healthgrpc.NewHealthClient(conn).Check(ctx, &healthgrpc.HealthCheckRequest{Service: c.Service})
	if err != nil {
		return fmt.Errorf("%s: %w", c.Addr, err)
	}
	if _, err := fmt.Fprintf(std.Out, "%s: %s\n", c.Addr, resp.GetStatus()); err != nil {
		return err
	}
	if resp.GetStatus() != healthgrpc.HealthCheckResponse_SERVING {
		return statusFailure
	}
	return nil
}

// credentials says how the connection is encrypted.
func (c *healthcheckCmd) credentials() (credentials.TransportCredentials, error) {
	if !c.TLS && c.TLSCA == "" && c.TLSServerName == "" {
		return insecure.NewCredentials(), nil
	}
	settings := &tls.Config{MinVersion: tls.VersionTLS12, ServerName: c.TLSServerName}
	if c.TLSCA != "" {
		pem, err := os.ReadFile(c.TLSCA)
		if err != nil {
			return nil, err
		}
		settings.RootCAs = x509.NewCertPool()
		if !settings.RootCAs.AppendCertsFromPEM(pem) {
			return nil, usageError{errors.New("--tls-ca: the file holds no certificate in PEM")}
		}
	}
	return credentials.NewTLS(settings), nil
}
