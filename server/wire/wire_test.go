package wire_test

import (
	"slices"
	"testing"

	"buf.build/go/protovalidate"
	"github.com/stretchr/testify/require"
	"google.golang.org/grpc/mem"
	"google.golang.org/protobuf/encoding/protowire"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/types/known/structpb"

	clevertapv1 "github.com/rudder-clevertap/rudder-clevertap/gen/clevertap/v1"
	rudderstackv1 "github.com/rudder-clevertap/rudder-clevertap/gen/rudderstack/v1"
	transformerv1 "github.com/rudder-clevertap/rudder-clevertap/gen/transformer/v1"
	"github.com/rudder-clevertap/rudder-clevertap/server/wire"
)

// read reads a request by the codec.
func read(kind wire.Kind, message []byte) (*wire.Request, error) {
	r := &wire.Request{Kind: kind}
	return r, wire.NewCodec(0).Unmarshal(mem.BufferSlice{mem.SliceBuffer(message)}, r)
}

// requests are messages of each kind in each form.
func requests() map[string]proto.Message {
	event := &rudderstackv1.Event{Type: "track", UserId: "u", Properties: &structpb.Struct{Fields: map[string]*structpb.Value{"a": structpb.NewNumberValue(1)}}}
	destination := &clevertapv1.Destination{AccountId: "A", Passcode: "P", UseNativeSdk: map[string]bool{"web": true}}
	return map[string]proto.Message{
		"transform typed": &transformerv1.TransformRequest{EventForm: &transformerv1.TransformRequest_Event{Event: event}, Target: &transformerv1.TransformRequest_Destination{Destination: destination}},
		"transform JSON":  &transformerv1.TransformRequest{EventForm: &transformerv1.TransformRequest_EventJson{EventJson: []byte(`{}`)}, Target: &transformerv1.TransformRequest_DestinationJson{DestinationJson: []byte(`{}`)}, MinSeverity: 2, Explain: true},
		"transform empty": &transformerv1.TransformRequest{},
		"transform no id": &transformerv1.TransformRequest{EventForm: &transformerv1.TransformRequest_EventJson{}, Target: &transformerv1.TransformRequest_DestinationId{}, MinSeverity: 77},
		"batch typed":     &transformerv1.BatchTransformRequest{Events: []*rudderstackv1.Event{event, {}, event}, Target: &transformerv1.BatchTransformRequest_DestinationId{DestinationId: "shop"}},
		"batch JSON":      &transformerv1.BatchTransformRequest{EventsJson: [][]byte{[]byte(`{"type":"page"}`), {}, []byte(`x`)}, Target: &transformerv1.BatchTransformRequest_Destination{Destination: destination}, MinSeverity: 3, Explain: true},
		"batch both":      &transformerv1.BatchTransformRequest{Events: []*rudderstackv1.Event{event}, EventsJson: [][]byte{{}}, MinSeverity: -1},
		"batch empty":     &transformerv1.BatchTransformRequest{Target: &transformerv1.BatchTransformRequest_DestinationJson{}},
		"stream typed":    &transformerv1.StreamTransformRequest{Sequence: 7, Events: []*rudderstackv1.Event{event}, Target: &transformerv1.StreamTransformRequest_Destination{Destination: destination}, AllowOutOfOrder: true},
		"stream JSON":     &transformerv1.StreamTransformRequest{Sequence: 1 << 60, EventsJson: [][]byte{[]byte(`{}`)}, Target: &transformerv1.StreamTransformRequest_DestinationJson{DestinationJson: []byte(`{}`)}},
		"stream named":    &transformerv1.StreamTransformRequest{Target: &transformerv1.StreamTransformRequest_DestinationId{DestinationId: "shop"}, MinSeverity: 1, Explain: true},
		"stream both":     &transformerv1.StreamTransformRequest{Events: []*rudderstackv1.Event{event}, EventsJson: [][]byte{{}}},
	}
}

// TestEventsBeyondTheMostAreCounted: a few megabytes of empty events would take hundreds for the list of
// them.
func TestEventsBeyondTheMostAreCounted(t *testing.T) {
	t.Parallel()
	const count = 1 << 20
	var message []byte
	for range count {
		message = protowire.AppendBytes(protowire.AppendTag(message, 3, protowire.BytesType), nil)
	}
	message = protowire.AppendVarint(protowire.AppendTag(message, 1, protowire.VarintType), 7)
	r := &wire.Request{Kind: wire.StreamTransform}
	require.NoError(t, wire.NewCodec(2000).Unmarshal(mem.BufferSlice{mem.SliceBuffer(message)}, r))
	require.Equal(t, count, r.EventCount())
	require.Equal(t, uint64(7), r.Sequence, "the rest of the message is read")
	require.Len(t, r.EventsJSON, 2000)
	require.Less(t, cap(r.EventsJSON), 4000)
}

// kindOf says which kind of request a message is.
func kindOf(m proto.Message) wire.Kind {
	switch m.(type) {
	case *transformerv1.BatchTransformRequest:
		return wire.BatchTransform
	case *transformerv1.StreamTransformRequest:
		return wire.StreamTransform
	default:
		return wire.Transform
	}
}

// whole is what all three messages have, as generated code reads it.
type whole interface {
	GetDestination() *clevertapv1.Destination
	GetDestinationJson() []byte
	GetDestinationId() string
	GetMinSeverity() transformerv1.Severity
	GetExplain() bool
}

