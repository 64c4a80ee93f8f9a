package javascript

import (
	"math"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestToNumber(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]float64{
		"":                         0,
		" \t\n\u00a0\ufeff\u2003":  0,
		"12":                       12,
		" 12\n":                    12,
		"+12":                      12,
		"1.":                       1,
		".5":                       0.5,
		"1e3":                      1000,
		"1E-3":                     0.001,
		"007":                      7,
		"0x1F":                     31,
		"0XfF":                     255,
		"0o17":                     15,
		"0B101":                    5,
		"Infinity":                 math.Inf(1),
		"-Infinity":                math.Inf(-1),
		"1e400":                    math.Inf(1),
		"0x20000000000001":         9007199254740992,
		"0x20000000000003":         9007199254740996,
		"0x2000000000000100000001": math.Ldexp(9007199254740994, 32),
		"123456789012345678901234": 123456789012345680000000,
	} {
		require.Equal(t, want, ToNumber(text), "%q", text)
	}
	require.True(t, math.Signbit(ToNumber("-0")))
	for _, text := range []string{
		"abc", "12px", "1 2", "1_000", "0x", "0xg", "-0x10", "+0b1", "0b2", "0o8", "infinity", "INFINITY", "inf", "NaN",
		".", "+", "-", "e5", "1e", "1e+", "1.2.3", "1,5", "\u0085", "\u180e", "٣", "0x1p4", "2021-03-03", "--1", "1n",
	} {
		require.True(t, math.IsNaN(ToNumber(text)), "%q", text)
	}
}

func TestToNumberIsNodesNumber(t *testing.T) {
	t.Parallel()
	r := seeded(3)
	atoms := []string{
		"0", "1", "9", "7", "42", "2021", "9007199254740993", "0x", "0X", "0o", "0b", "f", "A", ".", "e", "E", "+", "-", "_", ",",
		" ", "\t", "\u00a0", "\ufeff", "\u2028", "\u0085", "Infinity", "NaN", "n", "é", "12345678901234567890123", "000000000000000001",
	}
	inputs := make([]string, 60_000)
	for i := range inputs {
		var text strings.Builder
		for range 1 + r.IntN(5) {
			text.WriteString(pick(r, atoms...))
		}
		inputs[i] = text.String()
	}
	for range 20_000 {
		// Long binary numbers, near the middle between two doubles.
		bits := strconv.FormatUint(r.Uint64()|1<<63, 2)[:53+r.IntN(4)] + strings.Repeat("0", r.IntN(70)) + pick(r, "", "1", "01", "10")
		inputs = append(inputs, "0b"+bits, "0x1"+bits, "0o"+strings.TrimLeft(bits, "0"))
	}
	want := askNode(t, `(text) => String(Number(text))`, inputs)
	requireSame(t, inputs, want, func(text string) string { return string(AppendNumber(nil, ToNumber(text))) })
}

func FuzzToNumber(f *testing.F) {
	for _, seed := range []string{"", "12", "0x1F", "-Infinity", "1e400", " 5 ", "1_0"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		number := ToNumber(text)
		if math.IsNaN(number) {
			return
		}
		require.Equal(t, number, ToNumber("\ufeff"+text+"\u2029"), "white space around it does not count")
		require.Equal(t, number, ToNumber(string(AppendNumber(nil, number))))
	})
}
