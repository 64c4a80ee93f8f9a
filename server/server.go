// Package server is the gRPC server: it wires its services and what surrounds each call together, and sees to
// an orderly start and end. What it wires are the rooms within.
//
// It holds no mapping rules, which are the mapping's, and no HTTP, which is the gateway's.
package server

import (
	"context"
	"fmt"
	"log/slog"
	"net"
	"slices"
	"strings"
	"sync"
	"time"

	"google.golang.org/grpc"
	"google.golang.org/grpc/credentials/insecure"
	_ "google.golang.org/grpc/encoding/gzip" // so that callers may compress
	"google.golang.org/grpc/health"
	healthgrpc "google.golang.org/grpc/health/grpc_health_v1"
	"google.golang.org/grpc/keepalive"
	"google.golang.org/grpc/reflection"
	"google.golang.org/grpc/stats"
	"google.golang.org/grpc/test/bufconn"

	"github.com/rudder-clevertap/rudder-clevertap/delivery"
	transformerv1 "github.com/rudder-clevertap/rudder-clevertap/gen/transformer/v1"
	"github.com/rudder-clevertap/rudder-clevertap/internal/apierr"
	"github.com/rudder-clevertap/rudder-clevertap/internal/telemetry"
	"github.com/rudder-clevertap/rudder-clevertap/server/internal/deliver"
	"github.com/rudder-clevertap/rudder-clevertap/server/internal/dropin"
	"github.com/rudder-clevertap/rudder-clevertap/server/internal/engine"
	"github.com/rudder-clevertap/rudder-clevertap/server/internal/inproc"
	"github.com/rudder-clevertap/rudder-clevertap/server/internal/intercept"
	"github.com/rudder-clevertap/rudder-clevertap/server/internal/transform"
	"github.com/rudder-clevertap/rudder-clevertap/server/wire"
)

const (
	// localBuffer is how many bytes a connection inside the process holds before its writer waits.
	localBuffer = 1 << 20
	// minPingInterval is how often clients may ping; those that do it more often are cut off.
	minPingInterval = 10 * time.Second
	// pingInterval is after how long the server asks a silent client whether it is still there.
	pingInterval = 2 * time.Minute
	// pingTimeout is how long the client has to answer.
	pingTimeout = 20 * time.Second
	// maxHeaderBytes is how long the header of a call may be, as HTTP/2 counts it.
	maxHeaderBytes = 64 << 10
	// handlers is how many goroutines wait for calls. Their stacks have grown to what a call needs, which
	// takes a new goroutine, as calls beyond that number get, a quarter of the whole call.
	handlers = 32
)

// Server is the gRPC server and its connection inside the process.
type Server struct {
	options Options
	logger  *slog.Logger
	grpc    *grpc.Server
	health  *health.Server
	local   *bufconn.Listener
	remote  *grpc.ClientConn
	inside  *inproc.Conn
	deliver *deliver.Service
	// around is what surrounds each call, arrivals what looks at those that come in, outside the connections
	// that they come over.
	around   *intercept.Chain
	arrivals *intercept.Arrivals
	outside  connections
	// stopping is closed, by finish, when open streams are to end.
	stopping chan struct{}
	finish   sync.Once
	// stopSender ends the sender, if it is the server's own; else nil.
	stopSender func(context.Context) error
}

// New returns a server that does not serve yet. Whoever has it must call Run,
// Stop or Close, which end all that New started.
func New(options Options) (*Server, error) {
	options = options.withDefaults()
	s := &Server{
		options:  options,
		logger:   options.Logger,
		health:   health.NewServer(),
		local:    bufconn.Listen(localBuffer),
		stopping: make(chan struct{}),
	}
	around, err := intercept.New(s.interceptOptions())
	if err != nil {
		return nil, err
	}
	if err := s.ownSender(); err != nil {
		return nil, err
	}
	transforms, err := engine.New(options.Telemetry.Tracer(), options.Telemetry.Meter(), s.logger, options.Memory)
	if err != nil {
		return nil, err
	}
	if s.remote, err = s.dialLocal(); err != nil {
		return nil, err
	}
	s.around, s.arrivals = around, around.Arrivals()
	s.grpc = grpc.NewServer(s.serverOptions(around)...)
	s.inside = s.newInside(around)
	s.register(transforms)
	s.serveHealth()
	if !options.NoReflection {
		reflection.Register(s.grpc)
	}
	return s, nil
}

