package delivery

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"syscall"
	"time"

	"github.com/rudder-clevertap/rudder-clevertap/mapping"
)

// Defaults of Options.
const (
	// DefaultTimeout is how long CleverTap may take to answer.
	DefaultTimeout = time.Minute
	// maxReply is the longest reply that is read. CleverTap echoes refused records, so replies get about as long as requests.
	maxReply = 64 << 20
	// maxConnections limits the connections to one host: CleverTap takes 15 uploads at once from an account.
	maxConnections = 64
)

// Options say what a client is made of.
type Options struct {
	// BaseURL is where all requests go, with their own paths and queries, whatever host they name: for tests and private
	// relays. Nil is CleverTap itself: a request for any other host is refused.
	BaseURL *url.URL
	// Timeout is how long CleverTap may take, unless a request says otherwise; DefaultTimeout unless positive.
	Timeout time.Duration
}

// Client sends requests to CleverTap. It is safe for use by many goroutines. It never follows redirects.
type Client struct {
	base    *url.URL
	timeout time.Duration
	http    *http.Client
	hosts   map[string]bool
}

// New returns a client. Close ends its idle connections.
func New(options Options) *Client {
	c := &Client{base: options.BaseURL, timeout: options.Timeout, hosts: map[string]bool{}}
	if c.timeout <= 0 {
		c.timeout = DefaultTimeout
	}
	for _, region := range mapping.Describe().Regions {
		c.hosts[region.Host] = true
	}
	transport := http.DefaultTransport.(*http.Transport).Clone() //nolint:forcetypeassert // It is one.
	transport.MaxConnsPerHost = maxConnections
	transport.MaxIdleConnsPerHost = maxConnections
	c.http = &http.Client{
		Transport:     transport,
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}
	return c
}

// Close ends idle connections.
func (c *Client) Close() { c.http.CloseIdleConnections() }

// Request is one HTTP request to CleverTap.
type Request struct {
	// Method and Endpoint are the method and the address.
	Method, Endpoint string
	// Query is added to that of the address.
	Query url.Values
	// Header holds the headers, the passcode's among them.
	Header http.Header
	// Body is what to send.
	Body []byte
	// Timeout is how long CleverTap may take; the client's own unless positive.
	Timeout time.Duration
}

// Reply is what CleverTap answered.
type Reply struct {
	// Status is the HTTP status.
	Status int
	// Body is the whole body.
	Body []byte
}

// OK reports whether the HTTP status says that the request was taken.
func (r *Reply) OK() bool { return r.Status >= 200 && r.Status < 300 }

// RefusedError says that a request was not sent, since it names what it must not, or can't be made.
type RefusedError struct {
	// Message is the sentence for a person. It holds no header.
	Message string
}

// Error returns the message.
func (e *RefusedError) Error() string { return e.Message }

// ConnectionError says that no reply came.
type ConnectionError struct {
	// Code is the system's name of the fault: ECONNREFUSED, ECONNRESET, ETIMEDOUT, EAI_AGAIN, ECONNABORTED, ENOTFOUND or
	// ERR_NETWORK.
	Code string
	// Text says it in words.
	Text string
	// Retryable tells faults that may pass from those that stay.
	Retryable bool
	// Cause is the client's error, for the log.
	Cause error
}

// Error returns the code and the text.
func (e *ConnectionError) Error() string { return "[" + e.Code + "] :: " + e.Text }

// Unwrap returns the cause.
func (e *ConnectionError) Unwrap() error { return e.Cause }

// Do sends a request and reads the reply. The error is a *RefusedError, when nothing was sent, or a *ConnectionError.
func (c *Client) Do(ctx context.Context, r Request) (*Reply, error) {
	address, err := c.address(r.Endpoint, r.Query)
	if err != nil {
		return nil, err
	}
	timeout := c.timeout
	if r.Timeout > 0 {
		timeout = r.Timeout
	}
	ctx, cancel := context.WithTimeout(ctx, timeout)
	defer cancel()
	request, err := http.NewRequestWithContext(ctx, r.Method, address, bytes.NewReader(r.Body))
	if err != nil {
		return nil, &RefusedError{Message: "the request can't be made: its method or address is malformed"}
	}
	for name, values := range r.Header {
		request.Header[http.CanonicalHeaderKey(name)] = values
	}
	response, err := c.http.Do(request)
	if err != nil {
		return nil, connectionError(err)
	}
	body, err := io.ReadAll(io.LimitReader(response.Body, maxReply))
	if closeErr := response.Body.Close(); err == nil {
		err = closeErr
	}
	if err != nil {
		return nil, connectionError(err)
	}
	return &Reply{Status: response.StatusCode, Body: body}, nil
}

// address returns where a request goes. Without a base, only CleverTap's hosts are addressed: secrets must not go elsewhere.
func (c *Client) address(endpoint string, query url.Values) (string, error) {
	u, err := url.Parse(endpoint)
	if err != nil || endpoint == "" {
		return "", &RefusedError{Message: "the endpoint is no URL"}
	}
	if c.base != nil {
		relayed := c.base.JoinPath(u.EscapedPath())
		relayed.RawQuery = u.RawQuery
		u = relayed
	} else if u.Scheme != "https" || !c.hosts[u.Host] || u.User != nil {
		return "", &RefusedError{Message: fmt.Sprintf("the endpoint %q is not one of CleverTap's: nothing was sent", u.Redacted())}
	}
	if len(query) > 0 {
		all := u.Query()
		for name, values := range query {
			all[name] = append(all[name], values...)
		}
		u.RawQuery = all.Encode()
	}
	return u.String(), nil
}

// faults are the system's faults by which no reply comes, and how they are called.
func faults() []struct {
	cause     error
	code      string
	text      string
	retryable bool
} {
	return []struct {
		cause     error
		code      string
		text      string
		retryable bool
	}{
		{syscall.ECONNREFUSED, "ECONNREFUSED", "Connection refused", true},
		{syscall.ECONNRESET, "ECONNRESET", "Connection reset by peer", true},
		{syscall.EPIPE, "ECONNRESET", "Connection reset by peer", true},
		{io.EOF, "ECONNRESET", "Connection reset by peer", true},
		{io.ErrUnexpectedEOF, "ECONNRESET", "Connection reset by peer", true},
		{syscall.ETIMEDOUT, "ETIMEDOUT", "Connection timed out", true},
		{context.DeadlineExceeded, "ECONNABORTED", "Connection aborted", true},
		{context.Canceled, "ECONNABORTED", "Connection aborted", true},
	}
}

// connectionError says why no reply came.
func connectionError(err error) *ConnectionError {
	if dns := (*net.DNSError)(nil); errors.As(err, &dns) {
		if dns.IsNotFound {
			return &ConnectionError{Code: "ENOTFOUND", Text: "DNS lookup failed", Cause: err}
		}
		return &ConnectionError{Code: "EAI_AGAIN", Text: "DNS lookup timed out", Retryable: true, Cause: err}
	}
	for _, fault := range faults() {
		if errors.Is(err, fault.cause) {
			return &ConnectionError{Code: fault.code, Text: fault.text, Retryable: fault.retryable, Cause: err}
		}
	}
	if timeout := net.Error(nil); errors.As(err, &timeout) && timeout.Timeout() {
		return &ConnectionError{Code: "ETIMEDOUT", Text: "Connection timed out", Retryable: true, Cause: err}
	}
	return &ConnectionError{Code: "ERR_NETWORK", Text: "Network error", Cause: err}
}
