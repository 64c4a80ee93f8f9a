package gateway

import (
	"bytes"
	"compress/gzip"
	"compress/zlib"
	"errors"
	"fmt"
	"io"
	"mime"
	"net/http"
	"strings"

	"github.com/andybalholm/brotli"
)

// pieceBytes is how long the pieces are in which a body travels.
const pieceBytes = 256 << 10

// bodyReader reads a request's body as it was before it was compressed, up to a limit.
type bodyReader struct {
	from io.Reader
	// left is how many bytes may still come; what begins with one more is too long.
	left, limit int64
	zipped      bool
}

// openBody returns a reader of a request's body. The error is a *problem.
func openBody(r *http.Request, from io.Reader, limit int64) (*bodyReader, error) {
	body := &bodyReader{from: from, left: limit, limit: limit}
	encoding := strings.ToLower(strings.TrimSpace(r.Header.Get("Content-Encoding")))
	switch encoding {
	case "", "identity":
		if r.ContentLength > limit {
			return nil, body.tooLarge()
		}
		return body, nil
	case "gzip", "x-gzip", "deflate", "br":
	default:
		return nil, &problem{
			http:    http.StatusUnsupportedMediaType,
			message: "Content-Encoding " + shorten(encoding) + " is not supported: use gzip, deflate or br, or leave the body as it is",
		}
	}
	body.zipped = true
	var err error
	switch encoding {
	case "br":
		body.from = brotli.NewReader(from)
	case "deflate":
		body.from, err = zlib.NewReader(from)
	default:
		body.from, err = gzip.NewReader(from)
	}
	if err != nil {
		return nil, body.unreadable(err)
	}
	return body, nil
}

// Read reads a part of the body. The error is io.EOF or a *problem.
func (b *bodyReader) Read(into []byte) (int, error) {
	n, err := b.from.Read(into)
	if b.left -= int64(n); b.left < 0 {
		return 0, b.tooLarge()
	}
	if err != nil && !errors.Is(err, io.EOF) {
		err = b.unreadable(err)
	}
	return n, err
}

func (b *bodyReader) tooLarge() *problem {
	return &problem{
		http:    http.StatusRequestEntityTooLarge,
		message: fmt.Sprintf("the body is larger than %d bytes: send fewer events at once", b.limit),
	}
}

// unreadable tells why reading failed. The reader's own words are about connections, so they are not repeated.
func (b *bodyReader) unreadable(err error) *problem {
	p := &problem{http: http.StatusBadRequest, message: "the body could not be read to its end"}
	var timeout interface{ Timeout() bool }
	switch {
	case errors.As(err, &timeout) && timeout.Timeout():
		p.http = http.StatusRequestTimeout
	case b.zipped:
		p.message = "the body is not compressed as its Content-Encoding says, or cut short"
	}
	return p
}

// isParsed reports whether rudder-transformer would parse a body as JSON. It takes others for empty ones.
func isParsed(r *http.Request) bool {
	media, _, err := mime.ParseMediaType(r.Header.Get("Content-Type"))
	if err != nil {
		return false
	}
	switch media {
	case "application/json", "application/json-patch+json", "application/vnd.api+json", "application/csp-report", "application/scim+json":
		return true
	default:
		return false
	}
}

// readCall reads a body that travels in one message.
func (h *transformerHandler) readCall(r *http.Request) ([]byte, error) {
	if !isParsed(r) {
		return nil, nil
	}
	body, err := openBody(r, r.Body, h.callLimit)
	if err != nil {
		return nil, err
	}
	// What a client declares is believed up to here, so that a declaration alone costs little memory.
	const trusted = 1 << 20
	read := bytes.NewBuffer(make([]byte, 0, min(max(r.ContentLength, 0), trusted)+bytes.MinRead))
	if _, err := read.ReadFrom(body); err != nil {
		return nil, err
	}
	return read.Bytes(), nil
}
