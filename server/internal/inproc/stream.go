package inproc

import (
	"context"
	"errors"
	"io"
	"sync"
	"time"

	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/metadata"
	"google.golang.org/grpc/stats"
	"google.golang.org/grpc/status"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/reflect/protoreflect"
)

// streamMethod is a stream method of a registered service.
type streamMethod struct {
	service any
	desc    *grpc.StreamDesc
}

// stream is one stream inside the process, without HTTP/2: for the bodies of rudder-transformer's routes,
// where the hop costs as much as a third of all else. Both ends are told what those of a real stream are
// told. A message is copied from its sender to its receiver, so that both may use theirs again; a receiver's
// message keeps its memory. These routes take a whole body before they answer. A server that answers earlier
// has seen enough: nothing lies between the ends that would hold its answer while the client still sends, so
// that the client is told to read it.
type stream struct {
	conn   *Conn
	method string
	// toServer and toClient hand messages over; taken tells the sender that its message has been copied.
	toServer, toClient chan proto.Message
	taken              [2]chan struct{}
	// transport keeps the headers; begun is closed when they are out, answered when the server sends its
	// first message, ended when its side has returned err.
	transport              *transport
	begun, answered, ended chan struct{}
	begin, answer          sync.Once
	err                    error
	// unwatch forgets the client's context.
	unwatch func() bool

	clientCtx, serverCtx context.Context //nolint:containedctx // A stream has one on each side.
	clientBegin          time.Time
	finish, closeSend    sync.Once
}

// The directions of a stream.
const (
	clientToServer = iota
	serverToClient
)

// openStream opens a stream to a method.
func (c *Conn) openStream(ctx context.Context, m streamMethod, method string) (grpc.ClientStream, error) {
	if err := ctx.Err(); err != nil {
		return nil, status.FromContextError(err).Err()
	}
	if c.closed.Load() {
		return nil, status.Error(codes.Canceled, "the connection is closed")
	}
	s := &stream{
		conn: c, method: method, toServer: make(chan proto.Message), toClient: make(chan proto.Message),
		taken: [2]chan struct{}{make(chan struct{}), make(chan struct{})},
		begun: make(chan struct{}), answered: make(chan struct{}), ended: make(chan struct{}),
		clientBegin: time.Now(),
	}
	tag := &stats.RPCTagInfo{FullMethodName: method}
	s.clientCtx = c.options.Client.TagRPC(ctx, tag)
	c.options.Client.HandleRPC(
		s.clientCtx,
		&stats.Begin{Client: true, BeginTime: s.clientBegin, IsClientStream: true, IsServerStream: true},
	)
	s.serverCtx, s.transport = serverContext(s.clientCtx, method)
	serving, cancel := context.WithCancel(s.serverCtx)
	s.serverCtx = c.options.Server.TagRPC(serving, tag)
	// A client that gives up need not receive any more.
	s.unwatch = context.AfterFunc(
		ctx, func() { s.finished(status.FromContextError(s.clientCtx.Err()).Err()) },
	)
	go s.serve(m, cancel)
	return clientSide{s}, nil
}

// serve runs the server's side, and cancels its context when it has returned.
func (s *stream) serve(m streamMethod, cancel context.CancelFunc) {
	defer cancel()
	begin := time.Now()
	s.conn.options.Server.HandleRPC(
		s.serverCtx, &stats.Begin{BeginTime: begin, IsClientStream: true, IsServerStream: true},
	)
	info := &grpc.StreamServerInfo{
		FullMethod: s.method, IsClientStream: m.desc.ClientStreams, IsServerStream: m.desc.ServerStreams,
	}
	if err := s.conn.options.Stream(m.service, serverSide{s}, info, m.desc.Handler); err != nil {
		s.err = status.Convert(err).Err()
	}
	s.conn.options.Server.HandleRPC(
		s.serverCtx, &stats.End{BeginTime: begin, EndTime: time.Now(), Error: s.err},
	)
	s.headersOut()
	s.answers()
	close(s.ended)
}

// headersOut lets the client see the headers.
func (s *stream) headersOut() { s.begin.Do(func() { close(s.begun) }) }

// answers lets the client send no more.
func (s *stream) answers() { s.answer.Do(func() { close(s.answered) }) }

// finished tells the client's telemetry how the stream ended.
func (s *stream) finished(err error) {
	s.finish.Do(func() {
		if errors.Is(err, io.EOF) {
			err = nil
		}
		s.conn.options.Client.HandleRPC(
			s.clientCtx, &stats.End{Client: true, BeginTime: s.clientBegin, EndTime: time.Now(), Error: err},
		)
	})
}

