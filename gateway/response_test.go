package gateway

import (
	"bytes"
	"encoding/json"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/stretchr/testify/require"
	"google.golang.org/genproto/googleapis/rpc/errdetails"
	spb "google.golang.org/genproto/googleapis/rpc/status"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"
	"google.golang.org/protobuf/encoding/protojson"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/testing/protocmp"
	"google.golang.org/protobuf/types/known/anypb"
	"google.golang.org/protobuf/types/known/structpb"

	clevertapv1 "github.com/rudder-clevertap/rudder-clevertap/gen/clevertap/v1"
	transformerv1 "github.com/rudder-clevertap/rudder-clevertap/gen/transformer/v1"
)

func jsonUpload(payload string, headers map[string]string) *clevertapv1.Upload {
	return &clevertapv1.Upload{
		Method:   "POST",
		Endpoint: "https://in1.api.clevertap.com/1/upload",
		Headers:  headers,
		Body:     &clevertapv1.Upload_PayloadJson{PayloadJson: []byte(payload)},
	}
}

func failedStatus(t *testing.T) *spb.Status {
	t.Helper()
	st, err := status.New(codes.InvalidArgument, `event: give it a "name"`).WithDetails(
		&errdetails.ErrorInfo{
			Reason: "MISSING_EVENT_NAME", Domain: "rudder-clevertap", Metadata: map[string]string{"field": "event", "kind": "nothing"},
		},
		&errdetails.BadRequest{FieldViolations: []*errdetails.BadRequest_FieldViolation{{Field: "event", Description: "give it a name"}}},
	)
	require.NoError(t, err)
	return st.Proto()
}

const failedStatusJSON = `{"code":3,"message":"event: give it a \"name\"","details":[` +
	`{"@type":"type.googleapis.com/google.rpc.ErrorInfo","reason":"MISSING_EVENT_NAME","domain":"rudder-clevertap","metadata":{"field":"event","kind":"nothing"}},` +
	`{"@type":"type.googleapis.com/google.rpc.BadRequest","fieldViolations":[{"field":"event","description":"give it a name"}]}]}`

func TestAnswers(t *testing.T) {
	t.Parallel()
	headers := map[string]string{
		"Content-Type": "application/json", "X-CleverTap-Passcode": "p", "X-CleverTap-Account-Id": "a",
	}
	warning := &transformerv1.Diagnostic{
		Severity: transformerv1.Severity_SEVERITY_WARNING, Code: "UNKNOWN_GENDER", Path: "traits.gender", Message: "it was \"left\"\nout",
		ClevertapCode: 514, Action: transformerv1.Action_ACTION_DROPPED,
	}
	tests := map[string]struct {
		answer proto.Message
		want   string
	}{
		"transformed": {
			&transformerv1.TransformResponse{
				Status:      transformerv1.Status_STATUS_TRANSFORMED,
				Uploads:     []*clevertapv1.Upload{jsonUpload(`{"d":[ {"ts":1.0,"é":"\u00e9<&>"} ]}`, headers)},
				Diagnostics: []*transformerv1.Diagnostic{warning, {Severity: 9, Code: "X", Message: "y"}},
			},
			`{"status":"STATUS_TRANSFORMED","uploads":[{"method":"POST","endpoint":"https://in1.api.clevertap.com/1/upload",` +
				`"headers":{"X-CleverTap-Account-Id":"a","X-CleverTap-Passcode":"p","Content-Type":"application/json"},` +
				`"payload":{"d":[ {"ts":1.0,"é":"\u00e9<&>"} ]}}],"diagnostics":[` +
				`{"severity":"SEVERITY_WARNING","code":"UNKNOWN_GENDER","path":"traits.gender","message":"it was \"left\"\nout","clevertapCode":514,"action":"ACTION_DROPPED"},` +
				`{"severity":9,"code":"X","message":"y"}]}`,
		},
		"explained": {
			&transformerv1.TransformResponse{
				Status: transformerv1.Status_STATUS_TRANSFORMED, Lineage: []*transformerv1.Lineage{
					{Target: "/evtName", Source: "/event", Rule: "event.name"},
					{Record: 1, Target: "/a~1\"b\"", Rule: "trait.custom", Note: "constant"},
					{Source: "/messageId", Note: "internal"},
				},
			},
			`{"status":"STATUS_TRANSFORMED","uploads":[],"lineage":[` +
				`{"record":0,"target":"/evtName","source":"/event","rule":"event.name"},` +
				`{"record":1,"target":"/a~1\"b\"","rule":"trait.custom","note":"constant"},` +
				`{"record":0,"source":"/messageId","note":"internal"}]}`,
		},
		"filtered": {
			&transformerv1.TransformResponse{
				Status: transformerv1.Status_STATUS_FILTERED, FilterReason: transformerv1.FilterReason_FILTER_REASON_DEVICE_MODE,
			},
			`{"status":"STATUS_FILTERED","filterReason":"FILTER_REASON_DEVICE_MODE","uploads":[]}`,
		},
		"headers without a passcode, and one that is new": {
			&transformerv1.TransformResponse{Uploads: []*clevertapv1.Upload{jsonUpload(`{}`, map[string]string{
				"X-B": "2", "X-A": "1", "Content-Type": "application/json",
			})}},
			`{"status":"STATUS_UNSPECIFIED","uploads":[{"method":"POST","endpoint":"https://in1.api.clevertap.com/1/upload",` +
				`"headers":{"Content-Type":"application/json","X-A":"1","X-B":"2"},"payload":{}}]}`,
		},
		"empty batch": {&transformerv1.BatchTransformResponse{}, `{"uploads":[],"results":[]}`},
		"batch": {
			&transformerv1.BatchTransformResponse{
				Uploads: []*clevertapv1.Upload{jsonUpload(`{"d":[]}`, nil), {Method: "POST"}},
				Results: []*transformerv1.EventResult{
					{
						MessageId: "m-1", Status: transformerv1.Status_STATUS_TRANSFORMED,
						Records: []*transformerv1.RecordRef{{}, {Upload: 1, Record: 2}}, Diagnostics: []*transformerv1.Diagnostic{warning},
					},
					{Index: 1, Status: transformerv1.Status_STATUS_FAILED, Error: failedStatus(t)},
					{
						Index: 2, Status: transformerv1.Status_STATUS_FILTERED, FilterReason: transformerv1.FilterReason_FILTER_REASON_EVENT_LIST,
						Lineage: []*transformerv1.Lineage{{Source: "/type", Note: "filtered"}},
					},
				},
			},
			`{"uploads":[{"method":"POST","endpoint":"https://in1.api.clevertap.com/1/upload","headers":{},"payload":{"d":[]}},` +
				`{"method":"POST","endpoint":"","headers":{}}],"results":[` +
				`{"index":0,"messageId":"m-1","status":"STATUS_TRANSFORMED","records":[{"upload":0,"record":0},{"upload":1,"record":2}],"diagnostics":[` +
				`{"severity":"SEVERITY_WARNING","code":"UNKNOWN_GENDER","path":"traits.gender","message":"it was \"left\"\nout","clevertapCode":514,"action":"ACTION_DROPPED"}]},` +
				`{"index":1,"status":"STATUS_FAILED","error":` + failedStatusJSON + `},` +
				`{"index":2,"status":"STATUS_FILTERED","filterReason":"FILTER_REASON_EVENT_LIST","lineage":[{"record":0,"source":"/type","note":"filtered"}]}]}`,
		},
		"typed payload": {
			&transformerv1.BatchTransformResponse{Uploads: []*clevertapv1.Upload{{Body: &clevertapv1.Upload_Payload{
				Payload: &clevertapv1.Payload{D: []*clevertapv1.Record{{Type: "profile", Identity: "u"}}},
			}}}},
			`{"uploads":[{"method":"","endpoint":"","headers":{},"payload":{"d":[{"type":"profile","identity":"u"}]}}],"results":[]}`,
		},
		"definition, with what is false and empty": {
			&transformerv1.DescribeDestinationResponse{
				Name:     "CLEVERTAP",
				Settings: []*transformerv1.Setting{{Name: "region", Type: "string", DefaultValue: structpb.NewStringValue("none")}, {Name: "x"}},
			},
			`{"name":"CLEVERTAP","displayName":"","settings":[` +
				`{"name":"region","type":"string","required":false,"secret":false,"default":"none","allowedValues":[],"description":""},` +
				`{"name":"x","type":"","required":false,"secret":false,"allowedValues":[],"description":""}],"regions":[],"support":[]}`,
		},
		"valid settings": {&transformerv1.ValidateDestinationResponse{Valid: true}, `{"valid":true,"problems":[]}`},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got, err := marshaler{}.Marshal(test.answer)
			require.NoError(t, err)
			require.Equal(t, test.want, string(got))
			require.True(t, json.Valid(got))
			var encoded bytes.Buffer
			require.NoError(t, marshaler{}.NewEncoder(&encoded).Encode(test.answer))
			require.Equal(t, test.want, encoded.String())
		})
	}
}

