package gateway_test

import (
	"bytes"
	"compress/gzip"
	"context"
	"encoding/json"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/http/httptest"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"
	"google.golang.org/genproto/googleapis/rpc/errdetails"
	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/credentials/insecure"
	"google.golang.org/grpc/health"
	"google.golang.org/grpc/health/grpc_health_v1"
	"google.golang.org/grpc/metadata"
	"google.golang.org/grpc/status"
	"google.golang.org/grpc/test/bufconn"

	"github.com/rudder-clevertap/rudder-clevertap/gateway"
	clevertapv1 "github.com/rudder-clevertap/rudder-clevertap/gen/clevertap/v1"
	transformerv1 "github.com/rudder-clevertap/rudder-clevertap/gen/transformer/v1"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// backend is a gRPC server that answers as a test tells it to, so that what the gateway itself does shows.
type backend struct {
	transformerv1.UnimplementedTransformServiceServer
	transformerv1.UnimplementedDestinationServiceServer

	transform func(context.Context, *transformerv1.TransformRequest) (*transformerv1.TransformResponse, error)
	batch     func(context.Context, *transformerv1.BatchTransformRequest) (*transformerv1.BatchTransformResponse, error)
}

func (b *backend) Transform(ctx context.Context, r *transformerv1.TransformRequest) (*transformerv1.TransformResponse, error) {
	return b.transform(ctx, r)
}

func (b *backend) BatchTransform(ctx context.Context, r *transformerv1.BatchTransformRequest) (*transformerv1.BatchTransformResponse, error) {
	return b.batch(ctx, r)
}

func (b *backend) ValidateDestination(_ context.Context, r *transformerv1.ValidateDestinationRequest) (*transformerv1.ValidateDestinationResponse, error) {
	return &transformerv1.ValidateDestinationResponse{
		Problems: []*transformerv1.DestinationProblem{{Path: "settings", Message: string(r.GetDestinationJson())}},
	}, nil
}

func (b *backend) DescribeDestination(context.Context, *transformerv1.DescribeDestinationRequest) (*transformerv1.DescribeDestinationResponse, error) {
	return &transformerv1.DescribeDestinationResponse{Name: "CLEVERTAP", Settings: []*transformerv1.Setting{{Name: "region"}}}, nil
}

// echo answers with the event as the payload.
func echo(_ context.Context, r *transformerv1.TransformRequest) (*transformerv1.TransformResponse, error) {
	return &transformerv1.TransformResponse{
		Status: transformerv1.Status_STATUS_TRANSFORMED,
		Uploads: []*clevertapv1.Upload{{
			Method: "POST", Endpoint: "e", Body: &clevertapv1.Upload_PayloadJson{PayloadJson: r.GetEventJson()},
		}},
	}, nil
}

// rest is a REST API with its backend.
type rest struct {
	*httptest.Server
	health *health.Server
}

// start serves REST in front of a backend until the test ends.
func start(t *testing.T, b *backend, options gateway.Options, serverOptions ...grpc.ServerOption) rest {
	t.Helper()
	listener := bufconn.Listen(1 << 20)
	server := grpc.NewServer(serverOptions...)
	transformerv1.RegisterTransformServiceServer(server, b)
	transformerv1.RegisterDestinationServiceServer(server, b)
	healthServer := health.NewServer()
	grpc_health_v1.RegisterHealthServer(server, healthServer)
	served := make(chan error, 1)
	go func() { served <- server.Serve(listener) }()
	t.Cleanup(func() {
		server.Stop()
		require.NoError(t, <-served)
	})
	options.Conn = dial(t, listener)
	handler, err := gateway.New(t.Context(), options)
	require.NoError(t, err)
	web := httptest.NewServer(handler)
	t.Cleanup(web.Close)
	return rest{web, healthServer}
}

func dial(t *testing.T, listener *bufconn.Listener, options ...grpc.DialOption) *grpc.ClientConn {
	t.Helper()
	options = append(options,
		grpc.WithTransportCredentials(insecure.NewCredentials()),
		grpc.WithContextDialer(func(ctx context.Context, _ string) (net.Conn, error) { return listener.DialContext(ctx) }),
	)
	conn, err := grpc.NewClient("passthrough:///backend", options...)
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, conn.Close()) })
	return conn
}

// reply is an answer that was read.
type reply struct {
	status int
	header http.Header
	body   string
}

