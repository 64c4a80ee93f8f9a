package dropin_test

import (
	"bytes"
	"compress/gzip"
	"compress/zlib"
	"encoding/json"
	"io"
	"net/http"
	"strings"
	"testing"

	"github.com/andybalholm/brotli"
	"github.com/stretchr/testify/require"
	"go.opentelemetry.io/otel/propagation"
	sdktrace "go.opentelemetry.io/otel/sdk/trace"
	"go.opentelemetry.io/otel/sdk/trace/tracetest"

	"github.com/rudder-clevertap/rudder-clevertap/gateway/internal/dropin"
	"github.com/rudder-clevertap/rudder-clevertap/internal/config"
	"github.com/rudder-clevertap/rudder-clevertap/internal/telemetry"
	"github.com/rudder-clevertap/rudder-clevertap/server"
)

// oneEvent is a processor request with an event for each message, to one destination.
func oneEvent(config string, messages ...string) string {
	var events []string
	for _, message := range messages {
		events = append(events, `{"message":`+message+`,"metadata":{"jobId":1},"destination":{"ID":"d1","Config":`+config+`}}`)
	}
	return "[" + strings.Join(events, ",") + "]"
}

// plainConfig is a destination's config.
const plainConfig = `{"accountId":"A","passcode":"P","trackAnonymous":true}`

// plainMessage is an event that has nothing special.
const plainMessage = `{"type":"track","event":"E","userId":"u","properties":{}}`

func TestPathsOfRudderTransformer(t *testing.T) {
	t.Parallel()
	url := serveDropin(t, dropin.Options{Version: "1.2.3"}, server.Options{})
	body := oneEvent(plainConfig, plainMessage)
	const json, text = "application/json; charset=utf-8", "text/plain; charset=utf-8"
	tests := []struct {
		method, path, body string
		status             int
		content, want      string
	}{
		{"GET", "/health", "", 200, json, `{"service":"UP","version":"1.2.3"}`},
		{"GET", "/version", "", 200, text, "1.2.3"},
		{"GET", "/buildVersion", "", 200, text, "1.2.3"},
		{"GET", "/TransformerBuildVersion/", "", 200, text, "1.2.3"},
		{"HEAD", "/health", "", 200, json, ""},
		{"GET", "/features", "", 200, text, `"routerTransform":{"CLEVERTAP":true},"regulations":["CLEVERTAP"]`},
		{"POST", "/features", "", 404, text, "Not Found"},
		{"GET", "/routerTransform", "", 404, text, "Not Found"},
		{"POST", "/", "", 404, text, "Not Found"},
		{"POST", "/v0/destinations", body, 404, text, "Not Found"},
		{"POST", "/v0/destinations//", body, 404, text, "Not Found"},
		{"POST", "/v2/destinations/clevertap", body, 404, text, "Not Found"},
		{"POST", "/v0/destinations/clevertap/other", body, 404, text, "Not Found"},
		{"POST", "/customTransform", body, 404, text, "Not Found"},
		{"POST", "/V0/Destinations/CLEVERTAP/", body, 200, json, `"statusCode":200`},
		{"POST", "/v0/destinations/clever%54ap", body, 200, json, `"statusCode":200`},
		{"POST", "/v0/destinations/am", body, 404, json, `{"error":"Unknown destination: am"}`},
		{"POST", "/routerTransform", `{"input":[{}],"destType":5}`, 404, json, `{"error":"Unknown destination: 5"}`},
		{"POST", "/routerTransform", `{"input":[{}]}`, 400, json, `destType is missing`},
		{"POST", "/ROUTERTRANSFORM", `{"input":[],"destType":["x"]}`, 200, json, `"metadata":[{"destType":["x"]}]`},
		{"POST", "/batch", `{"input":[{"metadata":{"jobId":1}},null,{}],"destType":"CleverTap"}`, 200, json, `[{"metadata":[{"jobId":1},null,null],"batched":false,"statusCode":500,"error":"CleverTap does not implement batch"`},
	}
	for _, test := range tests {
		got := ask(t, test.method, url+test.path, test.body)
		require.Equal(t, test.status, got.status, "%s %s: %s", test.method, test.path, got.body)
		require.Equal(t, test.content, got.header.Get("Content-Type"), test.path)
		require.Contains(t, got.body, test.want, test.path)
	}
}

