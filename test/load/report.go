package main

import (
	"cmp"
	"encoding/json"
	"fmt"
	"io"
	"math"
	"slices"
	"strings"
	"text/tabwriter"
	"time"
)

// pathRow is what was measured on one path.
type pathRow struct {
	Name    string `json:"name"`
	Key     string `json:"key"`
	Ceiling string `json:"ceiling"`
	// BytesPerEvent and AnswerBytesPerEvent are means of the requests and of the answers.
	BytesPerEvent       float64 `json:"bytesPerEvent"`
	AnswerBytesPerEvent float64 `json:"answerBytesPerEvent"`
	Workers             int     `json:"workers"`
	Window              int     `json:"window,omitempty"`
	// EventsPerSecond is how many events ours answered; the client took its part of the same machine.
	EventsPerSecond float64 `json:"eventsPerSecond"`
	// CPUMicros and CeilingCPUMicros are the server's processor time for one event.
	CPUMicros        float64 `json:"cpuMicros"`
	CeilingCPUMicros float64 `json:"ceilingCpuMicros"`
	// Ratio is the median of the ceiling's processor time over ours, of runs that followed one another; the other two are the
	// least and the greatest.
	Ratio    float64 `json:"ratio"`
	RatioMin float64 `json:"ratioMin"`
	RatioMax float64 `json:"ratioMax"`
	Target   float64 `json:"target,omitempty"`
	// ZeroCopyRatio is Ratio against an echo server that never copies a message; 0 where there is none. ZeroCopyPass says whether
	// it reaches the target as well.
	ZeroCopyRatio float64 `json:"zeroCopyRatio,omitempty"`
	ZeroCopyPass  bool    `json:"zeroCopyPass,omitempty"`
	// RateRatio is our median of events per second over the ceiling's, with the client on the same machine both times.
	RateRatio float64 `json:"rateRatio"`
	// TracedRatio is Ratio with tracing on; 0 when that was not measured.
	TracedRatio float64 `json:"tracedRatio,omitempty"`
	// P50Millis and P99Millis are how long a call or a message took with ours.
	P50Millis float64 `json:"p50Millis"`
	P99Millis float64 `json:"p99Millis"`
	// PeakMB is the most memory that ours took, in millions of bytes.
	PeakMB float64 `json:"peakMb"`
	Pass   bool    `json:"pass"`
}

// otherRow is what was measured apart from the paths.
type otherRow struct {
	Name    string  `json:"name"`
	Key     string  `json:"key"`
	Ours    string  `json:"ours"`
	Against string  `json:"against"`
	Value   float64 `json:"value"`
	Target  string  `json:"target"`
	PeakMB  float64 `json:"peakMb,omitempty"`
	Pass    bool    `json:"pass"`
	// Skipped says why nothing was measured.
	Skipped string `json:"skipped,omitempty"`
}

// newPathRow sums up the runs of a path.
func newPathRow(p *path, c *corpus, l *lineup) (pathRow, error) {
	ceiling, ours := l.ceiling, l.ours
	peak, err := ours.peak()
	if err != nil {
		return pathRow{}, err
	}
	ratios := compareRuns(ceiling, ours)
	took := latencies(ours.runs)
	row := pathRow{
		Name: p.name, Key: p.key, Ceiling: map[string]string{echoRaw: "raw-bytes echo", echoTyped: "standard-codec echo", echoHTTP: "net/http echo"}[p.ceiling],
		BytesPerEvent: c.bytesPerEvent(), AnswerBytesPerEvent: float64(ours.client.answered) / float64(len(c.requests)*c.events),
		Workers: p.workers, Window: p.window,
		EventsPerSecond:  median(each(ours.runs, (*figures).rate)),
		CPUMicros:        micros(median(each(ours.runs, (*figures).perEvent))),
		CeilingCPUMicros: micros(median(each(ceiling.runs, (*figures).perEvent))),
		Ratio:            median(ratios), RatioMin: slices.Min(ratios), RatioMax: slices.Max(ratios), Target: p.target,
		P50Millis: millis(percentile(took, 0.50)), P99Millis: millis(percentile(took, 0.99)),
		PeakMB: float64(peak) / 1e6,
	}
	row.RateRatio = row.EventsPerSecond / median(each(ceiling.runs, (*figures).rate))
	if l.zeroCopy != nil {
		row.ZeroCopyRatio = median(compareRuns(l.zeroCopy, ours))
		row.ZeroCopyPass = row.ZeroCopyRatio >= row.Target
	}
	if l.traced != nil {
		row.TracedRatio = median(compareRuns(ceiling, l.traced))
	}
	row.Pass = row.Ratio >= row.Target && row.PeakMB <= maxPeak
	return row, nil
}

// compareRuns returns, round by round, the ceiling's processor time per event over that of ours.
func compareRuns(ceiling, ours *side) []float64 {
	ratios := make([]float64, len(ours.runs))
	for i := range ratios {
		ratios[i] = float64(ceiling.runs[i].perEvent()) / float64(ours.runs[i].perEvent())
	}
	return ratios
}

func micros(d time.Duration) float64 { return float64(d) / float64(time.Microsecond) }

func millis(d time.Duration) float64 { return float64(d) / float64(time.Millisecond) }

// print prints the report for people, or as JSON or Markdown.
func (r *report) print(out io.Writer, asJSON, markdown bool) error {
	if asJSON {
		e := json.NewEncoder(out)
		e.SetIndent("", "  ")
		return e.Encode(r)
	}
	fmt.Fprintf(out, "%s; %d runs of %g s each, in turn\n\n", r.about(), r.Rounds, r.RunSeconds)
	for _, t := range r.tables() {
		if markdown {
			fmt.Fprintln(out, t.markdown())
			continue
		}
		if err := t.text(out); err != nil {
			return err
		}
	}
	return nil
}

