package server

import (
	"context"
	"net"
	"sync"
	"sync/atomic"
	"time"

	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/metadata"
	"google.golang.org/grpc/peer"
	"google.golang.org/grpc/stats"
	"google.golang.org/grpc/status"
	"google.golang.org/protobuf/proto"

	transformerv1 "github.com/rudder-clevertap/rudder-clevertap/gen/transformer/v1"
	"github.com/rudder-clevertap/rudder-clevertap/server/wire"
)

// insideConn is the connection inside the process, for the REST gateway. Unary calls skip HTTP/2, which costs more than all
// else that is done for a single event, and nothing but that: they pass the same interceptors, limits and deadlines as calls
// from outside, and telemetry sees a client's and a server's side of them. So do the streams of rudder-transformer's routes. Other
// streams, and gRPC's own services, go over a real connection to the server's in-process listener.
type insideConn struct {
	// remote is that connection.
	remote *grpc.ClientConn
	// methods are the unary methods by their full names.
	methods map[string]localMethod
	// streams are those stream methods that skip HTTP/2 too, by their full names.
	streams map[string]localStreamMethod
	// around and aroundStream are all interceptors in one.
	around       grpc.UnaryServerInterceptor
	aroundStream grpc.StreamServerInterceptor
	// client and server are told of each call, as the two ends of a real connection tell them.
	client, server stats.Handler
	// maxBytes limits a message, each way.
	maxBytes int
	closed   atomic.Bool
}

// localMethod is a unary method of a registered service.
type localMethod struct {
	service any
	handler grpc.MethodHandler
}

// registry registers services with the server, and remembers their unary methods for the connection inside the process.
type registry struct {
	*grpc.Server

	local *insideConn
}

// RegisterService registers a service.
func (r registry) RegisterService(desc *grpc.ServiceDesc, service any) {
	r.Server.RegisterService(desc, service)
	for _, m := range desc.Methods {
		r.local.methods["/"+desc.ServiceName+"/"+m.MethodName] = localMethod{service: service, handler: m.Handler}
	}
	if desc.ServiceName != transformerv1.RudderTransformerService_ServiceDesc.ServiceName {
		return
	}
	for i := range desc.Streams {
		r.local.streams["/"+desc.ServiceName+"/"+desc.Streams[i].StreamName] = localStreamMethod{service: service, desc: &desc.Streams[i]}
	}
}

// NewStream opens a stream.
func (c *insideConn) NewStream(ctx context.Context, desc *grpc.StreamDesc, method string, options ...grpc.CallOption) (grpc.ClientStream, error) {
	if m, ok := c.streams[method]; ok {
		return c.openStream(ctx, m, method)
	}
	return c.remote.NewStream(ctx, desc, method, options...)
}

// Invoke makes a unary call. The request must not change until it returns, and parts of the reply may be the server's.
func (c *insideConn) Invoke(ctx context.Context, method string, request, reply any, options ...grpc.CallOption) error {
	m, ok := c.methods[method]
	if !ok || isInfrastructure(method) {
		return c.remote.Invoke(ctx, method, request, reply, options...)
	}
	begin := time.Now()
	ctx = c.client.TagRPC(ctx, &stats.RPCTagInfo{FullMethodName: method})
	c.client.HandleRPC(ctx, &stats.Begin{Client: true, BeginTime: begin})
	header, err := c.call(ctx, method, m, request, reply)
	c.client.HandleRPC(ctx, &stats.End{Client: true, BeginTime: begin, EndTime: time.Now(), Error: err})
	for _, option := range options {
		if wanted, ok := option.(grpc.HeaderCallOption); ok {
			*wanted.HeaderAddr = header
		}
	}
	return err
}

