// Package mapping is the engine: a pure function from a RudderStack event and a CleverTap destination to
// CleverTap records and diagnostics. It knows nothing of gRPC, HTTP, telemetry, files or clocks.
//
// A Destination is made of settings once. A Mapper transforms events to it: it parses the event into a
// document tree, lets the destination's ruleset read it and build the records in the same tree, and hands
// these out as JSON text or typed messages. A Packer puts the records of many events into bodies of uploads.
//
// The rules are data, and each ruleset has a package of its own. Where to look:
//
//	what                                            where
//	the GUIDE ruleset: the fields, then the steps   internal/guide
//	the TRANSFORMER ruleset, likewise               internal/transformer
//	what a ruleset is made of, and what it gives    internal/rules
//	how times are read                              internal/times
//	settings, regions, what supports what           settings.go, destination.go, definition.go
//	transforming, typed and JSON events             mapper.go, typed.go, wire.go
//	records, packing them into uploads              record.go, packer.go
//	errors, diagnostics                             outcome.go
//	the tree; the rules of JavaScript               document, javascript
//
// A field is one row in the table of its ruleset: adding a trait takes a line there, and a case that shows
// it.
package mapping
