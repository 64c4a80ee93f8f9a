package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"os"
	"runtime"
	"slices"
	"strings"
	"time"

	"golang.org/x/sync/errgroup"
	"google.golang.org/grpc"
	"google.golang.org/grpc/credentials/insecure"
	_ "google.golang.org/grpc/health" // Clients then take replicas that say NOT_SERVING out of the balancing.
	"google.golang.org/grpc/resolver"
	"google.golang.org/grpc/resolver/manual"

	transformerv1 "github.com/rudder-clevertap/rudder-clevertap/gen/transformer/v1"
)

// replicasCmd shows that streams spread over replicas which come and go.
type replicasCmd struct {
	Program  string        `default:"bin/rudder-clevertap" type:"existingfile" help:"The program to run."`
	Phase    time.Duration `default:"4s" help:"How long each phase lasts."`
	Age      time.Duration `default:"1s" help:"--max-connection-age of the replicas; in earnest, minutes."`
	Streams  int           `default:"24" help:"How many streams there are."`
	Pace     time.Duration `default:"5ms" help:"How long each stream waits between messages."`
	JSON     bool          `name:"json" help:"Print JSON."`
	Markdown bool          `help:"Print Markdown."`
	Update   string        `type:"existingfile" placeholder:"FILE" help:"Write the table into a document as well."`
}

// balancing is how a client shares its streams among the replicas that are healthy.
const balancing = `{"loadBalancingConfig":[{"round_robin":{}}],"healthCheckConfig":{"serviceName":"transformer.v1.TransformService"}}`

// replicaSet is the replicas and what clients know of them.
type replicaSet struct {
	options serveOptions
	known   *manual.Resolver
	// running holds them by name; names tells which one has an address.
	running map[string]*process
	names   map[string]string
}

// start starts a replica and tells clients of it.
func (r *replicaSet) start(ctx context.Context) error {
	p, err := startServe(ctx, r.options)
	if err != nil {
		return err
	}
	name := string(rune('A' + len(r.names)))
	r.running[name], r.names[p.grpc] = p, name
	r.tell()
	return nil
}

// tell tells clients which replicas there are.
func (r *replicaSet) tell() {
	var state resolver.State
	for _, name := range slices.Sorted(maps.Keys(r.running)) {
		state.Endpoints = append(state.Endpoints, resolver.Endpoint{Addresses: []resolver.Address{{Addr: r.running[name].grpc}}})
	}
	r.known.UpdateState(state)
}

// leave ends a replica, and tells clients only when it is gone, as slow service discovery does.
func (r *replicaSet) leave(name string, end func(*process) error) error {
	err := end(r.running[name])
	delete(r.running, name)
	r.tell()
	return err
}

// stop ends all.
func (r *replicaSet) stop() (err error) {
	for _, p := range r.running {
		err = errors.Join(err, p.stop())
	}
	return err
}

// phase is a change in the replicas and what came of it.
type phase struct {
	Name string `json:"name"`
	// Answers are the messages answered in the phase, by replica.
	Answers map[string]int `json:"answers"`
	// Reopened is how often a stream had to be opened again, and Resent how many messages had no answer then.
	Reopened int `json:"reopened"`
	Resent   int `json:"resent"`

	change func(context.Context) error
}

// phases returns what happens to the replicas, in order.
func (r *replicaSet) phases() []*phase {
	start := func(ctx context.Context) error { return r.start(ctx) }
	return []*phase{
		{Name: "2 replicas", change: func(ctx context.Context) error { return errors.Join(r.start(ctx), r.start(ctx)) }},
		{Name: "2 more start", change: func(ctx context.Context) error { return errors.Join(r.start(ctx), r.start(ctx)) }},
		{Name: "A stops in good order", change: func(context.Context) error { return r.leave("A", (*process).stop) }},
		{Name: "E starts", change: start},
		{Name: "B is killed", change: func(context.Context) error { return r.leave("B", (*process).kill) }},
		{Name: "F starts", change: start},
	}
}

// replicasReport is all that came of it.
type replicasReport struct {
	Date    string   `json:"date"`
	Machine string   `json:"machine"`
	Go      string   `json:"go"`
	Phases  []*phase `json:"phases"`
	// Messages and Events are how many were sent, Lost how many messages have no answer, and Repeated how many answers came for
	// messages that had one.
	Messages int `json:"messages"`
	Events   int `json:"events"`
	Lost     int `json:"lost"`
	Repeated int `json:"repeated"`
}

