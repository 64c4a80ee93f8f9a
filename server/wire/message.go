package wire

import (
	"fmt"

	"google.golang.org/protobuf/proto"

	clevertapv1 "github.com/rudder-clevertap/rudder-clevertap/gen/clevertap/v1"
	transformerv1 "github.com/rudder-clevertap/rudder-clevertap/gen/transformer/v1"
	"github.com/rudder-clevertap/rudder-clevertap/mapping"
)

// Message returns the answer as the generated message. It shares the Response's memory, which must not be
// released after it.
func (r *Response) Message() (proto.Message, error) {
	uploads, err := r.uploads()
	if err != nil {
		return nil, err
	}
	switch r.Kind {
	case BatchTransform:
		return &transformerv1.BatchTransformResponse{Uploads: uploads, Results: r.results()}, nil
	case StreamTransform:
		return &transformerv1.StreamTransformResponse{
			Sequence: r.Sequence, Uploads: uploads, Results: r.results(), Error: r.Failure,
		}, nil
	default:
		m := &transformerv1.TransformResponse{Uploads: uploads}
		if len(r.Results) > 0 {
			first := &r.Results[0]
			m.Status, m.Diagnostics, m.FilterReason = first.Status, diagnostics(first.Diagnostics), first.FilterReason
			m.Lineage = lineage(first.Lineage)
		}
		return m, nil
	}
}

// uploads returns the uploads as generated messages.
func (r *Response) uploads() ([]*clevertapv1.Upload, error) {
	if len(r.Bodies) == 0 {
		return nil, nil
	}
	list := make([]*clevertapv1.Upload, len(r.Bodies))
	for i, body := range r.Bodies {
		list[i] = &clevertapv1.Upload{
			Method: method, Endpoint: r.Envelope.endpoint, Headers: r.Envelope.headers,
		}
		if !r.Typed {
			list[i].Body = &clevertapv1.Upload_PayloadJson{PayloadJson: body}
			continue
		}
		payload := &clevertapv1.Payload{}
		if err := proto.Unmarshal(body, payload); err != nil {
			return nil, fmt.Errorf("unpack a payload: %w", err)
		}
		list[i].Body = &clevertapv1.Upload_Payload{Payload: payload}
	}
	return list, nil
}

// results returns the results as generated messages: of each kind, all are in one piece of memory.
func (r *Response) results() []*transformerv1.EventResult {
	if len(r.Results) == 0 {
		return nil
	}
	count := 0
	for i := range r.Results {
		count += len(r.Results[i].Records)
	}
	list := make([]*transformerv1.EventResult, len(r.Results))
	slab := make([]transformerv1.EventResult, len(r.Results))
	places := make([]*transformerv1.RecordRef, count)
	placeSlab := make([]transformerv1.RecordRef, count)
	next := 0
	for i := range r.Results {
		from, to := &r.Results[i], &slab[i]
		to.Index = uint32(i)
		to.MessageId = string(from.MessageID)
		to.Status = from.Status
		to.FilterReason = from.FilterReason
		to.Error = from.Failure
		to.Diagnostics = diagnostics(from.Diagnostics)
		to.Lineage = lineage(from.Lineage)
		first := next
		for _, place := range from.Records {
			placeSlab[next].Upload, placeSlab[next].Record = place.Upload, place.Record
			places[next] = &placeSlab[next]
			next++
		}
		if next > first {
			to.Records = places[first:next:next]
		}
		list[i] = to
	}
	return list
}

// diagnostics returns diagnostics as generated messages.
func diagnostics(found []mapping.Diagnostic) []*transformerv1.Diagnostic {
	if len(found) == 0 {
		return nil
	}
	list := make([]*transformerv1.Diagnostic, len(found))
	slab := make([]transformerv1.Diagnostic, len(found))
	for i := range found {
		slab[i].Severity = transformerv1.Severity(found[i].Severity)
		slab[i].Code = string(found[i].Code)
		slab[i].Path = found[i].Path
		slab[i].Message = found[i].Message
		slab[i].ClevertapCode = int32(found[i].CleverTapCode)
		slab[i].Action = transformerv1.Action(found[i].Action)
		list[i] = &slab[i]
	}
	return list
}

// lineage returns an explanation as generated messages.
func lineage(entries []mapping.Lineage) []*transformerv1.Lineage {
	if len(entries) == 0 {
		return nil
	}
	list := make([]*transformerv1.Lineage, len(entries))
	slab := make([]transformerv1.Lineage, len(entries))
	for i := range entries {
		slab[i].Record = uint32(entries[i].Record)
		slab[i].Target = entries[i].Target
		slab[i].Source = entries[i].Source
		slab[i].Rule = entries[i].Rule
		slab[i].Note = entries[i].Note
		list[i] = &slab[i]
	}
	return list
}
