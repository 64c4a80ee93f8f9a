package hostile

import (
	"context"
	"fmt"
	"io"
	"strings"
)

const closing = "Host: x\r\nConnection: close\r\n"

// heads are heads of HTTP/1 requests that no client sends.
var heads = []string{
	"", "\r\n", "\r\n\r\n", "\n\n", "\x00", "GET", "GET /", "GET / HTTP/1.1", "GET / HTTP/1.1\r\n", "GET / HTTP/1.1\r\n\r\n", "GET  / HTTP/1.1\r\n" + closing + "\r\n",
	"GET / HTTP/0.9\r\n\r\n", "GET / HTTP/2.0\r\n" + closing + "\r\n", "GET / HTTP/3.0\r\n" + closing + "\r\n", "GET / HTTP/1.10\r\n" + closing + "\r\n",
	"GET / HTTX/1.1\r\n" + closing + "\r\n", "get / HTTP/1.1\r\n" + closing + "\r\n", "G\x00T / HTTP/1.1\r\n" + closing + "\r\n", "GET /\x00 HTTP/1.1\r\n" + closing + "\r\n",
	"GET /\xff HTTP/1.1\r\n" + closing + "\r\n", "GET /%zz HTTP/1.1\r\n" + closing + "\r\n", "GET /%00 HTTP/1.1\r\n" + closing + "\r\n", "GET * HTTP/1.1\r\n" + closing + "\r\n",
	"OPTIONS * HTTP/1.1\r\n" + closing + "\r\n", "CONNECT x:80 HTTP/1.1\r\n" + closing + "\r\n", "CONNECT / HTTP/1.1\r\n" + closing + "\r\n", "TRACE / HTTP/1.1\r\n" + closing + "\r\n",
	"GET http://elsewhere.invalid/healthz HTTP/1.1\r\n" + closing + "\r\n", "GET //elsewhere.invalid/ HTTP/1.1\r\n" + closing + "\r\n",
	"GET /../../etc/passwd HTTP/1.1\r\n" + closing + "\r\n", "GET /..%2f..%2fetc/passwd HTTP/1.1\r\n" + closing + "\r\n", "GET /v1/../v1/transform HTTP/1.1\r\n" + closing + "\r\n",
	"GET /" + strings.Repeat("a/", 4000) + " HTTP/1.1\r\n" + closing + "\r\n", "GET /" + strings.Repeat("a", 5_000_000) + " HTTP/1.1\r\n" + closing + "\r\n",
	"GET /?" + strings.Repeat("a=b&", 100_000) + " HTTP/1.1\r\n" + closing + "\r\n", strings.Repeat("A", 100_000) + " / HTTP/1.1\r\n" + closing + "\r\n",
	"GET / HTTP/1.1\r\nHost: x\r\nHost: y\r\n\r\n", "GET / HTTP/1.1\r\nHost:\r\nConnection: close\r\n\r\n", "GET / HTTP/1.1\r\nHost: a b\r\nConnection: close\r\n\r\n",
	"GET / HTTP/1.1\r\n" + closing + ": x\r\n\r\n", "GET / HTTP/1.1\r\n" + closing + "a b: x\r\n\r\n", "GET / HTTP/1.1\r\n" + closing + "a : x\r\n\r\n",
	"GET / HTTP/1.1\r\n" + closing + " folded: x\r\n\r\n", "GET / HTTP/1.1\r\n" + closing + "a: x\r\n y\r\n\r\n", "GET / HTTP/1.1\r\n" + closing + "a: \x00\r\n\r\n",
	"GET / HTTP/1.1\r\n" + closing + "a: \x7f\r\n\r\n", "GET / HTTP/1.1\r\n" + closing + "nocolon\r\n\r\n", "GET / HTTP/1.1\r\n" + closing + "a: x\rb: y\r\n\r\n",
	"GET / HTTP/1.1\n" + strings.ReplaceAll(closing, "\r", "") + "\n", "GET /healthz HTTP/1.1\r\n" + closing + "Upgrade: h2c\r\nHTTP2-Settings: AAMAAABkAAQAAP__\r\n\r\n",
	"GET / HTTP/1.1\r\n" + closing + "Upgrade: websocket\r\nSec-WebSocket-Key: x\r\n\r\n", "GET / HTTP/1.1\r\n" + closing + "Expect: nothing\r\n\r\n",
	"POST / HTTP/1.1\r\n" + closing + "Content-Length: -1\r\n\r\n", "POST / HTTP/1.1\r\n" + closing + "Content-Length: 99999999999999999999\r\n\r\n",
	"POST / HTTP/1.1\r\n" + closing + "Content-Length: 1e3\r\n\r\n", "POST / HTTP/1.1\r\n" + closing + "Content-Length: 0x10\r\n\r\n",
	"POST / HTTP/1.1\r\n" + closing + "Content-Length: \r\n\r\n", "POST / HTTP/1.1\r\n" + closing + "Transfer-Encoding: nothing\r\n\r\n",
	"PUT /v1/transform HTTP/1.1\r\n" + closing + "\r\n", "DELETE /v1/transform HTTP/1.1\r\n" + closing + "\r\n", "HEAD /v1/transform HTTP/1.1\r\n" + closing + "\r\n",
	"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03" + strings.Repeat("\x00", 500), "SSH-2.0-x\r\n", "*1\r\n$4\r\nPING\r\n", strings.Repeat("\xff", 10_000),
}

