package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"runtime"
	"time"

	transformerv1 "github.com/rudder-clevertap/rudder-clevertap/gen/transformer/v1"
	"github.com/rudder-clevertap/rudder-clevertap/internal/genevents"
)

// growthCmd shows how cost grows.
type growthCmd struct {
	Names    []string      `arg:"" optional:"" help:"What to let grow: batch, event or streams; all unless given."`
	Program  string        `default:"bin/rudder-clevertap" type:"existingfile" help:"The program to measure."`
	Time     time.Duration `default:"2s" help:"How long the server is measured at each size."`
	Warmup   time.Duration `default:"500ms" help:"How long it is driven before that."`
	JSON     bool          `name:"json" help:"Print JSON."`
	Markdown bool          `help:"Print Markdown."`
	Update   string        `type:"existingfile" placeholder:"FILE" help:"Write the tables into a document as well."`
}

// growth is how cost grows with one thing.
type growth struct {
	// Key and Name tell what grows, and Unit in what it is counted.
	Key  string `json:"key"`
	Name string `json:"name"`
	Unit string `json:"unit"`
	// Points are in growing order.
	Points []growthPoint `json:"points"`

	sizes []int
	// at returns the path and the events for a size.
	at func(size int) (path, [][]byte)
}

// growthPoint is what was measured at one size.
type growthPoint struct {
	Size            int     `json:"size"`
	EventsPerSecond float64 `json:"eventsPerSecond"`
	MBPerSecond     float64 `json:"mbPerSecond"`
	CPUMicros       float64 `json:"cpuMicros"`
	PeakMB          float64 `json:"peakMb"`
	P50Millis       float64 `json:"p50Millis"`
	P99Millis       float64 `json:"p99Millis"`
}

// growthReport is all that was measured.
type growthReport struct {
	Date       string   `json:"date"`
	Machine    string   `json:"machine"`
	Go         string   `json:"go"`
	RunSeconds float64  `json:"runSeconds"`
	Growths    []growth `json:"growths"`
}

// growths returns what may grow.
func growths() []growth {
	return []growth{
		{
			Key: "batch", Name: "batch size", Unit: "events", sizes: []int{1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 2000},
			at: func(size int) (path, [][]byte) {
				return path{
					name: fmt.Sprintf("gRPC batch of %d", size), kind: unary, route: transformerv1.TransformService_BatchTransform_FullMethodName,
					batch: size, workers: 4, corpus: batchJSON, check: checkBatch,
				}, genevents.New(1).Batch(max(1000, 4*size))
			},
		},
		{
			Key: "event", Name: "event size", Unit: "bytes", sizes: []int{500, 1_000, 2_000, 5_000, 10_000, 20_000, 50_000, 100_000, 200_000, 500_000, 1_000_000},
			at: func(size int) (path, [][]byte) {
				return path{
					name: fmt.Sprintf("gRPC unary, events of %d bytes", size), kind: unary, route: transformerv1.TransformService_Transform_FullMethodName,
					batch: 1, workers: 4, corpus: singleJSON, check: checkSingle,
				}, sizedEvents(size)
			},
		},
		{
			Key: "streams", Name: "concurrent streams of batches of 10", Unit: "streams", sizes: []int{1, 2, 5, 10, 20, 50, 100, 200, 500, 1000},
			at: func(size int) (path, [][]byte) {
				// A connection takes at most 256 streams unless the server is told otherwise.
				const perConn = 250
				return path{
					name: fmt.Sprintf("%d gRPC streams", size), kind: streaming, route: transformerv1.TransformService_StreamTransform_FullMethodName,
					batch: 10, workers: size, window: 4, conns: (size + perConn - 1) / perConn, corpus: streamJSON, check: checkMessage,
				}, genevents.New(1).Batch(1000)
			},
		},
	}
}

// sizedEvents returns track events of about this many bytes each, with as many properties of 40 bytes as that needs. There
// are enough of them that the processor's caches do not hold all.
func sizedEvents(size int) [][]byte {
	events := make([][]byte, max(8_000_000/size, 8))
	for i := range events {
		text := fmt.Appendf(make([]byte, 0, size+100), `{"type":"track","messageId":"message-%06d","userId":"u-%06d","originalTimestamp":"2026-11-23T09:03:17.562Z",`+
			`"sentAt":"2026-11-23T09:03:18.001Z","channel":"server","event":"Report Made","properties":{"report":%d`, i, i, i)
		for n := 0; len(text) < size-2; n++ {
			text = fmt.Appendf(text, `,"figure %05d":"value of figure %05d"`, n, (n*7919+i)%100_000)
		}
		events[i] = append(text, `}}`...)
	}
	return events
}

