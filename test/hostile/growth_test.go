package hostile

import (
	"fmt"
	"strings"
)

// keys sends keys that are paths, and values that are taken for objects, under the rules of JavaScript.
func keys(*program) []request {
	spelled := func(count int) string { // one key, spelled in many ways
		var text strings.Builder
		for i := range count {
			text.WriteString(`,"`)
			for bit := range 20 {
				if i>>bit&1 == 1 {
					text.WriteString(`\\`)
				}
				text.WriteByte("aaaaaaaaaaaaaaaaaaaa"[bit])
			}
			text.WriteString(`.length":1`)
		}
		return text.String()
	}
	traits := map[string]string{
		"a million dots":            `{"` + strings.Repeat(".", 1_000_000) + `":1}`,
		"1.8 million dots":          `{"a` + strings.Repeat(".a", 1_800_000) + `":1}`,
		"2,000 steps":               `{"` + strings.Repeat("a.", 2000) + `":1}`,
		"many deep keys":            `{` + many(400, `"k%d`+strings.Repeat(".a", 1900)+`":1`) + `}`,
		"holes":                     `{"a.65000":1}`,
		"more holes":                `{"a.4294967294":1}`,
		"holes in many":             `{` + many(1000, `"a%d.4000":1`) + `}`,
		"a length":                  `{"a":[1],"a.length":4294967295}`,
		"a length in many ways":     `{"aaaaaaaaaaaaaaaaaaaa":[` + strings.Repeat("0,", 200_000) + `0]` + spelled(20_000) + `}`,
		"backslashes":               `{"` + strings.Repeat(`\\`, 500_000) + `":1}`,
		"numbers":                   `{` + many(100_000, `"%d":1`) + `}`,
		"a string for an object":    `"` + strings.Repeat("x", 1_000_000) + `"`,
		"a list for an object":      `[` + strings.Repeat("0,", 500_000) + `0]`,
		"a million short values":    `{` + many(1_000_000, `"%d":[]`) + `}`,
		"control characters":        `{"a":["` + strings.Repeat(`\u0001`, 500_000) + `"]}`,
		"infinite numbers":          `[` + strings.Repeat("1e999,", 300_000) + `1e999]`,
		"what all objects have":     `{"toString":1,"valueOf":2,"hasOwnProperty":3,"__defineGetter__":4,"length":5,"constructor":6,"prototype":7}`,
		"a key of a megabyte":       `{"` + strings.Repeat("k", 1_000_000) + `":[{}]}`,
		"large objects in turns":    `{"a":{` + many(50_000, `"%d":1`) + `},"b":{` + many(50_000, `"%d":1`) + `},"c":{` + many(50_000, `"%d":1`) + `}}`,
		"a key twice, many times":   `{` + strings.Repeat(`"a":1,`, 300_000) + `"a":2}`,
		"text that is to be a date": `{"ts":"` + strings.Repeat("Jan(", 200_000) + `","birthday":"` + strings.Repeat("2", 500_000) + `"}`,
	}
	var all []request
	for name, value := range traits {
		for _, event := range []string{
			`{"type":"identify","userId":"u","traits":` + value + `}`,
			`{"type":"identify","userId":"u","context":{"traits":` + value + `},"traits":{"overrideFields":` + value + `}}`,
			`{"type":"track","userId":"u","event":"Order Completed","properties":` + value + `}`,
			`{"type":"page","userId":` + value + `,"name":` + value + `}`,
		} {
			for _, r := range []route{processorRoute, routerRoute, batchRoute} {
				all = append(all, request{
					name: fmt.Sprintf("%s, %s, %.30s", r.path, name, event), send: r.post(r.around(transformerSettings, event, good)), want: []int{200}, holds: "well-behaved",
				})
			}
			all = append(all, request{name: fmt.Sprintf("GUIDE, %s, %.30s", name, event), send: transformRoute.post(transformRoute.around(settings, event))})
		}
	}
	return all
}

// many writes members of an object, whose keys have a number.
func many(count int, member string) string {
	var text strings.Builder
	for i := range count {
		if i > 0 {
			text.WriteByte(',')
		}
		fmt.Fprintf(&text, member, i)
	}
	return text.String()
}

