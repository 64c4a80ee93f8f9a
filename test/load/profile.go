package main

import (
	"bufio"
	"bytes"
	"cmp"
	"context"
	_ "embed"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"time"

	"golang.org/x/sync/errgroup"

	"github.com/rudder-clevertap/rudder-clevertap/internal/genevents"
)

// profiled is a file that lets the program be profiled. It is laid over the program's own when that is built here, so that
// what is released has no such door.
//
//go:embed testdata/profiled.go.txt
var profiled []byte

// profileCmd shows where ours takes its processor time.
type profileCmd struct {
	Keys []string      `arg:"" optional:"" help:"Keys of the paths, or their beginnings; all unless given."`
	Time time.Duration `default:"5s" help:"How long each path is profiled."`
	To   string        `type:"existingdir" placeholder:"FOLDER" help:"Keep the profiles, for go tool pprof."`

	Update string `type:"existingfile" placeholder:"FILE" help:"Write the table into a document as well."`
}

// Run builds the program with its door open, profiles the paths and prints a table.
func (c *profileCmd) Run(ctx context.Context, out io.Writer) (err error) {
	folder, err := os.MkdirTemp("", "rudder-clevertap-")
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, os.RemoveAll(folder)) }()
	program, err := buildProfiled(ctx, folder)
	if err != nil {
		return err
	}
	about := fmt.Sprintf("%s, %s, %s; %s each", time.Now().Format(time.DateOnly), describeMachine(), runtime.Version(), c.Time)
	t := table{name: "profiles", head: []string{"path"}}
	for _, p := range paths() {
		if !wanted(p.key, c.Keys) {
			continue
		}
		file := filepath.Join(cmp.Or(c.To, folder), p.key+".pprof")
		if err := profile(ctx, &p, program, file, c.Time); err != nil {
			return fmt.Errorf("%s: %w", p.name, err)
		}
		shares, err := sharesOf(ctx, program, file)
		if err != nil {
			return err
		}
		if len(t.rows) == 0 {
			t.head = append(t.head, areas()...)
		}
		row := []string{p.name}
		for _, area := range areas() {
			row = append(row, fmt.Sprintf("%.0f %%", 100*shares[area]))
		}
		t.rows = append(t.rows, row)
	}
	if c.Update != "" {
		if err := updateDocument(c.Update, map[string]string{t.name: about + ".\n\n" + t.markdown()}); err != nil {
			return err
		}
	}
	return t.text(out)
}

// buildProfiled builds the program of this module with the file laid over it.
func buildProfiled(ctx context.Context, folder string) (string, error) {
	extra, program, overlay := filepath.Join(folder, "profiled.go"), filepath.Join(folder, "rudder-clevertap"), filepath.Join(folder, "overlay.json")
	root, err := filepath.Abs("cmd/rudder-clevertap")
	if err != nil {
		return "", err
	}
	text, err := json.Marshal(map[string]any{"Replace": map[string]string{filepath.Join(root, "profiled.go"): extra}})
	if err != nil {
		return "", err
	}
	if err := errors.Join(os.WriteFile(extra, profiled, 0o600), os.WriteFile(overlay, text, 0o600)); err != nil {
		return "", err
	}
	build := exec.CommandContext(ctx, "go", "build", "-overlay", overlay, "-o", program, "./cmd/rudder-clevertap")
	build.Stderr = os.Stderr
	return program, build.Run()
}

// profile drives a path and writes the program's profile into a file.
func profile(ctx context.Context, p *path, program, file string, lasting time.Duration) (err error) {
	requests, err := p.corpus(genevents.New(1).Batch(max(1000, 20*p.batch)), p.batch)
	if err != nil {
		return err
	}
	addr, err := freeAddress(ctx)
	if err != nil {
		return err
	}
	transformer, err := servesTransformer(ctx, program)
	if err != nil {
		return err
	}
	server, err := startServe(ctx, serveOptions{program: program, transformer: transformer, env: []string{"LOAD_PROFILE_ADDR=" + addr}})
	if err != nil {
		return err
	}
	s, err := newSide(p, requests, server)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, s.end()) }()
	if _, err := s.client.run(ctx, time.Second); err != nil {
		return err
	}
	group, ctx := errgroup.WithContext(ctx)
	group.Go(func() error {
		_, err := s.client.run(ctx, lasting+time.Second)
		return err
	})
	group.Go(func() error {
		return fetch(ctx, fmt.Sprintf("http://%s/debug/pprof/profile?seconds=%.0f", addr, max(lasting.Seconds(), 1)), file)
	})
	return group.Wait()
}

