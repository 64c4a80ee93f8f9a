package dropin

import (
	"context"
	"errors"
	"io"
	"log/slog"
	"mime"
	"net/http"
	"strconv"
	"time"

	"google.golang.org/grpc"

	"github.com/rudder-clevertap/rudder-clevertap/gateway/internal/middleware"
	transformerv1 "github.com/rudder-clevertap/rudder-clevertap/gen/transformer/v1"
	"github.com/rudder-clevertap/rudder-clevertap/internal/apierr"
	"github.com/rudder-clevertap/rudder-clevertap/internal/budget"
)

// contentFormat is the header that says which form a body has.
const contentFormat = "X-Content-Format"

// compactedFormat is the form in which a body has each destination once.
const compactedFormat = "json+compactedv1"

// exchange is a call that carries one body each way, in pieces.
type exchange struct {
	send  func(*transformerv1.RequestHead, []byte) error
	close func() error
	// recv receives a piece. Its bytes go into the given memory if they fit.
	recv func(memory []byte) (answerPiece, error)
}

// answerPiece is a piece of an answer.
type answerPiece interface {
	GetHead() *transformerv1.ResponseHead
	GetBody() []byte
}

// newExchange makes an exchange of a stream. Request and answer make its messages.
func newExchange[Q, A any, P answerPiece](
	stream grpc.BidiStreamingClient[Q, A], request func(*transformerv1.RequestHead, []byte) *Q,
	answer func([]byte) P,
) *exchange {
	return &exchange{
		send:  func(head *transformerv1.RequestHead, body []byte) error { return stream.Send(request(head, body)) },
		close: stream.CloseSend,
		recv: func(memory []byte) (answerPiece, error) {
			piece := answer(memory[:cap(memory)])
			return piece, stream.RecvMsg(piece)
		},
	}
}

// calls are the calls of a route.
type calls struct {
	// open opens a stream.
	open func(ctx context.Context) (*exchange, error)
	// whole calls with a body in one message. Nil when the route has no such call.
	whole func(ctx context.Context, head *transformerv1.RequestHead, body []byte) (answerPiece, error)
}

// processor serves the processor's route.
func (h *handler) processor(w http.ResponseWriter, r *http.Request, found *route) {
	h.carry(w, r, r.Body, &transformerv1.RequestHead{Destination: found.destination}, calls{
		open: func(ctx context.Context) (*exchange, error) {
			stream, err := h.service.ProcessorTransform(ctx)
			if err != nil {
				return nil, err
			}
			return newExchange(stream, func(head *transformerv1.RequestHead, body []byte) *transformerv1.ProcessorTransformRequest {
				return &transformerv1.ProcessorTransformRequest{Head: head, Body: body}
			}, func(body []byte) *transformerv1.ProcessorTransformResponse {
				return &transformerv1.ProcessorTransformResponse{Body: body}
			}), nil
		},
		whole: func(ctx context.Context, head *transformerv1.RequestHead, body []byte) (answerPiece, error) {
			return h.service.ProcessorTransformWhole(ctx, &transformerv1.ProcessorTransformWholeRequest{Head: head, Body: body})
		},
	})
}

// router serves the router's route.
func (h *handler) router(w http.ResponseWriter, r *http.Request, _ *route) {
	lease := h.memory.Lease()
	defer lease.Release()
	body, ours := h.routeByBody(w, r, &lease)
	if !ours {
		return
	}
	head := &transformerv1.RequestHead{OauthSecret: r.Header.Get("Oauth-Secret")}
	h.carry(w, r, body, head, calls{
		open: func(ctx context.Context) (*exchange, error) {
			stream, err := h.service.RouterTransform(ctx)
			if err != nil {
				return nil, err
			}
			return newExchange(stream, func(head *transformerv1.RequestHead, body []byte) *transformerv1.RouterTransformRequest {
				return &transformerv1.RouterTransformRequest{Head: head, Body: body}
			}, func(body []byte) *transformerv1.RouterTransformResponse {
				return &transformerv1.RouterTransformResponse{Body: body}
			}), nil
		},
		whole: func(ctx context.Context, head *transformerv1.RequestHead, body []byte) (answerPiece, error) {
			return h.service.RouterTransformWhole(ctx, &transformerv1.RouterTransformWholeRequest{Head: head, Body: body})
		},
	})
}

