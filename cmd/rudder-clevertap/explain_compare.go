package main

import (
	"bytes"
	"fmt"
	"slices"
	"strings"
)

// compareText tells what two rulesets make of an event, side by side; event is the event, decoded. A value that is
// the same in both has `=` in the second column, one that only one of them has a dash.
func compareText(event any, one, other *story) []byte {
	var b bytes.Buffer
	one.headline(&b)
	other.headline(&b)
	for record := range max(len(one.records), len(other.records)) {
		title := ""
		for _, s := range []*story{one, other} {
			if title == "" && record < len(s.records) {
				title = s.title(record)
			}
		}
		fmt.Fprintf(&b, "\n%s\n", title)
		rows := union(one.cells(record, event), other.cells(record, event))
		sideBySide(&b, strings.ToUpper(one.ruleset), strings.ToUpper(other.ruleset), rows)
	}
	for _, s := range []*story{one, other} {
		if s.err != nil {
			fmt.Fprintf(&b, "\n%s: %s: %s\n", strings.ToUpper(s.ruleset), s.err.Reason, printable(s.err.Error()))
		}
	}
	if one.err != nil || other.err != nil {
		return b.Bytes()
	}
	rows := union(one.fates(event), other.fates(event))
	rows = slices.DeleteFunc(rows, func(r [3]string) bool { return r[1] == r[2] })
	if len(rows) > 0 {
		fmt.Fprint(&b, "\nwhat became of the event, where they differ\n")
		sideBySide(&b, strings.ToUpper(one.ruleset), strings.ToUpper(other.ruleset), rows)
	}
	return b.Bytes()
}

// cell is what a story says under a name.
type cell struct{ name, text string }

// cells are the values of a record and where they come from.
func (s *story) cells(record int, event any) []cell {
	if record >= len(s.records) {
		return nil
	}
	var cells []cell
	value := decoded(s.records[record])
	for _, t := range s.targetsOf(record, event) {
		cells = append(cells, cell{t.name, shown(value, t.pointer) + " " + t.from()})
	}
	return cells
}

// fates say what became of each value of the event: where in the records it is, or why it is in none.
func (s *story) fates(event any) []cell {
	var cells []cell
	at := map[string]int{}
	records := make([]any, len(s.records))
	for i, text := range s.records {
		records[i] = decoded(text)
	}
	for _, e := range s.lineage {
		if e.Source == "" {
			continue
		}
		name, text := pathOf(event, e.Source), printable(e.Note)
		if e.Target != "" {
			text = "→ " + pathOf(records[e.Record], e.Target)
		}
		if i, found := at[name]; !found {
			at[name] = len(cells)
			cells = append(cells, cell{name, text})
		} else if !strings.Contains(cells[i].text, text) {
			cells[i].text += ", " + strings.TrimPrefix(text, "→ ")
		}
	}
	return cells
}

// union puts what two stories say under the same names beside each other, in the order of the first.
func union(one, other []cell) [][3]string {
	var rows [][3]string
	at := map[string]int{}
	for _, c := range one {
		at[c.name] = len(rows)
		rows = append(rows, [3]string{c.name, c.text, ""})
	}
	for _, c := range other {
		if i, found := at[c.name]; found {
			rows[i][2] = c.text
		} else {
			rows = append(rows, [3]string{c.name, "", c.text})
		}
	}
	return rows
}

// sideBySide prints rows of a name and what two stories say.
func sideBySide(b *bytes.Buffer, one, other string, rows [][3]string) {
	table := newTable(b)
	fmt.Fprintf(table, "  \t%s\t%s\n", one, other)
	for _, row := range rows {
		for i := range row[1:] {
			if row[i+1] == "" {
				row[i+1] = "–"
			}
		}
		if row[1] == row[2] {
			row[2] = "="
		}
		fmt.Fprintf(table, "  %s\t%s\t%s\n", row[0], row[1], row[2])
	}
	_ = table.Flush() // to memory
}
