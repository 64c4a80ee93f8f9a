package main

import (
	"bufio"
	"compress/gzip"
	"errors"
	"io"
	"os"
	"sync/atomic"
)

// stdinArgument is the file name that stands for standard input.
const stdinArgument = "-"

// byteOrderMark is what some editors begin a text with. It is no part of it.
const byteOrderMark = "\uFEFF"

// inputs are the files that a command reads, one after the other.
type inputs struct {
	sources []source
	// size is how many bytes the files hold, compressed ones as they are; 0 when one of them has no known size.
	size int64
	// read is how many of these bytes have been read.
	read atomic.Int64
	// passed is how many of them were passed by.
	passed atomic.Int64
}

// pass passes a source by.
func (in *inputs) pass(by source) {
	if size, known := by.size(); known {
		in.passed.Add(size)
		in.read.Add(size)
	}
}

// source is one of the inputs.
type source struct {
	// name is how messages call it.
	name string
	// path is the file, unless stream is given.
	path   string
	stream io.Reader
}

// newInputs lists the inputs that the arguments name; no argument means standard input.
func newInputs(arguments []string, stdin io.Reader) *inputs {
	if len(arguments) == 0 {
		arguments = []string{stdinArgument}
	}
	in := &inputs{}
	known := true
	for _, argument := range arguments {
		next := source{name: argument, path: argument}
		if argument == stdinArgument {
			next = source{name: "stdin", stream: stdin}
		}
		in.sources = append(in.sources, next)
		size, ok := next.size()
		in.size += size
		known = known && ok
	}
	if !known {
		in.size = 0
	}
	return in
}

// size says how many bytes the source holds, if that is known.
func (s source) size() (int64, bool) {
	var (
		info os.FileInfo
		err  error
	)
	switch file, ok := s.stream.(*os.File); {
	case ok:
		info, err = file.Stat()
	case s.stream == nil:
		info, err = os.Stat(s.path)
	default:
		return 0, false
	}
	if err != nil || !info.Mode().IsRegular() {
		return 0, false
	}
	return info.Size(), true
}

// open opens a source, and unpacks it when it is compressed.
func (in *inputs) open(from source) (io.ReadCloser, error) {
	raw, err := from.open()
	if err != nil {
		return nil, err
	}
	// A large Read passes the buffer by, so that plain text is not copied twice.
	buffered := bufio.NewReader(&countingReader{from: raw, count: &in.read})
	// No JSON text begins with these bytes: they tell gzip, whatever the file is called. What is wrong with a source that
	// can't be peeked at shows when it is read.
	if magic, _ := buffered.Peek(2); string(magic) != "\x1f\x8b" {
		return readCloser{withoutMark(buffered), raw}, nil
	}
	unpacked, err := gzip.NewReader(buffered)
	if err != nil {
		return nil, errors.Join(gzipError(err), raw.Close())
	}
	return readCloser{withoutMark(bufio.NewReader(gzipReader{unpacked})), raw}, nil
}

// withoutMark passes a byte order mark at the beginning by. It waits for no more than it takes to tell that there is none.
func withoutMark(in *bufio.Reader) *bufio.Reader {
	for n := range len(byteOrderMark) {
		if begin, _ := in.Peek(n + 1); string(begin) != byteOrderMark[:n+1] {
			return in
		}
	}
	_, _ = in.Discard(len(byteOrderMark)) // They have been peeked at.
	return in
}

// gzipReader is a reader of gzip data that says so when they are cut short.
type gzipReader struct{ *gzip.Reader }

// Read reads on.
func (r gzipReader) Read(p []byte) (int, error) {
	n, err := r.Reader.Read(p)
	return n, gzipError(err)
}

// gzipError says what an unexpected end means.
func gzipError(err error) error {
	if errors.Is(err, io.ErrUnexpectedEOF) {
		return errors.New("the gzip data are cut short")
	}
	return err
}

// open opens a source. Closing it leaves standard input open.
func (s source) open() (io.ReadCloser, error) {
	if s.stream != nil {
		return io.NopCloser(s.stream), nil
	}
	return os.Open(s.path)
}

// readCloser reads from one and closes the other.
type readCloser struct {
	io.Reader
	io.Closer
}

// countingReader counts what is read through it.
type countingReader struct {
	from  io.Reader
	count *atomic.Int64
}

// Read reads on.
func (r *countingReader) Read(p []byte) (int, error) {
	n, err := r.from.Read(p)
	r.count.Add(int64(n))
	return n, err
}
