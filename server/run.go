package server

import (
	"context"
	"errors"
	"fmt"
	"net"

	"google.golang.org/grpc"
)

// Serve serves gRPC on a listener, and calls inside the process, until Stop, which closes the listener. It
// returns why it failed, or nil after Stop. A server serves once.
func (s *Server) Serve(listener net.Listener) error {
	ended := make(chan error, 2)
	for name, on := range map[string]net.Listener{"grpc": s.outside.listening(listener), "in-process": localListener{s.local}} {
		go func() { ended <- failed(name, s.grpc.Serve(on)) }()
	}
	return <-ended
}

// failed returns why a listener stopped serving, or nil when it was told to.
func failed(name string, err error) error {
	if err == nil || errors.Is(err, grpc.ErrServerStopped) {
		return nil
	}
	return fmt.Errorf("serve %s: %w", name, err)
}

// Drain makes health say NOT_SERVING, so that load balancers send their calls elsewhere. Calls are served as
// ever.
func (s *Server) Drain() { s.health.Shutdown() }

// Finish tells open streams to come to an end, and refuses what has not begun. It comes before Stop, and
// before an end of the servers in front of this one.
func (s *Server) Finish() {
	s.finish.Do(func() {
		close(s.stopping)
		s.deliver.Finish()
	})
}

// Stop ends the server when the calls at hand have ended; those that are left when ctx ends are cut off. Conn
// works until then.
func (s *Server) Stop(ctx context.Context) error {
	s.Finish()
	defer s.arrivals.Stop()
	err := errors.Join(s.stopGRPC(ctx), s.inside.Close(), s.local.Close())
	if s.stopSender != nil {
		err = errors.Join(err, s.stopSender(ctx))
	}
	return err
}

// Run serves until ctx ends, and then ends in order: health says NOT_SERVING, open streams are told to
// finish, calls at hand end for at most ShutdownTimeout, and what is left is cut off. It returns why it
// failed, or nil when ctx ended it. It is for a server without others in front of it.
func (s *Server) Run(ctx context.Context, listener net.Listener) error {
	ended := make(chan error, 1)
	go func() { ended <- s.Serve(listener) }()
	var err error
	select {
	case <-ctx.Done():
	case err = <-ended:
	}
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), s.options.ShutdownTimeout)
	defer cancel()
	s.Drain()
	return errors.Join(err, s.Stop(ctx))
}

// Close frees what New made, for a server that never ran.
func (s *Server) Close() error {
	s.grpc.Stop()
	s.arrivals.Stop()
	return errors.Join(s.inside.Close(), s.local.Close())
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
		return errors.New("calls were still open when the time was up, and were cut off")
	}
}
