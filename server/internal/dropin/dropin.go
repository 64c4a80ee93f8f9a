// Package dropin is transformer.v1.RudderTransformerService: rudder-transformer's routes for CleverTap
// destinations, grouping, dynamic config and envelopes included.
package dropin

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"strings"
	"sync"

	"google.golang.org/grpc"

	"github.com/rudder-clevertap/rudder-clevertap/delivery"
	transformerv1 "github.com/rudder-clevertap/rudder-clevertap/gen/transformer/v1"
	"github.com/rudder-clevertap/rudder-clevertap/internal/apierr"
	"github.com/rudder-clevertap/rudder-clevertap/internal/budget"
	"github.com/rudder-clevertap/rudder-clevertap/mapping/document"
	"github.com/rudder-clevertap/rudder-clevertap/mapping/javascript"
	"github.com/rudder-clevertap/rudder-clevertap/server/internal/engine"
)

// ServiceName is the full name of the service.
const ServiceName = "transformer.v1.RudderTransformerService"

// Service is transformer.v1.RudderTransformerService.
type Service struct {
	transformerv1.UnimplementedRudderTransformerServiceServer

	options Options
	// exchanges are the memory of calls, to be used again.
	exchanges sync.Pool
}

// Options say what a Service is made of. All but the flags are required.
type Options struct {
	// Engine transforms.
	Engine *engine.Engine
	// Sender sends what the proxy and the deletion send, within the accounts' limits.
	Sender *delivery.Sender
	// Strict makes the proxy answer as rudder-transformer does: one refused record fails all jobs of a
	// request.
	Strict bool
	// MaxAnswer is how many bytes an answer in one message may have.
	MaxAnswer int
	// Memory is what bodies may take together; nil is without bounds.
	Memory *budget.Budget
	// MaxBody is how many bytes a body may have, which comes in many messages.
	MaxBody int
	// Stopping is closed when the server stops: what has not begun by then is refused.
	Stopping <-chan struct{}
	// Logger is told of what CleverTap does not document.
	Logger *slog.Logger
}

// New returns the service.
func New(options Options) *Service {
	s := &Service{options: options}
	s.exchanges.New = func() any { return &exchange{} }
	return s
}

const (
	// jsonContent is the Content-Type of answers.
	jsonContent = "application/json; charset=utf-8"
	// textContent is that of the features, which rudder-transformer calls text.
	textContent = "text/plain; charset=utf-8"
	// apiVersion is the version of rudder-server's contract, which answers of transforms carry.
	apiVersion = 2
	// ourDestination is the name, in lower case, of the destination that this service transforms for.
	ourDestination = "clevertap"
	// pieceBytes is about how long the messages are in which a body leaves, and mostPieceBytes how long the
	// body in one is at most, by the contract.
	pieceBytes     = 256 << 10
	mostPieceBytes = 1 << 20
	// headBytes is more than a message has beside its piece of the body.
	headBytes = 256
)

// Features says what this service does. Of the two features about sources, rudder-server panics unless it
// finds one, so they are here although sources are not served.
func (s *Service) Features(
	context.Context, *transformerv1.FeaturesRequest,
) (*transformerv1.FeaturesResponse, error) {
	return &transformerv1.FeaturesResponse{
		Head: &transformerv1.ResponseHead{StatusCode: statusOK, ContentType: textContent},
		Body: []byte(`{"routerTransform":{"CLEVERTAP":true},"regulations":["CLEVERTAP"],"supportSourceTransformV1":true,` +
			`"upgradedToSourceTransformV2":true,"supportTransformerProxyV1":true,"supportDestTransformCompactedPayloadV1":true}`),
	}, nil
}

// ProcessorTransform serves the processor's route.
func (s *Service) ProcessorTransform(
	stream grpc.BidiStreamingServer[transformerv1.ProcessorTransformRequest, transformerv1.ProcessorTransformResponse],
) error {
	send := func(head *transformerv1.ResponseHead, body []byte) error {
		return stream.Send(&transformerv1.ProcessorTransformResponse{Head: head, Body: body})
	}
	return serveBody(s, stream, send, s.processor, func(body []byte) *transformerv1.ProcessorTransformRequest {
		return &transformerv1.ProcessorTransformRequest{Body: body}
	})
}

