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
	// maxLine is the longest line that is taken, in bytes; the message limit of the server.
	maxLine = 32 << 20
	// keptBuffer is the largest buffer that a block keeps when it goes round, so that one long line is not paid for ever.
	keptBuffer = 8 * blockSize
)

// block is a run of lines of one source, and what became of them.
type block struct {
	source string
	// first is the number of the first line, from 1.
	first int
	// buffer is the memory, lines the part of it that holds whole lines. Only the last line of a source may lack its
	// newline, and a line that is longer than maxLine, which is cut.
	buffer, lines []byte
	// done tells the writer that a worker is done with the block.
	done chan struct{}

	// text is what to write: lines of results, or the records one after the other.
	text []byte
	// records says where each record ends in text; for payloads only.
	records []recordEnd
	// failures are the lines for standard error.
	failures []byte
	tally    *tally
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
	b.lines = nil
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

// whole returns how much of the buffer can be handed over: up to the last newline, or all of it when the line is too long.
// The bytes before from are known to hold no newline.
func (b *block) whole(from int) int {
	if last := bytes.LastIndexByte(b.buffer[from:], '\n'); last >= 0 {
		return from + last + 1
	}
	if len(b.buffer) > maxLine {
		return len(b.buffer)
	}
	return 0
}

// feeder cuts a source into blocks of whole lines. It hands over what each read brought, so that events which trickle in
// are answered at once.
type feeder struct {
	name string
	in   io.Reader
	// line is the number of the line that the next block begins with.
	line int
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
		end := b.whole(old)
		if errors.Is(err, io.EOF) {
			end = len(b.buffer) // Where reading fails, the half line before is no event.
		}
		if end > 0 {
			b = f.pass(ctx, b, end)
		}
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return err
		}
	}
	return nil
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

// pass hands the first end bytes of a block over and returns a block that holds the rest, or nil when it is time to stop.
func (f *feeder) pass(ctx context.Context, b *block, end int) *block {
	next := f.take(ctx)
	if next != nil {
		next.buffer = append(next.buffer, b.buffer[end:]...)
	}
	b.source, b.first, b.lines = f.name, f.line, b.buffer[:end]
	f.line += bytes.Count(b.lines, []byte{'\n'})
	f.skipping = b.lines[end-1] != '\n'
	f.handOver(b)
	return next
}
