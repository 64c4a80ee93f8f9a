package clevertapstub

import (
	"slices"
	"time"
)

// Slow is how long a slow call takes.
const Slow = 2 * time.Second

// kind is a fault with a name.
type kind struct {
	name string
	make func() Fault
}

// kinds are the faults that have a name.
//
//nolint:gochecknoglobals // A table; nothing writes to it.
var kinds = []kind{
	{"429", func() Fault {
		return Fault{Status: 429, Body: `{"status":"fail","error":"Too many concurrent requests","code":429}`}
	}},
	{"500", func() Fault { return Fault{Status: 500, Body: `{"status":"fail","error":"Internal error","code":500}`} }},
	{"503", func() Fault { return Fault{Status: 503} }},
	{"slow", func() Fault { return Fault{Delay: Slow} }},
	{"cut", func() Fault { return Fault{Reset: true} }},
	{"lost", func() Fault { return Fault{Lose: true} }},
	{"partial", partial},
	{"401", func() Fault {
		return Fault{Status: 401, Body: `{"status":"fail","error":"Invalid Credentials","code":401}`}
	}},
	{"html", func() Fault {
		return Fault{Status: 200, Body: "<html><body>Service temporarily unavailable</body></html>"}
	}},
}

// partial puts every third record off.
func partial() Fault {
	records := map[int]int{}
	for at := 1; at <= MaxRecords; at += 3 {
		records[at] = 555
	}
	return Fault{Records: records}
}

// Kinds are the names of faults: an HTTP status; slow; cut, whose connection ends before the call is looked at, and lost, whose
// connection ends afterwards; partial, which puts records off (555); and html in place of a reply.
func Kinds() []string {
	names := make([]string, len(kinds))
	for i := range kinds {
		names[i] = kinds[i].name
	}
	return names
}

// OfKind returns the fault of a name; one that does nothing when there is none of it.
func OfKind(name string) Fault {
	if at := slices.IndexFunc(kinds, func(k kind) bool { return k.name == name }); at >= 0 {
		return kinds[at].make()
	}
	return Fault{}
}