// Run lets replicas come and go under streams, and accounts for every message.
func (c *replicasCmd) Run(ctx context.Context, out io.Writer) (err error) {
	set := &replicaSet{
		options: serveOptions{program: c.Program, args: []string{"--max-connection-age", c.Age.String()}},
		known:   manual.NewBuilderWithScheme("replicas"), running: make(map[string]*process), names: make(map[string]string),
	}
	defer func() { err = errors.Join(err, set.stop()) }()
	conn, err := grpc.NewClient("replicas:///", grpc.WithResolvers(set.known), grpc.WithDefaultServiceConfig(balancing),
		grpc.WithTransportCredentials(insecure.NewCredentials()))
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, conn.Close()) }()
	conn.Connect()
	report, err := c.run(ctx, set, transformerv1.NewTransformServiceClient(conn))
	if err != nil {
		return err
	}
	if err := report.print(out, c); err != nil {
		return err
	}
	if report.Lost > 0 || report.Repeated > 0 {
		return fmt.Errorf("%d messages were lost and %d repeated", report.Lost, report.Repeated)
	}
	return nil
}

// run runs the phases while streams send, and then lets the streams end.
func (c *replicasCmd) run(ctx context.Context, set *replicaSet, to transformerv1.TransformServiceClient) (*replicasReport, error) {
	report := &replicasReport{Date: time.Now().Format(time.DateOnly), Machine: describeMachine(), Go: runtime.Version(), Phases: set.phases()}
	shown := newProgress(os.Stderr, len(report.Phases), time.Duration(len(report.Phases))*c.Phase)
	defer shown.done()
	l := &ledger{answers: make(map[string]int)}
	enough := make(chan struct{})
	group, sending := errgroup.WithContext(ctx)
	begin := func() {
		for stream := range c.Streams {
			s := &sender{client: to, ledger: l, stream: stream, pace: c.Pace}
			group.Go(func() error { return s.run(sending, enough) })
		}
	}
	for i, p := range report.Phases {
		shown.next(p.Name)
		if err := p.change(ctx); err != nil {
			return nil, err
		}
		if i == 0 {
			begin()
		}
		select {
		case <-time.After(c.Phase):
		case <-sending.Done():
			return nil, group.Wait()
		}
		p.take(l, set.names)
	}
	close(enough)
	if err := group.Wait(); err != nil {
		return nil, err
	}
	report.Phases[len(report.Phases)-1].take(l, set.names)
	report.Messages, report.Lost, report.Repeated = l.sent, l.sent-l.answered, l.repeated
	report.Events = l.sent * eventsPerMessage
	return report, nil
}

// take adds to the phase what the ledger has noted since it was last asked.
func (p *phase) take(l *ledger, names map[string]string) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if p.Answers == nil {
		p.Answers = make(map[string]int)
	}
	for addr, answers := range l.answers {
		p.Answers[names[addr]] += answers
	}
	clear(l.answers)
	p.Reopened, l.reopened = p.Reopened+l.reopened, 0
	p.Resent, l.resent = p.Resent+l.resent, 0
}

// print prints the report, and writes it into a document if that is wanted.
func (r *replicasReport) print(out io.Writer, c *replicasCmd) error {
	t := table{name: "replicas", head: []string{"phase", "answers by replica", "streams reopened", "messages sent again"}}
	for _, p := range r.Phases {
		var shares []string
		for _, name := range slices.Sorted(maps.Keys(p.Answers)) {
			shares = append(shares, fmt.Sprintf("%s %d", name, p.Answers[name]))
		}
		t.rows = append(t.rows, []string{p.Name, strings.Join(shares, ", "), fmt.Sprint(p.Reopened), fmt.Sprint(p.Resent)})
	}
	about := fmt.Sprintf("%s, %s, %s; %d streams, %s a phase, --max-connection-age %s", r.Date, r.Machine, r.Go, c.Streams, c.Phase, c.Age)
	sum := fmt.Sprintf("%d messages with %d events were sent: %d lost, %d repeated.", r.Messages, r.Events, r.Lost, r.Repeated)
	if c.Update != "" {
		if err := updateDocument(c.Update, map[string]string{t.name: about + ".\n\n" + t.markdown() + "\n" + sum + "\n"}); err != nil {
			return err
		}
	}
	switch {
	case c.JSON:
		e := json.NewEncoder(out)
		e.SetIndent("", "  ")
		return e.Encode(r)
	case c.Markdown:
		fmt.Fprintf(out, "%s.\n\n%s\n%s\n", about, t.markdown(), sum)
		return nil
	default:
		fmt.Fprintf(out, "%s\n\n", about)
		if err := t.text(out); err != nil {
			return err
		}
		fmt.Fprintln(out, sum)
		return nil
	}
}
