package inproc

import (
	"context"
	"net"
	"slices"
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

	"github.com/rudder-clevertap/rudder-clevertap/server/wire"
)

// Conn is the connection inside the process, for the REST gateway. Unary calls skip HTTP/2, which costs more
// than all else that is done for a single event, and nothing but that: they pass the same interceptors,
// limits and deadlines as calls from outside, and telemetry sees a client's and a server's side of them. So
// do the streams of services that ask for it. Other streams, and gRPC's own services, go over a real
// connection to the server's in-process listener.
type Conn struct {
	options Options

	// methods are the unary methods by their full names.
	methods map[string]method
	// streams are those stream methods that skip HTTP/2 too, by their full names.
	streams map[string]streamMethod
	closed  atomic.Bool
}

// Options say what a connection is made of. All are required.
type Options struct {
	// Remote is the real connection to the server's in-process listener. Close closes it.
	Remote *grpc.ClientConn
	// Unary and Stream are all interceptors in one.
	Unary  grpc.UnaryServerInterceptor
	Stream grpc.StreamServerInterceptor
	// Client and Server are told of each call, as the two ends of a real connection tell them. Server may be
	// nil.
	Client, Server stats.Handler
	// MaxBytes limits a message, each way.
	MaxBytes int
	// Remotely tells the methods that go over the real connection all the same.
	Remotely func(method string) bool
}

// New returns a connection that leads to no service yet.
func New(options Options) *Conn {
	if options.Server == nil {
		options.Server = noStats{}
	}
	return &Conn{options: options, methods: map[string]method{}, streams: map[string]streamMethod{}}
}

// method is a unary method of a registered service.
type method struct {
	service any
	handler grpc.MethodHandler
}

// Registrar registers services with a server, and their unary methods with a connection inside the process.
type Registrar struct {
	*grpc.Server

	// Conn is that connection.
	Conn *Conn
	// Outside makes of unary methods those of the server.
	Outside func([]grpc.MethodDesc) []grpc.MethodDesc
	// Streams are the full names of the services whose streams skip HTTP/2 too. Their handlers must take all
	// that the client sends before they answer, and their messages must be generated ones.
	Streams []string
}

// RegisterService registers a service.
func (r Registrar) RegisterService(desc *grpc.ServiceDesc, service any) {
	outside := *desc
	outside.Methods = r.Outside(desc.Methods)
	r.Server.RegisterService(&outside, service)
	for _, m := range desc.Methods {
		r.Conn.methods["/"+desc.ServiceName+"/"+m.MethodName] = method{service: service, handler: m.Handler}
	}
	if !slices.Contains(r.Streams, desc.ServiceName) {
		return
	}
	for i := range desc.Streams {
		r.Conn.streams["/"+desc.ServiceName+"/"+desc.Streams[i].StreamName] = streamMethod{
			service: service, desc: &desc.Streams[i],
		}
	}
}

// NewStream opens a stream.
func (c *Conn) NewStream(
	ctx context.Context, desc *grpc.StreamDesc, name string, options ...grpc.CallOption,
) (grpc.ClientStream, error) {
	if m, ok := c.streams[name]; ok {
		return c.openStream(ctx, m, name)
	}
	return c.options.Remote.NewStream(ctx, desc, name, options...)
}

// Invoke makes a unary call. The request must not change until it returns, and parts of the reply may be the
// server's.
func (c *Conn) Invoke(
	ctx context.Context, name string, request, reply any, options ...grpc.CallOption,
) error {
	m, ok := c.methods[name]
	if !ok || c.options.Remotely(name) {
		return c.options.Remote.Invoke(ctx, name, request, reply, options...)
	}
	begin := time.Now()
	ctx = c.options.Client.TagRPC(ctx, &stats.RPCTagInfo{FullMethodName: name})
	c.options.Client.HandleRPC(ctx, &stats.Begin{Client: true, BeginTime: begin})
	header, err := c.call(ctx, name, m, request, reply)
	c.options.Client.HandleRPC(
		ctx, &stats.End{Client: true, BeginTime: begin, EndTime: time.Now(), Error: err},
	)
	for _, option := range options {
		if wanted, ok := option.(grpc.HeaderCallOption); ok {
			*wanted.HeaderAddr = header
		}
	}
	return err
}

