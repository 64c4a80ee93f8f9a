package main

import (
	"os"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

func TestTheUseOfProcessorAndMemoryIsThatOfTheProcess(t *testing.T) {
	t.Parallel()
	before, err := cpuTime(os.Getpid())
	require.NoError(t, err)
	for began := time.Now(); time.Since(began) < 20*time.Millisecond; {
		_ = machine()
	}
	after, err := cpuTime(os.Getpid())
	require.NoError(t, err)
	require.Greater(t, after-before, 5*time.Millisecond)
	peak, err := peakMemory(os.Getpid())
	require.NoError(t, err)
	require.Greater(t, peak, int64(1<<20))
	_, err = cpuTime(1<<22 + 1)
	require.Error(t, err)
	_, err = peakMemory(1<<22 + 1)
	require.Error(t, err)
}
