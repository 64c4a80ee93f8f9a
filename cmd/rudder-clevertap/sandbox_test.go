package main

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"net/http"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

func TestWhatIsDeliveredArrivesInTheSandbox(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithCancel(t.Context())
	said, ended := &logLines{}, make(chan int, 1)
	go func() {
		ended <- run(ctx, []string{"sandbox", "--listen", "127.0.0.1:0"}, stdio{In: strings.NewReader(""), Out: io.Discard, Err: said})
	}()
	address := regexp.MustCompile(`--clevertap-base-url (\S+)`)
	require.Eventually(t, func() bool { return address.MatchString(said.String()) }, 5*time.Second, time.Millisecond)
	base := address.FindStringSubmatch(said.String())[1]
	var out bytes.Buffer
	status, errors := deliverTo(t.Context(), base, &out, numbered(0, 3))
	require.Zero(t, status, errors)
	client := &http.Client{Transport: &http.Transport{DisableKeepAlives: true}}
	answer, err := client.Get(base + "/ledger")
	require.NoError(t, err)
	defer answer.Body.Close()
	var ledger struct{ Taken int }
	require.NoError(t, json.NewDecoder(answer.Body).Decode(&ledger))
	require.Equal(t, 3, ledger.Taken)
	cancel()
	require.Zero(t, <-ended)
}

func TestTheSandboxRefusesFaultsThatThereAreNot(t *testing.T) {
	t.Parallel()
	for _, args := range [][]string{{"--faults", "flood"}, {"--fault-rate", "2"}} {
		got := command(t.Context(), append([]string{"sandbox"}, args...)...)
		require.Equal(t, 2, got.status)
	}
	require.Contains(t, command(t.Context(), "sandbox", "--faults", "flood").err, "use 429, 500, 503")
}
