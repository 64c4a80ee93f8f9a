package intercept

import (
	"testing"

	"buf.build/gen/go/bufbuild/protovalidate/protocolbuffers/go/buf/validate"
	"buf.build/go/protovalidate"
	"github.com/stretchr/testify/require"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/reflect/protoreflect"
	"google.golang.org/protobuf/reflect/protoregistry"

	rudderstackv1 "github.com/rudder-clevertap/rudder-clevertap/gen/rudderstack/v1"
	transformerv1 "github.com/rudder-clevertap/rudder-clevertap/gen/transformer/v1"
	"github.com/rudder-clevertap/rudder-clevertap/internal/contract"
)

// typedBatch is a batch of n typed events.
func typedBatch(tb testing.TB, n int) *transformerv1.BatchTransformRequest {
	tb.Helper()
	req := &transformerv1.BatchTransformRequest{Target: &transformerv1.BatchTransformRequest_DestinationJson{DestinationJson: []byte(`{}`)}}
	for range n {
		req.Events = append(req.Events, &rudderstackv1.Event{
			Type: "track", UserId: "u", Event: "x",
			Context: &rudderstackv1.Context{App: &rudderstackv1.App{Name: "shop"}, Locale: "en"},
		})
	}
	return req
}

// eachMessage visits a message's descriptor and all that can be in it.
func eachMessage(of protoreflect.MessageDescriptor, seen map[protoreflect.FullName]bool, visit func(protoreflect.MessageDescriptor)) {
	if seen[of.FullName()] {
		return
	}
	seen[of.FullName()] = true
	visit(of)
	for i := range of.Fields().Len() {
		if inner := of.Fields().Get(i).Message(); inner != nil {
			eachMessage(inner, seen, visit)
		}
	}
}

// Validation passes over events. That is the same as walking them as long as the contract has no rule for
// them.
func TestTheContractHasNoRulesWithinAnEvent(t *testing.T) {
	t.Parallel()
	seen := map[protoreflect.FullName]bool{}
	eachMessage((*rudderstackv1.Event)(nil).ProtoReflect().Descriptor(), seen, func(m protoreflect.MessageDescriptor) {
		require.False(t, proto.HasExtension(m.Options(), validate.E_Message), m.FullName())
		for i := range m.Fields().Len() {
			require.False(t, proto.HasExtension(m.Fields().Get(i).Options(), validate.E_Field), m.Fields().Get(i).FullName())
		}
		for i := range m.Oneofs().Len() {
			require.False(t, proto.HasExtension(m.Oneofs().Get(i).Options(), validate.E_Oneof), m.Oneofs().Get(i).FullName())
		}
	})
	require.Greater(t, len(seen), 10, "an event has more messages in it")
}

func TestValidationThatPassesOverEventsFindsWhatFullValidationFinds(t *testing.T) {
	t.Parallel()
	v, err := newValidator()
	require.NoError(t, err)
	both := typedBatch(t, 2)
	both.EventsJson = [][]byte{[]byte(`{"type":"track"}`)}
	both.MinSeverity = 9
	for name, req := range map[string]proto.Message{
		"nothing":            &transformerv1.BatchTransformRequest{},
		"typed":              typedBatch(t, 2),
		"both forms":         both,
		"an empty call":      &transformerv1.TransformRequest{},
		"an empty message":   &transformerv1.StreamTransformRequest{},
		"a typed event":      &transformerv1.TransformRequest{EventForm: &transformerv1.TransformRequest_Event{Event: &rudderstackv1.Event{}}},
		"an empty id":        &transformerv1.StreamTransformRequest{Target: &transformerv1.StreamTransformRequest_DestinationId{}},
		"no settings":        &transformerv1.ValidateDestinationRequest{},
		"nothing is allowed": &transformerv1.DescribeDestinationRequest{},
	} {
		full, ours := v.rules.Validate(req), v.rules.Validate(req, v.options...)
		if full == nil {
			require.NoError(t, ours, name)
			require.NoError(t, v.check(req), name)
			continue
		}
		require.EqualError(t, ours, full.Error(), name)
		require.Error(t, v.check(req), name)
	}
}

func TestWhatIsMissingIsNamedAsOverREST(t *testing.T) {
	t.Parallel()
	v, err := newValidator()
	require.NoError(t, err)
	require.EqualError(t, v.check(&transformerv1.TransformRequest{}),
		"event: is missing: give event; destination: is missing: give destination or destinationId")
	require.EqualError(t, v.check(&transformerv1.ValidateDestinationRequest{}), "destination: is missing: give destination")
	require.NoError(t, v.check("not a message"))
}

func BenchmarkValidate2000TypedEvents(b *testing.B) {
	v, err := newValidator()
	require.NoError(b, err)
	req := typedBatch(b, 2000)
	b.Run("passing over events", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			if err := v.check(req); err != nil {
				b.Fatal(err)
			}
		}
	})
	b.Run("walking events", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			if err := protovalidate.Validate(req); err != nil {
				b.Fatal(err)
			}
		}
	})
}

// TestTheRulesOfAllRequestsAreCompiled: a call that is added to the contract needs no line here.
func TestTheRulesOfAllRequestsAreCompiled(t *testing.T) {
	t.Parallel()
	v, err := newValidator()
	require.NoError(t, err)
	calls := 0
	for method := range contract.Methods() {
		calls++
		request, err := protoregistry.GlobalTypes.FindMessageByName(method.Input().FullName())
		require.NoError(t, err)
		_ = v.check(request.New().Interface())
	}
	require.GreaterOrEqual(t, calls, 11)
}
