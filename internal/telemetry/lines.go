package telemetry

import (
	"context"
	"io"
	"log/slog"
	"sync"
	"sync/atomic"
	"time"
)

const (
	// maxWaiting is how many bytes of log lines may wait to be written.
	maxWaiting = 1 << 20
	// flushWait is how long Close waits for the lines that wait.
	flushWait = time.Second
)

// Lines writes log lines, and never keeps anybody waiting: when whoever reads them falls behind, those for which
// there is no room are left out, and a line says how many they were. Nobody is told that a line can't be
// written: there is nowhere to say so.
type Lines struct {
	to      io.Writer
	format  LogFormat
	ended   chan struct{}
	dropped atomic.Int64

	mu      sync.Mutex
	more    sync.Cond
	waiting []byte
	closed  bool
}

// NewLines returns a writer of lines, which must be closed.
func NewLines(to io.Writer, format LogFormat) *Lines {
	l := &Lines{to: to, format: format, ended: make(chan struct{})}
	l.more.L = &l.mu
	go l.write()
	return l
}

// Write takes a line, or leaves it out. It never fails.
func (l *Lines) Write(line []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.closed || len(l.waiting)+len(line) > maxWaiting {
		l.dropped.Add(1)
		return len(line), nil
	}
	l.waiting = append(l.waiting, line...)
	l.more.Signal()
	return len(line), nil
}

// Dropped returns how many lines were left out, and not said to be so far.
func (l *Lines) Dropped() int64 { return l.dropped.Load() }

// Close writes the lines that wait, but not for longer than a second.
func (l *Lines) Close() error {
	l.mu.Lock()
	l.closed = true
	l.more.Signal()
	l.mu.Unlock()
	select {
	case <-l.ended:
	case <-time.After(flushWait):
	}
	return nil
}

// write writes until all is written after Close.
func (l *Lines) write() {
	defer close(l.ended)
	var writing []byte
	for {
		l.mu.Lock()
		for len(l.waiting) == 0 && !l.closed {
			l.more.Wait()
		}
		writing, l.waiting = l.waiting, writing[:0]
		ending := l.closed && len(writing) == 0
		l.mu.Unlock()
		if ending {
			return
		}
		if count := l.dropped.Swap(0); count > 0 {
			NewLogger(l.to, l.format, slog.LevelWarn, nil).WarnContext(
				context.Background(), "log lines were left out: nobody read them in time", "count", count,
			)
		}
		_, _ = l.to.Write(writing) // there is nowhere to say so
	}
}