// about says when and where it was measured.
func (r *report) about() string { return fmt.Sprintf("%s, %s, %s", r.Date, r.Machine, r.Go) }

// documents returns the tables as documents show them, by name.
func (r *report) documents() map[string]string {
	texts := make(map[string]string)
	for _, t := range r.tables() {
		texts[t.name] = fmt.Sprintf("%s; %d runs of %g s each, in turn.\n\n%s", r.about(), r.Rounds, r.RunSeconds, t.markdown())
	}
	texts["plan"] = fmt.Sprintf("%s.\n\n%s", r.about(), r.plan().markdown())
	return texts
}

// plan returns what a million events a second take, by path.
func (r *report) plan() table {
	const (
		events      = 1e6
		utilisation = 0.6
		cores       = 4
	)
	t := table{name: "plan", head: []string{"path", "CPU µs/event", "events/s of a busy core", "busy cores", "replicas of 4 cores at 60 %", "Gbit/s in", "Gbit/s out"}}
	for _, p := range r.Paths {
		busy := events * p.CPUMicros / 1e6
		t.rows = append(t.rows, []string{
			p.Name, fmt.Sprintf("%.2f", p.CPUMicros), fmt.Sprintf("%.0f", 1e6/p.CPUMicros), fmt.Sprintf("%.1f", busy),
			fmt.Sprintf("%.0f", math.Ceil(busy/utilisation/cores)),
			fmt.Sprintf("%.1f", events*p.BytesPerEvent*8/1e9), fmt.Sprintf("%.1f", events*p.AnswerBytesPerEvent*8/1e9),
		})
	}
	return t
}

// tables returns the tables that have rows.
func (r *report) tables() []table {
	var tables []table
	if len(r.Paths) > 0 {
		t := table{name: "paths", head: []string{
			"path", "events/s", "CPU µs/event", "ceiling µs/event", "ratio (least–most)", "target", "", "against a zero-copy echo", "of the ceiling's events/s", "with tracing", "p50 ms", "p99 ms", "peak MB",
		}}
		for _, p := range r.Paths {
			t.rows = append(t.rows, p.cells())
		}
		tables = append(tables, t)
	}
	if len(r.Others) > 0 {
		t := table{name: "others", head: []string{"what", "ours", "against", "result", "target", "", "peak MB"}}
		for _, o := range r.Others {
			t.rows = append(t.rows, o.cells())
		}
		tables = append(tables, t)
	}
	return tables
}

// cells returns the row as a table shows it.
func (p *pathRow) cells() []string {
	target, zeroCopy, traced, verdict := "–", "–", "–", "–"
	if p.Target > 0 {
		target, verdict = fmt.Sprintf("%.2f", p.Target), passed(p.Pass)
	}
	if !p.Pass {
		verdict = passed(false)
	}
	if p.ZeroCopyRatio > 0 {
		zeroCopy = fmt.Sprintf("%.2f %s", p.ZeroCopyRatio, passed(p.ZeroCopyPass))
	}
	if p.TracedRatio > 0 {
		traced = fmt.Sprintf("%.2f", p.TracedRatio)
	}
	return []string{
		p.Name, fmt.Sprintf("%.0f", p.EventsPerSecond), fmt.Sprintf("%.2f", p.CPUMicros), fmt.Sprintf("%.2f", p.CeilingCPUMicros),
		fmt.Sprintf("%.2f (%.2f–%.2f)", p.Ratio, p.RatioMin, p.RatioMax), target, verdict, zeroCopy,
		fmt.Sprintf("%.2f", p.RateRatio), traced,
		fmt.Sprintf("%.2f", p.P50Millis), fmt.Sprintf("%.2f", p.P99Millis), fmt.Sprintf("%.0f", p.PeakMB),
	}
}

// cells returns the row as a table shows it.
func (o *otherRow) cells() []string {
	if o.Skipped != "" {
		return []string{o.Name, "–", "–", "–", o.Target, "not measured: " + o.Skipped, "–"}
	}
	peak := "–"
	if o.PeakMB > 0 {
		peak = fmt.Sprintf("%.0f", o.PeakMB)
	}
	return []string{o.Name, o.Ours, cmp.Or(o.Against, "–"), fmt.Sprintf("%.2f", o.Value), o.Target, passed(o.Pass), peak}
}

// passed says whether a target was met.
func passed(pass bool) string {
	if pass {
		return "pass"
	}
	return "FAIL"
}

// table is a table of text.
type table struct {
	name string
	head []string
	rows [][]string
}

// text prints the table for people.
func (t table) text(out io.Writer) error {
	w := tabwriter.NewWriter(out, 0, 0, 2, ' ', 0)
	for _, row := range slices.Concat([][]string{t.head}, t.rows) {
		fmt.Fprintln(w, strings.Join(row, "\t"))
	}
	fmt.Fprintln(w)
	return w.Flush()
}

// markdown returns the table in Markdown.
func (t table) markdown() string {
	var b strings.Builder
	line := func(row []string) { fmt.Fprintf(&b, "| %s |\n", strings.Join(row, " | ")) }
	line(t.head)
	rule := make([]string, len(t.head))
	for i := range rule {
		rule[i] = "---:"
	}
	rule[0] = "---"
	line(rule)
	for _, row := range t.rows {
		line(row)
	}
	return b.String()
}
