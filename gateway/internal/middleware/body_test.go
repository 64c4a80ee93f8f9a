package middleware

import (
	"bytes"
	"compress/gzip"
	"io"
	"net/http"
	"os"
	"strings"
	"testing"
	"testing/iotest"

	"github.com/stretchr/testify/require"

	"github.com/rudder-clevertap/rudder-clevertap/internal/apierr"
	"github.com/rudder-clevertap/rudder-clevertap/internal/budget"
)

func TestBodiesAreReadUpToTheLimit(t *testing.T) {
	t.Parallel()
	const limit = 1000
	tests := map[string]struct {
		body     string
		declared int64
		zipped   bool
		message  string // empty when the body is taken
	}{
		"as long as allowed":                {strings.Repeat("x", limit), limit, false, ""},
		"as long as allowed, undeclared":    {strings.Repeat("x", limit), -1, false, ""},
		"longer, as declared":               {"", limit + 1, false, "the body is larger than 1000 bytes: send fewer events at once"},
		"longer than declared":              {strings.Repeat("x", limit+1), 10, false, "the body is larger than 1000 bytes: send fewer events at once"},
		"longer, undeclared":                {strings.Repeat("x", limit+1), -1, false, "the body is larger than 1000 bytes: send fewer events at once"},
		"unzipped as long as allowed":       {zip(t, strings.Repeat("x", limit)), -1, true, ""},
		"unzipped longer":                   {zip(t, strings.Repeat("x", limit+1)), -1, true, "the body is larger than 1000 bytes: send fewer events at once"},
		"not gzip":                          {`{"event": {}, "destination": {}}`, -1, true, "the body is not gzip, as its Content-Encoding says, or cut short"},
		"gzip cut short":                    {zip(t, "abc")[:20], -1, true, "the body is not gzip, as its Content-Encoding says, or cut short"},
		"gzip whose checksum does not hold": {damaged(zip(t, strings.Repeat("x", 9))), -1, true, "the body is not gzip, as its Content-Encoding says, or cut short"},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			request := &http.Request{ContentLength: test.declared, Header: http.Header{}}
			if test.zipped {
				request.Header.Set("Content-Encoding", "gzip")
			}
			body, err := NewBody(request, strings.NewReader(test.body), limit, Gzip)
			require.NoError(t, err)
			text, err := body.Text(t.Context(), &budget.Lease{})
			if test.message != "" {
				require.EqualError(t, err, test.message)
				return
			}
			require.NoError(t, err)
			require.Len(t, text, limit)
		})
	}
}

func TestBodiesThatBreakOff(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		cause error
		http  int
	}{{os.ErrDeadlineExceeded, http.StatusRequestTimeout}, {io.ErrUnexpectedEOF, http.StatusBadRequest}} {
		body, err := NewBody(&http.Request{ContentLength: 10}, iotest.ErrReader(test.cause), 100)
		require.NoError(t, err)
		_, err = body.Text(t.Context(), &budget.Lease{})
		var got *apierr.Error
		require.ErrorAs(t, err, &got)
		require.Equal(t, "the body could not be read to its end", got.Message)
		require.Equal(t, test.http, got.HTTP)
	}
}

func zip(t *testing.T, text string) string {
	t.Helper()
	var out bytes.Buffer
	w := gzip.NewWriter(&out)
	_, err := w.Write([]byte(text))
	require.NoError(t, err)
	require.NoError(t, w.Close())
	return out.String()
}

// damaged changes the checksum of gzip data.
func damaged(zipped string) string {
	bytes := []byte(zipped)
	bytes[len(bytes)-8] ^= 1
	return string(bytes)
}

// TestTheListOfEncodingsIsSaid: each listener takes encodings of its own.
func TestTheListOfEncodingsIsSaid(t *testing.T) {
	t.Parallel()
	request := &http.Request{Header: http.Header{"Content-Encoding": {"zstd"}}}
	for want, encodings := range map[string][]string{
		"Content-Encoding zstd is not supported: use gzip, or leave the body as it is":                {Gzip},
		"Content-Encoding zstd is not supported: use gzip, deflate or br, or leave the body as it is": {Gzip, Deflate, Brotli},
	} {
		_, err := NewBody(request, http.NoBody, 1, encodings...)
		require.EqualError(t, err, want)
	}
}
