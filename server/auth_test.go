package server

import (
	"os"
	"path/filepath"
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
)

func TestTokensAreReadLineByLine(t *testing.T) {
	t.Parallel()
	tokens, err := ParseTokens(strings.NewReader("\uFEFFsearch:another\r\n# callers\n\n billing:t0p:secret \nbilling:next"))
	require.NoError(t, err)
	for token, caller := range map[string]string{"t0p:secret": "billing", "another": "search", "next": "billing"} {
		name, known := tokens.Caller(token)
		require.True(t, known)
		require.Equal(t, caller, name)
	}
	for _, token := range []string{"", "t0p", "another ", "ANOTHER", "billing"} {
		_, known := tokens.Caller(token)
		require.False(t, known, token)
	}
}

func TestTokensThatCanNotBeReadNameTheLineAndNoToken(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		"":                     "no tokens",
		"# nobody\n":           "no tokens",
		"a:1\nloneword":        "line 2: write NAME:TOKEN",
		":s3cr3t":              "line 1: write NAME:TOKEN",
		"a:":                   "line 1: write NAME:TOKEN",
		"a s3cr3t":             "line 1: write NAME:TOKEN",
		"a:s3cr3t s3cr3t":      "line 1: write NAME:TOKEN without blanks",
		"a: s3cr3t":            "line 1: write NAME:TOKEN without blanks",
		"team a:s3cr3t":        "line 1: write NAME:TOKEN without blanks",
		"s3cr3t\tteam:a":       "line 1: write NAME:TOKEN without blanks",
		"team\u00A0a:s3cr3t":   "line 1: write NAME:TOKEN without blanks",
		"a:s3cr3t\n\xff:x":     "line 2: the text is not UTF-8",
		"s3cr3t:x\n\ns3cr3t:x": "line 3: the token is given twice",
	} {
		_, err := ParseTokens(strings.NewReader(text))
		require.ErrorContains(t, err, want)
		require.NotContains(t, err.Error(), "s3cr3t")
	}
	_, err := LoadTokens(filepath.Join(t.TempDir(), "absent"))
	require.ErrorIs(t, err, os.ErrNotExist)
}

func FuzzTokens(f *testing.F) {
	f.Add("billing:t0p\nsearch:another\n# x")
	f.Fuzz(func(t *testing.T, text string) {
		tokens, err := ParseTokens(strings.NewReader(text))
		if err != nil {
			return
		}
		require.NotEmpty(t, tokens.callers)
		for _, c := range tokens.callers {
			require.NotEmpty(t, strings.TrimSpace(c.name))
			require.NotContains(t, c.name, ":")
		}
		_, known := tokens.Caller("")
		require.False(t, known)
	})
}

func TestCallsNeedATokenThatTheServerKnows(t *testing.T) {
	t.Parallel()
	tokens, err := ParseTokens(strings.NewReader("billing:good"))
	require.NoError(t, err)
	r := start(t, Options{Tokens: tokens})
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
	tokens, err := ParseTokens(strings.NewReader("ops:TOKEN"))
	require.NoError(t, err)
	r := start(t, Options{Tokens: tokens})
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
