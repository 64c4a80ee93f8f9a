package main

import (
	"bytes"
	"context"
	"errors"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// command calls the program.
func command(ctx context.Context, args ...string) called {
	var out, err bytes.Buffer
	status := run(ctx, args, stdio{In: strings.NewReader(""), Out: &out, Err: &err})
	return called{status, out.String(), err.String()}
}

func TestVersionSaysWhatTheProgramIs(t *testing.T) {
	t.Parallel()
	got := command(t.Context(), "version")
	require.Zero(t, got.status)
	require.Regexp(t, `^rudder-clevertap \S+ \(commit \S+, go1\.\S+ \w+/\w+\)\n$`, got.out)
	require.Empty(t, got.err)
}

func TestHelpNamesTheCommandsAndTheirFlags(t *testing.T) {
	t.Parallel()
	got := command(t.Context(), "--help")
	require.Zero(t, got.status)
	for _, name := range []string{"serve", "transform", "healthcheck", "version"} {
		require.Contains(t, got.out, name)
	}
	got = command(t.Context(), "serve", "--help")
	require.Zero(t, got.status)
	for _, want := range []string{"--grpc-addr", "--http-addr", "--config", "RUDDER_CLEVERTAP_GRPC_ADDR", "RUDDER_CLEVERTAP_STREAM_IDLE_TIMEOUT", "127.0.0.1:50051 unless"} {
		require.Contains(t, got.out, want)
	}
}

func TestWrongUsageIsStatus2AndFailureStatus1(t *testing.T) {
	t.Parallel()
	cert, key := writeFile(t, "cert.pem", "no certificate"), writeFile(t, "key.pem", "no key")
	for name, c := range map[string]struct {
		args   []string
		status int
		want   string
	}{
		"no command":            {nil, 2, "expected one of"},
		"an unknown command":    {[]string{"fly"}, 2, "fly"},
		"an unknown flag":       {[]string{"version", "--loud"}, 2, "--loud"},
		"an unknown level":      {[]string{"serve", "--log-level", "loud"}, 2, "log-level"},
		"an unknown format":     {[]string{"serve", "--log-format", "xml"}, 2, "log-format"},
		"no such file":          {[]string{"serve", "--config", "/nowhere/x.yaml"}, 2, "/nowhere/x.yaml"},
		"half of TLS":           {[]string{"serve", "--tls-cert", cert}, 2, "--tls-cert and --tls-key need one another"},
		"a limit of nothing":    {[]string{"serve", "--max-batch-events", "0"}, 2, "--max-batch-events must be more than zero"},
		"a time of the past":    {[]string{"serve", "--drain-delay=-1s"}, 2, "must not be less than zero"},
		"open to others":        {[]string{"serve", "--grpc-addr", ":0"}, 2, "--grpc-addr: address :0 is open to others"},
		"open to others (HTTP)": {[]string{"serve", "--http-addr", "0.0.0.0:0"}, 2, "--http-addr: address 0.0.0.0:0 is open to others"},
		"no address":            {[]string{"serve", "--http-addr", "nonsense"}, 2, `address "nonsense"`},
		"no certificates":       {[]string{"healthcheck", "--tls-ca", cert}, 2, "no certificate in PEM"},
		"a bad certificate":     {[]string{"serve", "--tls-cert", cert, "--tls-key", key}, 1, "tls:"},
		"bad tokens":            {[]string{"serve", "--auth-tokens-file", writeFile(t, "tokens", "loneword")}, 1, "tokens:"},
		"a bad configuration":   {[]string{"serve", "--config", writeFile(t, "c.yaml", "port: 1")}, 1, "port: unknown key"},
		"an address of nobody":  {[]string{"serve", "--grpc-addr", "127.0.0.1:0", "--http-addr", "127.0.0.1:99999"}, 1, "99999"},
		"no address for gRPC":   {[]string{"serve", "--grpc-addr", "127.0.0.1:99999"}, 1, "99999"},
		"an origin of nobody":   {[]string{"serve", "--grpc-addr", "127.0.0.1:0", "--allowed-origins", "nonsense"}, 1, "nonsense"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			ctx, cancel := context.WithCancel(t.Context())
			cancel() // A server that starts all the same ends at once.
			got := command(ctx, c.args...)
			require.Equal(t, c.status, got.status, got.err)
			require.Contains(t, got.err, c.want)
			require.Equal(t, c.status == 2, strings.Contains(got.err, "--help"), got.err)
		})
	}
}

func TestReportPrintsWhatIsNotSilent(t *testing.T) {
	t.Parallel()
	var text bytes.Buffer
	require.Zero(t, report(&text, nil))
	require.Equal(t, 1, report(&text, statusFailure))
	require.Empty(t, text.String())
	require.Equal(t, 1, report(&text, errors.New("broken")))
	require.Equal(t, "rudder-clevertap: broken\n", text.String())
	require.EqualError(t, statusUsage, "exit status 2")
}
