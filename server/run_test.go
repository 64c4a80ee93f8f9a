package server

import (
	"io"
	"net"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	healthgrpc "google.golang.org/grpc/health/grpc_health_v1"
	reflectiongrpc "google.golang.org/grpc/reflection/grpc_reflection_v1"
	"google.golang.org/grpc/status"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/reflect/protodesc"
	"google.golang.org/protobuf/reflect/protoreflect"
	"google.golang.org/protobuf/types/descriptorpb"

	transformerv1 "github.com/rudder-clevertap/rudder-clevertap/gen/transformer/v1"
	"github.com/rudder-clevertap/rudder-clevertap/internal/apierr"
)

// servingStatus asks the server for its health.
func servingStatus(t *testing.T, r *running, service string) healthgrpc.HealthCheckResponse_ServingStatus {
	t.Helper()
	resp, err := healthgrpc.NewHealthClient(r.conn).Check(t.Context(), &healthgrpc.HealthCheckRequest{Service: service})
	require.NoError(t, err)
	return resp.GetStatus()
}

func TestTheServerAndEachServiceServe(t *testing.T) {
	t.Parallel()
	r := start(t, Options{})
	for _, service := range []string{"", "transformer.v1.TransformService", "transformer.v1.DestinationService"} {
		require.Equal(t, healthgrpc.HealthCheckResponse_SERVING, servingStatus(t, r, service), service)
	}
	_, err := healthgrpc.NewHealthClient(r.conn).Check(t.Context(), &healthgrpc.HealthCheckRequest{Service: "nowhere"})
	require.Equal(t, codes.NotFound, status.Code(err), "as the health protocol says")
}

func TestStoppingEndsAnOpenStream(t *testing.T) {
	t.Parallel()
	r := start(t, Options{})
	stream := r.open(t)
	exchange(t, stream, firstMessage(1, track("m")))
	within(t, 5*time.Second, func() {
		r.stop()
		_, err := stream.Recv()
		requireFailure(t, err, codes.Unavailable, apierr.Unavailable)
		require.ErrorContains(t, err, "stopping")
		require.NoError(t, <-r.ended)
	})
}

func TestStoppingDeliversTheAnswersOfWhatWasRead(t *testing.T) {
	t.Parallel()
	const messages = 200
	r := start(t, Options{})
	stream := r.open(t)
	events := make([][]byte, 100)
	for i := range events {
		events[i] = track("m")
	}
	go func() {
		for i := range uint64(messages) {
			if stream.Send(firstMessage(i, events...)) != nil {
				return
			}
		}
	}()
	for next := uint64(0); ; next++ {
		resp, err := stream.Recv()
		if err != nil {
			requireFailure(t, err, codes.Unavailable, apierr.Unavailable)
			require.GreaterOrEqual(t, next, uint64(10))
			break
		}
		require.Equal(t, next, resp.GetSequence())
		require.Len(t, resp.GetResults(), len(events), "an answer is whole")
		if next == 10 {
			r.stop()
		}
	}
	require.NoError(t, <-r.ended)
}

func TestAStreamThatWillNotEndIsCutOffInTime(t *testing.T) {
	t.Parallel()
	const timeout = 500 * time.Millisecond
	r := start(t, Options{ShutdownTimeout: timeout})
	stream := r.open(t)
	event := []byte(`{"type":"track","userId":"u","event":"x","properties":{"text":"` + strings.Repeat("x", 256<<10) + `"}}`)
	sending := make(chan error, 1)
	var sent atomic.Uint64
	go func() {
		var err error
		for err == nil {
			err = stream.Send(firstMessage(sent.Add(1), event))
		}
		sending <- err
	}()
	// The client never reads, so the server waits for it once nothing moves any more.
	require.Eventually(t, func() bool {
		before := sent.Load()
		time.Sleep(timeout)
		return before > 1 && sent.Load() == before
	}, time.Minute, time.Millisecond)
	r.stop()
	within(t, 20*timeout, func() { require.ErrorContains(t, <-r.ended, "cut off") })
	require.Error(t, <-sending)
	_, err := stream.Recv()
	for err == nil {
		_, err = stream.Recv()
	}
	require.Equal(t, codes.Unavailable, status.Code(err))
}

func TestCallsAreServedWhileTheServerDrains(t *testing.T) {
	t.Parallel()
	r := start(t, Options{})
	watch, err := healthgrpc.NewHealthClient(r.conn).Watch(t.Context(), &healthgrpc.HealthCheckRequest{})
	require.NoError(t, err)
	for _, want := range []healthgrpc.HealthCheckResponse_ServingStatus{
		healthgrpc.HealthCheckResponse_SERVING, healthgrpc.HealthCheckResponse_NOT_SERVING,
	} {
		resp, err := watch.Recv()
		require.NoError(t, err)
		require.Equal(t, want, resp.GetStatus())
		r.Drain()
	}
	_, err = r.client().Transform(t.Context(), jsonRequest(string(track("m"))))
	require.NoError(t, err)
	stream := r.open(t)
	r.Finish()
	r.Finish()
	_, err = stream.Recv()
	requireFailure(t, err, codes.Unavailable, apierr.Unavailable)
	_, err = r.client().Transform(t.Context(), jsonRequest(string(track("m"))))
	require.NoError(t, err, "only streams come to an end")
	r.stop()
	require.NoError(t, <-r.ended)
	_, err = watch.Recv()
	require.Equal(t, codes.Canceled, status.Code(err), "watchers do not hold the server up")
	_, err = transformerv1.NewTransformServiceClient(r.Conn()).Transform(t.Context(), jsonRequest(`{}`))
	require.Equal(t, codes.Canceled, status.Code(err), "the connection is closed at the end")
}