// RouterTransform serves the router's route.
func (s *Service) RouterTransform(
	stream grpc.BidiStreamingServer[transformerv1.RouterTransformRequest, transformerv1.RouterTransformResponse],
) error {
	send := func(head *transformerv1.ResponseHead, body []byte) error {
		return stream.Send(&transformerv1.RouterTransformResponse{Head: head, Body: body})
	}
	return serveBody(s, stream, send, s.router, func(body []byte) *transformerv1.RouterTransformRequest {
		return &transformerv1.RouterTransformRequest{Body: body}
	})
}

// ProcessorTransformWhole serves the processor's route in one message each way.
func (s *Service) ProcessorTransformWhole(
	ctx context.Context, r *transformerv1.ProcessorTransformWholeRequest,
) (*transformerv1.ProcessorTransformWholeResponse, error) {
	head, body, err := s.answerWhole(ctx, r.GetHead(), r.GetBody(), s.processor)
	return &transformerv1.ProcessorTransformWholeResponse{Head: head, Body: body}, err
}

// RouterTransformWhole serves the router's route in one message each way.
func (s *Service) RouterTransformWhole(
	ctx context.Context, r *transformerv1.RouterTransformWholeRequest,
) (*transformerv1.RouterTransformWholeResponse, error) {
	head, body, err := s.answerWhole(ctx, r.GetHead(), r.GetBody(), s.router)
	return &transformerv1.RouterTransformWholeResponse{Head: head, Body: body}, err
}

// RouterBatch serves the batch route.
func (s *Service) RouterBatch(
	stream grpc.BidiStreamingServer[transformerv1.RouterBatchRequest, transformerv1.RouterBatchResponse],
) error {
	send := func(head *transformerv1.ResponseHead, body []byte) error {
		return stream.Send(&transformerv1.RouterBatchResponse{Head: head, Body: body})
	}
	return serveBody(s, stream, send, s.batch, func(body []byte) *transformerv1.RouterBatchRequest {
		return &transformerv1.RouterBatchRequest{Body: body}
	})
}

// route answers a request whose body has come. The error is a *refusal, or ends the call.
type route func(x *exchange) error

// serveBody receives the body of a request, lets a route answer it, and sends what is left of the answer.
// Piece makes a message to receive into, with memory for its body.
func serveBody[R bodyPiece](
	s *Service, stream pieces, send func(*transformerv1.ResponseHead, []byte) error, route route,
	piece func(memory []byte) R,
) error {
	select {
	case <-s.options.Stopping:
		return apierr.Stopping()
	default:
	}
	ctx := stream.Context()
	served := make(chan error, 1)
	go func() {
		var err error
		defer func() { served <- err }()
		defer apierr.RecoverTo(ctx, &err)
		x := s.exchanges.Get().(*exchange) //nolint:forcetypeassert // The pool makes nothing else.
		x.ctx, x.answer.send, x.answer.most = ctx, send, s.pieceLimit()
		err = answerBody(s, stream, x, route, piece)
		s.release(x)
	}()
	select {
	case err := <-served:
		return err
	case <-ctx.Done():
		// Sending or receiving may be waiting for the client. Both end when this returns.
		return context.Cause(ctx)
	}
}

// pieceLimit is how long a piece of an answer may be.
func (s *Service) pieceLimit() int { return max(min(s.options.MaxAnswer-headBytes, mostPieceBytes), 1) }

// answerBody is serveBody for one exchange.
func answerBody[R bodyPiece](
	s *Service, stream pieces, x *exchange, route route, piece func([]byte) R,
) error {
	lease := s.options.Memory.Lease()
	defer lease.Release()
	err := receive(stream, x, &lease, s.options.MaxBody, piece)
	if err == nil {
		err = route(x)
	}
	if err = x.refused(err); err == nil {
		err = x.answer.flush()
	}
	return err
}