func TestBodiesThatAreNoJSONAreRefusedWhole(t *testing.T) {
	t.Parallel()
	url := serveDropin(t, dropin.Options{}, server.Options{})
	for body, want := range map[string]string{
		`[{]`:                            "malformed JSON at line 1, column 3",
		`[1,2] x`:                        "text after the end",
		`"text"`:                         "invalid JSON, only supports object and array",
		" \n":                            "invalid JSON, only supports object and array",
		`[{"a":[{"\u005f_proto__":1}]}]`: "Object contains forbidden prototype property",
		`{"destType":"clevertap","input":[{"message":{"__proto__":{}}}]}`: "Object contains forbidden prototype property",
	} {
		for _, path := range []string{"/v0/destinations/clevertap", "/routerTransform", "/batch"} {
			got := ask(t, http.MethodPost, url+path, body)
			require.Equal(t, http.StatusBadRequest, got.status, got.body)
			require.Equal(t, "application/json; charset=utf-8", got.header.Get("Content-Type"))
			require.Empty(t, got.header.Get("Apiversion"))
			require.Contains(t, got.body, want)
		}
	}
	for _, content := range []string{"", "text/plain", "application/x-www-form-urlencoded", "application/problem+json"} {
		got := ask(t, http.MethodPost, url+"/v0/destinations/clevertap", oneEvent(plainConfig, plainMessage), "Content-Type", content)
		require.Equal(t, http.StatusBadRequest, got.status, "rudder-transformer does not read it either: %s", content)
		require.Contains(t, got.body, "Content-Type application/json")
	}
	for _, content := range []string{"application/json; charset=utf-8", "application/vnd.api+json", "Application/JSON"} {
		got := ask(t, http.MethodPost, url+"/v0/destinations/clevertap", oneEvent(plainConfig, plainMessage), "Content-Type", content)
		require.Equal(t, http.StatusOK, got.status, got.body)
	}
}

func TestBodiesMayBeWhatAJavaScriptParserTakes(t *testing.T) {
	t.Parallel()
	url := serveDropin(t, dropin.Options{}, server.Options{}) + "/v0/destinations/clevertap"
	for name, test := range map[string]struct{ message, want string }{
		"bytes that are not UTF-8": {"{\"type\":\"track\",\"userId\":\"a\xffb\",\"event\":\"E\"}", "\"identity\":\"a\ufffdb\""},
		"half a surrogate pair":    {`{"type":"track","userId":"\uD83Dx","event":"E"}`, `"identity":"\ud83dx"`},
		"a key that repeats":       {`{"type":"page","type":"track","userId":"u","event":"E"}`, `"evtName":"E"`},
		"a number beyond doubles":  {`{"type":"track","userId":"u","event":"E","properties":{"a":1e999,"b":1.0}}`, `"evtData":{"a":null,"b":1}`},
	} {
		got := ask(t, http.MethodPost, url, "\ufeff"+oneEvent(plainConfig, test.message))
		require.Equal(t, http.StatusOK, got.status, got.body)
		require.Contains(t, got.body, test.want, name)
	}
}

func TestMetadataAndDestinationAreEchoedByteForByte(t *testing.T) {
	t.Parallel()
	url := serveDropin(t, dropin.Options{}, server.Options{})
	const (
		metadata    = `{ "jobId" : 12345678901234567890, "b":1.0, "a":"\u00e9é\/", "nested":{"2":[ ],"1":1e400} }`
		destination = `{"Config":{"z":1.50,"accountId":"A","a":{"é":"\u0041"}},"ID":"x" , "big":9007199254740993}`
	)
	event := `{"destination":` + destination + `,"metadata":` + metadata + `,"message":` + plainMessage + `}`
	failing := strings.Replace(event, `"track"`, `"group"`, 1)
	got := ask(t, http.MethodPost, url+"/v0/destinations/clevertap", "["+event+","+failing+"]")
	require.Equal(t, 2, strings.Count(got.body, `"metadata":`+metadata), got.body)
	got = ask(t, http.MethodPost, url+"/routerTransform", `{"input":[`+event+","+failing+`],"destType":"clevertap"}`)
	require.Equal(t, 2, strings.Count(got.body, `"metadata":[`+metadata+`]`), got.body)
	require.Equal(t, 2, strings.Count(got.body, `"destination":`+destination+`}`), got.body)
}

