package wire_test

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/stretchr/testify/require"
	"google.golang.org/genproto/googleapis/rpc/errdetails"
	spb "google.golang.org/genproto/googleapis/rpc/status"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/testing/protocmp"
	"google.golang.org/protobuf/types/known/anypb"
	"google.golang.org/protobuf/types/known/structpb"

	clevertapv1 "github.com/rudder-clevertap/rudder-clevertap/gen/clevertap/v1"
	transformerv1 "github.com/rudder-clevertap/rudder-clevertap/gen/transformer/v1"
	"github.com/rudder-clevertap/rudder-clevertap/mapping"
	"github.com/rudder-clevertap/rudder-clevertap/server/wire"
)

// answerTo returns an empty answer to a kind of request, as generated code has it.
func answerTo(kind wire.Kind) proto.Message {
	switch kind {
	case wire.BatchTransform:
		return &transformerv1.BatchTransformResponse{}
	case wire.StreamTransform:
		return &transformerv1.StreamTransformResponse{}
	default:
		return &transformerv1.TransformResponse{}
	}
}

// requireSameMessage: what the codec writes is what the standard codec reads as the Response's own message.
func requireSameMessage(t *testing.T, r *wire.Response) {
	t.Helper()
	wanted, err := r.Message()
	require.NoError(t, err)
	length, exceeds := r.Exceeds(-1)
	require.True(t, exceeds)
	for limit, want := range map[int]bool{length - 1: true, length: false, 2 * length: false} {
		_, exceeds = r.Exceeds(limit)
		require.Equal(t, want && limit >= 0 || length == 0 && limit < 0, exceeds)
	}
	written, err := wire.NewCodec(0).Marshal(r)
	require.NoError(t, err)
	require.Equal(t, length, written.Len())
	got := answerTo(r.Kind)
	require.NoError(t, proto.UnmarshalOptions{DiscardUnknown: false}.Unmarshal(written.Materialize(), got))
	if !proto.Equal(wanted, got) {
		require.Empty(t, cmp.Diff(wanted, got, protocmp.Transform()))
	}
	require.Empty(t, got.ProtoReflect().GetUnknown())
	written.Free()
}

// failed is a status with a detail of some length.
func failed(tb testing.TB, length int) *spb.Status {
	tb.Helper()
	detail, err := anypb.New(&errdetails.ErrorInfo{Reason: "MISSING_IDENTITY", Domain: strings.Repeat("x", length)})
	require.NoError(tb, err)
	return &spb.Status{Code: 3, Message: "no identity", Details: []*anypb.Any{detail}}
}

// payload is a typed payload in wire form.
func payload(tb testing.TB) []byte {
	tb.Helper()
	packed, err := proto.Marshal(&clevertapv1.Payload{D: []*clevertapv1.Record{{
		Type: "event", EvtName: "E", Identity: "u",
		EvtData: &structpb.Struct{Fields: map[string]*structpb.Value{"a": structpb.NewNumberValue(1)}},
	}}})
	require.NoError(tb, err)
	return packed
}

func TestAnswersAreWrittenAsTheStandardCodecReadsThem(t *testing.T) {
	t.Parallel()
	to := wire.NewEnvelope("https://api.clevertap.com/1/upload", map[string]string{"X-CleverTap-Account-Id": "A", "X-CleverTap-Passcode": "P", "empty": ""})
	diagnostics := []mapping.Diagnostic{
		{Severity: mapping.SeverityInfo, Code: mapping.UnknownGender, Path: "traits.gender", Message: "left out"},
		{Severity: mapping.SeverityError, Code: mapping.ReservedEventName, Message: strings.Repeat("long ", 100)},
	}
	lineage := []mapping.Lineage{
		{Record: 1, Target: "/tokenData/id", Source: "/context/device/token", Rule: "token.id", Note: "converted"},
		{}, {Source: strings.Repeat("/long", 100)},
	}
	results := []wire.Result{
		{MessageID: []byte("m-0"), Status: transformerv1.Status_STATUS_TRANSFORMED, Records: []wire.Place{{}, {Upload: 1, Record: 300}}},
		{Status: transformerv1.Status_STATUS_FILTERED, FilterReason: transformerv1.FilterReason_FILTER_REASON_INTEGRATIONS, Lineage: lineage},
		{MessageID: []byte(strings.Repeat("m", 200)), Status: transformerv1.Status_STATUS_FAILED, Failure: failed(t, 1), Diagnostics: diagnostics},
		{Status: transformerv1.Status_STATUS_FAILED, Failure: failed(t, 20000)},
	}
	json := [][]byte{[]byte(`{"d":[]}`), {}, []byte(strings.Repeat("x", 70000))}
	for name, r := range map[string]*wire.Response{
		"nothing":         {},
		"one, JSON":       {Envelope: to, Bodies: json, Results: results[:1]},
		"one, typed":      {Envelope: to, Bodies: [][]byte{payload(t)}, Typed: true, Results: results[:1]},
		"one, diagnosed":  {Envelope: to, Results: []wire.Result{{Status: transformerv1.Status_STATUS_TRANSFORMED, Diagnostics: diagnostics}}},
		"one, filtered":   {Envelope: to, Results: results[1:2]},
		"one, explained":  {Envelope: to, Results: []wire.Result{{Status: transformerv1.Status_STATUS_TRANSFORMED, Lineage: lineage}}},
		"an empty batch":  {Kind: wire.BatchTransform},
		"a batch, JSON":   {Kind: wire.BatchTransform, Envelope: to, Bodies: json, Results: results},
		"a batch, typed":  {Kind: wire.BatchTransform, Envelope: to, Bodies: [][]byte{payload(t), {}}, Typed: true, Results: results},
		"an empty answer": {Kind: wire.StreamTransform},
		"an answer":       {Kind: wire.StreamTransform, Sequence: 1 << 60, Envelope: to, Bodies: json, Results: results},
		"a failed one":    {Kind: wire.StreamTransform, Sequence: 7, Failure: failed(t, 3)},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			requireSameMessage(t, r)
		})
	}
}

