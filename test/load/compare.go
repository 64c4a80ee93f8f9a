package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"runtime"
	"slices"
	"strings"
	"time"

	"github.com/rudder-clevertap/rudder-clevertap/internal/genevents"
)

// maxPeak is how many megabytes of memory ours may take under any of these loads.
const maxPeak = 150

// compareCmd holds each path against its ceiling.
type compareCmd struct {
	Names    []string      `arg:"" optional:"" help:"Keys of what to measure, or their beginnings; all unless given."`
	Program  string        `default:"bin/rudder-clevertap" type:"existingfile" help:"The program to measure."`
	Time     time.Duration `default:"2s" help:"How long one run of one server lasts."`
	Warmup   time.Duration `default:"1s" help:"How long each server is driven before it is measured."`
	Rounds   int           `default:"5" help:"How many runs each server gets, in turn."`
	Tracing  bool          `help:"Measure ours with tracing on as well."`
	Workers  int           `help:"Clients at once, instead of each path's own number."`
	Window   int           `help:"Unanswered messages of a stream, instead of each path's own number."`
	JSON     bool          `name:"json" help:"Print JSON."`
	Markdown bool          `help:"Print Markdown."`
	Update   []string      `type:"existingfile" placeholder:"FILE" help:"Write the tables into documents as well."`
}

// report is all that was measured.
type report struct {
	Date       string     `json:"date"`
	Machine    string     `json:"machine"`
	Go         string     `json:"go"`
	Rounds     int        `json:"rounds"`
	RunSeconds float64    `json:"runSeconds"`
	Paths      []pathRow  `json:"paths,omitempty"`
	Others     []otherRow `json:"others,omitempty"`
}

// Run measures and prints.
func (c *compareCmd) Run(ctx context.Context, out io.Writer) error {
	if c.Rounds < 1 || c.Time <= 0 {
		return errors.New("--rounds and --time must be more than zero")
	}
	transformer, err := servesTransformer(ctx, c.Program)
	if err != nil {
		return err
	}
	todo := c.selected(transformer)
	steps := newProgress(os.Stderr, len(todo.paths)+len(todo.others), c.expected(todo))
	defer steps.done()
	r := &report{
		Date: time.Now().Format(time.DateOnly), Machine: describeMachine(), Go: runtime.Version(),
		Rounds: c.Rounds, RunSeconds: c.Time.Seconds(),
	}
	if err := c.measurePaths(ctx, todo.paths, transformer, steps, r); err != nil {
		return err
	}
	for _, other := range todo.others {
		steps.next(other.name)
		row, err := other.measure(ctx, c)
		if err != nil {
			return fmt.Errorf("%s: %w", other.name, err)
		}
		r.Others = append(r.Others, row)
	}
	steps.done()
	for _, file := range c.Update {
		if err := updateDocument(file, r.documents()); err != nil {
			return err
		}
	}
	return r.print(out, c.JSON, c.Markdown)
}

// selection is what is to be measured.
type selection struct {
	paths  []path
	others []other
}

// selected returns what the names ask for.
func (c *compareCmd) selected(transformer bool) selection {
	var s selection
	for _, p := range paths() {
		if !wanted(p.key, c.Names) || p.transformer && !transformer {
			continue
		}
		if c.Workers > 0 {
			p.workers = c.Workers
		}
		if c.Window > 0 && p.window > 0 {
			p.window = c.Window
		}
		s.paths = append(s.paths, p)
	}
	for _, o := range others() {
		if wanted(o.key, c.Names) {
			s.others = append(s.others, o)
		}
	}
	return s
}

// expected returns about how long it will all take.
func (c *compareCmd) expected(s selection) time.Duration {
	sides := 0
	for _, p := range s.paths {
		sides += 2
		if p.zeroCopy != "" {
			sides++
		}
		if c.Tracing {
			sides++
		}
	}
	const around = time.Second // to start, verify and stop
	total := time.Duration(sides)*(c.Warmup+time.Duration(c.Rounds)*c.Time) + time.Duration(len(s.paths))*around
	for _, o := range s.others {
		total += o.expected(c)
	}
	return total
}