// do sends a request. Headers come in pairs of name and value.
func (r rest) do(t *testing.T, method, path, body string, headers ...string) reply {
	t.Helper()
	request, err := http.NewRequestWithContext(t.Context(), method, r.URL+path, strings.NewReader(body))
	require.NoError(t, err)
	for i := 0; i < len(headers); i += 2 {
		request.Header.Add(headers[i], headers[i+1])
	}
	response, err := r.Client().Do(request)
	require.NoError(t, err)
	defer func() { require.NoError(t, response.Body.Close()) }()
	text, err := io.ReadAll(response.Body)
	require.NoError(t, err)
	return reply{response.StatusCode, response.Header, string(text)}
}

// failure is what an error answer says.
type failure struct {
	Code    codes.Code
	Message string
	Details []struct {
		Type            string `json:"@type"`
		Reason, Domain  string
		Metadata        map[string]string
		FieldViolations []struct{ Field, Description, Reason string }
	}
}

// failure reads an error answer.
func (r reply) failure(t *testing.T) failure {
	t.Helper()
	require.Equal(t, "application/json", r.header.Get("Content-Type"))
	var f failure
	require.NoError(t, json.Unmarshal([]byte(r.body), &f), r.body)
	require.NotEmpty(t, f.Details, r.body)
	require.Equal(t, "type.googleapis.com/google.rpc.ErrorInfo", f.Details[0].Type)
	require.Equal(t, "rudder-clevertap", f.Details[0].Domain)
	return f
}

const (
	transformPath = "/v1/transform"
	batchPath     = "/v1/transform:batch"
)

func TestEventsAndPayloadsPassThrough(t *testing.T) {
	t.Parallel()
	var got *transformerv1.TransformRequest
	api := start(t, &backend{transform: func(ctx context.Context, r *transformerv1.TransformRequest) (*transformerv1.TransformResponse, error) {
		got = r
		return echo(ctx, r)
	}}, gateway.Options{})
	const event = `{ "b":1.50, "a":"\u00e9\/", "b":[ ] }`
	answer := api.do(t, "POST", transformPath, `{"event": `+event+`, "destination": {"x": 1}, "minSeverity": "SEVERITY_ERROR"}`,
		"Content-Type", "application/json; charset=utf-8")
	require.Equal(t, http.StatusOK, answer.status, answer.body)
	require.Equal(t, "application/json", answer.header.Get("Content-Type"))
	require.Equal(t, `{"status":"STATUS_TRANSFORMED","uploads":[{"method":"POST","endpoint":"e","headers":{},"payload":`+event+`}]}`, answer.body)
	require.Nil(t, got.GetEvent())
	require.Equal(t, event, string(got.GetEventJson()))
	require.Equal(t, `{"x": 1}`, string(got.GetDestinationJson()))
	require.Equal(t, transformerv1.Severity_SEVERITY_ERROR, got.GetMinSeverity())
}

func TestBatchesPassThrough(t *testing.T) {
	t.Parallel()
	var got *transformerv1.BatchTransformRequest
	api := start(t, &backend{batch: func(_ context.Context, r *transformerv1.BatchTransformRequest) (*transformerv1.BatchTransformResponse, error) {
		got = r
		return &transformerv1.BatchTransformResponse{Results: []*transformerv1.EventResult{{Status: transformerv1.Status_STATUS_FILTERED}}}, nil
	}}, gateway.Options{})
	answer := api.do(t, "POST", batchPath, `{"events": [{"a": 1}, "no event", null], "destinationId": "shop"}`)
	require.Equal(t, http.StatusOK, answer.status, answer.body)
	require.Equal(t, `{"uploads":[],"results":[{"index":0,"status":"STATUS_FILTERED"}]}`, answer.body)
	require.Equal(t, [][]byte{[]byte(`{"a": 1}`), []byte(`"no event"`), []byte(`null`)}, got.GetEventsJson())
	require.Equal(t, "shop", got.GetDestinationId())
	require.Empty(t, got.GetEvents())
}

func TestDestinationCalls(t *testing.T) {
	t.Parallel()
	api := start(t, &backend{}, gateway.Options{})
	answer := api.do(t, "POST", "/v1/destinations:validate", `{"destination": {"region": 7}}`)
	require.Equal(t, http.StatusOK, answer.status, answer.body)
	require.Equal(t, `{"valid":false,"problems":[{"severity":"SEVERITY_UNSPECIFIED","path":"settings","message":"{\"region\": 7}"}]}`, answer.body)

	answer = api.do(t, "GET", "/v1/destinations/definition", "")
	require.Equal(t, http.StatusOK, answer.status, answer.body)
	require.Contains(t, answer.body, `{"name":"region","type":"","required":false,`)
}

