package mapping

import (
	rudderstackv1 "github.com/rudder-clevertap/rudder-clevertap/gen/rudderstack/v1"
	"github.com/rudder-clevertap/rudder-clevertap/mapping/document"
	"github.com/rudder-clevertap/rudder-clevertap/mapping/internal/check"
	"github.com/rudder-clevertap/rudder-clevertap/mapping/internal/rules"
)

// Mapper transforms events. It holds the memory that transforming needs, so that a reused one allocates next
// to nothing. One goroutine at a time may use it. Its zero value is ready.
type Mapper struct {
	// MinSeverity is the least severity of diagnostics to report; zero reports all.
	MinSeverity Severity
	// Explain asks for the Result's Lineage. It takes about as long as the rest.
	Explain bool

	run    rules.Run
	checks check.Checker
	result Result
}

// Status is what became of an event. The numbers are those of the contract's Status.
type Status uint8

// What can become of an event.
const (
	// Transformed: it became one or two records.
	Transformed Status = iota + 1
	// Filtered: it is not for CleverTap; the FilterReason says why.
	Filtered
	// Failed: it can't be transformed.
	Failed
)

// FilterReason says why an event was filtered. The numbers are those of the contract's FilterReason.
type FilterReason = rules.FilterReason

// Why an event can be filtered.
const (
	// FilteredByEventList: the destination's list of events says so.
	FilteredByEventList = rules.FilteredByEventList
	// FilteredByDeviceMode: the platform is in device mode, so its native SDK has delivered the event.
	FilteredByDeviceMode = rules.FilteredByDeviceMode
	// FilteredByIntegrations: the sender excluded CleverTap.
	FilteredByIntegrations = rules.FilteredByIntegrations
)

// Result is what one event became. It, and what it points to, is valid until its Mapper's next call.
type Result struct {
	// Status is what became of it.
	Status Status
	// FilterReason is why it was Filtered, else zero.
	FilterReason FilterReason
	// CallType is the event's type in lower case, or empty when it names none of RudderStack's calls.
	CallType string
	// MessageID is the event's messageId, a number as its digits; nothing when it is neither text nor a
	// number.
	MessageID []byte
	// Records are what to send: one or two when it was Transformed, else none.
	Records []Record
	// Diagnostics are what was changed, left out or will be refused.
	Diagnostics []Diagnostic
	// Lineage says, if that was asked for, where all that is in the records comes from, and what became of all
	// that is in the event. An event that Failed has none.
	Lineage []Lineage
	// Err is why it Failed, else nil.
	Err *Error

	event document.Value
}

// AppendUsers appends the ids by which an event names its user, three at most: its userId, or the identity that its record has
// instead; its anonymousId; and its previousId. Events that share one are about the same user.
func (r *Result) AppendUsers(ids [][]byte) [][]byte {
	user := r.event.Get("userId").Bytes()
	for i := 0; len(user) == 0 && i < len(r.Records); i++ {
		record := r.Records[i].value
		if user = record.Get("identity").Bytes(); len(user) == 0 {
			user = record.Get("profileData").Get("identity").Bytes()
		}
	}
	for _, id := range [...][]byte{user, r.event.Get("anonymousId").Bytes(), r.event.Get("previousId").Bytes()} {
		if len(id) > 0 {
			ids = append(ids, id)
		}
	}
	return ids
}

// TransformJSON transforms an event given as JSON text.
func (m *Mapper) TransformJSON(event []byte, to *Destination) *Result {
	m.begin(to)
	if to.rules.Decode != nil {
		event = to.rules.Decode(event)
	}
	if err := m.run.Doc.Parse(event, to.rules.JSON); err != nil {
		return m.fail(rules.Malformed(err, " of the event"))
	}
	return m.transform(nil)
}

// TransformEvent transforms a typed event. Keys of its traits and properties are taken in sorted order, since
// a Struct has none of its own.
func (m *Mapper) TransformEvent(event *rudderstackv1.Event, to *Destination) *Result {
	m.begin(to)
	m.run.Doc.Reset()
	root, err := newTypedEvent(&m.run.Doc, event)
	if err != nil {
		return m.fail(err)
	}
	m.run.Doc.SetRoot(root)
	return m.transform(event)
}

// begin empties the last result.
func (m *Mapper) begin(to *Destination) {
	severity := m.MinSeverity
	if m.Explain {
		severity = 0 // an explanation needs them all
	}
	m.run.Explain = m.Explain
	m.run.Begin(to.rules, &to.compiled, severity)
	m.result = Result{Records: m.result.Records[:0]}
}

// fail ends with an error.
func (m *Mapper) fail(err *Error) *Result {
	if field := rules.Cut(err.Field); field != err.Field {
		shorter := *err // which may be the destination's
		shorter.Field = field
		err = &shorter
	}
	m.result.Status, m.result.Err = Failed, err
	return &m.result
}

// transform runs the destination's ruleset over the parsed event, and the checks over its records; typed is the
// message that the event was made of, or nil.
func (m *Mapper) transform(typed *rudderstackv1.Event) *Result {
	m.result.event = m.run.Doc.Root()
	m.result.MessageID = m.result.event.Get("messageId").Bytes()
	reason, err := m.run.Transform()
	if err == nil && reason == rules.Wanted {
		err = m.checks.Records(&m.run)
	}
	m.result.CallType, m.result.Diagnostics = m.run.CallType, m.run.Diagnostics
	if err == nil && m.Explain {
		m.explain(typed)
	}
	if err != nil {
		return m.fail(err)
	}
	if reason != rules.Wanted {
		m.result.Status, m.result.FilterReason = Filtered, reason
		return &m.result
	}
	for _, r := range m.run.Records {
		m.result.Records = append(m.result.Records, Record{Token: r.Token, value: r.Value})
	}
	m.result.Status = Transformed
	return &m.result
}
