// Package genevents makes RudderStack events for load tests and memory tests: the calls, fields and sizes that a shop with
// a web site and an app sends, about 1.2 KB each in the mean. The same seed gives the same events.
package genevents
