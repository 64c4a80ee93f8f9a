package hostile

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/rudder-clevertap/rudder-clevertap/internal/clevertapstub"
	"github.com/rudder-clevertap/rudder-clevertap/internal/otlptest"
)

// program is the server that is under attack.
type program struct {
	REST, GRPC, DropIn string

	cmd    *exec.Cmd
	ended  chan struct{}
	output output
	traces *otlptest.Receiver
	// trap is where nothing must ever connect to.
	trap *trap
	// answered is all that it answered, in which secrets are looked for.
	answered secretFinder
	memory   struct{ now, peak atomic.Int64 }
	beside   *client
	// descriptors is how many it had open before.
	descriptors int
}

// start starts the program that HOSTILE_PROGRAM names, with telemetry, tokens, a registered destination and a stand-in for CleverTap.
func start(t *testing.T) *program {
	t.Helper()
	name := os.Getenv("HOSTILE_PROGRAM")
	if name == "" {
		t.Skip("HOSTILE_PROGRAM names no program to attack: make hostile builds it and runs this")
	}
	p := &program{ended: make(chan struct{}), traces: otlptest.Start(t), trap: newTrap(t)}
	cleverTap := httptest.NewServer(clevertapstub.New(clevertapstub.Options{}))
	t.Cleanup(cleverTap.Close)
	dir := t.TempDir()
	file := func(name, text string) string {
		path := filepath.Join(dir, name)
		require.NoError(t, os.WriteFile(path, []byte(text), 0o600))
		return path
	}
	p.cmd = exec.CommandContext(t.Context(), name, "serve",
		"--grpc-addr", "127.0.0.1:0", "--http-addr", "127.0.0.1:0", "--transformer-addr", "127.0.0.1:0",
		"--auth-tokens-file", file("tokens", "tests:"+token+"\n"),
		"--config", file("config.yaml", "destinations:\n  registered: {accountId: A, passcode: {file: "+file("passcode", registeredPasscode)+"}, region: in1}\n"),
		"--clevertap-base-url", cleverTap.URL, "--stream-idle-timeout", idle().String(),
		"--shutdown-timeout", "10s", "--log-level", "debug", "--log-format", "json")
	p.cmd.Stderr, p.cmd.Stdout = &p.output, &p.output
	require.NoError(t, p.cmd.Start())
	go func() {
		_ = p.cmd.Wait() // its status is looked at when it is stopped
		close(p.ended)
	}()
	require.Eventually(t, func() bool { return p.output.serving(p) || !p.alive() }, time.Minute, 20*time.Millisecond)
	require.True(t, p.alive(), p.lastLines())
	p.beside = goBeside(p)
	time.Sleep(time.Second) // until what the first calls open is open
	p.descriptors = p.openDescriptors()
	go p.watchMemory(int64(environment("HOSTILE_MEMORY_MIB", 1024)) << 20)
	return p
}

// alive reports whether the program runs.
func (p *program) alive() bool {
	select {
	case <-p.ended:
		return false
	default:
		return true
	}
}

// watchMemory ends a program that takes far more memory than it may: the machine is for others too.
func (p *program) watchMemory(limit int64) {
	for p.alive() {
		now := p.residentMemory()
		p.memory.now.Store(now)
		if now > p.memory.peak.Load() {
			p.memory.peak.Store(now)
		}
		if now > limit {
			fmt.Fprintf(&p.output, "\nHOSTILE: killed at %d MiB, more than %d MiB\n", now>>20, limit>>20)
			_ = p.cmd.Process.Kill()
		}
		time.Sleep(20 * time.Millisecond)
	}
}

// residentMemory returns how many bytes of memory the program has.
func (p *program) residentMemory() int64 {
	statm, err := os.ReadFile(fmt.Sprintf("/proc/%d/statm", p.cmd.Process.Pid))
	if err != nil {
		return 0
	}
	if fields := strings.Fields(string(statm)); len(fields) > 1 {
		pages, _ := strconv.ParseInt(fields[1], 10, 64)
		return pages * int64(os.Getpagesize())
	}
	return 0
}

// openDescriptors returns how many files and connections the program has open.
func (p *program) openDescriptors() int {
	entries, _ := os.ReadDir(fmt.Sprintf("/proc/%d/fd", p.cmd.Process.Pid))
	return len(entries)
}

// stop stops the program and looks at what it leaves behind.
func (p *program) stop(t *testing.T) {
	t.Helper()
	if p.alive() {
		const kept = 20 // to CleverTap and the collector, for the next call
		require.Eventually(t, func() bool { return p.openDescriptors() <= p.descriptors+kept }, 2*idle()+5*time.Second, 100*time.Millisecond,
			"connections stay open: %d, and %d before", p.openDescriptors(), p.descriptors)
	}
	failures := p.beside.end()
	require.Empty(t, failures, "the well-behaved client failed")
	if p.alive() {
		require.NoError(t, p.cmd.Process.Signal(syscall.SIGTERM))
		select {
		case <-p.ended:
		case <-time.After(15 * time.Second):
			_ = p.cmd.Process.Kill()
			t.Error("SIGTERM does not end the program")
		}
	}
	<-p.ended
	require.True(t, p.cmd.ProcessState.Success(), "%s: %s", p.cmd.ProcessState, p.lastLines())
	text := p.output.String()
	for _, bad := range []string{"DATA RACE", "panic: ", "fatal error: ", "goroutine "} {
		require.NotContains(t, text, bad)
	}
	var written secretFinder
	written.look("standard output or error", text)
	for _, span := range p.traces.AllSpans() {
		written.look("a span", span.String())
	}
	for _, record := range p.traces.Logs() {
		written.look("a log record", record.String())
	}
	require.Empty(t, written.found(), "secrets were written")
	require.Empty(t, p.answered.found(), "secrets were answered")
	require.Zero(t, p.trap.caught.Load(), "the program connected to where a caller told it to")
}

// lastLines returns the end of what the program wrote.
func (p *program) lastLines() string {
	text := p.output.String()
	return text[max(0, len(text)-4000):]
}

// output is what the program wrote.
type output struct {
	mu   sync.Mutex
	text bytes.Buffer
}

// Write keeps it.
func (o *output) Write(b []byte) (int, error) {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.text.Write(b)
}

// String returns it.
func (o *output) String() string {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.text.String()
}

// serving reads from the output where the program listens, once it says so.
func (o *output) serving(p *program) bool {
	for line := range strings.Lines(o.String()) {
		var said struct{ Msg, GRPC, HTTP, Transformer string }
		if json.Unmarshal([]byte(line), &said) == nil && said.Msg == "serving" {
			p.GRPC, p.REST, p.DropIn = said.GRPC, said.HTTP, said.Transformer
			return true
		}
	}
	return false
}

var _ io.Writer = (*output)(nil)
