package mapping_test

import (
	"fmt"
	"math"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/stretchr/testify/require"
	"google.golang.org/protobuf/encoding/protojson"
	"google.golang.org/protobuf/encoding/protowire"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/reflect/protoreflect"
	"google.golang.org/protobuf/testing/protocmp"
	"google.golang.org/protobuf/types/known/structpb"

	clevertapv1 "github.com/rudder-clevertap/rudder-clevertap/gen/clevertap/v1"
	rudderstackv1 "github.com/rudder-clevertap/rudder-clevertap/gen/rudderstack/v1"
	"github.com/rudder-clevertap/rudder-clevertap/internal/cases"
	"github.com/rudder-clevertap/rudder-clevertap/internal/genevents"
	"github.com/rudder-clevertap/rudder-clevertap/mapping"
	"github.com/rudder-clevertap/rudder-clevertap/mapping/document"
)

// requireSameResult compares what came of an event in its wire form with what came of it as a message.
func requireSameResult(t *testing.T, wanted, got *mapping.Result) {
	t.Helper()
	require.Equal(t, wanted.Status, got.Status)
	require.Equal(t, wanted.CallType, got.CallType)
	require.Equal(t, wanted.Err, got.Err)
	require.Equal(t, wanted.Diagnostics, got.Diagnostics)
	require.Equal(t, string(wanted.MessageID), string(got.MessageID))
	require.Len(t, got.Records, len(wanted.Records))
	for i := range got.Records {
		require.Equal(t, string(wanted.Records[i].AppendJSON(nil)), string(got.Records[i].AppendJSON(nil)))
		typed, err := wanted.Records[i].Proto()
		wire, wireErr := got.Records[i].AppendWire(nil)
		require.Equal(t, err, wireErr)
		if err != nil {
			continue
		}
		var back clevertapv1.Record
		require.NoError(t, proto.Unmarshal(wire, &back))
		require.Empty(t, cmp.Diff(typed, &back, protocmp.Transform()))
	}
}

func TestTheWireFormIsReadAndWrittenLikeMessages(t *testing.T) {
	t.Parallel()
	run := func(t *testing.T, text []byte, to *mapping.Destination) {
		t.Helper()
		var event rudderstackv1.Event
		require.NoError(t, protojson.UnmarshalOptions{DiscardUnknown: true}.Unmarshal(text, &event))
		wire, err := proto.Marshal(&event)
		require.NoError(t, err)
		var one, other mapping.Mapper
		requireSameResult(t, one.TransformEvent(&event, to), other.TransformWire(wire, to))
	}
	for _, c := range cases.All() {
		if c.JSONOnly {
			continue
		}
		for _, ruleset := range cases.Rulesets() {
			to, problem := mapping.ParseDestination(c.DestinationUnder(ruleset))
			require.Nil(t, problem)
			run(t, []byte(c.Event), to)
		}
	}
	for _, event := range genevents.New(1).Batch(200) {
		run(t, event, destination(t, cases.Case{}))
	}
}

// TestUnusualWireForms: repeated fields are merged as protobuf says, and what is no message fails the event.
func TestUnusualWireForms(t *testing.T) {
	t.Parallel()
	to := destination(t, cases.Case{})
	marshal := func(e *rudderstackv1.Event) []byte {
		wire, err := proto.Marshal(e)
		require.NoError(t, err)
		return wire
	}
	traits := func(key string) *structpb.Struct {
		return &structpb.Struct{Fields: map[string]*structpb.Value{key: structpb.NewStringValue(key)}}
	}
	twice := append(
		marshal(&rudderstackv1.Event{Type: "identify", UserId: "x", Traits: traits("a"), Context: &rudderstackv1.Context{Traits: traits("c")}}),
		marshal(&rudderstackv1.Event{UserId: "u", Traits: traits("b"), Context: &rudderstackv1.Context{Traits: traits("d")}})...)
	var m mapping.Mapper
	got := m.TransformWire(twice, to)
	require.Nil(t, got.Err)
	require.Equal(t, `{"type":"profile","profileData":{"a":"a","b":"b","c":"c","d":"d"},"identity":"u"}`, string(got.Records[0].AppendJSON(nil)))

	unknown := protowire.AppendBytes(protowire.AppendTag(marshal(&rudderstackv1.Event{Type: "identify", UserId: "u"}), 99, protowire.BytesType), []byte("future"))
	require.Nil(t, m.TransformWire(unknown, to).Err, "unknown fields do no harm")

	for name, wire := range map[string][]byte{
		"cut short":             twice[:len(twice)-1],
		"no message":            {0xff},
		"text that is no UTF-8": protowire.AppendBytes(protowire.AppendTag(nil, 3, protowire.BytesType), []byte{0xff}),
	} {
		got := m.TransformWire(wire, to)
		require.NotNil(t, got.Err, name)
		require.Equal(t, mapping.InvalidFieldType, got.Err.Reason)
	}
}

