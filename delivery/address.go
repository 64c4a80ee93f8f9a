package delivery

import (
	"net/url"
	"slices"
	"strings"

	"github.com/rudder-clevertap/rudder-clevertap/clevertap"
)

// cleverTapHost returns a host in lower case if it is one of CleverTap's, and nothing otherwise. A port makes it another.
func cleverTapHost(host string) string {
	if host = strings.ToLower(host); clevertap.IsHost(host) {
		return host
	}
	return ""
}

// address returns where a request goes: to CleverTap or, when there is one, to the base, whose path goes before the
// endpoint's. The error is a *RefusedError: secrets must not go elsewhere.
func (c *Client) address(endpoint, query string) (*url.URL, error) {
	endpoint, _, _ = strings.Cut(endpoint, "#")
	u, err := url.Parse(endpoint)
	if err != nil || u.Scheme == "" || u.Host == "" {
		return nil, &RefusedError{Code: "ERR_INVALID_URL", Message: "the endpoint is no URL: nothing was sent"}
	}
	if slices.ContainsFunc(strings.Split(u.Path, "/"), func(segment string) bool { return segment == "." || segment == ".." }) {
		return nil, &RefusedError{Message: "the endpoint's path must not hold . or .. as a segment: nothing was sent"}
	}
	to := &url.URL{Scheme: "https", Path: u.Path, RawPath: u.RawPath, RawQuery: u.RawQuery}
	switch {
	case c.options.BaseURL != nil && (u.Scheme == "https" || u.Scheme == "http"):
		base := c.options.BaseURL
		to.Scheme, to.Host, to.User = base.Scheme, base.Host, base.User
		to.Path = strings.TrimSuffix(base.Path, "/") + u.Path
		to.RawPath = strings.TrimSuffix(base.EscapedPath(), "/") + u.EscapedPath()
	case c.options.BaseURL != nil:
		return nil, &RefusedError{Code: "ERR_BAD_REQUEST", Message: "the endpoint must be an https address: nothing was sent"}
	case u.Scheme != "https" || u.User != nil || cleverTapHost(u.Host) == "":
		return nil, &RefusedError{Message: "the endpoint must be https and one of CleverTap's hosts, api.clevertap.com or " +
			"<region>.api.clevertap.com, without a port: nothing was sent"}
	default:
		to.Host = cleverTapHost(u.Host)
	}
	if to.RawQuery != "" && query != "" {
		to.RawQuery += "&"
	}
	to.RawQuery += query
	return to, nil
}
