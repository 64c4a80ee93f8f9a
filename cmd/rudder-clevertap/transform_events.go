package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"strconv"

	"google.golang.org/protobuf/encoding/protojson"

	transformerv1 "github.com/rudder-clevertap/rudder-clevertap/gen/transformer/v1"
	"github.com/rudder-clevertap/rudder-clevertap/internal/apierr"
	"github.com/rudder-clevertap/rudder-clevertap/mapping"
	"github.com/rudder-clevertap/rudder-clevertap/mapping/document"
)

// transformer transforms the lines of blocks, one block after the other.
type transformer struct {
	mapper mapping.Mapper
	to     *mapping.Destination
	// payloads is whether records are wanted, instead of lines of results.
	payloads bool
	// naming is whether results name their file: there are several.
	naming bool
}

// newTransformer returns a transformer of events to a destination. Where nobody asks for diagnostics, none are made.
func newTransformer(to *mapping.Destination, output string, naming, diagnostics bool) *transformer {
	t := &transformer{to: to, payloads: output == outputPayloads, naming: naming}
	if t.payloads && !diagnostics {
		t.mapper.MinSeverity = mapping.SeverityError + 1
	}
	return t
}

// transform transforms the events of a block.
func (t *transformer) transform(b *block) {
	index := b.index
	if b.cut {
		for _, u := range b.units {
			t.unit(b, index, u)
			index++
		}
	} else {
		rest := b.lines
		for number := b.first; len(rest) > 0; number++ {
			var line []byte
			line, rest, _ = bytes.Cut(rest, []byte{'\n'})
			if len(bytes.TrimSpace(line)) > 0 {
				index += t.line(b, index, number, line)
			}
		}
	}
	b.tally.bytes += int64(len(b.lines))
}

// unit transforms what is taken for one event.
func (t *transformer) unit(b *block, index int, u unit) {
	t.report(b, index, u.line, t.unitResult(b, u))
}

// unitResult transforms what is taken for one event.
func (t *transformer) unitResult(b *block, u unit) *mapping.Result {
	if u.problem != "" {
		return &mapping.Result{
			Status: mapping.Failed, Err: &mapping.Error{Reason: mapping.InvalidJSON, Message: u.problem},
		}
	}
	return t.result(bytes.TrimRight(b.lines[u.start:u.end], " \t\r\n"))
}

// line transforms the event of a line, or several, and returns how many that were.
func (t *transformer) line(b *block, index, number int, line []byte) (events int) {
	result := t.result(line)
	if result.Err != nil && result.Err.Reason == mapping.InvalidJSON {
		c := cutter{every: true}
		if units, _, _ := c.cut(nil, line, number, true); len(units) > 1 {
			for i, u := range units {
				t.report(b, index+i, number, t.result(line[u.start:u.end]))
			}
			b.more += len(units) - 1
			return len(units)
		}
	}
	t.report(b, index, number, result)
	return 1
}

// report tells what became of the event that begins in a line.
func (t *transformer) report(b *block, index, number int, result *mapping.Result) {
	b.tally.count(result)
	if result.Err != nil {
		result.Err = result.Err.OnLine(number)
		b.failures = fmt.Appendf(b.failures, "%s:%d: %s: %s\n", b.source, number, result.Err.Reason, result.Err)
	}
	if !t.payloads {
		var err error
		if b.text, err = t.appendResult(b.text, b.source, index, number, result); err != nil {
			b.err = fmt.Errorf("%s:%d: write the result: %w", b.source, number, err)
		}
		return
	}
	for i, record := range result.Records {
		b.text = record.AppendJSON(b.text)
		b.records = append(b.records, recordEnd{end: len(b.text), token: record.Token, last: i == len(result.Records)-1})
	}
}

// result transforms one event, unless it is too long.
func (t *transformer) result(line []byte) *mapping.Result {
	if len(line) <= maxLine {
		return t.mapper.TransformJSON(line, t.to)
	}
	return &mapping.Result{Status: mapping.Failed, Err: &mapping.Error{
		Reason:  apierr.RequestTooLarge,
		Message: fmt.Sprintf("the event is longer than %d bytes: split it", maxLine),
	}}
}

