package middleware

import (
	"bytes"
	"compress/gzip"
	"compress/zlib"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"slices"
	"strings"

	"github.com/andybalholm/brotli"

	"github.com/rudder-clevertap/rudder-clevertap/internal/apierr"
	"github.com/rudder-clevertap/rudder-clevertap/internal/budget"
)

// The Content-Encodings that a body may have, beside none and identity.
const (
	Gzip    = "gzip"
	Deflate = "deflate"
	Brotli  = "br"
)

// Body is a request's body as it was before it was compressed, up to a limit. It is read once, by Read or by
// Text.
type Body struct {
	raw io.Reader
	// encoding is one of the constants, or nothing.
	encoding string
	// declared is the length that the request declares, negative when it does not.
	declared int64
	// left is how many bytes may still come; what begins with one more is too long.
	left, limit int64
	// plain is what came before it was compressed; nil until the first byte is read.
	plain io.Reader
}

// NewBody returns the body of a request, of which raw are the bytes that come. It may have a limit of bytes,
// and the given encodings. The error is an *apierr.Error with an HTTP status.
func NewBody(r *http.Request, raw io.Reader, limit int64, encodings ...string) (Body, error) {
	b := Body{raw: raw, declared: r.ContentLength, left: limit, limit: limit}
	given := strings.ToLower(strings.TrimSpace(r.Header.Get("Content-Encoding")))
	switch given {
	case "", "identity":
		return b, nil
	case "x-gzip":
		given = Gzip
	}
	if !slices.Contains(encodings, given) {
		return b, Unsupported(
			"Content-Encoding "+apierr.Quote(given), oneOf(encodings)+", or leave the body as it is",
		)
	}
	b.encoding = given
	return b, nil
}

// oneOf lists words: `gzip, deflate or br`.
func oneOf(words []string) string {
	last := len(words) - 1
	if last < 1 {
		return strings.Join(words, "")
	}
	return strings.Join(words[:last], ", ") + " or " + words[last]
}

// Unsupported refuses a request for its media type or encoding.
func Unsupported(given, use string) error {
	return &apierr.Error{
		Reason: apierr.InvalidRequest, HTTP: http.StatusUnsupportedMediaType,
		Message: given + " is not supported: use " + use,
	}
}

// Length returns how long the body will be, or 0 when that can't be told.
func (b *Body) Length() uint64 {
	if b.encoding != "" || b.declared < 0 {
		return 0
	}
	return uint64(b.declared)
}

// IsAtMost reports whether the body will certainly be no longer than so many bytes.
func (b *Body) IsAtMost(bytes int64) bool {
	return b.encoding == "" && 0 <= b.declared && b.declared <= bytes
}

// Check refuses a body that is too long by its own declaration. Read and Text do so too.
func (b *Body) Check() error {
	if b.encoding == "" && b.declared > b.limit {
		return b.tooLarge()
	}
	return nil
}

// Read reads a part of the body. The error is io.EOF or an *apierr.Error with an HTTP status.
func (b *Body) Read(into []byte) (int, error) {
	if b.plain == nil {
		if err := b.open(); err != nil {
			return 0, err
		}
	}
	n, err := b.plain.Read(into)
	if b.left -= int64(n); b.left < 0 {
		return 0, b.tooLarge()
	}
	if err != nil && !errors.Is(err, io.EOF) {
		err = b.unreadable(err)
	}
	return n, err
}

// trusted is up to how many bytes a client is believed who declares the length of a body, so that a
// declaration alone costs little memory.
const trusted = 64 << 10

// copies is how many bytes of memory a call takes for each of its body, as the body becomes records, and these
// an answer.
const copies = 4

// Text reads the whole body, with memory of a lease, which must be released when the call has ended.
func (b *Body) Text(ctx context.Context, lease *budget.Lease) ([]byte, error) {
	if err := b.Check(); err != nil {
		return nil, err
	}
	var text []byte
	for size := min(max(b.declared, 0), trusted) + bytes.MinRead; ; size = 2 * int64(cap(text)) {
		if b.declared > int64(len(text)) && b.encoding == "" {
			size = min(size, b.declared+bytes.MinRead)
		}
		if err := lease.Reserve(ctx, copies*size); err != nil {
			return nil, apierr.NoMemory(err)
		}
		text = append(make([]byte, 0, size), text...)
		for len(text) < cap(text) {
			n, err := b.Read(text[len(text):cap(text)])
			text = text[:len(text)+n]
			if errors.Is(err, io.EOF) {
				return text, nil
			} else if err != nil {
				return nil, err
			}
		}
	}
}

// open begins to read.
func (b *Body) open() (err error) {
	if err := b.Check(); err != nil {
		return err
	}
	// Compressed, it may not be longer either: the format allows parts that are empty, without end.
	limited := func() io.Reader { return io.LimitReader(b.raw, b.limit+1) }
	switch b.encoding {
	case Gzip:
		b.plain, err = gzip.NewReader(limited())
	case Deflate:
		b.plain, err = zlib.NewReader(limited())
	case Brotli:
		b.plain = brotli.NewReader(limited())
	default:
		b.plain = b.raw
	}
	if err != nil {
		b.plain = nil
		return b.unreadable(err)
	}
	return nil
}

func (b *Body) tooLarge() error {
	return &apierr.Error{
		Reason: apierr.RequestTooLarge, HTTP: http.StatusRequestEntityTooLarge, Limit: b.limit,
		Message: fmt.Sprintf("the body is larger than %d bytes: send fewer events at once", b.limit),
	}
}

// unreadable tells why reading failed. The reader's own words are about connections, so they are not
// repeated.
func (b *Body) unreadable(err error) error {
	if known, ok := errors.AsType[*apierr.Error](err); ok {
		return known
	}
	told := &apierr.Error{
		Reason: apierr.InvalidRequest, HTTP: http.StatusBadRequest,
		Message: "the body could not be read to its end",
	}
	var timeout interface{ Timeout() bool }
	switch {
	case errors.As(err, &timeout) && timeout.Timeout():
		told.HTTP = http.StatusRequestTimeout
	case b.encoding != "":
		told.Message = "the body is not " + b.encoding + ", as its Content-Encoding says, or cut short"
	}
	return told
}
