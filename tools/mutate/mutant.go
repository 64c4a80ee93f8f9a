package main

import "fmt"

// mutant is one change to the source.
type mutant struct {
	// File is the path within the module, and Line the line, from 1.
	File string `json:"file"`
	Line int    `json:"line"`
	// In is the function or table that it is in.
	In string `json:"in"`
	// Source is that line, without what is before and after it.
	Source string `json:"source"`
	// Change says what it does: `a < b -> a <= b`.
	Change string `json:"change"`

	// id is the number by which the instrumented program knows it.
	id int
	// wording: what changes is a sentence for a person.
	wording bool
}

// String shows a mutant on a line.
func (m *mutant) String() string { return fmt.Sprintf("%s:%d %s: %s", m.File, m.Line, m.In, m.Change) }
