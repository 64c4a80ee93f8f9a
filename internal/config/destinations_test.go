package server

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/rudder-clevertap/rudder-clevertap/mapping"
)

// writeFile writes a file for a test and returns its path.
func writeFile(t *testing.T, name, text string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), name)
	require.NoError(t, os.WriteFile(path, []byte(text), 0o600))
	return path
}

func TestDestinationsAreRegisteredByConfiguration(t *testing.T) {
	t.Setenv("SHOP_PASSCODE", secret)
	path := writeFile(t, "config.yaml", `
destinations:
  shop-eu:
    accountId: ACCOUNT-1
    passcode: {env: SHOP_PASSCODE}
    accountToken: {file: token}
    region: eu1
    trackAnonymous: true
    useNativeSDK: {web: false}
    connectionMode: cloud
    whitelistedEvents: [{eventName: A}]
    oneTrustCookieCategories: []
  shop-in: &in
    accountId: ACCOUNT-2
    passcode: {file: passcode}
    region: in1
  shop-in-too: *in
`)
	require.NoError(t, os.WriteFile(filepath.Join(filepath.Dir(path), "passcode"), []byte("from-file\n"), 0o600))
	require.NoError(t, os.WriteFile(filepath.Join(filepath.Dir(path), "token"), []byte("t"), 0o600))
	config, err := LoadConfig(path)
	require.NoError(t, err)
	require.Len(t, config.Destinations, 3)
	eu, in := config.Destinations["shop-eu"], config.Destinations["shop-in-too"]
	require.Equal(t, "https://api.clevertap.com/1/upload", eu.Endpoint())
	require.Contains(t, eu.Headers(), mapping.Header{Name: mapping.PasscodeHeader, Value: secret})
	require.Equal(t, "https://in1.api.clevertap.com/1/upload", in.Endpoint())
	require.Contains(t, in.Headers(), mapping.Header{Name: mapping.PasscodeHeader, Value: "from-file"})
}

func TestAllThatIsWrongWithAConfigurationIsSaidAtOnce(t *testing.T) {
	t.Setenv("EMPTY", "")
	path := writeFile(t, "config.yaml", `
listen: here
destinations:
  a:
    accountId: x
    passcode: {env: EMPTY}
    region: mars1
  b:
    accountId: x
    passcode: `+secret+`
    trackAnonymus: true
  c:
    accountId: x
    passcode: {file: absent}
  d:
    accountId: x
    passcode: {vault: `+secret+`}
  e:
    passcode: {env: [`+secret+`]}
  f:
`)
	_, err := LoadConfig(path)
	require.Error(t, err)
	for _, want := range []string{
		path,
		"listen: unknown key",
		"destinations.a.passcode: the environment variable EMPTY is not set or empty",
		"destinations.a.region: unknown region",
		"destinations.b.trackAnonymus: unknown setting",
		"destinations.c.passcode: open ",
		"destinations.d.passcode: a secret has no place in the file: write {env: VARIABLE} or {file: PATH}",
		"destinations.e.accountId: ",
		"destinations.e.passcode: a secret has no place in the file",
		"destinations.f.accountId: ",
	} {
		require.ErrorContains(t, err, want)
	}
	require.NotContains(t, err.Error(), secret)
}

func TestAConfigurationOfTheWrongShapeNamesTheLineAndNoValue(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		"destinations: " + secret:       "line 1",
		"destinations:\n  a: " + secret: "line 2",
		"destinations:\n  - " + secret:  "line 2",
		secret:                          "line 1: write each name once",
		"[" + secret + "]":              "line 1: write each name once",
		"destinations: *" + secret:      "an unknown alias",
		"destinations: {a: {region: {[" + secret + "]: 1}}}":   "a key that is no text",
		"destinations: {a: {x: !!int " + secret + "}}":         "unknown alias or tag",
		"destinations: {a: &" + secret + " [*" + secret + "]}": "line 1",
		"destinations: {}\n---\n" + secret:                     "more than one YAML document",
		"destinations: {}\n---\n":                              "more than one YAML document",
		"destinations: {}\n---\n{" + secret:                    "more than one YAML document",
		"destinations: {'': {accountId: x}}":                   "a destination has an empty name",
		"destinations:\n  a: {b\n":                             "line",
		"destinations:\n  a: {x: 1}\n  a: {x: 2}":              "line 3: write each name once",
		"destinations: {a: {accountId: x, passcode: {1: 2}}}":  "destinations.a.passcode: a secret has no place in the file",
		"destinations: {a: {accountId: x, region: {{a: b}: c}": "line",
	} {
		_, err := parseConfig([]byte(text), ".")
		require.ErrorContains(t, err, want, text)
		require.NotContains(t, err.Error(), secret)
	}
	_, err := LoadConfig(filepath.Join(t.TempDir(), "absent"))
	require.ErrorIs(t, err, os.ErrNotExist)
	for _, text := range []string{"", "# nothing\n", "destinations:\n", "destinations: {}", "---\ndestinations: {}\n...\n"} {
		config, err := parseConfig([]byte(text), ".")
		require.NoError(t, err, text)
		require.Empty(t, config.Destinations)
	}
}

func TestAnEmptySecretFileIsAnError(t *testing.T) {
	t.Parallel()
	path := writeFile(t, "empty", "\n")
	_, err := parseConfig([]byte("destinations: {a: {accountId: x, passcode: {file: "+path+"}}}"), ".")
	require.ErrorContains(t, err, "is empty")
}

func FuzzConfig(f *testing.F) {
	f.Add("destinations:\n  a: {accountId: x, passcode: y, region: in1}\n")
	f.Add("destinations: {a: {accountId: x, passcode: {env: HOME}, useNativeSDK: {web: true}}}")
	f.Add("a: &a [*a]")
	f.Add("destinations: {a: {? [1]: 2}}")
	f.Fuzz(func(t *testing.T, text string) {
		if strings.Contains(text, "file") {
			return // It must not read this machine's files.
		}
		config, err := parseConfig([]byte(text), t.TempDir())
		if err != nil {
			return
		}
		for name, to := range config.Destinations {
			require.NotNil(t, to, name)
		}
	})
}