func TestCompressedBodies(t *testing.T) {
	t.Parallel()
	api := start(t, &backend{transform: echo}, gateway.Options{MaxBodyBytes: 1000})
	zip := func(text string) string {
		var out bytes.Buffer
		w := gzip.NewWriter(&out)
		_, err := w.Write([]byte(text))
		require.NoError(t, err)
		require.NoError(t, w.Close())
		return out.String()
	}
	answer := api.do(t, "POST", transformPath, zip(`{"event": {"a": 1}, "destination": {}}`), "Content-Encoding", "gzip")
	require.Equal(t, http.StatusOK, answer.status, answer.body)
	require.Contains(t, answer.body, `"payload":{"a": 1}`)

	// What counts is the size that it has once decompressed.
	answer = api.do(t, "POST", transformPath, zip(strings.Repeat(" ", 1_000_000)), "Content-Encoding", "gzip")
	require.Equal(t, http.StatusRequestEntityTooLarge, answer.status, answer.body)
	require.Equal(t, "1000", answer.failure(t).Details[0].Metadata["limit"])

	answer = api.do(t, "POST", transformPath, `{}`, "Content-Encoding", "br")
	require.Equal(t, http.StatusUnsupportedMediaType, answer.status)
	require.Equal(t, "gzip, identity", answer.header.Get("Accept-Encoding"))
	require.Equal(t, "Content-Encoding br is not supported: use gzip, or leave the body as it is", answer.failure(t).Message)
}

