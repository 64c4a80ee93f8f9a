package main

import (
	"bytes"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"text/tabwriter"
	"unicode"
	"unicode/utf8"

	"github.com/rudder-clevertap/rudder-clevertap/mapping"
)

// Widths of what is printed for a person.
const (
	maxShown  = 40 // of a value
	lineWidth = 100
)

// text is the story for a person; event is the event, decoded.
func (s *story) text(event any) []byte {
	var b bytes.Buffer
	s.headline(&b)
	if s.err != nil {
		fmt.Fprintf(&b, "\n  %s: %s\n", s.err.Reason, printable(s.err.Error()))
		return b.Bytes()
	}
	for record, text := range s.records {
		fmt.Fprintf(&b, "\n%s\n", s.title(record))
		s.targets(&b, record, decoded(text), event)
	}
	s.lost(&b, event)
	if len(s.diagnostics) > 0 {
		fmt.Fprint(&b, "\ndiagnostics\n")
		for _, d := range s.diagnostics {
			severity := strings.ToLower(strings.TrimPrefix(severityName(d.Severity), "SEVERITY_"))
			fmt.Fprintf(&b, "  %s %s at %s: %s\n", severity, d.Code, printable(d.Path), printable(d.Message))
		}
	}
	return b.Bytes()
}

// headline says what the event is and what became of it.
func (s *story) headline(b *bytes.Buffer) {
	call := s.call
	if call == "" {
		call = "event"
	}
	fmt.Fprint(b, call)
	if len(s.id) > 0 {
		fmt.Fprintf(b, " %s", printable(string(s.id)))
	}
	fmt.Fprintf(b, " %s by RULESET_%s", outcome(s.status), strings.ToUpper(s.ruleset))
	if s.status == mapping.Filtered {
		fmt.Fprintf(b, ": %s", s.filter)
	}
	fmt.Fprintln(b)
}

// outcome says what became of an event.
func outcome(status mapping.Status) string {
	return strings.ToLower(strings.TrimPrefix(statusName(status), "STATUS_"))
}

// title names a record.
func (s *story) title(record int) string {
	kind := "record"
	if object, ok := decoded(s.records[record]).(map[string]any); ok {
		if text, ok := object["type"].(string); ok {
			kind = text + " record"
		}
	}
	return kind
}

// targets prints all that is in a record, and where it comes from.
func (s *story) targets(b *bytes.Buffer, record int, value, event any) {
	table := newTable(b)
	for _, t := range s.targetsOf(record, event) {
		fmt.Fprintf(table, "  %s\t%s\t%s\t%s\n", t.name, shown(value, t.pointer), t.from(), t.rule)
	}
	_ = table.Flush() // to memory
}

// newTable returns a writer of aligned columns.
func newTable(b *bytes.Buffer) *tabwriter.Writer { return tabwriter.NewWriter(b, 0, 0, 2, ' ', 0) }

// target is a value of a record and where it comes from.
type target struct {
	// name is its path, pointer its JSON Pointer.
	name, pointer string
	// sources are the paths of what it was made of, none for a constant.
	sources    []string
	rule, note string
}

// from says where a value comes from and what was done to it.
func (t *target) from() string {
	text := t.note
	if len(t.sources) > 0 {
		text = "← " + strings.Join(t.sources, ", ")
		if t.note != "" {
			text += " (" + t.note + ")"
		}
	}
	return text
}

// targetsOf lists the values of a record in its order.
func (s *story) targetsOf(record int, event any) []*target {
	var all []*target
	value := decoded(s.records[record])
	byPointer := map[string]*target{}
	pointers := map[*target][]string{}
	for _, e := range s.lineage {
		if e.Target == "" || e.Record != record {
			continue
		}
		t := byPointer[e.Target]
		if t == nil {
			t = &target{name: pathOf(value, e.Target), pointer: e.Target, rule: e.Rule, note: e.Note}
			byPointer[e.Target] = t
			all = append(all, t)
		} else if t.rule != e.Rule {
			t.rule += ", " + e.Rule
		}
		if e.Source != "" {
			pointers[t] = append(pointers[t], e.Source)
		}
	}
	for _, t := range all {
		sources := pointers[t]
		if len(sources) > 1 && t.note != "converted" {
			sources = []string{common(sources)} // the container that they are in
		}
		for _, pointer := range sources {
			t.sources = append(t.sources, pathOf(event, pointer))
		}
	}
	return all
}

