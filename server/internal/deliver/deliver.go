// Package deliver is transformer.v1.DeliveryService: it transforms events as TransformService does, hands their
// records to the sender, and answers when each event has an outcome.
package deliver

import (
	"context"
	"log/slog"
	"slices"
	"time"

	"google.golang.org/grpc"

	"github.com/rudder-clevertap/rudder-clevertap/delivery"
	transformerv1 "github.com/rudder-clevertap/rudder-clevertap/gen/transformer/v1"
	"github.com/rudder-clevertap/rudder-clevertap/internal/apierr"
	"github.com/rudder-clevertap/rudder-clevertap/internal/receipt"
	"github.com/rudder-clevertap/rudder-clevertap/mapping"
	"github.com/rudder-clevertap/rudder-clevertap/server/internal/engine"
	"github.com/rudder-clevertap/rudder-clevertap/server/wire"
)

// inline is the label of destinations that are not registered.
const inline = "inline"

// Options say what a Service is made of.
type Options struct {
	// Engine transforms, Targets finds where events go, and Sender delivers. All are required.
	Engine  *engine.Engine
	Targets *engine.Targets
	Sender  *delivery.Sender
	// Timeout is how long a call may take that has no deadline.
	Timeout time.Duration
	// StreamLinger is how long a record of a stream waits for others to share its upload.
	StreamLinger time.Duration
	// InFlight limits the messages of one stream that are read and not yet answered.
	InFlight int
	// MaxAge is about how long a stream lasts before its client has to open another; zero lets it last.
	MaxAge time.Duration
	// Stopping is closed when open streams are to end, and nothing new is taken in; what is under way is cut short
	// when Grace has passed since.
	Stopping <-chan struct{}
	Grace    time.Duration
	// Logger is told of faults of ours.
	Logger *slog.Logger
}

// Service is transformer.v1.DeliveryService. Of Deliver and StreamDeliver, which Register registers, it only has the
// names: their requests are read by package wire.
type Service struct {
	transformerv1.UnimplementedDeliveryServiceServer

	options Options
	// work is the context of all that is under way, which ends when what waits is cut short.
	work context.Context
	cut  context.CancelCauseFunc
}

// New returns a service.
func New(options Options) *Service {
	s := &Service{options: options}
	s.work, s.cut = context.WithCancelCause(context.Background())
	return s
}

// Finish sees to it that what is under way ends within Grace, with an answer. It is for when Stopping is closed.
func (s *Service) Finish() { time.AfterFunc(s.options.Grace, func() { s.cut(delivery.ErrStopping) }) }

// Register registers the service. The server needs wire.ServerOptions.
func (s *Service) Register(server grpc.ServiceRegistrar) {
	described := transformerv1.DeliveryService_ServiceDesc
	described.Methods, described.Streams = slices.Clone(described.Methods), slices.Clone(described.Streams)
	for i := range described.Methods {
		if m := &described.Methods[i]; m.MethodName == "Deliver" {
			m.Handler = wire.Unary(
				transformerv1.DeliveryService_Deliver_FullMethodName, wire.Deliver, (*Service).deliver,
			)
		}
	}
	for i := range described.Streams { // there is one
		described.Streams[i].Handler = func(_ any, stream grpc.ServerStream) error { return s.stream(stream) }
	}
	server.RegisterService(&described, s)
}

// leaving returns why nothing new is taken in, or nil when it is.
func (s *Service) leaving() error {
	select {
	case <-s.options.Stopping:
		return apierr.Stopping()
	default:
		return nil
	}
}

// How long before a call's deadline it is answered: a part of the time that is left, and maxMargin at most.
const (
	marginPart = 5
	maxMargin  = 500 * time.Millisecond
)

// waiting returns the context of a wait that ends early enough for the answer to arrive before the caller's deadline,
// after limit where there is none, and when the service has to end. A limit of 0 is none.
func (s *Service) waiting(ctx context.Context, limit time.Duration) (context.Context, func()) {
	waits, cut := context.WithCancelCause(ctx)
	release := context.AfterFunc(s.work, func() { cut(context.Cause(s.work)) })
	deadline, limited := ctx.Deadline()
	if limited {
		deadline = deadline.Add(-min(time.Until(deadline)/marginPart, maxMargin))
	} else if limited = limit > 0; limited {
		deadline = time.Now().Add(limit)
	}
	until := func() {}
	if limited {
		waits, until = context.WithDeadline(waits, deadline)
	}
	return waits, func() {
		release()
		until()
		cut(nil)
	}
}

