package config

import (
	"encoding/json"
	"fmt"
	"log/slog"
	"net/url"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/alecthomas/kong"
	"github.com/stretchr/testify/require"
	"go.yaml.in/yaml/v3"
)

// rows are the settings that have flags.
func rows(t *testing.T) []*row {
	t.Helper()
	p := parse(t)
	require.NoError(t, p.err)
	var all []*row
	for _, field := range fields(reflect.ValueOf(p.Settings).Elem()) {
		if row := p.reader.rows[field.Addr().Interface()]; row != nil {
			all = append(all, row)
		}
	}
	require.Greater(t, len(all), 20)
	return all
}

// samples are three valid texts for a setting, each unlike the one before, and the first unlike the default.
func samples(t *testing.T, flag *kong.Flag) []string {
	t.Helper()
	switch of := flag.Target.Interface().(type) {
	case bool:
		if flag.Default == "true" {
			return []string{"false", "true", "false"}
		}
		return []string{"true", "false", "true"}
	case int, uint32:
		return []string{"11", "12", "13"}
	case time.Duration:
		return []string{"11s", "12s", "13s"}
	case slog.Level:
		return []string{"debug", "warn", "error"}
	case *url.URL:
		return []string{"http://a", "http://b", "http://c"}
	case []string:
		return []string{"https://a", "https://b", "https://c,https://d"}
	case string:
		switch {
		case flag.Tag.Type == "existingfile":
			return []string{writeFile(t, "a", ""), writeFile(t, "b", ""), writeFile(t, "c", "")}
		case flag.Tag.Get("check") == "address":
			return []string{"127.0.0.1:1", "127.0.0.1:2", "127.0.0.1:3"}
		case flag.Tag.Get("enum") != "":
			all := append(strings.Split(flag.Tag.Get("enum"), ","), strings.Split(flag.Tag.Get("enum"), ",")...)
			return all[1:4]
		}
		return []string{"a", "b", "c"}
	default:
		require.Fail(t, "give samples for this type of settings", "%s is a %T", flag.Name, of)
		return nil
	}
}

// text is a value as samples spell it.
func text(value any) string {
	shown := showable(reflect.ValueOf(value))
	if list, ok := shown.([]string); ok {
		return strings.Join(list, ",")
	}
	return fmt.Sprint(shown)
}

// TestFlagsWinOverTheEnvironmentOverTheFileOverTheDefault: a case for each setting that there is.
func TestFlagsWinOverTheEnvironmentOverTheFileOverTheDefault(t *testing.T) {
	for _, row := range rows(t) {
		flag := row.flag
		if flag.Name == "config" {
			continue
		}
		t.Run(flag.Name, func(t *testing.T) {
			values := samples(t, flag)
			inFile, inEnvironment, inFlag := values[0], values[1], values[2]
			file, err := yaml.Marshal(map[string]string{Key(flag): inFile})
			require.NoError(t, err)
			config := writeFile(t, "config.yaml", string(file))
			requireValue := func(want, from string, args ...string) {
				t.Helper()
				p := parse(t, args...)
				for _, field := range fields(reflect.ValueOf(p.Settings).Elem()) {
					if row := p.reader.rows[field.Addr().Interface()]; row != nil && row.flag.Name == flag.Name {
						require.NoError(t, row.wrong)
						require.Equal(t, want, text(field.Interface()))
						require.Equal(t, from, row.origin.Name)
					}
				}
			}
			byDefault := flag.Default
			if byDefault == "" || strings.HasSuffix(byDefault, "m") {
				byDefault = text(flag.Target.Interface())
			}
			requireValue(byDefault, "default")
			requireValue(inFile, config+":1", "--config", config)
			require.Len(t, flag.Envs, 1)
			require.Equal(t, "RUDDER_CLEVERTAP_"+strings.ToUpper(strings.ReplaceAll(flag.Name, "-", "_")), flag.Envs[0])
			t.Setenv(flag.Envs[0], inEnvironment)
			requireValue(inEnvironment, flag.Envs[0])
			requireValue(inEnvironment, flag.Envs[0], "--config", config)
			requireValue(inFlag, "--"+flag.Name, "--config", config, "--"+flag.Name+"="+inFlag)
		})
	}
}

