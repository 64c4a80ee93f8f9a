package main

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"
)

// side is one of the servers that are compared, with its client.
type side struct {
	*process

	client *client
	runs   []figures
}

// figures are what one run gave.
type figures struct {
	events       int
	elapsed, cpu time.Duration
	// took is how long each call took.
	took []time.Duration
}

// perEvent returns the server's processor time for one event.
func (f *figures) perEvent() time.Duration { return f.cpu / time.Duration(max(f.events, 1)) }

// rate returns how many events were answered in a second.
func (f *figures) rate() float64 { return float64(f.events) / f.elapsed.Seconds() }

// newSide returns a side for a server that was just started. It owns the server from now on.
func newSide(p *path, c *corpus, to *process) (*side, error) {
	cl, err := newClient(p, c, to)
	if err != nil {
		return nil, errors.Join(err, to.stop())
	}
	return &side{process: to, client: cl}, nil
}

// measure drives the server for a while.
func (s *side) measure(ctx context.Context, lasting time.Duration) (figures, error) {
	before, err := s.cpu()
	if err != nil {
		return figures{}, err
	}
	began := time.Now()
	took, err := s.client.run(ctx, lasting)
	if err != nil {
		return figures{}, err
	}
	elapsed := time.Since(began)
	after, err := s.cpu()
	if err != nil {
		return figures{}, err
	}
	if len(took) == 0 {
		return figures{}, errors.New("no call ended in time: let the runs last longer")
	}
	return figures{events: len(took) * s.client.corpus.events, elapsed: elapsed, cpu: after - before, took: took}, nil
}

// end stops the client and the server.
func (s *side) end() error {
	if s == nil {
		return nil
	}
	return errors.Join(s.client.close(), s.stop())
}

// median returns the middle of some values, or the mean of the middle two.
func median[T ~int64 | ~float64](values []T) T {
	if len(values) == 0 {
		return 0
	}
	sorted := slices.Sorted(slices.Values(values))
	middle := len(sorted) / 2
	if len(sorted)%2 == 1 {
		return sorted[middle]
	}
	return (sorted[middle-1] + sorted[middle]) / 2
}

// percentile returns the value that a part of the sorted values, of 1, does not exceed.
func percentile(sorted []time.Duration, part float64) time.Duration {
	if len(sorted) == 0 {
		return 0
	}
	return sorted[min(int(part*float64(len(sorted))), len(sorted)-1)]
}

// each returns a figure of each run.
func each[T any](runs []figures, figure func(*figures) T) []T {
	values := make([]T, len(runs))
	for i := range runs {
		values[i] = figure(&runs[i])
	}
	return values
}

// latencies returns how long the calls of all runs took, sorted.
func latencies(runs []figures) []time.Duration {
	var all []time.Duration
	for i := range runs {
		all = append(all, runs[i].took...)
	}
	slices.Sort(all)
	return all
}

// interleave measures the sides in turn, round by round and each second round backwards, so that what else the machine does
// meets all alike.
func interleave(ctx context.Context, sides []*side, rounds int, lasting time.Duration, progress func(round int)) error {
	for round := range rounds {
		progress(round)
		order := slices.Clone(sides)
		if round%2 == 1 {
			slices.Reverse(order)
		}
		for _, s := range order {
			f, err := s.measure(ctx, lasting)
			if err != nil {
				return fmt.Errorf("%v: %w", s.command.Args, err)
			}
			s.runs = append(s.runs, f)
		}
	}
	return nil
}