// call makes the server's side of a call, and returns the headers that it answers with.
func (c *insideConn) call(ctx context.Context, method string, m localMethod, request, reply any) (metadata.MD, error) {
	if err := ctx.Err(); err != nil {
		return nil, status.FromContextError(err).Err()
	}
	if c.closed.Load() {
		return nil, status.Error(codes.Canceled, "the connection is closed")
	}
	ctx, transport := serverContext(ctx, method)
	begin := time.Now()
	ctx = c.server.TagRPC(ctx, &stats.RPCTagInfo{FullMethodName: method})
	c.server.HandleRPC(ctx, &stats.Begin{BeginTime: begin})
	answer, err := m.handler(m.service, ctx, func(into any) error { return c.pass(request, into) }, c.around)
	if err == nil {
		err = c.answer(answer, reply)
	}
	if err != nil {
		err = status.Convert(err).Err()
	}
	c.server.HandleRPC(ctx, &stats.End{BeginTime: begin, EndTime: time.Now(), Error: err})
	return transport.sent(), err
}

// pass hands a request over to the server.
func (c *insideConn) pass(request, into any) error {
	from, ok := request.(proto.Message)
	if !ok {
		return status.Errorf(codes.Internal, "%T is no message", request)
	}
	if size := proto.Size(from); size > c.maxBytes {
		return status.Errorf(codes.ResourceExhausted, "received message larger than max (%d vs. %d)", size, c.maxBytes)
	}
	if to, ok := into.(*wire.Request); ok {
		return to.Take(from)
	}
	proto.Merge(into.(proto.Message), from) //nolint:forcetypeassert // Generated handlers decode into messages.
	return nil
}

// answer hands an answer over to the client.
func (c *insideConn) answer(answer, reply any) error {
	if written, ok := answer.(*wire.Response); ok {
		message, err := written.Message()
		if err != nil {
			return err
		}
		answer = message
	}
	from, to := answer.(proto.Message), reply.(proto.Message) //nolint:forcetypeassert // So are all other answers.
	if size := proto.Size(from); size > c.maxBytes {
		return status.Errorf(codes.ResourceExhausted, "trying to send message larger than max (%d vs. %d)", size, c.maxBytes)
	}
	return wire.Give(from, to)
}

// serverContext returns the context of the server's side: the client's deadline and end, none of its values, and its metadata
// as incoming.
func serverContext(client context.Context, method string) (context.Context, *localTransport) {
	sent, _ := metadata.FromOutgoingContext(client)
	transport := &localTransport{method: method}
	ctx := metadata.NewIncomingContext(withoutValues{client}, sent)
	ctx = peer.NewContext(ctx, &peer.Peer{Addr: localAddr{}})
	return grpc.NewContextWithServerTransportStream(ctx, transport), transport
}

// withoutValues is a context with another's deadline and end, and no values.
type withoutValues struct{ context.Context }

// Value returns nothing.
func (withoutValues) Value(any) any { return nil }

// localAddr is the address of callers inside the process.
type localAddr struct{}

var _ net.Addr = localAddr{}

// Network returns the name of the network.
func (localAddr) Network() string { return "local" }

// String returns the address.
func (localAddr) String() string { return "local" }

// localTransport keeps the headers that the server answers with.
type localTransport struct {
	method string
	mu     sync.Mutex
	header metadata.MD
}

// Method returns the full name of the method that is called.
func (t *localTransport) Method() string { return t.method }

// SetHeader adds headers.
func (t *localTransport) SetHeader(header metadata.MD) error {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.header = metadata.Join(t.header, header)
	return nil
}

// SendHeader adds headers: the client sees them when the call has ended.
func (t *localTransport) SendHeader(header metadata.MD) error { return t.SetHeader(header) }

// SetTrailer does nothing: the server sets none.
func (t *localTransport) SetTrailer(metadata.MD) error { return nil }

// sent returns the headers.
func (t *localTransport) sent() metadata.MD {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.header
}

// Close ends the connection. Calls after it fail as on any closed connection.
func (c *insideConn) Close() error {
	c.closed.Store(true)
	return c.remote.Close()
}
