// Package javascript holds the rules of the JavaScript language that rudder-transformer's answers depend on, one rule
// a file: how numbers are read and written, the order of object keys, text conversions, dates, set-value's key paths
// and the templates of dynamic config. Only the TRANSFORMER ruleset uses it; nothing of it belongs in GUIDE.
//
// The rules are those of ECMA-262 and, where that leaves the choice to the implementation (dates above all), of V8 as
// Node 20 runs it with TZ=UTC. Abstract operations of ECMA-262 are named as they are there. Tests compare each rule
// with Node where Node is installed, and with recorded answers everywhere.
//
// Text is a Go string in WTF-8: UTF-8 in which a surrogate code unit without partner stands as the three bytes that
// UTF-8 would give its value (ED A0..BF 80..BF). Functions say so where it matters. Everything is a pure function.
package javascript
