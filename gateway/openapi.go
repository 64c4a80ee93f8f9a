package gateway

import (
	"crypto/sha256"
	"encoding/hex"
	"net/http"
	"strings"
	"time"

	"github.com/rudder-clevertap/rudder-clevertap/gen/openapi"
)

const openAPIPath = "/openapi.json"

// readMethods is the Allow header of what can only be read.
const readMethods = "GET, HEAD"

// openAPIHandler serves the API's description.
type openAPIHandler struct {
	document string
	etag     string
	errors   *errorWriter
}

func newOpenAPIHandler(errs *errorWriter) *openAPIHandler {
	sum := sha256.Sum256([]byte(openapi.Document))
	return &openAPIHandler{
		document: openapi.Document,
		etag:     `"` + hex.EncodeToString(sum[:8]) + `"`,
		errors:   errs,
	}
}

// ServeHTTP answers with the OpenAPI document.
func (h *openAPIHandler) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if !isRead(r) {
		h.errors.methodNotAllowed(r.Context(), w, r, readMethods)
		return
	}
	w.Header().Set("Content-Type", contentType)
	w.Header().Set("Cache-Control", "no-cache")
	w.Header().Set("ETag", h.etag)
	http.ServeContent(w, r, "", time.Time{}, strings.NewReader(h.document))
}

// isRead tells requests that only read.
func isRead(r *http.Request) bool { return r.Method == http.MethodGet || r.Method == http.MethodHead }