// TestARowSaysAllThatIsToBeKnown: what the tags of a row say can be used.
func TestARowSaysAllThatIsToBeKnown(t *testing.T) {
	keys := map[string]bool{}
	for _, row := range rows(t) {
		name, tag := row.flag.Name, row.flag.Tag
		require.True(t, strings.HasSuffix(row.flag.Help, "."), name)
		require.True(t, row.flag.IsBool() || row.flag.PlaceHolder != "", name)
		require.False(t, keys[row.key()], "%s: the key %s is taken", name, row.key())
		keys[row.key()] = true
		if check := tag.Get("check"); check != "" {
			require.Contains(t, checks, check, name)
		}
		if row.flag.HasDefault {
			require.NoError(t, row.check(row.flag.Target), name)
		}
		for _, bound := range []string{"more", "min", "max"} {
			if tag.Has(bound) {
				limit := reflect.New(row.flag.Target.Type()).Elem()
				scan := kong.ScanFromTokens(kong.Token{Value: tag.Get(bound), Type: kong.FlagValueToken})
				require.NoError(t, row.inner.Decode(&kong.DecodeContext{Value: row.flag.Value, Scan: scan}, limit), name)
			}
		}
	}
	for _, section := range Sections() {
		require.False(t, keys[section.Key], section.Key)
		require.NotEmpty(t, section.Form, section.Key)
		require.True(t, strings.HasSuffix(section.Help, "."), section.Key)
	}
}

// TestSettingsMayBeGrouped: a struct that is embedded with a prefix is a group of settings.
func TestSettingsMayBeGrouped(t *testing.T) {
	t.Parallel()
	var grouped struct {
		A int
		B struct {
			C int
			D struct{ E int } `embed:""`
		} `embed:"" prefix:"b-"`
		F int
	}
	var names []string
	for field := range fields(reflect.ValueOf(grouped)) {
		names = append(names, field.Name)
	}
	require.Equal(t, []string{"A", "C", "E", "F"}, names)
	for range fields(reflect.ValueOf(grouped.B)) {
		break
	}
}

func TestAllProblemsAreSaidAtOnceWithTheWayTheyCameIn(t *testing.T) {
	t.Setenv("RUDDER_CLEVERTAP_STREAM_IN_FLIGHT", "0")
	t.Setenv("RUDDER_CLEVERTAP_TRANSFORMER_MAX_BODY", "1073741825")
	t.Setenv("RUDDER_CLEVERTAP_REFLECTION", "perhaps")
	p := fromFile(t, `grpcAdr: 127.0.0.1:1
tls:
  cert: absent.pem
  kee: x
maxBatchEvents: many
max-message-bytes: 3
log: {level: loud, format: xml}
allowedOrigins: [https://a.example, "*"]
drainDelay: -1s
httpAddr: nonsense
upstreamTransformer: http://user:`+secret+`@up?key=`+secret+`
maxBatchEvents: 3
config: other.yaml
authTokensFile: {env: TOKENS}
maxConcurrentStreams: [1]
streamIdleTimeout:
xyzzy: 1
destinations:
  shop:
    accountId: A
    passcode: `+secret+`
    regoin: in1
`, "--max-connection-age", "soon", "--shutdown-timeout=0s", "--transformer-addr", ":9090", "--allowed-origins", "x",
		"--clevertap-base-url", "http://%zz"+secret)
	path := p.File
	want := []string{
		path + ":1: grpcAdr: there is no such setting; did you mean grpcAddr?",
		path + ":4: tls.kee: there is no such setting; did you mean tlsKey?",
		path + ":6: max-message-bytes: there is no such setting; did you mean maxMessageBytes?",
		path + ":12: maxBatchEvents: line 5 gives it already",
		path + ":13: config: there is no such setting",
		path + ":17: xyzzy: there is no such setting",
		path + ":21: destinations.shop.passcode: a secret must not be in the file: write {env: VARIABLE} or {file: PATH}",
		path + ":22: destinations.shop.regoin: unknown setting; did you mean region?",
		path + ":10: httpAddr: it is not a valid address: write it as HOST:PORT",
		path + ":11: upstreamTransformer: it must end with the path: a query or a fragment would not be sent",
		"RUDDER_CLEVERTAP_TRANSFORMER_MAX_BODY: it must be at most 1073741824",
		"--clevertap-base-url: it is not a valid address of a server: write it as http://HOST:PORT or https://HOST",
		path + ":3: tlsCert: stat " + filepath.Join(filepath.Dir(path), "absent.pem") + ": no such file or directory",
		path + ":14: authTokensFile: it must be a single value",
		"--allowed-origins: number 1 is not a web origin: write scheme and host, such as https://app.example.com",
		path + ":5: maxBatchEvents: it must be a whole number",
		path + ":15: maxConcurrentStreams: it must be a single value",
		"RUDDER_CLEVERTAP_STREAM_IN_FLIGHT: it must be more than 0",
		"--max-connection-age: it must be a time such as 30s or 5m",
		"RUDDER_CLEVERTAP_REFLECTION: it must be true or false",
		path + ":9: drainDelay: it must be at least 0s",
		"--shutdown-timeout: it must be more than 0s",
		path + ":7: logLevel: it must be debug, info, warn or error",
		path + ":7: logFormat: it must be one of auto, json, text",
		"--transformer-addr: others could reach :9090, and these routes know nobody: use a loopback address, " +
			"or --allow-insecure where only rudder-server can connect",
	}
	require.Error(t, p.err)
	var got []string
	for _, problem := range p.problems(t) {
		got = append(got, problem.String())
	}
	require.Equal(t, want, got)
	require.EqualError(t, p.err, "the configuration has 25 problems:\n  "+strings.Join(want, "\n  "))
	for _, format := range []Format{Text, YAML, JSON} {
		require.NotContains(t, p.show(t, format), secret)
	}
	require.Contains(t, p.show(t, JSON), `"setting": "grpcAdr",
      "from": "`+path+`:1",
      "message": "there is no such setting; did you mean grpcAddr?"`)
}

