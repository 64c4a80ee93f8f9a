// Package wire reads the three transform requests without unpacking their events, and writes their answers
// without packing messages: each event stays in the form in which it came, JSON or protobuf's wire form, and
// the mapping reads it from there.
//
// It exists because of what a measurement said: unpacking a typed event into messages, with a Struct for each
// open object, and packing the records again takes about twenty times as long as transforming it; and copying
// each JSON event out of the request a noticeable part of what transforming a batch costs. So does an answer
// of generated messages, one or more for each event. All that is left to do by hand is to find the fields of
// the request, and to put down those of the answer. Everything else is the standard codec's: all other
// messages, and requests in a form that generated code never writes. On the wire nothing differs, so that
// every generated client works; unknown fields are skipped, as they always are.
//
// The contract's rules still hold by protovalidate, on a message that stands for the request
// (Request.Outline). Tests and fuzz tests hold the package to what the standard codec gives.
package wire
