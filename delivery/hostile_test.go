package delivery

import (
	"fmt"
	"runtime"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// TestALongReplyTakesTimeInProportion: by comparing each refusal with each record, this would take most of a minute.
func TestALongReplyTakesTimeInProportion(t *testing.T) {
	t.Parallel()
	const records = 60_000
	var body strings.Builder
	sent := make([][]byte, records)
	body.WriteString(`{"status":"fail","processed":0,"unprocessed":[`)
	for i := range sent {
		sent[i] = fmt.Appendf(nil, `{"identity":"%06d","padding":"%s"}`, i, strings.Repeat("x", 100))
		if i > 0 {
			body.WriteByte(',')
		}
		fmt.Fprintf(&body, `{"code":512,"error":"no place","record":%s}`, sent[i])
	}
	reply, ok := ParseUploadReply([]byte(body.String() + "]}"))
	require.True(t, ok)
	reply.Locate(sent)
	for i := range reply.Unprocessed {
		require.Equal(t, i, reply.Unprocessed[i].Record)
	}
}

func TestALongReplyTakesMemoryInProportion(t *testing.T) {
	for name, entry := range map[string]string{"empty lists": "[]", "refusals": "{}"} {
		body := []byte(`{"status":"fail","unprocessed":[` + strings.Repeat(entry+",", 10<<20) + entry + `]}`)
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		_, ok := ParseUploadReply(body)
		runtime.ReadMemStats(&after)
		require.False(t, ok, name)
		require.Less(t, after.TotalAlloc-before.TotalAlloc, uint64(8*len(body)), name)
	}
}