// TestWhatAnotherWayOverridesIsNotLookedAt: an image may set a variable that does not fit here.
func TestWhatAnotherWayOverridesIsNotLookedAt(t *testing.T) {
	t.Setenv("RUDDER_CLEVERTAP_MAX_BATCH_EVENTS", "many")
	t.Setenv("RUDDER_CLEVERTAP_DRAIN_DELAY", "1s")
	p := fromFile(t, "drainDelay: soon\ntls: {cert: absent}\n", "--max-batch-events", "7", "--tls-cert=")
	require.NoError(t, p.err)
	require.Equal(t, 7, p.MaxBatchEvents)
	require.Equal(t, time.Second, p.DrainDelay)
	require.Empty(t, p.TLSCert)
}

func TestSettingsThatNeedOneAnother(t *testing.T) {
	t.Parallel()
	cert, tokens := writeFile(t, "cert.pem", secret), writeFile(t, "tokens", "a:"+secret)
	for name, c := range map[string]struct {
		args []string
		want string
	}{
		"a certificate alone":           {[]string{"--tls-cert", cert}, "--tls-cert: a certificate needs its key: give --tls-key as well"},
		"a key alone":                   {[]string{"--tls-key", cert}, "--tls-key: a key needs its certificate: give --tls-cert as well"},
		"no certificate":                {[]string{"--tls-cert", cert, "--tls-key", cert}, "--tls-cert: tls: failed to find any PEM data"},
		"open to others":                {[]string{"--grpc-addr", ":1"}, "--grpc-addr: others could reach :1: give a TLS certificate and bearer tokens"},
		"tokens alone are not enough":   {[]string{"--http-addr", "0.0.0.0:1", "--auth-tokens-file", tokens}, "--http-addr: others could reach 0.0.0.0:1"},
		"tokens that can't be read":     {[]string{"--auth-tokens-file", cert}, "--auth-tokens-file: " + cert + ": line 1: write NAME:TOKEN"},
		"no address for rudder-server":  {[]string{"--transformer-addr", "here"}, "--transformer-addr: it is not a valid address"},
		"a port that is none":           {[]string{"--grpc-addr", "127.0.0.1:99999"}, "--grpc-addr: it is not a valid address: write it as HOST:PORT, with a port"},
		"an address of nobody":          {[]string{"--grpc-addr", "", "--allow-insecure"}, "--grpc-addr: it is not a valid address"},
		"a second origin of three":      {[]string{"--allowed-origins", "https://a,b", "--allowed-origins", "https://c"}, "--allowed-origins: number 2 is not a web origin"},
		"open, with TLS in pieces":      {[]string{"--grpc-addr", ":1", "--tls-cert", "/absent", "--tls-key", cert, "--auth-tokens-file", tokens}, "--tls-cert: stat /absent"},
		"a file that is not there":      {[]string{"--config", "/absent.yaml"}, "--config: stat /absent.yaml"},
		"a bool that is none of a flag": {[]string{"--allow-insecure=maybe", "--http-addr", ":1"}, "--allow-insecure: it must be true or false"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			p := parse(t, c.args...)
			require.ErrorContains(t, p.err, c.want)
			require.Len(t, p.problems(t), 1, p.err)
			require.NotContains(t, p.err.Error(), secret)
		})
	}
	for _, args := range [][]string{
		{"--transformer-addr="}, {"--allow-insecure", "--grpc-addr", ":1", "--http-addr", ":2", "--transformer-addr", ":3"},
		{"--no-reflection"}, {"--upstream-transformer="}, {"--allowed-origins="},
	} {
		require.NoError(t, parse(t, args...).err, args)
	}
}

