package delivery

import (
	"bytes"
	"cmp"
	"context"
	"crypto/tls"
	"crypto/x509"
	"io"
	"net"
	"net/http"
	"net/http/httptrace"
	"net/textproto"
	"net/url"
	"strconv"
	"sync/atomic"
	"time"

	"go.opentelemetry.io/contrib/instrumentation/net/http/otelhttp"
	"go.opentelemetry.io/otel/metric"
	metricnoop "go.opentelemetry.io/otel/metric/noop"
	"go.opentelemetry.io/otel/propagation"
	"go.opentelemetry.io/otel/trace"
	tracenoop "go.opentelemetry.io/otel/trace/noop"
	"golang.org/x/net/http/httpguts"

	"github.com/rudder-clevertap/rudder-clevertap/internal/plainurl"
)

// The defaults of Options.
const (
	// DefaultTimeout is how long CleverTap may take to answer.
	DefaultTimeout = time.Minute
	// DefaultMaxReplyBytes is 32 MiB. CleverTap echoes refused records, so replies get about as long as requests.
	DefaultMaxReplyBytes = 32 << 20
	// DefaultMaxConnections is per host. It only bounds what a mistake can cost: an account's own limits are far below it, and
	// accounts share hosts, so that one which hangs must not take the connections of the others.
	DefaultMaxConnections = 1024
)

// maxIdleConnections is how many connections to a host are kept for later.
const maxIdleConnections = 64

// MaxTimeout is how long CleverTap may take at most, whatever a request says.
const MaxTimeout = 10 * time.Minute

// Options say what a Client is made of. What is zero has its default.
type Options struct {
	// BaseURL is where all requests go, with their own paths and queries, whatever host they name: for tests and private
	// relays. Nil is CleverTap itself, and then a request for any other host is refused.
	BaseURL *url.URL
	// Timeout is how long CleverTap may take, from the first byte sent to the last one read, unless a request says otherwise.
	Timeout time.Duration
	// MaxReplyBytes is the longest reply that is read.
	MaxReplyBytes int
	// MaxConnections limits the connections to one host; requests beyond it wait.
	MaxConnections int
	// RootCAs are the authorities whose certificates count; nil is the system's. CleverTap's needs none: it is for relays.
	RootCAs *x509.CertPool
	// Dial opens a connection; nil is the system's way. For tests, and for networks that need a way of their own.
	Dial func(ctx context.Context, network, address string) (net.Conn, error)
	// TracerProvider and MeterProvider get a span and metrics of each request. Nil is none. CleverTap is told no trace.
	TracerProvider trace.TracerProvider
	MeterProvider  metric.MeterProvider
}

// withDefaults returns the options with their defaults in place.
func (o Options) withDefaults() Options {
	o.Timeout = cmp.Or(o.Timeout, DefaultTimeout)
	o.MaxReplyBytes = cmp.Or(o.MaxReplyBytes, DefaultMaxReplyBytes)
	o.MaxConnections = cmp.Or(o.MaxConnections, DefaultMaxConnections)
	if o.TracerProvider == nil {
		o.TracerProvider = tracenoop.NewTracerProvider()
	}
	if o.MeterProvider == nil {
		o.MeterProvider = metricnoop.NewMeterProvider()
	}
	return o
}

// Client sends requests to CleverTap. It is safe for use by many goroutines. It never follows redirects, and never sends a
// request again once a part of it may have arrived.
type Client struct {
	options Options
	http    *http.Client
}

