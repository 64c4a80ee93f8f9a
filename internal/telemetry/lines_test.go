package telemetry

import (
	"bytes"
	"errors"
	"io"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

func TestLinesAreWrittenInOrder(t *testing.T) {
	t.Parallel()
	var out bytes.Buffer
	lines := NewLines(&out, LogJSON)
	var want strings.Builder
	for range 100 {
		want.WriteString("line\n")
		_, err := lines.Write([]byte("line\n"))
		require.NoError(t, err)
	}
	require.NoError(t, lines.Close())
	require.Equal(t, want.String(), out.String())
}

func TestLinesThatNobodyReadsKeepNobodyWaiting(t *testing.T) {
	t.Parallel()
	reader, writer := io.Pipe()
	lines := NewLines(writer, LogJSON)
	line := []byte(strings.Repeat("x", 1023) + "\n")
	for range 3 * maxWaiting / len(line) {
		_, err := lines.Write(line)
		require.NoError(t, err)
	}
	require.Positive(t, lines.Dropped())
	begin := time.Now()
	require.NoError(t, lines.Close())
	require.Less(t, time.Since(begin), 10*flushWait, "and neither does closing")

	// Somebody reads after all.
	read := make(chan []byte)
	go func() {
		text, _ := io.ReadAll(reader)
		read <- text
	}()
	<-lines.ended
	require.NoError(t, writer.Close())
	require.Contains(t, string(<-read), `"msg":"log lines were left out: nobody read them in time","count":`)
}

func TestLinesThatCanNotBeWrittenDoNoHarm(t *testing.T) {
	t.Parallel()
	lines := NewLines(failing{}, LogText)
	_, err := lines.Write([]byte("line\n"))
	require.NoError(t, err)
	require.NoError(t, lines.Close())
}

// failing can't be written to.
type failing struct{}

func (failing) Write([]byte) (int, error) { return 0, errors.New("nobody reads") }