// hand hands a message over and waits until it has been copied. Ended is why nobody takes it any more.
func (s *stream) hand(ctx context.Context, direction int, m any, ended <-chan struct{}) error {
	message, ok := m.(proto.Message)
	if !ok {
		return status.Errorf(codes.Internal, "%T is not a message", m)
	}
	if size := proto.Size(message); size > s.conn.options.MaxBytes {
		return status.Errorf(
			codes.ResourceExhausted, "message larger than max (%d vs. %d)", size, s.conn.options.MaxBytes,
		)
	}
	to := s.toServer
	if direction == serverToClient {
		to = s.toClient
	}
	// A stream that is over stays over: somebody may still be receiving, and select picks any of the cases
	// that are ready.
	select {
	case <-ended:
		return io.EOF
	case <-ctx.Done():
		return status.FromContextError(ctx.Err()).Err()
	default:
	}
	select {
	case to <- message:
		// Whoever took it copies it, whatever else happens.
		<-s.taken[direction]
		return nil
	case <-ended:
		return io.EOF
	case <-ctx.Done():
		return status.FromContextError(ctx.Err()).Err()
	}
}

// take copies a message that was handed over.
func (s *stream) take(direction int, from proto.Message, m any) error {
	defer func() { s.taken[direction] <- struct{}{} }()
	into, ok := m.(proto.Message)
	if !ok || into.ProtoReflect().Descriptor() != from.ProtoReflect().Descriptor() {
		return status.Errorf(codes.Internal, "the message is a %T, not a %T", from, m)
	}
	copyMessage(into.ProtoReflect(), from.ProtoReflect())
	return nil
}

// copyMessage makes a message equal to another one, and keeps the memory of its bytes.
func copyMessage(into, from protoreflect.Message) {
	into.Range(func(field protoreflect.FieldDescriptor, _ protoreflect.Value) bool {
		if !from.Has(field) {
			into.Clear(field)
		}
		return true
	})
	from.Range(func(field protoreflect.FieldDescriptor, value protoreflect.Value) bool {
		switch {
		case field.Kind() == protoreflect.BytesKind && !field.IsList():
			value = protoreflect.ValueOfBytes(append(into.Get(field).Bytes()[:0], value.Bytes()...))
		case field.Message() != nil && !field.IsList() && !field.IsMap():
			value = protoreflect.ValueOfMessage(proto.Clone(value.Message().Interface()).ProtoReflect())
		}
		into.Set(field, value)
		return true
	})
}

// clientSide is the client's side of a stream.
type clientSide struct{ s *stream }

// Header waits for the server's headers.
func (c clientSide) Header() (metadata.MD, error) {
	select {
	case <-c.s.begun:
		return c.s.transport.sent(), nil
	case <-c.s.clientCtx.Done():
		return nil, status.FromContextError(c.s.clientCtx.Err()).Err()
	}
}

// Trailer returns nothing: the server sets none.
func (clientSide) Trailer() metadata.MD { return nil }

// Context returns the client's context.
func (c clientSide) Context() context.Context { return c.s.clientCtx }

// CloseSend says that no more messages will come.
func (c clientSide) CloseSend() error {
	c.s.closeSend.Do(func() { close(c.s.toServer) })
	return nil
}

// SendMsg sends a message, which may be changed again when it returns. io.EOF says that the server has
// answered, or ended the stream.
func (c clientSide) SendMsg(m any) error {
	return c.s.hand(c.s.clientCtx, clientToServer, m, c.s.answered)
}

// RecvMsg waits for the next message, or for how the stream ended.
func (c clientSide) RecvMsg(m any) error {
	err := c.recv(m)
	if err != nil {
		c.s.unwatch()
		c.s.finished(err)
	}
	return err
}

func (c clientSide) recv(m any) error {
	if err := c.s.clientCtx.Err(); err != nil {
		return status.FromContextError(err).Err()
	}
	select {
	case from := <-c.s.toClient:
		return c.s.take(serverToClient, from, m)
	case <-c.s.ended:
		if c.s.err == nil {
			return io.EOF
		}
		return c.s.err
	case <-c.s.clientCtx.Done():
		return status.FromContextError(c.s.clientCtx.Err()).Err()
	}
}

// serverSide is the server's side of a stream.
type serverSide struct{ s *stream }

// SetHeader adds headers.
func (v serverSide) SetHeader(header metadata.MD) error { return v.s.transport.SetHeader(header) }

// SendHeader adds headers and lets the client see them.
func (v serverSide) SendHeader(header metadata.MD) error {
	defer v.s.headersOut()
	return v.s.transport.SendHeader(header)
}

// SetTrailer does nothing: the server sets none.
func (serverSide) SetTrailer(metadata.MD) {}

// Context returns the server's context.
func (v serverSide) Context() context.Context { return v.s.serverCtx }

// SendMsg sends a message, which may be changed again when it returns.
func (v serverSide) SendMsg(m any) error {
	v.s.headersOut()
	v.s.answers()
	return v.s.hand(v.s.serverCtx, serverToClient, m, nil)
}

// RecvMsg waits for the next message. io.EOF says that there are no more.
func (v serverSide) RecvMsg(m any) error {
	if err := v.s.serverCtx.Err(); err != nil {
		return status.FromContextError(err).Err()
	}
	select {
	case from, more := <-v.s.toServer:
		if !more {
			return io.EOF
		}
		return v.s.take(clientToServer, from, m)
	case <-v.s.serverCtx.Done():
		return status.FromContextError(v.s.serverCtx.Err()).Err()
	}
}
