package hostile

import (
	"fmt"
	"slices"
	"strings"
	"sync"
)

// The secrets that are planted. None may be written anywhere; those of the program's own may not be answered either. What a caller
// sends as its own passcode comes back in what is to be sent to CleverTap, so only its being written is a fault.
const (
	token              = "PLANTED-token-4f1c"
	registeredPasscode = "PLANTED-registered-passcode-77d0"
	callersPasscode    = "PLANTED2-callers-passcode-31ab"
	querySecret        = "PLANTED2-query-secret-9e02"
	headerSecret       = "PLANTED2-header-secret-c5f8"
)

// secretFinder looks for planted secrets in what the program says.
type secretFinder struct {
	mu     sync.Mutex
	places []string
}

// look looks into one text.
func (f *secretFinder) look(place, text string) {
	secrets := []string{token, registeredPasscode}
	if strings.HasPrefix(place, "a ") || strings.HasPrefix(place, "standard") {
		secrets = append(secrets, callersPasscode, querySecret, headerSecret)
	}
	for _, secret := range secrets {
		if at := strings.Index(text, secret); at >= 0 {
			f.mu.Lock()
			f.places = append(f.places, fmt.Sprintf("%s: …%s", place, text[max(0, at-150):at+len(secret)]))
			f.mu.Unlock()
		}
	}
}

// found returns where there were any.
func (f *secretFinder) found() []string {
	f.mu.Lock()
	defer f.mu.Unlock()
	return slices.Clone(f.places[:min(len(f.places), 10)])
}

// planted sends secrets where they might be repeated.
func planted(*program) []request {
	var all []request
	for _, r := range []route{transformRoute, batchRoute, processorRoute, routerRoute} {
		for name, event := range map[string]string{
			"good": good, "failing": `{"type":"nothing"}`, "malformed": `{"type":`, "not an object": `7`,
		} {
			all = append(all, request{name: r.path + ", " + name, send: r.post(r.around(settings, event))})
		}
	}
	for name, config := range map[string]string{
		"a wrong type":        `{"accountId":{"x":"` + callersPasscode + `"},"passcode":["` + callersPasscode + `"]}`,
		"a destination twice": settings + `,"destination":` + settings,
	} {
		all = append(all, request{name: "settings: " + name, send: transformRoute.post(transformRoute.around(config, good))},
			request{name: "validate: " + name, send: validateRoute.post(`{"destination":` + config + `}`)})
	}
	all = append(all,
		request{name: "registered", want: []int{200}, send: transformRoute.post(`{"event":` + good + `,"destinationId":"registered"}`)},
		request{name: "token in the query", send: raw(rest, 1, "GET /nowhere?token="+token+"&x="+querySecret+" HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")},
		request{name: "secret in headers", send: transformRoute.post(`{`, "X-Secret: "+headerSecret+"\r\nTraceparent: "+headerSecret+"\r\nX-Request-Id: x\r\n")},
		request{name: "oauth secret", send: routerRoute.post(routerRoute.around(settings, good), `Oauth-Secret: {"t":"`+headerSecret+`"}`+"\r\n")},
	)
	for _, endpoint := range []string{
		"https://in1.api.clevertap.com/1/upload?passcode=" + querySecret, "https://user:" + querySecret + "@in1.api.clevertap.com/1/upload",
		"https://in1.api.clevertap.com/1/upload#" + querySecret, "https://in1.api.clevertap.com/1/upload/%zz" + querySecret,
	} {
		for _, r := range []route{proxyRoute, proxyV1Route} {
			all = append(all, request{name: r.path + " " + endpoint[:30], send: r.post(delivery(r, endpoint))})
		}
	}
	return all
}

// delivery is the body of a proxy call.
func delivery(r route, endpoint string) string {
	metadata := `{"jobId":1,"destinationId":"d","workspaceId":"w"}`
	if r.path == proxyV1Route.path {
		metadata = "[" + metadata + "]"
	}
	return `{"version":"1","type":"REST","method":"POST","endpoint":"` + endpoint + `","headers":{"X-CleverTap-Account-Id":"A",` +
		`"X-CleverTap-Passcode":"` + callersPasscode + `","Content-Type":"application/json"},"params":{"p":"` + querySecret + `"},"body":{"JSON":{"d":[{"type":"event",` +
		`"evtName":"E","evtData":{},"identity":"u"}]},"JSON_ARRAY":{},"XML":{},"FORM":{}},"files":{},"metadata":` + metadata + `}`
}
