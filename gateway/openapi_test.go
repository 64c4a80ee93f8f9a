package gateway_test

import (
	"encoding/json"
	"net/http"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/rudder-clevertap/rudder-clevertap/gateway"
	"github.com/rudder-clevertap/rudder-clevertap/gen/openapi"
)

func TestOpenAPIDocumentIsServed(t *testing.T) {
	t.Parallel()
	api := start(t, &backend{}, gateway.Options{})
	answer := api.do(t, "GET", "/openapi.json", "")
	require.Equal(t, http.StatusOK, answer.status)
	require.Equal(t, "application/json", answer.header.Get("Content-Type"))
	require.Equal(t, openapi.Document, answer.body)

	again := api.do(t, "GET", "/openapi.json", "", "If-None-Match", answer.header.Get("ETag"))
	require.Equal(t, http.StatusNotModified, again.status)
}

// swagger is what the tests read of the document.
type swagger struct {
	Host  string
	Paths map[string]map[string]struct {
		Parameters []struct{ Schema struct{ Ref string } }
		Responses  map[string]struct {
			Schema struct {
				Ref string `json:"$ref"`
			}
		}
	}
	Definitions map[string]struct {
		Properties map[string]json.RawMessage
		Example    json.RawMessage
	}
}

func readDocument(t *testing.T) swagger {
	t.Helper()
	var document swagger
	require.NoError(t, json.Unmarshal([]byte(openapi.Document), &document))
	return document
}

func TestOpenAPIDocumentDescribesREST(t *testing.T) {
	t.Parallel()
	document := readDocument(t)
	require.Empty(t, document.Host, "tools take the host that served the document")
	for name, definition := range document.Definitions {
		for property := range definition.Properties {
			require.False(t, strings.HasSuffix(property, "Json"), "%s.%s is the form of gRPC", name, property)
		}
	}
	for _, word := range []string{"event_json", "events_json", "destination_json", "payload_json", "typed"} {
		require.NotContains(t, strings.ToLower(openapi.Document), word)
	}
	for path, operations := range document.Paths {
		for method, operation := range operations {
			for _, status := range []string{"200", "401", "default"} {
				require.Contains(t, operation.Responses, status, "%s %s", method, path)
			}
			require.Equal(t, "#/definitions/rpc.Status", operation.Responses["default"].Schema.Ref)
		}
	}
}

func TestOpenAPIDocumentHasAllThatItRefersToAndNothingElse(t *testing.T) {
	t.Parallel()
	document := readDocument(t)
	var referred []string
	for _, ref := range regexp.MustCompile(`"#/definitions/([^"]*)"`).FindAllStringSubmatch(openapi.Document, -1) {
		referred = append(referred, ref[1])
	}
	slices.Sort(referred)
	var defined []string
	for name := range document.Definitions {
		defined = append(defined, name)
	}
	slices.Sort(defined)
	require.Equal(t, defined, slices.Compact(referred))
}