func TestDynamicConfigTakesWhatItUses(t *testing.T) {
	t.Parallel()
	url := serveDropin(t, dropin.Options{}, server.Options{}) + "/v0/destinations/clevertap"
	message := `{"type":"track","event":"E","userId":"u","properties":{"acc":"DYN","o":{"x":1},"e":"","f.g":"dotted"}}`
	for name, test := range map[string]struct {
		account, wantAccount, wantData string
	}{
		"a value, gone from the event": {`{{ event.properties.acc || d }}`, `"DYN"`, `{"o":"{\"x\":1}","e":"","f.g":"dotted"}`},
		"escaped braces":               {`\u007b{ event.properties.acc || d }\u007d`, `"DYN"`, `{"o":"{\"x\":1}","e":"","f.g":"dotted"}`},
		"what every object has":        {`{{ event.constructor || d }}`, `"d"`, `{"acc":"DYN","o":"{\"x\":1}","e":"","f.g":"dotted"}`},
		"an empty text stays":          {`{{ event.properties.e || d }}`, `""`, `{"acc":"DYN","o":"{\"x\":1}","e":"","f.g":"dotted"}`},
		"its default":                  {`{{ event.properties.none || \"d\" }}`, `"d"`, `{"acc":"DYN","o":"{\"x\":1}","e":"","f.g":"dotted"}`},
		"itself":                       {`{{ destination.Config.accountId || d }}`, `"{{ destination.Config.accountId || d }}"`, `{"acc":"DYN","o":"{\"x\":1}","e":"","f.g":"dotted"}`},
		"a metadata value":             {`{{ metadata.jobId || d }}`, `1`, `{"acc":"DYN","o":"{\"x\":1}","e":"","f.g":"dotted"}`},
	} {
		got := ask(t, http.MethodPost, url, oneEvent(`{"accountId":"`+test.account+`","passcode":"P"}`, message))
		var items []struct {
			Metadata map[string]any
			Output   struct {
				Headers map[string]json.RawMessage
				Body    struct {
					JSON struct {
						D []struct{ EvtData json.RawMessage }
					}
				}
			}
		}
		require.NoError(t, json.Unmarshal([]byte(got.body), &items), got.body)
		require.JSONEq(t, test.wantAccount, string(items[0].Output.Headers["X-CleverTap-Account-Id"]), name)
		require.JSONEq(t, test.wantData, string(items[0].Output.Body.JSON.D[0].EvtData), name)
		require.Equal(t, name == "a metadata value", items[0].Metadata["jobId"] == nil, "what is used of the metadata is not echoed")
	}
	got := ask(t, http.MethodPost, url, oneEvent(`{"accountId":"{{ event.properties.f.g || d }}"}`, message, plainMessage))
	var items []item
	require.NoError(t, json.Unmarshal([]byte(got.body), &items))
	require.Equal(t, http.StatusBadRequest, items[0].StatusCode, "the key has a dot in it")
	require.Equal(t, http.StatusOK, items[1].StatusCode, "which is nothing to the other event")
}

func TestATemplateThatLeadsToAnObjectFailsItsEvent(t *testing.T) {
	t.Parallel()
	url := serveDropin(t, dropin.Options{}, server.Options{})
	const secret = "PASSCODE-7f3a"
	for template, want := range map[string]string{
		`{{ destination || d }}`:                            "the dynamic config destination leads to an object",
		`{{ destination.Config || d }}`:                     "the dynamic config destination.Config leads to an object",
		`{{ message || d }}`:                                "the dynamic config message leads to an object",
		`{{ event.list || d }}`:                             "the dynamic config message.list leads to an array",
		`{{ request || d }}`:                                "the dynamic config request leads to an object",
		`{{ event` + strings.Repeat(".a", 100) + ` || d }}`: "has more than 100 names",
	} {
		event := `{"message":{"type":"track","event":"E","userId":"u","list":[1]},"metadata":{"jobId":1},` +
			`"destination":{"ID":"d1","Config":{"accountId":"` + template + `","passcode":"` + secret + `","trackAnonymous":true}}}`
		neighbour := strings.Trim(oneEvent(plainConfig, plainMessage), "[]")
		for path, body := range map[string]string{
			"/v0/destinations/clevertap": "[" + event + "," + neighbour + "]",
			"/routerTransform":           `{"destType":"clevertap","input":[` + event + "," + neighbour + "]}",
		} {
			got := ask(t, http.MethodPost, url+path, body)
			require.Equal(t, http.StatusOK, got.status, got.body)
			require.Contains(t, got.body, want)
			require.Equal(t, 1, strings.Count(got.body, `"statusCode":400`), got.body)
			require.Equal(t, 1, strings.Count(got.body, `"statusCode":200`), "the neighbour: %s", got.body)
			require.NotContains(t, strings.ReplaceAll(got.body, `"passcode":"`+secret+`"`, ""), secret, "it is in the echo, and nowhere else")
		}
	}
}

