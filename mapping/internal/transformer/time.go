package transformer

import (
	"github.com/rudder-clevertap/rudder-clevertap/mapping/document"
	"github.com/rudder-clevertap/rudder-clevertap/mapping/internal/rules"
	"github.com/rudder-clevertap/rudder-clevertap/mapping/javascript"
)

// profileTime sets the ts of a profile: `traits.ts || context.traits.ts`, whatever the second is.
func (r run) profileTime(record document.Value) *rules.Error {
	ts := javascript.Get(r.Event, "traits.ts")
	if !javascript.Truthy(ts) {
		ts = javascript.Get(r.Event, "context.traits.ts")
	}
	ts, err := r.seconds(ts, "traits.ts")
	if err != nil {
		return err
	}
	if ts.Exists() {
		record.Set("ts", ts)
	}
	return nil
}

// eventTime sets the ts of an event from properties.ts. An order's is taken raw, others only if they count.
func (r run) eventTime(record document.Value, order bool) *rules.Error {
	raw := javascript.Get(r.Event, "properties.ts")
	if javascript.Nullish(raw) || !order && !javascript.Truthy(raw) && !javascript.Zero(raw) {
		return nil
	}
	ts, err := r.seconds(raw, "properties.ts")
	if err != nil {
		return err
	}
	record.Set("ts", ts)
	return nil
}

// seconds converts a ts as rudder-transformer does: what Number() reads as a number other than 0 stays as it
// is, anything else that is truthy is read as a date, in whole seconds, or null if it is none.
func (r run) seconds(ts document.Value, field string) (document.Value, *rules.Error) {
	if !javascript.Truthy(ts) {
		return ts, nil
	}
	// What throws as a number is none, and throws as text.
	if number, _ := javascript.Number(ts); number != 0 && number == number {
		return ts, nil
	}
	text, err := javascript.AppendText(nil, ts)
	if err != nil {
		return ts, throws(field, ts, field+" can't be read as a time: "+err.Error())
	}
	seconds, ok := javascript.ParseSeconds(string(text))
	made := r.Doc.NewNull()
	if ok {
		made = r.Doc.NewNumber(string(javascript.AppendNumber(nil, seconds)))
	}
	r.Derive(made, ts)
	return made, nil
}
