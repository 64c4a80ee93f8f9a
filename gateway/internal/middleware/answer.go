package middleware

import (
	"bytes"
	"encoding/json"
	"fmt"
	"net/http"
	"strconv"

	"github.com/klauspost/compress/gzhttp"
	"github.com/klauspost/compress/gzip"
)

// minCompressed is from how many bytes on an answer is compressed: what a packet or two hold gains nothing.
const minCompressed = 4 << 10

// Compress compresses answers with gzip for those who accept that. Others pay nothing.
func Compress(next http.Handler) (http.Handler, error) {
	compress, err := gzhttp.NewWrapper(
		gzhttp.MinSize(minCompressed), gzhttp.CompressionLevel(gzip.BestSpeed), gzhttp.EnableZstd(false),
	)
	if err != nil {
		return nil, fmt.Errorf("compress answers: %w", err)
	}
	compressed := compress(next)
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		// Nobody keeps the answer to a POST, so that it need not say that it may vary.
		if r.Method == http.MethodPost && r.Header.Get("Accept-Encoding") == "" {
			next.ServeHTTP(w, r)
			return
		}
		compressed(w, r)
	}), nil
}

// Pretty indents the JSON of answers for those who ask for it with `?pretty`, so that a person can read it.
func Pretty(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.RawQuery == "" || !asksFor(r, "pretty") {
			next.ServeHTTP(w, r)
			return
		}
		answer := &prettyAnswer{ResponseWriter: w, status: http.StatusOK}
		next.ServeHTTP(answer, r)
		answer.send()
	})
}

// asksFor reports whether a query has a switch that is not off: `?pretty`, `?pretty=true`.
func asksFor(r *http.Request, name string) bool {
	query := r.URL.Query()
	if !query.Has(name) {
		return false
	}
	on, err := strconv.ParseBool(query.Get(name))
	return on || err != nil
}

// prettyAnswer holds an answer back until all of it can be indented.
type prettyAnswer struct {
	http.ResponseWriter

	status int
	text   bytes.Buffer
}

// WriteHeader keeps the status for later.
func (a *prettyAnswer) WriteHeader(status int) { a.status = status }

// Write keeps a part of the answer for later.
func (a *prettyAnswer) Write(part []byte) (int, error) { return a.text.Write(part) }

// Unwrap returns the answer itself, for http.ResponseController.
func (a *prettyAnswer) Unwrap() http.ResponseWriter { return a.ResponseWriter }

// send sends the answer: indented, or as it is when it is not JSON.
func (a *prettyAnswer) send() {
	var pretty bytes.Buffer
	text := a.text.Bytes()
	if err := json.Indent(&pretty, text, "", "  "); err == nil && len(text) > 0 {
		pretty.WriteByte('\n')
		text = pretty.Bytes()
		a.Header().Set("Content-Length", strconv.Itoa(len(text)))
	}
	a.ResponseWriter.WriteHeader(a.status)
	_, _ = a.ResponseWriter.Write(text) // who does not read it has no use for it
}

// Head answers HEAD as GET is answered, less the body, which net/http leaves out: it goes by the request that
// it read.
func Head(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Method == http.MethodHead {
			get := *r
			get.Method = http.MethodGet
			r = &get
		}
		next.ServeHTTP(w, r)
	})
}
