package wire

import (
	"compress/gzip"
	"context"
	"fmt"
	"io"
	"sync"

	"google.golang.org/grpc"

	"github.com/rudder-clevertap/rudder-clevertap/internal/budget"
)

// unpacker unpacks messages that came compressed, up to a limit, with memory of a budget. gRPC's own takes the
// memory of any number of messages at once. The one that gRPC asks for a message has no way to say that there
// is no memory but to fail as if the message were broken; so it hands noMemory on, which the codec knows.
type unpacker struct {
	memory  *budget.Budget
	limit   int
	readers sync.Pool
}

var _ grpc.Decompressor = (*unpacker)(nil) //nolint:staticcheck // What replaced it is one for all servers of a process.

// noMemory stands for a message that there was no memory to unpack. It is known by where it is.
//
//nolint:gochecknoglobals // Nothing writes to it.
var noMemory = []byte{0xff}

// isNoMemory reports whether a message is noMemory.
func isNoMemory(message []byte) bool { return len(message) == 1 && &message[0] == &noMemory[0] }

// Type returns the name of the compression.
func (*unpacker) Type() string { return "gzip" }

// Do unpacks a message. One that is too long is cut where gRPC sees that it is.
func (u *unpacker) Do(packed io.Reader) ([]byte, error) {
	reader, used := u.readers.Get().(*gzip.Reader)
	if !used {
		reader = &gzip.Reader{}
	}
	defer u.readers.Put(reader)
	if err := reader.Reset(packed); err != nil {
		return nil, fmt.Errorf("it is not gzip: %w", err)
	}
	// The codec leases the memory again for as long as the message is used.
	lease := u.memory.Lease()
	defer lease.Release()
	var text []byte
	for {
		size := min(max(2*cap(text), minUnpacked), u.limit+1)
		if err := lease.Reserve(context.Background(), int64(size+cap(text))); err != nil {
			return noMemory, nil
		}
		text = append(make([]byte, 0, size), text...)
		for len(text) < cap(text) {
			n, err := reader.Read(text[len(text):cap(text)])
			text = text[:len(text)+n]
			if err == io.EOF { //nolint:errorlint // A reader gives it as it is.
				return text, nil
			} else if err != nil {
				return nil, fmt.Errorf("it is not gzip: %w", err)
			}
		}
		if len(text) > u.limit {
			return text, nil
		}
	}
}

// minUnpacked is how much memory is taken for a start.
const minUnpacked = 8 << 10
