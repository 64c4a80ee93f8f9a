package gateway

import (
	"bytes"
	"errors"
	"fmt"
	"strings"

	"github.com/rudder-clevertap/rudder-clevertap/internal/apierr"
	"github.com/rudder-clevertap/rudder-clevertap/mapping/document"
)

// envelope is a request body, cut into its parts. A body that is not JSON is refused as such; only if it is
// JSON does what else is wrong with it count.
type envelope struct {
	document.Scanner

	form *form
	// parts hold the text of the value of each of the form's keys, nil when the body has none or null. They
	// share the body's memory.
	parts [maxKeys][]byte
	// list holds the text of each element of the list of JSON values, up to maxList unless that is 0; count
	// counts all.
	list           [][]byte
	maxList, count int
	// seen has a bit for each of the keys, set when it has come.
	seen uint
	// refusal is the first thing wrong with a body that is JSON.
	refusal error
	// broken is the place in the list where a body is not JSON, and between whether that is behind an element
	// instead of within it; -1 elsewhere.
	broken  int
	between bool
}

// read cuts a body. The error is a *document.SyntaxError or an *apierr.Error.
func (e *envelope) read(body []byte) error {
	e.Text, e.broken = body, -1
	switch first := e.Peek(); {
	case bytes.HasPrefix(body, []byte("\ufeff")):
		e.Fail("a byte order mark: leave it out")
	case first == 0 && e.At == len(body):
		e.Fail("the body is empty where a JSON object is expected")
	case first == '{':
		e.Object(e.member)
	case e.Value():
		kind := document.KindAt(body)
		refused := wrongKind("", "a JSON object", kind)
		refused.Message += hinted(e.form.hintKind(kind))
		e.refuse(refused)
	}
	if e.count > len(e.list) {
		e.refuse(apierr.TooManyEvents(e.count, e.maxList))
	}
	if e.Problem == "" {
		e.End()
	}
	if err := e.Err(); err != nil {
		return e.malformed(err)
	}
	return e.refusal
}

// malformed says in which element of its list a body is not JSON: a batch is one line most often, whose column
// says little.
func (e *envelope) malformed(err error) error {
	syntax, ok := errors.AsType[*document.SyntaxError](err)
	if !ok || e.broken < 0 {
		return err
	}
	field := fmt.Sprintf("%s[%d]", e.form.listName(), e.broken)
	message := field + ": " + syntax.Error()
	if e.between {
		message = "after " + message
	}
	return &apierr.Error{
		Reason: apierr.InvalidJSON, Message: message,
		Violations: []apierr.Violation{{Field: field, Message: message}},
		Line:       syntax.Line, Column: syntax.Column,
	}
}

// refuse notes what is wrong with a body that is JSON.
func (e *envelope) refuse(err error) {
	if e.refusal == nil {
		e.refusal = err
	}
}

// member takes one member of the body in.
func (e *envelope) member(quoted []byte, at int) bool {
	kind := document.KindAt(e.Text[e.At:])
	place := e.place(document.Unquote(quoted), at, kind)
	e.Peek()
	start := e.At
	isList := place >= 0 && e.form.keys[place].isList()
	if isList && kind == document.Array {
		if !e.Array(e.element) {
			if e.broken < 0 && e.count > 0 {
				e.broken, e.between = e.count-1, true
			}
			return false
		}
	} else if !e.Value() {
		return false
	}
	if place < 0 {
		return true
	}
	if isList && kind != document.Array && kind != document.Null {
		name := e.form.keys[place].name
		e.refuse(wrongKind(name, "an array of "+name, kind))
	}
	if kind != document.Null {
		e.parts[place] = e.Text[start:e.At:e.At]
	}
	return true
}

// element takes one element of the list in.
func (e *envelope) element() bool {
	text, ok := e.Part()
	if !ok {
		e.broken = e.count
	}
	// A list of millions of empty events takes far more memory than the body.
	if e.count++; e.maxList == 0 || e.count <= e.maxList {
		e.list = append(e.list, text)
	}
	return ok
}

// place returns where a key's value goes, or -1 after noting why it goes nowhere.
func (e *envelope) place(name string, at int, value document.Kind) int {
	for i := range e.form.keys {
		if name != e.form.keys[i].name {
			continue
		}
		if e.seen&(1<<i) != 0 {
			e.refuse(e.twice(name, at))
			return -1
		}
		e.seen |= 1 << i
		return i
	}
	hint := hinted(e.form.hint(name, value))
	name = apierr.Quote(name)
	e.refuse(apierr.Field(
		apierr.InvalidRequest, name, fmt.Sprintf("unknown key %q: the body may have %s", name, e.form.known)+hint,
	))
	return -1
}

// twice refuses a key that comes again.
func (e *envelope) twice(name string, at int) error {
	line, column := document.Locate(e.Text, at)
	message := fmt.Sprintf("the key %q comes twice: again at line %d, column %d", name, line, column)
	return &apierr.Error{
		Reason: apierr.InvalidJSON, Message: message,
		Violations: []apierr.Violation{{Field: name, Message: message}},
		Line:       line, Column: column,
	}
}

// choose sees to it that each choice is made, and once.
func (e *envelope) choose() error {
	for _, choice := range e.form.choices {
		chosen := make([]string, 0, maxKeys)
		for _, i := range choice.keys {
			if e.parts[i] != nil {
				chosen = append(chosen, e.form.keys[i].name)
			}
		}
		switch {
		case len(chosen) == 0:
			return apierr.Field(apierr.InvalidRequest, e.form.keys[choice.keys[0]].name, choice.missing)
		case len(chosen) > 1:
			return apierr.Field(
				apierr.InvalidRequest, chosen[1], "give "+strings.Join(chosen, " or ")+", not both",
			)
		}
	}
	return nil
}

// wrongKind refuses a value for its kind. Without a field it is the body itself.
func wrongKind(field, want string, got document.Kind) *apierr.Error {
	subject := field
	if field == "" {
		subject = "the body"
	}
	refused := &apierr.Error{
		Reason: apierr.InvalidFieldType, Kind: got,
		Message: subject + " must be " + want + ", but is " + got.String(),
	}
	if field != "" {
		refused.Violations = []apierr.Violation{{Field: field, Message: refused.Message}}
	}
	return refused
}