// requireSame compares a request with the message that it was read from.
func requireSame(t *testing.T, wanted proto.Message, got *wire.Request) {
	t.Helper()
	common := wanted.(whole)
	require.True(t, proto.Equal(common.GetDestination(), got.GetDestination()))
	require.Equal(t, string(common.GetDestinationJson()), string(got.GetDestinationJson()))
	require.Equal(t, common.GetDestinationId(), got.GetDestinationId())
	require.Equal(t, common.GetMinSeverity(), got.MinSeverity)
	require.Equal(t, common.GetExplain(), got.Explain)
	var events []*rudderstackv1.Event
	var eventsJSON [][]byte
	switch m := wanted.(type) {
	case *transformerv1.BatchTransformRequest:
		events, eventsJSON = m.GetEvents(), m.GetEventsJson()
		require.Equal(t, m.GetTarget() != nil, got.Target != wire.NoTarget)
	case *transformerv1.StreamTransformRequest:
		events, eventsJSON = m.GetEvents(), m.GetEventsJson()
		require.Equal(t, m.GetSequence(), got.Sequence)
		require.Equal(t, m.GetAllowOutOfOrder(), got.AllowOutOfOrder)
		require.Equal(t, m.GetTarget() != nil, got.Target != wire.NoTarget)
	case *transformerv1.TransformRequest:
		if m.GetEvent() != nil {
			events = append(events, m.GetEvent())
		} else if m.GetEventForm() != nil {
			eventsJSON = append(eventsJSON, m.GetEventJson())
		}
		require.Equal(t, m.GetTarget() != nil, got.Target != wire.NoTarget)
	}
	require.Len(t, got.Events, len(events))
	for i := range events {
		var back rudderstackv1.Event
		require.NoError(t, proto.Unmarshal(got.Events[i], &back))
		require.True(t, proto.Equal(events[i], &back))
	}
	require.Len(t, got.EventsJSON, len(eventsJSON))
	for i := range eventsJSON {
		require.Equal(t, string(eventsJSON[i]), string(got.EventsJSON[i]))
	}
}

func TestRequestsAreReadAsTheStandardCodecReadsThem(t *testing.T) {
	t.Parallel()
	for name, message := range requests() {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			bytes, err := proto.Marshal(message)
			require.NoError(t, err)
			got, err := read(kindOf(message), bytes)
			require.NoError(t, err)
			requireSame(t, message, got)
			got.Release()
			require.Zero(t, got.EventCount())
		})
	}
}

// TestTheContractHolds: protovalidate says the same of a request and of its outline.
func TestTheContractHolds(t *testing.T) {
	t.Parallel()
	for name, message := range requests() {
		bytes, err := proto.Marshal(message)
		require.NoError(t, err)
		got, err := read(kindOf(message), bytes)
		require.NoError(t, err)
		wanted, outline := protovalidate.Validate(message), protovalidate.Validate(got.Outline())
		require.Equal(t, wanted == nil, got.Sound(), name)
		if wanted == nil {
			require.NoError(t, outline, name)
		} else {
			require.EqualError(t, outline, wanted.Error(), name)
		}
	}
}

func TestUnusualForms(t *testing.T) {
	t.Parallel()
	one, err := proto.Marshal(&transformerv1.TransformRequest{
		EventForm: &transformerv1.TransformRequest_Event{Event: &rudderstackv1.Event{Type: "track"}},
		Target:    &transformerv1.TransformRequest_Destination{Destination: &clevertapv1.Destination{AccountId: "A"}},
	})
	require.NoError(t, err)
	other, err := proto.Marshal(&transformerv1.TransformRequest{
		EventForm: &transformerv1.TransformRequest_Event{Event: &rudderstackv1.Event{UserId: "u"}},
		Target:    &transformerv1.TransformRequest_Destination{Destination: &clevertapv1.Destination{Passcode: "P"}},
	})
	require.NoError(t, err)
	twice := slices.Concat(one, other)
	var merged transformerv1.TransformRequest
	require.NoError(t, proto.Unmarshal(twice, &merged))
	require.Equal(t, "track u", merged.GetEvent().GetType()+" "+merged.GetEvent().GetUserId())
	got, err := read(wire.Transform, twice)
	require.NoError(t, err)
	requireSame(t, &merged, got)

	unknown := protowire.AppendVarint(protowire.AppendTag(append([]byte(nil), one...), 500, protowire.VarintType), 5)
	got, err = read(wire.Transform, unknown)
	require.NoError(t, err)
	require.Len(t, got.Events, 1)

	_, err = read(wire.Transform, one[:len(one)-1])
	require.Error(t, err)
}

// FuzzRequest: what the standard codec takes is read the same, and nothing crashes.
func FuzzRequest(f *testing.F) {
	for _, message := range requests() {
		bytes, err := proto.Marshal(message)
		require.NoError(f, err)
		f.Add(byte(kindOf(message)), bytes)
	}
	f.Fuzz(func(t *testing.T, kind byte, bytes []byte) {
		kinds := []proto.Message{&transformerv1.TransformRequest{}, &transformerv1.BatchTransformRequest{}, &transformerv1.StreamTransformRequest{}}
		message := kinds[int(kind)%len(kinds)]
		got, err := read(kindOf(message), bytes)
		if proto.Unmarshal(bytes, message) != nil {
			return // events are not looked into, so more may pass here, and fails with the event
		}
		require.NoError(t, err)
		requireSame(t, message, got)
		sound := protovalidate.Validate(message) == nil
		require.Equal(t, sound, protovalidate.Validate(got.Outline()) == nil)
		require.Equal(t, sound, got.Sound())
	})
}