// fetch writes what an address answers into a file.
func fetch(ctx context.Context, url, file string) (err error) {
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, url, http.NoBody)
	if err != nil {
		return err
	}
	answer, err := http.DefaultClient.Do(request)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, answer.Body.Close()) }()
	text, err := io.ReadAll(answer.Body)
	if err != nil {
		return err
	}
	if answer.StatusCode != http.StatusOK {
		return fmt.Errorf("HTTP status %s: %s", answer.Status, text)
	}
	return os.WriteFile(file, text, 0o600)
}

// What processor time goes to, beside what is named after its package.
const (
	collecting = "garbage collection"
	allocating = "allocation"
	sockets    = "sockets"
	scheduling = "scheduling and the rest"
)

// packages names areas by the beginnings of functions' names.
func packages() [][2]string {
	const ours = "github.com/rudder-clevertap/rudder-clevertap/"
	return [][2]string{
		{ours + "mapping", "mapping"},
		{ours + "server/wire", "codec"},
		{"google.golang.org/protobuf", "codec"},
		{"buf.build/go/protovalidate", "validation"},
		{"cel.dev/", "validation"},
		{"go.opentelemetry.io/", "telemetry"},
		{"log/slog", "logging"},
		{ours + "gateway", "gateway"},
		{ours + "server", "server"},
		{"google.golang.org/grpc", "gRPC"},
		{"golang.org/x/net", "gRPC"},
		{"net/http", "net/http"},
	}
}

// areas returns all areas.
func areas() []string {
	all := []string{collecting, allocating, sockets, scheduling}
	for _, p := range packages() {
		if !slices.Contains(all, p[1]) {
			all = append(all, p[1])
		}
	}
	slices.Reverse(all)
	return all
}

// sharesOf returns which part of a profile's time each area has.
func sharesOf(ctx context.Context, program, file string) (map[string]float64, error) {
	command := exec.CommandContext(ctx, "go", "tool", "pprof", "-traces", program, file)
	text, err := command.Output()
	if err != nil {
		return nil, fmt.Errorf("go tool pprof: %w", err)
	}
	shares, err := sumStacks(text)
	if err != nil {
		return nil, err
	}
	total := 0.0
	for _, time := range shares {
		total += time
	}
	for area := range maps.Keys(shares) {
		shares[area] /= max(total, 1)
	}
	return shares, nil
}

// sumStacks adds up, by area, the nanoseconds of the stacks that pprof prints.
func sumStacks(text []byte) (map[string]float64, error) {
	sums := make(map[string]float64)
	var (
		stack []string
		took  time.Duration
	)
	lines := bufio.NewScanner(bytes.NewReader(text))
	for lines.Scan() {
		line := lines.Text()
		if strings.HasPrefix(line, "-----------+") {
			if len(stack) > 0 {
				sums[areaOf(stack)] += float64(took)
			}
			stack = stack[:0]
			continue
		}
		fields := strings.Fields(line)
		switch {
		case len(fields) > 1 && len(stack) == 0:
			// Before the first stack, pprof says what it is about.
			first, err := time.ParseDuration(fields[0])
			if err != nil {
				continue
			}
			took, stack = first, append(stack, fields[1])
		case len(fields) > 0 && len(stack) > 0:
			stack = append(stack, fields[0])
		}
	}
	if len(stack) > 0 {
		sums[areaOf(stack)] += float64(took)
	}
	return sums, lines.Err()
}

// areaOf returns the area of a stack, whose innermost function comes first.
func areaOf(stack []string) string {
	anyOf := func(parts ...string) bool {
		return slices.ContainsFunc(stack, func(f string) bool {
			return slices.ContainsFunc(parts, func(part string) bool { return strings.Contains(f, part) })
		})
	}
	switch {
	case anyOf("runtime.gcBgMarkWorker", "runtime.gcAssist", "runtime.bgsweep", "runtime.bgscavenge", "runtime.wbBufFlush", "gcWriteBarrier"):
		return collecting
	case anyOf("runtime.mallocgc", "runtime.growslice"):
		return allocating
	case anyOf("internal/poll.(*FD)"):
		return sockets
	}
	for _, f := range stack {
		for _, p := range packages() {
			if strings.HasPrefix(f, p[0]) {
				return p[1]
			}
		}
	}
	return scheduling
}
