package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"testing"
	"time"

	"github.com/creack/pty"
	"github.com/stretchr/testify/require"

	"github.com/rudder-clevertap/rudder-clevertap/internal/genevents"
	"github.com/rudder-clevertap/rudder-clevertap/mapping"
)

// newTestBlock returns a block of events, and a transformer for it.
func newTestBlock(tb testing.TB, output string) (*transformer, *block) {
	tb.Helper()
	settings, err := os.ReadFile(plain)
	require.NoError(tb, err)
	to, fault := mapping.ParseDestination(settings)
	require.Nil(tb, fault)
	var text bytes.Buffer
	_, err = genevents.New(1).Write(&text, 200)
	require.NoError(tb, err)
	return newTransformer(to, output, false, false), &block{source: "stdin", first: 1, lines: text.Bytes(), tally: newTally()}
}

func TestTransformingABlockAgainDoesNotAllocateForPayloads(t *testing.T) {
	transformer, b := newTestBlock(t, outputPayloads)
	lines := b.lines
	perEvent := testing.AllocsPerRun(20, func() {
		transformer.transform(b)
		b.reset()
		b.lines = lines
	}) / 200
	require.Less(t, perEvent, 0.5, "only the names of page and screen events are made anew")
}

func BenchmarkTransformBlock(b *testing.B) {
	for _, output := range []string{outputResults, outputPayloads} {
		b.Run(output, func(b *testing.B) {
			transformer, events := newTestBlock(b, output)
			lines := events.lines
			b.SetBytes(int64(len(lines)))
			b.ReportAllocs()
			for b.Loop() {
				transformer.transform(events)
				events.reset()
				events.lines = lines
			}
		})
	}
}

func TestTransformShowsProgressAndSummaryOnATerminal(t *testing.T) {
	t.Parallel()
	terminal, screenFile, err := pty.Open()
	require.NoError(t, err)
	shown := make(chan string, 1)
	go func() {
		text, _ := io.ReadAll(terminal) // ends with an error once the other side is closed
		shown <- string(text)
	}()
	in, events := io.Pipe()
	go func() {
		_, _ = io.WriteString(events, track("a")+"{}\n")
		time.Sleep(3 * progressInterval)
		_, _ = io.WriteString(events, track("b"))
		_ = events.Close()
	}()
	var out bytes.Buffer
	status := run(t.Context(), []string{"transform", "--destination", plain}, stdio{In: in, Out: &out, Err: screenFile})
	require.NoError(t, screenFile.Close())
	text := <-shown
	require.NoError(t, terminal.Close())
	require.Equal(t, 1, status)
	require.Len(t, readResults(t, out.String()), 3)
	require.Contains(t, text, "stdin:2: MISSING_MESSAGE_TYPE: ")
	require.Regexp(t, `\r2 events  0\.0 MB  \d+ events/s  1 failed\x1b\[K`, text)
	require.Regexp(t, `3 events \(0\.0 MB\) in [\d.]+m?s: \d+ events/s\r\n  transformed +2\r\n  filtered +0\r\n  failed +1\r\n    MISSING_MESSAGE_TYPE +1\r\n`, text)
}

func TestProgressKnowsTheShareOfFiles(t *testing.T) {
	t.Parallel()
	file := writeFile(t, "events.jsonl", track("a")+track("b"))
	in := newInputs([]string{file, file}, nil)
	require.EqualValues(t, 2*len(track("a")+track("b")), in.size)
	in.read.Store(in.size / 4)
	var out bytes.Buffer
	view := &screen{out: &out, inputs: in, began: time.Now()}
	view.draw(newTally())
	require.Contains(t, out.String(), "  25%")

	require.Zero(t, newInputs([]string{file, "-"}, bytes.NewReader(nil)).size, "standard input has no known size")
}

func TestGrouped(t *testing.T) {
	t.Parallel()
	for n, want := range map[int64]string{0: "0", 12: "12", 999: "999", 1000: "1,000", 123456: "123,456", 1234567: "1,234,567"} {
		require.Equal(t, want, grouped(n))
	}
}

// FuzzEventsAreCutTheSameHoweverTheyAreRead cuts a text into reads of any size.
func FuzzEventsAreCutTheSameHoweverTheyAreRead(f *testing.F) {
	f.Add([]byte("a\nbb\n\nccc"), []byte{1, 2, 3})
	f.Add([]byte("{}\n{\"a\":[{}]}\n\n{}"), []byte{1})
	f.Add([]byte("[{\n},\n {\"}\":1}]{}{}"), []byte{4})
	f.Add([]byte("{\"a\":\n{}\n{}"), []byte{0, 255})
	f.Add([]byte("\r\n x \n"), []byte{0, 255})
	f.Fuzz(func(t *testing.T, text, sizes []byte) {
		require.Equal(t, cutEvents(t, text, nil), cutEvents(t, text, sizes))
	})
}

// cutEvents returns the lines in which events begin, and for events within a line, their text.
func cutEvents(t *testing.T, text, sizes []byte) []string {
	t.Helper()
	var (
		events []string
		handed []byte
	)
	feed := feeder{
		in: &unevenReader{text: text, sizes: sizes}, line: 1,
		take:     func(context.Context) *block { return newBlock() },
		giveBack: func(*block) {}, handOver: func(b *block) {
			require.Equal(t, 1+bytes.Count(handed, []byte{'\n'}), b.first)
			handed = append(handed, b.lines...)
			one := func(line int, text []byte) {
				if text = bytes.TrimSpace(text); !json.Valid(text) {
					text = nil
				}
				events = append(events, fmt.Sprintf("%d %s", line, text))
			}
			for _, u := range b.units {
				one(u.line, b.lines[u.start:u.end])
			}
			if b.cut {
				return
			}
			number := b.first
			for line := range bytes.Lines(b.lines) {
				c := cutter{every: true}
				units, _, _ := c.cut(nil, line, number, true)
				for _, u := range units {
					one(number, line[u.start:u.end])
				}
				number++
			}
		},
	}
	require.NoError(t, feed.run(t.Context()))
	require.Equal(t, string(text), string(handed))
	return events
}

// unevenReader reads a text in pieces of given sizes, over and over; without sizes, at once.
type unevenReader struct {
	text, sizes []byte
	reads       int
}

// Read reads the next piece. No more than every second one is empty.
func (r *unevenReader) Read(p []byte) (int, error) {
	if len(r.text) == 0 {
		return 0, io.EOF
	}
	size := len(p)
	if len(r.sizes) > 0 {
		size = min(size, int(r.sizes[r.reads%len(r.sizes)])|r.reads&1)
	}
	r.reads++
	n := copy(p[:size], r.text)
	r.text = r.text[n:]
	return n, nil
}
