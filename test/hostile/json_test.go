package hostile

import (
	"fmt"
	"strings"
)

// texts are not JSON, or JSON that hardly anybody means.
var texts = []string{
	"", " ", "\n\n", "\x00", "\ufeff", "\xff\xfe{\x00}\x00", "{", "}", "[", "]", "{]", "[}", "{}{}", "[][]", "{},", ",", ":", `"`, `""`, `"a`, `"\`, `"\u`,
	`"\u12"`, `"\ud800"`, `"\udc00\ud800"`, "\"\xff\"", "\"\xed\xa0\x80\"", "\"\n\"", "\"\x00\"", `'a'`, "nul", "nulL", "tru", "NaN", "Infinity", "-", "+1",
	"01", "1.", ".5", "1e", "1e+", "0x10", "1_000", "1e999999999", "-0", strings.Repeat("9", 10_000), "1" + strings.Repeat("0", 100_000), "// x\n1", "/* */1",
	`{"a":1,}`, `[1,]`, `{a:1}`, `{"a" 1}`, `{"a":}`, `{:1}`, `{1:1}`, `{"a":1 "b":2}`, `[1 2]`, `{"__proto__":{"x":1}}`, `{"constructor":{"prototype":1}}`,
	`{"a":1,"a":2}`, `{"":""}`, `{"type":"identify"`, `[null]`, `[[]]`, `[1]`, `["x"]`, `[true]`, `null`, `true`, `0`, `"x"`, `{}`, `[]`, `{"type":[]}`, `{"type":{}}`,
	`{"type":1}`, `{"type":""}`, `{"type":"\u0000"}`, `{"type":"identify","traits":[]}`, `{"type":"track","userId":{},"event":[]}`,
	`{"type":"track","userId":1e400,"event":"e"}`, `{"type":"track","userId":"u","event":"Order Completed","properties":{"products":"[["}}`,
	`{"type":"identify","userId":"u","context":{"traits":"x"},"traits":{"toString":1,"__proto__":2}}`,
	`{"type":"page","userId":"u","name":{"toString":1}}`, `{"type":"track","userId":"u","event":"e","properties":{"ts":"` + strings.Repeat("(", 10_000) + `"}}`,
	`{"type":"identify","userId":"u","traits":{"birthday":"` + strings.Repeat("1-", 10_000) + `"}}`, "\u2028", strings.Repeat(" ", 100_000) + "x",
}

// malformed sends each text as a body, and as an event, to each route.
func malformed(*program) []request {
	var all []request
	for i, text := range texts {
		for _, r := range routes {
			all = append(all, request{name: fmt.Sprintf("%s, text %d: %.20q", r.path, i, text), send: r.post(text)})
		}
		for _, r := range []route{transformRoute, batchRoute, processorRoute, routerRoute} {
			all = append(all, request{name: fmt.Sprintf("%s, event %d: %.20q", r.path, i, text), send: r.post(r.around(settings, text))},
				request{name: fmt.Sprintf("%s, settings %d: %.20q", r.path, i, text), send: r.post(r.around(text, good))})
		}
	}
	return all
}

// nesting sends events nested to many depths, beside a good one, which must come through.
func nesting(*program) []request {
	var all []request
	for _, depth := range []int{100, 511, 512, 513, 1998, 2000, 2001, 9_998, 10_000, 10_001, 100_000, 1_000_000, 10_000_000} {
		for _, around := range [][2]string{{"[", "]"}, {`{"a":`, "}"}} {
			if depth*len(around[0]) > 20_000_000 {
				continue
			}
			deep := strings.Repeat(around[0], depth) + "1" + strings.Repeat(around[1], depth)
			event := `{"type":"track","userId":"u","event":"E","properties":{"x":` + deep + `}}`
			for _, r := range []route{batchRoute, processorRoute, routerRoute} {
				for _, config := range []string{settings, transformerSettings} {
					all = append(all, request{
						name: fmt.Sprintf("%s, %d × %s", r.path, depth, around[0]), send: r.post(r.around(config, event, good)), want: []int{200}, holds: "well-behaved",
					})
				}
			}
			all = append(all, request{name: fmt.Sprintf("one event, %d × %s", depth, around[0]), send: transformRoute.post(transformRoute.around(settings, event))},
				request{name: fmt.Sprintf("open, %d × %s", depth, around[0]), send: batchRoute.post(strings.Repeat(around[0], depth))},
				request{name: fmt.Sprintf("settings, %d × %s", depth, around[0]), send: transformRoute.post(transformRoute.around(deep, good))})
		}
	}
	return all
}