// common is the JSON Pointer of the innermost container of all values.
func common(pointers []string) string {
	steps := strings.Split(pointers[0], "/")
	for _, pointer := range pointers[1:] {
		others := strings.Split(pointer, "/")
		same := 0
		for same < min(len(steps), len(others)) && steps[same] == others[same] {
			same++
		}
		steps = steps[:same]
	}
	return strings.Join(steps, "/")
}

// lost prints what went nowhere: with its value where there is a reason of its own, else in lists.
func (s *story) lost(b *bytes.Buffer, event any) {
	lists := map[string][]string{}
	var order []string
	var rows bytes.Buffer
	table := newTable(&rows)
	for _, e := range s.lineage {
		if e.Target != "" {
			continue
		}
		if path := pathOf(event, e.Source); e.Source != "" && !slices.Contains(plainNotes(), e.Note) {
			fmt.Fprintf(table, "  %s\t%s\t%s\t%s\n", path, shown(event, e.Source), printable(e.Note), e.Rule)
		} else {
			if lists[e.Note] == nil {
				order = append(order, e.Note)
			}
			lists[e.Note] = append(lists[e.Note], path)
		}
	}
	_ = table.Flush() // to memory
	if rows.Len() == 0 && len(order) == 0 {
		return
	}
	fmt.Fprint(b, "\nwent nowhere\n")
	b.Write(rows.Bytes())
	for _, note := range order {
		wrapped(b, note, lists[note])
	}
}

// plainNotes are the notes of which one list for all values says enough.
func plainNotes() []string { return []string{"not mapped", "internal", "null", "empty", "filtered"} }

// wrapped prints a list in lines of some width.
func wrapped(b *bytes.Buffer, name string, words []string) {
	const indent = "  "
	line := indent + name + ":"
	for i, word := range words {
		if i < len(words)-1 {
			word += ","
		}
		if utf8.RuneCountInString(line)+1+utf8.RuneCountInString(word) > lineWidth && line != indent+indent {
			fmt.Fprintln(b, line)
			line = indent + indent + word
			continue
		}
		line += " " + word
	}
	fmt.Fprintln(b, line)
}

// pathOf writes a JSON Pointer into a value as diagnostics write paths.
func pathOf(in any, pointer string) string {
	path := ""
	for _, step := range steps(pointer) {
		switch v := in.(type) {
		case []any:
			path += "[" + step + "]"
			in = element(v, step)
			continue
		case map[string]any:
			in = v[step]
		default:
			in = nil
		}
		if path != "" {
			path += "."
		}
		path += printable(step)
	}
	return path
}

// shown is the value at a JSON Pointer as a person may see it: JSON text, cut when it is long.
func shown(in any, pointer string) string {
	for _, step := range steps(pointer) {
		switch v := in.(type) {
		case []any:
			in = element(v, step)
		case map[string]any:
			in = v[step]
		default:
			return ""
		}
	}
	text, err := plainJSON(in)
	if err != nil {
		return ""
	}
	return cut(printable(string(text)))
}

// cut cuts a text that is long.
func cut(text string) string {
	if utf8.RuneCountInString(text) <= maxShown {
		return text
	}
	return string([]rune(text)[:maxShown-1]) + "…"
}

// element is an element of an array, nil when there is none.
func element(array []any, step string) any {
	if index, err := strconv.Atoi(step); err == nil && index >= 0 && index < len(array) {
		return array[index]
	}
	return nil
}

// steps are those of a JSON Pointer.
func steps(pointer string) []string {
	if pointer == "" {
		return nil
	}
	all := strings.Split(pointer[1:], "/")
	for i, step := range all {
		all[i] = strings.ReplaceAll(strings.ReplaceAll(step, "~1", "/"), "~0", "~")
	}
	return all
}

// printable escapes what would do something to a terminal or to a table.
func printable(text string) string {
	if strings.IndexFunc(text, func(r rune) bool { return r == utf8.RuneError || !unicode.IsPrint(r) }) < 0 {
		return text
	}
	quoted := strconv.QuoteToGraphic(text)
	return strings.ReplaceAll(quoted[1:len(quoted)-1], `\"`, `"`)
}
