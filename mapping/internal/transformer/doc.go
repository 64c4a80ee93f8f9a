// Package transformer is the TRANSFORMER ruleset: what rudder-transformer v1.145 gives, value for value. What
// that program does follows from JavaScript and its libraries, so the steps read and write by the rules of
// package javascript; its error texts are repeated, since RudderStack shows them. Where it throws an
// exception, the event fails with a text of ours.
//
//	what                                            where
//	the fields and policies                         tables.go
//	how values are read and written                 read.go
//	who a record is about                           identity.go
//	traits, profiles, aliases                       profile.go
//	custom fields                                   extract.go
//	device tokens                                   token.go
//	track, page, screen, Charged                    event.go
//	times                                           time.go
//	settings                                        destination.go
package transformer