// call makes the server's side of a call, and returns the headers that it answers with.
func (c *Conn) call(ctx context.Context, name string, m method, request, reply any) (metadata.MD, error) {
	if err := ctx.Err(); err != nil {
		return nil, status.FromContextError(err).Err()
	}
	if c.closed.Load() {
		return nil, status.Error(codes.Canceled, "the connection is closed")
	}
	ctx, transport := serverContext(ctx, name)
	begin := time.Now()
	ctx = c.options.Server.TagRPC(ctx, &stats.RPCTagInfo{FullMethodName: name})
	c.options.Server.HandleRPC(ctx, &stats.Begin{BeginTime: begin})
	answer, err := m.handler(
		m.service, ctx, func(into any) error { return c.pass(request, into) }, c.options.Unary,
	)
	if err == nil {
		err = c.answer(answer, reply)
	}
	if err != nil {
		err = status.Convert(err).Err()
	}
	c.options.Server.HandleRPC(ctx, &stats.End{BeginTime: begin, EndTime: time.Now(), Error: err})
	return transport.sent(), err
}

// pass hands a request over to the server.
func (c *Conn) pass(request, into any) error {
	from, ok := request.(proto.Message)
	if !ok {
		return status.Errorf(codes.Internal, "%T is not a message", request)
	}
	if size := proto.Size(from); size > c.options.MaxBytes {
		return status.Errorf(
			codes.ResourceExhausted, "received message larger than max (%d vs. %d)", size, c.options.MaxBytes,
		)
	}
	if to, ok := into.(*wire.Request); ok {
		return to.Take(from)
	}
	return wire.Share(from, into.(proto.Message)) //nolint:forcetypeassert // Generated handlers decode into messages.
}

// answer hands an answer over to the client.
func (c *Conn) answer(answer, reply any) error {
	if written, ok := answer.(*wire.Response); ok {
		message, err := written.Message()
		if err != nil {
			return err
		}
		answer = message
	}
	from, to := answer.(proto.Message), reply.(proto.Message) //nolint:forcetypeassert // So are all other answers.
	if size := proto.Size(from); size > c.options.MaxBytes {
		return status.Errorf(
			codes.ResourceExhausted, "trying to send message larger than max (%d vs. %d)", size,
			c.options.MaxBytes,
		)
	}
	return wire.Give(from, to)
}

// serverContext returns the context of the server's side: the client's deadline and end, none of its values,
// and its metadata as incoming.
func serverContext(client context.Context, method string) (context.Context, *transport) {
	sent, _ := metadata.FromOutgoingContext(client)
	t := &transport{method: method}
	ctx := metadata.NewIncomingContext(withoutValues{client}, sent)
	ctx = peer.NewContext(ctx, &peer.Peer{Addr: addr{}})
	return grpc.NewContextWithServerTransportStream(ctx, t), t
}

// withoutValues is a context with another's deadline and end, and no values.
type withoutValues struct{ context.Context }

// Value returns nothing.
func (withoutValues) Value(any) any { return nil }

// addr is the address of callers inside the process.
type addr struct{}

var _ net.Addr = addr{}

// Network returns the name of the network.
func (addr) Network() string { return "local" }

// String returns the address.
func (addr) String() string { return "local" }

// IsInside reports whether a call came over a connection inside the process: this one, or the real one to the
// listener in here.
func IsInside(ctx context.Context) bool {
	from, known := peer.FromContext(ctx)
	return known && (from.Addr.Network() == addr{}.Network() || from.Addr.Network() == listenerNetwork)
}

// listenerNetwork is the network of bufconn's addresses.
const listenerNetwork = "bufconn"

// noStats does nothing.
type noStats struct{}

// TagRPC does nothing.
func (noStats) TagRPC(ctx context.Context, _ *stats.RPCTagInfo) context.Context { return ctx }

// HandleRPC does nothing.
func (noStats) HandleRPC(context.Context, stats.RPCStats) {}

// TagConn does nothing.
func (noStats) TagConn(ctx context.Context, _ *stats.ConnTagInfo) context.Context { return ctx }

// HandleConn does nothing.
func (noStats) HandleConn(context.Context, stats.ConnStats) {}

// transport keeps the headers that the server answers with.
type transport struct {
	method string
	mu     sync.Mutex
	header metadata.MD
}

// Method returns the full name of the method that is called.
func (t *transport) Method() string { return t.method }

// SetHeader adds headers.
func (t *transport) SetHeader(header metadata.MD) error {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.header = metadata.Join(t.header, header)
	return nil
}

// SendHeader adds headers: the client sees them when the call has ended.
func (t *transport) SendHeader(header metadata.MD) error { return t.SetHeader(header) }

// SetTrailer does nothing: the server sets none.
func (t *transport) SetTrailer(metadata.MD) error { return nil }

// sent returns the headers.
func (t *transport) sent() metadata.MD {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.header
}

// Close ends the connection. Calls after it fail as on any closed connection.
func (c *Conn) Close() error {
	c.closed.Store(true)
	return c.options.Remote.Close()
}
