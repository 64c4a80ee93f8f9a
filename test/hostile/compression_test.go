package hostile

import (
	"bytes"
	"compress/gzip"
	"compress/zlib"
	"fmt"
	"io"
	"strings"

	"github.com/andybalholm/brotli"
)

// pack compresses text.
func pack(text string, with func(io.Writer) io.WriteCloser) string {
	var packed bytes.Buffer
	w := with(&packed)
	_, _ = io.WriteString(w, text) // a buffer takes all
	_ = w.Close()
	return packed.String()
}

func gzipped(text string) string {
	return pack(text, func(w io.Writer) io.WriteCloser { return gzip.NewWriter(w) })
}

func brotlied(text string) string {
	return pack(text, func(w io.Writer) io.WriteCloser { return brotli.NewWriterLevel(w, 5) })
}

func deflated(text string) string {
	return pack(text, func(w io.Writer) io.WriteCloser { return zlib.NewWriter(w) })
}

// compression sends bodies that are far longer when they are unpacked, are not what they say, or never end.
func compression(*program) []request {
	long := strings.Repeat(" ", 300<<20)
	events := `{"events":[` + strings.Repeat(`{},`, 10_000_000) + `{}],"destination":` + settings + `}`
	packed := map[string]string{
		"a long blank":        "gzip " + gzipped(long),
		"a long blank, br":    "br " + brotlied(long),
		"deflate":             "deflate " + deflated(long),
		"ten million events":  "gzip " + gzipped(events),
		"packed twice":        "gzip " + gzipped(gzipped(long)),
		"said twice":          "gzip, gzip " + gzipped(gzipped(`{}`)),
		"many members":        "gzip " + strings.Repeat(gzipped(""), 100_000),
		"cut":                 "gzip " + gzipped(long)[:1000],
		"not packed":          "gzip {}",
		"not brotli":          "br {}",
		"followed by more":    "gzip " + gzipped(`{}`) + "more",
		"nothing":             "gzip ",
		"unknown":             "zstd {}",
		"identity":            "identity {}",
		"odd":                 "\"gzip\" " + gzipped(`{}`),
		"empty":               " {}",
		"a name of 100 bytes": strings.Repeat("x", 100) + " {}",
		"wrong check":         "gzip " + gzipped(`{}`)[:20] + "\x00\x00\x00\x00\x00\x00\x00\x00",
	}
	var all []request
	for name, text := range packed {
		encoding, body, _ := strings.Cut(text, " ")
		for _, r := range routes {
			header := fmt.Sprintf("Content-Encoding: %s\r\n", encoding)
			all = append(all, request{name: r.path + ", " + name, send: r.post(body, header), want: []int{200, 400, 404, 413, 415, 422}})
			if r.header == authorized { // nobody's body is unpacked before it is known who sends it
				unknown := r
				unknown.header = ""
				all = append(all, request{name: r.path + " without a token, " + name, send: unknown.post(body, header), want: []int{401, 415}})
			}
		}
	}
	return all
}
