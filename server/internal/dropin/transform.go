package dropin

import (
	"bytes"
	"context"
	"errors"
	"strings"

	"github.com/rudder-clevertap/rudder-clevertap/internal/apierr"
	"github.com/rudder-clevertap/rudder-clevertap/internal/budget"
	"github.com/rudder-clevertap/rudder-clevertap/mapping"
	"github.com/rudder-clevertap/rudder-clevertap/mapping/document"
	"github.com/rudder-clevertap/rudder-clevertap/server/internal/engine"
)

// work transforms the events of one request and writes what they become.
type work struct {
	*engine.Workspace

	ctx   context.Context //nolint:containedctx // It lives as long as the call.
	out   *answerWriter
	items *itemReader
	// tags are the members of an error's statTags that are the same for all: from destType to feature.
	tags string
	// compiled is the destination compiled last. Most events of a request have the same.
	compiled compiledDestination
	// over is why the request is over before its end, if it is: there was no memory for an event.
	over error
	// kept is the memory of what is kept of the events until the answer is complete.
	kept      budget.Lease
	keptBytes int64
	// visited counts events, to look now and then whether the caller is still there.
	visited int
}

// compiledDestination is a destination's config, made ready.
type compiledDestination struct {
	config []byte
	to     *mapping.Destination
	err    *mapping.Error
	// opening is the text of a request for CleverTap up to its first record.
	opening []byte
}

// closing is the text of a request for CleverTap after its last record.
const closing = `]},"JSON_ARRAY":{},"XML":{},"FORM":{}},"files":{}`

// transform lets do transform the events of a body, in a span of its own, and tells telemetry about them.
func (s *Service) transform(
	x *exchange, body *requestBody, feature, destType string, do func(*work) error,
) error {
	const nobodyIsTold = mapping.SeverityError + 1
	ctx, workspace := s.options.Engine.Begin(x.ctx, nobodyIsTold)
	defer workspace.Release()
	if err := x.items.begin(body, x.head.GetCompacted()); err != nil {
		return err
	}
	x.marks = body.marks
	x.answer.begin()
	t := &work{
		Workspace: workspace, ctx: ctx, out: &x.answer, items: &x.items,
		tags: `,"destType":` + string(document.AppendString(nil, strings.ToUpper(apierr.Clean(destType)))) +
			`,"module":"destination","implementation":"native","feature":"` + feature + `"`,
	}
	t.kept = s.options.Memory.Lease()
	defer t.kept.Release()
	err := do(t)
	if err == nil {
		err = t.over
	}
	if !errors.Is(err, errTooLong) { // else it is done again, and counts then
		workspace.Finish(ctx, "transformer", err)
	}
	return err
}

// keep takes memory for what is kept until the answer is complete.
func (t *work) keep(bytes int) error {
	t.keptBytes += int64(bytes)
	return apierr.NoMemory(t.kept.Reserve(t.ctx, t.keptBytes))
}

// alive reports why the request is over before its end, if it is.
func (t *work) alive() error {
	if t.over != nil {
		return t.over
	}
	if t.visited++; t.visited%engine.CheckEvery == 0 && t.ctx.Err() != nil {
		return context.Cause(t.ctx)
	}
	return nil
}

// destination makes the destination of an event ready.
func (t *work) destination(config []byte) *compiledDestination {
	c := &t.compiled
	if (c.to != nil || c.err != nil) && bytes.Equal(config, c.config) {
		return c
	}
	c.config = append(c.config[:0], config...)
	c.opening = c.opening[:0]
	if c.to, c.err = mapping.ParseTransformerConfig(config); c.err != nil {
		c.to = nil
		return c
	}
	c.opening = append(c.opening, `{"version":"1","type":"REST","method":"POST","endpoint":`...)
	c.opening = document.AppendString(c.opening, c.to.Endpoint())
	c.opening = append(c.opening, `,"headers":`...)
	c.opening = c.to.AppendHeadersJSON(c.opening)
	c.opening = append(c.opening, `,"params":{},"body":{"JSON":{"d":[`...)
	return c
}

// apply transforms an event and counts what became of it. Err is why reading it failed, if it did.
func (t *work) apply(item *eventItem, err *mapping.Error) (result *mapping.Result, to *compiledDestination) {
	if err == nil {
		if to = t.destination(item.config); to.err == nil {
			result = t.guarded(item.message, to.to)
			t.count(result)
			return result, to
		}
		err = to.err
	}
	result = &mapping.Result{Err: err}
	t.count(result)
	return result, to
}

// count tells telemetry what became of an event.
func (t *work) count(result *mapping.Result) {
	if result.Err == nil {
		t.Count(t.ctx, result, "", nil)
		return
	}
	t.Count(t.ctx, result, result.Err.Reason, result.Err)
}

// guarded transforms a message. A panic fails that event alone.
func (t *work) guarded(message []byte, to *mapping.Destination) *mapping.Result {
	result, fault := t.Transform(t.ctx, engine.Event{Text: message, Index: t.visited}, to)
	if fault != nil && engine.Overloaded(t.ctx, fault) {
		t.over = fault
	}
	if fault != nil {
		return &mapping.Result{
			Err: &mapping.Error{Reason: apierr.Internal, Message: apierr.Status(fault).GetMessage()},
		}
	}
	return result
}

// writeError appends the members that tell why an event failed: statusCode, error and statTags. The tags name
// the destination and the workspace that this metadata names.
func (t *work) writeError(reason mapping.Reason, message string, metadata []byte) {
	dst := t.out.buffer
	if reason == apierr.Internal {
		dst = append(dst, `"statusCode":500,"error":`...)
		dst = document.AppendString(dst, message)
		t.out.buffer = append(dst, `,"statTags":{"errorCategory":"transformation"}`...)
		return
	}
	dst = append(dst, `"statusCode":400,"error":`...)
	dst = document.AppendString(dst, message)
	dst = append(dst, `,"statTags":{"errorCategory":"dataValidation","errorType":"instrumentation"`...)
	dst = append(dst, t.tags...)
	var destination, workspace []byte
	parts(metadata, func(key, value []byte) {
		switch {
		case document.QuotedIs(key, "destinationId"):
			destination = value
		case document.QuotedIs(key, "workspaceId"):
			workspace = value
		}
	})
	if destination != nil {
		dst = append(append(dst, `,"destinationId":`...), destination...)
	}
	if workspace != nil {
		dst = append(append(dst, `,"workspaceId":`...), workspace...)
	}
	t.out.buffer = append(dst, '}')
}

// write appends text to the answer.
func (t *work) write(text string) { t.out.buffer = append(t.out.buffer, text...) }

// writeText appends a value's text to the answer, as it came.
func (t *work) writeText(text []byte) { t.out.buffer = append(t.out.buffer, text...) }

// writeRecords appends records, with commas between them.
func (t *work) writeRecords(records ...mapping.Record) {
	for i, record := range records {
		if i > 0 {
			t.out.buffer = append(t.out.buffer, ',')
		}
		t.out.buffer = record.AppendJSON(t.out.buffer)
	}
}