// batch serves the batch route.
func (h *handler) batch(w http.ResponseWriter, r *http.Request, _ *route) {
	lease := h.memory.Lease()
	defer lease.Release()
	body, ours := h.routeByBody(w, r, &lease)
	if !ours {
		return
	}
	h.carry(w, r, body, &transformerv1.RequestHead{}, calls{open: func(ctx context.Context) (*exchange, error) {
		stream, err := h.service.RouterBatch(ctx)
		if err != nil {
			return nil, err
		}
		return newExchange(stream, func(head *transformerv1.RequestHead, body []byte) *transformerv1.RouterBatchRequest {
			return &transformerv1.RouterBatchRequest{Head: head, Body: body}
		}, func(body []byte) *transformerv1.RouterBatchResponse {
			return &transformerv1.RouterBatchResponse{Body: body}
		}), nil
	}})
}

// pieceBytes is how long the pieces are in which a body travels.
const pieceBytes = 256 << 10

// piecesOfCall is how many of them a call has in memory at once, here and in the server.
const piecesOfCall = 3

// newBody returns the body of a request, in the encodings that rudder-transformer takes.
func newBody(r *http.Request, raw io.Reader, limit int64) (middleware.Body, error) {
	return middleware.NewBody(r, raw, limit, middleware.Gzip, middleware.Deflate, middleware.Brotli)
}

// isParsed reports whether rudder-transformer would parse a body as JSON. It takes others for empty ones.
func isParsed(r *http.Request) bool {
	media, _, err := mime.ParseMediaType(r.Header.Get("Content-Type"))
	if err != nil {
		return false
	}
	switch media {
	case "application/json", "application/json-patch+json", "application/vnd.api+json",
		"application/csp-report", "application/scim+json":
		return true
	default:
		return false
	}
}

// readCall reads a body that travels in one message, with memory of a lease.
func (h *handler) readCall(r *http.Request, lease *budget.Lease) ([]byte, error) {
	if !isParsed(r) {
		return nil, nil
	}
	body, err := newBody(r, r.Body, h.callLimit)
	if err != nil {
		return nil, err
	}
	return body.Text(r.Context(), lease)
}

// carry carries a request to the server and its answer back: in one message each way if both are small, else in
// pieces.
func (h *handler) carry(
	w http.ResponseWriter, r *http.Request, from io.Reader, head *transformerv1.RequestHead, to calls,
) {
	body, err := newBody(r, from, h.limit)
	if err == nil {
		err = body.Check()
	}
	lease, buffers := h.memory.Lease(), &h.shorts
	defer lease.Release()
	if err == nil && !body.IsAtMost(budget.Small) {
		buffers = &h.pieces
		err = apierr.NoMemory(lease.Reserve(r.Context(), piecesOfCall*pieceBytes))
	}
	if err != nil {
		h.fail(w, r, err)
		return
	}
	from = http.NoBody
	if isParsed(r) {
		from, head.ExpectedLength = &body, body.Length()
	}
	head.Compacted = r.Header.Get(contentFormat) == compactedFormat
	memory := buffers.Get().(*[]byte) //nolint:forcetypeassert // The pools make nothing else.
	defer buffers.Put(memory)
	piece, ended, err := readPiece(from, *memory)
	if err != nil {
		h.fail(w, r, err)
		return
	}
	if ended && to.whole != nil {
		answer, err := to.whole(r.Context(), head, piece)
		if err != nil {
			h.fail(w, r, err)
			return
		}
		if answer.GetHead() != nil {
			h.answer(w, r, answer.GetHead(), answer.GetBody())
			return
		}
	}
	h.carryPieces(w, r, head, to, pieces{from: from, memory: *memory, first: piece, ended: ended})
}

// pieces are the pieces of a body, of which the first has been read into the memory.
type pieces struct {
	from   io.Reader
	memory []byte
	first  []byte
	ended  bool
}

// readPiece reads the next piece of a body into memory, and tells whether it is the last.
func readPiece(body io.Reader, memory []byte) (piece []byte, ended bool, err error) {
	n, err := io.ReadFull(body, memory)
	if ended = errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF); ended {
		err = nil
	}
	return memory[:n], ended, err
}

// carryPieces carries a request and its answer in pieces.
func (h *handler) carryPieces(
	w http.ResponseWriter, r *http.Request, head *transformerv1.RequestHead, to calls, body pieces,
) {
	// The stream ends when this does, whatever happens.
	ctx, cancel := context.WithCancel(r.Context())
	defer cancel()
	x, err := to.open(ctx)
	if err == nil {
		err = sendBody(x, head, body)
	}
	if err != nil {
		h.fail(w, r, err)
		return
	}
	h.takeAnswer(w, r, x)
}

