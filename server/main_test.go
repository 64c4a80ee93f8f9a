package server

import (
	"context"
	"net"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"
	"google.golang.org/genproto/googleapis/rpc/errdetails"
	spb "google.golang.org/genproto/googleapis/rpc/status"
	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/credentials/insecure"
	"google.golang.org/grpc/status"

	clevertapv1 "github.com/rudder-clevertap/rudder-clevertap/gen/clevertap/v1"
	transformerv1 "github.com/rudder-clevertap/rudder-clevertap/gen/transformer/v1"
	"github.com/rudder-clevertap/rudder-clevertap/internal/apierr"
	"github.com/rudder-clevertap/rudder-clevertap/mapping"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// secret is a passcode that must not show where it does not belong.
const secret = "PASSCODE-7f3a"

// running is a server that serves on this machine, and a connection to it.
type running struct {
	*Server

	addr string
	conn *grpc.ClientConn
	stop context.CancelFunc
	// ended holds what Run returned.
	ended chan error
}

// start runs a server until the test ends, when it must have ended without an error, unless the test took
// it from ended.
func start(t *testing.T, options Options) *running {
	t.Helper()
	srv, err := New(options)
	require.NoError(t, err)
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	ctx, cancel := context.WithCancel(t.Context())
	r := &running{Server: srv, addr: listener.Addr().String(), stop: cancel, ended: make(chan error, 1)}
	go func() {
		r.ended <- srv.Run(ctx, listener)
		close(r.ended)
	}()
	if options.TLS == nil {
		r.conn = dial(t, r.addr)
	}
	t.Cleanup(func() {
		if r.conn != nil {
			r.conn.Close()
		}
		cancel()
		require.NoError(t, <-r.ended)
	})
	return r
}

// dial returns a plain connection.
func dial(t *testing.T, addr string, options ...grpc.DialOption) *grpc.ClientConn {
	t.Helper()
	conn, err := grpc.NewClient(addr, append([]grpc.DialOption{grpc.WithTransportCredentials(insecure.NewCredentials())}, options...)...)
	require.NoError(t, err)
	t.Cleanup(func() { conn.Close() })
	return conn
}

// client returns a client of the transform service.
func (r *running) client() transformerv1.TransformServiceClient {
	return transformerv1.NewTransformServiceClient(r.conn)
}

// settings are those of a destination that takes anonymous visitors.
func settings() *clevertapv1.Destination {
	return &clevertapv1.Destination{AccountId: "ACCOUNT-1", Passcode: secret, Region: "in1", TrackAnonymous: true}
}

// settingsJSON are the same settings as RudderStack's JSON.
const settingsJSON = `{"accountId":"ACCOUNT-1","passcode":"` + secret + `","region":"in1","trackAnonymous":true}`

// registered are destinations of a configuration.
func registered(t *testing.T) Destinations {
	t.Helper()
	to, failed := mapping.ParseDestination([]byte(settingsJSON))
	require.Nil(t, failed)
	return Destinations{"shop": to}
}

// toJSON is the target of a request as JSON.
func toJSON() *transformerv1.BatchTransformRequest_DestinationJson {
	return &transformerv1.BatchTransformRequest_DestinationJson{DestinationJson: []byte(settingsJSON)}
}

// track is a track call as JSON.
func track(messageID string) []byte {
	return []byte(`{"type":"track","messageId":"` + messageID + `","userId":"u-1","event":"Checked Out","properties":{"total":2}}`)
}

// reasonOfStatus returns the reason of a status, which must have one.
func reasonOfStatus(t *testing.T, st *spb.Status) *errdetails.ErrorInfo {
	t.Helper()
	for _, detail := range st.GetDetails() {
		info := &errdetails.ErrorInfo{}
		if detail.MessageIs(info) {
			require.NoError(t, detail.UnmarshalTo(info))
			require.Equal(t, apierr.Domain, info.GetDomain())
			return info
		}
	}
	require.Fail(t, "the status has no ErrorInfo", "%v", st)
	return nil
}

// requireFailure demands that a call failed with a code and a reason, and returns the reason's details.
func requireFailure(t *testing.T, err error, code codes.Code, reason mapping.Reason) *errdetails.ErrorInfo {
	t.Helper()
	st, ok := status.FromError(err)
	require.True(t, ok, "%v", err)
	require.Equal(t, code.String(), st.Code().String(), st.Message())
	info := reasonOfStatus(t, st.Proto())
	require.Equal(t, string(reason), info.GetReason(), st.Message())
	require.NotContains(t, st.Message(), secret)
	return info
}

// within fails the test when f takes longer.
func within(t *testing.T, limit time.Duration, f func()) {
	t.Helper()
	begin := time.Now()
	f()
	require.Less(t, time.Since(begin), limit)
}