// appendResult appends the line of results that tells what became of an event. Members that would be empty are left out.
func (t *transformer) appendResult(dst []byte, source string, index, number int, result *mapping.Result) ([]byte, error) {
	dst = append(dst, indexMember...)
	dst = strconv.AppendInt(dst, int64(index), 10)
	if t.naming {
		dst = append(dst, `,"file":`...)
		dst = document.AppendString(dst, source)
	}
	dst = append(dst, `,"line":`...)
	dst = strconv.AppendInt(dst, int64(number), 10)
	if len(result.MessageID) > 0 {
		dst = append(dst, `,"messageId":`...)
		dst = document.AppendString(dst, result.MessageID)
	}
	dst = append(dst, `,"status":"`...)
	dst = append(dst, statusName(result.Status)...)
	dst = append(dst, '"')
	if result.Status == mapping.Filtered {
		dst = append(dst, `,"filterReason":"FILTER_REASON_`...)
		dst = append(dst, result.FilterReason.String()...)
		dst = append(dst, '"')
	}
	dst = appendRecords(dst, result.Records)
	dst = appendDiagnostics(dst, result.Diagnostics)
	var err error
	if result.Err != nil {
		dst = append(dst, `,"error":`...)
		dst, err = appendError(dst, result.Err)
	}
	return append(dst, "}\n"...), err
}

// indexMember begins a line of results.
const indexMember = `{"index":`

// renumber adds to the index of each line of results.
func renumber(lines []byte, add int) []byte {
	renumbered := make([]byte, 0, len(lines)+len(lines)/64)
	for line := range bytes.Lines(lines) {
		digits := line[len(indexMember):bytes.IndexByte(line, ',')]
		index, err := strconv.Atoi(string(digits))
		if err != nil {
			return lines // There is no line without a number.
		}
		renumbered = append(renumbered, indexMember...)
		renumbered = strconv.AppendInt(renumbered, int64(index+add), 10)
		renumbered = append(renumbered, line[len(indexMember)+len(digits):]...)
	}
	return renumbered
}

// appendRecords appends the records of a result, when there are any.
func appendRecords(dst []byte, records []mapping.Record) []byte {
	if len(records) == 0 {
		return dst
	}
	dst = append(dst, `,"records":[`...)
	for i, record := range records {
		if i > 0 {
			dst = append(dst, ',')
		}
		dst = record.AppendJSON(dst)
	}
	return append(dst, ']')
}

// appendDiagnostics appends the diagnostics of a result, when there are any.
func appendDiagnostics(dst []byte, diagnostics []mapping.Diagnostic) []byte {
	if len(diagnostics) == 0 {
		return dst
	}
	dst = append(dst, `,"diagnostics":[`...)
	for i, d := range diagnostics {
		if i > 0 {
			dst = append(dst, ',')
		}
		dst = append(dst, `{"severity":"`...)
		dst = append(dst, severityName(d.Severity)...)
		dst = append(dst, `","code":"`...)
		dst = append(dst, d.Code...)
		dst = append(dst, `","path":`...)
		dst = document.AppendString(dst, d.Path)
		dst = append(dst, `,"message":`...)
		dst = document.AppendString(dst, d.Message)
		if d.CleverTapCode != 0 {
			dst = append(dst, `,"clevertapCode":`...)
			dst = strconv.AppendInt(dst, int64(d.CleverTapCode), 10)
		}
		dst = append(dst, `,"action":"`...)
		dst = append(dst, transformerv1.Action(d.Action).String()...)
		dst = append(dst, `"}`...)
	}
	return append(dst, ']')
}

// appendError appends an error as REST's batches show it.
func appendError(dst []byte, fault *mapping.Error) ([]byte, error) {
	told := apierr.Mapping(fault)
	if fault.Reason == apierr.RequestTooLarge {
		told = &apierr.Error{Reason: fault.Reason, Message: fault.Message, Limit: maxLine}
	}
	status := apierr.Status(told)
	text, err := protojson.Marshal(status)
	if err != nil {
		return dst, err
	}
	// protojson puts white space in at random.
	compact := bytes.NewBuffer(dst)
	err = json.Compact(compact, text)
	return compact.Bytes(), err
}

// statusName spells a status as REST does.
func statusName(s mapping.Status) string {
	switch s {
	case mapping.Transformed:
		return "STATUS_TRANSFORMED"
	case mapping.Filtered:
		return "STATUS_FILTERED"
	default:
		return "STATUS_FAILED"
	}
}

// severityName spells a severity as REST does.
func severityName(s mapping.Severity) string {
	switch s {
	case mapping.SeverityInfo:
		return "SEVERITY_INFO"
	case mapping.SeverityWarning:
		return "SEVERITY_WARNING"
	default:
		return "SEVERITY_ERROR"
	}
}
