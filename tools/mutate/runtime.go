package main

// runtime is added to each package that is mutated. The environment says which mutant is on.
const runtime = `package %s

import (
	"fmt"
	"os"
	"strconv"
	"sync"
)

// mutateActive is the mutant that is on, from 1.
var mutateActive, _ = strconv.Atoi(os.Getenv("MUTATE_ACTIVE"))

// mutateLog is where it is noted which mutants are reached, and mutateSeen are those that were.
var mutateLog, _ = os.OpenFile(os.Getenv("MUTATE_REACHED"), os.O_WRONLY|os.O_APPEND, 0o600)

var mutateSeen sync.Map

func mutateOn(id int) bool {
	if mutateLog != nil {
		if _, seen := mutateSeen.LoadOrStore(id, true); !seen {
			fmt.Fprintln(mutateLog, id)
		}
	}
	return id == mutateActive
}

func mutatePick[T any](id int, original, mutant T) T {
	if mutateOn(id) {
		return mutant
	}
	return original
}

func mutateZero[T any](id int, v T) T {
	if mutateOn(id) {
		var zero T
		return zero
	}
	return v
}

func mutateDrop[S ~[]T, T any](first int, s S) S {
	for i := range s {
		if mutateOn(first + i) {
			return append(append(S{}, s[:i]...), s[i+1:]...)
		}
	}
	for i := 1; i < len(s); i++ {
		if mutateOn(first + len(s) + i - 1) {
			s[i-1], s[i] = s[i], s[i-1]
			return s
		}
	}
	return s
}

func mutateDropKeys[M ~map[K]V, K comparable, V any](first int, m M, keys ...K) M {
	for i, key := range keys {
		if mutateOn(first + i) {
			delete(m, key)
		}
	}
	return m
}
`
