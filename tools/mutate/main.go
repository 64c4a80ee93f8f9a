// Command mutate shows which rules no test would miss. It changes the source in one place at a time (a condition, a text in a table,
// a statement left out), and runs the tests: a change that they don't notice survives, and then a test is missing, or the code
// does nothing.
//
//	make mutate                                  # everything: minutes
//	make mutate SAMPLE=500 SEED=today            # some of it; the same seed draws the same
//	make mutate ARGS='--only guide/token.go'     # one file
//	make mutate ARGS=--json > survivors.json     # for programs
//
// Mutants that no test can tell from the original stand in equivalents.go, each with the reason.
//
// Of the programs of this kind, the module proxy has gremlins. Version 0.6 was tried on package mapping: it knows the operators of
// conditions and arithmetic, but neither the texts and rows of tables, which our rules are, nor statements; it builds the tests
// anew for each mutant, which takes seconds where running them takes a tenth of one; and it has no list of equivalents.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"hash/fnv"
	"io"
	"maps"
	"math/rand/v2"
	"os"
	"os/signal"
	"path/filepath"
	"regexp"
	goruntime "runtime"
	"slices"
	"strings"
	"syscall"
	"time"
)

// options are what the command line says.
type options struct {
	root              string
	folders, tests    []string
	only, wording     *regexp.Regexp
	first, skip       string
	short, json, list bool
	sample, workers   int
	seed              string
}

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	status, err := run(ctx, os.Args[1:], equivalents(), os.Stdout, os.Stderr)
	stop()
	if err != nil {
		fmt.Fprintln(os.Stderr, "mutate:", err)
		status = 2
	}
	os.Exit(status)
}

// parseOptions reads the command line.
func parseOptions(args []string, complain io.Writer) (o options, err error) {
	flags := flag.NewFlagSet("mutate", flag.ContinueOnError)
	flags.SetOutput(complain)
	flags.StringVar(&o.root, "root", ".", "the folder of the module")
	tests := flags.String("tests", "", "the folders whose tests must notice, separated by commas; without any, those that are mutated")
	only := flags.String("only", "", "a regular expression: only mutants whose `file:line function: change` it matches")
	wording := flags.String("wording", "^$", "a regular expression: the files in which sentences, too, are a rule")
	flags.StringVar(&o.skip, "skip", "", "a regular expression: tests that are not run")
	flags.StringVar(&o.first, "first", "", "a regular expression: tests to run before all others, since they notice most")
	flags.BoolVar(&o.short, "short", true, "run tests with -short")
	flags.BoolVar(&o.json, "json", false, "print JSON")
	flags.BoolVar(&o.list, "list", false, "print the mutants and try none")
	flags.IntVar(&o.sample, "sample", 0, "try so many, drawn by chance; 0 tries all")
	flags.StringVar(&o.seed, "seed", "", "any text: the same one draws the same sample")
	flags.IntVar(&o.workers, "workers", goruntime.GOMAXPROCS(0), "how many to try at a time")
	if err = flags.Parse(args); err != nil {
		return o, err
	}
	if o.only, err = regexp.Compile(*only); err != nil {
		return o, err
	}
	if o.wording, err = regexp.Compile(*wording); err != nil {
		return o, err
	}
	if o.root, err = filepath.Abs(o.root); err != nil {
		return o, err
	}
	o.folders, o.tests = flags.Args(), strings.Split(*tests, ",")
	if *tests == "" {
		o.tests = o.folders
	}
	if len(o.folders) == 0 {
		return o, errors.New("say which folders to mutate")
	}
	return o, nil
}

// run does it all. The status is 1 when a mutant survived.
func run(ctx context.Context, args []string, known []equivalent, out, complain io.Writer) (status int, err error) {
	o, err := parseOptions(args, complain)
	if err != nil {
		return 2, err
	}
	work, err := os.MkdirTemp("", "mutate-")
	if err != nil {
		return 2, err
	}
	defer func() { _ = os.RemoveAll(work) }()
	begin := time.Now()
	texts, mutants, err := instrumented(ctx, &o)
	if err != nil {
		return 2, err
	}
	mutants = sampled(mutants, o.sample, o.seed)
	if o.list {
		for _, m := range mutants {
			fmt.Fprintln(out, m)
		}
		return 0, nil
	}
	r := newReport(len(mutants), known, begin)
	s := &suite{root: o.root, work: work, folders: o.tests, args: testArgs(&o)}
	if err := s.build(ctx, texts); err != nil {
		return 2, err
	}
	reached, err := s.reached(ctx)
	if err != nil {
		return 2, err
	}
	var left []*mutant
	for _, m := range mutants {
		switch {
		case r.isKnown(m):
		case reached[m.id]:
			left = append(left, m)
		default:
			r.unreached(m)
		}
	}
	if err := s.tryAll(ctx, left, o.workers, r.tell); err != nil {
		return 2, err
	}
	return r.print(&o, out), nil
}

// instrumented finds the mutants, and the files that hold them.
func instrumented(ctx context.Context, o *options) (texts map[string]string, mutants []*mutant, err error) {
	all, err := load(ctx, o.root, o.folders)
	if err != nil {
		return nil, nil, err
	}
	wanted := func(m *mutant) bool {
		return o.only.MatchString(m.String()) && (!m.wording || o.wording.MatchString(m.File))
	}
	texts = map[string]string{}
	for _, pkg := range all {
		files, err := instrumentPackage(pkg, o.root, os.ReadFile, wanted, &mutants)
		if err != nil {
			return nil, nil, err
		}
		maps.Copy(texts, files)
		texts[filepath.Join(filepath.Dir(pkg.CompiledGoFiles[0]), "mutate_runtime.go")] = fmt.Sprintf(runtime, pkg.Name)
	}
	return texts, mutants, nil
}

// sampled draws some of the mutants by chance, which the seed decides.
func sampled(mutants []*mutant, count int, seed string) []*mutant {
	if count <= 0 || count >= len(mutants) {
		return mutants
	}
	hash := fnv.New64a()
	_, _ = io.WriteString(hash, seed)
	chance := rand.New(rand.NewPCG(hash.Sum64(), 0)) //nolint:gosec // A sample is no secret.
	drawn := slices.Clone(mutants)
	chance.Shuffle(len(drawn), func(i, j int) { drawn[i], drawn[j] = drawn[j], drawn[i] })
	return drawn[:count]
}

// testArgs are the arguments of the tests.
func testArgs(o *options) [][]string {
	all := []string{"-test.failfast", "-test.timeout=10m"}
	if o.short {
		all = append(all, "-test.short")
	}
	if o.skip != "" {
		all = append(all, "-test.skip="+o.skip)
	}
	if o.first == "" {
		return [][]string{all}
	}
	return [][]string{append(slices.Clone(all), "-test.run="+o.first), all}
}