func TestRequestsAnsweredHere(t *testing.T) {
	t.Parallel()
	api := start(t, &backend{transform: echo}, gateway.Options{MaxBodyBytes: 200})
	const valid = `{"event": {}, "destination": {}}`
	tests := map[string]struct {
		method, path, body string
		headers            []string
		status             int
		code               codes.Code
		reason             string
		metadata           map[string]string
		message            string
	}{
		"malformed": {
			"POST", transformPath, "{\"event\": {},\n \"destination\": {]}", nil, 400, codes.InvalidArgument, "INVALID_JSON",
			map[string]string{"line": "2", "column": "18"}, "malformed JSON at line 2, column 18: ']' where a key is expected",
		},
		"malformed batch": {
			"POST", batchPath, `{"events": [{}, {]}`, nil, 400, codes.InvalidArgument, "INVALID_JSON",
			map[string]string{"line": "1", "column": "18", "field": "events[1]"}, "events[1]: malformed JSON at line 1, column 18: ']' where a key is expected",
		},
		"empty": {
			"POST", transformPath, "", nil, 400, codes.InvalidArgument, "INVALID_JSON", map[string]string{"line": "1", "column": "1"},
			"malformed JSON at line 1, column 1: the body is empty where a JSON object is expected",
		},
		"unknown key": {
			"POST", "/v1/destinations:validate", `{"destinaton": {}}`, nil, 400, codes.InvalidArgument, "INVALID_REQUEST",
			map[string]string{"field": "destinaton"}, `unknown key "destinaton": the body may have destination`,
		},
		"wrong kind": {
			"POST", batchPath, `{"events": "x", "destination": {}}`, nil, 400, codes.InvalidArgument, "INVALID_FIELD_TYPE",
			map[string]string{"field": "events", "kind": "string"}, "events must be an array of events, but is a string",
		},
		"too large": {
			"POST", transformPath, strings.Repeat(" ", 201), nil, 413, codes.ResourceExhausted, "REQUEST_TOO_LARGE",
			map[string]string{"limit": "200"}, "the body is larger than 200 bytes: send fewer events at once",
		},
		"no JSON": {
			"POST", transformPath, valid, []string{"Content-Type", "application/x-www-form-urlencoded"}, 415, codes.InvalidArgument,
			"INVALID_REQUEST", nil, "Content-Type application/x-www-form-urlencoded is not supported: use application/json",
		},
		"no media type": {
			"POST", transformPath, valid, []string{"Content-Type", ";"}, 415, codes.InvalidArgument, "INVALID_REQUEST", nil,
			"Content-Type ; is not supported: use application/json",
		},
		"unknown path": {
			"POST", "/v1/transfrom", valid, nil, 404, codes.NotFound, "UNKNOWN_CALL", nil,
			"there is no /v1/transfrom: /openapi.json lists the calls",
		},
		"path with an end of its own": {
			"GET", "/", "", nil, 404, codes.NotFound, "UNKNOWN_CALL", nil, "there is no /: /openapi.json lists the calls",
		},
		"wrong method": {
			"GET", transformPath, "", nil, 405, codes.Unimplemented, "UNKNOWN_CALL", nil, "/v1/transform does not take GET: use POST",
		},
		"wrong method for the definition": {
			"POST", "/v1/destinations/definition", "", nil, 405, codes.Unimplemented, "UNKNOWN_CALL", nil,
			"/v1/destinations/definition does not take POST: use GET, HEAD",
		},
		"method override": {
			"POST", "/v1/destinations/definition", "", []string{
				"X-HTTP-Method-Override", "GET", "Content-Type", "application/x-www-form-urlencoded",
			}, 405, codes.Unimplemented, "UNKNOWN_CALL", nil, "/v1/destinations/definition does not take POST: use GET, HEAD",
		},
		"wrong method for health": {
			"POST", "/healthz", "", nil, 405, codes.Unimplemented, "UNKNOWN_CALL", nil, "/healthz does not take POST: use GET, HEAD",
		},
		"wrong method for the document": {
			"DELETE", "/openapi.json", "", nil, 405, codes.Unimplemented, "UNKNOWN_CALL", nil, "/openapi.json does not take DELETE: use GET, HEAD",
		},
		"malformed timeout": {
			"POST", transformPath, valid, []string{"Grpc-Timeout", "soon"}, 400, codes.InvalidArgument, "INVALID_REQUEST", nil,
			"invalid grpc-timeout: soon",
		},
		"deadline that has passed": {
			"POST", transformPath, valid, []string{"Grpc-Timeout", "1n"}, 504, codes.DeadlineExceeded, "CALL_ENDED", nil, "the call's deadline passed",
		},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			answer := api.do(t, test.method, test.path, test.body, test.headers...)
			require.Equal(t, test.status, answer.status, answer.body)
			got := answer.failure(t)
			require.Equal(t, test.message, got.Message)
			require.Equal(t, test.code, got.Code)
			require.Equal(t, test.reason, got.Details[0].Reason)
			require.Equal(t, test.metadata, got.Details[0].Metadata)
			require.Equal(t, "nosniff", answer.header.Get("X-Content-Type-Options"))
			if field := test.metadata["field"]; field != "" {
				require.Equal(t, field, got.Details[1].FieldViolations[0].Field)
			}
			if test.status == http.StatusMethodNotAllowed {
				require.True(t, strings.HasSuffix(test.message, "use "+answer.header.Get("Allow")))
			}
		})
	}
}

