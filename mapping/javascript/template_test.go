package javascript

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestParseTemplate(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ setting, path, fallback string }{
		{`{{ event.properties.acc || "def" }}`, "event.properties.acc", "def"},
		{`{{message.a||b}}`, "message.a", "b"},
		{"\ufeff  {{\n userId \t||\u00a0x }}\n", "userId", "x"},
		{`{{ event.zz || }}`, "event.zz", ""},
		{`{{ event.zz || "a"b" c " }}`, "event.zz", "ab c"},
		{`{{ event.zz || 'q' }}`, "event.zz", "'q'"},
		{`{{ event.zz || a || b }}`, "event.zz", "a || b"},
		{`{{ event.zz ||| b }}`, "event.zz", "| b"},
		{`{{ _a1.B_2 || {{ x }} }}`, "_a1.B_2", "{{ x }}"},
		{`{{ a || " " }}`, "a", ""},
	} {
		path, fallback, ok := ParseTemplate(c.setting)
		require.True(t, ok, c.setting)
		require.Equal(t, c.path, path, c.setting)
		require.Equal(t, c.fallback, fallback, c.setting)
	}
}

func TestParseTemplateLeavesOtherTextLiteral(t *testing.T) {
	t.Parallel()
	for _, setting := range []string{
		"", "plain", "{{", "{{}}", "{{}", "{{ event.a }}", `pre{{ event.a || "x" }}`, `{{ event.a || "x" }}post`, "{ { a || b } }",
		`{{ event.properties.a.0 || "x" }}`, "{{ || x }}", "{{ a. || x }}", "{{ .a || x }}", "{{ a..b || x }}", "{{ a b || x }}",
		"{{ 1a || x }}", "{{ a-b || x }}", "{{ é || x }}", "{{ a[0] || x }}", "{{ a | x }}", "{{{ a || x }}}",
	} {
		_, _, ok := ParseTemplate(setting)
		require.False(t, ok, setting)
	}
}

func TestIsDynamicConfigPathIsNodesRegularExpression(t *testing.T) {
	t.Parallel()
	r := seeded(8)
	atoms := []string{"a", "Z", "_", "0", "9", ".", ".", "x1", "-", " ", "\n", "é", "@", "[", "`", "{", "/", ":", "K"}
	inputs := make([]string, 20_000)
	for i := range inputs {
		for range r.IntN(6) {
			inputs[i] += pick(r, atoms...)
		}
	}
	want := askNode(t, `(path) => String(/^[A-Za-z_]\w*(\.[A-Za-z_]\w*)*$/.test(path))`, inputs)
	requireSame(t, inputs, want, func(path string) string { return BoolText(IsDynamicConfigPath(path)) })
}

func FuzzParseTemplate(f *testing.F) {
	for _, seed := range []string{"", `{{ event.a || "x" }}`, "{{ a }}", "{{}}", " {{a||b}} "} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, setting string) {
		path, fallback, ok := ParseTemplate(setting)
		if !ok {
			require.Empty(t, path+fallback)
			return
		}
		require.True(t, IsDynamicConfigPath(path))
		require.NotContains(t, fallback, `"`)
		again, same, ok := ParseTemplate("{{" + path + "||" + fallback + "}}")
		require.True(t, ok)
		require.Equal(t, path, again)
		require.Equal(t, strings.TrimSpace(fallback), strings.TrimSpace(same))
	})
}

func TestBoolText(t *testing.T) {
	t.Parallel()
	require.Equal(t, "true", BoolText(true))
	require.Equal(t, "false", BoolText(false))
}