// http1 sends each head to each listener, gRPC's among them.
func http1(*program) []request {
	var all []request
	for i, head := range heads {
		for name, to := range map[string]listener{"REST": rest, "drop-in": dropIn, "gRPC": grpcs} {
			all = append(all, request{name: fmt.Sprintf("%s, head %d: %.40q", name, i, head), send: halfClosed(to, head)})
		}
	}
	for i, accept := range []string{"", "*/*;q=x", "text/html", "application/protobuf", strings.Repeat("a/b,", 1000), "\t"} {
		all = append(all, request{name: fmt.Sprintf("Accept %d", i), send: transformRoute.post(transformRoute.around(settings, good), "Accept: "+accept+"\r\n")})
	}
	for i, content := range []string{"text/plain", "application/x-www-form-urlencoded", "multipart/form-data", "application/json; charset=utf-16", "application/grpc", ";", "a/b/c"} {
		for _, r := range routes {
			text := strings.Replace(r.text(`{}`), "application/json", content, 1)
			all = append(all, request{name: fmt.Sprintf("%s, Content-Type %d", r.path, i), send: raw(r.to, 1, text)})
		}
	}
	return all
}

// halfClosed sends text, and that nothing follows unless it is a whole head, and reads what comes back.
func halfClosed(to listener, text string) func(context.Context, *program) ([]answer, error) {
	return func(ctx context.Context, p *program) ([]answer, error) {
		conn, err := dial(ctx, to(p))
		if err != nil {
			return nil, err
		}
		defer conn.Close()
		_, _ = io.WriteString(conn, text) // it may be closed before
		if half, ok := conn.(interface{ CloseWrite() error }); ok && !strings.HasSuffix(text, "\r\n\r\n") {
			_ = half.CloseWrite()
		}
		return readAnswers(conn, 1)
	}
}

// smuggled is what follows a body whose length can be read in two ways.
const smuggled = "GET /healthz HTTP/1.1\r\nHost: smuggled\r\nConnection: close\r\n\r\n"

