package mapping_test

import (
	"encoding/json"
	"testing"

	"google.golang.org/protobuf/encoding/protojson"
	"google.golang.org/protobuf/proto"

	rudderstackv1 "github.com/rudder-clevertap/rudder-clevertap/gen/rudderstack/v1"
	"github.com/rudder-clevertap/rudder-clevertap/internal/genevents"
	"github.com/rudder-clevertap/rudder-clevertap/mapping"
)

// BenchmarkTransform compares transforming mixed events, JSON to payload JSON, with checking the same bytes.
// One operation is one event.
func BenchmarkTransform(b *testing.B) {
	to, problem := mapping.ParseDestination([]byte(`{"accountId":"A","passcode":"P","trackAnonymous":true}`))
	if problem != nil {
		b.Fatal(problem)
	}
	const count = 1000
	events := genevents.New(1).Batch(count)
	size := 0
	for _, e := range events {
		size += len(e)
	}
	b.Run("json.Valid", func(b *testing.B) {
		b.SetBytes(int64(size / count))
		b.ReportAllocs()
		for i := 0; b.Loop(); i++ {
			if !json.Valid(events[i%count]) {
				b.Fatal("an event is not valid")
			}
		}
	})
	for _, severity := range []mapping.Severity{0, mapping.SeverityError} {
		name := "all diagnostics"
		if severity != 0 {
			name = "errors only"
		}
		b.Run("JSON/"+name, func(b *testing.B) {
			b.SetBytes(int64(size / count))
			b.ReportAllocs()
			m := mapping.Mapper{MinSeverity: severity}
			var dst []byte
			for i := 0; b.Loop(); i++ {
				for _, r := range m.TransformJSON(events[i%count], to).Records {
					dst = r.AppendJSON(dst[:0])
				}
			}
		})
	}
	b.Run("JSON/TRANSFORMER", func(b *testing.B) {
		to, problem := mapping.ParseTransformerConfig([]byte(`{"accountId":"A","passcode":"P","trackAnonymous":true}`))
		if problem != nil {
			b.Fatal(problem)
		}
		b.SetBytes(int64(size / count))
		b.ReportAllocs()
		var m mapping.Mapper
		var dst []byte
		for i := 0; b.Loop(); i++ {
			for _, r := range m.TransformJSON(events[i%count], to).Records {
				dst = r.AppendJSON(dst[:0])
			}
		}
	})
	b.Run("typed messages", func(b *testing.B) {
		typed, _ := typedEvents(b, events)
		b.ReportAllocs()
		var m mapping.Mapper
		for i := 0; b.Loop(); i++ {
			for _, r := range m.TransformEvent(typed[i%count], to).Records {
				if _, err := r.Proto(); err != nil {
					b.Fatal(err)
				}
			}
		}
	})
	b.Run("typed, wire form", func(b *testing.B) {
		_, wire := typedEvents(b, events)
		b.ReportAllocs()
		var m mapping.Mapper
		var dst []byte
		for i := 0; b.Loop(); i++ {
			for _, r := range m.TransformWire(wire[i%count], to).Records {
				var err *mapping.Error
				if dst, err = r.AppendWire(dst[:0]); err != nil {
					b.Fatal(err)
				}
			}
		}
	})
}

// typedEvents returns events as messages and in their wire form.
func typedEvents(b *testing.B, events [][]byte) (typed []*rudderstackv1.Event, wire [][]byte) {
	b.Helper()
	for _, text := range events {
		event := &rudderstackv1.Event{}
		if err := (protojson.UnmarshalOptions{DiscardUnknown: true}).Unmarshal(text, event); err != nil {
			b.Fatal(err)
		}
		bytes, err := proto.Marshal(event)
		if err != nil {
			b.Fatal(err)
		}
		typed, wire = append(typed, event), append(wire, bytes)
	}
	return typed, wire
}