// measurePaths measures paths one after the other, each with servers of its own.
func (c *compareCmd) measurePaths(ctx context.Context, todo []path, transformer bool, steps *progress, r *report) (err error) {
	var sink *process
	if c.Tracing && len(todo) > 0 {
		if sink, err = startEcho(ctx, sinkOTLP); err != nil {
			return err
		}
		defer func() { err = errors.Join(err, sink.stop()) }()
	}
	for i := range todo {
		steps.next(todo[i].name)
		row, err := c.measurePath(ctx, &todo[i], serveOptions{program: c.Program, transformer: transformer}, sink, steps)
		if err != nil {
			return err
		}
		r.Paths = append(r.Paths, row)
	}
	return nil
}

// lineup is who is measured on one path, in turn.
type lineup struct {
	// zeroCopy and traced may be nil.
	ceiling, zeroCopy, ours, traced *side
}

// all returns the sides that there are.
func (l *lineup) all() []*side {
	return slices.DeleteFunc([]*side{l.ceiling, l.zeroCopy, l.ours, l.traced}, func(s *side) bool { return s == nil })
}

// start starts the servers of a path.
func (l *lineup) start(ctx context.Context, p *path, requests *corpus, o serveOptions, sink *process) error {
	echo := func(kind string) func() (*process, error) {
		return func() (*process, error) { return startEcho(ctx, kind) }
	}
	traced := o
	if sink != nil {
		traced.env = []string{"OTEL_TRACES_EXPORTER=otlp", "OTEL_EXPORTER_OTLP_TRACES_ENDPOINT=http://" + sink.http + "/v1/traces"}
	}
	for _, s := range []struct {
		to     **side
		wanted bool
		start  func() (*process, error)
	}{
		{&l.ceiling, true, echo(p.ceiling)},
		{&l.zeroCopy, p.zeroCopy != "", echo(p.zeroCopy)},
		{&l.ours, true, func() (*process, error) { return startServe(ctx, o) }},
		{&l.traced, sink != nil, func() (*process, error) { return startServe(ctx, traced) }},
	} {
		if !s.wanted {
			continue
		}
		server, err := s.start()
		if err != nil {
			return err
		}
		if *s.to, err = newSide(p, requests, server); err != nil {
			return err
		}
	}
	return nil
}

// end stops all.
func (l *lineup) end() (err error) {
	for _, s := range l.all() {
		err = errors.Join(err, s.end())
	}
	return err
}

// measurePath measures one path.
func (c *compareCmd) measurePath(ctx context.Context, p *path, o serveOptions, sink *process, steps *progress) (row pathRow, err error) {
	requests, err := p.corpus(genevents.New(1).Batch(max(1000, 20*p.batch)), p.batch)
	if err != nil {
		return row, err
	}
	var l lineup
	defer func() { err = errors.Join(err, l.end()) }()
	if err := l.start(ctx, p, requests, o, sink); err != nil {
		return row, err
	}
	for _, s := range l.all() {
		if s == l.ours {
			if err := s.client.verify(ctx); err != nil {
				return row, err
			}
		}
		if _, err := s.client.run(ctx, c.Warmup); err != nil {
			return row, err
		}
	}
	err = interleave(ctx, l.all(), c.Rounds, c.Time, func(round int) { steps.say("round %d of %d", round+1, c.Rounds) })
	if err != nil {
		return row, err
	}
	return newPathRow(p, requests, &l)
}

// servesTransformer reports whether the program serves rudder-transformer's routes.
func servesTransformer(ctx context.Context, program string) (bool, error) {
	help, err := exec.CommandContext(ctx, program, "serve", "--help").Output()
	if err != nil {
		return false, fmt.Errorf("%s serve --help: %w", program, err)
	}
	return strings.Contains(string(help), "--transformer-addr"), nil
}

// describeMachine says what the figures are measured on, before they are.
func describeMachine() string {
	return fmt.Sprintf("%s, %d processors, %s/%s%s", machine(), runtime.NumCPU(), runtime.GOOS, runtime.GOARCH, busyness())
}
