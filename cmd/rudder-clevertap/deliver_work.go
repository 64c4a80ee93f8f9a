package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"slices"
	"sync"
	"time"

	"golang.org/x/sync/semaphore"

	"github.com/rudder-clevertap/rudder-clevertap/clevertap"
	"github.com/rudder-clevertap/rudder-clevertap/delivery"
	"github.com/rudder-clevertap/rudder-clevertap/internal/apierr"
	"github.com/rudder-clevertap/rudder-clevertap/internal/receipt"
	"github.com/rudder-clevertap/rudder-clevertap/mapping"
)

const (
	// blocksUnderWay is how many blocks of lines are under way at once, eventsUnderWay how many events for each upload that
	// may be: enough for all uploads, and not many more, since they wait for their results behind one that CleverTap puts off, and are sent
	// again when the run is killed.
	blocksUnderWay = 64
	eventsUnderWay = 2 * clevertap.MaxRecords
	// parcelEvents is how many events are handed over together.
	parcelEvents = clevertap.MaxRecords / 2
	// deliveryLinger is how long a record waits for others to share its upload. Files bring many at once.
	deliveryLinger = 20 * time.Millisecond
)

// deliveries reads blocks of lines, hands their events to a sender, and writes what became of them in input order. Blocks go
// round, so that memory stays flat however long the input is and however slow CleverTap.
type deliveries struct {
	to         *mapping.Destination
	account    delivery.Account
	dryRun     bool
	uploads    int
	sender     *delivery.Sender
	inputs     *inputs
	out        io.Writer
	checkpoint *checkpoint
	failed     *failedFile

	free    chan *block
	ordered chan *parcel
	// room is that for events under way.
	room *semaphore.Weighted
	// work transforms. It is the reader's, as are file, the number of the source that is read, and what follows.
	work *transformer
	file int
	// last is the place of the event that was packed last.
	last place
	// handing is held while a block is handed over.
	handing sync.Mutex
	// ended tells the writer that what comes is left to the run that goes on; missed counts the events so far, those of the
	// runs before too, that were not delivered.
	ended  bool
	missed int64
	// readErr is why reading ended early; it is set before ordered is closed.
	readErr error
}

// parcel are lines of a block whose events are under way.
type parcel struct {
	*block

	// last tells that no other lines of its block follow.
	last   bool
	file   int
	events *receipt.Batch
	under  *delivery.Delivery
	// places and texts are those of the events.
	places []place
	texts  [][]byte
}

// identity says what is delivered where: a run that goes on must be the same.
func (d *deliveries) identity() checkpointHead {
	head := checkpointHead{Version: checkpointVersion, Account: d.account.Host + " " + d.account.ID, DryRun: d.dryRun}
	for _, source := range d.inputs.sources {
		head.Files = append(head.Files, source.name)
	}
	return head
}

// run delivers all inputs and returns the tally of what was written. When ctx ends, nothing more is read, and what is under way
// has stopTimeout to end.
func (d *deliveries) run(ctx context.Context, view *screen) (*deliveryTally, error) {
	total := newDeliveryTally()
	d.missed = d.checkpoint.undelivered()
	if err := d.checkpoint.showAgain(d.out); err != nil {
		return total, errors.Join(err, d.sender.Stop(ctx))
	}
	reading, stopReading := context.WithCancel(ctx)
	defer stopReading()
	d.free, d.ordered = make(chan *block, blocksUnderWay), make(chan *parcel, eventsUnderWay*d.uploads)
	d.room = semaphore.NewWeighted(int64(eventsUnderWay * d.uploads))
	for range blocksUnderWay {
		d.free <- newBlock()
	}
	d.work = newTransformer(d.to, outputResults, len(d.inputs.sources) > 1, true)
	go d.read(reading) // It is not waited for: it may be blocked in a read that nothing can interrupt.
	stopped := make(chan error, 1)
	defer context.AfterFunc(ctx, func() { stopped <- d.stop() })()
	err := d.write(ctx, view, total)
	stopReading()
	if ctx.Err() == nil {
		return total, errors.Join(err, d.stop())
	}
	<-stopped //nolint:errcheck // What was cut short is in the results.
	return total, err
}

