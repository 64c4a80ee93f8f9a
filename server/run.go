package server

import (
	"context"
	"errors"
	"fmt"
	"net"
	"sync"
	"time"

	"golang.org/x/sync/errgroup"
)

// Front is a server in front of this one, such as an HTTP gateway over Conn; *http.Server is one.
type Front interface {
	// Serve serves a listener until Shutdown or Close; what it returns then does not matter.
	Serve(net.Listener) error
	// Shutdown ends it when the requests at hand have ended, or when ctx has.
	Shutdown(ctx context.Context) error
	// Close ends it at once.
	Close() error
}

// Listener is a Front and where it listens.
type Listener struct {
	net.Listener

	// Name tells it apart in errors: `http`.
	Name string
	// Front serves it.
	Front Front
}

// Run serves gRPC on a listener, and fronts on theirs, until ctx ends or one of them fails, and then ends all
// in order: health says NOT_SERVING, DrainDelay passes, open streams are told to finish, fronts and then the
// server let the calls at hand end for at most ShutdownTimeout, and what is left is cut off. It returns why
// it failed, or nil when ctx ended it.
//
// A server runs once. Run owns the listeners and closes them.
func (s *Server) Run(ctx context.Context, listener net.Listener, fronts ...Listener) error {
	serving, ctx := errgroup.WithContext(ctx)
	serving.Go(func() error { return failed(ctx, "grpc", s.grpc.Serve(listener)) })
	serving.Go(func() error { return failed(ctx, "in-process", s.grpc.Serve(localListener{s.local})) })
	for _, front := range fronts {
		serving.Go(func() error { return failed(ctx, front.Name, front.Front.Serve(front.Listener)) })
	}
	serving.Go(func() error {
		<-ctx.Done()
		return s.end(ctx, fronts)
	})
	return serving.Wait()
}

// Close frees what New made, for a server that never ran.
func (s *Server) Close() error {
	s.grpc.Stop()
	s.clevertap.Close()
	return errors.Join(s.inside.Close(), s.local.Close())
}

// failed returns why a listener stopped serving, or nil when it was told to.
func failed(ctx context.Context, name string, err error) error {
	if err != nil && ctx.Err() == nil {
		return fmt.Errorf("serve %s: %w", name, err)
	}
	return nil
}

// end ends all in order. The context that it gets has ended; its values stay.
func (s *Server) end(ctx context.Context, fronts []Listener) error {
	ctx = context.WithoutCancel(ctx)
	s.logger.InfoContext(
		ctx, "stopping", "drain_delay", s.options.DrainDelay.String(), "timeout",
		s.options.ShutdownTimeout.String(),
	)
	s.health.Shutdown()
	time.Sleep(s.options.DrainDelay)
	ctx, cancel := context.WithTimeout(ctx, s.options.ShutdownTimeout)
	defer cancel()
	close(s.stopping)
	defer s.clevertap.Close()
	return errors.Join(s.stopFronts(ctx, fronts), s.stopGRPC(ctx), s.inside.Close(), s.local.Close())
}

// stopFronts ends the fronts, all at once. They may take most of the time, but not what the calls of others
// need to end.
func (s *Server) stopFronts(ctx context.Context, fronts []Listener) error {
	ctx, cancel := context.WithTimeout(ctx, s.options.ShutdownTimeout/5*4)
	defer cancel()
	errs := make([]error, len(fronts))
	var stopping sync.WaitGroup
	for i, front := range fronts {
		stopping.Go(func() {
			if err := front.Front.Shutdown(ctx); err != nil {
				errs[i] = errors.Join(fmt.Errorf("stop %s: %w", front.Name, err), front.Front.Close())
			}
		})
	}
	stopping.Wait()
	return errors.Join(errs...)
}

// stopGRPC ends the gRPC server when the calls at hand have ended; those that are left when ctx ends are cut
// off.
func (s *Server) stopGRPC(ctx context.Context) error {
	stopped := make(chan struct{})
	go func() {
		defer close(stopped)
		s.grpc.GracefulStop()
	}()
	select {
	case <-stopped:
		return nil
	case <-ctx.Done():
		s.grpc.Stop()
		<-stopped
		return errors.New("stop grpc: calls were still open when the time was up, and were cut off")
	}
}
