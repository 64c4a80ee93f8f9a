// Package genevents makes RudderStack events, decided by a seed alone. New makes those of a shop with a web site and an app, as
// load tests and memory tests need them: the same mix of calls, fields and sizes for ever, about 1.2 KB each in the mean. Real
// makes events as people really send them, with all that can be odd about them, for tests of rules.
package genevents
