// Package rudderserver tests rudder-clevertap with the HTTP clients of a real rudder-server.
//
// It is a module of its own, so that nothing of rudder-server and what it needs becomes part of the product. For the same
// reason it imports no package of the product: it builds the program and drives it over HTTP.
package rudderserver