func TestDynamicConfigOfOneEventLeavesTheOthersAlone(t *testing.T) {
	t.Parallel()
	url := serveDropin(t, dropin.Options{}, server.Options{}) + "/v0/destinations/clevertap"
	body := `{"input":[{"message":` + plainMessage + `,"metadata":{"destinationId":"1","sourceId":"s"}},{"message":` + plainMessage +
		`,"metadata":{"destinationId":"1","sourceId":"s"}}],"destinations":{"1":{"ID":"1","Name":"shop","Config":{"accountId":"{{ destination.Name || none }}"}}},` +
		`"connections":{"s:1":{}}}`
	got := ask(t, http.MethodPost, url, body, "X-Content-Format", "json+compactedv1")
	require.Equal(t, 2, strings.Count(got.body, `"X-CleverTap-Account-Id":"shop"`), "both events find the name: %s", got.body)
}

func TestCompactedEventsWithoutDestinationFailAlone(t *testing.T) {
	t.Parallel()
	url := serveDropin(t, dropin.Options{}, server.Options{})
	event := func(metadata string) string { return `{"message":` + plainMessage + `,"metadata":` + metadata + `}` }
	body := `{"input":[` + event(`{"destinationId":"1","sourceId":"s"}`) + "," + event(`{"destinationId":"2","sourceId":"s"}`) + "," +
		event(`{"destinationId":"1","sourceId":"t"}`) + "," + event(`{}`) + "," + event(`null`) +
		`],"destinations":{"1":` + shopDestination + `},"connections":{"s:1":{}},"destType":"clevertap"}`
	for _, path := range []string{"/v0/destinations/clevertap", "/routerTransform"} {
		got := ask(t, http.MethodPost, url+path, body, "X-Content-Format", "json+compactedv1")
		require.Equal(t, http.StatusOK, got.status)
		require.Equal(t, 1, strings.Count(got.body, `"statusCode":200`), got.body)
		require.Equal(t, 4, strings.Count(got.body, `"statusCode":400`), got.body)
		require.Contains(t, got.body, "no destination found for id 2")
		require.Contains(t, got.body, "no connection found for id t:1")
	}
	for path, want := range map[string]int{"/v0/destinations/clevertap": 400, "/routerTransform": 200} {
		got := ask(t, http.MethodPost, url+path, strings.Replace(body, "input", "inputs", 1), "X-Content-Format", "json+compactedv1")
		require.Equal(t, want, got.status, got.body)
	}
}

func TestTheOAuthSecretBecomesMetadata(t *testing.T) {
	t.Parallel()
	url := serveDropin(t, dropin.Options{}, server.Options{})
	body := `{"input":[{"message":` + plainMessage + `,"metadata":{"a":1,"secret":null,"b":2},"destination":` + shopDestination + `},` +
		`{"message":` + plainMessage + `,"destination":` + shopDestination + `}],"destType":"clevertap"}`
	got := ask(t, http.MethodPost, url+"/routerTransform", body, "oauth-secret", `{"token":"t"}`)
	require.Contains(t, got.body, `"metadata":[{"a":1,"secret":{"token":"t"},"b":2},{"secret":{"token":"t"}}]`)
	got = ask(t, http.MethodPost, url+"/routerTransform", body, "oauth-secret", `{token}`)
	require.Equal(t, http.StatusBadRequest, got.status)
	require.JSONEq(t, `{"error":"Internal Server Error","message":"the oauth-secret header must be JSON"}`, got.body)
}

// compressed returns a text compressed.
func compressed(t *testing.T, encoding, text string) string {
	t.Helper()
	var to bytes.Buffer
	var w io.WriteCloser = gzip.NewWriter(&to)
	switch encoding {
	case "deflate":
		w = zlib.NewWriter(&to)
	case "br":
		w = brotli.NewWriter(&to)
	}
	_, err := io.WriteString(w, text)
	require.NoError(t, err)
	require.NoError(t, w.Close())
	return to.String()
}