// Run measures and prints.
func (c *growthCmd) Run(ctx context.Context, out io.Writer) error {
	r := &growthReport{Date: time.Now().Format(time.DateOnly), Machine: describeMachine(), Go: runtime.Version(), RunSeconds: c.Time.Seconds()}
	steps := 0
	for _, g := range growths() {
		if wanted(g.Key, c.Names) {
			r.Growths = append(r.Growths, g)
			steps += len(g.sizes)
		}
	}
	shown := newProgress(os.Stderr, steps, time.Duration(steps)*(c.Warmup+c.Time+time.Second/2))
	defer shown.done()
	for i := range r.Growths {
		g := &r.Growths[i]
		for _, size := range g.sizes {
			p, events := g.at(size)
			shown.next(p.name)
			point, err := c.measure(ctx, &p, events)
			if err != nil {
				return err
			}
			point.Size = size
			g.Points = append(g.Points, point)
		}
	}
	shown.done()
	return r.print(out, c)
}

// measure measures one size, with a server of its own.
func (c *growthCmd) measure(ctx context.Context, p *path, events [][]byte) (point growthPoint, err error) {
	requests, err := p.corpus(events, p.batch)
	if err != nil {
		return point, err
	}
	server, err := startServe(ctx, serveOptions{program: c.Program})
	if err != nil {
		return point, err
	}
	s, err := newSide(p, requests, server)
	if err != nil {
		return point, err
	}
	defer func() { err = errors.Join(err, s.end()) }()
	if err := s.client.verify(ctx); err != nil {
		return point, err
	}
	if _, err := s.client.run(ctx, c.Warmup); err != nil {
		return point, err
	}
	f, err := s.measure(ctx, c.Time)
	if err != nil {
		return point, err
	}
	peak, err := s.peak()
	if err != nil {
		return point, err
	}
	took := latencies([]figures{f})
	return growthPoint{
		EventsPerSecond: f.rate(), MBPerSecond: f.rate() * requests.bytesPerEvent() / 1e6, CPUMicros: micros(f.perEvent()), PeakMB: float64(peak) / 1e6,
		P50Millis: millis(percentile(took, 0.50)), P99Millis: millis(percentile(took, 0.99)),
	}, nil
}

// print prints the report, and writes it into a document if that is wanted.
func (r *growthReport) print(out io.Writer, c *growthCmd) error {
	about := fmt.Sprintf("%s, %s, %s; %g s each", r.Date, r.Machine, r.Go, r.RunSeconds)
	if c.Update != "" {
		texts := make(map[string]string)
		for i := range r.Growths {
			texts["growth "+r.Growths[i].Key] = about + ".\n\n" + r.Growths[i].table().markdown()
		}
		if err := updateDocument(c.Update, texts); err != nil {
			return err
		}
	}
	if c.JSON {
		e := json.NewEncoder(out)
		e.SetIndent("", "  ")
		return e.Encode(r)
	}
	fmt.Fprintf(out, "%s\n\n", about)
	for i := range r.Growths {
		t := r.Growths[i].table()
		if c.Markdown {
			fmt.Fprintln(out, t.markdown())
		} else if err := t.text(out); err != nil {
			return err
		}
	}
	return nil
}

// table returns the points as a table.
func (g *growth) table() table {
	t := table{name: g.Key, head: []string{g.Name, "events/s", "MB/s in", "CPU µs/event", "p50 ms", "p99 ms", "peak MB"}}
	for _, p := range g.Points {
		t.rows = append(t.rows, []string{
			fmt.Sprint(p.Size), fmt.Sprintf("%.0f", p.EventsPerSecond), fmt.Sprintf("%.0f", p.MBPerSecond), fmt.Sprintf("%.2f", p.CPUMicros),
			fmt.Sprintf("%.2f", p.P50Millis), fmt.Sprintf("%.2f", p.P99Millis), fmt.Sprintf("%.0f", p.PeakMB),
		})
	}
	return t
}
