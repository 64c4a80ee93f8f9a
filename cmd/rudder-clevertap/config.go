package main

import (
	"errors"
	"fmt"
	"io"

	"github.com/rudder-clevertap/rudder-clevertap/internal/config"
)

// configCmd looks at the configuration.
type configCmd struct {
	Check configCheckCmd `cmd:"" help:"Print the configuration that serve would have, without secrets; exit status 0 when it is valid, else 2."`
}

// configCheckCmd prints the configuration, or all that is wrong with it.
type configCheckCmd struct {
	config.Settings

	Format string `default:"auto" enum:"auto,text,yaml,json" placeholder:"FORMAT" help:"Form of the output: text, yaml, json, or auto: text on a terminal, else JSON."`
}

// Run prints it. The problems go to standard error, and with JSON to the output as well.
func (c *configCheckCmd) Run(std stdio, reader *config.Reader) error {
	var problems config.Problems
	err := reader.Finish(&c.Settings)
	if err != nil && !errors.As(err, &problems) {
		return err
	}
	if shown := reader.Show(std.Out, c.format(std.Out), &c.Settings, problems); shown != nil {
		return shown
	}
	if err != nil {
		fmt.Fprintf(std.Err, "rudder-clevertap: %v\n", err)
		return statusUsage
	}
	return nil
}

// format decides the form of the output: for a person at a terminal, or for programs.
func (c *configCheckCmd) format(w io.Writer) config.Format {
	switch {
	case c.Format != "auto":
		return config.Format(c.Format)
	case isTerminal(w):
		return config.Text
	}
	return config.JSON
}
