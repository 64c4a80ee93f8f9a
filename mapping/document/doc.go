// Package document is the engine's form of free-form JSON: an ordered tree that keeps key order and number digits.
//
// It exists because the engine needs all of this at once, and no library gives it: key order survives (nested values
// become JSON text), numbers keep their digits, parsing is strict (RFC 8259, with limits on depth and size, and by choice
// on duplicate keys, UTF-8 and surrogates), and parsing and writing an event takes about as long as checking it.
//
// A Document owns one block of text and one slice of nodes of 24 bytes that point into it, so a reused Document parses
// without allocating. Values are handles into a Document; new values may be built in it beside the parsed ones and share
// their text. A Document is for one goroutine at a time, and its values live until it is parsed into or reset again.
package document
