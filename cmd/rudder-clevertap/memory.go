package main

import (
	"io/fs"
	"math"
	"os"
	"path"
	"runtime"
	"runtime/debug"
	"strconv"
	"strings"
)

// headroom is how much the heap may grow before the garbage collector runs for the first time, whatever is in use. Little is in
// use between calls, or between blocks of a file, and without it the collector runs many times a second for nothing.
const headroom = 48 << 20

// reserveHeap makes the garbage collector count headroom as in use, until the returned function is called. It is memory that
// is never touched, so the system never provides it; and unlike a larger GOGC, it does not multiply what large requests need.
// Whoever sets GOGC or GOMEMLIMIT decides alone.
func reserveHeap() (release func()) {
	if os.Getenv("GOGC") != "" || os.Getenv("GOMEMLIMIT") != "" {
		return func() {}
	}
	reserve := make([]byte, headroom)
	return func() { runtime.KeepAlive(reserve) }
}

// defaultMemory is how much memory the process may take when nobody says otherwise.
const defaultMemory = 1 << 30

// limitMemory returns how much memory the process may take: what the setting says, else what GOMEMLIMIT does, else what its
// container may, but no more than defaultMemory. Unless GOMEMLIMIT is set, it tells the garbage collector, which is to do what
// it can to stay below, with room for what is not its own.
func limitMemory(setting int, root fs.FS) int {
	if os.Getenv("GOMEMLIMIT") == "" {
		limit := setting
		if limit == 0 {
			limit = min(containerMemory(root), defaultMemory)
		}
		debug.SetMemoryLimit(int64(limit) / 10 * 9)
		return limit
	}
	if setting == 0 {
		return int(min(debug.SetMemoryLimit(-1), math.MaxInt/2))
	}
	return setting
}

// containerMemory returns how much memory the process's cgroup may take (version 2: memory.max), or the most there can be
// where there is no such bound.
func containerMemory(root fs.FS) int {
	least := math.MaxInt
	own, _ := fs.ReadFile(root, "proc/self/cgroup")
	name, _ := strings.CutPrefix(strings.TrimSpace(string(own)), "0::")
	for at := path.Join("sys/fs/cgroup", name); strings.HasPrefix(at, "sys/fs/cgroup"); at = path.Dir(at) {
		text, err := fs.ReadFile(root, path.Join(at, "memory.max"))
		if err != nil {
			continue
		}
		if limit, err := strconv.Atoi(strings.TrimSpace(string(text))); err == nil && limit > 0 {
			least = min(least, limit)
		}
	}
	return least
}
