package main

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/rudder-clevertap/rudder-clevertap/internal/clevertapstub"
	"github.com/rudder-clevertap/rudder-clevertap/internal/sandbox"
)

// sandboxCmd serves a local CleverTap.
type sandboxCmd struct {
	Listen    string            `default:"127.0.0.1:8090" placeholder:"HOST:PORT" help:"Where it listens, in plain HTTP."`
	Faults    []string          `placeholder:"KIND" help:"What goes wrong with some calls: 429, 500, 503, slow, cut (before the call is looked at), lost (after), partial (code 555), 401, html."`
	FaultRate float64           `default:"0.2" placeholder:"PART" help:"How many of the calls, from 0 to 1."`
	Accounts  map[string]string `name:"account" placeholder:"ID=PASSCODE" help:"The accounts that there are; any, with any passcode, unless given."`
}

// Validate refuses faults that there are not.
func (c *sandboxCmd) Validate() error {
	if c.FaultRate < 0 || c.FaultRate > 1 {
		return errors.New("--fault-rate must be from 0 to 1")
	}
	for _, kind := range c.Faults {
		if kinds := clevertapstub.Kinds(); !slices.Contains(kinds, kind) {
			return fmt.Errorf("--faults: there is no %q: use %s", kind, strings.Join(kinds, ", "))
		}
	}
	return nil
}

// Run serves until ctx ends.
func (c *sandboxCmd) Run(ctx context.Context, std stdio) error {
	listener, err := (&net.ListenConfig{}).Listen(ctx, "tcp", c.Listen)
	if err != nil {
		return err
	}
	web := &http.Server{
		Handler:           sandbox.New(sandbox.Options{Faults: c.Faults, FaultRate: c.FaultRate, Accounts: c.Accounts}),
		ReadHeaderTimeout: 10 * time.Second,
	}
	base := "http://" + listener.Addr().String()
	fmt.Fprintf(std.Err, "What arrives is shown at %s/ and, as JSON, at %s/ledger.\nSend it there with --clevertap-base-url %s\n", base, base, base)
	ended := make(chan error, 1)
	go func() { ended <- web.Serve(listener) }()
	select {
	case err := <-ended:
		return err
	case <-ctx.Done():
	}
	stopping, cancel := context.WithTimeout(context.WithoutCancel(ctx), time.Second)
	defer cancel()
	if web.Shutdown(stopping) != nil {
		_ = web.Close()
	}
	<-ended //nolint:errcheck // It says that it was shut down.
	return nil
}
