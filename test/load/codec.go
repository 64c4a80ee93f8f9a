package main

import (
	"fmt"

	"google.golang.org/grpc/mem"
)

// frame is one gRPC message as the bytes it came in. Whoever gets one by Unmarshal must send it on or free it.
type frame struct{ data mem.BufferSlice }

// rawCodec takes and gives messages as raw bytes, without a look at them: what any codec costs beyond it is that codec's own.
type rawCodec struct {
	// zeroCopy passes on gRPC's own buffers, in pieces. Otherwise each message is one byte slice, as servers and their handlers
	// have it.
	zeroCopy bool
}

// Marshal hands the frame's bytes to gRPC, which frees them once they are sent.
func (rawCodec) Marshal(v any) (mem.BufferSlice, error) {
	f, ok := v.(*frame)
	if !ok {
		return nil, fmt.Errorf("raw codec: cannot send a %T", v)
	}
	return f.data, nil
}

// Unmarshal keeps the bytes.
func (c rawCodec) Unmarshal(data mem.BufferSlice, v any) error {
	f, ok := v.(*frame)
	if !ok {
		return fmt.Errorf("raw codec: cannot receive a %T", v)
	}
	if c.zeroCopy {
		data.Ref()
		f.data = data
		return nil
	}
	f.data = mem.BufferSlice{mem.SliceBuffer(data.Materialize())}
	return nil
}

// Name is empty, so that a client names no codec and each server takes its own.
func (rawCodec) Name() string { return "" }

// request returns a frame of bytes that stay as they are.
func request(text []byte) *frame { return &frame{data: mem.BufferSlice{mem.SliceBuffer(text)}} }