func TestAListenerThatFailsEndsTheServer(t *testing.T) {
	t.Parallel()
	srv, err := New(Options{})
	require.NoError(t, err)
	broken, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	require.NoError(t, broken.Close())
	err = srv.Run(t.Context(), broken)
	require.ErrorContains(t, err, "serve grpc")
	require.ErrorIs(t, err, net.ErrClosed)
}

func TestToolsCanReadTheContract(t *testing.T) {
	t.Parallel()
	r := start(t, Options{})
	stream, err := reflectiongrpc.NewServerReflectionClient(r.conn).ServerReflectionInfo(t.Context())
	require.NoError(t, err)
	require.NoError(t, stream.Send(&reflectiongrpc.ServerReflectionRequest{
		MessageRequest: &reflectiongrpc.ServerReflectionRequest_ListServices{},
	}))
	resp, err := stream.Recv()
	require.NoError(t, err)
	var names []string
	for _, service := range resp.GetListServicesResponse().GetService() {
		names = append(names, service.GetName())
	}
	require.Equal(t, r.Services(), names)
	require.NoError(t, stream.CloseSend())
	_, err = stream.Recv()
	require.ErrorIs(t, err, io.EOF)
}

// TestReflectionTellsWhatErrorsAreMadeOf: a client that knows nothing of ours reads reasons with what comes along
// with any of the services.
func TestReflectionTellsWhatErrorsAreMadeOf(t *testing.T) {
	t.Parallel()
	r := start(t, Options{})
	for _, service := range r.Services() {
		if !strings.HasPrefix(service, "transformer.") {
			continue
		}
		// A stream has each file once.
		stream, err := reflectiongrpc.NewServerReflectionClient(r.conn).ServerReflectionInfo(t.Context())
		require.NoError(t, err)
		require.NoError(t, stream.Send(&reflectiongrpc.ServerReflectionRequest{
			MessageRequest: &reflectiongrpc.ServerReflectionRequest_FileContainingSymbol{FileContainingSymbol: service},
		}))
		resp, err := stream.Recv()
		require.NoError(t, err)
		told := &descriptorpb.FileDescriptorSet{}
		for _, text := range resp.GetFileDescriptorResponse().GetFileDescriptorProto() {
			file := &descriptorpb.FileDescriptorProto{}
			require.NoError(t, proto.Unmarshal(text, file))
			told.File = append(told.File, file)
		}
		files, err := protodesc.NewFiles(told)
		require.NoError(t, err)
		info, err := files.FindDescriptorByName("google.rpc.ErrorInfo")
		require.NoError(t, err, service)
		require.NotNil(t, info.(protoreflect.MessageDescriptor).Fields().ByName("metadata"))
		field, err := files.FindDescriptorByName("google.rpc.BadRequest.FieldViolation.reason")
		require.NoError(t, err, service)
		require.NotNil(t, field)
		_, err = files.FindDescriptorByName("transformer.v1.ErrorReason")
		require.NoError(t, err, service)
		require.NoError(t, stream.CloseSend())
		_, err = stream.Recv()
		require.ErrorIs(t, err, io.EOF)
	}
}

func TestCallersMayCompress(t *testing.T) {
	t.Parallel()
	r := start(t, Options{})
	resp, err := r.client().Transform(t.Context(), jsonRequest(string(track("m"))), grpc.UseCompressor("gzip"))
	require.NoError(t, err)
	require.Equal(t, transformerv1.Status_STATUS_TRANSFORMED, resp.GetStatus())
}

func TestAServerThatNeverRanCanBeClosed(t *testing.T) {
	t.Parallel()
	srv, err := New(Options{NoReflection: true})
	require.NoError(t, err)
	require.Equal(t, []string{
		"grpc.health.v1.Health", "transformer.v1.DeliveryService", "transformer.v1.DestinationService", "transformer.v1.RudderTransformerService",
		"transformer.v1.TransformService",
	}, srv.Services())
	require.NoError(t, srv.Close())
}

func TestAServerThatHasStoppedServesNoMore(t *testing.T) {
	t.Parallel()
	srv, err := New(Options{})
	require.NoError(t, err)
	require.NoError(t, srv.Stop(t.Context()))
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	require.NoError(t, srv.Serve(listener))
	_, err = listener.Accept()
	require.ErrorIs(t, err, net.ErrClosed)
}
