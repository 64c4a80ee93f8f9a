package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/rudder-clevertap/rudder-clevertap/internal/sandbox"
)

// localCleverTap is a sandbox at work.
type localCleverTap struct {
	base string
	web  *http.Server
}

// startSandbox starts a sandbox that puts some records of the first upload off.
func startSandbox(ctx context.Context) (*localCleverTap, error) {
	listener, err := (&net.ListenConfig{}).Listen(ctx, "tcp", "127.0.0.1:0")
	if err != nil {
		return nil, err
	}
	c := &localCleverTap{
		base: "http://" + listener.Addr().String(),
		web:  &http.Server{Handler: sandbox.New(sandbox.Options{First: []string{"partial"}}), ReadHeaderTimeout: time.Minute},
	}
	go func() { _ = c.web.Serve(listener) }() // until stop
	return c, nil
}

// stop ends it.
func (c *localCleverTap) stop() error { return c.web.Close() }

// delivered are the events that are delivered, one of them to be refused.
func delivered() [][]byte {
	return [][]byte{
		[]byte(`{"type":"identify","messageId":"delivered-profile","userId":"u-1001","traits":{"name":"Ada Lovelace","email":"ada@example.com","plan":"gold"}}`),
		[]byte(`{"type":"track","messageId":"delivered-event","userId":"u-1001","event":"Checked Out","properties":{"total_value":2000}}`),
		[]byte(`{"type":"track","messageId":"refused-name","userId":"u-1001","event":"App Launched"}`),
		[]byte(`{"type":"track","messageId":"put-off-once","userId":"u-1002","event":"Order Completed","properties":{"checkout_id":"12345","revenue":15,"products":[{"sku":"G-32","price":14}]}}`),
		[]byte(`{"type":"track","messageId":"nobody","event":"Checked Out"}`),
	}
}

// delivery is what became of one event.
type delivery struct {
	Outcome  string
	Attempts int
	Error    *fault
}

// showDelivery delivers events over REST, and shows what became of each and what arrived.
func showDelivery(ctx context.Context, p *printer, rest *restClient, to *localCleverTap) error {
	p.title("Delivery, with a receipt for every event", "POST /v1/deliver → the sandbox, which puts some records off once")
	events := delivered()
	body := fmt.Appendf(nil, `{"events":[%s],"destination":{"accountId":"ACCOUNT-ID","passcode":"PASSCODE","region":"in1"}}`, bytes.Join(events, []byte{','}))
	status, text, err := rest.post(ctx, "/v1/deliver", body)
	if err != nil {
		return err
	}
	var answer struct{ Results []delivery }
	if status != http.StatusOK || json.Unmarshal(text, &answer) != nil || len(answer.Results) != len(events) {
		return fmt.Errorf("status %d: %s", status, text)
	}
	seen := map[string]bool{}
	for i, event := range events {
		p.event(event)
		r := answer.Results[i]
		p.outcome(r)
		seen[fmt.Sprintf("%s %d", r.Outcome, r.Attempts)] = true
	}
	for _, wanted := range []string{"OUTCOME_DELIVERED 1", "OUTCOME_DELIVERED 2", "OUTCOME_REFUSED 1", "OUTCOME_INVALID 0"} {
		if !seen[wanted] {
			return errors.New("no event became " + wanted)
		}
	}
	return p.arrived(ctx, to)
}

// outcome prints what became of an event.
func (p *printer) outcome(r delivery) {
	name := strings.ToLower(strings.TrimPrefix(r.Outcome, "OUTCOME_"))
	switch {
	case r.Error != nil:
		p.linef(red, "    → %s", name)
		p.fault(r.Error)
	case r.Attempts > 1:
		p.linef(green, "    → %s, sent %d times: CleverTap had put it off", name, r.Attempts)
	default:
		p.linef(green, "    → %s", name)
	}
}

// arrived prints what arrived in the sandbox.
func (p *printer) arrived(ctx context.Context, to *localCleverTap) error {
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, to.base+"/ledger", http.NoBody)
	if err != nil {
		return err
	}
	answer, err := http.DefaultClient.Do(request)
	if err != nil {
		return err
	}
	defer func() { _ = answer.Body.Close() }()
	var ledger sandbox.Ledger
	if err := json.NewDecoder(answer.Body).Decode(&ledger); err != nil {
		return err
	}
	p.linef(bold, "\n  What arrived")
	for _, person := range slices.Backward(ledger.People) {
		attributes, err := json.Marshal(person.Attributes)
		if err != nil {
			return err
		}
		p.linef("", "  %s %s", person.Identity, attributes)
		for _, event := range slices.Backward(person.Events) {
			data, err := json.Marshal(event.Data)
			if err != nil {
				return err
			}
			p.linef(green, "    ✓ %s %s", event.Name, data)
		}
	}
	for _, r := range ledger.Refusals {
		p.linef(red, "    ✗ code %d: %s. %s", r.Code, r.Meaning, r.Remedy)
	}
	return nil
}