// New returns a client. Close ends its idle connections.
func New(options Options) *Client {
	options = options.withDefaults()
	var protocols http.Protocols
	protocols.SetHTTP1(true)
	protocols.SetHTTP2(true) // where the host offers it; CleverTap mostly speaks HTTP/1.1 and closes connections
	transport := &http.Transport{
		Proxy:                 http.ProxyFromEnvironment,
		DialContext:           options.Dial,
		TLSClientConfig:       &tls.Config{RootCAs: options.RootCAs, MinVersion: tls.VersionTLS12},
		Protocols:             &protocols,
		TLSHandshakeTimeout:   10 * time.Second,
		ExpectContinueTimeout: time.Second,
		IdleConnTimeout:       90 * time.Second,
		MaxConnsPerHost:       options.MaxConnections,
		MaxIdleConnsPerHost:   maxIdleConnections,
	}
	return &Client{
		options: options,
		http: &http.Client{
			Transport: plainurl.Transport(transport, func(transport http.RoundTripper) http.RoundTripper {
				return otelhttp.NewTransport(transport,
					otelhttp.WithTracerProvider(options.TracerProvider),
					otelhttp.WithMeterProvider(options.MeterProvider),
					otelhttp.WithPropagators(propagation.NewCompositeTextMapPropagator()),
				)
			}),
			CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
		},
	}
}

// Close ends idle connections.
func (c *Client) Close() { c.http.CloseIdleConnections() }

// userAgent tells CleverTap who calls.
const userAgent = "rudder-clevertap"

// Header is one header of a request.
type Header struct {
	// Name is the header's name, Value its text.
	Name, Value string
}

// Request is one HTTP request to CleverTap.
type Request struct {
	// Method is the HTTP method, Endpoint the address.
	Method, Endpoint string
	// Query is added to the query of the address as it is; it must be escaped already.
	Query string
	// Headers are the headers, the passcode's among them; of several with one name the last counts. Those that belong to
	// the connection (Host, Content-Length, Accept-Encoding, …) are the client's own and left out.
	Headers []Header
	// Body is what to send.
	Body []byte
	// Timeout is how long CleverTap may take, at most MaxTimeout; the client's own unless positive.
	Timeout time.Duration
}

// Reply is what CleverTap answered.
type Reply struct {
	// Status is the HTTP status, 200 to 999.
	Status int
	// Body is the body; of a reply that is no success and longer than what is read, the beginning.
	Body []byte
	// RetryAfter is how long to wait before the next request, if the reply says so. CleverTap's do not; those of what stands
	// before it may.
	RetryAfter time.Duration
}

// OK reports whether the HTTP status says that the request was taken.
func (r *Reply) OK() bool { return r.Status >= 200 && r.Status < 300 }

// Do sends a request and reads the reply. The error is a *RefusedError when nothing was sent, a *ConnectionError when no reply
// came, or the context's cause when that has ended.
func (c *Client) Do(ctx context.Context, r Request) (*Reply, error) {
	request, err := c.prepare(&r)
	if err != nil {
		return nil, err
	}
	return c.send(ctx, request, r.Timeout)
}

// send sends a request that is prepared.
func (c *Client) send(ctx context.Context, request *http.Request, limit time.Duration) (*Reply, error) {
	timeout := c.options.Timeout
	if limit > 0 {
		timeout = min(limit, MaxTimeout)
	}
	limited, cancel := context.WithTimeout(ctx, timeout)
	defer cancel()
	way := &way{}
	reply, err := c.exchange(request.WithContext(way.watch(limited)), way)
	if err != nil && ctx.Err() != nil {
		return nil, context.Cause(ctx)
	}
	return reply, err
}

