package hostile

import (
	"context"
	"fmt"
	"io"
	"net"
	"strings"
	"time"
)

// slow sends a part of a request and then nothing, or a byte now and then, or never reads. All must be over in time.
func slow(*program) []request {
	whole := transformRoute.text(transformRoute.around(settings, good))
	body := strings.Index(whole, "\r\n\r\n") + 4
	var all []request
	for name, to := range map[string]listener{"REST": rest, "drop-in": dropIn, "gRPC": grpcs} {
		for _, at := range []int{0, 1, 10, body - 3, body, body + 10, len(whole) - 1} {
			all = append(all, request{name: fmt.Sprintf("%s, nothing after %d bytes", name, at), send: raw(to, 1, whole[:at]), want: []int{400, 401, 404, 408, 415, 503}})
		}
		all = append(all, request{name: name + ", a byte now and then", send: dripping(to, whole)})
	}
	chunked := strings.Replace(whole[:body], "Content-Length: ", "Transfer-Encoding: chunked\r\nX: ", 1)
	all = append(all, request{name: "chunks that never come", send: raw(rest, 1, chunked), want: []int{400, 408, 503}},
		request{name: "half a chunk", send: raw(rest, 1, chunked+"ff\r\n{"), want: []int{400, 408, 503}})
	for _, r := range []route{transformRoute, processorRoute, routerRoute} {
		all = append(all, request{name: r.path + ", an answer that nobody reads", send: neverReading(r)})
	}
	for i := range 100 {
		all = append(all, request{name: fmt.Sprintf("an idle connection, %d", i), send: leave([]listener{rest, dropIn, grpcs}[i%3])})
	}
	return all
}

// dripping sends a request so slowly that it never ends.
func dripping(to listener, text string) func(context.Context, *program) ([]answer, error) {
	return func(ctx context.Context, p *program) ([]answer, error) {
		conn, err := dial(ctx, to(p))
		if err != nil {
			return nil, err
		}
		defer conn.Close()
		go func() {
			for i := range len(text) {
				if _, err := conn.Write([]byte{text[i]}); err != nil {
					return
				}
				time.Sleep(idle() / 2)
			}
		}()
		return readAnswers(conn, 1)
	}
}

// neverReading sends requests whose answers are long, and reads none of them, until the program has enough.
func neverReading(r route) func(context.Context, *program) ([]answer, error) {
	event := `{"type":"track","userId":"u","event":"E","properties":{"x":"` + strings.Repeat("x", 1<<20) + `"}}`
	text := r.text(r.around(settings, event))
	return func(ctx context.Context, p *program) ([]answer, error) {
		conn, err := dial(ctx, r.to(p))
		if err != nil {
			return nil, err
		}
		defer conn.Close()
		if tcp, ok := conn.(*net.TCPConn); ok {
			_ = tcp.SetReadBuffer(4096)
		}
		for {
			if _, err := io.WriteString(conn, text); err != nil {
				return nil, unlessClosed(err)
			}
		}
	}
}

// leave opens a connection and says nothing for a while, then leaves.
func leave(to listener) func(context.Context, *program) ([]answer, error) {
	return func(ctx context.Context, p *program) ([]answer, error) {
		conn, err := dial(ctx, to(p))
		if err != nil {
			return nil, err
		}
		time.Sleep(50 * time.Millisecond)
		return nil, conn.Close()
	}
}
