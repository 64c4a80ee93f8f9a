package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"runtime"
	"sync"

	"github.com/rudder-clevertap/rudder-clevertap/mapping"
)

// pipeline reads blocks of lines, transforms them on all processors and writes what came out in input order. The blocks
// are made once and go round, so that memory stays flat however long the input is.
type pipeline struct {
	to     *mapping.Destination
	inputs *inputs
	output string
	// free holds the blocks that nobody uses, work those that wait for a worker, ordered all that were read, in input
	// order. Each has room for all blocks, so that only taking one from it can wait.
	free, work, ordered chan *block
	// index is the number of the event that the reader comes to next, as far as it can tell, and more how many more
	// events the workers found in what has been written.
	index, more int
	// readErr is why reading ended early; it is set before ordered is closed.
	readErr error
}

// newPipeline returns a pipeline that has not begun.
func newPipeline(to *mapping.Destination, in *inputs, output string) *pipeline {
	// While each worker holds a block, one more each can wait, one is being filled and one is being written.
	blocks := 2*runtime.GOMAXPROCS(0) + 2
	p := &pipeline{
		to: to, inputs: in, output: output,
		free: make(chan *block, blocks), work: make(chan *block, blocks), ordered: make(chan *block, blocks),
	}
	for range blocks {
		p.free <- newBlock()
	}
	return p
}

// run transforms all inputs to out and returns the tally of what was written. When ctx ends, it writes what has been read
// by then.
func (p *pipeline) run(ctx context.Context, out io.Writer, view *screen) (*tally, error) {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	// The reader is not waited for when ctx ends: it may be blocked in a read that nothing can interrupt.
	go p.read(ctx)
	var workers sync.WaitGroup
	stop := make(chan struct{})
	for range runtime.GOMAXPROCS(0) {
		workers.Go(func() { p.transform(stop, view.summary) })
	}
	total, err := p.write(ctx, newSink(out, p.to, p.output), view)
	close(stop)
	workers.Wait()
	return total, err
}

// read reads all sources into blocks until ctx ends, and closes ordered at the end.
func (p *pipeline) read(ctx context.Context) {
	defer close(p.ordered)
	for _, from := range p.inputs.sources {
		if err := p.readSource(ctx, from); err != nil {
			p.readErr = fmt.Errorf("%s: %w", from.name, err)
			return
		}
	}
}

// readSource reads one source into blocks until it or ctx ends.
func (p *pipeline) readSource(ctx context.Context, from source) error {
	in, err := p.inputs.open(from)
	if err != nil {
		return err
	}
	feed := feeder{
		name: from.name, in: in, line: 1, index: p.index, take: p.take, handOver: p.handOver, giveBack: p.giveBack,
	}
	err = errors.Join(feed.run(ctx), in.Close())
	p.index = feed.index
	return err
}

// take waits for a block that nobody uses; it returns nil when ctx has ended.
func (p *pipeline) take(ctx context.Context) *block {
	if ctx.Err() != nil {
		return nil
	}
	select {
	case b := <-p.free:
		return b
	case <-ctx.Done():
		return nil
	}
}

// giveBack frees a block that was taken and not handed over.
func (p *pipeline) giveBack(b *block) {
	b.reset()
	p.free <- b
}

// handOver gives a block to the workers and, in its order, to the writer.
func (p *pipeline) handOver(b *block) {
	p.ordered <- b
	p.work <- b
}

// transform is a worker: it transforms blocks until it is told to stop.
func (p *pipeline) transform(stop <-chan struct{}, diagnostics bool) {
	t := newTransformer(p.to, p.output, len(p.inputs.sources) > 1, diagnostics)
	for {
		select {
		case b := <-p.work:
			t.transform(b)
			b.done <- struct{}{}
		case <-stop:
			return
		}
	}
}

// write writes the outcome of each block in input order, until all are written or ctx ends.
func (p *pipeline) write(ctx context.Context, to *sink, view *screen) (*tally, error) {
	total := newTally()
	for {
		select {
		case b, more := <-p.ordered:
			if !more {
				return total, errors.Join(to.close(), p.readErr)
			}
			if err := p.emit(b, to, view, total); err != nil {
				return total, err
			}
		case <-view.tick:
			view.draw(total)
		case <-ctx.Done():
			return total, errors.Join(p.drain(to, view, total), to.close())
		}
	}
}

// drain writes the blocks that have been read already.
func (p *pipeline) drain(to *sink, view *screen, total *tally) error {
	for {
		select {
		case b, more := <-p.ordered:
			if !more {
				return p.readErr
			}
			if err := p.emit(b, to, view, total); err != nil {
				return err
			}
		default:
			return nil
		}
	}
}

// emit writes the outcome of a block once a worker is done with it, and frees the block.
func (p *pipeline) emit(b *block, to *sink, view *screen, total *tally) error {
	<-b.done
	view.print(b.failures)
	err := b.err
	if p.more > 0 && p.output == outputResults {
		b.text = renumber(b.text, p.more)
	}
	p.more += b.more
	if err == nil {
		err = to.write(b)
	}
	total.add(b.tally)
	p.giveBack(b)
	return err
}
