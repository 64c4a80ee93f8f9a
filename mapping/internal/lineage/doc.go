// Package lineage explains what became of an event: for each value of its records where in the event it comes
// from and by which rule, and for each value of the event where it went or why it went nowhere. It reads what
// the rules left behind (rules.Run.Sources) and knows no ruleset, so that it costs nothing unless asked.
//
//	what                                            where
//	the names of the rules                          names.go
//	what is in the records                          targets.go
//	what is in no record, and why                   leaves.go
package lineage