// stop ends the sender.
func (d *deliveries) stop() error {
	ctx, cancel := context.WithTimeout(context.Background(), stopTimeout)
	defer cancel()
	return d.sender.Stop(ctx)
}

// read reads all sources into parcels until ctx ends, and closes ordered at the end. Sources that are done are passed by.
func (d *deliveries) read(ctx context.Context) {
	defer close(d.ordered)
	for d.file = range d.inputs.sources {
		from := d.inputs.sources[d.file]
		if d.checkpoint.passed(d.file) {
			d.inputs.pass(from)
			continue
		}
		if err := d.readSource(ctx, from); err != nil {
			d.readErr = fmt.Errorf("%s: %w", from.name, err)
			return
		}
	}
}

// readSource reads one source until it or ctx ends.
func (d *deliveries) readSource(ctx context.Context, from source) error {
	in, err := d.inputs.open(from)
	if err != nil {
		return err
	}
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	feed := feeder{
		name: from.name, in: in, line: 1,
		// The places of all events are wanted, and to look for them takes no time beside sending them.
		cutting: true, cutter: cutter{every: true},
		take: d.take, giveBack: d.giveBack,
		handOver: func(b *block) {
			if err := d.handOver(ctx, b); err != nil {
				cancel(err)
			}
		},
	}
	err = feed.run(ctx)
	if cause := context.Cause(ctx); err == nil && cause != nil && !errors.Is(cause, context.Canceled) {
		err = cause
	}
	return errors.Join(err, in.Close())
}

// take waits for a block that nobody uses; it returns nil when ctx has ended.
func (d *deliveries) take(ctx context.Context) *block {
	if ctx.Err() != nil {
		return nil
	}
	select {
	case b := <-d.free:
		return b
	case <-ctx.Done():
		return nil
	}
}

// giveBack frees a block.
func (d *deliveries) giveBack(b *block) {
	b.reset()
	d.free <- b
}

// handOver hands the events of a block to the sender, and, in their order, to the writer. Lines that are done are passed by.
func (d *deliveries) handOver(ctx context.Context, b *block) error {
	d.handing.Lock()
	defer d.handing.Unlock()
	p := d.newParcel(b)
	for _, u := range b.units {
		at := place{File: d.file, Line: u.line}
		if d.last.File == at.File && d.last.Line == at.Line {
			at.Nth = d.last.Nth + 1
		}
		if d.last = at; d.checkpoint.isDone(at) {
			continue
		}
		if len(p.places) == parcelEvents {
			if err := d.send(ctx, p); err != nil {
				return err
			}
			p = d.newParcel(b)
		}
		p.add(at, oneLine(b.lines[u.start:u.end]), d.work.unitResult(b, u))
	}
	p.last = true
	return d.send(ctx, p)
}

// newParcel returns an empty parcel.
func (d *deliveries) newParcel(b *block) *parcel {
	return &parcel{block: b, file: d.file, events: receipt.New(parcelEvents, min(len(b.lines), blockSize/2))}
}

// add adds an event, which was transformed.
func (p *parcel) add(at place, text []byte, result *mapping.Result) {
	var failed error
	if result.Err != nil {
		failed = lineError(result.Err.OnLine(at.Line))
	}
	p.events.Add(result, failed)
	p.places, p.texts = append(p.places, at), append(p.texts, text)
}

// send hands a parcel over. When ctx has ended, its events are not sent, and the writer only frees its block.
func (d *deliveries) send(ctx context.Context, p *parcel) error {
	defer func() { d.ordered <- p }()
	if len(p.places) == 0 || d.room.Acquire(ctx, int64(len(p.places))) != nil || ctx.Err() != nil {
		return nil
	}
	if err := d.checkpoint.sending(p.places[len(p.places)-1]); err != nil {
		return err
	}
	var err error
	p.under, err = d.sender.Submit(ctx, delivery.Batch{To: d.account, Events: p.events.Events(), DryRun: d.dryRun, Wait: true})
	if err != nil && ctx.Err() == nil && !errors.Is(err, delivery.ErrStopping) {
		return err
	}
	return nil
}

