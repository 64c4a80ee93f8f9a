// Package middleware is what the gateway's listeners have in common: idle timeouts, bodies, request ids,
// spans and metrics.
package middleware
