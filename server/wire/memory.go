package wire

import (
	"math/bits"
	"sync"

	"google.golang.org/grpc/mem"
)

// memory lends memory for messages, by powers of two from 1 KiB to 4 MiB; larger messages get memory of their
// own. gRPC's own pool has nothing between 32 KiB and 1 MiB and clears all of what it lends, which for a
// batch of 100 events takes as long as transforming some of them. What this one lends has whatever was there
// before.
type memory struct {
	bySize [maxMemoryBits + 1]sync.Pool
}

const (
	minMemoryBits = 10
	maxMemoryBits = 22
)

var _ mem.BufferPool = (*memory)(nil)

// Get returns memory of a length.
func (m *memory) Get(length int) *[]byte {
	size := max(bits.Len(uint(max(length, 1)-1)), minMemoryBits)
	if size > maxMemoryBits {
		b := make([]byte, length)
		return &b
	}
	b, ok := m.bySize[size].Get().(*[]byte)
	if !ok {
		fresh := make([]byte, 1<<size)
		b = &fresh
	}
	*b = (*b)[:length]
	return b
}

// Put takes memory back.
func (m *memory) Put(b *[]byte) {
	size := bits.Len(uint(cap(*b))) - 1
	if size < minMemoryBits || size > maxMemoryBits {
		return
	}
	m.bySize[size].Put(b)
}
