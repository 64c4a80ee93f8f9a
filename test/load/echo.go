package main

import (
	"bytes"
	"context"
	"errors"
	"io"
	"net"
	"net/http"
	"strconv"
	"sync"
	"time"

	"google.golang.org/grpc"

	transformerv1 "github.com/rudder-clevertap/rudder-clevertap/gen/transformer/v1"
)

// maxMessage is the longest message, each way, of all servers and clients: the default of ours.
const maxMessage = 32 << 20

// The echo servers. Each answers a request with the same bytes or message.
const (
	echoRaw      = "raw"       // gRPC, with a codec of raw bytes: each message is a byte slice
	echoRawZero  = "raw-zero"  // gRPC, with a codec that passes gRPC's own buffers on, without a copy
	echoTyped    = "typed"     // gRPC, with the standard codec on the typed messages
	echoHTTP     = "http"      // net/http; each body is a byte slice
	echoHTTPZero = "http-zero" // net/http, with memory that is used again and again
	sinkOTLP     = "sink"      // net/http; takes telemetry and throws it away
	takesAll     = "clevertap" // net/http; takes every record of an upload
)

// echoCmd serves one of the echo servers.
type echoCmd struct {
	Kind string `arg:"" enum:"raw,raw-zero,typed,http,http-zero,sink,clevertap" help:"raw, raw-zero, typed, http, http-zero, sink or clevertap."`
	Addr string `arg:"" help:"Where to listen."`
}

// Run serves until ctx ends or standard input does: whoever started it holds the other end, and may die.
func (c *echoCmd) Run(ctx context.Context, in io.Reader) error {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	go func() {
		_, _ = io.Copy(io.Discard, in) // its end is all that matters
		cancel()
	}()
	listener, err := (&net.ListenConfig{}).Listen(ctx, "tcp", c.Addr)
	if err != nil {
		return err
	}
	switch c.Kind {
	case echoRaw, echoRawZero:
		return serveGRPC(ctx, listener, grpc.NewServer(grpc.ForceServerCodecV2(rawCodec{zeroCopy: c.Kind == echoRawZero}), grpc.MaxRecvMsgSize(maxMessage)),
			func() any { return new(frame) }, func() any { return new(frame) }, func() any { return new(frame) })
	case echoTyped:
		return serveGRPC(ctx, listener, grpc.NewServer(grpc.MaxRecvMsgSize(maxMessage)),
			func() any { return new(transformerv1.TransformRequest) },
			func() any { return new(transformerv1.BatchTransformRequest) },
			func() any { return new(transformerv1.StreamTransformRequest) })
	case echoHTTP:
		return serveHTTP(ctx, listener, http.HandlerFunc(echoBody))
	case echoHTTPZero:
		return serveHTTP(ctx, listener, echoReused())
	case takesAll:
		return serveHTTP(ctx, listener, http.HandlerFunc(takeAll))
	default:
		return serveHTTP(ctx, listener, http.HandlerFunc(discardBody))
	}
}

// serveGRPC serves TransformService's calls as echoes of the messages that the functions make.
func serveGRPC(ctx context.Context, listener net.Listener, server *grpc.Server, single, batch, stream func() any) error {
	server.RegisterService(&grpc.ServiceDesc{
		ServiceName: transformerv1.TransformService_ServiceDesc.ServiceName,
		HandlerType: (*any)(nil),
		Methods: []grpc.MethodDesc{
			{MethodName: "Transform", Handler: echoCall(single)},
			{MethodName: "BatchTransform", Handler: echoCall(batch)},
		},
		Streams: []grpc.StreamDesc{
			{StreamName: "StreamTransform", Handler: echoStream(stream), ServerStreams: true, ClientStreams: true},
		},
	}, nil)
	defer context.AfterFunc(ctx, server.Stop)()
	return server.Serve(listener)
}

// echoCall answers a unary call with its request.
func echoCall(message func() any) grpc.MethodHandler {
	return func(_ any, _ context.Context, decode func(any) error, _ grpc.UnaryServerInterceptor) (any, error) {
		m := message()
		if err := decode(m); err != nil {
			return nil, err
		}
		return m, nil
	}
}

// echoStream answers each message of a stream with itself.
func echoStream(message func() any) grpc.StreamHandler {
	return func(_ any, stream grpc.ServerStream) error {
		for {
			m := message()
			if err := stream.RecvMsg(m); err != nil {
				if errors.Is(err, io.EOF) {
					return nil
				}
				return err
			}
			if err := stream.SendMsg(m); err != nil {
				return err
			}
		}
	}
}

// serveHTTP serves a handler until ctx ends.
func serveHTTP(ctx context.Context, listener net.Listener, handler http.Handler) error {
	server := &http.Server{Handler: handler, ReadHeaderTimeout: 10 * time.Second}
	defer context.AfterFunc(ctx, func() { _ = server.Close() })()
	if err := server.Serve(listener); !errors.Is(err, http.ErrServerClosed) {
		return err
	}
	return nil
}

// echoReused answers a request with its body, in memory that is used again and again.
func echoReused() http.HandlerFunc {
	buffers := sync.Pool{New: func() any { return new(bytes.Buffer) }}
	return func(w http.ResponseWriter, r *http.Request) {
		body := buffers.Get().(*bytes.Buffer) //nolint:forcetypeassert // The pool makes nothing else.
		defer buffers.Put(body)
		body.Reset()
		if _, err := body.ReadFrom(r.Body); err != nil {
			http.Error(w, err.Error(), http.StatusBadRequest)
			return
		}
		reply(w, body.Bytes())
	}
}

// echoBody answers a request with its body. (io.Copy from one to the other is no echo: net/http ends a body's reading where its
// answer begins.)
func echoBody(w http.ResponseWriter, r *http.Request) {
	body, err := io.ReadAll(r.Body)
	if err != nil {
		http.Error(w, err.Error(), http.StatusBadRequest)
		return
	}
	reply(w, body)
}

// reply writes an answer.
func reply(w http.ResponseWriter, body []byte) {
	w.Header().Set("Content-Type", "application/json")
	w.Header().Set("Content-Length", strconv.Itoa(len(body)))
	_, _ = w.Write(body)
}

// discardBody answers any request with an empty message of protobuf, as a collector does that took all it got.
func discardBody(w http.ResponseWriter, r *http.Request) {
	_, _ = io.Copy(io.Discard, r.Body)
	w.Header().Set("Content-Type", "application/x-protobuf")
}
