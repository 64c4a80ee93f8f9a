// Command load measures what transforming events costs, and holds it against what nothing but the transport costs.
//
//	make load                                    # all of it, a few minutes
//	make load ARGS='grpc-batch rest'             # the paths whose keys begin so
//	make load ARGS='grpc-unary-json --time 500ms --rounds 3'
//	bin/load compare --help                      # what else can be said
//
// In one run, and each in a process of its own, it starts a gRPC echo server with a raw-bytes codec, one with the standard
// codec on the typed messages, a net/http echo, and `rudder-clevertap serve` with default settings. It drives ours and the
// echo that belongs to a path in turn, with the same requests, and reports the median of the ratios of their processor time
// per event: 0.5 means that ours takes twice as much. The engine is held against encoding/json.Valid, the command line
// against jq. This process is the client.
//
// `load growth` shows how cost grows with batches, events and streams, `load replicas` that streams spread over replicas
// which come and go. With --update, tables are written into a document, between `<!-- load: NAME -->` and `<!-- end -->`.
package main

import (
	"context"
	"fmt"
	"io"
	"os"
	"os/signal"
	"syscall"

	"github.com/alecthomas/kong"
)

// commands is the command line.
type commands struct {
	Compare  compareCmd  `cmd:"" default:"withargs" help:"Hold each path against its ceiling."`
	Growth   growthCmd   `cmd:"" help:"Show how cost grows with batches, events and streams."`
	Replicas replicasCmd `cmd:"" help:"Show that streams spread over replicas which come and go."`
	Profile  profileCmd  `cmd:"" help:"Show where ours takes its processor time."`
	Echo     echoCmd     `cmd:"" hidden:"" help:"Serve an echo server."`
	Engine   engineCmd   `cmd:"" hidden:"" help:"Measure the engine alone and print figures."`
}

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	err := run(ctx)
	stop()
	if err != nil {
		fmt.Fprintln(os.Stderr, "load:", err)
		os.Exit(1)
	}
}

// run runs the command that the arguments name.
func run(ctx context.Context) error {
	var c commands
	return kong.Parse(&c,
		kong.Name("load"),
		kong.Description("Measure what transforming events costs."),
		kong.BindTo(ctx, (*context.Context)(nil)),
		kong.BindTo(os.Stdin, (*io.Reader)(nil)),
		kong.BindTo(os.Stdout, (*io.Writer)(nil)),
	).Run()
}
