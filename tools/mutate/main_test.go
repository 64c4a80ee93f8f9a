package main

import (
	"bytes"
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// source has something for each way of changing it.
const source = `package shop

import "strings"

// Kind is what something is.
type Kind int

const (
	Fruit Kind = iota
	Stone
)

const limit = 3

type row struct {
	name string
	kind Kind
	make func() string
}

func pear() string { return "pear" }

var rows = []row{{name: "apple", kind: Fruit}, {name: "pear", kind: Fruit, make: pear}}

var prices = map[Kind]int{Fruit: 2, Stone: 5}

// Price is what an order costs; nothing when it is refused.
func Price(name string, count int) (total int, ok bool) {
	for i := 0; i < len(rows); i++ {
		r := rows[i]
		if r.name != strings.ToLower(name) {
			continue
		}
		if count < 1 || count > limit {
			return 0, false
		}
		total = prices[r.kind] * count
		if count == limit && r.make == nil {
			total -= 1
		}
		return total, true
	}
	return 0, false
}

func unused() string { return "never" }
`

// theTest sees most, but not how many of a thing can be had.
const theTest = `package shop

import "testing"

func TestPrice(t *testing.T) {
	for _, c := range []struct {
		name  string
		count int
		total int
		ok    bool
	}{{"apple", 1, 2, true}, {"Apple", 3, 5, true}, {"pear", 3, 6, true}, {"stone", 1, 0, false}, {"pear", 0, 0, false}, {"pear", 9, 0, false}} {
		if total, ok := Price(c.name, c.count); total != c.total || ok != c.ok {
			t.Errorf("%v: %d, %t", c, total, ok)
		}
	}
}
`

// module writes a module with one package.
func module(t *testing.T, test string) string {
	t.Helper()
	root := t.TempDir()
	for name, text := range map[string]string{"go.mod": "module example.com/shop\n\ngo 1.26\n", "shop/shop.go": source, "shop/shop_test.go": test} {
		file := filepath.Join(root, name)
		require.NoError(t, os.MkdirAll(filepath.Dir(file), 0o755))
		require.NoError(t, os.WriteFile(file, []byte(text), 0o600))
	}
	return root
}

// mutate runs the program, and returns what it prints as JSON.
func mutate(t *testing.T, known []equivalent, args ...string) (int, *report) {
	t.Helper()
	var out bytes.Buffer
	status, err := run(t.Context(), append([]string{"-json"}, args...), known, &out, os.Stderr)
	require.NoError(t, err)
	r := &report{}
	require.NoError(t, json.Unmarshal(out.Bytes(), r))
	return status, r
}

// listed are the mutants of the package, each `in: change`.
func listed(t *testing.T, root string, args ...string) []string {
	t.Helper()
	var out bytes.Buffer
	_, err := run(t.Context(), append(append([]string{"-list", "-root", root}, args...), "shop"), nil, &out, os.Stderr)
	require.NoError(t, err)
	var all []string
	for line := range strings.Lines(out.String()) {
		_, text, _ := strings.Cut(strings.TrimSpace(line), " ")
		all = append(all, text)
	}
	return all
}

func TestEveryKindOfMutantIsFound(t *testing.T) {
	t.Parallel()
	all := listed(t, module(t, theTest))
	for _, wanted := range []string{
		`rows: {name: "apple", kind: Fruit} removed`,
		`rows: {name: "apple", kind: Fruit} and {name: "pear", kind: Fruit, make: pear} swapped`,
		`rows: "apple" -> "pple"`,
		`rows: Fruit -> Stone`,
		`rows: make: pear removed`,
		`prices: Fruit: 2 removed`,
		`prices: 2 -> 3`,
		`Price: i < len(rows) -> false`,
		`Price: i < len(rows): < -> <=`,
		`Price: r.name != strings.ToLower(name) -> true`,
		`Price: continue removed`,
		`Price: count < 1 || count > limit -> false`,
		`Price: count > limit -> false`,
		`Price: count > limit: > -> >=`,
		`Price: limit -> 4`,
		`Price: false -> true`,
		`Price: prices[r.kind] * count: * -> +`,
		`Price: count == limit -> true`,
		`Price: total -= 1 removed`,
		`Price: total -= 1: -= -> +=`,
		`pear: "pear" -> "ear"`,
	} {
		require.Contains(t, all, wanted)
	}
	require.NotContains(t, all, `Price: i < len(rows) -> true`, "a loop without an end")
	require.NotContains(t, all, `Price: i++ removed`)
}

func TestSurvivorsAreReported(t *testing.T) {
	t.Parallel()
	root := module(t, theTest)
	status, got := mutate(t, nil, "-root", root, "shop")
	require.Equal(t, 1, status)
	var survivors []string
	for _, s := range got.Survivors {
		text := s.In + ": " + s.Change
		if !s.Reached {
			text += " (unreached)"
		}
		survivors = append(survivors, text)
	}
	require.ElementsMatch(t, []string{
		`rows: {name: "apple", kind: Fruit} and {name: "pear", kind: Fruit, make: pear} swapped`,
		`prices: Stone: 5 removed`,
		`prices: 5 -> 6`,
		`Price: limit -> 4`,
		`pear: "pear" -> "ear" (unreached)`,
		`unused: "never" -> "ever" (unreached)`,
	}, survivors)
	require.Equal(t, got.Mutants, got.Killed+len(got.Survivors))

	var known []equivalent
	for _, s := range got.Survivors {
		known = append(known, equivalent{File: s.File, In: s.In, Source: s.Source, Change: s.Change, Why: "it is a test"})
	}
	status, got = mutate(t, known, "-root", root, "shop")
	require.Equal(t, 0, status)
	require.Empty(t, got.Survivors)
	require.Equal(t, len(known), got.Equivalent)

	stale := equivalent{File: "shop/shop.go", In: "Price", Source: "gone", Change: "gone"}
	status, got = mutate(t, append(known, stale), "-root", root, "shop")
	require.Equal(t, 1, status)
	require.Equal(t, []equivalent{stale}, got.Stale)
}

func TestTheSeedDecidesTheSample(t *testing.T) {
	t.Parallel()
	root := module(t, theTest)
	one := listed(t, root, "-sample", "9", "-seed", "a")
	require.Len(t, one, 9)
	require.Equal(t, one, listed(t, root, "-sample", "9", "-seed", "a"))
	require.NotEqual(t, one, listed(t, root, "-sample", "9", "-seed", "b"))
	require.Subset(t, listed(t, root), one)
}

func TestWhatCannotBeMutatedSaysSo(t *testing.T) {
	t.Parallel()
	for wanted, args := range map[string][]string{
		"say which folders":            {},
		"error parsing regexp":         {"-only", "(", "shop"},
		"the tests fail by themselves": {"-root", module(t, strings.Replace(theTest, `"stone", 1, 0`, `"stone", 1, 1`, 1)), "shop"},
		"building the tests":           {"-root", module(t, "package shop\n\nvar x int = \"\"\n"), "shop"},
		"directory not found":          {"-root", module(t, theTest), "nowhere"},
	} {
		_, err := run(t.Context(), args, nil, &bytes.Buffer{}, &bytes.Buffer{})
		require.ErrorContains(t, err, wanted)
	}
}
