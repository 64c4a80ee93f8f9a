package app

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"net"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
)

// part is something that runs, or that needs an end.
type part struct {
	// name tells it apart in errors and logs: `http`.
	name string
	// addr is the setting that says where it listens, and tls how that is encrypted; nil is plain. A part
	// without an address does not serve.
	addr *string
	tls  *tls.Config
	// serve serves the listener until stop, and returns why it ended.
	serve func(net.Listener) error
	// stop ends it within the time that ctx leaves. It also ends a part that was never started.
	stop func(ctx context.Context) error

	listener net.Listener
	serving  atomic.Bool
}

// closing is the stop of a part that ends at once.
func closing(end func()) func(context.Context) error {
	return func(context.Context) error {
		end()
		return nil
	}
}

// parts are all parts of an App. They start in order and stop in the opposite one.
type parts struct {
	// stages are parts that stop together.
	stages [][]*part
	// failed gets what ended a part before its time.
	failed chan error
	ending atomic.Bool
	served sync.WaitGroup
}

// add adds parts that stop together.
func (p *parts) add(stage ...*part) { p.stages = append(p.stages, stage) }

// all are the parts in the order of their start.
func (p *parts) all() []*part { return slices.Concat(p.stages...) }

// start opens all listeners, so that an address in use is found before anything serves, and then lets the parts
// serve. Blame makes an error that names the setting at fault.
func (p *parts) start(ctx context.Context, blame func(field any, message string) error) error {
	for _, part := range p.all() {
		if part.addr == nil {
			continue
		}
		if err := part.listen(ctx); err != nil {
			return blame(part.addr, listenFault(*part.addr, err))
		}
	}
	p.failed = make(chan error, len(p.all()))
	for _, part := range p.all() {
		if part.addr == nil {
			continue
		}
		part.serving.Store(true)
		p.served.Go(func() {
			err := part.serve(part.listener)
			part.serving.Store(false)
			if err != nil && !p.ending.Load() {
				p.failed <- fmt.Errorf("%s stopped serving: %w", part.name, err)
			}
		})
	}
	return nil
}

// listen opens the part's listener.
func (p *part) listen(ctx context.Context) error {
	listener, err := (&net.ListenConfig{}).Listen(ctx, "tcp", *p.addr)
	if err != nil {
		return err
	}
	p.listener = listener
	if p.tls != nil {
		p.listener = tls.NewListener(listener, p.tls)
	}
	return nil
}

// listenFault says why nothing can listen at an address, and what to do.
func listenFault(addr string, err error) string {
	switch {
	case errors.Is(err, syscall.EADDRINUSE):
		return addr + " is in use: end the program that listens there, or give another address"
	case errors.Is(err, syscall.EACCES):
		return addr + " may not be used by this user: give a port above 1023"
	}
	return fmt.Sprintf("nothing can listen at %s: %v", addr, err)
}

// wait waits until ctx ends or a part fails, and returns why that did.
func (p *parts) wait(ctx context.Context) error {
	select {
	case <-ctx.Done():
		return nil
	case err := <-p.failed:
		return err
	}
}

// stop ends the parts, the last first, within the time that ctx leaves.
func (p *parts) stop(ctx context.Context) error {
	p.ending.Store(true)
	var errs []error
	for _, stage := range slices.Backward(p.stages) {
		errs = append(errs, stopTogether(ctx, stage))
	}
	p.served.Wait()
	return errors.Join(errs...)
}

// stopTogether ends parts at once.
func stopTogether(ctx context.Context, stage []*part) error {
	errs := make([]error, len(stage))
	var stopping sync.WaitGroup
	for i, part := range stage {
		stopping.Go(func() {
			if err := part.stop(ctx); err != nil {
				errs[i] = fmt.Errorf("stop %s: %w", part.name, err)
			}
			if part.listener != nil {
				// It is open still where the part never served.
				part.listener.Close() //nolint:errcheck,gosec // Most often it is closed already.
			}
		})
	}
	stopping.Wait()
	return errors.Join(errs...)
}

// addresses are where the parts listen, for the log.
func (p *parts) addresses() []any {
	var attrs []any
	for _, part := range p.all() {
		if part.listener != nil {
			attrs = append(attrs, part.name, part.listener.Addr().String())
		}
	}
	return attrs
}

// health names the parts that should serve and don't.
func (p *parts) health() error {
	var down []string
	for _, part := range p.all() {
		if part.addr != nil && !part.serving.Load() {
			down = append(down, part.name)
		}
	}
	if len(down) > 0 {
		return errors.New("not serving: " + strings.Join(down, ", "))
	}
	return nil
}
