package main

import (
	"context"
	"io"
	"os"
	"os/signal"
	"syscall"

	"github.com/rudder-clevertap/rudder-clevertap/internal/app"
	"github.com/rudder-clevertap/rudder-clevertap/internal/config"
	"github.com/rudder-clevertap/rudder-clevertap/internal/telemetry"
)

// serveCmd serves gRPC, REST and rudder-transformer's routes.
type serveCmd struct {
	config.Settings
}

// Run serves until ctx ends.
func (c *serveCmd) Run(ctx context.Context, std stdio, reader *config.Reader) error {
	if err := reader.Finish(&c.Settings); err != nil {
		return usageError{err}
	}
	defer reserveHeap()()
	c.MaxMemory = limitMemory(c.MaxMemory, os.DirFS("/"))
	// A log whose reader goes away is no reason to end.
	signal.Ignore(syscall.SIGPIPE)
	defer signal.Reset(syscall.SIGPIPE)
	format := c.logFormat(std.Err)
	lines := telemetry.NewLines(std.Err, format)
	defer lines.Close() //nolint:errcheck // It never fails.
	version, _ := buildVersion()
	parts, err := app.New(ctx, app.Options{
		Settings: &c.Settings, Blame: reader.Blame, Version: version, Log: lines, LogFormat: format,
	})
	if err == nil {
		err = parts.Run(ctx)
	}
	if err != nil {
		// By way of the lines, as nobody may read standard error.
		return exitStatus(report(lines, err))
	}
	return nil
}

// logFormat decides the form of log lines: text for a person at a terminal, JSON otherwise, unless told.
func (c *serveCmd) logFormat(w io.Writer) telemetry.LogFormat {
	switch {
	case c.LogFormat != "auto":
		return telemetry.LogFormat(c.LogFormat)
	case isTerminal(w):
		return telemetry.LogText
	}
	return telemetry.LogJSON
}
