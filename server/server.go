// Package server is the gRPC server: its services, what surrounds each call (request ids, logs, error mapping, recovery,
// authentication, limits, validation), health, telemetry, configuration, and an orderly start and end.
//
// It holds no mapping rules, which are the mapping's, and no HTTP, which is the gateway's.
package server

import (
	"context"
	"fmt"
	"log/slog"
	"net"
	"slices"
	"time"

	"go.opentelemetry.io/contrib/instrumentation/google.golang.org/grpc/otelgrpc"
	"google.golang.org/grpc"
	"google.golang.org/grpc/credentials/insecure"
	_ "google.golang.org/grpc/encoding/gzip" // so that callers may compress
	"google.golang.org/grpc/health"
	healthgrpc "google.golang.org/grpc/health/grpc_health_v1"
	"google.golang.org/grpc/keepalive"
	"google.golang.org/grpc/reflection"
	"google.golang.org/grpc/stats"
	"google.golang.org/grpc/test/bufconn"

	transformerv1 "github.com/rudder-clevertap/rudder-clevertap/gen/transformer/v1"
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
	// handlers is how many goroutines wait for calls. Their stacks have grown to what a call needs, which takes a new goroutine, as
	// calls beyond that number get, a quarter of the whole call.
	handlers = 32
)

// Server is the gRPC server and its connection inside the process.
type Server struct {
	options    Options
	logger     *slog.Logger
	validator  *validator
	transforms *transformService
	rudder     *rudderService
	grpc       *grpc.Server
	health     *health.Server
	local      *bufconn.Listener
	conn       *grpc.ClientConn
	inside     *insideConn
	// stopping is closed when open streams are to end.
	stopping chan struct{}
}

// New returns a server that does not serve yet. Whoever has it must call Run, which ends all that New started.
func New(options Options) (*Server, error) {
	options = options.withDefaults()
	s := &Server{
		options:  options,
		logger:   options.Logger,
		health:   health.NewServer(),
		local:    bufconn.Listen(localBuffer),
		stopping: make(chan struct{}),
	}
	metrics, err := newInstruments(options.Telemetry.MeterProvider.Meter(scopeName))
	if err != nil {
		return nil, err
	}
	if s.validator, err = newValidator(); err != nil {
		return nil, err
	}
	if s.conn, err = s.dialLocal(); err != nil {
		return nil, err
	}
	s.grpc = grpc.NewServer(s.serverOptions()...)
	s.inside = s.newLocalConn()
	services := registry{Server: s.grpc, local: s.inside}
	s.transforms = &transformService{
		destinations: options.Destinations,
		engine:       newEngine(options.Telemetry.TracerProvider.Tracer(scopeName), metrics, s.logger),
		inFlight:     options.StreamInFlight,
		maxAge:       options.MaxConnectionAge,
		stopping:     s.stopping,
		logger:       s.logger,
	}
	wire.Register(services, s.transforms)
	transformerv1.RegisterDestinationServiceServer(services, &destinationService{})
	s.rudder = newRudderService(options, s.transforms.engine, s.stopping)
	transformerv1.RegisterRudderTransformerServiceServer(services, s.rudder)
	s.serveHealth()
	if !options.NoReflection {
		reflection.Register(s.grpc)
	}
	return s, nil
}

// serveHealth makes the health service say that the server and each of its services serve.
func (s *Server) serveHealth() {
	for name := range s.grpc.GetServiceInfo() {
		s.health.SetServingStatus(name, healthgrpc.HealthCheckResponse_SERVING)
	}
	healthgrpc.RegisterHealthServer(s.grpc, s.health)
}

// newLocalConn makes the connection inside the process. It leads to the services that are registered by way of a registry.
func (s *Server) newLocalConn() *insideConn {
	client, server := s.statsHandlers()
	return &insideConn{
		remote:       s.conn,
		methods:      map[string]localMethod{},
		streams:      map[string]localStreamMethod{},
		around:       unaryChain(s.interceptors()),
		aroundStream: streamChain(s.interceptors()),
		client:       client,
		server:       server,
		maxBytes:     s.options.MaxMessageBytes,
	}
}

