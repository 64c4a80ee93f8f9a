package main

import (
	"bytes"
	"context"
	"errors"
	"io"
	"slices"
)

const (
	// blockSize is how many bytes of input are handed from the reader to a worker at once: large enough that handing over
	// costs nothing, small enough that the blocks in flight stay in the processor's cache.
	blockSize = 256 << 10
	// maxLine is the longest event that is taken, in bytes; the message limit of the server.
	maxLine = 32 << 20
	// keptBuffer is the largest buffer that a block keeps when it goes round, so that one long line is not paid for ever.
	keptBuffer = 8 * blockSize
)

// block is a run of events of one source, and what became of them.
type block struct {
	source string
	// first is the number of the first line, from 1, and index that of the first event of the run, from 0.
	first, index int
	// buffer is the memory, lines the part of it that holds whole events, one a line, unless cut is set: then units says
	// where they are. One that is longer than maxLine is cut.
	buffer, lines []byte
	units         []unit
	cut           bool
	// done tells the writer that a worker is done with the block.
	done chan struct{}

	// text is what to write: lines of results, or the records one after the other.
	text []byte
	// records says where each record ends in text; for payloads only.
	records []recordEnd
	// failures are the lines for standard error.
	failures []byte
	tally    *tally
	// more is how many events there were beyond one a line.
	more int
	// err is why the block can't be written.
	err error
}

// recordEnd is where a record ends, whether it is a device token, and whether it is the last of its event.
type recordEnd struct {
	end         int
	token, last bool
}

func newBlock() *block {
	return &block{done: make(chan struct{}, 1), tally: newTally()}
}

// reset empties a block for its next round.
func (b *block) reset() {
	b.lines, b.units, b.cut, b.more = nil, b.units[:0], false, 0
	b.buffer = emptied(b.buffer)
	b.text = emptied(b.text)
	b.failures = emptied(b.failures)
	b.records = b.records[:0]
	b.tally.reset()
}

// emptied returns the buffer without its content, or none when it is too large to keep.
func emptied(buffer []byte) []byte {
	if cap(buffer) > keptBuffer {
		return nil
	}
	return buffer[:0]
}

// room returns the free part of the buffer, which is never empty.
func (b *block) room() []byte {
	if len(b.buffer) == cap(b.buffer) {
		b.buffer = slices.Grow(b.buffer, max(blockSize, min(len(b.buffer), maxLine+blockSize-len(b.buffer))))
	}
	return b.buffer[len(b.buffer):cap(b.buffer)]
}

// feeder cuts a source into blocks of whole events. It hands over what each read brought, so that events which trickle in
// are answered at once.
type feeder struct {
	name string
	in   io.Reader
	// line is the number of the line, and index that of the event, that the next block begins with.
	line, index int
	// cutter cuts what is not plain lines, and cutting is whether it does.
	cutter  cutter
	cutting bool
	// skipping is whether the rest of a line that is too long is being passed by.
	skipping bool
	// take gives an empty block, or nil when it is time to stop; handOver passes a filled one on, giveBack one that was not
	// needed.
	take     func(context.Context) *block
	handOver func(*block)
	giveBack func(*block)
}

// run reads the source to its end, or until there is no block to take.
func (f *feeder) run(ctx context.Context) error {
	b := f.take(ctx)
	defer func() {
		if b != nil {
			f.giveBack(b)
		}
	}()
	for b != nil {
		old := len(b.buffer)
		n, err := f.in.Read(b.room())
		b.buffer = b.buffer[:old+n]
		if f.skipping {
			f.skip(b)
			old = 0
		}
		all := errors.Is(err, io.EOF) // Where reading fails, what is there of the last event is none.
		for b != nil {
			end, events := f.cut(b, old, all)
			if end == 0 && events == 0 {
				break
			}
			b, old = f.pass(ctx, b, end, events), 0
		}
		if all {
			return nil
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// cut says how much of a block can be handed over, and how many events that is: nothing of both when there is more to wait
// for. The bytes before from are known to hold no newline.
func (f *feeder) cut(b *block, from int, all bool) (end, events int) {
	if !f.cutting {
		end = from + bytes.LastIndexByte(b.buffer[from:], '\n') + 1
		if all {
			end = len(b.buffer)
		}
		if end == from && !all && !endless(b.buffer) {
			return 0, 0
		}
		if plain, events := plainLines(b.buffer[:end]); plain > 0 {
			return plain, events
		}
		f.cutting, f.cutter = true, cutter{}
	}
	var plain bool
	b.units, end, plain = f.cutter.cut(b.units[:0], b.buffer, f.line, all)
	f.cutting = !plain
	b.cut = end > 0 || len(b.units) > 0
	switch {
	case b.cut:
	case plain:
		return f.cut(b, 0, all)
	case len(b.buffer) > maxLine:
		end, b.cut, f.skipping = len(b.buffer), true, true
		b.units = append(b.units, unit{end: end, line: f.line})
		f.cutter = cutter{array: f.cutter.array, every: f.cutter.every}
	}
	return end, len(b.units)
}

// endless reports whether a line need not be waited for: an array of events may be one, and so may events without a
// newline between them.
func endless(line []byte) bool {
	line = bytes.TrimLeft(line, " \t\r")
	return len(line) >= blockSize || len(line) > 0 && line[0] == '['
}

// skip drops the rest of a line that is too long from the buffer.
func (f *feeder) skip(b *block) {
	end := bytes.IndexByte(b.buffer, '\n')
	if end < 0 {
		b.buffer = b.buffer[:0]
		return
	}
	b.buffer = b.buffer[:copy(b.buffer, b.buffer[end+1:])]
	f.skipping = false
	f.line++
}

// pass hands the first end bytes of a block over, which are so many events, and returns a block that holds the rest, or
// nil when it is time to stop.
func (f *feeder) pass(ctx context.Context, b *block, end, events int) *block {
	next := f.take(ctx)
	if next != nil {
		next.buffer = append(next.buffer, b.buffer[end:]...)
	}
	b.source, b.first, b.index, b.lines = f.name, f.line, f.index, b.buffer[:end]
	f.line += bytes.Count(b.lines, []byte{'\n'})
	f.index += events
	f.handOver(b)
	return next
}
