package main

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// traces is what go tool pprof -traces prints.
const traces = `File: rudder-clevertap
Type: cpu
Duration: 2s, Total samples = 100ms (5%)
-----------+-------------------------------------------------------
      10ms   runtime.memmove
             github.com/rudder-clevertap/rudder-clevertap/mapping/document.(*Document).Parse
             github.com/rudder-clevertap/rudder-clevertap/server.(*engine).transform
             google.golang.org/grpc.(*Server).processUnaryRPC
-----------+-------------------------------------------------------
      20ms   runtime.nextFreeFast (inline)
             runtime.mallocgc
             google.golang.org/grpc.(*Server).handleStream
-----------+-------------------------------------------------------
      30ms   internal/runtime/syscall/linux.Syscall6
             syscall.write
             internal/poll.(*FD).Write
             google.golang.org/grpc/internal/transport.(*bufWriter).Flush
-----------+-------------------------------------------------------
    40.50ms   runtime.scanObject
             runtime.gcDrain
             runtime.gcBgMarkWorker
-----------+-------------------------------------------------------
       1us   runtime.futex
             runtime.schedule
-----------+-------------------------------------------------------
       5ms   google.golang.org/grpc/internal/transport.(*loopyWriter).run
`

func TestProcessorTimeIsAddedUpByWhatItIsFor(t *testing.T) {
	t.Parallel()
	sums, err := sumStacks([]byte(traces))
	require.NoError(t, err)
	require.Equal(t, map[string]float64{
		"mapping": float64(10 * time.Millisecond), allocating: float64(20 * time.Millisecond), sockets: float64(30 * time.Millisecond),
		collecting: float64(40500 * time.Microsecond), scheduling: float64(time.Microsecond), "gRPC": float64(5 * time.Millisecond),
	}, sums)
	for area := range sums {
		require.Contains(t, areas(), area)
	}
}