// answerWhole answers a request in one message. There is no head when the answer is too long for that.
func (s *Service) answerWhole(
	ctx context.Context, head *transformerv1.RequestHead, body []byte, route route,
) (*transformerv1.ResponseHead, []byte, error) {
	select {
	case <-s.options.Stopping:
		return nil, nil, apierr.Stopping()
	default:
	}
	x := s.exchanges.Get().(*exchange) //nolint:forcetypeassert // The pool makes nothing else.
	defer s.release(x)
	x.ctx, x.head, x.body, x.answer.most = ctx, head, body, s.pieceLimit()
	err := error(refuseTooLarge(s.options.MaxBody))
	if len(body) <= s.options.MaxBody {
		err = route(x)
	}
	if err = x.refused(err); err == nil && len(x.answer.buffer) > x.answer.most {
		err = errTooLong
	}
	switch {
	case errors.Is(err, errTooLong):
		return nil, nil, nil
	case err != nil:
		return nil, nil, err
	}
	return x.answer.head, bytes.Clone(x.answer.buffer), nil
}

// refused makes a refusal the whole answer. It returns any other error.
func (x *exchange) refused(err error) error {
	if apierr.ReasonOf(err) == apierr.RequestTooLarge {
		err = &refusal{statusTooLarge, "Payload Too Large", err.Error()} // sent again, it would be too large again
	}
	if refused := (*refusal)(nil); errors.As(err, &refused) {
		refused.write(&x.answer)
		return nil
	}
	return err
}

// release makes a run's memory ready for the next call, unless it is unusually much.
func (s *Service) release(x *exchange) {
	x.items.reset()
	*x = exchange{
		answer: answerWriter{buffer: keep(x.answer.buffer)}, items: x.items, marks: x.marks,
		memory: keep(x.memory),
	}
	s.exchanges.Put(x)
}

// keep returns memory to use again, or nothing if it is unusually much.
func keep(memory []byte) []byte {
	const most = 4 * pieceBytes
	if cap(memory) > most {
		return nil
	}
	return memory[:0]
}

// exchange is one request, and the memory that answering it needs.
type exchange struct {
	ctx    context.Context //nolint:containedctx // It lives as long as the call.
	head   *transformerv1.RequestHead
	body   []byte
	answer answerWriter
	items  itemReader
	// marks is memory for those of the body, memory for the body itself when it is one piece.
	marks  []eventMark
	memory []byte
}

// pieces is a stream that brings the pieces of a body.
type pieces interface {
	Context() context.Context
	RecvMsg(into any) error
}

// bodyPiece is one of them.
type bodyPiece interface {
	GetHead() *transformerv1.RequestHead
	GetBody() []byte
}

// lend takes memory for reading a body that came in one message.
func (s *Service) lend(ctx context.Context, body []byte) (budget.Lease, error) {
	const copies = 4 // its tree, what is sent, what is answered
	lease := s.options.Memory.Lease()
	return lease, apierr.NoMemory(lease.Reserve(ctx, copies*int64(len(body))))
}

// receive puts the pieces of a body together. The body of one message is taken as it is; a longer one is held
// once, apart from what growing leaves behind.
func receive[R bodyPiece](
	stream pieces, x *exchange, lease *budget.Lease, limit int, message func(memory []byte) R,
) error {
	piece := message(x.memory[:cap(x.memory)])
	for {
		err := stream.RecvMsg(piece)
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return err
		}
		if x.head == nil {
			if x.head = piece.GetHead(); x.head == nil {
				return &apierr.Error{
					Reason: apierr.InvalidRequest, Message: "head is missing: the first message must have it",
					Violations: []apierr.Violation{{Field: "head", Message: "is missing"}},
				}
			}
		}
		switch body := piece.GetBody(); {
		case len(x.body)+len(body) > limit:
			return refuseTooLarge(limit)
		case x.body == nil:
			if err := reserveFirst(x, lease, body); err != nil {
				return err
			}
			x.body, x.memory = body, body
			piece = message(nil) // the first one's memory is taken
		default:
			if x.body, err = grow(x, lease, len(body), limit); err != nil {
				return err
			}
			x.body = append(x.body, body...)
		}
	}
	if x.head == nil {
		return &apierr.Error{
			Reason: apierr.InvalidRequest, Message: "the stream ended before its first message",
		}
	}
	return nil
}

// reserveFirst counts the first piece of a body; small ones are below what is counted.
func reserveFirst(x *exchange, lease *budget.Lease, body []byte) error {
	if len(body) <= mostPieceBytes {
		return nil
	}
	return apierr.NoMemory(lease.Reserve(x.ctx, int64(len(body))))
}

