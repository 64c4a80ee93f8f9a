package document

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestOneHugeTextDoesNotStay(t *testing.T) {
	t.Parallel()
	var d Document
	require.NoError(t, d.Parse([]byte("["+strings.Repeat(`"x",`, 1<<20)+"1]"), Options{}))
	require.Greater(t, cap(d.text), maxKept)
	require.NoError(t, d.Parse([]byte(`1`), Options{}))
	require.Less(t, cap(d.text)+24*cap(d.nodes), maxKept)
}