// oneLine returns JSON text as one line.
func oneLine(text []byte) []byte {
	text = bytes.TrimSpace(text)
	var line bytes.Buffer
	if bytes.IndexByte(text, '\n') < 0 || json.Compact(&line, text) != nil {
		return text
	}
	return line.Bytes()
}

// lineError is an error of a line as callers of the server are told.
func lineError(fault *mapping.Error) error {
	if fault.Reason == apierr.RequestTooLarge {
		return &apierr.Error{Reason: fault.Reason, Message: fault.Message, Limit: maxLine}
	}
	return apierr.Mapping(fault)
}

// write writes what became of each parcel in input order, until all is written.
func (d *deliveries) write(ctx context.Context, view *screen, total *deliveryTally) error {
	for {
		select {
		case p, more := <-d.ordered:
			if !more {
				return d.readErr
			}
			if err := d.emit(ctx, p, view, total); err != nil {
				return err
			}
		case <-view.tick:
			view.draw(total)
		}
		if ctx.Err() != nil {
			return d.drain(ctx, view, total)
		}
	}
}

// drain writes the parcels that are under way when ctx has ended, after which no other is handed over.
func (d *deliveries) drain(ctx context.Context, view *screen, total *deliveryTally) error {
	d.handing.Lock()
	d.handing.Unlock() //nolint:staticcheck // It waits for the one that is being handed over.
	for {
		select {
		case p, more := <-d.ordered:
			if !more {
				return d.readErr
			}
			if err := d.emit(ctx, p, view, total); err != nil {
				return err
			}
		default:
			return nil
		}
	}
}

// settled waits for a parcel, and draws progress meanwhile.
func (p *parcel) settled(view *screen, total *deliveryTally) {
	for {
		select {
		case <-p.under.Done():
			p.events.Settle(p.under.Wait(context.Background()))
			return
		case <-view.tick:
			view.draw(total)
		}
	}
}

// emit writes what became of a parcel, once it is settled, and frees its block. Of a run that goes on later, what was cut short
// has no result yet: it is sent again then.
func (d *deliveries) emit(ctx context.Context, p *parcel, view *screen, total *deliveryTally) error {
	if p.last {
		defer d.giveBack(p.block)
	}
	if p.under == nil {
		return nil // it was not sent
	}
	p.settled(view, total)
	d.room.Release(int64(len(p.places)))
	if d.ended {
		return nil
	}
	p.text, p.failures = p.text[:0], p.failures[:0]
	results := p.events.Results()
	if ctx.Err() != nil && d.checkpoint != nil {
		if at := slices.IndexFunc(results, isCutShort); at >= 0 {
			results, d.ended = results[:at], true
		}
	}
	if len(results) == 0 {
		return nil
	}
	for i, result := range results {
		at := p.places[i]
		if d.checkpoint.wasSending(at) && mayBeThere(result) {
			result.PossiblyDelivered = true
		}
		b := p.block
		b.text = d.appendDelivery(b.text, b.source, at.Line, result)
		if result.GetError() != nil {
			b.failures = appendFailure(b.failures, b.source, at.Line, result)
		}
		if result.GetRetryable() {
			d.failed.add(p.texts[i])
		}
		if total.count(result, len(p.texts[i])+1) {
			d.missed++
		}
	}
	view.print(p.failures)
	return d.keep(p.places[len(results)-1], p.text)
}

// keep notes that lines are done, and shows their results. A run that ends in between goes on with showing them.
func (d *deliveries) keep(at place, lines []byte) error {
	size, err := d.failed.flush()
	if err != nil {
		return err
	}
	err = d.checkpoint.done(keptLines{
		Done: at, Failed: size, Out: outputSize(d.out), Undelivered: d.missed, Results: string(lines),
	})
	if err != nil {
		return err
	}
	if _, err := d.out.Write(lines); err != nil {
		return fmt.Errorf("write: %w", err)
	}
	return d.checkpoint.shown()
}