// TestAnAnswerIsReleasedOnceItIsWritten: whoever made the answer may then use its memory again.
func TestAnAnswerIsReleasedOnceItIsWritten(t *testing.T) {
	t.Parallel()
	body := []byte(`{"d":[1]}`)
	released := 0
	r := &wire.Response{
		Kind: wire.BatchTransform, Envelope: wire.NewEnvelope("e", nil), Bodies: [][]byte{body}, Recycle: func() {
			released++
			copy(body, "xxxxxxxxx")
		},
	}
	written, err := wire.NewCodec(0).Marshal(r)
	require.NoError(t, err)
	require.Equal(t, 1, released)
	var got transformerv1.BatchTransformResponse
	require.NoError(t, proto.Unmarshal(written.Materialize(), &got))
	require.JSONEq(t, `{"d":[1]}`, string(got.GetUploads()[0].GetPayloadJson()))
}

func TestAStatusThatIsNotUTF8IsAnError(t *testing.T) {
	t.Parallel()
	_, err := wire.NewCodec(0).Marshal(&wire.Response{Kind: wire.StreamTransform, Failure: &spb.Status{Message: "\xff"}})
	require.Error(t, err)
}

// TestAnswersAreHandedOverWhole: an answer inside the process has all that the generated message has.
func TestAnswersAreHandedOverWhole(t *testing.T) {
	t.Parallel()
	for _, kind := range []wire.Kind{wire.Transform, wire.BatchTransform, wire.StreamTransform} {
		answer, err := (&wire.Response{
			Kind: kind, Sequence: 7, Envelope: wire.NewEnvelope("e", nil), Bodies: [][]byte{[]byte(`{}`)}, Failure: failed(t, 1), Results: []wire.Result{{
				Status: transformerv1.Status_STATUS_FILTERED, FilterReason: transformerv1.FilterReason_FILTER_REASON_INTEGRATIONS,
				Diagnostics: []mapping.Diagnostic{{Severity: mapping.SeverityInfo, Code: mapping.FieldIgnored, Path: "context", Message: "m"}},
				Lineage:     []mapping.Lineage{{Source: "/type", Note: "filtered"}},
			}},
		}).Message()
		require.NoError(t, err)
		fields := answer.ProtoReflect().Descriptor().Fields()
		for i := range fields.Len() {
			require.True(t, answer.ProtoReflect().Has(fields.Get(i)), "%s is not looked at", fields.Get(i).FullName())
		}
		reply := answer.ProtoReflect().New().Interface()
		require.NoError(t, wire.Give(answer, reply))
		require.Empty(t, cmp.Diff(answer, reply, protocmp.Transform()))
	}
}

// FuzzResponse: whatever an answer has in it, the codec writes what the standard codec would.
func FuzzResponse(f *testing.F) {
	f.Add(uint64(1), "m", 100)
	f.Add(uint64(2), strings.Repeat("é", 100), 40000)
	f.Fuzz(func(t *testing.T, seed uint64, text string, most int) {
		text, most = strings.ToValidUTF8(text, "?"), max(most%20_000, 1)
		rnd := rand.New(rand.NewPCG(seed, 0))
		part := func() string { return strings.ToValidUTF8(text[:rnd.IntN(len(text)+1)], "?") }
		r := &wire.Response{
			Kind: wire.Kind(rnd.IntN(3)), Sequence: rnd.Uint64() >> rnd.IntN(64), Typed: rnd.IntN(2) == 0,
			Envelope: wire.NewEnvelope(part(), map[string]string{part(): part(), "b" + part(): part()}),
		}
		if r.Kind != wire.StreamTransform {
			r.Sequence = 0
		}
		for range rnd.IntN(3) {
			body := []byte(strings.Repeat("x", rnd.IntN(most)))
			if r.Typed {
				body = payload(t)
			}
			r.Bodies = append(r.Bodies, body)
		}
		for range rnd.IntN(20) {
			result := wire.Result{MessageID: []byte(part()), Status: transformerv1.Status(rnd.IntN(4)), FilterReason: transformerv1.FilterReason(rnd.IntN(4))}
			for range rnd.IntN(3) {
				result.Records = append(result.Records, wire.Place{Upload: rnd.Uint32N(3), Record: rnd.Uint32N(2000)})
				result.Diagnostics = append(result.Diagnostics, mapping.Diagnostic{
					Severity: mapping.Severity(rnd.IntN(4)), Code: mapping.Code(fmt.Sprint("CODE_", rnd.IntN(9))), Path: part(), Message: part(),
					CleverTapCode: rnd.IntN(600), Action: mapping.Action(rnd.IntN(7)),
				})
				result.Lineage = append(result.Lineage, mapping.Lineage{Record: rnd.IntN(2), Target: part(), Source: part(), Rule: part(), Note: part()})
			}
			if rnd.IntN(5) == 0 {
				result.Failure = failed(t, rnd.IntN(most))
			}
			r.Results = append(r.Results, result)
		}
		requireSameMessage(t, r)
	})
}