func TestErrorsOfTheServer(t *testing.T) {
	t.Parallel()
	ours := func(code codes.Code, reason string) error {
		st, err := status.New(code, "what to do").WithDetails(&errdetails.ErrorInfo{Reason: reason, Domain: "rudder-clevertap"})
		require.NoError(t, err)
		return st.Err()
	}
	foreign := func(code codes.Code) error { return status.Error(code, "dial tcp 10.0.0.1: secret") }
	tests := map[string]struct {
		err             error
		status          int
		reason, message string
	}{
		"event that can't be transformed": {ours(codes.InvalidArgument, "MISSING_IDENTITY"), 400, "MISSING_IDENTITY", "what to do"},
		"unknown destination":             {ours(codes.NotFound, "UNKNOWN_DESTINATION"), 404, "UNKNOWN_DESTINATION", "what to do"},
		"no token":                        {ours(codes.Unauthenticated, "UNAUTHENTICATED"), 401, "UNAUTHENTICATED", "what to do"},
		"too large":                       {ours(codes.ResourceExhausted, "REQUEST_TOO_LARGE"), 413, "REQUEST_TOO_LARGE", "what to do"},
		"out of something else":           {ours(codes.ResourceExhausted, "SOMETHING_NEW"), 429, "SOMETHING_NEW", "what to do"},
		"stopping":                        {ours(codes.Unavailable, "UNAVAILABLE"), 503, "UNAVAILABLE", "what to do"},
		"fault of the server":             {ours(codes.Internal, "INTERNAL"), 500, "INTERNAL", "what to do"},
		"too large, of the stack": {
			foreign(codes.ResourceExhausted), 413, "REQUEST_TOO_LARGE",
			"the request, or the answer to it, is larger than a message may be: send fewer events at once",
		},
		"no server, of the stack":       {foreign(codes.Unavailable), 503, "UNAVAILABLE", "the service is not available: try again"},
		"cancelled, of the stack":       {foreign(codes.Canceled), 499, "CALL_ENDED", "the call was cancelled"},
		"no token, of the stack":        {foreign(codes.Unauthenticated), 401, "UNAUTHENTICATED", "send a bearer token that the server knows"},
		"no such call, of the stack":    {foreign(codes.Unimplemented), 501, "UNKNOWN_CALL", "the server does not offer this call"},
		"anything else, of the stack":   {foreign(codes.DataLoss), 500, "INTERNAL", "internal error"},
		"a code that there is not":      {foreign(codes.Code(77)), 500, "INTERNAL", "internal error"},
		"a reason of some other domain": {elsewhere(t), 500, "INTERNAL", "internal error"},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			api := start(t, &backend{transform: func(context.Context, *transformerv1.TransformRequest) (*transformerv1.TransformResponse, error) {
				return nil, test.err
			}}, gateway.Options{})
			answer := api.do(t, "POST", transformPath, `{"event": {}, "destination": {}}`)
			require.Equal(t, test.status, answer.status, answer.body)
			got := answer.failure(t)
			if id := got.Details[0].Metadata["requestId"]; id != "" {
				test.message += "; the server's log has the request " + id
			}
			require.Equal(t, test.message, got.Message)
			require.Equal(t, test.reason, got.Details[0].Reason)
			if test.status == http.StatusUnauthorized {
				require.Equal(t, "Bearer", answer.header.Get("WWW-Authenticate"))
			}
		})
	}
}

func elsewhere(t *testing.T) error {
	t.Helper()
	st, err := status.New(codes.Unknown, "secret").WithDetails(&errdetails.ErrorInfo{Reason: "SECRET", Domain: "elsewhere"})
	require.NoError(t, err)
	return st.Err()
}

func TestFaultsAreLoggedNotTold(t *testing.T) {
	t.Parallel()
	var log bytes.Buffer
	api := start(t, &backend{transform: func(context.Context, *transformerv1.TransformRequest) (*transformerv1.TransformResponse, error) {
		return nil, status.Error(codes.Unknown, "disk 7 is full")
	}}, gateway.Options{Logger: slog.New(slog.NewTextHandler(&log, nil))})
	answer := api.do(t, "POST", transformPath, `{"event": {}, "destination": {}}`, "X-Request-Id", "r-1")
	require.Equal(t, http.StatusInternalServerError, answer.status)
	require.NotContains(t, answer.body, "disk")
	require.Equal(t, map[string]string{"requestId": "r-1"}, answer.failure(t).Details[0].Metadata)
	require.Contains(t, log.String(), "disk 7 is full")
	require.Contains(t, log.String(), "r-1")
}