// serverOptions says how the gRPC server treats connections and calls.
func (s *Server) serverOptions() []grpc.ServerOption {
	options := []grpc.ServerOption{
		grpc.Creds(newServerCredentials(s.options.TLS)),
		grpc.UnaryInterceptor(unaryChain(s.interceptors())),
		grpc.StreamInterceptor(streamChain(s.interceptors())),
		grpc.UnknownServiceHandler(unknownCall),
		grpc.MaxRecvMsgSize(s.options.MaxMessageBytes),
		grpc.MaxSendMsgSize(s.options.MaxMessageBytes),
		grpc.MaxConcurrentStreams(s.options.MaxConcurrentStreams),
		grpc.KeepaliveEnforcementPolicy(keepalive.EnforcementPolicy{MinTime: minPingInterval, PermitWithoutStream: true}),
		grpc.KeepaliveParams(s.keepalive()),
		grpc.WaitForHandlers(true),
		grpc.NumStreamWorkers(handlers),
	}
	options = append(options, wire.ServerOptions(s.options.MaxBatchEvents)...)
	if !s.options.Telemetry.silent() {
		options = append(options, grpc.StatsHandler(otelgrpc.NewServerHandler(s.telemetryOptions()...)))
	}
	return options
}

// statsHandlers returns what is told of the two ends of a call inside the process.
func (s *Server) statsHandlers() (client, server stats.Handler) {
	client = otelgrpc.NewClientHandler(s.telemetryOptions()...)
	if t := s.options.Telemetry; t.silent() {
		return silentClient{client}, silentServer{}
	}
	return client, otelgrpc.NewServerHandler(s.telemetryOptions()...)
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
	return errUnknownCall(method)
}

// telemetryOptions says what gRPC's instrumentation records: all calls but those of health and reflection.
func (s *Server) telemetryOptions() []otelgrpc.Option {
	return []otelgrpc.Option{
		otelgrpc.WithTracerProvider(s.options.Telemetry.TracerProvider),
		otelgrpc.WithMeterProvider(s.options.Telemetry.MeterProvider),
		otelgrpc.WithPropagators(s.options.Telemetry.Propagator),
		otelgrpc.WithFilter(func(call *stats.RPCTagInfo) bool { return !isInfrastructure(call.FullMethodName) }),
	}
}

// dialLocal makes the connection inside the process.
func (s *Server) dialLocal() (*grpc.ClientConn, error) {
	conn, err := grpc.NewClient("passthrough:///"+serviceName,
		grpc.WithContextDialer(func(ctx context.Context, _ string) (net.Conn, error) { return s.local.DialContext(ctx) }),
		grpc.WithTransportCredentials(insecure.NewCredentials()),
		grpc.WithStatsHandler(otelgrpc.NewClientHandler(s.telemetryOptions()...)),
		grpc.WithDefaultCallOptions(
			grpc.MaxCallRecvMsgSize(s.options.MaxMessageBytes), grpc.MaxCallSendMsgSize(s.options.MaxMessageBytes)),
		grpc.WithDisableServiceConfig(),
	)
	if err != nil {
		return nil, fmt.Errorf("connect inside the process: %w", err)
	}
	return conn, nil
}

// Conn is a connection to the server inside the process. It works while Run does, which closes it at the end. Calls over it
// pass all that calls from outside do, bearer tokens included.
func (s *Server) Conn() grpc.ClientConnInterface { return s.inside }

// Services returns the names of the services, in alphabetical order.
func (s *Server) Services() []string {
	names := make([]string, 0, 4)
	for name := range s.grpc.GetServiceInfo() {
		names = append(names, name)
	}
	slices.Sort(names)
	return names
}
