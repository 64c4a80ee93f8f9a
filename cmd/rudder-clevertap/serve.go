package main

import (
	"context"
	"io"

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
	version, _ := buildVersion()
	parts, err := app.New(ctx, app.Options{
		Settings: &c.Settings, Blame: reader.Blame, Version: version, Log: std.Err, LogFormat: c.logFormat(std.Err),
	})
	if err != nil {
		return err
	}
	return parts.Run(ctx)
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