// TestKeysMayBeTakenApart: what belongs together may stand together.
func TestKeysMayBeTakenApart(t *testing.T) {
	t.Parallel()
	p := fromFile(t, `
grpc: {addr: "127.0.0.1:1"}
log:
  level: debug
  format: json
max: {message: {bytes: 5}, batchEvents: 6}
streamInFlight: 7
allowedOrigins: [https://a, https://b]
httpAddr: &http 127.0.0.1:2
transformer: {addr: *http, proxyStrict: yes}
destinations: {}
`)
	require.NoError(t, p.err)
	require.Equal(t, "127.0.0.1:1", p.GRPCAddr)
	require.Equal(t, slog.LevelDebug, p.LogLevel)
	require.Equal(t, []int{5, 6, 7}, []int{p.MaxMessageBytes, p.MaxBatchEvents, p.StreamInFlight})
	require.Equal(t, []string{"https://a", "https://b"}, p.AllowedOrigins)
	require.Equal(t, "127.0.0.1:2", p.TransformerAddr)
	require.True(t, p.TransformerProxyStrict)
	p = fromFile(t, "logLevel: debug\nlog: {level: info}\n")
	require.ErrorContains(t, p.err, ":2: log.level: line 1 gives it already")
	p = fromFile(t, "log: &l {'': *l}\n")
	require.ErrorContains(t, p.err, "a key must be a word")
}

// TestNoFormShowsASecret plants secrets wherever one may be.
func TestNoFormShowsASecret(t *testing.T) {
	t.Setenv("SHOP_PASSCODE", secret)
	t.Setenv("RUDDER_CLEVERTAP_CLEVERTAP_BASE_URL", "https://"+secret+":"+secret+"@relay/in")
	p := fromFile(t, `
upstreamTransformer: http://operator:`+secret+`@up:9090
destinations:
  shop: {accountId: A, passcode: {env: SHOP_PASSCODE}, accountToken: {file: `+writeFile(t, "token", secret)+`}, region: in1}
`, "--auth-tokens-file", writeFile(t, "tokens", "billing:"+secret))
	require.NoError(t, p.err)
	require.Contains(t, p.Destinations["shop"].Compiled.Headers()[1].Value, secret, "what runs has it")
	for format, want := range map[Format]string{
		Text: "http://xxxxx@up:9090", YAML: "upstreamTransformer: http://xxxxx@up:9090 # " + p.File + ":2\n", JSON: `"https://xxxxx@relay/in"`,
	} {
		shown := p.show(t, format)
		require.NotContains(t, shown, secret)
		require.Contains(t, shown, want)
		require.Contains(t, shown, "SHOP_PASSCODE")
	}
	for address, want := range map[string]string{
		"http://h/p?q=" + secret: "http://h/p?xxxxx", "http://h/p#" + secret: "http://h/p#xxxxx", "http://" + secret + "@h": "http://xxxxx@h",
	} {
		u, err := url.Parse(address)
		require.NoError(t, err)
		require.Equal(t, want, RedactURL(u))
	}
}

// TestTheYAMLThatIsShownIsAConfiguration: it gives the same result again.
func TestTheYAMLThatIsShownIsAConfiguration(t *testing.T) {
	t.Setenv("SHOP_PASSCODE", secret)
	first := fromFile(t, `
clevertapBaseUrl: http://relay/in
streamIdleTimeout: 90s
destinations:
  shop: {accountId: A, passcode: {file: passcode}, region: in1, whitelistedEvents: [{eventName: "a\nb"}]}
`, "--allowed-origins", "https://a,https://b", "--log-level", "warn", "--no-reflection")
	require.Error(t, first.err, "the passcode's file is not there yet")
	require.NoError(t, os.WriteFile(filepath.Join(filepath.Dir(first.File), "passcode"), []byte(secret), 0o600))
	first = parse(t, "--config", first.File, "--allowed-origins", "https://a,https://b", "--log-level", "warn", "--no-reflection")
	require.NoError(t, first.err)
	again := fromFile(t, first.show(t, YAML))
	require.NoError(t, again.err)
	configuration := first.reader.configuration(first.Settings)
	require.Equal(t, configuration, again.reader.configuration(again.Settings))
	var programs struct {
		Valid         bool
		Configuration map[string]any
		From          map[string]string
	}
	require.NoError(t, json.Unmarshal([]byte(first.show(t, JSON)), &programs))
	require.True(t, programs.Valid)
	require.Equal(t, "1m30s", programs.Configuration["streamIdleTimeout"])
	require.Equal(t, first.File+":3", programs.From["streamIdleTimeout"])
	require.Equal(t, "--log-level", programs.From["logLevel"])
	require.Equal(t, "default", programs.From["grpcAddr"])
	require.Equal(t, first.File+":5", programs.From["destinations.shop.region"])
	require.Contains(t, first.show(t, Text), "[{\"eventName\":\"a\\nb\"}]")
}
