package main

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"os"
	"time"

	"github.com/rudder-clevertap/rudder-clevertap/clevertap"
	"github.com/rudder-clevertap/rudder-clevertap/delivery"
	"github.com/rudder-clevertap/rudder-clevertap/internal/receipt"
)

// stopTimeout is how long what is under way may take to end when the program is interrupted.
const stopTimeout = 10 * time.Second

// deliverCmd delivers files of events without a server.
type deliverCmd struct {
	Files       []string `arg:"" optional:"" name:"file" help:"Files of events, one a line, in arrays, or one after the other, plain or gzip; - is standard input, the default."`
	Destination string   `required:"" placeholder:"FILE|JSON" help:"The destination's settings: a JSON file, or the JSON itself."`
	Ruleset     string   `enum:",guide,transformer" default:"" placeholder:"guide|transformer" help:"Rules to apply instead of the destination's own."`
	DryRun      bool     `help:"Have CleverTap check the records and keep none."`
	Checkpoint  string   `placeholder:"FILE" help:"Keep in this file how far the run is, and go on from there when it is there already."`
	Failed      string   `placeholder:"FILE" help:"Write events to this file that were not delivered and can be sent again."`
	Uploads     int      `default:"3" placeholder:"N" help:"Most uploads at once; CleverTap takes 3 of every account, and 15 of most."`
	Summary     *bool    `negatable:"" help:"Print a summary at the end; on a terminal unless told otherwise."`

	CleverTapBaseURL *url.URL `name:"clevertap-base-url" placeholder:"URL" help:"Where calls to CleverTap go instead of its own hosts: for the sandbox, tests and private relays."`
}

// Validate refuses what can't be used before anything is sent.
func (c *deliverCmd) Validate() error {
	if c.Uploads < 1 || c.Uploads > clevertap.MaxConcurrentUploads {
		return fmt.Errorf("--uploads must be from 1 to %d", clevertap.MaxConcurrentUploads)
	}
	if base := c.CleverTapBaseURL; base != nil && (base.Host == "" || base.Scheme != "http" && base.Scheme != "https") {
		return errors.New("--clevertap-base-url is not a valid address of a server: write it as http://HOST:PORT or https://HOST")
	}
	for _, kept := range []struct{ flag, name string }{{"--checkpoint", c.Checkpoint}, {"--failed", c.Failed}} {
		for _, input := range c.Files {
			if sameFile(kept.name, input) {
				return fmt.Errorf("%s: %s holds events to be delivered: name another file", kept.flag, kept.name)
			}
		}
	}
	if sameFile(c.Checkpoint, c.Failed) {
		return errors.New("--checkpoint and --failed name the same file: name two")
	}
	return (&transformCmd{Files: c.Files}).Validate()
}

// sameFile reports whether two names lead to one file.
func sameFile(one, other string) bool {
	if one == "" || other == "" {
		return false
	}
	if one == other {
		return true
	}
	a, errA := os.Stat(one)
	b, errB := os.Stat(other)
	return errA == nil && errB == nil && os.SameFile(a, b)
}

// Run delivers all events in the order of the files and ends with status 1 when any was not delivered.
func (c *deliverCmd) Run(ctx context.Context, std stdio) (err error) {
	defer reserveHeap()()
	to, err := (&transformCmd{Destination: c.Destination, Ruleset: c.Ruleset}).destination()
	if err != nil {
		return usageError{err}
	}
	work := &deliveries{to: to, account: receipt.Account(to, "inline"), dryRun: c.DryRun, uploads: c.Uploads, inputs: newInputs(c.Files, std.In), out: std.Out}
	if work.checkpoint, err = openCheckpoint(c.Checkpoint, work.identity()); err != nil {
		return usageError{err}
	}
	defer func() { err = errors.Join(err, work.checkpoint.close()) }()
	if work.failed, err = openFailed(c.Failed, work.checkpoint); err != nil {
		return usageError{err}
	}
	defer func() { err = errors.Join(err, work.failed.close()) }()
	client := delivery.New(delivery.Options{BaseURL: c.CleverTapBaseURL})
	defer client.Close()
	if work.sender, err = delivery.NewSender(client, delivery.SenderOptions{MaxUploads: c.Uploads, Linger: deliveryLinger}); err != nil {
		return err
	}
	view := newScreen(std, work.inputs, c.Summary)
	view.timed = true
	total, err := work.run(ctx, view)
	view.finish(total)
	switch {
	case err != nil:
		return err
	case ctx.Err() != nil && work.checkpoint != nil:
		return errors.New("interrupted: run the same command again to go on")
	case ctx.Err() != nil:
		return errors.New("interrupted: events that were not read yet are left out")
	case work.missed > 0:
		return statusFailure
	}
	return nil
}
