package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"strings"

	clevertapv1 "github.com/rudder-clevertap/rudder-clevertap/gen/clevertap/v1"
	"github.com/rudder-clevertap/rudder-clevertap/mapping"
)

// The two forms of output.
const (
	outputResults  = "results"
	outputPayloads = "payloads"
)

// transformCmd transforms files of events without a server.
type transformCmd struct {
	Files       []string `arg:"" optional:"" name:"file" help:"Files of events, one a line, in arrays, or one after the other, plain or gzip; - is standard input, the default."`
	Destination string   `required:"" placeholder:"FILE|JSON" help:"The destination's settings, or RudderStack's destination object: a JSON file, or the JSON itself."`
	Ruleset     string   `enum:",guide,transformer" default:"" placeholder:"guide|transformer" help:"Rules to apply instead of the destination's own."`
	CheckMode   string   `enum:",report,repair,reject" default:"" placeholder:"report|repair|reject" help:"What to do about what CleverTap would refuse, instead of what the destination says."`
	Output      string   `enum:"results,payloads" default:"results" placeholder:"results|payloads" help:"results: one line per event with its records, diagnostics and error. payloads: one CleverTap body per line."`
	Summary     *bool    `negatable:"" help:"Print a summary at the end; on a terminal unless told otherwise."`
}

// Validate refuses files that can't be read before anything is written.
func (c *transformCmd) Validate() error {
	for _, name := range c.Files {
		if name == stdinArgument {
			continue
		}
		info, err := os.Stat(name)
		if err != nil {
			return err
		}
		if info.IsDir() {
			return fmt.Errorf("%s is a directory: name the files in it", name)
		}
		if info.Mode()&(os.ModeNamedPipe|os.ModeDevice) != 0 {
			continue // To open a pipe may take for ever, and can be done but once.
		}
		file, err := os.Open(name)
		if err != nil {
			return err
		}
		if err := file.Close(); err != nil {
			return err
		}
	}
	return nil
}

// Run transforms all events in the order of the files and ends with status 1 when any failed.
func (c *transformCmd) Run(ctx context.Context, std stdio) error {
	defer reserveHeap()()
	to, err := c.destination()
	if err != nil {
		return usageError{err}
	}
	inputs := newInputs(c.Files, std.In)
	screen := newScreen(std, inputs, c.Summary)
	work := newPipeline(to, inputs, c.Output)
	total, err := work.run(ctx, std.Out, screen)
	screen.finish(total)
	if err != nil {
		return err
	}
	if ctx.Err() != nil {
		return errors.New("interrupted: events that were not read yet are left out")
	}
	if total.failed > 0 {
		return statusFailure
	}
	return nil
}

// destination reads and checks the settings, as the command line asks for.
func (c *transformCmd) destination() (*mapping.Destination, error) {
	settings := []byte(c.Destination)
	if !strings.HasPrefix(strings.TrimSpace(c.Destination), "{") {
		var err error
		if settings, err = os.ReadFile(c.Destination); err != nil {
			return nil, fmt.Errorf("--destination: %w", err)
		}
		settings = bytes.TrimPrefix(settings, []byte(byteOrderMark))
	}
	to, fault := mapping.ParseDestinationUnder(&clevertapv1.Destination{
		Ruleset:   clevertapv1.Ruleset(clevertapv1.Ruleset_value["RULESET_"+strings.ToUpper(c.Ruleset)]),
		CheckMode: clevertapv1.CheckMode(clevertapv1.CheckMode_value["CHECK_MODE_"+strings.ToUpper(c.CheckMode)]),
	}, settings)
	if fault != nil {
		return nil, fmt.Errorf("--destination: %s: %w", fault.Reason, fault)
	}
	return to, nil
}
