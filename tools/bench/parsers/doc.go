// Package parsers holds nothing but a comparison: what parsing and writing an event costs with mapping/document and with the
// libraries that could stand in its place, and what each of them keeps of the event. The figures stand in the comment of
// mapping/document; this is how to take them again:
//
//	make bench-parsers
package parsers
