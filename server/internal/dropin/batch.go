package dropin

import (
	"github.com/rudder-clevertap/rudder-clevertap/internal/apierr"
	"github.com/rudder-clevertap/rudder-clevertap/mapping/document"
)

// batch answers a batch call as rudder-transformer does: CleverTap has no such thing, and one item says so
// for all events.
func (s *Service) batch(x *exchange) error {
	body, refused := readBody(x.body, x.marks)
	if refused != nil {
		return refused
	}
	name, err := ourName(body)
	if err != nil {
		return err
	}
	if body.count == 0 {
		return refuse("input must be an array of events")
	}
	w := &x.answer
	w.begin()
	w.buffer = append(w.buffer, `[{"metadata":[`...)
	first := true
	body.each(func(event eventMark) bool {
		if !first {
			w.buffer = append(w.buffer, ',')
		}
		first = false
		if metadata := event.metadata.of(body.text); metadata != nil {
			w.buffer = append(w.buffer, metadata...)
		} else {
			w.buffer = append(w.buffer, "null"...)
		}
		err = w.check()
		return err == nil
	})
	w.buffer = append(w.buffer, `],"batched":false,"statusCode":500,"error":`...)
	w.buffer = document.AppendString(w.buffer, apierr.Clean(name)+" does not implement batch")
	w.buffer = append(w.buffer, `,"statTags":{"errorCategory":"transformation"}}]`...)
	return err
}