// TestARefusedCallLeavesOneLine: of what never came to the server, here; of the rest, the server has one.
func TestARefusedCallLeavesOneLine(t *testing.T) {
	t.Parallel()
	var log lockedBuffer
	api := start(t, &backend{transform: func(context.Context, *transformerv1.TransformRequest) (*transformerv1.TransformResponse, error) {
		st, err := status.New(codes.InvalidArgument, "no").WithDetails(&errdetails.ErrorInfo{Reason: "MISSING_IDENTITY", Domain: "rudder-clevertap"})
		require.NoError(t, err)
		return nil, st.Err()
	}}, gateway.Options{MaxBodyBytes: 200, Logger: slog.New(slog.NewJSONHandler(&log, nil))})
	const valid = `{"event": {}, "destination": {}}`
	id := 0
	for _, test := range []struct {
		method, path, body, contentType, level, reason string
		status                                         int
	}{
		{"POST", batchPath, `{"events": [NaN]}`, "", "INFO", "INVALID_JSON", 400},
		{"POST", transformPath, `{"batch": []}`, "", "INFO", "INVALID_REQUEST", 400},
		{"POST", transformPath, strings.Repeat(" ", 201), "", "INFO", "REQUEST_TOO_LARGE", 413},
		{"POST", transformPath, valid, "text/csv", "INFO", "INVALID_REQUEST", 415},
		{"GET", transformPath, "", "", "INFO", "UNKNOWN_CALL", 405},
		{"GET", "/nowhere", "", "", "INFO", "UNKNOWN_CALL", 404},
		{"POST", "/healthz", "", "", "INFO", "UNKNOWN_CALL", 405},
	} {
		id++
		name := "r-" + strconv.Itoa(id)
		headers := []string{"X-Request-Id", name}
		if test.contentType != "" {
			headers = append(headers, "Content-Type", test.contentType)
		}
		answer := api.do(t, test.method, test.path, test.body, headers...)
		require.Equal(t, test.status, answer.status)
		require.Equal(t, name, answer.header.Get("X-Request-Id"))
		lines := strings.Split(strings.TrimSpace(log.String()), "\n")
		require.Len(t, lines, id)
		var line map[string]any
		require.NoError(t, json.Unmarshal([]byte(lines[id-1]), &line))
		delete(line, "time")
		require.NotEmpty(t, line["error"])
		delete(line, "error")
		require.Equal(t, map[string]any{
			"level": test.level, "msg": "a REST call was refused", "request_id": name, "reason": test.reason,
			"http.request.method": test.method, "url.path": test.path, "http.response.status_code": float64(test.status),
		}, line)
	}
	require.Equal(t, 400, api.do(t, "POST", transformPath, valid).status)
	require.Len(t, strings.Split(strings.TrimSpace(log.String()), "\n"), id, "the server's refusal is in the server's log")
}

func TestMessagesTooLargeForGRPC(t *testing.T) {
	t.Parallel()
	api := start(t, &backend{transform: echo}, gateway.Options{}, grpc.MaxRecvMsgSize(100))
	answer := api.do(t, "POST", transformPath, `{"event": "`+strings.Repeat("x", 200)+`", "destination": {}}`)
	require.Equal(t, http.StatusRequestEntityTooLarge, answer.status)
	require.Equal(t, "REQUEST_TOO_LARGE", answer.failure(t).Details[0].Reason)
}

func TestHeaders(t *testing.T) {
	t.Parallel()
	var got metadata.MD
	api := start(t, &backend{transform: func(ctx context.Context, r *transformerv1.TransformRequest) (*transformerv1.TransformResponse, error) {
		got, _ = metadata.FromIncomingContext(ctx)
		if err := grpc.SetHeader(ctx, metadata.Pairs("x-internal", "1")); err != nil {
			return nil, err
		}
		if err := grpc.SetTrailer(ctx, metadata.Pairs("x-internal-too", "1")); err != nil {
			return nil, err
		}
		return echo(ctx, r)
	}}, gateway.Options{})
	answer := api.do(t, "POST", transformPath, `{"event": {}, "destination": {}}`,
		"Authorization", "Bearer t", "X-Request-Id", "r-1", "Cookie", "a=b", "Grpc-Metadata-X-Evil", "1", "TE", "trailers",
		"Traceparent", "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01")
	require.Equal(t, http.StatusOK, answer.status, answer.body)
	require.Equal(t, []string{"Bearer t"}, got.Get("authorization"))
	require.Equal(t, []string{"r-1"}, got.Get("x-request-id"))
	require.Empty(t, got.Get("traceparent"), "only the propagator carries the trace")
	for name := range got {
		require.NotContains(t, name, "cookie")
		require.NotContains(t, name, "evil")
	}
	require.Equal(t, []string{"r-1"}, answer.header.Values("X-Request-Id"))
	for name := range answer.header {
		require.NotContains(t, name, "Grpc")
		require.NotContains(t, name, "Internal")
	}
}

