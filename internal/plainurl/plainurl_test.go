package plainurl

import (
	"net/http"
	"net/http/httptest"
	"testing"

	"github.com/stretchr/testify/require"
)

// seeing is a transport that notes the addresses that it sees.
type seeing struct {
	http.RoundTripper
	seen *[]string
}

func (s seeing) RoundTrip(r *http.Request) (*http.Response, error) {
	*s.seen = append(*s.seen, r.URL.String())
	return s.RoundTripper.RoundTrip(r)
}

func TestOnlyTheServerSeesTheWholeAddress(t *testing.T) {
	t.Parallel()
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		_, _ = w.Write([]byte(r.URL.String()))
	}))
	defer server.Close()
	var seen []string
	client := http.Client{Transport: Transport(http.DefaultTransport, func(inner http.RoundTripper) http.RoundTripper { return seeing{inner, &seen} })}
	response, err := client.Get(server.URL + "/path?passcode=secret#part")
	require.NoError(t, err)
	defer response.Body.Close()
	require.Equal(t, []string{server.URL + "/path"}, seen)
	require.Equal(t, server.URL+"/path?passcode=secret#part", response.Request.URL.String())
	text := make([]byte, 100)
	n, _ := response.Body.Read(text)
	require.Equal(t, "/path?passcode=secret", string(text[:n]))
}
