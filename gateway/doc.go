// Package gateway is the REST face of the gRPC API: an http.Handler that turns JSON requests into gRPC calls
// and their answers back into JSON. It is a client of the gRPC server and nothing more, so that
// authentication, validation, limits and telemetry hold for REST as they do for gRPC.
//
// JSON passes through. A request's events and destination are cut out of the body and handed on as the bytes
// they are; a payload is written into the answer as the bytes that came. No event is ever parsed into a tree
// here: only the envelope around it is read, and the text as a whole is checked to be JSON, so that a
// malformed body is refused with its line and column before a call is made. What an event holds is for the
// engine to judge, event by event.
package gateway