// The hand-written answers say what protojson says, but for the payload's name and the members that are
// always there.
func TestAnswersReadBackAsTheMessage(t *testing.T) {
	t.Parallel()
	sent := &transformerv1.BatchTransformResponse{
		Uploads: []*clevertapv1.Upload{{Method: "POST", Endpoint: "e", Headers: map[string]string{"b": "\x00\u2028\"", "a": "é"}}},
		Results: []*transformerv1.EventResult{
			{Index: 7, MessageId: "\\\x1f😀", Status: 42, Records: []*transformerv1.RecordRef{{Upload: 4294967295}}, Error: failedStatus(t)},
			{Diagnostics: []*transformerv1.Diagnostic{{}, {Path: "p"}}},
		},
	}
	text, err := marshaler{}.Marshal(sent)
	require.NoError(t, err)
	got := &transformerv1.BatchTransformResponse{}
	require.NoError(t, protojson.Unmarshal(text, got))
	require.Empty(t, cmp.Diff(sent, got, protocmp.Transform()))
}

func TestStatusLeavesOutWhatItCannotSay(t *testing.T) {
	t.Parallel()
	known, err := anypb.New(&errdetails.ErrorInfo{Reason: "R"})
	require.NoError(t, err)
	got := appendStatus(nil, &spb.Status{
		Code:    13,
		Message: "a\xffb",
		Details: []*anypb.Any{{TypeUrl: "type.googleapis.com/no.Such", Value: []byte("x")}, known},
	})
	require.Equal(t, `{"code":13,"message":"a`+"\ufffd"+`b","details":[{"@type":"type.googleapis.com/google.rpc.ErrorInfo","reason":"R"}]}`, string(got))
}

func TestAnswersThatCannotBeWrittenFail(t *testing.T) {
	t.Parallel()
	unwritable := []*clevertapv1.Upload{{Body: &clevertapv1.Upload_Payload{
		Payload: &clevertapv1.Payload{D: []*clevertapv1.Record{{Identity: "\xff"}}},
	}}}
	_, err := marshaler{}.Marshal(&transformerv1.TransformResponse{Uploads: unwritable})
	require.ErrorContains(t, err, "clevertap.v1.Payload")
	_, err = marshaler{}.Marshal(&transformerv1.BatchTransformResponse{Uploads: unwritable})
	require.ErrorContains(t, err, "clevertap.v1.Payload")
}
