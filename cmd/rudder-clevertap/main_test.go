package main

import (
	"bytes"
	"context"
	"errors"
	"net"
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
	for _, name := range []string{"serve", "transform", "config check", "healthcheck", "version"} {
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
	taken, err := (&net.ListenConfig{}).Listen(t.Context(), "tcp", "127.0.0.1:0")
	require.NoError(t, err)
	t.Cleanup(func() { taken.Close() })
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
		"half of TLS":           {[]string{"serve", "--tls-cert", cert}, 2, "--tls-cert: a certificate needs its key: give --tls-key as well"},
		"a limit of nothing":    {[]string{"serve", "--max-batch-events", "0"}, 2, "--max-batch-events: it must be more than 0"},
		"a time of the past":    {[]string{"serve", "--drain-delay=-1s"}, 2, "--drain-delay: it must be at least 0s"},
		"open to others":        {[]string{"serve", "--grpc-addr", ":0"}, 2, "--grpc-addr: others could reach :0"},
		"open to others (HTTP)": {[]string{"serve", "--http-addr", "0.0.0.0:0"}, 2, "--http-addr: others could reach 0.0.0.0:0"},
		"no address":            {[]string{"serve", "--http-addr", "nonsense"}, 2, "--http-addr: it is not a valid address: write it as HOST:PORT\n"},
		"no certificates":       {[]string{"healthcheck", "--tls-ca", cert}, 2, "no certificate in PEM"},
		"a bad certificate":     {[]string{"serve", "--tls-cert", cert, "--tls-key", key}, 2, "--tls-cert: tls:"},
		"bad tokens":            {[]string{"serve", "--auth-tokens-file", writeFile(t, "tokens", "loneword")}, 2, "line 1: write NAME:TOKEN"},
		"a bad configuration":   {[]string{"serve", "--config", writeFile(t, "c.yaml", "port: 1")}, 2, ":1: port: there is no such setting"},
		"a port of nobody":      {[]string{"serve", "--http-addr", "127.0.0.1:99999"}, 2, "--http-addr: it is not a valid address: write it as HOST:PORT, with a port"},
		"no port":               {[]string{"serve", "--grpc-addr", "127.0.0.1:http0"}, 2, "--grpc-addr: it is not a valid address"},
		"no address, insecure":  {[]string{"serve", "--allow-insecure", "--grpc-addr", ""}, 2, "--grpc-addr: it is not a valid address: write it as HOST:PORT"},
		"no address for rudder": {[]string{"serve", "--transformer-addr", "here"}, 2, "--transformer-addr: it is not a valid address"},
		"routes open to others": {[]string{"serve", "--transformer-addr", ":9090"}, 2, "or --allow-insecure where only rudder-server can connect"},
		"an address in use":     {[]string{"serve", "--grpc-addr", "127.0.0.1:0", "--http-addr", taken.Addr().String()}, 1, "--http-addr: " + taken.Addr().String() + " is in use"},
		"gRPC's is in use":      {[]string{"serve", "--grpc-addr", taken.Addr().String()}, 1, "--grpc-addr: " + taken.Addr().String() + " is in use"},
		"an origin of nobody":   {[]string{"serve", "--allowed-origins", "nonsense"}, 2, "--allowed-origins: "},
		"every origin":          {[]string{"serve", "--allowed-origins", "*"}, 2, "--allowed-origins: number 1 is not a web origin"},
		"no base":               {[]string{"serve", "--clevertap-base-url", "localhost:1"}, 2, "--clevertap-base-url: it is not a valid address of a server"},
		"a base with a query":   {[]string{"serve", "--clevertap-base-url", "http://relay/in?key=s3cr3t"}, 2, "--clevertap-base-url: it must end with the path"},
		"a base with a ?":       {[]string{"serve", "--clevertap-base-url", "http://relay/in?"}, 2, "--clevertap-base-url: it must end with the path"},
		"a base with a place":   {[]string{"serve", "--clevertap-base-url", "http://relay/in#s3cr3t"}, 2, "--clevertap-base-url: it must end with the path"},
		"upstream with a query": {[]string{"serve", "--upstream-transformer", "http://up?key=s3cr3t"}, 2, "--upstream-transformer: it must end with the path"},
		"no time to answer":     {[]string{"healthcheck", "--timeout", "0s"}, 2, "--timeout must be more than zero"},
		"less than no time":     {[]string{"healthcheck", "--timeout=-1s"}, 2, "--timeout must be more than zero"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			ctx, cancel := context.WithCancel(t.Context())
			cancel() // A server that starts all the same ends at once.
			got := command(ctx, c.args...)
			require.Equal(t, c.status, got.status, got.err)
			require.Contains(t, got.err, c.want)
			require.NotContains(t, got.err, "s3cr3t")
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

// TestAnAddressThatCanNotBeReadIsNotRepeated: it may hold a password.
func TestAnAddressThatCanNotBeReadIsNotRepeated(t *testing.T) {
	t.Parallel()
	const secret = "SECRET-5c1e"
	for _, args := range [][]string{
		{"deliver", "--destination", "{}", "--clevertap-base-url"},
		{"serve", "--clevertap-base-url"},
		{"serve", "--upstream-transformer"},
		{"config", "check", "--upstream-transformer"},
	} {
		for _, address := range []string{"http://user:" + secret + "@%zz", "http://" + secret + ":" + secret + "@host:port", "//" + secret + "@host"} {
			var out bytes.Buffer
			require.NotZero(t, run(t.Context(), append(args, address), stdio{In: strings.NewReader(""), Out: &out, Err: &out}))
			require.NotContains(t, out.String(), secret)
		}
	}
}
