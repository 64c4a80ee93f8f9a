package mapping_test

import (
	"testing"

	"github.com/stretchr/testify/require"
	"google.golang.org/protobuf/proto"

	rudderstackv1 "github.com/rudder-clevertap/rudder-clevertap/gen/rudderstack/v1"
	"github.com/rudder-clevertap/rudder-clevertap/mapping"
)

func TestAnEventNamesItsUsersByAllItsIDs(t *testing.T) {
	to, failed := mapping.ParseDestination([]byte(`{"accountId":"A","passcode":"P","trackAnonymous":true}`))
	require.Nil(t, failed)
	joined, failed := mapping.ParseDestination([]byte(`{"accountId":"A","passcode":"P","enableObjectIdMapping":true}`))
	require.Nil(t, failed)
	var m mapping.Mapper
	for _, c := range []struct {
		event string
		to    *mapping.Destination
		users []string
	}{
		{`{"type":"track","event":"E","userId":"u","anonymousId":"a"}`, to, []string{"u", "a"}},
		{`{"type":"track","event":"E","userId":42}`, to, []string{"42"}},
		{`{"type":"track","event":"E","userId":null,"anonymousId":"a"}`, to, []string{"a", "a"}},
		{`{"type":"identify","traits":{"userId":"t"}}`, to, []string{"t"}},
		{`{"type":"identify","traits":{"userId":"t"},"anonymousId":"a"}`, joined, []string{"t", "a"}},
		{`{"type":"alias","userId":"u","previousId":"p"}`, to, []string{"u", "p"}},
		{`{"type":"none"}`, to, nil},
		{`{`, to, nil},
	} {
		var users []string
		for _, id := range m.TransformJSON([]byte(c.event), c.to).AppendUsers(nil) {
			users = append(users, string(id))
		}
		require.Equal(t, c.users, users, c.event)
	}
	typed, err := proto.Marshal(&rudderstackv1.Event{Type: "alias", UserId: "u", AnonymousId: "a", PreviousId: "p"})
	require.NoError(t, err)
	require.Len(t, m.TransformWire(typed, to).AppendUsers(nil), 3)

	event, ids := []byte(`{"type":"track","event":"E","userId":"u","anonymousId":"a"}`), make([][]byte, 0, 3)
	require.Zero(t, testing.AllocsPerRun(100, func() { m.TransformJSON(event, to).AppendUsers(ids[:0]) }))
}
