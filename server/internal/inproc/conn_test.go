package inproc

import (
	"context"
	"testing"

	"github.com/stretchr/testify/require"
	"google.golang.org/grpc/metadata"
)

func TestNothingOfTheClientsContextReachesTheServer(t *testing.T) {
	t.Parallel()
	type key struct{}
	ctx, transport := serverContext(context.WithValue(metadata.AppendToOutgoingContext(t.Context(), "a", "b"), key{}, "secret"), "/m")
	require.Nil(t, ctx.Value(key{}))
	sent, _ := metadata.FromIncomingContext(ctx)
	require.Equal(t, []string{"b"}, sent.Get("a"))
	_, leaks := metadata.FromOutgoingContext(ctx)
	require.False(t, leaks)
	require.Equal(t, "/m", transport.Method())
}