// ownSender makes a sender where none was handed in, and sees to its end.
func (s *Server) ownSender() (err error) {
	if s.options.Sender != nil {
		return nil
	}
	s.options.Sender, err = delivery.NewSender(s.options.CleverTap, delivery.SenderOptions{
		TracerProvider: s.options.Telemetry.TracerProvider, MeterProvider: s.options.Telemetry.MeterProvider,
	})
	s.stopSender = s.options.Sender.Stop
	return err
}

// interceptOptions say what surrounds each call.
func (s *Server) interceptOptions() intercept.Options {
	return intercept.Options{
		Logger:            s.logger,
		ContinueTrace:     s.options.Telemetry.ContinueTrace,
		NeedsNoToken:      needsNoToken,
		MaxBatchEvents:    s.options.MaxBatchEvents,
		MaxAnswerBytes:    s.options.MaxAnswerBytes,
		IsInside:          inproc.IsInside,
		StreamIdleTimeout: s.options.StreamIdleTimeout,
		Callers:           s.options.Callers,
		Disconnect:        s.outside.end,
		Stopping:          s.stopping,
	}
}

// needsNoToken reports whether a call comes from within the process for rudder-transformer's routes. They
// have a listener of their own because rudder-server has no token to show; from outside, the same calls need
// one.
func needsNoToken(ctx context.Context, method string) bool {
	const routes = "/" + dropin.ServiceName + "/"
	return strings.HasPrefix(method, routes) && inproc.IsInside(ctx)
}

// register registers the services: with the gRPC server, and with the connection inside the process.
func (s *Server) register(transforms *engine.Engine) {
	services := inproc.Registrar{
		Server: s.grpc, Conn: s.inside, Outside: intercept.Readable,
		Streams: []string{dropin.ServiceName},
	}
	targets := engine.NewTargets(s.options.Destinations)
	wire.Register(services, transform.New(transform.Options{
		Engine:   transforms,
		Targets:  targets,
		InFlight: s.options.StreamInFlight,
		MaxAge:   s.options.MaxConnectionAge,
		Stopping: s.stopping,
		Logger:   s.logger,
	}))
	s.deliver = deliver.New(deliver.Options{
		Engine:       transforms,
		Targets:      targets,
		Sender:       s.options.Sender,
		Timeout:      s.options.DeliveryTimeout,
		StreamLinger: s.options.DeliveryStreamLinger,
		InFlight:     s.options.DeliveryInFlight,
		MaxAge:       s.options.MaxConnectionAge,
		Stopping:     s.stopping,
		Grace:        s.options.ShutdownTimeout / 4 * 3, // so that answers arrive before what is open is cut off
		Logger:       s.logger,
	})
	s.deliver.Register(services)
	transformerv1.RegisterDestinationServiceServer(services, &destinationService{})
	transformerv1.RegisterRudderTransformerServiceServer(services, dropin.New(dropin.Options{
		Engine:    transforms,
		Sender:    s.options.Sender,
		Strict:    s.options.ProxyStrict,
		MaxAnswer: s.options.MaxMessageBytes,
		MaxBody:   s.options.MaxTransformerBodyBytes,
		Memory:    s.options.Memory,
		Stopping:  s.stopping,
		Logger:    s.logger,
	}))
}

// serveHealth makes the health service say that the server and each of its services serve.
func (s *Server) serveHealth() {
	for name := range s.grpc.GetServiceInfo() {
		s.health.SetServingStatus(name, healthgrpc.HealthCheckResponse_SERVING)
	}
	healthgrpc.RegisterHealthServer(s.grpc, s.health)
}

// newInside makes the connection inside the process. It leads to the services that are registered with it.
func (s *Server) newInside(around *intercept.Chain) *inproc.Conn {
	return inproc.New(inproc.Options{
		Remote:   s.remote,
		Unary:    around.Unary(),
		Stream:   around.Stream(),
		Client:   s.options.Telemetry.Client(isRecorded),
		Server:   s.options.Telemetry.Server(isRecorded),
		MaxBytes: s.options.MaxMessageBytes,
		Remotely: intercept.IsInfrastructure,
	})
}

