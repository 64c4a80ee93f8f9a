package main

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
)

// errorRef is where the document describes errors.
const errorRef = "#/definitions/rpc.Status"

// rewrite makes the document of the REST API from that of the messages.
func rewrite(text []byte) ([]byte, error) {
	parsed, err := parse(text)
	if err != nil {
		return nil, err
	}
	document, ok := parsed.(*object)
	if !ok {
		return nil, errors.New("the document is no object")
	}
	definitions, err := document.child("definitions")
	if err != nil {
		return nil, err
	}
	dropByteForms(definitions)
	for _, change := range []func(*object) error{describe, openUp, require, simplifyErrors} {
		if err := change(definitions); err != nil {
			return nil, err
		}
	}
	if err := addErrorResponses(document); err != nil {
		return nil, err
	}
	if err := describeTags(document); err != nil {
		return nil, err
	}
	// A token is needed only when the server has a file of them.
	document.set("security", []any{&object{}, &object{members: []member{{"bearer", []any{}}}}})
	dropUnreferenced(document, definitions)
	compact, err := plainJSON(document)
	if err != nil {
		return nil, err
	}
	var out bytes.Buffer
	if err := json.Indent(&out, compact, "", "  "); err != nil {
		return nil, fmt.Errorf("indent: %w", err)
	}
	out.WriteByte('\n')
	return out.Bytes(), nil
}

// dropByteForms removes the properties that carry JSON as bytes: REST shows each under the name of its typed form.
func dropByteForms(definitions *object) {
	for _, definition := range definitions.members {
		properties, err := definitions.child(definition.key, "properties")
		if err != nil {
			continue
		}
		properties.drop(func(key string) bool {
			typed, isBytes := strings.CutSuffix(key, "Json")
			return isBytes && properties.get(typed) != nil
		})
	}
}

// describe replaces the texts that speak of the messages' forms.
func describe(definitions *object) error {
	describeShared(definitions)
	for _, text := range []struct{ definition, property, description string }{
		{"TransformRequest", "event", "The RudderStack event, exactly as RudderStack sends it."},
		{"ValidateDestinationRequest", "destination", "The destination's settings, in RudderStack's own names."},
		{"Upload", "payload", "The body of the request: byte for byte what to send to CleverTap."},
		{"Destination", "useNativeSDK", "Whether the native SDK sends the events: a map of booleans by source type (`web`, " +
			"`android`, `ios`, `reactnative`), or one boolean for all of them."},
		{"Destination", "connectionMode", "`device` or `cloud`: a map by source type, or one text for all of them. Where given, it " +
			"decides instead of useNativeSDK."},
	} {
		property, err := definitions.child(text.definition, "properties", text.property)
		if err != nil {
			return err
		}
		property.set("description", text.description)
	}
	for _, text := range []struct{ definition, description string }{
		{"Event", "One RudderStack event: an identify, track, page, screen or alias call as an SDK or the HTTP API sends it. It is " +
			"free-form: other keys may be there, and a value of another type is refused only if a rule needs it, with the " +
			"field's name. A numeric id is taken as its decimal text."},
		{"Destination", "A CleverTap destination: the settings of RudderStack's dashboard under RudderStack's own names, and two of " +
			"ours (ruleset, useEventTimestamp). The transform calls ignore other settings, /v1/destinations:validate reports them."},
		{"Upload", "One HTTP request to CleverTap, ready to send."},
	} {
		definition, err := definitions.child(text.definition)
		if err != nil {
			return err
		}
		definition.set("description", text.description)
	}
	return nil
}

// describeShared describes the properties that requests have in common.
func describeShared(definitions *object) {
	const events = "The RudderStack events, exactly as RudderStack sends them. Each stands alone: one that can't be transformed, or is " +
		"no event at all, fails by itself."
	const target = "The destination's settings, in RudderStack's own names. Give these or destinationId."
	const name = "Name of a destination that the server's configuration registers. Give this or destination."
	for _, definition := range definitions.members {
		if _, err := definitions.child(definition.key, "properties", "destinationId"); err != nil {
			continue
		}
		for property, description := range map[string]string{"events": events, "destination": target, "destinationId": name} {
			if p, err := definitions.child(definition.key, "properties", property); err == nil {
				p.set("description", description)
			}
		}
	}
}

// openUp allows what REST takes and the messages' types do not.
func openUp(definitions *object) error {
	for _, name := range []string{"Event", "Destination"} {
		definition, err := definitions.child(name)
		if err != nil {
			return err
		}
		definition.set("additionalProperties", true)
	}
	for _, name := range []string{"useNativeSDK", "connectionMode"} {
		property, err := definitions.child("Destination", "properties", name)
		if err != nil {
			return err
		}
		// Swagger 2.0 has no word for "one or the other", so the description alone says it.
		property.drop(func(key string) bool { return key == "type" || key == "additionalProperties" })
	}
	return nil
}

// require names the properties that a request must have.
func require(definitions *object) error {
	for name, property := range map[string]string{"TransformRequest": "event", "ValidateDestinationRequest": "destination"} {
		definition, err := definitions.child(name)
		if err != nil {
			return err
		}
		if _, err := definition.child("properties", property); err != nil {
			return err
		}
		definition.set("required", []any{property})
	}
	return nil
}

