package main

import (
	"math"
	"runtime/debug"
	"testing"
	"testing/fstest"

	"github.com/stretchr/testify/require"
)

func TestTheMemoryOfTheContainerIsTheLeastOfItsCgroups(t *testing.T) {
	t.Parallel()
	file := func(text string) *fstest.MapFile { return &fstest.MapFile{Data: []byte(text)} }
	for name, c := range map[string]struct {
		files fstest.MapFS
		want  int
	}{
		"no cgroups": {fstest.MapFS{}, math.MaxInt},
		"no bound":   {fstest.MapFS{"sys/fs/cgroup/memory.max": file("max\n")}, math.MaxInt},
		"its own":    {fstest.MapFS{"proc/self/cgroup": file("0::/\n"), "sys/fs/cgroup/memory.max": file("536870912\n")}, 512 << 20},
		"of a parent": {fstest.MapFS{
			"proc/self/cgroup": file("0::/pod/box\n"), "sys/fs/cgroup/pod/memory.max": file("1000"), "sys/fs/cgroup/pod/box/memory.max": file("2000"),
		}, 1000},
		"version 1": {fstest.MapFS{"proc/self/cgroup": file("3:memory:/x\n2:cpu:/y\n")}, math.MaxInt},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			require.Equal(t, c.want, containerMemory(c.files))
		})
	}
}

func TestTheMemoryLimitIsToldToTheGarbageCollector(t *testing.T) {
	t.Setenv("GOMEMLIMIT", "")
	before := debug.SetMemoryLimit(math.MaxInt64)
	defer debug.SetMemoryLimit(before)
	require.Equal(t, defaultMemory, limitMemory(0, fstest.MapFS{}))
	require.EqualValues(t, defaultMemory/10*9, debug.SetMemoryLimit(math.MaxInt64))
	require.Equal(t, 5000, limitMemory(5000, fstest.MapFS{}))
	require.EqualValues(t, 4500, debug.SetMemoryLimit(1<<30))
	t.Setenv("GOMEMLIMIT", "1GiB")
	require.Equal(t, 5000, limitMemory(5000, fstest.MapFS{}), "GOMEMLIMIT is somebody else's")
	require.EqualValues(t, 1<<30, debug.SetMemoryLimit(-1))
	require.Equal(t, 1<<30, limitMemory(0, fstest.MapFS{}))
}
