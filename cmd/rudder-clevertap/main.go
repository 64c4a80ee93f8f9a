// Command rudder-clevertap turns RudderStack events into CleverTap payloads: as a gRPC and REST service, or on the command
// line.
package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/url"
	"os"
	"os/signal"
	"reflect"
	"strings"
	"syscall"

	"github.com/alecthomas/kong"

	"github.com/rudder-clevertap/rudder-clevertap/internal/config"
)

// The exit statuses other than zero.
const (
	statusFailure exitStatus = 1
	statusUsage   exitStatus = 2
)

// cli is the command line.
type cli struct {
	Serve       serveCmd       `cmd:"" help:"Serve gRPC and REST until SIGINT or SIGTERM."`
	Transform   transformCmd   `cmd:"" help:"Transform events of files or standard input, one JSON text per line."`
	Deliver     deliverCmd     `cmd:"" help:"Deliver events of files or standard input to CleverTap, and say what became of each."`
	Sandbox     sandboxCmd     `cmd:"" help:"Serve a local CleverTap that takes nothing to CleverTap, and a page that shows what arrives."`
	Explain     explainCmd     `cmd:"" help:"Tell one event's story: where all that is in its records comes from, and what went nowhere."`
	Config      configCmd      `cmd:"" help:"Look at the configuration of serve."`
	Healthcheck healthcheckCmd `cmd:"" help:"Ask a running server whether it serves; exit status 0 when it does, else 1."`
	Version     versionCmd     `cmd:"" help:"Print the version."`
}

// stdio is the standard input and output of a command.
type stdio struct {
	In       io.Reader
	Out, Err io.Writer
}

// exitStatus is an error that ends the program with this status in silence: what there was to say has been said.
type exitStatus int

// Error names the status.
func (s exitStatus) Error() string { return fmt.Sprintf("exit status %d", int(s)) }

// usageError is an error in how a command was called, found after the command line was parsed.
type usageError struct{ error }

// Unwrap returns the error itself.
func (e usageError) Unwrap() error { return e.error }

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	// The first signal asks for an orderly end; from then on a signal ends the program at once.
	context.AfterFunc(ctx, stop)
	status := run(ctx, os.Args[1:], stdio{In: os.Stdin, Out: os.Stdout, Err: os.Stderr})
	stop()
	os.Exit(status)
}

// run runs the command that args name and returns the exit status: 0, 1 when it failed, 2 when it was called wrongly.
func run(ctx context.Context, args []string, std stdio) int {
	var (
		commands cli
		helped   bool
	)
	settings := config.NewReader(&commands.Serve.Settings, &commands.Config.Check.Settings)
	parser, err := kong.New(&commands, append(settings.Options(),
		kong.Name("rudder-clevertap"),
		kong.Description("Turns RudderStack events into CleverTap payloads."),
		kong.Writers(std.Out, std.Err),
		kong.Exit(func(int) { helped = true }),
		kong.ConfigureHelp(kong.HelpOptions{Compact: true}),
		kong.ValueFormatter(flagHelp),
		kong.NamedMapper("existingfile", existingFile()),
		kong.TypeMapper(reflect.TypeFor[*url.URL](), serverAddress()),
		kong.BindTo(ctx, (*context.Context)(nil)),
		kong.Bind(std, settings),
	)...)
	if err != nil {
		return report(std.Err, err)
	}
	command, err := parser.Parse(args)
	if helped {
		return 0
	}
	if err != nil {
		return report(std.Err, usageError{err})
	}
	return report(std.Err, command.Run())
}

// existingFile reads the name of a file that must exist. An empty name is none, as an environment variable that is set to
// nothing gives it: files for containers often set all that there are.
func existingFile() kong.Mapper {
	named := kong.NewRegistry().RegisterDefaults().ForNamedValue("existingfile", reflect.ValueOf(""))
	return kong.MapperFunc(func(ctx *kong.DecodeContext, target reflect.Value) error {
		if ctx.Scan.Peek().Value == "" {
			ctx.Scan.Pop()
			target.SetString("")
			return nil
		}
		return named.Decode(ctx, target)
	})
}

// serverAddress reads the address of a server. An error does not repeat it: it may hold a password.
func serverAddress() kong.Mapper {
	return kong.MapperFunc(func(ctx *kong.DecodeContext, target reflect.Value) error {
		var text string
		if err := ctx.Scan.PopValueInto("url", &text); err != nil {
			return err
		}
		address, err := url.Parse(text)
		if err != nil {
			return errors.New("it is not a valid address of a server: write it as http://HOST:PORT or https://HOST")
		}
		target.Set(reflect.ValueOf(address))
		return nil
	})
}

// flagHelp is the help of a flag with its default, which a placeholder would hide, and its environment variable.
func flagHelp(value *kong.Value) string {
	if value.Flag != nil && value.Flag.PlaceHolder != "" && value.Default != "" {
		shown := *value
		shown.Help = strings.TrimSuffix(value.Help, ".") + "; " + value.Default + " unless given."
		value = &shown
	}
	return kong.DefaultHelpValueFormatter(value)
}

// report prints an error, if there is one and it is not silent, and returns the exit status that it stands for.
func report(w io.Writer, err error) int {
	if err == nil {
		return 0
	}
	if status, ok := errors.AsType[exitStatus](err); ok {
		return int(status)
	}
	if _, ok := errors.AsType[usageError](err); ok {
		fmt.Fprintf(w, "rudder-clevertap: %v\nRun \"rudder-clevertap --help\" for how to call it.\n", err)
		return int(statusUsage)
	}
	fmt.Fprintf(w, "rudder-clevertap: %v\n", err)
	return int(statusFailure)
}
