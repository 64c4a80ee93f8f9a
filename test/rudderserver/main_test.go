package rudderserver_test

import (
	"bufio"
	"context"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/rudderlabs/rudder-go-kit/config"
	"github.com/rudderlabs/rudder-go-kit/logger"
	"github.com/stretchr/testify/require"
)

// program is the name of the program, which is found where TestMain built it.
const program = "rudder-clevertap"

func TestMain(m *testing.M) {
	os.Exit(run(m))
}

// run builds the program, keeps rudder-server's clients quiet, and runs the tests.
func run(m *testing.M) int {
	dir, err := os.MkdirTemp("", program)
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	defer os.RemoveAll(dir)
	build := exec.CommandContext(context.Background(), "go", "build", "-o", dir, "./cmd/"+program)
	build.Dir = filepath.Join("..", "..")
	if out, err := build.CombinedOutput(); err != nil {
		fmt.Fprintf(os.Stderr, "go build: %v\n%s", err, out)
		return 1
	}
	if err := os.Setenv("PATH", dir+string(os.PathListSeparator)+os.Getenv("PATH")); err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	// What goes wrong is in the clients' answers; their logs would repeat whole request bodies.
	config.Reset() // forgets what was read at the start, so that nobody reports a change
	config.Set("LOG_LEVEL", "FATAL")
	logger.Reset()
	return m.Run()
}

// serve starts the program on free ports and returns the address of its transformer listener. When the test ends, the
// program must stop in order.
func serve(t *testing.T, flags ...string) string {
	t.Helper()
	args := append([]string{
		"serve", "--grpc-addr", "127.0.0.1:0", "--http-addr", "127.0.0.1:0", "--transformer-addr", "127.0.0.1:0",
		"--log-format", "json",
	}, flags...)
	cmd := exec.CommandContext(context.Background(), program, args...)
	stderr, err := cmd.StderrPipe()
	require.NoError(t, err)
	require.NoError(t, cmd.Start())
	logs := &logLines{serving: make(chan string, 1)}
	ended := make(chan error, 1)
	go func() {
		logs.read(bufio.NewScanner(stderr))
		ended <- cmd.Wait()
	}()
	t.Cleanup(func() {
		require.NoError(t, cmd.Process.Signal(syscall.SIGTERM))
		select {
		case err := <-ended:
			require.NoError(t, err, logs)
		case <-time.After(30 * time.Second):
			_ = cmd.Process.Kill()
			require.Fail(t, "the program does not stop", logs.String())
		}
		if t.Failed() {
			t.Logf("the program's log:\n%s", logs)
		}
	})
	select {
	case addr := <-logs.serving:
		require.NotEmpty(t, addr, logs)
		return addr
	case <-time.After(30 * time.Second):
		require.Fail(t, "the program does not serve", logs.String())
		return ""
	}
}

// logLines is what the program wrote to standard error.
type logLines struct {
	mu      sync.Mutex
	lines   []string
	serving chan string // the transformer listener's address, once it serves; empty when it ended before that
}

// read reads lines to their end.
func (l *logLines) read(lines *bufio.Scanner) {
	defer close(l.serving)
	for lines.Scan() {
		l.mu.Lock()
		l.lines = append(l.lines, lines.Text())
		l.mu.Unlock()
		var line struct {
			Msg         string `json:"msg"`
			Transformer string `json:"transformer"`
		}
		if json.Unmarshal(lines.Bytes(), &line) == nil && line.Msg == "serving" {
			l.serving <- line.Transformer
		}
	}
}

// String returns all lines.
func (l *logLines) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return strings.Join(l.lines, "\n")
}
