package server

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"google.golang.org/grpc/codes"
	healthgrpc "google.golang.org/grpc/health/grpc_health_v1"
	"google.golang.org/grpc/metadata"
	reflectiongrpc "google.golang.org/grpc/reflection/grpc_reflection_v1"
	"google.golang.org/grpc/status"

	transformerv1 "github.com/rudder-clevertap/rudder-clevertap/gen/transformer/v1"
	"github.com/rudder-clevertap/rudder-clevertap/internal/apierr"
	"github.com/rudder-clevertap/rudder-clevertap/internal/config"
)

func TestCallsNeedATokenThatTheServerKnows(t *testing.T) {
	t.Parallel()
	tokens, err := config.ParseTokens(strings.NewReader("billing:good"))
	require.NoError(t, err)
	r := start(t, Options{Callers: tokens})
	for name, c := range map[string]struct {
		header []string
		ok     bool
	}{
		"no token":        {nil, false},
		"a wrong token":   {[]string{"authorization", "Bearer bad"}, false},
		"another scheme":  {[]string{"authorization", "Basic good"}, false},
		"nothing else":    {[]string{"authorization", "good"}, false},
		"the right token": {[]string{"authorization", "Bearer good"}, true},
		"in any case":     {[]string{"authorization", "bearer good"}, true},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			ctx := metadata.AppendToOutgoingContext(t.Context(), c.header...)
			_, err := r.client().BatchTransform(ctx, &transformerv1.BatchTransformRequest{Target: toJSON()})
			stream, openErr := r.client().StreamTransform(ctx)
			require.NoError(t, openErr)
			require.NoError(t, stream.CloseSend())
			_, streamErr := stream.Recv()
			listing, openErr := reflectiongrpc.NewServerReflectionClient(r.conn).ServerReflectionInfo(ctx)
			require.NoError(t, openErr)
			require.NoError(t, listing.CloseSend())
			_, listErr := listing.Recv()
			if c.ok {
				require.NoError(t, err)
				require.EqualError(t, streamErr, "EOF")
				require.EqualError(t, listErr, "EOF")
				return
			}
			requireFailure(t, err, codes.Unauthenticated, apierr.Unauthenticated)
			requireFailure(t, streamErr, codes.Unauthenticated, apierr.Unauthenticated)
			require.Equal(t, codes.Unauthenticated, status.Code(listErr), "reflection needs a token")
		})
	}
	_, err = healthgrpc.NewHealthClient(r.conn).Check(t.Context(), &healthgrpc.HealthCheckRequest{})
	require.NoError(t, err, "health needs none")
}

func TestFromOutsideTransformerCallsNeedAToken(t *testing.T) {
	t.Parallel()
	tokens, err := config.ParseTokens(strings.NewReader("ops:TOKEN"))
	require.NoError(t, err)
	r := start(t, Options{Callers: tokens})
	_, err = transformerv1.NewRudderTransformerServiceClient(r.conn).Features(t.Context(), &transformerv1.FeaturesRequest{})
	requireFailure(t, err, codes.Unauthenticated, apierr.Unauthenticated)
	inside := transformerv1.NewRudderTransformerServiceClient(r.Conn())
	_, err = inside.Features(t.Context(), &transformerv1.FeaturesRequest{})
	require.NoError(t, err)
	stream, err := inside.RouterBatch(t.Context())
	require.NoError(t, err)
	require.NoError(t, stream.Send(&transformerv1.RouterBatchRequest{Head: &transformerv1.RequestHead{}, Body: []byte(`{}`)}))
	require.NoError(t, stream.CloseSend())
	answer, err := stream.Recv()
	require.NoError(t, err)
	require.EqualValues(t, 400, answer.GetHead().GetStatusCode())
	_, err = transformerv1.NewDestinationServiceClient(r.Conn()).DescribeDestination(t.Context(), &transformerv1.DescribeDestinationRequest{})
	requireFailure(t, err, codes.Unauthenticated, apierr.Unauthenticated)
}