// deliver delivers a batch.
func (s *Service) deliver(ctx context.Context, r *wire.Request) (*transformerv1.DeliverResponse, error) {
	if err := s.leaving(); err != nil {
		return nil, err
	}
	to, err := s.options.Targets.Find(r)
	if err != nil {
		return nil, err
	}
	waits, release := s.waiting(ctx, s.options.Timeout)
	defer release()
	batch, err := s.transform(ctx, to, r)
	if err != nil {
		return nil, err
	}
	under, err := s.options.Sender.Submit(waits, delivery.Batch{
		To: account(to), Events: batch.Events(), DryRun: r.DryRun,
	})
	if err != nil {
		return nil, receipt.Refused(err)
	}
	batch.Settle(under.Wait(waits))
	return &transformerv1.DeliverResponse{Results: batch.Results(), Summary: batch.Summary()}, nil
}

// account returns the account of a destination.
func account(to engine.Target) delivery.Account {
	label := to.Name
	if label == "" {
		label = inline
	}
	return receipt.Account(to.Destination, label)
}

// recordsPerInput is how many bytes the records and ids of a batch take, per hundred bytes of its events: what the
// context of an event takes is left out.
const recordsPerInput = 90

// transform transforms the events of a request. The error says that the caller went away.
func (s *Service) transform(ctx context.Context, to engine.Target, r *wire.Request) (*receipt.Batch, error) {
	ctx, w := s.options.Engine.Begin(ctx, mapping.Severity(r.MinSeverity)) // The contract has the same numbers.
	defer w.Release()
	event, events := engine.Event{Typed: len(r.Events) > 0}, r.EventsJSON
	if event.Typed {
		events = r.Events
	}
	size := 0
	for _, text := range events {
		size += len(text)
	}
	batch := receipt.New(len(events), size*recordsPerInput/100)
	for event.Index, event.Text = range events {
		if event.Index%engine.CheckEvery == engine.CheckEvery-1 && ctx.Err() != nil {
			w.Finish(ctx, to.RulesetName(), ctx.Err())
			return nil, context.Cause(ctx)
		}
		result, failed := w.Transform(ctx, event, to.Destination)
		if failed == nil && result.Err != nil {
			failed = apierr.Mapping(result.Err)
		}
		w.Count(ctx, result, apierr.ReasonOf(failed), failed)
		batch.Add(result, failed)
	}
	w.Finish(ctx, to.RulesetName(), nil)
	return batch, nil
}

// DeleteUsers asks CleverTap to delete profiles.
func (s *Service) DeleteUsers(
	ctx context.Context, r *transformerv1.DeliveryServiceDeleteUsersRequest,
) (*transformerv1.DeliveryServiceDeleteUsersResponse, error) {
	if err := s.leaving(); err != nil {
		return nil, err
	}
	to, err := s.options.Targets.Find(r)
	if err != nil {
		return nil, err
	}
	waits, release := s.waiting(ctx, s.options.Timeout)
	defer release()
	deletion := newDeletion(r)
	results, err := s.options.Sender.DeleteUsers(waits, account(to), deletion.users)
	if err != nil {
		return nil, receipt.Refused(err)
	}
	return deletion.answer(results), nil
}

// CheckConnection asks CleverTap whether a destination's credentials fit its region.
func (s *Service) CheckConnection(
	ctx context.Context, r *transformerv1.CheckConnectionRequest,
) (*transformerv1.CheckConnectionResponse, error) {
	to, err := s.options.Targets.Find(r)
	if err != nil {
		return nil, err
	}
	waits, release := s.waiting(ctx, s.options.Timeout)
	defer release()
	with := account(to)
	answer := &transformerv1.CheckConnectionResponse{Host: with.Host}
	if failed := s.options.Sender.Check(waits, with); failed != nil {
		answer.Error = apierr.Status(receipt.Failure(failed))
		return answer, nil
	}
	answer.Connected = true
	return answer, nil
}
