package server

import (
	"net"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"golang.org/x/net/http2"
)

// TestAClientThatPingsTooOftenIsCutOff: the keepalive policy holds for a client that knows nothing of it.
// (grpc-go's own would not ping that often.) Pings are free of charge now and then: the first ones are
// answered.
func TestAClientThatPingsTooOftenIsCutOff(t *testing.T) {
	t.Parallel()
	conn, err := (&net.Dialer{}).DialContext(t.Context(), "tcp", start(t, Options{}).addr)
	require.NoError(t, err)
	t.Cleanup(func() { _ = conn.Close() })
	require.NoError(t, conn.SetDeadline(time.Now().Add(10*time.Second)))
	_, err = conn.Write([]byte(http2.ClientPreface))
	require.NoError(t, err)
	framer := http2.NewFramer(conn, conn)
	require.NoError(t, framer.WriteSettings())
	const pings = 10
	for i := range pings {
		require.NoError(t, framer.WritePing(false, [8]byte{byte(i)}))
	}
	answered := 0
	for {
		frame, err := framer.ReadFrame()
		require.NoError(t, err, "the server says why it goes away")
		switch frame := frame.(type) {
		case *http2.PingFrame:
			answered++
		case *http2.GoAwayFrame:
			require.Equal(t, http2.ErrCodeEnhanceYourCalm, frame.ErrCode)
			require.Contains(t, string(frame.DebugData()), "too_many_pings")
			require.Positive(t, answered)
			require.Less(t, answered, pings)
			return
		}
	}
}
