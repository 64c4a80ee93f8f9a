// Package hostile sends the built program what nobody should, while a well-behaved client goes on beside it: `make hostile`.
//
// A request is a name, what to send and which statuses are right. Requests come in families, a file each; to add one, add a row to a
// table, or a file and its line in families. Whatever is sent must be answered or its connection closed in bounded time, never with the
// server's own fault, and at the end the program must stop as it should, without a race, a panic, a descriptor left open, more memory than
// allowed, or a planted secret in anything that it wrote, answered or traced.
package hostile
