package mapping

import (
	"github.com/rudder-clevertap/rudder-clevertap/mapping/document"
	"github.com/rudder-clevertap/rudder-clevertap/mapping/internal/check"
	"github.com/rudder-clevertap/rudder-clevertap/mapping/internal/rules"
)

// CheckAgain runs the checks over a record that was sent to a destination already, and returns what becomes of
// it (nothing when it is left out) and what is said.
func CheckAgain(record []byte, token bool, to *Destination) (after []byte, said []Diagnostic, err error) {
	var run rules.Run
	if err := run.Doc.Parse(record, document.Options{}); err != nil {
		return nil, nil, err
	}
	run.Begin(to.rules, &to.compiled, SeverityInfo)
	run.Event = run.Doc.NewObject()
	run.Emit(run.Doc.Root(), token)
	if err := new(check.Checker).Records(&run); err != nil {
		return nil, nil, err
	}
	for _, r := range run.Records {
		after = r.Value.AppendJSON(nil)
	}
	return after, run.Diagnostics, nil
}

// WireNames shows the names of the fields that are read from an event's wire form, and of those of its
// context, to their test.
func WireNames() (event, context map[int]string) {
	event, context = map[int]string{wireContext: "context"}, map[int]string{wireContextTraits: "traits"}
	for number := range wireFields {
		for _, name := range []string{wireTexts[number], wireStructs[number]} {
			if name != "" {
				event[number] = name
			}
		}
		if group := wireGroups[number]; group.key != "" {
			context[number] = group.key
		}
	}
	return event, context
}
