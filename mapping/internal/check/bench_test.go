package check_test

import (
	"testing"

	"github.com/rudder-clevertap/rudder-clevertap/internal/genevents"
	"github.com/rudder-clevertap/rudder-clevertap/mapping/document"
	"github.com/rudder-clevertap/rudder-clevertap/mapping/internal/check"
	"github.com/rudder-clevertap/rudder-clevertap/mapping/internal/guide"
	"github.com/rudder-clevertap/rudder-clevertap/mapping/internal/rules"
)

// BenchmarkRecords compares the rules alone with the rules and the checks: over mixed events, of which one in five
// has a birthday, a marriage and a job that CleverTap would not take, and over events with nothing wrong. One
// operation is one event.
func BenchmarkRecords(b *testing.B) {
	const count = 1000
	mixed := genevents.New(1).Batch(count)
	var clean [][]byte
	for random := genevents.Real(1); len(clean) < count; {
		if event, kind, _ := random.Next(); kind == genevents.Plain {
			clean = append(clean, event)
		}
	}
	for _, c := range []struct {
		name   string
		events [][]byte
		mode   rules.CheckMode
	}{
		{"mixed/rules alone", mixed, 0},
		{"mixed/REPORT", mixed, rules.Report},
		{"mixed/REPAIR", mixed, rules.Repair},
		{"clean/rules alone", clean, 0},
		{"clean/REPORT", clean, rules.Report},
		{"clean/REPAIR", clean, rules.Repair},
	} {
		b.Run(c.name, func(b *testing.B) {
			b.ReportAllocs()
			to := &rules.Destination{TrackAnonymous: true, Checks: rules.Checks{Mode: c.mode}}
			var (
				r       rules.Run
				checker check.Checker
				dst     []byte
			)
			for i := 0; b.Loop(); i++ {
				if err := r.Doc.Parse(c.events[i%count], document.Options{}); err != nil {
					b.Fatal(err)
				}
				r.Begin(guide.Rules(), to, 0)
				if reason, err := r.Transform(); err != nil || reason != rules.Wanted {
					b.Fatal(err)
				}
				if c.mode != 0 {
					if err := checker.Records(&r); err != nil {
						b.Fatal(err)
					}
				}
				for _, record := range r.Records {
					dst = record.Value.AppendJSON(dst[:0])
				}
			}
		})
	}
}
