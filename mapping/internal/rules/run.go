package rules

import "github.com/rudder-clevertap/rudder-clevertap/mapping/document"

// Run is one event's way through a ruleset. A reused one keeps the memory that it needed, so that it
// allocates next to nothing.
type Run struct {
	// Rules and To are the ruleset and the destination.
	Rules *Ruleset
	To    *Destination
	// Limits are those of the destination's account.
	Limits *Limits
	// Doc is the document that the event is parsed into, and that the records are built in.
	Doc document.Document
	// Event is the event as the steps read it.
	Event document.Value
	// CallType is the event's type in lower case; empty until it is read, and when it names no call.
	CallType string
	// Records are the records so far, and Diagnostics what is said about them.
	Records     []Record
	Diagnostics []Diagnostic

	// Parts are what GUIDE has read of the event for all its steps.
	Parts Parts

	// Explain: sources will be asked for, so the places of the event's values are taken down before the rules
	// run. Who asks without it may be shown a place that a rule has changed.
	Explain bool
	// Infinite: the event holds numbers beyond a double. They are JavaScript's; JSON has none. Prepare says so.
	Infinite bool
	// Names is room for names of custom fields, kept from event to event.
	Names []document.Value

	// PassedOver: an id was passed over, since it names nobody.
	PassedOver bool

	minSeverity Severity
	sources     sources
	// kept are the nested values that the record keeps, and numbered how many keys have got numbers.
	kept     nestedKept
	numbered int
}

// Parts are parts of an event that several steps of GUIDE read: objects, each absent when the event has none.
type Parts struct {
	// Context, what is in it, and Integrations are beside what the event says.
	Context, Traits, Device, OS, Library, Integrations document.Value
	// Name is a track's name, once it is read.
	Name document.Value
}

// Record is one record of an event.
type Record struct {
	// Value is the record.
	Value document.Value
	// Token tells device tokens from profiles and events.
	Token bool
}

// maxKept bounds how many diagnostics and names a Run keeps room for, so that one huge event does not stay
// for ever.
const maxKept = 4 << 10

// Begin forgets the last event. Diagnostics of less than minSeverity will not be kept.
func (r *Run) Begin(rules *Ruleset, to *Destination, minSeverity Severity) {
	if cap(r.Diagnostics) > maxKept {
		r.Diagnostics = nil
	}
	if cap(r.Names) > maxKept {
		r.Names = nil
	}
	r.Rules, r.To, r.minSeverity = rules, to, minSeverity
	if r.Limits = &to.Checks.Limits; *r.Limits == (Limits{}) {
		r.Limits = &usualLimits
	}
	r.CallType, r.Parts, r.PassedOver = "", Parts{}, false
	r.kept, r.numbered = nestedKept{}, 0
	r.Records, r.Diagnostics = r.Records[:0], r.Diagnostics[:0]
	r.sources.reset()
}

// Transform runs the ruleset over the event that Doc holds, and says why the destination does not want it, or
// that it is Wanted.
func (r *Run) Transform() (reason FilterReason, err *Error) {
	r.Event = r.Doc.Root()
	if err := r.Rules.Prepare(r); err != nil {
		return Wanted, err
	}
	if r.Explain {
		r.sources.read(r.Doc.Root())
	}
	if r.CallType, err = r.Rules.CallType(r); err != nil {
		if err.Reason == UnsupportedMessageType {
			r.CallType = unsupportedCall(r.Event.Get("type"))
		}
		return Wanted, err
	}
	for _, filter := range r.Rules.Filters {
		if reason, err := filter(r); err != nil || reason != Wanted {
			return reason, err
		}
	}
	if err := r.Rules.Calls[r.CallType](r); err != nil {
		return Wanted, err
	}
	if err := r.Doc.Err(); err != nil {
		return Wanted, &Error{Reason: InvalidFieldType, Message: "the event can't be transformed: " + err.Error()}
	}
	return Wanted, r.To.Unusable
}

// unsupportedCalls are the calls of RudderStack that no ruleset takes. Telemetry tells them from what is no call
// at all.
//
//nolint:gochecknoglobals // A table; nothing writes to it.
var unsupportedCalls = [...]string{"group"}

// unsupportedCall returns the call that an event's type names, or nothing when it is none.
func unsupportedCall(named document.Value) string {
	for _, call := range unsupportedCalls {
		if named.Kind() == document.String && EqualFold(named.Bytes(), call) {
			return call
		}
	}
	return ""
}

// Emit adds a record.
func (r *Run) Emit(record document.Value, token bool) {
	r.Records = append(r.Records, Record{Value: record, Token: token})
}

// Wants reports whether somebody asked for diagnostics of a severity.
func (r *Run) Wants(severity Severity) bool { return severity >= r.minSeverity }

// Say adds a diagnostic unless nobody asked for its severity.
func (r *Run) Say(d Diagnostic) {
	if r.Wants(d.Severity) {
		r.Diagnostics = append(r.Diagnostics, d)
	}
}

// Diagnose adds a diagnostic unless nobody asked for its severity. The path is what is in container under
// key.
func (r *Run) Diagnose(severity Severity, code Code, container, key, message string) {
	if r.Wants(severity) {
		r.Say(diagnostic(severity, code, Path(container, key), message))
	}
}

// DiagnoseMember is Diagnose for a member of container under its own key.
func (r *Run) DiagnoseMember(
	severity Severity, code Code, container string, member document.Value, message string,
) {
	if r.Wants(severity) {
		r.Say(diagnostic(severity, code, container+"."+string(member.KeyBytes()), message))
	}
}

// diagnostic makes a diagnostic of what a ruleset has done.
func diagnostic(severity Severity, code Code, path, message string) Diagnostic {
	done := doneAbout[code]
	return Diagnostic{
		Severity: severity, Code: code, CleverTapCode: done.prevents, Action: done.action, Path: path, Message: message,
	}
}
