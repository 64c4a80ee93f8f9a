package dropin

import (
	"bytes"
	"context"
	"errors"
	"io"
	"net/http"

	"github.com/rudder-clevertap/rudder-clevertap/gateway/internal/middleware"
	"github.com/rudder-clevertap/rudder-clevertap/internal/apierr"
	"github.com/rudder-clevertap/rudder-clevertap/internal/budget"
	"github.com/rudder-clevertap/rudder-clevertap/mapping/document"
)

// routeByBody decides who serves a request whose body names the destination: this service, or the upstream,
// which it is then forwarded to. It returns the body, as it came, when it is ours. Without an upstream all
// is. What of the body is kept takes memory of the lease.
func (h *handler) routeByBody(
	w http.ResponseWriter, r *http.Request, lease *budget.Lease,
) (io.Reader, bool) {
	if h.upstream == nil {
		return r.Body, true
	}
	kept := &keptBody{ctx: r.Context(), lease: lease}
	raw := io.LimitReader(r.Body, h.limit+1)
	finder := destinationFinder{}
	body, err := newBody(r, io.TeeReader(raw, kept), h.limit)
	if err == nil {
		if _, err = io.Copy(&finder, &body); err == nil {
			_, err = io.Copy(kept, raw)
		}
	}
	var refused *apierr.Error
	switch {
	case errors.As(err, &refused) && refused.HTTP == http.StatusUnsupportedMediaType:
		// The upstream may know this encoding, and nothing has been read.
	case err != nil:
		h.fail(w, r, err)
		return nil, false
	case finder.ours():
		return kept, true
	default:
		r.Body = io.NopCloser(kept)
	}
	w.Header().Del(middleware.RequestIDHeader)
	h.upstream.ServeHTTP(w, r)
	return nil, false
}

// keptBody is a body in memory. It is held once: what has been read of it is let go of.
type keptBody struct {
	pieces [][]byte
	// bytes is how much memory they take, which is of the lease.
	bytes int64
	lease *budget.Lease
	ctx   context.Context //nolint:containedctx // The body lives as long as the request.
}

// Write keeps a copy of a part of the body. The error is an *apierr.Error when there is no memory for it.
func (k *keptBody) Write(part []byte) (int, error) {
	for rest := part; len(rest) > 0; {
		last := len(k.pieces) - 1
		if last < 0 || len(k.pieces[last]) == cap(k.pieces[last]) {
			if err := k.lease.Reserve(k.ctx, k.bytes+int64(k.next())); err != nil {
				return len(part) - len(rest), apierr.NoMemory(err)
			}
			k.bytes += int64(k.next())
			k.pieces = append(k.pieces, make([]byte, 0, k.next()))
			last++
		}
		piece := k.pieces[last]
		n := min(len(rest), cap(piece)-len(piece))
		k.pieces[last] = append(piece, rest[:n]...)
		rest = rest[n:]
	}
	return len(part), nil
}

// next is how long the next piece is to be: the first ones are small, as most bodies are.
func (k *keptBody) next() int {
	const first = 16 << 10
	return min(first<<(2*min(len(k.pieces), 2)), pieceBytes)
}

// Read reads the next part of the body.
func (k *keptBody) Read(into []byte) (int, error) {
	if len(k.pieces) == 0 {
		return 0, io.EOF
	}
	n := copy(into, k.pieces[0])
	k.bytes -= int64(n)
	if k.pieces[0] = k.pieces[0][n:]; len(k.pieces[0]) == 0 {
		k.lease.Shrink(k.bytes)
		k.pieces[0] = nil
		k.pieces = k.pieces[1:]
	}
	return n, nil
}

// destinationFinder looks for the `destType` of a body that is written to it: of an object, or of the first
// object of an array. It tells brackets and strings apart and checks nothing, which is for those who serve
// the body; so it needs no more of the body than it is given at a time.
type destinationFinder struct {
	// depth is how many brackets are open; base is that of the object looked at, once it is open, and after
	// is set when it has been closed.
	depth, base int
	after       bool
	// quoted: within a string. escaped: after a backslash.
	quoted, escaped bool
	// text is the string that began last within the object looked at, with its quotes, unless it is long; key
	// is the one before the last colon.
	text, key []byte
	// value: what comes is the value of the key.
	value bool
	// found is the last value of destType that was a string.
	found []byte
}

// longestName is how long strings are that are looked at.
const longestName = 256

// Write takes in a part of the body.
func (f *destinationFinder) Write(part []byte) (int, error) {
	for i := 0; i < len(part) && !f.after; i++ {
		if f.quoted && !f.escaped && !f.watched() {
			// Nearly all of a body is within strings and objects that don't matter.
			if skip := bytes.IndexAny(part[i:], `"\`); skip > 0 {
				i += skip
			} else if skip < 0 {
				break
			}
		}
		f.take(part[i])
	}
	return len(part), nil
}

// watched reports whether the place reached is directly within the object looked at.
func (f *destinationFinder) watched() bool { return f.base > 0 && f.depth == f.base }

// take takes in one byte.
func (f *destinationFinder) take(c byte) {
	if f.quoted {
		f.takeQuoted(c)
		return
	}
	switch c {
	case '"':
		f.quoted, f.text = true, append(f.text[:0], c)
	case '{', '[':
		f.depth++
		if c == '{' && f.base == 0 && f.depth <= 2 {
			f.base = f.depth
		}
	case '}', ']':
		if f.depth--; f.base > 0 && f.depth < f.base {
			f.after = true
		}
		f.endValue()
	case ':':
		if f.watched() {
			f.key, f.value = append(f.key[:0], f.text...), true
			f.text = f.text[:0]
		}
	case ',':
		f.endValue()
	default:
	}
}

// takeQuoted takes in one byte within a string.
func (f *destinationFinder) takeQuoted(c byte) {
	if f.watched() && len(f.text) < longestName {
		f.text = append(f.text, c)
	}
	switch {
	case f.escaped:
		f.escaped = false
	case c == '\\':
		f.escaped = true
	case c == '"':
		f.quoted = false
	}
}

// endValue notes the value that has ended, if it is that of destType.
func (f *destinationFinder) endValue() {
	if !f.value || f.depth > f.base {
		return
	}
	f.value = false
	if whole(f.key) && document.QuotedIs(f.key, "destType") {
		f.found = append(f.found[:0], f.text...)
	}
	f.text = f.text[:0]
}

// whole reports whether a string was not too long to be looked at.
func whole(quoted []byte) bool { return len(quoted) >= 2 && len(quoted) < longestName }

// ours reports whether the body names CleverTap.
func (f *destinationFinder) ours() bool {
	return whole(f.found) && isCleverTap(document.Unquote(f.found))
}