// simplifyErrors describes errors as this API gives them, in place of the essays on google.rpc.Status and Any.
func simplifyErrors(definitions *object) error {
	status, err := definitions.child("rpc.Status")
	if err != nil {
		return err
	}
	status.drop(func(key string) bool { return key == "title" })
	status.set("description", "Why a request, or one event of a batch, failed.")
	for property, description := range map[string]string{
		"code":    "Canonical gRPC code, such as 3 for INVALID_ARGUMENT.",
		"message": "What is wrong and what to do, for a person.",
		"details": "A google.rpc.ErrorInfo with a documented reason and, where a field is at fault, a google.rpc.BadRequest that names it.",
	} {
		p, err := status.child("properties", property)
		if err != nil {
			return err
		}
		p.set("description", description)
	}
	status.set("example", errorExample())
	detail, err := definitions.child("Any")
	if err != nil {
		return err
	}
	detail.set("description", "A detail of an error; `@type` says which.")
	kind, err := detail.child("properties", "@type")
	if err != nil {
		return err
	}
	kind.set("description", "`type.googleapis.com/google.rpc.ErrorInfo` or `type.googleapis.com/google.rpc.BadRequest`.")
	return nil
}

// errorExample is the answer to an event without a userId for a destination that does not track anonymous visitors.
func errorExample() *object {
	const message = "the event has no userId and the destination does not track anonymous visitors"
	const reason = "ANONYMOUS_TRACKING_DISABLED"
	info := &object{members: []member{
		{"@type", "type.googleapis.com/google.rpc.ErrorInfo"},
		{"reason", reason},
		{"domain", "rudder-clevertap"},
		{"metadata", &object{members: []member{{"field", "userId"}}}},
	}}
	return &object{members: []member{{"code", 3}, {"message", message}, {"details", []any{info}}}}
}

// addErrorResponses says which errors a call may answer with.
func addErrorResponses(document *object) error {
	paths, err := document.child("paths")
	if err != nil {
		return err
	}
	for _, path := range paths.members {
		operations, err := paths.child(path.key)
		if err != nil {
			return err
		}
		for _, operation := range operations.members {
			responses, err := operations.child(operation.key, "responses")
			if err != nil {
				return err
			}
			responses.drop(func(key string) bool { return key == "default" })
			for _, r := range errorResponses(path.key, operation.key) {
				schema := &object{members: []member{{"$ref", errorRef}}}
				responses.set(r.status, &object{members: []member{{"description", r.description}, {"schema", schema}}})
			}
		}
	}
	return nil
}

type errorResponse struct{ status, description string }

// errorResponses returns the errors of one operation.
func errorResponses(path, method string) []errorResponse {
	var responses []errorResponse
	if method == "post" {
		responses = append(responses, errorResponse{"400", "The body is malformed (INVALID_JSON, with line and column), or what it asks can't be done; the reason says why."})
	}
	responses = append(responses, errorResponse{"401", "The server wants a bearer token that it knows (UNAUTHENTICATED)."})
	if path != "/v1/destinations:validate" && method == "post" {
		responses = append(responses, errorResponse{"404", "No destination is registered under that name (UNKNOWN_DESTINATION)."})
	}
	if method == "post" {
		responses = append(responses, errorResponse{"413", "The body is larger than the server takes (REQUEST_TOO_LARGE, with the limit)."})
	}
	return append(responses, errorResponse{"default", "Any other error."})
}

// describeTags says what a service does, without the forms that only gRPC has, and leaves out services without a REST call.
func describeTags(document *object) error {
	used := usedTags(document.get("paths"))
	tags, _ := document.get("tags").([]any)
	tags = slices.DeleteFunc(tags, func(tag any) bool {
		t, ok := tag.(*object)
		return ok && !slices.Contains(used, t.get("name"))
	})
	document.set("tags", tags)
	for _, tag := range tags {
		if t, ok := tag.(*object); ok && t.get("name") == "TransformService" {
			t.set("description", "Turns RudderStack events into CleverTap uploads. Nothing is sent to CleverTap.")
			return nil
		}
	}
	return errors.New("no call has the tag TransformService")
}

// usedTags returns the tags of the operations of paths.
func usedTags(paths any) []any {
	var used []any
	p, ok := paths.(*object)
	if !ok {
		return nil
	}
	for _, path := range p.members {
		operations, ok := path.value.(*object)
		if !ok {
			continue
		}
		for _, operation := range operations.members {
			if o, ok := operation.value.(*object); ok {
				tags, _ := o.get("tags").([]any)
				used = append(used, tags...)
			}
		}
	}
	return used
}

// dropUnreferenced removes the definitions that nothing leads to.
func dropUnreferenced(document, definitions *object) {
	used := map[string]bool{}
	var visit func(value any)
	visit = func(value any) {
		switch v := value.(type) {
		case []any:
			for _, element := range v {
				visit(element)
			}
		case *object:
			for _, m := range v.members {
				visit(m.value)
			}
			ref, _ := v.get("$ref").(string)
			if name, ok := strings.CutPrefix(ref, "#/definitions/"); ok && !used[name] {
				used[name] = true
				visit(definitions.get(name))
			}
		}
	}
	visit(document.get("paths"))
	definitions.drop(func(name string) bool { return !used[name] })
}
