// Package document is the engine's form of free-form JSON: an ordered tree that keeps key order and number digits.
//
// It exists because the engine needs all of this at once, and no library gives it: key order survives (nested values
// become JSON text), numbers keep their digits, parsing is strict (RFC 8259, with limits on depth and size, and by choice
// on duplicate keys, UTF-8 and surrogates), and parsing and writing an event takes about as long as checking it. Measured
// with an identify event of 1.5 KB, on one core of an AMD EPYC, with Go 1.26, the fastest of twenty runs:
//
//	parse and write             µs  allocations  order  digits  refuses all that is not JSON
//	this package               2.3            0  yes    yes     yes
//	valyala/fastjson           2.1            0  yes    yes     no: 01, raw control characters, \q, invalid UTF-8
//	sonic, syntax tree         5.2            8  yes    yes     no: raw control characters, invalid UTF-8, text after the end
//	jsontext, tokens copied    7.2            0  yes    yes     yes, but there is no tree yet
//	sonic, map                  23          102  no     no      no: raw control characters, invalid UTF-8
//	encoding/json v2, map       32          184  no     no      yes
//	encoding/json, map          50          362  no     no      no: invalid UTF-8
//	protobuf, Struct            69          557  no     no      -
//	protojson, Struct          134         1045  no     no      yes
//
//	check only                  µs
//	sonic                      1.0
//	fastjson                   1.9
//	jsontext                   2.3
//	encoding/json              4.2
//
// `make bench-parsers` measures it again; a test beside the benchmark, in tools/bench/parsers, holds the last three columns.
//
// What a caller sends decides how deep, how many and how large values are, so all of that has a bound, or takes neither time nor
// memory out of proportion: Options limit what is parsed, Cost tells beforehand what it takes, a Scanner steps over a value of any
// depth, a large object finds its members by an index, and Spend limits what may be made of little. Since a parsed tree is at most
// Options.MaxDepth deep, and what is built onto it limits its own depth, functions that follow a tree may call themselves.
//
// A Document owns one block of text and one slice of nodes of 24 bytes that point into it, so a reused Document parses
// without allocating. Values are handles into a Document; new values may be built in it beside the parsed ones and share
// their text. A Document is for one goroutine at a time, and its values live until it is parsed into or reset again.
package document
