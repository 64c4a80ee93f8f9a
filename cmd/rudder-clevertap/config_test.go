package main

import (
	"encoding/json"
	"io"
	"testing"

	"github.com/creack/pty"
	"github.com/stretchr/testify/require"
)

func TestConfigCheckPrintsTheConfigurationThatServeWouldHave(t *testing.T) {
	t.Setenv("RUDDER_CLEVERTAP_MAX_BATCH_EVENTS", "7")
	t.Setenv("SHOP_PASSCODE", "PASSCODE-9")
	file := writeFile(t, "c.yaml", "logLevel: debug\ndestinations: {shop: {accountId: A, passcode: {env: SHOP_PASSCODE}, region: in1}}\n")
	got := command(t.Context(), "config", "check", "--config", file, "--grpc-addr", "127.0.0.1:1")
	require.Zero(t, got.status, got.err)
	require.Empty(t, got.err)
	var shown struct {
		Valid         bool
		Configuration map[string]any
		From          map[string]string
	}
	require.NoError(t, json.Unmarshal([]byte(got.out), &shown), "programs read JSON")
	require.True(t, shown.Valid)
	for setting, want := range map[string]struct {
		value any
		from  string
	}{
		"grpcAddr":       {"127.0.0.1:1", "--grpc-addr"},
		"maxBatchEvents": {7.0, "RUDDER_CLEVERTAP_MAX_BATCH_EVENTS"},
		"logLevel":       {"debug", file + ":1"},
		"httpAddr":       {"127.0.0.1:8080", "default"},
	} {
		require.Equal(t, want.value, shown.Configuration[setting])
		require.Equal(t, want.from, shown.From[setting])
	}
	for _, format := range []string{"text", "yaml", "json"} {
		got := command(t.Context(), "config", "check", "--config", file, "--format", format)
		require.Zero(t, got.status, got.err)
		require.NotContains(t, got.out, "PASSCODE-9")
		require.Contains(t, got.out, "SHOP_PASSCODE")
	}
}

func TestConfigCheckSaysAllThatIsWrong(t *testing.T) {
	t.Parallel()
	file := writeFile(t, "c.yaml", "grpcAdr: x\nlogLevel: loud\n")
	got := command(t.Context(), "config", "check", "--config", file)
	require.Equal(t, called{
		2, `{
  "valid": false,
  "problems": [
    {
      "setting": "grpcAdr",
      "from": "` + file + `:1",
      "message": "there is no such setting; did you mean grpcAddr?"
    },
    {
      "setting": "logLevel",
      "from": "` + file + `:2",
      "message": "it must be debug, info, warn or error"
    }
  ]
}
`, "rudder-clevertap: the configuration has 2 problems:\n  " + file + ":1: grpcAdr: there is no such setting; did you mean grpcAddr?\n  " +
			file + ":2: logLevel: it must be debug, info, warn or error\n",
	}, got)
	got = command(t.Context(), "config", "check", "--config", file, "--format", "text")
	require.Equal(t, 2, got.status)
	require.Empty(t, got.out)
}

func TestConfigCheckIsATableOnATerminal(t *testing.T) {
	t.Parallel()
	terminal, screen, err := pty.Open()
	require.NoError(t, err)
	defer terminal.Close()
	status := make(chan int, 1)
	go func() {
		status <- run(t.Context(), []string{"config", "check"}, stdio{Out: screen, Err: io.Discard})
		screen.Close()
	}()
	text, _ := io.ReadAll(terminal)
	require.Zero(t, <-status)
	require.Regexp(t, `(?m)^SETTING +VALUE +FROM`, string(text))
	require.Regexp(t, `(?m)^grpcAddr +127\.0\.0\.1:50051 +default`, string(text))
}
