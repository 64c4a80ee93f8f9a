package hostile

import (
	"bufio"
	"encoding/json"
	"io"
	"net/http"
	"os"
	"os/exec"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// logging starts a program that logs each call, and returns its REST address and where it logs to.
func logging(t *testing.T) (cmd *exec.Cmd, address string, log io.ReadCloser) {
	t.Helper()
	name := os.Getenv("HOSTILE_PROGRAM")
	if name == "" {
		t.Skip("HOSTILE_PROGRAM names no program to attack")
	}
	cmd = exec.CommandContext(t.Context(), name, "serve", "--grpc-addr", "127.0.0.1:0", "--http-addr", "127.0.0.1:0",
		"--transformer-addr=", "--shutdown-timeout", "5s", "--log-level", "debug", "--log-format", "json")
	log, err := cmd.StderrPipe()
	require.NoError(t, err)
	require.NoError(t, cmd.Start())
	var said struct{ Msg, HTTP string }
	for lines := bufio.NewReader(log); said.Msg != "serving"; {
		line, err := lines.ReadBytes('\n')
		require.NoError(t, err)
		require.NoError(t, json.Unmarshal(line, &said))
	}
	return cmd, said.HTTP, log
}

// callBadly makes a call that is logged.
func callBadly(t *testing.T, address string) {
	t.Helper()
	answer, err := http.Post("http://"+address+"/v1/transform", "application/json", strings.NewReader(`{"event":{},"destination":{}}`))
	require.NoError(t, err)
	require.NoError(t, answer.Body.Close())
	require.Equal(t, http.StatusBadRequest, answer.StatusCode)
}

// requireEnds demands that SIGTERM ends a program as it should.
func requireEnds(t *testing.T, cmd *exec.Cmd) {
	t.Helper()
	http.DefaultClient.CloseIdleConnections()
	require.NoError(t, cmd.Process.Signal(syscall.SIGTERM))
	ended := make(chan error, 1)
	go func() { ended <- cmd.Wait() }()
	select {
	case err := <-ended:
		require.NoError(t, err)
	case <-time.After(patience()):
		_ = cmd.Process.Kill()
		require.Fail(t, "SIGTERM does not end the program")
	}
}

func TestALogWhoseReaderGoesAwayEndsNothing(t *testing.T) {
	cmd, address, log := logging(t)
	require.NoError(t, log.Close())
	for range 20 {
		callBadly(t, address)
	}
	requireEnds(t, cmd)
}

func TestALogThatNobodyReadsKeepsNobodyWaiting(t *testing.T) {
	cmd, address, _ := logging(t)
	for range 2000 { // a pipe holds 64 KiB
		callBadly(t, address)
	}
	requireEnds(t, cmd)
}
