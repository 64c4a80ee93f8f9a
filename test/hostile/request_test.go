package hostile

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
)

// request is one hostile request.
type request struct {
	name string
	// send carries on the conversation until it is answered or closed, and returns the answers: none, when it was just closed. The error
	// is that neither came in time.
	send func(ctx context.Context, p *program) ([]answer, error)
	// want says which statuses are right; nothing takes any but the server's own faults. answers is how many answers there must be,
	// unless it is 0.
	want    []int
	answers int
	// holds is what an answer must hold.
	holds string
}

// answer is one answer: its HTTP status, or that of HTTP which a gRPC code stands for, and its body.
type answer struct {
	status int
	body   string
	// again tells that it says when to try again, which is right when there is no memory for a request.
	again bool
}

// check sends a request and looks at what comes back.
func (p *program) check(t *testing.T, family string, r request) {
	t.Helper()
	if !p.alive() {
		return
	}
	ctx, cancel := context.WithTimeout(t.Context(), patience())
	defer cancel()
	began := time.Now()
	answers, err := r.send(ctx, p)
	name := family + ": " + r.name
	assert.NoError(t, err, "%s: neither answered nor closed after %s", name, time.Since(began).Round(time.Millisecond)) //nolint:testifylint // All others are told as well.
	if r.answers > 0 {
		assert.Len(t, answers, r.answers, name)
	}
	for _, a := range answers {
		p.answered.look(name, a.body)
		right := a.status < 500 || a.status == http.StatusNotImplemented || a.status == http.StatusHTTPVersionNotSupported
		if r.want != nil {
			right = slices.Contains(r.want, a.status)
		}
		right = right || a.status == http.StatusServiceUnavailable && a.again
		assert.True(t, right, "%s: %d %.300s", name, a.status, a.body)
		if !a.again {
			assert.Contains(t, a.body, r.holds, name)
		}
	}
}

// listener says which of the program's addresses is meant.
type listener func(p *program) string

func rest(p *program) string   { return p.REST }
func dropIn(p *program) string { return p.DropIn }
func grpcs(p *program) string  { return p.GRPC }

// raw sends text and reads all answers until the connection is closed, or as many as are expected.
func raw(to listener, expected int, text ...string) func(context.Context, *program) ([]answer, error) {
	return func(ctx context.Context, p *program) ([]answer, error) {
		conn, err := dial(ctx, to(p))
		if err != nil {
			return nil, err
		}
		defer conn.Close()
		written := make(chan struct{})
		go func() {
			defer close(written)
			for _, part := range text {
				if _, err := io.WriteString(conn, part); err != nil {
					return // it was closed or answered before
				}
			}
		}()
		answers, err := readAnswers(conn, expected)
		_ = conn.Close()
		<-written
		return answers, err
	}
}

// dial opens a connection that lasts no longer than the context.
func dial(ctx context.Context, address string) (net.Conn, error) {
	conn, err := (&net.Dialer{}).DialContext(ctx, "tcp", address)
	if err != nil {
		return nil, err
	}
	deadline, _ := ctx.Deadline()
	return conn, conn.SetDeadline(deadline)
}

// readAnswers reads so many HTTP/1 answers, or all until the end.
func readAnswers(conn net.Conn, expected int) (answers []answer, err error) {
	reader := bufio.NewReader(conn)
	for len(answers) < expected {
		response, err := http.ReadResponse(reader, nil)
		if err != nil {
			return answers, unlessClosed(err)
		}
		body, err := io.ReadAll(response.Body)
		if err = unlessClosed(err); err != nil {
			return answers, err
		}
		if response.StatusCode == http.StatusContinue {
			continue
		}
		answers = append(answers, answer{response.StatusCode, string(body), response.Header.Get("Retry-After") != ""})
		if response.Close {
			return answers, nil
		}
	}
	return answers, nil
}

// unlessClosed keeps an error only if it is that time is over.
func unlessClosed(err error) error {
	if timeout := net.Error(nil); errors.As(err, &timeout) && timeout.Timeout() {
		return err
	}
	return nil
}

// route is a call over HTTP.
type route struct {
	to     listener
	path   string
	header string
}

// routes that take JSON, by what is sent to them.
var (
	transformRoute = route{rest, "/v1/transform", authorized}
	batchRoute     = route{rest, "/v1/transform:batch", authorized}
	validateRoute  = route{rest, "/v1/destinations:validate", authorized}
	processorRoute = route{to: dropIn, path: "/v0/destinations/clevertap"}
	routerRoute    = route{to: dropIn, path: "/routerTransform"}
	noBatchRoute   = route{to: dropIn, path: "/batch"}
	proxyRoute     = route{to: dropIn, path: "/v0/destinations/clevertap/proxy"}
	proxyV1Route   = route{to: dropIn, path: "/v1/destinations/clevertap/proxy"}
	deleteRoute    = route{to: dropIn, path: "/deleteUsers"}

	routes = []route{
		transformRoute, batchRoute, validateRoute, processorRoute, routerRoute, noBatchRoute, proxyRoute, proxyV1Route, deleteRoute,
	}
)

// authorized is the header of those who may call.
const authorized = "Authorization: Bearer " + token + "\r\n"

// post posts a body to a route.
func (r route) post(body string, headers ...string) func(context.Context, *program) ([]answer, error) {
	return raw(r.to, 1, r.text(body, headers...))
}

// text is a whole HTTP/1 request.
func (r route) text(body string, headers ...string) string {
	return fmt.Sprintf("POST %s HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n%s%sContent-Length: %d\r\n\r\n%s",
		r.path, r.header, strings.Join(headers, ""), len(body), body)
}

// around puts events into the body that a route takes, for a destination with this config.
func (r route) around(config string, events ...string) string {
	switch r.path {
	case transformRoute.path:
		return `{"event":` + events[0] + `,"destination":` + config + `}`
	case batchRoute.path:
		return `{"events":[` + strings.Join(events, ",") + `],"destination":` + config + `}`
	}
	items := make([]string, len(events))
	for i, event := range events {
		items[i] = `{"message":` + event + `,"metadata":{"jobId":` + fmt.Sprint(i) + `},"destination":{"ID":"d","Config":` + config + `}}`
	}
	if r.path == routerRoute.path {
		return `{"input":[` + strings.Join(items, ",") + `],"destType":"clevertap"}`
	}
	return "[" + strings.Join(items, ",") + "]"
}

// settings are those of a destination, under either ruleset.
const (
	settings            = `{"accountId":"A","passcode":"` + callersPasscode + `","region":"in1","trackAnonymous":true}`
	transformerSettings = `{"accountId":"A","passcode":"` + callersPasscode + `","region":"in1","trackAnonymous":true,"ruleset":"RULESET_TRANSFORMER"}`
)

// good is an event that everybody takes.
const good = `{"type":"track","userId":"well-behaved","event":"Checked Out","properties":{"total":1}}`