// templates sends dynamic config. A template that leads to more than a scalar fails its event.
func templates(*program) []request {
	var all []request
	add := func(name, event, config, holds string) {
		for _, r := range []route{processorRoute, routerRoute} {
			all = append(all, request{name: r.path + ", " + name, send: r.post(r.around(config, event)), want: []int{200}, holds: holds})
		}
	}
	template := func(path string) string { return `"{{ ` + path + ` || d }}"` }
	const failed = `"statusCode":400`
	empty := `{"type":"track","userId":"u","event":"E","list":[` + strings.Repeat(`"",`, 9_999) + `""]}`
	add("10,000 templates of a list of 10,000", empty, `{"x":[`+strings.Repeat(template("event.list")+",", 9_999)+template("event.list")+`]}`, failed)
	add("the destination in itself", good, `{"accountId":`+template("destination")+`,"passcode":"p"}`, failed)
	add("the config in itself, again and again", good, `{`+many(100, `"a%d":`+template("destination"))+`}`, failed)
	add("the message", good, `{"accountId":`+template("message")+`}`, failed)
	add("metadata", good, `{"accountId":`+template("metadata")+`}`, failed)
	add("a path of 800 KB", good, `{"accountId":`+template("event"+strings.Repeat(".a", 400_000))+`}`, failed)
	add("constructor", good, `{"accountId":`+template("event.constructor")+`}`, `"statusCode":200`)
	add("prototypes", good, `{"accountId":`+template("event.__proto__.x")+`}`, `"statusCode":200`)
	add("a key with dots", `{"type":"track","userId":"u","event":"E","a.b":1}`, `{"accountId":`+template("event.a.b")+`}`, failed)
	add("templates that take all", `{"type":"track","userId":"u","event":"E",`+many(20_000, `"k%d":1`)+`}`,
		`{`+many(20_000, `"t%d":"{{ event.k%[1]d || d }}"`)+`}`, `"statusCode":200`)
	add("braces", good, `{"accountId":"`+strings.Repeat("{{", 200_000)+strings.Repeat("}}", 200_000)+`"}`, `"statusCode":200`)
	add("bars", good, `{"accountId":"{{ a `+strings.Repeat("||", 200_000)+`}}"}`, `"statusCode":200`)
	for i := range 40 {
		add(fmt.Sprintf("an odd template, %d", i), good, fmt.Sprintf(`{"accountId":"{{ event%s || %s }}"}`,
			strings.Repeat(".", i%5)+strings.Repeat("x", i%3), strings.Repeat(`\"{{`, i%7)), "")
	}
	return all
}

// sizes sends bodies that take far more memory than they are long.
func sizes(*program) []request {
	numbers := "[" + strings.Repeat("1,", 15_000_000) + "1]"
	track := func(value string) string {
		return `{"type":"track","userId":"u","event":"E","properties":{"x":` + value + `}}`
	}
	filtered := strings.Repeat(`{},`, 5_000_000) + `{}`
	return []request{
		{name: "an event of 30 MB of numbers", send: transformRoute.post(transformRoute.around(settings, track(numbers)))},
		{name: "the same in a batch", send: batchRoute.post(batchRoute.around(settings, track(numbers), good)), want: []int{200}, holds: "well-behaved"},
		{name: "the same for the processor", send: processorRoute.post(processorRoute.around(settings, track(numbers), good)), want: []int{200}, holds: "well-behaved"},
		{name: "the same for the router", send: routerRoute.post(routerRoute.around(settings, track(numbers), good)), want: []int{200}, holds: "well-behaved"},
		{name: "the same for the proxy", send: proxyV1Route.post(`{"body":{"JSON":{"d":` + numbers + `}},"headers":{},"endpoint":"x","metadata":[{}]}`)},
		{name: "the same for the deletion", send: deleteRoute.post(`[{"jobId":"j","config":{},"userAttributes":` + numbers + `}]`)},
		{name: "five million events", send: batchRoute.post(`{"events":[` + filtered + `],"destination":` + settings + `}`), want: []int{400}},
		{name: "five million events for the processor", send: processorRoute.post("[" + filtered + "]"), want: []int{200, 400, 413}},
		{name: "five million events for the router", send: routerRoute.post(`{"input":[` + filtered + `],"destType":"clevertap"}`), want: []int{200, 400, 413}},
		{
			name: "an event of 33 MB beside 500", want: []int{200}, holds: "well-behaved",
			send: processorRoute.post(processorRoute.around(settings, append(strings.Split(strings.Repeat(good+"\n", 499)+good, "\n"),
				track(`"`+strings.Repeat("x", 33<<20)+`"`))...)),
		},
		{
			name: "84 events of 400 KB", want: []int{200}, holds: "\"batched\":true",
			send: routerRoute.post(routerRoute.around(settings, strings.Split(strings.Repeat(track(`"`+strings.Repeat("x", 400_000)+`"`)+"\n", 83)+good, "\n")...)),
		},
	}
}