// smuggling sends such bodies. Where no reading is the right one, the request is refused and what follows is not answered.
func smuggling(*program) []request {
	var all []request
	for name, to := range map[string]route{"REST": transformRoute, "drop-in": processorRoute} {
		head := "POST " + to.path + " HTTP/1.1\r\nHost: x\r\n" + to.header + "Content-Type: application/json\r\n"
		for i, lengths := range []string{
			"Content-Length: 2\r\nContent-Length: 70\r\n", "Content-Length: 2, 70\r\n", "Transfer-Encoding: chunked, identity\r\n", "Transfer-Encoding: identity, chunked\r\n",
			"Transfer-Encoding: xchunked\r\nContent-Length: 2\r\n", "Transfer-Encoding : chunked\r\nContent-Length: 2\r\n", "Transfer-Encoding: chunked\r\nTransfer-Encoding: cow\r\n",
			"Transfer-Encoding: \"chunked\"\r\nContent-Length: 2\r\n", "Transfer-Encoding:\x0bchunked\r\nContent-Length: 2\r\n", "Content-Length: +2\r\n", "Content-Length: 2 \r\nContent-Length: 02\r\n",
			"Content-Length:\r\nContent-Length: 2\r\n",
		} {
			all = append(all, request{name: fmt.Sprintf("%s, refused lengths %d", name, i), answers: 1, send: raw(to.to, 2, head+lengths+"\r\n0\r\n\r\n"+smuggled), want: []int{400, 501}})
		}
		for i, lengths := range []string{ // chunks count, as RFC 9112 says; a folded field is one
			"Content-Length: 5\r\nTransfer-Encoding: chunked\r\n", "Transfer-Encoding: chunked\r\nContent-Length: 5\r\n", "Transfer-Encoding: cHuNkEd\r\nContent-Length: 5\r\n",
			"Transfer-Encoding:\tchunked\r\nContent-Length: 5\r\n", " Transfer-Encoding: chunked\r\nContent-Length: 2\r\n", "X: y\r\n Transfer-Encoding: chunked\r\nContent-Length: 2\r\n",
		} {
			all = append(all, request{name: fmt.Sprintf("%s, lengths %d", name, i), send: raw(to.to, 2, head+lengths+"\r\n0\r\n\r\n"+smuggled), want: []int{200, 400, 404, 415}})
		}
		for i, chunks := range []string{
			"2;a=b\r\n{}\r\n0\r\n\r\n", "2\n{}\n0\n\n", "0x2\r\n{}\r\n0\r\n\r\n", "-2\r\n{}\r\n0\r\n\r\n", "ffffffffffffffff\r\n{}", "2\r\n{}0\r\n\r\n", "2\r\n{}XX0\r\n\r\n", "2 \r\n{}\r\n0\r\n\r\n",
			"2\r\n{}\r\n0\r\nTrailer: x\r\n\r\n", "2;" + strings.Repeat("a", 100_000) + "\r\n{}\r\n0\r\n\r\n", strings.Repeat("1;"+strings.Repeat("x", 1000)+"\r\n \r\n", 5000) + "0\r\n\r\n",
			"\r\n\r\n", "g\r\n{}", "2\r\n{}\r\n0\r\n" + strings.Repeat("T: x\r\n", 200_000) + "\r\n",
		} {
			all = append(all, request{
				name: fmt.Sprintf("%s, chunks %d", name, i), send: raw(to.to, 1, head+"Transfer-Encoding: chunked\r\n\r\n"+chunks), want: []int{200, 400, 408, 413, 431},
			})
		}
	}
	return all
}

// pipelining sends many requests at once on a connection. All are answered, in order.
func pipelining(*program) []request {
	var all []request
	for _, count := range []int{2, 20, 150, 400} {
		for name, text := range map[string]string{
			"health": "GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n", "good": transformRoute.text(transformRoute.around(settings, good)),
			"bad": transformRoute.text("{"), "unknown": "GET /nowhere HTTP/1.1\r\nHost: x\r\n\r\n", "without a token": strings.Replace(transformRoute.text("{}"), authorized, "", 1),
		} {
			all = append(all, request{name: fmt.Sprintf("%d × %s", count, name), answers: count, send: raw(rest, count, strings.Repeat(text, count)), want: []int{200, 400, 401, 404}})
		}
		for _, r := range []route{processorRoute, routerRoute, deleteRoute} {
			all = append(all, request{
				name: fmt.Sprintf("%d × %s", count, r.path), answers: count, send: raw(r.to, count, strings.Repeat(r.text(r.around(settings, good)), count)), want: []int{200, 400, 404},
			})
		}
	}
	return all
}

// headerFields sends more header fields than anybody reads.
func headerFields(*program) []request {
	var all []request
	for name, to := range map[string]route{"REST": transformRoute, "drop-in": processorRoute} {
		for field, text := range map[string]string{
			"350,000 short ones": strings.Repeat("a:\r\n", 350_000), "one of 10 MB": "A: " + strings.Repeat("x", 10_000_000) + "\r\n",
			"a name of a megabyte": strings.Repeat("x", 1_000_000) + ": y\r\n", "many cookies": strings.Repeat("Cookie: a=b\r\n", 2000), "just below a megabyte": strings.Repeat("X-Long: "+strings.Repeat("x", 990)+"\r\n", 900),
			"100,000 encodings": "Content-Encoding: gzip" + strings.Repeat(",gzip", 100_000) + "\r\n", "many baggages": "Baggage: " + strings.Repeat("a=b,", 2000) + "c=d\r\n",
			"a long traceparent": "Traceparent: " + strings.Repeat("0", 10_000) + "\r\n", "a long timeout": "Grpc-Timeout: " + strings.Repeat("9", 10_000) + "\r\n",
			"forwarded": "X-Forwarded-For: " + strings.Repeat("1.1.1.1, ", 5000) + "x\r\n", "metadata": strings.Repeat("Grpc-Metadata-X: y\r\n", 2000), "binary metadata": "Grpc-Metadata-X-Bin: !!!\r\n",
		} {
			all = append(all, request{name: name + ", " + field, send: to.post(to.around(settings, good), text), want: []int{200, 400, 415, 431}})
		}
	}
	return all
}