// sendBody sends a body in pieces. Its end is not an error, and neither is that the server has answered
// before it: what the server says is to be read from its answer.
func sendBody(x *exchange, head *transformerv1.RequestHead, body pieces) error {
	piece, ended := body.first, body.ended
	for {
		if len(piece) > 0 || head != nil {
			if err := x.send(head, piece); errors.Is(err, io.EOF) {
				return nil
			} else if err != nil {
				return err
			}
			head = nil
		}
		if ended {
			return x.close()
		}
		var err error
		if piece, ended, err = readPiece(body.from, body.memory); err != nil {
			return err
		}
	}
}

// takeAnswer writes the server's answer. One that breaks off is broken off here too, so that nobody takes a
// part for the whole.
func (h *handler) takeAnswer(w http.ResponseWriter, r *http.Request, x *exchange) {
	memory := h.answers.Get().(*[2][]byte) //nolint:forcetypeassert // The pool makes nothing else.
	defer h.answers.Put(memory)
	piece, err := x.recv(memory[0])
	if err != nil {
		h.fail(w, r, err)
		return
	}
	memory[0] = keep(piece.GetBody())
	next, err := x.recv(memory[1])
	switch {
	case errors.Is(err, io.EOF):
		h.answer(w, r, piece.GetHead(), piece.GetBody())
		return
	case err != nil:
		h.fail(w, r, err)
		return
	}
	writeHead(w, piece.GetHead())
	for {
		memory[1] = keep(next.GetBody())
		if _, failed := w.Write(piece.GetBody()); failed != nil {
			h.logger.DebugContext(r.Context(), "the answer could not be written", slog.Any("error", failed))
			return
		}
		if err != nil {
			break
		}
		piece = next
		memory[0], memory[1] = memory[1], memory[0]
		next, err = x.recv(memory[1])
	}
	if !errors.Is(err, io.EOF) {
		h.breakOff(w, r, err)
	}
}

// keep returns memory to use again, or nothing if it is unusually much.
func keep(memory []byte) []byte {
	const most = 4 * pieceBytes
	if cap(memory) > most {
		return nil
	}
	return memory[:0]
}

// breakOff ends a connection in the middle of an answer.
func (h *handler) breakOff(w http.ResponseWriter, r *http.Request, cause error) {
	h.logger.WarnContext(r.Context(), "an answer broke off", slog.Any("error", cause))
	if err := http.NewResponseController(w).SetWriteDeadline(time.Now().Add(-time.Second)); err != nil {
		h.logger.ErrorContext(r.Context(), "a broken answer could not be cut off", slog.Any("error", err))
	}
}

// proxy serves the proxy's route.
func (h *handler) proxy(w http.ResponseWriter, r *http.Request, found *route) {
	lease := h.memory.Lease()
	defer lease.Release()
	body, err := h.readCall(r, &lease)
	if err != nil {
		h.fail(w, r, err)
		return
	}
	request := &transformerv1.ProxyDeliveryRequest{
		Version: found.version, Destination: found.destination, Body: body,
	}
	if h.proxyTimeout {
		// What is not a number is as good as none.
		if timeout, err := strconv.ParseUint(r.Header.Get("Rdproxy-Timeout"), 10, 32); err == nil {
			request.TimeoutMs = uint32(timeout)
		}
	}
	answer, err := h.service.ProxyDelivery(r.Context(), request)
	if err != nil {
		h.fail(w, r, err)
		return
	}
	h.answer(w, r, answer.GetHead(), answer.GetBody())
}

// deleteUsers serves the deletion route.
func (h *handler) deleteUsers(w http.ResponseWriter, r *http.Request, _ *route) {
	kept, lease := h.memory.Lease(), h.memory.Lease()
	defer kept.Release()
	defer lease.Release()
	from, ours := h.routeByBody(w, r, &kept)
	if !ours {
		return
	}
	r.Body = io.NopCloser(from)
	body, err := h.readCall(r, &lease)
	if err != nil {
		h.fail(w, r, err)
		return
	}
	answer, err := h.service.DeleteUsers(r.Context(), &transformerv1.DeleteUsersRequest{Body: body})
	if err != nil {
		h.fail(w, r, err)
		return
	}
	h.answer(w, r, answer.GetHead(), answer.GetBody())
}
