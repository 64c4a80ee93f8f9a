// Package guide is the GUIDE ruleset: RudderStack's CleverTap guide, and the sensible thing where it is
// silent.
//
//	what                                            where
//	the fields and policies                         tables.go
//	how values are read                             read.go
//	who a record is about                           identity.go
//	traits, profiles, aliases                       profile.go
//	device tokens                                   token.go
//	track, page, screen, Charged                    event.go
//	times                                           time.go
//	event filters, device mode                      filter.go
package guide