// isRecorded reports whether telemetry is told of a call: of all but those of health and reflection.
func isRecorded(call *stats.RPCTagInfo) bool { return !intercept.IsInfrastructure(call.FullMethodName) }

// serverOptions says how the gRPC server treats connections and calls.
func (s *Server) serverOptions(around *intercept.Chain) []grpc.ServerOption {
	options := []grpc.ServerOption{
		grpc.Creds(newServerCredentials(s.options.TLS)),
		grpc.UnaryInterceptor(around.Unary()),
		grpc.StreamInterceptor(intercept.ReadableStream(around.Stream())),
		grpc.UnknownServiceHandler(unknownCall),
		grpc.MaxRecvMsgSize(s.options.MaxMessageBytes),
		grpc.MaxSendMsgSize(s.options.MaxMessageBytes),
		grpc.MaxConcurrentStreams(s.options.MaxConcurrentStreams),
		grpc.KeepaliveEnforcementPolicy(
			keepalive.EnforcementPolicy{MinTime: minPingInterval, PermitWithoutStream: true},
		),
		grpc.KeepaliveParams(s.keepalive()),
		grpc.InTapHandle(s.arrivals.Admit),
		grpc.MaxHeaderListSize(maxHeaderBytes),
		grpc.WaitForHandlers(true),
		grpc.NumStreamWorkers(handlers),
	}
	options = append(options, wire.ServerOptions(wire.Limits{
		MaxEvents: s.options.MaxBatchEvents, MaxBytes: s.options.MaxMessageBytes, Memory: s.options.Memory,
	})...)
	if recorder := s.options.Telemetry.Server(isRecorded); recorder != nil {
		options = append(options, grpc.StatsHandler(recorder))
	}
	return options
}

// keepalive says when the server pings clients, and when it asks them to open another connection.
func (s *Server) keepalive() keepalive.ServerParameters {
	return keepalive.ServerParameters{
		Time: pingInterval, Timeout: pingTimeout,
		MaxConnectionAge: s.options.MaxConnectionAge,
		// A stream that was opened at the last moment comes to its own end before it is cut off.
		MaxConnectionAgeGrace: s.options.MaxConnectionAge / 4 * 5,
	}
}

// unknownCall answers calls of methods that do not exist.
func unknownCall(_ any, stream grpc.ServerStream) error {
	method, _ := grpc.MethodFromServerStream(stream)
	return apierr.NoSuchCall(method)
}

// dialLocal makes the connection inside the process.
func (s *Server) dialLocal() (*grpc.ClientConn, error) {
	conn, err := grpc.NewClient("passthrough:///"+telemetry.ServiceName,
		grpc.WithContextDialer(
			func(ctx context.Context, _ string) (net.Conn, error) { return s.local.DialContext(ctx) },
		),
		grpc.WithTransportCredentials(insecure.NewCredentials()),
		grpc.WithStatsHandler(s.options.Telemetry.Client(isRecorded)),
		grpc.WithDefaultCallOptions(
			grpc.MaxCallRecvMsgSize(s.options.MaxMessageBytes),
			grpc.MaxCallSendMsgSize(s.options.MaxMessageBytes)),
		grpc.WithDisableServiceConfig(),
	)
	if err != nil {
		return nil, fmt.Errorf("connect inside the process: %w", err)
	}
	return conn, nil
}

// Conn is a connection to the server inside the process. It works while Run does, which closes it at the end.
// Calls over it pass all that calls from outside do, bearer tokens included.
func (s *Server) Conn() grpc.ClientConnInterface { return s.inside }

// Admit says why a call with these values of authorization will be refused, or nil: for those in front of the
// server, who want to know before they read what is to be called with. The call itself is asked again.
func (s *Server) Admit(authorization []string) error { return s.around.Admit(authorization) }

// Services returns the names of the services, in alphabetical order.
func (s *Server) Services() []string {
	names := make([]string, 0, 4)
	for name := range s.grpc.GetServiceInfo() {
		names = append(names, name)
	}
	slices.Sort(names)
	return names
}