func TestRequestIDs(t *testing.T) {
	t.Parallel()
	api := start(t, &backend{transform: func(ctx context.Context, r *transformerv1.TransformRequest) (*transformerv1.TransformResponse, error) {
		md, _ := metadata.FromIncomingContext(ctx)
		id := md.Get("x-request-id")[0]
		if id == "replace-me" {
			id = "replaced"
		}
		if err := grpc.SetHeader(ctx, metadata.Pairs("x-request-id", id)); err != nil {
			return nil, err
		}
		if string(r.GetEventJson()) == `"fail"` {
			return nil, status.Error(codes.Internal, "")
		}
		return echo(ctx, r)
	}}, gateway.Options{})
	const event, failing = `{"event": {}, "destination": {}}`, `{"event": "fail", "destination": {}}`
	for _, body := range []string{event, failing} {
		require.Equal(t, []string{"r-1"}, api.do(t, "POST", transformPath, body, "X-Request-Id", "r-1").header.Values("X-Request-Id"))
		require.Equal(t, []string{"replaced"}, api.do(t, "POST", transformPath, body, "X-Request-Id", "replace-me").header.Values("X-Request-Id"))
		for _, unfit := range []string{"", "a b", "é", strings.Repeat("x", 129)} {
			made := api.do(t, "POST", transformPath, body, "X-Request-Id", unfit).header.Values("X-Request-Id")
			require.Len(t, made, 1)
			require.NotEqual(t, unfit, made[0])
			require.NotEmpty(t, made[0])
		}
	}
	require.Equal(t, "r-2", api.do(t, "GET", "/nowhere", "", "X-Request-Id", "r-2").header.Get("X-Request-Id"))
}

func TestHealth(t *testing.T) {
	t.Parallel()
	api := start(t, &backend{}, gateway.Options{})
	answer := api.do(t, "GET", "/healthz", "")
	require.Equal(t, 200, answer.status)
	require.Equal(t, `{"status":"SERVING"}`, answer.body)
	require.Equal(t, 200, api.do(t, "HEAD", "/healthz", "").status)

	api.health.SetServingStatus("", grpc_health_v1.HealthCheckResponse_NOT_SERVING)
	answer = api.do(t, "GET", "/healthz", "")
	require.Equal(t, 503, answer.status)
	require.Equal(t, `{"status":"NOT_SERVING"}`, answer.body)
}

// TestHEADWorksWhereGETDoes: with the headers of GET, and without a body.
func TestHEADWorksWhereGETDoes(t *testing.T) {
	t.Parallel()
	api := start(t, &backend{}, gateway.Options{})
	for _, path := range []string{"/v1/destinations/definition", "/healthz", "/openapi.json", "/nowhere"} {
		// A compressed answer has no length.
		get := api.do(t, "GET", path, "", "Accept-Encoding", "identity")
		head := api.do(t, "HEAD", path, "", "Accept-Encoding", "identity")
		require.Equal(t, get.status, head.status, path)
		require.Empty(t, head.body)
		for _, name := range []string{"Content-Type", "Content-Length", "Etag"} {
			require.Equal(t, get.header.Get(name), head.header.Get(name), "%s of %s", name, path)
		}
	}
	require.Equal(t, 405, api.do(t, "HEAD", transformPath, "").status)
}

// TestAnswersArePrintedForPeople who ask for it: the same JSON, answers and errors alike.
func TestAnswersArePrintedForPeople(t *testing.T) {
	t.Parallel()
	api := start(t, &backend{transform: echo}, gateway.Options{})
	const body = `{"event": {"a":1.0}, "destination": {}}`
	for _, request := range [][]string{
		{"POST", transformPath, body}, {"POST", transformPath, `{`}, {"GET", "/v1/destinations/definition", ""}, {"GET", "/healthz", ""}, {"GET", "/nowhere", ""},
	} {
		plain := api.do(t, request[0], request[1], request[2])
		require.NotContains(t, plain.body, "\n")
		require.Equal(t, plain.body, api.do(t, request[0], request[1]+"?pretty=false", request[2]).body)
		for _, query := range []string{"?pretty", "?pretty=true", "?a=b&pretty=1"} {
			pretty := api.do(t, request[0], request[1]+query, request[2], "Accept-Encoding", "identity")
			require.Equal(t, plain.status, pretty.status)
			require.JSONEq(t, plain.body, pretty.body)
			require.Contains(t, pretty.body, "{\n  \"")
			require.True(t, strings.HasSuffix(pretty.body, "}\n"))
			require.Equal(t, strconv.Itoa(len(pretty.body)), pretty.header.Get("Content-Length"))
		}
	}
	require.Contains(t, api.do(t, "POST", transformPath+"?pretty", body).body, `"a": 1.0`, "numbers stay as they are")
}