// TestWireFieldNumbers: the numbers that the wire codec knows are the contract's.
func TestWireFieldNumbers(t *testing.T) {
	t.Parallel()
	event, context := mapping.WireNames()
	for of, names := range map[protoreflect.Message]map[int]string{
		(&rudderstackv1.Event{}).ProtoReflect(): event, (&rudderstackv1.Context{}).ProtoReflect(): context,
	} {
		for number, name := range names {
			require.Equal(t, name, of.Descriptor().Fields().ByNumber(protowire.Number(number)).JSONName())
		}
	}
	record := &clevertapv1.Record{
		Type: "token", EvtName: "e", EvtData: &structpb.Struct{}, ProfileData: &structpb.Struct{},
		TokenData: &clevertapv1.TokenData{Id: "i", Type: "fcm", Keys: &structpb.Struct{}}, Identity: "i", ObjectId: "o", Ts: proto.Uint32(5),
	}
	require.Equal(t, 8, record.ProtoReflect().Descriptor().Fields().Len(), "a new field of Record needs a place in AppendWire")
}

// FuzzTransformWire: whatever the bytes, the wire codec says what the messages say.
func FuzzTransformWire(f *testing.F) {
	for i, c := range cases.All() {
		if c.JSONOnly || i%5 > 0 {
			continue
		}
		var event rudderstackv1.Event
		require.NoError(f, protojson.UnmarshalOptions{DiscardUnknown: true}.Unmarshal([]byte(c.Event), &event))
		wire, err := proto.Marshal(&event)
		require.NoError(f, err)
		f.Add(wire)
	}
	to, problem := mapping.ParseDestination(cases.Case{Settings: cases.Settings{"enableObjectIdMapping": true}}.Destination())
	require.Nil(f, problem)
	f.Fuzz(func(t *testing.T, wire []byte) {
		var event rudderstackv1.Event
		var one, other mapping.Mapper
		got := one.TransformWire(wire, to)
		if err := proto.Unmarshal(wire, &event); err != nil {
			// What the rules do not read is not looked into, so more may pass; what fails must fail as no
			// message does.
			if got.Err != nil && strings.HasPrefix(got.Err.Message, "the event can't be read") {
				require.Equal(t, mapping.InvalidFieldType, got.Err.Reason)
			}
			return
		}
		requireSameResult(t, other.TransformEvent(&event, to), got)
	})
}

// TestTypedValuesWithoutJSONFormAreNamed: a typed event may hold what no JSON can say.
func TestTypedValuesWithoutJSONFormAreNamed(t *testing.T) {
	t.Parallel()
	deep := structpb.NewNullValue()
	for range document.DefaultMaxDepth + 1 {
		deep = structpb.NewListValue(&structpb.ListValue{Values: []*structpb.Value{deep}})
	}
	object := func(key string, v *structpb.Value) *structpb.Struct {
		return &structpb.Struct{Fields: map[string]*structpb.Value{key: v}}
	}
	list := structpb.NewListValue(&structpb.ListValue{Values: []*structpb.Value{
		structpb.NewNullValue(), structpb.NewStructValue(object("price", structpb.NewNumberValue(math.NaN()))),
	}})
	for wanted, event := range map[string]*rudderstackv1.Event{
		"properties.cart[1].price a number": {Type: "track", Properties: object("cart", list)},
		"traits.age a number":               {Type: "identify", Traits: object("age", structpb.NewNumberValue(math.Inf(1)))},
		"context.traits.age a number":       {Type: "identify", Context: &rudderstackv1.Context{Traits: object("age", structpb.NewNumberValue(math.Inf(-1)))}},
		"properties an object":              {Type: "track", Properties: object("deep", deep)},
	} {
		wire, err := proto.Marshal(event)
		require.NoError(t, err)
		var one, other mapping.Mapper
		got := one.TransformEvent(event, destination(t, cases.Case{}))
		require.NotNil(t, got.Err, wanted)
		require.Equal(t, mapping.InvalidFieldType, got.Err.Reason)
		require.Equal(t, wanted, fmt.Sprint(got.Err.Field, " ", got.Err.Kind))
		require.Contains(t, got.Err.Message, got.Err.Field)
		requireSameResult(t, got, other.TransformWire(wire, destination(t, cases.Case{})))
	}
}
