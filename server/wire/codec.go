package wire

import (
	"context"
	"errors"
	"fmt"

	"google.golang.org/grpc"
	"google.golang.org/grpc/encoding"
	"google.golang.org/grpc/encoding/proto"
	"google.golang.org/grpc/experimental"
	"google.golang.org/grpc/mem"

	transformerv1 "github.com/rudder-clevertap/rudder-clevertap/gen/transformer/v1"
	"github.com/rudder-clevertap/rudder-clevertap/internal/budget"
	"github.com/rudder-clevertap/rudder-clevertap/mapping/document"
)

// Limits are those of what a server reads.
type Limits struct {
	// MaxEvents is how many events of a request are kept; 0 keeps all.
	MaxEvents int
	// MaxBytes is how long a message may be once it is unpacked.
	MaxBytes int
	// Memory is what messages may take together; nil is without bounds.
	Memory *budget.Budget
}

// ServerOptions make a server use the codec of NewCodec, and its memory for all that it reads and writes.
func ServerOptions(limits Limits) []grpc.ServerOption {
	c := newCodec(limits.MaxEvents)
	c.budget = limits.Memory
	return []grpc.ServerOption{
		grpc.ForceServerCodecV2(c), experimental.BufferPool(c.memory),
		//nolint:staticcheck // What replaced it is one for all servers of a process.
		grpc.RPCDecompressor(&unpacker{memory: limits.Memory, limit: limits.MaxBytes}),
	}
}

// NewCodec returns the codec of ServerOptions by itself: protobuf's, but for Requests and Responses. Of the
// events of a request it keeps maxEvents and counts the others, since a list of millions of empty events
// takes far more memory than the message; 0 keeps all.
func NewCodec(maxEvents int) encoding.CodecV2 { return newCodec(maxEvents) }

func newCodec(maxEvents int) codec {
	return codec{encoding.GetCodecV2(proto.Name), &memory{}, maxEvents, nil}
}

// codec reads Requests and writes Responses by hand, and leaves all else to protobuf's codec.
type codec struct {
	encoding.CodecV2
	memory    *memory
	maxEvents int
	budget    *budget.Budget
}

// Checked is a message to read into that may be unreadable: gRPC answers by itself, with INTERNAL, when its codec
// fails, so the codec of ServerOptions puts into one of these why it did.
type Checked struct {
	// Into is the message.
	Into any
	// Err is why it could not be read: one of the budget, or what is wrong with it.
	Err error
}

// Unmarshal reads a message.
func (c codec) Unmarshal(data mem.BufferSlice, v any) error {
	if checked, ok := v.(*Checked); ok {
		checked.Err = c.Unmarshal(data, checked.Into)
		return nil
	}
	request, ok := v.(*Request)
	if !ok {
		if err := checkOther(data, v); err != nil {
			return err
		}
		return c.CodecV2.Unmarshal(data, v)
	}
	request.lease = c.budget.Lease()
	if err := request.reserve(data); err != nil {
		return err
	}
	request.memory = data.MaterializeToBuffer(c.memory)
	request.maxEvents = c.maxEvents
	message := request.memory.ReadOnlyData()
	err := request.unmarshal(message)
	if errors.Is(err, document.ErrUnusual) && request.beyond == 0 {
		err = request.unmarshalUnusual(message)
	}
	request.came = err == nil
	return err
}

// maxOtherBytes is how long messages may be that hold neither events nor a body: many times what they need.
// They are lists of small messages, each of which takes far more memory than its two bytes.
const maxOtherBytes = 1 << 20

// errOther says that a message is too long.
var errOther = fmt.Errorf("it is longer than %d bytes", maxOtherBytes)

// checkOther refuses a message that is not a Request for its length.
func checkOther(data mem.BufferSlice, v any) error {
	if len(data) == 1 && isNoMemory(data[0].ReadOnlyData()) {
		return budget.ErrFull
	}
	if _, isBody := v.(interface{ GetBody() []byte }); !isBody && data.Len() > maxOtherBytes {
		return errOther
	}
	return nil
}

// Marshal writes a message.
func (c codec) Marshal(v any) (mem.BufferSlice, error) {
	response, ok := v.(*Response)
	if !ok {
		return c.CodecV2.Marshal(v)
	}
	defer response.Release()
	room := c.memory.Get(response.size())
	written, err := response.append((*room)[:0])
	*room = written
	if err != nil {
		c.memory.Put(room)
		return nil, err
	}
	return mem.BufferSlice{mem.NewBuffer(room, c.memory)}, nil
}

// Handler is transformer.v1.TransformService with its requests as they came.
type Handler interface {
	// Transform transforms one event.
	Transform(ctx context.Context, r *Request) (*Response, error)
	// BatchTransform transforms a batch.
	BatchTransform(ctx context.Context, r *Request) (*Response, error)
	// StreamTransform transforms a stream of batches: Requests come in, Responses go out.
	StreamTransform(stream grpc.ServerStream) error
}

// Register registers a TransformService whose requests are read by this package. The server needs
// ServerOptions.
func Register(server grpc.ServiceRegistrar, handler Handler) {
	generated := transformerv1.TransformService_ServiceDesc
	server.RegisterService(&grpc.ServiceDesc{
		ServiceName: generated.ServiceName,
		HandlerType: (*Handler)(nil),
		Metadata:    generated.Metadata,
		Methods: []grpc.MethodDesc{
			{MethodName: "Transform", Handler: Unary(
				transformerv1.TransformService_Transform_FullMethodName, Transform, Handler.Transform,
			)},
			{MethodName: "BatchTransform", Handler: Unary(
				transformerv1.TransformService_BatchTransform_FullMethodName, BatchTransform,
				Handler.BatchTransform,
			)},
		},
		Streams: []grpc.StreamDesc{{
			StreamName: "StreamTransform",
			Handler: func(handler any, stream grpc.ServerStream) error {
				return handler.(Handler).StreamTransform(stream) //nolint:forcetypeassert // RegisterService has checked it.
			},
			ServerStreams: true,
			ClientStreams: true,
		}},
	}, handler)
}

// Unary returns the handler of a unary call, as generated code does, with its request read by this package. H
// is the type of the service, which RegisterService must check, and A that of its answers: *Response, or a
// generated message.
func Unary[H, A any](
	fullName string, kind Kind, call func(H, context.Context, *Request) (A, error),
) grpc.MethodHandler {
	return func(server any, ctx context.Context, decode func(any) error, around grpc.UnaryServerInterceptor) (any, error) {
		handler := server.(H) //nolint:forcetypeassert // RegisterService has checked it.
		request := &Request{Kind: kind}
		defer request.Release()
		if err := decode(request); err != nil {
			return nil, err
		}
		if around == nil {
			return call(handler, ctx, request)
		}
		info := &grpc.UnaryServerInfo{Server: server, FullMethod: fullName}
		return around(ctx, request, info, func(ctx context.Context, request any) (any, error) {
			return call(handler, ctx, request.(*Request)) //nolint:forcetypeassert // Interceptors pass it on.
		})
	}
}
