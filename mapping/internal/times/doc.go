// Package times reads the times that people and programs write, for whoever needs one: the time of a record, a
// person's date of birth. It knows no clock and no place, so the same text is the same time for ever.
//
//	what                                            where
//	ISO 8601, RFC 3339, what databases print        times.go
//	RFC 2822, what JavaScript prints                named.go
//	clocks and zones                                clock.go
package times
