package main

import (
	"os"
	"runtime"
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
