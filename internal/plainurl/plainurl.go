// Package plainurl keeps what may be secret in an address out of spans and metrics: who asks, and the query.
package plainurl

import (
	"context"
	"net/http"
	"net/url"
)

// key is the context's key of the whole address.
type key struct{}

// Transport returns a transport that sends requests by one, and lets observed, which is made around another,
// see their addresses without user information, query and fragment.
func Transport(sends http.RoundTripper, observed func(http.RoundTripper) http.RoundTripper) http.RoundTripper {
	return outer{observed(inner{sends})}
}

// outer hides.
type outer struct{ observed http.RoundTripper }

// RoundTrip sends a request.
func (t outer) RoundTrip(r *http.Request) (*http.Response, error) {
	plain := *r.URL
	plain.User, plain.RawQuery, plain.ForceQuery, plain.Fragment, plain.RawFragment = nil, "", false, "", ""
	hidden := r.WithContext(context.WithValue(r.Context(), key{}, r.URL))
	hidden.URL = &plain
	response, err := t.observed.RoundTrip(hidden)
	if response != nil {
		response.Request = r
	}
	return response, err
}

// inner puts the whole address back.
type inner struct{ sends http.RoundTripper }

// RoundTrip sends a request.
func (t inner) RoundTrip(r *http.Request) (*http.Response, error) {
	whole := r.WithContext(r.Context())
	if address, ok := r.Context().Value(key{}).(*url.URL); ok {
		whole.URL = address
	}
	return t.sends.RoundTrip(whole)
}
