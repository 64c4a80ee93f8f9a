package config

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/rudder-clevertap/rudder-clevertap/mapping"
)

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
	p := parse(t, "--config", path)
	require.NoError(t, p.err)
	compiled := p.Destinations.Compiled()
	require.Len(t, compiled, 3)
	eu, in := compiled["shop-eu"], compiled["shop-in-too"]
	require.Equal(t, "https://api.clevertap.com/1/upload", eu.Endpoint())
	require.Contains(t, eu.Headers(), mapping.Header{Name: mapping.PasscodeHeader, Value: secret})
	require.Equal(t, "https://in1.api.clevertap.com/1/upload", in.Endpoint())
	require.Contains(t, in.Headers(), mapping.Header{Name: mapping.PasscodeHeader, Value: "from-file"})
}

func TestAllThatIsWrongWithDestinationsIsSaidAtOnce(t *testing.T) {
	t.Setenv("EMPTY", "")
	p := fromFile(t, `
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
	require.Error(t, p.err)
	for _, want := range []string{
		p.File + ":2: listen: there is no such setting",
		p.File + ":6: destinations.a.passcode: the environment variable EMPTY is not set or empty",
		p.File + ":7: destinations.a.region: unknown region",
		p.File + ":11: destinations.b.trackAnonymus: unknown setting",
		p.File + ":14: destinations.c.passcode: open ",
		p.File + ":17: destinations.d.passcode: a secret must not be in the file: write {env: VARIABLE} or {file: PATH}",
		p.File + ":18: destinations.e.accountId: ",
		p.File + ":19: destinations.e.passcode: a secret must not be in the file",
		p.File + ":20: destinations.f.accountId: ",
	} {
		require.ErrorContains(t, p.err, want)
	}
	require.NotContains(t, p.err.Error(), secret)
}

func TestAConfigurationOfTheWrongShapeNamesTheLineAndNoValue(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		"destinations: " + secret:       ":1: destinations: write destinations here",
		"destinations:\n  a: " + secret: ":2: destinations.a: write settings here",
		"destinations:\n  - " + secret:  ":1: destinations: write destinations here",
		secret:                          ":1: write settings here, one KEY: VALUE a line",
		"[" + secret + "]":              ":1: write settings here, one KEY: VALUE a line",
		"destinations: *" + secret:      "an unknown alias",
		"destinations: {a: {region: {[" + secret + "]: 1}}}":        "a key that is not a word",
		"destinations: {a: {x: !!int " + secret + "}}":              "unknown alias or tag",
		"destinations: {a: &" + secret + " [*" + secret + "]}":      ":1: destinations.a: write settings here",
		"destinations: {a: {x: &" + secret + " [*" + secret + "]}}": ":1: destinations.a: ",
		"destinations: {}\n---\n" + secret:                          "more than one YAML document",
		"destinations: {}\n---\n":                                   "more than one YAML document",
		"destinations: {}\n---\n{" + secret:                         "more than one YAML document",
		"destinations: {'': {accountId: x}}":                        "a destination has an empty name",
		"destinations:\n  a: {b\n":                                  ": this is not valid YAML: ",
		"destinations:\n  a: {x: 1}\n  a: {x: 2}":                   ":3: destinations: write each name once",
		"destinations:\n  a:\n    x: 1\n    x: 2":                   ":4: destinations.a: write each name once",
		"destinations: {a: {accountId: x, passcode: {1: 2}}}":       ":1: destinations.a.passcode: a secret must not be in the file",
		"destinations: {a: {accountId: x, region: {{a: b}: c}":      ":1: this is not valid YAML: ",
		"{[" + secret + "]: 1}":                                     ":1: a key must be a word",
	} {
		p := fromFile(t, text)
		require.ErrorContains(t, p.err, want, text)
		require.NotContains(t, p.err.Error(), secret)
	}
	for _, text := range []string{"", "# nothing\n", "destinations:\n", "destinations: {}", "---\ndestinations: {}\n...\n"} {
		p := fromFile(t, text)
		require.NoError(t, p.err, text)
		require.Empty(t, p.Destinations)
	}
}

func TestAnEmptySecretFileIsAnError(t *testing.T) {
	t.Parallel()
	p := fromFile(t, "destinations: {a: {accountId: x, passcode: {file: "+writeFile(t, "empty", "\n")+"}}}")
	require.ErrorContains(t, p.err, "is empty")
}

func FuzzFile(f *testing.F) {
	f.Add("destinations:\n  a: {accountId: x, passcode: y, region: in1}\n")
	f.Add("destinations: {a: {accountId: x, passcode: {env: HOME}, useNativeSDK: {web: true}}}")
	f.Add("a: &a [*a]")
	f.Add("log: &l {level: *l, '': *l}")
	f.Add("tls: {cert: a, key: b}\nmax: {batchEvents: 1}\nallowedOrigins: [a, {b: c}]")
	f.Add("destinations: {a: {? [1]: 2}}")
	keys := parse(f).reader.keys()
	f.Fuzz(func(t *testing.T, text string) {
		if strings.Contains(text, "file") {
			return // It must not read this machine's files.
		}
		read := &file{name: "f", dir: t.TempDir(), entries: map[string]entry{}}
		read.parse([]byte(text), keys)
		registered := read.destinations("destinations")
		if len(read.problems) > 0 {
			return
		}
		for name, to := range registered {
			require.NotNil(t, to.Compiled, name)
		}
	})
}
