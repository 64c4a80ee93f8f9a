package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"strings"

	"github.com/rudder-clevertap/rudder-clevertap/mapping"
	"github.com/rudder-clevertap/rudder-clevertap/mapping/document"
)

// explainCmd tells the story of one event.
type explainCmd struct {
	File        string `arg:"" optional:"" default:"-" help:"A file with one event, or with one event per line, plain or gzip; - is standard input, the default."`
	Line        int    `env:"-" placeholder:"N" help:"Which line of the file the event is on, from 1; needed where there are several."`
	Destination string `required:"" placeholder:"FILE|JSON" help:"The destination's settings: a JSON file, or the JSON itself."`
	Ruleset     string `enum:",guide,transformer" default:"" placeholder:"guide|transformer" help:"Rules to apply instead of the destination's own."`
	Compare     bool   `env:"-" help:"Tell what both rulesets make of the event, side by side."`
	Output      string `env:"-" enum:"auto,text,json" default:"auto" placeholder:"auto|text|json" help:"Form of the output: text, json (a line for each ruleset), or auto: text on a terminal, else JSON."`
}

// Run tells what became of the event and ends with status 1 when a ruleset refuses it.
func (c *explainCmd) Run(std stdio) error {
	rulesets := []string{c.Ruleset}
	if c.Compare {
		rulesets = []string{"guide", "transformer"}
	}
	destinations := make([]*mapping.Destination, len(rulesets))
	for i, ruleset := range rulesets {
		to, err := (&transformCmd{Destination: c.Destination, Ruleset: ruleset}).destination()
		if err != nil {
			return usageError{err}
		}
		destinations[i] = to
	}
	event, err := c.event(std.In)
	if err != nil {
		return err
	}
	stories := make([]story, len(destinations))
	for i, to := range destinations {
		stories[i] = tell(event, to)
	}
	if err := c.print(std.Out, event, stories); err != nil {
		return fmt.Errorf("write: %w", err)
	}
	for i := range stories {
		if stories[i].err != nil {
			return statusFailure
		}
	}
	return nil
}

// event reads the event: all of the file, or one line of it.
func (c *explainCmd) event(stdin io.Reader) ([]byte, error) {
	in := newInputs([]string{c.File}, stdin)
	file, err := in.open(in.sources[0])
	if err != nil {
		return nil, err
	}
	defer func() { _ = file.Close() }() // It was only read.
	text, err := io.ReadAll(io.LimitReader(file, maxLine+1))
	if err != nil {
		return nil, fmt.Errorf("%s: %w", in.sources[0].name, err)
	}
	if c.Line > 0 {
		if text, err = line(text, c.Line); err != nil {
			return nil, fmt.Errorf("%s: %w", in.sources[0].name, err)
		}
	}
	if len(text) > maxLine {
		return nil, fmt.Errorf("%s: an event may have %d bytes", in.sources[0].name, maxLine)
	}
	decoder := json.NewDecoder(bytes.NewReader(text))
	var first json.RawMessage
	if decoder.Decode(&first) == nil && decoder.More() {
		return nil, usageError{fmt.Errorf("%s has several events: say which one with --line", in.sources[0].name)}
	}
	return text, nil
}

// line returns one line of a text, counted from 1.
func line(text []byte, number int) ([]byte, error) {
	lines := bytes.Split(text, []byte{'\n'})
	if number > len(lines) {
		return nil, fmt.Errorf("there are only %d lines", len(lines))
	}
	return lines[number-1], nil
}

// print writes the stories in the form that was asked for.
func (c *explainCmd) print(out io.Writer, event []byte, stories []story) error {
	var text []byte
	switch {
	case c.Output == "json" || c.Output == "auto" && !isTerminal(out):
		for i := range stories {
			var err error
			if text, err = stories[i].appendJSON(text); err != nil {
				return err
			}
		}
	case c.Compare:
		text = compareText(decoded(event), &stories[0], &stories[1])
	default:
		text = stories[0].text(decoded(event))
	}
	_, err := out.Write(text)
	return err
}

// story is what a ruleset makes of an event.
type story struct {
	ruleset string
	call    string
	id      []byte
	status  mapping.Status
	filter  mapping.FilterReason
	// records are the records' texts.
	records     [][]byte
	lineage     []mapping.Lineage
	diagnostics []mapping.Diagnostic
	err         *mapping.Error
}

// tell transforms an event and keeps all that is said about it.
func tell(event []byte, to *mapping.Destination) story {
	m := mapping.Mapper{Explain: true}
	result := m.TransformJSON(event, to)
	s := story{
		ruleset: to.RulesetName(), call: result.CallType, id: result.MessageID, status: result.Status, filter: result.FilterReason,
		lineage: result.Lineage, diagnostics: result.Diagnostics, err: result.Err,
	}
	for _, record := range result.Records {
		s.records = append(s.records, record.AppendJSON(nil))
	}
	return s
}

// appendJSON appends the story as a line for programs.
func (s *story) appendJSON(dst []byte) ([]byte, error) {
	dst = append(dst, `{"ruleset":"RULESET_`...)
	dst = append(dst, strings.ToUpper(s.ruleset)...)
	dst = append(dst, '"')
	if len(s.id) > 0 {
		dst = append(dst, `,"messageId":`...)
		dst = document.AppendString(dst, s.id)
	}
	dst = append(dst, `,"status":"`...)
	dst = append(dst, statusName(s.status)...)
	dst = append(dst, '"')
	if s.status == mapping.Filtered {
		dst = append(dst, `,"filterReason":"FILTER_REASON_`...)
		dst = append(dst, s.filter.String()...)
		dst = append(dst, '"')
	}
	if len(s.records) > 0 {
		dst = append(dst, `,"records":[`...)
		dst = append(dst, bytes.Join(s.records, []byte{','})...)
		dst = append(dst, ']')
	}
	dst = appendDiagnostics(dst, s.diagnostics)
	if len(s.lineage) > 0 {
		entries := make([]lineageJSON, len(s.lineage))
		for i, e := range s.lineage {
			entries[i] = lineageJSON(e)
		}
		text, err := plainJSON(entries)
		if err != nil {
			return dst, err
		}
		dst = append(append(dst, `,"lineage":`...), text...)
	}
	var err error
	if s.err != nil {
		dst = append(dst, `,"error":`...)
		dst, err = appendError(dst, s.err)
	}
	return append(dst, "}\n"...), err
}

// lineageJSON is an entry of a lineage as REST shows it.
type lineageJSON struct {
	Record int    `json:"record"`
	Target string `json:"target,omitempty"`
	Source string `json:"source,omitempty"`
	Rule   string `json:"rule,omitempty"`
	Note   string `json:"note,omitempty"`
}

// plainJSON is a value's JSON text with no more escapes than JSON needs.
func plainJSON(v any) ([]byte, error) {
	var text bytes.Buffer
	encoder := json.NewEncoder(&text)
	encoder.SetEscapeHTML(false)
	err := encoder.Encode(v)
	return bytes.TrimSuffix(text.Bytes(), []byte{'\n'}), err
}

// decoded is a JSON text as values of Go, or nil when it is not JSON.
func decoded(text []byte) any {
	decoder := json.NewDecoder(bytes.NewReader(text))
	decoder.UseNumber()
	var v any
	if decoder.Decode(&v) != nil {
		return nil
	}
	return v
}
