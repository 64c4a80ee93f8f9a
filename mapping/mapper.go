package mapping

import (
	"errors"
	"fmt"

	rudderstackv1 "github.com/rudder-clevertap/rudder-clevertap/gen/rudderstack/v1"
	"github.com/rudder-clevertap/rudder-clevertap/mapping/document"
)

// Mapper transforms events. It holds the memory that transforming needs, so that a reused one allocates next to nothing.
// One goroutine at a time may use it. Its zero value is ready.
type Mapper struct {
	// MinSeverity is the least severity of diagnostics to report; zero reports all.
	MinSeverity Severity

	doc    document.Document
	event  document.Value
	to     *Destination
	result Result
	// infinite: under the rules of JavaScript, the event holds numbers beyond a double.
	infinite bool
	// names is room for the names of custom fields.
	names []document.Value
}

// Status is what became of an event. The numbers are those of the contract's Status.
type Status uint8

// What can become of an event.
const (
	// Transformed: it became one or two records.
	Transformed Status = iota + 1
	// Filtered: the destination does not want it, or the native SDK has delivered it already.
	Filtered
	// Failed: it can't be transformed.
	Failed
)

// Result is what one event became. It, and what it points to, is valid until its Mapper's next call.
type Result struct {
	// Status is what became of it.
	Status Status
	// CallType is the event's type in lower case, or empty when it has none that is supported.
	CallType string
	// MessageID is the event's messageId, a number as its digits; nothing when it is neither text nor a number.
	MessageID []byte
	// Records are what to send: one or two when it was Transformed, else none.
	Records []Record
	// Diagnostics are what was changed, left out or will be refused.
	Diagnostics []Diagnostic
	// Err is why it Failed, else nil.
	Err *Error
}

// TransformJSON transforms an event given as JSON text.
func (m *Mapper) TransformJSON(event []byte, to *Destination) *Result {
	m.begin(to)
	if to.rules.decode != nil {
		event = to.rules.decode(event)
	}
	if err := m.doc.Parse(event, to.rules.json); err != nil {
		return m.fail(malformed(err, " of the event"))
	}
	return m.transform()
}

// TransformEvent transforms a typed event. Keys of its traits and properties are taken in sorted order, since a Struct has
// none of its own.
func (m *Mapper) TransformEvent(event *rudderstackv1.Event, to *Destination) *Result {
	m.begin(to)
	m.doc.Reset()
	root, err := newTypedEvent(&m.doc, event)
	if err != nil {
		return m.fail(err)
	}
	m.doc.SetRoot(root)
	return m.transform()
}

// maxKept bounds how many diagnostics and names a Mapper keeps room for, so that one huge event does not stay for ever.
const maxKept = 4 << 10

// begin empties the last result.
func (m *Mapper) begin(to *Destination) {
	if cap(m.result.Diagnostics) > maxKept {
		m.result.Diagnostics = nil
	}
	if cap(m.names) > maxKept {
		m.names = nil
	}
	m.to = to
	m.result = Result{Records: m.result.Records[:0], Diagnostics: m.result.Diagnostics[:0]}
}

// malformed makes an error of what the document's parser says. Of says what the place is a place of, if that may be in doubt: an
// event may be a part of a longer text.
func malformed(err error, of string) *Error {
	e := &Error{Reason: InvalidJSON, Message: err.Error()}
	if syntax, ok := errors.AsType[*document.SyntaxError](err); ok {
		e.Line, e.Column = syntax.Line, syntax.Column
		e.Message = fmt.Sprintf("malformed JSON at line %d, column %d%s: %s", e.Line, e.Column, of, syntax.Problem)
	}
	return e
}

// fail ends with an error.
func (m *Mapper) fail(err *Error) *Result {
	m.result.Status, m.result.Err, m.result.Records = Failed, err, m.result.Records[:0]
	return &m.result
}

// transform runs the destination's ruleset over the parsed event.
func (m *Mapper) transform() *Result {
	rules := m.to.rules
	m.event = m.doc.Root()
	m.result.MessageID = m.event.Get("messageId").Bytes()
	if err := rules.prepare(m); err != nil {
		return m.fail(err)
	}
	name, err := rules.callType(m)
	if err != nil {
		return m.fail(err)
	}
	m.result.CallType = name
	for _, wants := range rules.filters {
		wanted, err := wants(m, name)
		if err != nil {
			return m.fail(err)
		}
		if !wanted {
			m.result.Status = Filtered
			return &m.result
		}
	}
	if err := rules.calls[name](m, name); err != nil {
		return m.fail(err)
	}
	if m.to.unusable != nil {
		return m.fail(m.to.unusable)
	}
	m.result.Status = Transformed
	return &m.result
}

// emit adds a record to the result.
func (m *Mapper) emit(record document.Value, token bool) {
	m.result.Records = append(m.result.Records, Record{value: record, Token: token})
}

// diagnose adds a diagnostic unless nobody asked for its severity. The path is what is in container under key.
func (m *Mapper) diagnose(severity Severity, code Code, container, key, message string) {
	if severity < m.MinSeverity {
		return
	}
	if container != "" {
		key = container + "." + key
	}
	m.result.Diagnostics = append(m.result.Diagnostics, Diagnostic{Severity: severity, Code: code, Path: key, Message: message})
}

// diagnoseMember is diagnose for a member of container under its own key.
func (m *Mapper) diagnoseMember(severity Severity, code Code, container string, member document.Value, message string) {
	if severity < m.MinSeverity {
		return
	}
	m.result.Diagnostics = append(m.result.Diagnostics, Diagnostic{
		Severity: severity, Code: code, Path: container + "." + string(member.KeyBytes()), Message: message,
	})
}
