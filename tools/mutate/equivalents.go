package main

// equivalent is a mutant that no test can tell from the original.
type equivalent struct {
	// File, In, Source and Change are the mutant's, as it is reported. The line is not among them, so that what is edited around it
	// leaves it alone.
	File, In, Source, Change string
	// Why no test can tell it.
	Why string
}

// of reports whether a mutant is this one.
func (e *equivalent) of(m *mutant) bool {
	return e.File == m.File && e.In == m.In && e.Source == m.Source && e.Change == m.Change
}

// equivalents returns all of them.
func equivalents() []equivalent {
	return []equivalent{}
}
