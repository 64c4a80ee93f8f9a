package main

import (
	"encoding/json"
	"os"
	"slices"
	"strings"
	"testing"

	"google.golang.org/protobuf/types/pluginpb"
)

// messages is as much of protoc-gen-openapiv2's output as the rewriting touches.
const messages = `{
  "swagger": "2.0",
  "tags": [{"name": "TransformService", "description": "Events come typed or as JSON bytes."}, {"name": "StreamService"}],
  "paths": {
    "/v1/transform": {"post": {"tags": ["TransformService"], "responses": {
      "200": {"schema": {"$ref": "#/definitions/Upload"}},
      "default": {"schema": {"$ref": "#/definitions/rpc.Status"}}
    }, "parameters": [
      {"schema": {"$ref": "#/definitions/TransformRequest"}},
      {"schema": {"$ref": "#/definitions/BatchTransformRequest"}},
      {"schema": {"$ref": "#/definitions/ValidateDestinationRequest"}}
    ]}},
    "/v1/destinations/definition": {"get": {"responses": {"200": {}, "default": {}}}}
  },
  "definitions": {
    "Any": {"properties": {"@type": {"description": "An essay."}}, "description": "An essay."},
    "BatchTransformRequest": {"properties": {"events": {}, "eventsJson": {}, "destination": {}, "destinationJson": {}, "destinationId": {}}},
    "Destination": {"properties": {
      "useNativeSDK": {"type": "object", "additionalProperties": {"type": "boolean"}},
      "connectionMode": {"type": "object", "additionalProperties": {"type": "string"}}
    }},
    "Event": {"properties": {"userId": {"type": "string"}}},
    "Loop": {"properties": {"self": {"$ref": "#/definitions/Loop"}}},
    "TransformRequest": {"properties": {
      "event": {"$ref": "#/definitions/Event"}, "eventJson": {"type": "string"},
      "destination": {"$ref": "#/definitions/Destination"}, "destinationJson": {}, "destinationId": {}
    }},
    "Upload": {"properties": {"payload": {}, "payloadJson": {}, "geoJson": {"description": "<a & b>"}}},
    "ValidateDestinationRequest": {"properties": {"destination": {}, "destinationJson": {}}},
    "rpc.Status": {"title": "An essay.", "properties": {
      "code": {}, "message": {}, "details": {"items": {"$ref": "#/definitions/Any"}}
    }}
  }
}`

func rewritten(t *testing.T) (string, *object) {
	t.Helper()
	text, err := rewrite([]byte(messages))
	if err != nil {
		t.Fatal(err)
	}
	parsed, err := parse(text)
	if err != nil {
		t.Fatal(err)
	}
	return string(text), parsed.(*object)
}

func keys(t *testing.T, document *object, path ...string) []string {
	t.Helper()
	o, err := document.child(path...)
	if err != nil {
		t.Fatal(err)
	}
	var all []string
	for _, m := range o.members {
		all = append(all, m.key)
	}
	return all
}

func TestRewriteShowsTheFormsOfREST(t *testing.T) {
	t.Parallel()
	text, document := rewritten(t)
	for _, test := range []struct {
		path []string
		want string
	}{
		{[]string{"definitions", "TransformRequest", "properties"}, "event destination destinationId"},
		{[]string{"definitions", "BatchTransformRequest", "properties"}, "events destination destinationId"},
		{[]string{"definitions", "ValidateDestinationRequest", "properties"}, "destination"},
		// A name that merely ends in Json stays.
		{[]string{"definitions", "Upload", "properties"}, "payload geoJson"},
		{[]string{"definitions", "Destination", "properties", "useNativeSDK"}, "description"},
		{[]string{"definitions", "Event"}, "properties description additionalProperties"},
		{[]string{"paths", "/v1/transform", "post", "responses"}, "200 400 401 404 413 default"},
		{[]string{"paths", "/v1/destinations/definition", "get", "responses"}, "200 401 default"},
		// Nothing leads to Loop but itself.
		{
			[]string{"definitions"},
			"Any BatchTransformRequest Destination Event TransformRequest Upload ValidateDestinationRequest rpc.Status",
		},
	} {
		if got := strings.Join(keys(t, document, test.path...), " "); got != test.want {
			t.Errorf("%v: got %q, want %q", test.path, got, test.want)
		}
	}
	if strings.Contains(text, "essay") || strings.Contains(text, "typed") {
		t.Error("texts about the messages are left")
	}
	if strings.Contains(text, "StreamService") {
		t.Error("a service without a REST call is left")
	}
	if !strings.Contains(text, `"<a & b>"`) {
		t.Error("other texts are not as they were")
	}
}

func TestRewriteIsStable(t *testing.T) {
	t.Parallel()
	first, _ := rewritten(t)
	for range 20 {
		if again, _ := rewritten(t); again != first {
			t.Fatal("the same input gave another document")
		}
	}
	if !json.Valid([]byte(first)) {
		t.Error("the document is no JSON")
	}
}

// A contract that has changed under the rewriting stops the generation, instead of leaving a text that is no longer true.
func TestRewriteRefusesWhatItDoesNotKnow(t *testing.T) {
	t.Parallel()
	for _, name := range []string{
		`"definitions"`, `"paths"`, `"TransformService"`, `"Any"`, `"@type"`, `"rpc.Status"`, `"code"`, `"Event"`, `"Upload"`, `"payload"`,
		`"TransformRequest"`, `"event"`, `"ValidateDestinationRequest"`, `"useNativeSDK"`,
	} {
		changed := strings.ReplaceAll(messages, name, `"renamed"`)
		if changed == messages {
			t.Fatalf("%s is not in the input", name)
		}
		if _, err := rewrite([]byte(changed)); err == nil {
			t.Errorf("nothing was missed without %s", name)
		}
	}
	for _, text := range []string{"", "[]", `{"definitions": `, `{"definitions": {"a": [1, `} {
		if _, err := rewrite([]byte(text)); err == nil {
			t.Errorf("%q was taken", text)
		}
	}
}

func TestRewriteFilesAddsTheEmbedding(t *testing.T) {
	t.Parallel()
	response := &pluginpb.CodeGeneratorResponse{File: []*pluginpb.CodeGeneratorResponse_File{
		{Name: new("api.swagger.json"), Content: new(messages)},
	}}
	if err := rewriteFiles(response); err != nil {
		t.Fatal(err)
	}
	var names []string
	for _, file := range response.GetFile() {
		names = append(names, file.GetName())
	}
	if want := []string{"api.swagger.json", "openapi.go"}; !slices.Equal(names, want) {
		t.Fatalf("got %v, want %v", names, want)
	}
	if !strings.Contains(response.GetFile()[1].GetContent(), "//go:embed api.swagger.json\n") {
		t.Error("the document is not embedded")
	}
	if err := rewriteFiles(response); err == nil {
		t.Error("several documents were taken for one")
	}
}

func TestGenerateSaysWhenTheGeneratorIsMissing(t *testing.T) {
	t.Parallel()
	// The test's own binary has no protoc-gen-openapiv2 beside it.
	if err := run(t.Context(), strings.NewReader(""), os.Stderr); err == nil || !strings.Contains(err.Error(), "protoc-gen-openapiv2") {
		t.Errorf("got %v", err)
	}
}