// grow makes room for more bytes. What the caller expects is believed once an eighth of it is there, so that
// a long body is not moved often and a wrong expectation costs little.
func grow(x *exchange, lease *budget.Lease, more, limit int) ([]byte, error) {
	const believed = 8
	body, expected := x.body, x.head.GetExpectedLength()
	need := len(body) + more
	if need <= cap(body) {
		return body, nil
	}
	size := min(need+need/2, limit)
	if e := int(min(expected, uint64(limit))); e >= need && e <= believed*need {
		size = e
	}
	if err := lease.Reserve(x.ctx, int64(size+cap(body))); err != nil {
		return nil, apierr.NoMemory(err)
	}
	grown := make([]byte, len(body), size)
	copy(grown, body)
	lease.Shrink(int64(size)) // the old one is let go of
	return grown, nil
}

// errTooLong ends the writing of an answer that is too long for one message.
var errTooLong = errors.New("the answer is too long for one message")

// answerWriter sends an answer in pieces, or keeps it whole when there is nothing to send by.
type answerWriter struct {
	send func(*transformerv1.ResponseHead, []byte) error
	// most is how long a piece may be. An item of the answer may be far longer.
	most   int
	head   *transformerv1.ResponseHead
	sent   bool
	buffer []byte
}

// begin sets the head of a transform's answer.
func (w *answerWriter) begin() {
	w.head = &transformerv1.ResponseHead{
		StatusCode: statusOK, ContentType: jsonContent, ApiVersion: apiVersion,
	}
}

// check sends what there is if it is enough for a piece.
func (w *answerWriter) check() error {
	switch {
	case len(w.buffer) < pieceBytes:
		return nil
	case w.send != nil:
		return w.flush()
	case len(w.buffer) > w.most:
		return errTooLong
	default:
		return nil
	}
}

// flush sends what there is.
func (w *answerWriter) flush() error {
	for rest := w.buffer; len(rest) > 0 || !w.sent; {
		piece := rest[:min(len(rest), w.most)]
		rest = rest[len(piece):]
		head := w.head
		if w.sent {
			head = nil
		}
		w.sent = true
		if err := w.send(head, piece); err != nil {
			return err
		}
	}
	// Sending copies, so the buffer is free again.
	w.buffer = w.buffer[:0]
	return nil
}

// The HTTP statuses of answers.
const (
	statusOK         = 200
	statusBadRequest = 400
	statusNotFound   = 404
	statusTooLarge   = 413
	statusInternal   = 500
)

// refusal is why a whole request is refused, as an HTTP answer.
type refusal struct {
	status uint32
	// err is its short name, message a sentence for a person, which may be empty.
	err, message string
}

// Error returns the sentence.
func (r *refusal) Error() string { return r.err + ": " + r.message }

// write makes it the whole answer.
func (r *refusal) write(w *answerWriter) {
	w.head = &transformerv1.ResponseHead{StatusCode: r.status, ContentType: jsonContent}
	w.buffer = append(w.buffer[:0], `{"error":`...)
	w.buffer = document.AppendString(w.buffer, apierr.Clean(r.err))
	if r.message != "" {
		w.buffer = append(w.buffer, `,"message":`...)
		w.buffer = document.AppendString(w.buffer, apierr.Clean(r.message))
	}
	w.buffer = append(w.buffer, '}')
}

// refuse says what is wrong with a request that rudder-transformer would die of.
func refuse(message string) *refusal {
	return &refusal{statusBadRequest, "Bad Request", message}
}

// refuseBody refuses a body or a header that is not JSON, in the words that rudder-transformer has for any
// failure.
func refuseBody(message string) *refusal {
	return &refusal{statusBadRequest, "Internal Server Error", message}
}

// refuseTooLarge refuses a body for its length.
func refuseTooLarge(limit int) *refusal {
	return &refusal{
		statusTooLarge, "Payload Too Large",
		fmt.Sprintf("the body is larger than %d bytes: send fewer events at once", limit),
	}
}

// refuseDestination refuses a destination that is not ours.
func refuseDestination(name string) *refusal {
	return &refusal{status: statusNotFound, err: "Unknown destination: " + name}
}

// isOurs reports whether a destination's name, as a path or body gives it, is CleverTap's.
func isOurs(name string) bool { return strings.EqualFold(javascript.Trim(name), ourDestination) }
