// Package rules holds what the rulesets of the mapping share, and has no rules itself. A Ruleset is made of
// steps and of Tables of Fields; a Run is one event's way through it; a Destination is what the rules see of
// one; Errors and Diagnostics are what the rules say about an event.
//
// The rulesets are in packages guide and transformer; package mapping chooses between them.
package rules
