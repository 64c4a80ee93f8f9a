package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"time"

	"golang.org/x/tools/go/packages"
)

// outcome is what became of a mutant.
type outcome uint8

const (
	// killed: a test failed, or ran for ever.
	killed outcome = iota + 1
	// survived: all tests passed.
	survived
)

// suite is the tests that must notice: the programs of tests of some folders, built with all mutants.
type suite struct {
	root, work string
	folders    []string
	// args are the arguments of the tests, for one run after the other: those that notice most come first.
	args [][]string
	// limit is how long a program may run.
	limit time.Duration
}

// load reads the packages to mutate.
func load(ctx context.Context, root string, folders []string) ([]*packages.Package, error) {
	patterns := make([]string, len(folders))
	for i, folder := range folders {
		patterns[i] = "./" + filepath.ToSlash(folder)
	}
	all, err := packages.Load(&packages.Config{
		Context: ctx, Dir: root,
		Mode: packages.NeedName | packages.NeedModule | packages.NeedCompiledGoFiles | packages.NeedSyntax | packages.NeedTypes |
			packages.NeedTypesInfo | packages.NeedImports | packages.NeedDeps,
	}, patterns...)
	if err != nil {
		return nil, err
	}
	for _, pkg := range all {
		for _, problem := range pkg.Errors {
			return nil, problem
		}
	}
	return all, nil
}

// build builds the tests with changed files in the place of the module's.
func (s *suite) build(ctx context.Context, texts map[string]string) error {
	replace := map[string]string{}
	for name, text := range texts {
		changed := filepath.Join(s.work, strconv.Itoa(len(replace))+".go")
		if err := os.WriteFile(changed, []byte(text), 0o600); err != nil {
			return err
		}
		replace[name] = changed
	}
	overlay, err := json.Marshal(map[string]any{"Replace": replace})
	if err != nil {
		return err
	}
	file := filepath.Join(s.work, "overlay.json")
	if err := os.WriteFile(file, overlay, 0o600); err != nil {
		return err
	}
	for i, folder := range s.folders {
		cmd := exec.CommandContext(ctx, "go", "test", "-c", "-vet=off", "-overlay", file, "-o", s.program(i), "./"+filepath.ToSlash(folder))
		cmd.Dir = s.root
		if said, err := cmd.CombinedOutput(); err != nil {
			return fmt.Errorf("building the tests of %s: %w\n%s", folder, err, said)
		}
	}
	return nil
}

// program is the program of the tests of a folder.
func (s *suite) program(i int) string { return filepath.Join(s.work, strconv.Itoa(i)+".test") }

// try runs the tests with a mutant, or none (0), and returns what those that failed said. The mutants that they reach are noted in a
// log, if there is one.
func (s *suite) try(ctx context.Context, mutant int, log string) (outcome, string, error) {
	for _, args := range s.args {
		for i, folder := range s.folders {
			passed, said, err := s.passes(ctx, i, folder, args, mutant, log)
			if err != nil {
				return 0, "", err
			}
			if !passed {
				return killed, said, nil
			}
		}
	}
	return survived, "", nil
}

// passes runs one program of tests. A mutant may ask for memory for ever, so that is limited as well.
func (s *suite) passes(ctx context.Context, i int, folder string, args []string, mutant int, log string) (bool, string, error) {
	if _, err := os.Stat(s.program(i)); err != nil {
		return true, "", nil // it has no tests
	}
	limited, cancel := context.WithTimeout(ctx, s.limit)
	defer cancel()
	const run = `ulimit -v 8000000 2>/dev/null; exec "$0" "$@"`
	cmd := exec.CommandContext(limited, "sh", append([]string{"-c", run, s.program(i)}, args...)...)
	cmd.Dir = filepath.Join(s.root, folder)
	cmd.Env = append(os.Environ(), "MUTATE_ACTIVE="+strconv.Itoa(mutant), "MUTATE_REACHED="+log)
	var said bytes.Buffer
	cmd.Stdout, cmd.Stderr = &said, &said
	cmd.WaitDelay = time.Second
	err := cmd.Run()
	if failed := (*exec.ExitError)(nil); errors.As(err, &failed) || limited.Err() != nil {
		return false, said.String(), ctx.Err()
	}
	return err == nil, said.String(), err
}

// reached runs the tests without a mutant, and returns those that they reach. It measures how long that takes, too.
func (s *suite) reached(ctx context.Context) (map[int]bool, error) {
	log := filepath.Join(s.work, "reached")
	if err := os.WriteFile(log, nil, 0o600); err != nil {
		return nil, err
	}
	s.limit = 5 * time.Minute
	begin := time.Now()
	got, said, err := s.try(ctx, 0, log)
	if err != nil {
		return nil, err
	}
	if got != survived {
		return nil, fmt.Errorf("the tests fail by themselves:\n%s", said)
	}
	s.limit = 5*time.Second + 5*time.Since(begin)
	text, err := os.ReadFile(log)
	if err != nil {
		return nil, err
	}
	ids := map[int]bool{}
	for line := range strings.Lines(string(text)) {
		id, err := strconv.Atoi(strings.TrimSpace(line))
		if err != nil {
			return nil, err
		}
		ids[id] = true
	}
	return ids, nil
}

// tryAll tries mutants, several at a time, and tells of each.
func (s *suite) tryAll(ctx context.Context, mutants []*mutant, workers int, tell func(*mutant, outcome)) error {
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	queue := make(chan *mutant)
	var lock sync.Mutex
	var group sync.WaitGroup
	for range workers {
		group.Go(func() {
			for m := range queue {
				got, _, err := s.try(ctx, m.id, "")
				if err != nil {
					cancel(err)
					continue
				}
				lock.Lock()
				tell(m, got)
				lock.Unlock()
			}
		})
	}
	for _, m := range mutants {
		queue <- m
	}
	close(queue)
	group.Wait()
	return context.Cause(ctx)
}