// TestLongAnswersAreCompressed for those who accept that, and no others.
func TestLongAnswersAreCompressed(t *testing.T) {
	t.Parallel()
	api := start(t, &backend{transform: echo}, gateway.Options{})
	long := `{"event": {"a":"` + strings.Repeat("x", 5000) + `"}, "destination": {}}`
	for name, test := range map[string]struct {
		method, path, body, accept string
		compressed                 bool
	}{
		"accepted":              {"POST", transformPath, long, "gzip", true},
		"accepted among others": {"POST", transformPath, long, "br, gzip;q=0.5, *;q=0", true},
		"the document":          {"GET", "/openapi.json", "", "gzip", true},
		"not accepted":          {"POST", transformPath, long, "identity", false},
		"refused":               {"POST", transformPath, long, "gzip;q=0", false},
		"another one":           {"POST", transformPath, long, "zstd", false},
		"short":                 {"POST", transformPath, `{"event": {}, "destination": {}}`, "gzip", false},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			plain := api.do(t, test.method, test.path, test.body, "Accept-Encoding", "identity")
			got := api.do(t, test.method, test.path, test.body, "Accept-Encoding", test.accept)
			require.Equal(t, 200, got.status)
			require.Contains(t, got.header.Values("Vary"), "Accept-Encoding")
			if !test.compressed {
				require.Equal(t, plain.body, got.body)
				require.Empty(t, got.header.Get("Content-Encoding"))
				return
			}
			require.Equal(t, "gzip", got.header.Get("Content-Encoding"))
			require.Less(t, len(got.body), len(plain.body))
			unzipped, err := gzip.NewReader(strings.NewReader(got.body))
			require.NoError(t, err)
			text, err := io.ReadAll(unzipped)
			require.NoError(t, err)
			require.Equal(t, plain.body, string(text))
		})
	}
}

func TestWithoutAServer(t *testing.T) {
	t.Parallel()
	listener := bufconn.Listen(1)
	require.NoError(t, listener.Close())
	handler, err := gateway.New(t.Context(), gateway.Options{Conn: dial(t, listener)})
	require.NoError(t, err)
	web := httptest.NewServer(handler)
	t.Cleanup(web.Close)
	api := rest{Server: web}
	answer := api.do(t, "GET", "/healthz", "")
	require.Equal(t, 503, answer.status)
	require.Equal(t, `{"status":"NOT_SERVING"}`, answer.body)
	answer = api.do(t, "GET", "/v1/destinations/definition", "")
	require.Equal(t, 503, answer.status)
	require.Equal(t, "the service is not available: try again", answer.failure(t).Message)
}

func TestPagesOfOtherOrigins(t *testing.T) {
	t.Parallel()
	ask := []string{"Access-Control-Request-Method", "POST", "Access-Control-Request-Headers", "authorization,content-type,x-request-id"}
	closed := start(t, &backend{transform: echo}, gateway.Options{})
	answer := closed.do(t, "OPTIONS", transformPath, "", append(ask, "Origin", "https://app.example.com")...)
	require.Equal(t, 405, answer.status)
	require.Empty(t, answer.header.Get("Access-Control-Allow-Origin"))

	api := start(t, &backend{transform: echo}, gateway.Options{AllowedOrigins: []string{"https://app.example.com", "https://*.example.org"}})
	for origin, allowed := range map[string]string{
		"https://app.example.com": "https://app.example.com", "https://x.example.org": "https://x.example.org", "https://evil.example": "",
	} {
		answer := api.do(t, "OPTIONS", transformPath, "", append(ask, "Origin", origin)...)
		require.Equal(t, 204, answer.status)
		require.Equal(t, allowed, answer.header.Get("Access-Control-Allow-Origin"))
		answer = api.do(t, "POST", transformPath, `{"event": {}, "destination": {}}`, "Origin", origin)
		require.Equal(t, 200, answer.status)
		require.Equal(t, allowed, answer.header.Get("Access-Control-Allow-Origin"))
		if allowed != "" {
			require.Contains(t, answer.header.Get("Access-Control-Expose-Headers"), "X-Request-Id")
		}
	}
}

func TestOptionsThatAreRefused(t *testing.T) {
	t.Parallel()
	_, err := gateway.New(t.Context(), gateway.Options{})
	require.ErrorContains(t, err, "connection")
	conn := dial(t, bufconn.Listen(1))
	for _, origin := range []string{"*", "", "app.example.com", "https://", "https://a.example/", "ftp://a.example", "https://*", "null", "https://a b", "https://u@a.example"} {
		_, err := gateway.New(t.Context(), gateway.Options{Conn: conn, AllowedOrigins: []string{origin}})
		require.ErrorContains(t, err, "web origin", origin)
	}
}
