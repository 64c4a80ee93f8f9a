// Package sandbox is a local CleverTap for people without an account: the stand-in with every documented rule, faults on
// demand, and a ledger of what arrived, as JSON and as a page.
package sandbox

import (
	"embed"
	"encoding/json"
	"io/fs"
	"math/rand/v2"
	"net/http"
	"strconv"

	"github.com/rudder-clevertap/rudder-clevertap/internal/clevertapstub"
)

// Options say how a sandbox behaves. Zero fields take their defaults.
type Options struct {
	// Faults are the kinds of faults that calls meet, each as often as the others; see clevertapstub.Kinds.
	Faults []string
	// FaultRate is how many of the calls meet one, from 0 to 1.
	FaultRate float64
	// First are the kinds of faults that the first calls meet, one each.
	First []string
	// Accounts are the passcodes of accounts; nil lets any account with any passcode in.
	Accounts map[string]string
	// Keep is how many records, refused records and calls are kept each, the latest; DefaultKeep unless positive.
	Keep int
}

// DefaultKeep is how many records are kept.
const DefaultKeep = 100_000

//go:embed page
var page embed.FS

// policy lets the page load what is its own, and nothing else.
const policy = "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src 'self'; " +
	"base-uri 'none'; form-action 'none'; frame-ancestors 'none'"

// New returns the handler: CleverTap's paths, /ledger, and the page.
func New(options Options) http.Handler {
	if options.Keep <= 0 {
		options.Keep = DefaultKeep
	}
	kept := &ledger{keep: options.Keep}
	stub := clevertapstub.New(clevertapstub.Options{Accounts: options.Accounts, Observe: kept.observe})
	for _, kind := range options.First {
		stub.Fail(clevertapstub.OfKind(kind))
	}
	if len(options.Faults) > 0 && options.FaultRate > 0 {
		stub.FailBy(func() clevertapstub.Fault {
			if rand.Float64() >= options.FaultRate { //nolint:gosec // Nothing about it is secret.
				return clevertapstub.Fault{}
			}
			return clevertapstub.OfKind(options.Faults[rand.IntN(len(options.Faults))]) //nolint:gosec // As above.
		})
	}
	files, _ := fs.Sub(page, "page") // It is embedded.
	static := http.FileServerFS(files)
	mux := http.NewServeMux()
	mux.Handle("/", stub)
	mux.HandleFunc("GET /ledger", kept.serve)
	for _, path := range []string{"GET /{$}", "GET /app.js", "GET /style.css", "GET /icon.svg"} {
		mux.Handle(path, secure(static))
	}
	return mux
}

// secure has browsers load nothing but the page's own files.
func secure(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		header := w.Header()
		header.Set("Content-Security-Policy", policy)
		header.Set("X-Content-Type-Options", "nosniff")
		header.Set("Referrer-Policy", "no-referrer")
		header.Set("Cache-Control", "no-cache")
		next.ServeHTTP(w, r)
	})
}

// serve answers with the ledger: all of it, or, with ?limit=N, the latest N of each list. The answer has an ETag, which changes
// when something arrives.
func (l *ledger) serve(w http.ResponseWriter, r *http.Request) {
	limit, err := strconv.Atoi(r.URL.Query().Get("limit"))
	if err != nil || limit < 0 {
		limit = l.keep
	}
	header := w.Header()
	header.Set("Cache-Control", "no-cache")
	header.Set("X-Content-Type-Options", "nosniff")
	tag := l.tag()
	header.Set("ETag", tag)
	if r.Header.Get("If-None-Match") == tag {
		w.WriteHeader(http.StatusNotModified)
		return
	}
	header.Set("Content-Type", "application/json")
	encoder := json.NewEncoder(w)
	encoder.SetEscapeHTML(false)
	_ = encoder.Encode(l.show(limit)) //nolint:errchkjson // The caller may have gone.
}