func TestBodiesMayBeCompressed(t *testing.T) {
	t.Parallel()
	url := serveDropin(t, dropin.Options{MaxBodyBytes: 2000}, server.Options{}) + "/v0/destinations/clevertap"
	body := oneEvent(plainConfig, plainMessage)
	long := oneEvent(plainConfig, strings.Repeat(" ", 2000)+plainMessage)
	bomb := strings.Repeat("[", 64<<20)
	for _, encoding := range []string{"gzip", "GZIP", "x-gzip", "deflate", "br"} {
		got := ask(t, http.MethodPost, url, compressed(t, encoding, body), "Content-Encoding", encoding)
		require.Equal(t, http.StatusOK, got.status, got.body)
		require.Contains(t, got.body, `"evtName":"E"`)
		for _, text := range []string{body, compressed(t, encoding, body)[:60]} {
			got = ask(t, http.MethodPost, url, text, "Content-Encoding", encoding)
			require.Equal(t, http.StatusBadRequest, got.status, encoding)
			require.Contains(t, got.body, "as its Content-Encoding says, or cut short")
		}
		for _, text := range []string{long, bomb} {
			got = ask(t, http.MethodPost, url, compressed(t, encoding, text), "Content-Encoding", encoding)
			require.Equal(t, http.StatusRequestEntityTooLarge, got.status, "it is the length before compression that counts")
		}
	}
	got := ask(t, http.MethodPost, url, body, "Content-Encoding", "identity")
	require.Equal(t, http.StatusOK, got.status, got.body)
	got = ask(t, http.MethodPost, url, body, "Content-Encoding", "zstd")
	require.Equal(t, http.StatusUnsupportedMediaType, got.status)
	require.Contains(t, got.body, "Content-Encoding zstd is not supported")
	got = ask(t, http.MethodPost, url, long)
	require.Equal(t, http.StatusRequestEntityTooLarge, got.status)
	require.Contains(t, got.body, "larger than 2000 bytes")
}

func TestRoutesNeedNoToken(t *testing.T) {
	t.Parallel()
	tokens, err := config.ParseTokens(strings.NewReader("ops:TOKEN"))
	require.NoError(t, err)
	url := serveDropin(t, dropin.Options{}, server.Options{Callers: tokens})
	got := ask(t, http.MethodPost, url+"/v0/destinations/clevertap", oneEvent(plainConfig, plainMessage))
	require.Equal(t, http.StatusOK, got.status, got.body)
	got = ask(t, http.MethodGet, url+"/features", "")
	require.Equal(t, http.StatusOK, got.status, got.body)
}

func TestRoutesAreTraced(t *testing.T) {
	t.Parallel()
	spans := tracetest.NewSpanRecorder()
	provider := sdktrace.NewTracerProvider(sdktrace.WithSpanProcessor(spans))
	signals := telemetry.None()
	signals.TracerProvider = provider
	url := serveDropin(t, dropin.Options{TracerProvider: provider, Propagator: propagation.TraceContext{}}, server.Options{Telemetry: signals})
	got := ask(t, http.MethodPost, url+"/v0/destinations/CLEVERTAP", oneEvent(plainConfig, plainMessage, `{"type":"group"}`),
		"traceparent", "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01", "X-Request-Id", "r-1")
	require.Equal(t, http.StatusOK, got.status)
	require.Equal(t, "r-1", got.header.Get("X-Request-Id"))
	require.Eventually(t, func() bool { return len(spans.Ended()) == 4 }, 5e9, 1e6)
	attributes := map[string]map[string]any{}
	for _, span := range spans.Ended() {
		require.Equal(t, "0af7651916cd43dd8448eb211c80319c", span.SpanContext().TraceID().String(), span.Name())
		all := map[string]any{}
		for _, attr := range span.Attributes() {
			all[string(attr.Key)] = attr.Value.AsInterface()
		}
		attributes[span.Name()] = all
	}
	require.Equal(t, "/v0/destinations/:destination", attributes["POST /v0/destinations/:destination"]["http.route"])
	require.Contains(t, attributes, "transformer.v1.RudderTransformerService/ProcessorTransformWhole")
	require.Subset(t, attributes["mapping"], map[string]any{
		"rudder_clevertap.ruleset": "transformer", "rudder_clevertap.events": int64(2), "rudder_clevertap.failed": int64(1),
		"rudder_clevertap.outcome": "partial",
	})
}
