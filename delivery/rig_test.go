package delivery_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/url"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/rudder-clevertap/rudder-clevertap/delivery"
	"github.com/rudder-clevertap/rudder-clevertap/internal/clevertapstub"
)

// pipes is a network within the test: its connections are pipes, so that time can be the test's own.
type pipes struct {
	accepted chan net.Conn
	closed   chan struct{}
	once     sync.Once
}

func newPipes() *pipes { return &pipes{accepted: make(chan net.Conn), closed: make(chan struct{})} }

func (p *pipes) dial(ctx context.Context, _, _ string) (net.Conn, error) {
	near, far := net.Pipe()
	select {
	case p.accepted <- far:
		return near, nil
	case <-p.closed:
		return nil, &net.OpError{Op: "dial", Err: net.ErrClosed}
	case <-ctx.Done():
		return nil, ctx.Err()
	}
}

func (p *pipes) Accept() (net.Conn, error) {
	select {
	case conn := <-p.accepted:
		return conn, nil
	case <-p.closed:
		return nil, net.ErrClosed
	}
}

func (p *pipes) Close() error   { p.once.Do(func() { close(p.closed) }); return nil }
func (p *pipes) Addr() net.Addr { return &net.UnixAddr{Name: "pipes"} }

// rig is a sender, and the stand-in that it sends to.
type rig struct {
	*delivery.Sender

	stub   *clevertapstub.Stub
	client *delivery.Client
	server *http.Server
}

// withRig runs a test with time of its own.
func withRig(t *testing.T, stub clevertapstub.Options, options delivery.SenderOptions, test func(t *testing.T, r *rig)) {
	t.Helper()
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		r := newRig(t, clevertapstub.New(stub), options)
		test(t, r)
	})
}

func newRig(t *testing.T, stub *clevertapstub.Stub, options delivery.SenderOptions) *rig {
	t.Helper()
	network := newPipes()
	r := &rig{stub: stub, server: &http.Server{Handler: stub, ReadHeaderTimeout: time.Hour}}
	go func() { _ = r.server.Serve(network) }()
	r.client = delivery.New(delivery.Options{BaseURL: &url.URL{Scheme: "http", Host: "clevertap.test"}, Dial: network.dial})
	sender, err := delivery.NewSender(r.client, options)
	require.NoError(t, err)
	r.Sender = sender
	t.Cleanup(func() { r.stop(t) })
	return r
}

// stop stops the sender, in due form, and all else.
func (r *rig) stop(t *testing.T) {
	t.Helper()
	require.NoError(t, errors.Join(r.Stop(context.Background()), r.server.Close()))
	r.client.Close()
}

// shop is an account.
var shop = delivery.Account{Host: "in1.api.clevertap.com", ID: "SHOP", Passcode: secret, Label: "shop"}

// event is an event of a user, with a name.
func event(user, name string) delivery.Event {
	return delivery.Event{
		Users:   [][]byte{[]byte(user)},
		Records: []delivery.Record{{JSON: fmt.Appendf(nil, `{"type":"event","identity":%q,"evtName":%q,"evtData":{}}`, user, name)}},
	}
}

// events are events of users in turn, named by their numbers.
func events(count, users int) []delivery.Event {
	list := make([]delivery.Event, count)
	for i := range list {
		list[i] = event(fmt.Sprintf("u%d", i%users), fmt.Sprintf("E%d", i))
	}
	return list
}

// deliver delivers events within a time.
func (r *rig) deliver(t *testing.T, within time.Duration, list ...delivery.Event) []delivery.Result {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), within)
	defer cancel()
	results, err := r.Deliver(ctx, delivery.Batch{To: shop, Events: list})
	require.NoError(t, err)
	require.Len(t, results, len(list))
	return results
}

// names returns the names of the events that were taken, by user.
func (r *rig) names(t *testing.T) map[string][]string {
	t.Helper()
	taken := map[string][]string{}
	for _, text := range r.stub.Records() {
		var record struct{ Identity, EvtName string }
		require.NoError(t, json.Unmarshal(text, &record))
		taken[record.Identity] = append(taken[record.Identity], record.EvtName)
	}
	return taken
}

// bodies returns how many records each upload had.
func (r *rig) sizes(t *testing.T) (sizes []int) {
	t.Helper()
	for _, call := range r.stub.Calls() {
		var body struct{ D []json.RawMessage }
		require.NoError(t, json.Unmarshal(call.Body, &body))
		sizes = append(sizes, len(body.D))
	}
	return sizes
}

func requireDelivered(t *testing.T, results []delivery.Result) {
	t.Helper()
	for i, result := range results {
		require.Equal(t, delivery.Delivered, result.Outcome, "event %d: %v", i, result.Err)
		require.NoError(t, asError(result.Err))
		require.False(t, result.Retryable)
	}
}

func asError(e *delivery.Error) error {
	if e == nil {
		return nil
	}
	return e
}
