package delivery

import (
	"context"
	"net/http"
	"net/textproto"
	"net/url"
	"slices"
	"strings"

	"github.com/rudder-clevertap/rudder-clevertap/clevertap"
)

// inline is the label of accounts that nobody has registered.
const inline = "inline"

// Exchange sends a request as it is, once, and returns what CleverTap replies, whatever it says: for those who answer for CleverTap,
// and whose own callers send again. It waits for one of the account's slots for uploads, in turn with the sender's own. The error
// is ErrStopping, or what Client.Do gives.
func (s *Sender) Exchange(ctx context.Context, r Request) (*Reply, error) {
	request, err := s.client.prepare(&r)
	if err != nil {
		return nil, err
	}
	if !s.opened() {
		return nil, ErrStopping
	}
	defer s.closed()
	ctx, end := s.within(ctx)
	defer end()
	a := s.account(accountKey{hostOf(r.Endpoint), r.header(clevertap.AccountIDHeader)}, inline)
	if err := a.takeSlot(ctx); err != nil {
		return nil, err
	}
	reply, err := s.client.send(ctx, request, r.Timeout)
	a.giveSlot(reply)
	return reply, err
}

// within returns a context that ends with the sender, at the latest, and how to let go of it.
func (s *Sender) within(ctx context.Context) (limited context.Context, end func()) {
	limited, cancel := context.WithCancelCause(ctx)
	stop := context.AfterFunc(s.requests, func() { cancel(ErrStopping) })
	return limited, func() {
		stop()
		cancel(nil)
	}
}

// hostOf returns the host that an endpoint names, and nothing when it names none.
func hostOf(endpoint string) string {
	u, err := url.Parse(endpoint)
	if err != nil {
		return ""
	}
	return strings.ToLower(u.Host)
}

// header returns the value of a header, and nothing when there is none. Of several with one name the last counts.
func (r *Request) header(name string) string {
	name = textproto.CanonicalMIMEHeaderKey(name)
	for _, h := range slices.Backward(r.Headers) {
		if textproto.CanonicalMIMEHeaderKey(h.Name) == name {
			return h.Value
		}
	}
	return ""
}

// takeSlot waits for a slot, and takes it. The account is locked, and is not any more when it returns. The error is the cause of ctx.
func (a *account) takeSlot(ctx context.Context) error {
	if len(a.queue) == 0 && a.uploads < a.pace.now(a.sender.now()) {
		a.uploads++
		a.mu.Unlock()
		return nil
	}
	entered := make(chan struct{})
	a.queue = append(a.queue, entered)
	a.mu.Unlock()
	select {
	case <-entered:
		return nil
	case <-ctx.Done():
	}
	a.mu.Lock()
	at := slices.Index(a.queue, entered)
	if at >= 0 {
		a.queue = slices.Delete(a.queue, at, at+1)
	}
	a.mu.Unlock()
	if at < 0 {
		a.giveSlot(nil) // the slot came in the same moment
	}
	return context.Cause(ctx)
}

// passSlot lets the first exchange of those that wait have a slot.
func (a *account) passSlot() {
	a.uploads++
	close(a.queue[0])
	a.queue = a.queue[1:]
}

// giveSlot gives a slot back. Reply is what CleverTap said; nil when it said nothing.
func (a *account) giveSlot(reply *Reply) {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.uploads--
	if reply != nil && reply.Status == http.StatusTooManyRequests {
		a.pace.lower(a.sender.now())
	}
	a.send()
}