// prepare makes the HTTP request, without a context yet. The error is a *RefusedError.
func (c *Client) prepare(r *Request) (*http.Request, error) {
	address, err := c.address(r.Endpoint, r.Query)
	if err != nil {
		return nil, err
	}
	if !httpguts.ValidHeaderFieldName(r.Method) {
		return nil, &RefusedError{Code: "ERR_INVALID_HTTP_TOKEN", Message: "the method is no HTTP method: nothing was sent"}
	}
	request := &http.Request{
		Method: r.Method, URL: address, Host: address.Host, Header: make(http.Header, len(r.Headers)),
		ContentLength: int64(len(r.Body)),
	}
	if len(r.Body) > 0 {
		request.GetBody = func() (io.ReadCloser, error) { return io.NopCloser(bytes.NewReader(r.Body)), nil }
		request.Body = io.NopCloser(bytes.NewReader(r.Body))
	}
	for _, h := range r.Headers {
		name := textproto.CanonicalMIMEHeaderKey(h.Name)
		switch {
		case !httpguts.ValidHeaderFieldName(name):
			return nil, &RefusedError{Code: "ERR_INVALID_HTTP_TOKEN", Message: "headers: a name is no HTTP header's: nothing was sent"}
		case !httpguts.ValidHeaderFieldValue(h.Value):
			return nil, &RefusedError{
				Code: "ERR_INVALID_CHAR", Message: "headers." + name + ": it holds characters that an HTTP header can't: nothing was sent",
			}
		case !isConnectionHeader(name):
			request.Header[name] = []string{h.Value}
		}
	}
	return request, nil
}

// isConnectionHeader reports whether a header says something of the connection, or of how the body is sent, rather than of
// the request.
func isConnectionHeader(name string) bool {
	switch name {
	case "Host", "Connection", "Content-Length", "Transfer-Encoding", "Accept-Encoding", "Te", "Trailer", "Upgrade", "Expect",
		"Keep-Alive", "Proxy-Connection", "Proxy-Authorization":
		return true
	default:
		return false
	}
}

// way is how far a request came. Writing goes on beside reading, hence the atomics.
type way struct {
	// sent tells that its headers were written, so that all of it may have arrived.
	sent atomic.Bool
	// http2 tells that it went over HTTP/2, whose faults have no names of the system's.
	http2 atomic.Bool
}

// watch returns a context whose request reports how far it came.
func (w *way) watch(ctx context.Context) context.Context {
	return httptrace.WithClientTrace(ctx, &httptrace.ClientTrace{
		GotConn: func(got httptrace.GotConnInfo) {
			encrypted, ok := got.Conn.(*tls.Conn)
			w.http2.Store(ok && encrypted.ConnectionState().NegotiatedProtocol == "h2")
		},
		WroteHeaders: func() { w.sent.Store(true) },
	})
}

// fault says why no reply came.
func (w *way) fault(err error) *ConnectionError {
	fault := connectionError(err)
	fault.Sent = w.sent.Load()
	if fault.Code == codeNetwork && w.http2.Load() {
		fault.Code, fault.Text, fault.Retryable = codeReset, textReset, true
	}
	return fault
}

// exchange sends a request and reads the reply.
func (c *Client) exchange(request *http.Request, way *way) (*Reply, error) {
	response, err := c.http.Do(request)
	if err != nil {
		return nil, way.fault(err)
	}
	defer response.Body.Close() //nolint:errcheck // What was read counts; nothing is lost by closing.
	body, err := io.ReadAll(io.LimitReader(response.Body, int64(c.options.MaxReplyBytes)+1))
	if err != nil {
		return nil, way.fault(err)
	}
	reply := &Reply{Status: response.StatusCode, Body: body, RetryAfter: retryAfter(response.Header.Get("Retry-After"))}
	switch {
	case reply.Status < 200:
		return nil, &ConnectionError{Code: "ERR_BAD_RESPONSE", Text: "The reply has no HTTP status", Sent: true}
	case len(body) <= c.options.MaxReplyBytes:
	case reply.OK():
		return nil, &ConnectionError{Code: "ERR_BAD_RESPONSE", Text: "The reply is too long", Sent: true}
	default:
		reply.Body = body[:c.options.MaxReplyBytes]
	}
	return reply, nil
}

// retryAfter reads a Retry-After header: seconds, or a date. What is neither, or past, is 0.
func retryAfter(text string) time.Duration {
	if text == "" {
		return 0
	}
	if seconds, err := strconv.ParseUint(text, 10, 31); err == nil {
		return time.Duration(seconds) * time.Second
	}
	date, err := http.ParseTime(text)
	if err != nil {
		return 0
	}
	return max(time.Until(date), 0)
}
