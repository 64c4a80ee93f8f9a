// Package mapping is the engine: a pure function from a RudderStack event and a CleverTap destination to CleverTap records
// and diagnostics. It knows nothing of gRPC, HTTP, telemetry, files or clocks.
//
// The rules are data. Where to look for the rule of a field:
//
//	what                                            where
//	the GUIDE ruleset, all of it                    guide.go
//	what a ruleset is made of                       ruleset.go
//	who a record is about                           identity.go
//	traits, profiles, aliases                       profile.go
//	device tokens                                   token.go
//	track, page, screen, Charged                    activity.go
//	times                                           timestamp.go
//	event filters, device mode                      filter.go
//	settings, regions, what supports what           settings.go, definition.go
//	packing records into uploads                    packer.go
//
// A Mapper runs them: it parses the event into a document tree, lets the destination's ruleset read it and build the
// records in the same tree, and hands these out as JSON text or typed messages.
package mapping
